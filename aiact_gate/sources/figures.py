"""Figures in card and instructions held against lock, plan and records: what each could have come from.

A decimal or percentage agrees if it equals, at its printed precision, a value that stands somewhere behind it. Beside a
planned metric's title it has to be that metric's value; a bound or threshold only where it is called one. Another
split's figure agrees with nothing here, because only what the plan names is taken from the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aiact_gate.documents.markdown import Markdown, Number
from aiact_gate.documents.numbers import agrees
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import RECORDS
from aiact_gate.sources.documents import Library

_BOUND_WORDS = re.compile(
    r"bound|interval|confidence|\bci\b|lower|upper|threshold|limit|at least|at most|between|range|\bto\b|[–—]|\(|\[|±|baseline|constant|trivial|reference|tolerance|share|degradation|success|alert|allowed|cases",
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
    found = []
    places = []
    for name in ("instructions_for_use", "model_card"):
        parsed = library.by_name.get(name)
        if parsed is None or name not in evidence.data:
            continue
        for number in parsed.numbers:
            about, expected, agreed = _judge(number, metrics, pool)
            found.append(
                {
                    "document": name,
                    "text": number.text,
                    "about": about,
                    "expected": expected,
                    "agrees": agreed or _sourced(number, parsed),
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
    planned = []
    for row in (evidence.data.get("testing") or {}).get("metrics") or []:
        if not isinstance(row, dict) or not row.get("title"):
            continue
        point = run.get(row.get("metric"))
        planned.append(
            {
                "title": str(row["title"]),
                "group": str(row.get("group") or ""),
                "point": point,
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


def _judge(number: Number, metrics: list[dict[str, Any]], pool: list[float]) -> tuple[str, str, bool]:
    """(about which metric, its value, whether the figure agrees)."""
    sentence = number.sentence.lower()
    named = [metric for metric in metrics if _stands_in(metric["title"].lower(), sentence)]
    longest = max((len(metric["title"]) for metric in named), default=0)
    named = [metric for metric in named if len(metric["title"]) == longest]
    grouped = [metric for metric in named if metric["group"] and _spoken(metric["group"], sentence)]
    if named:
        named = grouped or [metric for metric in named if not metric["group"]] or named
        if not grouped and any(metric["group"] for metric in metrics if metric["title"].lower() in sentence):
            named = named if any(not metric["group"] for metric in named) else named
    if not named:
        return "", "", any(agrees(number.text, value) for value in pool)
    points = list(_floats([metric["point"] for metric in named]))
    expected = f"{points[0]:.4f}" if points else ""
    about = named[0]["title"]
    if any(agrees(number.text, value) for value in points):
        return about, expected, True
    tail = number.before[-60:]
    if _BOUND_WORDS.search(number.column_title) or not number.column_title and _BOUND_WORDS.search(tail):
        allowed = [value for metric in named for value in _floats(metric["others"])] + pool
        return about, expected, any(agrees(number.text, value) for value in allowed)
    return about, expected, False


def _stands_in(title: str, sentence: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(title)}(?![\w-])", sentence) is not None


def _spoken(group: str, sentence: str) -> bool:
    words = group.lower().replace("_", " ").replace("-", " ")
    flat = sentence.replace("_", " ").replace("-", " ")
    return words in flat


def _sourced(number: Number, parsed: Markdown) -> bool:
    """Whether its source is named beside it: `(source: …)` in the same row or sentence."""
    line = parsed.lines[number.line - 1]
    return "(source:" in number.sentence.lower() or "(source:" in line.lower()[number.column :]
