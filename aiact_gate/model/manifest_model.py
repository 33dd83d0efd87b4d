"""The manifest `aiact.yaml`, `compliance/waivers.yaml` and `compliance/baseline.yaml`: what their JSON Schemas are made from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiact_gate.model.fields import (
    ClaimEnd,
    Date,
    Due,
    Key,
    Name,
    Person,
    Strict,
    Text,
    TrackedFile,
    _marked,
    easier,
    named_by,
)

Role = Literal[
    "provider",
    "deployer",
    "importer",
    "distributor",
    "product_manufacturer",
    "authorised_representative",
]
Profile = Annotated[Literal["start", "core", "full"], easier(["start", "core", "full"])]


class RegisteredModel(Strict):
    """A model in MLflow: a registered version by number or alias, or the run that made it."""

    registered_model: Annotated[str, _marked("name", "reference")] | None = None
    """The name of the model in the MLflow registry; absent if `run` names the run.
    Example: credit-scoring"""
    version: Annotated[str, _marked("name", "reference")] | None = None
    """The version of the registered model; version or alias is needed.
    Example: '1'"""
    alias: Annotated[str, _marked("name", "reference")] | None = None
    """The alias of the registered model's version, instead of its number.
    Example: champion"""
    run: Annotated[str, _marked("name", "reference")] | None = None
    """The id of the run that made the model, where nobody registered a version from it; documents then
    name this id as the model's version.
    Example: 7b8f7fc24b274dfcbcf50cdaefc4291c"""
    tracking_uri: Annotated[str, _marked("name", "reference")] | None = None
    """The store of this repository where `collect` finds the registry, a sqlite file or a folder of files;
    a server is named by whoever runs `collect` (MLFLOW_TRACKING_URI, --tracking-uri).
    Example: sqlite:///mlflow.db"""


class Model(Strict):
    """The model and the documents that reach people."""

    card: TrackedFile | None = None
    """The Markdown file of this repository that is the model card.
    Example: MODEL_CARD.md"""
    instructions: TrackedFile | None = None
    """The Markdown file of this repository with the instructions for use (Article 13(2)).
    Example: INSTRUCTIONS_FOR_USE.md"""
    mlflow: RegisteredModel | None = None
    """The model in MLflow: by version, by alias or by run."""


class Release(Strict):
    """What makes the system a release; absent: in development."""

    tag: Annotated[str, _marked("name", "reference")]
    """The git tag of the release.
    Example: credit-scoring-1.3.0"""


