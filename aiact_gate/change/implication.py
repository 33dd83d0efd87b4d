"""Which of two conditions holds more often: read from their expression trees, never by trying values.

Everything here is one-sided: True is claimed only where it holds for every evidence, errors and absent keys included; what
isn't seen is False. A condition holds if the engine gives the boolean true, and is false if it gives the boolean false;
it may also give neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiact_gate.expressions.tree import Expr

ORDER = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}
"""A comparison, and what it is with its sides changed."""

Total = Callable[[Expr], bool]
"""Whether a path can be read in whatever evidence gets this far."""


def normal(tree: Expr, names: Mapping[str, Expr], parameters: Mapping[str, float], source: str = "") -> Expr:
    """*tree* in the form in which equal meaning mostly is equal text.

    *names* replaces bound names, parameters are their values, `&&` and `||` are flat and sorted, `a > b` is `b < a` with a
    constant on the right, `a != b` is `!(a == b)`, loop variables are numbered, places are gone. A map that is written out
    has no tree: it is known by the whole *source*.
    """
    return _normal(tree, {**names, "{": Expr("ident", source)}, parameters, 0)


def _normal(tree: Expr, names: dict[str, Expr], parameters: Mapping[str, float], depth: int) -> Expr:
    if tree.kind == "ident":
        return names.get(tree.name, Expr("ident", tree.name))
    if tree.kind == "select" and not tree.test_only:
        operand = tree.parts[0]
        if operand.kind == "ident" and operand.name == "parameters" and tree.name in parameters:
            return _const(parameters[tree.name])
    if tree.kind == "const":
        return _const(tree.value) if tree.value is not None else Expr("const", tree.name)
    if tree.kind == "struct":
        return Expr("struct", names["{"].name)
    if tree.kind == "comprehension":
        inner = dict(names)
        inner[tree.name] = Expr("ident", f"§row{depth}")
        inner[str(tree.value)] = Expr("ident", f"§result{depth}")
        ranged = _normal(tree.parts[0], names, parameters, depth + 1)
        rest = tuple(_normal(part, inner, parameters, depth + 1) for part in tree.parts[1:])
        return Expr("comprehension", f"§row{depth}", (ranged, *rest), value=f"§result{depth}")
    parts = tuple(_normal(part, names, parameters, depth) for part in tree.parts)
    if tree.kind == "call":
        return _call(tree.name, parts, bool(tree.value))
    return Expr(tree.kind, tree.name, parts, tree.test_only, 0, tree.value)


def _const(value: Any) -> Expr:
    """A constant with its kind: to Python 1, 1.0 and true are equal, to the engine they aren't."""
    return Expr("const", type(value).__name__, value=value)


TRUE, FALSE = _const(True), _const(False)


def _call(name: str, parts: tuple[Expr, ...], behind: bool = False) -> Expr:
    if name in ("_&&_", "_||_"):
        flat = {
            repr(part): part
            for outer in parts
            for part in (outer.parts if (outer.kind, outer.name) == ("call", name) else (outer,))
        }
        kept = tuple(flat[key] for key in sorted(flat))
        return kept[0] if len(kept) == 1 else Expr("call", name, kept)
    if name == "!_" and (parts[0].kind, parts[0].name) == ("call", "!_"):
        return parts[0].parts[0]
    if name == "_!=_":
        return Expr("call", "!_", (_call("_==_", parts),))
    if name == "_==_":
        return Expr("call", name, tuple(sorted(parts, key=lambda part: (part.kind == "const", repr(part)))))
    if name in ORDER and _first_goes_right(parts):
        return Expr("call", ORDER[name], (parts[1], parts[0]))
    if name in ("_*_", "_+_", "_-_") and all(_is_float(part) for part in parts):
        a, b = (part.value for part in parts)
        return _const(a * b if name == "_*_" else a + b if name == "_+_" else a - b)
    return Expr("call", name, parts, value=behind or None)


def _first_goes_right(parts: tuple[Expr, ...]) -> bool:
    constant = [part.kind == "const" for part in parts]
    return constant[0] if constant[0] != constant[1] else repr(parts[0]) > repr(parts[1])


def _is_float(part: Expr) -> bool:
    return part.kind == "const" and isinstance(part.value, float)


def clauses(tree: Expr) -> list[Expr]:
    """What a normal form's `&&` joins."""
    return list(tree.parts) if (tree.kind, tree.name) == ("call", "_&&_") else [tree]


# ---------------------------------------------------------------- one holds whenever the other does


def implies(a: Expr, b: Expr) -> bool:
    """Whether *b* is true wherever *a* is true."""
    return _follows(a, b, True)


def falsifies(a: Expr, b: Expr) -> bool:
    """Whether *b* is false (not true, and no error) wherever *a* is false."""
    return _follows(a, b, False)


