"""One check walked row by row for `explain --on`: what the loops gave, what `where` chose, what each part was."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiact_gate.expressions.engine import Outcome
from aiact_gate.expressions.paths import Bound, NotThere
from aiact_gate.judge.checks import CheckJudge, _element
from aiact_gate.judge.subvalues import Values
from aiact_gate.model.explained import CheckSeen, RowSeen
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.policy import Check, Requirement
from aiact_gate.model.report import CheckResult, Finding

NAMED = 10_000
"""Rows that are walked; what has more is beyond reading."""


class Walked(NamedTuple):
    """One row and what came of it."""

    name: str
    state: str
    bound: Bound
    where: Outcome | None = None
    clauses: tuple[Outcome, ...] = ()
    """Of the clauses up to the first that failed."""
    place: Location | None = None
    because: str = ""


class RowByRow(CheckJudge):
    """A judge that keeps what it saw; it never takes the short way of proving a whole list at once."""

    def rows(self, check: Check, requirement: Requirement) -> list[Walked]:
        """Every row of *check*, in order. Raises `NotThere`: a list that the loops start from isn't there."""
        found = []
        for bound in self._bindings(check, self._with_parameters(requirement)):
            found.append(self._row(check, requirement, bound))
            if len(found) == NAMED:
                break
        return found

    def _row(self, check: Check, requirement: Requirement, bound: Bound) -> Walked:
        name = _element(check, bound)
        try:
            bound = self._look_up(check, bound)
        except NotThere as missing:
            finding = self._missing_at(check, requirement, missing.pointer, name, reference=True)
            return Walked(name, "fails", bound, place=finding.location, because=finding.message)
        where = self._holds(check.where, bound) if check.where is not None else None
        if where is not None and not where.holds:
            state = "fails" if where.absent else "left out"
            if where.error:
                state = "error"
            return Walked(name, state, bound, where, place=self._row_place(check, bound), because=where.error)
        clauses: list[Outcome] = []
        for clause in check.clauses:
            clauses.append(self._holds(clause, bound))
            if not clauses[-1].holds:
                break
        found = self._clauses(check, requirement, bound, name)
        if isinstance(found, Finding):
            return Walked(name, "fails", bound, where, tuple(clauses), found.location, found.message)
        if isinstance(found, str):
            return Walked(name, "error", bound, where, tuple(clauses), self._row_place(check, bound), found)
        place = self.point(check, bound)
        if all(clause.holds for clause in clauses):
            return Walked(name, "holds", bound, where, tuple(clauses), place)
        failed = check.clauses[len(clauses) - 1]
        if self._under_fault(failed, bound):
            because = "what it reads has the wrong form; that is a finding at its own place"
            return Walked(name, "not judged", bound, where, tuple(clauses), place, because)
        because = self._fill(failed.message or check.message, bound)  # an overlay's clause says its own
        return Walked(name, "fails", bound, where, tuple(clauses), place, because)

    def point(self, check: Check, bound: Bound) -> Location | None:
        """Where a row of *check* that holds has what is judged."""
        return self._point(check, check.clauses[-1], bound) if check.clauses else None

    def _row_place(self, check: Check, bound: Bound) -> Location | None:
        pointer: Pointer = bound[check.loops[-1].name][1] if check.loops else ()
        return self.evidence.locate(pointer) if pointer and pointer[0] in self.evidence.places else None

    # ------------------------------------------------------------ for people

    def seen(
        self,
        check: Check,
        requirement: Requirement,
        result: CheckResult | None,
        version: str,
        as_of: str,
        shown: int,
    ) -> CheckSeen:
        """*check* on this system, with at most *shown* rows in full: failing first, then chosen ones."""
        conditions = [*(one for one in (check.when, check.where) if one is not None), *check.clauses]
        values = Values(self.evidence, requirement, conditions, as_of)
        base = self._with_parameters(requirement)
        seen = CheckSeen(
            self.system,
            version,
            result,
            lookups=tuple(
                f"{one.name}: {one.path.source}[{one.field}={one.key.source}]" for one in check.lookups
            ),
            where=check.where.source if check.where is not None else "",
            when=values.seen(check.when, base, "when") if check.when is not None else None,
            min_items=check.min_items,
        )
        blocked = self._blocked(check)
        fault = self._faulted.first(check.reads)
        if blocked is not None:
            seen = seen._replace(because=blocked.because)
        elif fault is not None:
            because = f"{fault.location}: {fault.message} So the check fails, whatever its rows say."
            seen = seen._replace(because=because)
        if check.when is not None and not self._holds(check.when, base).holds:
            return seen
        try:
            rows = self.rows(check, requirement)
        except NotThere as missing:
            place = self.evidence.locate(missing.pointer)
            loops = tuple(self._loop_words(loop, None) for loop in check.loops)
            return seen._replace(
                loops=loops, because=seen.because or f"{place}: the list that `each` names isn't written."
            )
        chosen = [row for row in rows if row.state != "left out"]
        order = {"error": 0, "fails": 0, "not judged": 1, "holds": 2}
        picked = sorted(chosen, key=lambda row: order[row.state])[:shown]
        if not chosen:
            picked = rows[:shown]
        return seen._replace(
            loops=tuple(self._loop_words(loop, rows) for loop in check.loops),
            total=len(rows),
            names=tuple(row.name for row in chosen),
            left_out=tuple(row.name for row in rows if row.state == "left out"),
            rows=tuple(self._row_seen(check, row, values, blocked is not None) for row in picked),
        )

    @staticmethod
    def _loop_words(loop: Any, rows: list[Walked] | None) -> str:
        if loop.path is None:
            return f"{loop.name}: {', '.join(loop.words)}"
        if rows is None:
            return f"{loop.name}: {loop.path.source}"
        number = len({row.bound[loop.name][1] for row in rows})
        return f"{loop.name}: {loop.path.source}, {number} of them"

    @staticmethod
    def _row_seen(check: Check, row: Walked, values: Values, blocked: bool) -> RowSeen:
        conditions = []
        if check.where is not None:
            conditions.append(values.seen(check.where, row.bound, "where"))
        for number, clause in enumerate(check.clauses if row.state != "left out" else (), 1):
            name = "that" if len(check.clauses) == 1 else f"that {number}"
            reached = number <= len(row.clauses)
            seen = values.seen(clause, row.bound, name, reached=reached)
            conditions.append(seen._replace(set_by=clause.place))
        state = "not judged" if blocked and row.state != "left out" else row.state
        return RowSeen(row.name, state, row.place, "" if blocked else row.because, tuple(conditions))
