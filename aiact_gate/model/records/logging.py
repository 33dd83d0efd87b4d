"""How the service records events, and a sample of what it wrote (Article 12)."""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import Claim, Key, Name, Person, Record, Strict, Text, TrackedFile, easier


class Capture(Strict):
    """The code that writes events, in the serving path."""

    automatic: Claim
    """Whether events are recorded without anybody doing anything (Article 12(1))."""
    written_by: TrackedFile
    """The file of this repository that writes the events, in the serving path (Article 12(1)).
    Example: serve.py"""
    tested_by: TrackedFile
    """The file of this repository that tests the writing of events.
    Example: tests/test_service.py"""
    on_failure: Annotated[
        Literal["block", "buffer", "degrade_and_alarm"], easier(["degrade_and_alarm", "buffer", "block"])
    ]
    """What the service does if an event can't be written; degrade_and_alarm: go on with less, and alarm
    somebody."""


class Sample(Strict):
    """A window of what the service wrote."""

    events: TrackedFile
    """The file with a window of the log as the service wrote it: JSON Lines, one event a line (Article
    12(1)).
    Example: compliance/evidence/events.jsonl"""
    event_schema: TrackedFile
    """The file with the JSON Schema that each event follows.
    Example: compliance/evidence/event.schema.json"""
    decisions_counted_in: TrackedFile
    """The JSON file with `decisions_served`, which the service counts apart from the log.
    Example: compliance/evidence/decisions.json"""
    window_because: Text
    """The reason why this window of the log was taken.
    Example: One whole drill with traffic, reviews, overrides, a stop and a restart."""


class EventType(Strict):
    """One kind of event, and what it is logged for."""

    id: Key
    """The word by which the log names this kind of event.
    Example: prediction"""
    purposes: list[
        Literal[
            "risk_situations", "substantial_modification", "post_market_monitoring", "operation_monitoring"
        ]
    ]
    """The purposes that the event serves: finding risks or substantial changes, monitoring after
    release, or operation (Article 12(2))."""
    meaning: Text
    """The occasion on which the event is written, and what it holds (Article 12(2)).
    Example: A score left the service, with case, output and confidence."""


class DeployerAccess(Strict):
    """How a deployer gets at the log (Article 12(2)(c))."""

    export: Text
    """How a deployer takes the log out of the system (Articles 12(2)(c) and 13(3)(f)).
    Example: The command `serve.py export FOLDER` copies the log to the deployer's archive."""
    format: Name
    """The form of the exported log.
    Example: JSON Lines, UTF-8, one event a line"""


class Logging(Record):
    """What is logged, by what, and for what."""

    capture: Capture
    """How events are written, and what happens if that fails (Article 12(1))."""
    sample: Sample
    """A window of the log as the service wrote it, and how to check it (Article 12(1))."""
    event_types: list[EventType]
    """One block for each kind of event that the log holds (Article 12(2))."""
    replay: TrackedFile | None = None
    """The JSON file that the replay of one logged case wrote: case, recorded and replayed output, model
    version.
    Example: compliance/evidence/replay.json"""
    deployer_access: DeployerAccess | None = None
    """How a deployer gets at the log (Article 12(2)(c))."""
    owner: Person | None = None
    """The person who answers for the log.
    Example: it-operations@example.org"""
