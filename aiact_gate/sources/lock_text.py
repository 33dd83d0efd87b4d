"""The text of a lock, as `collect` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiact_gate.documents.write import dump_yaml
from aiact_gate.sources.lock import DIGEST_KEY, LOCK_SCHEMA, computed_digest


def render_lock(systems: Mapping[str, Any], collected: str) -> bytes:
    """The lock of *systems* (by id: `mlflow`, `data`, `problems`), collected on an ISO date.

    Equal data gives equal bytes.
    """
    body = dump_yaml({"collected": collected, "schema": LOCK_SCHEMA, "systems": dict(systems)}).encode()
    return body + DIGEST_KEY + computed_digest(body).encode() + b"\n"
