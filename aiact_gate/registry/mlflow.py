"""What an MLflow registry says about one released model version: the lock's `mlflow` block.

Sqlite files and http servers, through the public client. A sqlite file is copied and the copy is read:
opening a store lets MLflow create tables, an experiment or a new schema in it. Of the artifacts one text file
is read, the MLmodel.
"""

from __future__ import annotations

import difflib
import json
import logging
import math
import os
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.location import is_http, shown, sqlite_path
from aiact_gate.registry.signature import NONE, Signature, local_mlmodel, signature_from, signature_of

MAX_PARAMS = 300
"""Params kept besides those of the gate's own (`aiact.*`)."""
MAX_OWN_PARAMS = 5_000
MAX_TEXT = 500

# The sqlite store writes infinity as the largest double.
_LARGEST = 1.7976931348623157e308
_PAGE = 500
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # MLflow's own seven take four minutes to say that nobody answers
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
_INSTALL = 'Install it: pip install "aiact-gate[mlflow]"'
_PRIVATE_PATH = re.compile(
    r"^(?:file:|[A-Za-z]:[\\/]|\\\\|~|/[^/\s]+/)|(?:^|[\s'\"=:,\[(])(?:[A-Za-z]:)?[\\/](?:Users|home|root)[\\/]",
    re.IGNORECASE,
)
_COMMIT = re.compile(r"^[0-9a-f]{7,64}$")
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def read_released_version(
    tracking_uri: str, model: str, version: str | None = None, alias: str | None = None
) -> dict[str, Any]:
    """The lock's `mlflow` block for *version* of *model*, or for the version that *alias* points to.

    A key `problems` (texts) is there only if something couldn't be read that the rest doesn't hang on.
    Nothing is created and nothing written, wherever the registry is.

    Raises:
        RegistryError: no such registry, model, version or alias; its run isn't a finished, active one.
    """
    if version is None and alias is None:
        raise RegistryError(
            f"neither a version nor an alias of {model} is named",
            "Write `version` or `alias` under `model.mlflow`.",
        )
    try:
        with _settings(), _opened(tracking_uri) as (client, folder):
            return _Reader(client, tracking_uri, folder).block(model, version, alias)
    except RegistryError:
        raise
    except Exception as error:  # whatever mlflow, requests or sqlalchemy raise ends at this door
        raise _as_registry_error(error, tracking_uri) from error


