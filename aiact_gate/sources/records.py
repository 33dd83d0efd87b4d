"""Records: the YAML files of the evidence folder, routed to the systems that their headers name."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiact_gate.documents.node import Document, Node
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, NotAtHand, SnapshotError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import RECORDS, schema
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.shapes import Shaped, nearest, quoted, shape
from aiact_gate.sources.snapshot import Snapshot

NOT_RECORDS = ("waivers", "baseline")


class RecordFile(NamedTuple):
    """One YAML file of the evidence folder."""

    path: str
    kind: str
    """The record kind it declares; from its name if it can't be read."""
    releases: tuple[str, ...]
    """What it speaks for: `credit-scoring@1.3.0`."""
    document: Document | None
    fault: Fault | None = None
    missing: NotAtHand | None = None
    """Why this clone doesn't hold it."""


def read_folder(
    snapshot: Snapshot,
    manifest: Manifest,
    folder: str,
    not_read: dict[str, str],
    kinds: Mapping[str, Any] | None = None,
) -> list[RecordFile]:
    """Every record file in *folder* (relative to the manifest's), sorted by path. Files of another kind go to *not_read*.

    *kinds*: what packs add to the record kinds of our own.
    """
    known = (*RECORDS, *(kinds or ()))
    base = manifest.repository_path(folder)
    found = []
    for path in snapshot.paths(base):
        name = posixpath.basename(path)
        stem, _, ending = name.rpartition(".")
        if ending not in ("yaml", "yml") or stem in NOT_RECORDS and posixpath.dirname(path) == base:
            continue
        record = _read(snapshot, path, stem, known)
        if isinstance(record, str):
            not_read[path] = record
        else:
            found.append(record)
    return found


def _read(snapshot: Snapshot, path: str, stem: str, known: tuple[str, ...]) -> RecordFile | str:
    """The record at *path*; a text: why it is none (a template, or YAML of something else, may lie there, too)."""
    content = b""
    try:
        content = snapshot.read(path)
        document = parse_yaml(content, path)
    except NotAtHand as missing:
        return RecordFile(path, stem, (), None, missing=missing)
    except (SnapshotError, DocumentError) as error:
        if stem not in known and content and b"aiact-gate/record/" not in content:
            return f"no YAML that can be read, and nothing says that it's a record: {error.what}"
        place = error.location or Location(path)
        what = f"{posixpath.basename(path)} can't be read: {error.what}."
        return _unread(path, stem, "unreadable", place, what, error.fix)
    root = document.root.value
    node = root.get("schema") if isinstance(root, dict) else None
    declared = node.value if node is not None and isinstance(node.value, str) else ""
    if not declared.startswith("aiact-gate/record/"):
        if stem not in known:
            return "a YAML file without `schema: aiact-gate/record/…`"
        place = document.location()
        what = f"{posixpath.basename(path)} has no header."
        fix = f"Begin it with: schema: aiact-gate/record/{stem}/v1"
        return _unread(path, stem, "unreadable", place, what, fix)
    kind, _, version = declared.removeprefix("aiact-gate/record/").partition("/")
    if kind not in known or version != "v1":
        near = nearest(kind, known)
        fix = f"Did you mean aiact-gate/record/{near}/v1?" if near else f"Known kinds: {', '.join(known)}."
        what = f"{quoted(declared)} is no known record kind"
        return _unread(path, stem, "unknown_kind", document.location(("schema",)), what, fix)
    node = root.get("for") if isinstance(root, dict) else None
    releases: tuple[str, ...] = ()
    if node is not None:
        values = node.value if isinstance(node.value, list) else [node]
        releases = tuple(item.value for item in values if isinstance(item.value, str))
    return RecordFile(path, kind, releases, document)


def _unread(path: str, stem: str, rule: str, place: Location, what: str, fix: str) -> RecordFile:
    return RecordFile(path, stem, (), None, Fault(rule, "malformed", place, what, fix, (stem,)))


