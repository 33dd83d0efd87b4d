"""What each part of a condition gives on one system's evidence, and where its value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.parts import Given, PartEngine
from aiact_gate.expressions.paths import Bound, NotThere
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.expressions.written import CannotWrite, Macro, chain, macro_of, written
from aiact_gate.judge.faults import pattern_of, related
from aiact_gate.model.errors import PackError
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.explained import ConditionSeen, Seen
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.policy import Condition, Requirement
from aiact_gate.schemas.fields import NAMES

ELEMENTS = 3
"""Elements of an inner loop that are shown, the telling ones first."""
TRIED = 200
"""Elements of an inner loop that are evaluated one by one."""


class Values:
    """Evaluates conditions part by part; slow, and only for `explain`."""

    def __init__(
        self, evidence: Evidence, requirement: Requirement, conditions: Sequence[Condition], as_of: str
    ) -> None:
        self.evidence = evidence
        self.requirement = requirement
        self._shared = dict(evidence.data)
        names = {*NAMES, *self._shared}
        for condition in conditions:
            names |= set(condition.names)
        self._trees: dict[str, Expr | None] = {}
        first = Engine(sorted(names), as_of)
        for condition in conditions:
            tree = _tree(first, condition.source)
            self._trees[condition.source] = tree
            names |= names_of(tree) if tree is not None else set()
        # Parts of a loop's body are evaluated with the loop's variable bound.
        self._engine = PartEngine(sorted(names), as_of)

    def seen(self, condition: Condition, bound: Bound, name: str, *, reached: bool = True) -> ConditionSeen:
        """*condition* over *bound*, with its parts unless it wasn't *reached*."""
        whole = self._value_seen(0, condition.source, self._value(condition.source, bound))
        tree = self._trees.get(condition.source)
        if tree is None or not reached:
            return ConditionSeen(name, condition.source, whole, reached)
        try:
            parts = tuple(self._below(tree, bound, 1))
            as_written = self._value(written(tree), bound)
        except CannotWrite:
            return ConditionSeen(name, condition.source, whole)
        if (as_written.value, as_written.error) != (
            whole.value,
            whole.note if whole.state == "error" else "",
        ):
            return ConditionSeen(name, condition.source, whole)
        if is_path(tree):
            parts = tuple(self._parts(tree, bound, 1))
        return ConditionSeen(name, condition.source, _on(whole, parts), parts=tuple(_told_once(parts)))

    # ------------------------------------------------------------ the tree

    def _parts(self, expression: Expr, bound: Bound, depth: int) -> Iterator[Seen]:
        """*expression* and what is below it; constants are seen in the text above them."""
        if expression.kind == "const":
            return
        if is_path(expression):
            yield self._path(expression, bound, depth)
            for index in _indexes(expression):
                yield from self._parts(index, bound, depth + 1)
            return
        text = written(expression)
        below = list(self._below(expression, bound, depth + 1))
        yield _on(self._value_seen(depth, text, self._value(text, bound)), below)
        yield from below

    def _below(self, expression: Expr, bound: Bound, depth: int) -> Iterator[Seen]:
        if expression.kind == "comprehension":
            yield from self._loop(macro_of(expression), bound, depth)
            return
        if expression.kind == "select" and expression.test_only:
            yield from self._parts(expression.parts[0], bound, depth)
            return
        if is_path(expression):
            return
        for part in chain(expression):
            yield from self._parts(part, bound, depth)

    def _loop(self, macro: Macro, bound: Bound, depth: int) -> Iterator[Seen]:
        yield from self._parts(macro.over, bound, depth)
        rows = self._elements(macro.over, bound)
        if not rows:
            return
        condition = macro.bodies[0]
        text = written(condition)
        telling = macro.name != "all"
        outcomes = [
            self._value(text, {**bound, macro.variable: row}).value is telling for row in rows[:TRIED]
        ]
        order = sorted(range(len(outcomes)), key=lambda index: not outcomes[index])
        for index in order[:ELEMENTS]:
            value, pointer = rows[index]
            yield Seen(depth, macro.variable, "value", value, self._place(pointer))
            for body in macro.bodies:
                yield from self._parts(body, {**bound, macro.variable: rows[index]}, depth + 1)
        more = len(rows) - min(len(order), ELEMENTS)
        if more:
            told = sum(outcomes[index] for index in order[ELEMENTS:])
            word = "true" if telling else "false"
            beyond = f", {len(rows) - TRIED} not tried" if len(rows) > TRIED else ""
            note = f"{more} more; {text} is {word} for {told} of them{beyond}"
            yield Seen(depth, macro.variable, "more", None, None, note)

    def _elements(self, over: Expr, bound: Bound) -> list[tuple[Any, Pointer]]:
        if is_path(over):
            try:
                value, pointer = self._follow(over, bound)
            except NotThere:
                return []
        else:
            value, pointer = self._value(written(over), bound).value, ("@computed",)
        if isinstance(value, dict):
            return [(key, (*pointer, key)) for key in value]
        rows = value if isinstance(value, list) else []
        return [(row, (*pointer, index)) for index, row in enumerate(rows)]

    # ------------------------------------------------------------ values

    def _value(self, source: str, bound: Bound) -> Given:
        data = {**self._shared, **{name: value for name, (value, _) in bound.items()}}
        return self._engine.given(source, self._engine.bind(data))

    @staticmethod
    def _value_seen(depth: int, text: str, found: Given) -> Seen:
        if found.absent:
            return Seen(depth, text, "error", note="something that it reads isn't there")
        if found.error:
            return Seen(depth, text, "error", note=found.error)
        return Seen(depth, text, "value", found.value)

    def _path(self, expression: Expr, bound: Bound, depth: int) -> Seen:
        text = written(expression)
        try:
            value, pointer = self._follow(expression, bound)
        except NotThere as missing:
            return self._nothing(depth, text, missing.pointer)
        unknown = self._unknown(pointer)
        if unknown:
            return Seen(depth, text, "unknown", None, self._place(pointer), unknown)
        if value is None:
            return self._nothing(depth, text, pointer)
        note = self._origin(pointer)
        if value == [] and self._place(pointer[:-1]) == self._without_key(pointer):
            note = "isn't written, would stand at"  # an optional list is empty then
        return Seen(depth, text, "value", value, self._place(pointer), note)

    def _follow(self, expression: Expr, bound: Bound) -> tuple[Any, Pointer]:
        """The value and the place of a path. Raises `NotThere`."""
        if expression.kind == "ident":
            if expression.name in bound:
                return bound[expression.name]
            if expression.name in self._shared:
                return self._shared[expression.name], (expression.name,)
            raise NotThere((expression.name,))
        value, pointer = self._follow(expression.parts[0], bound)
        if expression.kind == "select":
            key: Any = expression.name
        else:
            index = expression.parts[1]
            key = index.value if index.kind == "const" else self._key(index, bound, pointer)
        pointer = (*pointer, key if isinstance(key, (str, int)) else str(key))
        if isinstance(value, dict) and isinstance(key, str) and key in value:
            return value[key], pointer
        if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            return value[key], pointer
        raise NotThere(pointer)

    def _key(self, index: Expr, bound: Bound, pointer: Pointer) -> Any:
        key = self._value(written(index), bound)
        if key.absent or key.error:
            raise NotThere((*pointer, "?"))
        return key.value

    # ------------------------------------------------------------ places

    def _nothing(self, depth: int, text: str, pointer: Pointer) -> Seen:
        unknown = self._unknown(pointer)
        if unknown:
            return Seen(depth, text, "unknown", None, self._place(pointer), unknown)
        absent = self.evidence.absent.get(str(pointer[0]))
        if absent is not None:
            return Seen(depth, text, "nothing", None, absent.fault.location, absent.fault.message)
        why = {"filler": "holds words that say nothing, at"}.get(self.evidence.unfilled.get(pointer, ""), "")
        return Seen(
            depth, text, "nothing", None, self._place(pointer), why or "isn't written, would stand at"
        )

    def _unknown(self, pointer: Pointer) -> str:
        for where, unknown in self.evidence.unknowns.items():
            # A whole group of which a part is unknown is known all the same.
            if len(where) <= len(pointer) and related(where, pattern_of(pointer)):
                return f"{unknown.reason}. Run: {unknown.would_determine}"
        return ""

    def _place(self, pointer: Pointer) -> Location | None:
        if not pointer or str(pointer[0]) not in self.evidence.places:
            return None
        return self.evidence.locate(pointer)

    def _without_key(self, pointer: Pointer) -> Location | None:
        """The place of *pointer*, as if it were that of what holds it: they are one if the key isn't there."""
        place = self._place(pointer)
        return None if place is None else place._replace(pointer=pointer[:-1])

    def _origin(self, pointer: Pointer) -> str:
        """Where a value comes from that stands in no file of the repository."""
        head = str(pointer[0])
        if head == "parameters" and len(pointer) > 1:
            place = self.requirement.origin.get(f"parameters.{pointer[1]}")
            return f"parameter, {place or f'{self.requirement.file}:{self.requirement.line}'}"
        if head == "parameters":
            return "parameters of the requirement"
        if head == "@word":
            return "a word of `each`"
        if head == "as_of":
            return "the day of this run"
        if head == "@computed":
            return "computed by the condition"
        return "computed" if head == "derived" else ""


