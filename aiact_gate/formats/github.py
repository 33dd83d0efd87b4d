"""Workflow commands of GitHub Actions: annotations at the right line, at most nine of each level and a count of the rest.

The runner keeps ten of each level for a step and drops the others silently, the worst perhaps among them; so the worst come
first, over all reports of the step, and the last says how many more there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.formats import words
from aiact_gate.formats.escape import command_message, command_property, visible
from aiact_gate.formats.style import count
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import KINDS, WORDS, Outcome
from aiact_gate.model.report import Finding, Problem, Report, SystemReport

KEPT = 9
MESSAGE_LIMIT = 4000
TITLE_LIMIT = 200
NAME = "EU AI Act gate"
_WORST = (5, 3, 2, 4, 1)
"""Exit codes that problems ask for, worst first."""


def render(report: Report) -> str:
    """One command a line, errors first."""
    return render_all([report])


def render_all(reports: Sequence[Report], prefix: str = "") -> str:
    """One command a line for all *reports* of a step; *prefix* leads from the workspace to the files' root."""
    systems = [system for report in reports for system in report.systems]
    problems = [problem for report in reports for problem in report.problems]
    problems.sort(key=lambda problem: _WORST.index(problem.code) if problem.code in _WORST else len(_WORST))
    failing = [finding for system in systems for finding in words.failing(system)]
    failing.sort(key=lambda finding: KINDS.index(finding.kind) if finding.kind in KINDS else len(KINDS))
    errors = [_problem(problem, prefix) for problem in problems]
    errors += [line for system in systems for line in _rows(system, Outcome.ERROR, prefix)]
    errors += [_finding("error", finding, prefix) for finding in failing]
    # A point that waits for an absent record has no finding of its own; where nothing else is red, it must not be silent.
    errors += [
        line
        for system in systems
        if not words.failing(system)
        for line in _rows(system, Outcome.FAIL, prefix)
    ]
    errors += [line for system in systems for line in _rows(system, Outcome.UNKNOWN, prefix)]
    warnings = [
        _finding("warning", finding, prefix) for system in systems for finding in words.warnings(system)
    ]
    notices = [_counts(system, prefix) for system in systems]
    notices += [
        _finding("notice", notice, prefix)
        for system in systems
        for notice in system.notices
        if notice.outcome is not Outcome.FAIL
    ]
    return "".join(_capped("error", errors) + _capped("warning", warnings) + _capped("notice", notices))


def _capped(level: str, commands: list[str]) -> list[str]:
    if len(commands) <= KEPT + 1:
        return commands
    more = len(commands) - KEPT
    return [*commands[:KEPT], _command(level, None, NAME, f"and {more} more; the step summary has them all")]


def _finding(level: str, finding: Finding, prefix: str) -> str:
    message = _with_fix(finding.message, finding.fix) + f"\n{visible(finding.check)}"
    title = f"{finding.article}: {finding.kind}" if finding.article else finding.kind
    return _command(level, finding.location, title, message, prefix)


def _problem(problem: Problem, prefix: str) -> str:
    return _command("error", problem.location, NAME, _with_fix(problem.message, problem.fix), prefix)


def _rows(system: SystemReport, outcome: Outcome, prefix: str) -> list[str]:
    """One error for each reason why points of *system* came to *outcome*: one shallow clone is one problem, not forty."""
    reasons: dict[str, list[str]] = {}
    for row in words.of_outcome(system, outcome):
        if not row.standing:
            reasons.setdefault(words.because(row), []).append(short_citation(row.requirement))
    word = "unknown in this run" if outcome is Outcome.UNKNOWN else WORDS[outcome]
    return [
        _command(
            "error",
            system.anchor,
            f"{NAME}: {outcome.value}",
            f"{count(len(points), 'point')} {word}: {visible(', '.join(points))}\n{visible(reason)}",
            prefix,
        )
        for reason, points in reasons.items()
    ]


def _counts(system: SystemReport, prefix: str) -> str:
    name = f"{system.id} {system.version}"
    return _command("notice", system.anchor, name, visible(words.counts_line(system)), prefix)


def _with_fix(message: str, fix: str) -> str:
    return visible(message) + (f"\nFix: {visible(fix)}" if fix else "")


def _command(level: str, place: Location | None, title: str, message: str, prefix: str = "") -> str:
    shown = command_property(visible(title)[:TITLE_LIMIT])
    where = f"{_where(place, prefix)}," if place else ""
    return f"::{level} {where}title={shown}::{command_message(message[:MESSAGE_LIMIT])}\n"


def _where(place: Location, prefix: str) -> str:
    line, column = max(place.line, 1), max(place.column, 1)
    text = f"file={command_property(visible(prefix + place.path))},line={line}"
    # Only within a line: where endLine differs from line the runner drops both columns, and GitHub shows the annotation
    # below the last line, far from where the finding stands.
    if place.end_line == line and place.end_column > column:
        return f"{text},endLine={line},col={column},endColumn={place.end_column}"
    return f"{text},col={column}"


def title(report: Report) -> str:
    """The check's title, never "passed": `3 of 14 points shown, 1 finding, 10 owed`."""
    shown = sum(system.counts.get("pass", 0) for system in report.systems)
    points = sum(system.counts.get("judged", 0) for system in report.systems)
    failed = sum(len(words.failing(system)) for system in report.systems)
    owed = sum(system.counts.get("owed", 0) for system in report.systems)
    if not report.systems and report.problems:
        return f"Nothing judged, {count(len(report.problems), 'problem')}"
    if not points:  # no AI, or a tier that no point binds
        return f"No point judged, {count(failed, 'finding')}"
    return f"{shown} of {points} points shown, {count(failed, 'finding')}, {owed} owed"
