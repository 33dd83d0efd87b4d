"""How the service records events, and a sample of what it wrote (Article 12)."""

from __future__ import annotations

from typing import Literal

from aiact_gate.model.fields import Claim, Key, Name, Person, Record, Strict, Text, TrackedFile


class Capture(Strict):
    """The code that writes events, in the serving path."""

    automatic: Claim
    written_by: TrackedFile
    tested_by: TrackedFile
    on_failure: Literal["block", "buffer", "degrade_and_alarm"]


class Sample(Strict):
    """A window of what the service wrote."""

    events: TrackedFile
    """JSON Lines, one event a line, as the service wrote it."""
    event_schema: TrackedFile
    """The JSON Schema that the team declares for an event."""
    decisions_counted_in: TrackedFile
    """JSON with `decisions_served`, counted by the service apart from the log."""
    window_because: Text
    """Why this window was taken."""


class EventType(Strict):
    """One kind of event, and what it is logged for."""

    id: Key
    purposes: list[
        Literal[
            "risk_situations", "substantial_modification", "post_market_monitoring", "operation_monitoring"
        ]
    ]
    meaning: Text


class DeployerAccess(Strict):
    """How a deployer gets at the log (Article 12(2)(c))."""

    export: Text
    format: Name


class Logging(Record):
    """What is logged, by what, and for what."""

    capture: Capture
    sample: Sample
    event_types: list[EventType]
    replay: TrackedFile | None = None
    """JSON that the replay of one logged case wrote: case, recorded and replayed output, model version."""
    deployer_access: DeployerAccess | None = None
    owner: Person | None = None
