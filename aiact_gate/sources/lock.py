"""`aiact.lock`, read and written: the released model version and the counted data, and a last line with the digest of all before it."""

from __future__ import annotations

import hashlib
import posixpath
from typing import Any, NamedTuple

from aiact_gate.documents.node import Document, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, ManifestError, SnapshotError
from aiact_gate.model.evidence import Absent, Evidence, Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import schema
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.objects import is_commit_id
from aiact_gate.sources.shapes import quoted, shape
from aiact_gate.sources.snapshot import Snapshot

LOCK_NAME = "aiact.lock"
LOCK_SCHEMA = "aiact-gate/lock/v1"

DIGEST_KEY = b"digest: "


class Lock(NamedTuple):
    """A parsed lock."""

    path: str
    document: Document
    collected: str
    systems: dict[str, Any]
    intact: bool
    """Whether its digest line agrees with its bytes."""


class LockPlaces:
    """Where the facts of one block of the lock stand."""

    def __init__(self, document: Document, prefix: Pointer) -> None:
        self._document = document
        self._prefix = prefix

    def location(self, pointer: Pointer = ()) -> Location:
        return self._document.location((*self._prefix, *pointer))


def read_lock(snapshot: Snapshot, manifest: Manifest) -> Lock | None:
    """The lock beside the manifest, or None if there is none.

    Raises:
        ManifestError: it can't be parsed, or is no lock (exit 3).
    """
    path = posixpath.join(manifest.folder, LOCK_NAME)
    if not snapshot.has(path):
        return None
    try:
        data = snapshot.read(path)
        document = parse_yaml(data, path)
    except SnapshotError as error:
        raise ManifestError(error.what, "Collect it again: aiact-gate collect", Location(path)) from error
    except DocumentError as error:
        raise ManifestError(
            f"the lock can't be read: {error.what}", "Collect it again: aiact-gate collect", error.location
        ) from error
    content = plain_data(document.root)
    if (
        not isinstance(content, dict)
        or content.get("schema") != LOCK_SCHEMA
        or not isinstance(content.get("systems"), dict)
    ):
        raise ManifestError(
            "this is no lock of this version", "Collect it again: aiact-gate collect", document.location()
        )
    stated, computed = digest_of(data)
    return Lock(path, document, str(content.get("collected", "")), content["systems"], stated == computed)


def attach_registry(
    lock: Lock | None, manifest: Manifest, system: dict[str, Any], evidence: Evidence
) -> None:
    """Give *evidence* the name `mlflow`, or say why it is absent."""
    declared = (system.get("model") or {}).get("mlflow")
    fault = _why_absent(lock, manifest, system, declared)
    if fault is not None:
        evidence.faults.append(fault)
        evidence.absent["mlflow"] = Absent("mlflow", fault)
        return
    assert lock is not None
    definitions = schema("facts")["$defs"]
    node = lock.document.root.value["systems"].value[system["id"]].value["mlflow"]
    shaped = shape(Document(lock.path, node), {**definitions["Mlflow"], "$defs": definitions}, "mlflow")
    evidence.faults += [found for found in shaped.faults if found.rule != "unknown_key"]
    evidence.data["mlflow"] = shaped.value
    evidence.places["mlflow"] = LockPlaces(lock.document, ("systems", system["id"], "mlflow"))
    evidence.faults += _no_commit(shaped.value, evidence)
    if not lock.intact:
        message = "aiact.lock was edited: its bytes no longer give the digest on its last line."
        place = lock.document.location()._replace(line=1, column=1)
        evidence.faults.append(Fault("lock_digest", "contradicted", place, message, _COLLECT, about="mlflow"))


