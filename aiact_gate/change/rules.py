"""One answer to "looser" for rules: two compiled packs in; for each requirement and check how it differs, and why.

`policy diff` prints it, and `check --base` fails what is looser or can't be told. Tighter means: whatever evidence fails under
the old one fails under the new one; looser the other way round. Both are said only where they hold for every evidence,
unknowns, absent and misshapen records included; otherwise it is undecidable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.change.implication import always_answers, clauses, falsifies, implies, normal, words
from aiact_gate.change.loosenings import Layers
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.model.outcome import METHODS
from aiact_gate.model.policy import Check, Condition, Pack, PathExpr, Requirement
from aiact_gate.model.rollout import Rollout
from aiact_gate.schemas import fields

PROFILES = ("full", "core", "start", "always")
"""Whoever looks at one of these looks at all behind it."""
OWABLE = ("missing", "stale")
HIGHER_IS_LOOSER = ("max_days", "max_ending_on_one_day", "max_per_repository")
COMPARED = frozenset(
    "requirements timeline classification recalls rollout kinds introduced history version witness".split()
)
ALIKE = frozenset("name digest legal_review label layer compiled has_overlay".split())
"""What a pack says that changes no outcome by itself."""


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


def differences_of(old: Pack, new: Pack) -> list[Difference]:
    """What became of each requirement and check of *old* in *new*, in the order of *new*."""
    found = [*_files(old, new)]
    before = {requirement.id: requirement for requirement in old.requirements}
    for requirement in new.requirements:
        was = before.pop(requirement.id, None)
        found += [_added(requirement)] if was is None else _requirement(was, requirement)
    for gone in before.values():
        found.append(Difference(gone.id, (Part("looser", "requirement removed", REMOVED),)))
    return found


def compare_below(old: Layers, new: Layers) -> list[Difference]:
    """What overlays make otherwise in the packs below them."""
    found = []
    if refused := [why for why in new.refused if why not in old.refused]:
        part = Part("undecidable", f"{refused[0]}; look with --on")
        found.append(Difference("overlay.yaml", (part,), file="overlay.yaml"))
    for was, is_ in zip(old.packs, new.packs, strict=True):
        found += [one for one in differences_of(was, is_) if one.parts]
    return found


def _added(requirement: Requirement) -> Difference:
    if not requirement.checks:
        return Difference(requirement.id, (Part("equal", "requirement added; it judges nothing"),))
    fails = any(check.severity == "error" for check in requirement.checks)
    return Difference(requirement.id, (Part("tighter", "requirement added"),), fails)


# ---------------------------------------------------------------- files beside the rules


def _files(old: Pack, new: Pack) -> Iterator[Difference]:
    for key in ("timeline", "classification"):
        if getattr(old, key) != getattr(new, key):
            yield Difference(
                f"{key}.yaml", (Part("undecidable", "it changed; look with --on"),), file=f"{key}.yaml"
            )
    if old.witness != new.witness:
        how = "looser" if old.witness else "tighter"
        turned = Part(
            how,
            f"witness was {old.witness or 'not required'}, and is {new.witness or 'not required'}",
            ("witness",),
        )
        yield Difference("pack.yaml", (turned,), file="pack.yaml")
    if days := tuple(_later_days(_days(old), _days(new))):
        yield Difference("pack.yaml", days, file="pack.yaml")
    yield from _recalls(old, new)
    if parts := tuple(_rollout(old.rollout or Rollout(), new.rollout or Rollout())):
        yield Difference("rollout.yaml", parts, file="rollout.yaml")
    for name in sorted({*old.kinds, *new.kinds}):
        if part := _kind(old.kinds.get(name), new.kinds.get(name)):
            yield Difference(f"kinds/{name}.json", (part,), file=f"kinds/{name}.json")
    # A field that this module doesn't know yet.
    for key in sorted(set(new._fields) - COMPARED - ALIKE):
        if getattr(old, key) != getattr(new, key):
            yield Difference(
                f"pack {key}", (Part("undecidable", "it changed; look with --on"),), file="pack.yaml"
            )


def _days(pack: Pack) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Version -> its day and where pack.yaml says so."""
    days = {str(version): (str(day), ("history", str(version))) for version, day in pack.history.items()}
    current = {pack.version: (pack.introduced, ("introduced",))} if pack.version and pack.introduced else {}
    return {**days, **current}


