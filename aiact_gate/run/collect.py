"""What the lock holds, collected: the registry through `registry`, the data through `sources.counts`.

Prints nothing and writes nothing; the caller puts the bytes where they belong.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.registry.from_file import figures_block
from aiact_gate.registry.location import chosen_place, is_below
from aiact_gate.registry.released import Wanted, read_released
from aiact_gate.run.results import read_results
from aiact_gate.sources.counts import Profile, Rows
from aiact_gate.sources.data_files import profile_file
from aiact_gate.sources.git import find_repository
from aiact_gate.sources.lock_text import render_lock
from aiact_gate.sources.programs import tree_digest
from aiact_gate.sources.snapshot import open_snapshot

_SPLITS = ("training", "validation", "testing")


def collect(
    root: Path,
    manifest_systems: Sequence[Mapping[str, Any]],
    tracking_uri: str | None,
    today: str,
    environ: Mapping[str, str] | None = None,
    tests: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of `aiact.lock` for *manifest_systems*, read in *root* (the manifest's folder).

    A system is `{id, registered_model, version, alias, run, tracking_uri, datasets: [{id, split, path}], groups:
    [...]}`, all but `id` optional; *tracking_uri* is for those that name none; *files* has a file with
    the figures by the id of a system, instead of a registry; *today* is an ISO date. What
    couldn't be read of the data, or isn't in the registry, stands in the lock as `problems` of its system.

    Raises:
        RegistryError: see `chosen_place` and `read_released`.
    """
    variables = os.environ if environ is None else environ
    systems: dict[str, Any] = {}
    for declared in manifest_systems:
        problems: list[str] = []
        system: dict[str, Any] = {"data": _data(root, declared, problems)}
        file = (files or {}).get(str(declared["id"]))
        if file is None:
            block = registry_block(root, declared, tracking_uri, variables)
        else:
            block = _file_block(root, file, str(declared.get("system_version") or ""))
        if block is not None:
            problems += block.pop("problems", [])
            for drill in block["drills"]:
                _bind_program(root, drill)
            system["mlflow"] = block
        if tests is not None:
            system["tests"] = dict(tests)
        if problems:
            system["problems"] = sorted(problems)
        systems[str(declared["id"])] = system
    return render_lock(systems, today)


