"""`aiact.lock` written: what `collect` found, and a last line with the digest of all before it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from aiact_gate.documents.write import dump_yaml

LOCK_NAME = "aiact.lock"
LOCK_SCHEMA = "aiact-gate/lock/v1"

_DIGEST = b"digest: "


def render_lock(systems: Mapping[str, Any], collected: str) -> bytes:
    """The lock of *systems* (by id: `mlflow`, `data`, `problems`), collected on an ISO date.

    Equal data gives equal bytes.
    """
    body = dump_yaml({"collected": collected, "schema": LOCK_SCHEMA, "systems": dict(systems)}).encode()
    return body + _DIGEST + _computed(body).encode() + b"\n"


def split_lock(lock: bytes) -> tuple[bytes, str]:
    """The bytes that the digest is over, and the digest that the last line states (empty if none)."""
    end = lock.rstrip(b"\r\n \t")
    start = end.rfind(b"\n") + 1
    last = end[start:]
    if not last.startswith(_DIGEST):
        return lock, ""
    return lock[:start], last[len(_DIGEST) :].strip().strip(b"'\"").decode("utf-8", "replace")


def digest_of(lock: bytes) -> tuple[str, str]:
    """The digest that *lock* states and the one that its bytes have; equal if nothing happened to it."""
    body, stated = split_lock(lock)
    return stated, _computed(body)


def _computed(body: bytes) -> str:
    # A checkout on Windows may turn every line end into two characters; no lock is written with them.
    return "sha256:" + hashlib.sha256(body.replace(b"\r\n", b"\n")).hexdigest()
