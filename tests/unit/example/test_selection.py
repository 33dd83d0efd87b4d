"""A point judged alone comes to what it comes to in the whole run: on the example as it is, and on damaged copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Report, Row


def spoilt(folder: Path, path: str, pattern: str, replacement: str) -> None:
    file = folder / path
    text, found = re.subn(pattern, replacement, file.read_text("utf-8"), count=1)
    assert 1 == found, f"{path} doesn't hold {pattern}"
    file.write_text(text, "utf-8")


def untouched(folder: Path) -> None:
    """Nothing."""


def wrong_figure(folder: Path) -> None:
    """A figure of the card that no run gave."""
    spoilt(folder, "MODEL_CARD.md", r"\| AUC \| 0\.787", "| AUC | 0.999")


def lost_evidence(folder: Path) -> None:
    """The event log isn't there any more, and the record of the tests has a key too many."""
    (folder / "compliance/evidence/events.jsonl").unlink()
    spoilt(folder, "compliance/testing.yaml", r"(?m)^procedure:", "procedural: true\nprocedure:")


def wrong_claim(folder: Path) -> None:
    """A claim below the answers, a register that can't be read, and a waiver that covers nothing."""
    spoilt(folder, "aiact.yaml", "tier: high", "tier: minimal")
    spoilt(folder, "compliance/risk_management.yaml", "(?m)^for:", "for: [")


DAMAGES = (untouched, wrong_figure, lost_evidence, wrong_claim)


def came_to(row: Row) -> tuple[Any, ...]:
    """Outcome, method and findings of *row*; a number is the run's, not the row's."""
    found = [
        (check.id, check.outcome, check.method, check.because, finding._replace(number=0, waits=()))
        for check in row.checks
        for finding in check.findings
    ]
    checks = [(check.id, check.outcome, check.method, check.because) for check in row.checks]
    return row.requirement.id, row.outcome, row.method, row.because, checks, found


def rows(report: Report) -> dict[str, Row]:
    return {row.requirement.id: row for row in report.systems[0].rows}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_requirement_alone_is_what_it_is_in_the_whole_run(
    damage: Callable[[Path], None], copy: Path, original: Path, judge: Callable[..., Report]
) -> None:
    """On a damaged copy, each one that the damage reaches alone, and all the others at once."""
    damage(copy)
    whole, sound = rows(judge(copy)), rows(judge(original))
    reached = [name for name in whole if came_to(whole[name]) != came_to(sound[name])]
    singly = [name for name in whole if whole[name].checks] if damage is untouched else reached
    assert singly

    wanted = [frozenset([name]) for name in singly] + [frozenset(whole) - frozenset(singly)]
    alone = [(names, rows(judge(copy, requirements=names))) for names in wanted if names]

    different = [
        name
        for names, found in alone
        for name in sorted(names)
        if came_to(found[name]) != came_to(whole[name])
    ]
    assert [] == different


@pytest.mark.parametrize("damage", DAMAGES)
def test_alone_a_requirement_that_fails_ends_with_1(
    damage: Callable[[Path], None], copy: Path, judge: Callable[..., Report]
) -> None:
    damage(copy)
    failing = [
        name
        for name, row in rows(judge(copy)).items()
        if row.outcome in ("fail", "unknown") and not name.startswith("integrity.")
    ]

    assert {1 for _ in failing} == {
        judge(copy, requirements=frozenset([name])).exit_code for name in failing[:8]
    }


@pytest.mark.parametrize("name", ["art6.claim", "art15.3", "art14.4.e", "art14.4.d", "art12.2.traceability"])
def test_alone_a_requirement_that_is_shown_ends_with_0(
    name: str, original: Path, judge: Callable[..., Report]
) -> None:
    assert 0 == judge(original, requirements=frozenset([name])).exit_code


@pytest.mark.parametrize("name", ["art9.6", "art10.2.h"])
def test_alone_a_requirement_that_stands_on_an_edited_lock_ends_with_1_as_the_whole_run_does(
    name: str, copy: Path, judge: Callable[..., Report]
) -> None:
    lock = copy / "aiact.lock"
    lock.write_text(lock.read_text().replace("collected: ", "collected:  ", 1))

    alone, whole = judge(copy, requirements=frozenset({name})), judge(copy)

    edited = rows(whole)["integrity.binding"]
    assert (1, 1, Outcome.FAIL) == (alone.exit_code, whole.exit_code, edited.outcome)
    assert edited.checks == rows(alone)["integrity.binding"].checks
