"""Two forms of one check compared: whether the new one asks less, and why.

Tighter means: whatever evidence fails under the old one fails under the new one; looser the other way round. Both are said only
where they hold for every evidence, unknowns, absent and misshapen records included; otherwise it is undecidable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aiact_gate.change.implication import always_answers, clauses, falsifies, implies, normal
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.model.policy import Check, Condition, PathExpr, Requirement
from aiact_gate.schemas import fields

OWABLE = ("missing", "stale")


class Part(NamedTuple):
    """One thing in which a requirement, a check or a file of a pack differs."""

    relation: str
    """tighter, equal, looser or undecidable."""
    why: str
    at: tuple[str | int, ...] = ()
    """The keys that lead to it, from what it is a part of."""

    @property
    def is_looser(self) -> bool:
        """Whether it may ask for less: what can't be told counts as looser."""
        return self.relation in ("looser", "undecidable")


REMOVED = ("removed",)
"""Where a requirement or check stands that is gone."""


class Difference(NamedTuple):
    """What became of one requirement (its own keys), one check or one file of the pack."""

    id: str
    parts: tuple[Part, ...] = ()
    fails: bool = True
    """Whether it can turn a run red: a warning can't."""
    file: str = ""
    """The pack's file that says it, where it is neither a requirement nor a check."""

    @property
    def relation(self) -> str:
        """Steps of one kind make one of that kind; steps to both sides could come to anything."""
        kinds = {part.relation for part in self.parts} - {"equal"}
        return "equal" if not kinds else kinds.pop() if len(kinds) == 1 else "undecidable"

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(part.why for part in self.parts if part.why)


def parameters_of(check: Check) -> list[tuple[str, ...]]:
    return [path for path in check.reads if path[0] == "parameters" and len(path) > 1]


def reworded(old: Requirement | Check, new: Requirement | Check, keys: Iterable[str]) -> bool:
    return any(getattr(old, key) != getattr(new, key) for key in keys)


class _Read(NamedTuple):
    """A check in the form in which it is compared: bound names are what they stand for."""

    check: Check
    names: dict[str, Expr]
    loops: tuple[str, ...]
    words: frozenset[str]
    lookups: frozenset[str]
    clauses: dict[Expr, str]
    """What the clauses ask, part by part -> the clause that asks it, as it is written."""
    where: Expr | None
    when: Expr | None
    texts: frozenset[tuple[str, ...]]
    written: dict[str, str]
    """`when` and `where` as they are written; empty where there is none."""


def _read(requirement: Requirement, check: Check) -> _Read:
    names: dict[str, Expr] = {}
    loops = []
    for number, loop in enumerate(check.loops):
        shown = f"§{_resolved(loop.path, names)}.*#{number}" if loop.path is not None else f"§word{number}"
        names[loop.name] = Expr("ident", shown)
        loops.append(shown)
    lookups = set()
    for one in check.lookups:
        shown = f"§{_resolved(one.path, names)}[{one.field}={_resolved(one.key, names)}]"
        names[one.name] = Expr("ident", shown)
        lookups.add(shown)

    def tree(condition: Condition | None) -> Expr | None:
        if condition is None:
            return None
        return normal(decode(condition.code), names, requirement.parameters, condition.source)

    def written(condition: Condition | None) -> str:
        source = " ".join(condition.source.split()) if condition is not None else ""
        return re.sub(r"\bparameters\.(\w+)", value, source)

    def value(found: re.Match[str]) -> str:
        return repr(requirement.parameters.get(found[1], found[0])).strip("'")

    asked = {part: written(one) for one in check.clauses for part in clauses(tree(one) or Expr("const"))}
    texts = frozenset(
        (names[path[0]].name if path[0] in names else path[0], *path[1:]) for path in check.texts
    )
    listed = frozenset(f"{number}:{word}" for number, loop in enumerate(check.loops) for word in loop.words)
    return _Read(
        check,
        names,
        tuple(loops),
        listed,
        frozenset(lookups),
        asked,
        tree(check.where),
        tree(check.when),
        texts,
        {"when": written(check.when), "where": written(check.where)},
    )


