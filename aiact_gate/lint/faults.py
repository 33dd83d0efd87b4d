"""What is wrong with a policy, and the word that was probably meant."""

from __future__ import annotations

from typing import NamedTuple

from aiact_gate.model.location import Location
from aiact_gate.sources.shapes import nearest


class PolicyFault(NamedTuple):
    """Something wrong with a policy, at its place."""

    location: Location
    rule: str
    message: str
    fix: str
    requirement: str = ""
    condition: str = ""
    """The condition concerned, for the caret."""
    caret: int = -1
    """Where in `condition` it is wrong; -1: nowhere in particular."""
    source: str = ""
    """The line of the file on which it stands."""


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    near = nearest(word, known)
    if near:
        return f"Did you mean {near}?"
    if known:
        return f"Known here: {', '.join(known[:10])}."
    return "Look at the record's schema: aiact-gate schema."
