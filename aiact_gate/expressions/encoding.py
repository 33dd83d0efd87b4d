"""An expression tree as the bytes that the engine takes."""

from __future__ import annotations

from typing import Any

from aiact_gate.expressions.tree import Expr, wire_field, wire_number


def encode(tree: Expr) -> bytes:
    """The inverse of `decode`: bytes that `Engine.load` takes, without types and positions, as `lean` leaves them.

    Raises:
        ValueError: a part that no condition of ours has (a message, unsigned numbers, bytes).
    """
    numbers = iter(range(1, 1 << 30))

    def sub(node: Expr) -> bytes:
        return b"\x10" + wire_number(next(numbers)) + _body(node, sub)

    any_type = b"type.googleapis.com/cel.expr.CheckedExpr"
    return wire_field(1, any_type) + wire_field(2, wire_field(4, sub(tree)))


def _body(node: Expr, sub: Any) -> bytes:
    """The field of an expression that says what it is."""
    if node.kind == "const":
        return wire_field(3, _constant(node.value))
    if node.kind == "ident":
        return wire_field(4, wire_field(1, node.name.encode()))
    if node.kind == "select":
        asks = b"\x18\x01" if node.test_only else b""
        return wire_field(5, wire_field(1, sub(node.parts[0])) + wire_field(2, node.name.encode()) + asks)
    if node.kind == "call":
        target = wire_field(1, sub(node.parts[0])) if node.value else b""
        arguments = (wire_field(3, sub(part)) for part in node.parts[bool(node.value) :])
        return wire_field(6, target + wire_field(2, node.name.encode()) + b"".join(arguments))
    if node.kind == "list":
        return wire_field(7, b"".join(wire_field(1, sub(part)) for part in node.parts))
    if node.kind == "comprehension":
        ranged, *others = (
            wire_field(number, sub(part)) for number, part in zip((2, 4, 5, 6, 7), node.parts, strict=True)
        )
        names = wire_field(1, node.name.encode()), wire_field(3, str(node.value).encode())
        return wire_field(9, names[0] + ranged + names[1] + b"".join(others))
    raise ValueError(f"no expression of kind {node.kind} is written back")


def _constant(value: Any) -> bytes:
    import struct

    if value is None:
        return b"\x08\x00"
    if isinstance(value, bool):
        return b"\x10" + bytes([value])
    if isinstance(value, int):
        return b"\x18" + wire_number(value & (1 << 64) - 1)
    if isinstance(value, float):
        return b"\x29" + struct.pack("<d", value)
    if isinstance(value, str):
        return wire_field(6, value.encode())
    raise ValueError(f"no constant of kind {type(value).__name__} is written back")
