"""The files of a pack held against their schemas, with the places and words of what doesn't fit."""

from __future__ import annotations

from typing import Any

from aiact_gate.documents.node import Document
from aiact_gate.lint.faults import Place, PolicyFault
from aiact_gate.model.location import Pointer
from aiact_gate.schemas import fields
from aiact_gate.sources.shapes import quoted, shape


def shaped(place: Place, name: str) -> dict[str, Any]:
    """The document of *place* read by the schema *name*; what doesn't fit it, says nothing or isn't there is told."""
    document = place.document
    found = shape(document, fields.schema(name), name)
    for fault in found.faults:
        told = (fault.rule, fault.message, fault.fix, _requirement_at(document, fault.pointer))
        place.faults.append(PolicyFault(fault.location, *told))
    for pointer in found.unfilled:
        here = place._replace(requirement=_requirement_at(document, pointer))
        here.fault("empty", pointer[1:], f"'{pointer[-1]}' says nothing", "Write it out.")
    for pointer in sorted(found.required, key=str):
        if not document.has(pointer[1:]):
            here = place._replace(requirement=_requirement_at(document, pointer))
            what = f"{_owner(document, pointer[1:-1])} has no {pointer[-1]}"
            fix = "Add it; docs/policy-language.md says what it holds."
            here.fault("no_key", pointer[1:-1], what, fix)
    value: dict[str, Any] = found.value
    return value


def _owner(document: Document, pointer: Pointer) -> str:
    """What people call the group at *pointer*: its id, else its key."""
    node = document.node((*pointer, "id"))
    if node is not None and isinstance(node.value, str) and node.value.strip():
        return quoted(node.value)[1:-1]
    if pointer and isinstance(pointer[-1], int):
        groups = {"checks": "this check", "requirements": "this requirement"}
        return groups.get(str(pointer[-2]), "this element")
    return quoted(str(pointer[-1])) if pointer else "the file"


def _requirement_at(document: Document, pointer: Pointer) -> str:
    node = document.node((*pointer[1:3], "id")) if pointer[1:2] == ("requirements",) else None
    return str(node.value) if node is not None else ""
