"""The packs that judge a run: built in, given by the workflow, of the repository; in which mode, and without what is recalled."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate.change.loosenings import Layers
from aiact_gate.model.errors import PackError, SnapshotError
from aiact_gate.model.location import Location
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import Problem
from aiact_gate.policy.load import as_pinned, fix_of, in_layer_order, layered, load_builtin, load_folder
from aiact_gate.run.options import Options
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

if TYPE_CHECKING:
    from aiact_gate.lint.faults import PolicyFault
    from aiact_gate.model.rollout import InForce, Recall

Loaded = tuple[Pack, dict[str, str]]
"""A pack, and requirement -> what is wrong with its policy."""


class Given(NamedTuple):
    """The packs that judge whatever is judged: built in, or given by the workflow. Loaded once, handed in."""

    packs: tuple[Loaded, ...]
    problems: tuple[Problem, ...] = ()
    """What is wrong with them."""


def given_packs(options: Options) -> Given:
    """The built-in packs and those that the workflow gives, in the order of their layers."""
    found: list[Loaded] = []
    problems: list[Problem] = []
    for name in BUILTIN:
        found.append(_loaded(name, *(_instead(name, options, {}) or load_builtin(name)), problems))
    for folder in in_layer_order(options.packs):
        try:
            loaded = load_folder(Path(folder), None, kinds_of(found))
            found.append(
                _loaded(folder, *(_instead(loaded[0].name, options, kinds_of(found)) or loaded), problems)
            )
        except PackError as error:
            problems.append(Problem(error.what, error.fix, error.location, 3))
    return Given(tuple(found), tuple(problems))


def kinds_of(packs: Sequence[Loaded]) -> dict[str, Any]:
    """The record kinds that *packs* add."""
    return {name: definition for pack, _ in packs for name, definition in pack.kinds.items()}


def tightened(packs: Sequence[Loaded], problems: list[Problem]) -> list[Loaded]:
    """*packs* with their overlays applied; a refused one is a problem, and an error of the requirement concerned."""
    seen: dict[str, tuple[int, str]] = {}
    for number, (pack, _) in enumerate(packs):
        for requirement in pack.requirements:
            where = Location(requirement.file, requirement.line)
            first, place = seen.setdefault(requirement.id, (number, f"{where.path}:{where.line}"))
            if first != number:
                what = f"two packs have a requirement {requirement.id} (first in {place})"
                fix = "Give it its own id; to ask more of the other, write an overlay."
                problems.append(Problem(what, fix, where, 3))
    merged, faults = layered([pack for pack, _ in packs])
    found = [(pack, dict(broken)) for pack, (_, broken) in zip(merged, packs, strict=True)]
    for fault in faults:
        problems.append(Problem(f"overlay: {fault.message}", fault.fix, fault.location, 3))
        for pack, broken in found:
            if any(requirement.id == fault.requirement for requirement in pack.requirements):
                broken.setdefault(fault.requirement, f"{fault.location}: {fault.message}")
    return found


def overlaid(below: Sequence[Pack], packs: Sequence[Pack]) -> Layers:
    """The packs *below* as the overlays of *packs* tighten them, for a comparison with other overlays over the same ones."""
    merged, faults = layered([*below, *packs])
    return Layers(tuple(merged[: len(below)]), tuple(fault.message for fault in faults))


def _instead(name: str, options: Options, kinds: dict[str, Any]) -> tuple[Pack, list[PolicyFault]] | None:
    folder = dict(options.instead).get(name)
    return None if folder is None else load_folder(Path(folder), None, kinds)


def own_packs(
    snapshot: Snapshot,
    manifest: Manifest,
    earlier: Sequence[Loaded],
    options: Options,
    problems: list[Problem],
) -> list[Loaded]:
    """The packs that *manifest* names, as they lie in *snapshot*; what can't be read is a problem at its entry."""
    found: list[Loaded] = []
    for declared in manifest.packs:
        named = declared.path
        place = manifest.document.location(("policies", "packs", declared.position))
        relative = manifest.repository_path(named)
        if relative.startswith("..") or named.startswith("/"):
            what = f"the pack {named} lies outside the repository"
            problems.append(Problem(what, "Vendor it into the repository, or give it with --pack.", place, 3))
            continue
        try:
            kinds = kinds_of([*earlier, *found])
            loaded = _loaded(named, *pack_in(snapshot, relative, named, kinds), problems)
            if declared.digest:
                loaded = as_pinned(*loaded, declared, place, problems)
            other = _instead(loaded[0].name, options, kinds)
            found.append(loaded if other is None else _loaded(named, *other, problems))
        except (PackError, SnapshotError, OSError) as error:
            what = f"the pack {named} can't be read" if isinstance(error, OSError) else error.what
            problems.append(Problem(what, fix_of(declared), place, 3))
    return found


