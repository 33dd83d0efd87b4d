"""The data sets, their origin, gaps and examination for bias (Articles 10 and 4a)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiact_gate.model.fields import (
    Claim,
    Criterion,
    Date,
    Key,
    Name,
    Person,
    Reason,
    Record,
    Strict,
    Text,
    TrackedFile,
    _marked,
    ref,
)


class Collection(Strict):
    """How the data came to be (Article 10(2)(b))."""

    process: Text
    """The way in which this data was collected (Article 10(2)(b)).
    Example: Loan applications of 2023 were exported with their outcome twelve months later."""
    collector: Name
    """The organisation or team that collected the data (Article 10(2)(b)).
    Example: retail lending department"""
    period: Name
    """The time from when to when it was collected, as far as it is known (Article 10(2)(b)).
    Example: January 2022 to December 2023"""


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
    """The kind of operation; conversion: another form of the same values, splitting: parting it into
    sets (Article 10(2)(c))."""
    description: Text
    """The operation in a sentence: what changed in the data, by which rule (Article 10(2)(c)).
    Example: Rows without a known outcome are dropped, because they can't be learned from."""
    code: TrackedFile
    """The file of this repository that holds the script of this operation (Article 10(2)(c)).
    Example: prepare.py"""


class Assumption(Strict):
    """What the data is supposed to measure and represent (Article 10(2)(d))."""

    measures: Text
    """The thing that label or feature is supposed to measure (Article 10(2)(d)).
    Example: Whether a loan was repaid without more than ninety days of delay."""
    represents: Text
    """The persons or cases that the rows are supposed to stand for (Article 10(2)(d)).
    Example: Adults who applied in a branch and were granted a loan."""
    limits: Text
    """The point where that assumption ends (Article 10(2)(d)).
    Example: Refused applicants are absent, so nothing tells whether they would have repaid."""


class Dataset(Strict):
    """One data set; its digest, rows and shares are counted by `collect`, never typed."""

    id: Key
    """A short word for this data set, by which other records name it.
    Example: train"""
    split: Annotated[
        Literal["training", "validation", "testing"], Field(json_schema_extra={"x-is": "reference"})
    ]
    """The use of this set: to train, to tune (validation), or to judge the finished model (testing)."""
    path: TrackedFile
    """The data file of this repository, or the file that points to it (`.dvc`).
    Example: data/train.csv"""
    origin: Text
    """The source from which the data comes (Article 10(2)(b)).
    Example: Loan applications of the retail branches, exported from the core banking system."""
    collection: Collection
    """How, by whom and when the data was collected (Article 10(2)(b))."""
    personal_data: Claim
    """Whether the data tells anything about persons who can be identified (Article 10(2)(b))."""
    original_purpose: Text | None = None
    """The purpose for which personal data was first collected, not today's (Article 10(2)(b)).
    Example: Deciding on the loan that the applicant asked for."""
    reuse_basis: Text | None = None
    """The ground on which personal data may be used again for this system.
    Example: Legitimate interest, weighed with the data protection officer in March 2026."""
    target_population: Text
    """The persons for whom the set is meant to be representative (Article 10(3)).
    Example: adults who apply for a consumer loan in Germany"""
    preparation: list[Preparation]
    """One block for each operation that was run on the data, splitting included (Article 10(2)(c))."""
    assumptions: list[Assumption]
    """One block for each assumption on what the data measures and represents (Article 10(2)(d))."""


class Group(Strict):
    """A group of persons whose share is counted in the data (Article 10(3))."""

    id: Key
    """A short word for this group, by which metrics and gaps name it.
    Example: under_25"""
    attribute: Name
    """The attribute that the group is a value of, as in `bias.attributes`.
    Example: age"""
    column: Annotated[str, _marked("name", "reference")]
    """The name of the data column by which members are counted.
    Example: age_years"""
    at_least: Criterion | None = None
    """The lowest value of the column that belongs to the group, in the column's unit.
    Example: 25"""
    at_most: Criterion | None = None
    """The highest value of the column that belongs to the group, in the column's unit.
    Example: 59"""
    equals: list[Annotated[str, _marked("name", "reference")]] = []
    """The values of the column that belong to the group, for a column of words.
    Example: [part-time, unemployed]"""
    reference_share: Criterion
    """The group's share in the reference population, from 0 to 1 (Article 10(3)).
    Example: 0.0874"""


