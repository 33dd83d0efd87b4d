"""The registry reader against real MLflow: a sqlite store with a real model, a server on the loopback."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from registries import served

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.location import Place, chosen_place, shown
from aiact_gate.registry.released import Wanted, read_released
from aiact_gate.run.collect import collect
from aiact_gate.sources.lock import digest_of

mlflow: Any = importlib.import_module("mlflow")

MODEL = "credit-scoring"
DATA_DIGEST = hashlib.sha256(b"train").hexdigest()
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read_released_version(
    uri: str, model: str, version: str | None = None, alias: str | None = None
) -> dict[str, Any]:
    return read_released(Place(uri), Wanted(model, version, alias))


@dataclass
class Store:
    """A registry and the ids of what was logged into it."""

    uri: str
    folder: Path
    runs: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "mlflow.db"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Version 1 is as it should be (alias production), 2 FAILED, the run of 3 deleted, 4 unsigned."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        yield fill(Store(f"sqlite:///{folder / 'mlflow.db'}", folder))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same, logged through `mlflow server`, which serves the artifacts too."""
    folder = tmp_path_factory.mktemp("server")
    with served(folder) as uri, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        yield fill(Store(uri, folder))


def fill(store: Store) -> Store:
    import pandas
    from mlflow.models import infer_signature
    from sklearn.linear_model import LogisticRegression

    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    mlflow.set_experiment("training")
    frame = pandas.DataFrame({"age": [20.0, 30.0, 40.0, 50.0], "income": [1.0, 2.0, 3.0, 4.0]})
    model = LogisticRegression().fit(frame, [0, 1, 0, 1])
    signature = infer_signature(frame, pandas.DataFrame({"default": model.predict(frame)}))

    def register(name: str, signed: bool = True) -> None:
        store.runs[name] = mlflow.active_run().info.run_id
        mlflow.sklearn.log_model(
            model,
            name="model",
            signature=signature if signed else None,
            registered_model_name=MODEL,
            pip_requirements=["scikit-learn"],
        )

    with mlflow.start_run():
        mlflow.set_tag("mlflow.source.git.commit", COMMIT)
        mlflow.log_params(
            {
                "aiact.plan.sha256": "ab" * 32,
                "aiact.input.train.py": "cd" * 32,
                "C": "1e-3",
                "endpoint": "/predict",
                "long": "x" * 600,
            }
        )
        mlflow.log_params(
            {
                "data": "/home/ann/data.csv",
                "out": r"C:\Users\ann\out",
                "cache": "path=/Users/ann/c",
                "uri": "file:///x",
            }
        )
        mlflow.log_params({f"p{number:03}": number for number in range(400)})
        mlflow.log_metric("auc", 0.5, step=1)
        mlflow.log_metric("auc", 0.7934, step=2)
        mlflow.log_metric("auc", 0.6, step=0)
        mlflow.log_metric("gap", 0.01, step=0)
        mlflow.log_metric("gap", float("nan"), step=1)
        mlflow.log_metric("ratio", float("inf"))
        train = mlflow.data.from_pandas(frame, name="train")
        mlflow.log_input(train, context="training", tags={"sha256": DATA_DIGEST})
        mlflow.log_input(mlflow.data.from_pandas(frame.head(2), name="test"), context="testing")
        register("good")
    client = mlflow.MlflowClient()
    for name in ("failed", "deleted"):
        with mlflow.start_run() as run:
            store.runs[name] = run.info.run_id
            mlflow.end_run("FAILED" if name == "failed" else "FINISHED")
        client.create_model_version(MODEL, f"runs:/{run.info.run_id}/model", run.info.run_id)
    mlflow.delete_run(store.runs["deleted"])
    with mlflow.start_run():
        register("unsigned", signed=False)
    client.set_registered_model_alias(MODEL, "production", "1")

    mlflow.set_experiment("drills")
    for name, tags in (
        ("drill", {"aiact.evidence": "event_log", "aiact.model_version": "1"}),
        ("drill of another version", {"aiact.evidence": "event_log", "aiact.model_version": "2"}),
        (
            "drill of another model",
            {"aiact.evidence": "replay", "aiact.model_version": "1", "aiact.model": "other"},
        ),
        ("failed drill", {"aiact.evidence": "stop_drill", "aiact.model_version": "1"}),
        ("no drill", {"aiact.model_version": "1"}),
    ):
        with mlflow.start_run(tags=tags) as run:
            store.runs[name] = run.info.run_id
            mlflow.log_param("aiact.sha256.evidence/events.jsonl", "cd" * 32)
            mlflow.log_metric("predictions", 40)
            if name == "failed drill":
                mlflow.end_run("FAILED")
    return store


