"""What the gate reads from a model card's front matter under `aiact`; everything else in a card is free."""

from __future__ import annotations

from typing import Annotated

from aiact_gate.model.fields import Strict, _marked
from aiact_gate.model.records.instructions_for_use import Heading


class CardSections(Strict):
    """Where the card says it; without this, headings with the usual names are taken."""

    intended_purpose: Heading | None = None
    """The heading below which the card states the intended purpose (Annex IV, point 1(a)).
    Example: Intended purpose"""
    limitations: Heading | None = None
    """The heading below which the card tells limits of capability and performance (Annex IV, point 3).
    Example: Limitations"""
    performance: Heading | None = None
    """The heading below which the card shows results (Annex IV, point 3).
    Example: Performance"""


class ModelCard(Strict):
    """Optional: a card as it is in the wild has none of it."""

    model_version: Annotated[str, _marked("name", "reference")] | None = None
    """The version of the registered model that the card speaks of.
    Example: '1'"""
    sections: CardSections | None = None
    """The headings of the card below which purpose, limits and results stand."""
