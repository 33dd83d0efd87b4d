"""What a registry says of one released model, by version, alias or run: the lock's `mlflow` block.

A version that was copied or promoted is followed to the model as it was logged, and to the run that logged it. Of the
artifacts one text file is read, the MLmodel; no model is loaded.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.listing import holdings, opened
from aiact_gate.registry.location import Place, shown
from aiact_gate.registry.signature import NONE, Signature, signature_from, signature_of
from aiact_gate.registry.stored import LoggedModel, Registered, Store, StoredRun, Version

MAX_PARAMS = 300
"""Params kept besides those of the gate's own (`aiact.*`)."""
MAX_OWN_PARAMS = 5_000
MAX_TEXT = 500
_MAX_COPIES = 10

# The sqlite store writes infinity as the largest double.
_LARGEST = 1.7976931348623157e308
_PRIVATE_PATH = re.compile(
    r"^(?:file:|[A-Za-z]:[\\/]|\\\\|~|/[^/\s]+/)|(?:^|[\s'\"=:,\[(])(?:[A-Za-z]:)?[\\/](?:Users|home|root)[\\/]",
    re.IGNORECASE,
)
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_COPY = re.compile(r"^models:/(?P<model>[^/@]+)/(?P<version>\d+)$")
_LOGGED = re.compile(r"(?:^|[/:])models?:?/(?P<id>m-[\w-]+)(?:/artifacts)?/?$")
_OF_RUN = re.compile(r"^runs:/(?P<run>[^/]+)/")
_TAGS = ("aiact.", "prml.manifest_hash")
"""Tags that are copied: our own, and the pointer to a pre-registered claim. What else a tag says is nobody's witness."""
PLAN, INPUTS = ("aiact.plan.sha256", "aiact.plan.rows"), ("aiact.input.", "aiact.inputs.")


class Wanted(NamedTuple):
    """What the manifest names."""

    model: str = ""
    version: str | None = None
    alias: str | None = None
    run: str | None = None


def read_released(place: Place, wanted: Wanted) -> dict[str, Any]:
    """The lock's `mlflow` block for what is *wanted*.

    A key `problems` (texts) is there only if something couldn't be read that the rest doesn't hang on, or isn't there.
    Nothing is created and nothing written, wherever the registry is.

    Raises:
        RegistryError: no such registry, model, version, alias or run; the run isn't a finished, active one. The fix says
            what the registry holds instead.
    """
    if wanted.run is None and (not wanted.model or wanted.version is None and wanted.alias is None):
        raise RegistryError(
            f"neither a version nor an alias of {wanted.model or 'a model'} is named",
            "Write `version`, `alias` or `run` under `model.mlflow`.",
        )
    with opened(place) as store:
        return _Reader(store, place).block(wanted)


class _Origin(NamedTuple):
    """Where a model came from."""

    name: str
    source: str
    run: str
    model_id: str


