"""What a change loosens against its base: two trees' statements in, one finding for each thing that became looser out.

Read from what manifests, records, waivers and packs state, so that it shows although nothing fails under the looser rule.
Whatever can't be told to be as strict as before counts as looser; what is moved, renamed, reordered or reformatted doesn't.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase, digits
from typing import Any

from aiact_gate.change.loosenings import Stated, finding_of, mapping, systems_of, texts
from aiact_gate.change.records import loosened_records, way_of
from aiact_gate.judge.classification import tier_rank
from aiact_gate.model.report import Finding
from aiact_gate.schemas.fields import Field, schema
from aiact_gate.sources.globs import Glob


def _easiest_first(key: str) -> tuple[str, ...]:
    """The words of the manifest's `policies:` *key*, as its model orders them."""
    policies = Field(schema("manifest"), schema("manifest")["$defs"]).below("policies")
    field = policies.below(key) if policies is not None else None
    return tuple(way_of(field)) if field is not None else ()


def loosened(now: Stated, before: Sequence[Stated], elsewhere: frozenset[str]) -> list[Finding]:
    """A finding for each thing that *now* loosens against *before*, whose first is its own manifest of the base.

    *elsewhere* are the systems that other manifests of the changed tree declare: they moved, they aren't gone.
    """
    if not before:
        return []
    home = before[0]
    declared = systems_of(now)
    found = [
        finding_of(
            "system-removed",
            f"The system {name} was declared and isn't any more.",
            "Declare it again, or say in no_ai_system why it is gone.",
            now.places("systems"),
            name,
        )
        for name in systems_of(home)
        if name not in declared and name not in elsewhere
    ]
    for name, (index, system) in declared.items():
        origin = next((stated for stated in before if name in systems_of(stated)), None)
        if origin is None:
            continue
        old = systems_of(origin)[name][1]
        found += _system(name, old, system, index, now)
        found += _inputs(name, old, system, index, now, origin)
        found += _evidence(name, index, now, origin)
        found += loosened_records(name, now, origin)
    found += _policies(now, before)
    found += _no_ai(now, home)
    found += _packs(now, before)
    found += _waivers(now, before)
    found += _debts(now, before)
    return found


def _packs(now: Stated, before: Sequence[Stated]) -> list[Finding]:
    """A system that moved here is held against the packs of where it was, too."""
    if not any(stated.packs for stated in (now, *before)):
        return []
    # Whoever has no pack doesn't pay for the comparison of rules.
    from aiact_gate.change.own_packs import loosened_packs

    packs = [each for stated in before for each in loosened_packs(now, stated)]
    return list({each.fingerprint: each for each in reversed(packs)}.values())


# ---------------------------------------------------------------- the manifest


def _system(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], index: int, stated: Stated
) -> Iterator[Finding]:
    tiers = (_rank(before.get("tier")), _rank(now.get("tier")))
    if tiers[0] is not None and tiers[1] is not None and tiers[1] < tiers[0]:
        what = f"The tier was {before['tier']} and is {now['tier']}."
        fix = "Claim the tier that the answers give."
        yield finding_of("tier-lowered", what, fix, stated.places("systems", index, "tier"), name)
    roles = [set(texts(system.get("role"))) for system in (before, now)]
    for role in sorted(roles[0] - roles[1]):
        what = f"The role {role} was claimed and isn't any more."
        fix = "Name it again, if you still hold it."
        yield finding_of("role-dropped", what, fix, stated.places("systems", index, "role"), f"{name}/{role}")
    models = [mapping(mapping(system.get("model")).get("mlflow")) for system in (before, now)]
    was, is_ = (str(model.get("version") or "") for model in models)
    place = stated.places("systems", index, "model", "mlflow")
    if models[0] and not models[1]:
        what = f"The model was {models[0].get('registered_model')} in the registry; the manifest names none any more."
        fix = "Name the registered model and its version again."
        yield finding_of("model-moved-back", what, fix, place, name)
    elif (
        models[0].get("registered_model") == models[1].get("registered_model")
        and was.isdigit()
        and is_.isdigit()
        and int(is_) < int(was)
    ):
        what = f"The model version was {was} and is {is_}: what an older run logged is judged again."
        yield finding_of("model-moved-back", what, f"Name version {was} or a newer one.", place, name)


