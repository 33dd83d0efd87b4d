"""What of a report is shown, at which level, numbered how, and why something isn't counted: decided once, for every format.

In comes a report, as it was judged; out come frozen values. The level `error` stands on what ends the run with another exit
code than 0 and on nothing else, whatever the format; how a level looks is the format's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from aiact_gate.formats import words
from aiact_gate.judge.rollout import enforces, kinds_of_row
from aiact_gate.judge.verdict import CODES, short_citation
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import KINDS, WORDS, Outcome
from aiact_gate.model.report import CheckResult, Finding, Problem, Report, Row, SystemReport

ERROR, WARNING, NOTICE, UNMARKED = "error", "warning", "notice", ""
LEVELS = (ERROR, WARNING, NOTICE, UNMARKED)
"""Worst first. Unmarked: it is told where there is room, and nothing is marked at its place."""

SILENT = (Outcome.NOT_SELECTED, Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE)
"""Outcomes of rows without a result."""

_NOT_OF_MODE = {
    "observe": "this run only observes",
    "warn": "this run only warns",
    "enforce": "what is of this kind isn't enforced yet",
}
STOOD = "it stood before this change"
ASKS = "a question, it never fails a run"
TELLS = "a notice, it never fails a branch"


class Shown(NamedTuple):
    """One thing that people are shown."""

    group: str
    """problem, failed, standing, new, asked, notice, or covered: waived, owed, not due."""
    level: str
    message: str
    location: Location | None
    fix: str = ""
    kind: str = ""
    check: str = ""
    article: str = ""
    number: int = 0
    """The same in every format; 0 for what isn't numbered."""
    why: str = ""
    """Why it doesn't fail the run; empty where it does."""
    note: str = ""
    waits: tuple[str, ...] = ()
    """The points that wait for an absent record."""
    finding: Finding | None = None
    """None for a problem, and for a check without a finding of its own."""
    code: int = 1
    """The exit code that it asks for."""

    @property
    def bare(self) -> bool:
        """Whether it is a check without a finding of its own, which stands at the system's line."""
        return self.finding is None and bool(self.check)


class Reason(NamedTuple):
    """Rows that came to the same for the same reason: one shallow clone is one problem, not forty."""

    level: str
    outcome: Outcome
    because: str
    why: str
    """Why they don't fail the run; empty where they do."""
    rows: tuple[Row, ...]
    location: Location

    @property
    def points(self) -> tuple[str, ...]:
        return tuple(short_citation(row.requirement) for row in self.rows)


class CheckView(NamedTuple):
    """One check of a row."""

    check: CheckResult
    found: tuple[Shown, ...]


class RowView(NamedTuple):
    """One row of the checklist."""

    row: Row
    level: str
    """error: it fails the run."""
    why: str
    """Why it isn't shown, or why its failure doesn't fail the run."""
    checks: tuple[CheckView, ...]
    is_listed: bool
    """A point of law, the claim of the tier, a prohibition that applies: what a checklist is made of."""
    is_silent: bool
    """It has no result: not checked, not applicable, not looked at."""

    @property
    def found(self) -> tuple[Shown, ...]:
        """All its findings."""
        return tuple(one for check in self.checks for one in check.found)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its findings that fail."""
        return tuple(sorted({one.number for one in self.found if one.number}))


class SystemView(NamedTuple):
    """What is shown of one system: each finding in one of the groups."""

    system: SystemReport
    failed: tuple[Shown, ...]
    """What fails, by number: what a change loosens first, then by kind; also where the mode lets it through."""
    waiting: tuple[Reason, ...]
    """Points that fail through something that `failed` doesn't show as badly."""
    unknown: tuple[Reason, ...]
    """Points that this run could not determine, and those in error."""
    waived: tuple[RowView, ...]
    new: tuple[Shown, ...]
    """What only warns because the check is new in this form."""
    asked: tuple[Shown, ...]
    """Questions: heuristics, and readings of the law that aren't due."""
    notices: tuple[Shown, ...]
    beside: tuple[Shown, ...]
    """Of no row: what a change loosens, what a release leaves out, waivers that end soon; in the report's order."""
    standing: tuple[Shown, ...]
    """What failed before the change, too."""
    rows: tuple[RowView, ...]

    @property
    def listed(self) -> tuple[RowView, ...]:
        """The checklist."""
        return tuple(one for one in self.rows if one.is_listed)

    @property
    def has_points(self) -> bool:
        """Whether any point applies to it."""
        return any(
            one.row.requirement.is_point and one.row.outcome is not Outcome.NOT_APPLICABLE
            for one in self.rows
        )


