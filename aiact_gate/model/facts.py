"""What the gate itself computes, as conditions see it. A record may not bring any of it along.

`x-is` says what a pass that reads a field is worth: `measured` (computed here from bytes), `proven` (logged by the bound
run, the registry or git), `text` (read from a document), `reference` (neutral).
"""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import Strict, _marked

Measured = Annotated[str, _marked("fact", "measured")]
MeasuredNumber = Annotated[float, _marked("fact", "measured")]
MeasuredCount = Annotated[int, _marked("fact", "measured")]
MeasuredFlag = Annotated[bool, _marked("fact", "measured")]
Proven = Annotated[str, _marked("fact", "proven")]
ProvenNumber = Annotated[float, _marked("fact", "proven")]
ProvenCount = Annotated[int, _marked("fact", "proven")]
ProvenFlag = Annotated[bool, _marked("fact", "proven")]
Read = Annotated[str, _marked("fact", "text")]
ReadNumber = Annotated[float, _marked("fact", "text")]
Neutral = Annotated[str, _marked("fact", "reference")]


class ModelPointer(Strict):
    """Where the manifest says the model is."""

    card: Neutral | None
    instructions: Neutral | None
    registered_model: Neutral | None
    version: Neutral | None
    alias: Neutral | None


class System(Strict):
    """The manifest's entry for the system under check."""

    id: Neutral
    name: Neutral
    version: Neutral
    role: list[Neutral]
    tier: Neutral
    intended_purpose: Read
    model: ModelPointer | None


class Column(Strict):
    """One input or output of the model signature."""

    name: Proven
    type: Proven


class Signature(Strict):
    """The signature of the registered model."""

    inputs: list[Column]
    outputs: list[Column]


class RunInput(Strict):
    """A data set that the run logged as its input."""

    name: Proven
    context: Proven
    """training, validation or testing, as the run logged it."""
    sha256: Proven | None
    """The full digest that the run logged; MLflow's own eight digits prove nothing."""


class Run(Strict):
    """The run that the released model version came from."""

    id: Proven
    status: Proven
    """FINISHED, FAILED, RUNNING, …"""
    lifecycle: Proven
    """active or deleted."""
    started_at: Proven
    source_commit: Proven | None
    params: dict[str, Proven]
    metrics: dict[str, ProvenNumber]
    """The last finite value of each metric; NaN and infinity are left out."""
    not_numbers: list[Proven]
    """Metrics whose last value is NaN or infinite."""
    datasets: list[RunInput]


class Drill(Strict):
    """A run that logged what a drill or replay of the service wrote, tagged `aiact.evidence`."""

    id: Proven
    evidence: Proven
    model_version: Proven
    status: Proven
    params: dict[str, Proven]
    metrics: dict[str, ProvenNumber]


class Mlflow(Strict):
    """The released model version, its run and its drills, through the lock."""

    model: Proven
    version: Proven
    aliases: list[Proven]
    run: Run
    signature: Signature
    drills: list[Drill]


class MetricThen(Strict):
    """A planned metric as the plan held it when the run began."""

    threshold: ProvenNumber
    direction: Proven


class Plan(Strict):
    """How the run is bound to the test plan (proofs 1 and 2: logged digest, then history)."""

    binding: Annotated[
        Literal["same", "history", "logged", "changed", "not_logged"], _marked("fact", "proven")
    ]
    """same: the plan in this tree is the one the run named at its start; history: an earlier commit holds it; logged: the
    run logged the thresholds themselves; changed: no commit of a full history holds it; not_logged: the run named none."""
    then: dict[str, MetricThen]
    """The thresholds at the run's start, by metric id."""
    dropped: list[Proven]
    """Metrics that the plan held when the run began and doesn't hold now."""


