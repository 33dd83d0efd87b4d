"""Data held against a JSON Schema that somebody else wrote: nothing is fetched or read, and no schema runs for long.

What can't be decided within these bounds is `Undecided`: neither a misfit nor a fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jsonschema_rs

from aiact_gate.documents.node import MAX_DEPTH

BACKTRACKS = 50_000
"""Of one pattern on one text; a pattern with a look-ahead on a page of text takes some thousands."""
UNFOLDED = 100_000
"""Parts of a schema that can be held against one value, all references followed."""
_UNDECIDED = ("BacktrackLimitExceeded", "RegexEngineFailure", "Referencing")


class Undecided(Exception):
    """The schema can't be applied here; the text says why, as the end of a sentence about it."""


class Unusable(Exception):
    """No JSON Schema."""

    def __init__(self, pointer: Sequence[str | int]) -> None:
        super().__init__("this is no usable JSON Schema")
        self.pointer = tuple(pointer)


class Misfit(NamedTuple):
    """One place where a value doesn't fit."""

    pointer: tuple[str | int, ...]
    keyword: str
    asked: Any
    """The keyword's value."""
    given: Any
    steps: tuple[str | int, ...]
    """The keywords that led there, references followed."""


class Conformance:
    """A schema made ready to hold values against.

    Raises:
        Unusable: it is no JSON Schema.
        Undecided: it refers to something outside itself, or unfolds too far.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        try:
            self._validator = jsonschema_rs.validator_for(
                dict(schema),
                offline=True,
                validate_formats=False,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKS),
            )
        except jsonschema_rs.ValidationError as error:
            if type(error.kind).__name__ in _UNDECIDED:
                raise Undecided("refers to something that isn't in it, and nothing is fetched") from error
            raise Unusable(error.instance_path) from error
        except (ValueError, TypeError) as error:  # nested too deep
            raise Unusable(()) from error
        unfolding = _Unfolding(schema)
        if unfolding.parts(schema, MAX_DEPTH) > UNFOLDED:
            raise Undecided("has references that unfold into too many parts")
        if unfolding.is_endless:  # the library takes whatever stands there for a fit
            raise Undecided("refers to itself and asks for nothing on the way")

    def misfits(self, value: Any) -> list[Misfit]:
        """Every place where *value* doesn't fit. Raises Undecided where a pattern takes too long."""
        if self._validator.is_valid(value):
            return []
        errors = list(self._validator.iter_errors(value))
        # One that can't be decided ends the list.
        if not errors or any(type(error.kind).__name__ in _UNDECIDED for error in errors):
            raise Undecided("has a pattern that takes too long on what stands here")
        return [
            Misfit(
                tuple(error.instance_path),
                error.kind.name,
                error.kind.value,
                error.instance,
                tuple(error.evaluation_path),
            )
            for error in errors
        ]


_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies")
_BELOW = (
    *"items prefixItems additionalItems contains properties patternProperties additionalProperties".split(),
    *"propertyNames unevaluatedItems unevaluatedProperties".split(),
)
_BY_NAME = ("properties", "patternProperties", "dependentSchemas", "dependencies")


class _Unfolding:
    """How often parts of a schema can meet one value on the way down: references double with every level that uses them twice."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._known: dict[tuple[int, int], int] = {}
        self.is_endless = False
        """Whether a reference leads back to where it came from, with no level of the value between."""

    def parts(self, node: Any, depth: int) -> int:
        if not isinstance(node, Mapping) or depth < 0:
            return 1
        key = (id(node), depth)
        self.is_endless = self.is_endless or self._known.get(key) == 0
        if key not in self._known:
            self._known[key] = 0  # a reference in a circle that goes no level down is cut
            same = [child for word in _SAME_VALUE for child in _children(word, node.get(word))]
            same += [self._target(node[word]) for word in ("$ref", "$dynamicRef") if word in node]
            below = (
                max((self.parts(child, depth - 1) for child in _children(word, node.get(word))), default=0)
                for word in _BELOW
            )
            self._known[key] = 1 + sum(below) + sum(self.parts(child, depth) for child in same)
        return self._known[key]

    def _target(self, reference: Any) -> Any:
        """What a reference inside the schema leads to."""
        found: Any = self._schema
        fragment = str(reference).partition("#")[2]
        if fragment and not fragment.startswith("/"):
            return _anchored(self._schema, fragment)
        for step in fragment.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                found = found.get(step) if isinstance(found, Mapping) else None
        return found


def _anchored(node: Any, name: str) -> Any:
    """The part of *node* that calls itself *name*."""
    if isinstance(node, Mapping) and name in (node.get("$anchor"), node.get("$dynamicAnchor")):
        return node
    children: Any = node if isinstance(node, list) else ()
    if isinstance(node, Mapping):
        children = node.values()
    return next((found for child in children if (found := _anchored(child, name)) is not None), None)


def _children(word: str, value: Any) -> list[Any]:
    """The schemas that stand under the keyword *word*."""
    if isinstance(value, Mapping):
        return list(value.values()) if word in _BY_NAME else [value]
    return value if isinstance(value, list) else []