class View(NamedTuple):
    """What is shown of one run."""

    report: Report
    first: tuple[str, ...]
    """Lines before everything else: the mode, recalls, a bypass."""
    problems: tuple[Shown, ...]
    """In the report's order."""
    questions: tuple[Shown, ...]
    """What is asked of a repository that declares no system."""
    systems: tuple[SystemView, ...]
    recalled: tuple[str, ...]
    """A line for each check that was taken back for a while."""
    marks: bool
    """Whether anything but what stands before everything else is marked: a run that only observes marks nothing."""

    @property
    def failed(self) -> tuple[Shown, ...]:
        return tuple(one for system in self.systems for one in system.failed)

    @property
    def standing(self) -> str:
        """A sentence about what failed before the change, too; empty where nothing did."""
        number = sum(len(system.standing) for system in self.systems)
        if number == 1:
            return "1 finding stood before this change and doesn't fail it."
        return f"{number} findings stood before this change and don't fail it." if number else ""


def view(report: Report) -> View:
    """What is shown of *report*."""
    return View(
        report=report,
        first=tuple(words.first_lines(report)),
        problems=tuple(_problem(report, problem) for problem in report.problems),
        questions=tuple(_finding(report, finding) for finding in report.questions),
        systems=tuple(_system(report, system) for system in report.systems),
        recalled=tuple(words.recalled_lines(report)),
        marks=report.mode != "observe",
    )


def worst_first(problems: Iterable[Shown]) -> list[Shown]:
    """*problems* of several runs, those with the worst exit code first."""
    return sorted(problems, key=lambda one: CODES.index(one.code) if one.code in CODES else len(CODES))


def by_kind(findings: Iterable[Shown]) -> list[Shown]:
    """*findings* of several systems and runs, in the order of kinds."""
    return sorted(findings, key=lambda one: KINDS.index(one.kind) if one.kind in KINDS else len(KINDS))


# ---------------------------------------------------------------- levels


def _level(report: Report, kind: str, is_firm: bool = False) -> str:
    """The level of what fails and is of *kind*, in the mode of this run; *is_firm*: no mode lets it through."""
    if is_firm:
        return ERROR
    if report.mode == "observe":
        return UNMARKED
    return ERROR if enforces(report.in_force, kind) else WARNING


def _marked(report: Report, level: str) -> str:
    """*level*, where this run marks anything at all."""
    return level if report.mode != "observe" else UNMARKED


def _excused(report: Report, level: str) -> str:
    """Why something that fails and is marked as *level* doesn't fail the run."""
    return "" if level == ERROR else _NOT_OF_MODE[report.mode]


def _worst(levels: Iterable[str]) -> str:
    return min(levels, key=LEVELS.index, default=UNMARKED)


# ---------------------------------------------------------------- one thing


def _problem(report: Report, problem: Problem) -> Shown:
    # What only fails (1) follows the mode; a fault is an error in each.
    level = ERROR if problem.code != 1 else _level(report, problem.kind)
    why = _excused(report, level)
    return Shown("problem", level, problem.message, problem.location, problem.fix, why=why, code=problem.code)


def _finding(report: Report, finding: Finding, because: str = "") -> Shown:
    """*finding*; *because*: why its check didn't pass."""
    group, level, why = _counted(report, finding, because)
    return Shown(
        group,
        level,
        finding.message,
        finding.location,
        finding.fix,
        finding.kind,
        finding.check,
        finding.article,
        finding.number,
        why,
        finding.note,
        finding.waits,
        finding,
    )


def _counted(report: Report, finding: Finding, because: str) -> tuple[str, str, str]:
    """The group and level of *finding*, and why it doesn't fail the run."""
    if finding.number:
        level = _level(report, finding.kind, finding.is_firm)
        return "failed", level, _excused(report, level)
    if finding.grace:
        return "new", _marked(report, WARNING), finding.note
    if finding.severity == "warning":
        early = finding.outcome is Outcome.NOT_DUE
        return "asked", _marked(report, WARNING), because if early else ASKS
    if finding.severity == "notice":
        return "notice", _marked(report, NOTICE), TELLS
    if finding.standing:
        return "standing", UNMARKED, STOOD
    return "covered", UNMARKED, finding.note or because or WORDS[finding.outcome]


def _without_finding(report: Report, row: Row, check: CheckResult, anchor: Location) -> Shown:
    """A new check that would fail without a finding of its own."""
    article = short_citation(row.requirement)
    level = _marked(report, WARNING)
    return Shown("new", level, check.because, anchor, check=check.id, article=article, why=check.because)


