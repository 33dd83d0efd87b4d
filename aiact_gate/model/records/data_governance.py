"""The data sets, their origin, gaps and examination for bias (Articles 10 and 4a)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiact_gate.model.fields import (
    Claim,
    Criterion,
    Date,
    Due,
    Key,
    Name,
    Person,
    Reason,
    Record,
    Strict,
    Text,
    TrackedFile,
    _marked,
    easier,
    named_by,
    ref,
)


class Collection(Strict):
    """How the data came to be (Article 10(2)(b))."""

    process: Text
    collector: Name
    period: Name
    """From when to when, as far as it is known."""


class Preparation(Strict):
    """One operation that was run (Article 10(2)(c))."""

    kind: Literal[
        "annotation",
        "labelling",
        "cleaning",
        "updating",
        "enrichment",
        "aggregation",
        "splitting",
        "conversion",
    ]
    description: Text
    code: TrackedFile


class Assumption(Strict):
    """What the data is supposed to measure and represent (Article 10(2)(d))."""

    measures: Text
    represents: Text
    limits: Text


class Dataset(Strict):
    """One data set; its digest, rows and shares are counted by `collect`, never typed."""

    id: Key
    split: Annotated[
        Literal["training", "validation", "testing"], Field(json_schema_extra={"x-is": "reference"})
    ]
    path: TrackedFile
    """The data, or its pointer (`.dvc`)."""
    origin: Text
    collection: Collection
    personal_data: Claim
    original_purpose: Text | None = None
    """For personal data: why it was first collected."""
    reuse_basis: Text | None = None
    target_population: Text
    preparation: Annotated[list[Preparation], named_by("")]
    assumptions: Annotated[list[Assumption], named_by("")]


class Group(Strict):
    """A group of persons whose share is counted in the data (Article 10(3))."""

    id: Key
    attribute: Name
    """Which attribute it is a value of, as in `bias.attributes`."""
    column: Annotated[str, _marked("name", "reference"), easier("other")]
    at_least: Annotated[Criterion, easier("other")] | None = None
    at_most: Annotated[Criterion, easier("other")] | None = None
    equals: Annotated[list[Annotated[str, _marked("name", "reference")]], easier("other")] = []
    reference_share: Annotated[Criterion, easier("lower")]
    """Its share in the reference population, 0 to 1."""


class Representativeness(Strict):
    """What the shares are compared with (Article 10(3))."""

    reference: Text
    """Which population, from which source."""
    source: Name
    published: Date
    tolerance: Annotated[Criterion, easier("higher")]
    """How far a share may fall short, 0 to 1."""
    tolerance_because: Reason
    groups: list[Group]
    level: Annotated[Literal["individual", "combination"], easier(["individual", "combination"])]
    combination_reason: Text | None = None


class Quality(Strict):
    """Criteria for errors and completeness (Article 10(3))."""

    null_rate_max: Annotated[Criterion, easier("higher")]
    duplicate_rate_max: Annotated[Criterion, easier("higher")]
    because: Reason


class Attribute(Strict):
    """A personal attribute under examination (Article 10(2)(f))."""

    id: Key
    why: Text
    metrics: list[Annotated[str, ref("testing.metrics")]]


class Proxy(Strict):
    """A column that may stand in for a protected attribute."""

    column: Annotated[str, _marked("name", "reference")]
    stands_for: Name
    finding: Text


class BiasFinding(Strict):
    """What the examination found."""

    id: Key
    description: Text
    metric: Annotated[str, ref("testing.metrics")]
    risk: Annotated[str, ref("risk_management.risks")]


class HarmRoutes(Strict):
    """A finding or a reasoned nil for each route of Article 10(2)(f)."""

    health_and_safety: Text
    fundamental_rights: Text
    discrimination: Text


class Feedback(Strict):
    """Whether outputs influence future inputs."""

    outputs_influence_inputs: Claim
    analysis: Text


class Bias(Strict):
    """The examination for biases (Article 10(2)(f) and (g))."""

    harm_routes: HarmRoutes
    feedback: Feedback
    attributes: list[Attribute]
    proxies: Annotated[list[Proxy], named_by("column")] = []
    no_proxies_because: Text | None = None
    findings: list[BiasFinding] = []
    no_findings_because: Text | None = None


class Gap(Strict):
    """A gap or shortcoming of the data (Article 10(2)(h))."""

    id: Key
    affects: Name
    """The point it touches, `Article 10(3)`."""
    description: Text
    how_addressed: Text
    owner: Person
    due: Due
    status: Annotated[Literal["open", "mitigated", "closed"], easier("closed")]
    group: Annotated[str, ref("representativeness.groups")] | None = None
    """The group that it concerns, if one does."""


class SettingMatch(Strict):
    """One dimension of the setting of use and the data that reflects it (Article 10(4))."""

    dimension: Literal["geographical", "contextual", "behavioural", "functional"]
    reflected_by: list[Annotated[str, ref("datasets")]] = []
    how: Text | None = None
    """How those data sets reflect what `system_description.setting` lists."""
    irrelevant_because: Text | None = None


class SpecialCategories(Strict):
    """Special categories of personal data (Article 4a)."""

    processed: Claim
    because: Text


class DataGovernance(Record):
    """The data the system is trained and tested on."""

    datasets: list[Dataset]
    representativeness: Representativeness | None = None
    quality: Quality | None = None
    bias: Bias | None = None
    gaps: list[Gap] = []
    no_gaps_because: Text | None = None
    setting: Annotated[list[SettingMatch], named_by("dimension")] = []
    special_categories: SpecialCategories | None = None
