"""`check --staged` and `check --base`: two trees judged, and what lies between them."""

from __future__ import annotations

import posixpath
from typing import Any

from aiact_gate.documents.node import Document, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.judge.regression import Stated, compared, loosened
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Location
from aiact_gate.model.report import Report
from aiact_gate.pipelines.check import Options, check
from aiact_gate.sources import records
from aiact_gate.sources.manifest import find_manifest, read_manifest
from aiact_gate.sources.snapshot import Snapshot


def check_change(
    snapshot: Snapshot, base: Snapshot | None, path: str, options: Options, hook: bool
) -> Report:
    """The report of *snapshot* in which only what *base* doesn't have fails; *base* None: there was nothing before."""
    report = check(snapshot, path, options)
    if base is None or not report.systems:
        before = stated(base, path) if base is not None else None
        now = stated(snapshot, path)
        changes = loosened(now, before) if before is not None and now is not None else []
        return compared(report, None, changes, hook)
    before, now = stated(base, path), stated(snapshot, path)
    changes = loosened(now, before) if before is not None and now is not None else []
    return compared(report, check(base, path, options), changes, hook)


def stated(snapshot: Snapshot, path: str) -> Stated | None:
    """What the manifest and plans of *snapshot* state, or None if its manifest can't be read."""
    try:
        manifest = read_manifest(snapshot, find_manifest(snapshot, path))
    except AiactError:
        return None
    plans: dict[str, Any] = {}
    places: dict[str, Any] = {}
    for system in manifest.systems:
        evidence = Evidence()
        folder = str(system.get("evidence_dir") or "compliance")
        found = records.read_folder(snapshot, manifest, folder, {})
        records.attach(found, manifest, system, ("testing",), evidence, [])
        if "testing" in evidence.data:
            plans[system["id"]] = evidence.data["testing"]
            places[system["id"]] = evidence.places["testing"]
    waivers, debts = (
        _beside(snapshot, posixpath.join(manifest.folder, "compliance", f"{name}.yaml"))
        for name in ("waivers", "baseline")
    )
    documents = {"waivers": (waivers, "waivers"), "baseline": (debts, "items")}

    def beside(file: str, *steps: str | int) -> Location:
        document, key = documents[file]
        return document.location((key, *steps)) if document is not None else manifest.document.location()

    return Stated(
        manifest=manifest.data,
        plans=plans,
        waivers=_rows(waivers, "waivers"),
        debts=_rows(debts, "items"),
        beside=beside,
        places=lambda *steps: manifest.document.location(steps),
        plan_places=places,
    )


def _beside(snapshot: Snapshot, path: str) -> Document | None:
    """The file at *path*, or None: what can't be read covers nothing, and `check` says so."""
    try:
        return parse_yaml(snapshot.read(path), path)
    except AiactError:
        return None


def _rows(document: Document | None, key: str) -> list[dict[str, Any]]:
    """The rows of the list *key*; what isn't a row keeps its place as an empty one."""
    content = plain_data(document.root) if document is not None else None
    rows = content.get(key) if isinstance(content, dict) else None
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []
