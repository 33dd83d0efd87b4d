"""No text of a repository is a command to the service that reads the log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repos import MINIMAL, Repository, program

from aiact_gate.formats import FORMATS

ANYWHERE = [
    "##vso[task.complete;result=Succeeded;]",
    "##VSO[task.complete;]",
    "##[error]x",
    "###[section]x",
    "##teamcity[buildStatus]",
]
"""What Azure Pipelines and TeamCity take for a command wherever it stands in a line."""
AT_START = ["::error::x", "--- x", "+++", "~~~ x", "^^^ +++", "section_start:1:x", "travis_fold:start:x"]
"""What GitHub Actions, Buildkite, GitLab and Travis take for one at a line's beginning."""
COMMAND = re.compile(
    r"^\s*(::|(---|\+\+\+|~~~|\^\^\^)(\s|$)|section_(start|end):|travis_)|##\w*\[",
    re.IGNORECASE | re.MULTILINE,
)


def with_version(folder: Path, version: str) -> Repository:
    files = {path: text.replace("2.0.0", f"'{version}'") for path, text in MINIMAL.items()}
    files["aiact.yaml"] = MINIMAL["aiact.yaml"].replace("version: 2.0.0", f"version: '{version}'")
    repository = Repository(folder / "repository").write(files)
    repository.commit()
    return repository


@pytest.mark.parametrize("text", ANYWHERE)
def test_a_version_is_no_command_in_the_text_report(text: str, tmp_path: Path) -> None:
    ran = with_version(tmp_path, text).check("-v")

    assert text.lstrip("#").partition("]")[0] in ran.out, ran.out
    assert COMMAND.search(ran.out + ran.err) is None


@pytest.mark.parametrize("text", ["##vso[task.complete]", *AT_START])
def test_what_a_decision_says_is_no_command_in_the_text_report(text: str, tmp_path: Path) -> None:
    # So long a word that what follows it begins a line.
    decision = f"reason: 'Scripts that people wrote rename files {'y' * 78} {text}'\n  decided_by: it-lead@example.org\n  expires: 2027-01-01\n"
    manifest = f"schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n  {decision}"
    repository = Repository(tmp_path / "repository").write({"aiact.yaml": manifest})
    repository.commit()

    ran = repository.check()

    assert text.split()[-1].lstrip("#") in ran.out, ran.out
    assert COMMAND.search(ran.out) is None


def test_a_message_about_a_command_line_is_no_command(tmp_path: Path) -> None:
    ran = program("check", "##vso[task.complete]", cwd=tmp_path)

    assert (2, True) == (ran.code, "vso[task.complete]" in ran.err), ran.err
    assert COMMAND.search(ran.err) is None


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_prints_a_command_of_a_repository(name: str, tmp_path: Path) -> None:
    """Each text stands in a key, a value, a file's name and a person's; each report goes to the log of a job."""
    hostile = [*ANYWHERE, *AT_START, "\x1b[0Ksection_start:1:x", "%0A::error::x", "##[group]x"]
    escaped = [text.replace("\x1b", "\\e") for text in hostile]
    keys = "".join(f'"{text} {number}": "{text}"\n' for number, text in enumerate(escaped))
    text = MINIMAL["compliance/classification.yaml"]
    files: dict[str, str | bytes] = {
        **MINIMAL,
        "aiact.yaml": MINIMAL["aiact.yaml"].replace("name: Mail sorter", f'name: "{escaped[0]}"'),
        "compliance/classification.yaml": text.replace("head-of-loans@", '"##[x]"@', 0) + keys,
        "compliance/##vso[task.complete].yaml": "schema: aiact-gate/record/nothing/v1\n",
        "compliance/--- x.yaml": "schema: aiact-gate/record/nothing/v1\n",
    }
    repository = Repository(tmp_path / "repository").write(files)
    repository.commit()

    ran = repository.check("--format", name)

    # Its own commands name files by their own names, and are what GitHub alone is given.
    own = re.compile(r"^::(error|warning|notice) .*?::", re.MULTILINE)
    said = own.sub("own command: ", ran.out) if name == "github" else ran.out
    assert 1 == ran.code, ran.said
    assert COMMAND.search(said) is None, COMMAND.search(said)


@pytest.mark.parametrize("text", ANYWHERE)
def test_a_page_of_explain_holds_no_command(text: str, tmp_path: Path) -> None:
    repository = with_version(tmp_path, text)

    ran = program("explain", "art6.claim", ".", cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert COMMAND.search(ran.out) is None
