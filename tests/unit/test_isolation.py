"""`check` opens no socket, starts nothing but git, imports no mlflow, and reads nothing outside the repository."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import repos
from repos import DAY, HIGH, high, process

WATCH = """\
import os, sys

allowed = [os.path.realpath(path) for path in os.environ["WATCH_ALLOWED"].split(os.pathsep)]
log = open(os.environ["WATCH_LOG"], "a", buffering=1)


def outside(path):
    if not isinstance(path, (str, bytes)):
        return False
    real = os.path.abspath(os.fsdecode(path))
    return not any(real == place or real.startswith(place + os.sep) for place in allowed)


def watch(event, arguments):
    if event.startswith("socket."):
        log.write(f"socket {event}\\n")
        raise OSError("no socket here")
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "pty.spawn"):
        program = arguments[0] if arguments[0] is not None else arguments[1][0]
        log.write(f"program {os.path.basename(os.fsdecode(program))}\\n")
    if event == "import" and arguments[0].partition(".")[0] in ("mlflow", "pydantic", "pickle5", "requests", "urllib3"):
        log.write(f"import {arguments[0]}\\n")
        raise ImportError(arguments[0])
    if event in ("open", "os.listdir", "os.scandir") and outside(arguments[0]):
        log.write(f"{event} {os.fsdecode(arguments[0])}\\n")


import socket


class Broken(socket.socket):
    def __init__(self, *arguments, **options):
        log.write("socket made\\n")
        raise OSError("no socket here")


socket.socket = Broken
sys.addaudithook(watch)
"""


@pytest.mark.parametrize(
    "arguments", [(), ("--staged",), ("--ref", "HEAD")], ids=["work tree", "index", "revision"]
)
def test_check_stays_inside(arguments: tuple[str, ...], tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("token: 4711\n")
    testing = HIGH["compliance/testing.yaml"].replace("procedure: train.py", "procedure: ../../secret.yaml")
    logging = HIGH["compliance/logging.yaml"].replace("replay: evidence/", f"replay: {tmp_path}/secret.yaml#")
    card = HIGH["MODEL_CARD.md"] + "\n![x](../secret.yaml) <http://127.0.0.1:9/x>\n"
    schema = json.dumps({"$ref": f"file://{secret}", "allOf": [{"$ref": "http://127.0.0.1:9/schema"}]})
    repository = high(
        tmp_path / "repository",
        {
            "compliance/testing.yaml": testing,
            "compliance/logging.yaml": logging,
            "MODEL_CARD.md": card,
            "evidence/event.schema.json": schema,
            "aiact.yaml": HIGH["aiact.yaml"]
            + '        tracking_uri: "http://127.0.0.1:9"\n    inputs: ["../**", "/**"]\n',
        },
    )
    (repository.folder / "compliance" / "stolen.yaml").symlink_to(secret)
    (repository.folder / "compliance" / "more").symlink_to(tmp_path)
    repository.commit()
    repository.write({"notes.txt": "unrelated\n"}).git("add", "notes.txt")
    watch = tmp_path / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH)
    log = watch / "log"
    allowed = [
        repository.folder,
        repos.ROOT,
        repos.installed(),
        sys.prefix,
        sys.base_prefix,
        watch,
        "/dev/null",
        "/proc/self",
        "/usr/share/zoneinfo",
    ]

    ran = process(
        "check",
        *arguments,
        "--as-of",
        DAY,
        cwd=repository.folder,
        PYTHONPATH=f"{watch}{os.pathsep}{repos.installed()}",
        WATCH_LOG=str(log),
        WATCH_ALLOWED=os.pathsep.join(str(place) for place in allowed),
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
    )

    assert (0 if arguments == ("--staged",) else 1) == ran.code, ran.said  # nothing that fails is staged
    assert "4711" not in ran.said
    assert {"program git"} == set(log.read_text().split("\n")) - {""}
