"""The risk register (Article 9; Annex IV, points 3 and 5)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Claim,
    CriterionCount,
    Date,
    Key,
    Name,
    Person,
    Record,
    Strict,
    Term,
    Text,
    TrackedFile,
    _marked,
    ref,
)

Interest = Literal["health", "safety", "fundamental_rights"]


class Process(Strict):
    """How the register is kept (Article 9(1) and (2))."""

    owner: Person
    """The person who answers for the risk register (Article 9(1)).
    Example: head-of-model-risk@example.org"""
    procedure: TrackedFile
    """The file of this repository that tells how the register is kept (Article 9(1)).
    Example: docs/risk-procedure.md"""
    review_interval_days: CriterionCount
    """The longest time between two reviews of the register, in days (Article 9(2)).
    Example: 90"""
    stages: list[Literal["design", "development", "testing", "deployment", "post_market", "retirement"]]
    """The stages of the lifecycle that the process covers (Article 9(2))."""


class Criteria(Strict):
    """The scales, lowest first, and the pairs that count as acceptable; fixed before the first rating."""

    likelihood: list[Term]
    """The words for how likely harm is, lowest first; fixed before the first rating.
    Example: [rare, unlikely, possible, likely]"""
    severity: list[Term]
    """The words for how bad harm is, lowest first; fixed before the first rating.
    Example: [minor, moderate, serious, critical]"""
    acceptable: list[Term]
    """The pairs `likelihood/severity` that are accepted; fixed before the first rating (Article 9(5)).
    Example: [rare/minor, unlikely/minor]"""


class Design(Strict):
    """What design could do about a risk (Article 9(5)(a))."""

    options: list[Text]
    """The ways that design or development could remove or reduce the risk (Article 9(5)(a)).
    Example: [Weigh training rows by age band, Leave out inputs that tell age]"""
    chosen: Name | None = None
    """The option that was built; empty if none was.
    Example: inputs that tell age left out"""
    not_feasible_because: Text | None = None
    """The reason why no design option removes or reduces the risk (Article 9(5)(a)).
    Example: No applications with known outcome are at hand yet to train on."""


class Residual(Strict):
    """The risk that remains after the measures (Article 9(5))."""

    likelihood: Term
    """How likely the harm is after the measures: a word of the scale `criteria.likelihood`.
    Example: unlikely"""
    severity: Term
    """How bad the harm is after the measures: a word of the scale `criteria.severity`.
    Example: moderate"""
    status: Literal["accepted", "open", "eliminated"]
    """What was decided about the remaining risk; eliminated: nothing of it remains (Article 9(5))."""
    accepted_by: Person | None = None
    """The person who accepts what remains, another one than the one who wrote the risk (Article 9(5)).
    Example: head-of-model-risk@example.org"""
    reason: Text | None = None
    """The reason why what remains is acceptable (Article 9(5)).
    Example: The gap stays within the plan, and an underwriter decides every case."""
    tests: list[Annotated[str, ref("testing.metrics|testing.robustness|testing.attacks")]] = []
    """Ids of planned metrics, robustness tests or attacks that show the lower rating (Article 9(6)).
    Example: [false_refusal_gap_under_25]"""


class Risk(Strict):
    """A known or foreseeable risk to health, safety or fundamental rights (Article 9(2)(a) and (b))."""

    id: Key
    """A short word for this risk, by which other records name it.
    Example: R1"""
    hazard: Name
    """What goes wrong, in a few words (Article 9(2)(a)).
    Example: Young applicants are wrongly refused more often"""
    description: Text
    """How it comes about and what it does to whom (Article 9(2)(a)).
    Example: Short employment speaks against applicants under 25 who would repay."""
    interests: list[Interest]
    """The protected interests that are at stake (Article 9(2)(a))."""
    rights: list[Name] = []
    """The rights at stake, where the interest is fundamental rights.
    Example: [non-discrimination because of age]"""
    affected_groups: list[Name]
    """The persons or groups who bear the harm.
    Example: [applicants under 25]"""
    use: Literal["intended", "misuse"]
    """The use in which it arises: the intended one (Article 9(2)(a)), or a foreseeable misuse (Article
    9(2)(b))."""
    arises_from: Literal["human_behaviour", "other_systems"] | None = None
    """For misuse: the behaviour of people, or the interaction with other systems (Article 3(13))."""
    why_foreseeable: Text | None = None
    """For misuse: the reason why it can be foreseen (Article 9(2)(b)).
    Example: Landlords ask applicants for credit reports already."""
    known: Claim
    """Whether the harm was already seen (true) or is only foreseeable (false) (Article 9(2)(a))."""
    likelihood: Term
    """How likely the harm is before the measures: a word of the scale `criteria.likelihood` (Article
    9(2)(b)).
    Example: likely"""
    severity: Term
    """How bad the harm is before the measures: a word of the scale `criteria.severity` (Article
    9(2)(b)).
    Example: serious"""
    rationale: Text
    """The reason for these two ratings (Article 9(2)(b)).
    Example: The gap was seen in every development run, and a refusal can close other doors."""
    lever: Literal["design", "information"]
    """What can address it: design and development, or technical information for deployers (Article
    9(3))."""
    identified_by: Person
    """The person who wrote this risk into the register.
    Example: ml-engineer@example.org"""
    measures: list[Annotated[str, ref("measures")]]
    """Ids of the measures that address the risk (Article 9(2)(d)).
    Example: [M1, M2]"""
    design: Design | None = None
    """What design and development could do about the risk (Article 9(5)(a))."""
    signals: list[Annotated[str, ref("logging.event_types")]] = []
    """Ids of the logged events that would show it happening (Article 12(2)(a)).
    Example: [human_override]"""
    no_signal_because: Text | None = None
    """The reason why no logged event can show it (Article 12(2)(a)).
    Example: A misused score looks like any other prediction in the log."""
    no_oversight_because: Text | None = None
    """The reason why human oversight can't help against it (Article 14(2)).
    Example: No underwriter is present when a score is used outside the bank."""
    residual: Residual
    """What remains of the risk after the measures, and who accepts it (Article 9(5))."""


class Measure(Strict):
    """A risk management measure (Article 9(2)(d) and 9(5))."""

    id: Key
    """A short word for this measure, by which risks and documents name it.
    Example: M1"""
    kind: Literal["design", "control", "information", "training"]
    """The kind of measure: a design that removes or reduces, a control on the rest, information, or
    training for deployers (Article 9(5))."""
    description: Text
    """What is done, in a sentence (Article 9(2)(d)).
    Example: Training rows are weighed so that outcome and age band are independent."""
    serves: list[Annotated[str, ref("risks")]]
    """Ids of the risks that the measure is for (Article 9(2)(d)).
    Example: [R1]"""
    status: Literal["planned", "implemented"]
    """How far the measure is: only planned, or in place; a plan is no measure yet (Article 9(2)(d))."""
    implemented_in: list[TrackedFile] = []
    """The files of this repository that carry the measure.
    Example: [fitting.py]"""
    tests: list[Annotated[str, ref("testing.metrics|testing.robustness|testing.attacks")]] = []
    """Ids of planned metrics, robustness tests or attacks that show that it works (Article 9(6)).
    Example: [false_refusals_under_25]"""
    why_not_eliminated: Text | None = None
    """For a control: the reason why design didn't remove the risk (Article 9(5)(b)).
    Example: Every cut-off refuses somebody who would have repaid."""
    effect_elsewhere: Text | None = None
    """What it costs or changes under another requirement (Article 9(4)).
    Example: Weighing costs a little accuracy (Article 15), accepted by model risk."""


class Overall(Strict):
    """The judgement on everything that remains together."""

    considers: list[Annotated[str, ref("risks")]]
    """Ids of the risks that were judged together: all of them (Article 9(5)).
    Example: [R1, R2, R3]"""
    reason: Text
    """The reason why all that remains is acceptable together (Article 9(5)).
    Example: No two of the remaining risks meet in the same person and case."""
    accepted_by: Person
    """The person who accepts what remains as a whole (Article 9(5)).
    Example: head-of-model-risk@example.org"""
    expires: Date
    """The day by which the whole is judged again.
    Example: 2027-05-20"""


class Minors(Strict):
    """Persons under 18 (Article 9(9))."""

    affected: Claim
    """Whether persons under 18 are likely to be adversely affected (Article 9(9))."""
    reason: Text
    """The reason why they are or aren't likely to be affected (Article 9(9)).
    Example: Loan contracts need full age, and the form refuses younger applicants."""
    basis: list[TrackedFile] = []
    """The files of this repository that the judgement on minors rests on.
    Example: [docs/user-research.md]"""
    risks: list[Annotated[str, ref("risks")]] = []
    """Ids of the risks that carry it, if minors are affected.
    Example: [R2]"""


class VulnerableGroup(Strict):
    """Another vulnerable group (Article 9(9))."""

    group: Annotated[str, _marked("name", "text")]
    """The vulnerable group (Article 9(9)).
    Example: persons with low income"""
    affected: Claim
    """Whether the group is likely to be adversely affected (Article 9(9))."""
    reason: Text
    """The reason why the group is or isn't likely to be affected (Article 9(9)).
    Example: A refusal hits those hardest who have no other way to a loan."""
    risks: list[Annotated[str, ref("risks")]] = []
    """Ids of the risks that carry it, if the group is affected.
    Example: [R2]"""


class Vulnerable(Strict):
    """Who is vulnerable, and whether the system is likely to affect them adversely."""

    minors: Minors
    """Whether persons under 18 are affected, and why (Article 9(9))."""
    other_groups: list[VulnerableGroup] = []
    """One block for each other vulnerable group that was considered (Article 9(9))."""
    no_other_groups_because: Text | None = None
    """The reason why no other vulnerable group comes into question, where none is listed.
    Example: Only employees of the bank's own branches ever see or bear an output."""


class RiskManagement(Record):
    """Risks, what is done about them, and who accepts what remains."""

    process: Process | None = None
    """How the register is kept: by whom, how often, in which stages (Article 9(1) and (2))."""
    criteria: Criteria
    """The scales for rating and the ratings that are accepted, fixed beforehand (Article 9(5) and (8))."""
    nil_returns: dict[Interest, Text] = {}
    """The reason why none was found, for an interest without any risk (Article 9(2)(a))."""
    risks: list[Risk]
    """One block for each known or foreseeable risk, in use and in misuse (Article 9(2)(a) and (b))."""
    measures: list[Measure]
    """One block for each risk management measure (Article 9(2)(d))."""
    no_training_because: Text | None = None
    """The reason why deployers need no training, where no measure is one (Article 9(5)(c)).
    Example: Every deployer's underwriters already work with such a score."""
    overall_residual: Overall | None = None
    """The judgement on everything that remains together (Article 9(5))."""
    vulnerable: Vulnerable | None = None
    """Whether minors or other vulnerable groups are likely to be affected (Article 9(9))."""
