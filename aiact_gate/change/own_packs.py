"""What the packs of a repository ask less of than before, read from their files.

The base's packs judge the change itself; these findings are about everything that comes after it. Which of two conditions
asks for more can be told from their text only if one is a part of the other, or if a single number moved; every other
new wording counts as looser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.change.loosenings import PackText, Stated, finding_of, mapping, texts
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import METHODS
from aiact_gate.model.report import Finding

PROFILES = ("start", "core", "full")
LOOPS = ("each", "with", "where", "faults")
"""What a check looks at: without one of them it looks at something else."""
FORM = ("each", "where", "when", "with", "that")
FIX = "Write it as it was; if the rule is wrong, its code owners let this change through."
HIGHER_IS_LOOSER = ("max_days", "max_ending_on_one_day", "max_per_repository")


class Rule(NamedTuple):
    """A requirement or check as a file says it, and where."""

    data: Mapping[str, Any]
    file: str
    steps: tuple[str | int, ...]


def loosened_packs(now: Stated, before: Stated) -> Iterator[Finding]:
    """A finding for each pack that is gone and for each thing that a pack asks less of."""
    current = {pack.name: pack for pack in now.packs}
    for old in before.packs:
        pack = current.get(old.name)
        if pack is None and "pack.yaml" not in old.files:
            continue  # it judged nothing: without pack.yaml it is no pack
        if pack is None:
            yield finding_of(
                "pack-removed",
                f"The pack {old.name} judged this repository and doesn't any more.",
                "Name it again under policies: packs.",
                now.places("policies", "packs"),
                old.name,
            )
            continue
        if old.pin and pack.pin != old.pin:
            what = f"The pack {old.name} was pinned to {_short(old.pin)} and is {'pinned to ' + _short(pack.pin) if pack.pin else 'not pinned'} now."
            yield finding_of("pin-changed", what, f"Write digest: {old.pin}.", pack.entry, old.name)
        yield from _pack(old, pack, {**now.directions, **before.directions})
    for pack in now.packs:
        old_pack = next((old for old in before.packs if old.name == pack.name), None)
        yield from _recalls(old_pack, pack)
        yield from _new_rings(old_pack, pack)


def _short(digest: str) -> str:
    return digest[:15] if digest.startswith("sha256:") else digest[:8]


def _pack(old: PackText, now: PackText, directions: Mapping[str, str]) -> Iterator[Finding]:
    rules = _requirements(now)
    for name, before in _requirements(old).items():
        rule = rules.get(name)
        if rule is None:
            what = f"The pack {old.name} asked for {name} and doesn't any more."
            yield finding_of("rule-removed", what, FIX, _file(now, before.file), f"{old.name}/{name}")
        else:
            yield from _requirement(name, before, rule, now)
    for file, data in old.files.items():
        if file.startswith("kinds/") and now.files.get(file) != data:
            gone = file not in now.files
            what = f"{file} of the pack {old.name} {'is gone' if gone else 'describes records otherwise than before'}."
            check = "rule-removed" if gone else "rule-loosened"
            yield finding_of(check, what, FIX, _file(now, file), f"{old.name}/{file}")
    yield from _overlay(old, now, directions)
    yield from _days(old, now)
    yield from _rollout(old, now)


def _file(pack: PackText, file: str) -> Location:
    """The first line of *file*, or of pack.yaml where it's gone."""
    return pack.place(file) if file in pack.files else pack.place("pack.yaml")


# ---------------------------------------------------------------- requirements and checks


def _requirements(pack: PackText) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for file, data in pack.files.items():
        for index, row in enumerate(_list(mapping(data).get("requirements"))):
            if isinstance(row, Mapping) and row.get("id"):
                found.setdefault(str(row["id"]), Rule(row, file, ("requirements", index)))
    return found


