"""The rows of a test plan as canonical JSON: what a run binds itself to at its start, without prose and without layout.

Only the standard library is imported, so that whatever logs a run can write the digest. In comes the plan as plain data, from
any reader of YAML; a number may come as one or as its text.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

ROWS = "aiact.plan.rows"
"""The param or tag under which a run logs `rows_digest` of its plan."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "metrics": (
        "requirement", "metric", "lower", "upper", "cases", "split", "group", "direction", "threshold", "confidence",
    ),
    "baselines": ("metric", "logged_as"),
    "robustness": ("kind", "origin", "strength", "degradation", "control", "cases", "allowed"),
    "attacks": ("attack_class", "knowledge", "alters", "changeable_inputs", "success", "cases", "limit"),
}  # fmt: skip
"""By list of the plan: what of a row is bound besides its id."""

NUMBERS = frozenset(("threshold", "confidence", "allowed", "limit"))

Cell = str | float | list[str]


def plan_rows(testing: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Cell]]]:
    """By list and id: the fields of each row that are bound and written; a row without an id is nobody's."""
    found: dict[str, dict[str, dict[str, Cell]]] = {}
    for name, fields in FIELDS.items():
        rows = testing.get(name)
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, Mapping) and row.get("id") is not None:
                cells = {field: _cell(field, row.get(field)) for field in fields}
                kept = {field: cell for field, cell in cells.items() if cell not in (None, "", [])}
                found.setdefault(name, {})[_text(row["id"])] = kept
    return found


def canonical_rows(testing: Mapping[str, Any]) -> bytes:
    """`plan_rows` of *testing* as JSON: keys sorted, no blanks, numbers as floats, UTF-8."""
    text = json.dumps(plan_rows(testing), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


def rows_digest(testing: Mapping[str, Any]) -> str:
    """`sha256:` and the hex SHA-256 of `canonical_rows`."""
    return "sha256:" + hashlib.sha256(canonical_rows(testing)).hexdigest()


def _cell(field: str, value: Any) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return sorted(_text(item) for item in value)
    return _number(value) if field in NUMBERS else _text(value)


def _number(value: Any) -> Cell:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _text(value)
    return number + 0.0 if math.isfinite(number) else _text(value)  # -0.0 is 0.0


def _text(value: Any) -> str:
    return " ".join(str(value).split())
