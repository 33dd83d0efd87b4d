"""The judge of fixtures: it also tells what a check's loops bind, and what a part of a condition gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiact_gate.expressions.parts import PartEngine
from aiact_gate.expressions.paths import Bound, NotThere
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.model.policy import Check, Condition, Requirement


class FixtureJudge(CheckJudge):
    """Judges checks on fixtures, and lets their rows be looked into."""

    engine: PartEngine

    def bindings(self, check: Check) -> Iterator[Bound]:
        """What the loops of *check* bind, row by row. Raises `NotThere` where a list isn't."""
        return self._bindings(check, self._base)

    def value_of(self, condition: Condition, check: Check, requirement: Requirement) -> Any:
        """What *condition* (of any kind) gives in the first row of *check*, None if it gives nothing plain."""
        try:
            first = next(self._bindings(check, self._with_parameters(requirement)))
            bound = self._look_up(check, first)
        except (NotThere, StopIteration):
            return None
        data = {name: bound[name][0] for name in condition.names if name in bound}
        return self.engine.value(self.engine.load(condition.code), self.engine.bind(data))
