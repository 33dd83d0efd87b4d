"""A record of an added kind held against what its JSON Schema asks beyond form: lengths, patterns, conditions between fields.

Types, known keys and required fields are the business of `shapes`, as for every record; what it has found isn't said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from aiact_gate.documents.conformance import Conformance, Misfit, Undecided, Unusable
from aiact_gate.documents.node import Document, Node, scalar
from aiact_gate.model.evidence import Evidence, Fault, Unknown
from aiact_gate.model.location import Pointer
from aiact_gate.sources.shapes import Shaped, quoted

MOST = 20
_OF_FORM = ("type", "required", "additionalProperties", "propertyNames", "enum", "const", "format")
_PLAIN_STEPS = ("properties", "items", "$defs", "$ref", "additionalProperties")
_ABSENT = object()


def hold_against(
    document: Document, schema: Mapping[str, Any], kind: str, shaped: Shaped, evidence: Evidence
) -> None:
    """Tell *evidence* each place of *document* that doesn't fit *schema*, at most 20; *shaped*: what its form came to."""
    value = _typed(document.root, schema, schema.get("$defs", {}))
    try:
        found = Conformance(schema).misfits(None if value is _ABSENT else value)
    except Undecided as error:
        again = f"aiact-gate check, once kinds/{kind}.json of the pack can be applied to it"
        unknown = Unknown(f"the schema of {kind} {error}", again)
        evidence.undetermined["kind_schema"] = evidence.unknowns[(kind,)] = unknown
    except Unusable:
        what = f"{document.path.rpartition('/')[2]} can't be held against the schema of {kind}."
        fix = "Mend kinds/ of the pack; aiact-gate reads draft 2020-12."
        evidence.faults.append(Fault("kind_schema", "malformed", document.location(), what, fix, (kind,)))
    else:
        evidence.faults += islice(_told(document, found, kind, shaped), MOST)


def _told(document: Document, found: Sequence[Misfit], kind: str, shaped: Shaped) -> Iterator[Fault]:
    reported = {fault.pointer for fault in shaped.faults} | set(shaped.unfilled)
    said = set()
    for misfit in found:
        pointer: Pointer = (kind, *misfit.pointer)
        if any(pointer[: len(other)] == other for other in reported):
            continue
        words = misfit.keyword in ("enum", "const") and not isinstance(misfit.given, str)
        if misfit.keyword in _OF_FORM and not words and _is_plain(misfit.steps):
            continue
        message, below = _said(misfit, kind)
        if (pointer, message) in said:
            continue
        said.add((pointer, message))
        place = document.location(pointer[1:])._replace(pointer=(*pointer, *below))
        fix = f"Write what the kind asks: aiact-gate schema {kind} --pack DIR"
        yield Fault("kind_schema", "malformed", place, message, fix, (*pointer, *below))


def _is_plain(steps: Any) -> bool:
    """Whether a schema path goes through fields alone: there `shapes` has judged the form."""
    path = list(steps)[:-1]
    while path:
        step = path.pop(0)
        if step not in _PLAIN_STEPS:
            return False
        if step in ("properties", "$defs") and path:
            path.pop(0)
    return True


def _said(misfit: Misfit, kind: str) -> tuple[str, Pointer]:
    """What is wrong, in our own words, and what below the place it is about."""
    asked, given, rule = misfit.asked, misfit.given, misfit.keyword
    name = quoted(str(misfit.pointer[-1] if misfit.pointer else kind))
    if rule in ("minLength", "maxLength"):
        word = "least" if rule == "minLength" else "most"
        return f"{name} has {len(given)} characters; the kind {kind} asks for at {word} {asked}.", ()
    if rule == "pattern":
        return f"{quoted(str(given))} doesn't fit the pattern {quoted(str(asked))}.", ()
    if rule in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        words = {
            "minimum": "at least",
            "maximum": "at most",
            "exclusiveMinimum": "more than",
            "exclusiveMaximum": "less than",
            "multipleOf": "a multiple of",
        }
        return f"{name} is {given}; the kind {kind} asks for {words[rule]} {asked}.", ()
    if rule in ("minItems", "maxItems"):
        word = "least" if rule == "minItems" else "most"
        return f"{name} has {len(given)} elements; the kind {kind} asks for at {word} {asked}.", ()
    if rule == "uniqueItems":
        return f"{name} has an element twice.", ()
    if rule == "required":
        return f"{name} lacks {asked}, which the kind {kind} asks for here.", (asked,)
    return f"{name} doesn't fit the kind {kind}: {rule} fails.", ()


def _typed(node: Node, schema: Any, defs: Mapping[str, Any]) -> Any:
    """*node* as data: texts as written where the schema wants a text, else scalars by YAML's rules; empty ones left out."""
    schema = schema if isinstance(schema, dict) else {}
    while "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]]
    value = node.value
    if node.is_null or isinstance(value, str) and value.lstrip().startswith("??"):
        return _ABSENT
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        pairs = ((key, _typed(child, properties.get(key, others), defs)) for key, child in value.items())
        return {key: child for key, child in pairs if child is not _ABSENT}
    if isinstance(value, list):
        elements = (_typed(child, schema.get("items"), defs) for child in value)
        return [child for child in elements if child is not _ABSENT]
    if schema.get("type") == "string" or "enum" in schema or "const" in schema or not node.plain:
        if schema.get("type") not in ("number", "integer", "boolean"):
            return value
    return scalar(value) if node.plain else value
