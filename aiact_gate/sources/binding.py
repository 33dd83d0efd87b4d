"""How the run is bound to plan, inputs and data: logged digests first, then history (contract, section 5)."""

from __future__ import annotations

import hashlib
from typing import Any

from aiact_gate.documents.node import number_of, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.logged import INPUT as INPUT_DIGEST
from aiact_gate.logged import INPUTS, inputs_digest, logged, logged_inputs
from aiact_gate.logged import PLAN as PLAN_DIGEST
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault, Unknown
from aiact_gate.sources.globs import Glob
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot


def plan_binding(snapshot: Snapshot, evidence: Evidence) -> dict[str, Any]:
    """The facts `derived.plan`; what can't be known goes to `evidence.unknowns`."""
    nothing: dict[str, Any] = {"binding": "not_logged", "then": {}, "dropped": []}
    run = (evidence.data.get("mlflow") or {}).get("run")
    testing = evidence.data.get("testing")
    if run is None or testing is None:
        return nothing
    params = logged(run)
    now = _thresholds(testing)
    digest = params.get(PLAN_DIGEST, "").removeprefix("sha256:")
    path = evidence.places["testing"].path
    if digest and snapshot.sha256(path) == digest:
        return {"binding": "same", "then": now, "dropped": []}
    then = _logged_thresholds(params)
    if not digest and not then:
        return nothing
    history = snapshot.history(path) if digest else []
    versions = history.known if isinstance(history, Unknown) else history
    for _, data in versions:
        if hashlib.sha256(data).hexdigest() == digest:
            held = _parsed_thresholds(data, path)
            return {"binding": "history", "then": held, "dropped": sorted(set(held) - set(now))}
    dropped = sorted(set(then) - set(now))
    told = now.keys() <= then.keys() or dropped or _loosened(now, then)
    if then and (told or not isinstance(history, Unknown)):
        return {"binding": "logged", "then": then, "dropped": dropped}
    if isinstance(history, Unknown):
        what = f"the plan in this tree isn't the one that the run named, and {history.reason}"
        evidence.unknowns[("derived", "plan")] = Unknown(what, history.would_determine)
    return {"binding": "changed", "then": {}, "dropped": []}


def _thresholds(testing: dict[str, Any]) -> dict[str, Any]:
    """Threshold and direction of every planned metric, and the limits of robustness tests and attacks, by id."""
    found = {}
    for name, key in (("metrics", "threshold"), ("robustness", "allowed"), ("attacks", "limit")):
        for row in testing.get(name) or []:
            if isinstance(row, dict) and "id" in row and isinstance(row.get(key), (int, float)):
                found[str(row["id"])] = {
                    "threshold": float(row[key]),
                    "direction": str(row.get("direction", "lower")),
                }
    return found


def _loosened(now: dict[str, Any], then: dict[str, Any]) -> bool:
    """Whether a threshold is easier to reach than the one that the run logged, or has another direction."""
    for name in now.keys() & then.keys():
        direction = now[name]["direction"]
        change = now[name]["threshold"] - then[name]["threshold"]
        if direction != (then[name]["direction"] or "lower"):
            return True
        if change < 0 if direction == "higher" else change > 0:
            return True
    return False


def _parsed_thresholds(data: bytes, path: str) -> dict[str, Any]:
    try:
        plan = plain_data(parse_yaml(data, path).root)
    except AiactError:
        return {}
    return _thresholds(plan) if isinstance(plan, dict) else {}