def _on(seen: Seen, below: Sequence[Seen]) -> Seen:
    """*seen*, whose value rests on those *below*: what reads the unknown is unknown, whatever stands in for it."""
    if any(part.state == "unknown" for part in below):
        return seen._replace(state="unknown", value=None, note="it reads what is unknown")
    if seen.state == "error" and any(part.state == "nothing" for part in below):
        return seen._replace(note="something that it reads isn't there")
    return seen


def _tree(engine: Engine, source: str) -> Expr | None:
    """The expression of *source*, or None if it can't be written out faithfully."""
    try:
        tree = decode(engine.compile(source))
        again = decode(engine.compile(written(tree)))
    except (PackError, CannotWrite):
        return None
    return tree if _plain_tree(tree) == _plain_tree(again) else None


def _plain_tree(expression: Expr) -> Any:
    """What *expression* says, wherever it stands and however its chains are nested."""
    parts = clauses_of(expression) if expression.name == "_&&_" else chain(expression)
    return (
        expression.kind,
        expression.name,
        repr(expression.value),
        expression.test_only,
        [_plain_tree(part) for part in parts],
    )


def _indexes(expression: Expr) -> Iterator[Expr]:
    while expression.kind in ("select", "call") and expression.parts:
        if expression.kind == "call":
            yield expression.parts[1]
        expression = expression.parts[0]