def _later_days(
    old: Mapping[str, tuple[str, tuple[str, ...]]], new: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Iterator[Part]:
    """Versions whose day moved later: what is new in them would warn for longer."""
    for version, (day, _) in old.items():
        later, steps = new.get(version, ("", ()))
        if later > day:
            why = f"version {version} is of {later}; it was of {day}, and what is new in it would warn for longer"
            yield Part("looser", why, steps)


def _recalls(old: Pack, new: Pack) -> Iterator[Difference]:
    before = {recall.check: recall for recall in old.recalls}
    for recall in new.recalls:
        was = before.pop(recall.check, None)
        why = f"recalled from {recall.since} until {recall.until}"
        if was is None:
            part = Part("looser", f"{why}; it wasn't before", ("recalls", recall.check))
        elif recall.until > was.until or recall.since < was.since:
            part = Part(
                "looser", f"{why}; it was from {was.since} until {was.until}", ("recalls", recall.check)
            )
        elif (recall.since, recall.until) != (was.since, was.until):
            part = Part("tighter", why, ("recalls", recall.check))
        else:
            continue
        yield Difference(recall.check, (part,), file="pack.yaml")
    for gone in before.values():
        yield Difference(gone.check, (Part("tighter", "no longer recalled"),), file="pack.yaml")


def _rollout(old: Rollout, new: Rollout) -> Iterator[Part]:
    if new.rings and not old.rings:
        yield Part(
            "looser", "there are rings; there were none before, and everything was enforced", ("rings",)
        )
    elif old.rings != new.rings:
        yield Part("undecidable", "the rings are others than before", ("rings",))
    for key in sorted({*old.waivers, *new.waivers}):
        was, is_ = old.waivers.get(key), new.waivers.get(key)
        if (was or None) == (is_ or None):
            continue
        more = _asks_as_much(key, was, is_)
        less = _asks_as_much(key, is_, was)
        why = f"{key} for waivers was {_listed(was)} and is {_listed(is_)}"
        yield Part(_relation(more, less), why, ("waivers", key))


def _asks_as_much(key: str, old: Any, new: Any) -> bool:
    """Whether the waivers' rule *new* lets nothing through that *old* didn't."""
    if key in HIGHER_IS_LOOSER:
        return not old or bool(new) and new <= old
    return set(old or ()) <= set(new or ())


def _listed(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(item) for item in value)
    return str(value) if value else "not stated"


def _kind(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Part | None:
    if old == new:
        return None
    if new is None:
        return Part("looser", "the record kind is gone", REMOVED)
    if old is None:
        return Part("equal", "record kind added")
    return Part("undecidable", "it describes records otherwise than before")


# ---------------------------------------------------------------- one requirement


def _requirement(old: Requirement, new: Requirement) -> list[Difference]:
    parts = [*_whom(old, new), *_asked(old, new), *_stated_parameters(old, new), *_overlaid(old, new)]
    if _wording(
        old, new, ("citation", "title", "why", "leaves_open", "fix", "cheat", "not_checked", "crosswalk")
    ):
        parts.append(Part("equal", "wording"))
    before = {check.id: check for check in old.checks}
    found = []
    for check in new.checks:
        was = before.pop(check.id, None)
        if was is not None:
            found.append(_check(old, was, new, check))
            continue
        warns = check.severity != "error"
        why = "check added, as a warning" if warns else "check added"
        found.append(Difference(check.id, (Part("tighter", why),), not warns))
    found += [
        Difference(gone.id, (Part("looser", "check removed", REMOVED),), gone.severity == "error")
        for gone in before.values()
    ]
    return [Difference(new.id, tuple(parts)), *found]


def _whom(old: Requirement, new: Requirement) -> Iterator[Part]:
    """Whom it binds, from when, and who looks at it."""
    if (old.role, old.duty) != (new.role, new.duty):
        relation = _relation(_binds_more(new, old), _binds_more(old, new))
        yield Part(relation, f"binds {old.role}/{old.duty} became {new.role}/{new.duty}", ("binds",))
    if old.profile != new.profile:
        known = old.profile in PROFILES and new.profile in PROFILES
        more = known and PROFILES.index(new.profile) > PROFILES.index(old.profile)
        relation = _relation(more, known and not more)
        yield Part(relation, f"profile {old.profile} became {new.profile}", ("profile",))
    if old.timeline != new.timeline:
        why = f"timeline {old.timeline} became {new.timeline}: another date binds"
        yield Part("undecidable", why, ("timeline",))


def _asked(old: Requirement, new: Requirement) -> Iterator[Part]:
    """What a pass should be worth: where measured is called for, typed figures alone are unknown."""
    if old.calls_for == new.calls_for:
        return
    why = f"calls_for {old.calls_for} became {new.calls_for}"
    weaker = METHODS.index(new.calls_for) > METHODS.index(old.calls_for)
    stronger = "tighter" if new.calls_for == "measured" else "equal"
    yield Part("looser" if weaker else stronger, why, ("calls_for",))


def _stated_parameters(old: Requirement, new: Requirement) -> Iterator[Part]:
    """Parameters that moved; what that does is seen in the conditions that read them."""
    used = {path[1] for one in (old, new) for check in one.checks for path in _parameters(check)}
    for name in sorted({*old.parameters, *new.parameters}):
        was, is_ = old.parameters.get(name), new.parameters.get(name)
        if was != is_:
            unread = "" if name in used else ", which nothing reads"
            yield Part("equal", f"parameter {name}{_moved(was, is_)}{unread}", ("parameters", name))
    if old.bounds != new.bounds and old.parameters == new.parameters:
        yield Part("equal", "what an overlay may set", ("parameters",))


def _overlaid(old: Requirement, new: Requirement) -> list[Part]:
    """What overlays make of whom it binds, and from when."""
    parts: list[Part] = []
    if old.widened != new.widened:
        was, is_ = set(old.widened), set(new.widened)
        parts.append(Part(_relation(was <= is_, is_ <= was), "widen: it binds others, too", ("widen",)))
    if old.sooner != new.sooner:
        earlier = bool(new.sooner) and (not old.sooner or new.sooner < old.sooner)
        why = f"sooner: {old.sooner or 'no date'} became {new.sooner or 'no date'}"
        parts.append(Part("tighter" if earlier else "looser", why, ("sooner",)))
    return parts


def _binds_more(one: Requirement, other: Requirement) -> bool:
    """Whether *one* binds every system that *other* binds."""
    return one.duty == "all" or one.duty == other.duty and one.role in ("any", other.role)


def _moved(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return " added" if old is None else " removed"
    return f" moved from {old:g} to {new:g}"


def _parameters(check: Check) -> list[tuple[str, ...]]:
    return [path for path in check.reads if path[0] == "parameters" and len(path) > 1]


def _wording(old: Requirement | Check, new: Requirement | Check, keys: Iterable[str]) -> bool:
    return any(getattr(old, key) != getattr(new, key) for key in keys)


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
    if old == new and old_owner.parameters == new_owner.parameters:
        return Difference(new.id, (), fails)
    parts = _judged(old_owner, old, new_owner, new)
    if old.severity != new.severity:
        relation = "tighter" if new.severity == "error" else "looser"
        parts.append(Part(relation, f"severity {old.severity} became {new.severity}", ("severity",)))
    if old.kind != new.kind:
        parts.append(Part(_kinds(old.kind, new.kind), f"kind {old.kind} became {new.kind}", ("kind",)))
    parts += _grace(old_owner, old, new_owner, new)
    if _wording(old, new, ("message", "missing", "fix")):
        parts.append(Part("equal", "wording"))
    if old.at != new.at:
        parts.append(Part("equal", "another place to point at"))
    return Difference(new.id, tuple(parts), fails)


def _kinds(old: str, new: str) -> str:
    """Only what is missing or stale can be owed in a baseline; which of the two can matter to a roll-out."""
    owed = (old in OWABLE, new in OWABLE)
    if owed == (True, True):
        return "undecidable"
    return _relation(not owed[1], not owed[0])


def _judged(old_owner: Requirement, old: Check, new_owner: Requirement, new: Check) -> list[Part]:
    """What differs in what is looked at and asked; a parameter that is alone to blame is named as the place."""
    parts = _looked_at(old_owner, old, new_owner, new)
    moved = [
        path[1]
        for path in _parameters(new)
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
    known = Part("equal", "grace: for 30 days after its version's day, what is new in it warns")
    was = old if new.new_in != old.new_in else old.replaces
    if not new.new_in or was is None:
        return [known]
    if new.replaces is None:
        return [Part("looser", "it warns at first, and nothing is said of what it replaces", ("new_in",))]
    if any(part.is_looser for part in _looked_at(old_owner, was, new_owner, new.replaces)):
        return [
            Part(
                "undecidable",
                "it warns at first, and what it replaces isn't what stood here before",
                ("new_in",),
            )
        ]
    return [known]


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
        more, fewer = old.words < new.words, new.words < old.words
        relation = "tighter" if plain and more else "looser" if plain and fewer else "undecidable"
        moved = ", ".join(sorted(word.partition(":")[2] for word in old.words ^ new.words))
        how = "added" if more else "dropped" if fewer else "changed"
        parts.append(Part(relation, f"each: words {how}: {moved}", ("each",)))
    if old.lookups != new.lookups:
        more, fewer = old.lookups < new.lookups, new.lookups < old.lookups
        relation = "tighter" if more else "looser" if fewer else "undecidable"
        how = "added" if more else "dropped" if fewer else "changed"
        parts.append(Part(relation, f"with: a look-up {how}", ("with",)))
    if old.loops and needed[0] != needed[1]:
        relation = "tighter" if needed[1] > needed[0] else "looser"
        parts.append(Part(relation, f"min_items {needed[0]} became {needed[1]}", ("min_items",)))
    return parts


def _conditions(old: _Read, new: _Read) -> list[Part]:
    parts: list[Part] = []
    if set(old.clauses) != set(new.clauses):
        gone = [clause for clause in old.clauses if clause not in new.clauses]
        come = [clause for clause in new.clauses if clause not in old.clauses]
        tighter = all(any(implies(clause, was) for clause in new.clauses) for was in gone)
        looser = all(any(implies(was, clause) for was in old.clauses) for clause in come)
        relation = _relation(tighter, looser)
        parts.append(Part(relation, _clause_words(gone, come), ("that",)))
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
        parts.append(Part(_relation(tighter, looser), why, (key,)))
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
    return [Part(_relation(tighter, looser), why or "it waits for other fields", ("that",))]


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
