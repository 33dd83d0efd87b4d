"""What each part of a condition gives, as plain data: for `explain`, which shows more than whether the whole holds."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiact_gate.expressions.engine import Engine, is_absence, refused


class Given(NamedTuple):
    """What evaluating one part of a condition gave."""

    value: Any = None
    absent: bool = False
    """A key was not found in the data."""
    error: str = ""
    """It gave no value; never the engine's own text."""


class PartEngine(Engine):
    """An engine that also tells the value of what it evaluates."""

    def value(self, expression: Any, bound: Any) -> Any:
        """The text, number or truth value that *expression* gives for *bound*, None if it gives none. Never raises."""
        try:
            found = expression.eval(bound)
        except RuntimeError:
            return None
        value = None if found.type() == self._error else found.value()
        return value if isinstance(value, (str, int, float)) else None

    def given(self, source: str, bound: Any) -> Given:
        """What *source*, a part of a condition, gives for *bound*, as plain data. Never raises."""
        try:
            found = self._environment.compile(source).eval(bound)
            kind = found.type()
            if kind != self._error:
                return Given(_plain(found.value()))
        except RuntimeError:
            return Given(error="the engine refused it")
        text = str(found.value())
        return Given(absent=True) if is_absence(text) else Given(error=refused(text))


def _plain(value: Any) -> Any:
    """*value* as plain data; the engine's lists and maps hold values of its own."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return _plain(value.value()) if callable(getattr(value, "value", None)) else value
