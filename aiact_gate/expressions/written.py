"""A checked expression written out as CEL again, in whole or in parts: `explain --on` shows what each part gives.

`expressions.engine` reads the tree from the engine's bytes, in which a macro (`exists`, `all`, …) is already a loop with an
accumulator. Here such a loop is recognised by its shape and written as the macro that it was.
"""

from __future__ import annotations

from typing import NamedTuple

from aiact_gate.expressions.tree import Expr

_BINARY = {
    "_||_": ("||", 2),
    "_&&_": ("&&", 3),
    "_==_": ("==", 4),
    "_!=_": ("!=", 4),
    "_<_": ("<", 4),
    "_<=_": ("<=", 4),
    "_>_": (">", 4),
    "_>=_": (">=", 4),
    "@in": ("in", 4),
    "_+_": ("+", 5),
    "_-_": ("-", 5),
    "_*_": ("*", 6),
    "_/_": ("/", 6),
    "_%_": ("%", 6),
}
_UNARY = {"!_": "!", "-_": "-"}
_TERNARY, _RELATION, _PREFIX, _MEMBER = 1, 4, 7, 8


class CannotWrite(Exception):
    """A part that this module has no words for (a map literal); whoever asked shows the whole instead."""


class Macro(NamedTuple):
    """A loop as it was written: `over.name(variable, bodies…)`."""

    name: str
    """all, exists, exists_one, filter, map."""
    over: Expr
    variable: str
    bodies: tuple[Expr, ...]


def macro_of(expression: Expr) -> Macro:
    """The macro that a comprehension was written as. Raises `CannotWrite`."""
    over, start, _, step, _ = expression.parts
    variable, accumulator = expression.name, str(expression.value)
    if step.kind != "call":
        raise CannotWrite
    if step.name in ("_&&_", "_||_") and _is(step.parts[0], accumulator):
        name = "all" if step.name == "_&&_" else "exists"
        return Macro(name, over, variable, step.parts[1:])
    condition: tuple[Expr, ...] = ()
    if step.name == "_?_:_" and _is(step.parts[2], accumulator):
        condition, step = (step.parts[0],), step.parts[1]
    if step.name != "_+_" or not _is(step.parts[0], accumulator):
        raise CannotWrite
    added = step.parts[1]
    if start.kind == "const" and condition:
        return Macro("exists_one", over, variable, condition)
    if start.kind != "list" or added.kind != "list" or len(added.parts) != 1:
        raise CannotWrite
    if condition and _is(added.parts[0], variable):
        return Macro("filter", over, variable, condition)
    return Macro("map", over, variable, (*condition, *added.parts))


def _is(expression: Expr, name: str) -> bool:
    return expression.kind == "ident" and expression.name == name


def written(expression: Expr) -> str:
    """*expression* as CEL. Raises `CannotWrite`."""
    return _text(expression, 0)


def _text(expression: Expr, tightness: int) -> str:
    """*expression*, in brackets if what stands around it binds closer than *tightness* says."""
    kind, parts = expression.kind, expression.parts
    if kind == "const":
        return _constant(expression)
    if kind == "ident":
        return expression.name
    if kind == "select":
        text = f"{_text(parts[0], _MEMBER)}.{expression.name}"
        return f"has({text})" if expression.test_only else text
    if kind == "list":
        return f"[{_listed(parts)}]"
    if kind == "comprehension":
        macro = macro_of(expression)
        return f"{_text(macro.over, _MEMBER)}.{macro.name}({macro.variable}, {_listed(macro.bodies)})"
    if kind == "call":
        return _call(expression, tightness)
    raise CannotWrite


def _call(expression: Expr, tightness: int) -> str:
    name, parts = expression.name, expression.parts
    if name == "_[_]":
        return f"{_text(parts[0], _MEMBER)}[{_text(parts[1], 0)}]"
    if name in _BINARY:
        sign, own = _BINARY[name]
        # `a && (b && c)` is the same as without brackets: the parser balances such chains itself.
        right = own if name in ("_&&_", "_||_") else own + 1
        left = own + 1 if own == _RELATION else own  # `(a == 1) == b`, as everybody reads it
        text = f"{_text(parts[0], left)} {sign} {_text(parts[1], right)}"
        return f"({text})" if own < tightness else text
    if name == "_?_:_":
        text = f"{_text(parts[0], 2)} ? {_text(parts[1], 2)} : {_text(parts[2], _TERNARY)}"
        return f"({text})" if _TERNARY < tightness else text
    if name in _UNARY:
        text = _UNARY[name] + _text(parts[0], _PREFIX + 1)
        return f"({text})" if _PREFIX < tightness else text
    if expression.value:  # written behind its first argument
        return f"{_text(parts[0], _MEMBER)}.{name}({_listed(parts[1:])})"
    if not name.isidentifier():
        raise CannotWrite
    return f"{name}({_listed(parts)})"


def _listed(parts: tuple[Expr, ...]) -> str:
    return ", ".join(_text(part, 0) for part in parts)


def _constant(expression: Expr) -> str:
    value = expression.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_letter(c) for c in value) + '"'
    return repr(value)


def _letter(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c.isprintable():
        return c
    return f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"


def chain(expression: Expr) -> list[Expr]:
    """The operands of a chain of one of `&&` and `||`, else the expression's own parts."""
    if expression.kind == "call" and expression.name in ("_&&_", "_||_"):
        found: list[Expr] = []
        for part in expression.parts:
            found += chain(part) if part.kind == "call" and part.name == expression.name else [part]
        return found
    return list(expression.parts)