class Representativeness(Strict):
    """What the shares are compared with (Article 10(3))."""

    reference: Text
    """The population whose shares the data is compared with (Article 10(3)).
    Example: Adults resident in Germany at the end of 2023, by single year of age."""
    source: Name
    """The publication from which the reference shares are taken.
    Example: Federal Statistical Office, table 12411-0005"""
    published: Date
    """The day on which that source was published.
    Example: 2024-06-20"""
    tolerance: Criterion
    """How far a group's share may fall short of its reference, from 0 to 1.
    Example: 0.05"""
    tolerance_because: Reason
    """The reason why that much may be missing and no more.
    Example: Below that, the figures of a group get bounds too wide to judge it by."""
    groups: list[Group]
    """One block for each group whose share is counted in the data (Article 10(3))."""
    level: Literal["individual", "combination"]
    """The level at which the data is representative: each set by itself, or the sets together (Article
    10(3))."""
    combination_reason: Text | None = None
    """The reason why the sets are representative only in combination (Article 10(3)).
    Example: Each branch holds few young applicants; taken together they are enough."""


class Quality(Strict):
    """Criteria for errors and completeness (Article 10(3))."""

    null_rate_max: Criterion
    """The largest share of empty cells that is let through, from 0 to 1 (Article 10(3)).
    Example: 0.02"""
    duplicate_rate_max: Criterion
    """The largest share of rows that stand there twice, from 0 to 1 (Article 10(3)).
    Example: 0.0"""
    because: Reason
    """The reason why these limits fit the purpose.
    Example: The source is complete, so a gap means that a file was damaged on its way."""


class Attribute(Strict):
    """A personal attribute under examination (Article 10(2)(f))."""

    id: Key
    """A short word for this attribute of persons, by which groups name it.
    Example: age"""
    why: Text
    """The reason why this attribute is examined (Article 10(2)(f)).
    Example: Age is protected, and it goes along with loan outcomes in this data."""
    metrics: list[Annotated[str, ref("testing.metrics")]]
    """Ids of the planned metrics that compare its groups (Article 10(2)(f)).
    Example: [false_refusals_under_25]"""


class Proxy(Strict):
    """A column that may stand in for a protected attribute."""

    column: Annotated[str, _marked("name", "reference")]
    """The name of the column that may stand in for a protected attribute.
    Example: housing"""
    stands_for: Name
    """The protected attribute that the column may tell.
    Example: age"""
    finding: Text
    """The result of the examination: how strongly it tells the attribute, and what was decided (Article
    10(2)(f)).
    Example: It tells young applicants from others; taken out of the model."""


class BiasFinding(Strict):
    """What the examination found."""

    id: Key
    """A short word for this finding, unique in the list.
    Example: BF-1"""
    description: Text
    """The bias that was found: for whom, in which direction (Article 10(2)(f)).
    Example: Good payers under 25 are recommended for refusal more often than older ones."""
    metric: Annotated[str, ref("testing.metrics")]
    """Id of the planned metric that measures this bias (Article 10(2)(f)).
    Example: false_refusal_gap_under_25"""
    risk: Annotated[str, ref("risk_management.risks")]
    """Id of the risk that this finding leads to in the risk register (Article 10(2)(f) and (g)).
    Example: R1"""


class HarmRoutes(Strict):
    """A finding or a reasoned nil for each route of Article 10(2)(f)."""

    health_and_safety: Text
    """What the examination found on biases that may affect health or safety, or why nothing (Article
    10(2)(f)).
    Example: No column stands for a state of health, and no output reaches anyone's body."""
    fundamental_rights: Text
    """What it found on biases that may harm fundamental rights, or why nothing (Article 10(2)(f)).
    Example: Good payers under 25 are recommended for refusal more often (BF-1)."""
    discrimination: Text
    """What it found on prohibited discrimination, or why nothing (Article 10(2)(f)).
    Example: Age was examined; sex could not be, because the data doesn't hold it (G3)."""


class Feedback(Strict):
    """Whether outputs influence future inputs."""

    outputs_influence_inputs: Claim
    """Whether outputs of the system come back as its later inputs (Article 10(2)(f))."""
    analysis: Text
    """How outputs come back as inputs and what that does, or why they don't (Article 10(2)(f)).
    Example: Refused applicants never get an outcome, so later rows hold only those that were granted."""


