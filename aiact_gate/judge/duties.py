"""The duties that the answers derive, each with its dates and whether this run judged a point of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.judge.claim import Claim
from aiact_gate.judge.classification import Duty
from aiact_gate.judge.dates import binding
from aiact_gate.model.outcome import RAN
from aiact_gate.model.report import DutySeen, Row


def duties_seen(
    claim: Claim, rows: Sequence[Row], timeline: Mapping[str, Any], market_date: str
) -> tuple[DutySeen, ...]:
    """The duties of those who answered, in the procedure's order; none without answers."""
    derived = claim.derived.duties if claim.derived is not None else ()
    return tuple(_seen(duty, claim, rows, timeline, market_date) for duty in derived)


def _seen(
    duty: Duty, claim: Claim, rows: Sequence[Row], timeline: Mapping[str, Any], market_date: str
) -> DutySeen:
    own = [row for row in rows if row.requirement.duty == duty.id]
    readings = {duty.date or ""}
    for key in {row.requirement.timeline for row in own}:
        dates = binding(timeline, key, claim, market_date)
        readings |= {dates.earlier, dates.later}
    several = "s" if any(sign in duty.articles for sign in ",-") else ""
    return DutySeen(
        id=duty.id,
        kind=duty.kind,
        citation=f"Article{several} {duty.articles}",
        applies_from=duty.date or "",
        readings=tuple(sorted(readings - {""})),
        judged=any(row.outcome in RAN for row in own),
    )
