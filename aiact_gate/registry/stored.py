"""What a registry holds, in values of our own: a client's answers and files on disk look the same from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """One run."""

    id: str
    experiment: str
    status: str
    lifecycle: str
    started_ms: int
    metrics: Mapping[str, float]
    """The last value of each, as it was logged: NaN and infinity, too."""
    params: Mapping[str, str]
    tags: Mapping[str, str]
    datasets: Sequence[tuple[str, Mapping[str, str]]] = ()
    """Name and tags of each data set that it logged as its input."""
    artifacts: str = ""
    logged_models: tuple[str, ...] = ()
    """Ids of the models that it logged."""

    @property
    def is_kept(self) -> bool:
        """Whether it ended well and wasn't deleted: only such a run is evidence."""
        return self.status == "FINISHED" and self.lifecycle == "active"


@dataclass(frozen=True, kw_only=True)
class LoggedMetric:
    """A value that a run logged on a model."""

    name: str
    value: float
    run: str
    at: tuple[int, int]
    """Time and step."""


@dataclass(frozen=True, kw_only=True)
class LoggedModel:
    """A model as a run logged it (MLflow 3)."""

    id: str
    run: str
    artifacts: str
    metrics: tuple[LoggedMetric, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a registered model."""

    model: str
    number: str
    status: str
    source: str
    run: str
    model_id: str


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registered model."""

    name: str
    versions: tuple[str, ...] = ()
    """Versions that can be used (READY), lowest first."""
    aliases: Mapping[str, str] = field(default_factory=dict)


class Store(Protocol):
    """A registry, read-only. What isn't there is None or nothing; only a store that can't be read is an error."""

    def registered(self, model: str) -> Registered | None:
        """The registered model of that name."""

    def models(self) -> Sequence[Registered]:
        """The registered models, at most a hundred, by name."""

    def version(self, model: str, number: str) -> Version | None:
        """A version of a registered model."""

    def logged_model(self, model_id: str) -> LoggedModel | None:
        """A model as a run logged it."""

    def run(self, run_id: str) -> StoredRun | None:
        """A run."""

    def newest_runs(self) -> Sequence[StoredRun]:
        """A few runs that ended well, newest first."""

    def drills(self, version: str) -> Iterable[StoredRun]:
        """Runs that ended well and are tagged `aiact.model_version` with *version*."""

    def mlmodel(self, address: str, anchor: str) -> bytes | str:
        """The MLmodel file of the model at *address*, which id *anchor* is part of; a text says why there is none."""
