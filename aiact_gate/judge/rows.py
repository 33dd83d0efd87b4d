"""Requirements judged to rows: which bind, which are looked at, what covers a failure, what a pass is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiact_gate.judge.checks import CheckJudge, gathered
from aiact_gate.judge.claim import Claim
from aiact_gate.judge.dates import Binding, excused_by_law, no_later
from aiact_gate.judge.people import people
from aiact_gate.judge.waivers import Coverage
from aiact_gate.model.days import day
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome, weakest, worst
from aiact_gate.model.policy import Check, Requirement, of_article_5
from aiact_gate.model.report import CheckResult, Cover, Finding, Row

if TYPE_CHECKING:
    from aiact_gate.model.rollout import Recall

PROFILES = {"start": ("start",), "core": ("start", "core"), "full": ("start", "core", "full")}

WANTS_FIGURES = frozenset(("measured",))
"""Where the pack calls for this, a pass on typed figures alone is unknown."""


@dataclass
class Judging:
    """What is the same for all requirements of one system."""

    system: str
    claim: Claim
    profile: str
    as_of: str
    enforce: str
    evidence: Evidence
    judge: CheckJudge
    coverage: Coverage
    broken: dict[str, str] = field(default_factory=dict)
    """Requirement -> what is wrong with its policy."""
    used_waivers: set[str] = field(default_factory=set)
    recalled: Mapping[str, Recall] = field(default_factory=dict)
    """Check -> its recall on this day."""
    witness_required: frozenset[str] = frozenset()
    """Requirements that may not rest on the lock alone."""


def binds(requirement: Requirement, claim: Claim) -> str:
    """Empty if *requirement* binds the system of *claim*, else why it doesn't."""
    if requirement.duty == "all" or requirement.id in claim.widened:
        return ""
    if requirement.duty not in claim.duties:
        return f"the duty '{requirement.duty.replace('_', ' ')}' doesn't follow for this system"
    if requirement.role != "any" and requirement.role not in claim.roles:
        return f"it binds the {requirement.role}"
    return ""


def selected(requirement: Requirement, profile: str) -> bool:
    """Whether *profile* looks at *requirement*."""
    return requirement.profile == "always" or requirement.profile in PROFILES[profile]


def judged_row(requirement: Requirement, judging: Judging, dates: Binding) -> Row:
    """What comes of *requirement*."""
    dates = no_later(dates, requirement.sooner)
    row = Row(requirement, Outcome.PASS, applies_from=dates.later)
    why_not = binds(requirement, judging.claim)
    if why_not:
        return row._replace(outcome=Outcome.NOT_APPLICABLE, because=why_not)
    if not selected(requirement, judging.profile):
        return row._replace(outcome=Outcome.NOT_SELECTED, because=f"outside the profile {judging.profile}")
    if requirement.id in judging.broken:
        return row._replace(outcome=Outcome.ERROR, because=judging.broken[requirement.id])
    if not requirement.checks:
        return row._replace(outcome=Outcome.NOT_CHECKED, because=requirement.not_checked)
    results = [_result(check, requirement, judging) for check in requirement.checks]
    if judging.enforce == "law" and _excused(requirement, judging, dates):
        results = [_not_due(result, dates, judging.as_of) for result in results]
    return _joined(row, [gathered(result) for result in results], judging)


def _excused(requirement: Requirement, judging: Judging, dates: Binding) -> bool:
    """Whether, by law, nothing of *requirement* is due yet. What is forbidden is so for older systems, too."""
    if of_article_5(requirement):
        return judging.as_of < dates.later
    is_sooner = bool(requirement.sooner) and requirement.sooner <= judging.as_of
    return requirement.is_point and not is_sooner and excused_by_law(dates, judging.claim, judging.as_of)


def _result(check: Check, requirement: Requirement, judging: Judging) -> CheckResult:
    recall = judging.recalled.get(check.id)
    if recall is not None:
        because = f"recalled, issue {recall.issue}, until {day(recall.until)}"
        return CheckResult(
            check.id, check.severity, Outcome.NOT_CHECKED, because=because, recalled=recall.issue
        )
    result = _figures_only(
        _covered(judging.judge.judge(check, requirement), requirement, judging), requirement
    )
    if result.on_lock and result.severity == "error" and requirement.id in judging.witness_required:
        because = f"Only the lock says it, and a pack asks for a witness. Run: {result.on_lock[0]}"
        result = result._replace(outcome=Outcome.UNKNOWN, method="", because=because)
    if not check.warns_until or judging.as_of > check.warns_until:
        return result
    from aiact_gate.judge.grace import graced

    return graced(
        result,
        check,
        lambda before: _figures_only(judging.judge.judge(before, requirement), requirement),
        judging.as_of,
    )


