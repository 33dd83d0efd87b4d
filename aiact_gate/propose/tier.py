"""What a system looks like by its own words: a question to a person, printed as a comment, never a tier."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiact_gate.sources.cards import Passage


@dataclass(frozen=True)
class Likeness:
    """One use that words of the card or of the model's name point to."""

    looks_like: str
    tier: str
    """In words: high risk, limited risk."""
    cite: str
    word: str
    """What was read."""
    path: str
    line: int


USES = Path(__file__).with_name("uses.json")
"""Uses of a higher tier: what each is, its tier in words, its point of the law, and patterns of words that point to it."""
_NOT = re.compile(r"\b(?:not|never|no|without|excluded?|rather than|other than)\b", re.IGNORECASE)


def likeness(passages: Sequence[Passage]) -> Likeness | None:
    """The first use that *passages* (title, purpose, name of the model) point to; sentences that deny one are left out."""
    for use in json.loads(USES.read_text("utf-8")):
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(use['words'])})", re.IGNORECASE)
        for passage in passages:
            for sentence in re.split(r"(?<=[.!?;])\s+", passage.text):
                match = pattern.search(sentence)
                if match and not _NOT.search(sentence[: match.start()]):
                    told = (use["looks_like"], use["tier"], use["cite"])
                    return Likeness(*told, match[0], passage.path, passage.line)
    return None
