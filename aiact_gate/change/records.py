"""What records state that a change could make easier: thresholds, scales, ratings, rows, claims with an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from aiact_gate.change.loosenings import Stated, finding_of, mapping, texts
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.report import Finding


class Number(NamedTuple):
    """A number of a record that is easier to reach when it moves one way."""

    kind: str
    rows: Pointer
    """Where the list stands, or the group of keys."""
    field: str
    looser: str
    """`higher`, `lower`, or `direction`: as the row's own direction says."""
    key: str = "id"
    """What names a row; empty: there are no rows."""


NUMBERS = (
    Number("testing", ("metrics",), "threshold", "direction"),
    Number("testing", ("metrics",), "confidence", "lower"),
    Number("testing", ("robustness",), "allowed", "higher"),
    Number("testing", ("attacks",), "limit", "higher"),
    Number("data_governance", ("representativeness",), "tolerance", "higher", ""),
    Number("data_governance", ("representativeness", "groups"), "reference_share", "lower"),
    Number("data_governance", ("quality",), "null_rate_max", "higher", ""),
    Number("data_governance", ("quality",), "duplicate_rate_max", "higher", ""),
    Number("risk_management", ("process",), "review_interval_days", "higher", ""),
    Number("human_oversight", ("stop",), "limit_seconds", "higher", ""),
    Number("monitoring", (), "interval_days", "higher", ""),
    Number("monitoring", ("metrics",), "alert", "direction", "metric"),
)

ROWS: tuple[tuple[str, Pointer, str], ...] = (
    ("risk_management", ("risks",), "id"),
    ("risk_management", ("measures",), "id"),
    ("data_governance", ("datasets",), "id"),
    ("data_governance", ("representativeness", "groups"), "id"),
    ("data_governance", ("bias", "attributes"), "id"),
    ("data_governance", ("bias", "findings"), "id"),
    ("data_governance", ("gaps",), "id"),
    ("human_oversight", ("measures",), "id"),
    ("logging", ("event_types",), "id"),
    ("monitoring", ("metrics",), "metric"),
    ("testing", ("baselines",), "id"),
    ("technical_documentation", ("elements",), "point"),
)
"""Lists of evidence: (record, list, what names a row). A row that is gone was evidence that is gone."""

PLANNED = (("metrics", "threshold"), ("robustness", "allowed"), ("attacks", "limit"))
READ_FROM = (
    "metric",
    "lower",
    "upper",
    "cases",
    "split",
    "group",
    "requirement",
    "degradation",
    "control",
    "success",
)

ACCEPTED: tuple[tuple[str, Pointer], ...] = (
    ("risk_management", ("overall_residual",)),
    ("human_oversight", ("commensurate",)),
)


class Pair(NamedTuple):
    """One record before and after the change, and where its values stand now."""

    system: str
    kind: str
    before: Mapping[str, Any]
    now: Mapping[str, Any]
    place: Callable[[Pointer], Location]

    def group(self, pointer: Pointer) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The group of keys at *pointer*, before and now; empty if it isn't there."""
        return mapping(_at(self.before, pointer)), mapping(_at(self.now, pointer))

    def rows(self, pointer: Pointer, key: str) -> list[tuple[str, Mapping[str, Any], int, Mapping[str, Any]]]:
        """(name, row before, index now, row now) for each row that was there; index -1 if it's gone."""
        now = _by_key(_at(self.now, pointer), key)
        return [
            (name, row, *now.get(name, (-1, {})))
            for name, (_, row) in _by_key(_at(self.before, pointer), key).items()
        ]


