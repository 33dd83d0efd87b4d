"""Conditions as trees: what a condition reads, its clauses and the places of its parts.

All of it is taken from the checked expression that the engine serialises, so that nothing here parses CEL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Path = tuple[str, ...]
"""What a condition reads: names and fields; `*` stands for any element, an index or a key that is computed."""

ORDER = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
"""The engine's names of the comparisons that order -> their signs."""


class Expr(NamedTuple):
    """One node of a checked expression."""

    kind: str
    """const, ident, select, call, list, struct, comprehension."""
    name: str = ""
    """Of an ident, a field, a function, a loop variable; the text of a constant."""
    parts: tuple[Expr, ...] = ()
    test_only: bool = False
    """A select that only asks whether the field is there: `has()`."""
    offset: int = 0
    """Where it stands in its source, in characters."""
    value: Any = None
    """Of a constant; the accumulator's name of a comprehension; of a call, whether the first part is its target."""


def decode(serialized: bytes) -> Expr:
    """The expression tree of `Engine.compile`'s bytes (google.api.expr CheckedExpr inside an Any)."""
    checked = dict(_fields(dict(_fields(serialized))[2]))
    entries = (dict(_fields(pair)) for number, pair in _fields(checked.get(5, b"")) if number == 4)
    return _expr(checked.get(4, b""), {entry.get(1, 0): entry.get(2, 0) for entry in entries})


def lean(serialized: bytes) -> bytes:
    """`Engine.compile`'s bytes without what evaluation doesn't need: references, types and positions (four fifths)."""
    outer = dict(_fields(serialized))
    kept = (
        wire_field(number, part)
        for number, part in _fields(outer[2])
        if number not in (2, 3, 5) and isinstance(part, bytes)
    )
    return wire_field(1, outer[1]) + wire_field(2, b"".join(kept))


def wire_field(number: int, body: bytes) -> bytes:
    """The field *number* as the wire has it: its key, the length, *body*."""
    return bytes([number << 3 | 2]) + wire_number(len(body)) + body


def wire_number(value: int) -> bytes:
    """*value* seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _expr(data: bytes, positions: Mapping[int, int]) -> Expr:
    message = dict(_fields(data))
    offset = positions.get(message.pop(2, 0), 0)
    number, body = next(iter(message.items()), (3, b""))
    inner = list(_fields(body))

    def parts(*wanted: int) -> tuple[Expr, ...]:
        return tuple(_expr(part, positions) for one in wanted for n, part in inner if n == one)

    def text(wanted: int) -> str:
        return next((part.decode("utf-8") for n, part in inner if n == wanted), "")

    match number:
        case 4:
            return Expr("ident", text(1), offset=offset)
        case 5:
            asks = any(n == 3 and part for n, part in inner)
            return Expr("select", text(2), parts(1), asks, offset)
        case 6:
            return Expr("call", text(2), parts(1, 3), offset=offset, value=any(n == 1 for n, _ in inner))
        case 7:
            return Expr("list", parts=parts(1), offset=offset)
        case 8:
            return Expr("struct", offset=offset)
        case 9:
            return Expr("comprehension", text(1), parts(2, 4, 5, 6, 7), offset=offset, value=text(3))
        case _:
            return _const(inner, offset)


def _const(inner: list[tuple[int, Any]], offset: int) -> Expr:
    import struct

    value: Any
    number, value = inner[0] if inner else (1, None)
    match number:
        case 6:
            text = value.decode("utf-8")
            return Expr("const", text, offset=offset, value=text)
        case 4 | 7:  # unsigned numbers and bytes, which no policy needs; told apart all the same
            return Expr("const", f"{number}:{value!r}", offset=offset)
        case 2:
            value = bool(value)
        case 3:
            value -= (value >> 63) << 64
        case 5:
            value = struct.unpack("<d", value)[0]
        case _:
            value = None
    return Expr("const", offset=offset, value=value)


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(field number, value) of a protobuf message; only varints, eight-byte and length-delimited fields occur."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            number, at = _varint(data, at)
            yield tag >> 3, number
            continue
        size, at = (8, at) if tag & 7 == 1 else _varint(data, at)
        yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    shift = value = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


# ---------------------------------------------------------------- what an expression says about evidence


def nodes(expression: Expr) -> Iterator[Expr]:
    """*expression* and every part below it."""
    yield expression
    for part in expression.parts:
        yield from nodes(part)


def reads(expression: Expr) -> frozenset[Path]:
    """Every path that *expression* reads, as long as it can be followed; inner loops become `*`."""
    found = {path for path, _ in paths_in(expression, {}) if path[0] and path[0][0] != "@"}
    longest = {
        path for path in found if not any(other != path and other[: len(path)] == path for other in found)
    }
    return frozenset(longest)


def paths_in(expression: Expr, bound: Mapping[str, Path]) -> Iterator[tuple[Path, int]]:
    """Every path of *expression* with the place of its last step; what an inner loop binds begins with `@` or leads on."""
    path = path_of(expression, bound)
    if path is not None:
        yield path, expression.offset + (expression.kind == "select")
        parts = tuple(indexes(expression))
    elif expression.kind == "comprehension":
        yield from paths_in(expression.parts[0], bound)
        parts, bound = expression.parts[1:], inside(expression, bound)
    else:
        parts = expression.parts
    for part in parts:
        yield from paths_in(part, bound)


def inside(loop: Expr, bound: Mapping[str, Path]) -> dict[str, Path]:
    """What names stand for inside the comprehension *loop*, where *bound* says it of those around it."""
    base = path_of(loop.parts[0], bound)
    element = (*base, "*") if base is not None else ("@row",)
    return {**bound, loop.name: element, str(loop.value): ("@accumulator",)}


def path_of(expression: Expr, bound: Mapping[str, Path]) -> Path | None:
    """The path that a chain of names, fields and indexes stands for, or None."""
    if expression.kind == "ident":
        return bound.get(expression.name, (expression.name,))
    if expression.kind == "select":
        base = path_of(expression.parts[0], bound)
        return None if base is None else (*base, expression.name)
    if expression.kind == "call" and expression.name == "_[_]":
        base = path_of(expression.parts[0], bound)
        index = expression.parts[1]
        step = index.value if index.kind == "const" and isinstance(index.value, str) else "*"
        return None if base is None else (*base, step)
    return None


def indexes(expression: Expr) -> Iterator[Expr]:
    """What stands in the brackets of a chain of names, fields and indexes, the last first."""
    while expression.kind in ("select", "call") and expression.parts:
        if expression.kind == "call" and len(expression.parts) > 1:
            yield expression.parts[1]
        expression = expression.parts[0]


def filled_path(expression: Expr) -> Path | None:
    """The path p if the expression is `filled(p)`."""
    if expression.kind == "call" and expression.name == "filled" and len(expression.parts) == 1:
        return path_of(expression.parts[0], {})
    return None
