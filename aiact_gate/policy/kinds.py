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
from aiact_gate.documents.node import Document
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.lint.faults import PolicyFault, did_you_mean
from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Location, Pointer
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
        schema = _Kind(file.stem, f"{label}/kinds/{file.name}", file.read_bytes(), faults).read(taken)
        if schema is not None:
            found[file.stem] = schema
    return found


class _Kind:
    """One schema file."""

    def __init__(self, name: str, path: str, data: bytes, faults: list[PolicyFault]) -> None:
        self.name = name
        self.path = path
        self.data = data
        self.faults = faults
        self._document: Document | None = None
        self._undecided = ""

    def read(self, taken: Mapping[str, Any]) -> dict[str, Any] | None:
        """The schema, made ready; None if something is wrong with it."""
        before = len(self.faults)
        if not re.fullmatch("[a-z][a-z0-9_]{1,39}", self.name):
            self._fault((), f"{quoted(self.name)} is no name for a record kind", "Use a-z, 0-9 and _.")
        elif self.name in _TAKEN or self.name in taken:
            self._fault((), f"the name {self.name} is taken", "Give the kind a name of its own.")
        try:
            schema = parse_json(self.data, self.path)
        except DocumentError as error:
            self.faults.append(PolicyFault(error.location, "kind", error.what, error.fix))
            return None
        if not isinstance(schema, dict):
            self._fault((), "a record kind is a JSON object", 'Begin it with {"type": "object", …}.')
            return None
        if schema.get("$schema", DRAFT) != DRAFT:
            self._fault(("$schema",), "a record kind is written in draft 2020-12", f"Write {DRAFT}.")
        self._valid(schema)
        if len(self.faults) == before:
            if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
                self._fault(
                    ("type",), "a record kind is an object with properties", 'Write "type": "object".'
                )
            self._references(schema)
        if self._undecided and len(self.faults) == before:
            self._fault((), f"this schema {self._undecided}", "Write its parts out.")
        if len(self.faults) > before:
            return None
        self._fields(schema)
        return None if len(self.faults) > before else _ready(schema)

    def _valid(self, schema: dict[str, Any]) -> None:
        from aiact_gate.documents.conformance import Conformance, Undecided, Unusable

        try:
            Conformance(schema)
        except Undecided as error:
            self._undecided = str(error)
        except Unusable as error:
            if not error.pointer:
                self._fault((), "this is no usable JSON Schema", "Write it in draft 2020-12.")
            elif "pattern" in error.pointer[-1:] or "patternProperties" in error.pointer[-2:-1]:
                self._fault(error.pointer, "this pattern can't be read", "Mend the expression.")
            else:
                what = f"{quoted(str(error.pointer[-1]))} is no valid part of a JSON Schema"
                self._fault(error.pointer, what, "Mend it; draft 2020-12.")

    def _references(self, schema: dict[str, Any]) -> None:
        """Every `$ref` leads to `$defs` of this file, and not in a circle."""
        defs = schema.get("$defs", {})
        for pointer, node in _nodes(schema, ()):
            if "$dynamicRef" in node or "$id" in node and pointer:
                self._fault(pointer, "only $ref to #/$defs is understood", "Write the part out under $defs.")
            seen = set()
            target = node
            while isinstance(target, dict) and "$ref" in target:
                name = str(target["$ref"]).removeprefix("#/$defs/")
                if not str(target["$ref"]).startswith("#/$defs/") or name not in defs:
                    what = f"$ref leads to {quoted(str(target['$ref']))}, which isn't in this file's $defs"
                    self._fault((*pointer, "$ref"), what, "Nothing is fetched; write it under $defs.")
                    break
                if name in seen:
                    self._fault(
                        (*pointer, "$ref"), f"$ref to {name} goes round in a circle", "Break the circle."
                    )
                    break
                seen.add(name)
                target = defs[name]

    def _fields(self, schema: dict[str, Any]) -> None:
        for pointer, node in _field_nodes(schema, ()):
            if not isinstance(node, dict):
                self._fault(pointer, "a field says what it is, not true or false", "Write its type.")
                continue
            if "$ref" in node:
                continue
            kind = node.get("type")
            if kind is not None and kind not in _TYPES:
                fix = "For a field that may be absent, leave it out of `required`."
                self._fault((*pointer, "type"), "a field has one type, of " + ", ".join(_TYPES), fix)
            if kind in (None, "string"):
                allowed = [*node.get("enum", ()), *([node["const"]] if "const" in node else ())]
                if not all(isinstance(word, str) for word in allowed):
                    self._fault(pointer, "the words of an enum are texts", "Put them in quotes.")
            for key, known in (("x-type", X_TYPES), ("x-is", X_IS)):
                value = node.get(key)
                if key in node and value not in known:
                    what = f"{key} {quoted(str(value))} isn't known"
                    self._fault((*pointer, key), what, did_you_mean(str(value), known))
            if node.get("x-type") == "ref" and not isinstance(node.get("x-ref"), str):
                self._fault(pointer, "x-type ref without x-ref", 'Name the list: "x-ref": "items".')

    def _fault(self, pointer: Pointer, message: str, fix: str) -> None:
        place = Location(self.path)
        try:
            # JSON is YAML, as far as places go.
            self._document = self._document or parse_yaml(self.data, self.path)
            place = self._document.location(pointer)
        except DocumentError:
            pass
        self.faults.append(PolicyFault(place, "kind", message, fix))


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
    marked: dict[str, Any] = _marked(schema)
    marked["properties"] = {**marked["properties"], **_HEADER}
    marked["required"] = [*dict.fromkeys(["schema", "for", *marked.get("required", ())])]
    return marked


def _marked(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    for group in ("properties", "$defs"):
        if group in out:
            out[group] = {name: _marked(child) for name, child in out[group].items()}
    for key in ("items", "additionalProperties"):
        if key in out:
            out[key] = _marked(out[key])
    kind = out.get("type")
    if kind in _MARKS and "enum" not in out and "const" not in out:
        x_type, x_is = ("date", "reference") if out.get("format") == "date" else _MARKS[kind]
        out.setdefault("x-type", x_type)
        out.setdefault("x-is", x_is)
    return out
