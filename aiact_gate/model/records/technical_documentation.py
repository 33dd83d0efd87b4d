"""Where each element of Annex IV stands, and what no other record holds (Article 11)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Claim,
    Date,
    Key,
    Name,
    Person,
    Record,
    Section,
    Strict,
    Text,
    TrackedFile,
    _marked,
    ref,
)

Point = Literal[
    "1.a", "1.b", "1.c", "1.d", "1.e", "1.f", "1.g", "1.h",
    "2.a", "2.b", "2.c", "2.d", "2.e", "2.f", "2.g", "2.h",
    "3", "4", "5", "6", "7", "8", "9",
]  # fmt: skip


class Element(Strict):
    """One element of Annex IV: where it stands, or why it doesn't (yet)."""

    point: Annotated[Point, _marked("key", "reference")]
    """The point of Annex IV that this block answers."""
    status: Literal["provided", "not_applicable", "pending"]
    """How far it is; pending: still to come, until a date."""
    file: TrackedFile | None = None
    """The file of this repository that holds the element: a record or a document.
    Example: MODEL_CARD.md"""
    section: Section | None = None
    """The heading of a Markdown file below which the element stands.
    Example: docs/technical.md#Hardware"""
    reason: Text | None = None
    """The reason why the element is not applicable or still pending.
    Example: The service is part of no physical product, so nothing can be photographed."""
    decided_by: Person | None = None
    """The person who decided that the element is left out or comes later.
    Example: head-of-model-risk@example.org"""
    expires: Date | None = None
    """The day until which that decision holds.
    Example: 2027-11-24"""


class Change(Strict):
    """One release and what changed in it (Annex IV, point 6)."""

    version: Annotated[str, _marked("name", "reference")]
    """The release in which the change was made (Annex IV, point 6).
    Example: 1.3.0"""
    what: Text
    """What changed in this release (Annex IV, point 6).
    Example: The scorecard no longer takes housing and length of residence."""
    why: Text
    """The reason for the change (Annex IV, point 6).
    Example: A development run missed the limits for applicants under 25."""
    substantial_modification: Claim
    """Whether the change is a substantial modification, so that conformity is assessed anew (Articles
    3(23) and 43(4))."""
    decided_by: Person
    """The person who decided on the change.
    Example: head-of-model-risk@example.org"""


class Harmonised(Strict):
    """A standard whose reference the Official Journal carries."""

    reference: Name
    """The reference of the harmonised standard, as the Official Journal carries it (Annex IV, point 7).
    Example: EN 00000:2027 (fictional)"""
    published_by: Name
    """The implementing decision that published the reference (Article 40).
    Example: Implementing Decision (EU) 2027/1 (fictional)"""
    extent: Literal["full", "part"]
    """How far the standard was applied: in full or in part (Annex IV, point 7)."""


class Solution(Strict):
    """How the requirements of one article are addressed without a harmonised standard (Annex IV, point 7)."""

    article: Literal["art9", "art10", "art11", "art12", "art13", "art14", "art15"]
    """The article whose requirements are addressed without a harmonised standard (Annex IV, point 7)."""
    how: Text
    """How the requirements of that article are addressed (Annex IV, point 7).
    Example: A register with scales, measures and acceptances, kept by a written procedure."""


class Standards(Strict):
    """Standards and own solutions (Annex IV, point 7)."""

    harmonised: list[Harmonised] = []
    """One block for each harmonised standard that was applied (Annex IV, point 7)."""
    solutions: list[Solution] = []
    """One block for each article whose requirements are met by a solution of your own (Annex IV, point
    7)."""
    other: list[Name] = []
    """The other standards and specifications that were applied (Annex IV, point 7).
    Example: ["ISO/IEC 42001:2023, for the risk process only"]"""
    no_other_because: Text | None = None
    """The reason why no other standard was applied, where none is listed.
    Example: No published standard covers scorecards of this kind yet."""


class Datasheet(Strict):
    """What Annex IV, point 2(d), asks beyond the data record."""

    dataset: Annotated[str, ref("data_governance.datasets")]
    """Id of the data set, as the data record names it.
    Example: train"""
    training_method: Text
    """How the model is trained with this data (Annex IV, point 2(d)).
    Example: Logistic regression with an L2 penalty, chosen by cross-validation."""
    characteristics: Text
    """The main characteristics of the data (Annex IV, point 2(d)).
    Example: One row a loan, with facts stated at application and the outcome."""
    selected_how: Text
    """How the rows were selected (Annex IV, point 2(d)).
    Example: Half of the applications, chosen by digest within age band and outcome."""
    labelling: Text
    """How the labels were made and checked (Annex IV, point 2(d)).
    Example: The bank's own record of repayment, with a sample of 200 read again."""
    cleaning: Text
    """How the data was cleaned, outliers included (Annex IV, point 2(d)).
    Example: Two columns with wrong codes are dropped; nothing is filled in."""


class PredeterminedChange(Strict):
    """A change fixed in advance (Annex IV, point 2(f))."""

    id: Key
    """A short word for this change, by which the instructions name it.
    Example: PC-1"""
    change: Text
    """The change that is fixed in advance (Annex IV, point 2(f)).
    Example: Each quarter the weights are fitted again on new outcomes."""
    bounds: Text
    """How far the change may go (Annex IV, point 2(f)).
    Example: No weight moves by more than a tenth, and no input is added."""
    continuous_compliance: Text
    """The technical means by which the system keeps meeting the requirements (Annex IV, point 2(f)).
    Example: The whole test plan runs again, and a missed threshold stops the release."""


class TechnicalDocumentation(Record):
    """The index of the technical documentation."""

    form: Literal["full", "simplified"]
    """The form of the documentation: full, or the simplified one, which smaller providers may use
    (Article 11(1))."""
    form_reference: Name | None = None
    """The Commission's form that was used for the simplified documentation, with its version.
    Example: Simplified form, version 1 (fictional)"""
    elements: list[Element]
    """One block for each point of Annex IV: where it stands, or why it doesn't (Article 11(1))."""
    datasheets: list[Datasheet] = []
    """One block for each training set (Annex IV, point 2(d))."""
    changes: list[Change] = []
    """One block for each release and what changed in it (Annex IV, point 6)."""
    standards: Standards | None = None
    """The standards that were applied, and the solutions where none were (Annex IV, point 7)."""
    predetermined_changes: list[PredeterminedChange] = []
    """One block for each change that is fixed in advance (Annex IV, point 2(f))."""
