"""What `explain` shows beside the report: values of conditions, places of rows, people, dates."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiact_gate.model.location import Location
from aiact_gate.model.report import CheckResult, PersonSeen, Row


class Seen(NamedTuple):
    """One part of a condition and what it gave."""

    depth: int
    text: str
    """As CEL; for an element of a loop, the variable."""
    state: str
    """value, nothing, unknown, error."""
    value: Any = None
    place: Location | None = None
    note: str = ""
    """Why there is no value, or where one comes from that stands in no file."""


class ConditionSeen(NamedTuple):
    """One condition over one row."""

    name: str
    """when, where, that, or `that 2` of several clauses."""
    source: str
    whole: Seen
    reached: bool = True
    """False for a clause behind one that failed."""
    parts: tuple[Seen, ...] = ()
    set_by: str = ""
    """Where an overlay requires it; empty for the pack's own."""


class RowSeen(NamedTuple):
    """One row that the loops gave."""

    name: str
    """`R1`; `R1/health` for two loops; empty without a loop."""
    state: str
    """holds, fails, left out, error, not judged."""
    place: Location | None = None
    because: str = ""
    conditions: tuple[ConditionSeen, ...] = ()


class CheckSeen(NamedTuple):
    """One check on one system."""

    system: str
    version: str
    result: CheckResult | None
    because: str = ""
    """Why the check wasn't judged at all."""
    loops: tuple[str, ...] = ()
    """`it: risk_management.risks, 6 of them`."""
    lookups: tuple[str, ...] = ()
    where: str = ""
    when: ConditionSeen | None = None
    total: int = 0
    """Rows that the loops gave."""
    names: tuple[str, ...] = ()
    """The rows that `where` chose."""
    left_out: tuple[str, ...] = ()
    rows: tuple[RowSeen, ...] = ()
    """Those that are shown in full."""
    min_items: int = 1


class PageFacts(NamedTuple):
    """What one system's part of a requirement's page shows beside the row."""

    system: str
    row: Row
    dates: tuple[str, str, str] = ("", "", "")
    """Earliest and latest reading, remark."""
    confidence: str = ""
    sources: tuple[str, ...] = ()
    act: str = ""
    """The act whose point it is, as amended, with the text's number."""
    looked_at: tuple[tuple[str, int], ...] = ()
    """(list, how many elements) of everything that its checks walk through."""
    places: dict[str, tuple[Location, ...]] = {}
    """By check: where its rows stand."""
    people: tuple[PersonSeen, ...] = ()
    changed: tuple[str, ...] | None = None
    """Inputs that changed since the run; None if nothing is known about them."""
    run: str = ""