def loosened_records(name: str, now: Stated, before: Stated) -> Iterator[Finding]:
    """A finding for each thing that the records of the system *name* make easier."""
    pairs = {}
    for kind, record in now.records.get(name, {}).items():
        old = before.records.get(name, {}).get(kind)
        if old is not None:
            pairs[kind] = Pair(name, kind, old, record, now.record_places[name][kind].location)
    for kind, pair in pairs.items():
        yield from _sections(pair)
        for number in NUMBERS:
            if number.kind == kind:
                yield from _number(number, pair, pairs)
        for record_kind, pointer, key in ROWS:
            if record_kind == kind:
                yield from _rows(pointer, key, pair)
    if "testing" in pairs:
        yield from _plan(pairs["testing"])
    if "risk_management" in pairs:
        yield from _scales(pairs["risk_management"])
        yield from _ratings(pairs["risk_management"])
    if "data_governance" in pairs:
        yield from _level(pairs["data_governance"])
        yield from _gaps(pairs["data_governance"])
    yield from _claims(pairs)
    for kind, pointer in ACCEPTED:
        if kind in pairs:
            yield from _accepted(pointer, pairs[kind])


# ---------------------------------------------------------------- numbers


def _number(number: Number, pair: Pair, pairs: Mapping[str, Pair]) -> Iterator[Finding]:
    if not number.key:
        before, now = pair.group(number.rows)
        if before:
            yield from _moved(number, "", before, now, number.rows, pair, number.looser)
        return
    for name, before, index, now in pair.rows(number.rows, number.key):
        if index < 0:
            continue  # `_rows` and `_plan` say so
        looser = number.looser
        if looser == "direction":
            direction = _direction(name, before, pair, pairs)
            if direction != str(now.get("direction") or direction):
                continue  # `_plan` says so
            looser = "lower" if direction == "higher" else "higher"
        yield from _moved(number, name, before, now, (*number.rows, index), pair, looser)


def _direction(name: str, row: Mapping[str, Any], pair: Pair, pairs: Mapping[str, Pair]) -> str:
    """Which way is better for the metric *name*: by its own row, or by the plan's."""
    if pair.kind != "testing" and "testing" in pairs:
        row = _by_key(pairs["testing"].before.get("metrics"), "id").get(name, (0, {}))[1]
    return str(row.get("direction") or "lower")


def _moved(
    number: Number,
    name: str,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    pointer: Pointer,
    pair: Pair,
    looser: str,
) -> Iterator[Finding]:
    was, is_ = before.get(number.field), now.get(number.field)
    if not _is_number(was):
        return
    what = number.field.replace("_", " ")
    who = f"{name}: the {what}" if name else f"The {what}"
    element = "/".join(part for part in (pair.system, pair.kind, name, number.field) if part)
    place = pair.place((*pointer, number.field))
    if not _is_number(is_):
        message = f"{who} was {was:g} and isn't stated any more."
        yield finding_of("threshold-dropped", message, f"Write {was:g}.", place, element)
    elif is_ > was if looser == "higher" else is_ < was:
        message = f"{who} was {was:g} and is {is_:g}."
        fix = f"Write {was:g}; a looser {'plan needs a new run' if pair.kind == 'testing' else 'one needs another decision'} and a reason."
        yield finding_of("threshold-lowered", message, fix, place, element)


def _level(pair: Pair) -> Iterator[Finding]:
    levels = [group.get("level") for group in pair.group(("representativeness",))]
    if levels == ["combination", "individual"]:
        message = "Groups were compared in combination and are compared one by one."
        place = pair.place(("representativeness", "level"))
        yield finding_of(
            "threshold-lowered", message, "Write level: combination.", place, f"{pair.system}/level"
        )


def _gaps(pair: Pair) -> Iterator[Finding]:
    for name, before, index, now in pair.rows(("gaps",), "id"):
        said = [{key: value for key, value in row.items() if key != "status"} for row in (before, now)]
        if index >= 0 and now.get("status") == "closed" != before.get("status") and said[0] == said[1]:
            message = f"The gap {name} was {before.get('status')} and is closed, in the same words."
            fix = f"Write status: {before.get('status')}, or say how it was closed."
            place = pair.place(("gaps", index, "status"))
            yield finding_of("gap-closed", message, fix, place, f"{pair.system}/{name}")


# ---------------------------------------------------------------- the plan


