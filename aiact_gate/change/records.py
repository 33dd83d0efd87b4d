"""What records state that a change could make easier: thresholds, scales, ratings, rows, claims with an end.

Which way a field loosens is read off its schema, which is made from its model: `x-easier` says it where the field's type doesn't.

* `higher`, `lower`: a number that is easier to reach that way; `direction`: as the row's own direction says;
* a list of words: a word that stands before the present one asks for less;
* `other`: any other value may be easier; `turned`: the same of a direction;
* `fewer` (each list, if nothing else is said), `more`: entries taken out, or added;
* `later`, `extended`, `prolonged`: a day that moves back: a due date, a claim's end, the end of a judgement that nobody made again;
* `scale`, `rated`, `closed`, `claimed`: what takes more than one field to tell; the functions below do; `none`: neither way.

Rows are told apart by the field of the type `key`, or by the one that `x-key` names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from aiact_gate.change.loosenings import Stated, finding_of, mapping, texts
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.report import Finding
from aiact_gate.schemas.fields import RECORDS, Field, root

Row = Mapping[str, Any]
NUMBERS = ("higher", "lower", "direction")
BY_NUMBER = ("text", "name", "tracked_file", "section")
"""Entries that can be written anew: only how many there are is compared."""


SAID_AS = {"is": "answer", "expires": "end", "due": "due date"}
"""Fields whose names are no words of a sentence."""


class Pair(NamedTuple):
    """One record before and after the change, and where its values stand now."""

    system: str
    kind: str
    before: Mapping[str, Any]
    now: Mapping[str, Any]
    place: Callable[[Pointer], Location]

    def rows(self, name: str, key: str) -> Iterator[tuple[str, Pointer, Row, Row]]:
        """(id, where it stands, row before, row now) of each row of the list *name*; before a new one there was an empty one."""
        before = _by_key(self.before.get(name), key)
        for known, (index, row) in _by_key(self.now.get(name), key).items():
            yield known, (name, index), before.get(known, (0, {}))[1], row


class Spot(NamedTuple):
    """A group of keys of a record, before and after the change."""

    pair: Pair
    plan: Row
    """The test plan's metrics before the change, by id: they say which way is better."""
    before: Row
    now: Row
    pointer: Pointer = ()
    """Where it stands now."""
    names: tuple[str, ...] = ()
    """The rows and groups that lead to it."""

    def place(self, key: str) -> Location:
        return self.pair.place((*self.pointer, key))

    def element(self, *more: str) -> str:
        return "/".join((self.pair.system, self.pair.kind, *self.names, *more))

    def who(self, key: str) -> str:
        """What a message calls the field *key*."""
        what = SAID_AS.get(key, key.replace("_", " "))
        return f"{self.names[-1]}: the {what}" if self.names else f"The {what}"


def loosened_records(name: str, now: Stated, before: Stated) -> Iterator[Finding]:
    """A finding for each thing that the records of the system *name* make easier."""
    pairs = {}
    for kind, record in now.records.get(name, {}).items():
        old = before.records.get(name, {}).get(kind)
        if old is not None:
            pairs[kind] = Pair(name, kind, old, record, now.record_places[name][kind].location)
    plan = _by_key(pairs["testing"].before.get("metrics"), "id") if "testing" in pairs else {}
    metrics = {metric: row for metric, (_, row) in plan.items()}
    for kind, pair in pairs.items():
        # Of a kind that a pack adds the schema doesn't say what is easier: only what is gone is seen.
        field = root(kind) if kind in RECORDS else Field({"type": "object", "properties": {}}, {})
        if field is not None:
            yield from _group(field, Spot(pair, metrics, pair.before, pair.now))
    if "risk_management" in pairs:
        yield from _scales(pairs["risk_management"])
        yield from _ratings(pairs["risk_management"])
    if "data_governance" in pairs:
        yield from _gaps(pairs["data_governance"])
    yield from _claims(pairs)


