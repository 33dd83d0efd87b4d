"""What `aiact-gate schema` says of a field: each one is described, as somebody needs it who fills the file for the first time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from repos import ROOT, program

from aiact_gate.cli.schema import KINDS
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.schemas.fields import RECORDS
from aiact_gate.sources.filled import emptiness
from aiact_gate.sources.shapes import shape

WRITTEN = (*RECORDS, "instructions_for_use", "model_card", "manifest", "waivers", "baseline")
"""What people write; the others are the gate's own, or for whoever writes policies."""


class Property(NamedTuple):
    """One property of one object of a schema."""

    place: str
    name: str
    schema: dict[str, Any]
    defs: dict[str, Any]

    @property
    def described(self) -> str:
        return str(self.schema.get("description", ""))

    @property
    def items(self) -> dict[str, Any]:
        found = self.schema.get("items", {})
        return found if isinstance(found, dict) else {}

    def __str__(self) -> str:
        return f"{self.place}: {self.described}"


def printed(kind: str) -> dict[str, Any]:
    ran = program("schema", kind, cwd=ROOT)
    assert 0 == ran.code, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def objects(kind: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield kind, schema
    for name, inner in schema.get("$defs", {}).items():
        yield f"{kind} {name}", inner


def properties(kinds: tuple[str, ...] = KINDS) -> list[Property]:
    return [
        Property(f"{place}.{name}", name, field, schema.get("$defs", {}))
        for kind in kinds
        for schema in [printed(kind)]
        for place, inner in objects(kind, schema)
        for name, field in inner.get("properties", {}).items()
    ]


ALL = properties()


def test_every_property_is_described() -> None:
    assert len(ALL) > 700
    assert [] == [found.place for found in ALL if not found.described]


def test_a_description_is_one_sentence_that_reads_well_after_write_field() -> None:
    assert [] == [
        str(found)
        for found in ALL
        if not re.fullmatch(r"[A-Z`][^\n]*\.", found.described) or re.search(r"[.!?] ", found.described)
    ]


def test_none_only_repeats_the_name_of_its_field() -> None:
    empty = set("a an the of this that is or and in for it its to be one block entry each whether".split())

    def says_more(found: Property) -> bool:
        told = set(re.findall(r"[a-z]+", found.described.lower())) - empty
        own = set(found.name.split("_"))
        return len({word for word in told if word not in own and word.removesuffix("s") not in own}) >= 2

    assert [] == [str(found) for found in ALL if not says_more(found)]


WORDS_OF_TYPE = {
    "boolean": r"^Whether ",
    "date": r"\bday\b",
    "person": r"\bperson\b",
    "tracked_file": r"\bfile\b",
    "section": r"\bheading\b",
    "heading": r"\bheading\b",
    "folder": r"\bfolder\b",
    "ref": r"^Id of ",
    "condition": r"\b(condition|path)\b",
}
"""What the description of a field of a type has to say of it."""
UNIT = r"from 0 to 1|above 0 and below 1|from 1\b|\bin (seconds|days)\b|\bunit\b|\bnumber\b"


def misfits(found: Property) -> bool:
    x_type, kind = found.schema.get("x-type"), found.schema.get("type")
    if kind == "boolean":
        x_type = "boolean"
    if x_type in WORDS_OF_TYPE and not re.search(WORDS_OF_TYPE[x_type], found.described):
        return True
    if kind in ("number", "integer") and not re.search(UNIT, found.described):
        return True
    if kind in ("string", "number", "integer") and found.described.startswith("Whether "):
        return True
    if found.items.get("x-type") == "ref" and not found.described.startswith("Ids of "):
        return True
    return "$ref" in found.items and not re.match(r"One (block|entry) for each ", found.described)


def test_a_description_fits_the_type_of_its_field_and_tells_the_unit_of_a_number() -> None:
    assert [] == [str(found) for found in ALL if misfits(found)]


def wants_example(found: Property) -> bool:
    """A person writes a value there that is none of a few fixed words."""
    group = "$ref" in found.schema or "$ref" in found.items or found.schema.get("type") == "object"
    words = any(key in part for part in (found.schema, found.items) for key in ("enum", "const"))
    words = words or found.schema.get("type") == "boolean" or found.schema.get("x-type") == "schema"
    return not group and not words


BY_PEOPLE = [found for found in ALL if found.place.split(".")[0].split(" ")[0] in WRITTEN]


def test_every_field_that_a_person_fills_in_has_an_example() -> None:
    fillable = [found for found in BY_PEOPLE if wants_example(found)]

    assert len(fillable) > 200
    assert [] == [found.place for found in fillable if not found.schema.get("examples")]


def texts(value: Any) -> list[str]:
    if isinstance(value, list | dict):
        children = value.values() if isinstance(value, dict) else value
        return [text for child in children for text in texts(child)]
    return [value] if isinstance(value, str) else []


def test_an_example_is_of_its_type_and_no_filler() -> None:
    wrong = []
    for found in ALL:
        for example in found.schema.get("examples", []):
            validator = Draft202012Validator({**found.schema, "$defs": found.defs})
            marks = found.items if found.schema.get("type") == "array" else found.schema
            x_type, x_is = str(marks.get("x-type", "fact")), str(marks.get("x-is", "text"))
            blank = any(emptiness(text, x_type, x_is) for text in texts(example))
            if blank or not validator.is_valid(example):
                wrong.append(f"{found.place}: {example!r}")

    assert [] == wrong


def test_an_example_of_a_person_is_a_role() -> None:
    people = [
        text
        for found in ALL
        if "person" in (found.schema.get("x-type"), found.items.get("x-type"))
        for example in found.schema.get("examples", [])
        for text in texts(example)
    ]

    assert people and all(re.fullmatch(r"[a-z-]+@example\.org", text) for text in people)


def filled(schema: dict[str, Any], defs: dict[str, Any], kind: str) -> Any:
    """A value of *schema* with the example of each field, or the first of its words."""
    if schema.get("x-type") == "schema":
        return f"aiact-gate/record/{kind}/v1"
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return filled(defs[schema["$ref"].rsplit("/", 1)[-1]], defs, kind)
    if schema.get("type") == "array":
        return [filled(schema["items"], defs, kind)]
    if schema.get("type") == "boolean":
        return True
    if schema.get("type") == "object":
        return {name: filled(field, defs, kind) for name, field in schema.get("properties", {}).items()}
    return schema["enum"][0]


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_made_of_the_examples_has_the_form_of_a_record(kind: str) -> None:
    schema = printed(kind)
    record = filled(schema, schema.get("$defs", {}), kind)

    document = parse_yaml(json.dumps(record).encode(), f"{kind}.yaml")

    assert [] == [(fault.rule, fault.message) for fault in shape(document, schema, kind).faults]
