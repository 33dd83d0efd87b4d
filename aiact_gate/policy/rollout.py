"""`rollout.yaml`, and the recalls of pack.yaml.

In come documents, out go plain data and faults at their lines; `model.rollout` makes values of them. What a roll-out means for one
repository on one day is judged in `judge.rollout`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from aiact_gate.lint.faults import Place
from aiact_gate.model.policy import is_article_5
from aiact_gate.policy.form import shaped

RECALL_DAYS = 30


def rollout_data(place: Place) -> dict[str, Any] | None:
    """The roll-out that the document of *place* describes, or None if anything is wrong with it: then everything is enforced."""
    before = len(place.faults)
    rollout = shaped(place, "rollout")
    seen: set[str] = set()
    for index, ring in enumerate(rollout.get("rings") or []):
        here = place.below("rings", index)
        name = str(ring.get("name") or "")
        if name and name in seen:
            what = f"two rings are called {name}"
            here.fault("duplicate_ring", ("name",), what, "Give each its own name.")
        seen.add(name)
        if not ring.get("repositories") and not ring.get("topics"):
            what = f"the ring {name or index + 1} has neither repositories nor topics, so nothing fits it"
            fix = 'Name repositories (OWNER/NAME; "*" for all) or topics.'
            here.fault("empty_ring", ("name",), what, fix)
        ring["profile"] = ring.get("profile") or ""
        _steps(here, name, ring.get("steps"))
    rollout["waivers"] = rollout.get("waivers") or {}
    for key, value in rollout["waivers"].items():
        if isinstance(value, int) and value < 1:
            what = f"{key} is {value}, below one"
            place.fault("negative", ("waivers", key), what, "Write a whole number from 1 up.")
    return rollout if len(place.faults) == before else None


def _steps(ring: Place, name: str, steps: Any) -> None:
    if steps is None:
        return  # absent: said by the walk already
    if not steps:
        fix = "Give it one: {from: 2026-12-01, mode: observe}."
        ring.fault("no_steps", ("steps",), f"the ring {name} has no step", fix)
    last = ""
    for index, step in enumerate(steps):
        here = ring.below("steps", index)
        since = str(step.get("from") or "")
        if since and last and since <= last:
            what = f"the step of {since} stands after the one of {last}"
            here.fault("steps_order", ("from",), what, "Order the steps by day, one a day.")
        last = since or last
        kinds = step.get("kinds")
        if kinds is not None and not kinds:
            what = "the list of kinds is empty, so nothing would be enforced"
            here.fault(
                "no_kinds", ("kinds",), what, "Name kinds, or take `kinds` out: then all are enforced."
            )
        if kinds and step.get("mode") in ("observe", "warn"):
            what = f"kinds stand beside mode {step['mode']}, which enforces nothing"
            here.fault("idle_kinds", ("kinds",), what, "Take them out, or write mode: enforce.")
        step |= {"since": since, "kinds": kinds or []}


_OF_A_RECALL = ("check", "reason", "issue", "approved_by", "from", "until")


def recalls_data(place: Place, pack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The recalls of pack.yaml as plain data, with their lines; what is wrong with one takes it out."""
    found = []
    seen: set[str] = set()
    for index, recall in enumerate(pack.get("recalls") or []):
        here = place.below("recalls", index)
        before = len(place.faults)
        missing = [key for key in _OF_A_RECALL if not recall.get(key)]
        if missing:
            what = f"the recall {recall.get('check') or f'number {index + 1}'} has no {', no '.join(missing)}"
            fix = "Say which check, why, in which issue, who approved it, and from when until when."
            here.fault("recall_incomplete", (), what, fix)
            continue
        _recall(here, recall, seen)
        seen.add(str(recall["check"]))
        if len(place.faults) == before:
            at = place.document.location((*here.pointer, "check"))._replace(pointer=())
            found.append({**recall, "since": recall["from"], "place": at._asdict()})
    return found


def _recall(place: Place, recall: Mapping[str, Any], seen: set[str]) -> None:
    check = str(recall["check"])
    if "/" not in check:
        what = f"the recall names {check}, which is no check"
        place.fault("recall_check", ("check",), what, "Name one check: art9.5/accepted-by-another.")
    if is_article_5(check):
        what = f"the recall names {check}, and Article 5 is never recalled"
        place.fault("recall_article_5", ("check",), what, "Take it out, and mend the check.")
    if check in seen:
        fix = "Keep one; a recall isn't prolonged by another."
        place.fault("recall_twice", ("check",), f"{check} is recalled twice", fix)
    since, until = (datetime.date.fromisoformat(str(recall[key])) for key in ("from", "until"))
    if until < since or (until - since).days > RECALL_DAYS:
        what = f"the recall of {check} runs from {since} to {until}; at most {RECALL_DAYS} days are possible"
        fix = f"Let it end by {since + datetime.timedelta(days=RECALL_DAYS)}."
        place.fault("recall_days", ("until",), what, fix)
