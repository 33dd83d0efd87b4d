"""A sqlite file or an http server, asked through MLflow's public client: the only module that imports mlflow.

A sqlite file is copied and the copy is read: opening a store lets MLflow create tables, an experiment or a new schema in it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.location import Place, is_http, shown, sqlite_path
from aiact_gate.registry.signature import local_mlmodel
from aiact_gate.registry.stored import LoggedMetric, LoggedModel, Registered, StoredRun, Version

MAX_MODELS = 100

_PAGE = 500
_PARAMS = 100  # what MLflow takes at once
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # MLflow's own seven take four minutes to say that nobody answers
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}
_INSTALL = 'Install it: pip install "aiact-gate[mlflow]"'
_NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


@contextmanager
def client_store(place: Place) -> Iterator[ClientStore]:
    """The registry at *place*, open. Nothing is created and nothing written.

    Raises:
        RegistryError: there is none, or it can't be read.
    """
    try:
        with _settings(), _opened(place.uri) as (client, folder):
            yield ClientStore(client, place, folder)
    except RegistryError:
        raise
    except Exception as error:  # whatever mlflow, requests or sqlalchemy raise ends at this door
        raise _as_registry_error(error, place.uri) from error


class ClientStore:
    """What the client at *place* answers, in our values; *folder* is where a database lies."""

    def __init__(self, client: Any, place: Place, folder: Path | None) -> None:
        self.client = client
        self.place = place
        self.folder = folder

    def registered(self, model: str) -> Registered | None:
        found = _there(lambda: self.client.get_registered_model(model))
        return None if found is None else self._registered(found)

    def models(self) -> Sequence[Registered]:
        found = self.client.search_registered_models(max_results=MAX_MODELS)
        return sorted((self._registered(model) for model in found), key=lambda model: model.name)

    def _registered(self, model: Any) -> Registered:
        rows = self.client.search_model_versions(f"name = {_literal(str(model.name))}", max_results=1000)
        numbers = sorted(int(row.version) for row in rows if row.status == "READY")
        aliases = {str(name): str(number) for name, number in (model.aliases or {}).items()}
        return Registered(
            name=str(model.name), versions=tuple(str(number) for number in numbers), aliases=aliases
        )

    def version(self, model: str, number: str) -> Version | None:
        found = _there(lambda: self.client.get_model_version(model, number))
        if found is None:
            return None
        return Version(
            model=str(found.name),
            number=str(found.version),
            status=str(found.status),
            source=str(found.source or ""),
            run=str(found.run_id or ""),
            model_id=str(getattr(found, "model_id", None) or ""),
        )

    def logged_model(self, model_id: str) -> LoggedModel | None:
        if not hasattr(self.client, "get_logged_model"):
            return None
        found = _there(lambda: self.client.get_logged_model(model_id))
        if found is None:
            return None
        metrics = tuple(
            LoggedMetric(
                name=str(metric.key),
                value=float(metric.value),
                run=str(metric.run_id or ""),
                at=(int(metric.timestamp or 0), int(metric.step or 0)),
            )
            for metric in found.metrics or []
        )
        return LoggedModel(
            id=str(found.model_id),
            run=str(found.source_run_id or ""),
            artifacts=str(found.artifact_location),
            metrics=metrics,
        )

    def run(self, run_id: str) -> StoredRun | None:
        found = _there(lambda: self.client.get_run(run_id))
        return None if found is None else _run(found)

    def newest_runs(self) -> Sequence[StoredRun]:
        return [
            _run(run)
            for run in self.client.search_runs(
                self._experiments(),
                "attributes.status = 'FINISHED'",
                max_results=5,
                order_by=["attributes.start_time DESC"],
            )
        ]

    def drills(self, version: str) -> Iterable[StoredRun]:
        wanted = f"tags.`aiact.model_version` = '{version}' and attributes.status = 'FINISHED'"
        experiments = self._experiments()
        token = None
        while True:
            # One search a page; get_run for each would be a request a run.
            page = self.client.search_runs(experiments, wanted, max_results=_PAGE, page_token=token)
            yield from (_run(run) for run in page)
            token = page.token
            if not token:
                return

    def _experiments(self) -> list[str]:
        found: set[str] = set()
        token = None
        while True:
            page = self.client.search_experiments(max_results=_PAGE, page_token=token)
            found.update(str(experiment.experiment_id) for experiment in page)
            token = page.token
            if not token:
                return sorted(found)

    def mlmodel(self, address: str, anchor: str) -> bytes | str:
        if self.folder is None:
            return self._remote(address)
        path = local_mlmodel(address, self.folder, anchor, outside=self.place.inside is None)
        return path.read_bytes() if path is not None else "its MLmodel file isn't beside the database"

    def _remote(self, address: str) -> bytes | str:
        """The MLmodel file through the tracking server; no other address is followed."""
        parts = urlsplit(address)
        server = urlsplit(self.place.uri)
        if parts.scheme != "mlflow-artifacts":
            return f"its files lie at {parts.scheme or 'a path'}, not behind the server (--serve-artifacts)"
        if parts.netloc and parts.netloc != server.netloc:
            return "its files lie on another server"
        from mlflow.artifacts import download_artifacts

        with tempfile.TemporaryDirectory(prefix="aiact-") as folder:
            try:
                path = download_artifacts(
                    artifact_uri=address.rstrip("/") + "/MLmodel",
                    dst_path=folder,
                    tracking_uri=self.place.uri,
                )
                return Path(path).read_bytes()
            except Exception as error:
                return f"its MLmodel file can't be fetched ({type(error).__name__})"


def promote(place: Place, model: str, version: str, alias: str, tags: Mapping[str, str]) -> None:
    """Let *alias* of *model* be *version*, and put *tags* on it: tags first, so that no alias stands without them.

    Raises:
        RegistryError: the registry can't be written to.
    """
    try:
        with _settings():
            client = _client(place.uri)
            for name, value in tags.items():
                client.set_model_version_tag(model, version, name, value)
            client.set_registered_model_alias(model, alias, version)
    except RegistryError:
        raise
    except Exception as error:
        raise _as_registry_error(error, place.uri) from error


def log_params(params: Mapping[str, str]) -> None:
    """Log *params* to the active run, which is begun if there is none."""
    import mlflow

    names = sorted(params)
    for first in range(0, len(names), _PARAMS):
        mlflow.log_params({name: params[name] for name in names[first : first + _PARAMS]})


def _there(ask: Any) -> Any:
    """What *ask* answers, or None where MLflow says that there is no such thing."""
    from mlflow.exceptions import MlflowException

    try:
        return ask()
    except MlflowException as error:
        if error.error_code in _NOT_THERE:
            return None
        raise


def _run(run: Any) -> StoredRun:
    inputs, outputs = getattr(run, "inputs", None), getattr(run, "outputs", None)
    return StoredRun(
        id=str(run.info.run_id),
        experiment=str(run.info.experiment_id),
        status=str(run.info.status),
        lifecycle=str(run.info.lifecycle_stage),
        started_ms=int(run.info.start_time or 0),
        metrics={str(name): float(value) for name, value in run.data.metrics.items()},
        params={str(name): str(value) for name, value in run.data.params.items()},
        tags={str(name): str(value) for name, value in run.data.tags.items()},
        datasets=tuple(
            (str(entry.dataset.name), {str(tag.key): str(tag.value) for tag in entry.tags})
            for entry in (inputs.dataset_inputs if inputs else ())
        ),
        artifacts=str(run.info.artifact_uri),
        logged_models=tuple(str(model.model_id) for model in (outputs.model_outputs if outputs else ())),
    )


def _literal(name: str) -> str:
    """*name* as MLflow's filter language quotes it; it has no escape, so a name with both quotes finds nothing."""
    return f"'{name}'" if "'" not in name else f'"{name}"'


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
    else:
        raise RegistryError(
            f"{shown(uri)} is no registry that is read",
            "Name a sqlite file, a folder of files (mlruns), or an http(s) MLflow server in front of it.",
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
