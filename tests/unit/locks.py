"""A lock changed as whoever may commit can change it: its digest mended, its counts collected again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports import replace
from repos import DAY

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.run.collect import collect
from aiact_gate.run.declared import declared_systems
from aiact_gate.sources.lock import computed_digest, split_lock
from aiact_gate.sources.lock_text import render_lock

LOCK = "aiact.lock"


def relocked(folder: Path, *changes: tuple[str, str]) -> None:
    """The first *old* of the lock replaced by *new* for each of *changes*, and its digest mended."""
    for old, new in changes:
        replace(folder, LOCK, old, new)
    body, _ = split_lock((folder / LOCK).read_bytes())
    (folder / LOCK).write_bytes(body + f"digest: {computed_digest(body)}\n".encode())


def held(folder: Path) -> dict[str, Any]:
    """The systems of the lock."""
    found: dict[str, Any] = plain_data(parse_yaml((folder / LOCK).read_bytes(), LOCK).root)["systems"]
    return found


def put(folder: Path, systems: dict[str, Any], collected: str = DAY) -> None:
    """A lock of *systems*, with the digest that it should have."""
    (folder / LOCK).write_bytes(render_lock(systems, collected))


def recollected(folder: Path) -> None:
    """The data of *folder* counted by `collect`; what the lock holds of the registry stays."""
    root, systems = declared_systems(str(folder))
    before = held(folder)
    counted = collect(root, [{**one, "registered_model": None} for one in systems], None, DAY)
    found = plain_data(parse_yaml(counted, LOCK).root)["systems"]
    put(folder, {name: {**before.get(name, {}), **block} for name, block in found.items()})
