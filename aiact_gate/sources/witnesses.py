"""Which facts only the lock says: whoever may commit writes it, so without a witness they are read and no more.

Whoever looked elsewhere notes it in `evidence.witnesses`: the objects at the run's commit, the live registry, a statement over the
lock. What stands on a block of the lock has the block's witness.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Pointer

LIVE = "aiact-gate check --live"
LOG_INPUTS = "log a digest of each file under `inputs` in the next run: docs/mlflow.md"

NO_PLAN: Mapping[str, Any] = {"binding": "not_logged", "then": {}, "limits": {}, "dropped": [], "moved": []}
"""The facts of a run that logged no plan."""

RUN = ("mlflow", "run")
DATA = ("data",)
"""What `collect` counted, in the lock."""

FROM_LOCK: tuple[tuple[Pointer, Pointer], ...] = (
    *((("mlflow", name),) * 2 for name in ("model", "version", "aliases", "signature", "drills", "evaluations")),
    *(
        ((*RUN, name),) * 2
        for name in (
            "id", "status", "lifecycle", "started_at", "source_commit", "params", "metrics", "not_numbers", "datasets",
            "tags", "metrics_from",
        )
    ),
    (("derived", "plan"), (*RUN, "params")),
    (("derived", "inputs"), (*RUN, "params")),
    (("derived", "figures"), (*RUN, "metrics")),
    (("derived", "datasets", "*", "run_context"), (*RUN, "datasets")),
    *(
        (("derived", "datasets", "*", name), DATA)
        for name in ("counted", "rows", "columns", "null_rate", "duplicate_rate", "shares", "rows_shared_with_training")
    ),
    (("event_log",), ("mlflow", "drills")),
    (("replay",), ("mlflow", "drills")),
)  # fmt: skip
"""(facts, the block of the lock that they stand on)."""


def note_what_only_the_lock_says(evidence: Evidence) -> None:
    """Fill `evidence.on_lock` and cap what stands there, from `evidence.witnesses`."""
    if "mlflow" not in evidence.data:
        return
    for facts, block in FROM_LOCK:
        witness = witness_of(facts, evidence) or witness_of(block, evidence)
        if witness:
            evidence.witnesses[facts] = witness
            continue
        evidence.on_lock[facts] = evidence.missing_witnesses.get(facts, LIVE)
        evidence.worth_at_most.setdefault(facts, "structural")


def witness_of(pointer: Pointer, evidence: Evidence) -> str:
    """Who says what stands at *pointer* besides the lock; empty if nobody does."""
    lengths = range(len(pointer), -1, -1)
    return next((name for length in lengths if (name := evidence.witnesses.get(pointer[:length]))), "")
