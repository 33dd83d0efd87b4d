"""JSON and JSON Lines to plain data, within bounds."""

from __future__ import annotations

import json
from typing import Any

from aiact_gate.documents.node import MAX_DEPTH, refuse
from aiact_gate.documents.text import decode


def parse_json(data: bytes, path: str) -> Any:
    """The value in *data*.

    Raises:
        DocumentError: undecodable, broken, a duplicate key, NaN or infinity, or more than 64 levels.
    """
    return _value(decode(data, path), path, 1)


def parse_json_lines(data: bytes, path: str) -> list[tuple[int, Any]]:
    """(line, value) for each line of *data* that isn't blank. Raises as `parse_json`, at the line."""
    rows = enumerate(decode(data, path).split("\n"), start=1)
    return [(line, _value(text, path, line)) for line, text in rows if text.strip()]


def _value(text: str, path: str, line: int) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        refuse(
            path,
            f"the JSON is broken: {error.msg}",
            "Mend it at this place.",
            line + error.lineno - 1,
            error.colno,
        )
    except RecursionError:
        refuse(path, f"more than {MAX_DEPTH} levels of nesting", f"Nest at most {MAX_DEPTH} levels.", line)
    except _Refused as error:
        refuse(path, str(error), "Keep one of the keys, and finite numbers only.", line)
    if _deeper_than(value, MAX_DEPTH):
        refuse(path, f"more than {MAX_DEPTH} levels of nesting", f"Nest at most {MAX_DEPTH} levels.", line)
    return value


class _Refused(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"the key '{twice[:60]}' stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no number")


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth + 1):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
