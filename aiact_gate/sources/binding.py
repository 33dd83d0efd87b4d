"""How the run is bound to plan and inputs: what it logged, held against git's objects at its own commit (contract, section 5).

What the lock repeats is nobody's word but its author's. The objects at the run's commit are another's; where they agree, the
facts have a witness, where they don't, that is a finding, and where they aren't at hand, nothing is said about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiact_gate.documents.node import number_of, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import AiactError, NotAtHand
from aiact_gate.model.evidence import Evidence, Fault, Unknown
from aiact_gate.plan_rows import ROWS, Cell, plan_rows, rows_digest
from aiact_gate.sources.globs import Glob
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.objects import Held, is_commit_id, stands_for
from aiact_gate.sources.snapshot import Snapshot
from aiact_gate.sources.witnesses import LOG_INPUTS, NO_PLAN

PLAN_DIGEST = "aiact.plan.sha256"
INPUT_DIGEST = "aiact.input."

PLAN, LIMITS, MOVED, INPUTS = (
    ("derived", "plan"),
    ("derived", "plan", "limits"),
    ("derived", "plan", "moved"),
    ("derived", "inputs"),
)

_JUDGED_APART = frozenset(("threshold", "allowed", "limit", "direction"))
"""Fields of a row that may become stricter: what moved in them is judged by its direction."""


class LoggedPlan(NamedTuple):
    """What a run logged of its plan."""

    digest: str
    rows: str
    thresholds: dict[str, Any]

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> LoggedPlan:
        """What *run* logged, as params or tags."""
        logged = {**(run.get("tags") or {}), **(run.get("params") or {})}
        digest = str(logged.get(PLAN_DIGEST, "")).removeprefix("sha256:")
        return cls(digest, str(logged.get(ROWS, "")).removeprefix("sha256:"), _logged_thresholds(logged))

    def names(self, data: bytes, path: str) -> bool:
        """Whether it is the plan in *data*, as git holds it at *path*."""
        if self.digest and stands_for(data, self.digest):
            return True
        return bool(self.rows) and self.rows == rows_digest(_parsed(data, path)).removeprefix("sha256:")

    def fits(self, plan: Mapping[str, Any]) -> bool:
        """Whether every threshold that it has is that of *plan*."""
        held = _thresholds(plan)
        return bool(self.thresholds) and all(
            held.get(name) == {"threshold": then["threshold"], "direction": then["direction"] or "lower"}
            for name, then in self.thresholds.items()
        )


def plan_binding(snapshot: Snapshot, evidence: Evidence) -> dict[str, Any]:
    """The facts `derived.plan`; what can't be known goes to `evidence.unknowns`, who stands for it to `evidence.witnesses`."""
    run = (evidence.data.get("mlflow") or {}).get("run")
    testing = evidence.data.get("testing")
    if run is None or testing is None:
        return dict(NO_PLAN)
    logged = LoggedPlan.of(run)
    if not any(logged):
        return dict(NO_PLAN)
    path = evidence.places["testing"].path
    is_same = _is_named(snapshot, path, logged)
    commit = str(run.get("source_commit") or "")
    held = snapshot.held_at(commit, path)
    if isinstance(held, Unknown):
        evidence.missing_witnesses[PLAN] = held.would_determine
        return _by_history(snapshot, path, logged, testing, is_same, held, evidence)
    if held is not None and (found := _of_run(logged, held, path, testing, is_same)) is not None:
        evidence.witnesses[PLAN] = commit_witness(snapshot, commit)
        return _bound("same" if is_same else "history", found, testing)
    return _not_at_its_commit(snapshot, path, logged, testing, is_same, evidence)


def _of_run(
    logged: LoggedPlan, held: bytes, path: str, testing: Mapping[str, Any], is_same: bool
) -> Mapping[str, Any] | None:
    """The plan in *held*, from the run's commit, if it is the one that the run logged or was only laid out otherwise."""
    if logged.names(held, path):
        return testing if is_same else _parsed(held, path)
    plan = _parsed(held, path)
    if not logged.fits(plan) or is_same and plan_rows(plan) != plan_rows(testing):
        return None
    return plan


def commit_witness(snapshot: Snapshot, commit: str) -> str:
    """The name of the witness that the objects at *commit* are; one that no history leads to is said to be so."""
    is_outside = snapshot.descends_from(commit) is False
    return f"commit {commit[:7]}{', which is no ancestor of this one' if is_outside else ''}"


def _is_named(snapshot: Snapshot, path: str, logged: LoggedPlan) -> bool:
    try:
        return logged.names(snapshot.read(path), path)
    except AiactError:
        return False


