"""Small repositories to judge: written to a folder, changed at one place, committed."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiact_gate.cli import run
from aiact_gate.sources.lock_text import render_lock
from tools.compile_packs import compile_packs

DAY = "2026-11-25"
ROOT = Path(__file__).resolve().parents[2]

_PEOPLE = "decided_by: head-of-loans@example.org\nreviewed_by: privacy-officer@example.org\n"


def _answers(**answers: str) -> str:
    return "answers:\n" + "".join(
        f"  {key.replace('__', '.')}:\n    is: {value}\n    because: Asked about {key} of those who run it.\n"
        for key, value in answers.items()
    )


_COMMON = {
    "what__kind": "ai_system",
    "what__inference": "true",
    "scope__link": "[provider]",
    "scope__military": "false",
    "scope__foreign_authority": "false",
    "scope__research_only": "false",
    "scope__stage": "released",
    "scope__foss": "false",
    "p__screen": "[]",
    "a1__law": "[]",
    "t__interacts": "false",
    "t__generates": "false",
    "t__exposes": "false",
    "g__downstream": "false",
    "l__small": "false",
}

MINIMAL = {
    "aiact.yaml": """\
schema: aiact-gate/manifest/v1
systems:
  - id: mail-sorter
    name: Mail sorter
    version: 2.0.0
    role: provider
    intended_purpose: Sorts mail into two folders by the words that it holds.
    tier: minimal
""",
    "compliance/classification.yaml": "schema: aiact-gate/record/classification/v1\nfor: mail-sorter@2.0.0\n"
    + _PEOPLE
    + _answers(**_COMMON, a3__areas="[]", l__placed='"2025-03-03"'),
}
"""A minimal-tier system: nothing binds it but the claim itself."""

_EVENTS = "".join(
    json.dumps(event) + "\n"
    for event in (
        {"type": "prediction", "time": "2026-11-12T09:00:00+01:00", "case_id": "C-1", "output": "review"},
        {"type": "prediction", "time": "2026-11-12T09:00:20+01:00", "case_id": "C-2", "output": "offer"},
        {"type": "restart", "time": "2026-11-12T09:20:00+01:00"},
    )
)
_TRAIN = "age,amount\n31,1000\n22,300\n"

HIGH = {
    "aiact.yaml": """\
schema: aiact-gate/manifest/v1
systems:
  - id: loans
    name: Loan queue
    version: 1.2.0
    role: provider
    intended_purpose: Orders consumer loan applications for the people who decide about them.
    tier: high
    model:
      card: MODEL_CARD.md
      instructions: INSTRUCTIONS_FOR_USE.md
      mlflow:
        registered_model: loans
        version: "3"
""",
    "compliance/classification.yaml": "schema: aiact-gate/record/classification/v1\nfor: loans@1.2.0\n"
    + _PEOPLE
    + _answers(
        **_COMMON,
        a3__areas="[services]",
        a3__services="[b]",
        a3__services__natural_persons="true",
        a3__services__fraud="false",
        d__profiling="true",
        l__placed="not_yet",
        l__public_authority="false",
    ),
    # The canary: a misspelt key that every run has to report, whatever else is wrong.
    "compliance/system_description.yaml": """\
schema: aiact-gate/record/system_description/v1
for: loans@1.2.0
provider:
  name: Loans Limited
  adress: Long Street 1, Graz
people:
  - {id: head-of-loans@example.org, function: decides about releases}
  - {id: test-lead@example.org, function: plans the tests}
forms:
  - {id: api, kind: api, entry_point: serve.py, description: An interface inside the bank.}
market_date: 2027-12-10
""",
    "compliance/testing.yaml": """\
schema: aiact-gate/record/testing/v1
for: loans@1.2.0
procedure: train.py
metrics:
  - id: auc
    title: AUC
    definition: Area under the curve on the testing rows.
    requirement: accuracy
    metric: test_auc
    lower: test_auc_lo
    upper: test_auc_hi
    cases: test_n
    split: testing
    direction: higher
    threshold: 0.70
    confidence: 0.95
    because: The queue is read from its top.
approved_by: test-lead@example.org
""",
    "compliance/data_governance.yaml": """\
schema: aiact-gate/record/data_governance/v1
for: loans@1.2.0
datasets:
  - id: train
    split: training
    path: data/train.csv
    origin: Contracts of the bank's own ledger.
""",
    "compliance/logging.yaml": """\
schema: aiact-gate/record/logging/v1
for: loans@1.2.0
capture:
  automatic: true
  written_by: serve.py
  tested_by: serve.py
  on_failure: block
sample:
  events: evidence/events.jsonl
  event_schema: evidence/event.schema.json
  decisions_counted_in: evidence/decisions.json
  window_because: One day on which the service served.
event_types:
  - {id: prediction, purposes: [risk_situations], meaning: One output for one case was returned.}
