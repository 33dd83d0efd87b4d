"""Waivers and the baseline: the one place that decides what covers a finding."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Location
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import Finding

MAX_DAYS = 180
WARN_DAYS = 30


class Waiver(NamedTuple):
    """One entry of `waivers.yaml`, with what is wrong with it."""

    data: Mapping[str, Any]
    place: Location
    wrong: str = ""
    fix: str = ""

    @property
    def id(self) -> str:
        return str(self.data.get("id") or "a waiver without id")


class Coverage(NamedTuple):
    """Waivers and baseline of one manifest."""

    waivers: tuple[Waiver, ...] = ()
    owed: tuple[Mapping[str, Any], ...] = ()

    def waiver_for(
        self, finding: Finding, requirement: Requirement, system: str, as_of: str
    ) -> Waiver | None:
        """The valid waiver that covers *finding* on *as_of*, if one does."""
        return next(
            (
                waiver
                for waiver in self.waivers
                if not waiver.wrong
                and _begins(waiver) <= as_of <= _ends(waiver)
                and _matches(waiver, finding, requirement, system)
            ),
            None,
        )

    def debt_for(self, finding: Finding, requirement: Requirement, system: str) -> Mapping[str, Any] | None:
        """The baseline item that *finding* is owed under, if one is. Contradictions are never owed."""
        if finding.kind not in ("missing", "stale") or not requirement.is_point:
            return None
        for item in self.owed:
            same = (
                item.get("requirement") == requirement.id
                and item.get("check") == finding.check
                and item.get("system") == system
            )
            if (
                same
                and item.get("major") == requirement.major
                and str(item.get("element") or "") == finding.element
            ):
                return item
        return None


def validated(
    rows: Sequence[Mapping[str, Any]], places: Sequence[Location], requirements: Mapping[str, Requirement]
) -> tuple[Waiver, ...]:
    """Each row as a `Waiver`; an invalid one covers nothing and says why."""
    return tuple(
        Waiver(row, place, *_wrong(row, requirements)) for row, place in zip(rows, places, strict=True)
    )


def _wrong(row: Mapping[str, Any], requirements: Mapping[str, Requirement]) -> tuple[str, str]:
    needed = (
        "id",
        "system",
        "reason",
        "owner",
        "approved_by",
        "created",
        "expires",
        "requirement_version",
        "compensating",
    )
    empty = [key for key in needed if not row.get(key)]
    if empty:
        return f"lacks {', '.join(empty)}", "Fill what is missing; without it the waiver covers nothing."
    if bool(row.get("check")) == bool(row.get("requirement")):
        return "names no check or requirement" if not row.get(
            "check"
        ) else "names both a check and a requirement", "Name one of the two."
    target = str(row.get("requirement") or str(row["check"]).partition("/")[0])
    requirement = requirements.get(target)
    if requirement is None:
        return f"names {target}, which no pack has", "Name a requirement of `aiact-gate policy list`."
    if row.get("check") and not any(check.id == row["check"] for check in requirement.checks):
        return (
            f"names {row['check']}, which {target} doesn't have",
            f"Name one of: {', '.join(check.id for check in requirement.checks)}.",
        )
    if target.startswith("art5"):
        return "is for Article 5, which can't be waived", "Take it out."
    if row["approved_by"] == row["owner"]:
        return f"is approved by its owner, {row['owner']}", "Let somebody else approve it."
    if str(row["requirement_version"]).partition(".")[0] != str(requirement.major):
        return (
            f"is for version {row['requirement_version']} of {target}; the pack has {requirement.version}",
            "Read the new version and decide again.",
        )
    created, expires = _day(row["created"]), _day(row["expires"])
    if created is None or expires is None or (expires - created).days > MAX_DAYS or expires < created:
        return (
            f"runs from {row['created']} to {row['expires']}, more than {MAX_DAYS} days",
            f"Let it end within {MAX_DAYS} days.",
        )
    return "", ""


def _day(text: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        return None


def _begins(waiver: Waiver) -> str:
    return str(waiver.data.get("created") or "")


def _ends(waiver: Waiver) -> str:
    return str(waiver.data.get("expires") or "")


def _matches(waiver: Waiver, finding: Finding, requirement: Requirement, system: str) -> bool:
    data = waiver.data
    if data.get("system") != system:
        return False
    if data.get("requirement"):
        named = data["requirement"] == requirement.id
    else:
        named = data.get("check") == finding.check
    return named and (not data.get("element") or str(data["element"]) == finding.element)


def waiver_faults(
    coverage: Coverage, used: set[str], systems: set[str], unseen: set[tuple[str, str]], as_of: str
) -> list[Fault]:
    """Invalid, ended and needless waivers. An ended one leaves the finding its own kind, so it is no fault of its own while
    the finding stands. Of a point that the profile doesn't look at (*unseen*: system, requirement) nobody knows its need."""
    faults = []
    for waiver in coverage.waivers:
        if waiver.wrong:
            faults.append(
                Fault(
                    "waiver_invalid",
                    "malformed",
                    waiver.place,
                    f"Waiver {waiver.id} {waiver.wrong}.",
                    waiver.fix,
                    ("waivers", waiver.id),
                )
            )
        elif _begins(waiver) > as_of:
            faults.append(
                Fault(
                    "waiver_invalid",
                    "malformed",
                    waiver.place,
                    f"Waiver {waiver.id} begins on {_begins(waiver)}; until then it covers nothing.",
                    "Write the day on which it was decided, or wait for that day.",
                    ("waivers", waiver.id),
                )
            )
        elif waiver.data.get("system") not in systems:
            faults.append(
                Fault(
                    "waiver_orphan",
                    "unbound",
                    waiver.place,
                    f"Waiver {waiver.id} is for {waiver.data.get('system')}, which the manifest doesn't declare.",
                    "Take it out, or name a declared system.",
                    ("waivers", waiver.id),
                )
            )
        elif waiver.id not in used and _ends(waiver) >= as_of:
            target = str(waiver.data.get("requirement") or waiver.data.get("check"))
            if (str(waiver.data.get("system")), target.partition("/")[0]) in unseen:
                continue
            faults.append(
                Fault(
                    "waiver_orphan",
                    "unbound",
                    waiver.place,
                    f"Waiver {waiver.id} covers nothing: {target} doesn't fail.",
                    "Take it out.",
                    ("waivers", waiver.id),
                )
            )
    return faults


def ending_soon(coverage: Coverage, used: set[str], as_of: str) -> list[tuple[Waiver, int]]:
    """Waivers in use that end within 30 days, with the days left."""
    today = _day(as_of)
    found = []
    for waiver in coverage.waivers:
        end = _day(waiver.data.get("expires"))
        if (
            waiver.id in used
            and today is not None
            and end is not None
            and 0 <= (end - today).days <= WARN_DAYS
        ):
            found.append((waiver, (end - today).days))
    return found
