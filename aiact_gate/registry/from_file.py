"""A run's figures from a file that its training wrote: the lock's `mlflow` block for teams without a registry.

Read are our own JSON (docs/mlflow.md), `metrics.json` of DVC (nested groups of numbers) and results of evaluations as model hubs
keep them (`.eval_results/*.yaml`). Nobody but its author stands behind such a file, so the block says where it comes from.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.documents.json import parse_json
from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, UsageError

FIGURES = "aiact-gate/figures/v1"
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$")
_TEXTS = ("id", "started_at", "source_commit", "model_version")
_KEYS = ("schema", "metrics", "params", "datasets", *_TEXTS)


def figures_block(data: bytes, path: str, version: str) -> dict[str, Any]:
    """The block of the file *path* with the bytes *data*; *version* is what a file that names no model version speaks of.

    Raises:
        UsageError: it is none of the three forms.
    """
    try:
        is_json = path.lower().endswith(".json")
        content = parse_json(data, path) if is_json else plain_data(parse_yaml(data, path).root)
    except DocumentError as error:
        raise UsageError(f"{path} can't be read: {error.what}", error.fix) from error
    digest = hashlib.sha256(data).hexdigest()
    if isinstance(content, dict) and str(content.get("schema") or "") == FIGURES:
        form, run = "figures", _own(content, path)
    elif isinstance(content, list):
        form, run = "eval_results", {"metrics": dict(_results(content))}
    elif isinstance(content, dict):
        form, run = "metrics", {"metrics": dict(_nested(content, ""))}
    else:
        form, run = "", {}
    numbers = {name: value for name, value in run.get("metrics", {}).items() if math.isfinite(value)}
    if not run.get("metrics"):
        raise UsageError(
            f"{path} holds no figure",
            f'Write {{"schema": "{FIGURES}", "metrics": {{NAME: NUMBER}}}}, or name a metrics.json of DVC (docs/mlflow.md).',
        )
    commit = str(run.get("source_commit") or "").lower()
    return {
        "aliases": [],
        "drills": [],
        "evaluations": [],
        "file": {"form": form, "path": path, "sha256": digest},
        "model": "",
        "run": {
            "datasets": run.get("datasets", []),
            "id": str(run.get("id") or digest[:12]),
            "lifecycle": "active",
            "metrics": dict(sorted(numbers.items())),
            "metrics_from": {},
            "not_numbers": sorted(set(run["metrics"]) - set(numbers)),
            "params": run.get("params", {}),
            "source_commit": commit if _COMMIT.match(commit) else None,
            "started_at": str(run.get("started_at") or ""),
            "status": "FINISHED",  # a file that is there was written to its end
            "tags": {},
        },
        "signature": {"inputs": [], "outputs": []},
        "source": "file",
        "version": str(run.get("model_version") or version),
    }


def _own(content: Mapping[str, Any], path: str) -> dict[str, Any]:
    unknown = sorted(set(content) - set(_KEYS))
    if unknown:
        raise UsageError(f"{path} has an unknown key '{unknown[0][:60]}'", f"Known are: {', '.join(_KEYS)}.")
    params, datasets = content.get("params"), content.get("datasets")
    return {
        **{key: content.get(key) for key in _TEXTS},
        "metrics": dict(_nested(content.get("metrics") or {}, "")),
        "params": {
            str(key): str(value) for key, value in (params if isinstance(params, dict) else {}).items()
        },
        "datasets": [
            {
                "context": str(row.get("context") or ""),
                "name": str(row.get("name") or ""),
                "sha256": digest if _SHA256.match(digest := str(row.get("sha256") or "")) else None,
            }
            for row in (datasets if isinstance(datasets, list) else [])
            if isinstance(row, dict)
        ],
    }


def _nested(content: Any, prefix: str) -> Iterator[tuple[str, float]]:
    """Each number by its path, `test.auc`; what is no number is passed over."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _nested(value, f"{prefix}.{key}" if prefix else str(key))
    elif (number := _number(content)) is not None:
        yield prefix, number


def _results(rows: list[Any]) -> Iterator[tuple[str, float]]:
    for row in rows:
        dataset = row.get("dataset") if isinstance(row, dict) else None
        number = _number(row.get("value")) if isinstance(row, dict) else None
        if isinstance(dataset, dict) and dataset.get("id") and number is not None:
            task = f".{dataset['task_id']}" if dataset.get("task_id") else ""
            yield f"{dataset['id']}{task}", number


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None
