"""Path expressions of policies: `it.residual[verb].reason`, `testing.metrics[id=it.metric]`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Pointer
from aiact_gate.model.policy import PathExpr, Step

HOLE = r"\{([A-Za-z_][\w.\[\]\"']*)\}"
"""A `{path}` in a message template."""

_STEP = re.compile(r"\.?(\w+)|\[([^\]]*)\]")

Bound = dict[str, tuple[Any, Pointer]]
"""Name -> (its value, where it stands)."""


class NotThere(Exception):
    """A step of a path isn't in the data; *pointer* is where it would stand."""

    def __init__(self, pointer: Pointer) -> None:
        super().__init__()
        self.pointer = pointer


@lru_cache(maxsize=4096)
def parse_path(source: str) -> PathExpr:
    """*source* as a path expression.

    Raises:
        PackError: it isn't a name followed by `.field`, `[name.path]` or `["key"]`.
    """
    steps: list[Step] = []
    at = 0
    text = source.strip()
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or not steps and not (found[1] or " ")[0].isalpha():
            raise _bad(source)
        key = (found[2] or "").strip()
        if found[1]:
            steps.append(found[1])
        else:
            steps.append(key[1:-1] if key[:1] in "\"'" else tuple(key.split(".")))
        at = found.end()
    if not steps:
        raise _bad(source)
    return PathExpr(text, tuple(steps))


def parse_lookup(source: str) -> tuple[PathExpr, str, PathExpr]:
    """`list[field=key]` as (list, field, key). Raises PackError."""
    head, bracket, tail = source.strip().rpartition("[")
    field, equals, key = tail.rstrip("]").partition("=")
    if not bracket or not equals or not source.strip().endswith("]"):
        raise PackError(f"'{source}' is no look-up", "Write it as testing.metrics[id=it.metric].")
    return parse_path(head), field.strip(), parse_path(key)


def _bad(source: str) -> PackError:
    return PackError(f"'{source}' is no path", "Write a name and its fields: it.residual.accepted_by.")


def follow(path: PathExpr, bound: Bound) -> tuple[Any, Pointer]:
    """The value at *path* and its pointer. Raises `NotThere`."""
    return follow_plain(path.steps, bound)


def follow_plain(path: tuple[Step, ...], bound: Bound) -> tuple[Any, Pointer]:
    """As `follow`, for the steps of a path; a `*` ends it early."""
    if not path or path[0] not in bound:
        raise NotThere(tuple(str(step) for step in path[:1]))
    value, pointer = bound[str(path[0])]
    for step in path[1:]:
        if step == "*":
            break
        key = step if isinstance(step, str) else follow_plain(step, bound)[0]
        pointer = (*pointer, key)
        value = _below(value, key, pointer)
    return value, pointer


def _below(value: Any, key: Any, pointer: Pointer) -> Any:
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    raise NotThere(pointer)
