"""Waivers and the baseline: the one place that decides what covers a finding."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Location
from aiact_gate.model.policy import Requirement, WaiverRules, of_article_5
from aiact_gate.model.report import Finding

WARN_DAYS = 30
UNWAIVABLE = ("art6.claim",)
"""What the system is: no date makes it right; nor does one a prohibited practice (`of_article_5`)."""


class Waiver(NamedTuple):
    """One entry of `waivers.yaml`, with what is wrong with it."""

    data: Mapping[str, Any]
    place: Location
    wrong: str = ""
    fix: str = ""
    confirmed: bool = False
    """Git shows that the approver's own commits wrote it; else the approver is only named."""

    @property
    def id(self) -> str:
        return str(self.data.get("id") or "a waiver without id")

    @property
    def signed(self) -> str:
        """Who signed it, and whether git shows it."""
        return f"signed by {self.data.get('approved_by')} ({'confirmed' if self.confirmed else 'named only'})"


class Coverage(NamedTuple):
    """Waivers and baseline of one manifest."""

    waivers: tuple[Waiver, ...] = ()
    owed: tuple[Mapping[str, Any], ...] = ()
    rules: WaiverRules = WaiverRules()
    owed_since: str = ""
    """The day on which the baseline was made."""

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

    def ended_for(self, finding: Finding, requirement: Requirement, system: str, as_of: str) -> Waiver | None:
        """The valid waiver that covered *finding* last, until a day before *as_of*, if one did."""
        over = [
            waiver
            for waiver in self.waivers
            if not waiver.wrong and _ends(waiver) < as_of and _matches(waiver, finding, requirement, system)
        ]
        return max(over, key=_ends, default=None)

    def debt_for(self, finding: Finding, requirement: Requirement, system: str) -> Mapping[str, Any] | None:
        """The baseline item that *finding* is owed under, if one is. Contradictions and Article 5 are never owed."""
        if finding.kind not in ("missing", "stale") or not requirement.is_point or of_article_5(requirement):
            return None
        wanted = {"requirement": requirement.id, "major": requirement.major, "check": finding.check}
        wanted["system"] = system
        for item in self.owed:
            same = all(item.get(key) == value for key, value in wanted.items())
            if same and str(item.get("element") or "") == finding.element:
                return item
        return None


def validated(
    rows: Sequence[Mapping[str, Any]],
    places: Sequence[Location],
    requirements: Mapping[str, Requirement],
    rules: WaiverRules,
    confirmed: Sequence[bool] = (),
) -> tuple[Waiver, ...]:
    """Each row as a `Waiver`; an invalid one covers nothing and says why. *confirmed* runs in parallel; absent: unknown."""
    known = [*confirmed, *[False] * (len(rows) - len(confirmed))]
    return tuple(
        Waiver(row, place, *_wrong(row, requirements, rules), shown)
        for row, place, shown in zip(rows, places, known, strict=True)
    )


def written_by_approver(row: Mapping[str, Any], commits: Sequence[WaiverCommit]) -> bool:
    """Whether every commit that wrote *row* as it stands is of its approver, by author or committer.

    Every one: an entry that the approver took out and the owner put back is the owner's. A clone that doesn't show what
    stood before, or a work tree whose entry isn't committed, shows nothing.
    """
    wrote = [
        commit
        for commit in commits
        if row in commit.after and not any(row in rows for rows in commit.before or ())
    ]
    approver = same_person(row.get("approved_by"))
    return bool(wrote) and all(
        commit.before is not None and approver in (same_person(who) for who in commit.people)
        for commit in wrote
    )


class WaiverCommit(NamedTuple):
    """One commit that touched the waivers: their rows after it, and before it in each of its parents."""

    people: tuple[str, ...]
    """The addresses of author and committer, as the commit has them."""
    after: Sequence[Mapping[str, Any]]
    before: Sequence[Sequence[Mapping[str, Any]]] | None
    """None: the clone ends here, so what stood before isn't known."""


_ADDRESS = re.compile(r"""([^\s<>()\[\],;:"@]+)@([^\s<>()\[\],;:"@]+)""")


def same_person(name: Any) -> str:
    """*name*, an address or a role, in the form in which two spellings of one person are equal.

    Capitals, a name around the address, and what stands behind a `+` in it make no other person; neither do blanks,
    dashes, underscores, dots or quotes in a role, signs that nobody sees, or wide and narrow forms of a letter.
    """
    text = unicodedata.normalize("NFKC", str(name or ""))
    kinds = [(unicodedata.category(sign), sign) for sign in text]
    text = "".join(
        "-" if kind == "Pd" or sign == "\u2212" else sign for kind, sign in kinds if kind != "Cf"
    ).casefold()
    address = _ADDRESS.search(text.replace("mailto:", " "))
    if address:
        local, host = (part.strip(".'") for part in address.groups())
        return f"{local.partition('+')[0]}@{host}"
    return "-".join(re.sub(r"[.'\"`\u2018-\u201f]", "", text).replace("_", " ").replace("-", " ").split())


_NEEDED = "id system reason owner approved_by created expires requirement_version compensating".split()