def _logged_thresholds(params: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in params.items():
        if key.startswith("aiact.plan.") and key.endswith(".threshold"):
            name = key.removeprefix("aiact.plan.").removesuffix(".threshold")
            threshold = number_of(value)
            if threshold is None:
                continue
            found[name] = {
                "threshold": float(threshold),
                "direction": params.get(f"aiact.plan.{name}.direction", ""),
            }
    return found


def inputs(
    snapshot: Snapshot, manifest: Manifest, system: dict[str, Any], evidence: Evidence
) -> list[dict[str, Any]]:
    """The facts `derived.inputs`: each file under the manifest's `inputs` against what the run logged."""
    globs = [str(pattern) for pattern in system.get("inputs") or []]
    run = (evidence.data.get("mlflow") or {}).get("run")
    if run is None or not globs:
        return []
    present = _matching(snapshot, manifest, globs)
    named = logged_inputs(run) or _of_one_digest(snapshot, manifest, run, sorted(present))
    found = []
    for path in sorted({*present, *named}):
        if path not in named:
            state = "not_logged"
        elif path not in present and not snapshot.has(manifest.repository_path(path)):
            state = "gone"
        else:
            state = "same" if _same(snapshot, manifest, path, named[path]) else "changed"
        if path in present or state != "same":
            found.append({"path": path, "state": state})
    return found


def _of_one_digest(
    snapshot: Snapshot, manifest: Manifest, run: dict[str, Any], paths: list[str]
) -> dict[str, str]:
    """By path the digest that a run named by its one digest over all inputs: as they are now, or were at its commit.

    Where neither gives it, no file is known to be the one that the run read: the digest of each is empty.
    """
    stated = logged(run).get(INPUTS)
    if not stated:
        return {}
    now = {path: digest for path in paths if (digest := _digest(snapshot, manifest, path))}
    if inputs_digest(now) == stated:
        return now
    blobs = snapshot.read_at(
        str(run.get("source_commit") or ""), [manifest.repository_path(path) for path in paths]
    )
    then = {
        path: hashlib.sha256(blob).hexdigest()
        for path, blob in zip(paths, blobs or (), strict=False)
        if blob is not None
    }
    return then if inputs_digest(then) == stated else dict.fromkeys(paths, "")


def _digest(snapshot: Snapshot, manifest: Manifest, path: str) -> str:
    try:
        return snapshot.sha256(manifest.repository_path(path))
    except AiactError:
        return ""


def _same(snapshot: Snapshot, manifest: Manifest, path: str, digest: str) -> bool:
    return bool(digest) and _digest(snapshot, manifest, path) == digest


def _matching(snapshot: Snapshot, manifest: Manifest, globs: list[str]) -> set[str]:
    prefix = manifest.folder + "/" if manifest.folder else ""
    return {path[len(prefix) :] for glob in globs for path in snapshot.matching(Glob(glob, manifest.folder))}


def stale_inputs(snapshot: Snapshot, manifest: Manifest, evidence: Evidence) -> list[Fault]:
    """A fault for each input whose content at the run's own commit isn't what the run says it read."""
    run = (evidence.data.get("mlflow") or {}).get("run") or {}
    commit = run.get("source_commit")
    named = logged_inputs(run)
    if not commit or not named:
        return []
    paths = sorted(named)
    blobs = snapshot.read_at(str(commit), [manifest.repository_path(path) for path in paths])
    if blobs is None or all(blob is None for blob in blobs):
        return []
    faults = []
    for path, blob in zip(paths, blobs, strict=True):
        if blob is None or hashlib.sha256(blob).hexdigest() != named[path]:
            place = evidence.locate(("mlflow", "run", "params", f"{INPUT_DIGEST}{path}"))
            held = "isn't there" if blob is None else "is another one"
            what = f"Run {str(run.get('id'))[:7]} says it read {path}, which {held} at its commit {str(commit)[:7]}."
            fix = "Commit everything, train again, then: aiact-gate collect"
            faults.append(Fault("stale_input", "stale", place, what, fix, ("mlflow", "run", "params")))
    return faults


def datasets(
    snapshot: Snapshot, manifest: Manifest, lock: Lock | None, system: dict[str, Any], evidence: Evidence
) -> dict[str, Any]:
    """The facts `derived.datasets`, by the data record's ids."""
    record = evidence.data.get("data_governance")
    if record is None:
        return {}
    run = (evidence.data.get("mlflow") or {}).get("run") or {}
    contexts = {
        str(item.get("sha256")): str(item.get("context"))
        for item in run.get("datasets") or []
        if item.get("sha256")
    }
    block = lock.systems.get(system["id"]) if lock is not None else None
    counted = (block or {}).get("data") or {}
    found = {}
    for row in record.get("datasets") or []:
        if not isinstance(row, dict) or "id" not in row:
            continue
        digest = _dataset_digest(snapshot, manifest, str(row.get("path") or ""))
        profile = counted.get(str(row["id"])) if isinstance(counted, dict) else None
        profile = profile if isinstance(profile, dict) else {}
        shares = profile.get("shares") or {}
        found[str(row["id"])] = {
            "id": str(row["id"]),
            "sha256": digest,
            "run_context": contexts.get(digest) if digest else None,
            "counted": bool(digest) and profile.get("sha256") == digest,
            "rows": _whole(profile.get("rows")),
            "columns": [str(column) for column in profile.get("columns") or []],
            "null_rate": _number(profile.get("null_rate")),
            "duplicate_rate": _number(profile.get("duplicate_rate")),
            "shares": {
                str(key): float(value) for key, value in shares.items() if isinstance(value, (int, float))
            },
            "rows_shared_with_training": _whole(profile.get("rows_shared_with_training")),
        }
    return found


def _dataset_digest(snapshot: Snapshot, manifest: Manifest, path: str) -> str | None:
    try:
        return snapshot.sha256(manifest.repository_path(path)) if path else None
    except AiactError:
        return None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _number(value: Any) -> float:
    # A rate that nobody counted is worse than any limit.
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 1.0
