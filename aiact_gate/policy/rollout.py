"""`rollout.yaml`, and what pack.yaml says about time: recalls, the days of versions and how long new checks only warn.

In come documents, out go plain data and faults at their lines; `model.rollout` makes values of them. What a roll-out means for one
repository on one day is judged in `judge.rollout`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import Document
from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.policy import GRACE_DAYS, is_article_5
from aiact_gate.policy.form import shaped
from aiact_gate.sources.shapes import nearest

RECALL_DAYS = 30


def rollout_data(document: Document, faults: list[PolicyFault]) -> dict[str, Any] | None:
    """The roll-out that *document* describes, or None if anything is wrong with it: then everything is enforced."""
    before = len(faults)
    rollout = shaped(document, "rollout", faults)
    seen: set[str] = set()
    for index, ring in enumerate(rollout.get("rings") or []):
        pointer: Pointer = ("rings", index)
        name = str(ring.get("name") or "")
        if name and name in seen:
            what = f"two rings are called {name}"
            _fault(document, (*pointer, "name"), "duplicate_ring", what, "Give each its own name.", faults)
        seen.add(name)
        if not ring.get("repositories") and not ring.get("topics"):
            what = f"the ring {name or index + 1} has neither repositories nor topics, so nothing fits it"
            fix = 'Name repositories (OWNER/NAME; "*" for all) or topics.'
            _fault(document, (*pointer, "name"), "empty_ring", what, fix, faults)
        _steps(document, pointer, name, ring.get("steps"), faults)
    rules = rollout.get("waivers") or {}
    for key, value in rules.items():
        if isinstance(value, int) and value < 1:
            what = f"{key} is {value}, below one"
            _fault(document, ("waivers", key), "negative", what, "Write a whole number from 1 up.", faults)
    return rollout if len(faults) == before else None


def _steps(document: Document, ring: Pointer, name: str, steps: Any, faults: list[PolicyFault]) -> None:
    if steps is None:
        return  # absent: said by the walk already
    if not steps:
        fix = "Give it one: {from: 2026-12-01, mode: observe}."
        _fault(document, (*ring, "steps"), "no_steps", f"the ring {name} has no step", fix, faults)
    last = ""
    for index, step in enumerate(steps):
        pointer = (*ring, "steps", index)
        since = str(step.get("from") or "")
        if since and last and since <= last:
            what = f"the step of {since} stands after the one of {last}"
            fix = "Order the steps by day, one a day."
            _fault(document, (*pointer, "from"), "steps_order", what, fix, faults)
        last = since or last
        kinds = step.get("kinds")
        if kinds is not None and not kinds:
            what = "the list of kinds is empty, so nothing would be enforced"
            fix = "Name kinds, or take `kinds` out: then all are enforced."
            _fault(document, (*pointer, "kinds"), "no_kinds", what, fix, faults)
        if kinds and step.get("mode") in ("observe", "warn"):
            what = f"kinds stand beside mode {step['mode']}, which enforces nothing"
            fix = "Take them out, or write mode: enforce."
            _fault(document, (*pointer, "kinds"), "idle_kinds", what, fix, faults)


def pack_data(document: Document, pack: Mapping[str, Any], faults: list[PolicyFault]) -> list[dict[str, Any]]:
    """The recalls of pack.yaml as plain data, with their lines; what is wrong with one takes it out."""
    found = []
    seen: set[str] = set()
    for index, recall in enumerate(pack.get("recalls") or []):
        pointer: Pointer = ("recalls", index)
        before = len(faults)
        if not isinstance(recall, dict):
            continue
        wanted = ("check", "reason", "issue", "approved_by", "from", "until")
        missing = [key for key in wanted if not recall.get(key)]
        if missing:
            name = recall.get("check") or f"number {index + 1}"
            what = f"the recall {name} has no {', no '.join(missing)}"
            fix = "Say which check, why, in which issue, who approved it, and from when until when."
            _fault(document, pointer, "recall_incomplete", what, fix, faults)
            continue
        _recall(document, pointer, recall, seen, faults)
        seen.add(str(recall["check"]))
        if len(faults) == before:
            place = document.location((*pointer, "check"))
            found.append({**{key: recall[key] for key in wanted}, "place": list(place[:5])})
    return found


def _recall(
    document: Document,
    pointer: Pointer,
    recall: Mapping[str, Any],
    seen: set[str],
    faults: list[PolicyFault],
) -> None:
    check = str(recall["check"])
    if "/" not in check:
        what = f"the recall names {check}, which is no check"
        fix = "Name one check: art9.5/accepted-by-another."
        _fault(document, (*pointer, "check"), "recall_check", what, fix, faults)
    if is_article_5(check):
        what = f"the recall names {check}, and Article 5 is never recalled"
        fix = "Take it out, and mend the check."
        _fault(document, (*pointer, "check"), "recall_article_5", what, fix, faults)
    if check in seen:
        fix = "Keep one; a recall isn't prolonged by another."
        _fault(document, (*pointer, "check"), "recall_twice", f"{check} is recalled twice", fix, faults)
    since, until = (datetime.date.fromisoformat(str(recall[key])) for key in ("from", "until"))
    if until < since or (until - since).days > RECALL_DAYS:
        what = f"the recall of {check} runs from {since} to {until}; at most {RECALL_DAYS} days are possible"
        fix = f"Let it end by {since + datetime.timedelta(days=RECALL_DAYS)}."
        _fault(document, (*pointer, "until"), "recall_days", what, fix, faults)


def with_grace(
    requirements: Sequence[dict[str, Any]], pack: Mapping[str, Any], faults: list[PolicyFault]
) -> None:
    """Give each check of *requirements* that is new in a version the last day on which it only warns."""
    days = dict(pack.get("history") or {})
    if pack.get("version"):
        days[str(pack["version"])] = str(pack.get("introduced") or "")
    for requirement in requirements:
        for check in requirement["checks"]:
            place = check.pop("new_place", None)
            if not check.get("new_in"):
                continue
            version = str(check["new_in"])
            day = str(days.get(version) or "")
            if version not in days:
                near = nearest(version, days)
                what = f"new_in is {version}, which is no version of this pack"
                fix = f"Did you mean {near}?" if near else "Write pack.yaml's version, or add it to history."
                faults.append(PolicyFault(Location(*place), "unknown_version", what, fix, requirement["id"]))
            elif day:
                until = datetime.date.fromisoformat(day) + datetime.timedelta(days=GRACE_DAYS)
                check["warns_until"] = until.isoformat()


def _fault(
    document: Document, pointer: Pointer, rule: str, message: str, fix: str, faults: list[PolicyFault]
) -> None:
    faults.append(PolicyFault(document.location(pointer), rule, message, fix))
