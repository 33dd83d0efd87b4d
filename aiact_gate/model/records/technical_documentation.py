"""Where each element of Annex IV stands, and what no other record holds (Article 11)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Claim,
    ClaimEnd,
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

Point = Literal[
    "1.a", "1.b", "1.c", "1.d", "1.e", "1.f", "1.g", "1.h",
    "2.a", "2.b", "2.c", "2.d", "2.e", "2.f", "2.g", "2.h",
    "3", "4", "5", "6", "7", "8", "9",
]  # fmt: skip


class Element(Strict):
    """One element of Annex IV: where it stands, or why it doesn't (yet)."""

    point: Annotated[Point, _marked("key", "reference")]
    status: Annotated[Literal["provided", "not_applicable", "pending"], easier("claimed")]
    file: TrackedFile | None = None
    """The record or document that holds it."""
    section: Section | None = None
    """The heading below which it stands, for a Markdown document."""
    reason: Text | None = None
    decided_by: Person | None = None
    expires: ClaimEnd | None = None


class Change(Strict):
    """One release and what changed in it (Annex IV, point 6)."""

    version: Annotated[str, _marked("name", "reference")]
    what: Text
    why: Text
    substantial_modification: Claim
    decided_by: Person


class Harmonised(Strict):
    """A standard whose reference the Official Journal carries."""

    reference: Name
    published_by: Name
    """The implementing decision that published the reference."""
    extent: Annotated[Literal["full", "part"], easier(["part", "full"])]


class Solution(Strict):
    """How the requirements of one article are addressed without a harmonised standard (Annex IV, point 7)."""

    article: Literal["art9", "art10", "art11", "art12", "art13", "art14", "art15"]
    how: Text


class Standards(Strict):
    """Standards and own solutions (Annex IV, point 7)."""

    harmonised: Annotated[list[Harmonised], named_by("reference")] = []
    solutions: Annotated[list[Solution], named_by("article")] = []
    other: list[Name] = []
    no_other_because: Text | None = None


class Datasheet(Strict):
    """What Annex IV, point 2(d), asks beyond the data record."""

    dataset: Annotated[str, ref("data_governance.datasets")]
    training_method: Text
    characteristics: Text
    selected_how: Text
    labelling: Text
    cleaning: Text


class PredeterminedChange(Strict):
    """A change fixed in advance (Annex IV, point 2(f))."""

    id: Key
    change: Text
    bounds: Text
    continuous_compliance: Text


class TechnicalDocumentation(Record):
    """The index of the technical documentation."""

    form: Annotated[Literal["full", "simplified"], easier(["simplified", "full"])]
    form_reference: Name | None = None
    """For the simplified manner: the Commission's form and its version."""
    elements: list[Element]
    datasheets: Annotated[list[Datasheet], named_by("dataset")] = []
    changes: Annotated[list[Change], named_by("version")] = []
    standards: Standards | None = None
    predetermined_changes: list[PredeterminedChange] = []
