"""`policy test --mutate`: are the examples able to tell each check from a weakened copy of it?

Two kinds. A *mutant* is a check with one part of a condition changed, a parameter moved or `min_items` lowered; it survives
if every case of the requirement comes out as before. A *blank* is a field that a check reads, taken out of every row of the
passing evidence; if the check still passes, the policy has a hole. What survives for a reason stands with it in the example file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiact_gate.documents.node import Document, Node
from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.reading import Kinds, field_at
from aiact_gate.expressions.rewritten import bound_paths, condition_of, with_conditions
from aiact_gate.expressions.tree import Expr, path_of
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Check, Pack, Requirement
from aiact_gate.policytest import mutants
from aiact_gate.policytest.cases import Case, Examples, TestRun, engine_of, evidence_of, judged_wrong
from aiact_gate.policytest.judging import FixtureJudge
from aiact_gate.policytest.places import Part, Places, parts_of
from aiact_gate.policytest.reasons import explain
from aiact_gate.policytest.results import Unseen
from aiact_gate.schemas.fields import Field


class Weaker(NamedTuple):
    """One weakened check."""

    check: Check
    parameters: dict[str, float]
    name: str
    """`accepted-by-another that[1]: …`: what an example file names it by."""
    place: Location
    kills: str
    value: Expr | None = None
    """What to evaluate on the passing evidence: the value to try."""


@dataclass
class MutationRun:
    """What mutation showed of a pack."""

    mutants: int = 0
    blanks: int = 0
    survivors: list[Unseen] = field(default_factory=list)
    """Mutants that no case notices."""
    holes: list[Unseen] = field(default_factory=list)
    """Fields that may be blank although a check reads them."""
    orphans: list[Unseen] = field(default_factory=list)
    """Reasons that explain nothing (any more)."""


def mutate(pack: Pack, run: TestRun, places: Places) -> MutationRun:
    """Judge every mutant and blank of the requirements whose examples *run* has read."""
    found = MutationRun()
    engine = engine_of(pack)
    for examples in run.examples:
        requirement = examples.requirement
        survived: list[Unseen] = []
        for check in requirement.checks:
            if not check.clauses:
                continue
            telling = telling_cases(check, examples)
            for weaker in weakened(check, requirement, engine, places, examples.kinds):
                found.mutants += 1
                if not noticed(weaker, examples, telling):
                    kills = weaker.kills + _tried(weaker, examples)
                    survived.append(Unseen(requirement.id, weaker.name, weaker.place, kills))
        explain(survived, examples, "equivalent", "mutant", found.survivors, found.orphans)
        green = [
            blank for check in requirement.checks for blank in _blanks(check, examples, engine, found, places)
        ]
        explain(green, examples, "may_be_blank", "field", found.holes, found.orphans)
    return found


# ---------------------------------------------------------------- mutants


def weakened(
    check: Check, requirement: Requirement, engine: Engine, places: Places, kinds: Kinds | None = None
) -> Iterator[Weaker]:
    """Every mutant of *check*; *kinds*: record kinds that packs add."""
    parts = parts_of(check, engine, places)
    bare = check.id.partition("/")[2]
    bound = bound_paths(check)
    plain = {part.name: condition_of(part.tree, part.condition.source) for part in parts}
    parameters = dict(requirement.parameters)

    def rebuilt(part: Part, tree: Expr | None) -> Check:
        now = dict(plain)
        if tree is None:
            del now[part.name]
        else:
            now[part.name] = condition_of(tree, part.condition.source)
        clauses = [now[one.name] for one in parts if one.name.startswith("that") and one.name in now]
        return with_conditions(check, clauses, now.get("when"), now.get("where"), kinds)

    for part in parts:
        names = _loop_names(part.tree, bound)

        def field_of(node: Expr, names: dict[str, Any] = names) -> Field | None:
            path = path_of(node, names)
            return field_at(path, kinds) if path is not None and not path[0].startswith("@") else None

        if part.name != "that":  # a check without `that` is none
            name = f"{bare} {part.name}: dropped"
            text = mutants.unparse(part.tree)
            kills = f"a case in which `{text}` alone is false"
            yield Weaker(rebuilt(part, None), parameters, name, part.place, kills)
        seen: dict[str, int] = {}
        for mutant in mutants.mutants(part.tree, field_of):
            seen[mutant.what] = seen.get(mutant.what, 0) + 1
            again = f" ({seen[mutant.what]})" if seen[mutant.what] > 1 else ""
            yield Weaker(
                rebuilt(part, mutant.tree),
                parameters,
                f"{bare} {part.name}: {mutant.what}{again}",
                part.inside(mutant.offset),
                mutant.kills,
                mutant.value,
            )
    if any(loop.path is not None for loop in check.loops) or check.where is not None and check.loops:
        place = places.of(check.id, "min_items")
        fewer = check.min_items - 1 if check.min_items else 1
        kills = "a case with an emptied list" if fewer in (0, 1) else f"a case with {fewer} rows"
        name = f"{bare} min_items: {check.min_items} to {fewer}"
        yield Weaker(check._replace(min_items=fewer, proof=None, chosen=None), parameters, name, place, kills)
    read = {path[1] for path in check.reads if path[0] == "parameters" and len(path) > 1}
    trees = [part.tree for part in parts]
    for parameter in sorted(read & set(parameters)):
        for step in _steps(parameters[parameter]):
            moved = parameters[parameter] + step
            name = f"{bare} parameters.{parameter}: {parameters[parameter]:g} to {moved:g}"
            kills = _between(trees, parameter, *sorted((parameters[parameter], moved)))
            yield Weaker(check, {**parameters, parameter: moved}, name, places.of(check.id, "id"), kills)


_HIGH_TELLS = {("_<=_", 1), ("_>_", 1), ("_>=_", 0), ("_<_", 0)}
"""(comparison, side of the parameter) in which a value at the higher of two limits tells them apart, and one at the lower doesn't."""