@pytest.fixture(params=["store", "server"])
def registry(request: pytest.FixtureRequest) -> Store:
    """Both kinds of registry, one after the other."""
    found: Store = request.getfixturevalue(request.param)
    return found


def test_a_released_version_comes_with_run_signature_and_aliases(registry: Store) -> None:
    block = read_released_version(registry.uri, MODEL, "1")

    assert (MODEL, "1", ["production"]) == (block["model"], block["version"], block["aliases"])
    assert {
        "inputs": [{"name": "age", "type": "double"}, {"name": "income", "type": "double"}],
        "outputs": [{"name": "default", "type": "long"}],
    } == block["signature"]
    run = block["run"]
    assert (registry.runs["good"], "FINISHED", "active", COMMIT) == (
        run["id"],
        run["status"],
        run["lifecycle"],
        run["source_commit"],
    )
    assert "problems" not in block


def test_an_alias_leads_to_its_version(registry: Store) -> None:
    assert read_released_version(registry.uri, MODEL, "1") == read_released_version(
        registry.uri, MODEL, alias="production"
    )


def test_the_last_value_of_a_metric_counts_and_nan_or_infinity_is_no_number(registry: Store) -> None:
    run = read_released_version(registry.uri, MODEL, "1")["run"]

    assert {"auc": 0.7934} == run["metrics"]
    assert ["gap", "ratio"] == run["not_numbers"]


def test_data_sets_carry_the_full_digest_that_was_logged(registry: Store) -> None:
    run = read_released_version(registry.uri, MODEL, "1")["run"]

    assert [
        {"context": "testing", "name": "test", "sha256": None},
        {"context": "training", "name": "train", "sha256": DATA_DIGEST},
    ] == run["datasets"]


def test_no_user_and_no_path_of_a_machine_comes_along(registry: Store) -> None:
    block = read_released_version(registry.uri, MODEL, "1")

    params = block["run"]["params"]
    assert ("1e-3", "/predict", 500) == (params["C"], params["endpoint"], len(params["long"]))
    assert not {"data", "out", "cache", "uri"} & set(params)
    assert 300 == len(params)
    assert "ann" not in json.dumps(block) and str(registry.folder) not in json.dumps(block)


def test_finished_drills_of_this_version_come_from_any_experiment(registry: Store) -> None:
    [drill] = read_released_version(registry.uri, MODEL, "1")["drills"]

    assert {
        "evidence": "event_log",
        "id": registry.runs["drill"],
        "metrics": {"predictions": 40.0},
        "model_version": "1",
        "params": {"aiact.sha256.evidence/events.jsonl": "cd" * 32},
        "status": "FINISHED",
    } == {key: value for key, value in drill.items() if key not in ("ran", "started_at")}
    assert drill["started_at"].endswith("Z") and 2 == len(drill["ran"])


def test_a_model_without_a_signature_is_told(registry: Store) -> None:
    block = read_released_version(registry.uri, MODEL, "4")

    assert {"inputs": [], "outputs": []} == block["signature"]
    assert f"no signature of {MODEL} 4: the model was logged without a signature" == block["problems"][0]