def pack_in(
    snapshot: Snapshot, folder: str, name: str, kinds: dict[str, Any]
) -> tuple[Pack, list[PolicyFault]]:
    """The pack that the judged tree holds in *folder*: of the revision, of the index, and never through a link."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="aiact-") as temporary:
        copy = Path(temporary, "pack")
        copy.mkdir()
        for path in snapshot.paths(folder):
            if posixpath.dirname(path) == folder and path.endswith((".yaml", ".yml")):
                (copy / posixpath.basename(path)).write_bytes(snapshot.read(path))
            elif posixpath.dirname(path) == posixpath.join(folder, "kinds") and path.endswith(".json"):
                (copy / "kinds").mkdir(exist_ok=True)
                (copy / "kinds" / posixpath.basename(path)).write_bytes(snapshot.read(path))
        return load_folder(copy, name, kinds, "repository")


def _loaded(name: str, pack: Pack, faults: Sequence[Any], problems: list[Problem]) -> Loaded:
    broken: dict[str, str] = {}
    for fault in faults:
        problems.append(Problem(f"policy: {fault.message}", fault.fix, fault.location, 3))
        if fault.requirement:
            broken.setdefault(fault.requirement, f"{fault.location}: {fault.message}")
    has_more = (
        pack.rollout
        or pack.recalls
        or pack.kinds
        or pack.has_overlay
        or pack.witness
        or pack.second_signature
    )
    if not pack.requirements and not has_more and name not in BUILTIN:
        what = f"the pack {name} has no requirement"
        problems.append(Problem(what, "Add a policy file, or take the pack out.", None, 3))
    return pack, broken


def in_force(
    given: Sequence[Loaded],
    own: Sequence[Loaded],
    manifest: Mapping[str, Any],
    options: Options,
) -> InForce | None:
    """The mode of this run; None if no roll-out is in play: everything is enforced."""
    asked = str((manifest.get("policies") or {}).get("mode") or "")
    if not asked and not any(pack.rollout for pack, _ in (*given, *own)):
        return None
    from aiact_gate.judge import rollout

    return rollout.in_force(
        [pack for pack, _ in given],
        [pack for pack, _ in own],
        asked,
        options.repository,
        options.topics,
        options.as_of,
    )


def recalls_in_force(
    given: Sequence[Loaded],
    own: Sequence[Loaded],
    options: Options,
    problems: list[Problem],
) -> dict[str, Recall]:
    """Check -> its recall on this day; what is wrong with a recall becomes a problem (exit 3)."""
    if not any(pack.recalls for pack, _ in (*given, *own)):
        return {}
    from aiact_gate.judge.rollout import recalled_on, recalls_of

    recalls, idle = recalls_of([pack for pack, _ in given], [pack for pack, _ in own])
    requirements = {
        requirement.id: requirement for pack, _ in (*given, *own) for requirement in pack.requirements
    }
    valid, faults = recalled_on(recalls, requirements, options.as_of)
    faults += recalled_on(idle, requirements, options.as_of)[1]
    problems += [Problem(f"policy: {fault.message}", fault.fix, fault.location, 3) for fault in faults]
    return valid