def attach(
    records: list[RecordFile],
    manifest: Manifest,
    system: Mapping[str, Any],
    wanted: tuple[str, ...],
    evidence: Evidence,
    references: list[tuple[Pointer, str, str, Location]],
    kinds: Mapping[str, Any] | None = None,
) -> None:
    """Give *evidence* the records that speak for *system*; what is missing, old or twice there becomes `Absent`."""
    release = f"{system['id']}@{system.get('version', '')}"
    for kind in wanted:
        own = [
            record
            for record in records
            if record.kind == kind
            and (
                not record.releases or any(item.partition("@")[0] == system["id"] for item in record.releases)
            )
        ]
        readable = [record for record in own if record.document is not None]
        broken = [record for record in own if record.document is None]
        current = [record for record in readable if release in record.releases]
        if len(current) > 1:
            first, second = current[0], current[1]
            assert second.document is not None
            what = f"Two {kind} records speak for {release}: {first.path} and {second.path}."
            fix = "Keep one, or let each speak for its own release."
            fault = Fault(
                "two_records", "contradicted", second.document.location(("for",)), what, fix, (kind,)
            )
            evidence.leave_out(kind, fault)
        elif current:
            _shape(current[0], kind, evidence, references, (kinds or {}).get(kind))
        elif broken and broken[0].missing is not None and not readable:
            evidence.not_at_hand((kind,), broken[0].missing)
        elif broken and not readable:
            fault = broken[0].fault or Fault(
                "unreadable", "malformed", Location(broken[0].path), "can't be read", "", (kind,)
            )
            evidence.leave_out(kind, fault, unreadable=True)
        elif readable:
            old = readable[0]
            assert old.document is not None
            spoken = (
                ", ".join(item for item in old.releases if item.partition("@")[0] == system["id"])
                or "no release"
            )
            name = posixpath.basename(old.path)
            what = f"{name} speaks for {quoted(spoken)[1:-1]}; the manifest declares {release}."
            fix = f"Read it again for this release, then: aiact-gate confirm {old.path} --for {system.get('version', '')}"
            fault = Fault("other_release", "unbound", old.document.location(("for",)), what, fix, (kind,))
            evidence.leave_out(kind, fault)
        else:
            place = (
                manifest.pointer(system["id"], "evidence_dir")
                if _has_key(manifest, system["id"], "evidence_dir")
                else manifest.system_location(system["id"])
            )
            path = posixpath.join(str(system.get("evidence_dir") or "compliance"), f"{kind}.yaml")
            fix = f"Write it; its fields: {_prints_fields(kind, kind in (kinds or {}))}"
            fault = Fault("record_missing", "missing", place, f"{path} isn't there.", fix, (kind,))
            evidence.leave_out(kind, fault)


def _prints_fields(kind: str, added: bool) -> str:
    return f"aiact-gate schema {kind}{' --pack DIR' if added else ''}"


def _has_key(manifest: Manifest, system_id: str, key: str) -> bool:
    return any(
        system.value.get("id") is not None and system.value["id"].value == system_id and key in system.value
        for system in manifest.document.root.value["systems"].value
        if isinstance(system.value, dict)
    )


def _shape(
    record: RecordFile,
    kind: str,
    evidence: Evidence,
    references: list[tuple[Pointer, str, str, Location]],
    added: Mapping[str, Any] | None,
) -> None:
    assert record.document is not None
    shaped = shape(record.document, added or schema(kind), kind)
    if (
        kind != "classification"
        and not shaped.faults
        and not _says_something(record.document.root, (kind,), shaped)
    ):
        name = posixpath.basename(record.path)
        fix = f"Fill it in; its fields: {_prints_fields(kind, added is not None)}"
        message = f"{name} is still empty: no field of it is written yet."
        fault = Fault("record_missing", "missing", record.document.location(), message, fix, (kind,))
        evidence.leave_out(kind, fault)
        return
    if added is not None:
        from aiact_gate.sources.kind_schema import hold_against

        hold_against(record.document, added, kind, shaped, evidence)
    evidence.data[kind] = shaped.value if isinstance(shaped.value, dict) else {}
    evidence.places[kind] = record.document
    evidence.faults += shaped.faults
    evidence.unfilled.update(shaped.unfilled)
    evidence.required |= shaped.required
    references += shaped.references


def _says_something(node: Node, pointer: Pointer, shaped: Shaped) -> bool:
    """Whether somebody has written a value at or below *pointer*; a header and ids alone say nothing yet."""
    if pointer in shaped.unfilled or pointer[1:] in (("schema",), ("for",)):
        return False
    if isinstance(node.value, dict):
        return any(_says_something(child, (*pointer, key), shaped) for key, child in node.value.items())
    if isinstance(node.value, list):
        return any(_says_something(child, (*pointer, at), shaped) for at, child in enumerate(node.value))
    return not node.is_null and pointer[-1] != "id"


def unread(records: list[RecordFile], known: list[Fault]) -> list[Fault]:
    """What is wrong with records that can't be read and aren't among *known* faults: nobody can tell what such a file holds,
    so it is a finding although no point waits for its kind."""
    return [record.fault for record in records if record.fault is not None and record.fault not in known]


def undeclared(records: list[RecordFile], manifest: Manifest) -> list[Fault]:
    """A finding for each record that speaks for a system which the manifest doesn't declare."""
    known = {system["id"] for system in manifest.systems}
    faults = []
    for record in records:
        if record.document is None:
            continue
        if not record.releases:
            what = f"{posixpath.basename(record.path)} doesn't say which system it speaks for."
            fix = "Add: for: <system>@<version>"
            faults.append(
                Fault("undeclared", "unbound", record.document.location(("for",)), what, fix, (record.kind,))
            )
        for release in record.releases:
            name = release.partition("@")[0]
            if name not in known:
                near = nearest(name, known)
                fix = (
                    f"Did you mean {near}?"
                    if near
                    else "Declare the system in the manifest, or take the record out."
                )
                what = f"{posixpath.basename(record.path)} speaks for {quoted(name)}, which the manifest doesn't declare."
                faults.append(
                    Fault(
                        "undeclared", "unbound", record.document.location(("for",)), what, fix, (record.kind,)
                    )
                )
    return faults
