"""One cause, one finding: where nothing is written, the first check that needs it says so and the others wait for it."""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import CheckResult, Finding, Row


def one_a_cause(rows: Sequence[Row]) -> list[Row]:
    """*rows* in which each value that isn't written is one finding, which names the points that wait for it.

    The last step of judging a system: what covers a finding is decided for each of them before.
    """
    first: dict[object, Finding] = {}
    points: dict[object, list[str]] = {}
    gaps = [
        (row, finding)
        for row in rows
        for result in row.checks
        for finding in result.findings
        if _is_gap(finding)
    ]
    for row, finding in sorted(gaps, key=lambda pair: pair[1].severity != "error"):
        first.setdefault(_cause(finding), finding)
        points.setdefault(_cause(finding), []).append(short_citation(row.requirement))
    if len(first) == len(gaps):
        return list(rows)
    told: set[object] = set()
    return [
        row._replace(checks=tuple(_waiting(one, first, points, told) for one in row.checks)) for row in rows
    ]


def _is_gap(finding: Finding) -> bool:
    return finding.unwritten and finding.outcome in (Outcome.FAIL, Outcome.NOT_DUE) and not finding.grace


def _cause(finding: Finding) -> object:
    return finding.location.path, finding.location.pointer, finding.outcome


def _waiting(
    result: CheckResult, first: dict[object, Finding], points: dict[object, list[str]], told: set[object]
) -> CheckResult:
    kept: list[Finding] = []
    waiting: list[Finding] = []
    for finding in result.findings:
        cause = _cause(finding)
        if not _is_gap(finding):
            kept.append(finding)
        elif finding == first[cause] and cause not in told:
            told.add(cause)
            others = tuple(dict.fromkeys(points[cause]))
            kept.append(finding._replace(waits=others if len(others) > 1 else ()))
        else:
            waiting.append(finding)
    if not waiting:
        return result._replace(findings=tuple(kept))
    because = result.because
    if not kept:
        cause = first[_cause(waiting[0])]
        because = f"{cause.location}: {cause.message}"
    return result._replace(findings=tuple(kept), waiting=tuple(waiting), because=because)
