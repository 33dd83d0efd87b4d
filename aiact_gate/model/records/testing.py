"""The test plan: metrics, thresholds and attacks, fixed before the run (Articles 9(6)-(8) and 15).

A plan holds criteria only. Results come from the run, through the lock; nobody types them here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiact_gate.model.fields import (
    ClaimEnd,
    Criterion,
    Key,
    MetricKey,
    Person,
    Reason,
    Record,
    Strict,
    Term,
    Text,
    TrackedFile,
    Word,
    _marked,
    easier,
    named_by,
    ref,
)

Planned = Field(json_schema_extra={"x-is": "criterion", "x-easier": "other"})
"""A word of the plan: fixed before the result, so it neither strengthens nor weakens what reads it."""
AttackClass = Annotated[
    Literal["data_poisoning", "model_poisoning", "evasion", "confidentiality", "model_flaws"], Planned
]
Verb = Literal["prevent", "detect", "respond", "resolve", "control"]


class Metric(Strict):
    """One planned metric: where the run logs it, and the threshold it is held against."""

    id: Key
    title: Annotated[Word, easier("none")]
    """As people write it in card and instructions: `AUC`."""
    definition: Reason
    requirement: Annotated[Literal["accuracy", "bias"], Planned]
    metric: MetricKey
    lower: MetricKey
    """The logged lower confidence bound."""
    upper: MetricKey
    """The logged upper confidence bound."""
    cases: MetricKey
    """The logged number of cases behind it."""
    split: Annotated[Literal["training", "validation", "testing"], Planned]
    group: Annotated[str, ref("data_governance.representativeness.groups"), easier("other")] | None = None
    direction: Annotated[Literal["higher", "lower"], Planned, easier("turned")]
    threshold: Annotated[Criterion, easier("direction")]
    confidence: Annotated[Criterion, easier("lower")]
    """The confidence level of the bounds, above 0 and below 1."""
    because: Reason


class Baseline(Strict):
    """The same metric of a trivial or present-day procedure, on the same data (Article 15(1))."""

    id: Key
    metric: Annotated[str, ref("metrics"), easier("other")]
    procedure: Reason
    logged_as: MetricKey


class Robustness(Strict):
    """One robustness test (Article 15(4))."""

    id: Key
    kind: Annotated[Literal["error", "fault", "inconsistency"], Planned]
    origin: Annotated[Literal["natural_person", "other_system"], Planned]
    description: Reason
    strength: Annotated[Word, easier("other")]
    degradation: MetricKey
    """The logged loss against the clean run."""
    control: MetricKey
    """The logged loss at strength zero; anything but zero means that the harness itself is off."""
    cases: MetricKey
    allowed: Annotated[Criterion, easier("higher")]
    because: Reason


class Attack(Strict):
    """One attack of a class of Article 15(5)."""

    id: Key
    attack_class: AttackClass
    method: Reason
    knowledge: Annotated[Literal["black_box", "grey_box", "white_box"], Planned]
    alters: list[Annotated[Literal["use", "outputs", "performance"], Planned]]
    changeable_inputs: list[Term] = []
    bounds: Reason | None = None
    success: MetricKey
    """The logged share of attempts that succeeded."""
    cases: MetricKey
    limit: Annotated[Criterion, easier("higher")]
    because: Reason


class VerbMeasure(Strict):
    """What is done for one of the five verbs of Article 15(5), third subparagraph."""

    verb: Verb
    measure: Text | None = None
    not_appropriate_because: Text | None = None


class NotAppropriate(Strict):
    """A person's word that an attack class doesn't fit this system."""

    by: Person
    reason: Text
    expires: ClaimEnd


class ClassAnswer(Strict):
    """How one attack class is answered."""

    attack_class: AttackClass
    measures: Annotated[list[VerbMeasure], named_by("verb")]
    not_appropriate: NotAppropriate | None = None


class Review(Strict):
    """When a case goes to a person (Article 14(4)(d))."""

    threshold: Annotated[Criterion, easier("other")]
    because: Reason


class Testing(Record):
    """The plan that one run is held against."""

    procedure: TrackedFile
    """The script that runs the plan."""
    metrics: list[Metric]
    baselines: list[Baseline] = []
    robustness: list[Robustness] = []
    attacks: list[Attack] = []
    attack_classes: Annotated[list[ClassAnswer], named_by("attack_class")] = []
    review: Review | None = None
    real_world_testing: Annotated[bool, _marked("boolean", "text")] | None = None
    """Whether the system was tested in real-world conditions (Article 9(7))."""
    approved_by: Person
