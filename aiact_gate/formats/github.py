"""Workflow commands of GitHub Actions: annotations at the right line, at most nine of each level and a count of the rest.

The runner keeps ten of each level for a step and drops the others silently, the worst perhaps among them; so the worst come
first, over all reports of the step, and the last says how many more there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.formats import words
from aiact_gate.formats.escape import command_message, command_property, one_line, visible
from aiact_gate.formats.style import count
from aiact_gate.formats.view import Reason, Shown, View, by_kind, view, worst_first
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import WORDS, Outcome
from aiact_gate.model.report import Report, SystemReport

KEPT = 9
MESSAGE_LIMIT = 4000
TITLE_LIMIT = 200
NAME = "EU AI Act gate"


def render(report: Report) -> str:
    """One command a line, errors first."""
    return render_all([report])


def render_all(reports: Sequence[Report], prefix: str = "") -> str:
    """One command a line for all *reports* of a step; *prefix* leads from the workspace to the files' root."""
    views = [view(report) for report in reports]
    systems = [system for shown in views for system in shown.systems]
    first = list(dict.fromkeys(line for shown in views if (line := _first(shown))))
    marked: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}

    def mark(level: str, command: str) -> None:
        marked.get(level, []).append(command)

    for one in worst_first(one for shown in views for one in shown.problems):
        mark(one.level, _problem(one, prefix))
    reasons = [reason for system in systems for reason in system.unknown]
    for reason in (reason for reason in reasons if reason.outcome is Outcome.ERROR):
        mark(reason.level, _reason(reason, prefix))
    for one in by_kind(one for system in systems for one in system.failed):
        mark(one.level, _finding(one, prefix))
    # A point that waits for an absent record has no finding of its own; where nothing else says so, it must not be silent.
    for reason in (reason for system in systems for reason in system.waiting):
        mark(reason.level, _reason(reason, prefix))
    for reason in (reason for reason in reasons if reason.outcome is Outcome.UNKNOWN):
        mark(reason.level, _reason(reason, prefix))
    for one in (one for shown in views for one in shown.questions):
        mark(one.level, _finding(one, prefix))
    for one in (one for system in systems for one in (*system.new, *system.asked)):
        mark(one.level, _finding(one, prefix))
    for shown in views:
        for system in shown.systems if shown.marks else ():  # else one notice has the counts
            mark("notice", _counts(system.system, shown.standing, prefix))
    for one in (one for system in systems for one in system.notices):
        mark(one.level, _finding(one, prefix))
    notices = _capped("notice", first + marked["notice"])
    shown_first = min(len(first), len(notices))
    return "".join(
        notices[:shown_first]
        + _capped("error", marked["error"])
        + _capped("warning", marked["warning"])
        + notices[shown_first:]
    )


def _first(shown: View) -> str:
    """One notice with the report's first lines and its recalls; where nothing is marked, with the counts, too."""
    lines = [*shown.first, *shown.recalled]
    if shown.report.verdict == "nothing_evaluated" and shown.report.note:
        lines.append(shown.report.note)
    if not lines:
        return ""
    if not shown.marks:
        for one in (system.system for system in shown.systems):
            lines.append(f"{one.id} {one.version}: {words.counts_line(one)}")
        lines += [
            f"{count(len(system.failed), 'finding')}; the step summary has them." for system in shown.systems
        ]
    return _command("notice", None, NAME, "\n".join(visible(line) for line in lines))


def _capped(level: str, commands: list[str]) -> list[str]:
    if len(commands) <= KEPT + 1:
        return commands
    more = len(commands) - KEPT
    return [*commands[:KEPT], _command(level, None, NAME, f"and {more} more; the step summary has them all")]


def _finding(one: Shown, prefix: str) -> str:
    if one.bare:
        message = f"{visible(one.article)}: {visible(one.message)}\n{visible(one.check)}"
        return _command(one.level, one.location, f"{NAME}: new", message, prefix)
    note = f" ({one.note})" if one.group == "new" else ""
    message = _with_fix(one.message + note, one.fix) + f"\n{visible(one.check)}"
    title = f"{one.article}: {one.kind}" if one.article else one.kind
    return _command(one.level, one.location, title, message, prefix)


def _problem(problem: Shown, prefix: str) -> str:
    return _command(problem.level, problem.location, NAME, _with_fix(problem.message, problem.fix), prefix)


def _reason(reason: Reason, prefix: str) -> str:
    """One line for all points that came to the same for the same reason."""
    word = "unknown in this run" if reason.outcome is Outcome.UNKNOWN else WORDS[reason.outcome]
    points = f"{count(len(reason.points), 'point')} {word}: {visible(', '.join(reason.points))}"
    message = f"{points}\n{visible(reason.because)}"
    return _command(reason.level, reason.location, f"{NAME}: {reason.outcome.value}", message, prefix)


def _counts(system: SystemReport, standing: str, prefix: str) -> str:
    name = f"{system.id} {system.version}"
    counts = f"{words.counts_line(system)} {standing}".rstrip()
    return _command("notice", system.anchor, name, visible(counts), prefix)


def _with_fix(message: str, fix: str) -> str:
    return visible(message) + (f"\nFix: {visible(fix)}" if fix else "")


def _command(level: str, place: Location | None, title: str, message: str, prefix: str = "") -> str:
    shown = command_property(visible(title)[:TITLE_LIMIT])
    where = f"{_where(place, prefix)}," if place else ""
    return f"::{level} {where}title={shown}::{command_message(message[:MESSAGE_LIMIT])}\n"


def _where(place: Location, prefix: str) -> str:
    line, column = max(place.line, 1), max(place.column, 1)
    text = f"file={command_property(one_line(prefix + place.path))},line={line}"
    # Only within a line: where endLine differs from line the runner drops both columns, and GitHub shows the annotation
    # below the last line, far from where the finding stands.
    if place.end_line == line and place.end_column > column:
        return f"{text},endLine={line},col={column},endColumn={place.end_column}"
    return f"{text},col={column}"


def title(report: Report) -> str:
    """The check's title, never "passed": `3 of 14 points shown, 1 finding, 10 owed`, and the mode."""
    if report.in_force is None and not report.bypass:
        return _title(view(report))
    from aiact_gate.formats.modes import title_words

    return _title(view(report)) + title_words(report)


def _title(shown: View) -> str:
    systems = shown.report.systems
    points_shown = sum(system.counts.get("pass", 0) for system in systems)
    points = sum(system.counts.get("judged", 0) for system in systems)
    failed = len(shown.failed)
    owed = sum(system.counts.get("owed", 0) for system in systems)
    if not systems and shown.problems:
        return f"Nothing judged, {count(len(shown.problems), 'problem')}"
    if not points:  # no AI, or a tier that no point binds
        return f"No point judged, {count(failed, 'finding')}"
    return f"{points_shown} of {points} points shown, {count(failed, 'finding')}, {owed} owed"
