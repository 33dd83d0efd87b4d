"""Each field that people write says which way it loosens, or its type says that it goes neither way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any

from repos import ROOT

from aiact_gate.change.records import key_of
from aiact_gate.model.fields import Criterion, Key, Reason, Strict, Term, Text, easier
from aiact_gate.schemas.fields import Field

sys.path.append(str(ROOT / "tools"))

TELL = {
    *("text", "name", "person", "tracked_file", "section", "heading", "ref", "key", "date", "folder", "glob"),
    *("schema", "release", "answer", "boolean"),
}
"""What a field of these types says can be another thing, not an easier one: prose, names, references, the days of events.
Whether points still apply by a yes or no is seen where they are judged (`points-dropped`)."""


def unanswered(name: str, field: Field) -> Iterator[str]:
    """The fields below *field* of which neither type nor model says which way they loosen."""
    schema = field.schema
    has_more = "items" in schema or isinstance(schema.get("additionalProperties"), dict)
    below = [*field.known, *(["*"] if has_more else [])]
    for key in below:
        child = field.below(key)
        if child is not None and isinstance(child.schema, dict):
            yield from unanswered(f"{name}.{key}", child)
    if "x-easier" in schema or "properties" in schema or schema.get("type") == "object":
        return
    if schema.get("type") == "array":
        rows = field.below("*")
        if rows is not None and rows.known and "x-key" not in schema and not key_of(field):
            yield name
        return
    is_word = "enum" in schema or "const" in schema
    by_type = is_word or schema.get("x-type") in TELL
    if not by_type or schema.get("x-is") == "criterion" and schema.get("x-type") != "text":
        yield name


def _items_of_plain_lists(names: list[str]) -> list[str]:
    """Without the entries of lists of single values: the list itself says what fewer of them mean."""
    return [name for name in names if not name.endswith(".*")]


def _schema(model: Any) -> Field:
    generate = import_module("generate")
    schema = generate._tidy(model.model_json_schema(by_alias=True))
    return Field(schema, schema.get("$defs", {}))


def test_every_field_has_an_answer() -> None:
    manifest = import_module("aiact_gate.model.manifest_model")
    models = {name: getattr(manifest, name) for name in ("Manifest", "Waivers", "Baseline")}
    for kind, name in import_module("generate").RECORDS.items():
        models[kind] = getattr(import_module(f"aiact_gate.model.records.{kind}"), name)

    open_ = {
        name: _items_of_plain_lists([*unanswered(name, _schema(model))]) for name, model in models.items()
    }

    assert {} == {name: fields for name, fields in open_.items() if fields}


class Row(Strict):
    """A row whose fields say nothing of what is easier."""

    bound: Criterion
    scale: Term
    bounds: list[Criterion]
    told: Text
    because: Reason
    bounded: Annotated[Criterion, easier("higher")]


class Named(Row):
    """The same under a name."""

    id: Key


class Sheet(Strict):
    """A record that somebody adds."""

    rows: list[Row]
    named: list[Named]
    days: int


def test_a_new_number_or_criterion_without_an_answer_is_found() -> None:
    found = _items_of_plain_lists([*unanswered("sheet", _schema(Sheet))])

    assert {
        "sheet.rows",
        *(f"sheet.{rows}.*.{field}" for rows in ("rows", "named") for field in ("bound", "scale")),
        "sheet.days",
    } == set(found)
