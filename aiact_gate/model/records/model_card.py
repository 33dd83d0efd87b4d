"""What the gate reads from a model card's front matter under `aiact`; everything else in a card is free."""

from __future__ import annotations

from typing import Annotated

from aiact_gate.model.fields import Strict, _marked
from aiact_gate.model.records.instructions_for_use import Heading


class CardSections(Strict):
    """Where the card says it; without this, headings with the usual names are taken."""

    intended_purpose: Heading | None = None
    limitations: Heading | None = None
    performance: Heading | None = None


class ModelCard(Strict):
    """Optional: a card as it is in the wild has none of it."""

    model_version: Annotated[str, _marked("name", "reference")] | None = None
    sections: CardSections | None = None
