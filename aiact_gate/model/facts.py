"""What the gate itself computes, as conditions see it. A record may not bring any of it along.

`x-is` says what a pass that reads a field is worth: `measured` (computed here from bytes), `witnessed` (git, the registry, the
bound run: where another than the lock says it, else it is read), `text` (read from a document), `reference` (neutral).
"""

from __future__ import annotations

from typing import Annotated, Literal

from aiact_gate.model.fields import Strict, _marked

Measured = Annotated[str, _marked("fact", "measured")]
MeasuredNumber = Annotated[float, _marked("fact", "measured")]
MeasuredCount = Annotated[int, _marked("fact", "measured")]
MeasuredFlag = Annotated[bool, _marked("fact", "measured")]
Witnessed = Annotated[str, _marked("fact", "witnessed")]
WitnessedNumber = Annotated[float, _marked("fact", "witnessed")]
WitnessedCount = Annotated[int, _marked("fact", "witnessed")]
WitnessedFlag = Annotated[bool, _marked("fact", "witnessed")]
Read = Annotated[str, _marked("fact", "text")]
ReadNumber = Annotated[float, _marked("fact", "text")]
Neutral = Annotated[str, _marked("fact", "reference")]


class ModelPointer(Strict):
    """Where the manifest says the model is."""

    card: Neutral | None
    """The model card's file, as the manifest names it."""
    instructions: Neutral | None
    """The file with the instructions for use, as the manifest names it."""
    registered_model: Neutral | None
    """The name of the registered model, as the manifest says it."""
    version: Neutral | None
    """The version of the registered model, as the manifest says it."""
    alias: Neutral | None
    """The alias of the registered model's version, as the manifest says it."""


class System(Strict):
    """The manifest's entry for the system under check."""

    id: Neutral
    """The system's id, as the manifest names it."""
    name: Neutral
    """The system's name, as the manifest says it."""
    version: Neutral
    """The system's version, as the manifest says it."""
    role: list[Neutral]
    """The roles under the Act that the manifest claims."""
    tier: Neutral
    """The tier that the manifest claims."""
    intended_purpose: Read
    """The intended purpose, as the manifest states it."""
    model: ModelPointer | None
    """Where the manifest says the model and its documents are."""


class Column(Strict):
    """One input or output of the model signature."""

    name: Witnessed
    """The column's name in the signature."""
    type: Witnessed
    """The column's type in the signature, as MLflow writes it: double, long, string."""


class Signature(Strict):
    """The signature of the registered model."""

    inputs: list[Column]
    """One entry for each input of the model."""
    outputs: list[Column]
    """One entry for each output of the model."""


class RunInput(Strict):
    """A data set that the run logged as its input."""

    name: Witnessed
    """The data set's name, as the run logged it."""
    context: Witnessed
    """The use of the data, as the run logged it: training, validation or testing."""
    sha256: Witnessed | None
    """The full digest that the run logged; MLflow's own eight digits prove nothing."""


class Run(Strict):
    """The run that the released model version came from."""

    id: Witnessed
    """The run's id in MLflow."""
    status: Witnessed
    """How the run ended, in MLflow's words: FINISHED, FAILED, RUNNING and so on."""
    lifecycle: Witnessed
    """Where the run is in MLflow: active or deleted."""
    started_at: Witnessed
    """The time at which the run began, as ISO date and time."""
    source_commit: Witnessed | None
    """The commit that the run was started from, as MLflow logged it."""
    params: dict[str, Witnessed]
    """The parameters that the run logged, by name."""
    metrics: dict[str, WitnessedNumber]
    """The last finite value of each metric, by name; NaN and infinity are left out."""
    not_numbers: list[Witnessed]
    """The names of metrics whose last value is NaN or infinite."""
    datasets: list[RunInput]
    """One entry for each data set that the run logged as its input."""


class Drill(Strict):
    """A run that logged what a drill or replay of the service wrote, tagged `aiact.evidence`."""

    id: Witnessed
    """The drill run's id in MLflow."""
    evidence: Witnessed
    """What the run is evidence of, by its tag `aiact.evidence`."""
    model_version: Witnessed
    """The version of the registered model that the drill ran with."""
    status: Witnessed
    """How the drill run ended, in MLflow's words: FINISHED, FAILED, RUNNING and so on."""
    params: dict[str, Witnessed]
    """The parameters that the drill run logged, by name."""
    metrics: dict[str, WitnessedNumber]
    """The last finite value of each metric of the drill run, by name."""


