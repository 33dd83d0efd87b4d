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
    ref,
)


class Watched(Strict):
    """A tested metric that is followed after release."""

    metric: Annotated[str, ref("testing.metrics")]
    """Id of a planned metric that is followed after release (Article 72(2)).
    Example: auc"""
    alert: Criterion
    """The value from which somebody is alarmed, in the metric's unit; no laxer than the tested
    threshold.
    Example: 0.7"""


class Monitoring(Record):
    """What is watched after release, how often, by whom."""

    plan: Section
    """The heading of the Markdown file below which the monitoring plan stands (Article 72(3); Annex IV,
    point 9).
    Example: docs/monitoring-plan.md#What is watched"""
    owner: Person
    """The person who answers for monitoring after release.
    Example: head-of-model-risk@example.org"""
    interval_days: CriterionCount
    """The longest time between two looks at the gathered data, in days.
    Example: 30"""
    data_collected: list[Name]
    """The data that is gathered about the system in operation (Article 72(2)).
    Example: [exported event logs, outcomes of loans after twelve months]"""
    needs_events: list[Annotated[str, ref("logging.event_types")]]
    """Ids of the logged events that monitoring reads (Article 12(2)(b)).
    Example: [prediction, human_override]"""
    metrics: list[Watched]
    """One block for each tested metric that is followed, with its alert (Article 72(2))."""
    other_ai_systems: Text
    """How interaction with other AI systems is looked at, where relevant (Article 72(2)).
    Example: Affiliated banks report each quarter which systems read the score."""
