"""One check judged on one system's evidence.

Shape comes first: a check that reads something of a wrong form fails at that form's place, one that reads an absent record
waits for it, one that reads what can't be known is unknown. Then the host walks the rows, and only the boolean true holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.paths import HOLE, Bound, NotThere, follow, follow_plain, parse_path
from aiact_gate.judge import operands
from aiact_gate.judge.faults import FaultIndex, Pattern, pattern_of, related
from aiact_gate.model.evidence import Absent, Evidence, Fault, Unknown
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.outcome import Outcome, weakest
from aiact_gate.model.policy import Check, Condition, PathExpr, Requirement
from aiact_gate.model.report import CheckResult, Finding
from aiact_gate.sources.filled import echoes
from aiact_gate.sources.shapes import quoted

Loaded = dict[bytes, Any]

MOST_ROWS = 250_000
"""Loops in loops that give more rows than this are the policy's fault: memory ends before they do."""

_ELLIPSIS = "…"
"""Where a template names what isn't written and no other words are at hand."""
PLACES = 1
"""Places that a passing check names; they are looked for in so many rows:"""
LOOKED_AT = 20

ALIKE = 10
"""More findings of one check with the same words than this are one finding."""


class StoodOn(NamedTuple):
    """Whose word a fact is in this run."""

    caps: tuple[str, ...]
    """What it is worth at most."""
    witness: str
    """Who says it besides the lock; empty if nobody does, or none is needed."""
    setting: str
    """What would give it a witness; empty if it needs none."""


