"""A report held against its base's: which findings the change adds or worsens. What it loosens: `loosenings`.

Only what the change adds or worsens fails; what stood before is one number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from aiact_gate.change.loosenings import finding_of
from aiact_gate.judge.verdict import decide, numbered, short_citation
from aiact_gate.model.location import Pointer
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import CheckResult, Finding, Problem, Report, Row, SystemReport


def by_both_rules(report: Report, by_base: Report) -> Report:
    """*report* in which each point fails that fails under the base's packs, too: a change can't loosen its own judge."""
    other = {system.id: {row.requirement.id: row for row in system.rows} for system in by_base.systems}
    systems = []
    for system in report.systems:
        theirs = other.get(system.id, {})
        rows = [_worse(row, theirs.pop(row.requirement.id, None)) for row in system.rows]
        rows += [_of_base(row) for row in theirs.values() if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
        systems.append(system._replace(rows=tuple(rows)))
    return report._replace(systems=tuple(systems))


def in_stricter_mode(report: Report, by_base: Report) -> Report:
    """*report* in the stricter of both modes: a change can't let itself through by a milder mode."""
    if report.in_force is None or by_base.in_force is None:
        return report._replace(in_force=None)  # no roll-out: everything is enforced
    from aiact_gate.judge.rollout import stricter

    return report._replace(in_force=stricter(report.in_force, by_base.in_force))


WORSE = (Outcome.ERROR, Outcome.FAIL, Outcome.UNKNOWN)


def _worse(row: Row, other: Row | None) -> Row:
    if other is None or other.outcome not in (Outcome.FAIL, Outcome.UNKNOWN):
        return row  # an error is the base's rule that can't be read: it asks for nothing
    worse = row.outcome not in WORSE or WORSE.index(other.outcome) < WORSE.index(row.outcome)
    # Both fail: the base's rule may have findings that the new one lost.
    lost = row.outcome is other.outcome is Outcome.FAIL and _failing(other) - _failing(row)
    return _of_base(other) if worse or lost else row


def _failing(row: Row) -> set[str]:
    return {
        one.fingerprint
        for check in row.checks
        for finding in (*check.findings, *check.waiting)
        if finding.outcome is Outcome.FAIL
        for one in (finding, *finding.alike)
    }


def _of_base(row: Row) -> Row:
    note = "by the rule as it was before this change"
    return row.with_findings(lambda finding: finding._replace(note=finding.note or note))


def dropped_points(report: Report, before: Mapping[str, SystemReport]) -> list[Finding]:
    """A finding for each system of which points applied at the base and don't any more."""
    found = []
    for system in report.systems:
        if system.id not in before:
            continue
        applied = {
            row.requirement.id
            for row in before[system.id].rows
            if row.requirement.is_point and row.outcome is not Outcome.NOT_APPLICABLE
        }
        gone = [
            row
            for row in system.rows
            if row.outcome is Outcome.NOT_APPLICABLE and row.requirement.id in applied
        ]
        if gone:
            names = ", ".join(short_citation(row.requirement) for row in gone[:6])
            more = f" and {len(gone) - 6} more" if len(gone) > 6 else ""
            because = next((check.because for check in gone[0].checks if check.because), gone[0].because)
            several = len(gone) > 1
            what = (
                f"{names}{more} applied to {system.id} and do{'' if several else 'es'}n't any more"
                f"{': ' + because if because else ''}."
            )
            fix = "Put back what it follows from, if it still holds."
            found.append(finding_of("points-dropped", what, fix, gone[0].place or system.anchor, system.id))
    return found


Known = Counter[tuple[str, ...]]
"""How often a base has a finding, by what makes it the same one."""


def known_of(system: SystemReport) -> Known:
    """What fails *system*, counted."""
    return Counter(
        same
        for row in system.rows
        for check in row.checks
        for finding in (*check.findings, *check.waiting)
        if finding.outcome is Outcome.FAIL
        for same in _same(finding)
    )


_IN_WORDS = ("contradicted", "unbound", "filler")
"""Kinds of which another sentence is another finding. What is missing or malformed may show its next part when one is mended."""


def _same(finding: Finding) -> list[tuple[str, ...]]:
    """What makes *finding*, and each that is shown as it, the same as another: check and element, and of some the sentence."""
    first = finding._replace(message=finding.alike[0].message) if finding.alike else finding
    found: list[tuple[str, ...]] = []
    for one in (first, *finding.alike):
        element = one.element.removesuffix(f"({one.nth})").strip() if one.nth > 1 else one.element
        found.append((one.check, element))
        if one.kind in _IN_WORDS:
            found.append((one.check, element, folded(one.message)))
    return found


_PLACE = re.compile(r"\bline \d+|[^\s(]*\.\w+:\d+(?::\d+)?")


def folded(sentence: str) -> str:
    """*sentence* as it is the same wherever it stands: capitals, white space, files and lines make no other one."""
    return " ".join(_PLACE.sub("", sentence).casefold().split())


