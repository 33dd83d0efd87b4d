"""From when a point binds a system: the timeline's dates for its class, in both readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiact_gate.judge.claim import Claim


class Binding(NamedTuple):
    """The dates of one row of the timeline for one system."""

    earlier: str
    """The earliest reading: warn from here."""
    later: str
    """The latest reading: fail from here, judged by law."""
    confidence: str
    remark: str = ""
    """`older system`: Article 111(2)."""


def binding(timeline: Mapping[str, Any], key: str, claim: Claim, market_date: str) -> Binding:
    """When row *key* of *timeline* binds a system of *claim* that was placed on the market on *market_date* (or empty)."""
    row = next((row for row in timeline.get("application", []) if row.get("id") == key), None)
    if row is None:
        return Binding("", "", "")
    facts = claim.facts
    annex_i = "high.annex1" in facts and "high.annex3" not in facts
    name = "annex_i" if annex_i else "annex_iii"
    readings = [
        row.get(name),
        row.get(f"effective_{name}"),
        *(reading.get(name) for reading in row.get("readings", [])),
    ]
    if not claim.is_high or not any(readings):
        readings = [row.get("general")]
    dates = sorted(str(date) for date in readings if date)
    if not dates:
        return Binding("", "", str(row.get("confidence", "")))
    remark = ""
    if "legacy" in facts:
        remark = "placed before the date: from a significant design change (Article 111(2))"
    elif market_date and market_date < dates[-1] and claim.is_high:
        remark = "if placed before the date: from a significant design change (Article 111(2))"
    return Binding(dates[0], dates[-1], str(row.get("confidence", "")), remark)


def no_later(binding_: Binding, day: str) -> Binding:
    """*binding_* with both readings on *day* at the latest; unchanged without one."""
    if not day or not binding_.later:
        return binding_
    return binding_._replace(earlier=min(binding_.earlier, day), later=min(binding_.later, day))


def excused_by_law(binding_: Binding, claim: Claim, as_of: str) -> bool:
    """Whether, by law, nothing is due on *as_of*: before the later date, or an older system without a design change."""
    if not binding_.later:
        return False
    if "legacy" in claim.facts:
        return not ("public_authority" in claim.facts and as_of >= "2030-08-02")
    return as_of < binding_.later
