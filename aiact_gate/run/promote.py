"""`promote`: an alias in the registry, set if and only if the gate passes for the version that gets it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.judge.verdict import decide
from aiact_gate.judge.waivers import same_person
from aiact_gate.model.errors import AiactError, RegistryError, UsageError
from aiact_gate.model.report import Report
from aiact_gate.registry.listing import store_beside
from aiact_gate.registry.location import chosen_place, files_path
from aiact_gate.registry.mlflow import promote as write
from aiact_gate.run.check import check
from aiact_gate.run.declared import named_model
from aiact_gate.run.live import confirm
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import given_packs, own_packs
from aiact_gate.run.signatures import confirmed
from aiact_gate.schemas.fields import schema
from aiact_gate.sources.lock import read_lock
from aiact_gate.sources.manifest import Manifest, find_manifest, read_manifest
from aiact_gate.sources.shapes import shape
from aiact_gate.sources.snapshot import Snapshot, open_snapshot

PROMOTIONS = "compliance/promotions.yaml"


class Promoted(NamedTuple):
    """What became of it."""

    report: Report
    model: str
    version: str
    refused: str
    """Why no alias was set; empty if it was."""
    fix: str = ""
    approval: str = ""


def promoted(path: str, system_id: str, alias: str, options: Options, environ: Mapping[str, str]) -> Promoted:
    """Judge *system_id* of the manifest at *path* as a release, against the live registry; on a pass, set *alias*.

    Raises:
        AiactError: there is no such system, it names no registered model, or the registry can't be reached.
    """
    snapshot, relative = open_snapshot(path)
    manifest = read_manifest(snapshot, find_manifest(snapshot, relative))
    system = next((each for each in manifest.systems if each["id"] == system_id), None)
    if system is None:
        known = ", ".join(str(each["id"]) for each in manifest.systems)
        raise UsageError(
            f"the manifest declares no system '{system_id[:60]}'", f"It declares: {known or 'none'}"
        )
    model, version = _released(snapshot, manifest, system)
    report = check(snapshot, manifest.path, options._replace(release=True, live=confirm))
    judged = [each for each in report.systems if each.id == system_id]
    verdict, code, _ = decide(judged, report.problems, True)
    if code or not judged:
        what = f"the gate says {verdict} for {model} {version}"
        return Promoted(report, model, version, what, "See it: aiact-gate check --release --live")
    if snapshot.subject.dirty:
        fix = "Commit it, or take it back: what is promoted must be what a commit holds."
        return Promoted(report, model, version, "the tree has changes that no commit holds", fix)
    approval = _approval(snapshot, manifest, system_id, version, alias)
    if _asks_for_second(snapshot, manifest, options) and not approval:
        what = f"a pack asks for a second signature, and nobody else signed {model} {version} for {alias}"
        fix = (
            f"Let another person than who committed the lock commit a row to {PROMOTIONS}: "
            "{id, system, model_version, alias, approved_by, created}"
        )
        return Promoted(report, model, version, what, fix)
    tags = {"aiact.gate": f"pass at {str(snapshot.subject.revision)[:12]} on {options.as_of}"}
    if approval:
        tags["aiact.approval"] = approval
    write(_place(snapshot, manifest, system, environ), model, version, alias, tags)
    return Promoted(report, model, version, "", "", approval)


def _released(snapshot: Snapshot, manifest: Manifest, system: Mapping[str, Any]) -> tuple[str, str]:
    lock = read_lock(snapshot, manifest)
    block = (lock.systems.get(str(system["id"])) or {}).get("mlflow") if lock is not None else None
    if not isinstance(block, dict) or not block.get("model") or not block.get("version"):
        raise RegistryError(
            f"no registered version of {system['id']} was collected",
            "Name one under model.mlflow, then: aiact-gate collect",
        )
    return str(block["model"]), str(block["version"])


def _place(
    snapshot: Snapshot, manifest: Manifest, system: Mapping[str, Any], environ: Mapping[str, str]
) -> Any:
    root = Path(snapshot.root) / manifest.folder
    declared = named_model(system)["tracking_uri"] or store_beside(root)
    place = chosen_place(declared, root, Path(snapshot.root), environ)
    if files_path(place.uri) is not None:
        raise RegistryError(
            "a store of files is read, never written to",
            "Keep the registry in a database or behind a server.",
        )
    return place


def _asks_for_second(snapshot: Snapshot, manifest: Manifest, options: Options) -> bool:
    given = given_packs(options).packs
    packs = [*given, *own_packs(snapshot, manifest, given, options, [])]
    return any(pack.second_signature for pack, _ in packs)


def _approval(snapshot: Snapshot, manifest: Manifest, system: str, version: str, alias: str) -> str:
    """The id of the row that approves it, committed by its approver, who has no part in the lock; empty if there is none."""
    path = posixpath.join(manifest.folder, PROMOTIONS)
    if not snapshot.has(path):
        return ""
    try:
        shaped = shape(parse_yaml(snapshot.read(path), path), schema("promotions"), "promotions")
    except AiactError:
        return ""
    rows = (shaped.value or {}).get("promotions") or []
    theirs = confirmed(snapshot, path, "promotions")
    if shaped.faults or len(theirs) != len(rows):
        return ""
    lock = posixpath.join(manifest.folder, "aiact.lock")
    authors = {
        same_person(who)
        for change in snapshot.changes(lock, "1970-01-01", lambda who: True)
        for who in change.people
    }
    wanted = {"system": system, "model_version": version, "alias": alias}
    return next(
        (
            str(row["id"])
            for row, is_theirs in zip(rows, theirs, strict=True)
            if is_theirs
            and all(str(row.get(key)) == value for key, value in wanted.items())
            and same_person(row["approved_by"]) not in authors
        ),
        "",
    )
