"""Overlays: packs of later layers that tighten those of earlier ones, applied to compiled packs.

An overlay can't loosen: what would is a fault at its place, and nothing of it is applied. A changed check is compiled
again with the names that it binds, so that it is judged as if the clause stood in it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import Document
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.lint.faults import Place, PolicyFault, did_you_mean
from aiact_gate.model.policy import LAYERS
from aiact_gate.policy.check_compiler import Advise, CheckCompiler
from aiact_gate.schemas import fields
from aiact_gate.sources.shapes import quoted, shape

Compiled = dict[str, Any]

_OF_CLAUSES = ("clauses", "reads", "needs", "worth", "texts", "proof", "chosen")
"""What of a compiled check depends on its clauses."""


def overlaid(packs: Sequence[Compiled]) -> tuple[list[Compiled], list[PolicyFault]]:
    """Compiled *packs*, in the order of their layers, each tightened by the overlays of later layers; and what is refused."""
    merged = [own_copy(pack) for pack in packs]
    faults: list[PolicyFault] = []
    for index, pack in enumerate(merged):
        if "overlay" in pack:
            faults += applied(merged, index)
    return merged, faults


def applied(packs: Sequence[Compiled], index: int, advise: Advise | None = None) -> list[PolicyFault]:
    """The overlay of pack *index* applied to the packs before it; what is refused, each at its place.

    Lint has it *advise* on what the overlay asks, too.
    """
    faults: list[PolicyFault] = []
    _Overlay(packs, index, faults, advise).apply()
    return faults


def own_copy(pack: Compiled) -> Compiled:
    """*pack* with requirements that may be changed: bytes and paths below them stay shared."""
    requirements = [
        {
            **requirement,
            "parameters": dict(requirement["parameters"]),
            "checks": list(requirement["checks"]),
            "origin": dict(requirement.get("origin", {})),
            "widened": list(requirement.get("widened", ())),
        }
        for requirement in pack["requirements"]
    ]
    return {**pack, "requirements": requirements}


class _Overlay:
    """One pack's overlay over the packs of earlier layers."""

    def __init__(
        self, packs: Sequence[Compiled], index: int, faults: list[PolicyFault], advise: Advise | None
    ) -> None:
        own = packs[index]
        self.advise = advise
        self.faults = faults
        self.layer = LAYERS.index(own["layer"])
        self.packs = packs
        self.earlier = [pack for pack in packs[:index] if LAYERS.index(pack["layer"]) < self.layer]
        self.requirements = {
            requirement["id"]: requirement for pack in self.earlier for requirement in pack["requirements"]
        }
        self.kinds = {
            name: schema for pack in [*self.earlier, own] for name, schema in pack.get("kinds", {}).items()
        }
        self.document: Document = parse_yaml(own["overlay"].encode(), f"{own['label']}/overlay.yaml")
        self.data: Mapping[str, Any] = shape(self.document, fields.schema("overlay"), "overlay").value
        self.place = Place(self.document, faults)

    def apply(self) -> None:
        self._extends()
        for place, requirement, checks in self._requirements("add"):
            self._add(place, requirement, checks)
        for place, requirement, values in self._requirements("set"):
            for name, value in values.items():
                self._set(place.below(name), requirement, name, value)
        for place, requirement, number, severity in self._checks("raise"):
            self._raise(place, requirement, number, severity)
        for place, requirement, number, clause in self._checks("require"):
            self._require(place, requirement, number, clause)
        for place, requirement, whom in self._requirements("widen"):
            self._widen(place, requirement, whom)
        for place, requirement, day in self._requirements("sooner"):
            self._sooner(place, requirement, day)

    # ------------------------------------------------------------ verbs

    def _extends(self) -> None:
        known = {str((pack.get("pack") or {}).get("name", "")): pack for pack in self.earlier}
        for name, wanted in (self.data.get("extends") or {}).items():
            place = self.place.below("extends", name)
            pack = known.get(name)
            if pack is None:
                what = f"no pack of an earlier layer is called {quoted(name)}"
                place.fault("unknown_pack", (), what, did_you_mean(name, tuple(known)))
                continue
            version, digest = str(pack["pack"].get("version", "")), str(pack["digest"])
            if wanted.get("version") and wanted["version"] != version:
                what = f"this overlay is for version {wanted['version']} of {name}; {version} is here"
                fix = f"Read what changed, then name version {version}."
                place.fault("other_version", ("version",), what, fix)
            asked = str(wanted.get("digest") or "").removeprefix("sha256:").lower()
            if asked and asked != digest:
                what = f"this overlay is for {name} with digest {asked[:12]}; {digest[:12]} is here"
                fix = f"Read what changed, then name sha256:{digest}."
                place.fault("other_digest", ("digest",), what, fix)

    def _add(self, place: Place, requirement: Compiled, checks: Sequence[Mapping[str, Any]]) -> None:
        for number, check in enumerate(checks):
            if not check.get("id"):
                continue
            here = place.below(number)
            name = f"{requirement['id']}/{check['id']}"
            if any(known["id"] == name for known in requirement["checks"]):
                what = f"{requirement['id']} has a check {check['id']} already"
                fix = "Give the added check an id of its own; to ask more of the one that is there, use `require`."
                here.fault("duplicate_id", ("id",), what, fix)
                continue
            before = len(self.faults)
            compiled = self._compiler(here, requirement).compile(check)
            if len(self.faults) > before:
                continue
            requirement["checks"].append({**compiled, "file": self.document.path})
            requirement["not_checked"] = ""
            _origin(requirement, f"checks.{check['id']}", here.below("id"))

    def _set(self, place: Place, requirement: Compiled, name: str, value: float) -> None:
        bounds = requirement["bounds"].get(name)
        if bounds is None:
            known = tuple(requirement["bounds"])
            what = f"{requirement['id']} has no parameter {quoted(name)}"
            fix = did_you_mean(name, known) if known else "It has none; ask more with `require` or `add`."
            place.fault("unknown_parameter", (), what, fix, at_key=True)
            return
        now, higher = requirement["parameters"][name], bounds["tighten"] == "higher"
        least, most = bounds.get("min"), bounds.get("max")
        if bounds["type"] == "int" and value != math.floor(value):
            what = f"{name} is a whole number; {_number(value)} is none"
            place.fault("out_of_bounds", (), what, "Write a whole number.")
        elif value < now if higher else value > now:
            since = requirement["origin"].get(f"parameters.{name}")
            shown = f"{_number(now)} (set in {since})" if since else _number(now)
            what = f"{name} of {requirement['id']} is {shown}; {_number(value)} is looser"
            more = "more" if higher else "less"
            fix = f"An overlay only tightens: write {_number(now)} or {more}, or take it out."
            place.fault("loosens", (), what, fix)
        elif least is not None and value < least or most is not None and value > most:
            word, bound, more = ("least", least, "more") if value < now else ("most", most, "less")
            what = f"{name} is at {word} {_number(bound)}; {_number(value)} is beyond"
            place.fault("out_of_bounds", (), what, f"Write {_number(bound)} or {more}.")
        else:
            requirement["parameters"][name] = value
            _origin(requirement, f"parameters.{name}", place)

    def _raise(self, place: Place, requirement: Compiled, number: int, severity: str) -> None:
        check = requirement["checks"][number]
        if severity == check["severity"]:
            what = f"{check['id']} is of severity {severity} already"
            place.fault("changes_nothing", (), what, "Take the line out.")
        elif severity == "warning":
            what = f"{check['id']} is of severity error; warning is looser"
            place.fault("loosens", (), what, "An overlay only tightens: take the line out.")
        else:
            requirement["checks"][number] = _raised(check)
            _origin(requirement, f"severity.{_short(check)}", place)

    def _require(self, place: Place, requirement: Compiled, number: int, more: Mapping[str, Any]) -> None:
        check = requirement["checks"][number]
        if check["faults"]:
            what = f"{check['id']} reports what reading the evidence found; it has no clauses to add to"
            place.fault("no_clauses", (), what, "Add a check of your own with `add`.", at_key=True)
            return
        if not more.get("that") or not more.get("message"):
            return  # reported when the file was read
        compiled = self._with_clauses(place, requirement, check, more)
        if compiled is None:
            return
        changed = {**check, **compiled}
        changed.setdefault("before", check)
        if check.get("replaces"):
            # Its form before is asked the same: in its first 30 days a stricter check warns, what an overlay asks doesn't.
            old = self._with_clauses(place._replace(faults=[]), requirement, check["replaces"], more)
            changed["replaces"] = {**check["replaces"], **(old or {})}
        requirement["checks"][number] = changed
        _origin(requirement, f"require.{_short(check)}", place)

    def _with_clauses(
        self, place: Place, requirement: Compiled, check: Compiled, more: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """What of *check* changes with the clauses of *more* behind its own; None if they are at fault."""
        before = len(place.faults)
        written = _written(check)
        that = [*written["that"], *more["that"]]
        compiler = self._compiler(place, requirement)
        compiler.own = len(written["that"])
        compiled = compiler.compile(
            {**written, "that": that, "message": more["message"], "fix": more.get("fix")}
        )
        if len(place.faults) > before:
            return None
        said = {
            "message": more["message"],
            "fix": more.get("fix") or "",
            "kind": more.get("kind") or "missing",
            "place": _where(place),
        }
        for clause, old in itertools.zip_longest(compiled["clauses"], check["clauses"], fillvalue=said):
            clause |= {key: old[key] for key in said if key in old}
        return {key: compiled[key] for key in _OF_CLAUSES}

    def _widen(self, place: Place, requirement: Compiled, whom: Mapping[str, Any]) -> None:
        if not any(whom.get(key) for key in ("role", "duty", "when")):
            what = f"nothing says whom {requirement['id']} binds besides"
            place.fault("changes_nothing", (), what, "Give role, duty or when.", at_key=True)
            return
        duties = sorted({str(one["duty"]) for pack in self.earlier for one in pack["requirements"]} | {"all"})
        before = len(self.faults)
        duty = whom.get("duty") or ""
        if duty and duty not in duties:
            what = f"there is no duty {quoted(duty)}"
            place.fault("unknown_duty", ("duty",), what, did_you_mean(duty, tuple(duties)))
        when = None
        if whom.get("when"):
            compiler = self._compiler(place, requirement)
            when = compiler.when(whom["when"])
            others = sorted({path[0] for path in compiler.reads} - {"system", "classification"})
            if others:
                what = f"`when` reads {', '.join(others)}; whom a point binds follows from system and classification alone"
                place.fault("widen_reads", ("when",), what, "Ask it in a check.")
        if len(self.faults) > before:
            return
        requirement["widened"].append({"role": whom.get("role") or "", "duty": duty, "when": when})
        _origin(requirement, "binds", place)

    def _sooner(self, place: Place, requirement: Compiled, day: str) -> None:
        timelines = (pack["timeline"] for pack in self.packs if pack.get("timeline"))
        dates = sorted(_dates(next(timelines, {}), requirement["timeline"]))
        set_ = requirement.get("sooner")
        if not dates:
            what = f"{requirement['id']} has no date in the timeline: nothing is sooner"
            place.fault("no_date", (), what, "Take the line out.")
        elif day >= dates[0] or set_ and day > set_:
            since = f" (set in {requirement['origin'].get('sooner')})" if set_ and day > set_ else ""
            what = f"{requirement['id']} binds from {set_ if since else dates[0]}{since}; {day} isn't sooner"
            fix = "An overlay only tightens: write an earlier day, or take the line out."
            place.fault("loosens", (), what, fix)
        else:
            requirement["sooner"] = day
            _origin(requirement, "sooner", place)

    # ------------------------------------------------------------ targets

    def _requirements(self, verb: str) -> Iterator[tuple[Place, Compiled, Any]]:
        for name, value in (self.data.get(verb) or {}).items():
            requirement = self._requirement(verb, name, name)
            if requirement is not None:
                yield self.place.below(verb, name)._replace(requirement=name), requirement, value

    def _checks(self, verb: str) -> Iterator[tuple[Place, Compiled, int, Any]]:
        for name, value in (self.data.get(verb) or {}).items():
            requirement = self._requirement(verb, name, name.partition("/")[0])
            if requirement is None:
                continue
            place = self.place.below(verb, name)._replace(requirement=requirement["id"])
            ids = tuple(check["id"] for check in requirement["checks"])
            if name in ids:
                yield place, requirement, ids.index(name), value
            elif "/" in name:
                what = f"{requirement['id']} has no check {quoted(name.partition('/')[2])}"
                place.fault("unknown_check", (), what, did_you_mean(name, ids), at_key=True)
            else:
                what = f"`{verb}` speaks of a check; {name} is a requirement"
                fix = f"Name one of: {', '.join(ids[:8])}." if ids else "It has no checks; use `add`."
                place.fault("unknown_check", (), what, fix, at_key=True)

    def _requirement(self, verb: str, key: str, name: str) -> Compiled | None:
        requirement: Compiled | None = self.requirements.get(name)
        if requirement is not None:
            return requirement
        owners = (pack for pack in self.packs if any(one["id"] == name for one in pack["requirements"]))
        owner = next(owners, None)
        if owner is not None:
            what = f"{name} belongs to the pack {owner['label']}, which is of no earlier layer"
            fix = "An overlay tightens the packs of earlier layers; change your own policy file instead."
            self.place.fault("same_layer", (verb, key), what, fix, at_key=True)
        else:
            what = f"no pack of an earlier layer has a requirement {quoted(name)}"
            fix = did_you_mean(name, tuple(self.requirements))
            self.place.fault("unknown_requirement", (verb, key), what, fix, at_key=True)
        return None

    def _compiler(self, place: Place, requirement: Compiled) -> CheckCompiler:
        return CheckCompiler(place, tuple(requirement["parameters"]), self.kinds, self.advise)


def _origin(requirement: Compiled, key: str, place: Place) -> None:
    before = requirement["origin"].get(key)
    several = key.startswith("require.") or key == "binds"
    requirement["origin"][key] = f"{before}, {_where(place)}" if before and several else _where(place)


def _where(place: Place) -> str:
    return f"{place.document.path}:{place.document.location(place.pointer).line}"


def _written(check: Compiled) -> dict[str, Any]:
    """A compiled check as its policy file wrote it, as far as conditions go."""
    each = {
        loop["name"]: loop["words"] if "words" in loop else loop["path"]["source"] for loop in check["loops"]
    }
    with_ = {
        one["name"]: f"{one['path']['source']}[{one['field']}={one['key']['source']}]"
        for one in check["lookups"]
    }
    return {
        "id": _short(check),
        "each": each or None,
        "with": with_,
        "min_items": check["min_items"],
        "empty_is_fine": "said in the pack",
        "when": (check["when"] or {}).get("source"),
        "where": (check["where"] or {}).get("source"),
        "that": [clause["source"] for clause in check["clauses"]],
        "at": (check["at"] or {}).get("source"),
    }


def _raised(check: Compiled) -> Compiled:
    raised = {**check, "severity": "error"}
    if "before" in check:
        raised["before"] = _raised(check["before"])
    return raised


def _short(check: Compiled) -> str:
    return str(check["id"]).partition("/")[2]


def _dates(timeline: Mapping[str, Any], key: str) -> Iterator[str]:
    """Every date that row *key* of *timeline* names, in all readings."""
    for row in timeline.get("application", []):
        if row.get("id") != key:
            continue
        for reading in (row, *row.get("readings", [])):
            for name, value in reading.items():
                if name in ("general", "annex_i", "annex_iii") or name.startswith("effective_"):
                    if value:
                        yield str(value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:g}"
