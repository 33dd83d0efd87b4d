"""The test plan: metrics, thresholds and attacks, fixed before the run (Articles 9(6)-(8) and 15).

A plan holds criteria only. Results come from the run, through the lock; nobody types them here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiact_gate.model.fields import (
    Criterion,
    Date,
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
    ref,
)

Planned = Field(json_schema_extra={"x-is": "criterion"})
"""A word of the plan: fixed before the result, so it neither strengthens nor weakens what reads it."""
AttackClass = Annotated[
    Literal["data_poisoning", "model_poisoning", "evasion", "confidentiality", "model_flaws"], Planned
]
Verb = Literal["prevent", "detect", "respond", "resolve", "control"]


class Metric(Strict):
    """One planned metric: where the run logs it, and the threshold it is held against."""

    id: Key
    """A short word for this metric, by which other records name it.
    Example: auc"""
    title: Word
    """The name by which card and instructions call the metric.
    Example: AUC"""
    definition: Reason
    """How the metric and its bounds are computed (Articles 9(8) and 15(3)).
    Example: Probability that a loan that went bad has a higher score than one that was repaid."""
    requirement: Annotated[Literal["accuracy", "bias"], Planned]
    """The thing that the metric shows: accuracy (Article 15(1)), or bias between groups (Article
    10(2)(f))."""
    metric: MetricKey
    """The name under which the run logs the value.
    Example: test_auc"""
    lower: MetricKey
    """The name under which the run logs the lower confidence bound.
    Example: test_auc_lower"""
    upper: MetricKey
    """The name under which the run logs the upper confidence bound.
    Example: test_auc_upper"""
    cases: MetricKey
    """The name under which the run logs the number of cases behind it.
    Example: test_auc_cases"""
    split: Annotated[Literal["training", "validation", "testing"], Planned]
    """The data set on which the metric is measured."""
    group: Annotated[str, ref("data_governance.representativeness.groups")] | None = None
    """Id of the group among whose members it is measured, if not among all.
    Example: under_25"""
    direction: Annotated[Literal["higher", "lower"], Planned]
    """The better direction of the metric: higher or lower values."""
    threshold: Criterion
    """The value that the bound has to reach, in the metric's unit, fixed before the run (Article 9(8)).
    Example: 0.68"""
    confidence: Criterion
    """The confidence level of the bounds, above 0 and below 1.
    Example: 0.9"""
    because: Reason
    """The reason why this metric and this threshold fit the intended purpose (Article 9(8)).
    Example: Underwriters read the score as an order, so the order has to be right."""


class Baseline(Strict):
    """The same metric of a trivial or present-day procedure, on the same data (Article 15(1))."""

    id: Key
    """A short word for this baseline, unique in the list.
    Example: B1"""
    metric: Annotated[str, ref("metrics")]
    """Id of the planned metric that the baseline is compared with (Article 15(1)).
    Example: auc"""
    procedure: Reason
    """The trivial or present-day procedure that the system is compared with (Article 15(1)).
    Example: Paper checklist of the underwriters, without a model."""
    logged_as: MetricKey
    """The name under which the run logs the baseline's value.
    Example: baseline_checklist_auc"""


class Robustness(Strict):
    """One robustness test (Article 15(4))."""

    id: Key
    """A short word for this robustness test, by which risks name it.
    Example: RT-1"""
    kind: Annotated[Literal["error", "fault", "inconsistency"], Planned]
    """The kind of disturbance; inconsistency: inputs that contradict each other (Article 15(4))."""
    origin: Annotated[Literal["natural_person", "other_system"], Planned]
    """The side from which the disturbance comes: people, or another system (Article 15(4))."""
    description: Reason
    """What is disturbed, how, and how the loss is computed (Article 15(4)).
    Example: Digits of typed numbers are dropped or swapped; AUC is compared with the clean run."""
    strength: Word
    """How strong the disturbance is, with its unit.
    Example: 5 % of all fields"""
    degradation: MetricKey
    """The name under which the run logs the loss against the clean run.
    Example: robustness_mistyped_auc_loss"""
    control: MetricKey
    """The name under which the run logs the loss at strength zero; anything but zero means that the
    harness is off.
    Example: robustness_mistyped_control"""
    cases: MetricKey
    """The name under which the run logs the number of cases.
    Example: robustness_mistyped_cases"""
    allowed: Criterion
    """The largest loss that is let through, in the metric's unit, fixed before the run (Article 15(4)).
    Example: 0.03"""
    because: Reason
    """The reason why so much may be lost and no more.
    Example: Slips in single fields are everyday and may hardly change the order."""


class Attack(Strict):
    """One attack of a class of Article 15(5)."""

    id: Key
    """A short word for this attack, by which risks name it.
    Example: AT-1"""
    attack_class: AttackClass
    """The class of attack (Article 15(5)); evasion: inputs made to mislead, confidentiality: learning
    what the model hides."""
    method: Reason
    """How the attack is done, and what counts as success (Article 15(5)).
    Example: Search of all restatements within the bounds that turn a refusal into a grant."""
    knowledge: Annotated[Literal["black_box", "grey_box", "white_box"], Planned]
    """What the attacker knows of the model: nothing (black), its inputs and outputs' meaning (grey), all
    (white)."""
    alters: list[Annotated[Literal["use", "outputs", "performance"], Planned]]
    """What the attacker wants to alter: the use, the outputs or the performance (Article 15(5))."""
    changeable_inputs: list[Term] = []
    """The inputs, as the model names them, that an attacker can change.
    Example: [credit_amount, duration_months]"""
    bounds: Reason | None = None
    """How far an attacker can change those inputs.
    Example: Amount down by a tenth; what a payslip shows stays as it is."""
    success: MetricKey
    """The name under which the run logs the share of attempts that succeeded.
    Example: attack_evasion_success"""
    cases: MetricKey
    """The name under which the run logs the number of attempts.
    Example: attack_evasion_cases"""
    limit: Criterion
    """The largest share of attempts that may succeed, from 0 to 1, fixed before the run (Article 15(5)).
    Example: 0.15"""
    because: Reason
    """The reason why so many may succeed and no more.
    Example: Savings are proven by statements before a contract is signed."""


class VerbMeasure(Strict):
    """What is done for one of the five verbs of Article 15(5), third subparagraph."""

    verb: Verb
    """What the measure does against the attack; resolve: mend what it did, control: keep it in check
    (Article 15(5))."""
    measure: Text | None = None
    """What is done, in a sentence (Article 15(5)).
    Example: The source file is pinned by its digest, and training stops on any difference."""
    not_appropriate_because: Text | None = None
    """The reason why no such measure fits this system (Article 15(5)).
    Example: No component from outside would have to be replaced."""


class NotAppropriate(Strict):
    """A person's word that an attack class doesn't fit this system."""

    by: Person
    """The person who says that this class of attack doesn't fit the system.
    Example: head-of-model-risk@example.org"""
    reason: Text
    """The reason why this class of attack doesn't fit the system (Article 15(5)).
    Example: No weights from outside are loaded; training starts from zero."""
    expires: Date
    """The day until which that judgement holds.
    Example: 2027-05-20"""


class ClassAnswer(Strict):
    """How one attack class is answered."""

    attack_class: AttackClass
    """The class of attack that is answered here (Article 15(5)); evasion: inputs made to mislead,
    confidentiality: learning what the model hides."""
    measures: list[VerbMeasure]
    """One block for each of prevent, detect, respond, resolve and control (Article 15(5))."""
    not_appropriate: NotAppropriate | None = None
    """A person's word that this class of attack doesn't fit the system, instead of an attack."""


class Review(Strict):
    """When a case goes to a person (Article 14(4)(d))."""

    threshold: Criterion
    """The confidence below which a case goes to a person, from 0 to 1 (Article 14(4)(d)).
    Example: 0.25"""
    because: Reason
    """The reason why cases go to a person from there.
    Example: Below that, half of the recommendations turned out wrong in cross-validation."""


class Testing(Record):
    """The plan that one run is held against."""

    procedure: TrackedFile
    """The file of this repository that runs the plan (Article 9(6) and (8)).
    Example: train.py"""
    metrics: list[Metric]
    """One block for each planned metric with its threshold (Articles 9(8) and 15(1))."""
    baselines: list[Baseline] = []
    """One block for each trivial or present-day procedure that the system is compared with (Article
    15(1))."""
    robustness: list[Robustness] = []
    """One block for each robustness test (Article 15(4))."""
    attacks: list[Attack] = []
    """One block for each attack that the run tries (Article 15(5))."""
    attack_classes: list[ClassAnswer] = []
    """One block for each class of attack, and what is done against it (Article 15(5))."""
    review: Review | None = None
    """When a case goes to a person (Article 14(4)(d))."""
    real_world_testing: Annotated[bool, _marked("boolean", "text")] | None = None
    """Whether the system was tested in real-world conditions (Article 9(7))."""
    approved_by: Person
    """The person who answers for the thresholds of this plan.
    Example: head-of-model-risk@example.org"""
