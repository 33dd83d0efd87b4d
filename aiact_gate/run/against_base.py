"""`check --staged` and `check --base`: two trees judged, and what lies between them.

The base's manifest is the one at the same path, or (where it moved) the one that declared the same systems. Packs of the
repository that changed judge twice: a point fails if it fails under the new rules or under the base's.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiact_gate.change.loosenings import Stated, finding_of, systems_of
from aiact_gate.change.manifest import loosened
from aiact_gate.change.regression import by_both_rules, compared, dropped_points, in_stricter_mode
from aiact_gate.model.errors import AiactError
from aiact_gate.model.location import Location
from aiact_gate.model.report import Finding, Problem, Report, SystemReport
from aiact_gate.run.check import check
from aiact_gate.run.compared_trees import stated, with_rules
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import Given
from aiact_gate.sources.manifest import NAMES, find_manifest, read_manifest
from aiact_gate.sources.snapshot import Snapshot
from aiact_gate.sources.watched import Watched


def check_change(
    snapshot: Snapshot,
    bases: Sequence[Snapshot],
    path: str,
    options: Options,
    loaded: Given,
    hook: bool,
    problems: Sequence[Problem] = (),
) -> Report:
    """The report of *snapshot* in which only what none of *bases* has fails; no bases: there was nothing before.

    Several are the parents of a merge. *problems* are those of the comparison itself; they count like the report's own.
    """
    watched = Watched(snapshot)
    judged = check(watched, path, options, loaded=loaded)
    here = bool(bases) and manifest_at(snapshot, path) is not None
    adopted = ADOPTED if here and not any(manifest_at(base, path) for base in bases) else ""
    rules = adopted if bases else judged.rules
    report = judged._replace(problems=(*problems, *judged.problems), rules=rules)
    held = [_held(watched, judged, base, path, options, loaded) for base in bases]
    unknown = [one for one in held if one.problem is not None]
    if unknown and unknown[0].problem is not None:
        report = report._replace(problems=(*report.problems, unknown[0].problem))
        return compared(report, [], unknown[0].changes, hook)
    if all(one.by_rules for one in held):  # what a parent of a merge was judged by, its merge may be
        for one in held:
            for by_base in one.by_rules:
                report = by_both_rules(report, by_base)
    if held and all(one.before.in_force != judged.in_force for one in held if one.before is not None):
        for one in held:
            report = in_stricter_mode(report, one.before) if one.before is not None else report
    return compared(report, [one.before for one in held if one.before is not None], _of_all(held), hook)


ADOPTED = (
    "The base has no aiact.yaml: the gate is adopted by this change, and judges by the rules that it brings."
)


class Held(NamedTuple):
    """What one base says of a change."""

    before: Report | None = None
    """What the base came to; None: no manifest that could be held against this one."""
    by_rules: Sequence[Report] = ()
    """The change as the base's rules judge it, where they are others."""
    changes: Sequence[Finding] = ()
    """What the change loosens."""
    problem: Problem | None = None
    """Why it isn't known what the change loosens, or where its systems went."""


def _of_all(held: Sequence[Held]) -> list[Finding]:
    """The changes that each of *held* finds."""
    if not held:
        return []
    others = [{change.fingerprint for change in one.changes} for one in held[1:]]
    return [change for change in held[0].changes if all(change.fingerprint in found for found in others)]


def _held(
    watched: Watched, judged: Report, base: Snapshot, path: str, options: Options, loaded: Given
) -> Held:
    snapshot = watched.tree
    if watched.answers_as(base):
        return Held(
            judged
        )  # nothing that was read differs, so this is the base's judgement, and nothing is loosened
    now = (
        stated(snapshot, manifest, loaded) if (manifest := manifest_at(snapshot, path)) is not None else None
    )
    origins = origins_of(base, path, now)
    if now is None:
        gone, moved_to = _gone(snapshot, base, path, origins)
        return Held(check(base, path, options, loaded=loaded), changes=gone, problem=moved_to)
    before = [found for origin in origins if (found := stated(base, origin, loaded)) is not None]
    if len(before) < len(origins):
        what = "The base's manifest can't be read, so what this change loosens isn't known."
        fix = "Compare with an older commit, in which it could: --base REV."
        return Held(problem=Problem(what, fix, Location(origins[0]), 1, "loosened"))
    if not before:
        return Held()
    if any(_rules(now) != _rules(was) for was in before):
        trees = [(now, snapshot), *((was, base) for was in before)]
        now, *before = with_rules(trees, loaded)
    by_rules = []
    elsewhere_before: set[str] = set()
    for origin, was in zip(origins, before, strict=True):
        if _rules(now) != _rules(was):
            judges = (base, read_manifest(base, origin))
            by_base = check(snapshot, path, options, loaded=loaded, judges=judges)
            if origin != origins[0]:  # its packs judged what moved here, and nothing else
                moved = set(systems_of(was)) - elsewhere_before
                by_base = by_base._replace(systems=tuple(one for one in by_base.systems if one.id in moved))
            by_rules.append(by_base)
        elsewhere_before |= set(systems_of(was))
    offline = options._replace(live=None)
    reports = [check(base, origin, offline, loaded=loaded) for origin in origins]
    known = _by_id(system for one in reports for system in one.systems)
    missing = set(systems_of(before[0])) - set(systems_of(now))
    elsewhere = (
        frozenset(_declared(snapshot, missing, posixpath.normpath(judged.manifest)))
        if missing
        else frozenset()
    )
    changes = loosened(now, before, elsewhere)
    explained = {
        one.element.partition("/")[0]
        for one in changes
        if one.check.endswith(("/tier-lowered", "/role-dropped"))
    }
    ruled = judged
    for by_base in by_rules:
        ruled = by_both_rules(ruled, by_base)
    changes += [one for one in dropped_points(ruled, known) if one.element not in explained]
    whole = reports[0]
    for one in reports[1:]:
        whole = in_stricter_mode(whole, one)
    whole = whole._replace(
        systems=tuple(known.values()), problems=tuple(problem for one in reports for problem in one.problems)
    )
    return Held(whole, by_rules, changes)