def _rank(tier: Any) -> int | None:
    try:
        return tier_rank(str(tier)) if tier else None
    except KeyError:  # a word that is no tier: the manifest's own fault
        return None


def _inputs(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], index: int, stated: Stated, origin: Stated
) -> Iterator[Finding]:
    globs = [texts(system.get("inputs")) for system in (before, now)]
    for glob in globs[0]:
        if glob in globs[1]:
            continue
        lost = _uncovered(glob, globs[1], stated, origin)
        if lost is None:
            continue
        shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        what = f"The inputs held {glob} and don't any more{': nothing covers ' + shown if lost else ''}."
        fix = "Name it again: changes of it would go unseen."
        yield finding_of(
            "inputs-narrowed", what, fix, stated.places("systems", index, "inputs"), f"{name}/{glob}"
        )


def _uncovered(glob: str, others: Sequence[str], now: Stated, before: Stated) -> list[str] | None:
    """The base's files that *glob* covered and *others* don't, or None if *others* cover whatever *glob* can.

    Empty: no file of the base shows it. Where the manifest moved, its inputs may have moved with it or stayed.
    """
    pattern, patterns = Glob(glob), [Glob(other) for other in others]
    held = [path for path in _below(before.folder, before.paths()) if pattern.matches(path)]
    probes = [
        glob.replace("**", deep).replace("*", sign * length).replace("?", sign)
        for sign in ascii_lowercase + digits
        for length in (1, 2, 5, 37)
        for deep in (sign * length, f"{sign}/{sign}/{sign * length}")
    ]
    found = []
    for moved in (True, False):
        missed = []
        for path in [*held, *probes]:
            seen = [path] if moved else _below(now.folder, [posixpath.join(before.folder, path)])
            if not any(each.matches(one) for each in patterns for one in seen):
                missed.append(path)
        found.append(missed)
    best = min(found, key=len)
    return [path for path in best if path in held] if best else None


def _below(folder: str, paths: Sequence[str]) -> list[str]:
    prefix = folder + "/" if folder else ""
    return [path[len(prefix) :] for path in paths if path.startswith(prefix)]


def _evidence(name: str, index: int, now: Stated, before: Stated) -> Iterator[Finding]:
    system = systems_of(now)[name][1]
    fix = "Put it back; what is out of date is confirmed or written again, not taken out."
    place = now.places("systems", index, "evidence_dir" if system.get("evidence_dir") else "id")
    for kind in before.records.get(name, {}):
        if kind not in now.records.get(name, {}):
            path = before.record_places[name][kind].location().path
            what = f"{path} spoke for {name}; no {kind} record does any more."
            yield finding_of("evidence-removed", what, fix, place, f"{name}/{kind}")
    for what_it_is, path in before.files.get(name, {}).items():
        if what_it_is not in now.files.get(name, {}):
            what = f"The {what_it_is} was {path}; none is there any more, or it is empty."
            yield finding_of("evidence-removed", what, fix, place, f"{name}/{what_it_is}")


def _policies(now: Stated, before: Sequence[Stated]) -> Iterator[Finding]:
    """Against the widest profile and the strictest mode of *before*: systems may have moved here from several manifests."""
    policies = [mapping(stated.manifest.get("policies")) for stated in (*before, now)]
    order = _easiest_first("profile")
    profiles = _highest([str(policy.get("profile") or "full") for policy in policies], order)
    if _is_lower(profiles, order):
        what = f"The profile was {profiles[0]} and is {profiles[1]}: fewer points are looked at."
        fix = f"Write profile: {profiles[0]}."
        yield finding_of("profile-lowered", what, fix, now.places("policies", "profile"), "")
    order = ("", *_easiest_first("mode"))
    modes = _highest([str(policy.get("mode") or "") for policy in policies], order)
    if _is_lower(modes, order):
        what = f"The mode was {modes[0]} and {'is ' + modes[1] if modes[1] else 'is left to the roll-out'}."
        yield finding_of("mode-lowered", what, f"Write mode: {modes[0]}.", now.places("policies", "mode"), "")


def _is_lower(words: tuple[str, str], order: Sequence[str]) -> bool:
    return all(word in order for word in words) and order.index(words[1]) < order.index(words[0])


