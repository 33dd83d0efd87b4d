"""The answers behind the claimed tier (Articles 2, 3, 5, 6, 50, 51; Annexes I and III)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aiact_gate.model.fields import Person, Record, Strict, Text, _marked


class Answer(Strict):
    """One question's answer; the ids are those of `aiact-gate explain art6.claim`."""

    is_: Annotated[
        bool | str | list[str], Field(alias="is", json_schema_extra={"x-type": "answer", "x-is": "decision"})
    ]
    """The answer: true, false, an option, a list of options, an ISO date, or `unknown`.
    Example: [services]"""
    because: Text
    """The reason for this answer, in a sentence about this system.
    Example: It ranks applicants for consumer loans, which is point 5(b) of Annex III."""


class Classification(Record):
    """Who decided what the system is under the Act, and on which answers."""

    decided_by: Person
    """The person who decides what the system is under the Act (Articles 2, 3, 5 and 6).
    Example: head-of-model-risk@example.org"""
    reviewed_by: Annotated[str, _marked("person", "decision")] | None = None
    """A second person, who read the answers.
    Example: data-protection-officer@example.org"""
    answers: dict[str, Answer]
    """The answers by question; `aiact-gate explain art6.claim` tells the questions and their options."""
