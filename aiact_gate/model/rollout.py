"""How an organisation moves its repositories from observing to enforcing, and what it takes back on the way.

The verdict is the same in every mode; a mode decides the exit code alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from aiact_gate.model.location import Location

MODES = ("observe", "warn", "enforce")
"""What a failed point does, mildest first: it is shown; it is a warning; it ends the run with 1."""


class RingStep(NamedTuple):
    """One step of a ring: from its day on, until the next step's."""

    since: str
    mode: str
    kinds: tuple[str, ...] = ()
    """The kinds of findings that are enforced; empty: all."""


class Ring(NamedTuple):
    """Repositories that move together."""

    name: str
    repositories: tuple[str, ...]
    """Patterns for OWNER/NAME; `*` stands for any characters."""
    topics: tuple[str, ...]
    profile: str
    steps: tuple[RingStep, ...]
    """In the order of their days."""


class Rollout(NamedTuple):
    """`rollout.yaml` of a pack."""

    rings: tuple[Ring, ...] = ()
    """The first that fits a repository is its ring."""
    waivers: dict[str, Any] = {}
    """What the organisation asks of waivers: max_days, max_ending_on_one_day, max_per_repository, never."""


class Recall(NamedTuple):
    """A check that a pack takes back everywhere for a while."""

    check: str
    reason: str
    issue: str
    approved_by: str
    since: str
    until: str
    """The last day, included."""
    place: Location
    pack: str = ""
    """`bank-rules 4.2`."""
    vendored: bool = False
    """The repository's own copy of a pack says so."""


class InForce(NamedTuple):
    """What mode a run is in, and what decided it."""

    mode: str = "enforce"
    kinds: tuple[str, ...] = ()
    """In `enforce`: the kinds of findings that fail the run; empty: all."""
    because: str = ""
    """`ring`; `manifest`: aiact.yaml asks for more than the ring; `ignored`: it asks for less than what is in force and no
    roll-out is there; `before`: the ring's first step is still to come; `no_ring`; `unnamed`: no repository was given."""
    pack: str = ""
    """The pack with the roll-out: `bank-rules 4.2`."""
    vendored: bool = False
    """It is the repository's own copy."""
    ring: str = ""
    ring_mode: str = ""
    """What the ring alone would say, where aiact.yaml asks for more."""
    profile: str = ""
    """The ring's profile, or empty."""
    since: str = ""
    until: str = ""
    """The day of the next step, or empty."""
    repository: str = ""
