"""Where something stands: a file, a line, a column and a pointer."""

from __future__ import annotations

from typing import NamedTuple

Pointer = tuple[str | int, ...]
"""A place in data, as the steps of a JSON Pointer."""


class Location(NamedTuple):
    """A place in a file of the repository; lines and columns start at 1, *path* is relative to the repository's root."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    pointer: Pointer = ()

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def pointer_text(pointer: Pointer) -> str:
    """*pointer* as a JSON Pointer (RFC 6901): `/risks/0/id`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
