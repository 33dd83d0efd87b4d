"""Pre-registered claims in their public form (PRML): a row of the plan written as one, and one read as a row.

Own reading of the form: one claim a file, its digest over one spelling. Of a claim only what git witnesses is believed: its
`created_at`, and verdicts that others write about it, are nobody's word but their author's.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.write import canonical_yaml
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import UsageError

VERSIONS = ("prml/0.1", "prml/0.2")
_REQUIRED = (
    "version", "claim_id", "created_at", "metric", "comparator", "threshold", "dataset", "seed", "producer",
)  # fmt: skip
_OPTIONAL = ("model", "metric_args", "compute_envelope", "prior_hash", "notes")
_DIRECTIONS = {">=": "higher", ">": "higher", "<=": "lower", "<": "lower"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEPT = ("id", "title", "definition", "requirement", "cases", "split", "group", "confidence")
"""Fields of our row that the form has no place for: they stand in `metric_args`, and count in the digest."""


def digest(claim: Mapping[str, Any]) -> str:
    """The hex SHA-256 of *claim*: in 0.1 the threshold is always a float, in 0.2 whole numbers below 2^53 are integers."""
    threshold = claim["threshold"]
    if claim["version"] == "prml/0.1":
        threshold = float(threshold)
    elif float(threshold).is_integer() and abs(threshold) < 2**53:
        threshold = int(threshold)
    return hashlib.sha256(canonical_yaml({**claim, "threshold": threshold})).hexdigest()


def read_claim(data: bytes, path: str) -> dict[str, Any]:
    """The claim in *data*, by YAML 1.2.

    Raises:
        DocumentError: no YAML, a doubled key, over our bounds.
        UsageError: it isn't in the form; the sentence says what.
    """
    claim = plain_data(parse_yaml(data, path).root)
    if not isinstance(claim, dict):
        raise _refused(path, "is no group of keys")
    for key in _REQUIRED:
        if key not in claim:
            raise _refused(path, f"has no {key}")
    for key in claim:
        if key not in (*_REQUIRED, *_OPTIONAL):
            raise _refused(path, f"has an unknown key '{str(key)[:60]}'")
    if claim["version"] not in VERSIONS:
        raise _refused(path, f"is of a version that isn't read ({', '.join(VERSIONS)} are)")
    threshold = claim["threshold"]
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not math.isfinite(threshold):
        raise _refused(path, "has a threshold that is no finite number")
    dataset = claim["dataset"]
    if not isinstance(dataset, dict) or not _DIGEST.fullmatch(str(dataset.get("hash"))):
        raise _refused(path, "has a data set without a digest of 64 hex digits in small letters")
    if any(not unicodedata.is_normalized("NFC", text) for text in _texts(claim)):
        raise _refused(path, "has text that isn't in NFC")
    return claim


def row_of(claim: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The row of our plan that *claim* is. Raises UsageError where no row says the same."""
    comparator = str(claim["comparator"])
    if comparator == "==":
        raise _refused(
            path, "asks for one exact value (==), which no bound of a measured metric can be held against"
        )
    if comparator not in _DIRECTIONS:
        raise _refused(path, f"has the comparator '{comparator[:20]}'; read are {', '.join(_DIRECTIONS)}")
    arguments = claim.get("metric_args")
    kept = {key: arguments[key] for key in _KEPT if key in arguments} if isinstance(arguments, dict) else {}
    direction, threshold = _DIRECTIONS[comparator], float(claim["threshold"])
    if comparator in "<>":  # the next number is the first that holds: our thresholds may be equalled
        threshold = math.nextafter(threshold, math.inf if comparator == ">" else -math.inf)
    bound = "lower" if direction == "higher" else "upper"
    row = {
        "id": str(claim["metric"]),
        **kept,
        bound: claim["metric"],
        "direction": direction,
        "threshold": threshold,
    }
    return {**row, "because": claim["notes"]} if claim.get("notes") else row


def claim_of(
    row: Mapping[str, Any], dataset: Mapping[str, str], producer: str, model: str = ""
) -> dict[str, Any]:
    """*row* of a plan as a claim on *dataset* (`id`, `hash`): the bound's key is the metric, so that others hold it too."""
    higher = row["direction"] == "higher"
    claim = {
        "version": "prml/0.2",
        "claim_id": _uuid7(),
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "metric": str(row["lower" if higher else "upper"]),
        "comparator": ">=" if higher else "<=",
        "threshold": row["threshold"],
        "dataset": dict(dataset),
        "seed": None,
        "producer": {"id": producer},
        "metric_args": {key: row[key] for key in _KEPT if row.get(key) not in (None, "")},
    }
    if model:
        claim["model"] = {"id": model}
    return {**claim, "notes": str(row["because"])[:4096]} if row.get("because") else claim


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _uuid7() -> str:
    number = (int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")) & (1 << 128) - 1
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _refused(path: str, why: str) -> UsageError:
    return UsageError(
        f"{path} {why}", "See docs/mlflow.md, or lock the claim again with the tool that wrote it."
    )
