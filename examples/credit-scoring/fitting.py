"""How a scorecard is fitted and measured; train.py and tune.py both do it this way.

Outcomes are True where the credit went bad. Age decides the weight of a training row and the group a figure
is shown for; it is no input of the model.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from prepare import age_band
from scipy.stats import beta
from scorecard import CATEGORIES, FIELDS, NUMBERS, Scorecard, checked
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).resolve().parent
PENALTY = 0.1
"""Inverse strength of the L2 penalty, chosen by tune.py's cross-validation on training rows."""
CUTOFF = 0.33
"""From the bank's own judgement that an unpaid credit costs as much as two wrongly refused ones: 1 / (1 +
2).
"""
BANDS = ("under_25", "25_to_59", "60_plus")
RESAMPLES = 2000
CONFIDENCE = 0.9


@dataclass(frozen=True)
class Sample:
    """Applications with what became of them; the lists run in parallel."""

    rows: list[dict[str, Any]]
    bad: list[bool]
    ages: list[int]

    @property
    def bands(self) -> list[str]:
        return [age_band(age) for age in self.ages]


def load(path: Path) -> Sample:
    """The sample in a file that prepare.py wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rows = [
        checked({name: int(line[name]) if name in NUMBERS else line[name] for name in FIELDS})
        for line in lines
    ]
    return Sample(
        rows, [line["credit_risk"] == "bad" for line in lines], [int(line["age_years"]) for line in lines]
    )


def weights(bad: Sequence[bool], bands: Sequence[str]) -> NDArray[np.float64]:
    """Reweighing (Kamiran and Calders, 2012): with these weights outcome and age band are independent in
    training.
    """
    outcome, band = np.array(bad), np.array(bands)
    result = np.ones(len(outcome))
    for one in set(bands):
        for value in (False, True):
            cell = (band == one) & (outcome == value)
            if cell.any():
                result[cell] = np.mean(band == one) * np.mean(outcome == value) / np.mean(cell)
    return result


def fit_pipeline(rows: Sequence[dict[str, Any]], bad: Sequence[bool], bands: Sequence[str]) -> Pipeline:
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(NUMBERS)),
            ("categories", OneHotEncoder(handle_unknown="ignore"), list(CATEGORIES)),
        ]
    )
    pipeline = Pipeline([("columns", columns), ("model", LogisticRegression(C=PENALTY, max_iter=2000))])
    return pipeline.fit(pd.DataFrame(rows), np.array(bad), model__sample_weight=weights(bad, bands))


def as_table(pipeline: Pipeline, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The fitted pipeline as plain numbers, rounded so that another machine's last digits change nothing."""
    scaler = pipeline["columns"].named_transformers_["numbers"]
    encoder = pipeline["columns"].named_transformers_["categories"]
    coefficients = list(pipeline["model"].coef_[0])
    intercept = float(pipeline["model"].intercept_[0])
    numbers = {}
    for name, mean, scale in zip(NUMBERS, scaler.mean_, scaler.scale_, strict=True):
        numbers[name] = {
            "mean": round(float(mean), 6),
            "weight": round(float(coefficients.pop(0) / scale), 8),
        }
    categories = {}
    for name, known in zip(CATEGORIES, encoder.categories_, strict=True):
        found = {str(category): float(coefficients.pop(0)) for category in known}
        average = sum(found[row[name]] for row in rows) / len(rows)
        intercept += average
        categories[name] = {category: round(value - average, 6) for category, value in found.items()}
    return {"intercept": round(intercept, 6), "cutoff": CUTOFF, "numbers": numbers, "categories": categories}


def fit(rows: Sequence[dict[str, Any]], bad: Sequence[bool], bands: Sequence[str]) -> Scorecard:
    return Scorecard.from_table(as_table(fit_pipeline(rows, bad, bands), rows))


# --- figures ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A measured value with two-sided bounds at `CONFIDENCE` and the number of cases behind it."""

    value: float
    lower: float
    upper: float
    cases: int


def balanced_accuracy(bad: NDArray[np.bool_], refused: NDArray[np.bool_]) -> float:
    return float((np.mean(refused[bad]) + np.mean(~refused[~bad])) / 2)


def share(hits: NDArray[np.bool_]) -> Figure:
    """A share with exact (Clopper-Pearson) bounds, which hold for few cases too."""
    count, cases, tail = int(hits.sum()), len(hits), (1 - CONFIDENCE) / 2
    lower = 0.0 if count == 0 else float(beta.ppf(tail, count, cases - count + 1))
    upper = 1.0 if count == cases else float(beta.ppf(1 - tail, count + 1, cases - count))
    return Figure(count / cases, lower, upper, cases)


def bootstrapped(statistic: Any, *parallel: NDArray[Any], strata: NDArray[Any]) -> Figure:
    """*statistic* of the arrays, with percentile bounds over resamples within *strata*."""
    order = np.random.default_rng(20261125)
    places = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    values = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([order.choice(place, len(place)) for place in places])
        values.append(statistic(*(array[drawn] for array in parallel)))
    tail = (1 - CONFIDENCE) / 2
    lower, upper = np.quantile(values, [tail, 1 - tail])
    return Figure(float(statistic(*parallel)), float(lower), float(upper), len(parallel[0]))


def measure(bad: Sequence[bool], bands: Sequence[str], scores: Sequence[float]) -> dict[str, Figure]:
    """Every planned metric, by its id in compliance/testing.yaml."""
    outcome, band, score = np.array(bad), np.array(bands), np.array(scores)
    refused = score >= CUTOFF
    figures = {
        "auc": bootstrapped(roc_auc_score, outcome, score, strata=outcome),
        "brier": bootstrapped(brier_score_loss, outcome, score, strata=outcome),
        "balanced_accuracy": bootstrapped(balanced_accuracy, outcome, refused, strata=outcome),
    }
    for one in BANDS:
        inside = band == one
        figures[f"auc_{one}"] = bootstrapped(
            roc_auc_score, outcome[inside], score[inside], strata=outcome[inside]
        )
        figures[f"false_refusals_{one}"] = share(refused[inside & ~outcome])

    def gap(refused: NDArray[np.bool_], young: NDArray[np.bool_]) -> float:
        return float(np.mean(refused[young]) - np.mean(refused[~young]))

    paid = ~outcome & (band != "60_plus")
    young = band[paid] == "under_25"
    figures["false_refusal_gap_under_25"] = bootstrapped(gap, refused[paid], young, strata=young)
    return figures


def checklist_points(row: dict[str, Any]) -> int:
    """The paper checklist that the scorecard is compared with: one point for an overdrawn account, one for a
    long term.
    """
    return int(row["checking_account_status"] == "lt_0_dm") + int(row["duration_months"] > 36)


def baselines(train: Sample, held_out: Sample) -> dict[str, float]:
    """The accuracy metrics of procedures without a model, on the same applications as the model's."""
    bad = np.array(held_out.bad)
    points = np.array([checklist_points(row) for row in held_out.rows])
    known = np.array([checklist_points(row) for row in train.rows])
    rate = {point: float(np.mean(np.array(train.bad)[known == point])) for point in set(known)}
    return {
        "baseline_checklist_auc": float(roc_auc_score(bad, points)),
        "baseline_checklist_brier": float(brier_score_loss(bad, [rate[point] for point in points])),
        "baseline_checklist_balanced_accuracy": balanced_accuracy(bad, points >= 1),
        "baseline_constant_brier": float(brier_score_loss(bad, np.full(len(bad), np.mean(train.bad)))),
        "baseline_constant_balanced_accuracy": balanced_accuracy(bad, np.zeros(len(bad), dtype=bool)),
    }