def _by_id(systems: Iterable[SystemReport]) -> dict[str, SystemReport]:
    """The first system of each id."""
    found: dict[str, SystemReport] = {}
    for system in systems:
        found.setdefault(system.id, system)
    return found


def removed_manifests(snapshot: Snapshot, base: Snapshot, under: str) -> list[str]:
    """The base's manifests below the folder *under* that are gone, although no other one declares their systems."""
    gone = []
    for path in _manifests(base):
        if path.startswith(under) and not snapshot.has(path):
            systems = _systems(base, path)
            if set(_declared(snapshot, systems, "")) != systems or not systems:
                gone.append(path)
    return gone


def manifest_at(snapshot: Snapshot, path: str) -> str | None:
    """The manifest for *path*, or None if there is none."""
    try:
        found = find_manifest(snapshot, path)
    except AiactError:
        return None
    return found if snapshot.has(found) else None


def origins_of(base: Snapshot, path: str, now: Stated | None) -> list[str]:
    """The base's manifests that this one is held against, its own (at the same place, or where it was) first."""
    home = manifest_at(base, path)
    new = set(systems_of(now)) - _systems(base, home) if now is not None else set()
    found = [home] if home is not None else []
    if new:
        moved = _declared(base, new, home or "")
        found += [origin for origin in dict.fromkeys(moved.values()) if origin not in found]
    return found


def _gone(
    snapshot: Snapshot, base: Snapshot, path: str, origins: Sequence[str]
) -> tuple[list[Finding], Problem | None]:
    """What to say of a manifest that was there at the base and isn't any more: a loosening, or only where it went."""
    if not origins or manifest_at(snapshot, path) is not None:
        return [], None
    systems = _systems(base, origins[0])
    places = _declared(snapshot, systems, "")
    left = sorted(systems - set(places))
    if systems and not left:
        folders = ", ".join(sorted({posixpath.dirname(place) or "." for place in places.values()}))
        what = f"{origins[0]} was there before; {', '.join(sorted(set(places.values())))} declares its systems now."
        return [], Problem(what, f"Judge it there: aiact-gate check {folders}", Location(origins[0]), 4)
    what = f"{origins[0]} was there before and declared {', '.join(left) or 'that no AI system is here'}."
    fix = "Put it back; a system that is given up is said so in no_ai_system."
    return [finding_of("manifest-removed", what, fix, Location(origins[0]), origins[0])], None


def _manifests(snapshot: Snapshot) -> list[str]:
    return [path for path in snapshot.paths() if posixpath.basename(path) in NAMES]


def _declared(snapshot: Snapshot, wanted: set[str], not_in: str) -> dict[str, str]:
    """System -> manifest, for those of *wanted* that a manifest of the tree other than *not_in* declares."""
    found: dict[str, str] = {}
    for path in _manifests(snapshot):
        if path != not_in and wanted - set(found):
            for system in _systems(snapshot, path) & wanted:
                found.setdefault(system, path)
    return found


def _systems(snapshot: Snapshot, path: str | None) -> set[str]:
    """The ids that the manifest at *path* declares; none if it can't be read."""
    if path is None:
        return set()
    try:
        return {str(system["id"]) for system in read_manifest(snapshot, path).systems}
    except AiactError:
        return set()


def _rules(own: Stated) -> dict[str, Any]:
    return {pack.name: pack.files for pack in own.packs}
