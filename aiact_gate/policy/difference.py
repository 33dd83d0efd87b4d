"""`policy diff`: for each requirement and check of two packs, whether the new one is tighter, equal or looser, and why.

Tighter means: whatever evidence fails under the old one fails under the new one; looser the other way round. Both are said
only where they hold for every evidence, unknowns, absent and misshapen records included; otherwise it is undecidable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiact_gate.expressions.implication import always_answers, clauses, falsifies, implies, normal, words
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.model.policy import Check, Condition, Pack, PathExpr, Requirement
from aiact_gate.schemas import fields

PROFILES = ("full", "core", "start", "always")
"""Whoever looks at one of these looks at all behind it."""
OWABLE = ("missing", "stale")
_ALIKE = frozenset(
    (
        "name version digest legal_review introduced requirements timeline classification label layer history compiled "
        "has_overlay recalls"
    ).split()
)
"""What a pack says that changes no outcome, or is compared by itself."""

Part = tuple[str, str]
"""One difference: how it is, and why in words."""


class Difference(NamedTuple):
    """What became of one requirement (its own keys) or one check."""

    id: str
    relation: str
    """tighter, equal, looser or undecidable."""
    reasons: tuple[str, ...] = ()
    fails: bool = True
    """Whether it can turn a run red: a warning can't."""


class Comparison(NamedTuple):
    """All of two packs."""

    differences: tuple[Difference, ...]
    versions: tuple[str, ...]
    """What the version numbers don't say."""

    def count(self, relation: str) -> int:
        return sum(one.relation == relation for one in self.differences)


def compare_packs(old: Pack, new: Pack) -> Comparison:
    """What became of each requirement and check of *old* in *new*, in the order of *new*."""
    found: list[Difference] = []
    versions: list[str] = []
    for key in ("timeline", "classification"):
        if getattr(old, key) != getattr(new, key):
            found.append(Difference(f"{key}.yaml", "undecidable", ("it changed; look with --on",)))
    for recall in (one for one in new.recalls if one not in old.recalls):
        found.append(Difference(recall.check, "looser", (f"recalled until {recall.until}",)))
    for recall in (one for one in old.recalls if one not in new.recalls):
        found.append(Difference(recall.check, "tighter", ("no longer recalled",)))
    for key in sorted(set(new._fields) - _ALIKE):
        if getattr(old, key, None) != getattr(new, key):
            found.append(Difference(f"pack {key}", "undecidable", ("it changed; look with --on",)))
    before = {requirement.id: requirement for requirement in old.requirements}
    for requirement in new.requirements:
        was = before.pop(requirement.id, None)
        if was is None:
            found += _added(requirement)
            continue
        differences = _requirement(was, requirement)
        found += differences
        versions += _version(was, requirement, differences)
    for gone in before.values():
        relation = "looser" if gone.checks else "equal"
        found.append(Difference(gone.id, relation, ("requirement removed",)))
    changed = any(one.relation != "equal" or one.reasons for one in found)
    if changed and old.version == new.version:
        versions.append(unchanged_version(new))
    return Comparison(tuple(found), tuple(versions))


def unchanged_version(pack: Pack) -> str:
    """What is said where *pack* differs and its version doesn't."""
    return f"pack.yaml: something changed, and the version is {pack.version} as before."


def _added(requirement: Requirement) -> list[Difference]:
    if not requirement.checks:
        return [Difference(requirement.id, "equal", ("requirement added; it judges nothing",))]
    fails = any(check.severity == "error" for check in requirement.checks)
    return [Difference(requirement.id, "tighter", ("requirement added",), fails)]


def _version(old: Requirement, new: Requirement, differences: Sequence[Difference]) -> list[str]:
    numbers = [
        tuple(int(part) if part.isdigit() else 0 for part in one.version.split(".")) for one in (old, new)
    ]
    before, now = ((*one, 0, 0)[:2] for one in numbers)
    step = (
        f"its version went from {old.version} to {new.version}"
        if old.version != new.version
        else (f"its version is still {new.version}")
    )
    if any(one.fails and one.relation in ("tighter", "undecidable") for one in differences):
        if now[0] <= before[0]:
            return [f"{new.id}: it may newly fail, and {step}. That takes a new major version."]
    elif any(one.relation == "looser" for one in differences) and now <= before:
        return [f"{new.id}: it is looser, and {step}. That takes a new minor version."]
    return []


# ---------------------------------------------------------------- one requirement


