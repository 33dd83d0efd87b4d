"""The front matter of the instructions for use (Article 13(2) and (3)); the text itself is Markdown."""

from __future__ import annotations

from typing import Annotated

from aiact_gate.model.fields import Name, Record, Strict, Text, _marked, ref

Heading = Annotated[str, _marked("heading", "reference")]
"""A heading of this document that has text below it."""


class Delivery(Strict):
    """How the instructions reach the deployer for one form of supply."""

    form: Annotated[str, ref("system_description.forms")]
    """Id of a form of supply, as `system_description.forms` lists it.
    Example: api"""
    how: Text
    """How the instructions reach the deployer in this form (Article 13(2)).
    Example: The file is part of every delivery and is served under /instructions."""


class Sections(Strict):
    """Where each item of Article 13(3) stands in this document."""

    provider: Heading | None = None
    """The heading below which the provider's name and contact stand (Article 13(3)(a)).
    Example: Provider"""
    intended_purpose: Heading | None = None
    """The heading below which the intended purpose stands (Article 13(3)(b)(i)).
    Example: Intended purpose"""
    out_of_scope: Heading | None = None
    """The heading below which uses stand that the system isn't meant for.
    Example: What it is not for"""
    accuracy: Heading | None = None
    """The heading below which the tested levels of accuracy, robustness and cybersecurity stand (Article
    13(3)(b)(ii)).
    Example: Tested levels"""
    circumstances: Heading | None = None
    """The heading below which circumstances stand that lower those levels (Article 13(3)(b)(ii)).
    Example: What lowers these levels"""
    risks: Heading | None = None
    """The heading below which circumstances stand that may lead to risks (Article 13(3)(b)(iii)).
    Example: Circumstances that may lead to risks"""
    explanation: Heading | None = None
    """The heading below which it stands how an output can be explained (Article 13(3)(b)(iv)).
    Example: How an output is explained"""
    groups: Heading | None = None
    """The heading below which the performance for particular groups of persons stands (Article
    13(3)(b)(v)).
    Example: Performance by age group"""
    inputs: Heading | None = None
    """The heading below which input data and the data sets are described (Article 13(3)(b)(vi)).
    Example: Input data"""
    interpretation: Heading | None = None
    """The heading below which it stands how to read an output (Article 13(3)(b)(vii)).
    Example: Reading the output"""
    changes: Heading | None = None
    """The heading below which changes stand that were fixed in advance (Article 13(3)(c)).
    Example: Changes fixed in advance"""
    oversight: Heading | None = None
    """The heading below which the measures of human oversight stand (Article 13(3)(d)).
    Example: Human oversight"""
    resources: Heading | None = None
    """The heading below which computing needs, lifetime and upkeep stand (Article 13(3)(e)).
    Example: Resources, lifetime and upkeep"""
    logs: Heading | None = None
    """The heading below which it stands how a deployer collects, keeps and reads logs (Article
    13(3)(f)).
    Example: Logs"""


class InstructionsForUse(Record):
    """References only: every figure and sentence stands in the text."""

    model_version: Annotated[str, _marked("name", "reference")]
    """The version of the registered model that these instructions speak of.
    Example: '1'"""
    delivery: list[Delivery]
    """One block for each form of supply: how the instructions reach the deployer (Article 13(2))."""
    sections: Sections
    """The headings below which the items of Article 13(3) stand in this document."""
    title: Name | None = None
    """The heading on the first page of the instructions.
    Example: Instructions for use of Retail credit scoring 1.3.0"""