class Dataset(Strict):
    """What was counted in one data set of the data record."""

    id: Neutral
    sha256: Measured | None
    """Of the bytes in this tree, or the digest the pointer names."""
    run_context: Proven | None
    """The context under which the run logged a data set with this digest; none if it logged none."""
    counted: ProvenFlag
    """Whether `collect` counted these very bytes."""
    rows: ProvenCount
    columns: list[Proven]
    null_rate: ProvenNumber
    duplicate_rate: ProvenNumber
    shares: dict[str, ProvenNumber]
    """Share of each group of `representativeness.groups`, by id."""
    rows_shared_with_training: ProvenCount
    """For a testing set: how many of its rows also occur in training or validation data."""


class Input(Strict):
    """One file under the manifest's `inputs`, against what the run logged at its start."""

    path: Neutral
    state: Annotated[Literal["same", "changed", "not_logged", "gone"], _marked("fact", "proven")]


class Figure(Strict):
    """A decimal or percentage in the card or the instructions of a high-risk system."""

    document: Neutral
    """model_card or instructions_for_use."""
    told: Neutral
    """`The card says`, `The instructions say`: how a message begins."""
    text: Neutral
    """As written: `0.79`, `79 %`. What the document claims; what it is held against decides what a pass is worth."""
    about: Neutral
    """The planned metric whose title stands in the same row or sentence, else empty."""
    expected: Proven
    """That metric's value in the run, else empty."""
    agrees: ProvenFlag
    """Equals, at its printed precision, a value of lock, plan or record; or its source is named beside it."""


class Section(Strict):
    """A heading of a document and the text below it."""

    heading: Read
    text: Annotated[str, _marked("text", "text")]
    words: Annotated[int, _marked("fact", "text")]
    names: list[Read]
    """Ids mentioned in it (R1, G2, OM-1), each once."""
    figures: list[Neutral]
    """Decimals and percentages in it, as written."""


class DeliveryRead(Strict):
    """How the instructions reach the deployer for one form of supply."""

    form: Read
    how: Annotated[str, _marked("text", "text")]


class InstructionsDocument(Strict):
    """The instructions for use, as read."""

    path: Neutral
    model_version: Read
    delivery: list[DeliveryRead]
    sections: dict[str, Section]
    """By the keys of the front matter's `sections`; a key that isn't mapped is absent."""
    names: list[Read]


class CardDocument(Strict):
    """The model card, as read."""

    path: Neutral
    model_version: Read | None
    sections: dict[str, Section]
    names: list[Read]


class StopSeen(Strict):
    """One stop in the event log."""

    at: Measured
    actor: Measured
    reason: Measured
    predictions_after: MeasuredCount
    """Predictions that left later than the limit after the stop and before the restart."""
    last_prediction_seconds: MeasuredNumber
    """How long after the stop the last prediction left; 0 if none did."""
    refused: MeasuredCount
    """Requests that were refused while it stood still."""
    restart_approved_by: Measured


class EventLog(Strict):
    """The sample of the event log, as read; one row of `events` a line."""

    path: Neutral
    sha256: Measured
    bound: ProvenFlag
    """Whether a drill run of the released model version logged this very digest."""
    events: list[dict[str, Measured]]
    predictions: MeasuredCount
    decisions_served: MeasuredCount
    """What the service counted apart from the log."""
    schema_faults: MeasuredCount
    stops: list[StopSeen]
    types: list[Measured]
    """The event types that occur, each once."""


class Replay(Strict):
    """What the replay of one logged case wrote."""

    case_id: Measured
    model_version: Measured
    recorded_output: Measured
    replayed_output: Measured
    in_log: MeasuredFlag
    """Whether the sample holds the case with that very output."""
    bound: ProvenFlag


class Derived(Strict):
    """Everything else that is computed."""

    plan: Plan
    datasets: dict[str, Dataset]
    inputs: list[Input]
    figures: list[Figure]
    releases: list[Proven]
    """Versions of the release tags of this system, in order."""


class Facts(Strict):
    """The names that conditions may use besides the records."""

    system: System
    mlflow: Mlflow
    derived: Derived
    instructions_for_use: InstructionsDocument
    model_card: CardDocument
    event_log: EventLog
    replay: Replay
    as_of: Neutral
    parameters: dict[str, float]
