"""What a field of the evidence is, by its path: from the generated schemas of records and facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path as File
from typing import Any

SCHEMAS = File(__file__).resolve().parent

RECORDS = (
    *"classification system_description risk_management data_governance testing logging".split(),
    *"human_oversight monitoring technical_documentation".split(),
)
DOCUMENTS = ("instructions_for_use", "model_card")
FACTS = ("system", "mlflow", "derived", "event_log", "replay", "as_of", "parameters")
NAMES = (*RECORDS, *DOCUMENTS, *FACTS)
"""Every name that conditions may start from."""

WORTH = {
    "measured": "measured",
    "witnessed": "provenance",
    "text": "structural",
    "decision": "attested",
    "figure": "stated",
}
"""What a pass that reads a field is worth, by the field's `x-is`; a criterion or a reference says nothing about it."""


@cache
def schema(name: str) -> dict[str, Any]:
    """The generated JSON Schema *name*."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return loaded


class Field:
    """One field's schema, or a known-to-be-free place (`parameters.x`)."""

    def __init__(self, schema_: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
        while "$ref" in schema_:
            told = {key: schema_[key] for key in ("description", "examples") if key in schema_}
            schema_ = {**defs[schema_["$ref"].rsplit("/", 1)[-1]], **told}
        self.schema = schema_
        self.defs = defs

    @property
    def worth(self) -> str | None:
        """None for a criterion, a reference or one of a fixed set of words: they say nothing about a pass."""
        return WORTH.get(str(self.schema.get("x-is")))

    @property
    def is_prose(self) -> bool:
        return self.schema.get("x-type") == "text" and self.schema.get("x-is") == "text"

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self.schema.get("properties", ()))

    def below(self, step: str) -> Field | None:
        """The field at *step* (`*`: any element or key), or None if there is none."""
        kind = self.schema.get("type")
        if kind == "array":
            return Field(self.schema.get("items", {}), self.defs) if step == "*" else None
        properties = self.schema.get("properties")
        if properties and step in properties:
            return Field(properties[step], self.defs)
        others = self.schema.get("additionalProperties", {} if kind is None else False)
        if isinstance(others, dict):
            return Field(others, self.defs)
        if properties and step == "*" and len(properties) > 0:
            return Field(next(iter(properties.values())), self.defs)
        return None


def root(name: str, others: Mapping[str, Mapping[str, Any]] | None = None) -> Field | None:
    """The field that the name *name* stands for; *others*: record kinds that packs add."""
    record = schema(name) if name in RECORDS else (others or {}).get(name)
    if record is not None:
        return Field(record, record.get("$defs", {}))
    facts = schema("facts")
    properties = facts["properties"]
    return Field(properties[name], facts.get("$defs", {})) if name in properties else None


def declared_system() -> Field:
    """What the manifest says of one system."""
    manifest = schema("manifest")
    return Field(manifest["$defs"]["DeclaredSystem"], manifest["$defs"])