class Mlflow(Strict):
    """The released model version, its run and its drills, through the lock."""

    model: Witnessed
    """The name of the registered model."""
    version: Witnessed
    """The version of the registered model that is released."""
    aliases: list[Witnessed]
    """The aliases of that version in the registry."""
    run: Run
    """The run that the version came from."""
    signature: Signature
    """The inputs and outputs of the model, as the registry holds them."""
    drills: list[Drill]
    """One entry for each run that logged a drill or replay of this version."""


class MetricThen(Strict):
    """A planned metric as the plan held it when the run began."""

    threshold: WitnessedNumber
    """The threshold as the plan held it when the run began, in the metric's unit."""
    direction: Witnessed
    """The better direction as the plan held it then: higher or lower."""


class Moved(Strict):
    """A field of a row of the plan that moved after the run had begun."""

    list: Neutral
    """The list of the plan that holds the row: metrics, baselines, robustness or attacks."""
    id: Neutral
    """The row's id."""
    field: Neutral
    """Key of the cell whose value isn't that of the run's start: `confidence`, `strength`."""
    then: Witnessed
    """The field's value when the run began."""
    now: Witnessed
    """The field's value in this tree."""


class Plan(Strict):
    """How the run is bound to the test plan: what it logged, held against the objects at its commit, else history."""

    binding: Annotated[
        Literal["same", "history", "logged", "committed_after", "changed", "not_logged"],
        _marked("fact", "witnessed"),
    ]
    """How the plan is bound to the run; same: the plan in this tree is the one the run named at its
    start; history: an earlier commit holds it; logged: the run logged the thresholds themselves;
    committed_after: the run's commit doesn't hold it, a later one does; changed: no commit of a full
    history holds it; not_logged: the run named none."""
    then: dict[str, MetricThen]
    """The thresholds at the run's start, by metric id."""
    limits: dict[str, MetricThen]
    """The limits of robustness tests and attacks at the run's start, by their ids."""
    dropped: list[Witnessed]
    """The rows that the plan held when the run began and doesn't hold now."""
    moved: list[Moved]
    """One entry for each field of a row, besides threshold, limit and direction, that says something
    else than when the run began."""


class Dataset(Strict):
    """What was counted in one data set of the data record."""

    id: Neutral
    """The data set's id in the data record."""
    sha256: Measured | None
    """The digest of the bytes in this tree, or the one that the pointer names."""
    run_context: Witnessed | None
    """The context under which the run logged a data set with this digest; none if it logged none."""
    counted: MeasuredFlag
    """Whether `collect` counted these very bytes."""
    rows: MeasuredCount
    """The number of rows that `collect` counted."""
    columns: list[Measured]
    """The names of the columns, in their order."""
    null_rate: MeasuredNumber
    """The share of empty cells, from 0 to 1."""
    duplicate_rate: MeasuredNumber
    """The share of rows that stand there twice, from 0 to 1."""
    shares: dict[str, MeasuredNumber]
    """The share of each group of `representativeness.groups`, from 0 to 1, by id."""
    rows_shared_with_training: MeasuredCount
    """The number of rows of a testing set that also occur in training or validation data."""


class Input(Strict):
    """One file under the manifest's `inputs`, against what the run logged at its start."""

    path: Neutral
    """The file, relative to the manifest's folder."""
    state: Annotated[Literal["same", "changed", "not_logged", "gone"], _marked("fact", "witnessed")]
    """How the file stands to what the run logged; gone: logged, and no longer here."""


class Figure(Strict):
    """A decimal or percentage in the card or the instructions of a high-risk system."""

    document: Neutral
    """The document that shows it: model_card or instructions_for_use."""
    told: Neutral
    """The words with which a message begins: `The card says`, `The instructions say`."""
    text: Neutral
    """The figure as the document writes it, `0.79` or `79 %`; what it is held against decides what a
    pass is worth."""
    about: Neutral
    """The planned metric whose title stands in the same row or sentence, else empty."""
    expected: Witnessed
    """That metric's value in the run, else empty."""
    agrees: WitnessedFlag
    """Whether it equals, at its printed precision, a value of lock, plan or record, or names its source
    beside it."""