class Bias(Strict):
    """The examination for biases (Article 10(2)(f) and (g))."""

    harm_routes: HarmRoutes
    """A finding, or a reason for none, on each of the three routes of harm (Article 10(2)(f))."""
    feedback: Feedback
    """Whether and how outputs influence later inputs (Article 10(2)(f))."""
    attributes: list[Attribute]
    """One block for each personal attribute that is examined (Article 10(2)(f))."""
    proxies: list[Proxy] = []
    """One block for each column that may stand in for a protected attribute (Article 10(2)(f))."""
    no_proxies_because: Text | None = None
    """The reason why no column stands in for a protected attribute, where none is listed.
    Example: No input tells more about age than chance does, tried column by column."""
    findings: list[BiasFinding] = []
    """One block for each bias that was found (Article 10(2)(f))."""
    no_findings_because: Text | None = None
    """The reason why no bias was found, where none is listed.
    Example: The bounds of every gap include zero, with enough cases in each group."""


class Gap(Strict):
    """A gap or shortcoming of the data (Article 10(2)(h))."""

    id: Key
    """A short word for this gap, by which documents name it.
    Example: G1"""
    affects: Name
    """The point of law that the gap touches.
    Example: Article 10(3)"""
    description: Text
    """What the data doesn't show or shows wrongly, and for whom (Article 10(2)(h)).
    Example: People of 60 and older are a small part of the rows and a third of the adults."""
    how_addressed: Text
    """How the gap is closed, or its effect held down (Article 10(2)(h)).
    Example: Further applications of this age group are collected on purpose until September."""
    owner: Person
    """The person who closes the gap.
    Example: data-steward@example.org"""
    due: Date
    """The day by which the gap is to be closed.
    Example: 2027-09-30"""
    status: Literal["open", "mitigated", "closed"]
    """How far it is; mitigated: still there, its effect held down."""
    group: Annotated[str, ref("representativeness.groups")] | None = None
    """Id of the group that the gap concerns, if it concerns one.
    Example: 60_plus"""


class SettingMatch(Strict):
    """One dimension of the setting of use and the data that reflects it (Article 10(4))."""

    dimension: Literal["geographical", "contextual", "behavioural", "functional"]
    """The dimension of the setting of use; behavioural: how people act, functional: what the output is
    used for (Article 10(4))."""
    reflected_by: list[Annotated[str, ref("datasets")]] = []
    """Ids of the data sets that reflect this dimension (Article 10(4)).
    Example: [train, test]"""
    how: Text | None = None
    """How those data sets reflect what `system_description.setting` lists (Article 10(4)).
    Example: All rows are applications from branches in Germany, the place of use."""
    irrelevant_because: Text | None = None
    """The reason why this dimension doesn't matter for the purpose, where no data reflects it.
    Example: The output is the same whoever reads it, so no behaviour enters the data."""


class SpecialCategories(Strict):
    """Special categories of personal data (Article 4a)."""

    processed: Claim
    """Whether special categories of personal data are processed, to find and correct bias (Article 4a)."""
    because: Text
    """The reason why they are processed, or why that isn't needed (Article 4a).
    Example: Bias by age can be measured without data on health, belief or origin."""


class DataGovernance(Record):
    """The data the system is trained and tested on."""

    datasets: list[Dataset]
    """One block for each training, validation and testing set (Article 10(1))."""
    representativeness: Representativeness | None = None
    """The reference population and the groups whose shares are compared with it (Article 10(3))."""
    quality: Quality | None = None
    """The limits for empty cells and double rows (Article 10(3))."""
    bias: Bias | None = None
    """The examination for biases, and what it found (Article 10(2)(f) and (g))."""
    gaps: list[Gap] = []
    """One block for each gap or shortcoming of the data (Article 10(2)(h))."""
    no_gaps_because: Text | None = None
    """The reason why the data has no gap, where none is listed.
    Example: The data holds every application of the three years, the released purpose included."""
    setting: list[SettingMatch] = []
    """One block for each dimension of the setting of use, and the data that reflects it (Article 10(4))."""
    special_categories: SpecialCategories | None = None
    """Whether special categories of personal data are processed, and why (Article 4a)."""
