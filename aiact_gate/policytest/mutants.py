"""Weakened copies of a condition, and a condition that tells which of its parts came to what.

Both are edits of the checked expression: a mutant that no example notices shows that the examples (or the policy) have a
hole. Pure: trees in, trees out; `policytest.mutation` and `policy_coverage` judge with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from aiact_gate.expressions.tree import Expr
from aiact_gate.expressions.written import CannotWrite, written
from aiact_gate.schemas.fields import Field

NEIGHBOURS = {"_<_": "_<=_", "_<=_": "_<_", "_>_": "_>=_", "_>=_": "_>_", "_==_": "_!=_", "_!=_": "_==_"}
OPERATORS = {**{name: name.strip("_") for name in NEIGHBOURS}, "_&&_": "&&", "_||_": "||", "@in": "in"}
SWAPPED = {"_&&_": "_||_", "_||_": "_&&_"}
TRUE = Expr("const", value=True)


class Mutant(NamedTuple):
    """One weakened or turned copy of a condition."""

    tree: Expr
    what: str
    """The change: `it.cases > 0.0` to `it.cases >= 0.0`. With check and part it is the mutant's name."""
    offset: int
    """Where the changed part stands in the condition, in characters."""
    kills: str
    """Which case would notice it."""
    value: Expr | None = None
    """Of a comparison: the side whose value, on the passing evidence, is the one to try."""


def mutants(tree: Expr, field_of: Callable[[Expr], Field | None]) -> Iterator[Mutant]:
    """Every mutant of *tree*; *field_of* gives the schema of what a path leads to, if it is known."""
    for path, node, truth in places(tree):
        if node.name in SWAPPED and node.kind == "call":
            if not path or _get(tree, path[:-1]).name != node.name:  # a chain is changed once, at its head
                for new, what, kills, at in _chain(node):
                    yield Mutant(_put(tree, path, new), what, at, kills)
            continue
        for new, kills in _changes(node, truth, field_of):
            what = f"`{unparse(node)}` to `{unparse(new)}`"
            compared = node.name in NEIGHBOURS and new.kind == "call" and new.name in NEIGHBOURS
            compared = compared and node.parts[1].kind != "const"
            yield Mutant(_put(tree, path, new), what, start(node), kills, node.parts[1] if compared else None)


def _chain(node: Expr) -> Iterator[tuple[Expr, str, str, int]]:
    """The mutants of `a && b && c`: each part dropped, each sign turned into the other."""
    parts = _joined(node, node.name)
    other = OPERATORS[SWAPPED[node.name]]
    alone = "false" if node.name == "_&&_" else "true"
    for index, part in enumerate(parts):
        rest = _join([*parts[:index], *parts[index + 1 :]], node.name)
        text = unparse(part)
        yield rest, f"`{text}` dropped", f"a case in which `{text}` alone is {alone}", start(part)
    for index, sign in enumerate(sorted(_signs(node, node.name))):
        left, right = parts[index], parts[index + 1]
        turned = _join([left, right], SWAPPED[node.name])
        what = f"`{unparse(_join([left, right], node.name))}` to `{other}`"
        kills = f"a case in which only one of `{unparse(left)}` and `{unparse(right)}` holds"
        yield _join([*parts[:index], turned, *parts[index + 2 :]], node.name), what, kills, sign


def _joined(node: Expr, name: str) -> list[Expr]:
    if node.kind == "call" and node.name == name:
        return [part for side in node.parts for part in _joined(side, name)]
    return [node]


def _signs(node: Expr, name: str) -> list[int]:
    """The places of the signs of a chain; the engine balances it, so they aren't in order."""
    if node.kind == "call" and node.name == name:
        return [node.offset, *(offset for side in node.parts for offset in _signs(side, name))]
    return []


def _join(parts: list[Expr], name: str) -> Expr:
    tree = parts[0]
    for part in parts[1:]:
        tree = Expr("call", name, (tree, part), offset=part.offset, value=False)
    return tree


def _changes(node: Expr, truth: bool, field_of: Callable[[Expr], Field | None]) -> Iterator[tuple[Expr, str]]:
    if truth and node.name not in JOINS:
        yield _not(node), f"a case in which `{unparse(node)}` turns, and with it the outcome"
    if node.kind == "call" and node.name in NEIGHBOURS and node.name not in ("_==_", "_!=_"):
        left, right = (unparse(part) for part in node.parts)
        yield node._replace(name=NEIGHBOURS[node.name]), f"a case in which `{left}` equals `{right}`"
    elif node.kind == "call" and node.name == "@in" and node.parts[1].kind == "list":
        wider = _widened(node, field_of)
        if wider is not None:
            added = wider.parts[1].parts[-1].value
            yield wider, f"a case in which `{unparse(node.parts[0])}` is {added!r}"
    elif node.kind == "comprehension":
        quantifier, body = quantified(node)
        if quantifier == "all":
            yield _quantifier(node, "exists", body), "a case with one good element beside a bad one"
        elif quantifier == "exists":
            yield _quantifier(node, "all", body), "a case with one element that fits beside one that doesn't"
    if node.kind == "const" and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        for step in (1, -1):
            moved = node.value + step
            yield node._replace(value=moved), f"a case with a value from {node.value} to {moved}"


