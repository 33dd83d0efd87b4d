"""Workflow commands of GitHub Actions: annotations at the right line, at most nine of each level and a count of the rest.

The runner keeps ten of each level for a step and drops the others silently, the worst perhaps among them; so the worst come
first and the last says how many more there are.
"""

from __future__ import annotations

from aiact_gate.formats import words
from aiact_gate.formats.escape import command_message, command_property, visible
from aiact_gate.formats.style import count
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Finding, Problem, Report, SystemReport

KEPT = 9
MESSAGE_LIMIT = 4000


def render(report: Report) -> str:
    """One command a line, errors first."""
    errors = [_problem(problem) for problem in report.problems]
    errors += [_finding("error", finding) for system in report.systems for finding in words.failing(system)]
    errors += [_unknown(system) for system in report.systems if words.of_outcome(system, Outcome.UNKNOWN)]
    errors += [
        _finding("error", notice)
        for system in report.systems
        for notice in system.notices
        if notice.outcome is Outcome.FAIL
    ]
    warnings = [
        _finding("warning", finding) for system in report.systems for finding in words.warnings(system)
    ]
    notices = [
        _finding("notice", notice)
        for system in report.systems
        for notice in system.notices
        if notice.outcome is not Outcome.FAIL
    ]
    notices += [_counts(system) for system in report.systems]
    return "".join(_capped("error", errors) + _capped("warning", warnings) + _capped("notice", notices))


def _capped(level: str, commands: list[str]) -> list[str]:
    if len(commands) <= KEPT + 1:
        return commands
    more = len(commands) - KEPT
    return [
        *commands[:KEPT],
        f"::{level} title=EU AI Act gate::and {more} more; the step summary has them all\n",
    ]


def _finding(level: str, finding: Finding) -> str:
    message = (
        visible(finding.message)
        + (f"\nFix: {visible(finding.fix)}" if finding.fix else "")
        + f"\n{finding.check}"
    )
    title = f"{finding.article}: {finding.kind}" if finding.article else finding.kind
    return _command(
        level, finding.location.path, finding.location.line, finding.location.column, title, message
    )


def _problem(problem: Problem) -> str:
    place = problem.location
    message = visible(problem.message) + (f"\nFix: {visible(problem.fix)}" if problem.fix else "")
    if place is None:
        return f"::error title=EU AI Act gate::{command_message(message)}\n"
    return _command("error", place.path, place.line, place.column, "EU AI Act gate", message)


def _unknown(system: SystemReport) -> str:
    rows = words.of_outcome(system, Outcome.UNKNOWN)
    message = f"{count(len(rows), 'point')} unknown in this run. {visible(words.because(rows[0]))}"
    return _command(
        "error",
        system.anchor.path,
        system.anchor.line,
        system.anchor.column,
        "EU AI Act gate: unknown",
        message,
    )


def _counts(system: SystemReport) -> str:
    return _command(
        "notice",
        system.anchor.path,
        system.anchor.line,
        system.anchor.column,
        f"{system.id} {system.version}",
        words.counts_line(system),
    )


def _command(level: str, path: str, line: int, column: int, title: str, message: str) -> str:
    place = f"file={command_property(path)},line={max(line, 1)},col={max(column, 1)}"
    return f"::{level} {place},title={command_property(visible(title))}::{command_message(message[:MESSAGE_LIMIT])}\n"


def title(report: Report) -> str:
    """The check's title, never "passed": `3 of 14 points shown, 1 failed, 10 owed`."""
    shown = sum(system.counts.get("pass", 0) for system in report.systems)
    points = sum(system.counts.get("judged", 0) for system in report.systems)
    failed = sum(len(words.failing(system)) for system in report.systems)
    owed = sum(system.counts.get("owed", 0) for system in report.systems)
    return f"{shown} of {points} points shown, {count(failed, 'finding')}, {owed} owed"
