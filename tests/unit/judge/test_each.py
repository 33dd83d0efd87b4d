"""A list proved at once comes to what its rows come to one by one, whatever stands in them.

`check` tries a condition over a whole list first, because that costs one evaluation; only if that isn't true are the rows
looked at. The short way must never pass where the long way wouldn't, and never say something else about a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.documents.node import Document, Node
from aiact_gate.expressions.engine import Engine
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import pointer_text
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Check, Pack, Requirement
from aiact_gate.model.report import CheckResult
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import AS_OF, edit, evidence_of, read_base
from aiact_gate.schemas.fields import NAMES
from aiact_gate.sources.builtin import builtin_folder

FOLDER = builtin_folder("eu-ai-act")
VALUES: tuple[Any, ...] = (
    None,
    "",
    "n/a",
    "??",
    "TBD",
    "something else",
    "It says something of its own about this system.",
    "2020-01-01",
    "2031-01-01",
    True,
    False,
    0,
    1,
    -1.5,
    1e9,
    float("nan"),
    [],
    ["x"],
    [None],
    {},
    {"id": "x"},
)


@cache
def pack() -> Pack:
    return load_folder(FOLDER)[0]


@cache
def base() -> dict[str, Document]:
    return read_base(FOLDER / "examples" / "fixtures" / "high")


@cache
def engine() -> Engine:
    names = set(NAMES)
    for requirement in pack().requirements:
        for check in requirement.checks:
            names |= {loop.name for loop in check.loops} | {lookup.name for lookup in check.lookups}
    return Engine(tuple(sorted(names)), AS_OF)


@cache
def proved() -> list[tuple[Requirement, Check]]:
    """The checks that can be proved at once."""
    return [
        (requirement, check)
        for requirement in pack().requirements
        for check in requirement.checks
        if check.proof is not None
    ]


def both_ways(
    pairs: Iterable[tuple[Requirement, Check]], documents: dict[str, Document]
) -> list[tuple[CheckResult, CheckResult]]:
    """What comes of each check as it is judged, and row by row."""
    at_once, by_row = (CheckJudge(evidence, engine(), "system") for evidence in [evidence_of(documents)] * 2)
    return [
        (
            at_once.judge(check, requirement),
            by_row.judge(check._replace(proof=None, chosen=None), requirement),
        )
        for requirement, check in pairs
    ]


def pointers(node: Node, at: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield at
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from pointers(child, (*at, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from pointers(child, (*at, index))


@cache
def places(kind: str) -> list[str]:
    """Every place below *kind* in the passing set."""
    return [pointer_text(pointer) for pointer in pointers(base()[kind].root, (kind,)) if 1 < len(pointer)]


@cache
def read_places(kinds: tuple[str, ...], heads: tuple[tuple[str, ...], ...]) -> list[str]:
    """The places that a check with reads *heads* looks at, and those around them."""
    near = [
        place
        for kind in kinds
        for place in places(kind)
        if any(
            all(part == step or step == "*" for part, step in zip(place.split("/")[1:], head, strict=False))
            for head in heads
        )
    ]
    return near or [place for kind in kinds for place in places(kind)]


@st.composite
def edited(draw: st.DrawFn, check: Check) -> dict[str, Document]:
    """The passing set with up to three values that *check* reads set, doubled or taken out."""
    kinds = tuple(sorted({path[0] for path in check.reads} & set(base())))
    documents = base()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(read_places(kinds, check.reads)))
        verb = draw(st.sampled_from(("set", "set", "delete", "add")))
        value = draw(st.sampled_from(VALUES))
        case: dict[str, Any] = {verb: [place] if "delete" == verb else {place: value}}
        if "add" == verb:
            case = {"add": {f"{place.rpartition('/')[0]}/-": value}}
        try:
            documents, _ = edit(documents, case)
        except PackError:
            continue  # an edit before took the place away
    return documents


def test_the_short_way_is_taken_by_most_checks_over_lists() -> None:
    lists = [
        check
        for requirement in pack().requirements
        for check in requirement.checks
        if check.loops and check.loops[0].path is not None
    ]

    assert len(lists) < 2 * sum(check.proof is not None for check in lists)


def test_the_passing_set_passes_both_ways_with_the_same_words() -> None:
    results = both_ways(proved(), base())

    assert [] == [at_once.id for at_once, by_row in results if at_once != by_row]
    assert {Outcome.PASS, Outcome.NOT_APPLICABLE} == {at_once.outcome for at_once, _ in results}


@given(st.data())
def test_missing_and_faulty_values_come_to_the_same_both_ways(data: st.DataObject) -> None:
    requirement, check = data.draw(st.sampled_from(proved()), label="check")
    documents = data.draw(edited(check), label="evidence")

    [(at_once, by_row)] = both_ways([(requirement, check)], documents)

    assert at_once == by_row


def test_each_value_of_the_first_row_taken_out_comes_to_the_same_both_ways() -> None:
    """No chance: the first places that a check reads, each once absent and once null."""
    readers: dict[str, list[tuple[Requirement, Check]]] = {}
    for requirement, check in proved():
        kinds = tuple(sorted({path[0] for path in check.reads} & set(base())))
        for place in read_places(kinds, check.reads)[:4]:
            readers.setdefault(place, []).append((requirement, check))
    differ = [
        (at_once.id, case)
        for place, pairs in readers.items()
        for case in ({"delete": [place]}, {"set": {place: None}})
        for at_once, by_row in both_ways(pairs, edit(base(), case)[0])
        if at_once != by_row
    ]

    assert [] == differ
    assert len(readers) > 100
