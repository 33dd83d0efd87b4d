"""A policy file and `pack.yaml`: what their JSON Schemas are made from. The language: docs/policy-language.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from aiact_gate.model.fields import Date, Key, Name, Person, Strict, Text, _marked

Condition = Annotated[str, _marked("condition", "reference")]
FindingKind = Literal["contradicted", "unbound", "stale", "filler", "missing", "malformed", "loosened"]
CheckKind = Literal[FindingKind, "asked"]
"""`asked`: a question about words or signals, of severity warning; a roll-out has nothing to enforce there."""


class ReplacedModel(Strict):
    """A check's form before the version in `new_in`: what it found then still fails, anything more warns for 30 days."""

    each: Annotated[Any, Field(json_schema_extra={"x-type": "loops"})] = None
    min_items: int = 1
    when: Condition | None = None
    where: Condition | None = None
    with_: Annotated[dict[str, Condition] | None, Field(alias="with")] = None
    that: Annotated[str | list[str] | None, Field(json_schema_extra={"x-type": "release"})] = None


class CheckModel(Strict):
    """One testable condition; a failed one is an annotation."""

    id: Key
    severity: Literal["error", "warning"] = "error"
    """A warning is a heuristic: shown, counted, never in the exit code."""
    each: Annotated[Any, Field(json_schema_extra={"x-type": "loops"})] = None
    """A list to walk, bound to `it`, or `{name: list}` loops; a literal list binds its words."""
    min_items: int = 1
    """How many rows must be left after `where`; an empty list is no pass."""
    empty_is_fine: Text | None = None
    """Why nothing to judge is a pass; needed with `min_items: 0`."""
    when: Condition | None = None
    """Judged once, sees no row; false: not applicable."""
    where: Condition | None = None
    """Chooses rows."""
    with_: Annotated[dict[str, Condition] | None, Field(alias="with")] = None
    """Look-ups by id: `run: testing.runs[id=it.run]`."""
    that: Annotated[str | list[str] | None, Field(json_schema_extra={"x-type": "release"})] = None
    """A condition or a list of clauses, all of which must hold."""
    faults: Name | None = None
    """Instead of `that`: every fault of this rule is a finding. For the pack `evidence-integrity`."""
    at: Condition | None = None
    """Where a finding points."""
    kind: CheckKind = "missing"
    message: Name | None = None
    missing: Name | None = None
    """The message when something isn't written at all."""
    fix: Name | None = None
    new_in: Annotated[str, _marked("name", "reference")] | None = None
    """The version of the pack that brought the check in this form: until 30 days after its day, what is new warns."""
    replaces: ReplacedModel | None = None
    """The form before `new_in`; absent: the whole check is new."""


class ParameterModel(Strict):
    """A number that an overlay may tighten."""

    type: Literal["int", "float"]
    default: float
    min: float | None = None
    max: float | None = None
    tighten: Literal["lower", "higher"]


class Binds(Strict):
    """Whom the requirement binds."""

    role: Literal["provider", "deployer", "any"]
    duty: Name
    """A duty group of classification.yaml, or `all` for every system."""


class RequirementModel(Strict):
    """One point of law: a row of the checklist."""

    id: Key
    version: Annotated[str, _marked("name", "reference")]
    citation: Name
    title: Name
    binds: Binds
    timeline: Name
    profile: Literal["start", "core", "full", "always"]
    calls_for: Literal["measured", "provenance", "structural", "attested"]
    why: Text
    leaves_open: Text
    fix: Text
    cheat: Text | None = None
    not_checked: Name | None = None
    """Why this version doesn't judge it; instead of checks."""
    parameters: dict[str, ParameterModel] = {}
    checks: list[CheckModel] = []
    crosswalk: dict[str, list[Annotated[str, _marked("name", "reference")]]] = {}


