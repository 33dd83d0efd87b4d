"""From when a point binds a system: the timeline's dates for its class, in both readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aiact_gate.judge.claim import Claim
from aiact_gate.model.days import day


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


_ELSEWHERE = frozenset(
    ("literacy", "voluntary", "stop", "stop_new", "requirements", "provider_high", "conformity", "register")
    + ("post_market", "value_chain", "bias_data")
)
"""Duties that have no line of their own in the head: another line speaks of them, or they ask for nothing."""

Dated = tuple[str, str, str]
"""(what, ISO date, remark)."""


def system_dates(timeline: Mapping[str, Any], claim: Claim, market_date: str) -> tuple[Dated, ...]:
    """Everything dated that binds the system of *claim*; what its tier brings stands first."""
    first: list[Dated] = [
        (article, date, "")
        for article, date in dict.fromkeys((each.article, each.date) for each in claim.practices)
    ]
    has_points = "requirements" in claim.duties and "provider" in claim.roles
    if has_points:
        first.append(_points(timeline, claim, market_date))
    rest: list[Dated] = list(_own_duties(claim))
    derived = claim.derived
    of_system = derived is None or derived.tier == "undetermined" or "kind.system" in derived.facts
    if of_system and (derived is None or derived.tier != "out_of_scope"):
        keys = [("art4", "Article 4")]
        if not claim.practices:
            keys += [("art5_original", "Article 5(1)(a)-(h)"), ("art5_new", "Article 5(1)(ba), (bb)")]
        rest += [_dated(timeline, key, what, claim, market_date) for key, what in keys]
    if has_points:
        keys = [("ch3_s5", "Articles 43, 47-49"), ("ch9_ppm", "Articles 72, 73")]
        rest += [_dated(timeline, key, what, claim, market_date) for key, what in keys]
    return tuple(row for row in (*first, *rest) if row[1])


def _points(timeline: Mapping[str, Any], claim: Claim, market_date: str) -> Dated:
    date = binding(timeline, "ch3_s2", claim, market_date)
    until = claim.derived.applies_from if claim.derived is not None else ""
    if until and {"legacy", "public_authority"} <= claim.facts:
        return ("Articles 9-15", until, "placed before the date, for public authorities (Article 111(2))")
    return ("Articles 9-15", date.later, date.remark)


def _own_duties(claim: Claim) -> Iterator[Dated]:
    """The duties of the roles that the answers give, one line for each date."""
    by_date: dict[str, list[str]] = {}
    for duty in claim.derived.duties if claim.derived is not None else ():
        if duty.id not in _ELSEWHERE and duty.kind == "duty" and duty.date:
            by_date.setdefault(duty.date, []).append(duty.articles)
    for date, articles in sorted(by_date.items()):
        text = ", ".join(articles)
        yield (f"Article{'s' if ',' in text or '-' in text else ''} {text}", date, "")


def _dated(timeline: Mapping[str, Any], key: str, what: str, claim: Claim, market_date: str) -> Dated:
    found = binding(timeline, key, claim, market_date)
    other = f"by another reading since {day(found.earlier)}" if found.earlier != found.later else ""
    return (what, found.later, other)


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
