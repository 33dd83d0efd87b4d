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
    message = serialized
    for number, value in _fields(serialized):
        if number == 2 and isinstance(value, bytes):
            message = value
    expression: bytes = b""
    positions: dict[int, int] = {}
    for number, value in _fields(message):
        if number == 4 and isinstance(value, bytes):
            expression = value
        elif number == 5 and isinstance(value, bytes):
            for inner, pair in _fields(value):
                if inner == 4 and isinstance(pair, bytes):
                    entry = dict(_fields(pair))
                    positions[int(entry.get(1, 0))] = int(entry.get(2, 0))
    return _expr(expression, positions)


def lean(serialized: bytes) -> bytes:
    """`Engine.compile`'s bytes without what evaluation doesn't need: references, types and positions (four fifths)."""
    out = bytearray()
    for number, value in _fields(serialized):
        if isinstance(value, bytes):
            body = value
            if number == 2:
                body = b"".join(
                    wire_field(inner, part)
                    for inner, part in _fields(value)
                    if inner not in (2, 3, 5) and isinstance(part, bytes)
                )
            out += wire_field(number, body)
    return bytes(out)


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
    fields = list(_fields(data))
    offset = next(
        (positions.get(int(value), 0) for number, value in fields if number == 2 and isinstance(value, int)),
        0,
    )
    for number, value in fields:
        if not isinstance(value, bytes):
            continue
        inner = list(_fields(value))
        if number == 3:
            return _const(inner, offset)
        if number == 4:
            return Expr("ident", _text(inner, 1), offset=offset)
        if number == 5:
            operand = next(part for n, part in inner if n == 1)
            return Expr(
                "select",
                _text(inner, 2),
                (_sub(operand, positions),),
                any(n == 3 and part for n, part in inner),
                offset,
            )
        if number == 6:
            target = [_sub(part, positions) for n, part in inner if n == 1]
            return Expr(
                "call",
                _text(inner, 2),
                (*target, *(_sub(part, positions) for n, part in inner if n == 3)),
                offset=offset,
                value=bool(target),
            )
        if number == 7:
            return Expr(
                "list", parts=tuple(_sub(part, positions) for n, part in inner if n == 1), offset=offset
            )
        if number == 8:
            return Expr("struct", offset=offset)
        if number == 9:
            by_number = dict(inner)
            parts = tuple(_sub(by_number[n], positions) for n in (2, 4, 5, 6, 7))
            return Expr("comprehension", _text(inner, 1), parts, offset=offset, value=_text(inner, 3))
    return Expr("const", offset=offset)


def _const(inner: list[tuple[int, int | bytes]], offset: int) -> Expr:
    import struct

    for number, value in inner:
        if number == 6 and isinstance(value, bytes):
            text = value.decode("utf-8")
            return Expr("const", text, offset=offset, value=text)
        if number == 2:
            return Expr("const", offset=offset, value=bool(value))
        if number == 3 and isinstance(value, int):
            return Expr("const", offset=offset, value=value - (1 << 64) if value >> 63 else value)
        if number == 5 and isinstance(value, bytes):
            return Expr("const", offset=offset, value=struct.unpack("<d", value)[0])
        if number in (4, 7):  # unsigned numbers and bytes, which no policy needs; told apart all the same
            return Expr("const", f"{number}:{value!r}", offset=offset)
    return Expr("const", offset=offset)


def _sub(part: int | bytes, positions: Mapping[int, int]) -> Expr:
    return _expr(part if isinstance(part, bytes) else b"", positions)


def _text(inner: list[tuple[int, int | bytes]], wanted: int) -> str:
    return next(
        (value.decode("utf-8") for number, value in inner if number == wanted and isinstance(value, bytes)),
        "",
    )


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of a protobuf message; only varints, eight-byte and length-delimited fields occur."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            number, at = _varint(data, at)
            yield tag >> 3, number
        elif tag & 7 == 1:
            yield tag >> 3, data[at : at + 8]
            at += 8
        elif tag & 7 == 2:
            size, at = _varint(data, at)
            yield tag >> 3, data[at : at + size]
            at += size
        else:
            return


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


def reads(expression: Expr, bound: Mapping[str, Path] | None = None) -> frozenset[Path]:
    """Every path that *expression* reads, as long as it can be followed; inner loops become `*`."""
    found = {path for path, _ in paths_in(expression, bound or {}) if path[0] and path[0][0] != "@"}
    longest = {
        path for path in found if not any(other != path and other[: len(path)] == path for other in found)
    }
    return frozenset(longest)


def paths_in(expression: Expr, bound: Mapping[str, Path]) -> Iterator[tuple[Path, int]]:
    """Every path of *expression* with the place of its last step; what an inner loop binds begins with `@` or leads on."""
    path = path_of(expression, bound)
    if path is not None:
        yield path, expression.offset + (expression.kind == "select")
        parts = tuple(_indexes(expression))
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


def _indexes(expression: Expr) -> Iterator[Expr]:
    while expression.kind in ("select", "call") and expression.parts:
        if expression.kind == "call" and len(expression.parts) > 1:
            yield expression.parts[1]
        expression = expression.parts[0]


def filled_path(expression: Expr, bound: Mapping[str, Path]) -> Path | None:
    """The path p if the expression is `filled(p)`."""
    if expression.kind == "call" and expression.name == "filled" and len(expression.parts) == 1:
        return path_of(expression.parts[0], bound)
    return None
