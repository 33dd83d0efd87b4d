"""A claim that asks for little held against what the system's own words look like: a question, never a failure."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from aiact_gate.judge.claim import Claim
from aiact_gate.judge.classification import tier_rank
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.sources.cards import Passage, first_words
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

_RANKS = {"high risk": tier_rank("high"), "limited risk": tier_rank("limited")}
_ASKED_BY = (
    ("Annex III", ("a3.areas",)),
    ("Article 6(1)", ("a1.law",)),
    ("Article 50", ("t.interacts", "t.generates", "t.exposes")),
)
"""Which questions ask about a use: whoever has said yes to one of them has looked at it."""


def asked_about(
    snapshot: Snapshot, manifest: Manifest, system: Mapping[str, Any], claim: Claim, evidence: Evidence
) -> list[Fault]:
    """A question where the purpose or the card of *system* looks like a use of a higher tier that no answer speaks of."""
    tiers = [claim.claimed, claim.derived.tier if claim.derived is not None else ""]
    rank = max((tier_rank(tier) for tier in tiers if tier), default=tier_rank("high"))
    if rank >= tier_rank("high"):
        return []
    from aiact_gate.propose.tier import likeness

    found = likeness(_passages(snapshot, manifest, system))
    if found is None or _RANKS[found.tier] <= rank or _is_answered(found.cite, evidence):
        return []
    questions = next(names for cite, names in _ASKED_BY if found.cite.startswith(cite))
    place = manifest.pointer(system["id"], "intended_purpose")
    where = "" if found.path == manifest.path else f" in {found.path}:{found.line}"
    what = f'"{found.word}"{where} looks like {found.looks_like} ({found.tier}, {found.cite}); the answers name no such use.'
    fix = f"If it is, answer {' or '.join(questions)} so and claim the tier that follows; if not, nothing is to be done."
    return [Fault("claim_likeness", "asked", place, what, fix)]


def _is_answered(cite: str, evidence: Evidence) -> bool:
    rows = (evidence.data.get("classification") or {}).get("answers") or {}
    names = next(names for start, names in _ASKED_BY if cite.startswith(start))
    given = [rows[name].get("is") for name in names if isinstance(rows.get(name), dict)]
    return any(answer not in (None, False, [], "unknown") for answer in given)


def _passages(snapshot: Snapshot, manifest: Manifest, system: Mapping[str, Any]) -> list[Passage]:
    """Title, purpose and name: what the system says of itself."""
    model = system.get("model") or {}
    said = [system.get("intended_purpose"), system.get("name"), system.get("id")]
    said.append((model.get("mlflow") or {}).get("registered_model"))
    line = manifest.system_location(system["id"]).line
    passages = [
        Passage(manifest.path, line, str(text).replace("-", " ").replace("_", " ")) for text in said if text
    ]
    with contextlib.suppress(AiactError):  # that the card can't be read is told elsewhere
        if model.get("card"):
            passages += first_words(snapshot, manifest.repository_path(str(model["card"])))
    return passages
