"""Whom the evidence names as the one who decided: read off the models' fields that hold a person's decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiact_gate.model.evidence import Evidence
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import PersonSeen
from aiact_gate.schemas import fields


def people(evidence: Evidence, requirement: Requirement) -> tuple[PersonSeen, ...]:
    """Everybody whom a field names that the checks read and that holds a person's decision, once a field."""
    found: dict[tuple[str, str, str], PersonSeen] = {}
    for path in dict.fromkeys(path for check in requirement.checks for path in check.reads):
        if path[0] not in evidence.data or not _is_decision(path):
            continue
        for name, pointer, holder, element in _at(evidence.data[path[0]], path[1:], (path[0],), ""):
            role = str(path[-1]).replace("_", " ")
            until = str(holder.get("expires") or "")
            key = (role, name, until)
            place = evidence.locate(pointer)
            seen = found.get(key) or PersonSeen(role, name, (), place, until)
            elements = seen.elements if not element or element in seen.elements else (*seen.elements, element)
            found[key] = seen._replace(elements=elements)
    return tuple(found.values())


def _is_decision(path: tuple[str, ...]) -> bool:
    field = fields.root(path[0])
    for step in path[1:]:
        field = field.below(step) if field is not None else None
    return (
        field is not None
        and field.schema.get("x-type") == "person"
        and field.schema.get("x-is") == "decision"
    )


def _at(
    value: Any, path: tuple[str, ...], pointer: tuple[Any, ...], element: str
) -> list[tuple[str, tuple[Any, ...], dict[str, Any], str]]:
    """(text, pointer, group that holds it, id of the row) of every text that *path* leads to."""
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        element = value["id"]
    if len(path) == 1 and path[0] != "*":
        text = value.get(path[0]) if isinstance(value, dict) else None
        return [(text, (*pointer, path[0]), value, element)] if isinstance(text, str) else []
    if not path:
        return []
    if path[0] == "*":
        children = _children(value)
        return [found for key, child in children for found in _at(child, path[1:], (*pointer, key), element)]
    child = value.get(path[0]) if isinstance(value, dict) else None
    return _at(child, path[1:], (*pointer, path[0]), element)


def _children(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, list):
        return enumerate(value)
    return value.items() if isinstance(value, dict) else ()