def _not_at_its_commit(
    snapshot: Snapshot,
    path: str,
    logged: LoggedPlan,
    testing: Mapping[str, Any],
    is_same: bool,
    evidence: Evidence,
) -> dict[str, Any]:
    """The run logged another plan than its commit holds: one that was committed later, or none that git knows."""
    if is_same:
        return _bound("committed_after", testing, testing)
    history = snapshot.history(path)
    named = _version(history, logged, path)
    if named is not None:
        return _bound("committed_after", named, testing)
    if isinstance(history, Unknown):
        evidence.unknowns[PLAN] = Unknown(
            f"the plan at the run's commit isn't the one that it logged, and {history.reason}",
            history.would_determine,
        )
    return {**NO_PLAN, "binding": "changed"}


def _by_history(
    snapshot: Snapshot,
    path: str,
    logged: LoggedPlan,
    testing: Mapping[str, Any],
    is_same: bool,
    missing: Unknown,
    evidence: Evidence,
) -> dict[str, Any]:
    """The run's commit isn't at hand: what this tree and its history hold of the logged plan, witnessed by nobody."""
    if is_same:
        return _bound("same", testing, testing)
    history = snapshot.history(path) if logged.digest or logged.rows else []
    named = _version(history, logged, path)
    if named is not None:
        return _bound("history", named, testing)
    is_whole = not isinstance(history, Unknown) and not is_commit_id(_commit_of(evidence))
    unknown = Unknown(
        f"the plan in this tree isn't the one that the run named, and {missing.reason}",
        missing.would_determine,
    )
    now, then = _thresholds(testing), logged.thresholds
    if not then:
        if not is_whole:
            evidence.unknowns[PLAN] = unknown
        return {**NO_PLAN, "binding": "changed"}
    limits = {
        str(row["id"]) for name in ("robustness", "attacks") for row in testing.get(name) or [] if "id" in row
    }
    if not is_whole:
        evidence.unknowns[MOVED] = unknown
        if not limits <= then.keys():
            evidence.unknowns[LIMITS] = unknown
    return {
        **NO_PLAN,
        "binding": "logged",
        "then": then,
        "limits": then,
        "dropped": sorted(set(then) - set(now)),
    }


def _commit_of(evidence: Evidence) -> str:
    return str(((evidence.data.get("mlflow") or {}).get("run") or {}).get("source_commit") or "")


def _version(
    history: list[tuple[str, bytes]] | Unknown, logged: LoggedPlan, path: str
) -> dict[str, Any] | None:
    """The plan of *history*, or of the part of it that is known, that the run logged."""
    versions = history.known if isinstance(history, Unknown) else history
    return next((_parsed(data, path) for _, data in versions if logged.names(data, path)), None)


