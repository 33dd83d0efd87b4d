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
    """A short word for this measure, by which the instructions name it.
    Example: OM-1"""
    kind: Literal["built_in", "deployer"]
    """Who takes the measure: built in by the provider, or left to the deployer (Article 14(3))."""
    enables: Literal["understand", "monitor", "counter_automation_bias", "interpret", "override", "stop"]
    """What it enables people to do; counter_automation_bias: not to rely on outputs too readily (Article
    14(4))."""
    description: Text
    """The measure in a sentence: what an overseer sees or can do (Article 14(3)).
    Example: Near the cut-off the recommendation is held back until the underwriter has a view."""
    risks: list[Annotated[str, ref("risk_management.risks")]]
    """Ids of the risks that the measure prevents or reduces (Article 14(2)).
    Example: [R1, R4]"""
    implemented_in: TrackedFile | None = None
    """The file of this repository that carries the measure, where it is built in (Article 14(3)(a)).
    Example: serve.py"""
    tested_by: TrackedFile | None = None
    """The file of this repository that tests the measure, another one than carries it.
    Example: tests/test_service.py"""
    why_not_built_in: Text | None = None
    """The reason why the measure is left to the deployer (Article 14(3)(a)).
    Example: The reading needs the applicant's documents, which stay with the bank."""
    steps: list[Text] = []
    """What the deployer has to do, step by step (Article 14(3)(b)).
    Example: [draw twenty cases each week, let a second underwriter decide them]"""
    competence: Text | None = None
    """The knowledge and training that the deployer's people need for it (Article 14(3)(b)).
    Example: Two years of consumer lending and the half-day introduction."""
    verify_by: Text | None = None
    """How one sees that the deployer carries the measure out.
    Example: The log holds an override or a note for each case that was drawn."""


class OverrideAction(Strict):
    """Something an overseer can do about an output (Article 14(4)(d))."""

    action: Literal["not_use", "disregard", "override", "reverse"]
    """What the overseer does; disregard: decide otherwise, reverse: take back after the act (Article
    14(4)(d))."""
    scope: Annotated[Literal["every_output", "low_confidence_only", "before_action_only"], easier("other")]
    """The outputs for which it can be done; the Act asks for any particular situation (Article
    14(4)(d))."""
    how: Text
    """How the overseer does it, and where it is recorded (Article 14(4)(d)).
    Example: The underwriter decides otherwise than recommended and records the reason."""


class Fallback(Strict):
    """What happens to open cases while it is stopped."""

    kind: Annotated[Literal["none", "manual", "automatic"], easier(["none", "manual"])]
    """What takes the system's place; automatic: something that decides by itself."""
    how: Text
    """What happens to open and new cases while the system stands still.
    Example: Underwriters decide by the paper checklist, as before the system."""
    risk: Annotated[str, ref("risk_management.risks")] | None = None
    """Id of the risk that an automatic fallback brings by itself.
    Example: R7"""


class Stop(Strict):
    """The stop (Article 14(4)(e)); the drill itself is read from the event log."""

    procedure: Section
    """The heading of the Markdown file below which the procedure of the stop stands (Article 14(4)(e)).
    Example: docs/stop-procedure.md#Stopping"""
    limit_seconds: Annotated[Criterion, easier("higher")]
    """The longest time after the stop in which an output may still leave, in seconds, fixed beforehand
    (Article 14(4)(e)).
    Example: 1.0"""
    safe_state: Text
    """What stands still and what goes on once the system is stopped (Article 14(4)(e)).
    Example: No score leaves; the log and the waiting cases are kept."""
    fallback: Fallback
    """What happens to open and new cases while the system is stopped."""
    open_cases_owner: Person
    """The person who takes the cases that are open at the stop.
    Example: head-of-underwriting@example.org"""


class Attested(Strict):
    """A person's judgement, until a date."""

    by: Person
    """The person who judges that oversight fits the risks, the autonomy and the context (Article 14(3)).
    Example: head-of-model-risk@example.org"""
    reason: Text
    """The reason why oversight fits the risks, the autonomy and the context of use (Article 14(3)).
    Example: The output is advice, and no application is decided without a person."""
    expires: JudgementEnd
    """The day until which the judgement holds.
    Example: 2027-05-20"""


class HumanOversight(Record):
    """Measures, override and stop."""

    overseers: Annotated[list[Annotated[str, _marked("person", "reference")]], easier("none")]
    """The persons who oversee the system and may stop it (Article 14(1)).
    Example: [underwriter@example.org, head-of-underwriting@example.org]"""
    autonomy: Literal["advice", "decision_with_confirmation", "acts_unless_stopped", "acts_alone"]
    """How far the system acts by itself, from advice only to acting without anybody (Article 14(3))."""
    measures: list[OversightMeasure]
    """One block for each oversight measure, built in or left to the deployer (Article 14(3))."""
    override: Annotated[list[OverrideAction], named_by("action")] = []
    """One block for each way to set an output aside: not use, disregard, override, reverse (Article
    14(4)(d))."""
    stop: Stop
    """How people stop the system, and what happens then (Article 14(4)(e))."""
    commensurate: Attested | None = None
    """A person's judgement that oversight fits the risks, the autonomy and the context (Article 14(3))."""
    interface: Name | None = None
    """Where the overseers work with the system (Article 14(1)).
    Example: case screen of the underwriters"""
