"""Workflow commands: read back by the runner's grammar, at their lines, within what it keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest
from repos import MINIMAL, Repository, high

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*?)::(.*)")
KEPT = 10
"""Annotations of a level that the runner keeps for a step."""
LONGEST = 4096


@dataclass(frozen=True)
class Command:
    level: str
    fields: dict[str, str]
    message: str

    @property
    def place(self) -> str:
        return f"{self.fields.get('file', '')}:{self.fields.get('line', '')}"


def read(text: str) -> list[Command]:
    """Each line is a command; escapes are undone as the runner undoes them."""
    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        level, fields, message = match.groups()
        pairs = dict(field.split("=", 1) for field in fields.split(","))
        for value in [*pairs.values(), message]:
            assert re.fullmatch(r"(?:[^%\r\n]|%0A|%0D|%25|%3A|%2C)*", value), value
        found.append(Command(level, {key: unquote(value) for key, value in pairs.items()}, unquote(message)))
    return found


def annotations(repository: Repository, *options: str) -> list[Command]:
    return read(repository.check("--format", "github", *options).out)


def with_faults(folder: Path, *names: str) -> Repository:
    """A minimal system with a misspelt key for each of *names*."""
    record = "compliance/classification.yaml"
    lines = "".join(f"{name}: 1\n" for name in names)
    repository = Repository(folder).write({**MINIMAL, record: MINIMAL[record] + lines})
    repository.commit()
    return repository


def test_a_finding_stands_at_its_file_and_line(tmp_path: Path) -> None:
    repository = with_faults(tmp_path / "repository", "surplus")
    record = (repository.folder / "compliance/classification.yaml").read_text().splitlines()

    [error, *others] = annotations(repository)

    assert "error" == error.level and {"notice"} == {other.level for other in others}
    assert f"compliance/classification.yaml:{record.index('surplus: 1') + 1}" == error.place
    assert ("1", "8") == (error.fields["col"], error.fields["endColumn"])
    assert "'surplus'" in error.message and "\nFix: " in error.message


def test_every_place_exists(failing: Repository) -> None:
    for command in annotations(failing):
        if "file" in command.fields:
            lines = (failing.folder / command.fields["file"]).read_text("utf-8").splitlines()
            assert 1 <= int(command.fields["line"]) <= len(lines)


@pytest.mark.parametrize("level", ["error", "warning", "notice"])
def test_the_runner_keeps_every_annotation(failing: Repository, level: str) -> None:
    found = [command for command in annotations(failing) if command.level == level]

    assert len(found) <= KEPT
    assert all(len(command.message) <= LONGEST for command in found)


def test_the_last_of_a_level_says_how_many_more_there_are(tmp_path: Path) -> None:
    ten = annotations(with_faults(tmp_path / "ten", *(f"key{n}" for n in range(10))))
    thirty = annotations(with_faults(tmp_path / "thirty", *(f"key{n}" for n in range(30))))
    errors = [command for command in thirty if command.level == "error"]

    assert 10 == sum(command.level == "error" for command in ten)
    assert not any("more" in command.message for command in ten)
    assert 10 == len(errors) and errors[-1].message.startswith("and 21 more;")


def test_the_worst_come_first(failing: Repository) -> None:
    errors = [command for command in annotations(failing) if command.level == "error"]

    assert ["contradicted"] * 4 == [command.fields["title"].rpartition(": ")[2] for command in errors[:4]]


def test_several_manifests_share_what_a_step_may_show(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    record = "compliance/classification.yaml"
    surplus = "".join(f"key{n}: 1\n" for n in range(8))
    for folder in ("one", "two"):
        repository.write({f"{folder}/{path}": text for path, text in MINIMAL.items()})
        repository.write({f"{folder}/{record}": MINIMAL[record] + surplus})
    repository.commit()

    errors = [command for command in annotations(repository, "--recursive") if command.level == "error"]

    assert 10 == len(errors) and errors[-1].message.startswith("and 7 more;")
    assert {"one", "two"} == {command.fields["file"].partition("/")[0] for command in errors[:-1]} | {"two"}


@pytest.mark.parametrize(
    "name",
    [
        "'100% a,b: c'",
        "'::error::x'",
        "'##[error]x'",
        '"a\\nb\\r::warning::c"',
        '"\\e[31mred"',
        "'%0A'",
        "'\u202eabc'",
    ],
)
def test_a_text_of_the_repository_is_no_command_and_breaks_none(tmp_path: Path, name: str) -> None:
    ran = with_faults(tmp_path / "repository", name).check("--format", "github")
    commands = read(ran.out)

    assert 1 == len([command for command in commands if command.level == "error"])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", ran.out)


def test_a_percent_sign_is_read_back_as_one(tmp_path: Path) -> None:
    [error, *_] = annotations(with_faults(tmp_path / "repository", "'100%0A,b: c'"))

    assert "'100%0A,b: c'" in error.message


def test_a_file_with_marks_of_the_grammar_in_its_name_is_found(tmp_path: Path) -> None:
    folder = "a::b,line=1 50%"
    repository = Repository(tmp_path / "repository")
    repository.write({f"{folder}/{path}": text for path, text in MINIMAL.items()})
    record = f"{folder}/compliance/classification.yaml"
    repository.write({record: MINIMAL["compliance/classification.yaml"] + "surplus: 1\n"})
    repository.commit()

    [error, *_] = annotations(repository, folder)

    assert record == error.fields["file"]


def test_nothing_failed_is_no_error(shown: Repository) -> None:
    found = annotations(shown)

    assert {"warning", "notice"} >= {command.level for command in found}
    assert any("59 shown" in command.message for command in found if command.level == "notice")


def test_a_manifest_that_cannot_be_read_is_marked_in_it(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository", {"aiact.yaml": "systems: [\n"})

    [error, *_] = annotations(repository)

    assert "error" == error.level and error.fields["file"] == "aiact.yaml"
