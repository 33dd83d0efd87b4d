"""The report as JUnit XML, which most CI services show beside their tests: a suite a system, a case a row of the checklist.

A case fails where its row fails the run, and nowhere else: with exit code 0 there is no failure and no error. What this run
could not determine is an error; what is owed, waived, not due, not applicable, not looked at or let through by the mode is
skipped, with the reason. What has no row (questions, notices, the counts) stands in the suite's output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiact_gate.formats import words
from aiact_gate.formats.escape import visible
from aiact_gate.formats.suites import Case, Suite, document
from aiact_gate.formats.view import ERROR, RowView, Shown, SystemView, View, view
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import WORDS, Outcome
from aiact_gate.model.report import Report

NO_DAY = "1970-01-01"
"""Of a run that ended before its day was known."""


def render_all(reports: Sequence[Report]) -> str:
    """One document; several manifests of one run are suites beside each other."""
    return document([suite for report in reports for suite in _suites(view(report))])


def _suites(shown: View) -> Iterator[Suite]:
    day = shown.report.as_of or NO_DAY
    run = [_problem(problem, shown.report.manifest) for problem in shown.problems]
    if not shown.systems and not run:
        run = [_note(shown.report)]
    if run:
        asked = [_told(one) for one in shown.questions]
        yield Suite("aiact-gate", day, run, _lines([*_said(shown), *asked]))
    for system in shown.systems:
        name = visible(f"{system.system.id} {system.system.version}")
        yield Suite(name, day, list(_cases(system)), _lines([*_said(shown), *_beside(shown, system)]))


def _note(report: Report) -> Case:
    """A run without systems and problems: no AI is here, as somebody says, or nothing was to be judged, which is no pass."""
    note = visible(report.note)
    return Case(visible(report.manifest), note, skipped=note if report.verdict == "nothing_evaluated" else "")


def _problem(problem: Shown, manifest: str) -> Case:
    case = Case(visible(manifest), visible(problem.message), type="problem")
    told = _told(problem)
    if problem.level != ERROR:
        return case._replace(skipped=f"{visible(problem.why)}\n{told}")
    return case._replace(failure=told) if problem.code == 1 else case._replace(error=told)


def _cases(shown: SystemView) -> Iterator[Case]:
    system = visible(shown.system.id)
    for one in shown.beside:
        if one.number:
            yield _outcome(
                Case(f"{system}.{visible(one.check)}", visible(one.message)), one.level, one.why, [one]
            )
    for row in shown.rows:
        yield _case(row, system, shown.system.anchor)


def _case(shown: RowView, system: str, anchor: Location) -> Case:
    row = shown.row
    requirement = row.requirement
    name = visible(f"{short_citation(requirement)}: {requirement.title}")
    case = Case(f"{system}.{visible(requirement.id)}", name, type=row.outcome.value)
    if row.outcome is Outcome.PASS:
        return case
    found = _of_case(shown)
    if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR):
        # Without a finding of its own it waits for something that is one elsewhere, or can't be known.
        waits = [Shown("failed", shown.level, words.because(row), anchor)]
        return _outcome(case, shown.level, shown.why, found or waits)
    why = f"{WORDS[row.outcome]}: {visible(shown.why)}"
    return case._replace(skipped="\n".join([why, *(_told(one) for one in found)]))


def _of_case(shown: RowView) -> list[Shown]:
    """The findings that a row's case tells: those that came to what the row came to."""
    if shown.row.outcome is Outcome.PASS:
        return []
    if shown.level == ERROR:
        return [one for one in shown.found if one.level == ERROR]
    return [one for one in shown.found if one.group != "asked"]


def _outcome(case: Case, level: str, why: str, found: Sequence[Shown]) -> Case:
    """*case* of something that failed or isn't known: failure, error, or skipped where the run doesn't count it."""
    told = "\n".join(_told(one) for one in found)
    if level != ERROR:
        return case._replace(skipped=f"{visible(why)}\n{told}")
    if case.type in (Outcome.UNKNOWN, Outcome.ERROR):
        return case._replace(error=told)
    return case._replace(failure=told)


def _told(one: Shown) -> str:
    """`file:line:column: what, and what to do`, on one line."""
    place = f"{one.location}: " if one.location is not None else ""
    why = f" ({one.why})" if one.why and one.group in ("failed", "new") and not one.bare else ""
    fix = f" Fix: {one.fix}" if one.fix else ""
    check = f" [{one.check}]" if one.check else ""
    return visible(f"{place}{one.message}{why}{fix}{check}")


def _said(shown: View) -> list[str]:
    return [*shown.first, *shown.recalled, *shown.report.remarks]


def _beside(shown: View, system: SystemView) -> Iterator[str]:
    """What of *system* no case tells."""
    yield words.counts_line(system.system)
    yield shown.standing
    for one in system.beside:
        if not one.number:
            yield _told(one)
    for row in system.rows:
        told = _of_case(row)
        yield from (_told(one) for one in row.found if one not in told)
    yield words.DISCLAIMER


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(visible(text) for text in texts if text)
