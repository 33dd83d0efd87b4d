"""Where a character of a policy's text stands in its file.

A condition is a YAML scalar: quoted, folded or spread over lines it isn't in the file as the engine reads it. Its own
characters are, though, in their order; so a place in the condition is found by walking the file from the scalar's start,
past white space, quotes and escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_ESCAPE_SIZES = {"x": 4, "u": 6, "U": 10}
_BLANK = " \t\r\n"


class Text:
    """A file's text, its places as lines and columns and back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]

    def line(self, number: int) -> str:
        """Line *number*, from 1, without its break; empty if there is none."""
        if not 0 < number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def index(self, line: int, column: int) -> int:
        return self._starts[min(max(line, 1), len(self._starts)) - 1] + column - 1

    def place(self, index: int) -> tuple[int, int]:
        """(line, column) of the character at *index*."""
        import bisect

        line = bisect.bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


def place_in(text: Text, line: int, column: int, value: str, offset: int) -> tuple[int, int]:
    """(line, column) of character *offset* of the scalar *value* that begins at *line* and *column* of *text*.

    An *offset* behind the last character is the place right behind it.
    """
    raw = text.text
    at = _body(raw, text.index(line, column))
    quote = raw[at - 1] if at and raw[at - 1] in "\"'" else ""
    found = at
    for number, c in enumerate(value):
        at, size = _next(raw, at, c, quote)
        if number >= offset:
            return text.place(at)
        found = at + size
        at = found
    return text.place(found)


def _body(raw: str, at: int) -> int:
    """Where the content of the scalar at *at* begins: behind anchor, tag, opening quote or the head of a block."""
    while at < len(raw) and raw[at] in "&!":
        while at < len(raw) and raw[at] not in _BLANK:
            at += 1
        while at < len(raw) and raw[at] in _BLANK:
            at += 1
    if raw[at : at + 1] in ("'", '"'):
        return at + 1
    if raw[at : at + 1] in ("|", ">"):
        found = _LINE_BREAK.search(raw, at)
        return found.end() if found else len(raw)
    return at


def _next(raw: str, at: int, c: str, quote: str) -> tuple[int, int]:
    """(where the next character *c* of the value stands at or after *at*, how many characters it takes there)."""
    while at < len(raw):
        if quote == '"' and raw[at] == "\\":
            following = raw[at + 1 : at + 2]
            if following not in ("\r", "\n"):
                return at, _ESCAPE_SIZES.get(following, 2)
            at += 2  # a line that goes on, without the next one's indentation
            while at < len(raw) and raw[at] in _BLANK:
                at += 1
        elif raw[at] == c:
            return at, 2 if quote == "'" and raw[at : at + 2] == "''" else 1
        elif c in _BLANK:
            return at, 0  # a fold: the break itself is passed over with the next character
        elif raw[at] in _BLANK:
            at += 1
        else:
            return at, 0  # can't happen to what the parser read; never past it
    return at, 0


def located(faults: Iterable[Any], texts: Mapping[str, str]) -> list[Any]:
    """*faults* with the exact place of each caret, and the line of the file on which they stand.

    A fault's place is its scalar's start, `caret` an offset into `condition`, the scalar's value.
    """
    read: dict[str, Text] = {}
    out = []
    for fault in faults:
        path = fault.location.path
        if fault.source:
            out.append(fault)  # done before
            continue
        if path in texts and path not in read:
            read[path] = Text(texts[path])
        text = read.get(path)
        if text is not None:
            place = fault.location
            if fault.caret >= 0:
                line, column = place_in(text, place.line, place.column, fault.condition, fault.caret)
                place = place._replace(line=line, column=column, end_line=line, end_column=column + 1)
            fault = fault._replace(location=place, source=text.line(place.line))
        out.append(fault)
    return out
