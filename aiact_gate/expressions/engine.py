"""Conditions evaluated: the only importer of CEL.

A condition is a CEL expression. Only the boolean true is a pass: this engine returns errors as values that look true.
What a condition is made of is read from the checked expression that the engine serialises (`tree`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from aiact_gate.expressions.vocabulary import words
from aiact_gate.model.errors import PackError

FORMAT = 17
"""Of compiled packs; changed with their form or with what compiling refuses, so that none compiled before is taken."""
ENGINE = "cel-expr-python 0.1.3"


class Outcome(NamedTuple):
    """What evaluating one condition gave."""

    holds: bool
    absent: bool = False
    """A key was not found in the data."""
    error: str = ""
    """Neither true nor false: the policy's fault. Never the engine's own text, which repeats evidence."""


class Engine:
    """The CEL environment for a set of names, at one date."""

    def __init__(
        self, names: Sequence[str], as_of: str = "2026-01-01", more: Mapping[str, Any] | None = None
    ) -> None:
        """*more*: words beside the domain's own, in the form of `vocabulary.words`."""
        from cel_expr_python import cel

        known = {**words(as_of), **(more or {})}
        functions = [_declare(cel, name, *word) for name, word in known.items()]
        self._environment = cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN), functions=functions)
        self._loaded: dict[bytes, Any] = {}
        self._bool = cel.Type.BOOL
        self._error = cel.Type.ERROR

    def compile(self, source: str, *, counts: bool = False) -> bytes:
        """*source* as serialised checked expression; one that gives a whole number if it *counts*.

        Raises:
            PackError: it doesn't compile; `what` holds `line:column` within the expression and the engine's reason.
        """
        try:
            compiled = self._environment.compile(source)
        except RuntimeError as error:
            raise PackError(
                _compile_error(str(error)), "Mend the condition; docs/policy-language.md lists the words."
            ) from error
        serialized: bytes = compiled.serialize()
        if compiled.return_type().name() not in (("INT",) if counts else ("BOOL", "DYN")):
            what = f"1:1 the condition gives {compiled.return_type().name()}, not true or false"
            raise PackError(what, "Compare it with something.")
        return serialized

    def load(self, serialized: bytes) -> Any:
        """The expression of `compile`'s bytes, ready for `holds`."""
        expression = self._loaded.get(serialized)
        if expression is None:
            expression = self._loaded[serialized] = self._environment.deserialize(serialized)
        return expression

    def bind(self, data: Mapping[str, Any]) -> Any:
        """*data* as the engine reads it; conversion happens on reading, once."""
        return self._environment.Activation(data)

    def count(self, expression: Any, bound: Any) -> int | None:
        """The number that *expression* gives for *bound*, None if it gives none. Never raises."""
        try:
            value = expression.eval(bound).value()
        except RuntimeError:
            return None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def holds(self, expression: Any, bound: Any) -> Outcome:
        """Whether *expression* is true of *bound*. Never raises."""
        try:
            value = expression.eval(bound)
        except RuntimeError as error:
            budget = "iteration" in str(error).lower()
            return Outcome(False, error="it loops too often; use each" if budget else "the engine refused it")
        kind = value.type()
        if kind == self._bool:
            return Outcome(value.value() is True)
        if kind == self._error:
            text = str(value.value())
            if is_absence(text):
                return Outcome(False, absent=True)
            return Outcome(False, error=refused(text))
        return Outcome(False, error=f"it gives {kind.name()}, not true or false")


@lru_cache(maxsize=8)
def engine_for(names: tuple[str, ...], as_of: str) -> Engine:
    """The engine for *names* at the day *as_of*: systems and trees that one run judges share it, and what it has loaded."""
    return Engine(names, as_of)


def is_absence(text: str) -> bool:
    return "Key not found" in text or "Index error" in text or "No matching overloads found : _[_]" in text


def _declare(cel: Any, name: str, arguments: Sequence[str], function: Any) -> Any:
    """A function with one overload for each kind of argument: this engine matches none through DYN."""
    import itertools

    kinds = cel.Type
    all_kinds = {
        "s": kinds.STRING,
        "z": kinds.NULL,
        "l": kinds.List(kinds.DYN),
        "m": kinds.Map(kinds.DYN, kinds.DYN),
        "i": kinds.INT,
        "d": kinds.DOUBLE,
        "b": kinds.BOOL,
    }
    returns = kinds.INT if name == "rank" else kinds.BOOL
    overloads = [
        cel.Overload(
            f"{name}_{''.join(letters)}", returns, [all_kinds[letter] for letter in letters], False, function
        )
        for letters in itertools.product(*arguments)
    ]
    return cel.FunctionDecl(name, overloads)


def _compile_error(text: str) -> str:
    body = text.split("ERROR: <input>:", 1)[-1].split("\n", 1)[0]
    return body.split(" (in container", 1)[0].strip()


def refused(text: str) -> str:
    if "No matching overloads" in text:
        return "it compares values of different kinds"
    return "the engine can't evaluate it"
