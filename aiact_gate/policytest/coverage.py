"""`policy test --coverage`: was each clause of each condition seen true and not true, each list empty, with one row and with many?

Each clause is wrapped in calls that tell its value; results, errors and short circuits stay what they are. So coverage is that of
conditions, not of lines, and doesn't change with formatting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from aiact_gate.expressions.parts import PartEngine
from aiact_gate.expressions.paths import NotThere, follow
from aiact_gate.expressions.rewritten import condition_of
from aiact_gate.expressions.tree import Expr
from aiact_gate.model.policy import Check, Loop, Pack
from aiact_gate.policytest import mutants
from aiact_gate.policytest.cases import AS_OF, Examples, TestRun, names_of
from aiact_gate.policytest.judging import FixtureJudge
from aiact_gate.policytest.places import Part, Places, parts_of
from aiact_gate.policytest.reasons import explain
from aiact_gate.policytest.results import Unseen

SIZES = {0: "empty", 1: "with one row", 2: "with several rows"}


@dataclass
class CoverageRun:
    """What coverage showed of a pack."""

    wanted: int = 0
    """Values of clauses and sizes of lists that should be seen."""
    unseen: list[Unseen] = field(default_factory=list)
    orphans: list[Unseen] = field(default_factory=list)


class _Watch:
    """What clauses came to, by their number."""

    def __init__(self) -> None:
        self.true: set[int] = set()
        self.not_true: set[int] = set()

    def saw(self, number: int, value: bool) -> bool:
        if value:
            self.true.add(number)
        return value

    def miss(self, number: int) -> bool:
        self.not_true.add(number)
        return False


def cover(pack: Pack, run: TestRun, places: Places) -> CoverageRun:
    """Judge every case once more with watched conditions."""
    found = CoverageRun()
    plain = PartEngine(names_of(pack), AS_OF)
    for examples in run.examples:
        watch = _Watch()
        words = {"_saw": (("i", "b"), watch.saw), "_not_true": (("i",), watch.miss)}
        engine = PartEngine(names_of(pack), AS_OF, words)
        judges = [FixtureJudge(judge.evidence, engine, "fixture") for judge in _judges(examples)]
        unseen: list[Unseen] = []
        for check in examples.requirement.checks:
            if not check.clauses:
                continue
            parts = parts_of(check, plain, places)
            checked, numbered = _watched(check, parts)
            for judge in judges:
                judge.judge(checked, examples.requirement)
            found.wanted += 2 * len(numbered)
            unseen += _values(check, numbered, watch, examples.requirement.id)
            watch.true.clear()
            watch.not_true.clear()
            sizes = list(_sizes(check, judges, places, examples.requirement.id))
            found.wanted += 3 * sum(loop.path is not None for loop in check.loops)
            unseen += sizes
        explain(unseen, examples, "unreachable", "clause", found.unseen, found.orphans)
    return found


def _judges(examples: Examples) -> Iterator[FixtureJudge]:
    yield examples.base
    for case in examples.cases:
        if case.judge is not None:
            yield case.judge


def _watched(check: Check, parts: list[Part]) -> tuple[Check, list[tuple[Part, Expr]]]:
    """*check* with watched conditions, and its clauses in the order of their numbers."""
    numbered: list[tuple[Part, Expr]] = []
    conditions = {}
    for part in parts:
        tree = mutants.watched(part.tree, len(numbered))
        numbered += [(part, clause) for clause in mutants.clauses(part.tree)]
        watched = condition_of(tree, part.condition.source)
        conditions[part.name] = part.condition._replace(code=watched.code)
    clauses = tuple(conditions[part.name] for part in parts if part.name.startswith("that"))
    return check._replace(
        clauses=clauses, when=conditions.get("when"), where=conditions.get("where"), proof=None, chosen=None
    ), numbered


def _values(
    check: Check, numbered: list[tuple[Part, Expr]], watch: _Watch, requirement: str
) -> Iterator[Unseen]:
    bare = check.id.partition("/")[2]
    again: dict[str, int] = {}
    for number, (part, clause) in enumerate(numbered):
        text = f"{bare} {part.name}: `{mutants.unparse(clause)}`"
        again[text] = again.get(text, 0) + 1
        text += f" ({again[text]})" if again[text] > 1 else ""
        place = part.inside(mutants.start(clause))
        for value, seen in (("true", watch.true), ("false", watch.not_true)):
            if number not in seen:
                kills = f"a case in which `{mutants.unparse(clause)}` is {value}"
                yield Unseen(requirement, f"{text} {value}", place, kills)


def _sizes(check: Check, judges: list[FixtureJudge], places: Places, requirement: str) -> Iterator[Unseen]:
    for loop in check.loops:
        if loop.path is None:
            continue
        seen = {min(size, 2) for judge in judges for size in _lengths(check, loop, judge)}
        for size, word in SIZES.items():
            if size not in seen:
                name = f"{check.id.partition('/')[2]} each: `{loop.path.source}` {word}"
                place = places.of(check.id, "each")
                yield Unseen(requirement, name, place, f"a case with {loop.path.source} {word}")


def _lengths(check: Check, loop: Loop, judge: FixtureJudge) -> list[int]:
    """How long the list of *loop* is, for each row of the loops before it."""
    before = check.loops[: check.loops.index(loop)]
    outer = check._replace(loops=before)
    lengths = []
    assert loop.path is not None
    try:
        for bound in judge.bindings(outer):
            rows = follow(loop.path, bound)[0]
            lengths.append(len(rows) if isinstance(rows, list) else 0)
    except NotThere:
        lengths.append(0)
    return lengths
