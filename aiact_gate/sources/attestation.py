"""Who wrote the lock: an in-toto statement over its digest, in a DSSE envelope signed with a key that the organisation's pack names (H6).

Verified offline. What whoever commits can write is no witness: only keys of packs that the workflow gives, or that the base of a
change names, count.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Sequence
from typing import Any, NamedTuple

from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.model.policy import Attester
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

STATEMENT_NAME = "aiact.lock.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:aiact-gate:predicate:lock:v1"
INSTALL = 'pip install "aiact-gate[sign]"'

RULE = "attestation"
_AGAIN = "Sign the lock again: aiact-gate collect --attest --key FILE"
_BLOCKS = (("mlflow",), ("data",))
"""What the lock repeats: the registry's words and the counts of the data."""


class Attested(NamedTuple):
    """What the statement beside the lock comes to."""

    by: str = ""
    """The key's name, if the statement holds."""
    fault: Fault | None = None
    setting: str = ""
    """What would verify it; empty if it was, or if there is none."""


def attested(
    snapshot: Snapshot,
    manifest: Manifest,
    lock: Lock | None,
    keys: Sequence[Attester],
    repository: str,
) -> Attested:
    """Whether one of *keys* signed this *lock*; *repository* is OWNER/NAME, or empty if the caller doesn't say it."""
    path = posixpath.join(manifest.folder, STATEMENT_NAME)
    if lock is None or not keys or not snapshot.has(path):
        return Attested()
    try:
        from securesystemslib.exceptions import Error, VerificationError
    except ImportError:
        return Attested(setting=INSTALL)
    place = Location(path, 1, 1)
    try:
        by = {_key(key).keyid: key for key in keys}
    except ValueError:
        what = "A key that a pack names is no ed25519 key in PEM, so the statement over the lock can't be verified."
        fix = "Write it as `openssl pkey -in KEY -pubout` prints it: aiact-gate policy lint PACK"
        return _refused("malformed", place, what, fix)
    try:
        envelope = _envelope(snapshot.read(path))
        statement = _statement(envelope)
    except (AiactError, Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        what = "This is no signed statement over a lock."
        return _refused("malformed", place, what)
    if not by.keys() & envelope.signatures.keys():
        names = ", ".join(key.name for key in keys)
        what = f"The statement over the lock is signed by none of the keys that count here: {names}."
        fix = "Sign with one of them, or have the organisation's pack name the key."
        return _refused("unbound", place, what, fix)
    try:
        signed = envelope.verify([_key(key) for key in keys], 1)
    except VerificationError:
        what = "The statement over the lock isn't what was signed."
        return _refused("contradicted", place, what)
    key = by[next(iter(signed))]
    wrong = _wrong(statement, lock, key, snapshot.read(lock.path), repository)
    return Attested(by=key.name) if wrong is None else _refused(wrong[0], place, wrong[1])


def _refused(kind: str, place: Location, what: str, fix: str = _AGAIN) -> Attested:
    return Attested(fault=Fault(RULE, kind, place, what, fix, about="mlflow"))


def note_attested(found: Attested, evidence: Evidence) -> None:
    """What the statement says of the lock, as a witness or a fault of *evidence*."""
    if found.fault is not None:
        evidence.faults.append(found.fault)
    for block in _BLOCKS:
        if found.by:
            evidence.witnesses.setdefault(block, f"signed lock, {found.by}")
        elif found.setting:
            evidence.missing_witnesses.setdefault(block, found.setting)


def lock_digest(data: bytes) -> str:
    """The SHA-256 that a statement names: line ends of a checkout on Windows don't count."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _envelope(data: bytes) -> Any:
    from securesystemslib.dsse import Envelope

    envelope = Envelope.from_dict(json.loads(data))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError("another payload")
    return envelope


def _statement(envelope: Any) -> dict[str, Any]:
    statement = json.loads(envelope.payload)
    predicate, (subject,) = statement["predicate"], statement["subject"]
    types = (statement["_type"], statement["predicateType"])
    texts = (predicate["repository"], predicate["collected"], subject["digest"]["sha256"])
    if types != (STATEMENT_TYPE, PREDICATE_TYPE) or not all(isinstance(text, str) for text in texts):
        raise ValueError("another statement")
    return {"sha256": subject["digest"]["sha256"], **predicate}


def _key(attester: Attester) -> Any:
    """The key in the library's form. Raises ValueError: it is no ed25519 key in PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.signer import SSlibKey

    public = load_pem_public_key(attester.public.encode())
    if not isinstance(public, Ed25519PublicKey):
        raise ValueError("another kind of key")
    return SSlibKey.from_crypto(public)


def _wrong(
    statement: dict[str, Any], lock: Lock, key: Attester, data: bytes, repository: str
) -> tuple[str, str] | None:
    """(kind, what) if a statement that *key* signed isn't one over this lock."""
    if key.until < statement["collected"]:
        return (
            "unbound",
            f"The key {key.name} ended on {key.until}; the lock was collected on {statement['collected']}.",
        )
    named = statement["repository"]
    if repository and named and named.lower() != repository.lower():
        return "unbound", f"The statement is over a lock of {named}; this is {repository}."
    if statement["sha256"] == lock_digest(data):
        return None
    if (statement["collected"], statement.get("runs")) == (lock.collected, runs_of(lock.systems)):
        return "contradicted", "The lock was changed after it was signed."
    return (
        "stale",
        f"The statement is over the lock of {statement['collected']}, not over this one of {lock.collected}.",
    )


def runs_of(systems: dict[str, Any]) -> dict[str, str]:
    """The run of each system, by its id."""
    blocks = {name: (block or {}).get("mlflow") for name, block in systems.items()}
    return {
        name: str((block.get("run") or {}).get("id") or "")
        for name, block in blocks.items()
        if isinstance(block, dict)
    }