class _Reader:
    def __init__(self, client: Any, uri: str, folder: Path | None) -> None:
        self.client = client
        self.uri = uri
        self.folder = folder
        self.problems: list[str] = []

    def block(self, model: str, version: str | None, alias: str | None) -> dict[str, Any]:
        released = self._version(model, version, alias)
        number = str(released.version)
        model_id = _model_id(released)
        logged = self._logged_model(model_id)
        run = self._run(f"{model} {number}", released, logged)
        block = {
            "aliases": sorted(str(name) for name in released.aliases or []),
            "drills": self._drills(model, number, str(run.info.experiment_id)),
            "model": model,
            "run": _run_block(run),
            "signature": self._signature(released, run, logged),
            "version": number,
        }
        if self.problems:
            block["problems"] = sorted(self.problems)
        return block

    def _version(self, model: str, version: str | None, alias: str | None) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            registered = self.client.get_registered_model(model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            names = [found.name for found in self.client.search_registered_models(max_results=100)]
            near = difflib.get_close_matches(model, names, 3) or sorted(names)[:3]
            raise RegistryError(
                f"{shown(self.uri)} has no registered model '{model}'",
                f"Name one that it has: {', '.join(near)}"
                if near
                else "Register the model first: mlflow.register_model",
            ) from error
        aliases = {str(name): str(number) for name, number in (registered.aliases or {}).items()}
        if version is None:
            if alias not in aliases:
                raise RegistryError(
                    f"{model} has no alias '{alias}'",
                    f"Set it in the registry; there are: {', '.join(sorted(aliases)) or 'none'}",
                )
            version = aliases[alias]
        try:
            released = self.client.get_model_version(model, version)
        except MlflowException as error:
            if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise
            newest = max((int(found.version) for found in registered.latest_versions or []), default=None)
            raise RegistryError(
                f"{model} has no version '{version}'",
                f"Name a registered version; the newest is {newest}"
                if newest
                else "Register a version first.",
            ) from error
        if released.status != "READY":
            raise RegistryError(
                f"{model} {version} is {released.status} in the registry, not READY",
                "Wait until it is registered, or register it again.",
            )
        return released

    def _logged_model(self, model_id: str | None) -> Any:
        from mlflow.exceptions import MlflowException

        if model_id is None or not hasattr(self.client, "get_logged_model"):
            return None
        try:
            return self.client.get_logged_model(model_id)
        except MlflowException:
            return None

    def _run(self, name: str, released: Any, logged: Any) -> Any:
        run_id = released.run_id or getattr(logged, "source_run_id", None) or _run_id(released.source)
        if not run_id:
            raise RegistryError(
                f"{name} was registered without a run", "Register the model from the run that trained it."
            )
        from mlflow.exceptions import MlflowException

        try:
            run = self.client.get_run(run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            raise RegistryError(
                f"the run {run_id} of {name} isn't in the registry",
                "Register a version from a run that is kept.",
            ) from error
        if run.info.lifecycle_stage != "active":
            raise RegistryError(
                f"the run {run_id} of {name} is {run.info.lifecycle_stage}",
                f"Restore it: mlflow runs restore --run-id {run_id}",
            )
        if run.info.status != "FINISHED":
            raise RegistryError(
                f"the run {run_id} of {name} is {run.info.status}, not FINISHED",
                "Register a version from a run that ended well.",
            )
        return run

    def _drills(self, model: str, version: str, experiment: str) -> list[dict[str, Any]]:
        """Finished runs that logged evidence about this version, in any experiment.

        Runs whose tag `aiact.model` names another model are left out.
        """
        experiments = {experiment}
        token = None
        while True:
            page = self.client.search_experiments(max_results=_PAGE, page_token=token)
            experiments.update(str(found.experiment_id) for found in page)
            token = page.token
            if not token:
                break
        wanted = f"tags.`aiact.model_version` = '{version}' and attributes.status = 'FINISHED'"
        drills = []
        while True:
            # One search a page; get_run for each would be a request a run.
            runs = self.client.search_runs(sorted(experiments), wanted, max_results=_PAGE, page_token=token)
            for run in runs:
                tags = run.data.tags
                evidence = str(tags.get("aiact.evidence", "")).strip()[:MAX_TEXT]
                if evidence and tags.get("aiact.model", model) == model:
                    drills.append(
                        {
                            "evidence": evidence,
                            "id": str(run.info.run_id),
                            "metrics": _metrics(run)[0],
                            "model_version": version,
                            "params": _params(run.data.params),
                            "ran": (
                                str(tags.get("mlflow.source.name", "")),
                                str(tags.get("mlflow.source.git.commit", "")),
                            ),
                            "started_at": _iso(run.info.start_time),
                            "status": "FINISHED",
                        }
                    )
            token = runs.token
            if not token:
                break
        return sorted(drills, key=lambda drill: (drill["evidence"], drill["id"]))

    def _signature(self, released: Any, run: Any, logged: Any) -> Signature:
        source = str(released.source or "")
        anchor = str(run.info.run_id)
        if logged is not None:
            address, anchor = str(logged.artifact_location), str(logged.model_id)
        elif source.startswith("runs:/"):
            address = str(run.info.artifact_uri).rstrip("/") + "/" + "/".join(source.split("/")[2:])
        else:
            address = source
        content = self._local(address, anchor) if self.folder else self._remote(address)
        if isinstance(content, bytes):
            found = signature_of(content)
        else:
            found = _from_history(run, address) or content
        if isinstance(found, str):
            self.problems.append(f"no signature of {released.name} {released.version}: {found}")
            return NONE
        return found

    def _local(self, address: str, anchor: str) -> bytes | str:
        assert self.folder is not None
        path = local_mlmodel(address, self.folder, anchor)
        if path is None:
            return "its MLmodel file isn't beside the database"
        return path.read_bytes()

    def _remote(self, address: str) -> bytes | str:
        """The MLmodel file through the tracking server; no other address is followed."""
        parts = urlsplit(address)
        server = urlsplit(self.uri)
        if parts.scheme != "mlflow-artifacts":
            return f"its files lie at {parts.scheme or 'a path'}, not behind the server (--serve-artifacts)"
        if parts.netloc and parts.netloc != server.netloc:
            return "its files lie on another server"
        from mlflow.artifacts import download_artifacts

        with tempfile.TemporaryDirectory(prefix="aiact-") as folder:
            try:
                path = download_artifacts(
                    artifact_uri=address.rstrip("/") + "/MLmodel", dst_path=folder, tracking_uri=self.uri
                )
                return Path(path).read_bytes()
            except Exception as error:
                return f"its MLmodel file can't be fetched ({type(error).__name__})"


def _model_id(released: Any) -> str | None:
    # Over http, and from a sqlite store alike, model_id is None though the version came from a logged model.
    if released.model_id if hasattr(released, "model_id") else None:
        return str(released.model_id)
    match = re.match(r"^models:/(m-[\w-]+)$", str(released.source or ""))
    return match[1] if match else None


def _run_id(source: Any) -> str | None:
    match = re.match(r"^runs:/([^/]+)/", str(source or ""))
    return match[1] if match else None


def _run_block(run: Any) -> dict[str, Any]:
    metrics, not_numbers = _metrics(run)
    commit = str(run.data.tags.get("mlflow.source.git.commit", "")).strip().lower()
    return {
        "datasets": _datasets(run),
        "id": str(run.info.run_id),
        "lifecycle": str(run.info.lifecycle_stage),
        "metrics": metrics,
        "not_numbers": not_numbers,
        "params": _params(run.data.params),
        "source_commit": commit if _COMMIT.match(commit) else None,
        "started_at": _iso(run.info.start_time),
        "status": str(run.info.status),
    }


def _metrics(run: Any) -> tuple[dict[str, float], list[str]]:
    """Last values, by step and then time as the store keeps them; and names of those not finite."""
    metrics: dict[str, float] = {}
    not_numbers = []
    for name, value in run.data.metrics.items():
        number = float(value)
        if math.isfinite(number) and abs(number) < _LARGEST:
            metrics[str(name)] = number
        else:
            not_numbers.append(str(name))
    return metrics, sorted(not_numbers)


def _params(params: Mapping[str, Any]) -> dict[str, str]:
    """Params without paths of somebody's machine; the gate's own all, of the others the first 300 by name."""
    kept = {
        str(key): str(value)[:MAX_TEXT]
        for key, value in params.items()
        if not _PRIVATE_PATH.search(str(value))
    }
    own = sorted(key for key in kept if key.startswith("aiact."))[:MAX_OWN_PARAMS]
    others = sorted(key for key in kept if not key.startswith("aiact."))[: max(0, MAX_PARAMS - len(own))]
    return {key: kept[key] for key in sorted(own + others)}


def _datasets(run: Any) -> list[dict[str, Any]]:
    found = []
    inputs = getattr(run, "inputs", None)
    for entry in inputs.dataset_inputs if inputs else []:
        tags = {tag.key: str(tag.value) for tag in entry.tags}
        digest = tags.get("sha256", "").strip().lower()
        name = str(entry.dataset.name)
        found.append(
            {
                "context": tags.get("mlflow.data.context", "")[:MAX_TEXT],
                "name": "" if _PRIVATE_PATH.search(name) else name[:MAX_TEXT],
                "sha256": digest if _SHA256.match(digest) else None,
            }
        )
    return sorted(found, key=lambda data: (data["context"], data["name"], data["sha256"] or ""))


def _from_history(run: Any, address: str) -> Signature | None:
    """The signature from the run's tag, where MLflow before 3 keeps it too."""
    try:
        models = json.loads(run.data.tags.get("mlflow.log-model.history", "[]"))
        for logged in reversed(models):
            if address.rstrip("/").endswith("/" + logged["artifact_path"]) and logged.get("signature"):
                found = signature_from(logged["signature"])
                return None if isinstance(found, str) else found
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return None


@contextmanager
def _opened(uri: str) -> Iterator[tuple[Any, Path | None]]:
    """A client for *uri*, and the folder of the database if it is a file."""
    path = sqlite_path(uri)
    if path is not None:
        with tempfile.TemporaryDirectory(prefix="aiact-", ignore_cleanup_errors=True) as folder:
            copy = _copied(path, Path(folder))
            yield _client_of_copy(f"sqlite:///{copy}", path), path.absolute().parent
    elif is_http(uri):
        yield _client(uri), None
    elif uri.startswith("sqlite:"):
        raise RegistryError(
            f"{shown(uri)} names no file",
            "Write it as sqlite:///mlflow.db, relative, or sqlite:////srv/mlflow.db.",
        )
    elif "://" not in uri or uri.startswith("file:"):
        # Not tried: merely opening a folder of files makes MLflow write an experiment into it.
        raise RegistryError(
            f"{shown(uri)} is a folder of files (mlruns), a store that MLflow opens no longer",
            f"Copy it into a database: mlflow migrate-filestore --source {shown(uri)} --target sqlite:///mlflow.db",
        )
    else:
        raise RegistryError(
            f"{shown(uri)} is no registry that is read",
            "Name a sqlite file, or an http(s) MLflow server in front of it.",
        )


def _copied(path: Path, folder: Path) -> Path:
    """A copy of the database at *path* with its journals."""
    if not path.is_file():
        raise RegistryError(
            f"there is no MLflow store at {path}",
            "Train and register the model first, or mend the tracking URI.",
        )
    copy = folder / "mlflow.db"
    sources = {path: copy} | {Path(f"{path}{end}"): Path(f"{copy}{end}") for end in ("-wal", "-journal")}
    try:
        for _ in range(3):
            before = [_state(source) for source in sources]
            for source, target in sources.items():
                target.unlink(missing_ok=True)
                if source.exists():
                    shutil.copyfile(source, target)
            if before == [_state(source) for source in sources]:
                break
        else:
            raise RegistryError(f"{path} is being written to", "Collect again when no run is logging to it.")
    except OSError as error:
        raise RegistryError(
            f"{path} can't be read: {error.strerror}", "Give this user the right to read it."
        ) from error
    try:
        with closing(sqlite3.connect(copy)) as database:
            tables = {
                row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
    except sqlite3.Error as error:
        raise RegistryError(
            f"{path} is no sqlite file, or a damaged one",
            "Fetch the file itself (git lfs pull), or name another.",
        ) from error
    if not {"experiments", "runs", "registered_models", "model_versions"} <= tables:
        raise RegistryError(
            f"{path} is no MLflow store with a registry", "Name the database that MLflow writes to."
        )
    return copy


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns


def _client_of_copy(uri: str, path: Path) -> Any:
    """A client for the copy at *uri*, whose schema is raised if an older MLflow wrote it."""
    try:
        return _client(uri)
    except RegistryError:
        raise
    except Exception as first:
        from mlflow.db import upgrade
        from mlflow.version import VERSION

        try:
            assert upgrade.callback is not None
            upgrade.callback(uri)
            return _client(uri)
        except Exception as error:
            if "locate revision" in f"{first} {error}":
                raise RegistryError(
                    f"{path} was written by a newer MLflow than {VERSION}, the one installed here",
                    "Update it: pip install --upgrade mlflow-skinny",
                ) from error
            raise RegistryError(
                f"MLflow {VERSION} can't open {path}",
                "See whether the MLflow that wrote it still does: mlflow db upgrade on a copy.",
            ) from error


def _client(uri: str) -> Any:
    try:
        import mlflow
        from mlflow.tracking import MlflowClient

        logging.getLogger(mlflow.__name__).setLevel(logging.WARNING)
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        if not is_http(uri):
            client.search_registered_models(max_results=1)  # the registry's half opens late
        return client
    except ImportError as error:
        name = (error.name or "").split(".")[0] or "a part of it"
        raise RegistryError(f"MLflow isn't installed here (no {name})", _INSTALL) from error


def _as_registry_error(error: Exception, uri: str) -> RegistryError:
    # Engine texts aren't printed: they hold whole addresses, with passwords, and evidence.
    code = str(getattr(error, "error_code", type(error).__name__))
    if code in ("UNAUTHENTICATED", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED") or re.search(
        r"code 40[13]\b", str(error)[:400]
    ):
        return RegistryError(
            f"{shown(uri)} refuses these credentials",
            "Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD.",
        )
    if is_http(uri):
        return RegistryError(
            f"{shown(uri)} doesn't answer as an MLflow server ({code})",
            "Start it, or mend MLFLOW_TRACKING_URI.",
        )
    return RegistryError(
        f"{shown(uri)} can't be read ({code})", "See whether `mlflow ui` opens a copy of it."
    )


@contextmanager
def _settings() -> Iterator[None]:
    """MLflow without telemetry, progress bars and long retries, unless the environment says otherwise."""
    added = [name for name in _SETTINGS if name not in os.environ]
    os.environ.update({name: _SETTINGS[name] for name in added})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations between mlflow and its own libraries
            yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _iso(milliseconds: int) -> str:
    """The time *milliseconds* after 1970, to the second, in UTC."""
    return datetime.fromtimestamp(int(milliseconds) // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
