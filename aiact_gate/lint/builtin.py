"""What rules ask about the built-in packs: ids of requirements, rules of faults, rows of the timeline, duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.sources.builtin import BUILTIN, builtin_compiled, builtin_folder


@cache
def fault_rules() -> tuple[str, ...]:
    """The rules of faults that a check of a built-in pack reports, sorted."""
    checks = (check for pack in BUILTIN for row in requirements_of(pack) for check in row.get("checks") or ())
    return tuple(sorted({str(check["faults"]) for check in checks if check.get("faults")}))


@cache
def law_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(ids of the rows of timeline.yaml, duty groups of classification.yaml)."""
    read = {name: _read(f"{name}.yaml") for name in ("timeline", "classification")}
    return timeline_rows(read["timeline"]), tuple(read["classification"].get("duty_groups", {}))


def timeline_rows(timeline: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the rows of *timeline*."""
    return tuple(
        str(row["id"])
        for rows in timeline.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict) and "id" in row
    )


def _read(file: str) -> dict[str, Any]:
    folder = builtin_folder("eu-ai-act")
    data: dict[str, Any] = plain_data(parse_yaml((folder / file).read_bytes(), file).root)
    return data


def requirements_of(pack: str) -> Iterator[Mapping[str, Any]]:
    """The requirements of the built-in *pack*, of which `id` and each check's `faults` are told alike in either form."""
    compiled = builtin_compiled(pack)
    if compiled is not None:
        yield from compiled["requirements"]
        return
    for file in sorted(builtin_folder(pack).glob("*.yaml")):
        data = plain_data(parse_yaml(file.read_bytes(), file.name).root)
        yield from data.get("requirements") or ()
