"""The event log sample and what the service wrote beside it: JSON Lines with their lines, stops, counts, a replay."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate.documents.json import parse_json, parse_json_lines
from aiact_gate.model.errors import AiactError, DocumentError, NotAtHand
from aiact_gate.model.evidence import Absent, Evidence, Fault, Unknown
from aiact_gate.model.location import Location, Pointer
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

if TYPE_CHECKING:
    from aiact_gate.documents.conformance import Misfit

MAX_SCHEMA_FAULTS = 20
MENDED = "is one file whose patterns and references take no time"


class LinePlaces:
    """Where the rows of a JSON Lines file stand, and the stops that were seen in it."""

    def __init__(self, path: str, lines: list[int], stops: list[int] | None = None) -> None:
        self._path = path
        self._lines = {"events": lines, "stops": stops or []}

    def location(self, pointer: Pointer = ()) -> Location:
        lines = self._lines.get(str(pointer[0]), []) if pointer else []
        if len(pointer) > 1 and isinstance(pointer[1], int) and pointer[1] < len(lines):
            return Location(self._path, lines[pointer[1]], 1, pointer=pointer)
        return Location(self._path, 1, 1, pointer=pointer)


def attach_events(snapshot: Snapshot, manifest: Manifest, evidence: Evidence, with_replay: bool) -> None:
    """Give *evidence* the names `event_log` and `replay`, from where the record `logging` points."""
    logging = evidence.data.get("logging")
    if logging is None:
        for name in ("event_log", "replay"):
            waiting = evidence.absent.get("logging")
            if waiting is not None:
                evidence.absent[name] = Absent(name, waiting.fault, waiting.unreadable)
        return
    sample = logging.get("sample") or {}
    try:
        _event_log(snapshot, manifest, sample, evidence)
    except AiactError as error:
        _unreadable(evidence, "event_log", error, ("logging", "sample", "events"))
    if not with_replay:
        return
    if not logging.get("replay"):
        place = evidence.places["logging"].location(("replay",))
        what = "No replay of a logged case is named."
        fix = "Replay one case and name its JSON under `replay`."
        fault = Fault("replay_missing", "missing", place, what, fix, ("logging", "replay"))
        evidence.leave_out("replay", fault)
        return
    try:
        _replay(snapshot, manifest, str(logging["replay"]), evidence)
    except AiactError as error:
        _unreadable(evidence, "replay", error, ("logging", "replay"))


def _event_log(snapshot: Snapshot, manifest: Manifest, sample: Mapping[str, Any], evidence: Evidence) -> None:
    pointer = ("logging", "sample", "events")
    if not sample.get("events"):
        place = evidence.places["logging"].location(("sample", "events"))
        what = "No sample of the event log is named."
        fix = "Commit a window of what the service wrote, as JSON Lines."
        evidence.leave_out("event_log", Fault("events_missing", "missing", place, what, fix, pointer))
        return
    path = manifest.repository_path(str(sample["events"]))
    data = snapshot.read(path)
    rows = parse_json_lines(data, path)
    if not rows:
        what = "The sample of the event log is empty."
        fix = "Commit a window in which the service served."
        fault = Fault("events_missing", "missing", Location(path), what, fix, pointer)
        evidence.leave_out("event_log", fault)
        return
    for line, event in rows:
        if not isinstance(event, dict):
            raise DocumentError(
                "an event that is no group of keys", "Write one JSON object a line.", Location(path, line)
            )
    events = [event for _, event in rows]
    lines = [line for line, _ in rows]
    stopped = [
        line for line, event in zip(lines, events, strict=True) if event.get("type") == "emergency_stop"
    ]
    evidence.places["event_log"] = LinePlaces(path, lines, stopped)
    served = _served(snapshot, manifest, sample, evidence)
    faults = _schema_faults(snapshot, manifest, sample, EventLines(path, events, lines), evidence)
    evidence.faults += faults
    digest = hashlib.sha256(data).hexdigest()
    predictions = [event for event in events if event.get("type") == "prediction"]
    evidence.data["event_log"] = {
        "path": path,
        "sha256": digest,
        "bound": _bound(evidence, digest),
        "events": events,
        "predictions": len(predictions),
        "decisions_served": served,
        "schema_faults": len(faults),
        "stops": _stops(events, _limit(evidence)),
        "types": sorted({str(event.get("type")) for event in events}),
    }


def _served(snapshot: Snapshot, manifest: Manifest, sample: Mapping[str, Any], evidence: Evidence) -> int:
    path = manifest.repository_path(str(sample.get("decisions_counted_in") or ""))
    if not sample.get("decisions_counted_in") or not snapshot.has(path):
        return -1
    try:
        counted = parse_json(snapshot.read(path), path)
    except AiactError as error:
        place = error.location or Location(path)
        what = f"{path.rpartition('/')[2]} can't be read: {error.what}."
        pointer = ("logging", "sample", "decisions_counted_in")
        evidence.faults.append(Fault("unreadable", "malformed", place, what, error.fix, pointer))
        return -1
    value = counted.get("decisions_served") if isinstance(counted, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


class EventLines(NamedTuple):
    """The events of a sample and the lines they stand at."""

    path: str
    events: list[Any]
    lines: list[int]


def _schema_faults(
    snapshot: Snapshot, manifest: Manifest, sample: Mapping[str, Any], log: EventLines, evidence: Evidence
) -> list[Fault]:
    """A fault for each event that doesn't fit the team's own schema, at most 20; whether some do may stay unknown."""
    declared = str(sample.get("event_schema") or "")
    schema_path = manifest.repository_path(declared)
    if not declared or not snapshot.has(schema_path):
        return []
    try:
        schema = parse_json(snapshot.read(schema_path), schema_path)
    except AiactError as error:
        place = error.location or Location(schema_path)
        return [_schema_fault(place, f"{declared} can't be read: {error.what}.", error.fix)]
    from aiact_gate.documents.conformance import Conformance, Undecided, Unusable

    found: list[Fault] = []
    try:
        if not isinstance(schema, dict):
            raise Unusable(())
        conformance = Conformance(schema)
        for index, event in enumerate(log.events):
            found += [_misfit(wrong, declared, log, index) for wrong in conformance.misfits(event)[:1]]
            if len(found) >= MAX_SCHEMA_FAULTS:
                break
    except Unusable:
        what = f"{declared} is no usable JSON Schema."
        return [_schema_fault(Location(schema_path), what, "Mend it; aiact-gate reads draft 2020-12.")]
    except Undecided as error:
        unknown = Unknown(f"{declared} {error}", f"aiact-gate check, once {declared} {MENDED}")
        evidence.undetermined["event_schema"] = unknown
        evidence.unknowns[("logging", "sample", "event_schema")] = unknown
        evidence.unknowns[("event_log", "schema_faults")] = unknown
    return found


def _misfit(wrong: Misfit, declared: str, log: EventLines, index: int) -> Fault:
    where = "/".join(str(step) for step in wrong.pointer)
    return Fault(
        "event_schema",
        "malformed",
        Location(log.path, log.lines[index], 1),
        f"This event doesn't fit {declared}{' at ' + where if where else ''}: {wrong.keyword} fails.",
        "Let the service write what its schema declares.",
        ("event_log", "events", index),
    )


def _schema_fault(place: Location, what: str, fix: str) -> Fault:
    return Fault("event_schema", "malformed", place, what, fix, ("logging", "sample", "event_schema"))


def _limit(evidence: Evidence) -> float:
    stop = (evidence.data.get("human_oversight") or {}).get("stop") or {}
    limit = stop.get("limit_seconds")
    return float(limit) if isinstance(limit, (int, float)) else 0.0


_ENDS_A_STOP = ("restart", "emergency_stop")


def _stops(events: list[dict[str, Any]], limit: float) -> list[dict[str, Any]]:
    """Each stop in *events*, with what left the system after it."""
    stops = []
    for index, event in enumerate(events):
        if event.get("type") != "emergency_stop":
            continue
        start = moment(event.get("time"))
        until = (at for at in range(index + 1, len(events)) if events[at].get("type") in _ENDS_A_STOP)
        end = next(until, len(events))
        restart = events[end] if end < len(events) else None
        still = events[index + 1 : end]
        gone = [moment(later.get("time")) for later in still if later.get("type") == "prediction"]
        waits = [(at - start).total_seconds() for at in gone if at is not None and start is not None]
        undated = len(gone) - len(waits)
        approved = (
            restart.get("approved_by") if restart is not None and restart.get("type") == "restart" else None
        )
        stops.append(
            {
                "at": str(event.get("time") or ""),
                "actor": str(event.get("actor") or ""),
                "reason": str(event.get("reason") or ""),
                "predictions_after": sum(wait > limit for wait in waits) + undated,
                "last_prediction_seconds": max(waits, default=0.0),
                "refused": sum(later.get("type") in ("refused", "request_refused") for later in still),
                "restart_approved_by": str(approved or ""),
            }
        )
    return stops


def moment(text: Any) -> datetime.datetime | None:
    """The moment that an RFC 3339 time with offset names, or None."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _replay(snapshot: Snapshot, manifest: Manifest, named: str, evidence: Evidence) -> None:
    path = manifest.repository_path(named)
    data = snapshot.read(path)
    value = parse_json(data, path)
    if not isinstance(value, dict):
        fix = "Write case_id, model_version, recorded_output, replayed_output."
        raise DocumentError("the replay is no group of keys", fix, Location(path))
    case, recorded = value.get("case_id"), value.get("recorded_output")
    events = (evidence.data.get("event_log") or {}).get("events", [])
    logged = any(
        event.get("case_id") == case and event.get("output") == recorded
        for event in events
        if event.get("type") == "prediction"
    )
    evidence.places["replay"] = LinePlaces(path, [])
    evidence.data["replay"] = {
        "path": path,
        "case_id": str(case or ""),
        "model_version": str(value.get("model_version") or ""),
        "recorded_output": _text(recorded),
        "replayed_output": _text(value.get("replayed_output")),
        "in_log": logged,
        "bound": _bound(evidence, hashlib.sha256(data).hexdigest()),
    }


def _text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _bound(evidence: Evidence, digest: str) -> bool:
    """Whether a finished drill run of the released model version logged this digest."""
    mlflow = evidence.data.get("mlflow") or {}
    for drill in mlflow.get("drills", []):
        if drill.get("status") == "FINISHED" and drill.get("model_version") == mlflow.get("version"):
            if any(
                key.startswith("aiact.sha256.") and value == digest
                for key, value in (drill.get("params") or {}).items()
            ):
                return True
    return False


def _unreadable(evidence: Evidence, name: str, error: AiactError, pointer: Pointer) -> None:
    if isinstance(error, NotAtHand):
        evidence.not_at_hand((name,), error)
        return
    place = error.location or evidence.places["logging"].location(pointer[1:])
    fault = Fault(
        "unreadable", "malformed", place, f"{error.what[:1].upper()}{error.what[1:]}.", error.fix, pointer
    )
    evidence.leave_out(name, fault, unreadable=True)