def _requirement(name: str, old: Rule, rule: Rule, pack: PackText) -> Iterator[Finding]:
    def place(*steps: str | int) -> Location:
        return pack.place(rule.file, *rule.steps, *steps)

    element = f"{pack.name}/{name}"
    ranks = [
        PROFILES.index(p) if (p := str(each.data.get("profile"))) in PROFILES else -1 for each in (old, rule)
    ]
    if ranks[1] > ranks[0]:
        what = f"{name} was in the profile {old.data.get('profile')} and is in {rule.data.get('profile')}."
        yield finding_of("rule-loosened", what, FIX, place("profile"), f"{element}/profile")
    worth = [
        METHODS.index(m) if (m := str(each.data.get("calls_for"))) in METHODS else 99 for each in (old, rule)
    ]
    if worth[1] > worth[0]:
        what = f"{name} called for {old.data.get('calls_for')} and calls for {rule.data.get('calls_for')}."
        yield finding_of("rule-loosened", what, FIX, place("calls_for"), f"{element}/calls_for")
    lines = [str(each.data.get("timeline") or "") for each in (old, rule)]
    if lines[0] != lines[1]:
        what = f"{name} followed the dates of {lines[0] or 'nothing'} and follows those of {lines[1] or 'nothing'}, which may be later."
        yield finding_of("rule-loosened", what, FIX, place("timeline"), f"{element}/timeline")
    binds = [each.data.get("binds") for each in (old, rule)]
    if binds[0] != binds[1] and binds[1] != {"role": "any", "duty": "all"}:
        what = f"{name} binds others than before: {_shown(binds[1])}, not {_shown(binds[0])}."
        yield finding_of("rule-loosened", what, FIX, place("binds"), f"{element}/binds")
    for key, bounds in mapping(old.data.get("parameters")).items():
        was = mapping(bounds).get("default")
        is_ = mapping(mapping(rule.data.get("parameters")).get(key)).get("default")
        if _is_looser(was, is_, str(mapping(bounds).get("tighten"))):
            what = f"{name}: the parameter {key} was {was} and is {'not there' if is_ is None else is_}."
            yield finding_of("parameter-loosened", what, FIX, place("parameters", key), f"{element}/{key}")
    checks = {str(row.get("id")): (index, row) for index, row in _rows(rule.data.get("checks"))}
    for _, check in _rows(old.data.get("checks")):
        key = str(check.get("id"))
        if key not in checks:
            what = f"{name} had the check {key} and doesn't any more."
            yield finding_of("rule-removed", what, FIX, place("checks"), f"{element}/{key}")
            continue
        index, row = checks[key]
        for why, at in _looser_check(check, row):
            where = place("checks", index, at)
            yield finding_of("rule-loosened", f"{name}/{key} {why}.", FIX, where, f"{element}/{key}/{at}")