def _between(trees: Sequence[Expr], parameter: str, low: float, high: float) -> str:
    """The case that tells the limits *low* and *high* of *parameter* apart."""
    ends: set[bool] = set()
    for tree in trees:
        for _, node, _ in mutants.places(tree):
            for side, part in enumerate(node.parts if node.kind == "call" else ()):
                if path_of(part, {}) == ("parameters", parameter):
                    if node.name not in ("_<_", "_<=_", "_>_", "_>=_"):
                        return f"a case that a {parameter} of {low:g} and one of {high:g} judge differently"
                    ends.add((node.name, side) in _HIGH_TELLS)
    if len(ends) != 1:
        return f"a case with a value between {low:g} and {high:g}"
    return f"a case with a value between {low:g} and {high:g}, {high if ends == {True} else low:g} included"


def _steps(value: float) -> tuple[float, float]:
    """A whole number moves by one, a share or another fraction by a tenth of itself."""
    step = 1 if float(value).is_integer() and abs(value) >= 1 else abs(value) / 10 or 1.0
    return -step, step


def _loop_names(tree: Expr, bound: dict[str, Any]) -> dict[str, Any]:
    """*bound* and the loop variables inside *tree*."""
    names = dict(bound)
    for _, node, _ in mutants.places(tree):
        if node.kind == "comprehension":
            path = path_of(node.parts[0], names)
            names[node.name] = (*path, "*") if path is not None else ("@row",)
    return names


def telling_cases(check: Check, examples: Examples) -> list[Case]:
    """The cases that come out as expected with *check* as it is, those that name it first."""
    before = {check.id: examples.before[check.id]}
    return sorted(
        (
            case
            for case in examples.cases
            if case.judge is not None
            and not judged_wrong(case, before, {check.id: case.judge.judge(check, examples.requirement)})
        ),
        key=lambda case: check.id not in case.wanted,
    )


def noticed(weaker: Weaker, examples: Examples, cases: Sequence[Case]) -> bool:
    """Whether one of *cases*, or the base, comes out otherwise with the weakened check."""
    requirement = examples.requirement._replace(parameters=weaker.parameters)
    check = weaker.check
    before = {check.id: examples.before[check.id]}
    if examples.base.judge(check, requirement).outcome is not before[check.id].outcome:
        return True
    return any(
        judged_wrong(case, before, {check.id: case.judge.judge(check, requirement)})
        for case in cases
        if case.judge is not None
    )


def _tried(weaker: Weaker, examples: Examples) -> str:
    """The value of the compared side in the first row of the passing evidence, as an aside."""
    if weaker.value is None:
        return ""
    value = examples.base.value_of(condition_of(weaker.value, ""), weaker.check, examples.requirement)
    if value is None:
        return ""
    return f" (there {value:g})" if isinstance(value, float) else f" (there {value!r})"


# ---------------------------------------------------------------- blanks


def _blanks(
    check: Check, examples: Examples, engine: Engine, found: MutationRun, places: Places
) -> Iterator[Unseen]:
    base = examples.base_documents
    for path in check.reads:
        if len(path) < 2 or path[0] in ("parameters", "as_of") or path[0] not in base:
            continue
        if not holds(base[path[0]].root, path[1:]):
            continue
        found.blanks += 1
        documents = dict(base)
        try:
            documents[path[0]] = blanked(base[path[0]], path[1:])
        except PackError:
            continue
        result = FixtureJudge(evidence_of(documents, examples.kinds), engine, "fixture").judge(
            check, examples.requirement
        )
        if result.outcome is Outcome.PASS and check.severity == "error":
            name = f"{check.id.partition('/')[2]}: {'.'.join(path)}"
            kills = f"the check still passes when {'.'.join(path)} is blank in every row"
            yield Unseen(examples.requirement.id, name, places.of(check.id, "id"), kills)


def holds(node: Node, path: tuple[str, ...]) -> bool:
    """Whether something stands where *path* leads from *node*, in one row at least: no null, blank text or empty list or group."""
    value = node.value
    if not path:
        return not node.is_null and bool(value.strip() if isinstance(value, str) else value)
    return any(holds(child, path[1:]) for child in _children(value, path[0]))


def _children(value: Any, step: str) -> list[Node]:
    """What *step* leads to from *value*: `*` to every child."""
    if isinstance(value, dict):
        return [value[key] for key in _keys(value, step)]
    return list(value) if isinstance(value, list) and step == "*" else []


def _keys(value: Mapping[str, Any], step: str) -> list[str]:
    if step == "*":
        return list(value)
    return [step] if step in value else []


def blanked(document: Document, path: tuple[str, ...]) -> Document:
    """*document* without what *path* leads to, in every row."""
    return Document(document.path, _without(document.root, path))


def _without(node: Node, path: tuple[str, ...]) -> Node:
    copy = Node(node.value, node.line, node.column, node.end_line, node.end_column, node.plain)
    copy.keys = dict(node.keys)
    step, rest = path[0], path[1:]
    if isinstance(node.value, dict):
        copy.value = dict(node.value)
        for key in _keys(node.value, step):
            if rest:
                copy.value[key] = _without(node.value[key], rest)
            else:
                del copy.value[key]
    elif isinstance(node.value, list) and step == "*":
        copy.value = [_without(child, rest) for child in node.value] if rest else []
    return copy
