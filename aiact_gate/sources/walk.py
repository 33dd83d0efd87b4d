"""Values of plain data by a path in which `*` stands for each element of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiact_gate.model.location import Pointer


def values(data: Any, *path: str) -> Iterator[tuple[Pointer, Any]]:
    """(pointer, value) of everything in *data* that *path* leads to; nothing where it leads nowhere."""
    found: list[tuple[Pointer, Any]] = [((), data)]
    for step in path:
        if step == "*":
            found = [
                ((*at, index), item)
                for at, rows in found
                if isinstance(rows, list)
                for index, item in enumerate(rows)
            ]
        else:
            found = [((*at, step), row[step]) for at, row in found if isinstance(row, dict) and step in row]
    yield from found
