"""What a case is: an edit, the state in which the repository is judged, and how; and what a run of it showed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tree import Edit, git, nothing

State = Callable[[Path], Path]
"""From the repository with the edit committed to the folder that is judged."""


def full(folder: Path) -> Path:
    return folder


def depth_1(folder: Path) -> Path:
    """What a CI job checks out by default."""
    target = folder.with_name(f"{folder.name}-depth-1")
    git(folder.parent, "clone", "-q", "--depth", "1", folder.as_uri(), str(target))
    return target


def no_git(folder: Path) -> Path:
    """An archive of the tree."""
    shutil.rmtree(folder / ".git")
    return folder


class Case(NamedTuple):
    """One edit of an example, alone."""

    id: str
    rule: str
    """H1 to H18; empty for a neutral edit."""
    section: str
    imitates: str
    row: str
    """The requirement that it is about; empty: the run as a whole."""
    edit: Edit = nothing
    state: State = full
    options: Mapping[str, Any] = {}
    """Of the run: `base`, `staged`, `release`, `requirements`."""
    holds: Callable[[Path], bool] | None = None
    """For what no row shows: whether the gate withstood it, tried on the folder."""
    is_of_state: bool = False
    """The cheat is the state itself: what is said of the untouched repository in a full clone is what it is held against."""
    may_not_know: bool = False
    """A neutral state that takes something out of reach: unknown is right there, an accusation isn't."""
    is_older_text: bool = False
    """A neutral edit whose text was written before any rule looked at it."""
    language: str = "en"


class Seen(NamedTuple):
    """What a run of `check` said, as far as cases are compared."""

    exit_code: int
    rows: dict[str, tuple[str, str]]
    """Outcome and method by requirement."""
    findings: frozenset[tuple[str, str, str, int]]
    """(check, outcome, kind, its how-manieth)."""
    asked: frozenset[tuple[str, str, int]]
    """(check, file, its how-manieth)."""
    said: frozenset[str]
    """Notices, remarks and problems."""


class Result(NamedTuple):
    """What came of a case."""

    id: str
    verdict: str
    """Of a cheat: killed, asked, told, survived. Of a neutral edit: quiet, question, alarm. Broken: it came to none."""
    why: str = ""