# ---------------------------------------------------------------- one system


def _system(report: Report, system: SystemReport) -> SystemView:
    rows = tuple(_row(report, system, row) for row in system.rows)
    beside = tuple(_finding(report, notice) for notice in system.notices)
    found = [*beside, *(one for row in rows for one in row.found)]
    numbered = {one.number: one for one in found if one.number}
    failed = tuple(numbered[number] for number in sorted(numbered))
    return SystemView(
        system=system,
        failed=failed,
        waiting=_waiting(report, system, failed),
        unknown=tuple(_reasons(report, system, (Outcome.UNKNOWN, Outcome.ERROR))),
        waived=tuple(row for row in rows if row.row.outcome is Outcome.WAIVED),
        new=tuple(one for one in found if one.group == "new"),
        asked=tuple(one for one in found if one.group == "asked"),
        notices=tuple(one for one in found if one.group == "notice"),
        beside=beside,
        standing=tuple(one for one in found if one.group == "standing"),
        rows=rows,
    )


def _row(report: Report, system: SystemReport, row: Row) -> RowView:
    level = _level_of_row(report, row)
    return RowView(
        row=row,
        level=level,
        why=_why(report, row, level),
        checks=tuple(CheckView(check, tuple(_found(report, system, row, check))) for check in row.checks),
        is_listed=words.is_listed(row),
        is_silent=row.outcome in SILENT,
    )


def _found(report: Report, system: SystemReport, row: Row, check: CheckResult) -> Iterator[Shown]:
    for finding in check.findings:
        yield _finding(report, finding, check.because)
    if check.grace and not check.findings:
        yield _without_finding(report, row, check, system.anchor)


def _level_of_row(report: Report, row: Row) -> str:
    if row.outcome is Outcome.ERROR:
        return ERROR
    if row.outcome not in (Outcome.FAIL, Outcome.UNKNOWN):
        return UNMARKED
    if any(one.number and one.is_firm for one in _findings_of(row)):
        return ERROR
    return _worst(_level(report, kind) for kind in kinds_of_row(row))


def _why(report: Report, row: Row, level: str) -> str:
    """Why *row* isn't shown or doesn't fail the run; empty where it passes, or fails it."""
    if row.outcome is Outcome.PASS or level == ERROR:
        return ""
    if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        return STOOD if row.standing else _NOT_OF_MODE[report.mode]
    if row.outcome is Outcome.WAIVED:
        return row.waiver
    if row.outcome is Outcome.OWED and row.covers:
        return f"{row.covers[0].owner}, due {row.covers[0].end}"
    return words.because(row)


def _waiting(report: Report, system: SystemReport, failed: Sequence[Shown]) -> tuple[Reason, ...]:
    """Reasons why points fail that have no finding of their own, but those that *failed* shows at least as badly."""
    told = {
        f"{one.location}: {(finding.alike or (finding,))[0].message}": _level(
            report, finding.kind, finding.is_firm
        )
        for finding in _findings(system)
        if finding.number
        for one in (finding, *finding.alike)
    }
    # A fault beside it stands at its own place, and the point says nothing of its own.
    told[""] = _worst(one.level for one in failed)
    rows = tuple(row for row in system.rows if not any(one.number for one in _findings_of(row)))
    return tuple(
        reason
        for reason in _reasons(report, system._replace(rows=rows), (Outcome.FAIL,))
        if LEVELS.index(told.get(reason.because, UNMARKED)) > LEVELS.index(reason.level)
        or not failed
        and reason.why != STOOD
    )


def _findings(system: SystemReport) -> Iterator[Finding]:
    yield from system.notices
    for row in system.rows:
        yield from _findings_of(row)


def _findings_of(row: Row) -> Iterator[Finding]:
    for check in row.checks:
        yield from check.findings


def _reasons(report: Report, system: SystemReport, outcomes: Sequence[Outcome]) -> Iterator[Reason]:
    """The rows of *system* that came to one of *outcomes*, by what they came to and why."""
    found: dict[tuple[Outcome, str, bool], list[Row]] = {}
    for row in system.rows:
        if row.outcome in outcomes:
            found.setdefault((row.outcome, words.because(row), row.standing), []).append(row)
    for (outcome, because, standing), rows in found.items():
        level = _worst(_level_of_row(report, row) for row in rows)
        why = STOOD if standing else _excused(report, level)
        yield Reason(level, outcome, because, why, tuple(rows), system.anchor)
