"""A case, from the copy to its result."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cases import Case, Result, Seen, State, full
from tree import Outdated, Tree, commit, environment, git, nothing, repository

from aiact_gate.model.errors import AiactError
from aiact_gate.model.report import Report
from aiact_gate.run.manifests import checked, unable
from aiact_gate.run.options import Options

AS_OF = "2026-11-25"
EXAMPLE = "credit-scoring"
GOOD = (
    "pass",
    "not_applicable",
    "not_selected",
    "not_checked",
    "not_due",
    "waived",
    "owed",
    "unknown",
    "fail",
    "error",
)
"""Outcomes from the best on: only a worse one notices a cheat."""
STRENGTH = ("measured", "provenance", "witnessed", "structural", "attested", "stated", "")

UNREADABLE = "integrity.present/can-be-read"
NAMED_ONLY = "signed by name only"
"""A remark that names the waivers: another one is nothing new."""
ALONE = " on the lock alone"


def numbered(found: Iterable[tuple[str, ...]]) -> frozenset[Any]:
    """Each of *found* with a number of its own, so that a second one of a kind counts."""
    return frozenset((*one, at) for one, times in Counter(found).items() for at in range(times))


def seen(report: Report) -> Seen:
    """*report* as far as cases are compared."""
    findings = [*report.findings, *report.questions]
    told = [notice.message for system in report.systems for notice in system.notices]
    told += [remark for remark in report.remarks if NAMED_ONLY not in remark]
    told += (
        ["the tree isn't what the commit holds"] if report.subject.get("dirty") and not report.hook else []
    )
    return Seen(
        report.exit_code,
        {
            row.requirement.id: (
                row.outcome.value,
                row.method + (ALONE if getattr(row, "on_lock", ()) else ""),
            )
            for system in report.systems
            for row in system.rows
        },
        numbered(
            (found.check, found.outcome.value, found.kind) for found in findings if found.kind != "asked"
        ),
        numbered((found.check, found.location.path) for found in findings if found.kind == "asked"),
        frozenset([*told, *(problem.message for problem in report.problems)]),
    )


def judged(folder: Path, options: dict[str, Any]) -> Seen:
    rest = {name: options[name] for name in ("release", "requirements") if name in options}
    where = {name: options[name] for name in ("base", "staged") if name in options}
    options = Options(as_of=AS_OF, **rest)
    try:
        return seen(checked(str(folder), options, **where)[0])
    except AiactError as error:  # a tree that is refused, as the command line tells it
        return seen(unable(error, options))


class Bench:
    """One untouched repository, and copies of it."""

    def __init__(self, folder: Path) -> None:
        os.environ.update(environment())
        self._folder = folder
        self._original = repository(folder / "original", EXAMPLE)
        self._untouched: dict[tuple[State, str], Seen] = {}

    def _copy(self, case: Case) -> Path:
        target = Path(tempfile.mkdtemp(dir=self._folder)) / "repository"
        shutil.copytree(self._original, target, symlinks=True)
        case.edit(Tree(target))
        if case.options.get("staged"):
            git(target, "add", "-A")
        elif case.edit is not nothing:
            commit(target, case.id)
        return case.state(target)

    def seen(self, case: Case) -> Seen:
        folder = self._copy(case)
        try:
            return judged(folder, dict(case.options))
        finally:
            shutil.rmtree(folder.parent)

    def untouched(self, state: State, options: dict[str, Any]) -> Seen:
        """What is said of the untouched repository in the same state, asked in the same way."""
        key = (state, repr(sorted(options.items())))
        if key not in self._untouched:
            plain = {name: value for name, value in options.items() if name != "staged"}
            self._untouched[key] = self.seen(Case("untouched", "", "", "", "", nothing, state, plain))
            if state is full and not plain and self._untouched[key].exit_code:
                raise Outdated("the untouched example fails")
        return self._untouched[key]

    def applied(self, case: Case) -> None:
        """Make the edit in a copy of the files, to see that it still fits; commit and judge nothing."""
        target = Path(tempfile.mkdtemp(dir=self._folder))
        shutil.copytree(
            self._original, target, symlinks=True, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True
        )
        case.edit(Tree(target))
        shutil.rmtree(target)

    def result(self, case: Case) -> Result:
        if case.holds is not None:
            folder = self._copy(case)
            try:
                return Result(case.id, "killed" if case.holds(folder) else "survived")
            finally:
                shutil.rmtree(folder.parent)
        base = full if case.may_not_know or case.is_of_state else case.state
        before = self.untouched(base, {} if case.may_not_know else dict(case.options))
        after = self.seen(case)
        if UNREADABLE in {found[0] for found in after.findings} and not case.may_not_know:
            raise Outdated(f"the edit leaves a file that can't be read: {said(after.said)}")
        if case.rule:
            return self._cheat(case, before, after)
        return neutral(case, before, after)

    def _cheat(self, case: Case, before: Seen, after: Seen) -> Result:
        if after.exit_code != before.exit_code and after.exit_code != 0:
            why = said([*(after.findings - before.findings), *(after.said - before.said)])
            return Result(case.id, "killed", f"exit {before.exit_code} to {after.exit_code}: {why}")
        was, now = before.rows.get(case.row, ("", "")), after.rows.get(case.row, ("", ""))
        if is_weaker(was, now):
            return Result(case.id, "killed", f"{case.row}: {' '.join(was)} to {' '.join(now)}")
        if after.asked - before.asked:
            return Result(case.id, "asked", said(after.asked - before.asked))
        if after.said - before.said:
            return Result(case.id, "told", said(after.said - before.said))
        if after.findings - before.findings:
            return Result(case.id, "told", said(after.findings - before.findings))
        if case.state is not full:
            claimed = self.untouched(full, dict(case.options)).rows.get(case.row, ("", ""))
            if is_weaker(claimed, now):
                return Result(
                    case.id,
                    "told",
                    f"{case.row} is only {' '.join(now)} here, {' '.join(claimed)} in a full clone",
                )
        return Result(case.id, "survived")


def is_weaker(was: tuple[str, str], now: tuple[str, str]) -> bool:
    """Whether *now* is a worse outcome, or a pass that is worth less. Better than before notices nothing."""
    return _worth(now) > _worth(was)


def _worth(row: tuple[str, str]) -> tuple[int, int, bool]:
    outcome, method = row
    return _at(GOOD, outcome), _at(STRENGTH, method.removesuffix(ALONE)), method.endswith(ALONE)


def _at(words: tuple[str, ...], word: str) -> int:
    return words.index(word) if word in words else len(words)


def said(found: Iterable[Any]) -> str:
    return "; ".join(sorted(one if isinstance(one, str) else " ".join(map(str, one[:3])) for one in found))[
        :200
    ]


def neutral(case: Case, before: Seen, after: Seen) -> Result:
    """Quiet, a question, or an alarm: a new error or unknown, or an accusation."""
    bad = ("fail", "error") if case.may_not_know else ("fail", "error", "unknown")
    found = [one for one in after.findings - before.findings if one[1] in bad or one[2] == "contradicted"]
    rows = [
        name
        for name, now in after.rows.items()
        if now[0] in bad and before.rows.get(name, ("", ""))[0] not in (*bad, "waived")
    ]
    code = "" if case.may_not_know or after.exit_code in (before.exit_code, 0) else f"exit {after.exit_code}"
    if found or rows or code:
        return Result(case.id, "alarm", f"{code} {' '.join(rows)} {said(found)}".strip())
    if after.asked - before.asked:
        return Result(case.id, "question", said(after.asked - before.asked))
    return Result(case.id, "quiet")