def _bound(binding: str, plan: Mapping[str, Any], testing: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a plan whose rows at the run's start are those of *plan*; *testing* is the plan now."""
    then, rows, now = _thresholds(plan), plan_rows(plan), plan_rows(testing)
    kept = {(name, key) for name, found in now.items() for key in found}
    dropped = {key for name, found in rows.items() for key in found if (name, key) not in kept}
    moved = [
        change
        for name, found in now.items()
        for key, row in found.items()
        if key in rows.get(name, {})
        for change in _moved(name, key, rows[name][key], row)
    ]
    return {"binding": binding, "then": then, "limits": then, "dropped": sorted(dropped), "moved": moved}


def _moved(name: str, key: str, then: Mapping[str, Cell], now: Mapping[str, Cell]) -> list[dict[str, str]]:
    """What a row says otherwise than when the run began."""
    fields = sorted(field for field in then.keys() | now.keys() if then.get(field) != now.get(field))
    return [
        {
            "list": name,
            "id": key,
            "field": field,
            "then": _told(then.get(field)),
            "now": _told(now.get(field)),
        }
        for field in fields
        if field not in _JUDGED_APART
    ]


def _told(cell: Cell | None) -> str:
    if isinstance(cell, list):
        return ", ".join(cell)
    return "nothing" if cell is None else str(cell)


def _thresholds(testing: Mapping[str, Any]) -> dict[str, Any]:
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


def _parsed(data: bytes, path: str) -> dict[str, Any]:
    try:
        plan = plain_data(parse_yaml(data, path).root)
    except AiactError:
        return {}
    return plan if isinstance(plan, dict) else {}


def _logged_thresholds(logged: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in logged.items():
        if key.startswith("aiact.plan.") and key.endswith(".threshold"):
            name = key.removeprefix("aiact.plan.").removesuffix(".threshold")
            threshold = number_of(value)
            if threshold is None:
                continue
            found[name] = {
                "threshold": float(threshold),
                "direction": str(logged.get(f"aiact.plan.{name}.direction", "")),
            }
    return found


# ---------------------------------------------------------------- inputs


def inputs(
    snapshot: Snapshot, manifest: Manifest, system: dict[str, Any], evidence: Evidence
) -> list[dict[str, Any]]:
    """The facts `derived.inputs`: each file under the manifest's `inputs` against what the run logged."""
    globs = [str(pattern) for pattern in system.get("inputs") or []]
    run = (evidence.data.get("mlflow") or {}).get("run")
    if run is None or not globs:
        return []
    logged = _logged_inputs(run)
    found = []
    present = _matching(snapshot, manifest, globs)
    for path in sorted({*present, *logged}):
        where = manifest.repository_path(path)
        try:
            state = _state(snapshot, where, logged.get(path), path in present)
        except NotAtHand as missing:
            evidence.not_at_hand(INPUTS, missing)
            continue
        if path in present or state != "same":
            found.append({"path": path, "state": state})
    return found


def _logged_inputs(run: Mapping[str, Any]) -> dict[str, str]:
    params: dict[str, str] = run.get("params") or {}
    return {
        key.removeprefix(INPUT_DIGEST): value.removeprefix("sha256:")
        for key, value in params.items()
        if key.startswith(INPUT_DIGEST)
    }


def _state(snapshot: Snapshot, path: str, digest: str | None, is_present: bool) -> str:
    if digest is None:
        return "not_logged"
    missing = snapshot.not_at_hand(path)
    if missing is not None:
        raise NotAtHand(missing.reason, missing.would_determine)
    if not is_present and not snapshot.has(path):
        return "gone"
    try:
        if snapshot.sha256(path) == digest:
            return "same"
    except NotAtHand:
        raise
    except AiactError:
        return "changed"
    return "same" if _reads_as(snapshot, path, digest) else "changed"


def _reads_as(snapshot: Snapshot, path: str, digest: str) -> bool:
    try:
        return stands_for(snapshot.read(path), digest)
    except AiactError:
        return False


def _matching(snapshot: Snapshot, manifest: Manifest, globs: list[str]) -> set[str]:
    prefix = manifest.folder + "/" if manifest.folder else ""
    return {path[len(prefix) :] for glob in globs for path in snapshot.matching(Glob(glob, manifest.folder))}


def stale_inputs(snapshot: Snapshot, manifest: Manifest, evidence: Evidence) -> list[Fault]:
    """A fault for each input whose content at the run's own commit isn't what the run says it read.

    Where all of them are what it says, and none was left out, that commit is their witness.
    """
    run = (evidence.data.get("mlflow") or {}).get("run") or {}
    commit = str(run.get("source_commit") or "")
    logged = _logged_inputs(run)
    if not logged:
        return []
    held = {path: snapshot.held_at(commit, manifest.repository_path(path)) for path in sorted(logged)}
    missing = next((found for found in held.values() if isinstance(found, Unknown)), None)
    if missing is not None:
        evidence.missing_witnesses[INPUTS] = missing.would_determine
    elif all(_stands(found, logged[path]) for path, found in held.items()):
        if all(row["state"] != "not_logged" for row in evidence.data["derived"]["inputs"]):
            evidence.witnesses[INPUTS] = evidence.witnesses.get(PLAN) or commit_witness(snapshot, commit)
        else:
            evidence.missing_witnesses[INPUTS] = LOG_INPUTS
    if not any(isinstance(found, bytes) for found in held.values()):
        return []  # files of another repository, or of none
    faults = []
    for path, found in held.items():
        if (
            isinstance(found, Unknown)
            or _stands(found, logged[path])
            or _is_pointed(found, snapshot, commit, path, manifest)
        ):
            continue
        place = evidence.locate(("mlflow", "run", "params", f"{INPUT_DIGEST}{path}"))
        says = "isn't there" if found is None else "is another one"
        what = f"Run {str(run.get('id'))[:7]} says it read {path}, which {says} at its commit {commit[:7]}."
        fix = "Commit everything, train again, then: aiact-gate collect"
        faults.append(Fault("stale_input", "stale", place, what, fix, ("mlflow", "run", "params")))
    return faults


def _stands(found: Held, digest: str) -> bool:
    return isinstance(found, bytes) and stands_for(found, digest)


def _is_pointed(found: Held, snapshot: Snapshot, commit: str, path: str, manifest: Manifest) -> bool:
    """Whether git holds a pointer of DVC instead of *path*: another digest than the run's, so nothing is said."""
    return found is None and isinstance(
        snapshot.held_at(commit, f"{manifest.repository_path(path)}.dvc"), bytes
    )
