"""What a run asked of a tree: whether another tree would have answered alike, and that one judgement then serves both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from repos import DAY, HIGH, Repository, high

from aiact_gate.run.check import check
from aiact_gate.run.options import Options
from aiact_gate.sources.snapshot import open_snapshot
from aiact_gate.sources.watched import Watched

INPUTS = HIGH["aiact.yaml"] + '    inputs: [train.py, "data/**", "src/*.py"]\n'
UNRELATED: Mapping[str, Mapping[str, str | None]] = {
    "a new file elsewhere": {"docs/notes.txt": "x\n"},
    "a file beside the code that is named": {"src/deep/more.py": "x = 1\n"},
    "a line break in the name": {"docs/a\nb.txt": "x\n"},
}
RELATED: Mapping[str, Mapping[str, str | None]] = {
    "the manifest": {"aiact.yaml": INPUTS + "# a comment\n"},
    "the lock": {"aiact.lock": None},
    "a record": {"compliance/testing.yaml": HIGH["compliance/testing.yaml"] + "# a comment\n"},
    "a record more": {"compliance/more.yaml": "schema: x\n"},
    "the card": {"MODEL_CARD.md": None},
    "the log": {"evidence/events.jsonl": HIGH["evidence/events.jsonl"] * 2},
    "its schema": {"evidence/event.schema.json": "{}"},
    "a file that a record names": {"serve.py": None},
    "waivers where there were none": {"compliance/waivers.yaml": "waivers: []\n"},
    "a new input": {"data/more/new.csv": "x\n"},
    "a new input by a pattern": {"src/other.py": "x = 1\n"},
    "an input": {"train.py": "print('another')\n"},
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return high(tmp_path / "repository", {"aiact.yaml": INPUTS, "src/model.py": "x = 1\n"})


def staged_alike(repository: Repository, changes: Mapping[str, str | None]) -> bool:
    for path, content in changes.items():
        if content is None:
            (repository.folder / path).unlink()
        else:
            repository.write({path: content})
    repository.git("add", "-A")
    staged, place = open_snapshot(str(repository.folder), staged=True)
    watched = Watched(staged)
    check(watched, place, Options(DAY))
    return watched.answers_as(open_snapshot(str(repository.folder), ref="HEAD")[0])


@pytest.mark.parametrize("name", UNRELATED)
def test_a_file_that_nobody_read_makes_no_difference(repository: Repository, name: str) -> None:
    assert staged_alike(repository, UNRELATED[name])


@pytest.mark.parametrize("name", RELATED)
def test_a_file_that_was_read_or_looked_for_makes_one(repository: Repository, name: str) -> None:
    assert not staged_alike(repository, RELATED[name])


def test_a_file_that_is_only_announced_is_in_no_commit(repository: Repository) -> None:
    repository.write({"compliance/more.yaml": "schema: x\n"})
    repository.git("add", "-N", "compliance/more.yaml")

    staged, place = open_snapshot(str(repository.folder), staged=True)
    watched = Watched(staged)
    check(watched, place, Options(DAY))

    assert watched.answers_as(open_snapshot(str(repository.folder), ref="HEAD")[0])
    assert "compliance/more.yaml" not in staged.paths()


def test_an_unrelated_file_leaves_the_report_of_the_index_as_it_is(repository: Repository) -> None:
    """Everything that fails stood there before; nothing else of the report changes."""
    repository.write({"docs/notes.txt": "x\n"})
    repository.git("add", "-A")

    alone = json.loads(repository.check("--ref", "HEAD", "--format", "json").out)
    staged = repository.check("--staged", "--format", "json")

    rows = [
        {row["id"]: row["outcome"] for row in report["systems"][0]["requirements"]}
        for report in (alone, json.loads(staged.out))
    ]
    assert 0 == staged.code
    assert rows[0] == rows[1]
    assert all(
        finding["standing"]
        for row in json.loads(staged.out)["systems"][0]["requirements"]
        for one in row["checks"]
        for finding in one["findings"]
        if finding["severity"] == "error"
    )