class CheckJudge:
    """Judges checks on one system's evidence; keeps what is shared between them."""

    def __init__(self, evidence: Evidence, engine: Engine, system: str) -> None:
        self.evidence = evidence
        self.engine = engine
        self.system = system
        self._base: Bound = {name: (value, (name,)) for name, value in evidence.data.items()}
        self._lookup_tables: dict[tuple[int, str], dict[Any, int]] = {}
        self._shared = engine.bind(evidence.data)
        self._with: dict[tuple[Any, ...], Any] = {}
        self._pruned: dict[bytes, dict[str, Any]] = {}
        self._faulted = FaultIndex(evidence.faults)
        self._stood_on: dict[tuple[str, ...], StoodOn] = {}
        self._unwritten: dict[Pattern, list[Pointer]] = {}
        for pointer in evidence.required:
            self._unwritten.setdefault(pattern_of(pointer), []).append(pointer)

    def judge(self, check: Check, requirement: Requirement) -> CheckResult:
        """What comes of *check*. Never raises for anything that the evidence holds."""
        result = self._judge(check, requirement)
        if check.before is not None and result.outcome is not Outcome.PASS and not result.findings:
            # What an overlay asks besides waits, or can't be known: that hides no failure of what the pack itself asks.
            before = self.judge(check.before, requirement)
            if before.outcome in (Outcome.FAIL, Outcome.ERROR):
                return before
        return result

    def _judge(self, check: Check, requirement: Requirement) -> CheckResult:
        if check.faults:
            return self._faults(check, requirement)
        blocked = self._blocked(check)
        if blocked is not None:
            return blocked
        if check.when is not None:
            bound = self._with_parameters(requirement)
            outcome = self._holds(check.when, bound)
            if outcome.error:
                text = self._fault_of(check, "when", check.when, bound, outcome.error)
                return self._error(check, requirement, text)
            if outcome.absent:
                return self._result(
                    check, requirement, [self._absent_finding(check, requirement, check.when, bound)], 0, 1
                )
            if not outcome.holds:
                return CheckResult(check.id, check.severity, Outcome.NOT_APPLICABLE)
        result = self._rows(check, requirement)
        if result.outcome is not Outcome.PASS or not check.clauses:
            return result
        return result._replace(places=tuple(self._decided(check, requirement)))

    def _decided(self, check: Check, requirement: Requirement) -> Iterator[Location]:
        """Where the first rows of *check*, which holds, have what was judged."""
        found = 0
        for bound in islice(self._bindings(check, self._with_parameters(requirement)), LOOKED_AT):
            bound = self._look_up(check, bound)
            if check.where is None or self._holds(check.where, bound).holds:
                yield self._point(check, check.clauses[-1], bound)
                found += 1
            if found == PLACES:
                return

    # ------------------------------------------------------------ before any row

    def _faults(self, check: Check, requirement: Requirement) -> CheckResult:
        found = [fault for fault in self.evidence.faults if fault.rule == check.faults]
        undetermined = self.evidence.undetermined.get(check.faults)
        if not found and undetermined is not None:
            return _undetermined(check, undetermined)
        return self._result(
            check,
            requirement,
            [self._fault_finding(check, requirement, fault) for fault in found],
            0,
            len(found),
        )

    def _blocked(self, check: Check) -> CheckResult | None:
        absent = [self.evidence.absent[path[0]] for path in check.reads if path[0] in self.evidence.absent]
        unreadable = next((item for item in absent if item.unreadable), None)
        if unreadable is not None:
            return CheckResult(check.id, check.severity, Outcome.UNKNOWN, because=_see(unreadable))
        if absent:
            return CheckResult(check.id, check.severity, Outcome.FAIL, because=_see(absent[0]), of=1)
        unknown = self._unknown(check)
        if unknown is not None:
            return _undetermined(check, unknown)
        return None

    def _unknown(self, check: Check) -> Unknown | None:
        for pointer, unknown in self.evidence.unknowns.items():
            if any(related(pointer, path) for path in check.reads):
                return unknown
        return None

    # ------------------------------------------------------------ rows

    def _rows(self, check: Check, requirement: Requirement) -> CheckResult:
        findings: list[Finding] = []
        own = 0  # of the pack's own clauses; what an overlay requires besides never stands in for them
        blocking = self._faulted.first(check.reads)
        if blocking is None:
            proved = self._proved(check, requirement)
            if proved is not None:
                return proved
        judged = held = 0
        error = ""
        try:
            rows = list(islice(self._bindings(check, self._with_parameters(requirement)), MOST_ROWS + 1))
        except NotThere as missing:
            if blocking is not None and self._faulted.below(missing.pointer):
                return self._because(check, blocking)
            return self._result(
                check, requirement, [self._missing_at(check, requirement, missing.pointer, "")], 0, 1
            )
        if len(rows) > MOST_ROWS:
            return self._error(check, requirement, f"{check.id} has more than {MOST_ROWS:,} rows to judge")
        for bound in rows:
            element = _element(check, bound)
            try:
                bound = self._look_up(check, bound)
            except NotThere as missing:
                judged += 1
                if self._faulted.below(missing.pointer):
                    continue
                findings.append(
                    self._missing_at(check, requirement, missing.pointer, element, reference=True)
                )
                own += 1
                continue
            if check.where is not None:
                chosen = self._holds(check.where, bound)
                if chosen.error:
                    error = self._fault_of(check, "where", check.where, bound, chosen.error)
                    continue
                if chosen.absent:
                    judged += 1
                    if not self._under_fault(check.where, bound):
                        own += 1
                        findings.append(self._absent_finding(check, requirement, check.where, bound, element))
                    continue
                if not chosen.holds:
                    continue
            judged += 1
            found = self._clauses(check, requirement, bound, element)
            if found is None and check.before is not None:
                found = self._required_clauses(check, requirement, bound, element)
            elif isinstance(found, Finding):
                own += 1
            if isinstance(found, str):
                error = found
            elif found is not None:
                findings.append(found)
            else:
                held += 1
        if error:
            return self._error(check, requirement, error)
        if check.loops and judged < check.min_items:
            own += 1
            findings.append(self._too_few(check, requirement, judged))
        if not own and blocking is None:
            findings += self._required(check, requirement)
        if not own and blocking is not None:
            return self._because(check, blocking, judged)
        if not findings and held < judged:
            return CheckResult(check.id, check.severity, Outcome.FAIL, of=judged, held=held)
        return self._result(
            check, requirement, findings, held, judged, nothing=bool(check.loops) and judged == 0
        )

    def _proved(self, check: Check, requirement: Requirement) -> CheckResult | None:
        """A pass of the whole list at once, or None: then the rows are looked at one by one."""
        if check.proof is None:
            return None
        shared = self._shared_by(check.proof, requirement)
        if not self.engine.holds(self.engine.load(check.proof.code), shared).holds:
            return None
        rows = list(self._bindings(check, self._base))
        if any(self._echo(requirement, path, bound) for bound in rows for path in check.texts):
            return None
        if self._required(check, requirement):
            return None
        count: int | None = len(rows)
        if check.chosen is not None:
            count = self.engine.count(self.engine.load(check.chosen.code), shared)
        if count is None or check.loops and count < check.min_items:
            return None
        return self._result(check, requirement, [], count, count, nothing=not count)

    def _shared_by(self, proof: Condition, requirement: Requirement) -> Any:
        """What all checks share; for one that reads parameters, what it reads and the requirement's parameters."""
        if not proof.names:
            return self._shared
        key = (proof.names, tuple(sorted(requirement.parameters.items())))
        if key not in self._with:
            data = {name: self.evidence.data[name] for name in proof.names if name in self.evidence.data}
            self._with[key] = self.engine.bind({**data, "parameters": requirement.parameters})
        return self._with[key]

    def _because(self, check: Check, fault: Fault, judged: int = 1) -> CheckResult:
        return CheckResult(
            check.id, check.severity, Outcome.FAIL, because=f"{fault.location}: {fault.message}", of=judged
        )

    def _required(self, check: Check, requirement: Requirement) -> list[Finding]:
        """A finding for each required field that the check's `that` names and nobody has filled, in whichever row."""
        return [
            self._missing_at(
                check,
                requirement,
                pointer,
                _row_key(pointer, self.evidence),
                asked=_looked_in(check) in ("", pointer[0]),
            )
            for pointer in sorted(
                (
                    pointer
                    for pattern, pointers in self._unwritten.items()
                    if any(len(pattern) == len(path) and related(pattern, path) for path in check.needs)
                    for pointer in pointers
                ),
                key=str,
            )
        ]

    def _bindings(self, check: Check, bound: Bound) -> Iterator[Bound]:
        if not check.loops:
            yield bound
            return
        yield from self._nest(check.loops, bound)

    def _nest(self, loops: tuple[Any, ...], bound: Bound) -> Iterator[Bound]:
        loop, rest = loops[0], loops[1:]
        if loop.path is None:
            rows: list[tuple[Any, Pointer]] = [(word, ("@word", word)) for word in loop.words]
        else:
            value, pointer = follow(loop.path, bound)
            if not isinstance(value, list):
                raise NotThere(pointer)
            rows = [(item, (*pointer, index)) for index, item in enumerate(value)]
        for item, pointer in rows:
            inner = {**bound, loop.name: (item, pointer)}
            if rest:
                yield from self._nest(rest, inner)
            else:
                yield inner

    def _look_up(self, check: Check, bound: Bound) -> Bound:
        for lookup in check.lookups:
            rows, pointer = follow(lookup.path, bound)
            key, place = follow(lookup.key, bound)
            table = self._table(rows, lookup.field)
            if key is None or key not in table:
                raise NotThere(place)
            index = table[key]
            bound = {**bound, lookup.name: (rows[index], (*pointer, index))}
        return bound

    def _table(self, rows: Any, field: str) -> dict[Any, int]:
        slot = (id(rows), field)
        if slot not in self._lookup_tables:
            table: dict[Any, int] = {}
            for index, row in enumerate(rows if isinstance(rows, list) else []):
                if isinstance(row, dict) and isinstance(row.get(field), (str, int, float)):
                    table.setdefault(row[field], index)
            self._lookup_tables[slot] = table
        return self._lookup_tables[slot]

    def _clauses(
        self, check: Check, requirement: Requirement, bound: Bound, element: str
    ) -> Finding | str | None:
        """A finding, an error text, or None if every clause of the pack itself holds and no prose is an echo."""
        for clause in check.clauses:
            if clause.place:
                break  # from here on an overlay's
            if not self._holds(clause, bound).holds:
                return self._not_held(check, requirement, clause, bound, element)
        for path in check.texts:
            echo = self._echo(requirement, path, bound)
            if echo is not None:
                text, pointer = echo
                message = f"{quoted(text)} repeats the point's own words."
                fix = "Say what this system does."
                return self._finding(
                    check, requirement, "filler", message, fix, self.evidence.locate(pointer), element
                )
        return None

    def _required_clauses(
        self, check: Check, requirement: Requirement, bound: Bound, element: str
    ) -> Finding | str | None:
        """As `_clauses`, for what overlays require besides; a finding says what the overlay says."""
        for clause in check.clauses:
            if clause.place and not self._holds(clause, bound).holds:
                speaking = check._replace(
                    message=clause.message, missing="", fix=clause.fix or check.fix, kind=clause.kind
                )
                return self._not_held(speaking, requirement, clause, bound, element)
        return None

    def _not_held(
        self, check: Check, requirement: Requirement, clause: Condition, bound: Bound, element: str
    ) -> Finding | str | None:
        """What a *clause* that doesn't hold comes to; None if the fault that it reads is a finding at its own place."""
        outcome = self._holds(clause, bound)
        if self._under_fault(clause, bound):
            return None
        if outcome.absent or outcome.error:
            if outcome.error and self._empty_path(clause, bound) is None:
                return self._fault_of(check, "that", clause, bound, outcome.error)
            return self._absent_finding(check, requirement, clause, bound, element)
        if clause.filled:
            return self._absent_finding(check, requirement, clause, bound, element)
        return self._false_finding(check, requirement, clause, bound, element)

    def _echo(
        self, requirement: Requirement, path: tuple[str, ...], bound: Bound
    ) -> tuple[str, Pointer] | None:
        try:
            value, pointer = follow_plain(path, bound)
        except NotThere:
            return None
        values = value if isinstance(value, list) else [value]
        for text in values:
            if isinstance(text, str) and echoes(text, (requirement.title, requirement.fix, path[-1])):
                return text, pointer
        return None

    # ------------------------------------------------------------ conditions

    def _with_parameters(self, requirement: Requirement) -> Bound:
        return {**self._base, "parameters": (requirement.parameters, ("parameters",))}

    def _holds(self, condition: Condition, bound: Bound) -> Any:
        data = dict(self._fixed(condition))
        for name in condition.names:
            # What a loop binds hides evidence of the same name: a pack may add a record kind that is called like it.
            if name in bound and (name not in data or bound[name][1] != (name,)):
                data[name] = bound[name][0]
        return self.engine.holds(self.engine.load(condition.code), self.engine.bind(data))

    def _fixed(self, condition: Condition) -> dict[str, Any]:
        """What *condition* reads of the evidence, and nothing beside it: what is bound is converted anew for each row."""
        fixed = self._pruned.get(condition.code)
        if fixed is None:
            fixed = self._pruned[condition.code] = {}
            for name in condition.names:
                if name in self.evidence.data:
                    paths = [path[1:] for path in condition.relative if path[0] == name]
                    fixed[name] = _pruned(self.evidence.data[name], paths)
        return fixed

    def _empty_path(self, condition: Condition, bound: Bound) -> Pointer | None:
        """The pointer of the first thing that *condition* reads and that is absent or null, in whichever row it reads."""
        if not condition.filled:
            gaps = (operands.first_gap(path, bound) for path in condition.relative)
            return next((gap for gap in gaps if gap is not None), None)
        try:
            value, pointer = follow_plain(condition.filled, bound)
        except NotThere as missing:
            return missing.pointer
        return pointer if value in (None, "", [], {}) else None

    def _unsaid(self, check: Check, clause: Condition, bound: Bound) -> Pointer | None:
        """Where a value isn't written that *clause*, which is false, is judged on, or that the message would name."""
        kinds = self.evidence.kinds
        for path in clause.relative:
            gap = operands.empty_list(path, bound, kinds)
            if gap is None and check.kind != "missing" and "*" not in path:
                gap = operands.first_gap(path, bound)
            if gap is not None:
                return gap
        return self._hole_gap(check.message, bound)

    def _under_fault(self, condition: Condition, bound: Bound) -> bool:
        for path in condition.relative:
            try:
                pointer = follow_plain(path, bound)[1]
            except NotThere as missing:
                pointer = missing.pointer
            if self._faulted.touches(pointer):
                return True
        return False

    # ------------------------------------------------------------ findings

    def _false_finding(
        self, check: Check, requirement: Requirement, clause: Condition, bound: Bound, element: str
    ) -> Finding:
        unsaid = self._unsaid(check, clause, bound)
        place = self._point(check, clause, bound)
        if unsaid is not None and not operands.is_fact(unsaid):
            return self._missing_at(check, requirement, unsaid, element, bound=bound, asked=False)
        if unsaid is None:
            says = not any(operands.is_silent(path, bound) for path in clause.relative)
            kind = check.kind if says or check.kind != "contradicted" else "missing"
            message = self._fill(check.message, bound)
        else:  # the record asks for a fact that isn't among those of the run, the data or the log
            kind = "missing" if check.kind == "contradicted" else check.kind
            message = operands.absent_fact(unsaid)
        return self._finding(
            check, requirement, kind, message, self._own_fix(check, requirement, bound), place, element
        )

    def _absent_finding(
        self, check: Check, requirement: Requirement, clause: Condition, bound: Bound, element: str = ""
    ) -> Finding:
        pointer = self._empty_path(clause, bound)
        if pointer is None:
            # An element looked up by a computed key: the place of the key says what isn't there.
            return self._false_finding(check, requirement, clause, bound, element)
        place = None
        if pointer and str(pointer[0]) not in self.evidence.places and check.at is not None:
            place = self._point(check, clause, bound)
        asked = clause in check.clauses and (bool(clause.filled) or self._is_at(check, pointer, bound))
        return self._missing_at(check, requirement, pointer, element, bound=bound, asked=asked, place=place)

    def _missing_at(
        self,
        check: Check,
        requirement: Requirement,
        pointer: Pointer,
        element: str,
        *,
        bound: Bound | None = None,
        reference: bool = False,
        asked: bool = True,
        place: Location | None = None,
    ) -> Finding:
        """The finding that nothing is written at *pointer*. *asked*: the check's own words for that fit."""
        bound = bound or self._base
        kind = self.evidence.unfilled.get(pointer, "missing")
        leads_nowhere = (
            reference
            and kind == "missing"
            and pointer not in self.evidence.unfilled
            and self._exists(pointer)
        )
        own = not leads_nowhere and asked and check.missing and self._hole_gap(check.missing, bound) is None
        field = operands.field_name(pointer, self.evidence.data)
        section = operands.section_of(pointer)
        if leads_nowhere:
            message = f"{field} names something that isn't there."
        elif own:
            message = self._fill(check.missing, bound)
        elif section:
            message = section
        elif operands.is_fact(pointer):
            message = operands.absent_fact(pointer)
        elif kind == "filler":
            message = f"{field} holds words that say nothing."
        else:
            message = f"{field} isn't written yet."
        fix = "" if own or leads_nowhere else operands.what_to_write(pointer, self.evidence.kinds)
        return self._finding(
            check,
            requirement,
            kind,
            _sentence(message),
            fix or self._own_fix(check, requirement, bound),
            place or self.evidence.locate(pointer),
            element,
        )._replace(unwritten=not leads_nowhere and not operands.is_fact(pointer))

    def _is_at(self, check: Check, pointer: Pointer, bound: Bound) -> bool:
        """Whether *pointer* is where *check* looks: then its own words for what is missing are about that."""
        if check.at is None:
            return not any(clause.filled for clause in check.clauses)
        at = self._pointer_of(check.at, bound)
        return _starts(at, pointer) or _starts(pointer, at)

    def _own_fix(self, check: Check, requirement: Requirement, bound: Bound) -> str:
        """The check's fix, or the point's where the check's would name what isn't written."""
        fits = check.fix and self._hole_gap(check.fix, bound, by_ordinal=False) is None
        said = check.fix if fits else requirement.fix
        return self._fill(said, bound)

    def _hole_gap(self, template: str, bound: Bound, *, by_ordinal: bool = True) -> Pointer | None:
        """Where the first value would stand that *template* names and that isn't written.

        *by_ordinal*: a row without a key is named all the same.
        """
        if "{" not in template:
            return None
        for hole in re.finditer(HOLE, template):
            value, pointer = self._value(hole[1], bound, by_ordinal)
            if not value:
                return pointer
        return None

    def _exists(self, pointer: Pointer) -> bool:
        value: Any = self.evidence.data
        for step in pointer:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return False
        return value is not None

    def _too_few(self, check: Check, requirement: Requirement, judged: int) -> Finding:
        loop = check.loops[-1]
        pointer: Pointer = tuple(loop.path.steps) if loop.path is not None else ()  # type: ignore[arg-type]
        if pointer and pointer[0] not in self.evidence.data:
            first = check.loops[0].path
            pointer = tuple(first.steps) if first is not None else pointer  # type: ignore[arg-type]
        name = str(pointer[-1]).replace("_", " ") if pointer else "list"
        empty = judged == 0 and check.where is None
        if judged == 0 and pointer and pointer[0] == "mlflow":
            message = f"The run has no {name} in aiact.lock."
        elif check.missing and "{" not in check.missing:
            message = check.missing
        elif empty:
            message = f"The list of {name} is empty."
        elif judged == 0:
            message = f"None of the {name} fits here, so it isn't shown."
        else:
            message = f"Only {judged} of the {name} are there."
        fix = operands.what_to_write(pointer, self.evidence.kinds) if empty else ""
        return self._finding(
            check,
            requirement,
            self.evidence.unfilled.get(pointer, "missing"),
            message,
            fix or self._own_fix(check, requirement, self._base),
            self.evidence.locate(pointer),
            "",
        )._replace(unwritten=empty and not operands.is_fact(pointer))

    def _point(self, check: Check, clause: Condition, bound: Bound) -> Location:
        base: Pointer = ()
        if check.at is not None:
            base = self._pointer_of(check.at, bound)
        candidates = []
        for path in clause.relative:
            try:
                candidates.append(follow_plain(path, bound)[1])
            except NotThere as missing:
                candidates.append(missing.pointer)
        if base:
            below = [pointer for pointer in candidates if len(pointer) > len(base) and _starts(base, pointer)]
            return self.evidence.locate(below[0] if len(below) == 1 else base)
        row = next(
            (bound[loop.name][1] for loop in reversed(check.loops) if bound[loop.name][1][0] != "@word"), ()
        )
        in_row = next((pointer for pointer in candidates if row and _starts(row, pointer)), None)
        placed = next(
            (pointer for pointer in candidates if pointer and str(pointer[0]) in self.evidence.places), None
        )
        return self.evidence.locate(
            in_row
            or (row if row and str(row[0]) in self.evidence.places else None)
            or placed
            or (candidates[0] if candidates else ())
        )

    def _pointer_of(self, path: PathExpr, bound: Bound) -> Pointer:
        try:
            return follow(path, bound)[1]
        except NotThere as missing:
            return missing.pointer

    def _fill(self, template: str, bound: Bound) -> str:
        if "{" not in template:
            return template
        return _sentence(re.sub(HOLE, lambda hole: self._value(hole[1], bound)[0] or _ELLIPSIS, template))

    def _value(self, hole: str, bound: Bound, by_ordinal: bool = True) -> tuple[str, Pointer]:
        """What stands for *hole* in a sentence and where it comes from; empty if nothing is written there."""
        path = parse_path(hole)
        try:
            value, pointer = follow(path, bound)
        except NotThere as missing:
            value, pointer = None, missing.pointer
        shown = show(value)
        if by_ordinal and not shown and len(path.steps) == 2 and path.steps[1] in operands.KEYS:
            return operands.row_name(pointer[:-1], self.evidence.data), pointer
        return shown, pointer

    def _finding(
        self,
        check: Check,
        requirement: Requirement,
        kind: str,
        message: str,
        fix: str,
        location: Location,
        element: str,
    ) -> Finding:
        if kind == "missing":
            kind = self.evidence.unfilled.get(location.pointer, kind)
        return Finding(
            check=check.id,
            kind=kind,
            outcome=Outcome.FAIL,
            message=message,
            fix=fix,
            location=location,
            severity=check.severity,
            element=element,
            fingerprint=fingerprint(check.id, self.system, element, kind if check.faults else ""),
            article=requirement.citation.split(",")[0],
        )

    def _fault_finding(self, check: Check, requirement: Requirement, fault: Fault) -> Finding:
        element = "/".join(str(step) for step in fault.pointer) or fault.location.path
        finding = self._finding(
            check,
            requirement,
            fault.kind,
            fault.message,
            fault.fix or requirement.fix,
            fault.location,
            element,
        )
        return finding._replace(article=fault.article or finding.article, is_firm=fault.is_firm)

    def _fault_of(self, check: Check, part: str, condition: Condition, bound: Bound, error: str) -> str:
        """What is wrong with *condition*, the policy's fault; what isn't written there is the likely cause."""
        empty = self._empty_path(condition, bound)
        if empty is not None and part != "that":
            error = (
                f"{operands.field_name(empty, self.evidence.data)} isn't written there; begin with filled(…)"
            )
        return f"{check.id}, `{part}`: {error}: {condition.source[:80]}"

    def _error(self, check: Check, requirement: Requirement, error: str) -> CheckResult:
        file = check.file or requirement.file
        return CheckResult(check.id, check.severity, Outcome.ERROR, because=f"{file}:{check.line}: {error}")

    def _result(
        self,
        check: Check,
        requirement: Requirement,
        findings: list[Finding],
        held: int,
        judged: int,
        nothing: bool = False,
    ) -> CheckResult:
        """*nothing*: no row was there that a pass could be worth anything for."""
        findings = sorted(
            set(findings), key=lambda finding: (finding.location[:3], finding.element, finding.message)
        )
        if findings:
            return CheckResult(
                check.id, check.severity, Outcome.FAIL, "", tuple(findings), held=held, of=judged
            )
        passed = CheckResult(check.id, check.severity, Outcome.PASS, held=held, of=judged)
        if nothing:
            return passed
        facts = [self._stood(path) for path, worth in check.worth if worth in ("measured", "provenance")]
        return passed._replace(
            method=self.method(check, requirement),
            witness=tuple(dict.fromkeys(fact.witness for fact in facts if fact.witness)),
            on_lock=tuple(dict.fromkeys(fact.setting for fact in facts if fact.setting)),
        )

    def method(self, check: Check, requirement: Requirement) -> str:
        """What a pass of *check* is worth: the weakest of what it reads, capped where this run's source is weaker.

        A check that reports faults of form reads no field of its own: it is worth what its requirement calls for. One that
        reads criteria and references alone says nothing about it: empty.
        """
        if check.faults:
            return requirement.calls_for
        worths = []
        for path, worth in check.worth:
            worths.append(worth)
            if worth in ("measured", "provenance"):
                worths += self._stood(path).caps
        return weakest(worths) if worths else ""

    def _stood(self, path: tuple[str, ...]) -> StoodOn:
        """What the facts at *path* stand on in this run."""
        if path not in self._stood_on:
            evidence = self.evidence
            caps = tuple(worth for at, worth in evidence.worth_at_most.items() if related(at, path))
            setting = next((named for at, named in evidence.on_lock.items() if related(at, path)), "")
            names = (name for at, name in evidence.witnesses.items() if related(at, path) and at)
            self._stood_on[path] = StoodOn(caps, next(names, ""), setting)
        return self._stood_on[path]