# ---------------------------------------------------------------- by the model


def _group(field: Field, spot: Spot) -> Iterator[Finding]:
    for key, was in spot.before.items():
        if _is_empty(was):
            continue
        below = _field(field, key)
        easier, has_rows = way_of(below), bool(key_of(below))
        if _is_empty(spot.now.get(key)) and not has_rows and _is_missed(spot, key, was, easier):
            yield _gone(spot, key)
        elif isinstance(was, Mapping):
            yield from _below(below, spot, key, was)
        elif isinstance(was, list) and has_rows:
            yield from _rows(below, spot, key, easier)
        elif isinstance(was, list):
            yield from _list(below, spot, key, easier)
        else:
            yield from _value(spot, key, easier)


def _is_missed(spot: Spot, key: str, was: Any, easier: Any) -> bool:
    """Whether a field that is emptied says less for it; of a value within the record only its model can say so."""
    if easier == "none" or key.endswith("_because"):  # why there was nothing goes where there is something
        return False
    return isinstance(was, Mapping) or not spot.pointer and easier in ("", "fewer")


def way_of(field: Field) -> Any:
    """Which way *field* loosens; empty if neither its type nor its model says it."""
    schema = field.schema
    if "x-easier" in schema:
        return schema["x-easier"]
    return "fewer" if schema.get("type") == "array" else ""


def key_of(field: Field) -> str:
    """The field that names a row of the list *field*; empty if its entries have no names."""
    if "x-key" in field.schema:
        return str(field.schema["x-key"])
    row = field.below("*") if field.schema.get("type") == "array" else None
    keys = row.known if row is not None else ()
    return next((key for key in keys if row and _field(row, key).schema.get("x-type") == "key"), "")


def _field(field: Field, key: str) -> Field:
    return field.below(key) or Field({}, {})


def _below(field: Field, spot: Spot, key: str, was: Row) -> Iterator[Finding]:
    is_ = spot.now.get(key)
    names = spot.names if "properties" in field.schema else (*spot.names, key)
    inner = spot._replace(before=was, now=mapping(is_), pointer=(*spot.pointer, key), names=names)
    if "properties" in field.schema:
        yield from _group(field, inner)
        return
    for name, row in was.items():
        if isinstance(row, Mapping) and isinstance(inner.now.get(name), Mapping):
            one = inner._replace(before=row, now=inner.now[name], pointer=(*inner.pointer, name))
            yield from _group(_field(field, name), one._replace(names=(*inner.names, name)))


def _gone(spot: Spot, key: str) -> Finding:
    message = f"{'/'.join((*spot.names, key))} stood in {spot.pair.kind} and doesn't any more."
    fix = "Put it back; what is out of date is written again, not taken out."
    return finding_of("row-removed", message, fix, spot.place(key), spot.element(key))


def _rows(field: Field, spot: Spot, key: str, easier: Any) -> Iterator[Finding]:
    row_field = _field(field, "*")
    now = _by_key(spot.now.get(key), key_of(field))
    for name, (_, row) in _by_key(spot.before.get(key), key_of(field)).items():
        if name in now:
            index, is_ = now[name]
            inner = spot._replace(before=row, now=is_, pointer=(*spot.pointer, key, index))
            yield from _group(row_field, inner._replace(names=(*spot.names, name)))
        elif easier != "none" and not _is_nil(row_field, row):
            yield _row_gone(row_field, spot, key, name)


def _is_nil(field: Field, row: Row) -> bool:
    """Whether *row* says that something isn't there (yet): it was no evidence."""
    claimed = [key for key in field.known if way_of(_field(field, key)) == "claimed"]
    return any(row.get(key) != "provided" for key in claimed)


