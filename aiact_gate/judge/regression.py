"""What a change loosens against a base, and which findings it adds: both reports in, one judged report out.

Only what the change adds or worsens fails; what stood before is one number. Loosening is read from the two manifests and
plans, so that it shows although nothing fails under the looser rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.judge.classification import tier_rank
from aiact_gate.judge.verdict import decide, numbered
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import CheckResult, Finding, Problem, Report, Row, SystemReport

PROFILE_ORDER = ("start", "core", "full")


class Stated(NamedTuple):
    """What one tree states that a change could loosen."""

    manifest: Mapping[str, Any]
    plans: Mapping[str, Mapping[str, Any]]
    """By system: the testing record."""
    waivers: Sequence[Mapping[str, Any]]
    debts: Sequence[Mapping[str, Any]]
    """Of waivers.yaml and baseline.yaml."""
    beside: Any
    """`beside(file, index, ...) -> Location` in those two: `waivers`, `baseline`."""
    places: Any
    """`place(*steps) -> Location` in the manifest."""
    plan_places: Mapping[str, Any]
    """By system: something with `location(pointer)`."""


def loosened(now: Stated, before: Stated) -> list[Finding]:
    """A finding for each thing that *now* loosens against *before*."""
    found: list[Finding] = []
    systems_now = _systems(now)
    for name, (index, system) in _systems(before).items():
        if name not in systems_now:
            found.append(
                _finding(
                    "system-removed",
                    f"The system {name} was declared and isn't any more.",
                    "Declare it again, or say in no_ai_system why it is gone.",
                    now.places("systems"),
                    name,
                )
            )
            continue
        place, current = systems_now[name]
        found += _system(name, system, current, place, now)
        found += _plan(name, now, before)
        del index
    profiles = [
        str((stated.manifest.get("policies") or {}).get("profile") or "full") for stated in (before, now)
    ]
    if PROFILE_ORDER.index(profiles[1]) < PROFILE_ORDER.index(profiles[0]):
        found.append(
            _finding(
                "profile-lowered",
                f"The profile was {profiles[0]} and is {profiles[1]}: fewer points are looked at.",
                f"Write profile: {profiles[0]}.",
                now.places("policies", "profile"),
                "",
            )
        )
    packs = [_packs(stated) for stated in (before, now)]
    for pack in sorted(packs[0] - packs[1]):
        found.append(
            _finding(
                "pack-removed",
                f"The pack {pack} judged this repository and doesn't any more.",
                "Name it again under policies: packs.",
                now.places("policies", "packs"),
                str(pack),
            )
        )
    return found + _waivers(now, before) + _debts(now, before)


def _packs(stated: Stated) -> set[str]:
    """The folders of the packs, pinned or not."""
    entries = (stated.manifest.get("policies") or {}).get("packs") or []
    return {str(entry.get("path") if isinstance(entry, dict) else entry) for entry in entries}


def _waivers(now: Stated, before: Stated) -> list[Finding]:
    found = []
    old = {str(row.get("id")): row for row in before.waivers}
    for index, row in enumerate(now.waivers):
        name = str(row.get("id"))
        target = str(row.get("element") or row.get("check") or row.get("requirement"))
        was = old.get(name)
        fix = "Mend what fails; if it has to be waived, those who guard the waivers let this change through."
        if was is None or _wider(row, was):
            what = f"Waiver {name} covers {target} until {row.get('expires')}; it didn't before."
            found.append(_finding("waiver-added", what, fix, now.beside("waivers", index), name))
        elif str(row.get("expires")) > str(was.get("expires")):
            what = f"Waiver {name} ended on {was.get('expires')} and ends on {row.get('expires')} now."
            place = now.beside("waivers", index, "expires")
            found.append(_finding("waiver-extended", what, fix, place, name))
    return found


def _wider(row: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    """Whether *row* covers something that *was* didn't."""
    point = "requirement" if was.get("requirement") else "check"
    same = row.get("system") == was.get("system") and (
        row.get(point) == was.get(point)
        or point == "requirement"
        and str(row.get("check")).partition("/")[0] == was.get(point)
    )
    return not same or bool(was.get("element")) and row.get("element") != was.get("element")


def _debts(now: Stated, before: Stated) -> list[Finding]:
    found = []
    old = {_debt(item): item for item in before.debts}
    added = [index for index, item in enumerate(now.debts) if _debt(item) not in old]
    if added:
        more = f"{len(added)} debts that it didn't hold" if len(added) > 1 else "a debt that it didn't hold"
        what = f"The baseline holds {more}. It only shrinks."
        fix = "Fix the new ones, or waive them."
        found.append(_finding("baseline-grown", what, fix, now.beside("baseline", added[0]), ""))
    for index, item in enumerate(now.debts):
        was = str(old.get(_debt(item), {}).get("due") or "")
        if was and str(item.get("due")) > was:
            name = "/".join(part for part in (str(item.get("check")), str(item.get("element") or "")) if part)
            what = f"The debt {name} was due on {was} and is due on {item.get('due')} now."
            place = now.beside("baseline", index, "due")
            found.append(_finding("debt-extended", what, f"Write {was}, or pay it.", place, name))
    return found


def _debt(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(item.get(key) or "") for key in ("requirement", "major", "check", "system", "element"))