def _resolved(path: PathExpr, names: dict[str, Expr]) -> str:
    def one(step: str | tuple[str, ...], first: bool) -> str:
        if isinstance(step, tuple):
            return f"[{'.'.join((one(step[0], True), *step[1:]))}]"
        return names[step].name.removeprefix("§") if first and step in names else step

    return ".".join(one(step, index == 0) for index, step in enumerate(path.steps))


def compared_check(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> Difference:
    fails = "error" in (old.severity, new.severity)
    if old == new and old_owner.parameters == new_owner.parameters:
        return Difference(new.id, (), fails)
    parts = _judged(old_owner, old, new_owner, new)
    if old.severity != new.severity:
        relation = "tighter" if new.severity == "error" else "looser"
        parts.append(Part(relation, f"severity {old.severity} became {new.severity}", ("severity",)))
    if old.kind != new.kind:
        parts.append(Part(_kinds(old.kind, new.kind), f"kind {old.kind} became {new.kind}", ("kind",)))
    parts += _grace(old_owner, old, new_owner, new)
    if reworded(old, new, ("message", "missing", "fix")):
        parts.append(Part("equal", "wording"))
    if old.at != new.at:
        parts.append(Part("equal", "another place to point at"))
    return Difference(new.id, tuple(parts), fails)


def _kinds(old: str, new: str) -> str:
    """Only what is missing or stale can be owed in a baseline; which of the two can matter to a roll-out."""
    owed = (old in OWABLE, new in OWABLE)
    if owed == (True, True):
        return "undecidable"
    return relation_of(not owed[1], not owed[0])


def _judged(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> list[Part]:
    """What differs in what is looked at and asked; a parameter that is alone to blame is named as the place."""
    parts = _looked_at(old_owner, old, new_owner, new)
    moved = [
        path[1]
        for path in parameters_of(new)
        if old_owner.parameters.get(path[1]) != new_owner.parameters.get(path[1])
    ]
    if not moved or not any(part.is_looser for part in parts):
        return parts
    as_before = new_owner._replace(parameters={**new_owner.parameters, **old_owner.parameters})
    by_text = {part.at for part in _looked_at(old_owner, old, as_before, new) if part.is_looser}
    return [
        part._replace(at=("parameters", moved[0])) if part.is_looser and part.at not in by_text else part
        for part in parts
    ]


def _looked_at(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> list[Part]:
    if old.faults or new.faults:
        same = old.faults == new.faults
        why = f"faults {old.faults or '-'} became {new.faults or '-'}"
        return [] if same else [Part("undecidable", why, ("faults",))]
    before, now = _read(old_owner, old), _read(new_owner, new)
    parts = _rows(before, now)
    if before.loops == now.loops:
        parts += _conditions(before, now)
        parts += _reach(before, now)
    return [part._replace(why=_as_written(part.why, (before, now))) for part in parts]


def _grace(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> list[Part]:
    """What is new in it warns at first: no less may fail meanwhile than failed before."""
    if (old.new_in, old.replaces) == (new.new_in, new.replaces):
        return []
    was = old if new.new_in != old.new_in else old.replaces
    relation, why = "equal", "grace: for 30 days after its version's day, what is new in it warns"
    if new.new_in and was is not None and new.replaces is None:
        relation, why = "looser", "it warns at first, and nothing is said of what it replaces"
    elif new.new_in and was is not None and new.replaces is not None:
        if any(part.is_looser for part in _looked_at(old_owner, was, new_owner, new.replaces)):
            relation = "undecidable"
            why = "it warns at first, and what it replaces isn't what stood here before"
    return [Part(relation, why, () if relation == "equal" else ("new_in",))]


def _rows(old: _Read, new: _Read) -> list[Part]:
    """Which rows there are: loops, fixed words, look-ups, how many are needed."""
    parts: list[Part] = []
    if old.loops != new.loops:
        shown = [
            ", ".join(one.removeprefix("§").split("#")[0] for one in read.loops) or "nothing"
            for read in (old, new)
        ]
        return [Part("undecidable", f"each: it walked {shown[0]} and walks {shown[1]}", ("each",))]
    needed = (old.check.min_items, new.check.min_items)
    if old.words != new.words:
        # More words are more rows; with nothing else that chooses rows, no row is lost by it.
        plain = len(old.loops) == 1 and old.where is None and new.where is None and max(needed) <= 1
        relation, how = _grown(old.words, new.words)
        moved = ", ".join(sorted(word.partition(":")[2] for word in old.words ^ new.words))
        parts.append(Part(relation if plain else "undecidable", f"each: words {how}: {moved}", ("each",)))
    if old.lookups != new.lookups:
        relation, how = _grown(old.lookups, new.lookups)
        parts.append(Part(relation, f"with: a look-up {how}", ("with",)))
    if old.loops and needed[0] != needed[1]:
        relation = "tighter" if needed[1] > needed[0] else "looser"
        parts.append(Part(relation, f"min_items {needed[0]} became {needed[1]}", ("min_items",)))
    return parts


def _grown(old: frozenset[str], new: frozenset[str]) -> tuple[str, str]:
    """(relation, in a word) of what is asked for each of *old*, and then of *new*."""
    if old < new:
        return "tighter", "added"
    return ("looser", "dropped") if new < old else ("undecidable", "changed")


def _conditions(old: _Read, new: _Read) -> list[Part]:
    parts: list[Part] = []
    if old.clauses.keys() != new.clauses.keys():
        gone = [clause for clause in old.clauses if clause not in new.clauses]
        come = [clause for clause in new.clauses if clause not in old.clauses]
        tighter = all(any(implies(clause, was) for clause in new.clauses) for was in gone)
        looser = all(any(implies(was, clause) for was in old.clauses) for clause in come)
        relation = relation_of(tighter, looser)
        parts.append(Part(relation, _clause_words(old.clauses, new.clauses), ("that",)))
    for key in ("when", "where"):
        one, other = getattr(old, key), getattr(new, key)
        if one == other:
            continue
        # A row that isn't chosen can't fail; but where rows are needed, too few of them are a failure.
        free = key == "when" or not old.loops or min(old.check.min_items, new.check.min_items) == 0
        looser = free and _chooses_less(one, other)
        tighter = free and _chooses_less(other, one)
        was, is_ = old.written[key], new.written[key]
        why = (
            f"{key}: {was} became {is_}"
            if was and is_
            else f"{key} {'dropped' if was else 'added'}: {was or is_}"
        )
        if not free and (_chooses_less(one, other) or _chooses_less(other, one)):
            why += " (other rows are judged, but where none is left over it fails)"
        parts.append(Part(relation_of(tighter, looser), why, (key,)))
    return parts


def relation_of(tighter: bool, looser: bool) -> str:
    return "equal" if tighter and looser else "tighter" if tighter else "looser" if looser else "undecidable"


def _chooses_less(old: Expr | None, new: Expr | None) -> bool:
    """Whether whatever *old* leaves out *new* leaves out, too, and *new* always gives an answer."""
    if new is None:
        return old is None
    return (old is None or falsifies(old, new)) and always_answers(new, _readable)


def _readable(path: Expr) -> bool:
    """Whether *path* is a word of `each`, or an optional field of a record or of a row: absent, those are null."""
    if path.kind == "ident":
        return path.name.startswith("§word")
    if path.kind != "select" or path.test_only or path.parts[0].kind != "ident":
        return False
    name = path.parts[0].name
    if "[" in name or name.startswith("§word"):
        return False
    steps = [step.split("#")[0] for step in name.removeprefix("§").split(".")]
    if steps[0] not in fields.RECORDS or steps[0] in ("model_card", "instructions_for_use"):
        return False
    field = fields.root(steps[0])
    for step in steps[1:]:
        field = field.below(step) if field is not None else None
    if field is None:
        return False
    return path.name in field.schema.get("properties", {}) and path.name not in field.schema.get(
        "required", ()
    )


def _clause_words(old: Mapping[Expr, str], new: Mapping[Expr, str]) -> str:
    """What became of the clauses that ask something that the other side doesn't ask, as they are written."""
    come = list(dict.fromkeys(text for part, text in new.items() if part not in old))
    said = []
    for was in dict.fromkeys(text for part, text in old.items() if part not in new):
        kin = (now for now in come if _are_kin(_parts(old, was), _parts(new, now)))
        pair = next(kin, _sharing(_parts(old, was), new))
        said.append(f"{was} became {pair}" if pair else f"clause dropped: {was}")
        come = [now for now in come if now != pair]
    for now in come:
        pair = _sharing(_parts(new, now), old)
        said.append(f"{pair} became {now}" if pair else f"clause added: {now}")
    return "; ".join(said)


def _parts(clauses_: Mapping[Expr, str], written: str) -> list[Expr]:
    return [part for part, text in clauses_.items() if text == written]


def _sharing(parts: Sequence[Expr], others: Mapping[Expr, str]) -> str:
    """The clause of *others* that asks one of *parts*, too; empty if none does."""
    return next((others[part] for part in parts if part in others), "")


def _are_kin(some: Sequence[Expr], others: Sequence[Expr]) -> bool:
    """Whether one of *some* and one of *others* speak of the same."""
    pairs = [(one, other) for one in some for other in others]
    return any(implies(*pair) or implies(*reversed(pair)) or _same_subject(*pair) for pair in pairs)


def _as_written(text: str, reads: Sequence[_Read]) -> str:
    """*text* with the names that the policy binds, instead of what they stand for."""
    for read in reads:
        for name, stands_for in read.names.items():
            text = text.replace(stands_for.name, name).replace(stands_for.name.removeprefix("§"), name)
    return text if len(text) <= 240 else f"{text[:239]}…"


def _same_subject(a: Expr, b: Expr) -> bool:
    return a.kind == b.kind == "call" and bool(a.parts) and bool(b.parts) and a.parts[0] == b.parts[0]


def _reach(old: _Read, new: _Read) -> list[Part]:
    """What each waits for: a check is unknown, or fails, where something that it reads is absent or has the wrong form."""
    before, now = _plain(old.check.reads), _plain(new.check.reads)
    sets: tuple[tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]]], ...] = (
        (_worths(old), _worths(new)),
        (frozenset(old.check.needs), frozenset(new.check.needs)),
        (old.texts, new.texts),
    )
    tighter = _covers(now, before) and all(one <= other for one, other in sets)
    looser = _covers(before, now) and all(other <= one for one, other in sets)
    if tighter and looser:
        return []
    more = [".".join(path) for path in sorted(now - before)]
    fewer = [".".join(path) for path in sorted(before - now)]
    why = "; ".join(
        f"{verb} {', '.join(paths[:3])}"
        for verb, paths in (("reads", more), ("no longer reads", fewer))
        if paths
    )
    return [Part(relation_of(tighter, looser), why or "it waits for other fields", ("that",))]


def _worths(read: _Read) -> frozenset[tuple[str, str]]:
    return frozenset((path[0], worth) for path, worth in read.check.worth)


def _plain(paths: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """*paths* of evidence; `*` at the end says no more than what it ends."""
    found = set()
    for path in paths:
        while path[-1] == "*":
            path = path[:-1]
        if path[0] not in ("parameters", "as_of"):
            found.add(path)
    return frozenset(found)


def _covers(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    """Whether whatever touches a path of *other* touches one of *one*, which may be shorter."""
    return all(any(path[:length] in one for length in range(1, len(path) + 1)) for path in other)
