"""What makes a judgement wrong in requirements and packs beside their conditions: versions, ids, words of the law.

Every fault has the place of its value. What only reads badly is `advice`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.expressions.paths import HOLE
from aiact_gate.lint.faults import Place, did_you_mean
from aiact_gate.sources.builtin import BUILTIN, builtin_compiled, builtin_folder
from aiact_gate.sources.shapes import quoted

_SEMVER = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)")


def wrong_pack(head: Mapping[str, Any], place: Place) -> None:
    """Tell what of pack.yaml, read as *head*, makes a judgement wrong."""
    version = str(head.get("version") or "")
    if version and not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
        fix = "Write numbers with points between them: 4.2, or 2026.11.0."
        place.fault("version", ("version",), f"the version of the pack is {quoted(version)}", fix)


def wrong(requirement: Mapping[str, Any], data: Mapping[str, Any], place: Place) -> None:
    """Tell what of *requirement*, of the pack compiled as *data*, makes a judgement wrong."""
    name = place.requirement
    version = requirement.get("version") or ""
    if version and not _SEMVER.fullmatch(version):
        what = f"the version of {name or 'this requirement'} is {quoted(version)}"
        place.fault("version", ("version",), what, "Write three numbers: 1.0.0.")
    head = data.get("pack") or {}
    retired = head.get("retired") or ()
    checks = list(enumerate(requirement.get("checks") or ()))
    ids = [(place, name, "point")]
    ids += [(place.below("checks", number), f"{name}/{check.get('id')}", "check") for number, check in checks]
    for here, full, kind in ids:
        if full in retired:
            what = f"the id {quoted(full)[1:-1]} was retired in pack.yaml"
            fix = f"Give it a new one: waivers and history still mean the old {kind}."
            here.fault("retired_id", ("id",), what, fix)
    _law_words(requirement, data, place)
    _parameters(requirement.get("parameters") or {}, place)
    for number, check in checks:
        if head.get("name") not in BUILTIN:
            _fault_rule(check.get("faults") or "", place.below("checks", number))
        _braces(check, place.below("checks", number))


def _law_words(requirement: Mapping[str, Any], data: Mapping[str, Any], place: Place) -> None:
    timeline = requirement.get("timeline") or ""
    duty = (requirement.get("binds") or {}).get("duty") or ""
    if timeline in ("", "undated") and duty in ("", "all"):
        return
    brings = (data.get("pack") or {}).get("name") == "eu-ai-act" and data.get("timeline")
    timelines, duties = law_words(data if brings else None)
    if timeline and timeline not in (*timelines, "undated"):
        what = f"timeline.yaml has no row {quoted(timeline)}"
        otherwise = "Name the row of its articles, or `undated`."
        fix = did_you_mean(timeline, (*timelines, "undated"), otherwise)
        place.fault("unknown_timeline", ("timeline",), what, fix)
    if duty and duty not in (*duties, "all"):
        what = f"classification.yaml has no duty {quoted(duty)}, so this binds nobody"
        fix = did_you_mean(duty, (*duties, "all"), "Name one of its duty_groups, or `all`.")
        place.fault("unknown_duty", ("binds", "duty"), what, fix)


def _parameters(parameters: Mapping[str, Mapping[str, Any]], place: Place) -> None:
    for key, parameter in parameters.items():
        default, low, high = (parameter.get(part) for part in ("default", "min", "max"))
        here = place.below("parameters", key)
        if low is not None and high is not None and low > high:
            what = f"{key} has the lower bound {low:g} above its upper bound {high:g}"
            here.fault("parameter", ("min",), what, "Put the bounds in their order.")
        elif bound := _crossed(default, low, high):
            what = f"{key} is {default:g} unless set, which lies outside its {bound}"
            here.fault("parameter", ("default",), what, "Move the default or the bound.")
        if parameter.get("type") == "int":
            for part, value in (("default", default), ("min", low), ("max", high)):
                if value is not None and value != int(value):
                    what = f"{key} counts whole numbers; its {part} is {value:g}"
                    here.fault("parameter", (part,), what, "Write a whole number, or make it a float.")


def _crossed(value: float | None, low: float | None, high: float | None) -> str:
    """The bound outside which *value* lies, as `min, 1`; empty if it lies outside none."""
    if value is not None and low is not None and value < low:
        return f"min, {low:g}"
    if value is not None and high is not None and value > high:
        return f"max, {high:g}"
    return ""


def _fault_rule(rule: str, place: Place) -> None:
    if rule and rule not in fault_rules():
        what = f"no source finds faults of the rule {quoted(rule)}, so the check passes always"
        fix = did_you_mean(rule, fault_rules(), "Say with `that` what has to hold.")
        place.fault("unknown_faults", ("faults",), what, fix)


def _braces(check: Mapping[str, Any], place: Place) -> None:
    for key in ("message", "missing", "fix"):
        text = check.get(key) or ""
        rest = re.sub(HOLE, lambda found: " " * len(found[0]), text)
        found = re.search(r"\{[^{}]*\}?", rest)
        if found:
            what = f"{quoted(found[0])} is no path, so it stands in the message as it is"
            fix = "Write a path, {it.id}, or take the braces out."
            place.fault("message_hole", (key,), what, fix, text, found.start())


@cache
def builtin_data(pack: str) -> Mapping[str, Any]:
    """The built-in *pack*: `requirements`, of which ids and `faults` are told alike in either form, `timeline`, `classification`."""
    compiled = builtin_compiled(pack)
    if compiled is not None:
        return compiled
    found: dict[str, Any] = {"requirements": []}
    for file in sorted(builtin_folder(pack).glob("*.yaml")):
        data = plain_data(parse_yaml(file.read_bytes(), file.name).root)
        found[file.stem] = data
        found["requirements"] += data.get("requirements") or ()
    return found


@cache
def fault_rules() -> tuple[str, ...]:
    """The rules of faults that a check of a built-in pack reports, sorted."""
    rows = (row for pack in BUILTIN for row in builtin_data(pack)["requirements"])
    checks = (check for row in rows for check in row.get("checks") or ())
    return tuple(sorted({str(check["faults"]) for check in checks if check.get("faults")}))


def law_words(data: Mapping[str, Any] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(ids of the rows of timeline.yaml, duty groups of classification.yaml), of *data* or as they are built in."""
    law = builtin_data("eu-ai-act") if data is None else data
    lists = (rows for rows in law["timeline"].values() if isinstance(rows, list))
    rows = (row for listed in lists for row in listed if isinstance(row, dict) and "id" in row)
    duties = (law.get("classification") or {}).get("duty_groups") or {}
    return tuple(str(row["id"]) for row in rows), tuple(duties)
