"""A document held against its JSON Schema: the value that conditions see, and what is wrong with its form.

Understands what `tools/generate.py` writes and what a pack's own record kinds may use: object, array, string, number,
integer, boolean, enum, pattern, $ref, propertyNames, and our `x-type`. Scalars are read by their field's type; what isn't
filled reaches conditions as absent, so that no condition passes on a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiact_gate.documents.node import Document, Node, number_of, scalar
from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.sources.filled import emptiness

Schema = Mapping[str, Any]

_ABSENT = object()
_KIND_WORDS: dict[type, str] = {dict: "a group of keys", list: "a list", str: "a single value"}


@dataclass
class Shaped:
    """What came out of one document."""

    value: Any = None
    faults: list[Fault] = field(default_factory=list)
    unfilled: dict[Pointer, str] = field(default_factory=dict)
    required: set[Pointer] = field(default_factory=set)
    """Required fields that are absent or not filled."""
    references: list[tuple[Pointer, str, str, Location]] = field(default_factory=list)
    """(pointer, x-type with its target, text, place) of everything that points elsewhere."""


def shape(document: Document, schema: Schema, name: str) -> Shaped:
    """*document* read by *schema*; pointers start with *name*."""
    walker = _Walker(document, schema, name)
    walker.shaped.value = walker.walk(document.root, schema, (name,))
    if walker.shaped.value is _ABSENT:
        walker.shaped.value = {}
    return walker.shaped


class _Walker:
    def __init__(self, document: Document, schema: Schema, name: str) -> None:
        self.document = document
        self.defs: Mapping[str, Any] = schema.get("$defs", {})
        self.name = name
        self.shaped = Shaped()

    def walk(self, node: Node, schema: Schema, pointer: Pointer) -> Any:
        schema = self.resolve(schema)
        value = node.value
        if node.is_null or isinstance(value, str) and value.lstrip().startswith("??"):
            self.shaped.unfilled[pointer] = "missing"
            return _ABSENT
        x_type = schema.get("x-type")
        if x_type in ("release", "role", "answer"):
            return self._one_or_more(node, x_type, pointer)
        if x_type == "text_or_group":
            group = isinstance(value, dict)
            options = (self.resolve(option) for option in schema.get("anyOf", ()))
            return self.walk(
                node, next(option for option in options if (option.get("type") == "object") == group), pointer
            )
        kind = schema.get("type")
        if kind == "object":
            return (
                self._object(node, schema, pointer)
                if isinstance(value, dict)
                else self._wrong(node, "a group of keys", pointer)
            )
        if kind == "array":
            return (
                self._array(node, schema, pointer)
                if isinstance(value, list)
                else self._wrong(node, "a list", pointer)
            )
        if kind is None and "enum" not in schema and "const" not in schema:
            return _plain(node)
        if not isinstance(value, str):
            return self._wrong(node, _WORDS.get(str(kind), "a single value"), pointer)
        return self._scalar(node, schema, pointer)

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.defs[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def _object(self, node: Node, schema: Schema, pointer: Pointer) -> dict[str, Any]:
        properties: Mapping[str, Any] | None = schema.get("properties")
        others = schema.get("additionalProperties", True)
        allowed = schema.get("propertyNames", {}).get("enum")
        found: dict[str, Any] = {}
        for key, child in node.value.items():
            below = (*pointer, key)
            field_schema = properties.get(key) if properties is not None else None
            if field_schema is None and (others is False or allowed is not None and key not in allowed):
                self._unknown_key(node, key, tuple(properties or allowed or ()), pointer)
                continue
            if field_schema is None:
                field_schema = others if isinstance(others, dict) else {}
            value = self.walk(child, field_schema, below)
            if value is not _ABSENT:
                found[key] = value
        required = schema.get("required", ())
        for key, field_schema in (properties or {}).items():
            if key in found:
                continue
            if key in required:
                self.shaped.required.add((*pointer, key))
            else:
                found[key] = self._default(field_schema)
        return found

    def _default(self, schema: Schema) -> Any:
        if "default" in schema:
            default = schema["default"]
            return type(default)(default) if isinstance(default, (list, dict)) else default
        return None

    def _array(self, node: Node, schema: Schema, pointer: Pointer) -> list[Any]:
        items: Schema = self.resolve(schema.get("items", {}))
        if items.get("x-type") == "text" and "examples" in schema:
            items = {**items, "examples": [text for example in schema["examples"] for text in example]}
        found: list[Any] = []
        for index, child in enumerate(node.value):
            below = (*pointer, index)
            value = self.walk(child, items, below)
            if value is not _ABSENT:
                found.append(value)
            elif items.get("type") in ("object", "array"):
                if child.is_null:
                    what = "an element of this list is empty"
                    self._fault("wrong_type", "malformed", child, what, "Fill it, or remove the dash.", below)
                found.append({} if items.get("type") == "object" else [])
        return found

    def _one_or_more(self, node: Node, x_type: str, pointer: Pointer) -> Any:
        if isinstance(node.value, dict):
            return self._wrong(node, "a text or a list of texts", pointer)
        if isinstance(node.value, list):
            texts = [item.value for item in node.value if isinstance(item.value, str) and item.value.strip()]
            if len(texts) < len(node.value):
                return self._wrong(node, "a list of texts", pointer)
            return _written(texts) if x_type == "role" else texts
        if x_type == "answer":
            return _plain(node) if node.plain and node.value in ("true", "false") else node.value
        return _written([node.value]) if x_type == "role" else [node.value]

    def _scalar(self, node: Node, schema: Schema, pointer: Pointer) -> Any:
        text: str = node.value
        kind = schema.get("type")
        if kind in ("number", "integer"):
            number = number_of(text) if node.plain else None
            empty = emptiness(text, "number")
            if number is None and empty and not _looks_numeric(text):
                self.shaped.unfilled[pointer] = empty
                return _ABSENT
            if number is None or kind == "integer" and not isinstance(number, int):
                return self._not_a_number(node, pointer, whole=kind == "integer")
            return number if kind == "integer" else float(number)
        if kind == "boolean":
            if node.plain and text in ("true", "false"):
                return text == "true"
            what = f"{quoted(text)} stands where true or false belongs"
            fix = "Write true or false, without quotes."
            return self._fault("wrong_type", "malformed", node, what, fix, pointer)
        allowed = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
        if allowed is not None:
            if text in allowed:
                return text
            near = nearest(text, allowed)
            hint = f"Did you mean {near}?" if near else f"Use one of: {', '.join(allowed)}."
            what = f"{quoted(text)} is none of the words for {pointer[-1]}"
            return self._fault("unknown_word", "malformed", node, what, hint, pointer)
        return self._text(node, schema, pointer)

    def _text(self, node: Node, schema: Schema, pointer: Pointer) -> Any:
        text: str = node.value
        x_type = schema.get("x-type", "name")
        empty = emptiness(text, x_type, schema.get("x-is", "text"))
        if x_type == "text" and text.strip() in schema.get("examples", ()):
            empty = "filler"  # the schema's own example says nothing about this system
        if empty:
            self.shaped.unfilled[pointer] = empty
            return _ABSENT
        if x_type == "date":
            if not is_date(text):
                what = f"{quoted(text)} is no date"
                return self._fault("date", "malformed", node, what, "Write it as 2026-11-25.", pointer)
        elif x_type in ("ref", "tracked_file", "section", "heading", "person"):
            place = self._place(node, pointer)
            self.shaped.references.append((pointer, f"{x_type}:{schema.get('x-ref', '')}", text, place))
        return text

    def _not_a_number(self, node: Node, pointer: Pointer, whole: bool = False) -> Any:
        wanted = "a whole number" if whole else "a finite number"
        what = f"{quoted(node.value)} stands where {wanted} belongs"
        fix = "Write a plain number without quotes or unit."
        return self._fault("number", "malformed", node, what, fix, pointer)

    def _wrong(self, node: Node, wanted: str, pointer: Pointer) -> Any:
        found = _KIND_WORDS[type(node.value)]
        what = f"{found} stands at '{pointer[-1]}', where {wanted} belongs"
        return self._fault("wrong_type", "malformed", node, what, f"Write {wanted}.", pointer)

    def _unknown_key(self, node: Node, key: str, known: tuple[str, ...], pointer: Pointer) -> None:
        line, column = node.keys[key]
        near = nearest(key, known)
        hint = f"Did you mean {near}?" if near else f"Known here: {', '.join(known[:12])}."
        owner = f"'{pointer[-1]}'" if len(pointer) > 1 and isinstance(pointer[-1], str) else "this place"
        place = Location(self.document.path, line, column, line, column + len(key), (*pointer, key))
        what = f"{owner} has no key {quoted(key)}"
        self.shaped.faults.append(Fault("unknown_key", "malformed", place, what, hint, (*pointer, key)))

    def _fault(self, rule: str, kind: str, node: Node, message: str, fix: str, pointer: Pointer) -> Any:
        self.shaped.faults.append(Fault(rule, kind, self._place(node, pointer), message, fix, pointer))
        return _ABSENT

    def _place(self, node: Node, pointer: Pointer) -> Location:
        if node.is_null:
            return self.document.location(pointer[1:])._replace(pointer=pointer)
        return Location(self.document.path, node.line, node.column, node.end_line, node.end_column, pointer)


_WORDS = {"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}


def _written(texts: list[str]) -> list[str]:
    """*texts* without blanks and proposals."""
    return [text for text in texts if emptiness(text, "fact") is None]


def _looks_numeric(text: str) -> bool:
    return text.strip().lower().lstrip("+-.") in ("nan", "inf", "infinity")


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(child) for child in node.value]
    return scalar(node.value) if node.plain else node.value


def is_date(text: str) -> bool:
    """Whether *text* is a calendar date as ISO 8601 writes it, 2026-11-25."""
    import datetime

    try:
        return len(text) == 10 and datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def quoted(text: str, limit: int = 60) -> str:
    """*text* as messages quote it: control characters shown, cut at *limit* characters."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return f"'{shown if len(shown) <= limit else shown[: limit - 1] + '…'}'"


def nearest(word: str, known: Any) -> str | None:
    """The one of *known* that *word* was probably meant to be."""
    import difflib

    near = difflib.get_close_matches(word, [str(item) for item in known], n=1, cutoff=0.6)
    return near[0] if near else None
