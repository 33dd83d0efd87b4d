"""What is tried on a scorecard besides its accuracy: bad input (Article 15(4)) and attacks (Article 15(5)).

Each trial takes applications and outcomes (True: the credit went bad) and returns figures; it logs and judges
nothing. tune.py runs them on training rows only, train.py on the test split.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scorecard import CATEGORIES, NUMBERS, InvalidApplication, Scorecard, checked, contradictions
from sklearn.metrics import roc_auc_score

Row = dict[str, Any]
Fit = Callable[[Sequence[Row], Sequence[bool], Sequence[str]], Scorecard]
"""Applications, outcomes and age bands in, a scorecard out."""

MISTYPED = 0.05
DEFAULTED = 0.2
CONTRADICTED = 0.1
REPEATS = 20


def scores(scorecard: Scorecard, rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([scorecard.assess(row).score for row in rows])


# --- bad input ----------------------------------------------------------------------------------------------


def mistyped(row: Row, strength: float, draw: random.Random) -> Row:
    """A person's slips: a digit dropped, doubled or swapped in a number, the neighbour taken from a list."""
    changed = dict(row)
    for name in NUMBERS:
        if draw.random() < strength:
            digits = list(str(row[name]))
            place = draw.randrange(len(digits))
            slip = draw.choice(("drop", "double", "swap"))
            if slip == "drop" and len(digits) > 1:
                del digits[place]
            elif slip == "double":
                digits.insert(place, digits[place])
            elif place + 1 < len(digits):
                digits[place], digits[place + 1] = digits[place + 1], digits[place]
            changed[name] = int("".join(digits))
    for name, allowed in CATEGORIES.items():
        if draw.random() < strength:
            place = allowed.index(row[name]) + draw.choice((-1, 1))
            changed[name] = allowed[place % len(allowed)]
    return changed


def defaulted(row: Row, strength: float, draw: random.Random) -> Row:
    """The account interface is down and delivers its defaults, which the scorecard can't tell from true
    values.
    """
    if draw.random() >= strength:
        return row
    return row | {"checking_account_status": "no_account", "savings_account": "unknown_or_none"}


def contradicted(row: Row, strength: float, draw: random.Random) -> Row:
    """Two systems disagree about the applicant: one of the pairs that `contradictions` knows is forced."""
    if draw.random() >= strength:
        return row
    pair: Row = draw.choice(
        (
            {"job": "unemployed_or_unskilled_nonresident", "employment_since": "ge_7y"},
            {"employment_since": "unemployed", "job": "skilled_or_official"},
            {"existing_credits": 3, "credit_history": "none_taken_or_all_repaid"},
        )
    )
    return row | pair


def auc_loss(
    scorecard: Scorecard,
    rows: Sequence[Row],
    bad: Sequence[bool],
    disturb: Callable[[Row, float, random.Random], Row],
    strength: float,
) -> float:
    """How much AUC is lost, as a mean over `REPEATS` draws. Input that validation refuses comes back
    corrected.
    """
    clean = roc_auc_score(bad, scores(scorecard, rows))
    losses = []
    for repeat in range(REPEATS):
        draw = random.Random(repeat)
        disturbed = []
        for row in rows:
            attempt = disturb(row, strength, draw)
            try:
                disturbed.append(checked(attempt))
            except InvalidApplication:
                disturbed.append(row)
        losses.append(clean - roc_auc_score(bad, scores(scorecard, disturbed)))
    return float(np.mean(losses))


def contradictions_caught(rows: Sequence[Row]) -> float:
    """Share of contradicted applications that go to a person."""
    draw = random.Random(0)
    return float(np.mean([bool(contradictions(contradicted(row, 1.0, draw))) for row in rows]))


# --- attacks ------------------------------------------------------------------------------------------------


def out_of_fold_auc(rows: Sequence[Row], bad: Sequence[bool], bands: Sequence[str], fit: Fit) -> float:
    """AUC of five models, each on the fifth that it was not trained on."""
    held_out = np.empty(len(rows))
    for fold in range(5):
        inside = [number for number in range(len(rows)) if number % 5 != fold]
        outside = [number for number in range(len(rows)) if number % 5 == fold]
        scorecard = fit([rows[i] for i in inside], [bad[i] for i in inside], [bands[i] for i in inside])
        held_out[outside] = scores(scorecard, [rows[i] for i in outside])
    return float(roc_auc_score(bad, held_out))


def ingestion_alarm(
    rows: Sequence[Row],
    bad: Sequence[bool],
    bands: Sequence[str],
    fit: Fit,
    expected_auc: float,
    bad_count: int,
) -> bool:
    """Whether incoming training rows are held back: labels count otherwise than documented, or fit their rows
    worse.
    """
    return abs(sum(bad) - bad_count) > 6 or out_of_fold_auc(rows, bad, bands, fit) < expected_auc - 0.025


def poisoned(rows: Sequence[Row], bad: Sequence[bool], share: float, draw: random.Random) -> list[bool]:
    """Labels with *share* of them flipped, half each way, where it hurts most: overdrawn accounts good,
    others bad.
    """
    labels = list(bad)
    count = round(len(rows) * share / 2)
    overdrawn = [i for i, row in enumerate(rows) if bad[i] and row["checking_account_status"] == "lt_0_dm"]
    steady = [
        i for i, row in enumerate(rows) if not bad[i] and row["checking_account_status"] == "no_account"
    ]
    for number in draw.sample(overdrawn, min(count, len(overdrawn))):
        labels[number] = False
    for number in draw.sample(steady, min(count, len(steady))):
        labels[number] = True
    return labels


