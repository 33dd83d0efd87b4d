"""Figures in card and instructions held against lock, plan and records: what each could have come from.

A decimal or percentage agrees if it equals, at its printed precision, a value that stands somewhere behind it. Beside a
planned metric's title it has to be that metric's value; a bound or threshold only where it is called one. Another
split's figure agrees with nothing here, because only what the plan names is taken from the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aiact_gate.documents.markdown import Number
from aiact_gate.documents.node import number_of
from aiact_gate.documents.numbers import agrees
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import RECORDS
from aiact_gate.sources.documents import Library
from aiact_gate.sources.filled import emptiness

_BOUND_WORDS = re.compile(
    r"bound|interval|confidence|\bci\b|lower|upper|threshold|limit|at least|at most|between|range|\bto\b|[–—]|\(|\[|±|baseline|constant|trivial|reference|tolerance|share|degradation|success|alert|allowed|cases|loss|loses|lost|drop|fell|falls|cut",
    re.IGNORECASE,
)


class FigurePlaces:
    """Where each figure stands."""

    def __init__(self, places: list[Location]) -> None:
        self._places = places

    def location(self, pointer: Pointer = ()) -> Location:
        if (
            len(pointer) > 1
            and pointer[0] == "figures"
            and isinstance(pointer[1], int)
            and pointer[1] < len(self._places)
        ):
            return self._places[pointer[1]]._replace(pointer=pointer)
        return self._places[0] if self._places else Location("aiact.yaml")


def figures(evidence: Evidence, library: Library) -> tuple[list[dict[str, Any]], list[Location]]:
    """The facts `derived.figures` and their places."""
    metrics = _planned(evidence)
    pool = list(_pool(evidence, metrics))
    run = ((evidence.data.get("mlflow") or {}).get("run") or {}).get("metrics") or {}
    found = []
    places = []
    for name in ("instructions_for_use", "model_card"):
        parsed = library.by_name.get(name)
        if parsed is None or name not in evidence.data:
            continue
        for number in parsed.numbers:
            about, expected, agreed = _judge(number, metrics, pool, run)
            found.append(
                {
                    "document": name,
                    "told": "The card says" if name == "model_card" else "The instructions say",
                    "text": number.text,
                    "about": about,
                    "expected": expected,
                    "agrees": agreed or _sourced(number, bool(about), run),
                }
            )
            places.append(
                Location(
                    parsed.path, number.line, number.column, number.line, number.column + len(number.text)
                )
            )
    return found, places


def _planned(evidence: Evidence) -> list[dict[str, Any]]:
    run = ((evidence.data.get("mlflow") or {}).get("run") or {}).get("metrics") or {}
    testing = evidence.data.get("testing") or {}
    compared = [row for row in testing.get("baselines") or [] if isinstance(row, dict)]
    planned = []
    for row in testing.get("metrics") or []:
        if not isinstance(row, dict) or not row.get("title"):
            continue
        point = run.get(row.get("metric"))
        planned.append(
            {
                "title": str(row["title"]),
                "group": str(row.get("group") or ""),
                "point": point,
                "key": str(row.get("metric") or ""),
                # The same metric of another procedure is a value of this metric, too.
                "compared": [
                    run.get(each.get("logged_as")) for each in compared if each.get("metric") == row.get("id")
                ],
                "others": [
                    run.get(row.get("lower")),
                    run.get(row.get("upper")),
                    row.get("threshold"),
                    row.get("confidence"),
                ],
            }
        )
    return planned


def _pool(evidence: Evidence, metrics: list[dict[str, Any]]) -> Iterator[float]:
    run = ((evidence.data.get("mlflow") or {}).get("run") or {}).get("metrics") or {}
    for metric in metrics:
        yield from _floats([metric["point"], *metric["others"]])
    # A logged metric that extends a planned one (`test_auc` -> `test_auc_from_60`) is of the same split.
    keys = tuple(str(row.get("metric")) for row in (evidence.data.get("testing") or {}).get("metrics") or [])
    yield from _floats([value for name, value in run.items() if keys and name.startswith(keys)])
    params = ((evidence.data.get("mlflow") or {}).get("run") or {}).get("params") or {}
    typed = [number_of(value) for name, value in params.items() if not name.startswith("aiact.")]
    yield from _floats(typed)
    testing = evidence.data.get("testing") or {}
    for name, keys in (
        ("baselines", ("logged_as",)),
        ("robustness", ("degradation", "control")),
        ("attacks", ("success",)),
    ):
        for row in testing.get(name) or []:
            if isinstance(row, dict):
                yield from _floats([run.get(row.get(key)) for key in keys])
    for dataset in ((evidence.data.get("derived") or {}).get("datasets") or {}).values():
        if dataset["counted"]:
            yield from _floats([dataset["null_rate"], dataset["duplicate_rate"], *dataset["shares"].values()])
    for kind in RECORDS:
        if kind in evidence.data:
            yield from _numbers(evidence.data[kind])


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for child in value.values():
            yield from _numbers(child)
    elif isinstance(value, list):
        for child in value:
            yield from _numbers(child)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def _floats(values: list[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield float(value)


def _judge(
    number: Number, metrics: list[dict[str, Any]], pool: list[float], run: dict[str, Any]
) -> tuple[str, str, bool]:
    """(about which metric, its value, whether the figure agrees)."""
    named = _nearest(number, [metric["title"] for metric in metrics])
    about = [metric for metric in metrics if metric["title"] == named]
    if not about:
        return "", "", any(agrees(number.text, value) for value in pool)
    spoken = _nearest(number, [group for metric in about for group in (metric["group"],) if group])
    about = [metric for metric in about if metric["group"] == spoken] or about
    points = list(_floats([metric["point"] for metric in about]))
    expected = f"{points[0]:.4f}" if points else ""
    title = str(about[0]["title"])
    points += _floats([value for metric in about for value in metric["compared"]])
    points += _of_spoken_groups(number, about, run)
    if any(agrees(number.text, value) for value in points):
        return title, expected, True
    tail = number.before[-60:]
    if _BOUND_WORDS.search(number.column_title) or not number.column_title and _BOUND_WORDS.search(tail):
        allowed = [value for metric in about for value in _floats(metric["others"])] + pool
        return title, expected, any(agrees(number.text, value) for value in allowed)
    return title, expected, False


def _of_spoken_groups(number: Number, about: list[dict[str, Any]], run: dict[str, Any]) -> list[float]:
    """Logged values of these metrics for a group that the sentence names, although the plan holds no threshold for it."""
    text = _flat(number.sentence.replace("+", " plus"))
    found = []
    for metric in about:
        for key, value in run.items():
            group = (
                _flat(key.removeprefix(metric["key"])).strip() if key.startswith(metric["key"] + "_") else ""
            )
            group = re.sub(r" (lo|hi|lower|upper|low|high)$", "", group)
            if group and group in text:
                found.append(value)
    return list(_floats(found))


def _nearest(number: Number, words: list[str]) -> str:
    """The one of *words* that stands nearest before the figure in its sentence, else the first behind it, else nothing.

    A longer one wins over a shorter one in the same place; `under_25` is also spoken as `under 25`.
    """
    text = _flat(number.sentence)
    at = len(number.before)
    places = sorted(
        (start, len(word), word) for word in dict.fromkeys(words) for start in _word_places(text, _flat(word))
    )
    outer = [
        place
        for place in places
        if not any(
            other is not place and other[0] <= place[0] and place[0] + place[1] <= other[0] + other[1]
            for other in places
        )
    ]
    before = [place for place in outer if place[0] < at]
    behind = [place for place in outer if place[0] >= at]
    return before[-1][2] if before else behind[0][2] if behind else ""


def _word_places(text: str, word: str) -> Iterator[int]:
    """Where *word* stands in *text* as words of its own."""
    start = text.find(word) if word else -1
    while start >= 0:
        end = start + len(word)
        before, behind = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() or before == "_" or behind.isalnum() or behind == "_"):
            yield start
        start = text.find(word, start + 1)


def _flat(text: str) -> str:
    return text.lower().replace("_", " ").replace("-", " ").replace("\u2013", " ")


def _sourced(number: Number, about_the_plan: bool, run: dict[str, Any]) -> bool:
    """Whether its source is named beside it: `(source: …)` in the same row or sentence, and not left open.

    A source that is a metric of the run has to show the figure. A figure of a planned metric needs a source that can be
    looked up: a link, a file, a number.
    """
    named = _SOURCE.search(number.sentence)
    if named is None or emptiness(named[1], "name") is not None:
        return False
    told = _flat(named[1])
    keys = [key for key in run if any(True for _ in _word_places(told, _flat(key)))]
    if keys:
        values = _floats([value for key, value in run.items() if key.startswith(tuple(keys))])
        return any(agrees(number.text, value) for value in values)
    return not about_the_plan or _LOOKED_UP.search(named[1]) is not None


_LOOKED_UP = re.compile(r"https?://|[\w)\]]/[\w(\[]|\w\.\w|\d")


_SOURCE = re.compile(r"\(\s?source:([^()]*(?:\([^()]*\)[^()]*)?)\)", re.IGNORECASE)
