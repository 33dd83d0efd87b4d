"""The front matter of the instructions for use (Article 13(2) and (3)); the text itself is Markdown."""

from __future__ import annotations

from typing import Annotated

from aiact_gate.model.fields import (
    Name,
    Record,
    Strict,
    Text,
    _marked,
    named_by,
    ref,
)

Heading = Annotated[str, _marked("heading", "reference")]
"""A heading of this document that has text below it."""


class Delivery(Strict):
    """How the instructions reach the deployer for one form of supply."""

    form: Annotated[str, ref("system_description.forms")]
    how: Text


class Sections(Strict):
    """Where each item of Article 13(3) stands in this document."""

    provider: Heading | None = None
    intended_purpose: Heading | None = None
    out_of_scope: Heading | None = None
    accuracy: Heading | None = None
    circumstances: Heading | None = None
    risks: Heading | None = None
    explanation: Heading | None = None
    groups: Heading | None = None
    inputs: Heading | None = None
    interpretation: Heading | None = None
    changes: Heading | None = None
    oversight: Heading | None = None
    resources: Heading | None = None
    logs: Heading | None = None


class InstructionsForUse(Record):
    """References only: every figure and sentence stands in the text."""

    model_version: Annotated[str, _marked("name", "reference")]
    delivery: Annotated[list[Delivery], named_by("form")]
    sections: Sections
    title: Name | None = None