def _no_commit(mlflow: Any, evidence: Evidence) -> list[Fault]:
    """A fault if what stands for the run's commit is no id: a name could lead to any commit."""
    run = (mlflow or {}).get("run") or {}
    commit = str(run.get("source_commit") or "")
    if not commit or is_commit_id(commit):
        return []
    pointer = ("mlflow", "run", "source_commit")
    what = f"The run's source_commit is {quoted(commit)}, which is no id of a commit."
    return [Fault("no_commit", "malformed", evidence.locate(pointer), what, _COLLECT, pointer)]


_COLLECT = "Collect it again: aiact-gate collect"


def _why_absent(lock: Lock | None, manifest: Manifest, system: dict[str, Any], declared: Any) -> Fault | None:
    """Why no released model version is known, or None if one is."""
    name = ("mlflow",)
    block = lock.systems.get(system["id"]) if lock is not None else None
    if isinstance(block, dict) and isinstance(block.get("mlflow"), dict):
        if block["mlflow"].get("source") == "file":
            return None
    if not declared:
        fix = "Add model: {mlflow: {registered_model: …, version: …}} or {mlflow: {run: ID}}, then: aiact-gate collect"
        place = manifest.system_location(system["id"])
        return Fault(
            "registry_missing",
            "missing",
            place,
            "The manifest names no registered model and no run.",
            fix,
            name,
        )
    place = manifest.pointer(system["id"], "model", "mlflow")
    if lock is None:
        what = "There is no aiact.lock, so no run stands behind the model."
        return Fault(
            "registry_missing", "missing", place, what, "Read the registry: aiact-gate collect", name
        )
    if not isinstance(block, dict) or not isinstance(block.get("mlflow"), dict):
        what = f"The lock holds no model version of {system['id']}."
        return Fault(
            "registry_missing", "missing", lock.document.location(("systems",)), what, _COLLECT, name
        )
    wrong = _other_version(declared, block["mlflow"])
    if not wrong:
        return None
    key, what = wrong
    place = manifest.pointer(system["id"], "model", "mlflow", key)
    fix = "Name the version that is released, then: aiact-gate collect"
    return Fault("lock_release", "unbound", place, what, fix, name)


def _other_version(declared: dict[str, Any], found: dict[str, Any]) -> tuple[str, str] | None:
    """(the manifest's key that disagrees with the lock, how), or None."""
    if declared.get("run"):
        run = (found.get("run") or {}).get("id")
        what = f"The manifest names run {declared['run']}; the lock holds run {run}."
        return ("run", what) if declared["run"] != run else None
    name = f"{found.get('model')} version {found.get('version')}"
    if declared.get("registered_model") != found.get("model"):
        return (
            "registered_model",
            f"The manifest names {declared.get('registered_model')}; the lock holds {name}.",
        )
    if declared.get("version") and str(declared["version"]) != str(found.get("version")):
        return "version", f"The manifest names version {declared['version']}; the lock holds {name}."
    if declared.get("alias") and declared["alias"] not in (found.get("aliases") or []):
        return (
            "alias",
            f"The manifest names the alias {declared['alias']}; {name} in the lock doesn't have it.",
        )
    return None


# ---------------------------------------------------------------- written


def split_lock(lock: bytes) -> tuple[bytes, str]:
    """The bytes that the digest is over, and the digest that the last line states (empty if none)."""
    end = lock.rstrip(b"\r\n \t")
    start = end.rfind(b"\n") + 1
    last = end[start:]
    if not last.startswith(DIGEST_KEY):
        return lock, ""
    return lock[:start], last[len(DIGEST_KEY) :].strip().strip(b"'\"").decode("utf-8", "replace")


def digest_of(lock: bytes) -> tuple[str, str]:
    """The digest that *lock* states and the one that its bytes have; equal if nothing happened to it."""
    body, stated = split_lock(lock)
    return stated, computed_digest(body)


def computed_digest(body: bytes) -> str:
    # A checkout on Windows may turn every line end into two characters; no lock is written with them.
    return "sha256:" + hashlib.sha256(body.replace(b"\r\n", b"\n")).hexdigest()
