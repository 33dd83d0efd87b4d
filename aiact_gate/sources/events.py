"""The event log sample and what the service wrote beside it: JSON Lines with their lines, stops, counts, a replay."""

from __future__ import annotations

import datetime
import hashlib
import math
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aiact_gate.documents.json import NOTHING, parse_json, parse_json_line
from aiact_gate.model.errors import AiactError, DocumentError, NotAtHand
from aiact_gate.model.evidence import Absent, Evidence, Fault, Unknown
from aiact_gate.model.location import Location, Pointer
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

if TYPE_CHECKING:
    from aiact_gate.documents.conformance import Misfit

MAX_SCHEMA_FAULTS = 20
MOST = 20_000
"""Events that are judged one by one; of a longer log what counts and sums it is judged."""
MOST_STOPS = 50_000
MOST_TYPES = 1_000
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


def attach_events(
    snapshot: Snapshot, manifest: Manifest, evidence: Evidence, with_replay: bool, seconds: float
) -> float:
    """Give *evidence* the names `event_log` and `replay`, from where the record `logging` points.

    What is left of *seconds*, which a run has for the patterns of a team's own event schema.
    """
    logging = evidence.data.get("logging")
    if logging is None:
        for name in ("event_log", "replay"):
            waiting = evidence.absent.get("logging")
            if waiting is not None:
                evidence.absent[name] = Absent(name, waiting.fault, waiting.unreadable)
        return seconds
    sample = logging.get("sample") or {}
    try:
        seconds = _event_log(snapshot, manifest, sample, evidence, seconds)
    except AiactError as error:
        _unreadable(evidence, "event_log", error, ("logging", "sample", "events"))
    if not with_replay:
        return seconds
    if not logging.get("replay"):
        place = evidence.places["logging"].location(("replay",))
        what = "No replay of a logged case is named."
        fix = "Replay one case and name its JSON under `replay`."
        fault = Fault("replay_missing", "missing", place, what, fix, ("logging", "replay"))
        evidence.leave_out("replay", fault)
        return seconds
    try:
        _replay(snapshot, manifest, str(logging["replay"]), evidence)
    except AiactError as error:
        _unreadable(evidence, "replay", error, ("logging", "replay"))
    return seconds


def _event_log(
    snapshot: Snapshot, manifest: Manifest, sample: Mapping[str, Any], evidence: Evidence, seconds: float
) -> float:
    pointer = ("logging", "sample", "events")
    if not sample.get("events"):
        place = evidence.places["logging"].location(("sample", "events"))
        what = "No sample of the event log is named."
        fix = "Commit a window of what the service wrote, as JSON Lines."
        evidence.leave_out("event_log", Fault("events_missing", "missing", place, what, fix, pointer))
        return seconds
    path = manifest.repository_path(str(sample["events"]))
    schema = _EventSchema(snapshot, manifest, sample, path, seconds)
    log = _Log(path, _limit(evidence))
    for line, event in _events(snapshot, path, log.hash):
        log.take(line, event)
        schema.look(line, event, log.number - 1)
    if not log.number:
        what = "The sample of the event log is empty."
        fix = "Commit a window in which the service served."
        fault = Fault("events_missing", "missing", Location(path), what, fix, pointer)
        evidence.leave_out("event_log", fault)
        return seconds
    evidence.places["event_log"] = LinePlaces(path, log.lines, [line for line, _ in log.stops])
    evidence.faults += schema.faults
    if schema.unknown is not None:
        evidence.undetermined["event_schema"] = schema.unknown
        evidence.unknowns[("logging", "sample", "event_schema")] = schema.unknown
        evidence.unknowns[("event_log", "schema_faults")] = schema.unknown
    if log.is_long:
        window = f"aiact-gate check, once logging.sample.events names a window of at most {MOST:,} events"
        unknown = Unknown(
            f"{path} holds {log.number:,} events; at most {MOST:,} are judged one by one", window
        )
        evidence.unknowns[("event_log", "events")] = unknown
        if len(log.stops) == MOST_STOPS:
            evidence.unknowns[("event_log", "stops")] = unknown
    digest = log.hash.hexdigest()
    evidence.data["event_log"] = {
        "path": path,
        "sha256": digest,
        "bound": _bound(evidence, digest),
        "events": log.events,
        "predictions": log.predictions,
        "decisions_served": _served(snapshot, manifest, sample, evidence),
        "schema_faults": len(schema.faults),
        "stops": [stop for _, stop in log.stops],
        "types": sorted(log.types),
    }
    return schema.seconds


