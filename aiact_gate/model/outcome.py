"""The closed sets: outcomes, methods, kinds; and what people read for each."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What came of a check or a requirement."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    OWED = "owed"
    WAIVED = "waived"
    NOT_DUE = "not_due"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"
    NOT_SELECTED = "not_selected"
    ERROR = "error"


WORDS = {
    Outcome.PASS: "shown",
    Outcome.FAIL: "failed",
    Outcome.UNKNOWN: "unknown",
    Outcome.OWED: "owed",
    Outcome.WAIVED: "waived",
    Outcome.NOT_DUE: "not due",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.NOT_CHECKED: "not checked",
    Outcome.NOT_SELECTED: "not looked at",
    Outcome.ERROR: "error",
}
"""The word that people read."""

RAN = (
    Outcome.ERROR,
    Outcome.FAIL,
    Outcome.UNKNOWN,
    Outcome.OWED,
    Outcome.WAIVED,
    Outcome.NOT_DUE,
    Outcome.PASS,
)
"""Outcomes of checks that ran, worst first."""

METHODS = ("measured", "provenance", "structural", "attested", "stated")
"""What a pass is worth, strongest first."""

METHOD_WORDS = {
    "measured": "measured",
    "provenance": "witnessed",
    "structural": "read",
    "attested": "signed",
    "stated": "stated",
}

KINDS = ("contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed", "asked")
"""Kinds of findings in the order in which they are shown."""


def worst(outcomes: list[Outcome]) -> Outcome:
    """The outcome of a requirement with checks of *outcomes*: the worst that ran, else why none did."""
    for outcome in RAN:
        if outcome in outcomes:
            return outcome
    if Outcome.NOT_SELECTED in outcomes:
        return Outcome.NOT_SELECTED
    if Outcome.NOT_APPLICABLE in outcomes:
        return Outcome.NOT_APPLICABLE
    return Outcome.NOT_CHECKED


def weakest(methods: list[str]) -> str:
    """The weakest of *methods*; `structural` if nothing says more."""
    found = [method for method in METHODS if method in methods]
    return found[-1] if found else "structural"
