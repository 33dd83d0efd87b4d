"""One system's evidence, gathered through the snapshot: only what the selected points read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiact_gate.model.errors import AiactError, NotAtHand
from aiact_gate.model.evidence import Evidence, Unknown
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import RECORDS
from aiact_gate.sources import records, references
from aiact_gate.sources.documents import Library, attach_document
from aiact_gate.sources.lock import Lock, attach_registry
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot
from aiact_gate.sources.witnesses import NO_PLAN, note_what_only_the_lock_says

if TYPE_CHECKING:
    from aiact_gate.sources.figures import FigurePlaces

DOCUMENT_KEYS = {"model_card": "card", "instructions_for_use": "instructions"}


@dataclass
class Gathering:
    """What is shared by the systems of one manifest."""

    snapshot: Snapshot
    manifest: Manifest
    lock: Lock | None
    records: dict[str, list[records.RecordFile]] = field(default_factory=dict)
    """By evidence folder."""
    not_read: dict[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Any] = field(default_factory=dict)
    """Record kinds that packs add, with their schemas."""
    release: bool = False
    """Whether a release is judged: its tag is looked up."""
    recount: bool = False
    """Whether all data is counted again, however much it is."""


def begin(gathering: Gathering, system: Mapping[str, Any], as_of: str) -> Evidence:
    """Evidence with the manifest's entry and the classification record: enough to know what binds."""
    manifest = gathering.manifest
    evidence = Evidence(anchor=manifest.system_location(str(system["id"])), kinds=gathering.kinds)
    evidence.data["system"] = _system(system)
    evidence.data["as_of"] = as_of
    evidence.data["derived"] = {
        "plan": dict(NO_PLAN),
        "datasets": {},
        "inputs": [],
        "figures": [],
        "releases": [],
    }
    evidence.places["system"] = _SystemPlaces(manifest, str(system["id"]))
    records.attach(
        folder_of(gathering, system), manifest, system, ("classification",), evidence, evidence.references
    )
    # Its absence is the claim's business, not a missing record of the points.
    evidence.faults = [fault for fault in evidence.faults if fault.rule != "record_missing"]
    attach_registry(gathering.lock, manifest, dict(system), evidence)
    if "mlflow" in evidence.absent:
        evidence.faults = [fault for fault in evidence.faults if fault is not evidence.absent["mlflow"].fault]
    return evidence


def folder_of(gathering: Gathering, system: Mapping[str, Any]) -> list[records.RecordFile]:
    """The record files of the system's evidence folder, read once."""
    folder = str(system.get("evidence_dir") or "compliance")
    if folder not in gathering.records:
        gathering.records[folder] = records.read_folder(
            gathering.snapshot, gathering.manifest, folder, gathering.not_read, gathering.kinds
        )
    return gathering.records[folder]


def gather(
    gathering: Gathering, system: Mapping[str, Any], evidence: Evidence, wanted: frozenset[str]
) -> None:
    """Fill *evidence* (from `begin`) with every name of *wanted*; what isn't there becomes a finding's worth of absence."""
    snapshot, manifest = gathering.snapshot, gathering.manifest
    own = dict(system)
    library = Library(snapshot)
    pointers = evidence.references
    if "mlflow" in evidence.absent and "mlflow" in wanted:
        evidence.faults.append(evidence.absent["mlflow"].fault)
    known = (*RECORDS, *gathering.kinds)
    kinds = tuple(kind for kind in known if kind in wanted and kind != "classification")
    records.attach(folder_of(gathering, system), manifest, own, kinds, evidence, pointers, gathering.kinds)
    for name, key in DOCUMENT_KEYS.items():
        if name in wanted:
            attach_document(name, key, snapshot, manifest, own, evidence, library, pointers)
    if wanted & {"event_log", "replay"}:
        from aiact_gate.sources.events import attach_events

        attach_events(snapshot, manifest, evidence, with_replay="replay" in wanted)
    tree = references.Tree(snapshot, manifest, library)
    evidence.faults += references.resolve(pointers, evidence, gathering.kinds, tree)
    evidence.faults += references.pasted(evidence, gathering.kinds)
    if "derived" in wanted:
        from aiact_gate.sources import (
            binding,
            datasets,
            figures,
            possible,
            programs,
            timeline,
            told_twice,
        )  # a system without a duty pays for neither

        derived = evidence.data["derived"]
        if "testing" in evidence.data:
            derived["plan"] = binding.plan_binding(snapshot, evidence)
        derived["inputs"] = binding.inputs(snapshot, manifest, own, evidence)
        derived["datasets"] = datasets.datasets(snapshot, manifest, gathering.lock, own, evidence)
        most = None if gathering.recount else datasets.RECOUNTED
        datasets.count_again(snapshot, manifest, gathering.lock, own, evidence, most)
        _data_not_at_hand(snapshot, manifest, evidence)
        derived["releases"] = [
            tag for tag, _ in snapshot.tags() if system["id"] in tag or tag.lstrip("v")[:1].isdigit()
        ]
        evidence.faults += binding.stale_inputs(snapshot, manifest, evidence)
        if "mlflow" in evidence.absent:
            for facts, what in (
                (("figures",), "the figures could be held against"),
                (("datasets", "*", "run_context"), "could have logged the data"),
                (("plan",), "could have begun with a plan"),
                (("inputs",), "could have read the inputs"),
            ):
                unknown = Unknown(f"no run is known that {what}", "aiact-gate collect")
                evidence.unknowns[("derived", *facts)] = unknown
        if gathering.lock is None:
            evidence.unknowns[("derived", "datasets")] = Unknown(
                "nobody has counted the data yet", "aiact-gate collect"
            )
        rows, places = figures.figures(evidence, library)
        derived["figures"] = rows
        evidence.places["derived"] = _DerivedPlaces(
            manifest, str(system["id"]), figures.FigurePlaces(places), evidence
        )
        evidence.faults += possible.impossible(evidence)
        told = told_twice.Told(snapshot, manifest, library, gathering.lock, own, evidence)
        evidence.faults += told_twice.told_twice(told)
        evidence.faults += programs.target_faults(
            snapshot, manifest, gathering.lock, own, evidence, gathering.release
        )
        evidence.faults += timeline.timeline_faults(snapshot, gathering.lock, own, evidence)
    if gathering.release:
        from aiact_gate.sources.release import note_release

        note_release(snapshot, manifest, own, evidence)
    _caps(gathering, evidence)
    _files(gathering, evidence)


