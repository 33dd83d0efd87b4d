"""The served model: a table of weights read from JSON, so that loading it runs no code of its own.

What comes in is one application (a dict of the fields in `FIELDS`); what goes out is an `Assessment`. Only
the standard library is used, here and in serve.py; train.py writes the table.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NUMBERS: dict[str, tuple[int, int]] = {
    "duration_months": (4, 72),
    "credit_amount_dm": (250, 20000),
    "installment_rate_pct_income": (1, 4),
    "existing_credits": (1, 4),
    "people_liable": (1, 2),
}
"""Whole numbers, with the lowest and highest value that is taken in."""

CATEGORIES: dict[str, tuple[str, ...]] = {
    "checking_account_status": ("no_account", "lt_0_dm", "0_to_200_dm", "ge_200_dm_or_salary_1y"),
    "credit_history": (
        "none_taken_or_all_repaid",
        "all_repaid_this_bank",
        "existing_repaid_to_date",
        "past_delay",
        "critical_or_other_credits",
    ),
    "savings_account": ("unknown_or_none", "lt_100_dm", "100_to_500_dm", "500_to_1000_dm", "ge_1000_dm"),
    "employment_since": ("unemployed", "lt_1y", "1_to_4y", "4_to_7y", "ge_7y"),
    "other_debtors": ("none", "co_applicant", "guarantor"),
    "property": ("real_estate", "savings_agreement_or_life_insurance", "car_or_other", "unknown_or_none"),
    "other_installment_plans": ("none", "bank", "stores"),
    "job": (
        "unemployed_or_unskilled_nonresident",
        "unskilled_resident",
        "skilled_or_official",
        "management_self_employed_highly_qualified",
    ),
}

FIELDS = (*NUMBERS, *CATEGORIES)
"""The model's inputs. Age, sex and nationality are not among them; nor are housing and residence, which tell
age, and purpose and telephone, which an applicant can state as it suits."""

Application = Mapping[str, Any]


class InvalidApplication(ValueError):
    """An application that is not scored; `problems` says what to mend, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Assessment:
    """What the model says about one application."""

    score: float
    """0 to 1, higher is riskier. An order, not a probability of default in today's portfolio."""
    recommendation: str
    """`grant` below the cut-off, else `refuse`; advice to the underwriter."""
    confidence: float
    """Distance from the cut-off: 0 at it, 1 at the end of the scale."""
    contributions: dict[str, float]
    """By field: how far it moves the log-odds from the average training application. They add up exactly."""


def checked(application: Any) -> dict[str, Any]:
    """*application* with its fields in the order of `FIELDS`.

    Raises:
        InvalidApplication: a field is absent, unknown, of another type or outside its range.
    """
    if not isinstance(application, Mapping):
        raise InvalidApplication(["The application is no object with fields."])
    problems = [f"{name} is missing." for name in FIELDS if name not in application]
    problems += [
        f"{str(name)[:40]!r} is no field of an application." for name in application if name not in FIELDS
    ]
    for name, (lowest, highest) in NUMBERS.items():
        value = application.get(name, lowest)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            problems.append(f"{name} is no whole number from {lowest} to {highest}.")
    for name, allowed in CATEGORIES.items():
        value = application.get(name, allowed[0])
        if not isinstance(value, str) or value not in allowed:
            problems.append(f"{name} is none of {', '.join(allowed)}.")
    if problems:
        raise InvalidApplication(problems)
    return {name: application[name] for name in FIELDS}


def contradictions(application: Application) -> list[str]:
    """What can't be true together in a valid application; such a case goes to a person, whatever its
    score.
    """
    found = []
    instalment = application["credit_amount_dm"] / application["duration_months"]
    if application["job"] == "unemployed_or_unskilled_nonresident" and application["employment_since"] in (
        "4_to_7y",
        "ge_7y",
    ):
        found.append("no skilled work or residence, but the same employment for four years or longer")
    if application["employment_since"] == "unemployed" and application["job"] in (
        "unskilled_resident",
        "skilled_or_official",
    ):
        found.append("without employment, but in a worker's or clerk's job")
    if application["existing_credits"] >= 3 and application["credit_history"] in (
        "none_taken_or_all_repaid",
        "all_repaid_this_bank",
    ):
        found.append("three or more running credits, but none taken or all repaid")
    if not 20 <= instalment <= 1000:
        found.append(f"{instalment:.0f} DM a month for this amount and term")
    return found


def input_digest(application: Application) -> str:
    """`sha256:` and the digest of the canonical JSON; the same in every process and on every machine."""
    canonical = json.dumps(dict(application), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Scorecard:
    """Weights as train.py wrote them."""

    intercept: float
    """Log-odds of the average training application."""
    cutoff: float
    numbers: dict[str, dict[str, float]]
    """By field: `mean` and `weight` of one unit above it."""
    categories: dict[str, dict[str, float]]
    """By field and category: weight, less the field's average over the training applications."""

    @classmethod
    def load(cls, path: Path) -> Scorecard:
        return cls.from_table(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Scorecard:
        if set(table["numbers"]) != set(NUMBERS) or set(table["categories"]) != set(CATEGORIES):
            raise ValueError("the table of weights has other fields than an application")
        return cls(table["intercept"], table["cutoff"], table["numbers"], table["categories"])

    def assess(self, application: Application) -> Assessment:
        """Scores *application*, which has been `checked` before."""
        contributions = {
            name: (application[name] - number["mean"]) * number["weight"]
            for name, number in self.numbers.items()
        }
        for name, weights in self.categories.items():
            # A category that no training row had weighs nothing: the average of its field.
            contributions[name] = weights.get(application[name], 0.0)
        score = 1 / (1 + math.exp(-math.fsum([self.intercept, *contributions.values()])))
        below = score < self.cutoff
        return Assessment(
            score=score,
            recommendation="grant" if below else "refuse",
            confidence=(self.cutoff - score) / self.cutoff
            if below
            else (score - self.cutoff) / (1 - self.cutoff),
            contributions=contributions,
        )


def reasons(assessment: Assessment, application: Application, most: int = 4) -> list[str]:
    """The fields that moved this score furthest, strongest first: `duration_months 48 raises the risk
    (+0.62)`.
    """
    ordered = sorted(assessment.contributions.items(), key=lambda item: -abs(item[1]))
    return [
        f"{name} {application[name]} {'raises' if value > 0 else 'lowers'} the risk ({value:+.2f})"
        for name, value in ordered[:most]
        if abs(value) >= 0.005
    ]
