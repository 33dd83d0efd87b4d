"""What the packs of a repository ask less of than before, each at its line.

Whether something asks for less is decided in `rules`, on the compiled packs; here it is only said where it stands. The base's
packs judge the change itself; these findings are about everything that comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.change.checks import REMOVED, Difference, Part
from aiact_gate.change.loosenings import PackText, Rules, Stated, finding_of, mapping
from aiact_gate.change.rules import compare_below, differences_of
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import Finding

FIX = "Write it as it was; if the rule is wrong, its code owners let this change through."
OVERLAID = {"parameters": "set", "severity": "raise", "widen": "widen", "sooner": "sooner"}
"""What differs in a requirement or check of another pack -> the overlay's key that does it."""


def loosened_packs(now: Stated, before: Stated) -> Iterator[Finding]:
    """A finding for each pack that is gone and for each thing that a pack asks less of."""
    current = {pack.name: pack for pack in now.packs}
    for old in before.packs:
        pack = current.get(old.name)
        if pack is None and "pack.yaml" not in old.files:
            continue  # it judged nothing: without pack.yaml it is no pack
        if pack is None:
            what = f"The pack {old.name} judged this repository and doesn't any more."
            fix = "Name it again under policies: packs."
            yield finding_of("pack-removed", what, fix, now.places("policies", "packs"), old.name)
        elif old.pin and pack.pin != old.pin:
            what = f"The pack {old.name} was pinned to {_short(old.pin)} and is {'pinned to ' + _short(pack.pin) if pack.pin else 'not pinned'} now."
            yield finding_of("pin-changed", what, f"Write digest: {old.pin}.", pack.entry, old.name)
    if now.rules is not None and before.rules is not None:
        yield from _rules(now.rules, before.rules, current, {pack.name: pack for pack in before.packs})


def _short(digest: str) -> str:
    return digest[:15] if digest.startswith("sha256:") else digest[:8]


def _rules(
    now: Rules, before: Rules, texts: Mapping[str, PackText], old_texts: Mapping[str, PackText]
) -> Iterator[Finding]:
    for name, pack in now.own.items():
        was = before.own.get(name) or _nothing(pack)
        for one in differences_of(was, pack):
            yield from _said(one, texts[name])
    for one in compare_below(before.below, now.below):
        owner = _overlay_of(one, texts) or _overlay_of(one, old_texts)
        if owner is not None:
            yield from _overlaid(one, texts.get(owner.name, owner))


def _nothing(like: Pack) -> Pack:
    """A pack that asks for nothing: what *like* is new against."""
    empty: dict[str, Any] = {}
    return Pack(like.name, "", "", like.legal_review, "", (), empty, empty, like.layer)


# ---------------------------------------------------------------- a pack's own rules


def _said(one: Difference, pack: PackText) -> Iterator[Finding]:
    for part in one.parts:
        if part.is_looser:
            element = "/".join((pack.name, one.id, *map(str, part.at)))
            place = _file_place(one, part, pack) if one.file else _rule_place(one, part, pack)
            yield finding_of(_check_of(one, part), _sentence(one, part), FIX, place, element)


def _check_of(one: Difference, part: Part) -> str:
    if part.at == REMOVED:
        return "rule-removed"
    if part.at[:1] == ("recalls",):
        return "recall-added"
    if one.file == "rollout.yaml":
        return "rollout-loosened"
    return "parameter-loosened" if part.at[:1] == ("parameters",) else "rule-loosened"


def _sentence(one: Difference, part: Part) -> str:
    by = f" (by the parameter {part.at[1]})" if part.at[:1] == ("parameters",) else ""
    unsure = ", which may ask for less" if part.relation == "undecidable" else ""
    return f"{one.id}: {part.why}{by}{unsure}."


def _file_place(one: Difference, part: Part, pack: PackText) -> Location:
    if one.file not in pack.files:
        return pack.place("pack.yaml")
    steps: Pointer = () if part.at == REMOVED else part.at
    if steps[:1] == ("recalls",):
        rows = mapping(pack.files[one.file]).get("recalls")
        steps = ("recalls", *_index(rows, "check", one.id))
    return pack.place(one.file, *steps)


def _rule_place(one: Difference, part: Part, pack: PackText) -> Location:
    name, _, check = one.id.partition("/")
    for file, data in pack.files.items():
        rows = mapping(data).get("requirements")
        for index in _index(rows, "id", name):
            checks = mapping(rows[index] if rows else None).get("checks")
            steps: Pointer = ("requirements", index)
            if part.at[:1] == ("parameters",):
                return pack.place(file, *steps, *part.at)
            if check:
                steps = (*steps, "checks", *_index(checks, "id", check))
            return pack.place(file, *steps, *(() if part.at == REMOVED else part.at))
    return pack.place(_first_rules(pack))


def _first_rules(pack: PackText) -> str:
    """A file of rules, to point at where a requirement is gone; without one pack.yaml."""
    return next((file for file, data in pack.files.items() if mapping(data).get("requirements")), "pack.yaml")


def _index(rows: Any, key: str, name: str) -> tuple[int, ...]:
    """Where the first of *rows* stands whose *key* is *name*; empty if there is none."""
    known = enumerate(rows) if isinstance(rows, list) else ()
    return tuple(index for index, row in known if str(mapping(row).get(key)) == name)[:1]


# ---------------------------------------------------------------- what an overlay does to other packs


def _overlaid(one: Difference, pack: PackText) -> Iterator[Finding]:
    overlay = mapping(pack.files.get("overlay.yaml"))
    file = "overlay.yaml" if "overlay.yaml" in pack.files else "pack.yaml"
    for part in one.parts:
        if part.is_looser:
            steps = _steps(one, part, overlay)
            check = "parameter-loosened" if steps[:1] == ("set",) else "overlay-loosened"
            element = "/".join((pack.name, "overlay", one.id, *map(str, part.at)))
            yield finding_of(check, _sentence(one, part), FIX, pack.place(file, *steps), element)


def _steps(one: Difference, part: Part, overlay: Mapping[str, Any]) -> Pointer:
    """The keys of the overlay under which it says, or said, *part*."""
    if one.file:
        return ()
    requirement, _, check = one.id.partition("/")
    verb = OVERLAID.get(str(part.at[0]) if part.at else "", "require")
    if verb == "set":
        return ("set", requirement, *part.at[1:])
    if verb in ("widen", "sooner"):
        return (verb, requirement)
    added = _index(mapping(overlay.get("add")).get(requirement), "id", check)
    if added or part.at == REMOVED:
        return ("add", requirement, *added, *(() if part.at == REMOVED else part.at))
    return (verb, one.id, *(part.at if verb == "require" else ()))


def _overlay_of(one: Difference, packs: Mapping[str, PackText]) -> PackText | None:
    """The pack whose overlay speaks of *one*; of several the last, which is applied last."""
    with_overlay = [pack for pack in packs.values() if "overlay.yaml" in pack.files]
    names = {one.id, one.id.partition("/")[0]}
    speaking = [pack for pack in with_overlay if one.file or names & set(_named(pack.files["overlay.yaml"]))]
    return next(reversed(speaking or with_overlay), None)


def _named(overlay: Any) -> Iterator[str]:
    for entries in mapping(overlay).values():
        yield from mapping(entries)
