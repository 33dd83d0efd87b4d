"""Pinned packs: whether the folder in the judged tree is the one that `policy add` took in. Nothing is fetched."""

from __future__ import annotations

from aiact_gate.model.location import Location
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import Problem
from aiact_gate.sources.manifest import DeclaredPack


def as_pinned(
    pack: Pack, broken: dict[str, str], declared: DeclaredPack, place: Location, problems: list[Problem]
) -> tuple[Pack, dict[str, str]]:
    """*pack* and what is wrong with its requirements: all of them if its digest isn't the pinned one, an exit 3."""
    if pack.digest == declared.digest:
        return pack, broken
    what = (
        f"the pack {declared.path} isn't the one that was added: pinned is {declared.digest[:7]}, "
        f"here is {pack.digest[:7]}"
    )
    fix = f"{fix_of(declared)} Or write sha256:{pack.digest} here after somebody has read the change."
    problems.append(Problem(what, fix, place, 3))
    return pack, {**{requirement.id: f"{place}: {what}" for requirement in pack.requirements}, **broken}


def fix_of(declared: DeclaredPack) -> str:
    """How a pack that is missing or changed is put right."""
    if not declared.digest:
        return "Mend the path, or vendor the pack again."
    import shlex

    source = shlex.quote(declared.source) if declared.source.isprintable() else ""
    to = f" --to {shlex.quote(declared.path)}" if declared.path.isprintable() else ""
    return f"Add it again: aiact-gate policy add {source or 'SOURCE'}{to} --update."