def _requirement(old: Requirement, new: Requirement) -> list[Difference]:
    parts: list[Part] = []
    if (old.role, old.duty) != (new.role, new.duty):
        wider, narrower = _binds_more(new, old), _binds_more(old, new)
        relation = (
            "equal" if wider and narrower else "tighter" if wider else "looser" if narrower else "undecidable"
        )
        parts.append((relation, f"binds {old.role}/{old.duty} became {new.role}/{new.duty}"))
    if old.profile != new.profile:
        known = old.profile in PROFILES and new.profile in PROFILES
        more = known and PROFILES.index(new.profile) > PROFILES.index(old.profile)
        relation = "tighter" if more else "looser" if known else "undecidable"
        parts.append((relation, f"profile {old.profile} became {new.profile}"))
    if old.timeline != new.timeline:
        parts.append(("undecidable", f"timeline {old.timeline} became {new.timeline}: another date binds"))
    if old.calls_for != new.calls_for:
        # Where measured is called for, typed figures alone are unknown; the others only say what a pass should be worth.
        measured = (old.calls_for == "measured", new.calls_for == "measured")
        relation = "equal" if measured == (False, False) else "tighter" if measured[1] else "looser"
        parts.append((relation, f"calls_for {old.calls_for} became {new.calls_for}"))
    used = {path[1] for one in (old, new) for check in one.checks for path in _parameters(check)}
    for name in sorted({*old.parameters, *new.parameters}):
        values = (old.parameters.get(name), new.parameters.get(name))
        if values[0] != values[1]:
            moved = " added" if values[0] is None else " removed" if values[1] is None else _moved(*values)
            parts.append(
                ("equal", f"parameter {name}{moved}{'' if name in used else ', which nothing reads'}")
            )
    if old.bounds != new.bounds and old.parameters == new.parameters:
        parts.append(("equal", "what an overlay may set"))
    parts += _overlaid(old, new)
    if _wording(
        old, new, ("citation", "title", "why", "leaves_open", "fix", "cheat", "not_checked", "crosswalk")
    ):
        parts.append(("equal", "wording"))
    before = {check.id: check for check in old.checks}
    found = []
    for check in new.checks:
        was = before.pop(check.id, None)
        if was is not None:
            found.append(_check(old, was, new, check))
            continue
        warns = check.severity != "error"
        why = "check added, as a warning" if warns else "check added"
        found.append(Difference(check.id, "tighter", (why,), not warns))
    found += [
        Difference(gone.id, "looser", ("check removed",), gone.severity == "error")
        for gone in before.values()
    ]
    return [Difference(new.id, _joined(parts), tuple(why for _, why in parts)), *found]


def _overlaid(old: Requirement, new: Requirement) -> list[Part]:
    """What overlays make of whom it binds, and from when."""
    parts: list[Part] = []
    if old.widened != new.widened:
        was, is_ = set(old.widened), set(new.widened)
        relation = "tighter" if was <= is_ else "looser" if is_ <= was else "undecidable"
        parts.append((relation, "widen: it binds others, too"))
    if old.sooner != new.sooner:
        earlier = bool(new.sooner) and (not old.sooner or new.sooner < old.sooner)
        parts.append(
            (
                "tighter" if earlier else "looser",
                f"sooner: {old.sooner or 'no date'} became {new.sooner or 'no date'}",
            )
        )
    return parts


def _binds_more(one: Requirement, other: Requirement) -> bool:
    """Whether *one* binds every system that *other* binds."""
    return one.duty == "all" or one.duty == other.duty and one.role in ("any", other.role)


def _moved(old: float | None, new: float | None) -> str:
    return f" moved from {old:g} to {new:g}"


def _parameters(check: Check) -> list[tuple[str, ...]]:
    return [path for path in check.reads if path[0] == "parameters" and len(path) > 1]


def _wording(old: Requirement | Check, new: Requirement | Check, keys: Iterable[str]) -> bool:
    return any(getattr(old, key) != getattr(new, key) for key in keys)


def _joined(parts: Iterable[Part]) -> str:
    """Steps of one kind make one of that kind; steps to both sides could come to anything."""
    kinds = {relation for relation, _ in parts} - {"equal"}
    return "equal" if not kinds else kinds.pop() if len(kinds) == 1 else "undecidable"


# ---------------------------------------------------------------- one check


class _Read(NamedTuple):
    """A check in the form in which it is compared: bound names are what they stand for."""

    check: Check
    names: dict[str, Expr]
    loops: tuple[str, ...]
    words: frozenset[str]
    lookups: frozenset[str]
    clauses: tuple[Expr, ...]
    where: Expr | None
    when: Expr | None
    texts: frozenset[tuple[str, ...]]


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

    found = dict.fromkeys(part for one in check.clauses for part in clauses(tree(one) or Expr("const")))
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
        tuple(found),
        tree(check.where),
        tree(check.when),
        texts,
    )


def _resolved(path: PathExpr, names: dict[str, Expr]) -> str:
    def one(step: str | tuple[str, ...], first: bool) -> str:
        if isinstance(step, tuple):
            return f"[{'.'.join((one(step[0], True), *step[1:]))}]"
        return names[step].name.removeprefix("§") if first and step in names else step

    return ".".join(one(step, index == 0) for index, step in enumerate(path.steps))


