"""Which way a parameter tightens its condition: `x >= parameters.p` asks more of a higher one, `x <= parameters.p` of a lower.

An overlay moves a parameter along its `tighten`. If that names the other way, what the overlay calls stricter asks less.
"""

from __future__ import annotations

from collections.abc import Iterator

from aiact_gate.expressions.tree import Expr, path_of, reads

_ORDER = {"_<_": -1, "_<=_": -1, "_>_": 1, "_>=_": 1}
_LEVELS = {1: "higher", -1: "lower"}


def asked(tree: Expr, positive: bool = True) -> Iterator[tuple[str, str]]:
    """(parameter, `higher` or `lower`: which makes it harder to hold) for each comparison that *tree* needs.

    It is followed through `&&`, `||`, `!`, `all` and `exists`. What stands under `? :` or inside a count is left out: which way
    it tightens can't be told from it alone.
    """
    if tree.kind == "comprehension":
        start, step = tree.parts[1], tree.parts[3]
        if start.kind == "const" and isinstance(start.value, bool) and step.kind == "call":
            yield from asked(step.parts[1], positive)
        return
    if tree.kind != "call":
        return
    if tree.name in ("_&&_", "_||_"):
        for part in tree.parts:
            yield from asked(part, positive)
    elif tree.name == "!_":
        yield from asked(tree.parts[0], not positive)
    elif tree.name in _ORDER:
        one, other = (_moves(part) for part in tree.parts)
        sides = [found for found in (one, other) if found is not None]
        if len(sides) != 1:
            return
        against = tree.parts[1 if one is not None else 0]
        if not reads(against) or _reads_parameters(against):
            return
        parameter, up = sides[0]
        # On the right of `x >= p` a higher one asks more; on the left of `p >= x` a lower one.
        way = _ORDER[tree.name] * up * (1 if one is None else -1) * (1 if positive else -1)
        yield parameter, _LEVELS[way]


def _moves(node: Expr, up: int = 1) -> tuple[str, int] | None:
    """(the parameter that *node* grows with, *up*) or (the one that it shrinks with, -*up*); None if neither is certain."""
    path = path_of(node, {})
    if path is not None:
        return (path[1], up) if len(path) == 2 and path[0] == "parameters" else None
    if node.kind != "call" or not node.parts:
        return None
    if node.name in ("double", "-_"):
        return _moves(node.parts[0], -up if node.name == "-_" else up)
    if node.name not in ("_*_", "_/_", "_+_", "_-_"):
        return None
    left, right = node.parts
    if _reads_parameters(left) and _reads_parameters(right):
        return None
    if node.name in ("_+_", "_-_"):
        return _moves(left, up) or _moves(right, -up if node.name == "_-_" else up)
    if _is_positive(right):
        return _moves(left, up)
    return _moves(right, up) if node.name == "_*_" and _is_positive(left) else None


def _is_positive(node: Expr) -> bool:
    if node.kind == "const":
        return isinstance(node.value, (int, float)) and not isinstance(node.value, bool) and node.value > 0
    if node.kind != "call":
        return False
    return node.name == "size" or node.name == "double" and _is_positive(node.parts[0])


def _reads_parameters(node: Expr) -> bool:
    return any(path[0] == "parameters" for path in reads(node))
