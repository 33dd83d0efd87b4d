"""One answer to "looser" for rules: two compiled packs in; for each requirement and check how it differs, and why.

`policy diff` prints it, and `check --base` fails what is looser or can't be told. Tighter means: whatever evidence fails under
the old one fails under the new one; looser the other way round. Both are said only where they hold for every evidence,
unknowns, absent and misshapen records included; otherwise it is undecidable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.change.checks import (
    REMOVED,
    Difference,
    Part,
    compared_check,
    parameters_of,
    relation_of,
    reworded,
)
from aiact_gate.change.loosenings import Layers
from aiact_gate.model.outcome import METHODS
from aiact_gate.model.policy import Pack, Requirement
from aiact_gate.model.rollout import Rollout

PROFILES = ("full", "core", "start", "always")
"""Whoever looks at one of these looks at all behind it."""
HIGHER_IS_LOOSER = ("max_days", "max_ending_on_one_day", "max_per_repository")
COMPARED = frozenset(
    "requirements timeline classification recalls rollout kinds introduced history version witness keys".split()
)
CHANGED = "it changed; look with --on"
ALIKE = frozenset("name digest legal_review label layer compiled has_overlay".split())
"""What a pack says that changes no outcome by itself."""


def differences_of(old: Pack, new: Pack) -> list[Difference]:
    """What became of each requirement and check of *old* in *new*, in the order of *new*."""
    found = [*_files(old, new)]
    before = {requirement.id: requirement for requirement in old.requirements}
    for requirement in new.requirements:
        was = before.pop(requirement.id, None)
        found += [_added(requirement)] if was is None else _requirement(was, requirement)
    for gone in before.values():
        found.append(Difference(gone.id, (Part("looser", "requirement removed", REMOVED),)))
    return found


def compare_below(old: Layers, new: Layers) -> list[Difference]:
    """What overlays make otherwise in the packs below them."""
    found = []
    if refused := [why for why in new.refused if why not in old.refused]:
        found.append(_of_file("overlay.yaml", Part("undecidable", f"{refused[0]}; look with --on")))
    for was, is_ in zip(old.packs, new.packs, strict=True):
        found += [one for one in differences_of(was, is_) if one.parts]
    return found


def _added(requirement: Requirement) -> Difference:
    if not requirement.checks:
        return Difference(requirement.id, (Part("equal", "requirement added; it judges nothing"),))
    fails = any(check.severity == "error" for check in requirement.checks)
    return Difference(requirement.id, (Part("tighter", "requirement added"),), fails)


# ---------------------------------------------------------------- files beside the rules


def _files(old: Pack, new: Pack) -> Iterator[Difference]:
    for key in ("timeline", "classification"):
        if getattr(old, key) != getattr(new, key):
            yield _of_file(f"{key}.yaml", Part("undecidable", CHANGED))
    if old.keys != new.keys:
        relation = "tighter" if set(new.keys) < set(old.keys) else "undecidable"
        yield _of_file("pack.yaml", Part(relation, "the keys that sign locks changed", ("keys",)))
    if old.witness != new.witness:
        was, is_ = (pack.witness or "not required" for pack in (old, new))
        relation = "looser" if old.witness else "tighter"
        yield _of_file("pack.yaml", Part(relation, f"witness was {was}, and is {is_}", ("witness",)))
    if days := tuple(_later_days(_days(old), _days(new))):
        yield _of_file("pack.yaml", *days)
    yield from _recalls(old, new)
    if parts := tuple(_rollout(old.rollout or Rollout(), new.rollout or Rollout())):
        yield _of_file("rollout.yaml", *parts)
    for name in sorted({*old.kinds, *new.kinds}):
        if part := _kind(old.kinds.get(name), new.kinds.get(name)):
            yield _of_file(f"kinds/{name}.json", part)
    # A field that this module doesn't know yet.
    for key in sorted(set(new._fields) - COMPARED - ALIKE):
        if getattr(old, key) != getattr(new, key):
            yield _of_file("pack.yaml", Part("undecidable", CHANGED), name=f"pack {key}")


def _of_file(file: str, *parts: Part, name: str = "") -> Difference:
    return Difference(name or file, parts, file=file)


def _days(pack: Pack) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Version -> its day and where pack.yaml says so."""
    days = {str(version): (str(day), ("history", str(version))) for version, day in pack.history.items()}
    current = {pack.version: (pack.introduced, ("introduced",))} if pack.version and pack.introduced else {}
    return {**days, **current}


