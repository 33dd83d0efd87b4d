"""The risk register (Article 9; Annex IV, points 3 and 5)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Claim,
    CriterionCount,
    JudgementEnd,
    Key,
    Name,
    Person,
    Record,
    Strict,
    Term,
    Text,
    TrackedFile,
    _marked,
    easier,
    named_by,
    ref,
)

Interest = Literal["health", "safety", "fundamental_rights"]


class Process(Strict):
    """How the register is kept (Article 9(1) and (2))."""

    owner: Person
    procedure: TrackedFile
    review_interval_days: Annotated[CriterionCount, easier("higher")]
    stages: list[Literal["design", "development", "testing", "deployment", "post_market", "retirement"]]


class Criteria(Strict):
    """The scales, lowest first, and the pairs that count as acceptable; fixed before the first rating."""

    likelihood: Annotated[list[Term], easier("scale")]
    severity: Annotated[list[Term], easier("scale")]
    acceptable: Annotated[list[Term], easier("more")]
    """Pairs `likelihood/severity`."""


class Design(Strict):
    """What design could do about a risk (Article 9(5)(a))."""

    options: list[Text]
    chosen: Name | None = None
    """The option that was built; empty if none was."""
    not_feasible_because: Text | None = None
    """Why no design option removes or reduces it."""


class Residual(Strict):
    """The risk that remains after the measures (Article 9(5))."""

    likelihood: Annotated[Term, easier("rated")]
    severity: Annotated[Term, easier("rated")]
    status: Annotated[Literal["accepted", "open", "eliminated"], easier("rated")]
    accepted_by: Person | None = None
    """Another person than the one who wrote the risk."""
    reason: Text | None = None
    tests: list[Annotated[str, ref("testing.metrics|testing.robustness|testing.attacks")]] = []
    """Planned metrics, robustness tests or attacks that show the lower rating."""


class Risk(Strict):
    """A known or foreseeable risk to health, safety or fundamental rights (Article 9(2)(a) and (b))."""

    id: Key
    hazard: Name
    description: Text
    interests: list[Interest]
    rights: list[Name] = []
    """The rights at stake, where the interest is fundamental rights."""
    affected_groups: list[Name]
    use: Literal["intended", "misuse"]
    arises_from: Literal["human_behaviour", "other_systems"] | None = None
    """For misuse: people, or the interaction with other systems (Article 3(13))."""
    why_foreseeable: Text | None = None
    known: Claim
    likelihood: Annotated[Term, easier("rated")]
    severity: Annotated[Term, easier("rated")]
    rationale: Text
    lever: Literal["design", "information"]
    """What can address it: design and development, or technical information (Article 9(3))."""
    identified_by: Person
    measures: list[Annotated[str, ref("measures")]]
    design: Design | None = None
    signals: list[Annotated[str, ref("logging.event_types")]] = []
    """The logged events that would show it happening (Article 12(2)(a))."""
    no_signal_because: Text | None = None
    no_oversight_because: Text | None = None
    residual: Residual


class Measure(Strict):
    """A risk management measure (Article 9(2)(d) and 9(5))."""

    id: Key
    kind: Literal["design", "control", "information", "training"]
    description: Text
    serves: list[Annotated[str, ref("risks")]]
    status: Literal["planned", "implemented"]
    implemented_in: list[TrackedFile] = []
    tests: list[Annotated[str, ref("testing.metrics|testing.robustness|testing.attacks")]] = []
    why_not_eliminated: Text | None = None
    """For a control: why design didn't remove the risk (Article 9(5)(b))."""
    effect_elsewhere: Text | None = None
    """What it costs or changes under another requirement (Article 9(4))."""


class Overall(Strict):
    """The judgement on everything that remains together."""

    considers: list[Annotated[str, ref("risks")]]
    reason: Text
    accepted_by: Person
    expires: JudgementEnd


class Minors(Strict):
    """Persons under 18 (Article 9(9))."""

    affected: Claim
    reason: Text
    basis: list[TrackedFile] = []
    risks: list[Annotated[str, ref("risks")]] = []
    """If they are affected: the risks that carry it."""


class VulnerableGroup(Strict):
    """Another vulnerable group (Article 9(9))."""

    group: Annotated[str, _marked("name", "text")]
    affected: Claim
    reason: Text
    risks: list[Annotated[str, ref("risks")]] = []


class Vulnerable(Strict):
    """Who is vulnerable, and whether the system is likely to affect them adversely."""

    minors: Minors
    other_groups: Annotated[list[VulnerableGroup], named_by("group")] = []
    no_other_groups_because: Text | None = None


class RiskManagement(Record):
    """Risks, what is done about them, and who accepts what remains."""

    process: Process | None = None
    criteria: Criteria
    nil_returns: Annotated[dict[Interest, Text], easier("none")] = {}
    """For an interest without any risk: why none was found."""
    risks: list[Risk]
    measures: list[Measure]
    no_training_because: Text | None = None
    """Without a measure of the kind training: why deployers need none (Article 9(5)(c))."""
    overall_residual: Overall | None = None
    vulnerable: Vulnerable | None = None