def compared(
    report: Report,
    bases: Sequence[Report],
    changes: Sequence[Finding],
    hook: bool,
) -> Report:
    """*report* in which only what none of *bases* has, or has better, fails, and *changes* fail, too.

    *bases* are the reports of what was there before (several: the parents of a merge); none: there was nothing.
    """
    before = [{system.id: system for system in reversed(base.systems)} for base in bases]
    systems = tuple(
        _against(system, [found[system.id] for found in before if system.id in found], hook)
        for system in report.systems
    )
    problems = [problem for problem in report.problems if problem.code != 4 or not systems]
    if systems and changes:
        systems = (systems[0]._replace(notices=(*changes, *systems[0].notices)), *systems[1:])
    elif changes:
        problems += [
            Problem(change.message, change.fix, change.location, 1, change.kind) for change in changes
        ]
    systems = numbered(systems)
    standing = sum(finding.standing for finding in report._replace(systems=systems).findings)
    return with_verdict(
        report._replace(systems=systems, hook=hook, standing=standing), problems, bases, changes
    )


def with_verdict(
    report: Report, problems: Sequence[Problem], bases: Sequence[Report], changes: Sequence[Finding]
) -> Report:
    """*report* with what it comes to: problems that a base has, too, stand, and stop neither a commit nor a decision."""
    known = Counter[tuple[object, ...]]()
    for base in bases:
        known |= Counter(_same_problem(problem) for problem in base.problems)
    new, stood = _new_problems(problems, known, report.hook)
    verdict, code, more = decide(report.systems, new, bool(report.subject.get("release")))
    more, stood_too = _new_problems(more, known, report.hook)
    if stood_too and code == 4 and not any(problem.code == 4 for problem in (*new, *more)):
        code = 0  # nothing was judged, as before
    if changes and code in (0, 1):
        verdict, code = "fail", 1
    if stood and report.hook and not report.systems and code == 0:
        verdict = "nothing_evaluated"
    return report._replace(
        verdict=verdict,
        exit_code=_in_mode(code, report, report.systems, (*new, *more)),
        problems=(*new, *more),
        standing=report.standing + len(stood) + len(stood_too),
    )


def _same_problem(problem: Problem) -> tuple[object, ...]:
    return problem.code, folded(problem.message), problem.location.path if problem.location else ""


def _new_problems(
    problems: Sequence[Problem], known: Counter[tuple[object, ...]], hook: bool
) -> tuple[list[Problem], list[Problem]]:
    """(what this change brings, what stood before). Only for a commit does what ends a run stand, too."""
    left = Counter(known)
    new: list[Problem] = []
    stood: list[Problem] = []
    for problem in problems:
        same = _same_problem(problem)
        left[same] -= 1
        stands = left[same] >= 0 and (hook or problem.code == 1)
        (stood if stands else new).append(problem)
    return new, stood


def _in_mode(code: int, report: Report, systems: Sequence[SystemReport], problems: Sequence[Problem]) -> int:
    if report.in_force is None:
        return code
    from aiact_gate.judge.rollout import exit_code

    return exit_code(code, report.in_force, systems, problems)


def _against(system: SystemReport, before: Sequence[SystemReport], hook: bool) -> SystemReport:
    if not before:
        return system
    known: Known = Counter()
    for base in before:
        known |= known_of(base)
    left = Counter(known)
    newly_needed = {
        finding.location.pointer
        for row in system.rows
        for check in row.checks
        for finding in check.waiting
        if not _stood(finding, left)
    }
    rows = [{row.requirement.id: row for row in base.rows} for base in before]
    left = Counter(known)
    return system._replace(
        rows=tuple(
            _row(
                row,
                [found[row.requirement.id] for found in rows if row.requirement.id in found],
                left,
                newly_needed,
                hook,
            )
            for row in system.rows
        )
    )


def _stood(finding: Finding, left: Known) -> bool:
    """Whether *finding* was there before, as often as it is now; what it takes of *left* is spent."""
    same = _same(finding)
    left.subtract(same)
    return all(left[one] >= 0 for one in same)


def _row(row: Row, before: Sequence[Row], left: Known, newly_needed: set[Pointer], hook: bool) -> Row:
    checks_before: list[dict[str, CheckResult]] = [
        {check.id: check for check in found.checks} for found in before
    ]
    checks = tuple(
        _check(check, [found[check.id] for found in checks_before if check.id in found], left, newly_needed)
        for check in row.checks
    )
    failing = [
        check
        for check in checks
        if check.severity == "error" and check.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    ]
    stood = bool(failing) and all(check.standing for check in failing)
    if hook and row.outcome is Outcome.ERROR:
        stood = any(found.outcome is Outcome.ERROR for found in before)
    return row._replace(checks=checks, standing=stood)


def _check(
    check: CheckResult, before: Sequence[CheckResult], left: Known, newly_needed: set[Pointer]
) -> CheckResult:
    """*check* with what stood before marked. A value that isn't written is new again where another check begins to need it."""
    findings = tuple(
        finding._replace(
            standing=finding.outcome is Outcome.FAIL
            and _stood(finding, left)
            and not (finding.unwritten and finding.location.pointer in newly_needed)
        )
        for finding in check.findings
    )
    bad = (Outcome.FAIL, Outcome.UNKNOWN)
    was_bad = any(found.outcome in bad for found in before)
    if any(finding.outcome is Outcome.FAIL and not finding.standing for finding in findings):
        standing = False
    else:
        standing = check.outcome in bad and was_bad
    return check._replace(findings=findings, standing=standing)