def poisoning(
    train: tuple[Sequence[Row], Sequence[bool], Sequence[str]],
    held_out: tuple[Sequence[Row], Sequence[bool]],
    fit: Fit,
) -> tuple[float, int, float]:
    """Share of poisoned copies that raise no alarm and cost more than 0.02 of AUC; attempts; share that
    raised one.
    """
    rows, bad, bands = train
    expected = out_of_fold_auc(rows, bad, bands, fit)
    clean = roc_auc_score(held_out[1], scores(fit(rows, bad, bands), held_out[0]))
    successes, alarms, attempts = 0, 0, 0
    for share, repeat in itertools.product((0.02, 0.05, 0.1, 0.15), range(10)):
        labels = poisoned(rows, bad, share, random.Random(f"{share}/{repeat}"))
        alarm = ingestion_alarm(rows, labels, bands, fit, expected, sum(bad))
        damage = clean - roc_auc_score(held_out[1], scores(fit(rows, labels, bands), held_out[0]))
        attempts += 1
        alarms += alarm
        successes += not alarm and damage > 0.02
    return successes / attempts, attempts, alarms / attempts


def beautified(row: Row) -> list[Row]:
    """Every way in which an applicant could restate one application, within the bounds of the test plan."""
    amounts = {row["credit_amount_dm"], max(250, int(row["credit_amount_dm"] * 0.9))}
    terms = {max(4, min(72, round(row["duration_months"] * factor))) for factor in (0.85, 1.0, 1.15)}
    step = CATEGORIES["savings_account"].index(row["savings_account"])
    savings = {row["savings_account"], CATEGORIES["savings_account"][min(step + 1, 4)]}
    plans = {row["other_installment_plans"], "none"}
    names = ("credit_amount_dm", "duration_months", "savings_account", "other_installment_plans")
    return [
        row | dict(zip(names, choice, strict=True))
        for choice in itertools.product(amounts, terms, savings, plans)
    ]


def evasion(
    scorecard: Scorecard, rows: Sequence[Row], bad: Sequence[bool], review_below: float
) -> tuple[float, int, float]:
    """Of refused applications that went bad: share that can be restated into a grant past review; cases; mean
    number of fields changed for it."""
    successes, costs, cases = 0, [], 0
    for row, went_bad in zip(rows, bad, strict=True):
        if not went_bad or scorecard.assess(row).recommendation == "grant":
            continue
        cases += 1
        winning = [
            sum(attempt[name] != row[name] for name in row)
            for attempt in beautified(row)
            if (seen := scorecard.assess(attempt)).recommendation == "grant"
            and seen.confidence >= review_below
            and not contradictions(attempt)
        ]
        if winning:
            successes += 1
            costs.append(min(winning))
    return successes / cases, cases, float(np.mean(costs)) if costs else 0.0


def membership(
    scorecard: Scorecard,
    members: tuple[Sequence[Row], Sequence[bool]],
    strangers: tuple[Sequence[Row], Sequence[bool]],
) -> tuple[float, int]:
    """Advantage over chance of guessing from the loss who was in the training data; the limit on the loss is
    learned on one half of the persons and used on the other."""

    def losses(rows: Sequence[Row], bad: Sequence[bool]) -> NDArray[np.float64]:
        found = scores(scorecard, rows)
        return -np.log(np.where(np.array(bad), found, 1 - found))

    inside, outside = losses(*members), losses(*strangers)
    advantages = []
    for repeat in range(REPEATS):
        order = np.random.default_rng(repeat)
        inside, outside = order.permutation(inside), order.permutation(outside)
        known_in, known_out = inside[: len(inside) // 2], outside[: len(outside) // 2]
        limits = np.quantile(known_in, np.linspace(0.02, 0.98, 49))
        limit = max(limits, key=lambda value: np.mean(known_in < value) - np.mean(known_out < value))
        asked_in, asked_out = inside[len(inside) // 2 :], outside[len(outside) // 2 :]
        advantages.append(np.mean(asked_in < limit) - np.mean(asked_out < limit))
    return float(np.mean(advantages)), len(inside) + len(outside)


def malformed(row: Row, draw: random.Random) -> Any:
    """One application that no honest sender would send."""
    odd: tuple[Any, ...] = (None, True, -1, 0, 10**30, 1.5, math.nan, math.inf, "", "0", "NaN", [], {})
    odd += ("lt_0_dm'; DROP TABLE cases;--", "no_account\u0000", "NO_ACCOUNT", "\u202eno", "x" * 100_000)
    odd += ({"$gt": ""}, b"lt_0_dm")
    match draw.randrange(5):
        case 0:
            return row | {draw.choice(list(row)): draw.choice(odd)}
        case 1:
            gone = draw.choice(list(NUMBERS))
            kept = {name: value for name, value in row.items() if name != gone}
            return kept | {draw.choice(list(CATEGORIES)): draw.choice(odd)}
        case 2:
            return row | {draw.choice(("score", "cutoff", "__class__", "age_years", "")): draw.choice(odd)}
        case 3:
            return dict.fromkeys(row, draw.choice(odd))
        case _:
            return draw.choice((None, [], "{}", 7, [row], {"application": row}, b""))


def fuzzing(scorecard: Scorecard, rows: Sequence[Row], attempts: int = 2000) -> tuple[float, int]:
    """Share of malformed applications that get a score or break the code instead of being refused;
    attempts.
    """
    draw = random.Random(15)
    got_through = 0
    for _ in range(attempts):
        payload = malformed(draw.choice(rows), draw)
        try:
            scorecard.assess(checked(payload))
            got_through += 1
        except InvalidApplication:
            continue
        except (TypeError, ValueError, KeyError, OverflowError, AttributeError):
            got_through += 1
    return got_through / attempts, attempts