def _plan(pair: Pair) -> Iterator[Finding]:
    for rows, _ in PLANNED:
        for name, before, index, now in pair.rows((rows,), "id"):
            element = f"{pair.system}/{name}"
            if index < 0:
                message, fix = (
                    f"{name} was planned and isn't any more.",
                    "Plan it again; a new plan needs a new run.",
                )
                yield finding_of("threshold-dropped", message, fix, pair.place((rows,)), element)
                continue
            turned = (before.get("direction"), now.get("direction"))
            if turned[0] and turned[0] != turned[1]:
                message = f"{name}: {turned[0]} was better and {turned[1]} is now."
                fix = f"Write {turned[0]}; another plan needs a new run and a reason."
                yield finding_of(
                    "direction-turned", message, fix, pair.place((rows, index, "direction")), element
                )
            for field in READ_FROM:
                was, is_ = before.get(field), now.get(field)
                if was and was != is_:
                    message = f"{name}: {field} was {was} and is {is_ or 'not stated'}."
                    fix = "Write the old one, or plan it as a metric of its own."
                    place = pair.place((rows, index, field))
                    yield finding_of("measured-otherwise", message, fix, place, f"{element}/{field}")


# ---------------------------------------------------------------- rows


def _rows(pointer: Pointer, key: str, pair: Pair) -> Iterator[Finding]:
    for name, before, index, _ in pair.rows(pointer, key):
        if index >= 0:
            continue
        word = _word(pointer)
        message = f"The {word} {name} stood in {pair.kind} and doesn't any more."
        fix = f"Put it back; a {word} that is settled says so and stays."
        if pair.kind == "technical_documentation" and before.get("status") != "provided":
            continue
        yield finding_of(
            "row-removed", message, fix, pair.place(pointer), f"{pair.system}/{pair.kind}/{name}"
        )


def _sections(pair: Pair) -> Iterator[Finding]:
    """Groups and lists that were filled and are empty now; lists whose rows are named are `_rows`' and `_plan`'s."""
    named = {pointer[0] for kind, pointer, _ in ROWS if kind == pair.kind} | {rows for rows, _ in PLANNED}
    for key, value in pair.before.items():
        reason = key.endswith("_because")  # why there was nothing: gone where there is something
        if (
            value
            and not _is_empty(value)
            and key not in named
            and not reason
            and _is_empty(pair.now.get(key))
        ):
            message = f"{key} stood in {pair.kind} and doesn't any more."
            fix = "Put it back; what is out of date is written again, not taken out."
            place = pair.place((key,))
            yield finding_of("row-removed", message, fix, place, f"{pair.system}/{pair.kind}/{key}")


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or isinstance(value, str) and value.startswith("??")


def _word(pointer: Pointer) -> str:
    last = str(pointer[-1]).replace("_", " ")
    return {"datasets": "data set", "elements": "element"}.get(last, last.removesuffix("s"))


# ---------------------------------------------------------------- risks


def _scales(pair: Pair) -> Iterator[Finding]:
    before, now = pair.group(("criteria",))
    fix = "Write it as it was; another scale is decided before risks are rated on it."
    for scale in ("likelihood", "severity"):
        was, is_ = texts(before.get(scale)), texts(now.get(scale))
        if [step for step in is_ if step in was] != was:
            message = f"The scale of {scale} was {', '.join(was)} and is {', '.join(is_) or 'not stated'}."
            place = pair.place(("criteria", scale))
            yield finding_of("scale-changed", message, fix, place, f"{pair.system}/{scale}")
    was, is_ = texts(before.get("acceptable")), texts(now.get("acceptable"))
    more = [one for one in is_ if one not in was]
    if before and more:
        message = (
            f"{', '.join(more)} {'count' if len(more) > 1 else 'counts'} as acceptable and didn't before."
        )
        place = pair.place(("criteria", "acceptable"))
        yield finding_of("scale-changed", message, fix, place, f"{pair.system}/acceptable")


