"""One check compiled: its names, its conditions, what they read and what that is worth.

A fault stands at its place in the check; the whole file and the requirement around it are `compile`'s.
"""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from aiact_gate.expressions import reading
from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.paths import HOLE, parse_lookup, parse_path
from aiact_gate.expressions.tree import Expr, decode, filled_path, lean, nodes, paths_in, reads
from aiact_gate.lint.faults import Place, did_you_mean
from aiact_gate.lint.typed import MAX_DEPTH, TypedWalk, brackets, depth
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Pointer
from aiact_gate.model.policy import GRACE_DAYS, PathExpr
from aiact_gate.schemas import fields
from aiact_gate.sources.shapes import quoted


class Written(NamedTuple):
    """One condition of a check, as its author wrote it."""

    tree: Expr
    where: Pointer
    """Its place in the check: `when`, `where`, or a clause of `that`."""
    source: str
    walk: TypedWalk


Advise = Callable[["CheckCompiler"], None]
"""Looks at a compiled check: lint gives its advice, who judges gives nothing and doesn't pay for looking."""


class CheckCompiler:
    """One check: its names, its conditions, what they read and what that is worth."""

    def __init__(
        self,
        place: Place,
        parameters: tuple[str, ...],
        kinds: Mapping[str, Any],
        advise: Advise | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> None:
        """*versions*: those of the pack, each with its day; an overlay's checks have none."""
        self.advise = advise
        self.versions = versions
        self.own = 0
        """How many of the clauses stand in the pack already, where an overlay adds to them: it has faults at its own lines."""
        self.kinds = kinds
        self.names = (*fields.NAMES, *kinds)
        self.place = place
        self.faults = place.faults
        self.parameters = parameters
        self.bound: dict[str, tuple[str, ...]] = {}
        self.reads: set[tuple[str, ...]] = set()
        self.texts: list[tuple[str, ...]] = []
        self.needs: set[tuple[str, ...]] = set()
        self.conditions: list[Written] = []
        self.refused: list[tuple[int, str, Sequence[str], Sequence[str]]] = []
        """Of each condition that the engine refuses: (which of the faults says so, the engine's reason, names that it may start
        from, names that only rows have)."""

    def compile(self, check: Mapping[str, Any]) -> dict[str, Any]:
        loops = self._loops(check.get("each"))
        lookups = self._lookups(check.get("with") or {})
        out: dict[str, Any] = {
            "id": f"{self.place.requirement}/{check['id']}",
            "severity": check.get("severity", "error"),
            "kind": check.get("kind", "missing"),
            "loops": loops,
            "lookups": lookups,
            "min_items": check.get("min_items", 1),
            "when": self._condition(check.get("when"), "when", rows=False),
            "where": self._condition(check.get("where"), "where"),
            "line": self.place.document.location((*self.place.pointer, "id")).line,
        }
        out |= {key: check.get(key) or "" for key in ("faults", "message", "missing", "fix")}
        that = check.get("that") or []
        listed = self.place.document.has((*self.place.pointer, "that", 0))
        out["clauses"] = [
            clause
            for number, source in enumerate(that)
            if (clause := self._condition(source, *(("that", number) if listed else ("that",)))) is not None
        ]
        self._whole_check(check)
        at = self._path(check.get("at"), "at")
        out["at"] = at._asdict() if at is not None else None
        for key in ("message", "missing", "fix"):
            self._holes(check.get(key) or "", key)
        if not that and not out["faults"]:
            self.fault("no_condition", ("id",), "the check has no `that`", "Say what has to hold.")
        if out["faults"] and that:
            self.fault("two_conditions", ("faults",), "the check has both `that` and `faults`", "Keep one.")
        if check.get("min_items") == 0 and not check.get("empty_is_fine"):
            fix = "Say under `empty_is_fine` why nothing to judge is a pass."
            self.fault("empty_is_fine", ("min_items",), "min_items: 0 without a reason", fix)
        if not out["message"] and not out["faults"]:
            fix = "Say what stands there and what doesn't agree, with holes like {it.id}."
            self.fault("no_message", ("id",), "the check has no message", fix)
        out["reads"] = sorted(self.reads)
        out["needs"] = sorted(self.needs)
        out["worth"] = self._worth()
        out["proof"], out["chosen"] = self._proof(check, out)
        out["texts"] = self.texts
        if self.advise is not None:
            self.advise(self)
        out |= self._before(check)
        return out

    def when(self, source: str) -> dict[str, Any] | None:
        """A condition that sees no row, as compiled; None if it is at fault."""
        found = self._condition(source, "when", rows=False)
        if self.advise is not None:
            self.advise(self)
        return found

    def _before(self, check: Mapping[str, Any]) -> dict[str, Any]:
        """Since which version the check has this form, and the form before."""
        replaced = check.get("replaces")
        if replaced is not None and not check.get("new_in"):
            fix = "Say in which version of the pack it got this form."
            self.fault("no_new_in", ("replaces",), "the check has `replaces` without `new_in`", fix)
        version = str(check.get("new_in") or "")
        out: dict[str, Any] = {"new_in": version, "replaces": None}
        if not version:
            return out
        versions = {version: ""} if self.versions is None else self.versions
        if version not in versions:
            what = f"new_in is {version}, which is no version of this pack"
            fix = did_you_mean(version, tuple(versions), "Write pack.yaml's version, or add it to history.")
            self.fault("unknown_version", ("new_in",), what, fix)
        elif versions[version]:
            until = datetime.date.fromisoformat(versions[version]) + datetime.timedelta(days=GRACE_DAYS)
            out["warns_until"] = until.isoformat()
        if isinstance(replaced, dict):
            old = CheckCompiler(self.place.below("replaces"), self.parameters, self.kinds, self.advise)
            # Of the old form only which rows it found matters, never what it said of them.
            silent = {"id": check["id"], "message": "As before.", "empty_is_fine": "As before."}
            out["replaces"] = old.compile({**replaced, **silent})
        return out

    def _proof(
        self, check: Mapping[str, Any], out: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The check over its whole list as one expression, and how many rows `where` chooses, where that says the same.

        Prove fast, explain slow: one evaluation on what all checks share instead of one for each row and clause. Only for
        no loop or one plain loop, without look-ups; prose is held against the requirement's words row by row.

        Each condition was compiled alone, so it is whole; the line break behind it ends a comment in it.
        """
        loops, where = out["loops"], check.get("where")
        if out["lookups"] or not out["clauses"] or len(out["clauses"]) < len(check.get("that") or []):
            return None, None
        proof = " && ".join(f"({clause['source']}\n)" for clause in out["clauses"])
        chosen = ""
        if loops:
            if len(loops) > 1 or "path" not in loops[0]:
                return None, None
            if not all(isinstance(step, str) for step in loops[0]["path"]["steps"]):
                return None, None
            name, path = loops[0]["name"], loops[0]["path"]["source"]
            if where:
                # A ternary, not `||`: an error in `where` beside a true clause would be swallowed.
                proof, chosen = f"({where}\n) ? ({proof}) : true", f"size({path}.filter({name}, {where}\n))"
            proof = f"{path}.all({name}, {proof})"
        elif where:
            return None, None
        engine = _engine(tuple(sorted(self.names)))
        read = sorted({path[0] for path in self.reads})
        names = read if "parameters" in read else []
        try:
            return (
                _condition_data(engine.compile(proof), names),
                _condition_data(engine.compile(chosen, counts=True), names) if chosen else None,
            )
        except PackError:
            return None, None

    # ------------------------------------------------------------ parts

    def _loops(self, each: Any) -> list[dict[str, Any]]:
        if each is None:
            return []
        named = each.items() if isinstance(each, dict) else [("it", each)]
        loops: list[dict[str, Any]] = []
        for name, source in named:
            if isinstance(source, list):
                self.bound[str(name)] = ("@word",)
                loops.append({"name": str(name), "words": [str(word) for word in source]})
                continue
            where = ("each", str(name)) if isinstance(each, dict) else ("each",)
            path = self._path(str(source), *where)
            if path is None:
                self.bound[str(name)] = ("@unknown",)
                continue
            resolved = self.resolve(path.plain)
            field = self._field(resolved, where, str(source), steps=len(path.steps))
            no_list = resolved[0] in ("parameters", "as_of", "@word") or (
                field is not None and field.schema.get("type") != "array"
            )
            if no_list:
                self.fault("each_list", where, f"{source} is no list", "Give each a list.", str(source), 0)
            lost = no_list or field is None
            self.bound[str(name)] = ("@unknown",) if lost else (*resolved, "*")
            self.reads.add(resolved)
            loops.append({"name": str(name), "path": path._asdict()})
        return loops

    def _lookups(self, with_: Mapping[str, str]) -> list[dict[str, Any]]:
        found = []
        for name, source in with_.items():
            try:
                path, field, key = parse_lookup(source)
            except PackError as error:
                self.fault("lookup", ("with", name), error.what, error.fix, source, 0)
                self.bound[name] = ("@unknown",)
                continue
            resolved = self.resolve(path.plain)
            lost = self.known(resolved) is None
            if self._field(resolved, ("with", name), source, steps=len(path.steps)) is not None:
                self._field((*resolved, "*", field), ("with", name), source, source.find("[") + 1)
            key_path = self.resolve(key.plain)
            if key_path[0] != "@word":
                self._field(key_path, ("with", name), source, source.find("=") + 1)
                self.reads.add(key_path)
            self.reads.add((*resolved, "*", field))
            self.bound[name] = ("@unknown",) if lost else (*resolved, "*")
            found.append({"name": name, "path": path._asdict(), "field": field, "key": key._asdict()})
        return found

    def _condition(self, source: str | None, *where: str | int, rows: bool = True) -> dict[str, Any] | None:
        if not source:
            return None
        names = sorted({*self.names, *(self.bound if rows else ())})
        try:
            code = _engine(tuple(names)).compile(source)
        except PackError as error:
            if "recursion" in error.what.lower():
                self._too_deep(where, source)
                return None
            out_of_sight = () if rows else tuple(self.bound)
            self.refused.append((len(self.faults), error.what, names, out_of_sight))
            what = re.sub(r"\A\d+:\d+:? ?", "the engine refuses it: ", error.what)
            self.fault("condition", where, what, "Mend it; aiact-gate policy lint says more.", source, 0)
            return None
        try:
            tree = decode(code)
            walk = self._walk(tree, where, source)
        except RecursionError:  # a chain of hundreds of operators
            self._too_deep(where, source)
            return None
        if any(node.kind == "struct" for node in nodes(tree)):
            what = "a map is written out here, and what it holds can't be followed"
            self.fault("map_literal", where, what, "Compare the fields themselves.", source, 0)
            return None
        relative = reading.in_order(tree, source)
        absolute = {self.resolve(path) for path in relative}
        self.reads |= {path for path in absolute if not path[0].startswith("@")}
        filled = filled_path(tree) or ()
        if where[0] == "that":
            self.needs |= reading.needed(absolute, self.kinds)
            self.texts += reading.prose(relative, self.bound, self.kinds)
        self.conditions.append(Written(tree, where, source, walk))
        return {
            "source": source,
            "code": _encoded(code),
            "names": sorted({path[0] for path in relative if not path[0].startswith("@")}),
            "relative": relative,
            "filled": filled,
        }

    def _path(self, source: str | None, key: str, *below: str) -> PathExpr | None:
        if not source:
            return None
        try:
            path = parse_path(source)
        except PackError as error:
            self.fault("path", (key, *below), error.what, error.fix, source, 0)
            return None
        if key != "each":
            self._field(self.resolve(path.plain), (key,), source, steps=len(path.steps))
        return path

    def _holes(self, template: str, key: str) -> None:
        for found in re.finditer(HOLE, template):
            try:
                path = parse_path(found[1])
            except PackError as error:
                self.fault("message_hole", (key,), error.what, error.fix, template, found.start())
                continue
            resolved = self.resolve(path.plain)
            if resolved[0] == "parameters":
                self._parameter(resolved, (key,), template, found.start(1) + len("parameters."))
            elif not resolved[0].startswith("@"):
                self._field(resolved, (key,), template, steps=len(path.steps), start=found.start(1))

    def _walk(self, tree: Expr, where: Pointer, source: str) -> TypedWalk:
        """A walk over one condition, whose fields and kinds are told."""
        walk = TypedWalk(source, self._certain)
        if brackets(source)[0] > MAX_DEPTH or depth(tree) > MAX_DEPTH:
            self._too_deep(where, source)
            return walk
        unknown = len(self.faults)
        self._check_fields(tree, where, source)
        walk.boolean(tree)
        if len(self.faults) > unknown:
            return walk  # kinds say nothing of a field that isn't there
        for rule, message, fix, offset in walk.faults:
            self.fault(rule, where, message, fix, source, offset)
        if where[0] == "that":
            named = {self.resolve(path)[0] for path in reads(tree)}
            policy_own = ("parameters", "as_of", "@word", "@row", "@accumulator")
            if all(name in policy_own for name in named):
                what = "the clause names nothing of the evidence, so it says the same of every repository"
                fix = "Name what has to be shown, or take the clause out."
                self.fault("no_evidence", where, what, fix, source, 0)
        return walk

    def _too_deep(self, where: Pointer, source: str) -> None:
        what = f"the condition has more than {MAX_DEPTH} levels in each other"
        fix = "Split it into clauses, or into two checks."
        self.fault("too_deep", where, what, fix, source, brackets(source)[1])

    def _certain(self, path: tuple[str, ...]) -> fields.Field | None:
        """The field at *path*, None where a computed key may lead to several."""
        absolute = self.resolve(path)
        if absolute[0].startswith("@"):
            return fields.Field({"type": "string"}, {}) if absolute == ("@word",) else None
        if absolute[:2] == ("event_log", "events"):
            return None  # a service logs what it likes
        return reading.field_at(absolute, self.kinds, certain=True)

    def _whole_check(self, check: Mapping[str, Any]) -> None:
        """What only all conditions of the check together can tell."""
        guarded = {self._absolute(key) for one in self.conditions for key in one.walk.guarded}
        used = {self.resolve(path) for one in self.conditions for path in one.walk.used}
        if check.get("min_items", 1) > 0:
            guarded |= {
                self.bound[name][:-1] for name in self.bound if self.bound[name][-1:] == ("*",)
            }  # a loop over it, or a look-up in it, has found something
        for _, where, source, walk in self.conditions:
            for key, offset, shown in walk.alls:
                if self._absolute(key) not in guarded:
                    what = f".all() is true of {'a list' if shown == 'this' else shown} with nothing in it"
                    ask = "write what may not be there with !….exists()"
                    fix = f"Walk it with `each`, or {ask if shown == 'this' else f'ask filled({shown}) as well'}."
                    self.fault("bare_all", where, what, fix, source, offset)
            for path, offset in walk.tested:
                full = self.resolve(path)
                if not any(other[: len(full)] == full for other in used):
                    what = f"has({'.'.join(path)}) is true of an empty value, and nothing else here reads it"
                    fix = f"Ask filled({'.'.join(path)})."
                    self.fault("bare_has", where, what, fix, source, offset)

    def _absolute(self, key: Any) -> Any:
        return key if isinstance(key, Expr) else self.resolve(key)

    # ------------------------------------------------------------ fields

    def resolve(self, path: tuple[str, ...]) -> tuple[str, ...]:
        return reading.resolve(path, self.bound)

    def known(self, path: tuple[str, ...]) -> fields.Field | None:
        return reading.field_at(path, self.kinds)

    def _field(
        self,
        path: tuple[str, ...],
        where: Pointer,
        source: str,
        offset: int = -1,
        *,
        steps: int = 0,
        start: int = 0,
    ) -> fields.Field | None:
        """The field at *path*, else a fault: at *offset* of *source*, or where the last *steps* of the path stand from *start*."""
        if path[0].startswith("@") or path[0] in ("parameters", "as_of"):
            return None
        field = fields.root(path[0], self.kinds)
        if field is None:
            what = f"there is nothing called {path[0]}"
            fix = did_you_mean(path[0], (*self.names, *self.bound))
            self.fault("unknown_name", where, what, fix, source, start if steps else offset)
            return None
        for index, step in enumerate(path[1:], 1):
            below = field.below(step)
            if below is None:
                place = _step_place(source, start, index - len(path) + steps) if steps else offset
                what = f"{'.'.join(path[:index]).removesuffix('.*')} has no field {quoted(step)}"
                self.fault("unknown_field", where, what, did_you_mean(step, field.known), source, place)
                return None
            field = below
        return field

    def _check_fields(self, tree: Expr, where: Pointer, source: str) -> None:
        for path, offset in paths_in(tree, {}):
            resolved = self.resolve(path)
            if resolved[0] == "parameters":
                self._parameter(resolved, where, source, offset)
                continue
            self._field(resolved, where, source, offset)

    def _parameter(self, path: tuple[str, ...], where: Pointer, source: str, offset: int) -> None:
        if len(path) > 1 and path[1] not in self.parameters:
            what = f"the requirement has no parameter {quoted(path[1])}"
            otherwise = (
                "" if self.parameters else "Declare it under `parameters`, with default and direction."
            )
            fix = did_you_mean(path[1], self.parameters, otherwise)
            self.fault("unknown_parameter", where, what, fix, source, offset)

    def _worth(self) -> list[list[Any]]:
        found = set()
        for path in self.reads:
            if path[0] in ("parameters", "as_of"):
                continue
            field = self.known(path)
            if field is not None and field.worth is None and "additionalProperties" in field.schema:
                field = field.below("*")  # `key in a map` is worth what the map holds
            if field is not None and field.worth:
                found.add((path, field.worth))
        return [[list(path), worth] for path, worth in sorted(found)]

    def fault(
        self, rule: str, where: Pointer, message: str, fix: str, condition: str = "", caret: int = -1
    ) -> None:
        if where[0] == "that" and isinstance(where[-1], int):
            where = ("that", where[-1] - self.own)
        self.place.fault(rule, where, message, fix, condition, caret)


@cache
def _engine(names: tuple[str, ...]) -> Engine:
    return Engine(names)


def _condition_data(code: bytes, names: list[str]) -> dict[str, Any]:
    """A condition that is only ever asked whether it holds; *names* if it reads parameters, which aren't everyone's."""
    return {"source": "", "code": _encoded(code), "names": names, "relative": [], "filled": ()}


def _encoded(code: bytes) -> str:
    return base64.b64encode(lean(code)).decode("ascii")


def _step_place(source: str, start: int, index: int) -> int:
    """Where step *index* of the path that begins at *start* of *source* stands."""
    at = start + len(source[start:]) - len(source[start:].lstrip())
    found = [match.start() + at for match in re.finditer(r"\w+|\[[^\]]*\]", source[at:])]
    return found[index] if 0 <= index < len(found) else at
