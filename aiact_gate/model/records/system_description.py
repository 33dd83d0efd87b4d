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
    contact: Name


class Provider(Strict):
    """Who places the system on the market or puts it into service under its own name (Article 3(3))."""

    name: Name
    address: Name
    contact: Name
    size: Literal["large", "sme", "small_mid_cap"] | None = None
    established_in_union: Claim
    authorised_representative: Representative | None = None
    """Who speaks for a provider that isn't established in the Union."""


class Listed(Strict):
    """Somebody whom the records name."""

    id: Annotated[str, _marked("name", "reference")]
    """The address or role that the records use."""
    function: Name


class Form(Strict):
    """A form in which the system is supplied (Annex IV, point 1(d))."""

    id: Key
    kind: Literal["api", "download", "embedded", "hosted", "internal"]
    entry_point: TrackedFile
    description: Text


class Setting(Strict):
    """Where and how the system is meant to be used (Article 10(4)); an empty list needs a reason in `data_governance`."""

    geographical: list[Name] = []
    contextual: list[Name] = []
    behavioural: list[Name] = []
    functional: list[Name] = []


class SystemDescription(Record):
    """What the system is, for whom, from whom."""

    provider: Provider
    people: Annotated[list[Listed], named_by("id"), easier("none")]
    intended_persons: Annotated[list[Name], easier("none")]
    """The persons or groups on whom it is meant to be used."""
    out_of_scope: list[Text]
    """Uses that it isn't meant for."""
    setting: Setting
    forms: list[Form]
    trains_model_with_data: Claim
    learns_after_release: Claim
    processes_personal_data: Claim
    component_of_product: Claim = False
    market_date: Date | None = None
    """When it was, or will be, first placed on the market or put into service (Article 111(2))."""
    previous_version: Annotated[str, _marked("key", "reference")] | None = None
    """The release before this one; `none` for the first."""
    relation_to_previous: Text | None = None