def _later_days(
    old: Mapping[str, tuple[str, tuple[str, ...]]], new: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Iterator[Part]:
    """Versions whose day moved later: what is new in them would warn for longer."""
    for version, (day, _) in old.items():
        later, steps = new.get(version, ("", ()))
        if later > day:
            why = f"version {version} is of {later}; it was of {day}, and what is new in it would warn for longer"
            yield Part("looser", why, steps)


def _recalls(old: Pack, new: Pack) -> Iterator[Difference]:
    before = {recall.check: recall for recall in old.recalls}
    for recall in new.recalls:
        was = before.pop(recall.check, None)
        why = f"recalled from {recall.since} until {recall.until}"
        longer = was is None or recall.until > was.until or recall.since < was.since
        if was is None:
            why += "; it wasn't before"
        elif longer:
            why += f"; it was from {was.since} until {was.until}"
        elif (recall.since, recall.until) == (was.since, was.until):
            continue
        part = Part("looser" if longer else "tighter", why, ("recalls", recall.check))
        yield _of_file("pack.yaml", part, name=recall.check)
    for gone in before:
        yield _of_file("pack.yaml", Part("tighter", "no longer recalled"), name=gone)


def _rollout(old: Rollout, new: Rollout) -> Iterator[Part]:
    if new.rings and not old.rings:
        why = "there are rings; there were none before, and everything was enforced"
        yield Part("looser", why, ("rings",))
    elif old.rings != new.rings:
        yield Part("undecidable", "the rings are others than before", ("rings",))
    for key in sorted({*old.waivers, *new.waivers}):
        was, is_ = old.waivers.get(key), new.waivers.get(key)
        if (was or None) == (is_ or None):
            continue
        more = _asks_as_much(key, was, is_)
        less = _asks_as_much(key, is_, was)
        why = f"{key} for waivers was {_listed(was)} and is {_listed(is_)}"
        yield Part(relation_of(more, less), why, ("waivers", key))


def _asks_as_much(key: str, old: Any, new: Any) -> bool:
    """Whether the waivers' rule *new* lets nothing through that *old* didn't."""
    if key in HIGHER_IS_LOOSER:
        return not old or bool(new) and new <= old
    return set(old or ()) <= set(new or ())


def _listed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(item) for item in value)
    return str(value) if value else "not stated"


def _kind(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Part | None:
    if old == new:
        return None
    if new is None:
        return Part("looser", "the record kind is gone", REMOVED)
    if old is None:
        return Part("equal", "record kind added")
    return Part("undecidable", "it describes records otherwise than before")


# ---------------------------------------------------------------- one requirement


def _requirement(old: Requirement, new: Requirement) -> list[Difference]:
    parts = [*_whom(old, new), *_asked(old, new), *_stated_parameters(old, new), *_overlaid(old, new)]
    if reworded(
        old, new, ("citation", "title", "why", "leaves_open", "fix", "cheat", "not_checked", "crosswalk")
    ):
        parts.append(Part("equal", "wording"))
    before = {check.id: check for check in old.checks}
    found = []
    for check in new.checks:
        was = before.pop(check.id, None)
        if was is not None:
            found.append(compared_check(old, was, new, check))
            continue
        warns = check.severity != "error"
        why = "check added, as a warning" if warns else "check added"
        found.append(Difference(check.id, (Part("tighter", why),), not warns))
    found += [
        Difference(gone.id, (Part("looser", "check removed", REMOVED),), gone.severity == "error")
        for gone in before.values()
    ]
    return [Difference(new.id, tuple(parts)), *found]


def _whom(old: Requirement, new: Requirement) -> Iterator[Part]:
    """Whom it binds, from when, and who looks at it."""
    if (old.role, old.duty) != (new.role, new.duty):
        relation = relation_of(_binds_more(new, old), _binds_more(old, new))
        yield Part(relation, f"binds {old.role}/{old.duty} became {new.role}/{new.duty}", ("binds",))
    if old.profile != new.profile:
        known = old.profile in PROFILES and new.profile in PROFILES
        more = known and PROFILES.index(new.profile) > PROFILES.index(old.profile)
        relation = relation_of(more, known and not more)
        yield Part(relation, f"profile {old.profile} became {new.profile}", ("profile",))
    if old.timeline != new.timeline:
        why = f"timeline {old.timeline} became {new.timeline}: another date binds"
        yield Part("undecidable", why, ("timeline",))


def _asked(old: Requirement, new: Requirement) -> Iterator[Part]:
    """What a pass should be worth: where measured is called for, typed figures alone are unknown."""
    if old.calls_for == new.calls_for:
        return
    why = f"calls_for {old.calls_for} became {new.calls_for}"
    weaker = METHODS.index(new.calls_for) > METHODS.index(old.calls_for)
    stronger = "tighter" if new.calls_for == "measured" else "equal"
    yield Part("looser" if weaker else stronger, why, ("calls_for",))


def _stated_parameters(old: Requirement, new: Requirement) -> Iterator[Part]:
    """Parameters that moved; what that does is seen in the conditions that read them."""
    used = {path[1] for one in (old, new) for check in one.checks for path in parameters_of(check)}
    for name in sorted({*old.parameters, *new.parameters}):
        was, is_ = old.parameters.get(name), new.parameters.get(name)
        if was != is_:
            unread = "" if name in used else ", which nothing reads"
            yield Part("equal", f"parameter {name}{_moved(was, is_)}{unread}", ("parameters", name))
    if old.bounds != new.bounds and old.parameters == new.parameters:
        yield Part("equal", "what an overlay may set", ("parameters",))


def _overlaid(old: Requirement, new: Requirement) -> list[Part]:
    """What overlays make of whom it binds, and from when."""
    parts: list[Part] = []
    if old.widened != new.widened:
        was, is_ = set(old.widened), set(new.widened)
        parts.append(Part(relation_of(was <= is_, is_ <= was), "widen: it binds others, too", ("widen",)))
    if old.sooner != new.sooner:
        earlier = bool(new.sooner) and (not old.sooner or new.sooner < old.sooner)
        why = f"sooner: {old.sooner or 'no date'} became {new.sooner or 'no date'}"
        parts.append(Part("tighter" if earlier else "looser", why, ("sooner",)))
    return parts


def _binds_more(one: Requirement, other: Requirement) -> bool:
    """Whether *one* binds every system that *other* binds."""
    return one.duty == "all" or one.duty == other.duty and one.role in ("any", other.role)


def _moved(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return " added" if old is None else " removed"
    return f" moved from {old:g} to {new:g}"
