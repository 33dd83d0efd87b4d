"""New and stricter checks in their first 30 days: what the form before didn't find warns, and says until when.

A row whose only failure is new isn't shown: it is not due yet. What failed before goes on failing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from aiact_gate.model.days import day
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.outcome import RAN, Outcome, worst
from aiact_gate.model.policy import GRACE_DAYS, Check
from aiact_gate.model.report import CheckResult, Finding, Row

_BAD = (Outcome.FAIL, Outcome.UNKNOWN)


def graced(
    result: CheckResult, check: Check, judged: Callable[[Check], CheckResult], as_of: str
) -> CheckResult:
    """*result* of *check* in which what its form before didn't find is not due yet, if its first 30 days aren't over.

    *judged* gives what comes of the form before.
    """
    if not check.warns_until or not _begun(check.warns_until, as_of) or as_of > check.warns_until:
        return result
    if result.severity != "error" or result.outcome not in _BAD:
        return result
    known: set[str] = set()
    if check.replaces is not None:
        before = judged(check.replaces)
        if before.outcome in (*_BAD, Outcome.ERROR) and not before.findings:
            return result  # it failed as a whole, as it does now
        known = {finding.element for finding in before.findings}
    note = f"warns until {day(check.warns_until)}: new in {check.new_in}"
    if not result.findings:
        if known:
            return result
        return result._replace(
            outcome=Outcome.NOT_DUE,
            because=f"{result.because} ({note})" if result.because else f"{note[:1].upper()}{note[1:]}",
            grace=check.warns_until,
        )
    findings = tuple(
        _new(finding, note, check.warns_until)
        if finding.outcome is Outcome.FAIL and finding.element not in known
        else finding
        for finding in result.findings
    )
    return result._replace(
        findings=findings,
        outcome=worst([finding.outcome for finding in findings]),
        grace=check.warns_until if findings != result.findings else "",
    )


def _begun(until: str, as_of: str) -> bool:
    """Whether the days up to *until* have begun on *as_of*: a version of a day to come has no days of grace yet."""
    left = datetime.date.fromisoformat(until) - datetime.date.fromisoformat(as_of)
    return left.days <= GRACE_DAYS


def _new(finding: Finding, note: str, until: str) -> Finding:
    note = f"{finding.note}; {note}" if finding.note else note
    return finding._replace(outcome=Outcome.NOT_DUE, severity="warning", note=note, grace=until)


def absences_graced(rows: Sequence[Row], evidence: Evidence) -> list[Row]:
    """*rows* in which the absence of a record that only new checks wait for warns as long as they do."""
    until: dict[str, str] = {}
    for name in evidence.absent:
        waiting = [
            result
            for row in rows
            for check in row.requirement.checks
            for result in row.checks
            if result.id == check.id
            and result.outcome in RAN
            and any(path[0] == name for path in check.reads)
            and (check.severity == "error" or not check.warns_until)
        ]
        if waiting and all(result.grace and result.outcome is Outcome.NOT_DUE for result in waiting):
            until[name] = min(result.grace for result in waiting)
    if not until:
        return list(rows)
    places = {
        (*evidence.absent[name].fault.location[:3], evidence.absent[name].fault.message): last
        for name, last in until.items()
    }
    kept = {
        (*absent.fault.location[:3], absent.fault.message)
        for name, absent in evidence.absent.items()
        if name not in until
    }
    return [_row(row, {place: last for place, last in places.items() if place not in kept}) for row in rows]


def _row(row: Row, places: dict[tuple[object, ...], str]) -> Row:
    if not row.requirement.id.startswith("integrity."):
        return row
    checks = []
    for check in row.checks:
        findings = tuple(
            _new(finding, f"warns until {day(last)}: only new checks wait for it", last)
            if finding.outcome is Outcome.FAIL
            and (last := places.get((*finding.location[:3], finding.message), ""))
            else finding
            for finding in check.findings
        )
        if findings != check.findings:
            check = check._replace(
                findings=findings,
                outcome=worst([finding.outcome for finding in findings]),
                grace=next(finding.grace for finding in findings if finding.grace),
            )
        checks.append(check)
    if tuple(checks) == row.checks:
        return row
    counting = [check.outcome for check in checks if check.severity == "error"]
    return row._replace(checks=tuple(checks), outcome=worst(counting))