def _check(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> Difference:
    fails = "error" in (old.severity, new.severity)
    parts: list[Part] = []
    if old.faults or new.faults:
        if old.faults != new.faults:
            parts.append(("undecidable", f"faults {old.faults or '-'} became {new.faults or '-'}"))
    else:
        before, now = _read(old_owner, old), _read(new_owner, new)
        parts += _rows(before, now)
        if before.loops == now.loops:
            parts += _conditions(before, now)
            parts += _reach(before, now)
        parts = [(relation, _as_written(why, (before, now))) for relation, why in parts]
    if old.severity != new.severity:
        relation = "tighter" if new.severity == "error" else "looser"
        parts.append((relation, f"severity {old.severity} became {new.severity}"))
    if old.kind != new.kind:
        # Only what is missing or stale can be owed in a baseline.
        owed = (old.kind in OWABLE, new.kind in OWABLE)
        relation = "equal" if owed == (False, False) else "looser" if owed == (False, True) else "tighter"
        parts.append((relation, f"kind {old.kind} became {new.kind}"))
    if (old.new_in, old.replaces) != (new.new_in, new.replaces):
        parts.append(("equal", "grace: for 30 days after its version's day, what is new in it warns"))
    if _wording(old, new, ("message", "missing", "fix")):
        parts.append(("equal", "wording"))
    if old.at != new.at:
        parts.append(("equal", "another place to point at"))
    return Difference(new.id, _joined(parts), tuple(why for _, why in parts if why), fails)


def _rows(old: _Read, new: _Read) -> list[Part]:
    """Which rows there are: loops, fixed words, look-ups, how many are needed."""
    parts: list[Part] = []
    if old.loops != new.loops:
        shown = [
            ", ".join(one.removeprefix("§").split("#")[0] for one in read.loops) or "nothing"
            for read in (old, new)
        ]
        return [("undecidable", f"each: it walked {shown[0]} and walks {shown[1]}")]
    needed = (old.check.min_items, new.check.min_items)
    if old.words != new.words:
        # More words are more rows; with nothing else that chooses rows, no row is lost by it.
        plain = len(old.loops) == 1 and old.where is None and new.where is None and max(needed) <= 1
        more, fewer = old.words < new.words, new.words < old.words
        relation = "tighter" if plain and more else "looser" if plain and fewer else "undecidable"
        moved = ", ".join(sorted(word.partition(":")[2] for word in old.words ^ new.words))
        parts.append(
            (relation, f"each: words {'added' if more else 'dropped' if fewer else 'changed'}: {moved}")
        )
    if old.lookups != new.lookups:
        more, fewer = old.lookups < new.lookups, new.lookups < old.lookups
        relation = "tighter" if more else "looser" if fewer else "undecidable"
        parts.append((relation, f"with: a look-up {'added' if more else 'dropped' if fewer else 'changed'}"))
    if old.loops and needed[0] != needed[1]:
        relation = "tighter" if needed[1] > needed[0] else "looser"
        parts.append((relation, f"min_items {needed[0]} became {needed[1]}"))
    return parts


def _conditions(old: _Read, new: _Read) -> list[Part]:
    parts: list[Part] = []
    if set(old.clauses) != set(new.clauses):
        gone = [clause for clause in old.clauses if clause not in new.clauses]
        come = [clause for clause in new.clauses if clause not in old.clauses]
        tighter = all(any(implies(clause, was) for clause in new.clauses) for was in gone)
        looser = all(any(implies(was, clause) for was in old.clauses) for clause in come)
        relation = _relation(tighter, looser)
        parts.append((relation, _clause_words(gone, come)))
    for key in ("when", "where"):
        one, other = getattr(old, key), getattr(new, key)
        if one == other:
            continue
        # A row that isn't chosen can't fail; but where rows are needed, too few of them are a failure.
        free = key == "when" or not old.loops or min(old.check.min_items, new.check.min_items) == 0
        looser = free and _chooses_less(one, other)
        tighter = free and _chooses_less(other, one)
        why = (
            f"{key} added: {words(other)}"
            if one is None
            else f"{key} dropped: {words(one)}"
            if other is None
            else f"{key}: {words(one)} became {words(other)}"
        )
        if not free and (_chooses_less(one, other) or _chooses_less(other, one)):
            why += " (other rows are judged, but where none is left over it fails)"
        parts.append((_relation(tighter, looser), why))
    return parts


def _relation(tighter: bool, looser: bool) -> str:
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


def _clause_words(gone: list[Expr], come: list[Expr]) -> str:
    said = []
    come = list(come)
    for was in gone:
        pair = next(
            (now for now in come if implies(was, now) or implies(now, was) or _same_subject(was, now)), None
        )
        if pair is None:
            said.append(f"clause dropped: {words(was)}")
        else:
            come.remove(pair)
            said.append(f"{words(was)} became {words(pair)}")
    said += [f"clause added: {words(now)}" for now in come]
    return "; ".join(said)


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
        (frozenset(old.check.worth), frozenset(new.check.worth)),
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
    return [(_relation(tighter, looser), why or "it waits for other fields")]


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
