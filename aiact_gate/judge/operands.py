"""What nobody has written: where a condition would read it, what people call it, and what to write there.

Nothing is judged on nothing. A condition, a message or a fix that needs a value which isn't there comes to one finding at
that value's place; its words are the field's name and its row's, its fix is the field's schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiact_gate.expressions.paths import Bound, NotThere, follow_plain
from aiact_gate.model.location import Pointer
from aiact_gate.schemas import fields
from aiact_gate.schemas.fields import Field
from aiact_gate.sources.shapes import quoted

KEYS = ("id", "point", "name", "dimension", "path", "text")
"""The fields that name a row, the first that is written."""

Kinds = Mapping[str, Mapping[str, Any]]

_WRITE = {
    "boolean": "Write true or false.",
    "number": "Write a number.",
    "integer": "Write a whole number.",
    "object": "Fill in what stands below it.",
}
_WRITE_TEXT = {
    "date": "Write a date, such as 2026-11-25.",
    "person": "Write an address or a role, such as head-of-model-risk@example.org.",
    "tracked_file": "Name a file of this repository.",
    "section": "Name a heading of a document of this repository: docs/file.md#Heading.",
    "text": "Write it in a sentence.",
}
_LIST_OF = {
    "tracked_file": "List files of this repository.",
    "person": "List addresses or roles, such as head-of-model-risk@example.org.",
    "text": "List them, a sentence each.",
}
_DOCUMENTS = {
    "instructions_for_use": ("The instructions", "have"),
    "model_card": ("The card", "has"),
}
_SHOWN_WORDS = 12


def first_gap(path: tuple[str, ...], bound: Bound) -> Pointer | None:
    """Where the first value on *path* would stand that is absent or null; a `*` looks into each row of a list."""
    star = path.index("*") if "*" in path else len(path)
    try:
        value, pointer = follow_plain(path[:star], bound)
    except NotThere as missing:
        return missing.pointer
    if value is None:
        return pointer
    if star == len(path) or not isinstance(value, list) or is_fact(pointer):
        return None  # of a group, `*` is a key that a condition computes; rows of facts may have gaps
    for index, row in enumerate(value):
        gap = first_gap(("@row", *path[star + 1 :]), {"@row": (row, (*pointer, index))})
        if gap is not None:
            return gap
    return None


def empty_list(path: tuple[str, ...], bound: Bound, kinds: Kinds) -> Pointer | None:
    """Where the first list stands that *path* reads, that is empty and that its record can't do without: it says nothing."""
    star = path.index("*") if "*" in path else len(path)
    try:
        value, pointer = follow_plain(path[:star], bound)
    except NotThere:
        return None
    if value == [] and is_required(pointer, kinds):
        return pointer
    if star == len(path) or not isinstance(value, list):
        return None
    for index, row in enumerate(value):
        gap = empty_list(("@row", *path[star + 1 :]), {"@row": (row, (*pointer, index))}, kinds)
        if gap is not None:
            return gap
    return None


def is_silent(path: tuple[str, ...], bound: Bound) -> bool:
    """Whether *path* leads to an empty list of a record and nobody says why it is: then one of two statements isn't made."""
    star = path.index("*") if "*" in path else len(path)
    try:
        value, pointer = follow_plain(path[:star], bound)
        around = follow_plain(path[: star - 1], bound)[0]
    except NotThere:
        return False
    if value != [] or is_fact(pointer) or pointer[0] in _DOCUMENTS:
        return False
    return not any(around[key] for key in around if key.endswith("_because"))


def field_of(pointer: Pointer, kinds: Kinds) -> Field | None:
    """The schema of the field of a record or of the manifest at *pointer*, if it is known."""
    head, steps = str(pointer[0]), list(pointer[1:])
    if head == "system":
        field: Field | None = fields.declared_system()
        if steps[:1] == ["model"] and steps[1:2] not in (["card"], ["instructions"]):
            steps.insert(1, "mlflow")
    elif head in fields.RECORDS or head in kinds:
        field = fields.root(head, kinds)
    else:
        return None
    for step in steps:
        field = field.below("*" if isinstance(step, int) else str(step)) if field is not None else None
    return field


def is_required(pointer: Pointer, kinds: Kinds) -> bool:
    """Whether its record has to have the field at *pointer*."""
    parent = field_of(pointer[:-1], kinds) if len(pointer) > 1 else None
    return parent is not None and pointer[-1] in parent.schema.get("required", ())


def row_name(pointer: Pointer, data: Mapping[str, Any]) -> str:
    """The innermost row that *pointer* lies in: its key, or which one of its list it is; empty outside of any."""
    value: Any = data
    name = ""
    for depth, step in enumerate(pointer):
        value = _below(value, step)
        if not isinstance(step, int):
            continue
        if not isinstance(value, dict):
            continue  # an element that is itself the value
        key = next(
            (value[key] for key in KEYS if isinstance(value.get(key), (str, int)) and value[key]), None
        )
        name = quoted(str(key))[1:-1] if key is not None else nth(step, str(pointer[depth - 1]))
    return name


