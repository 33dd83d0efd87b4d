"""What the version numbers of a pack and its requirements don't say of what changed: for `policy diff`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiact_gate.change.checks import Difference
from aiact_gate.change.rules import differences_of
from aiact_gate.model.policy import Pack, Requirement


class Comparison(NamedTuple):
    """All of two packs."""

    differences: tuple[Difference, ...]
    versions: tuple[str, ...]
    """What the version numbers don't say."""

    def count(self, relation: str) -> int:
        return sum(one.relation == relation for one in self.differences)


def compare_packs(old: Pack, new: Pack) -> Comparison:
    """What became of each requirement and check of *old* in *new*, and what its versions don't say of it."""
    differences = differences_of(old, new)
    before = {requirement.id: requirement for requirement in old.requirements}
    versions: list[str] = []
    for requirement in new.requirements:
        was = before.get(requirement.id)
        if was is not None:
            ids = {was.id, *(check.id for one in (was, requirement) for check in one.checks)}
            own = [one for one in differences if one.id in ids and not one.file]
            versions += _version(was, requirement, own)
    if any(one.parts for one in differences) and old.version == new.version:
        versions.append(unchanged_version(new))
    return Comparison(tuple(differences), tuple(versions))


def unchanged_version(pack: Pack) -> str:
    """What is said where *pack* differs and its version doesn't."""
    return f"pack.yaml: something changed, and the version is {pack.version} as before."


def _version(old: Requirement, new: Requirement, differences: Sequence[Difference]) -> list[str]:
    numbers = [
        tuple(int(part) if part.isdigit() else 0 for part in one.version.split(".")) for one in (old, new)
    ]
    before, now = ((*one, 0, 0)[:2] for one in numbers)
    step = (
        f"its version went from {old.version} to {new.version}"
        if old.version != new.version
        else (f"its version is still {new.version}")
    )
    if any(one.fails and one.relation in ("tighter", "undecidable") for one in differences):
        if now[0] <= before[0]:
            return [f"{new.id}: it may newly fail, and {step}. That takes a new major version."]
    elif any(one.relation == "looser" for one in differences) and now <= before:
        return [f"{new.id}: it is looser, and {step}. That takes a new minor version."]
    return []