def _row_gone(field: Field, spot: Spot, key: str, name: str) -> Finding:
    planned = any(way_of(_field(field, one)) in NUMBERS for one in field.known)
    if planned and spot.pair.kind == "testing":
        message, fix = f"{name} was planned and isn't any more.", "Plan it again; a new plan needs a new run."
        return finding_of("threshold-dropped", message, fix, spot.place(key), spot.element(name))
    word = _word(key)
    message = f"The {word} {name} stood in {spot.pair.kind} and doesn't any more."
    fix = f"Put it back; a {word} that is settled says so and stays."
    return finding_of("row-removed", message, fix, spot.place(key), spot.element(name))


def _word(key: str) -> str:
    last = key.replace("_", " ")
    return {"datasets": "data set", "elements": "element"}.get(last, last.removesuffix("s"))


def _list(field: Field, spot: Spot, key: str, easier: Any) -> Iterator[Finding]:
    was, is_ = (
        value if isinstance(value, list) else [] for value in (spot.before.get(key), spot.now.get(key))
    )
    item = _field(field, "*")
    lost = [one for one in was if one not in is_]
    more = [one for one in is_ if one not in was]
    if easier == "other" and (lost or more):
        yield _otherwise(spot, key, _shown(was), _shown(is_))
    elif easier == "more" and more:
        message = f"{_shown(more)} {'count' if len(more) > 1 else 'counts'} as {key} and didn't before."
        fix = "Write it as it was; what counts is decided before anything is rated by it."
        yield finding_of("scale-changed", message, fix, spot.place(key), spot.element(key))
    elif easier == "fewer":
        by_number = item.schema.get("x-type") in BY_NUMBER or "properties" in item.schema
        gone = len(was) - len(is_) if by_number else len(lost)
        if gone > 0:
            which = f"{gone} of {len(was)} entries" if by_number else _shown(lost)
            message = f"{spot.who(key if key in SAID_AS else f'list {key}')} lost {which}."
            fix = "Put it back; what is out of date is written again, not taken out."
            yield finding_of("row-removed", message, fix, spot.place(key), spot.element(key))


def _shown(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values) or "nothing"


# ---------------------------------------------------------------- one value


def _value(spot: Spot, key: str, easier: Any) -> Iterator[Finding]:
    was, is_ = spot.before.get(key), spot.now.get(key)
    if isinstance(easier, list):
        yield from _lower_word(spot, key, easier)
    elif easier in NUMBERS and _is_number(was):
        yield from _moved(spot, key, easier)
    elif easier == "turned" and was != is_:
        message = f"{spot.names[-1]}: {was} was better and {is_ or 'nothing'} is now."
        fix = f"Write {was}; another plan needs a new run and a reason."
        yield finding_of("direction-turned", message, fix, spot.place(key), spot.element())
    elif easier == "other" and was != is_:
        yield _otherwise(spot, key, was, is_)
    elif easier in DAYS and str(is_ or "") > str(was) and (easier != "prolonged" or _same_beside(spot, key)):
        check, fix = DAYS[easier]
        message = (
            f"{spot.who(key)} was {was} and is {is_}{', in the same words' if easier == 'prolonged' else ''}."
        )
        yield finding_of(check, message, fix, spot.place(key), spot.element(key))


DAYS = {
    "later": ("debt-extended", "Write the old day, or do what is due."),
    "extended": (
        "claim-extended",
        "Show it instead; if it doesn't apply, those who guard the record let this change through.",
    ),
    "prolonged": ("acceptance-prolonged", "Let the person judge again and say what was looked at."),
}
"""Which way a day loosens -> what that is called, and the fix."""


def _same_beside(spot: Spot, key: str) -> bool:
    """Whether no other field has a new word; case, white space and punctuation are none."""
    return all(
        _folded(spot.now.get(name)) == _folded(value) for name, value in spot.before.items() if name != key
    )


def _folded(value: Any) -> Any:
    return re.findall(r"\w+", value.casefold()) if isinstance(value, str) else value