def nth(index: int, list_name: str) -> str:
    """`the 1st metric`: how people name a row that has no key."""
    return f"the {_ordinal(index + 1)} {singular(list_name)}"


def field_name(pointer: Pointer, data: Mapping[str, Any]) -> str:
    """`'status' of R1 (residual)`: the field at *pointer* as messages name it."""
    words = [str(step).replace("_", " ") for step in pointer[1:] if not isinstance(step, int)]
    head = str(pointer[0]).replace("_", " ") if pointer else "it"
    if pointer and isinstance(pointer[-1], int):
        return nth(pointer[-1], words[-1] if words else head)
    shown = f"'{words[-1]}'" if words else f"'{head}'"
    row = row_name(pointer[:-1], data)
    if row:
        shown += f" of {row}"
    elif pointer and pointer[0] == "system":
        shown += " of the manifest"
    group = words[-2] if len(words) > 1 else ""
    return f"{shown} ({group})" if group and isinstance(pointer[-2], str) else shown


def section_of(pointer: Pointer) -> str:
    """A sentence on the section of a document that isn't at *pointer*; empty if none would stand there."""
    if len(pointer) < 3 or pointer[1] != "sections" or pointer[0] not in _DOCUMENTS:
        return ""
    document, verb = _DOCUMENTS[str(pointer[0])]
    return f"{document} {verb} no section on {str(pointer[2]).replace('_', ' ')} yet."


def is_fact(pointer: Pointer) -> bool:
    """Whether *pointer* leads to what was collected or counted: no person writes it there."""
    return bool(pointer) and str(pointer[0]) in ("mlflow", "derived", "event_log", "replay")


def absent_fact(pointer: Pointer) -> str:
    """A sentence on the fact that isn't at *pointer*."""
    steps = [str(step) for step in pointer]
    last = quoted(steps[-1])
    if steps[:3] == ["mlflow", "run", "metrics"]:
        return f"The run logged no metric {last}."
    if steps[:3] == ["derived", "plan", "then"]:
        return f"The plan that the run began with has no {quoted(steps[min(3, len(steps) - 1)])}."
    if steps[0] == "event_log":
        return f"The event log holds no {last}."
    if steps[0] == "replay":
        return f"The report of the replay holds no {last}."
    group = next((step for step in reversed(steps[1:-1]) if not step.isdigit()), "")
    return (
        f"aiact.lock holds no {last} of {group.replace('_', ' ')}."
        if group
        else f"aiact.lock holds no {last}."
    )


def what_to_write(pointer: Pointer, kinds: Kinds) -> str:
    """What the schema says of the field at *pointer*: its form or words, what it is, an example; empty if it isn't known."""
    field = field_of(pointer, kinds)
    if field is None:
        return ""
    described = " ".join(str(field.schema.get("description", "")).replace("`", "").split())
    examples = field.schema.get("examples") or ()
    parts = [_form(pointer, field)]
    if described:
        parts.append(described if described.endswith((".", "?", "!")) else f"{described}.")
    if examples:
        parts.append(f"For example: {_example(examples[0])}.")
    return " ".join(parts)


def _form(pointer: Pointer, field: Field) -> str:
    schema = field.schema
    kind = str(schema.get("type"))
    if kind == "array":
        return _list_form(field)
    if schema.get("enum"):
        return f"Write one of: {_words(schema['enum'])}."
    if kind in _WRITE:
        return _WRITE[kind]
    x_type = str(schema.get("x-type"))
    if pointer[-1] == "id":
        return "Give it a short id of its own."
    if x_type == "ref":
        return f"Write an id of {_targets(schema)}."
    return _WRITE_TEXT.get(x_type, "Write it there.")


def _list_form(field: Field) -> str:
    items = field.below("*")
    if items is None:
        return "Write a list."
    if items.schema.get("enum"):
        return f"List what fits of: {_words(items.schema['enum'])}."
    x_type = str(items.schema.get("x-type"))
    if x_type == "ref":
        return f"List ids of {_targets(items.schema)}."
    required = [name.replace("_", " ") for name in items.schema.get("required", ())]
    if required:
        return f"Add an entry with {_words(required)}."
    return _LIST_OF.get(x_type, "Write a list.")


def _words(words: Any) -> str:
    shown = [str(word) for word in words]
    return ", ".join(shown[:_SHOWN_WORDS]) + (", …" if len(shown) > _SHOWN_WORDS else "")


def _targets(schema: Mapping[str, Any]) -> str:
    return " or ".join(target.replace("_", " ") for target in str(schema.get("x-ref", "")).split("|"))


def _example(example: Any) -> str:
    return ", ".join(map(str, example)) if isinstance(example, list) else str(example).rstrip(".")


def singular(word: str) -> str:
    """One of what the list *word* holds."""
    shown = {"datasets": "data set"}.get(word, word.replace("_", " "))
    if shown.endswith("ies"):
        return f"{shown[:-3]}y"
    if shown.endswith(("sses", "xes")):
        return shown[:-2]
    return shown[:-1] if shown.endswith("s") and not shown.endswith("ss") else shown


def _ordinal(number: int) -> str:
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _below(value: Any, step: Any) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