def gathered(result: CheckResult) -> CheckResult:
    """*result* in which more than ten findings with one message become the first of them, with the number of the others.

    The last step of judging: what covers a finding is decided for each of them before.
    """
    if len(result.findings) <= ALIKE:
        return result
    by_message: dict[tuple[str, ...], list[Finding]] = {}
    for finding in result.findings:
        same = (finding.kind, finding.message, finding.outcome, finding.note)
        by_message.setdefault(same, []).append(finding)
    kept = []
    for first, *alike in by_message.values():
        if len(alike) < ALIKE:
            kept += [first, *alike]
        else:
            message = f"{first.message} {len(alike)} more are like it."
            kept.append(first._replace(message=message, alike=tuple(alike)))
    return result._replace(findings=tuple(kept))


def show(value: Any) -> str:
    """*value* as messages write it: short, control characters shown; empty for what holds nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value - value != 0.0:  # NaN, infinity
            return str(value)
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(show(item) for item in value[:6]) + (", …" if len(value) > 6 else "")
    if isinstance(value, dict):
        return show(list(value))
    text = str(value)
    if len(text) in (32, 40, 64) and all(c in "0123456789abcdef" for c in text):
        return text[:7]  # a run, a commit, a digest: as people name it
    return quoted(text)[1:-1]


def _sentence(text: str) -> str:
    """*text* with a capital where it begins with a row that has no name of its own: `the 1st metric`."""
    return f"The{text[3:]}" if text.startswith("the ") else text


def fingerprint(check: str, system: str, element: str, more: str = "") -> str:
    """A stable identity of a finding: no line, no message, no tool version."""
    return hashlib.sha256(
        "\0".join((check, system, element, more)).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]


def _element(check: Check, bound: Bound) -> str:
    parts = []
    for loop in check.loops:
        value = bound[loop.name][0]
        if isinstance(value, dict):
            key = next((value[name] for name in operands.KEYS if value.get(name)), value.get("text"))
            parts.append(str(key) if isinstance(key, (str, int)) else str(bound[loop.name][1][-1]))
        else:
            parts.append(str(value))
    return "/".join(parts)


def _pruned(value: Any, paths: list[tuple[str, ...]]) -> Any:
    """*value* with only what *paths* lead to; a path that ends, or reaches into a list, keeps all below it."""
    if not isinstance(value, dict) or any(not path or path[0] == "*" for path in paths):
        return value
    heads = {path[0] for path in paths}
    return {
        key: _pruned(value[key], [path[1:] for path in paths if path[0] == key])
        for key in heads
        if key in value
    }


def _row_key(pointer: Pointer, evidence: Evidence) -> str:
    """The id of the row that *pointer* lies in, or empty."""
    value: Any = evidence.data
    key = ""
    for step in pointer:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            key = value["id"]
    return key


def _undetermined(check: Check, unknown: Unknown) -> CheckResult:
    first = unknown.reason.partition(" ")[0]
    is_path = "/" in first or "." in first  # with a capital it would be another file
    reason = unknown.reason if is_path else f"{unknown.reason[:1].upper()}{unknown.reason[1:]}"
    because = f"{reason}. Run: {unknown.would_determine}"
    return CheckResult(check.id, check.severity, Outcome.UNKNOWN, because=because)


def _looked_in(check: Check) -> str:
    """The record or document that *check* points into; empty where it names none."""
    if check.at is None:
        return ""
    first = str(check.at.steps[0])
    loop = next((loop for loop in check.loops if loop.name == first), None)
    while loop is not None and loop.path is not None:
        first = str(loop.path.steps[0])
        loop = next((other for other in check.loops if other.name == first and other is not loop), None)
    return first


def _see(absent: Absent) -> str:
    return f"{absent.fault.location}: {absent.fault.message}"


def _starts(prefix: Pointer, pointer: Pointer) -> bool:
    return len(prefix) <= len(pointer) and pointer[: len(prefix)] == prefix
