"""`policy lint`: what compiling finds, and what a policy should not do although it compiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiact_gate.model.location import Location
from aiact_gate.packs.compile import PolicyFault, compile_folder
from aiact_gate.packs.load import below
from aiact_gate.packs.overlay import refused


def lint_folder(folder: Path, others: Sequence[Path] = ()) -> list[PolicyFault]:
    """Everything wrong with the pack in *folder*, in order of place. Raises PackError if there is none.

    *others*: packs of which those of earlier layers are known to it: its overlay may tighten them, its conditions read their kinds.
    """
    earlier = below(folder, others)
    kinds = {name: schema for data in earlier for name, schema in data.get("kinds", {}).items()}
    compiled = compile_folder(folder, None, kinds)
    faults = compiled.faults + _ended(compiled.data) + refused(compiled.data, earlier)
    wanted = ("requirements", "rollout", "recalls", "overlay", "kinds")
    if not faults and not any(compiled.data.get(key) for key in wanted):
        place = Location(f"{folder.name}/pack.yaml")
        what = f"the pack {folder.name} has no requirement"
        faults.append(PolicyFault(place, "no_policy", what, "Add a policy file, or take the pack out."))
    return sorted(
        faults,
        key=lambda fault: (fault.location.path, fault.location.line, fault.location.column, fault.rule),
    )


def _ended(data: dict[str, Any]) -> list[PolicyFault]:
    """Recalls that ended: they take nothing back any more."""
    if not data.get("recalls"):
        return []
    import datetime

    from aiact_gate.model.rollout import recall_from
    from aiact_gate.packs.rollout import recall_faults_today

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return recall_faults_today([recall_from(item, "") for item in data["recalls"]], today)