def _otherwise(spot: Spot, key: str, was: Any, is_: Any) -> Finding:
    name = f"{spot.names[-1]}: {key}" if spot.names else f"{key}"
    now = "not stated" if is_ is None else _plain(is_)
    message = f"{name} was {_plain(was)} and is {now}."
    fix = "Write the old one, or plan it as one of its own."
    return finding_of("measured-otherwise", message, fix, spot.place(key), spot.element(key))


def _plain(value: Any) -> str:
    return f"{value:g}" if _is_number(value) else str(value)


def _lower_word(spot: Spot, key: str, order: Sequence[str]) -> Iterator[Finding]:
    was, is_ = spot.before.get(key), spot.now.get(key)
    if was in order and is_ in order and order.index(is_) < order.index(was):
        message = f"{spot.who(key)} was {was} and is {is_}."
        yield finding_of("threshold-lowered", message, f"Write {was}.", spot.place(key), spot.element(key))


def _moved(spot: Spot, key: str, easier: str) -> Iterator[Finding]:
    was, is_ = spot.before[key], spot.now.get(key)
    if not _is_number(is_):
        message = f"{spot.who(key)} was {was:g} and isn't stated any more."
        yield finding_of("threshold-dropped", message, f"Write {was:g}.", spot.place(key), spot.element(key))
        return
    if easier == "direction":
        better = _direction(spot)
        if better != str(spot.now.get("direction") or better):
            return  # that it is turned is said
        easier = "lower" if better == "higher" else "higher"
    if is_ > was if easier == "higher" else is_ < was:
        message = f"{spot.who(key)} was {was:g} and is {is_:g}."
        needs = "plan needs a new run" if spot.pair.kind == "testing" else "one needs another decision"
        fix = f"Write {was:g}; a looser {needs} and a reason."
        yield finding_of("threshold-lowered", message, fix, spot.place(key), spot.element(key))


def _direction(spot: Spot) -> str:
    """Which way is better for a row's metric: by the row itself, or by the plan."""
    planned = mapping(spot.plan.get(spot.names[-1])) if spot.names else {}
    return str(spot.before.get("direction") or planned.get("direction") or "lower")


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or isinstance(value, str) and value.startswith("??")


# ---------------------------------------------------------------- gaps


def _gaps(pair: Pair) -> Iterator[Finding]:
    steps = ("open", "mitigated", "closed")
    for name, pointer, before, now in pair.rows("gaps", "id"):
        said = [{key: value for key, value in row.items() if key != "status"} for row in (before, now)]
        was, is_ = (str(row.get("status")) for row in (before, now))
        settled = was in steps and is_ in steps and steps.index(is_) > steps.index(was)
        if settled and said[0] == said[1]:
            message = f"The gap {name} was {was} and is {is_}, in the same words."
            fix = f"Write status: {was}, or say how it was {is_}."
            yield finding_of(
                "gap-closed", message, fix, pair.place((*pointer, "status")), f"{pair.system}/{name}"
            )


# ---------------------------------------------------------------- risks


def _scales(pair: Pair) -> Iterator[Finding]:
    before, now = mapping(pair.before.get("criteria")), mapping(pair.now.get("criteria"))
    fix = "Write it as it was; another scale is decided before risks are rated on it."
    for scale in ("likelihood", "severity"):
        was, is_ = texts(before.get(scale)), texts(now.get(scale))
        if [step for step in is_ if step in was] != was:
            message = f"The scale of {scale} was {', '.join(was)} and is {', '.join(is_) or 'not stated'}."
            place = pair.place(("criteria", scale))
            yield finding_of("scale-changed", message, fix, place, f"{pair.system}/{scale}")