class PolicyModel(Strict):
    """One policy file: one article."""

    schema_: Annotated[
        Literal["aiact-gate/policy/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    article: Annotated[str, _marked("name", "reference")]
    title: Name
    requirements: list[RequirementModel]


class ExtendsModel(Strict):
    """What an overlay was written against."""

    version: Annotated[str, _marked("name", "reference")] | None = None
    digest: Annotated[str, _marked("name", "reference")] | None = None
    """`sha256:…` of the pack's files, as the report names it."""


class RequireModel(Strict):
    """One more clause of a check that is there."""

    that: Annotated[str | list[str], Field(json_schema_extra={"x-type": "release"})]
    """A condition or a list of clauses, over the names that the check binds."""
    message: Name
    fix: Name | None = None
    kind: FindingKind = "missing"


class WidenModel(Strict):
    """Whom a requirement binds besides."""

    role: Literal["provider", "deployer", "any"] | None = None
    duty: Name | None = None
    when: Condition | None = None
    """A condition over `system` and `classification`."""


class OverlayModel(Strict):
    """`overlay.yaml`: how a pack tightens the packs of earlier layers."""

    schema_: Annotated[
        Literal["aiact-gate/overlay/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    extends: dict[str, ExtendsModel] = {}
    """By pack: the version or digest that this overlay was written against."""
    add: dict[str, list[CheckModel]] = {}
    """By requirement: further checks."""
    set_: Annotated[
        dict[str, dict[str, Annotated[float, _marked("number", "criterion")]]], Field(alias="set")
    ] = {}
    """By requirement: stricter values of its parameters."""
    raise_: Annotated[dict[str, Literal["error", "warning"]], Field(alias="raise")] = {}
    """By check: `error`, for what only warns."""
    require: dict[str, RequireModel] = {}
    """By check: one more clause."""
    widen: dict[str, WidenModel] = {}
    """By requirement: whom it binds besides."""
    sooner: dict[str, Annotated[str, _marked("date", "reference")]] = {}
    """By requirement: an earlier day from which it binds."""


class PackModel(Strict):
    """`pack.yaml`."""

    schema_: Annotated[
        Literal["aiact-gate/pack/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    name: Key
    version: Annotated[str, _marked("name", "reference")]
    introduced: Annotated[str, _marked("date", "reference")]
    law: dict[str, Annotated[str, _marked("name", "reference")]] = {}
    legal_review: Name
    """Who of counsel has read the rules, or `not yet`."""
    layer: Literal["organisation", "unit"] = "organisation"
    """Whose pack it is; a unit's comes after its organisation's and only tightens."""
    history: dict[str, Date] = {}
    """Earlier versions and the days on which they were introduced."""
    recalls: list[RecallModel] = []
    """Checks taken back everywhere for at most 30 days."""
    retired: list[Annotated[str, _marked("key", "reference")]] = []
    """Ids of requirements and checks that were taken out; they may not come back with another meaning."""


class RecallModel(Strict):
    """One check that nobody has to pass for a while, because the check is at fault."""

    check: Annotated[str, _marked("name", "reference")]
    """`art9.5/accepted-by-another`; never one of Article 5."""
    reason: Text
    issue: Annotated[str, _marked("name", "reference")]
    approved_by: Person
    from_: Annotated[Date, Field(alias="from")]
    until: Date
    """The last day, at most 30 days after the first."""


class StepModel(Strict):
    """From its day on, until the next step's."""

    from_: Annotated[Date, Field(alias="from")]
    mode: Literal["observe", "warn", "enforce"]
    kinds: list[FindingKind] | None = None
    """With `enforce`: only findings of these kinds fail; absent: all."""


class RingModel(Strict):
    """Repositories that move together."""

    name: Key
    repositories: list[Annotated[str, _marked("glob", "reference")]] = []
    """OWNER/NAME; `*` stands for any characters."""
    topics: list[Annotated[str, _marked("name", "reference")]] = []
    """As given by `check --topic`; one that agrees is enough."""
    profile: Literal["start", "core", "full"] | None = None
    """At least this profile is looked at."""
    steps: list[StepModel]


class WaiverRulesModel(Strict):
    """What the organisation asks of waivers; tighter than the gate's own rules."""

    max_days: Annotated[int, _marked("integer", "reference")] | None = None
    max_ending_on_one_day: Annotated[int, _marked("integer", "reference")] | None = None
    max_per_repository: Annotated[int, _marked("integer", "reference")] | None = None
    never: list[Annotated[str, _marked("name", "reference")]] = []
    """Requirements or checks that can't be waived."""


class RolloutModel(Strict):
    """`rollout.yaml` of a pack: which repositories observe, warn or enforce, and from when."""

    schema_: Annotated[
        Literal["aiact-gate/rollout/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    rings: list[RingModel] = []
    """The first that fits a repository is its ring."""
    waivers: WaiverRulesModel | None = None
