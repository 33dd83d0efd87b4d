"""What is wrong with a policy, and the word that was probably meant."""

from __future__ import annotations

from typing import NamedTuple

from aiact_gate.documents.node import Document
from aiact_gate.model.location import Location, Pointer
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


class Place(NamedTuple):
    """A part of a pack's file, and where its faults are told."""

    document: Document
    faults: list[PolicyFault]
    pointer: Pointer = ()
    requirement: str = ""

    def below(self, *steps: str | int) -> Place:
        return self._replace(pointer=(*self.pointer, *steps))

    def fault(
        self,
        rule: str,
        where: Pointer,
        message: str,
        fix: str,
        condition: str = "",
        caret: int = -1,
        *,
        at_key: bool = False,
    ) -> None:
        """Tell a fault at *where*, from here, or at its key; *caret*: the character of *condition*, the value there, that is wrong."""
        location = self.document.location((*self.pointer, *where), at_key=at_key)
        self.faults.append(PolicyFault(location, rule, message, fix, self.requirement, condition, caret))


def did_you_mean(word: str, known: tuple[str, ...], otherwise: str = "") -> str:
    """What to do about *word*, which is none of *known*; *otherwise*: where nothing is near it."""
    near = nearest(word, known)
    if near:
        return f"Did you mean {near}?"
    if known and not otherwise:
        return f"Known here: {', '.join(known[:10])}."
    return otherwise or "Look at the record's schema: aiact-gate schema."
