"""JSON and JSON Lines to plain data, within bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from aiact_gate.documents.node import MAX_DEPTH, decode, refuse


def parse_json(data: bytes, path: str) -> Any:
    """The value in *data*.

    Raises:
        DocumentError: undecodable, broken, a duplicate key, NaN or infinity, a whole number over 64 bits, half a surrogate
            pair, or more than 64 levels.
    """
    return _value(decode(data, path), path, 1)


NOTHING = object()
"""What a blank line holds."""


def parse_json_line(data: bytes, path: str, line: int) -> Any:
    """The value in *data*, one line of JSON Lines, or `NOTHING`. Raises as `parse_json`, at *line*."""
    text = decode(data, path, line)
    return _value(text, path, line) if text.strip() else NOTHING


def _value(text: str, path: str, line: int) -> Any:
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        what = f"the JSON is broken: {error.msg}"
        refuse(path, what, "Mend it at this place.", line + error.lineno - 1, error.colno)
    except RecursionError:
        _too_deep(path, line)
    except _Refused as error:
        refuse(path, str(error), error.fix, line)
    if any(depth == MAX_DEPTH for depth, _ in enumerate(_levels(value))):
        _too_deep(path, line)
    half = _HALF_ESCAPE.search(text)
    if half and _has_half_pair(value):
        before = text[: half.start()]
        what = f"the escape {half[0]} is half a character"
        fix = "Write both halves, or the character itself."
        refuse(path, what, fix, line + before.count("\n"), half.start() - before.rfind("\n"))
    return value


def _too_deep(path: str, line: int) -> NoReturn:
    refuse(path, f"more than {MAX_DEPTH} levels of nesting", f"Nest at most {MAX_DEPTH} levels.", line)


class _Refused(ValueError):
    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"the key '{twice[:60]}' stands twice", "Keep one of the keys.")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no number", "Write finite numbers only.")


def _whole(text: str) -> int:
    # What conditions compute with has 64 bits, and int() itself gives up at some thousand digits.
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        what = f"the number {text[:24]}{'…' if len(text) > 24 else ''} has more than 64 bits"
        raise _Refused(what, "Write it as text, in quotes.")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0.0:
        raise _Refused(f"{text[:24]} is no finite number", "Write finite numbers only.")
    return number


_HALF_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def _has_half_pair(value: Any) -> bool:
    texts = (
        text
        for level in _levels([value])
        for item in level
        for text in ((*item, *item.values()) if isinstance(item, dict) else item)
    )
    return any(isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text) for text in texts)


def _levels(value: Any) -> Iterator[list[Any]]:
    """The groups and lists in *value*, level by level."""
    level = [value] if isinstance(value, (dict, list)) else []
    while level:
        yield level
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
        ]