class Section(Strict):
    """A heading of a document and the text below it."""

    heading: Read
    """The heading as the document writes it."""
    text: Annotated[str, _marked("text", "text")]
    """The words below the heading."""
    words: Annotated[int, _marked("fact", "text")]
    """The number of words below the heading."""
    names: list[Read]
    """The ids that are mentioned in it (R1, G2, OM-1), each once."""
    figures: list[Neutral]
    """The decimals and percentages in it, as written."""


class DeliveryRead(Strict):
    """How the instructions reach the deployer for one form of supply."""

    form: Read
    """The form of supply, by its id."""
    how: Annotated[str, _marked("text", "text")]
    """How the instructions reach the deployer in this form."""


class InstructionsDocument(Strict):
    """The instructions for use, as read."""

    path: Neutral
    """The file with the instructions for use."""
    model_version: Read
    """The version of the registered model that the instructions speak of."""
    delivery: list[DeliveryRead]
    """One entry for each form of supply."""
    sections: dict[str, Section]
    """The sections by the keys of the front matter's `sections`; a key that isn't mapped is absent."""
    names: list[Read]
    """The ids that are mentioned in the document, each once."""


class CardDocument(Strict):
    """The model card, as read."""

    path: Neutral
    """The model card's file."""
    model_version: Read | None
    """The version of the registered model that the card speaks of."""
    sections: dict[str, Section]
    """The sections of the card: intended_purpose, limitations, performance."""
    names: list[Read]
    """The ids that are mentioned in the card, each once."""


class StopSeen(Strict):
    """One stop in the event log."""

    at: Measured
    """The time of the stop, as the log holds it."""
    actor: Measured
    """The person who stopped it, as the log names them."""
    reason: Measured
    """The reason for the stop, as the log holds it."""
    predictions_after: MeasuredCount
    """The number of predictions that left later than the limit after the stop and before the restart."""
    last_prediction_seconds: MeasuredNumber
    """How long after the stop the last prediction left, in seconds; 0 if none did."""
    refused: MeasuredCount
    """The number of requests that were refused while it stood still."""
    restart_approved_by: Measured
    """The person who approved the restart, as the log names them."""


class EventLog(Strict):
    """The sample of the event log, as read; one row of `events` a line."""

    path: Neutral
    """The file with the sample of the log."""
    sha256: Measured
    """The SHA-256 of the sample's bytes."""
    bound: WitnessedFlag
    """Whether a drill run of the released model version logged this very digest."""
    events: list[dict[str, Measured]]
    """One entry for each line of the sample, with its fields as text."""
    predictions: MeasuredCount
    """The number of predictions in the sample."""
    decisions_served: MeasuredCount
    """The number of decisions that the service counted apart from the log."""
    schema_faults: MeasuredCount
    """The number of events that don't follow the declared schema."""
    stops: list[StopSeen]
    """One entry for each stop in the sample."""
    types: list[Measured]
    """The event types that occur, each once."""


class Replay(Strict):
    """What the replay of one logged case wrote."""

    case_id: Measured
    """The case that was replayed, by its id in the log."""
    model_version: Measured
    """The version of the registered model that replayed it."""
    recorded_output: Measured
    """The output that the log holds for the case."""
    replayed_output: Measured
    """The output that the replay gave."""
    in_log: MeasuredFlag
    """Whether the sample holds the case with that very output."""
    bound: WitnessedFlag
    """Whether a drill run of the released model version logged this very replay."""


class Derived(Strict):
    """Everything else that is computed."""

    plan: Plan
    """How the run is bound to the test plan."""
    datasets: dict[str, Dataset]
    """What was counted in each data set of the data record, by id."""
    inputs: list[Input]
    """One entry for each file under the manifest's `inputs`."""
    figures: list[Figure]
    """One entry for each decimal or percentage in card and instructions."""
    releases: list[Witnessed]
    """The versions of the release tags of this system, in order."""


class Facts(Strict):
    """The names that conditions may use besides the records."""

    system: System
    """What the manifest says of the system under check."""
    mlflow: Mlflow
    """What the lock holds of the registry: the released model version, its run and its drills."""
    derived: Derived
    """What is computed from the files of this tree, the lock and git."""
    instructions_for_use: InstructionsDocument
    """What was read in the instructions for use."""
    model_card: CardDocument
    """What was read in the model card."""
    event_log: EventLog
    """The sample of the event log, as read."""
    replay: Replay
    """What was read in the file that the replay of one logged case wrote."""
    as_of: Neutral
    """The day of the run, as text."""
    parameters: dict[str, float]
    """The requirement's parameters, by name, each in the unit of what it is compared with."""
