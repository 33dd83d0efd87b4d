"""What one tree states that a change could loosen: manifest, records, waivers, baseline, packs; read, not judged."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.change.loosenings import Layers, PackText, Rules, Stated, mapping
from aiact_gate.documents.json import parse_json
from aiact_gate.documents.node import Document, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import AiactError
from aiact_gate.model.location import Location
from aiact_gate.model.policy import Pack
from aiact_gate.run.packs_in_force import Given, kinds_of, overlaid, pack_in
from aiact_gate.schemas.fields import RECORDS, schema
from aiact_gate.sources import records
from aiact_gate.sources.manifest import Manifest, read_manifest
from aiact_gate.sources.shapes import shape
from aiact_gate.sources.snapshot import Snapshot

POINTED_TO = {
    "event log": ("logging", "sample", "events"),
    "event schema": ("logging", "sample", "event_schema"),
    "count of decisions": ("logging", "sample", "decisions_counted_in"),
    "replay": ("logging", "replay"),
    "test procedure": ("testing", "procedure"),
    "procedure of the risk process": ("risk_management", "process", "procedure"),
    "stop procedure": ("human_oversight", "stop", "procedure"),
    "monitoring plan": ("monitoring", "plan"),
}
"""Files that records point to, and whose loss no row shows: record, then fields."""


def stated(snapshot: Snapshot, path: str, given: Given) -> Stated | None:
    """What the manifest at *path* and the files it points to state, or None if it can't be read.

    *given* are the packs that judge whatever is judged: they may add record kinds.
    """
    try:
        manifest = read_manifest(snapshot, path)
    except AiactError:
        return None
    packs = packs_of(snapshot, manifest)
    kinds = kinds_of(given.packs)
    for text in packs:
        kinds |= {
            posixpath.basename(file)[:-5]: data
            for file, data in text.files.items()
            if file.startswith("kinds/")
        }
    found: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}
    files: dict[str, dict[str, str]] = {}
    folders: dict[str, list[records.RecordFile]] = {}
    for system in manifest.systems:
        folder = str(system.get("evidence_dir") or "compliance")
        if folder not in folders:
            folders[folder] = records.read_folder(snapshot, manifest, folder, {}, kinds)
        name = str(system["id"])
        found[name], places[name] = _spoken(folders[folder], system)
        files[name] = _files(snapshot, manifest, system, found[name])
    documents = {
        name: (_beside(snapshot, posixpath.join(manifest.folder, "compliance", f"{name}.yaml")), key)
        for name, key in (("waivers", "waivers"), ("baseline", "items"))
    }

    def beside(file: str, *steps: str | int) -> Location:
        document, key = documents[file]
        return document.location((key, *steps)) if document is not None else manifest.document.location()

    return Stated(
        manifest=mapping(manifest.data),
        places=lambda *steps: manifest.document.location(steps),
        waivers=_rows(*documents["waivers"]),
        debts=_rows(*documents["baseline"]),
        beside=beside,
        records=found,
        record_places=places,
        files=files,
        folder=manifest.folder,
        paths=snapshot.paths,
        packs=packs,
    )


def _spoken(
    files: list[records.RecordFile], system: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Record and place by kind: what speaks for *system*, for its declared version if it can, else for another.

    Not only for the declared one: between a new version and its `confirm` a threshold could fall unseen.
    """
    release = f"{system['id']}@{system.get('version', '')}"
    values: dict[str, Any] = {}
    places: dict[str, Any] = {}
    for record in sorted(files, key=lambda file: release not in file.releases):
        speaks = any(item.partition("@")[0] == system["id"] for item in record.releases)
        if record.document is not None and speaks and record.kind not in values:
            if record.kind in RECORDS:
                value = shape(record.document, schema(record.kind), record.kind).value
            else:
                value = plain_data(record.document.root)
            values[record.kind] = mapping(value)
            places[record.kind] = record.document
    return values, places


def _files(
    snapshot: Snapshot, manifest: Manifest, system: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, str]:
    """What is there and holds something -> its path."""
    model = mapping(system.get("model"))
    named = {"model card": model.get("card"), "instructions for use": model.get("instructions")}
    if model.get("mlflow"):
        named["lock"] = "aiact.lock"
    for what, (kind, *fields) in POINTED_TO.items():
        value: Any = found.get(kind)
        for field in fields:
            value = mapping(value).get(field)
        named[what] = str(value).partition("#")[0] if value else None
    return {
        what: path
        for what, pointed in named.items()
        if pointed and _holds_something(snapshot, path := manifest.repository_path(str(pointed)))
    }


def _holds_something(snapshot: Snapshot, path: str) -> bool:
    try:
        return bool(snapshot.read(path).strip())
    except AiactError:
        return snapshot.has(path)


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


# ---------------------------------------------------------------- packs


def packs_of(snapshot: Snapshot, manifest: Manifest) -> list[PackText]:
    """The packs that *manifest* names, as their files say them."""
    found = []
    named = mapping(mapping(manifest.data).get("policies")).get("packs")
    for index, item in enumerate(named if isinstance(named, list) else []):
        path = str(mapping(item).get("path") or "") if isinstance(item, dict) else str(item)
        pin = str(mapping(item).get("digest") or "")
        folder = manifest.repository_path(path)
        if not path or path.startswith("/") or folder.startswith(".."):
            continue  # `check` refuses it
        entry = manifest.document.location(("policies", "packs", index))
        found.append(_pack(snapshot, folder, path, pin, entry))
    return found


def _pack(snapshot: Snapshot, folder: str, label: str, pin: str, entry: Location) -> PackText:
    documents: dict[str, Document] = {}
    files: dict[str, Any] = {}
    for path in snapshot.paths(folder):
        name = posixpath.relpath(path, folder or ".")
        try:
            if "/" not in name and name.endswith((".yaml", ".yml")):
                documents[name] = parse_yaml(snapshot.read(path), path)
                files[name] = plain_data(documents[name].root)
            elif posixpath.dirname(name) == "kinds" and name.endswith(".json"):
                files[name] = parse_json(snapshot.read(path), path)
        except AiactError:
            continue  # `check` says so

    def place(file: str, *steps: str | int) -> Location:
        if file in documents:
            return documents[file].location(steps)
        return Location(posixpath.join(folder, file)) if file in files else entry

    name = str(mapping(files.get("pack.yaml")).get("name") or label)
    return PackText(name, folder, pin, files, place, entry)


def with_rules(trees: Sequence[tuple[Stated, Snapshot]], given: Given) -> list[Stated]:
    """What *trees* state, with what their packs compile to. *given* are the packs that judge whatever is judged."""
    kinds = kinds_of(given.packs)
    own = [_compiled(stated.packs, snapshot, kinds) for stated, snapshot in trees]
    below = [pack for pack, _ in given.packs]
    overlays = any(pack.has_overlay for packs in own for pack in packs.values())
    return [
        one._replace(rules=Rules(packs, overlaid(below, list(packs.values())) if overlays else Layers()))
        for (one, _), packs in zip(trees, own, strict=True)
    ]


def _compiled(packs: Sequence[PackText], snapshot: Snapshot, kinds: Mapping[str, Any]) -> dict[str, Pack]:
    known, found = dict(kinds), {}
    for text in packs:
        try:
            pack = pack_in(snapshot, text.folder, text.folder, known)[0]
        except (AiactError, OSError):
            continue  # `check` says so
        found[text.name] = pack
        known |= pack.kinds
    return found
