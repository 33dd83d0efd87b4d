"""Generated: no check of the pack passes on emptiness or on a wrong shape."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aiact_gate.documents.node import Document
from aiact_gate.model.errors import PackError
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Check, Pack, Requirement
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import edit, evidence_of, read_base
from aiact_gate.policytest.cases import judged as judged_on
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


def judged() -> list[tuple[Requirement, Check]]:
    return [
        (requirement, check)
        for requirement in pack().requirements
        for check in requirement.checks
        if check.clauses
    ]


def outcome(requirement: Requirement, check: Check, documents: dict[str, Document]) -> Outcome:
    return judged_on(requirement, pack(), documents)[check.id].outcome


def name_of(value: Any) -> str:
    return str(value.id) if isinstance(value, (Requirement, Check)) else ".".join(value)


def test_the_base_is_a_passing_set() -> None:
    failing = [
        check.id
        for requirement, check in judged()
        if outcome(requirement, check, base()) not in (Outcome.PASS, Outcome.NOT_APPLICABLE)
    ]

    assert [] == failing


def test_the_base_has_no_fault_of_form() -> None:
    assert [] == [(fault.rule, fault.pointer) for fault in evidence_of(base()).faults]


@pytest.mark.parametrize(("requirement", "check"), judged(), ids=name_of)
def test_no_check_passes_without_a_kind_that_it_reads(requirement: Requirement, check: Check) -> None:
    for kind in sorted({path[0] for path in check.reads} & set(base())):
        documents = {name: document for name, document in base().items() if name != kind}

        assert outcome(requirement, check, documents) is not Outcome.PASS, kind


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


# A field of a list that the passing set leaves empty has nothing to blank; its own examples add a row.
CASES = [
    (requirement, check, path)
    for requirement, check in judged()
    for path in required_fields(check)
    if places(path)
]


@pytest.mark.parametrize(("requirement", "check", "path"), CASES, ids=name_of)
def test_no_check_passes_on_a_wrong_value_of_a_required_field(
    requirement: Requirement, check: Check, path: tuple[str, ...]
) -> None:
    field = fields.root(path[0])
    for step in path[1:]:
        field = field.below(step) if field is not None else None
    assert field is not None
    kind = field.schema.get("type")
    for name, value in WRONG.items():
        if name == "0" and field.schema.get("x-type") in ("tracked_file", "section", "heading", "key"):
            continue  # no such file: a fault of its own, in a real tree; and `0` is an id like another
        if (
            name == "0"
            and kind in ("number", "integer")
            or name in ("a list", "empty list")
            and kind == "array"
        ):
            continue  # a number may be 0, and what a list may hold its own examples say
        try:
            documents, _ = edit(base(), {"set": dict.fromkeys(places(path), value)})
        except PackError as error:
            pytest.fail(f"{path}: {error.what}")

        assert outcome(requirement, check, documents) is not Outcome.PASS, name


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