@pytest.mark.parametrize(
    ("asked", "what", "fix"),
    [
        (("credit-scorin", "1", None), "no registered model", MODEL),
        ((MODEL, "9", None), "no version '9'", "newest is 4"),
        ((MODEL, "one", None), "no version 'one'", "newest is 4"),
        ((MODEL, None, "champion"), "no alias 'champion'", "production"),
        ((MODEL, None, None), "neither a version nor an alias", "`version`"),
        (("credit-scorin", "1", None), "no registered model", "versions 1, 2, 3, 4, production = 1"),
        ((MODEL, "2", None), "is FAILED, not FINISHED", "ended well"),
        ((MODEL, "3", None), "is deleted", "restore"),
    ],
)
def test_what_is_not_there_or_not_finished_is_an_error_with_a_fix(
    registry: Store, asked: tuple[str, str | None, str | None], what: str, fix: str
) -> None:
    with pytest.raises(RegistryError) as raised:
        read_released_version(registry.uri, *asked)

    assert what in raised.value.what
    assert fix in raised.value.fix


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_reading_changes_no_byte_and_creates_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = digests(store.folder)
    read_released_version(store.uri, MODEL, "1")

    assert before == digests(store.folder)
    assert [] == list(tmp_path.iterdir())


def test_a_store_without_write_rights_is_read(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "mlflow.db"
    shutil.copyfile(store.file, copy)
    copy.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert "1" == read_released_version(f"sqlite:///{copy}", MODEL, "1")["version"]
    finally:
        tmp_path.chmod(0o755)


def test_what_stands_only_in_the_write_ahead_log_is_read(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "mlflow.db"
    shutil.copyfile(store.file, copy)
    writer = sqlite3.connect(copy)
    try:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("UPDATE latest_metrics SET value = 0.81 WHERE key = 'auc'")
        writer.commit()
        before = digests(tmp_path)

        assert 0.81 == read_released_version(f"sqlite:///{copy}", MODEL, "1")["run"]["metrics"]["auc"]
        assert before == digests(tmp_path)
    finally:
        writer.close()


def test_the_signature_is_found_after_the_store_moved(store: Store, tmp_path: Path) -> None:
    shutil.copyfile(store.file, tmp_path / "mlflow.db")
    shutil.copytree(store.folder / "mlruns", tmp_path / "mlruns")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        for prefix in (str(store.folder), "file:"):
            database.execute(
                "UPDATE logged_models SET artifact_location = replace(artifact_location, ?, 'file:///C:/Users/ann')",
                (prefix,),
            )

    block = read_released_version(f"sqlite:///{tmp_path / 'mlflow.db'}", MODEL, "1")
    assert ["age", "income"] == [column["name"] for column in block["signature"]["inputs"]]


def test_a_store_without_its_artifacts_is_read_and_says_what_is_missing(store: Store, tmp_path: Path) -> None:
    shutil.copyfile(store.file, tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE logged_models SET artifact_location = 's3://bucket/' || model_id")

    block = read_released_version(f"sqlite:///{tmp_path / 'mlflow.db'}", MODEL, "1")
    assert "isn't beside the database" in block["problems"][0]


def test_an_older_schema_is_raised_in_the_copy_only(tmp_path: Path) -> None:
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config

    path = tmp_path / "mlflow.db"
    uri = f"sqlite:///{path}"
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    engine = create_engine(uri)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        config = _get_alembic_config(uri)  # type: ignore[no-untyped-call]
        config.attributes["connection"] = connection
        command.upgrade(config, "5b0e9adcef9c")
    engine.dispose()
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (1, 'e', 'active')"
        )
        database.execute(
            "INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, end_time,"
            " lifecycle_stage, artifact_uri, experiment_id) VALUES"
            " ('aa11', 'r', 'LOCAL', 'ann', 'FINISHED', 1700000000000, 1700000001000, 'active',"
            " 'file:///x/1/aa11/artifacts', 1)"
        )
        database.execute("INSERT INTO registered_models (name, creation_time) VALUES ('m', 1)")
        database.execute(
            "INSERT INTO model_versions (name, version, creation_time, current_stage, source, run_id, status)"
            " VALUES ('m', 1, 1, 'None', 'file:///x/1/aa11/artifacts/model', 'aa11', 'READY')"
        )
    before = digests(tmp_path)
    model = tmp_path / "mlruns/1/aa11/artifacts/model"
    model.mkdir(parents=True)
    (model / "MLmodel").write_text('signature:\n  inputs: \'[{"name": "age", "type": "double"}]\'\n')

    block = read_released_version(uri, "m", "1")
    assert ("aa11", "2023-11-14T22:13:20Z") == (block["run"]["id"], block["run"]["started_at"])
    assert [{"name": "age", "type": "double"}] == block["signature"]["inputs"]
    assert before["mlflow.db"] == digests(tmp_path)["mlflow.db"]


def test_a_newer_schema_asks_for_a_newer_mlflow(store: Store, tmp_path: Path) -> None:
    shutil.copyfile(store.file, tmp_path / "mlflow.db")
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    with pytest.raises(RegistryError) as raised:
        read_released_version(f"sqlite:///{tmp_path / 'mlflow.db'}", MODEL, "1")

    assert "newer MLflow" in raised.value.what
    assert "--upgrade" in raised.value.fix


def test_a_missing_file_is_an_error_and_stays_missing(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as raised:
        read_released_version(f"sqlite:///{tmp_path / 'none.db'}", MODEL, "1")

    assert "there is no MLflow store" in raised.value.what
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_store_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mlflow.db").write_bytes(content)
    with pytest.raises(RegistryError) as raised:
        read_released_version(f"sqlite:///{tmp_path / 'mlflow.db'}", MODEL, "1")

    assert raised.value.fix


@pytest.mark.parametrize(
    "uri",
    [
        "mlruns",
        "./mlruns",
        "file:///srv/mlruns",
        "databricks://x",
        "postgresql://u:secret@h/db",
        "sqlite://",
        "s3://b",
    ],
)
def test_other_stores_are_refused_with_a_fix_and_created_by_nobody(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegistryError) as raised:
        read_released_version(uri, MODEL, "1")

    assert raised.value.fix
    assert "secret" not in str(raised.value)
    assert [] == list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_an_error_within_seconds() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(RegistryError) as raised:
        read_released_version(f"http://user:secret@127.0.0.1:{port}/path", MODEL, "1")

    assert f"http://127.0.0.1:{port} doesn't answer" in raised.value.what
    assert time.monotonic() - began < 30


def test_files_behind_another_server_or_in_a_bucket_are_not_followed(server: Store) -> None:
    with sqlite3.connect(server.file) as database:
        rows = dict(database.execute("SELECT model_id, artifact_location FROM logged_models"))
    try:
        for address in ("mlflow-artifacts://other.example/1", "s3://bucket/1", "file:///etc"):
            with sqlite3.connect(server.file) as database:
                database.execute("UPDATE logged_models SET artifact_location = ?", (address,))
            block = read_released_version(server.uri, MODEL, "1")

            assert "no signature" in block["problems"][0]
    finally:
        with sqlite3.connect(server.file) as database:
            database.executemany(
                "UPDATE logged_models SET artifact_location = ? WHERE model_id = ?",
                [(v, k) for k, v in rows.items()],
            )


def test_the_environment_names_the_registry_before_the_manifest(tmp_path: Path) -> None:
    found = chosen_place(
        "sqlite:///mlflow.db", tmp_path, tmp_path, {"MLFLOW_TRACKING_URI": "http://environment.example"}
    )

    assert Place("http://environment.example") == found


def test_a_store_in_the_manifest_is_relative_to_the_manifest_and_stays_in_the_repository(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "team"
    folder.mkdir()

    assert Place(f"sqlite:///{tmp_path}/mlflow.db", tmp_path) == chosen_place(
        "sqlite:///../mlflow.db", folder, tmp_path, {}
    )
    assert Place(f"{folder}/mlruns", tmp_path) == chosen_place("file:mlruns", folder, tmp_path, {})


def test_no_registry_at_all_is_an_error_with_a_fix(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as raised:
        chosen_place(None, tmp_path, tmp_path, {})

    assert "tracking_uri" in raised.value.fix


def test_an_address_is_shown_without_user_password_and_path() -> None:
    assert "https://mlflow.example:8443" == shown("https://user:secret@mlflow.example:8443/team?token=secret")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train.csv").write_text("age,default\n20,0\n30,1\n60,0\n20,0\n")
    (tmp_path / "data/test.csv").write_text("age,default\n20,0\n70,1\n")
    return tmp_path


def system(**more: Any) -> dict[str, Any]:
    return {
        "id": "credit-scoring",
        "datasets": [
            {"id": "test", "split": "testing", "path": "data/test.csv"},
            {"id": "train", "split": "training", "path": "data/train.csv"},
        ],
        "groups": [{"id": "under_25", "column": "age", "at_most": 24}],
        **more,
    }


def collected(root: Path, declared: dict[str, Any], uri: str | None = None) -> Any:
    lock = collect(root, [declared], None, "2026-11-25", {"MLFLOW_TRACKING_URI": uri} if uri else {})
    stated, computed = digest_of(lock)
    assert stated == computed
    return plain_data(parse_yaml(lock, "aiact.lock").root)["systems"]["credit-scoring"]


def test_a_lock_joins_registry_and_data_and_is_the_same_each_time(store: Store, project: Path) -> None:
    declared = system(registered_model=MODEL, alias="production")
    named = {"MLFLOW_TRACKING_URI": store.uri}
    first = collect(project, [declared], None, "2026-11-25", named)

    assert first == collect(project, [declared], None, "2026-11-25", named)
    found = collected(project, declared, store.uri)
    asked = read_released_version(store.uri, MODEL, "1")
    for drill in asked["drills"]:
        drill.pop("ran")  # the lock holds the digest of that program instead, where it is at hand
    assert asked == found["mlflow"]
    assert {
        "columns": ["age", "default"],
        "duplicate_rate": 0.25,
        "null_rate": 0.0,
        "path": "data/train.csv",
        "rows": 4,
        "rows_shared_with_training": 0,
        "sha256": hashlib.sha256((project / "data/train.csv").read_bytes()).hexdigest(),
        "shares": {"under_25": 0.5},
    } == {key: value for key, value in found["data"]["train"].items() if key != "definitions"}
    assert ["train"] == found["data"]["test"]["definitions"]["compared_with"]
    assert 1 == found["data"]["test"]["rows_shared_with_training"]


def test_data_behind_a_pointer_is_counted_if_it_is_there(project: Path) -> None:
    train = project / "data/train.csv"
    md5 = hashlib.md5(train.read_bytes()).hexdigest()
    (project / "data/train.csv.dvc").write_text(
        f"outs:\n- md5: {md5}\n  size: 37\n  hash: md5\n  path: train.csv\n"
    )
    declared = system(datasets=[{"id": "train", "split": "training", "path": "data/train.csv.dvc"}])
    there = collected(project, declared)
    train.write_text("age,default\n1,1\n")
    other = collected(project, declared)
    train.unlink()
    gone = collected(project, declared)

    assert (md5, 4) == (there["data"]["train"]["md5"], there["data"]["train"]["rows"])
    for found, why in ((other, "isn't what the pointer names"), (gone, "dvc pull")):
        assert {"md5": md5, "path": "data/train.csv.dvc", "sha256": None} == found["data"]["train"]
        assert why in found["problems"][0]


@pytest.mark.parametrize("path", ["data/none.csv", "../outside.csv", "/etc/passwd", "data/train.parquet"])
def test_data_that_cannot_be_counted_is_a_problem_in_the_lock(project: Path, path: str) -> None:
    (project / "data/train.parquet").write_bytes(b"PAR1\x00")
    found = collected(project, system(datasets=[{"id": "train", "split": "training", "path": path}]))

    assert {"path": path, "sha256": None} == found["data"]["train"]
    assert 1 == len(found["problems"])