def _systems(stated: Stated) -> dict[str, tuple[int, Mapping[str, Any]]]:
    return {
        str(system["id"]): (index, system)
        for index, system in enumerate(stated.manifest.get("systems") or [])
        if isinstance(system, dict) and system.get("id")
    }


def _system(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], index: int, stated: Stated
) -> list[Finding]:
    found = []
    tiers = (str(before.get("tier") or ""), str(now.get("tier") or ""))
    if tiers[0] and tiers[1] and tier_rank(tiers[1]) < tier_rank(tiers[0]):
        found.append(
            _finding(
                "tier-lowered",
                f"The tier was {tiers[0]} and is {tiers[1]}.",
                "Claim the tier that the answers give.",
                stated.places("systems", index, "tier"),
                name,
            )
        )
    roles = [set(system.get("role") or []) for system in (before, now)]
    for role in sorted(roles[0] - roles[1]):
        found.append(
            _finding(
                "role-dropped",
                f"The role {role} was claimed and isn't any more.",
                "Name it again, if you still hold it.",
                stated.places("systems", index, "role"),
                f"{name}/{role}",
            )
        )
    inputs = [set(system.get("inputs") or []) for system in (before, now)]
    for glob in sorted(inputs[0] - inputs[1]):
        found.append(
            _finding(
                "inputs-narrowed",
                f"The inputs held {glob} and don't any more.",
                "Name it again: changes of it would go unseen.",
                stated.places("systems", index, "inputs"),
                f"{name}/{glob}",
            )
        )
    return found


def _plan(name: str, now: Stated, before: Stated) -> list[Finding]:
    found = []
    plans = (before.plans.get(name) or {}, now.plans.get(name) or {})
    if not plans[1]:
        return []  # a deleted plan is a missing record, reported as such
    for kind, key in (("metrics", "threshold"), ("robustness", "allowed"), ("attacks", "limit")):
        rows = [
            {
                str(row.get("id")): (index, row)
                for index, row in enumerate(plan.get(kind) or [])
                if isinstance(row, dict)
            }
            for plan in plans
        ]
        for identity, (_, old) in rows[0].items():
            if identity not in rows[1]:
                place = now.plan_places[name].location((kind,))
                found.append(
                    _finding(
                        "threshold-dropped",
                        f"{identity} was planned and isn't any more.",
                        "Plan it again; a new plan needs a new run.",
                        place,
                        f"{name}/{identity}",
                    )
                )
                continue
            index, new = rows[1][identity]
            turned = (old.get("direction"), new.get("direction"))
            if turned[0] != turned[1]:
                what = f"{identity}: {turned[0]} was better and {turned[1]} is now."
                place = now.plan_places[name].location((kind, index, "direction"))
                fix = f"Write {turned[0]}; another plan needs a new run and a reason."
                found.append(_finding("direction-turned", what, fix, place, f"{name}/{identity}"))
                continue
            was, is_ = old.get(key), new.get(key)
            if not isinstance(was, (int, float)) or not isinstance(is_, (int, float)):
                continue
            higher_is_better = str(old.get("direction") or "lower") == "higher"
            if is_ < was if higher_is_better else is_ > was:
                place = now.plan_places[name].location((kind, index, key))
                message = f"{identity}: the threshold was {was:g} and is {is_:g}."
                fix = f"Write {was:g}; a looser plan needs a new run and a reason."
                found.append(_finding("threshold-lowered", message, fix, place, f"{name}/{identity}"))
    return found


def _finding(check: str, message: str, fix: str, place: Location, element: str) -> Finding:
    return Finding(
        f"integrity.change/{check}",
        "loosened",
        Outcome.FAIL,
        message,
        fix,
        place,
        element=element,
        fingerprint=f"{check}/{element}",
        article="Change",
    )


def compared(report: Report, base: Report | None, changes: list[Finding], hook: bool) -> Report:
    """*report* in which only what *base* doesn't have (or has better) fails, and *changes* fail too."""
    before = {system.id: system for system in base.systems} if base is not None else {}
    systems = tuple(_against(system, before.get(system.id)) for system in report.systems)
    if systems and changes:
        systems = (systems[0]._replace(notices=(*changes, *systems[0].notices)), *systems[1:])
    systems = numbered(systems)
    standing = sum(
        finding.standing
        for system in systems
        for row in system.rows
        for check in row.checks
        for finding in check.findings
    )
    problems = [problem for problem in report.problems if problem.code != 4 or not systems]
    verdict, code, more = decide(systems, problems, False)
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
    known = {
        one.fingerprint
        for row in before.rows
        for check in row.checks
        for finding in check.findings
        if finding.outcome is Outcome.FAIL
        for one in (finding, *finding.alike)
    }
    rows_before = {row.requirement.id: row for row in before.rows}
    return system._replace(
        rows=tuple(_row(row, rows_before.get(row.requirement.id), known) for row in system.rows)
    )


def _row(row: Row, before: Row | None, known: set[str]) -> Row:
    checks_before = {check.id: check for check in before.checks} if before is not None else {}
    checks = tuple(_check(check, checks_before.get(check.id), known) for check in row.checks)
    failing = [
        check
        for check in checks
        if check.severity == "error" and check.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    ]
    new = any(not check.standing for check in failing)
    stood = bool(failing) and not new
    return row._replace(checks=checks, standing=stood)


def _check(check: CheckResult, before: CheckResult | None, known: set[str]) -> CheckResult:
    findings = tuple(
        finding._replace(
            standing=finding.outcome is Outcome.FAIL
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