def _joined(row: Row, results: Sequence[CheckResult], judging: Judging) -> Row:
    counting = [result for result in results if result.severity == "error"]
    outcome = worst([result.outcome for result in counting or results])
    if not counting and outcome is Outcome.FAIL:
        outcome = Outcome.NOT_CHECKED  # heuristics alone never fail a point, and one that asks shows nothing
    if outcome is Outcome.NOT_APPLICABLE and any(result.recalled for result in counting):
        outcome = Outcome.NOT_CHECKED
    method = (
        weakest([result.method for result in results if result.outcome is Outcome.PASS and result.method])
        if outcome is Outcome.PASS
        else ""
    )
    because = next(
        (result.because for result in counting if result.outcome is outcome and result.because), ""
    )
    if outcome is Outcome.NOT_CHECKED and not because:
        because = "only questions look at it here, and one of them is open"
    waiver = next((result.waiver for result in results if result.waiver), "")
    names = dict.fromkeys(path[0] for check in row.requirement.checks for path in check.reads)
    evidence = tuple(
        dict.fromkeys(judging.evidence.files[name] for name in names if name in judging.evidence.files)
    )
    stood = "lock" if "mlflow" in names or "derived" in names else ""
    place = _place(row.requirement, judging.evidence, outcome)
    if outcome is Outcome.NOT_APPLICABLE and not because:
        because = f"its checks don't apply, by {place}" if place else "its checks don't apply to this system"
    signatures = people(judging.evidence, row.requirement) if method == "attested" else ()
    return row._replace(
        outcome=outcome,
        method=method,
        checks=tuple(results),
        because=because,
        waiver=waiver,
        evidence=evidence,
        stood_on=stood,
        place=place,
        signatures=signatures,
    )


def _place(requirement: Requirement, evidence: Evidence, outcome: Outcome) -> Location | None:
    if outcome is Outcome.NOT_APPLICABLE:  # what says so
        for check in requirement.checks:
            for path in check.when.relative if check.when is not None else ():
                if path[0] in evidence.places and path[0] not in ("derived", "system"):
                    return evidence.locate(path)
    for check in requirement.checks:
        for path in check.reads:
            if path[0] in evidence.places and path[0] not in ("derived",):
                steps = tuple(step for step in path[1:3] if step != "*")
                return evidence.locate((path[0], *steps))
    return None


def _covered(result: CheckResult, requirement: Requirement, judging: Judging) -> CheckResult:
    """*result* with each finding waived, owed or left as it is."""
    if result.outcome is not Outcome.FAIL or result.severity != "error":
        return result
    if not result.findings:
        # It waits for something that is a finding elsewhere; a waiver for the whole requirement covers the wait.
        waiting = Finding(result.id, "missing", Outcome.FAIL, result.because, "", judging.evidence.anchor)
        covered = _cover(waiting, requirement, judging)
        return (
            result._replace(outcome=covered.outcome, waiver=_waiver_of(covered), cover=covered.cover)
            if covered.outcome is not Outcome.FAIL
            else result._replace(because=covered.message)
        )
    findings = tuple(_cover(finding, requirement, judging) for finding in result.findings)
    return result._replace(
        findings=findings,
        outcome=worst([finding.outcome for finding in findings]),
        waiver=next((_waiver_of(finding) for finding in findings if _waiver_of(finding)), ""),
    )


def _waiver_of(finding: Finding) -> str:
    return finding.note if finding.outcome is Outcome.WAIVED else ""


def _cover(finding: Finding, requirement: Requirement, judging: Judging) -> Finding:
    waiver = judging.coverage.waiver_for(finding, requirement, judging.system, judging.as_of)
    if waiver is not None:
        judging.used_waivers.add(waiver.id)
        data = waiver.data
        note = f"{waiver.id}, {data['owner']}, until {data['expires']}; {waiver.signed}"
        cover = Cover(
            owner=str(data["owner"]),
            start=str(data["created"]),
            end=str(data["expires"]),
            check=finding.check,
            element=finding.element,
            waiver=waiver.id,
            approved_by=str(data["approved_by"]),
            confirmed=waiver.confirmed,
        )
        return finding._replace(outcome=Outcome.WAIVED, note=note, cover=cover)
    debt = judging.coverage.debt_for(finding, requirement, judging.system)
    if debt is not None:
        if str(debt.get("due") or "") < judging.as_of:
            return finding._replace(note=f"was owed until {debt.get('due')}")
        owner, due = str(debt.get("owner") or ""), str(debt.get("due") or "")
        cover = Cover(owner, judging.coverage.owed_since, due, finding.check, finding.element)
        return finding._replace(outcome=Outcome.OWED, note=f"{owner}, due {due}", cover=cover)
    over = judging.coverage.ended_for(finding, requirement, judging.system, judging.as_of)
    if over is None:
        return finding
    ended = f"Waiver {over.id} ended on {over.data['expires']}, so this fails again."
    ask = f"Or ask {over.data['approved_by']} for a new waiver."
    return finding._replace(message=f"{finding.message} {ended}".strip(), fix=f"{finding.fix} {ask}".strip())


def _figures_only(result: CheckResult, requirement: Requirement) -> CheckResult:
    if (
        result.outcome is Outcome.PASS
        and result.method == "stated"
        and requirement.calls_for in WANTS_FIGURES
        and result.severity == "error"
    ):
        return result._replace(
            outcome=Outcome.UNKNOWN,
            because="Only figures that somebody typed stand behind it; no run, log or report does.",
        )
    return result


def _not_due(result: CheckResult, dates: Binding, as_of: str) -> CheckResult:
    if result.outcome not in (Outcome.FAIL, Outcome.UNKNOWN) or result.severity != "error":
        return result
    severity = "warning" if dates.earlier <= as_of else ""
    findings = tuple(
        finding._replace(outcome=Outcome.NOT_DUE, severity=severity or finding.severity)
        for finding in result.findings
    )
    return result._replace(
        outcome=Outcome.NOT_DUE,
        findings=findings,
        because=result.because or f"binds from {dates.later}",
    )
