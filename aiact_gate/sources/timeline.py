"""One order of times: commit, start of the run, lock, drills, and nothing after the tree that is judged.

Each finding names both statements. Ten minutes and the zones of the earth are granted; of a commit the earlier of its times
counts where it comes before something, since a rebase moves the later one, and the later one where nothing may come after it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.sources.events import moment
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.snapshot import Snapshot

Moment = datetime.datetime

GRACE = datetime.timedelta(minutes=10)
_WESTERNMOST = datetime.timedelta(hours=12)
_FIX = "See which clock or line is wrong; then: aiact-gate collect"


def timeline_faults(
    snapshot: Snapshot, lock: Lock | None, system: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    """A fault for each two times of which one can't come before the other. What has no time with its zone isn't judged."""
    block = lock.systems.get(system["id"]) if lock is not None else None
    mlflow = (block.get("mlflow") if isinstance(block, dict) else None) or {}
    run = mlflow.get("run") if isinstance(mlflow, dict) else None
    run = run if isinstance(run, dict) else {}
    said = list(_statements(lock, system, mlflow, run, evidence))
    until = _until(snapshot, str(evidence.data["as_of"]))
    for what, at, place, pointer in said:
        if at > until + GRACE:
            message = f"{what} on {_shown(at)}; what is judged here is of {_shown(until)} at the latest."
            yield Fault("timeline", "contradicted", place, message, _FIX, pointer)
    yield from _of_run(snapshot, lock, mlflow, run, evidence)


def _statements(
    lock: Lock | None,
    system: Mapping[str, Any],
    mlflow: Mapping[str, Any],
    run: Mapping[str, Any],
    evidence: Evidence,
) -> Iterator[tuple[str, Moment, Location, Pointer]]:
    """(who says what happened, when, where it is said) for everything that can't lie after this tree."""
    if lock is not None and (collected := _day(lock.collected)) is not None:
        yield "aiact.lock was collected", collected, lock.document.location(("collected",)), ()
    started = moment(run.get("started_at"))
    if started is not None:
        pointer: Pointer = ("mlflow", "run", "started_at")
        yield f"Run {_short(run)} began", started, evidence.locate(pointer), pointer
    for index, drill in enumerate(mlflow.get("drills") or []):
        began = moment(drill.get("started_at")) if isinstance(drill, dict) else None
        if began is not None:
            pointer = ("mlflow", "drills", index)
            yield f"Drill {_short(drill)} began", began, evidence.locate(pointer), pointer
    last = _last_event(evidence)
    if last is not None:
        index, at = last
        pointer = ("event_log", "events", index)
        yield "An event happened", at, evidence.locate(pointer), pointer


def _of_run(
    snapshot: Snapshot,
    lock: Lock | None,
    mlflow: Mapping[str, Any],
    run: Mapping[str, Any],
    evidence: Evidence,
) -> Iterator[Fault]:
    """Commit, run, drill, lock: each no later than the next."""
    started = moment(run.get("started_at"))
    if lock is None or started is None:
        return
    at: Pointer = ("mlflow", "run", "started_at")
    place, began = evidence.locate(at), f"Run {_short(run)} began on {_shown(started)}"
    collected = _day(lock.collected)
    if collected is not None and started > collected + datetime.timedelta(days=1) + _WESTERNMOST + GRACE:
        yield _before(place, f"{began}; aiact.lock says that it was collected on {lock.collected}.", at)
    commit = str(run.get("source_commit") or "")
    times = snapshot.commit_times(commit)
    if times is not None and min(times) > started + GRACE:
        yield _before(
            place, f"{began}, from commit {commit[:7]}, which was written on {_shown(min(times))}.", at
        )
    for index, drill in enumerate(mlflow.get("drills") or []):
        drilled = moment(drill.get("started_at")) if isinstance(drill, dict) else None
        if drilled is not None and drilled + GRACE < started:
            pointer: Pointer = ("mlflow", "drills", index)
            what = f"Drill {_short(drill)} of this model version began on {_shown(drilled)}. {began}."
            yield _before(evidence.locate(pointer), what, pointer)
    last = _last_event(evidence)
    if last is not None and evidence.data["event_log"]["bound"] and last[1] + GRACE < started:
        pointer = ("event_log", "events", last[0])
        what = f"The last event that a drill of this model version logged is of {_shown(last[1])}. {began}."
        yield _before(evidence.locate(pointer), what, pointer)


def _before(place: Location, what: str, pointer: Pointer) -> Fault:
    return Fault("timeline", "contradicted", place, what, _FIX, pointer)


def _until(snapshot: Snapshot, as_of: str) -> Moment:
    """The latest moment that what is judged can speak of."""
    day = _day(as_of)
    assert day is not None
    found = [day + datetime.timedelta(days=1) + _WESTERNMOST]
    times = snapshot.commit_times(snapshot.subject.revision or "")
    if times is not None:
        found += times
    if times is None or snapshot.subject.dirty:
        # What nobody has committed yet is of today, however early the day of `--as-of` is.
        found.append(datetime.datetime.now(datetime.UTC))
    return max(found)


def _last_event(evidence: Evidence) -> tuple[int, Moment] | None:
    events = (evidence.data.get("event_log") or {}).get("events") or []
    times = [
        (at, index) for index, event in enumerate(events) if (at := moment(event.get("time"))) is not None
    ]
    if not times:
        return None
    at, index = max(times)
    return index, at


def _day(text: str) -> Moment | None:
    """The beginning of the day *text* in UTC."""
    try:
        return datetime.datetime.combine(
            datetime.date.fromisoformat(text[:10]), datetime.time(), datetime.UTC
        )
    except ValueError:
        return None


def _shown(at: Moment) -> str:
    return f"{at.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"


def _short(run: Mapping[str, Any]) -> str:
    return str(run.get("id"))[:7]