def _wrong(
    row: Mapping[str, Any], requirements: Mapping[str, Requirement], rules: WaiverRules
) -> tuple[str, str]:
    empty = [key for key in _NEEDED if not row.get(key)]
    if empty:
        return f"lacks {', '.join(empty)}", "Fill what is missing; without it the waiver covers nothing."
    if bool(row.get("check")) == bool(row.get("requirement")):
        how = "both a check and a requirement" if row.get("check") else "no check or requirement"
        return f"names {how}", "Name one of the two."
    target = str(row.get("requirement") or str(row["check"]).partition("/")[0])
    requirement = requirements.get(target)
    if requirement is None:
        return f"names {target}, which no pack has", "Name a requirement of `aiact-gate policy list`."
    if row.get("check") and not any(check.id == row["check"] for check in requirement.checks):
        known = ", ".join(check.id for check in requirement.checks)
        return f"names {row['check']}, which {target} doesn't have", f"Name one of: {known}."
    if of_article_5(requirement):
        return "is for Article 5, which can't be waived", "Take it out."
    if target in UNWAIVABLE:
        return f"is for {target}, which can't be waived: the tier is decided, not put off", "Take it out."
    # `art10.3` bars all points below it, too: art10.3.representative.
    barred = [
        name
        for name in rules.never
        if name == target or target.startswith(f"{name}.") or _covers(row, target, name)
    ]
    if barred:
        what = f"is for {barred[0]}, which the organisation's pack never lets be waived"
        return what, "Take it out, or name a check that may be."
    if same_person(row["approved_by"]) == same_person(row["owner"]):
        return f"is approved by its owner, {row['owner']}", "Let somebody else approve it."
    if str(row["requirement_version"]).partition(".")[0] != str(requirement.major):
        what = f"is for version {row['requirement_version']} of {target}; the pack has {requirement.version}"
        return what, "Read the new version and decide again."
    created, expires = _day(row["created"]), _day(row["expires"])
    if created is None or expires is None or (expires - created).days > rules.max_days or expires < created:
        what = f"runs from {row['created']} to {row['expires']}, more than {rules.max_days} days"
        return what, f"Let it end within {rules.max_days} days."
    return "", ""


def _covers(row: Mapping[str, Any], target: str, check: str) -> bool:
    """Whether *row*, of the requirement *target*, covers *check*."""
    return row["check"] == check if row.get("check") else check.partition("/")[0] == target


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
    if data.get("element"):
        return named and str(data["element"]) == finding.element
    # One for a check speaks for each row once: whoever waived a sentence didn't waive its second place.
    return named and (finding.nth == 1 or bool(data.get("requirement")))


def waiver_faults(
    coverage: Coverage, used: set[str], systems: set[str], unseen: set[tuple[str, str]], as_of: str
) -> list[Fault]:
    """Invalid, ended and needless waivers. An ended one leaves the finding its own kind, so it is no fault of its own while
    the finding stands. Of a point that the profile doesn't look at (*unseen*: system, requirement) nobody knows its need."""
    faults = []
    for waiver in coverage.waivers:
        if waiver.wrong:
            what = f"Waiver {waiver.id} {waiver.wrong}."
            faults.append(_fault("waiver_invalid", "malformed", waiver, what, waiver.fix))
        elif _begins(waiver) > as_of:
            what = f"Waiver {waiver.id} begins on {_begins(waiver)}; until then it covers nothing."
            fix = "Write the day on which it was decided, or wait for that day."
            faults.append(_fault("waiver_invalid", "malformed", waiver, what, fix))
        elif waiver.data.get("system") not in systems:
            what = (
                f"Waiver {waiver.id} is for {waiver.data.get('system')}, which the manifest doesn't declare."
            )
            fix = "Take it out, or name a declared system."
            faults.append(_fault("waiver_orphan", "unbound", waiver, what, fix))
        elif waiver.id not in used and _ends(waiver) >= as_of:
            target = str(waiver.data.get("requirement") or waiver.data.get("check"))
            if (str(waiver.data.get("system")), target.partition("/")[0]) in unseen:
                continue
            what = f"Waiver {waiver.id} covers nothing: {target} doesn't fail."
            faults.append(_fault("waiver_orphan", "unbound", waiver, what, "Take it out."))
    return faults + _too_many(coverage, as_of)


def _fault(rule: str, kind: str, waiver: Waiver, what: str, fix: str) -> Fault:
    return Fault(rule, kind, waiver.place, what, fix, ("waivers", waiver.id))


def _too_many(coverage: Coverage, as_of: str) -> list[Fault]:
    """Warnings: more waivers on one last day than somebody can look at, or more than this repository may have."""
    faults = []
    live = [waiver for waiver in coverage.waivers if not waiver.wrong and _ends(waiver) >= as_of]
    limit = coverage.rules.max_ending_on_one_day
    for end in sorted({_ends(waiver) for waiver in live}):
        same = [waiver for waiver in live if _ends(waiver) == end]
        if limit and len(same) > limit:
            what = (
                f"{len(same)} waivers end on {end}, more than {limit}: on that day all of them fail at once."
            )
            faults.append(_fault("waivers_on_one_day", "stale", same[limit], what, "Let some end sooner."))
    limit = coverage.rules.max_per_repository
    if limit and len(live) > limit:
        what = f"{len(live)} waivers hold here; the organisation's pack allows {limit} without a talk."
        fix = "Mend what they cover, or talk to those who keep the pack."
        faults.append(_fault("waivers_too_many", "stale", live[limit], what, fix))
    return faults


def named_only(coverage: Coverage, used: set[str]) -> list[str]:
    """The ids of the waivers in use whose approver is only named."""
    return [waiver.id for waiver in coverage.waivers if waiver.id in used and not waiver.confirmed]


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
