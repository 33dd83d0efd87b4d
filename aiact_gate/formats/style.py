"""Roles of words in the text report, and what each looks like on a terminal. Colour never carries meaning alone."""

from __future__ import annotations

import re

from aiact_gate.model.days import day as day

_CODES = {
    "place": "1",
    "bad": "1;31",
    "attention": "33",
    "shown": "32",
    "quiet": "38;5;246",
    "command": "36",
    "plain": "",
    "owed": "",
    "told": "",
}


_CODE = re.compile(r"\x1b\[[0-9;]*m")


class Style:
    """Marks words by role; without colour it leaves them as they are."""

    def __init__(self, colour: bool = False) -> None:
        self.colour = colour

    def __call__(self, role: str, text: str) -> str:
        code = _CODES[role]
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


def columns(text: str) -> int:
    """How many columns *text* takes: marks of colour take none."""
    return len(_CODE.sub("", text)) if "\x1b" in text else len(text)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """*text* in lines of at most *width*, broken at blanks only (a path is never cut)."""
    lines: list[str] = []
    line = indent
    for word in text.split():
        if len(line) > len(indent) and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line = indent + word
        else:
            line = f"{line} {word}" if len(line) > len(indent) else line + word
    if line.strip():
        lines.append(line)
    return lines


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 point`, `3 points`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def days_between(one: str, other: str) -> int:
    """Whole days from *one* to *other*, both ISO dates."""
    import datetime

    return (datetime.date.fromisoformat(other) - datetime.date.fromisoformat(one)).days