class _Reader:
    def __init__(self, store: Store, place: Place) -> None:
        self.store = store
        self.place = place
        self.problems: list[str] = []

    def block(self, wanted: Wanted) -> dict[str, Any]:
        if wanted.run is not None:
            return self._of_run(wanted.run)
        registered, number = self._named(wanted)
        version = self.store.version(registered.name, number)
        if version is None:
            newest = registered.versions[-1] if registered.versions else ""
            raise RegistryError(
                f"{registered.name} has no version '{number}'",
                f"Name a registered version; the newest is {newest}." if newest else "Register a version.",
            )
        if version.status != "READY":
            raise RegistryError(
                f"{version.model} {number} is {version.status} in the registry, not READY",
                "Wait until it is registered, or register it again.",
            )
        origin = self._origin(version)
        logged = self.store.logged_model(origin.model_id) if origin.model_id else None
        run = self._kept_run(
            f"{version.model} {number}", origin.run or (logged.run if logged is not None else "")
        )
        aliases = sorted(name for name, of in registered.aliases.items() if of == number)
        return self._block(registered.name, number, aliases, origin, run, logged)

    def _of_run(self, run_id: str) -> dict[str, Any]:
        """The block of a run that nobody registered a version from: the run's id stands for the version."""
        run = self._kept_run("", run_id)
        only = run.logged_models[0] if len(run.logged_models) == 1 else ""
        logged = self.store.logged_model(only) if only else None
        return self._block("", run.id, [], _Origin(f"run {run.id}", "", run.id, only), run, logged)

    def _block(
        self,
        model: str,
        number: str,
        aliases: list[str],
        origin: _Origin,
        run: StoredRun,
        logged: LoggedModel | None,
    ) -> dict[str, Any]:
        evaluations = self._evaluations(run, logged)
        self._say_what_is_missing(run)
        block = {
            "aliases": aliases,
            "drills": self._drills(model, number),
            "evaluations": evaluations,
            "model": model,
            "run": _run_block(run, evaluations),
            "signature": self._signature(origin, run, logged),
            "version": number,
        }
        if self.problems:
            block["problems"] = sorted(self.problems)
        return block

    def _named(self, wanted: Wanted) -> tuple[Registered, str]:
        """The registered model and the number of the version that the manifest names."""
        registered = self.store.registered(wanted.model)
        if registered is None:
            names = [found.name for found in self.store.models()]
            near = difflib.get_close_matches(wanted.model, names, 1)
            fix = (
                f"Did you mean {near[0]}?"
                if near
                else "Name one that is there, or a run: `mlflow: {run: ID}`."
            )
            raise RegistryError(
                f"{shown(self.place.uri)} has no registered model '{wanted.model}'",
                fix + holdings(self.store),
            )
        if wanted.version is not None:
            return registered, str(wanted.version)
        number = registered.aliases.get(wanted.alias or "")
        if number is None:
            raise RegistryError(
                f"{wanted.model} has no alias '{wanted.alias}'",
                f"Set it in the registry; there are: {', '.join(sorted(registered.aliases)) or 'none'}",
            )
        return registered, number

    def _origin(self, version: Version) -> _Origin:
        """Where *version* came from first: copies lead to the version that they were made from."""
        name = f"{version.model} {version.number}"
        first = version
        for _ in range(_MAX_COPIES):
            copied = _COPY.match(first.source)
            before = self.store.version(copied["model"], copied["version"]) if copied is not None else None
            if before is None:
                break
            first = before
        of_logged, of_run = _LOGGED.search(first.source), _OF_RUN.match(first.source)
        # Over http and from a sqlite store alike, model_id is None though the version came from a logged model.
        model_id = version.model_id or first.model_id or (of_logged["id"] if of_logged is not None else "")
        run = version.run or first.run or (of_run["run"] if of_run is not None else "")
        return _Origin(name, first.source, run, model_id)

    def _kept_run(self, name: str, run_id: str) -> StoredRun:
        of = f" of {name}" if name else ""
        if not run_id:
            raise RegistryError(
                f"{name} was registered without a run",
                "Register the model from the run that trained it, or name that run: `mlflow: {run: ID}`."
                + holdings(self.store),
            )
        run = self.store.run(run_id)
        if run is None:
            raise RegistryError(
                f"the run {run_id}{of} isn't in the registry",
                "Name a run that is kept." + holdings(self.store),
            )
        if run.lifecycle != "active":
            raise RegistryError(
                f"the run {run_id}{of} is {run.lifecycle}",
                f"Restore it: mlflow runs restore --run-id {run_id}",
            )
        if run.status != "FINISHED":
            raise RegistryError(
                f"the run {run_id}{of} is {run.status}, not FINISHED",
                "Name a run that ended well, or register a version from it." + holdings(self.store),
            )
        return run

    def _say_what_is_missing(self, run: StoredRun) -> None:
        names = {*run.params, *run.tags}
        missing = [
            what
            for what, logged in (("its test plan", PLAN), ("its inputs", INPUTS))
            if not any(name.startswith(logged) for name in names)
        ]
        if missing:
            self.problems.append(
                f"run {run.id} logged no digest of {' and none of '.join(missing)}; the next one does where aiact-gate is "
                "installed beside MLflow, or calls aiact_gate.log_plan() (docs/mlflow.md)"
            )

    def _evaluations(self, run: StoredRun, logged: LoggedModel | None) -> list[dict[str, Any]]:
        """What other runs that ended well logged on the model, with the run of each, by its start."""
        values: dict[str, dict[str, tuple[tuple[int, int], float]]] = {}
        for metric in logged.metrics if logged is not None else ():
            if metric.run and metric.run != run.id:
                of_run = values.setdefault(metric.run, {})
                known = of_run.get(metric.name)
                if known is None or (known[0][1], known[0][0]) <= (metric.at[1], metric.at[0]):
                    of_run[metric.name] = (metric.at, metric.value)
        found = []
        for run_id, last in values.items():
            other = self.store.run(run_id)
            if other is None or not other.is_kept:
                self.problems.append(
                    f"metrics of run {run_id} on this model are left out: it isn't a finished, active run"
                )
                continue
            finite, _ = _finite({name: value for name, (_, value) in last.items()})
            block = {
                "id": run_id,
                "metrics": finite,
                "source_commit": _commit(other),
                "started_at": _time(other.started_ms),
                "status": other.status,
                "tags": _tags(other.tags),
            }
            found.append((other.started_ms, run_id, block))
        return [block for _, _, block in sorted(found, key=lambda each: each[:2])]

    def _drills(self, model: str, version: str) -> list[dict[str, Any]]:
        """Finished runs that logged evidence about this version; not those whose tag `aiact.model` names another model."""
        drills = []
        for run in self.store.drills(version):
            evidence = run.tags.get("aiact.evidence", "").strip()[:MAX_TEXT]
            if run.is_kept and evidence and run.tags.get("aiact.model", model) == model:
                drills.append(
                    {
                        "evidence": evidence,
                        "id": run.id,
                        "metrics": _finite(run.metrics)[0],
                        "model_version": version,
                        "params": _params(run.params),
                        "ran": (
                            run.tags.get("mlflow.source.name", ""),
                            run.tags.get("mlflow.source.git.commit", ""),
                        ),
                        "started_at": _time(run.started_ms),
                        "status": run.status,
                    }
                )
        return sorted(drills, key=lambda drill: (drill["evidence"], drill["id"]))

    def _signature(self, origin: _Origin, run: StoredRun, logged: LoggedModel | None) -> Signature:
        anchor = run.id
        if logged is not None:
            address, anchor = logged.artifacts, logged.id
        elif origin.source.startswith("runs:/"):
            address = run.artifacts.rstrip("/") + "/" + "/".join(origin.source.split("/")[2:])
        else:
            address = origin.source or run.artifacts.rstrip("/") + "/model"
        content = self.store.mlmodel(address, anchor)
        if isinstance(content, bytes):
            found = signature_of(content)
        else:
            found = _from_history(run, address) or content
        if isinstance(found, str):
            self.problems.append(f"no signature of {origin.name}: {found}")
            return NONE
        return found


