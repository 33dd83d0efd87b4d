"""The registry, asked again: what of the lock it confirms, and every difference. Only `check --live` comes here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aiact_gate.model.errors import RegistryError
from aiact_gate.model.evidence import Evidence, Fault, Unknown
from aiact_gate.model.location import Pointer
from aiact_gate.registry.listing import store_beside
from aiact_gate.run.collect import registry_block
from aiact_gate.run.declared import named_model
from aiact_gate.sources.gather import Gathering
from aiact_gate.sources.shapes import quoted

WITNESS = "live registry"
_MAX_SHOWN = 20


def confirm(gathering: Gathering, system: Mapping[str, Any], evidence: Evidence) -> None:
    """Hold what the lock has of *system* against its registry.

    Each block that the registry confirms has it for a witness; each difference is a fault at the lock's line. A registry that
    can't be read leaves the lock as it is, and that is unknown.
    """
    if gathering.lock is None or (evidence.data.get("mlflow") or {}).get("source") != "registry":
        return
    root = Path(gathering.snapshot.root) / gathering.manifest.folder
    try:
        live = registry_block(root, named_model(system), store_beside(root), os.environ)
    except RegistryError as error:
        fix = error.fix.rstrip(".")
        what = f"the registry doesn't tell whether the lock is what it holds: {error.what} ({fix})"
        evidence.undetermined["lock_digest"] = Unknown(what, "aiact-gate check --live")
        return
    block = gathering.lock.systems.get(str(system["id"])) or {}
    held = block.get("mlflow") if isinstance(block, dict) else None
    if live is None or not isinstance(held, dict):
        return
    live.pop("problems", None)
    held = _without_own(held, live)
    found = list(_differences(held, live, ("mlflow",)))
    evidence.faults += [_fault(evidence, *difference) for difference in found[:_MAX_SHOWN]]
    differing = {pointer[:length] for pointer, _, _ in found for length in range(1, len(pointer) + 1)}
    for pointer in _blocks(live):
        if pointer not in differing:
            evidence.witnesses[pointer] = WITNESS


def _without_own(held: Mapping[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """*held* without what `collect` adds of its own to a drill: the program. A lock from before has no times of drills: left out of *live*."""
    for drill in live["drills"]:
        drill.pop("ran", None)
    drills = held.get("drills")
    listed = [drill for drill in drills if isinstance(drill, dict)] if isinstance(drills, list) else []
    if not any("started_at" in drill for drill in listed):
        for drill in live["drills"]:
            drill.pop("started_at", None)
    own = [{key: value for key, value in drill.items() if key != "program"} for drill in listed]
    return {**held, "drills": own}


def _blocks(live: Mapping[str, Any]) -> Iterator[Pointer]:
    for key in live:
        if key == "run":
            yield from (("mlflow", "run", name) for name in live["run"])
        else:
            yield ("mlflow", key)


def _differences(held: Any, live: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Any, Any]]:
    """(where, what the lock says, what the registry says) of each value that isn't the same; None: nothing is there."""
    if isinstance(held, dict) and isinstance(live, dict):
        for key in sorted({*held, *live}):
            yield from _differences(held.get(key), live.get(key), (*pointer, str(key)))
    elif isinstance(held, list) and isinstance(live, list) and len(held) == len(live):
        for index, (one, other) in enumerate(zip(held, live, strict=True)):
            yield from _differences(one, other, (*pointer, index))
    elif _plain(held) != _plain(live):
        yield pointer, held, live


def _plain(value: Any) -> Any:
    """Numbers as numbers: a lock has no types of its own. What is empty is as good as absent."""
    if value in (None, "", [], {}):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _fault(evidence: Evidence, pointer: Pointer, held: Any, live: Any) -> Fault:
    name = ".".join(str(step) for step in pointer)
    what = f"The lock says {_said(held)} for {name}; the registry says {_said(live)}."
    fix = "If the registry is right, collect it again: aiact-gate collect; if not, mend the registry."
    return Fault("lock_digest", "contradicted", evidence.locate(pointer), what, fix, pointer)


def _said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    return quoted(str(value)) if not isinstance(value, (dict, list)) else f"{len(value)} entries"
