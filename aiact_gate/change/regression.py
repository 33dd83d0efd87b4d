"""A report held against its base's: which findings the change adds or worsens. What it loosens: `loosenings`.

Only what the change adds or worsens fails; what stood before is one number.
"""

from __future__ import annotations

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


def compared(
    report: Report, before: Mapping[str, SystemReport], changes: Sequence[Finding], hook: bool
) -> Report:
    """*report* in which only what *before* (the base's systems) doesn't have or has better fails, and *changes* fail too."""
    systems = tuple(_against(system, before.get(system.id)) for system in report.systems)
    problems = [problem for problem in report.problems if problem.code != 4 or not systems]
    if systems and changes:
        systems = (systems[0]._replace(notices=(*changes, *systems[0].notices)), *systems[1:])
    elif changes:
        problems += [
            Problem(change.message, change.fix, change.location, 1, change.kind) for change in changes
        ]
    systems = numbered(systems)
    standing = sum(finding.standing for finding in report._replace(systems=systems).findings)
    verdict, code, more = decide(systems, problems, bool(report.subject.get("release")))
    if changes and code in (0, 1):
        verdict, code = "fail", 1
    return report._replace(
        systems=systems,
        verdict=verdict,
        exit_code=_in_mode(code, report, systems, (*problems, *more)),
        problems=(*problems, *more),
        hook=hook,
        standing=standing,
    )


def _in_mode(code: int, report: Report, systems: Sequence[SystemReport], problems: Sequence[Problem]) -> int:
    if report.in_force is None:
        return code
    from aiact_gate.judge.rollout import exit_code

    return exit_code(code, report.in_force, systems, problems)


def _against(system: SystemReport, before: SystemReport | None) -> SystemReport:
    if before is None:
        return system
    known = {one for row in before.rows for one in _failing(row)}
    newly_needed = {
        finding.location.pointer
        for row in system.rows
        for check in row.checks
        for finding in check.waiting
        if finding.fingerprint not in known
    }
    rows_before = {row.requirement.id: row for row in before.rows}
    return system._replace(
        rows=tuple(_row(row, rows_before.get(row.requirement.id), known, newly_needed) for row in system.rows)
    )


def _row(row: Row, before: Row | None, known: set[str], newly_needed: set[Pointer]) -> Row:
    checks_before = {check.id: check for check in before.checks} if before is not None else {}
    checks = tuple(_check(check, checks_before.get(check.id), known, newly_needed) for check in row.checks)
    failing = [
        check
        for check in checks
        if check.severity == "error" and check.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    ]
    new = any(not check.standing for check in failing)
    stood = bool(failing) and not new
    return row._replace(checks=checks, standing=stood)


def _check(
    check: CheckResult, before: CheckResult | None, known: set[str], newly_needed: set[Pointer]
) -> CheckResult:
    """*check* with what stood before marked. A value that isn't written is new again where another check begins to need it."""
    findings = tuple(
        finding._replace(
            standing=finding.outcome is Outcome.FAIL
            and not (finding.unwritten and finding.location.pointer in newly_needed)
            and all(one.fingerprint in known for one in (finding, *finding.alike))
        )
        for finding in check.findings
    )
    bad = (Outcome.FAIL, Outcome.UNKNOWN)
    was_bad = before is not None and before.outcome in bad
    if any(finding.outcome is Outcome.FAIL and not finding.standing for finding in findings):
        standing = False
    else:
        standing = check.outcome in bad and was_bad
    return check._replace(findings=findings, standing=standing)
