"""What a checked tree may make `collect` reach: files of its own repository, and no address at all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from repositories import git

from aiact_gate.cli.collect import command

MANIFEST = """schema: aiact-gate/manifest/v1
systems:
  - id: credit
    name: Credit
    version: 1.0.0
    role: provider
    intended_purpose: Estimates the probability that a consumer loan is not repaid.
    tier: high
    model:
      mlflow: {registered_model: credit, version: "1", tracking_uri: "%s"}
"""
CREDENTIALS = {
    "MLFLOW_TRACKING_USERNAME": "ann",
    "MLFLOW_TRACKING_PASSWORD": "secret",
    "MLFLOW_TRACKING_TOKEN": "secret",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_ACCESS_KEY_ID": "secret",
    "DATABRICKS_TOKEN": "secret",
    "GOOGLE_APPLICATION_CREDENTIALS": "secret.json",
    "AZURE_STORAGE_ACCESS_KEY": "secret",
}


class Listener:
    """A server that keeps what it was asked, and with which headers."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                heard.append(f"{self.command} {self.path}\n{self.headers}")
                self.send_response(401)
                self.end_headers()

            do_GET = do_POST = do_CONNECT = do_HEAD = answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.server.shutdown()


@pytest.fixture
def home(tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person with every kind of credential at hand."""
    folder = tmp_path / "home"
    (folder / ".mlflow").mkdir(parents=True)
    (folder / ".netrc").write_text("default login ann password secret\n")
    (folder / "other-netrc").write_text("machine 127.0.0.1 login ann password secret\n")
    (folder / ".mlflow" / "credentials").write_text("[mlflow]\nmlflow_tracking_username = ann\n")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("NETRC", str(folder / "other-netrc"))
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://ann:secret@127.0.0.1:{listener.port}")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return folder


def repository(tmp_path: Path, uri: str) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "aiact.yaml").write_text(MANIFEST % uri)
    return folder


HOSTILE = [
    "http://127.0.0.1:PORT",
    "http://ann:own@127.0.0.1:PORT/path?x=1",
    "HTTP://127.0.0.1:PORT",
    "https://127.0.0.1:PORT",
    "http:127.0.0.1:PORT",
    "databricks://127.0.0.1:PORT",
    "s3://bucket/mlruns",
    "postgresql://ann:secret@127.0.0.1:PORT/db",
    "mysql+pymysql://127.0.0.1:PORT/db",
    "uc:http://127.0.0.1:PORT",
    "file://127.0.0.1:PORT/share/mlruns",
    "sqlite:////OUTSIDE/mlflow.db",
    "sqlite:///../outside/mlflow.db",
    "sqlite:///link/mlflow.db",
    "sqlite+pysqlite:///../outside/mlflow.db?mode=rw",
    "../outside/mlruns",
    "file:///OUTSIDE/mlruns",
    "link/mlruns",
    "//127.0.0.1:PORT/mlruns",
]


@pytest.mark.parametrize("uri", HOSTILE)
def test_no_manifest_reaches_an_address_or_a_file_outside_its_repository(
    uri: str, tmp_path: Path, home: Path, listener: Listener
) -> None:
    outside = tmp_path / "outside"
    (outside / "mlruns").mkdir(parents=True)
    with sqlite3.connect(outside / "mlflow.db") as database:
        database.execute("CREATE TABLE registered_models (name TEXT)")
    folder = repository(tmp_path, uri.replace("PORT", str(listener.port)).replace("/OUTSIDE", str(outside)))
    (folder / "link").symlink_to(outside)
    before = {path: path.stat().st_mtime_ns for path in outside.rglob("*")}
    result = CliRunner().invoke(command, [str(folder)])

    assert (False, []) == (result.exception is None, listener.heard)
    assert any(
        word in str(result.exception) for word in ("no address of a checked tree", "lies outside this")
    )
    assert "secret" not in str(result.exception)
    assert before == {path: path.stat().st_mtime_ns for path in outside.rglob("*")}
    assert not (folder / "aiact.lock").exists()


@pytest.mark.parametrize("variable", ["", "NETRC"])
def test_a_netrc_alone_sends_nothing_to_a_server_that_the_manifest_names(
    variable: str, tmp_path: Path, home: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*CREDENTIALS, "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name)
    (home / ".mlflow" / "credentials").unlink()
    if not variable:
        monkeypatch.delenv("NETRC")
    CliRunner().invoke(command, [str(repository(tmp_path, f"http://127.0.0.1:{listener.port}"))])

    assert [] == listener.heard


def test_whoever_names_a_server_is_asked_for_and_sends_what_is_theirs(
    tmp_path: Path, home: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name)
    address = f"http://127.0.0.1:{listener.port}"
    result = CliRunner().invoke(command, [str(repository(tmp_path, address)), "--tracking-uri", address])

    assert "refuses these credentials" in str(result.exception)
    assert all("Authorization:" in heard for heard in listener.heard) and listener.heard


def test_a_model_file_outside_the_repository_is_not_read_for_a_store_that_the_manifest_names(
    tmp_path: Path, home: Path
) -> None:
    from aiact_gate.registry.location import chosen_place
    from aiact_gate.registry.released import Wanted, read_released

    outside = tmp_path / "outside" / "r1" / "artifacts" / "model"
    outside.mkdir(parents=True)
    (outside / "MLmodel").write_text('signature:\n  inputs: \'[{"name": "secret", "type": "double"}]\'\n')
    folder = repository(tmp_path, "mlruns")
    run = folder / "mlruns" / "0" / "r1"
    run.mkdir(parents=True)
    (run / "meta.yaml").write_text(
        f"artifact_uri: file://{outside.parent}\nlifecycle_stage: active\nstart_time: 1700000000000\nstatus: 3\n"
    )
    block = read_released(chosen_place("mlruns", folder, folder, {}), Wanted(run="r1"))

    assert [] == block["signature"]["inputs"]