def _looser_check(old: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what is looser, the key where) for each way in which *now* asks less than *old*."""
    severities = [str(check.get("severity") or "error") for check in (old, now)]
    if severities == ["error", "warning"]:
        yield "was an error and is a warning", "severity"
    kinds = [str(check.get("kind") or "missing") for check in (old, now)]
    if kinds[0] != kinds[1] and kinds[1] in ("missing", "stale"):
        yield (
            f"was of the kind {kinds[0]} and is of the kind {kinds[1]}, which may be owed or enforced later",
            "kind",
        )
    if now.get("new_in") and now.get("new_in") != old.get("new_in"):
        form = mapping(now.get("replaces"))
        if any(not _same_text(form.get(key), old.get(key)) for key in (*FORM, "min_items")):
            yield "warns at first, and what it replaces isn't what stood here before", "new_in"
    least = [check.get("min_items", 1) for check in (old, now)]
    if all(isinstance(count, int) for count in least) and least[1] < least[0]:
        yield f"asked for {least[0]} rows and asks for {least[1]}", "min_items"
    why = _looser_clauses(_clauses(old), _clauses(now))
    if why:
        yield why, "that"
    if now.get("when") is not None and not _same_text(old.get("when"), now.get("when")):
        yield f"is judged only when {_shown(now['when'])}", "when"
    for key in LOOPS:
        tighter = key == "where" and now.get(key) is None
        if not tighter and not _same_text(old.get(key), now.get(key)):
            yield (
                f"looks at something else: {key} is {_shown(now.get(key))}, it was {_shown(old.get(key))}",
                key,
            )


def _clauses(check: Mapping[str, Any]) -> list[str]:
    return [" ".join(clause.split()) for clause in texts(check.get("that"))]


def _looser_clauses(old: Sequence[str], now: Sequence[str]) -> str:
    """Why *now* may ask less than *old*; empty if all that *old* asks for is still asked for."""
    lost = [clause for clause in old if clause not in now]
    new = [clause for clause in now if clause not in old]
    for clause in list(lost):
        tighter = next((other for other in new if is_tighter(clause, other)), None)
        if tighter is not None:
            lost.remove(clause)
            new.remove(tighter)
    if not lost:
        return ""
    if not new:
        return f"doesn't ask any more for {_shown(lost[0])}"
    return f"asked for {_shown(lost[0])} and asks for {_shown(new[0])}, which may be less"


_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])")


def is_tighter(old: str, now: str) -> bool:
    """Whether the condition *now* is *old* with one bound moved so that less fits: `x >= 1` and `x >= 2`.

    Only where no `!`, `||`, `?` or function of many rows could turn that round.
    """
    if any(sign in text for text in (old, now) for sign in ("!", "||", "?", "exists", "all(")):
        return False
    parts = (_NUMBER.split(old), _NUMBER.split(now))
    if len(parts[0]) != len(parts[1]) or parts[0][::2] != parts[1][::2]:
        return False
    moved = [index for index in range(1, len(parts[0]), 2) if parts[0][index] != parts[1][index]]
    if len(moved) != 1:
        return False
    before = parts[0][moved[0] - 1].rstrip()
    higher = float(parts[1][moved[0]]) > float(parts[0][moved[0]])
    simple = not parts[0][moved[0] + 1].strip() or parts[0][moved[0] + 1].lstrip().startswith("&&")
    if before.endswith((">=", ">")):
        return simple and higher
    return simple and before.endswith(("<=", "<")) and not higher


# ---------------------------------------------------------------- overlay, roll-out, recalls


def _overlay(old: PackText, now: PackText, directions: Mapping[str, str]) -> Iterator[Finding]:
    before, after = mapping(old.files.get("overlay.yaml")), mapping(now.files.get("overlay.yaml"))
    for verb, entries in before.items():
        if verb in ("schema", "extends"):
            continue
        current = mapping(after.get(verb))
        for name, value in mapping(entries).items():
            what, steps = _weaker(verb, name, value, current.get(name), directions)
            if what:
                check = "parameter-loosened" if verb == "set" else "overlay-loosened"
                file = "overlay.yaml" if "overlay.yaml" in now.files else "pack.yaml"
                place = now.place(file, *((verb, name, *steps) if name in current else (verb,)))
                yield finding_of(check, f"{what}.", FIX, place, f"{now.name}/{verb}/{name}")


def _weaker(
    verb: str, name: str, old: Any, now: Any, directions: Mapping[str, str]
) -> tuple[str, tuple[str | int, ...]]:
    """How the entry *name* of an overlay's *verb* is weaker than it was, and the keys that lead there; or empty."""
    if now is None:
        return f"The overlay's {verb} for {name} was {_shown(old)} and is gone", ()
    if now == old:
        return "", ()
    if verb == "set":
        for key, was in mapping(old).items():
            is_ = mapping(now).get(key)
            if _is_looser(was, is_, directions.get(f"{name}/{key}", "")):
                said = "isn't set any more" if is_ is None else f"is {is_}"
                return f"The overlay set {key} of {name} to {was}; it {said}", (key,)
        return "", ()
    if verb == "sooner":
        return (f"{name} was due on {old} and is due on {now}", ()) if str(now) > str(old) else ("", ())
    if verb == "add":
        rows = {str(row.get("id")): (index, row) for index, row in _rows(now)}
        for _, check in _rows(old):
            key = str(check.get("id"))
            if key not in rows:
                return f"The overlay added {name}/{key} and doesn't any more", ()
            for why, at in _looser_check(check, rows[key][1]):
                return f"{name}/{key} {why}", (rows[key][0], at)
        return "", ()
    if verb == "require":
        why = _looser_clauses(_clauses(mapping(old)), _clauses(mapping(now)))
        return (f"{name} {why}", ("that",)) if why else ("", ())
    return f"The overlay's {verb} for {name} was {_shown(old)} and is {_shown(now)}", ()


def _rollout(old: PackText, now: PackText) -> Iterator[Finding]:
    before, after = mapping(old.files.get("rollout.yaml")), mapping(now.files.get("rollout.yaml"))
    if not before:
        return
    if not after:
        what = f"The pack {old.name} had a roll-out and has none any more."
        yield finding_of("rollout-loosened", what, FIX, now.place("pack.yaml"), now.name)
        return
    if before.get("rings") and before["rings"] != after.get("rings"):
        what = f"The rings of the pack {old.name} are others than before."
        yield finding_of(
            "rollout-loosened", what, FIX, now.place("rollout.yaml", "rings"), f"{now.name}/rings"
        )
    rules = [mapping(each.get("waivers")) for each in (before, after)]
    for key, was in rules[0].items():
        is_ = rules[1].get(key)
        looser = (
            _is_looser(was, is_, "lower")
            if key in HIGHER_IS_LOOSER
            else bool(set(texts(was)) - set(texts(is_)))
        )
        if looser:
            what = f"The pack's {key} for waivers was {_shown(was)} and is {'not stated' if is_ is None else _shown(is_)}."
            place = now.place("rollout.yaml", "waivers", key)
            yield finding_of("rollout-loosened", what, FIX, place, f"{now.name}/{key}")


