"""A run that was asked for single requirements: everything is judged as in any other run, and then only these are kept.

So a point judged alone comes to what it comes to beside the others: it may wait for a record that only another one reads.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.model.outcome import Outcome, worst
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import CheckResult, Finding, Row


def only_asked(rows: Sequence[Row], asked: frozenset[str]) -> tuple[Row, ...]:
    """*rows* with the points that nobody asked for not looked at, and of the integrity rows only what the asked ones read."""
    names = {
        path[0]
        for row in rows
        if row.requirement.id in asked
        for check in row.requirement.checks
        for path in (*check.reads, *(check.replaces.reads if check.replaces else ()))
    }
    names |= {"mlflow"} if "derived" in names else set()
    return tuple(row if row.requirement.id in asked else _kept(row, names) for row in rows)


def _kept(row: Row, names: set[str]) -> Row:
    requirement = row.requirement
    if requirement.is_point:
        because = "not asked for in this run"
        return Row(requirement, Outcome.NOT_SELECTED, because=because, applies_from=row.applies_from)
    if not requirement.id.startswith("integrity."):
        return row
    checks = tuple(_narrowed(check, requirement, names) for check in row.checks)
    outcome = worst([check.outcome for check in checks if check.severity == "error"])
    return row._replace(checks=checks, outcome=outcome if row.checks else row.outcome)


def _narrowed(check: CheckResult, requirement: Requirement, names: set[str]) -> CheckResult:
    """*check*, which reports faults of form, with those of the records of *names*."""
    findings = tuple(finding for finding in check.findings if _of_record(finding) in names)
    if len(findings) == len(check.findings):
        return check
    if not findings:
        return check._replace(
            outcome=Outcome.PASS, method=requirement.calls_for, findings=(), of=0, waiver=""
        )
    return check._replace(findings=findings, outcome=worst([finding.outcome for finding in findings]))


def _of_record(finding: Finding) -> str:
    return finding.element.partition("/")[0]
