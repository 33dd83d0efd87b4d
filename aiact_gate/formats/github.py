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
_WORST = (5, 3, 2, 1, 4)
"""Exit codes that problems ask for, worst first."""


def render(report: Report) -> str:
    """One command a line, errors first."""
    return render_all([report])


def render_all(reports: Sequence[Report], prefix: str = "") -> str:
    """One command a line for all *reports* of a step; *prefix* leads from the workspace to the files' root."""
    first: list[str] = []
    marked: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for report in reports:
        first += [line for line in [_first(report)] if line and line not in first]
    problems = [(report, problem) for report in reports for problem in report.problems]
    problems.sort(key=lambda one: _WORST.index(one[1].code) if one[1].code in _WORST else len(_WORST))
    for report, problem in problems:
        # What only fails (1) follows the mode; a fault is an error in each.
        level = "error" if problem.code != 1 else words.level(report, problem.kind)
        marked.get(level, []).append(_problem(level, problem, prefix))
    pairs = [(report, system) for report in reports for system in report.systems]
    for _, system in pairs:
        marked["error"] += _rows("error", system, Outcome.ERROR, prefix)
    failing = [(report, finding) for report, system in pairs for finding in words.failing(system)]
    failing.sort(key=lambda one: KINDS.index(one[1].kind) if one[1].kind in KINDS else len(KINDS))
    for report, finding in failing:
        level = words.level(report, finding.kind, finding.is_firm)
        marked.get(level, []).append(_finding(level, finding, prefix))
    # A point that waits for an absent record has no finding of its own; where nothing else is red, it must not be silent.
    for report, system in pairs:
        if not words.failing(system):
            level = words.level(report, "missing")
            marked.get(level, []).extend(_rows(level, system, Outcome.FAIL, prefix))
    for report, system in pairs:
        level = words.level(report, "missing")
        marked.get(level, []).extend(_rows(level, system, Outcome.UNKNOWN, prefix))
    for report in reports:
        if report.mode != "observe":
            marked["warning"] += [_finding("warning", finding, prefix) for finding in report.questions]
    for report, system in pairs:
        if report.mode == "observe":
            continue  # its one notice has the counts
        marked["warning"] += [_finding("warning", finding, prefix) for finding in words.warnings(system)]
        marked["warning"] += _new(system, prefix)
    for report, system in pairs:
        if report.mode == "observe":
            continue
        marked["notice"].append(_counts(system, prefix))
    for report, system in pairs:
        if report.mode == "observe":
            continue
        marked["notice"] += [
            _finding("notice", notice, prefix)
            for notice in system.notices
            if notice.outcome is not Outcome.FAIL
        ]
    notices = _capped("notice", first + marked["notice"])
    shown = min(len(first), len(notices))
    return "".join(
        notices[:shown]
        + _capped("error", marked["error"])
        + _capped("warning", marked["warning"])
        + notices[shown:]
    )


def _first(report: Report) -> str:
    """One notice with the report's first lines and its recalls; where nothing is marked, with the counts, too."""
    lines = [*words.first_lines(report), *words.recalled_lines(report)]
    if not lines:
        return ""
    if report.mode == "observe":
        lines += [f"{system.id} {system.version}: {words.counts_line(system)}" for system in report.systems]
        lines += [
            f"{count(len(words.failing(system)), 'finding')}; the step summary has them."
            for system in report.systems
        ]
    return _command("notice", None, NAME, "\n".join(visible(line) for line in lines))


def _new(system: SystemReport, prefix: str) -> list[str]:
    """A warning for each new check that would fail without a finding of its own."""
    return [
        _command(
            "warning",
            system.anchor,
            f"{NAME}: new",
            f"{visible(short_citation(row.requirement))}: {visible(check.because)}\n{visible(check.id)}",
            prefix,
        )
        for row, check in words.new_ones(system)
        if not check.findings
    ]


def _capped(level: str, commands: list[str]) -> list[str]:
    if len(commands) <= KEPT + 1:
        return commands
    more = len(commands) - KEPT
    return [*commands[:KEPT], _command(level, None, NAME, f"and {more} more; the step summary has them all")]


def _finding(level: str, finding: Finding, prefix: str) -> str:
    note = f" ({finding.note})" if finding.grace else ""
    message = _with_fix(finding.message + note, finding.fix) + f"\n{visible(finding.check)}"
    title = f"{finding.article}: {finding.kind}" if finding.article else finding.kind
    return _command(level, finding.location, title, message, prefix)


def _problem(level: str, problem: Problem, prefix: str) -> str:
    return _command(level, problem.location, NAME, _with_fix(problem.message, problem.fix), prefix)


def _rows(level: str, system: SystemReport, outcome: Outcome, prefix: str) -> list[str]:
    """One line for each reason why points of *system* came to *outcome*: one shallow clone is one problem, not forty."""
    reasons: dict[str, list[str]] = {}
    for row in words.of_outcome(system, outcome):
        if not row.standing:
            reasons.setdefault(words.because(row), []).append(short_citation(row.requirement))
    word = "unknown in this run" if outcome is Outcome.UNKNOWN else WORDS[outcome]
    return [
        _command(
            level,
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
    """The check's title, never "passed": `3 of 14 points shown, 1 finding, 10 owed`, and the mode."""
    if report.in_force is None and not report.bypass:
        return _title(report)
    from aiact_gate.formats.modes import title_words

    return _title(report) + title_words(report)


def _title(report: Report) -> str:
    shown = sum(system.counts.get("pass", 0) for system in report.systems)
    points = sum(system.counts.get("judged", 0) for system in report.systems)
    failed = sum(len(words.failing(system)) for system in report.systems)
    owed = sum(system.counts.get("owed", 0) for system in report.systems)
    if not report.systems and report.problems:
        return f"Nothing judged, {count(len(report.problems), 'problem')}"
    if not points:  # no AI, or a tier that no point binds
        return f"No point judged, {count(failed, 'finding')}"
    return f"{shown} of {points} points shown, {count(failed, 'finding')}, {owed} owed"
