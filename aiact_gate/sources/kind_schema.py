"""A record of an added kind held against what its JSON Schema asks beyond form: lengths, patterns, conditions between fields.

Types, known keys and required fields are the business of `shapes`, as for every record; what it has found isn't said twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.documents.cache import cache_file, store
from aiact_gate.documents.node import Document, Node, scalar
from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Pointer
from aiact_gate.sources.limit import limited
from aiact_gate.sources.shapes import Shaped, quoted

SECONDS = 5
MOST = 20
_OF_FORM = ("type", "required", "additionalProperties", "propertyNames", "enum", "const", "format")
_PLAIN_STEPS = ("properties", "items", "$defs", "$ref", "additionalProperties")
_ABSENT = object()


def misfits(document: Document, schema: Mapping[str, Any], kind: str, shaped: Shaped) -> list[Fault]:
    """A fault for each place of *document* that doesn't fit *schema*, at most 20; *shaped*: what its form came to.

    That this very content fitted before is remembered in the user's cache: loading jsonschema costs nine empty interpreters.
    """
    value = _typed(document.root, schema, schema.get("$defs", {}))
    content = json.dumps([schema, value if value is not _ABSENT else None], sort_keys=True)
    known = cache_file("records", hashlib.sha256(b"1" + content.encode()).hexdigest())
    if known is not None and known.is_file():
        return []
    try:
        with limited(SECONDS):
            found = list(_found(document, value, schema, kind, shaped))
    except TimeoutError:
        what = f"Holding {document.path.rpartition('/')[2]} against the kind {kind} takes more than {SECONDS} seconds."
        fix = "Look for a pattern with nested repetitions in the pack's schema."
        return [Fault("kind_schema", "malformed", document.location(), what, fix, (kind,))]
    except Exception:
        # Somebody else's schema in somebody else's library, on data nested as deep as it likes.
        what = f"{document.path.rpartition('/')[2]} can't be held against the schema of {kind}."
        fix = "Mend kinds/ of the pack; aiact-gate reads draft 2020-12."
        return [Fault("kind_schema", "malformed", document.location(), what, fix, (kind,))]
    if known is not None and not found:
        store(known, b"")
    return found[:MOST]


def _found(
    document: Document, value: Any, schema: Mapping[str, Any], kind: str, shaped: Shaped
) -> Iterator[Fault]:
    import jsonschema
    import referencing

    reported = {fault.pointer for fault in shaped.faults} | set(shaped.unfilled)
    validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    said = set()
    for error in validator.iter_errors(value):
        pointer: Pointer = (kind, *error.absolute_path)
        if any(pointer[: len(other)] == other for other in reported):
            continue
        words = error.validator in ("enum", "const") and not isinstance(error.instance, str)
        if error.validator in _OF_FORM and not words and _is_plain(error.absolute_schema_path):
            continue
        message, below = _said(error, kind)
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


def _said(error: Any, kind: str) -> tuple[str, Pointer]:
    """What is wrong, in our own words, and what below the place it is about."""
    asked, given, rule = error.validator_value, error.instance, str(error.validator)
    name = quoted(str(error.absolute_path[-1] if error.absolute_path else kind))
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
    if rule == "required" and isinstance(given, dict):
        missing = [key for key in asked if key not in given]
        return f"{name} lacks {', '.join(missing)}, which the kind {kind} asks for here.", tuple(missing[:1])
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