class DeclaredSystem(Strict):
    """One AI system of this repository."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$"), _marked("key", "reference")]
    """A short word for this system that never changes: a-z, 0-9 and -.
    Example: credit-scoring"""
    name: Name
    """The name of the system, as people call it.
    Example: Retail credit scoring"""
    version: Annotated[str, _marked("name", "reference")]
    """The version of the system; records speak for `id@version`.
    Example: 1.3.0"""
    role: Annotated[
        Role | list[Role],
        Field(json_schema_extra={"x-type": "role", "x-is": "reference", "x-easier": "fewer"}),
    ]
    """The role that you have under the Act, or a list of roles (Article 3(3) to (8)).
    Example: provider"""
    intended_purpose: Text
    """The use that the system is meant for, in a sentence (Article 3(12)).
    Example: Estimates the probability that a consumer loan is not repaid, for a human underwriter."""
    tier: Annotated[
        Literal["prohibited", "high", "limited", "gpai", "minimal", "out_of_scope"], easier("tier")
    ]
    """The claim; the answers and reasons behind it stand in the record `classification` (Articles 2, 5,
    6, 50 and 51)."""
    model: Model | None = None
    """The model of the system, and the documents that reach people."""
    release: Release | None = None
    """The release that this is; absent while the system is in development."""
    inputs: Annotated[list[Annotated[str, _marked("glob", "reference")]], easier("narrower")] = []
    """The files that the model is made from: globs relative to this file.
    Example: [train.py, data/*.csv]"""
    evidence_dir: Annotated[str, _marked("folder", "reference")] = "compliance"
    """The folder with the records of this system, relative to this file.
    Example: compliance"""


class PinnedPack(Strict):
    """A pack that `aiact-gate policy add` took into this repository."""

    path: Annotated[str, _marked("folder", "reference")]
    """The folder of this repository that holds the pack, relative to this file.
    Example: compliance/packs/bank-rules"""
    digest: Annotated[str, _marked("name", "reference")]
    """The digest of the pack's files, with `sha256:` before it; a pack that has another one is refused.
    Example: sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"""
    source: Annotated[str, _marked("name", "reference")] | None = None
    """The place where it came from: a folder, or `URL@REV`; never fetched by `check`.
    Example: https://example.org/bank-rules.git@v4.2"""


class Policies(Strict):
    """Which points are judged."""

    profile: Profile = "full"
    """How much is looked at: start (the first points of a new project), core, or full; absent: full."""
    packs: list[
        Annotated[
            Annotated[str, _marked("folder", "reference")] | PinnedPack,
            Field(json_schema_extra={"x-type": "text_or_group"}),
        ]
    ] = []
    """Additional packs: folders relative to this file, or pinned ones; the built-in packs always run.
    Example: [rules/bank-rules]"""
    mode: Annotated[Literal["observe", "warn", "enforce"], easier(["observe", "warn", "enforce"])] | None = (
        None
    )
    """The least strict mode that this repository takes; it raises the mode of a roll-out and never
    lowers it."""


class NoAiSystem(Strict):
    """Somebody's word that this repository holds no AI system, until a date."""

    reason: Text
    """The reason why this repository holds no AI system (Article 3(1)).
    Example: Only dashboards over figures that other teams deliver; nothing is inferred."""
    decided_by: Person
    """The person who says that this repository holds no AI system.
    Example: head-of-engineering@example.org"""
    expires: ClaimEnd
    """The day until which that word holds.
    Example: 2027-05-20"""


class Manifest(Strict):
    """One screen: the AI systems, the role and tier claimed, where the evidence is."""

    schema_: Annotated[
        Literal["aiact-gate/manifest/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file a manifest, with the version of its form."""
    systems: list[DeclaredSystem]
    """One block for each AI system of this repository; an empty list needs `no_ai_system`."""
    no_ai_system: NoAiSystem | None = None
    """A person's word, until a date, that this repository holds no AI system."""
    policies: Policies = Policies()
    """How much is judged, by which packs, and with what effect."""


class Waiver(Strict):
    """A failed point that may stay failed until a date (of at most 180 days)."""

    id: Key
    """A short word for this waiver, unique in the file.
    Example: W1"""
    check: Annotated[str, _marked("name", "reference")] | None = None
    """The one check that it covers, instead of a whole requirement.
    Example: art10.4/places-of-use-in-the-data"""
    requirement: Annotated[str, _marked("name", "reference")] | None = None
    """The requirement that it covers, if it isn't a single check.
    Example: art10.4"""
    system: Annotated[str, _marked("name", "reference")]
    """Id of the system that it is for, as the manifest names it.
    Example: credit-scoring"""
    element: Annotated[str, _marked("name", "reference")] | None = None
    """Id of the row that it covers; absent: every row.
    Example: R2"""
    reason: Text
    """The reason why the point fails and may do so for now.
    Example: Applications from the new region come in only from spring on."""
    owner: Person
    """The person who mends it.
    Example: head-of-data@example.org"""
    approved_by: Person
    """The person who allows it, another one than the owner.
    Example: head-of-model-risk@example.org"""
    created: Annotated[Date, easier("other")]
    """The day from which it covers; nothing before it is covered.
    Example: 2026-11-25"""
    expires: ClaimEnd
    """The last day, to its end in UTC, at most 180 days after the first.
    Example: 2027-05-20"""
    requirement_version: Annotated[str, _marked("name", "reference"), easier("other")]
    """The version of the requirement that it was written for; a new major version voids it.
    Example: 1.0.0"""
    compensating: Text
    """What is done instead, as long as the point fails.
    Example: Applications from the new region go to an underwriter without a score."""


class Waivers(Strict):
    """`compliance/waivers.yaml`."""

    waivers: Annotated[list[Waiver], easier("more")]
    """One block for each failure that may stay for a while."""


class Promotion(Strict):
    """One approval of one model version for one alias."""

    id: Key
    """A short word for this approval, unique in the file; the registry gets it as a tag.
    Example: P1"""
    system: Annotated[str, _marked("name", "reference")]
    """Id of the system that it is for, as the manifest names it.
    Example: credit-scoring"""
    model_version: Annotated[str, _marked("name", "reference")]
    """The version of the registered model that may get the alias.
    Example: '7'"""
    alias: Annotated[str, _marked("name", "reference")]
    """The alias that it may get.
    Example: production"""
    approved_by: Person
    """The person who allows it, by a commit of their own; another one than who committed the lock.
    Example: head-of-model-risk@example.org"""
    created: Date
    """The day on which it was allowed.
    Example: 2026-11-25"""


class Promotions(Strict):
    """`compliance/promotions.yaml`: what `aiact-gate promote` asks for where a pack wants a second signature."""

    promotions: list[Promotion]
    """One block for each approval."""


class BaselineItem(Strict):
    """One finding of adoption day: owed, with owner and due date."""

    requirement: Annotated[str, _marked("name", "reference")]
    """The point of law that is owed, by its id.
    Example: art10.4"""
    major: Annotated[int, _marked("integer", "reference"), easier("none")]
    """The first number of the requirement's version; a new one is a new debt.
    Example: 1"""
    check: Annotated[str, _marked("name", "reference")]
    """The check that failed on the day of adoption.
    Example: art10.4/places-of-use-in-the-data"""
    system: Annotated[str, _marked("name", "reference")]
    """Id of the system that owes it.
    Example: credit-scoring"""
    element: Annotated[str, _marked("name", "reference")] | None = None
    """Id of the row that it is about, where it is about one.
    Example: geographical"""
    kind: Literal["missing", "stale"]
    """The kind of finding; only what is missing or stale can be owed, never what is contradicted."""
    owner: Person
    """The person who pays the debt.
    Example: head-of-data@example.org"""
    due: Due
    """The last day on which it is owed; from the next one it fails.
    Example: 2027-11-30"""


class Baseline(Strict):
    """`compliance/baseline.yaml`; it only shrinks."""

    schema_: Annotated[
        Literal["aiact-gate/baseline/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file a baseline, with the version of its form."""
    created: Date
    """The day of adoption, on which the debts were written down.
    Example: 2026-11-25"""
    items: Annotated[list[BaselineItem], named_by(""), easier("more")]
    """One block for each finding of that day that is still owed; the list only shrinks."""