def outcomes(root: Path, results: Path | None) -> dict[str, Any] | None:
    """The outcomes of the tests in *results* and the commit that they ran at; without *results* those of the lock as it is.

    Raises:
        UsageError: see `read_results`.
    """
    if results is not None:
        snapshot, _ = open_snapshot(str(root))
        commit = None if snapshot.subject.dirty else snapshot.subject.revision
        return {"commit": commit, "outcomes": read_results(results, root)}
    lock = root / "aiact.lock"
    if not lock.is_file() or not _is_inside(root, lock):
        return None
    try:
        held = plain_data(parse_yaml(lock.read_bytes(), lock.name).root)
        found = next(iter(held["systems"].values())).get("tests")
    except (DocumentError, OSError, AttributeError, KeyError, StopIteration, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _bind_program(root: Path, drill: dict[str, Any]) -> None:
    """Put the program that *drill* ran into it, as a digest of its syntax tree: at the drill's commit, else as it is here."""
    name, commit = drill.pop("ran", ("", ""))
    path = Path(os.path.normpath(root / name)) if name.endswith(".py") else None
    if path is None or not path.is_relative_to(root) or not path.is_file() or not _is_inside(root, path):
        return
    snapshot, relative = open_snapshot(str(path))
    held = snapshot.held_at(commit, relative) if commit else None
    tree = tree_digest((held if isinstance(held, bytes) else path.read_bytes()).decode("utf-8", "replace"))
    if tree is not None:
        drill["program"] = {"path": path.relative_to(root).as_posix(), "tree": tree}


def _file_block(root: Path, file: str, version: str) -> dict[str, Any]:
    path = root / file
    if not _is_inside(root, path) or not path.is_file():
        raise UsageError(f"there is no file {file} in this repository", "Name a file that is tracked here.")
    return figures_block(path.read_bytes(), file, version)


def registry_block(
    root: Path, declared: Mapping[str, Any], beside: str | None, environ: Mapping[str, str]
) -> dict[str, Any] | None:
    """What the registry says of the model that *declared* names, or None if it names none; *beside* is a store in *root*.

    Raises:
        RegistryError: as `collect`.
    """
    keys = ("version", "alias", "run")
    wanted = Wanted(str(declared.get("registered_model") or ""), *(declared.get(key) for key in keys))
    if not wanted.model and wanted.run is None:
        return None
    place = chosen_place(declared.get("tracking_uri") or beside, root, _repository(root), environ)
    return read_released(place, wanted)


def _data(root: Path, declared: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """By id what was counted in each data set; testing sets last, against the rows of the others."""
    known: dict[str, Rows] = {}
    found: dict[str, Any] = {}
    groups = declared.get("groups") or ()
    for dataset in sorted(declared.get("datasets") or (), key=lambda each: _SPLITS.index(each["split"])):
        name, path, is_testing = str(dataset["id"]), str(dataset["path"]), dataset["split"] == "testing"
        entry: dict[str, Any] = {"path": path, "sha256": None}
        counted = _counted(root, path, groups, entry)
        if isinstance(counted, Unknown):
            problems.append(f"{name} ({path}) isn't counted: {counted.reason}. {counted.would_determine}")
        else:
            problems += [f"{name} ({path}): {problem}" for problem in counted.problems]
            others = known if is_testing else {}
            entry |= {
                "columns": counted.columns,
                "definitions": counted.definitions._replace(compared_with=tuple(sorted(others))).written(),
                "duplicate_rate": counted.duplicate_rate,
                "null_rate": counted.null_rate,
                "rows": counted.rows,
                "rows_shared_with_training": counted.digests.shared(list(others.values())),
                "sha256": counted.sha256,
                "shares": counted.shares,
            }
            if not is_testing:
                known[name] = counted.digests
        found[name] = entry
    return found


def _counted(
    root: Path, path: str, groups: Sequence[Mapping[str, Any]], entry: dict[str, Any]
) -> Profile | Unknown:
    """The counts of *path*, data or DVC pointer; the digest that a pointer names becomes `md5` of *entry*."""
    file = root / path
    pointer = file if path.endswith(".dvc") else Path(f"{file}.dvc")
    if not (_is_inside(root, file) and _is_inside(root, pointer)):
        return Unknown(
            "it leads out of the repository", "Point to data of this repository, or to its pointer."
        )
    if pointer.is_file():
        named = _pointer(pointer)
        if isinstance(named, Unknown):
            return named
        md5, out = named
        entry["md5"] = md5
        file = pointer.parent / out
        if not _is_inside(root, file):
            return Unknown("its pointer leads out of the repository", "Point to data of this repository.")
        if md5.endswith(".dir") or file.is_dir():
            return Unknown(
                "it is a folder; only single files are counted",
                "Track each file for itself: dvc add FILE.",
            )
        if not file.is_file():
            return Unknown("the data isn't beside its pointer", "Fetch it: dvc pull")
        counted = profile_file(file, groups)
        if isinstance(counted, Profile) and counted.md5 != md5:
            return Unknown(
                "the data beside the pointer isn't what the pointer names",
                "Bring them together: dvc checkout, or dvc add.",
            )
        return counted
    if not file.is_file():
        return Unknown("there is no such file", "Add it, or mend the path in the data record.")
    return profile_file(file, groups)


def _pointer(path: Path) -> tuple[str, str] | Unknown:
    """The MD5 and the path of the one output that a `.dvc` file names."""
    try:
        (out,) = parse_yaml(path.read_bytes(), path.name).root.value["outs"].value
        md5, name = out.value["md5"].value, out.value["path"].value
    except (DocumentError, OSError, AttributeError, KeyError, TypeError, ValueError):
        return Unknown("its pointer names no single output with an md5", "Write it again: dvc add FILE.")
    return str(md5), str(name)


def _is_inside(root: Path, path: Path) -> bool:
    return is_below(path, _repository(root))


def _repository(root: Path) -> Path:
    return Path(find_repository(str(root.absolute())) or root)
