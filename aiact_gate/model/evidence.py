"""What was found: data with places, what is absent, what can't be known. Sources fill it, judgement reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiact_gate.model.errors import NotAtHand
from aiact_gate.model.location import Location, Pointer


class Unknown(NamedTuple):
    """A fact that this run can't determine."""

    reason: str
    would_determine: str
    """A command or setting that would."""
    known: tuple[Any, ...] = ()
    """The part that is known all the same."""


class Fault(NamedTuple):
    """Something wrong with the form of the evidence, found before anything is judged."""

    rule: str
    """Which check of the pack `evidence-integrity` reports it: `unknown_key`, `wrong_type`, `reference`, …"""
    kind: str
    location: Location
    message: str
    fix: str
    pointer: Pointer = ()
    """Name of the record and the place in it; conditions that read it fail."""
    article: str = ""
    """The point of law that it is about, where that is narrower than its requirement's."""
    is_firm: bool = False
    """No mode of a roll-out lets it through."""


class Absent(NamedTuple):
    """A record, document or fact that isn't there, or can't be read."""

    name: str
    fault: Fault
    unreadable: bool = False


@dataclass
class Evidence:
    """Everything that conditions about one system may read."""

    data: dict[str, Any] = field(default_factory=dict)
    """By name: records, documents, `system`, `mlflow`, `derived`, …; plain data."""
    places: dict[str, Any] = field(default_factory=dict)
    """By name: something with `location(pointer) -> Location`."""
    absent: dict[str, Absent] = field(default_factory=dict)
    unknowns: dict[Pointer, Unknown] = field(default_factory=dict)
    """Pointers (name first) below which facts are unknown."""
    faults: list[Fault] = field(default_factory=list)
    undetermined: dict[str, Unknown] = field(default_factory=dict)
    """By rule of a fault: why this run can't say that there is none."""
    unfilled: dict[Pointer, str] = field(default_factory=dict)
    """Values that count as empty: `missing` or `filler`, by pointer (name first)."""
    required: set[Pointer] = field(default_factory=set)
    """Required fields of records that are absent or not filled."""
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Record kinds that packs add, with their schemas."""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By name: path and SHA-256 of the file it was read from."""
    worth_at_most: dict[Pointer, str] = field(default_factory=dict)
    """By pointer: the strongest method that facts below it earn in this run (an edited lock is only read)."""
    witnesses: dict[Pointer, str] = field(default_factory=dict)
    """By pointer: who says the facts below it besides the lock: `commit 7ea7295`, `live registry`."""
    missing_witnesses: dict[Pointer, str] = field(default_factory=dict)
    """By pointer: the command that would bring a witness for the facts below it."""
    on_lock: dict[Pointer, str] = field(default_factory=dict)
    """By pointer: facts below it that only the lock says, and the setting that would give them a witness."""
    references: list[tuple[Pointer, str, str, Location]] = field(default_factory=list)
    """(where, kind, text, place) of what points elsewhere and isn't resolved yet."""
    anchor: Location = Location("aiact.yaml")
    """The manifest's line of the system: where a finding stands that has no other place."""

    def leave_out(self, name: str, fault: Fault, unreadable: bool = False) -> None:
        """Notes that *name* isn't there for a reason, which is told once."""
        self.faults.append(fault)
        self.absent[name] = Absent(name, fault, unreadable)

    def not_at_hand(self, pointer: Pointer, error: NotAtHand) -> None:
        """Notes that this clone can't say what stands at *pointer*."""
        self.unknowns[pointer] = Unknown(error.what, error.command)

    def locate(self, pointer: Pointer) -> Location:
        """Where *pointer* stands, or its nearest existing parent; the manifest if its record is absent."""
        name = str(pointer[0]) if pointer else ""
        place = self.places.get(name)
        if place is None:
            absent = self.absent.get(name)
            return absent.fault.location if absent else self.anchor
        location: Location = place.location(pointer[1:])
        return location._replace(pointer=pointer)
