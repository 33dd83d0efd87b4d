"""What a run that the plugin tagged is worth: one digest over all inputs, held against git and against this tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from repositories import git

from aiact_gate.cli.collect import command
from aiact_gate.run.check import check
from aiact_gate.run.options import Options
from aiact_gate.run_facts import beginning
from aiact_gate.sources.snapshot import open_snapshot

MANIFEST = """schema: aiact-gate/manifest/v1
systems:
  - id: credit
    name: Credit
    version: 1.0.0
    role: provider
    intended_purpose: Estimates the probability that a consumer loan is not repaid.
    tier: high
    inputs: [train.py, data/*.csv]
    model:
      mlflow: {run: r1}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a run in a store of files, tagged from a clean commit; the lock is committed after it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "aiact.yaml").write_text(MANIFEST)
    (tmp_path / "train.py").write_text("print('trained')\n")
    (tmp_path / "data" / "a+b.csv").write_text("age\n20\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "code")
    found = beginning(tmp_path / "train.py")
    run = tmp_path / "mlruns" / "0" / "r1"
    (run / "tags").mkdir(parents=True)
    (run / "meta.yaml").write_text("lifecycle_stage: active\nstart_time: 1700000000000\nstatus: 3\n")
    for name, value in (found.tags if found is not None else {}).items():
        (run / "tags" / name).write_text(value)
    CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "lock")
    return tmp_path


def judged(folder: Path) -> tuple[dict[str, str], str, list[str]]:
    """The state of each input, who witnesses them, and what is said to be stale."""
    seen: list[Any] = []
    snapshot, path = open_snapshot(str(folder))
    check(snapshot, path, Options("2026-12-01"), witness=seen.append)
    evidence = seen[0].judging.evidence
    states = {row["path"]: row["state"] for row in evidence.data["derived"]["inputs"]}
    stale = [fault.message for fault in evidence.faults if fault.rule == "stale_input"]
    return states, evidence.witnesses.get(("derived", "inputs"), ""), stale


def test_inputs_of_a_tagged_run_are_witnessed_by_the_commit_that_it_names(project: Path) -> None:
    commit = git(project, "rev-parse", "HEAD~1").strip()[:7]

    assert ({"data/a+b.csv": "same", "train.py": "same"}, f"commit {commit}", []) == judged(project)


def test_only_the_input_that_changed_since_is_said_to_have_changed(project: Path) -> None:
    (project / "train.py").write_text("print('other')\n")
    states, witness, stale = judged(project)

    assert ({"data/a+b.csv": "same", "train.py": "changed"}, []) == (states, stale)
    assert witness.startswith("commit ")


def test_a_digest_that_fits_no_tree_at_hand_accuses_nobody_and_witnesses_nothing(project: Path) -> None:
    tag = project / "mlruns" / "0" / "r1" / "tags" / "aiact.inputs.sha256"
    tag.write_text("sha256:" + "0" * 64)
    CliRunner().invoke(command, [str(project)], catch_exceptions=False)

    assert ({"data/a+b.csv": "changed", "train.py": "changed"}, "", []) == judged(project)