def _follows(a: Expr, b: Expr, truth: bool) -> bool:
    """Whether *b* is *truth* wherever *a* is."""
    if a == b or b == (TRUE if truth else FALSE):
        return True
    # A chain of `every` is *truth* only if each part is, one of `some` if one part is.
    every, some = ("_&&_", "_||_") if truth else ("_||_", "_&&_")
    if _is(b, every):
        return all(_follows(a, part, truth) for part in b.parts)
    if _is(a, some):
        return all(_follows(part, b, truth) for part in a.parts)
    if _is(a, every) and any(_follows(part, b, truth) for part in a.parts):
        return True
    if _is(b, some) and any(_follows(a, part, truth) for part in b.parts):
        return True
    if _is(a, "!_") and _is(b, "!_"):
        return _follows(a.parts[0], b.parts[0], not truth)
    if truth and _is(a, "_?_:_") and _is(b, "_?_:_") and a.parts[0] == b.parts[0]:
        return implies(a.parts[1], b.parts[1]) and implies(a.parts[2], b.parts[2])
    one, other = _macro(a), _macro(b)
    if one is not None and other is not None and one[:2] == other[:2]:
        return _follows(one[2], other[2], truth)
    # Of comparisons with constants of one kind, one is false exactly where it isn't true.
    low, high = (a, b) if truth else (b, a)
    return _set_in(low, high) or _compared(low, high)


def _is(tree: Expr, name: str) -> bool:
    return tree.kind == "call" and tree.name == name


def _macro(tree: Expr) -> tuple[str, Expr, Expr] | None:
    """(`all` or `exists`, the list, the condition on a row), for those two macros."""
    if tree.kind != "comprehension":
        return None
    ranged, start, _, step, result = tree.parts
    if result != Expr("ident", str(tree.value)) or start.kind != "const":
        return None
    name, kind = ("_&&_", "all") if start.value is True else ("_||_", "exists")
    if not _is(step, name) or start.value not in (True, False) or result not in step.parts:
        return None
    rest = tuple(part for part in step.parts if part != result)
    return (kind, ranged, _call(name, rest)) if rest else None


def _set_in(a: Expr, b: Expr) -> bool:
    """`x in ["p"]` within `x in ["p", "q"]`; `x == "p"` counts as the first."""
    one, other = _membership(a), _membership(b)
    return one is not None and other is not None and one[0] == other[0] and one[1] <= other[1]


def _membership(tree: Expr) -> tuple[Expr, frozenset[str]] | None:
    if _is(tree, "@in") and tree.parts[1].kind == "list":
        words = [part.value for part in tree.parts[1].parts if part.kind == "const"]
        if len(words) == len(tree.parts[1].parts) and all(isinstance(word, str) for word in words):
            return tree.parts[0], frozenset(words)
    if _is(tree, "_==_") and tree.parts[1].kind == "const" and isinstance(tree.parts[1].value, str):
        return tree.parts[0], frozenset((tree.parts[1].value,))
    return None


def _compared(a: Expr, b: Expr) -> bool:
    """`x < 3.0` within `x <= 5.0`: one side the same, the other a number of the same kind, or so many for each row."""
    if a.kind != "call" or b.kind != "call" or a.name not in ORDER or b.name not in ORDER:
        return False
    same = next((side for side in (0, 1) if a.parts[side] == b.parts[side]), None)
    if same is None or a.name[1] != b.name[1]:
        return False
    bounds = a.parts[1 - same], b.parts[1 - same]
    is_upper = (a.name[1] == "<") == (same == 0)
    order = _order(*bounds) if is_upper else _order(*reversed(bounds))
    return order == "<" or order == "<=" and (a.name == b.name or "=" in b.name)


def _order(low: Expr, high: Expr) -> str:
    """`<` if *low* is below *high* wherever both are numbers, `<=` if it isn't above it; empty if neither can be told."""
    if low == high:
        return "<="
    if low.kind == high.kind == "const":
        return (
            "<" if _is_number(low) and type(low.value) is type(high.value) and low.value < high.value else ""
        )
    if not _is(low, "_*_") or not _is(high, "_*_"):
        return ""
    for factor, other in ((0, 1), (1, 0)):
        sides = low.parts[other], high.parts[other]
        if low.parts[factor] == high.parts[factor] and _is_count(low.parts[factor]):
            return "<=" if all(_is_float(side) for side in sides) and _order(*sides) else ""
    return ""


def _is_number(tree: Expr) -> bool:
    return isinstance(tree.value, (int, float)) and not isinstance(tree.value, bool)


def _is_count(tree: Expr) -> bool:
    """Whether *tree* is never negative: a count of rows, as a whole number or not."""
    return _is(tree, "size") or _is(tree, "double") and _is_count(tree.parts[0])


def always_answers(tree: Expr, readable: Total) -> bool:
    """Whether *tree* is true or false in every evidence, never an error or an absent key; *readable* knows the paths."""
    if tree.kind == "const":
        return isinstance(tree.value, bool)
    if tree.kind != "call":
        return False
    if tree.name in ("_&&_", "_||_", "!_"):
        return all(always_answers(part, readable) for part in tree.parts)
    if tree.name == "filled" and len(tree.parts) == 1:
        return readable(tree.parts[0])
    found = _membership(tree)
    return found is not None and readable(found[0])
