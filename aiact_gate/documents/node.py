"""Data that knows where it stands: what every parser of this room returns; and bytes as the text that they all read."""

from __future__ import annotations

from typing import Any, NoReturn

from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Location, Pointer

MAX_BYTES = 10_000_000
MAX_DEPTH = 64
MAX_NODES = 200_000


class Node:
    """A scalar, list or map with its place.

    *value* is the text of a scalar as it was written, a list of nodes, or a dict of nodes. *plain* says whether a scalar
    stood without quotes: only a plain `7` can be read as a number. *keys* holds the place of each key of a map.
    """

    __slots__ = ("value", "line", "column", "end_line", "end_column", "plain", "keys")

    def __init__(
        self, value: Any, line: int, column: int, end_line: int, end_column: int, plain: bool = False
    ) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.plain = plain
        self.keys: dict[str, tuple[int, int]] = {}

    @property
    def is_null(self) -> bool:
        return self.plain and self.value in ("", "~", "null", "Null", "NULL")


class Document:
    """A parsed file: its root node and its path."""

    __slots__ = ("path", "root")

    def __init__(self, path: str, root: Node) -> None:
        self.path = path
        self.root = root

    def node(self, pointer: Pointer) -> Node | None:
        """The node at *pointer*, None if there is none."""
        nodes = self._way(pointer)
        return nodes[-1] if len(nodes) > len(pointer) else None

    def has(self, pointer: Pointer) -> bool:
        """Whether something is written at *pointer*, an empty value included."""
        return self.node(pointer) is not None

    def location(self, pointer: Pointer = (), *, at_key: bool = False) -> Location:
        """Where *pointer* stands, or its key; if it is absent, where its nearest existing parent stands."""
        nodes = self._way(pointer)
        node, place = nodes[-1], (nodes[-1].line, nodes[-1].column, nodes[-1].end_line, nodes[-1].end_column)
        key = str(pointer[len(nodes) - 2]) if len(nodes) > 1 else ""
        if len(nodes) > 1 and key in nodes[-2].keys:
            if at_key or node.is_null or isinstance(node.value, (dict, list)):
                line, column = nodes[-2].keys[key]
                place = (line, column, line, column + len(key))
        return Location(self.path, *place, pointer=tuple(pointer))

    def _way(self, pointer: Pointer) -> list[Node]:
        """The nodes from the root to *pointer*, as far as they are there."""
        nodes = [self.root]
        for step in pointer:
            value = nodes[-1].value
            if isinstance(value, dict) and str(step) in value:
                nodes.append(value[str(step)])
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                nodes.append(value[step])
            else:
                break
        return nodes


def refuse(path: str, what: str, fix: str, line: int = 1, column: int = 1) -> NoReturn:
    """Raise a `DocumentError` at a place of *path*."""
    raise DocumentError(what, fix, Location(path, max(line, 1), max(column, 1)))


def decode(data: bytes, path: str, first_line: int = 1) -> str:
    """The text of *data*, which begins at *first_line* of its file, without a byte order mark.

    Raises:
        DocumentError: over 10 MB, not UTF-8, or with NUL bytes (binary).
    """
    if len(data) > MAX_BYTES:
        what = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        refuse(path, what, "Split it, or point to a smaller file.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + first_line
        refuse(
            path, "the file is binary (it holds NUL bytes), not UTF-8 text", "Write it as UTF-8 text.", line
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind a byte order mark, so the bytes are the error's own.
        found = error.object[: error.start]
        line = found.count(b"\n") + first_line
        column = len(found[found.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        what = f"byte {error.object[error.start]:#04x} is not UTF-8"
        refuse(path, what, "Save the file as UTF-8.", line, column)


def plain_data(node: Node) -> Any:
    """*node* as plain data, scalars by YAML 1.2's core rules: what files outside the record models become."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain_data(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain_data(child) for child in value]
    if not node.plain:
        return value
    return scalar(value)


def scalar(text: str) -> Any:
    """A plain scalar by YAML 1.2's core rules: null, true, false, whole and decimal numbers; everything else is text."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    number = number_of(text)
    return text if number is None else number


def number_of(text: str) -> int | float | None:
    """The finite number that *text* writes (`7`, `-0.5`, `1e-3`), or None. `010`, `1:20`, `1_000`, `.nan` are text."""
    body = text[1:] if text[:1] in "+-" else text
    if not body or body[0] not in "0123456789." or "_" in body or not body.isascii():
        return None
    if body.isdigit():
        return int(text) if len(body) <= 18 and (body == "0" or body[0] != "0") else None
    if body[0] == "0" and body[1:2].isdigit():
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0.0 else None
