"""Record kinds that a pack adds: `kinds/<kind>.json`, each a JSON Schema (draft 2020-12) of one YAML file that people write.

What comes out is the schema as the rest of the gate reads its own: with the header of a record, and with `x-type` and
`x-is` at every field. A record can't claim to be measured, so no field of an added kind may say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as File
from typing import Any

from aiact_gate.documents.json import parse_json
from aiact_gate.documents.node import Document, Node
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.lint.faults import Place, PolicyFault, did_you_mean
from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Pointer
from aiact_gate.schemas import fields
from aiact_gate.sources.shapes import quoted

X_TYPES = tuple("text name person date tracked_file section ref key word number integer boolean".split())
X_IS = ("text", "decision", "criterion", "reference", "figure")
_TYPES = ("object", "array", "string", "number", "integer", "boolean")
_MARKS = {
    "string": ("name", "text"),
    "number": ("number", "figure"),
    "integer": ("integer", "figure"),
    "boolean": ("boolean", "text"),
}
"""What a field is that doesn't say it: a text that is read, a figure that somebody typed."""
_TAKEN = (
    *fields.NAMES,
    *"it waivers baseline manifest policy pack overlay rollout report facts".split(),
    *"as break const continue else false for function if import in let loop namespace null package return".split(),
    *"true var void while".split(),
)
_HEADER = {
    "schema": {"type": "string", "x-type": "schema", "x-is": "reference"},
    "for": {
        "anyOf": [{"type": "string"}, {"items": {"type": "string"}, "type": "array"}],
        "x-type": "release",
        "x-is": "reference",
    },
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def read_kinds(
    files: Sequence[File], label: str, taken: Mapping[str, Any], faults: list[PolicyFault]
) -> dict[str, Any]:
    """Kind -> schema of the *files* that are usable; what is wrong with the others goes to *faults*. *taken*: other packs' kinds."""
    found = {}
    for file in files:
        data = file.read_bytes()
        path = f"{label}/kinds/{file.name}"
        schema = _read(file.stem, data, taken, Place(_placed(data, path), faults))
        if schema is not None:
            found[file.stem] = schema
    return found


def _placed(data: bytes, path: str) -> Document:
    """*data* with its places: JSON is YAML, as far as those go."""
    try:
        return parse_yaml(data, path)
    except DocumentError:
        return Document(path, Node({}, 1, 1, 0, 0))


def _read(name: str, data: bytes, taken: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
    """The schema of the kind *name*, made ready; None if something is wrong with it."""
    before = len(place.faults)
    if not re.fullmatch("[a-z][a-z0-9_]{1,39}", name):
        place.fault("kind", (), f"{quoted(name)} is no name for a record kind", "Use a-z, 0-9 and _.")
    elif name in _TAKEN or name in taken:
        place.fault("kind", (), f"the name {name} is taken", "Give the kind a name of its own.")
    try:
        schema = parse_json(data, place.document.path)
    except DocumentError as error:
        place.faults.append(PolicyFault(error.location, "kind", error.what, error.fix))
        return None
    if not isinstance(schema, dict):
        place.fault("kind", (), "a record kind is a JSON object", 'Begin it with {"type": "object", …}.')
        return None
    if schema.get("$schema", DRAFT) != DRAFT:
        what = "a record kind is written in draft 2020-12"
        place.fault("kind", ("$schema",), what, f"Write {DRAFT}.")
    undecided = _valid(schema, place)
    if len(place.faults) == before:
        if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
            what = "a record kind is an object with properties"
            place.fault("kind", ("type",), what, 'Write "type": "object".')
        _references(schema, place)
    if undecided and len(place.faults) == before:
        place.fault("kind", (), f"this schema {undecided}", "Write its parts out.")
    if len(place.faults) == before:
        _fields(schema, place)
    return _ready(schema) if len(place.faults) == before else None


def _valid(schema: dict[str, Any], place: Place) -> str:
    """Why it can't be decided whether *schema* is usable; empty if it is, or isn't."""
    from aiact_gate.documents.conformance import Conformance, Undecided, Unusable

    try:
        Conformance(schema)
    except Undecided as error:
        return str(error)
    except Unusable as error:
        what, fix = "this is no usable JSON Schema", "Write it in draft 2020-12."
        if "pattern" in error.pointer[-1:] or "patternProperties" in error.pointer[-2:-1]:
            what, fix = "this pattern can't be read", "Mend the expression."
        elif error.pointer:
            what = f"{quoted(str(error.pointer[-1]))} is no valid part of a JSON Schema"
            fix = "Mend it; draft 2020-12."
        place.fault("kind", error.pointer, what, fix)
    return ""


def _references(schema: dict[str, Any], place: Place) -> None:
    """Every `$ref` leads to `$defs` of this file, and not in a circle."""
    defs = schema.get("$defs", {})
    for pointer, node in _nodes(schema, ()):
        if "$dynamicRef" in node or "$id" in node and pointer:
            what = "only $ref to #/$defs is understood"
            place.fault("kind", pointer, what, "Write the part out under $defs.")
        seen = set()
        target = node
        while isinstance(target, dict) and "$ref" in target:
            reference = str(target["$ref"])
            name = reference.removeprefix("#/$defs/")
            if name == reference or name not in defs:
                what = f"$ref leads to {quoted(reference)}, which isn't in this file's $defs"
                place.fault("kind", (*pointer, "$ref"), what, "Nothing is fetched; write it under $defs.")
                break
            if name in seen:
                what = f"$ref to {name} goes round in a circle"
                place.fault("kind", (*pointer, "$ref"), what, "Break the circle.")
                break
            seen.add(name)
            target = defs[name]


def _fields(schema: dict[str, Any], place: Place) -> None:
    for pointer, node in _field_nodes(schema, ()):
        if not isinstance(node, dict):
            place.fault("kind", pointer, "a field says what it is, not true or false", "Write its type.")
            continue
        if "$ref" in node:
            continue
        kind = node.get("type")
        if kind is not None and kind not in _TYPES:
            fix = "For a field that may be absent, leave it out of `required`."
            place.fault("kind", (*pointer, "type"), "a field has one type, of " + ", ".join(_TYPES), fix)
        if kind in (None, "string"):
            allowed = [*node.get("enum", ()), *([node["const"]] if "const" in node else ())]
            if not all(isinstance(word, str) for word in allowed):
                place.fault("kind", pointer, "the words of an enum are texts", "Put them in quotes.")
        for key, known in (("x-type", X_TYPES), ("x-is", X_IS)):
            value = node.get(key)
            if key in node and value not in known:
                what = f"{key} {quoted(str(value))} isn't known"
                place.fault("kind", (*pointer, key), what, did_you_mean(str(value), known))
        if node.get("x-type") == "ref" and not isinstance(node.get("x-ref"), str):
            place.fault("kind", pointer, "x-type ref without x-ref", 'Name the list: "x-ref": "items".')


def _nodes(node: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Every object in a schema, whatever it stands for, but no example data: a field may be called `default`."""
    if isinstance(node, dict):
        names_fields = bool(pointer) and pointer[-1] in ("properties", "patternProperties", "$defs")
        named = len(pointer) > 1 and pointer[-2] in ("properties", "patternProperties", "$defs")
        names_fields = names_fields and not named
        yield pointer, {} if names_fields else node
        for key, child in node.items():
            if names_fields or key not in ("enum", "const", "default", "examples"):
                yield from _nodes(child, (*pointer, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _nodes(child, (*pointer, index))


def _field_nodes(schema: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """The schema of each field that a record's values are read by."""
    yield pointer, schema
    if not isinstance(schema, dict):
        return
    for group in ("properties", "$defs"):
        for name, child in (schema.get(group) or {}).items():
            yield from _field_nodes(child, (*pointer, group, name))
    if "items" in schema:
        yield from _field_nodes(schema["items"], (*pointer, "items"))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _field_nodes(schema["additionalProperties"], (*pointer, "additionalProperties"))
    if isinstance(schema.get("propertyNames"), bool):
        yield (*pointer, "propertyNames"), schema["propertyNames"]


def _ready(schema: dict[str, Any]) -> dict[str, Any]:
    """*schema* with the header of a record, and what each field is where it doesn't say it."""
    for _, node in _field_nodes(schema, ()):
        kind = node.get("type")
        if kind in _MARKS and "enum" not in node and "const" not in node:
            x_type, x_is = ("date", "reference") if node.get("format") == "date" else _MARKS[kind]
            node.setdefault("x-type", x_type)
            node.setdefault("x-is", x_is)
    schema["properties"] |= _HEADER
    schema["required"] = [*dict.fromkeys(["schema", "for", *schema.get("required", ())])]
    return schema
