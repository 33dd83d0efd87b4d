"""A lock as whoever may commit can write it: changed, with a digest that fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.sources.lock_text import render_lock


def held(lock: Path) -> dict[str, Any]:
    data = plain_data(parse_yaml(lock.read_bytes(), lock.name).root)
    assert isinstance(data, dict)
    return data


def relocked(copy: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The lock with *change* done to the block of the system, and a digest that fits: whoever may commit can write it."""
    lock = copy / "aiact.lock"
    data = held(lock)
    change(data["systems"]["credit-scoring"])
    lock.write_bytes(render_lock(data["systems"], data["collected"]))
