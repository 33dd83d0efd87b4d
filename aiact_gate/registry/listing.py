"""What a registry holds: models that `init` proposes from, and the sentence that ends a `collect` that can't go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiact_gate.registry.files import FileStore
from aiact_gate.registry.location import Place, files_path
from aiact_gate.registry.stored import Registered, Store, StoredRun

_SHOWN = 5


@contextmanager
def opened(place: Place) -> Iterator[Store]:
    """The store at *place*; only that of sqlite and http needs MLflow.

    Raises:
        RegistryError: there is none, or it can't be read.
    """
    folder = files_path(place.uri)
    if folder is not None:
        yield FileStore(folder)
        return
    from aiact_gate.registry.mlflow import client_store

    with client_store(place) as store:
        yield store


def registered_models(place: Place) -> tuple[Registered, ...]:
    """The registered models of the registry at *place*, sorted by name, at most 100. Nothing is written. Raises as `opened`."""
    with opened(place) as store:
        return tuple(store.models())


def holdings(store: Store) -> str:
    """What *store* holds, in a sentence or two: its models with versions and aliases, else its newest runs."""
    models = store.models()
    runs = store.newest_runs()
    said = []
    if models:
        said.append("It holds " + "; ".join(_model(model) for model in models[:_SHOWN]) + _more(len(models)))
    if runs:
        said.append("Its newest finished runs: " + ", ".join(_run(run) for run in runs))
    return "".join(f" {sentence}." for sentence in said) or " It holds no model and no finished run."


def _model(model: Registered) -> str:
    versions = ", ".join(model.versions[-_SHOWN:]) or "none"
    aliases = "".join(f", {name} = {number}" for name, number in sorted(model.aliases.items())[:_SHOWN])
    return f"{model.name} (versions {versions}{aliases})"


def _more(count: int) -> str:
    return f" and {count - _SHOWN} more" if count > _SHOWN else ""


def _run(run: StoredRun) -> str:
    return f"{run.id} ({day(run.started_ms)})"


def day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).date().isoformat()


def store_beside(folder: Path) -> str | None:
    """The store that lies in *folder* under MLflow's own names, as a tracking URI; None if there is none."""
    if (folder / "mlflow.db").is_file():
        return "sqlite:///mlflow.db"
    return "mlruns" if (folder / "mlruns").is_dir() else None
