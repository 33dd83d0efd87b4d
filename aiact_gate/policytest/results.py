"""What testing a pack showed, as values: its cases, what they don't reach, and what they don't notice."""

from __future__ import annotations

from typing import NamedTuple

from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.location import Location


class CaseResult(NamedTuple):
    """What one case showed."""

    requirement: str
    name: str
    place: Location
    wrong: str = ""
    """What came out otherwise; empty: all as expected."""


class Unseen(NamedTuple):
    """A mutant, a blank field or a clause's value that no case tells apart."""

    requirement: str
    name: str
    """What an example file calls it: `accepted-by-another that[1]: …`."""
    place: Location
    kills: str
    """Which case would tell it."""
    because: str = ""
    """The reason that the example file gives, if it does."""


class Measured(NamedTuple):
    """One thing that was counted of a pack's examples."""

    wanted: int
    """How many there are."""
    unseen: tuple[Unseen, ...]
    """Those that no case tells apart, with a reason or without."""


class TestedPack(NamedTuple):
    """What `policy test` found of one pack."""

    name: str
    day: str
    """The ISO date that the tests pin."""
    faults: tuple[PolicyFault, ...]
    cases: tuple[CaseResult, ...] = ()
    requirements: int = 0
    checks: int = 0
    nothing: str = ""
    """Why no case was run: `untested`, it has no requirement of its own; `sources`, its checks report what sources find."""
    coverage: Measured | None = None
    mutants: Measured | None = None
    blanks: Measured | None = None
    orphans: tuple[Unseen, ...] = ()
    """Reasons that explain nothing (any more)."""

    @property
    def unseen(self) -> list[tuple[str, Unseen]]:
        """(what it is, the thing) of all that coverage and mutation found, explained or not."""
        kinds = (("UNSEEN", self.coverage), ("SURVIVED", self.mutants), ("HOLE", self.blanks))
        found = [(word, one) for word, measured in kinds if measured for one in measured.unseen]
        return [*found, *(("ORPHAN", one) for one in self.orphans)]

    @property
    def bad(self) -> bool:
        """Whether something failed or has no reason."""
        failed = any(case.wrong for case in self.cases)
        return bool(self.faults) or failed or any(not one.because for _, one in self.unseen)
