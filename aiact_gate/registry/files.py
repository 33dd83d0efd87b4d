"""An MLflow store of files (`mlruns`), read as files: no client, which would refuse it, write into it or stop at a doubled line.

Every part is optional, since git keeps no empty folder; links are passed over; addresses of artifacts, nearly always of
somebody else's machine, are looked for below the store and never followed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, RegistryError
from aiact_gate.registry.signature import local_mlmodel
from aiact_gate.registry.stored import LoggedMetric, LoggedModel, Registered, StoredRun, Version

_STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_MAX_META = 1_000_000
_MAX_LINE = 4_096


class FileStore:
    """The store in a folder. Raises RegistryError if there is none."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise RegistryError(
                f"there is no MLflow store at {folder}",
                "Train and register the model first, or mend the tracking URI.",
            )
        self.folder = folder

    def registered(self, model: str) -> Registered | None:
        return next((found for found in self.models() if found.name == model), None)

    def models(self) -> Sequence[Registered]:
        found = []
        for folder in _folders(self.folder / "models"):
            versions = [
                version
                for place in _folders(folder)
                if place.name.startswith("version-")
                and (version := _version(folder.name, place)).status == "READY"
            ]
            aliases = {file.name: _text(file).strip() for file in _files(folder / "aliases")}
            numbers = sorted(
                (version.number for version in versions), key=lambda number: (len(number), number)
            )
            found.append(Registered(name=folder.name, versions=tuple(numbers), aliases=aliases))
        return found

    def version(self, model: str, number: str) -> Version | None:
        place = next((each for each in _folders(self.folder / "models") if each.name == model), None)
        wanted = [each for each in _folders(place) if each.name == f"version-{number}"] if place else []
        return _version(model, wanted[0]) if wanted else None

    def logged_model(self, model_id: str) -> LoggedModel | None:
        # A run of another experiment writes its metrics below its own experiment, where no meta.yaml is.
        experiments = self._experiments()
        places = [
            folder for each in experiments for folder in _folders(each / "models") if folder.name == model_id
        ]
        if not places:
            return None
        meta = next((found for folder in places if (found := _meta(folder))), {})
        return LoggedModel(
            id=model_id,
            run=str(meta.get("source_run_id") or ""),
            artifacts=str(meta.get("artifact_location") or f"models/{model_id}/artifacts"),
            metrics=tuple(metric for folder in places for metric in _logged_metrics(folder / "metrics")),
        )

    def run(self, run_id: str) -> StoredRun | None:
        for experiment in self._experiments():
            for folder in _folders(experiment):
                if folder.name == run_id:
                    return _run(folder)
        return None

    def newest_runs(self) -> Sequence[StoredRun]:
        kept = sorted(
            (run for run in self._runs() if run.is_kept), key=lambda run: run.started_ms, reverse=True
        )
        return kept[:5]

    def drills(self, version: str) -> Iterable[StoredRun]:
        return (run for run in self._runs() if run.is_kept and run.tags.get("aiact.model_version") == version)

    def mlmodel(self, address: str, anchor: str) -> bytes | str:
        path = local_mlmodel(address, self.folder, anchor, outside=False)
        return path.read_bytes() if path is not None else "its MLmodel file isn't in the store"

    def _experiments(self) -> Iterator[Path]:
        """Experiments, whether or not their meta.yaml was committed; neither the registry nor what was deleted."""
        return (each for each in _folders(self.folder) if each.name not in ("models", ".trash"))

    def _runs(self) -> Iterator[StoredRun]:
        for experiment in self._experiments():
            for folder in _folders(experiment):
                if (folder / "meta.yaml").is_file() and folder.name not in ("models", "datasets", "traces"):
                    yield _run(folder)


def _run(folder: Path) -> StoredRun:
    meta = _meta(folder)
    status = str(meta.get("status") or "")
    return StoredRun(
        id=folder.name,
        experiment=folder.parent.name,
        status=_STATUS.get(status, status or "without a status (its meta.yaml isn't there)"),
        lifecycle=str(meta.get("lifecycle_stage") or "active"),
        started_ms=_milliseconds(meta.get("start_time")),
        metrics=dict(_last_values(folder / "metrics")),
        params=_values(folder / "params"),
        tags=_values(folder / "tags"),
        datasets=tuple(_datasets(folder)),
        artifacts=str(meta.get("artifact_uri") or f"{folder.name}/artifacts"),
        logged_models=tuple(each.name for each in _folders(folder / "outputs")),
    )


def _version(model: str, folder: Path) -> Version:
    meta = _meta(folder)
    return Version(
        model=model,
        number=folder.name.removeprefix("version-"),
        status=str(meta.get("status") or "READY"),
        source=str(meta.get("source") or ""),
        run=str(meta.get("run_id") or ""),
        model_id=str(meta.get("model_id") or ""),
    )


def _datasets(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for place in _folders(folder / "inputs"):
        meta = _meta(place)
        if str(meta.get("source_type") or "DATASET") != "DATASET":
            continue
        described = _meta(folder.parent / "datasets" / Path(str(meta.get("source_id") or "-")).name)
        tags = meta.get("tags")
        yield (
            str(described.get("name") or ""),
            {str(key): str(value) for key, value in tags.items()} if isinstance(tags, dict) else {},
        )


def _last_values(folder: Path) -> Iterator[tuple[str, float]]:
    for name, file in _below(folder):
        lines = list(_metric_lines(file))
        if lines:
            # Of one step and time the line that was written last; a doubled one is the same value.
            yield (
                name,
                max(enumerate(lines), key=lambda each: (each[1].at[1], each[1].at[0], each[0]))[1].value,
            )


def _logged_metrics(folder: Path) -> Iterator[LoggedMetric]:
    for name, file in _below(folder):
        for line in _metric_lines(file):
            yield LoggedMetric(name=name, value=line.value, run=line.run, at=line.at)


def _metric_lines(file: Path) -> Iterator[LoggedMetric]:
    """Each readable line: time, value, step and, on a model, run."""
    with file.open("rb") as stream:
        while line := stream.readline(_MAX_LINE):
            parts = line.decode("utf-8", "replace").split()
            try:
                at = (int(parts[0]), int(parts[2]) if len(parts) > 2 else 0)
                value = float(parts[1])
            except (IndexError, ValueError):
                continue
            yield LoggedMetric(name="", value=value, run=parts[3] if len(parts) > 3 else "", at=at)


def _values(folder: Path) -> dict[str, str]:
    return {name: _text(file) for name, file in _below(folder)}


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name, file) of what lies in *folder*: a name with a slash is a folder more."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(place, name)
            if not file.is_symlink() and file.is_file():
                yield file.relative_to(folder).as_posix(), file


def _folders(folder: Path) -> Iterator[Path]:
    try:
        places = sorted(folder.iterdir())
    except OSError:
        return iter(())
    return (place for place in places if place.is_dir() and not place.is_symlink())


def _files(folder: Path) -> Iterator[Path]:
    return (file for name, file in _below(folder) if "/" not in name)


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(_MAX_META).decode("utf-8", "replace")


def _meta(folder: Path) -> dict[str, Any]:
    """The content of `meta.yaml` in *folder*; nothing where there is none, or it can't be read."""
    file = folder / "meta.yaml"
    if file.is_symlink() or not file.is_file():
        return {}
    try:
        content = plain_data(parse_yaml(file.read_bytes()[:_MAX_META], "meta.yaml").root)
    except DocumentError:
        return {}
    return content if isinstance(content, dict) else {}


def _milliseconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        pass
    try:
        return int(datetime.fromisoformat(str(value)).timestamp() * 1000)
    except ValueError:
        return 0