def _told_once(parts: Sequence[Seen]) -> Iterator[Seen]:
    """*parts* without a path that an element of the same loop, or the condition itself, has told already."""
    told: list[tuple[int, str]] = []
    for part in parts:
        if part.state == "value" and part.place is None and not part.note:
            yield part
            continue
        told = [(depth, text) for depth, text in told if depth <= part.depth]
        if any(text == f"{part.text}\0{part.place}" for _, text in told):
            continue
        told.append((part.depth, f"{part.text}\0{part.place}"))
        yield part


def clauses_of(expression: Expr) -> list[Expr]:
    """The parts that a top-level `&&` joins."""
    if expression.kind == "call" and expression.name == "_&&_":
        return [clause for part in expression.parts for clause in clauses_of(part)]
    return [expression]


def names_of(expression: Expr) -> set[str]:
    """Every name that *expression* uses, its loops' variables among them."""
    found = {expression.name} if expression.kind in ("ident", "comprehension") else set()
    for part in expression.parts:
        found |= names_of(part)
    return {name for name in found if not name.startswith("@")}


def is_path(expression: Expr) -> bool:
    """Whether *expression* is a name with fields, indexes and keys behind it."""
    if expression.kind == "ident":
        return True
    if expression.kind == "select":
        return not expression.test_only and is_path(expression.parts[0])
    return expression.kind == "call" and expression.name == "_[_]" and is_path(expression.parts[0])
