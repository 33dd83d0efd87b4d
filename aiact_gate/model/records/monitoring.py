"""The post-market monitoring plan (Article 72; Annex IV, point 9)."""

from __future__ import annotations

from typing import Annotated

from aiact_gate.model.fields import (
    Criterion,
    CriterionCount,
    Name,
    Person,
    Record,
    Section,
    Strict,
    Text,
    easier,
    named_by,
    ref,
)


class Watched(Strict):
    """A tested metric that is followed after release."""

    metric: Annotated[str, ref("testing.metrics")]
    alert: Annotated[Criterion, easier("direction")]
    """The value from which somebody is alarmed; no laxer than the tested threshold."""


class Monitoring(Record):
    """What is watched after release, how often, by whom."""

    plan: Section
    owner: Person
    interval_days: Annotated[CriterionCount, easier("higher")]
    data_collected: list[Name]
    needs_events: list[Annotated[str, ref("logging.event_types")]]
    metrics: Annotated[list[Watched], named_by("metric")]
    other_ai_systems: Text
    """How interaction with other AI systems is looked at, where relevant."""
