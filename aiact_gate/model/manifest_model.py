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
    """A model in the MLflow registry: by version or by alias."""

    registered_model: Annotated[str, _marked("name", "reference")]
    version: Annotated[str, _marked("name", "reference")] | None = None
    alias: Annotated[str, _marked("name", "reference")] | None = None
    tracking_uri: Annotated[str, _marked("name", "reference")] | None = None
    """Where `collect` finds the registry; the environment's MLFLOW_TRACKING_URI goes before it."""


class Model(Strict):
    """The model and the documents that reach people."""

    card: TrackedFile | None = None
    instructions: TrackedFile | None = None
    mlflow: RegisteredModel | None = None


class Release(Strict):
    """What makes the system a release; absent: in development."""

    tag: Annotated[str, _marked("name", "reference")]


class DeclaredSystem(Strict):
    """One AI system of this repository."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$"), _marked("key", "reference")]
    name: Name
    version: Annotated[str, _marked("name", "reference")]
    role: Annotated[
        Role | list[Role],
        Field(json_schema_extra={"x-type": "role", "x-is": "reference", "x-easier": "fewer"}),
    ]
    intended_purpose: Text
    tier: Annotated[
        Literal["prohibited", "high", "limited", "gpai", "minimal", "out_of_scope"], easier("tier")
    ]
    """The claim; the answers and reasons behind it stand in the record `classification`."""
    model: Model | None = None
    release: Release | None = None
    inputs: Annotated[list[Annotated[str, _marked("glob", "reference")]], easier("narrower")] = []
    """The files that the model is made from: globs relative to this file."""
    evidence_dir: Annotated[str, _marked("folder", "reference")] = "compliance"


class PinnedPack(Strict):
    """A pack that `aiact-gate policy add` took into this repository."""

    path: Annotated[str, _marked("folder", "reference")]
    digest: Annotated[str, _marked("name", "reference")]
    """`sha256:` and the digest of its files; a pack that has another one is refused."""
    source: Annotated[str, _marked("name", "reference")] | None = None
    """Where it came from: a folder, or `URL@REV`. Never fetched by `check`."""


class Policies(Strict):
    """Which points are judged."""

    profile: Profile = "full"
    packs: list[
        Annotated[
            Annotated[str, _marked("folder", "reference")] | PinnedPack,
            Field(json_schema_extra={"x-type": "text_or_group"}),
        ]
    ] = []
    """Additional packs: folders relative to this file, or pinned ones. The built-in packs always run."""
    mode: Annotated[Literal["observe", "warn", "enforce"], easier(["observe", "warn", "enforce"])] | None = (
        None
    )
    """At least this mode, whatever the roll-out says: it raises, never lowers."""


class NoAiSystem(Strict):
    """Somebody's word that this repository holds no AI system, until a date."""

    reason: Text
    decided_by: Person
    expires: ClaimEnd


class Manifest(Strict):
    """One screen: the AI systems, the role and tier claimed, where the evidence is."""

    schema_: Annotated[
        Literal["aiact-gate/manifest/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    systems: list[DeclaredSystem]
    no_ai_system: NoAiSystem | None = None
    policies: Policies = Policies()


class Waiver(Strict):
    """A failed point that may stay failed until a date (of at most 180 days)."""

    id: Key
    check: Annotated[str, _marked("name", "reference")] | None = None
    """`art9.5/accepted-by-another`; or a whole requirement:"""
    requirement: Annotated[str, _marked("name", "reference")] | None = None
    system: Annotated[str, _marked("name", "reference")]
    element: Annotated[str, _marked("name", "reference")] | None = None
    """The id of the element it covers; absent: every element."""
    reason: Text
    owner: Person
    approved_by: Person
    """Somebody else than the owner."""
    created: Annotated[Date, easier("other")]
    expires: ClaimEnd
    """The end of this day, UTC."""
    requirement_version: Annotated[str, _marked("name", "reference"), easier("other")]
    compensating: Text


class Waivers(Strict):
    """`compliance/waivers.yaml`."""

    waivers: Annotated[list[Waiver], easier("more")]


class BaselineItem(Strict):
    """One finding of adoption day: owed, with owner and due date."""

    requirement: Annotated[str, _marked("name", "reference")]
    major: Annotated[int, _marked("integer", "reference"), easier("none")]
    check: Annotated[str, _marked("name", "reference")]
    system: Annotated[str, _marked("name", "reference")]
    element: Annotated[str, _marked("name", "reference")] | None = None
    kind: Literal["missing", "stale"]
    owner: Person
    due: Due


class Baseline(Strict):
    """`compliance/baseline.yaml`; it only shrinks."""

    schema_: Annotated[
        Literal["aiact-gate/baseline/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    created: Date
    items: Annotated[list[BaselineItem], named_by(""), easier("more")]
