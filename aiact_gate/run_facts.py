"""What a training begins with: digests of its plan and its inputs, commit, and whether the tree is clean.

In comes the file or folder of whoever trains; nothing above its repository is looked at. Everything heavier than the standard
library is imported when it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aiact_gate import logged
from aiact_gate.plan_rows import ROWS, rows_digest

MANIFEST = "aiact.yaml"


class Beginning(NamedTuple):
    """What is known of a run at its start."""

    tags: dict[str, str]
    """By the names of `logged.TAGS`; what isn't known is left out."""
    inputs: dict[str, str]
    """Hex digest of each input, by its path as the manifest's folder has it."""
    watched: tuple[str, ...] = ()
    """The files that it was read from: where none of them changed, nothing did."""


def beginning(start: Path) -> Beginning | None:
    """The facts at *start*, or None where no manifest lies between it and the root of its repository.

    Raises:
        AiactError: the manifest can't be read.
    """
    folder = manifest_folder(start)
    if folder is None:
        return None
    from aiact_gate.sources.manifest import read_manifest
    from aiact_gate.sources.snapshot import open_snapshot

    snapshot, relative = open_snapshot(str(folder))
    manifest = read_manifest(snapshot, os.path.normpath(os.path.join(relative, MANIFEST)))
    subject = snapshot.subject
    tags = {logged.TREE: "dirty" if subject.dirty else "clean"}
    if subject.revision:
        tags[logged.COMMIT] = str(subject.revision)
    digests: dict[str, str] = {}
    system = _trained(manifest.systems, snapshot, manifest, start, folder)
    if system is not None:
        tags |= _plan(snapshot, manifest, system)
        digests = _inputs(snapshot, manifest, system)
        if digests:
            tags[logged.INPUTS] = logged.inputs_digest(digests)
    git = [f".git/{name}" for name in ("HEAD", "index", "logs/HEAD")]
    read = [manifest.path, *(manifest.repository_path(path) for path in (_plan_path(system), *digests))]
    return Beginning(tags, digests, tuple(os.path.join(snapshot.root, path) for path in (*git, *read)))


def log_beginning(start: Path) -> dict[str, str]:
    """Log the facts at *start* as params of the active MLflow run, which is begun if there is none; what was logged comes back.

    Raises:
        AiactError: no manifest between *start* and the root of its repository, or one that can't be read.
    """
    from aiact_gate.model.errors import AiactError
    from aiact_gate.registry.mlflow import log_params

    found = beginning(start)
    if found is None:
        what = f"there is no {MANIFEST} between {start.name} and the root of its repository"
        raise AiactError(what, "Write one: aiact-gate init; or name its folder: log_plan(FOLDER).")
    params = found.tags | logged.input_params(found.inputs)
    log_params(params)
    return params


def manifest_folder(start: Path) -> Path | None:
    """The nearest folder with a manifest, from *start* up to the root of its repository; None outside of one."""
    place = start if start.is_dir() else start.parent
    found = None
    for folder in (place, *place.parents):
        if found is None and (folder / MANIFEST).is_file():
            found = folder
        if (folder / ".git").exists():
            return found
    return None


def _trained(
    systems: Any, snapshot: Any, manifest: Any, start: Path, folder: Path
) -> Mapping[str, Any] | None:
    """The system that is trained: the only one, or the only one that the script is an input of."""
    if len(systems) == 1:
        only: Mapping[str, Any] = systems[0]
        return only
    script = os.path.relpath(os.path.realpath(start), os.path.realpath(folder)).replace(os.sep, "/")
    found = [system for system in systems if script in _paths(snapshot, manifest, system)]
    return found[0] if len(found) == 1 else None


def _paths(snapshot: Any, manifest: Any, system: Mapping[str, Any]) -> list[str]:
    from aiact_gate.sources.globs import Glob

    prefix = f"{manifest.folder}/" if manifest.folder else ""
    globs = [Glob(str(pattern), manifest.folder) for pattern in system.get("inputs") or []]
    return sorted({path[len(prefix) :] for glob in globs for path in snapshot.matching(glob)})


def _inputs(snapshot: Any, manifest: Any, system: Mapping[str, Any]) -> dict[str, str]:
    paths = _paths(snapshot, manifest, system)
    return {path: snapshot.sha256(manifest.repository_path(path)) for path in paths}


def _plan_path(system: Mapping[str, Any] | None) -> str:
    return f"{(system or {}).get('evidence_dir') or 'compliance'}/testing.yaml"


def _plan(snapshot: Any, manifest: Any, system: Mapping[str, Any]) -> dict[str, str]:
    from aiact_gate.documents.node import plain_data
    from aiact_gate.documents.yaml import parse_yaml

    path = manifest.repository_path(_plan_path(system))
    if not snapshot.has(path):
        return {}
    plan = plain_data(parse_yaml(snapshot.read(path), path).root)
    digest = {logged.PLAN: snapshot.sha256(path)}
    return digest | {ROWS: rows_digest(plan)} if isinstance(plan, dict) else digest
