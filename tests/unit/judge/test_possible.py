"""Figures that can't be what they are called; honest figures, and names that the gate doesn't know, are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from locks import held, put, relocked
from reports import judge, line_of, replace

POSSIBLE = "integrity.agreement/figures-are-possible"
PLAN = "compliance/testing.yaml"
AUC = "test_auc: 0.786887417218543"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(AUC, "test_auc: 1.7")], "test_auc is 1.7; such a figure lies between 0 and 1."),
        ([("attack_poisoning_success: 0.0", "attack_poisoning_success: -0.5")], "attack_poisoning_success is -0.5"),
        ([("under_25: 0.1497005988023952", "under_25: -0.5")], "the share of under_25 in test is -0.5"),
        (
            [("test_auc_lower: 0.7507369914853359", "test_auc_lower: 0.79")],
            "test_auc is 0.786887, outside its own bounds 0.79 to 0.821542.",
        ),
        (
            [
                ("test_auc_lower: 0.7507369914853359", "test_auc_lower: 0.786887417218543"),
                ("test_auc_upper: 0.8215421002838221", "test_auc_upper: 0.786887417218543"),
            ],
            "an interval of width 0 inside the range",
        ),
        ([("test_auc_lower: 0.7507369914853359", "test_auc_lower: 0.83")], "lies above the upper bound"),
        ([("test_auc_cases: 501.0", "test_auc_cases: 1.0")], "test_auc is 0.786887 of 1 case"),
        ([("test_auc_cases: 501.0", "test_auc_cases: 5010.0")], "test_auc_cases is 5010; the testing data has 501 rows."),
        ([("test_auc_cases: 501.0", "test_auc_cases: 50.5")], "50.5 is no number of cases"),
        ([("attack_evasion_cases: 115.0", "attack_evasion_cases: 1.0")], "attack_evasion_success is 0.0782609 of 1 case"),
    ],
)  # fmt: skip
def test_a_figure_that_cant_be_is_told(copy: Path, changes: list[tuple[str, str]], said: str) -> None:
    relocked(copy, *changes)

    judged = judge(copy)

    assert 1 == judged.code
    assert said in judged.said(POSSIBLE)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("confidence: 0.9", "confidence: 0.01", "A confidence of 0.01 bounds nothing"),
        (
            "strength: 5 % of all fields",
            "strength: 0.0001 % of fields, once",
            "0.0001 % of fields: of 501 cases",
        ),
        ("strength: 20 % of applications", "strength: 0.001 % of applications", "less than one"),
        (
            "degradation: robustness_mistyped_auc_loss",
            "degradation: robustness_mistyped_control",
            "robustness_mistyped_control is read as the loss, and it is a control",
        ),
    ],
)
def test_a_criterion_that_nothing_can_miss_is_told_at_its_line(
    copy: Path, old: str, new: str, said: str
) -> None:
    replace(copy, PLAN, old, new)

    judged = judge(copy)

    assert [(PLAN, line_of(copy, PLAN, new))] == [place[1:] for place in judged.places(POSSIBLE)]
    assert said in judged.said(POSSIBLE)


def test_the_figure_is_pointed_at(copy: Path) -> None:
    relocked(copy, (AUC, "test_auc: 1.7"))

    places = judge(copy).places(POSSIBLE)

    assert ("contradicted", "aiact.lock", line_of(copy, "aiact.lock", "test_auc: 1.7")) in places


def logged_as(
    folder: Path, name: str, figures: tuple[float, float, float], threshold: str, direction: str
) -> None:
    """The first metric of the plan is *name*, with these figures."""
    systems = held(folder)
    metrics = systems["credit-scoring"]["mlflow"]["run"]["metrics"]
    for end, value in zip(("", "_lower", "_upper"), figures, strict=True):
        metrics[f"{name}{end}"] = value
        replace(folder, PLAN, f": test_auc{end}\n", f": {name}{end}\n")
    put(folder, systems)
    replace(
        folder,
        PLAN,
        "direction: higher\n    threshold: 0.68",
        f"direction: {direction}\n    threshold: {threshold}",
    )


@pytest.mark.parametrize(
    ("name", "figures", "threshold", "direction"),
    [
        ("test_accuracy", (79.3, 75.0, 83.0), "68.0", "higher"),  # in percent
        ("test_accuracy_m", (250.0, 200.0, 300.0), "400.0", "lower"),  # of a position, in metres
        ("test_auc_gap", (-0.02, -0.05, 0.01), "0.1", "lower"),
        ("test_auc_ratio", (1.7, 1.2, 2.0), "0.9", "higher"),
        ("test_log_loss", (1.7, 1.2, 2.0), "2.5", "lower"),
        ("test_rmse", (170.0, 150.0, 190.0), "200.0", "lower"),
        ("test_wer", (1.2, 1.0, 1.4), "1.5", "lower"),
        ("test_r2", (-0.4, -0.6, -0.2), "-0.9", "higher"),
        ("test_mcc", (-0.1, -0.2, 0.1), "-0.5", "higher"),
        ("test_ece", (0.02, 0.03, 0.05), "0.1", "lower"),  # resampling shifts it
        ("test_precision", (1.0, 1.0, 1.0), "0.9", "higher"),  # width 0 at the end of the range
        ("test_blurb", (17.0, 18.0, 19.0), "10.0", "higher"),
        ("learning_rate", (3.0, 2.0, 4.0), "0.5", "higher"),
        ("test_recall_at_10", (0.4, 0.3, 0.5), "0.2", "higher"),
    ],
)
def test_honest_figures_of_many_kinds_are_left_alone(
    copy: Path, name: str, figures: tuple[float, float, float], threshold: str, direction: str
) -> None:
    logged_as(copy, name, figures, threshold, direction)

    assert "pass" == judge(copy).outcome(POSSIBLE)


@pytest.mark.parametrize(
    "strength", ["0.01 % of the pixels", "one field an application", "5 % of tokens", "100 % of rows"]
)
def test_a_strength_that_the_gate_cant_count_is_left_alone(copy: Path, strength: str) -> None:
    replace(copy, PLAN, "strength: 5 % of all fields", f"strength: {strength}")

    assert "pass" == judge(copy).outcome(POSSIBLE)


def test_cases_that_are_pairs_may_be_more_than_the_rows(copy: Path) -> None:
    relocked(copy, ("test_auc_cases: 501.0", "test_auc_pairs: 53000.0"))
    replace(copy, PLAN, "cases: test_auc_cases\n", "cases: test_auc_pairs\n")

    assert "pass" == judge(copy).outcome(POSSIBLE)
