"""The field types that records are made of.

`tools/generate.py` turns the models written with them into the JSON Schemas that `check` reads and editors complete
from. Nothing on the path of `check` imports this module: pydantic costs eight times an empty interpreter.

Besides its JSON type each field says two things of our own:

* `x-type`: what the text in it has to be (`text`, `person`, `date`, `tracked_file`, `ref`, ...); judged once, at its line.
* `x-is`: what a pass that reads it is worth. A `text` is read, a `decision` is a person's word, a `figure` typed by hand is
  only stated; a `criterion` (fixed beforehand) and a `reference` (an id, a place, a date) neither strengthen nor weaken.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A part of a record: unknown keys are refused, and the docstring under a field describes it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, populate_by_name=True)


class Record(Strict):
    """What every record starts with."""

    schema_: Annotated[
        str, Field(alias="schema", json_schema_extra={"x-type": "schema", "x-is": "reference"})
    ]
    """The kind of this record and the version of its form: `aiact-gate/record/KIND/v1`."""
    for_: Annotated[
        str | list[str], Field(alias="for", json_schema_extra={"x-type": "release", "x-is": "reference"})
    ]
    """The system and version that this record speaks for, or a list of them.
    Example: credit-scoring@1.3.0"""


def _marked(x_type: str, x_is: str, **more: Any) -> Any:
    return Field(json_schema_extra={"x-type": x_type, "x-is": x_is, **more})


Text = Annotated[str, _marked("text", "text")]
"""Prose about this system: at least three different words, no placeholder."""
Name = Annotated[str, _marked("name", "text")]
"""A short text: a title, a name, a unit; filled, but one word will do."""
Key = Annotated[str, _marked("key", "reference")]
"""An id, unique in its list."""
Term = Annotated[str, _marked("name", "criterion")]
"""A word of the team's own scale or plan, fixed before the result."""
Word = Annotated[str, _marked("word", "criterion")]
"""A word or phrase of the plan that holds at least a letter."""
Reason = Annotated[str, _marked("text", "criterion")]
"""Why a criterion is what it is; fixed with it, before the result."""
Person = Annotated[str, _marked("person", "decision")]
"""Somebody who decides or answers for something: an address or a role."""
Date = Annotated[str, _marked("date", "reference")]
"""An ISO date, 2026-11-25."""
TrackedFile = Annotated[str, _marked("tracked_file", "reference")]
"""A file of this repository, relative to the manifest's folder."""
Section = Annotated[str, _marked("section", "reference")]
"""A heading of a Markdown file of this repository that has text below it: `docs/file.md#Heading`."""
MetricKey = Annotated[str, _marked("word", "reference")]
"""The name of a metric as the run logged it."""
Criterion = Annotated[float, _marked("number", "criterion")]
"""A number that the team fixed before the result."""
CriterionCount = Annotated[int, _marked("integer", "criterion")]
"""A whole number that the team fixed before the result."""
Figure = Annotated[float, _marked("number", "figure")]
"""A number that somebody typed; nothing behind it."""
Claim = Annotated[bool, _marked("boolean", "text")]
"""Yes or no about this system."""


def ref(target: str) -> Any:
    """The id of an element of *target*: a list of this record (`risks`), of another (`testing.metrics`), or several, with `|`."""
    return _marked("ref", "reference", **{"x-ref": target})
