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
    value: dict[str, Any] = found.value if isinstance(found.value, dict) else {}
    return value


def _owner(document: Document, pointer: Pointer) -> str:
    """What people call the group at *pointer*: its id, else its key."""
    if pointer and isinstance(pointer[-1], int):
        kinds = {"checks": "this check", "requirements": "this requirement"}
        nameless = kinds.get(str(pointer[-2]), "this element")
    else:
        nameless = ""
    node = document.node(pointer)
    named = node.value.get("id") if node is not None and isinstance(node.value, dict) else None
    if named is not None and isinstance(named.value, str) and named.value.strip():
        return quoted(named.value)[1:-1]
    if nameless:
        return nameless
    keys = [step for step in pointer if isinstance(step, str)]
    return f"'{quoted(keys[-1])[1:-1]}'" if keys else "the file"


def _requirement_at(document: Document, pointer: Pointer) -> str:
    if len(pointer) > 2 and pointer[1] == "requirements" and isinstance(pointer[2], int):
        node = document.root.value["requirements"].value[pointer[2]]
        child = node.value.get("id") if isinstance(node.value, dict) else None
        return str(child.value) if child is not None else ""
    return ""
