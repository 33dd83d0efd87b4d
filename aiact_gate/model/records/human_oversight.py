"""What the people who oversee the system can do (Article 14)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Criterion,
    JudgementEnd,
    Key,
    Name,
    Person,
    Record,
    Section,
    Strict,
    Text,
    TrackedFile,
    _marked,
    easier,
    named_by,
    ref,
)


class OversightMeasure(Strict):
    """A measure built in by the provider or left to the deployer (Article 14(3))."""

    id: Key
    kind: Literal["built_in", "deployer"]
    enables: Literal["understand", "monitor", "counter_automation_bias", "interpret", "override", "stop"]
    description: Text
    risks: list[Annotated[str, ref("risk_management.risks")]]
    implemented_in: TrackedFile | None = None
    tested_by: TrackedFile | None = None
    why_not_built_in: Text | None = None
    steps: list[Text] = []
    """For the deployer: what to do."""
    competence: Text | None = None
    verify_by: Text | None = None


class OverrideAction(Strict):
    """Something an overseer can do about an output (Article 14(4)(d))."""

    action: Literal["not_use", "disregard", "override", "reverse"]
    scope: Annotated[Literal["every_output", "low_confidence_only", "before_action_only"], easier("other")]
    how: Text


class Fallback(Strict):
    """What happens to open cases while it is stopped."""

    kind: Literal["none", "manual", "automatic"]
    how: Text
    risk: Annotated[str, ref("risk_management.risks")] | None = None
    """For an automatic fallback: its own risk."""


class Stop(Strict):
    """The stop (Article 14(4)(e)); the drill itself is read from the event log."""

    procedure: Section
    limit_seconds: Annotated[Criterion, easier("higher")]
    """How soon after the stop the last output may leave."""
    safe_state: Text
    fallback: Fallback
    open_cases_owner: Person


class Attested(Strict):
    """A person's judgement, until a date."""

    by: Person
    reason: Text
    expires: JudgementEnd


class HumanOversight(Record):
    """Measures, override and stop."""

    overseers: Annotated[list[Annotated[str, _marked("person", "reference")]], easier("none")]
    autonomy: Literal["advice", "decision_with_confirmation", "acts_unless_stopped", "acts_alone"]
    measures: list[OversightMeasure]
    override: Annotated[list[OverrideAction], named_by("action")] = []
    stop: Stop
    commensurate: Attested | None = None
    interface: Name | None = None