def _ratings(pair: Pair) -> Iterator[Finding]:
    criteria = mapping(pair.before.get("criteria"))
    for name, before, index, now in pair.rows(("risks",), "id"):
        if index < 0 or _measures(before, pair.before) != _measures(now, pair.now):
            continue
        for part in ((), ("residual",)):
            was, is_ = mapping(_at(before, part)), mapping(_at(now, part))
            for scale in ("likelihood", "severity"):
                steps = texts(criteria.get(scale))
                old, new = was.get(scale), is_.get(scale)
                if old in steps and new in steps and steps.index(new) < steps.index(old):
                    which = f"remaining {scale}" if part else scale
                    message = f"{name}: the {which} was {old} and is {new}, and none of its measures changed."
                    fix = f"Write {old}, or add the measure that lowers it."
                    place = pair.place(("risks", index, *part, scale))
                    yield finding_of("rating-lowered", message, fix, place, f"{pair.system}/{name}/{which}")
        status = [str(mapping(risk.get("residual")).get("status") or "") for risk in (before, now)]
        if status[1] == "eliminated" != status[0] and status[0]:
            message = f"{name} was {status[0]} and is eliminated, and none of its measures changed."
            place = pair.place(("risks", index, "residual", "status"))
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


# ---------------------------------------------------------------- claims and acceptances


def _claims(pairs: Mapping[str, Pair]) -> Iterator[Finding]:
    if "technical_documentation" in pairs:
        pair = pairs["technical_documentation"]
        before = _by_key(pair.before.get("elements"), "point")
        for point, (index, row) in _by_key(pair.now.get("elements"), "point").items():
            if row.get("status") == "not_applicable":
                was = before.get(point, (0, {}))[1]
                old = was if was.get("status") == "not_applicable" else {}
                yield from _claim(f"Point {point} of Annex IV", old, row, ("elements", index), point, pair)
    if "testing" in pairs:
        pair = pairs["testing"]
        before = _by_key(pair.before.get("attack_classes"), "attack_class")
        for name, (index, row) in _by_key(pair.now.get("attack_classes"), "attack_class").items():
            claim = mapping(row.get("not_appropriate"))
            if claim:
                was = mapping(before.get(name, (0, {}))[1].get("not_appropriate"))
                pointer = ("attack_classes", index, "not_appropriate")
                yield from _claim(f"The attack class {name}", was, claim, pointer, name, pair)


def _claim(
    what: str, was: Mapping[str, Any], claim: Mapping[str, Any], pointer: Pointer, name: str, pair: Pair
) -> Iterator[Finding]:
    fix = "Show it instead; if it doesn't apply, those who guard the record let this change through."
    until = claim.get("expires") or "no date"
    if not was:
        message = f"{what} is claimed not to apply until {until}; it wasn't before."
        yield finding_of("claim-added", message, fix, pair.place(pointer), f"{pair.system}/{name}")
    elif str(claim.get("expires")) > str(was.get("expires")):
        message = f"{what} was claimed not to apply until {was.get('expires')}, now until {until}."
        place = pair.place((*pointer, "expires"))
        yield finding_of("claim-extended", message, fix, place, f"{pair.system}/{name}")


def _accepted(pointer: Pointer, pair: Pair) -> Iterator[Finding]:
    before, now = pair.group(pointer)
    was, is_ = str(before.get("expires") or ""), str(now.get("expires") or "")
    same = all(before.get(key) == now.get(key) for key in ("reason", "accepted_by", "by", "considers"))
    if was and is_ > was and same:
        message = f"The judgement ended on {was} and ends on {is_} now, in the same words of the same person."
        fix = "Let the person judge again and say what was looked at."
        place = pair.place((*pointer, "expires"))
        yield finding_of("acceptance-prolonged", message, fix, place, f"{pair.system}/{pointer[-1]}")


# ---------------------------------------------------------------- shared


def _at(value: Any, pointer: Pointer) -> Any:
    for step in pointer:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _by_key(rows: Any, key: str) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """Each row by its name, with its index; of two of one name the first."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for index, row in enumerate(rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()):
        if isinstance(row, Mapping) and row.get(key):
            found.setdefault(str(row[key]), (index, row))
    return found


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
