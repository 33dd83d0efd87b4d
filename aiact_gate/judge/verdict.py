"""What a run comes to: counts, numbers, the verdict and the exit code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import KINDS, RAN, WORDS, Outcome, worst
from aiact_gate.model.policy import Requirement, of_article_5
from aiact_gate.model.report import CheckResult, Finding, Problem, Row, SystemReport


def with_waits(rows: Sequence[Row], evidence: Evidence, requirements: Sequence[Requirement]) -> list[Row]:
    """*rows* with each finding about an absent record naming the points that wait for it.

    Where all that waits for a record is owed or waived, its absence is, too.
    """
    waiting: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        if row.outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_SELECTED, Outcome.NOT_CHECKED):
            continue
        names = {path[0] for check in row.requirement.checks for path in check.reads}
        for name in sorted(names & set(evidence.absent)):
            place = _absence(evidence.absent[name].fault)
            waiting.setdefault(place, []).append(short_citation(row.requirement))
    covered = {_absence(evidence.absent[name].fault): outcome for name, outcome in _covered(rows, evidence)}
    out = []
    for row in rows:
        if not row.requirement.id.startswith("integrity."):
            out.append(row)
            continue
        checks = tuple(_waited_for(check, waiting, covered) for check in row.checks)
        outcome = row.outcome
        if outcome is Outcome.FAIL:
            outcome = worst([check.outcome for check in checks if check.severity == "error"])
        out.append(row._replace(checks=checks, outcome=outcome))
    return out


def _absence(fault: Fault) -> tuple[Any, ...]:
    """What a finding about an absent record is known by."""
    return (*fault.location[:3], fault.message)


def _covered(rows: Sequence[Row], evidence: Evidence) -> Iterator[tuple[str, Outcome]]:
    """(record that isn't there, owed or waived) for each for which nothing waits that still fails."""
    for name, absent in evidence.absent.items():
        waiting = [
            result.outcome
            for row in rows
            for check in row.requirement.checks
            for result in row.checks
            if result.id == check.id and result.severity == "error" and result.outcome in RAN
            if any(path[0] == name for path in check.reads)
        ]
        if not absent.unreadable and waiting and set(waiting) <= {Outcome.OWED, Outcome.WAIVED}:
            yield name, worst(waiting)


def _waited_for(
    check: CheckResult, waiting: dict[tuple[Any, ...], list[str]], covered: dict[tuple[Any, ...], Outcome]
) -> CheckResult:
    findings = []
    for finding in check.findings:
        place = (*finding.location[:3], finding.message)
        finding = finding._replace(waits=tuple(dict.fromkeys(waiting.get(place, ()))))
        if place in covered and finding.outcome is Outcome.FAIL:
            note = f"all that waits for it is {WORDS[covered[place]]}"
            finding = finding._replace(outcome=covered[place], note=note)
        findings.append(finding)
    outcome = check.outcome
    if outcome is Outcome.FAIL and findings:
        outcome = worst([finding.outcome for finding in findings])
    return check._replace(findings=tuple(findings), outcome=outcome)


def short_citation(requirement: Requirement) -> str:
    """`9(5)`, `IV 1(a)`: the point's number without the word Article and without sentence or subparagraph."""
    head = re.split(", (?:first|second|third|introductory)", requirement.citation)[0]
    return head.replace("Article ", "").replace("Annex IV, point ", "IV ").replace(", point ", " ")


def numbered(systems: tuple[SystemReport, ...]) -> tuple[SystemReport, ...]:
    """*systems* with their failing findings numbered through in the order in which people read them, and counts."""
    number = 0
    out = []
    for system in systems:
        order = sorted(
            (
                finding
                for row in system.rows
                for check in row.checks
                for finding in check.findings
                if finding.outcome is Outcome.FAIL and finding.severity == "error" and not finding.standing
            ),
            key=lambda finding: (
                KINDS.index(finding.kind) if finding.kind in KINDS else 99,
                *finding.location[:3],
                finding.check,
                finding.message,
            ),
        )
        order = [notice for notice in system.notices if notice.outcome is Outcome.FAIL] + order
        numbers: dict[Any, int] = {}
        for finding in order:
            if finding not in numbers:
                number += 1
                numbers[finding] = number

        def with_number(finding: Finding, numbers: dict[Any, int] = numbers) -> Finding:
            return finding._replace(number=numbers.get(finding, 0))

        rows = tuple(row.with_findings(with_number) for row in system.rows)
        notices = tuple(with_number(notice) for notice in system.notices)
        out.append(system._replace(rows=rows, notices=notices, counts=counts(rows)))
    return tuple(out)


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """How many points came to what; `judged` is how many were looked at, `points` how many there are."""
    points = [row for row in rows if row.requirement.is_point]
    found = {outcome.value: sum(row.outcome is outcome for row in points) for outcome in Outcome}
    silent = (Outcome.NOT_SELECTED, Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE)
    results = [result for row in rows for result in row.checks]
    found["asked"] = sum(finding.kind == "asked" for result in results for finding in result.findings)
    found["recalled"] = sum(bool(result.recalled) for result in results)
    found["in_grace"] = sum(
        row.outcome is Outcome.NOT_DUE and any(result.grace for result in row.checks) for row in points
    )
    found["points"] = len(points)
    found["judged"] = sum(row.outcome not in silent for row in points)
    for method in ("measured", "provenance", "structural", "attested", "stated"):
        found[method] = sum(row.method == method for row in points if row.outcome is Outcome.PASS)
    found["on_lock_alone"] = sum(bool(row.on_lock) for row in points)
    return found


def release_notices(evidence: Evidence, place: Location, release: bool, soon: Sequence[Any]) -> list[Finding]:
    """Unreleased changes of the inputs (a notice on a branch, a failure of a release) and waivers that end soon."""
    found = []
    changed = [
        row["path"]
        for row in (evidence.data.get("derived") or {}).get("inputs", [])
        if row["state"] != "same"
    ]
    if changed:
        run = str(((evidence.data.get("mlflow") or {}).get("run") or {}).get("id") or "")[:7]
        shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        message = f"Unreleased changes: run {run} doesn't cover {shown} as {'they are' if len(changed) > 1 else 'it is'} now."
        fix = "The next release needs a new run, then: aiact-gate collect"
        outcome, severity = (Outcome.FAIL, "error") if release else (Outcome.NOT_DUE, "notice")
        found.append(
            Finding("integrity.release", "stale", outcome, message, fix, place, severity, article="Release")
        )
    for waiver, days in soon:
        message = f"Waiver {waiver.id} ends on {waiver.data.get('expires')}, in {days} day{'' if days == 1 else 's'}."
        fix = f"Ask {waiver.data.get('owner')} whether it's still needed."
        ends = Finding("integrity.waivers", "stale", Outcome.NOT_DUE, message, fix, waiver.place, "notice")
        found.append(ends._replace(article="Waiver"))
    return found


def decide(
    systems: Sequence[SystemReport], problems: Sequence[Problem], release: bool
) -> tuple[str, int, list[Problem]]:
    """(verdict, exit code, problems that this adds)."""
    more: list[Problem] = []
    codes = [problem.code for problem in problems]
    for system in systems:
        outcomes = [
            row.outcome
            for row in system.rows
            if not row.standing and (any(check.severity == "error" for check in row.checks) or not row.checks)
        ]
        if Outcome.ERROR in [row.outcome for row in system.rows]:
            codes.append(3)
        if any(outcome in (Outcome.FAIL, Outcome.UNKNOWN) for outcome in outcomes):
            codes.append(1)
        if release and any(notice.outcome is Outcome.FAIL for notice in system.notices):
            codes.append(1)
        if _nothing_evaluated(system) and 2 not in codes:
            roles = ", ".join(system.roles) or "no role"
            what = f"No point that this version judges applies to {system.id} as declared ({roles}). Nothing was judged, so this is not a pass."
            more.append(Problem(what, _way_out(system), system.anchor, 4))
            codes.append(4)
    code = first_code(codes)
    verdict = {0: "pass", 1: "fail", 4: "nothing_evaluated"}.get(code, "fault")
    return verdict, code, more


def _way_out(system: SystemReport) -> str:
    claim_fails = any(
        row.outcome is Outcome.FAIL for row in system.rows if row.requirement.id == "art6.claim"
    )
    if claim_fails:
        return "Settle the tier first: aiact-gate explain art6.claim"
    return "Check the role; duties of other roles come with later packs."


def _is_below(row: Row) -> bool:
    """Whether the claim of *row* is below what the answers give, and not only without an answer to some question."""
    return any(finding.is_firm for check in row.checks for finding in check.findings)


CODES = (5, 3, 2, 1, 4)
"""Exit codes other than 0, worst first: what was judged and failed goes before what wasn't judged."""


def first_code(codes: Collection[int]) -> int:
    """What several codes come to."""
    return next((wanted for wanted in CODES if wanted in codes), 0)


def _nothing_evaluated(system: SystemReport) -> bool:
    """Whether a system with duties was judged on none of them, and nothing else of it failed or was asked for."""
    high = system.tier in ("high", "prohibited", "") or system.derived_tier in (
        "high",
        "prohibited",
        "undetermined",
    )
    return (
        high
        and system.counts.get("judged", 0) == 0
        and not any(
            row.outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN)
            and (row.requirement.id != "art6.claim" or _is_below(row))
            or of_article_5(row.requirement)
            and row.outcome is not Outcome.NOT_APPLICABLE
            or row.requirement.id in system.asked
            for row in system.rows
            if not row.requirement.is_point
        )
    )
