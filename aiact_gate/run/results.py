"""Outcomes of tests, read from JUnit XML: by file and test `passed`, `failed` or `skipped`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from aiact_gate.model.errors import UsageError

MOST_BYTES = 20_000_000
MOST_DEPTH = 32
_WORSE = ("passed", "skipped", "failed")
_OF_CHILD = {"failure": "failed", "error": "failed", "skipped": "skipped"}
_FIX = "Give what the test runner wrote: pytest --junitxml=FILE"


def read_results(path: Path, root: Path) -> dict[str, dict[str, str]]:
    """Outcome of each test by its file (relative to *root*) and its name; of a test that ran twice the worse one.

    Raises:
        UsageError: unreadable, too large, no XML, a document type or an entity, which could stand for anything.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path.name} can't be read: {error.strerror}", _FIX) from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path.name} has more than {MOST_BYTES:,} bytes", "Give the report of fewer tests.")
    cases = _Cases()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = cases.begin, cases.end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UsageError(f"{path.name} is no XML: {expat.ErrorString(error.code)}", _FIX) from error
    found: dict[str, dict[str, str]] = {}
    for attributes, outcome in cases.found:
        file_name = _file_of(attributes, root)
        name = attributes.get("name", "")[:200]
        outcomes = found.setdefault(file_name, {})
        outcomes[name] = max(outcome, outcomes.get(name, outcome), key=_WORSE.index)
    if not found:
        raise UsageError(f"{path.name} holds no test case", _FIX)
    return found


class _Cases:
    """The test cases of a document as they come by."""

    def __init__(self) -> None:
        self.found: list[tuple[dict[str, str], str]] = []
        self._depth = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise UsageError("the report of the tests is nested too deeply", _FIX)
        if name == "testcase":
            self.found.append((attributes, "passed"))
        elif name in _OF_CHILD and self.found:
            attributes, outcome = self.found[-1]
            self.found[-1] = (attributes, max(outcome, _OF_CHILD[name], key=_WORSE.index))

    def end(self, _: str) -> None:
        self._depth -= 1


def _refuse(*_: Any) -> None:
    raise UsageError("the report of the tests declares a document type or an entity", _FIX)


def _file_of(attributes: Mapping[str, str], root: Path) -> str:
    """The file of a test: as its runner says, else the longest part of the class's name that is one."""
    named = attributes.get("file", "")
    parts = attributes.get("classname", "").split(".")
    candidates = [named, *("/".join(parts[:length]) + ".py" for length in range(len(parts), 0, -1))]
    for candidate in candidates:
        inside = candidate and not candidate.startswith("/") and ".." not in candidate.split("/")
        if inside and len(candidate) < 500 and (root / candidate).is_file():
            return Path(candidate).as_posix()
    return attributes.get("classname", "")[:200]