def _days(old: PackText, now: PackText) -> Iterator[Finding]:
    """A version whose day moved later: what is new in it would warn for longer."""
    was, is_ = (_version_days(mapping(pack.files.get("pack.yaml"))) for pack in (old, now))
    for version, (day, _) in was.items():
        later, steps = is_.get(version, ("", ()))
        if later > day:
            what = f"Version {version} of the pack {now.name} is of {later}; it was of {day}, and what is new in it would warn for longer."
            place = now.place("pack.yaml", *steps)
            yield finding_of("rule-loosened", what, f"Write {day}.", place, f"{now.name}/{version}")


def _version_days(pack: Mapping[str, Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Version -> its day and where pack.yaml says so."""
    days: dict[str, tuple[str, tuple[str, ...]]] = {
        str(version): (str(day), ("history", str(version)))
        for version, day in mapping(pack.get("history")).items()
    }
    if pack.get("version") and pack.get("introduced"):
        days[str(pack["version"])] = (str(pack["introduced"]), ("introduced",))
    return days


def _new_rings(old: PackText | None, now: PackText) -> Iterator[Finding]:
    """Without rings everything is enforced: the first ones can only let something through."""
    before = mapping(old.files.get("rollout.yaml")) if old is not None else {}
    if not before.get("rings") and mapping(now.files.get("rollout.yaml")).get("rings"):
        what = f"The pack {now.name} has rings; there were none before, and everything was enforced."
        fix = "Take them out; if they are meant, its code owners let this change through."
        place = now.place("rollout.yaml", "rings")
        yield finding_of("rollout-loosened", what, fix, place, f"{now.name}/rings")


def _recalls(old: PackText | None, now: PackText) -> Iterator[Finding]:
    known = {
        str(row.get("check")): (str(row.get("from")), str(row.get("until")))
        for _, row in _rows(mapping(old.files.get("pack.yaml")).get("recalls") if old is not None else None)
    }
    for index, row in _rows(mapping(now.files.get("pack.yaml")).get("recalls")):
        check, since, until = (str(row.get(key)) for key in ("check", "from", "until"))
        was = known.get(check)
        if was is None or until > was[1] or since < was[0]:
            before = f"did from {was[0]} until {was[1]}" if was is not None else "did not before"
            what = f"The pack {now.name} recalls {check} from {since} until {until}; it {before}."
            place = now.place("pack.yaml", "recalls", index)
            yield finding_of("recall-added", what, FIX, place, f"{now.name}/{check}")


# ---------------------------------------------------------------- shared


def _is_looser(was: Any, is_: Any, tighten: str) -> bool:
    """Whether a number moved against the direction *tighten*, or (without a known one) at all."""
    if was is None or was == is_:
        return False
    if not isinstance(was, (int, float)) or not isinstance(is_, (int, float)):
        return True
    return is_ > was if tighten == "lower" else is_ < was if tighten == "higher" else True


def _same_text(old: Any, now: Any) -> bool:
    return bool(_normal(old) == _normal(now))


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {key: _normal(child) for key, child in value.items()}
    return [_normal(child) for child in value] if isinstance(value, list) else value


def _shown(value: Any) -> str:
    """*value* as a message quotes it: on one line, cut at 60 characters."""
    text = (
        ", ".join(f"{key} {_shown(child)}" for key, child in value.items())
        if isinstance(value, Mapping)
        else ", ".join(_shown(child) for child in value)
        if isinstance(value, list)
        else "nothing"
        if value is None
        else " ".join(str(value).split())
    )
    return text if len(text) <= 60 else text[:59] + "…"


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _rows(value: Any) -> list[tuple[int, Mapping[str, Any]]]:
    return [(index, row) for index, row in enumerate(_list(value)) if isinstance(row, Mapping)]