def _ratings(pair: Pair) -> Iterator[Finding]:
    criteria = mapping(pair.before.get("criteria"))
    for name, pointer, before, now in pair.rows("risks", "id"):
        if not before or _measures(before, pair.before) != _measures(now, pair.now):
            continue
        for part in ((), ("residual",)):
            was, is_ = (mapping(risk.get("residual")) if part else risk for risk in (before, now))
            for scale in ("likelihood", "severity"):
                steps = texts(criteria.get(scale))
                old, new = was.get(scale), is_.get(scale)
                if old in steps and new in steps and steps.index(new) < steps.index(old):
                    which = f"remaining {scale}" if part else scale
                    message = f"{name}: the {which} was {old} and is {new}, and none of its measures changed."
                    fix = f"Write {old}, or add the measure that lowers it."
                    place = pair.place((*pointer, *part, scale))
                    yield finding_of("rating-lowered", message, fix, place, f"{pair.system}/{name}/{which}")
        status = [str(mapping(risk.get("residual")).get("status") or "") for risk in (before, now)]
        if status[1] == "eliminated" != status[0] and status[0]:
            message = f"{name} was {status[0]} and is eliminated, and none of its measures changed."
            place = pair.place((*pointer, "residual", "status"))
            fix = f"Write {status[0]}, or add the measure that removes it."
            yield finding_of("rating-lowered", message, fix, place, f"{pair.system}/{name}/status")


def _measures(risk: Mapping[str, Any], record: Mapping[str, Any]) -> list[Any]:
    """What is done about *risk*: its measures as they stand, what design chose, the tests that show it."""
    names = sorted(texts(risk.get("measures")))
    rows = _by_key(record.get("measures"), "id")
    done = [
        {key: rows[name][1].get(key) for key in ("kind", "status", "implemented_in", "tests")}
        for name in names
        if name in rows
    ]
    design = mapping(risk.get("design")).get("chosen")
    return [names, done, design, sorted(texts(mapping(risk.get("residual")).get("tests")))]


# ---------------------------------------------------------------- claims


def _claims(pairs: Mapping[str, Pair]) -> Iterator[Finding]:
    if "technical_documentation" in pairs:
        pair = pairs["technical_documentation"]
        for point, pointer, was, row in pair.rows("elements", "point"):
            if row.get("status") == "not_applicable" != was.get("status"):
                yield _claim(f"Point {point} of Annex IV", row, pointer, point, pair)
    if "testing" in pairs:
        pair = pairs["testing"]
        for name, pointer, was, row in pair.rows("attack_classes", "attack_class"):
            claim = mapping(row.get("not_appropriate"))
            if claim and not mapping(was.get("not_appropriate")):
                yield _claim(f"The attack class {name}", claim, (*pointer, "not_appropriate"), name, pair)
            yield from _unanswered(name, was, row, pointer, pair)


def _unanswered(name: str, before: Row, now: Row, pointer: Pointer, pair: Pair) -> Iterator[Finding]:
    """Parts of the attack class *name* for which a measure stood, and a reason why none fits stands now."""
    measured = _by_key(before.get("measures"), "verb")
    for verb, (number, row) in _by_key(now.get("measures"), "verb").items():
        had = measured.get(verb, (0, {}))[1].get("measure")
        if had and _is_empty(row.get("measure")) and not _is_empty(row.get("not_appropriate_because")):
            message = f"{name}, {verb}: a measure stood here; now none is called appropriate."
            place = pair.place((*pointer, "measures", number, "not_appropriate_because"))
            fix = "Put the measure back; if it doesn't fit any more, those who guard the record let this change through."
            yield finding_of("claim-added", message, fix, place, f"{pair.system}/{name}/{verb}")


def _claim(what: str, claim: Row, pointer: Pointer, name: str, pair: Pair) -> Finding:
    message = f"{what} is claimed not to apply until {claim.get('expires') or 'no date'}; it wasn't before."
    return finding_of(
        "claim-added", message, DAYS["extended"][1], pair.place(pointer), f"{pair.system}/{name}"
    )


# ---------------------------------------------------------------- shared


def _by_key(rows: Any, key: str) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """Each row by its name, with its index; of two of one name the first."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for index, row in enumerate(rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()):
        if isinstance(row, Mapping) and row.get(key):
            found.setdefault(str(row[key]), (index, row))
    return found


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