def _widened(node: Expr, field_of: Callable[[Expr], Field | None]) -> Expr | None:
    """*node* (`x in [a, b]`) with one more word in its list: another word that the field can have, else none."""
    field = field_of(node.parts[0])
    allowed: Sequence[Any] = field.schema.get("enum", ()) if field is not None else ()
    there = [part.value for part in node.parts[1].parts]
    more = [word for word in allowed if word not in there]
    if not more:
        return None
    words = node.parts[1]
    wider = words._replace(parts=(*words.parts, Expr("const", more[0], value=more[0])))
    return node._replace(parts=(node.parts[0], wider))


def _not(node: Expr) -> Expr:
    if node.kind == "call" and node.name == "!_":
        return node.parts[0]
    turned = {"_==_": "_!=_", "_!=_": "_==_"}.get(node.name) if node.kind == "call" else None
    return (
        node._replace(name=turned) if turned else Expr("call", "!_", (node,), offset=node.offset, value=False)
    )


def _quantifier(node: Expr, name: str, body: Expr) -> Expr:
    accumulator = Expr("ident", str(node.value), offset=node.offset)
    starts = Expr("const", value=name == "all", offset=node.offset)
    goes_on = accumulator if name == "all" else _not(accumulator)
    step = Expr(
        "call", "_&&_" if name == "all" else "_||_", (accumulator, body), offset=node.offset, value=False
    )
    condition = Expr("call", "@not_strictly_false", (goes_on,), offset=node.offset, value=False)
    return node._replace(parts=(node.parts[0], starts, condition, step, accumulator))


def quantified(node: Expr) -> tuple[str, Expr]:
    """(`all`, `exists`, `exists_one`, `filter` or `map`; the part that is asked of each element) of a comprehension."""
    _, start, _, step, _ = node.parts
    if start.kind == "const" and start.value is True:
        return "all", step.parts[1]
    if start.kind == "const" and start.value is False:
        return "exists", step.parts[1]
    if start.kind == "const":
        return "exists_one", step.parts[0]
    if step.kind == "call" and step.name == "_?_:_":
        return "filter", step.parts[0]
    return "map", step.parts[1].parts[0]


# ---------------------------------------------------------------- walking

JOINS = (*SWAPPED, "!_", "_?_:_")
"""What makes a truth value of others."""

Where = tuple[int, ...]
"""A place in a tree: which part, of that which part, …"""


def places(tree: Expr, truth: bool = True, path: Where = ()) -> Iterator[tuple[Where, Expr, bool]]:
    """Every part of *tree* that an author wrote, outermost first, and whether it stands where a truth value does."""
    yield path, tree, truth and tree.kind != "const"
    for below, inner_truth in _children(tree, truth):
        yield from (
            (path + deeper, node, is_truth)
            for deeper, node, is_truth in places(_get(tree, below), inner_truth, below)
        )


def _children(node: Expr, truth: bool) -> list[tuple[Where, bool]]:
    """The parts of *node* that an author wrote; of a loop its list and what it asks of each element."""
    if node.kind == "comprehension":
        body = {"map": (3, 1, 0), "filter": (3, 0), "exists_one": (3, 0)}.get(quantified(node)[0], (3, 1))
        return [((0,), False), (body, len(body) == 2)]
    if node.kind == "call" and node.name == "_?_:_":
        return [((0,), True), ((1,), truth), ((2,), truth)]
    joins = node.kind == "call" and node.name in JOINS
    return [((index,), joins) for index in range(len(node.parts))]


def _get(node: Expr, path: Where) -> Expr:
    for index in path:
        node = node.parts[index]
    return node


def _put(node: Expr, path: Where, new: Expr) -> Expr:
    if not path:
        return new
    index = path[0]
    changed = _put(node.parts[index], path[1:], new)
    return node._replace(parts=(*node.parts[:index], changed, *node.parts[index + 1 :]))


def clauses(tree: Expr) -> list[Expr]:
    """The parts of *tree* that stand where a truth value does and aren't made of others, outermost first."""
    return [node for _, node, truth in places(tree) if truth and node.name not in JOINS]


def watched(tree: Expr, first: int) -> Expr:
    """*tree* that calls `_saw(number, value)` for each of its `clauses`, numbered from *first*, that comes to a value, and
    `_not_true(number)` for each that is false or an error. Its own value, and an error, stay what they were."""
    number = first + len(clauses(tree))
    for path, node, truth in reversed(list(places(tree))):
        if truth and node.name not in JOINS:
            number -= 1
            key = Expr("const", value=number)
            saw = Expr("call", "_saw", (key, _get(tree, path)), value=False)
            not_true = Expr("call", "_not_true", (key,), value=False)
            tree = _put(tree, path, Expr("call", "_||_", (saw, not_true), value=False))
    return tree


def start(node: Expr) -> int:
    """The first character of *node* in its source; the engine gives an operator's own place."""
    while node.kind in ("call", "select", "comprehension") and node.parts:
        if node.kind == "call" and node.name in ("!_", "-_"):
            return node.offset
        if node.kind == "call" and not node.value and node.name[:1] not in "_@":
            return node.offset - len(node.name)  # a word: its offset is the bracket's
        if node.test_only:
            return node.offset - len("has")
        node = node.parts[0]
    return node.offset


# ---------------------------------------------------------------- as text


def unparse(node: Expr) -> str:
    """*node* as an author would write it."""
    try:
        return written(node)
    except CannotWrite:
        return "…"
