"""Facts about provider, people, forms and setting: typed once, here (Articles 3, 13(3)(a); Annex IV, point 1)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import (
    Claim,
    Date,
    Key,
    Name,
    Record,
    Strict,
    Text,
    TrackedFile,
    _marked,
    easier,
    named_by,
)


class Representative(Strict):
    """The authorised representative of a provider outside the Union (Article 22)."""

    name: Name
    """The name of the authorised representative's organisation (Article 22).
    Example: Example Representatives GmbH (fictional)"""
    contact: Name
    """The address at which the authorised representative is reached (Article 22).
    Example: representative@example.org"""


class Provider(Strict):
    """Who places the system on the market or puts it into service under its own name (Article 3(3))."""

    name: Name
    """The name of the organisation that supplies the system under its own name (Articles 3(3) and
    13(3)(a)).
    Example: Example Bank (fictional)"""
    address: Name
    """The provider's postal address (Article 16(b)).
    Example: Musterstrasse 1, 60311 Frankfurt am Main, Germany"""
    contact: Name
    """The address at which the provider is reached (Article 13(3)(a)).
    Example: model-risk@example.org"""
    size: Literal["large", "sme", "small_mid_cap"] | None = None
    """The size of the provider; sme: small or medium-sized, small_mid_cap: a little larger (Article
    11(1))."""
    established_in_union: Claim
    """Whether the provider is established in the Union; if not, it needs an authorised representative
    (Article 22)."""
    authorised_representative: Representative | None = None
    """The organisation that speaks for a provider outside the Union (Article 22)."""


class Listed(Strict):
    """Somebody whom the records name."""

    id: Annotated[str, _marked("name", "reference")]
    """The address or role by which the records name this person.
    Example: head-of-model-risk@example.org"""
    function: Name
    """The things that this person answers for.
    Example: answers for the risk register and for releases"""


class Form(Strict):
    """A form in which the system is supplied (Annex IV, point 1(d))."""

    id: Key
    """A short word for this form of supply, by which the instructions name it.
    Example: api"""
    kind: Literal["api", "download", "embedded", "hosted", "internal"]
    """The way in which the system reaches its users; embedded: part of another product (Annex IV, point
    1(d))."""
    entry_point: TrackedFile
    """The file of this repository from which the system is started or imported.
    Example: serve.py"""
    description: Text
    """The form of supply in a sentence (Annex IV, point 1(d)).
    Example: An HTTP service that affiliated banks run behind their own gateway."""


class Setting(Strict):
    """Where and how the system is meant to be used (Article 10(4)); an empty list needs a reason in `data_governance`."""

    geographical: list[Name] = []
    """The places where the system is meant to be used (Article 10(4)).
    Example: [Germany]"""
    contextual: list[Name] = []
    """The circumstances in which it is meant to be used (Article 10(4)).
    Example: [loans applied for in a branch]"""
    behavioural: list[Name] = []
    """How people act in that setting, as far as it matters (Article 10(4)).
    Example: [applicants state most facts themselves]"""
    functional: list[Name] = []
    """The function that the output has in that setting (Article 10(4)).
    Example: [advice to an underwriter before the decision]"""


class SystemDescription(Record):
    """What the system is, for whom, from whom."""

    provider: Provider
    """The organisation that supplies the system under its own name (Articles 3(3) and 13(3)(a))."""
    people: Annotated[list[Listed], named_by("id"), easier("none")]
    """One block for each person or role that any record names."""
    intended_persons: Annotated[list[Name], easier("none")]
    """The persons or groups on whom the system is meant to be used (Article 13(3)(b)(v)).
    Example: [adults who apply for a consumer loan]"""
    out_of_scope: list[Text]
    """The uses that the system isn't meant for.
    Example: [Screening of tenants or job applicants]"""
    setting: Setting
    """Where and how the system is meant to be used (Article 10(4))."""
    forms: list[Form]
    """One block for each form in which the system is supplied (Annex IV, point 1(d))."""
    trains_model_with_data: Claim
    """Whether a model of the system is trained with data (Article 10(1) and (6))."""
    learns_after_release: Claim
    """Whether the system goes on learning after release (Article 15(4))."""
    processes_personal_data: Claim
    """Whether the system processes personal data (Annex V, point 5)."""
    component_of_product: Claim = False
    """Whether the system is a part of a physical product (Annex IV, point 1(f))."""
    market_date: Date | None = None
    """The day on which it was, or will be, first placed on the market or put into service (Article
    111(2)).
    Example: 2028-01-17"""
    previous_version: Annotated[str, _marked("key", "reference")] | None = None
    """The release before this one; `none` for the first (Annex IV, point 1(a)).
    Example: 1.2.0"""
    relation_to_previous: Text | None = None
    """What changed since the release before (Annex IV, point 1(a)).
    Example: Two inputs that tell age were taken out of the scorecard."""
