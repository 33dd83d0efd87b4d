"""What rules ask about the built-in packs: ids of requirements, rules of faults, rows of the timeline, duties."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.sources.builtin import BUILTIN, builtin_compiled, builtin_folder


@cache
def builtin_data(pack: str) -> Mapping[str, Any]:
    """The built-in *pack*: `requirements`, of which ids and `faults` are told alike in either form, `timeline`, `classification`."""
    compiled = builtin_compiled(pack)
    if compiled is not None:
        return compiled
    found: dict[str, Any] = {"requirements": []}
    for file in sorted(builtin_folder(pack).glob("*.yaml")):
        data = plain_data(parse_yaml(file.read_bytes(), file.name).root)
        found[file.stem] = data
        found["requirements"] += data.get("requirements") or ()
    return found


@cache
def fault_rules() -> tuple[str, ...]:
    """The rules of faults that a check of a built-in pack reports, sorted."""
    rows = (row for pack in BUILTIN for row in builtin_data(pack)["requirements"])
    checks = (check for row in rows for check in row.get("checks") or ())
    return tuple(sorted({str(check["faults"]) for check in checks if check.get("faults")}))


def law_words(data: Mapping[str, Any] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(ids of the rows of timeline.yaml, duty groups of classification.yaml), of *data* or as they are built in."""
    law = builtin_data("eu-ai-act") if data is None else data
    lists = (rows for rows in law["timeline"].values() if isinstance(rows, list))
    rows = (row for listed in lists for row in listed if isinstance(row, dict) and "id" in row)
    duties = (law.get("classification") or {}).get("duty_groups") or {}
    return tuple(str(row["id"]) for row in rows), tuple(duties)