def _events(snapshot: Snapshot, path: str, digest: Any = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, event) for each event of the log at *path*, one at a time; *digest* takes its bytes.

    Raises:
        SnapshotError, DocumentError: it can't be read; a line that is no event.
    """
    for line, data in enumerate(snapshot.lines(path), start=1):
        if digest is not None:
            digest.update(data)
        event = parse_json_line(data, path, line)
        if isinstance(event, dict):
            yield line, event
        elif event is not NOTHING:
            what = "an event that is no group of keys"
            raise DocumentError(what, "Write one JSON object a line.", Location(path, line))


_ENDS_A_STOP = ("restart", "emergency_stop")


class _Log:
    """What is kept of a log that is read event by event."""

    def __init__(self, path: str, limit: float) -> None:
        self.path = path
        self.hash = hashlib.sha256()
        self.number = 0
        self.predictions = 0
        self.events: list[dict[str, Any]] = []
        self.lines: list[int] = []
        self.types: set[str] = set()
        self.stops: list[tuple[int, dict[str, Any]]] = []
        """Line of each stop, and what left the system after it."""
        self._limit = limit
        self._start: datetime.datetime | None = None
        self._is_stopped = False
        self._last = -math.inf

    @property
    def is_long(self) -> bool:
        return self.number > MOST

    def take(self, line: int, event: dict[str, Any]) -> None:
        """Count one more event."""
        self.number += 1
        if self.number <= MOST:
            self.events.append(event)
            self.lines.append(line)
        elif self.events:
            self.events, self.lines = [], []  # too many to judge one by one: none is
        kind = str(event.get("type"))
        self.types.add(kind)
        if len(self.types) > MOST_TYPES:
            what = f"more than {MOST_TYPES:,} types of events"
            raise DocumentError(what, "Let `type` say of which kind an event is.", Location(self.path, line))
        self.predictions += kind == "prediction"
        if kind in _ENDS_A_STOP:
            self._end(event if kind == "restart" else {})
        if kind == "emergency_stop" and len(self.stops) < MOST_STOPS:
            self._stop(line, event)
        elif self._is_stopped:
            self._while_stopped(kind, event)

    def _stop(self, line: int, event: dict[str, Any]) -> None:
        self._start, self._is_stopped, self._last = moment(event.get("time")), True, -math.inf
        stop = {
            "at": str(event.get("time") or ""),
            "actor": str(event.get("actor") or ""),
            "reason": str(event.get("reason") or ""),
            "predictions_after": 0,
            "last_prediction_seconds": 0.0,
            "refused": 0,
            "restart_approved_by": "",
        }
        self.stops.append((line, stop))

    def _while_stopped(self, kind: str, event: dict[str, Any]) -> None:
        stop = self.stops[-1][1]
        if kind == "prediction":
            at = moment(event.get("time"))
            wait = (at - self._start).total_seconds() if at is not None and self._start is not None else None
            if wait is not None:
                self._last = max(self._last, wait)
                stop["last_prediction_seconds"] = self._last
            stop["predictions_after"] += wait is None or wait > self._limit
        stop["refused"] += kind in ("refused", "request_refused")

    def _end(self, restart: dict[str, Any]) -> None:
        if self._is_stopped:
            self._is_stopped = False
            self.stops[-1][1]["restart_approved_by"] = str(restart.get("approved_by") or "")


class _EventSchema:
    """The team's own schema, held against each event: at most 20 faults, and for a whole run at most some seconds."""

    def __init__(
        self, snapshot: Snapshot, manifest: Manifest, sample: Mapping[str, Any], log: str, seconds: float
    ) -> None:
        self.faults: list[Fault] = []
        self.unknown: Unknown | None = None
        self.seconds = seconds
        self._log = log
        self._declared = str(sample.get("event_schema") or "")
        self._path = manifest.repository_path(self._declared)
        self._conformance: Any = None
        if not self._declared or not snapshot.has(self._path):
            return
        try:
            schema = parse_json(snapshot.read(self._path), self._path)
        except AiactError as error:
            self._fault(
                error.location or Location(self._path),
                f"{self._declared} can't be read: {error.what}.",
                error.fix,
            )
            return
        from aiact_gate.documents.conformance import Conformance, Undecided, Unusable

        try:
            if not isinstance(schema, dict):
                raise Unusable(())
            self._conformance = Conformance(schema)
        except Unusable:
            what = f"{self._declared} is no usable JSON Schema."
            self._fault(Location(self._path), what, "Mend it; aiact-gate reads draft 2020-12.")
        except Undecided as error:
            self._give_up(str(error))

    def look(self, line: int, event: dict[str, Any], index: int) -> None:
        """Hold *event* against the schema, while there is one and time is left."""
        if self._conformance is None:
            return
        from aiact_gate.documents.conformance import Undecided

        begun = time.perf_counter()
        try:
            for wrong in self._conformance.misfits(event)[:1]:
                self.faults.append(self._misfit(wrong, line, index))
        except Undecided as error:
            self._give_up(str(error))
        self.seconds -= time.perf_counter() - begun
        if len(self.faults) >= MAX_SCHEMA_FAULTS:
            self._conformance = None
        elif self.seconds < 0:
            self._give_up("has patterns that take too long on what stands in the logs of this run")

    def _give_up(self, why: str) -> None:
        self._conformance = None
        self.unknown = Unknown(f"{self._declared} {why}", f"aiact-gate check, once {self._declared} {MENDED}")

    def _misfit(self, wrong: Misfit, line: int, index: int) -> Fault:
        where = "/".join(str(step) for step in wrong.pointer)
        return Fault(
            "event_schema",
            "malformed",
            Location(self._log, line, 1),
            f"This event doesn't fit {self._declared}{' at ' + where if where else ''}: {wrong.keyword} fails.",
            "Let the service write what its schema declares.",
            ("event_log", "events", index),
        )

    def _fault(self, place: Location, what: str, fix: str) -> None:
        self.faults.append(
            Fault("event_schema", "malformed", place, what, fix, ("logging", "sample", "event_schema"))
        )


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


def _limit(evidence: Evidence) -> float:
    stop = (evidence.data.get("human_oversight") or {}).get("stop") or {}
    limit = stop.get("limit_seconds")
    return float(limit) if isinstance(limit, (int, float)) else 0.0


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
    log = evidence.data.get("event_log")
    events = log["events"] or (event for _, event in _events(snapshot, log["path"])) if log else ()
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
