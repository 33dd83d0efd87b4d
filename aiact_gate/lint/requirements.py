"""What makes a judgement wrong in requirements and packs beside their conditions: versions, ids, words of the law.

The documents are walked as written, so that every fault has the place of its value. What only reads badly is `advice`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiact_gate.documents.node import Document, Node
from aiact_gate.expressions.paths import HOLE, parse_path
from aiact_gate.lint.builtin import fault_rules, law_words, timeline_rows
from aiact_gate.lint.faults import Tell
from aiact_gate.lint.nodes import checks_of, child_of, number_at, policies, text_of
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Pointer
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.shapes import nearest, quoted

_SEMVER = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)")


# ---------------------------------------------------------------- what makes a judgement wrong


def wrong(data: Mapping[str, Any], documents: Mapping[str, Document], tell: Tell) -> None:
    """Faults of requirements that make a judgement wrong."""
    head = documents.get("pack.yaml")
    if head is not None:
        version = text_of(head.root, "version")
        if version and not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
            fix = "Write numbers with points between them: 4.2, or 2026.11.0."
            tell("version", head.location(("version",)), f"the version of the pack is {quoted(version)}", fix)
    retired = _retired(head)
    builtin = str((data.get("pack") or {}).get("name", "")) in BUILTIN
    for document, pointer, node in policies(documents):
        name = text_of(node, "id")
        version = text_of(node, "version")
        if version and not _SEMVER.fullmatch(version):
            what = f"the version of {name or 'this requirement'} is {quoted(version)}"
            at = document.location((*pointer, "version"))
            tell("version", at, what, "Write three numbers: 1.0.0.", name)
        checks = [
            (place, f"{name}/{text_of(check, 'id')}", "check") for place, check in checks_of(pointer, node)
        ]
        for place, full, kind in [(pointer, name, "point"), *checks]:
            if full in retired:
                what = f"the id {quoted(full)[1:-1]} was retired in pack.yaml"
                fix = f"Give it a new one: waivers and history still mean the old {kind}."
                tell("retired_id", document.location((*place, "id")), what, fix, name)
        _law_words(data, document, pointer, node, name, tell)
        _parameters(document, pointer, node, name, tell)
        for place, check in checks_of(pointer, node):
            if not builtin:
                _fault_rule(document, place, check, name, tell)
            _braces(document, place, check, name, tell)


def _retired(head: Document | None) -> frozenset[str]:
    listed = child_of(head.root, "retired") if head is not None else None
    if listed is None or not isinstance(listed.value, list):
        return frozenset()
    return frozenset(item.value for item in listed.value if isinstance(item.value, str))


def _law_words(
    data: Mapping[str, Any], document: Document, pointer: Pointer, node: Node, name: str, tell: Tell
) -> None:
    timeline = text_of(node, "timeline")
    binds = child_of(node, "binds")
    duty = text_of(binds, "duty") if binds is not None else ""
    if timeline in ("", "undated") and duty in ("", "all"):
        return
    if (data.get("pack") or {}).get("name") == "eu-ai-act" and data.get("timeline"):  # brings them along
        timelines = timeline_rows(data["timeline"])
        duties = tuple((data.get("classification") or {}).get("duty_groups") or {})
    else:
        timelines, duties = law_words()
    if timeline and timeline not in (*timelines, "undated"):
        near = nearest(timeline, (*timelines, "undated"))
        what = f"timeline.yaml has no row {quoted(timeline)}"
        fix = f"Did you mean {near}?" if near else "Name the row of its articles, or `undated`."
        tell("unknown_timeline", document.location((*pointer, "timeline")), what, fix, name)
    if duty and duty not in (*duties, "all"):
        near = nearest(duty, (*duties, "all"))
        what = f"classification.yaml has no duty {quoted(duty)}, so this binds nobody"
        fix = f"Did you mean {near}?" if near else "Name one of its duty_groups, or `all`."
        tell("unknown_duty", document.location((*pointer, "binds", "duty")), what, fix, name)


def _parameters(document: Document, pointer: Pointer, node: Node, name: str, tell: Tell) -> None:
    listed = child_of(node, "parameters")
    if listed is None or not isinstance(listed.value, dict):
        return
    for key, parameter in listed.value.items():
        place = (*pointer, "parameters", key)
        default, low, high = (number_at(parameter, part) for part in ("default", "min", "max"))
        if low is not None and high is not None and low > high:
            what = f"{key} has the lower bound {low:g} above its upper bound {high:g}"
            fix = "Put the bounds in their order."
            tell("parameter", document.location((*place, "min")), what, fix, name)
        elif bound := _crossed(default, low, high):
            what = f"{key} is {default:g} unless set, which lies outside its {bound}"
            fix = "Move the default or the bound."
            tell("parameter", document.location((*place, "default")), what, fix, name)
        if text_of(parameter, "type") == "int":
            for part, value in (("default", default), ("min", low), ("max", high)):
                if value is not None and value != int(value):
                    what = f"{key} counts whole numbers; its {part} is {value:g}"
                    fix = "Write a whole number, or make it a float."
                    tell("parameter", document.location((*place, part)), what, fix, name)


def _crossed(value: float | None, low: float | None, high: float | None) -> str:
    """The bound outside which *value* lies, as `min, 1`; empty if it lies outside none."""
    if value is not None and low is not None and value < low:
        return f"min, {low:g}"
    if value is not None and high is not None and value > high:
        return f"max, {high:g}"
    return ""


def _fault_rule(document: Document, place: Pointer, check: Node, name: str, tell: Tell) -> None:
    rule = text_of(check, "faults")
    if not rule:
        return
    if rule not in fault_rules():
        near = nearest(rule, fault_rules())
        what = f"no source finds faults of the rule {quoted(rule)}, so the check passes always"
        fix = f"Did you mean {near}?" if near else "Say with `that` what has to hold."
        tell("unknown_faults", document.location((*place, "faults")), what, fix, name)


def _braces(document: Document, place: Pointer, check: Node, name: str, tell: Tell) -> None:
    for key in ("message", "missing", "fix"):
        text = text_of(check, key)
        rest = re.sub(HOLE, lambda found: " " * len(found[0]), text)
        found = re.search(r"\{[^{}]*\}?", rest)
        if found and not _is_path(found[0]):
            what = f"{quoted(found[0])} is no path, so it stands in the message as it is"
            fix = "Write a path, {it.id}, or take the braces out."
            tell("message_hole", document.location((*place, key)), what, fix, name, text, found.start())


def _is_path(hole: str) -> bool:
    try:
        parse_path(hole.strip("{}"))
    except PackError:
        return False
    return re.fullmatch(HOLE, hole) is not None
