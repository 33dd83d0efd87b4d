"""A plan's rows as canonical JSON: what moves the digest, and what doesn't."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from aiact_gate.plan_rows import canonical_rows, rows_digest

PLAN: dict[str, Any] = {
    "metrics": [
        {
            "id": "auc",
            "title": "AUC",
            "metric": "test_auc",
            "confidence": 0.9,
            "threshold": 0.68,
            "direction": "higher",
        }
    ],
    "robustness": [{"id": "RT-1", "strength": "5 % of all fields", "control": "c", "allowed": 0.03}],
}


def test_the_rows_are_sorted_keys_without_blanks_and_numbers_are_floats() -> None:
    expected = (
        b'{"metrics":{"auc":{"confidence":0.9,"direction":"higher","metric":"test_auc","threshold":0.68}},'
        b'"robustness":{"RT-1":{"allowed":0.03,"control":"c","strength":"5 % of all fields"}}}'
    )

    assert expected == canonical_rows(PLAN)


@pytest.mark.parametrize(
    "field, value",
    [
        pytest.param("title", "Area under the curve", id="another-title"),
        pytest.param("because", "Underwriters read an order.", id="another-reason"),
        pytest.param("threshold", "0.680", id="a-number-as-text"),
        pytest.param("metric", " test_auc ", id="blanks"),
    ],
)
def test_prose_and_layout_dont_move_the_digest(field: str, value: object) -> None:
    rewritten = {**PLAN, "metrics": [{**PLAN["metrics"][0], field: value}]}

    assert rows_digest(PLAN) == rows_digest(rewritten)


@pytest.mark.parametrize(
    "name, field, value",
    [
        ("metrics", "threshold", 0.67),
        ("metrics", "confidence", 0.8),
        ("metrics", "metric", "train_auc"),
        ("metrics", "split", "training"),
        ("metrics", "group", "under_25"),
        ("robustness", "strength", "1 % of all fields"),
        ("robustness", "control", "other"),
    ],
)
def test_what_a_row_binds_moves_the_digest(name: str, field: str, value: object) -> None:
    moved = {**PLAN, name: [{**PLAN[name][0], field: value}]}

    assert rows_digest(PLAN) != rows_digest(moved)


def test_a_run_that_logs_the_digest_imports_nothing_of_the_gate_but_this_module() -> None:
    code = "import sys, aiact_gate.plan_rows; print(sorted(m for m in sys.modules if m.startswith('aiact_gate')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "['aiact_gate', 'aiact_gate.plan_rows']\n" == out