def _data_not_at_hand(snapshot: Snapshot, manifest: Manifest, evidence: Evidence) -> None:
    for row in (evidence.data.get("data_governance") or {}).get("datasets") or []:
        path = str(row.get("path") or "") if isinstance(row, dict) else ""
        try:
            snapshot.sha256(manifest.repository_path(path))
        except NotAtHand as missing:
            evidence.not_at_hand(("derived", "datasets"), missing)
        except AiactError:
            continue  # there is none, which is a finding elsewhere


class _SystemPlaces:
    def __init__(self, manifest: Manifest, system_id: str) -> None:
        self._manifest = manifest
        self._id = system_id

    def location(self, pointer: Pointer = ()) -> Location:
        return self._manifest.pointer(self._id, *pointer)


class _DerivedPlaces:
    """Where computed facts are pointed at: figures in their document, everything else where the manifest speaks of it."""

    def __init__(
        self, manifest: Manifest, system_id: str, figures_: FigurePlaces, evidence: Evidence
    ) -> None:
        self._manifest = manifest
        self._id = system_id
        self._figures = figures_
        self._evidence = evidence

    def location(self, pointer: Pointer = ()) -> Location:
        if pointer and pointer[0] == "figures":
            return self._figures.location(pointer)
        if pointer[:2] == ("plan", "moved") and len(pointer) > 2:
            return self._in_plan(self._evidence.data["derived"]["plan"]["moved"][pointer[2]])
        key = ("inputs",) if pointer and pointer[0] == "inputs" else ("model", "mlflow")
        return self._manifest.pointer(self._id, *key)

    def _in_plan(self, moved: Mapping[str, str]) -> Location:
        """Where the plan has the field that *moved*."""
        rows = self._evidence.data["testing"][moved["list"]]
        at = next(index for index, row in enumerate(rows) if str(row.get("id")) == moved["id"])
        place: Location = self._evidence.places["testing"].location((moved["list"], at, moved["field"]))
        return place


def _system(system: Mapping[str, Any]) -> dict[str, Any]:
    model = system.get("model")
    mlflow = (model or {}).get("mlflow") or {}
    return {
        "id": system["id"],
        "name": system.get("name"),
        "version": system.get("version"),
        "role": list(system.get("role") or []),
        "tier": system.get("tier"),
        "intended_purpose": system.get("intended_purpose"),
        "model": None
        if model is None
        else {
            "card": model.get("card"),
            "instructions": model.get("instructions"),
            "registered_model": mlflow.get("registered_model"),
            "version": mlflow.get("version"),
            "alias": mlflow.get("alias"),
        },
    }


def _caps(gathering: Gathering, evidence: Evidence) -> None:
    """What facts of a name are worth at most in this run: an edited lock is only read, an unbound log only stated."""
    if gathering.lock is not None and not gathering.lock.intact:
        evidence.worth_at_most |= {("mlflow",): "structural", ("derived",): "structural"}
    for name in ("event_log", "replay"):
        if name in evidence.data and not evidence.data[name]["bound"]:
            evidence.worth_at_most[(name,)] = "stated"
    note_what_only_the_lock_says(evidence)


def _files(gathering: Gathering, evidence: Evidence) -> None:
    for name, place in evidence.places.items():
        path = place.location().path
        if name in ("system", "derived"):
            continue
        try:
            evidence.files[name] = (path, hashlib.sha256(gathering.snapshot.read(path)).hexdigest())
        except AiactError:
            continue
