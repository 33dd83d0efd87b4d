"""Generated: no check of the pack passes on emptiness or on a wrong shape."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import Document
from aiact_gate.expressions.engine import Engine
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Check, Pack, Requirement
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import edit, engine_of, evidence_of, read_base
from aiact_gate.schemas import fields
from aiact_gate.sources.builtin import builtin_folder

FOLDER = builtin_folder("eu-ai-act")
WRONG = {
    "null": None,
    "n/a": "n/a",
    "blanks": "   ",
    "0": 0,
    "empty list": [],
    "a list": ["x"],
    "NaN": float("nan"),
}


@cache
def pack() -> Pack:
    return load_folder(FOLDER)[0]


@cache
def base() -> dict[str, Document]:
    return read_base(FOLDER / "examples" / "fixtures" / "high")


@cache
def engine() -> Engine:
    return engine_of(pack())


def judged() -> list[tuple[Requirement, Check]]:
    return [
        (requirement, check)
        for requirement in pack().requirements
        for check in requirement.checks
        if check.clauses
    ]


def passing(pairs: Iterable[tuple[Requirement, Check]], documents: dict[str, Document]) -> list[str]:
    """The ids of the checks that pass on *documents*."""
    judge = CheckJudge(evidence_of(documents), engine(), "fixture")
    return [
        check.id for requirement, check in pairs if judge.judge(check, requirement).outcome is Outcome.PASS
    ]


def test_the_base_is_a_passing_set() -> None:
    judge = CheckJudge(evidence_of(base()), engine(), "fixture")
    results = [judge.judge(check, requirement) for requirement, check in judged()]

    assert [] == [one.id for one in results if one.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)]


def test_the_base_has_no_fault_of_form() -> None:
    assert [] == [(fault.rule, fault.pointer) for fault in evidence_of(base()).faults]


def test_no_check_passes_without_a_kind_that_it_reads() -> None:
    passed = {
        kind: passing(
            (pair for pair in judged() if kind in {path[0] for path in pair[1].reads}),
            {name: document for name, document in base().items() if name != kind},
        )
        for kind in base()
    }

    assert {kind: [] for kind in base()} == passed


def required_fields(check: Check) -> list[tuple[str, ...]]:
    """Every required field of a record that the check's `that` reads, as a path with `*` for rows."""
    bound: dict[str, tuple[str, ...]] = {}
    for loop in check.loops:
        if loop.path is not None:
            steps = tuple(step if isinstance(step, str) else "*" for step in loop.path.steps)
            bound[loop.name] = (*bound.get(steps[0], (steps[0],)), *steps[1:], "*")
    for lookup in check.lookups:
        steps = tuple(step if isinstance(step, str) else "*" for step in lookup.path.steps)
        bound[lookup.name] = (*bound.get(steps[0], (steps[0],)), *steps[1:], "*")
    found = []
    for clause in check.clauses:
        for path in clause.relative:
            full = (*bound.get(path[0], (path[0],)), *path[1:])
            if full[0] in fields.RECORDS and is_required(full):
                found.append(full)
    return sorted(set(found))


def is_required(path: tuple[str, ...]) -> bool:
    field = fields.root(path[0])
    for step in path[1:-1]:
        field = field.below(step) if field is not None else None
    return field is not None and path[-1] in field.schema.get("required", ())


def places(path: tuple[str, ...]) -> list[str]:
    """The pointers of *path* in the base, every row."""
    found = [((path[0],), base()[path[0]].root)] if path[0] in base() else []
    for step in path[1:]:
        below: list[Any] = []
        for pointer, node in found:
            if step == "*" and isinstance(node.value, list):
                below += [((*pointer, index), child) for index, child in enumerate(node.value)]
            elif step == "*" and isinstance(node.value, dict):
                below += [((*pointer, key), child) for key, child in node.value.items()]
            elif isinstance(node.value, dict) and step in node.value:
                below.append(((*pointer, step), node.value[step]))
        found = below
    return [
        "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in pointer)
        for pointer, _ in found
    ]


def readers() -> dict[tuple[str, ...], list[tuple[Requirement, Check]]]:
    """The checks that read each required field; a field of a list that the base leaves empty has nothing to blank."""
    found: dict[tuple[str, ...], list[tuple[Requirement, Check]]] = {}
    for requirement, check in judged():
        for path in required_fields(check):
            if places(path):
                found.setdefault(path, []).append((requirement, check))
    return found


def is_right(name: str, path: tuple[str, ...]) -> bool:
    """Whether the value called *name* is one that the field at *path* may have."""
    field = fields.root(path[0])
    for step in path[1:]:
        field = field.below(step) if field is not None else None
    assert field is not None
    kind = field.schema.get("type")
    if name == "0":
        # No such file: a fault of its own, in a real tree; `0` is an id like another, and a number may be 0.
        looked_up = field.schema.get("x-type") in ("tracked_file", "section", "heading", "key")
        return looked_up or kind in ("number", "integer")
    return name in ("a list", "empty list") and kind == "array"  # its own examples say what it may hold


def test_no_check_passes_on_a_wrong_value_of_a_required_field() -> None:
    passed = [
        (check, ".".join(path), name)
        for path, pairs in readers().items()
        for name, value in WRONG.items()
        if not is_right(name, path)
        for check in passing(pairs, edit(base(), {"set": dict.fromkeys(places(path), value)})[0])
    ]

    assert [] == passed
    assert len(readers()) > 100


def test_the_pack_judges_what_it_says() -> None:
    points = [requirement for requirement in pack().requirements if requirement.is_point]

    assert 130 == len(points)
    assert 121 == sum(not requirement.id.startswith("art4a") for requirement in points)
    assert 14 == sum(requirement.profile == "start" for requirement in points)
    assert all(bool(requirement.checks) != bool(requirement.not_checked) for requirement in points)
    assert all(requirement.checks for requirement in points if requirement.profile == "start")
    assert all(
        requirement.why and requirement.fix and requirement.leaves_open.endswith("?")
        for requirement in points
    )
    assert Path(FOLDER / "classification.yaml").is_file()
