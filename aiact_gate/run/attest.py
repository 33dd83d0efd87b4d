"""A signed statement over a lock that was just collected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import UsageError
from aiact_gate.sources.attestation import (
    INSTALL,
    PAYLOAD_TYPE,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    lock_digest,
    runs_of,
)


def signer_of(key: Path) -> Any:
    """The signer of the ed25519 private key in the PEM file *key*. Raises UsageError: it can't be read, or is of another kind."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.signer import CryptoSigner
    except ImportError as error:
        raise UsageError("signing needs the extra `sign`", f"Install it: {INSTALL}") from error
    make = f"Make one: openssl genpkey -algorithm ed25519 -out {key.name}"
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"the key {key.name} can't be read", make) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError(f"the key {key.name} is no ed25519 key", make)
    return CryptoSigner(private)


def statement_over(lock: bytes, repository: str, signer: Any) -> bytes:
    """The DSSE envelope over *lock*, as JSON; *repository* is OWNER/NAME, or empty if the caller doesn't say it."""
    from securesystemslib.dsse import Envelope

    content = plain_data(parse_yaml(lock, "aiact.lock").root)
    predicate = {
        "repository": repository,
        "collected": content["collected"],
        "runs": runs_of(content["systems"]),
    }
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "aiact.lock", "digest": {"sha256": lock_digest(lock)}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    envelope = Envelope(json.dumps(statement, sort_keys=True).encode(), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=2, sort_keys=True).encode() + b"\n"