replay: evidence/replay.json
""",
    "evidence/events.jsonl": _EVENTS,
    "evidence/event.schema.json": json.dumps({"type": "object", "required": ["type", "time"]}),
    "evidence/decisions.json": json.dumps({"decisions_served": 2}),
    "evidence/replay.json": json.dumps(
        {"case_id": "C-1", "model_version": "3", "recorded_output": "review", "replayed_output": "review"}
    ),
    "data/train.csv": _TRAIN,
    "train.py": "print('train')\n",
    "serve.py": "print('serve')\n",
    "MODEL_CARD.md": """\
---
license: mit
---
# Loan queue

## Intended use

Orders loan applications for the people who decide.

## Limitations

Few applicants under twenty-five are in the data.

## Evaluation

AUC 0.79 on the testing rows.
""",
    "INSTRUCTIONS_FOR_USE.md": """\
---
schema: aiact-gate/document/instructions_for_use/v1
for: loans@1.2.0
model_version: "3"
delivery:
  - {form: api, how: They come with each key to the interface.}
sections:
  accuracy: How well it works
---
# Instructions

## How well it works

AUC 0.79 on the testing rows of this version.
""",
}
"""A high-risk system with little evidence: it fails, at known places."""

CANARY = "compliance/system_description.yaml:5"


def lock(**run: object) -> bytes:
    """The lock of `HIGH`, its run changed by *run*."""
    block = {
        "model": "loans",
        "version": "3",
        "aliases": [],
        "drills": [],
        "signature": {"inputs": [], "outputs": []},
        "run": {
            "id": "a3f9c1e0b7d24c55",
            "status": "FINISHED",
            "lifecycle": "active",
            "started_at": "2026-11-10T09:00:00Z",
            "source_commit": "",
            "params": {},
            "metrics": {"test_auc": 0.7934, "test_auc_lo": 0.75, "test_auc_hi": 0.83, "test_n": 300},
            "not_numbers": [],
            "datasets": [
                {
                    "name": "train",
                    "context": "training",
                    "sha256": hashlib.sha256(_TRAIN.encode()).hexdigest(),
                }
            ],
            **run,
        },
    }
    return render_lock({"loans": {"mlflow": block, "data": {}}}, DAY)


@dataclass(frozen=True)
class Ran:
    """What one run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams, white space as single blanks (text reports are wrapped)."""
        return " ".join((self.out + "\n" + self.err).split())


def _dated(at: str) -> dict[str, str]:
    return {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {}


class Repository:
    """A repository in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, stdin: bytes | None = None, at: str = "") -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org", *arguments],
            cwd=self.folder,
            input=stdin,
            env=_environment() | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | _dated(at),
            capture_output=True,
            check=True,
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes]) -> Repository:
        for path, content in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def commit(self, message: str = "A state of things", at: str = "") -> str:
        """All that is here, committed; *at* is a time as git reads it, else now."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, at=at)
        return self.git("rev-parse", "HEAD")

    def check(self, *arguments: str, **environment: str) -> Ran:
        """`aiact-gate check` here, as on one day."""
        return program("check", *arguments, "--as-of", DAY, cwd=self.folder, **environment)


@cache
def installed() -> Path:
    """The program as a wheel lays it out: one that runs from the checkout compiles the built-in packs in every run."""
    folder = Path(tempfile.mkdtemp(prefix="aiact-gate-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(ROOT / "aiact_gate", folder / "aiact_gate")
    shutil.copytree(ROOT / "policies", folder / "aiact_gate" / "policies")
    compile_packs(folder / "aiact_gate" / "policies")
    return folder


def program(*arguments: str, cwd: Path, **environment: str) -> Ran:
    """The program as if started in *cwd*, called in this process: starting an interpreter costs more than judging."""
    before, here = dict(os.environ), Path.cwd()
    _become(_environment() | {"COLUMNS": "80"} | environment)
    os.chdir(cwd)
    try:
        return call(*arguments)
    finally:
        os.chdir(here)
        _become(before)


def call(*arguments: str) -> Ran:
    """`aiact-gate` with *arguments* in this process and folder: its exit code and both streams."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    code = 0
    stdin, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdin = stdin
    return Ran(code, _written(out), _written(err))


def process(*arguments: str, cwd: Path, **environment: str) -> Ran:
    """The real program in its own process: where the interpreter, its start or its end are what is tested."""
    done = subprocess.run(
        [sys.executable, "-m", "aiact_gate", *arguments],
        cwd=cwd,
        env=_environment() | {"PYTHONPATH": str(installed()), "COLUMNS": "80"} | environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def _become(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def minimal(folder: Path) -> Repository:
    """A committed repository with a minimal-tier system."""
    repository = Repository(folder).write(MINIMAL)
    repository.commit()
    return repository


def high(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Repository:
    """A committed repository with a high-risk system; *changes* replaces files, None takes one away."""
    files: dict[str, str | bytes] = {**HIGH, "aiact.lock": lock()}
    for path, content in (changes or {}).items():
        if content is None:
            files.pop(path)
        else:
            files[path] = content
    repository = Repository(folder).write(files)
    repository.commit()
    return repository


def _environment() -> dict[str, str]:
    kept = "GIT_TEMPLATE_DIR"  # the tests' own
    return {
        key: value
        for key, value in os.environ.items()
        if key == kept or not key.startswith(("GIT_", "GITHUB_", "MLFLOW_"))
    }