def _highest(words: Sequence[str], order: Sequence[str]) -> tuple[str, str]:
    """(the highest of all but the last, the last) of *words*; one that is none of *order* is the manifest's own fault."""
    known = [word for word in words[:-1] if word in order]
    return max(known, key=order.index, default=words[-1]), words[-1]


def _no_ai(now: Stated, before: Stated) -> Iterator[Finding]:
    claims = [mapping(stated.manifest.get("no_ai_system")) for stated in (before, now)]
    if not claims[1]:
        return
    fix = "Those who guard the manifest let this change through, if it holds."
    if not claims[0]:
        what = f"no_ai_system claims until {claims[1].get('expires')} that no AI system is here; nobody did before."
        yield finding_of("claim-added", what, fix, now.places("no_ai_system"), "no_ai_system")
    elif str(claims[1].get("expires")) > str(claims[0].get("expires")):
        what = f"no_ai_system ended on {claims[0].get('expires')} and ends on {claims[1].get('expires')} now."
        yield finding_of("claim-extended", what, fix, now.places("no_ai_system", "expires"), "no_ai_system")


# ---------------------------------------------------------------- waivers and baseline

GUARDED = "Mend what fails; if it has to be waived, the code owners of waivers.yaml let this change through (docs/ci.md)."


def _waivers(now: Stated, before: Sequence[Stated]) -> Iterator[Finding]:
    old = {str(row.get("id")): row for stated in reversed(before) for row in stated.waivers}
    for index, row in enumerate(now.waivers):
        name = str(row.get("id"))
        target = str(row.get("element") or row.get("check") or row.get("requirement"))
        was = old.get(name)
        if was is None or _wider(row, was):
            what = f"Waiver {name} covers {target} until {row.get('expires')}; it didn't before."
            yield finding_of("waiver-added", what, GUARDED, now.beside("waivers", index), name)
        elif str(row.get("expires")) > str(was.get("expires")):
            what = f"Waiver {name} ended on {was.get('expires')} and ends on {row.get('expires')} now."
            place = now.beside("waivers", index, "expires")
            yield finding_of("waiver-extended", what, GUARDED, place, name)
        elif (str(row.get("created")), _major(row)) != (str(was.get("created")), _major(was)):
            what = f"Waiver {name} was of {was.get('created')} for version {was.get('requirement_version')}; it is of {row.get('created')} for {row.get('requirement_version')} now."
            place = now.beside("waivers", index, "created")
            yield finding_of("waiver-extended", what, GUARDED, place, name)


def _major(row: Mapping[str, Any]) -> str:
    return str(row.get("requirement_version")).partition(".")[0]


def _wider(row: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    """Whether *row* covers something that *was* didn't."""
    point = "requirement" if was.get("requirement") else "check"
    same = row.get("system") == was.get("system") and (
        row.get(point) == was.get(point)
        or point == "requirement"
        and str(row.get("check")).partition("/")[0] == was.get(point)
    )
    return not same or bool(was.get("element")) and row.get("element") != was.get("element")


def _debts(now: Stated, before: Sequence[Stated]) -> Iterator[Finding]:
    old = {_debt(item): item for stated in reversed(before) for item in stated.debts}
    added = [index for index, item in enumerate(now.debts) if _debt(item) not in old]
    if added:
        more = f"{len(added)} debts that it didn't hold" if len(added) > 1 else "a debt that it didn't hold"
        what = f"The baseline holds {more}. It only shrinks."
        fix = "Fix the new ones, or waive them."
        yield finding_of("baseline-grown", what, fix, now.beside("baseline", added[0]), "")
    for index, item in enumerate(now.debts):
        was = str(old.get(_debt(item), {}).get("due") or "")
        if was and str(item.get("due")) > was:
            name = "/".join(part for part in (str(item.get("check")), str(item.get("element") or "")) if part)
            what = f"The debt {name} was due on {was} and is due on {item.get('due')} now."
            place = now.beside("baseline", index, "due")
            yield finding_of("debt-extended", what, f"Write {was}, or pay it.", place, name)


def _debt(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(item.get(key) or "") for key in ("requirement", "major", "check", "system", "element"))
