"""What is told in two places agrees; what only looks alike, and what two honest people write differently, is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from locks import held, put, relocked
from reports import commit, judge, replace
from repos import call

from aiact_gate.sources.told_twice import PAIRS

AGREES = "integrity.agreement/told-twice-agrees"
ASKED = "integrity.agreement/told-twice-is-asked"
GOVERNANCE = "compliance/data_governance.yaml"
DESCRIBED = "compliance/system_description.yaml"
CARD = "MODEL_CARD.md"
INSTRUCTIONS = "INSTRUCTIONS_FOR_USE.md"
GAP = "    due: 2027-09-30\n    status: open\n"

Change = Callable[[Path], None]


def drill_of_many_events(folder: Path) -> None:
    relocked(folder, ("events: 207.0", "events: 1000000000.0"))


def replay_of_another_version(folder: Path) -> None:
    replace(folder, "compliance/evidence/replay.json", '"model_version": "1"', '"model_version": "2"')


def gap(status: str) -> Change:
    def change(folder: Path) -> None:
        replace(folder, GOVERNANCE, GAP, GAP.replace("open", status))

    return change


def trains_nothing(folder: Path) -> None:
    replace(folder, DESCRIBED, "trains_model_with_data: true", "trains_model_with_data: false")


def infers_nothing(folder: Path) -> None:
    replace(
        folder,
        "compliance/classification.yaml",
        "what.inference:\n    is: true",
        "what.inference:\n    is: false",
    )


def front(line: str) -> Change:
    def change(folder: Path) -> None:
        replace(folder, CARD, "language: en\n", f"language: en\n{line}\n")

    return change


def heading(version: str) -> Change:
    def change(folder: Path) -> None:
        replace(folder, CARD, "# Retail credit scoring 1.3.0", f"# Retail credit scoring {version}")

    return change


def package(text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / "pyproject.toml").write_text(text, "utf-8")
        commit(folder)

    return change


def input_type(text: str) -> Change:
    def change(folder: Path) -> None:
        replace(
            folder, INSTRUCTIONS, "| `duration_months` | whole number |", f"| `duration_months` | {text} |"
        )

    return change


def another_system_in_the_lock(folder: Path) -> None:
    systems = held(folder)
    put(folder, {**systems, "old-scoring": systems["credit-scoring"]})


DIFFERENT: dict[str, list[tuple[Change, str]]] = {
    "drill-and-log": [(drill_of_many_events, "the log that it names holds 207 events")],
    "replay-and-log": [(replay_of_another_version, "ran model version 2; the log says that version 1")],
    "setting-and-closed-gap": [(gap("closed"), "No data set reflects the geographical setting, for G1; that gap is closed")],
    "description-and-run": [(trains_nothing, "trains_model_with_data is false; its run read train for training")],
    "answers-and-lock": [(infers_nothing, "The answer to what.inference is false; the lock holds the trained model credit-scoring")],
    "card-and-manifest": [
        (front("version: 9.9.9"), "The card says version: 9.9.9; the manifest says 1.3.0"),
    ],
    "heading-and-manifest": [
        (heading("1.4.0"), "The card's heading says version 1.4.0; the manifest says 1.3.0"),
    ],
    "package-and-manifest": [
        (package('[project]\nname = "credit_scoring"\nversion = "2.0.0"\n'), "has version 2.0.0; the manifest says 1.3.0")
    ],
    "card-and-tier": [(front("risk_tier: minimal"), "The card says risk_tier: minimal; the manifest claims high")],
    "card-and-provider": [(front("provider: Other Bank Limited"), "The card says provider: Other Bank Limited")],
    "instructions-and-signature": [(input_type("text, any words"), "call duration_months text, any words; the signature has")],
    "lock-and-manifest": [(another_system_in_the_lock, "holds the system old-scoring; the manifest declares no such")],
}  # fmt: skip
ALIKE: dict[str, list[Change]] = {
    "drill-and-log": [lambda folder: relocked(folder, ("events: 207.0", "events_per_second: 9.0"))],
    "replay-and-log": [lambda folder: relocked(folder, ("outputs_equal: 1.0", "outputs_equal: 1"))],
    "setting-and-closed-gap": [lambda folder: replace(folder, GOVERNANCE, "  - id: G2", "  - id: G20")],
    "description-and-run": [lambda folder: replace(folder, DESCRIBED, "learns_after_release: false\n", "learns_after_release: true\n")],
    "answers-and-lock": [lambda folder: replace(folder, "aiact.yaml", "name: Retail credit scoring", "name: Credit scoring")],
    "card-and-manifest": [
        front("version: v1.3"), front("version: '1'"), front("version: main"),
    ],
    "heading-and-manifest": [
        heading(""),
        lambda folder: replace(folder, CARD, "# Retail credit scoring 1.3.0", "# A scorecard after the method of 1997.1"),
    ],
    "package-and-manifest": [
        package('[project]\nname = "credit-scoring"\nversion = "1.3"\n'),
        package('[project]\nname = "bank-platform"\nversion = "88.0"\n'),
        package('[project]\nname = "credit-scoring"\ndynamic = ["version"]\n'),
        package("this is no toml ["),
    ],
    "card-and-tier": [front("risk_tier: high-risk"), front("risk_tier: tier 2"), front("risk_level: low")],
    "card-and-provider": [front("provider: example bank"), front("provider: EXAMPLE BANK (fictional), Frankfurt")],
    "instructions-and-signature": [input_type("integer"), input_type("months"), input_type("number, or text for none")],
    "lock-and-manifest": [lambda folder: replace(folder, "aiact.yaml", "tier: high\n", "tier: high  # as answered\n")],
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [case for cases in DIFFERENT.values() for case in cases])
def test_two_statements_that_cant_both_be_true_are_named_together(
    copy: Path, change: Change, said: str
) -> None:
    change(copy)

    judged = judge(copy)

    assert (1, "fail") == (judged.code, judged.outcome(AGREES))
    assert said in judged.said(AGREES)


@pytest.mark.parametrize("change", [change for changes in ALIKE.values() for change in changes])
def test_what_is_written_otherwise_and_says_no_other_thing_is_left_alone(copy: Path, change: Change) -> None:
    change(copy)

    assert "pass" == judge(copy).outcome(AGREES)


def test_a_gap_that_is_mitigated_while_no_data_reflects_the_setting_is_asked_about(copy: Path) -> None:
    gap("mitigated")(copy)

    judged = judge(copy)

    assert (0, "pass") == (judged.code, judged.outcome(AGREES))
    assert "for G1; that gap is mitigated" in judged.said(ASKED)


def test_every_pair_is_printed_and_has_its_cases() -> None:
    printed = [line.partition(":")[0] for line in call("policy", "lint", "--pairs").out.splitlines()]
    asked = {pair.id for pair in PAIRS if pair.asks}

    assert [pair.id for pair in PAIRS] == printed
    assert set(printed) - asked == DIFFERENT.keys() == ALIKE.keys()