def _run_block(run: StoredRun, evaluations: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    metrics, not_numbers = _finite(run.metrics)
    elsewhere = {
        name: (value, str(other["id"]))
        for other in evaluations  # by their start: the newest speaks
        for name, value in other["metrics"].items()
        if name not in run.metrics
    }
    return {
        "datasets": _datasets(run),
        "id": run.id,
        "lifecycle": run.lifecycle,
        "metrics": dict(sorted({**metrics, **{name: of[0] for name, of in elsewhere.items()}}.items())),
        "metrics_from": {name: of[1] for name, of in sorted(elsewhere.items())},
        "not_numbers": not_numbers,
        "params": _params(run.params),
        "source_commit": _commit(run),
        "started_at": _time(run.started_ms),
        "status": run.status,
        "tags": _tags(run.tags),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _commit(run: StoredRun) -> str | None:
    for name in ("mlflow.source.git.commit", "aiact.commit"):
        commit = run.tags.get(name, "").strip().lower()
        if _COMMIT.match(commit):
            return commit
    return None


def _finite(values: Mapping[str, float]) -> tuple[dict[str, float], list[str]]:
    """Values that are numbers, and names of those that aren't."""
    metrics = {
        name: value for name, value in values.items() if math.isfinite(value) and abs(value) < _LARGEST
    }
    return dict(sorted(metrics.items())), sorted(set(values) - set(metrics))


def _params(params: Mapping[str, str]) -> dict[str, str]:
    """Params without paths of somebody's machine; the gate's own all, of the others the first 300 by name."""
    kept = {key: value[:MAX_TEXT] for key, value in params.items() if not _PRIVATE_PATH.search(value)}
    own = sorted(key for key in kept if key.startswith("aiact."))[:MAX_OWN_PARAMS]
    others = sorted(key for key in kept if not key.startswith("aiact."))[: max(0, MAX_PARAMS - len(own))]
    return {key: kept[key] for key in sorted(own + others)}


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The gate's own tags, and pointers to claims; anybody may change a tag later."""
    return _params({key: value for key, value in tags.items() if key.startswith(_TAGS)})


def _datasets(run: StoredRun) -> list[dict[str, Any]]:
    found = []
    for name, tags in run.datasets:
        digest = tags.get("sha256", "").strip().lower()
        found.append(
            {
                "context": tags.get("mlflow.data.context", "")[:MAX_TEXT],
                "name": "" if _PRIVATE_PATH.search(name) else name[:MAX_TEXT],
                "sha256": digest if _SHA256.match(digest) else None,
            }
        )
    return sorted(found, key=lambda data: (data["context"], data["name"], data["sha256"] or ""))


def _from_history(run: StoredRun, address: str) -> Signature | None:
    """The signature from the run's tag, where MLflow before 3 keeps it too."""
    try:
        models = json.loads(run.tags.get("mlflow.log-model.history", "[]"))
        for logged in reversed(models):
            if address.rstrip("/").endswith("/" + logged["artifact_path"]) and logged.get("signature"):
                found = signature_from(logged["signature"])
                return None if isinstance(found, str) else found
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return None
