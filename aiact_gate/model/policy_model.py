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
    """The list or loops of the form before."""
    min_items: int = 1
    """The number of rows that had to be left in the form before."""
    when: Condition | None = None
    """The condition under which the form before was judged."""
    where: Condition | None = None
    """The condition that chose rows in the form before."""
    with_: Annotated[dict[str, Condition] | None, Field(alias="with")] = None
    """The look-ups of the form before, by name."""
    that: Annotated[str | list[str] | None, Field(json_schema_extra={"x-type": "release"})] = None
    """The condition, or the clauses, of the form before."""


class CheckModel(Strict):
    """One testable condition; a failed one is an annotation."""

    id: Key
    """A short word for this check, unique in its requirement and never reused.
    Example: accepted-by-another"""
    severity: Literal["error", "warning"] = "error"
    """The weight of a failure: a warning is a heuristic, shown and counted, never in the exit code."""
    each: Annotated[Any, Field(json_schema_extra={"x-type": "loops"})] = None
    """The list to walk, bound to `it`, or `{name: list}` loops; a literal list binds its words.
    Example: risk_management.risks"""
    min_items: int = 1
    """The number of rows that must be left after `where`; an empty list is no pass.
    Example: 0"""
    empty_is_fine: Text | None = None
    """The reason why nothing to judge is a pass; needed with `min_items: 0`.
    Example: A system without attacks on record gives its reason elsewhere."""
    when: Condition | None = None
    """The condition judged once, before any row; if it is false, the check isn't applicable.
    Example: filled(data_governance.bias)"""
    where: Condition | None = None
    """The condition that chooses rows.
    Example: it.status == 'implemented'"""
    with_: Annotated[dict[str, Condition] | None, Field(alias="with")] = None
    """The look-ups by id, by the name that each binds.
    Example: {run: 'testing.runs[id=it.run]'}"""
    that: Annotated[str | list[str] | None, Field(json_schema_extra={"x-type": "release"})] = None
    """The condition that has to hold, or a list of clauses that all have to.
    Example: [filled(it.reason), in_future(it.expires)]"""
    faults: Name | None = None
    """The rule whose faults are the findings, instead of `that`; for the pack `evidence-integrity`."""
    at: Condition | None = None
    """The path at which a finding points.
    Example: it.residual.accepted_by"""
    kind: CheckKind = "missing"
    """The kind of a finding; unbound: about another version, run or data, filler: words that say
    nothing; asked: a question, of a warning."""
    message: Name | None = None
    """The sentence that a finding says, with holes for values.
    Example: '{it.id} has no measure.'"""
    missing: Name | None = None
    """The sentence of a finding where something isn't written at all.
    Example: 'Nothing says why {it.id} is rated so.'"""
    fix: Name | None = None
    """The one thing to do about a finding; absent: the requirement's.
    Example: Name the person who accepts what remains."""
    new_in: Annotated[str, _marked("name", "reference")] | None = None
    """The version of the pack that brought the check in this form; until 30 days after its day, what is
    new only warns.
    Example: 1.1.0"""
    replaces: ReplacedModel | None = None
    """The form before `new_in`; absent: the whole check is new."""


class ParameterModel(Strict):
    """A number that an overlay may tighten."""

    type: Literal["int", "float"]
    """The kind of number: whole (int) or decimal (float)."""
    default: float
    """The number that holds where no overlay sets one, in the unit of what it is compared with.
    Example: 100"""
    min: float | None = None
    """The smallest number that an overlay may set.
    Example: 1"""
    max: float | None = None
    """The largest number that an overlay may set.
    Example: 1000"""
    tighten: Literal["lower", "higher"]
    """The direction in which the condition asks more."""


class Binds(Strict):
    """Whom the requirement binds."""

    role: Literal["provider", "deployer", "any"]
    """The role under the Act that is bound: provider, deployer, or any."""
    duty: Name
    """The duty group of classification.yaml that is bound, or `all` for every system.
    Example: requirements"""


class RequirementModel(Strict):
    """One point of law: a row of the checklist."""

    id: Key
    """A short word for this point, never reused: waivers and history hang on it.
    Example: art9.5"""
    version: Annotated[str, _marked("name", "reference")]
    """The version: patch for wording, minor for equal or looser, major for what may newly fail.
    Example: 1.0.0"""
    citation: Name
    """The point of law, as people cite it.
    Example: Article 9(5), first subparagraph"""
    title: Name
    """What a pass means, in under 60 characters.
    Example: Remaining risk is judged acceptable"""
    binds: Binds
    """The role and duty group that the point binds."""
    timeline: Name
    """The row of timeline.yaml that says from when it binds.
    Example: ch3_s2"""
    profile: Literal["start", "core", "full", "always"]
    """The smallest profile that looks at it; always: a row that is no point and isn't counted."""
    calls_for: Literal["measured", "provenance", "structural", "attested"]
    """What a pass should be worth: computed from bytes (measured), witnessed by git or registry (provenance),
    read (structural), signed (attested)."""
    why: Text
    """What the law asks here, in plain words.
    Example: Each remaining risk and the whole are judged acceptable by a named person."""
    leaves_open: Text
    """The question that stays for a person when every check holds.
    Example: Are these criteria the right ones for the people who bear the risk?"""
    fix: Text
    """What to do about it, in a sentence.
    Example: Let someone other than the author accept each remaining risk."""
    cheat: Text | None = None
    """How somebody would feign it, and what shows that.
    Example: One name is pasted everywhere; author and acceptor are compared."""
    not_checked: Name | None = None
    """The reason why this version doesn't judge it; instead of checks.
    Example: only a person can judge whether the practices fit the purpose"""
    parameters: dict[str, ParameterModel] = {}
    """The numbers that an overlay may tighten, by name."""
    checks: list[CheckModel] = []
    """One block for each check; all have to hold."""
    crosswalk: dict[str, list[Annotated[str, _marked("name", "reference")]]] = {}
    """The references into other frameworks, by framework.
    Example: {nist_ai_rmf: [MANAGE 1.3]}"""


class PolicyModel(Strict):
    """One policy file: one article."""

    schema_: Annotated[
        Literal["aiact-gate/policy/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file a policy, with the version of its form."""
    article: Annotated[str, _marked("name", "reference")]
    """The article that the file is about, or a word for house rules.
    Example: '9'"""
    title: Name
    """The heading of that article.
    Example: Risk management system"""
    requirements: list[RequirementModel]
    """One block for each point of law."""


class ExtendsModel(Strict):
    """What an overlay was written against."""

    version: Annotated[str, _marked("name", "reference")] | None = None
    """The version of the pack that the overlay was written against.
    Example: 2026.11.0"""
    digest: Annotated[str, _marked("name", "reference")] | None = None
    """The digest of that pack's files, with `sha256:` before it, as the report names it."""


class RequireModel(Strict):
    """One more clause of a check that is there."""

    that: Annotated[str | list[str], Field(json_schema_extra={"x-type": "release"})]
    """The condition or list of clauses that has to hold besides, over the names that the check binds.
    Example: filled(it.reason)"""
    message: Name
    """The sentence that a finding says, with holes for values.
    Example: '{it.id} is accepted without a reason.'"""
    fix: Name | None = None
    """The one thing to do about a finding.
    Example: Write why what remains is acceptable."""
    kind: FindingKind = "missing"
    """The kind of a finding; unbound: about another version, run or data, filler: words that say
    nothing."""


class WidenModel(Strict):
    """Whom a requirement binds besides."""

    role: Literal["provider", "deployer", "any"] | None = None
    """The role under the Act that is bound besides: provider, deployer, or any."""
    duty: Name | None = None
    """The duty group of classification.yaml that is bound besides, or `all`.
    Example: requirements"""
    when: Condition | None = None
    """The condition over `system` and `classification` under which it binds besides.
    Example: system.tier == 'limited'"""


class OverlayModel(Strict):
    """`overlay.yaml`: how a pack tightens the packs of earlier layers."""

    schema_: Annotated[
        Literal["aiact-gate/overlay/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file an overlay, with the version of its form."""
    extends: dict[str, ExtendsModel] = {}
    """The version or digest that this overlay was written against, by pack.
    Example: {eu-ai-act: {version: 2026.11.0}}"""
    add: dict[str, list[CheckModel]] = {}
    """The further checks, by requirement."""
    set_: Annotated[
        dict[str, dict[str, Annotated[float, _marked("number", "criterion")]]], Field(alias="set")
    ] = {}
    """The stricter values of parameters, by requirement and name.
    Example: {annex4.3.capabilities: {words_on_limits: 80}}"""
    raise_: Annotated[dict[str, Literal["error", "warning"]], Field(alias="raise")] = {}
    """The checks that are errors from now on, where they only warned.
    Example: {art9.4/a-balance-was-struck: error}"""
    require: dict[str, RequireModel] = {}
    """The clauses that have to hold besides, by check."""
    widen: dict[str, WidenModel] = {}
    """The further roles and duty groups that are bound, by requirement."""
    sooner: dict[str, Annotated[str, _marked("date", "reference")]] = {}
    """The earlier day from which a requirement binds, by requirement.
    Example: {art9.5: 2027-06-01}"""


class PackModel(Strict):
    """`pack.yaml`."""

    schema_: Annotated[
        Literal["aiact-gate/pack/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file a pack's, with the version of its form."""
    name: Key
    """A short word for the pack, which never changes.
    Example: bank-rules"""
    version: Annotated[str, _marked("name", "reference")]
    """The version of this state of the pack's rules.
    Example: 4.2.0"""
    introduced: Annotated[str, _marked("date", "reference")]
    """The day on which this version was introduced.
    Example: 2026-11-25"""
    law: dict[str, Annotated[str, _marked("name", "reference")]] = {}
    """The act and the state of its text that the rules were written from.
    Example: {act: Regulation (EU) 2024/1689}"""
    legal_review: Name
    """The person of counsel who has read the rules, or `not yet`.
    Example: not yet"""
    layer: Literal["organisation", "unit"] = "organisation"
    """The level of the pack: a unit's comes after its organisation's and only tightens."""
    witness: Literal["", "required"] = ""
    """The word `required` where no point of this pack, or of those below it, may rest on the lock alone: it
    is unknown until the run's commit, the registry or a statement over the lock stands behind it.
    Example: required"""
    history: dict[str, Date] = {}
    """The days on which earlier versions were introduced, by version.
    Example: {1.0.0: 2026-06-01}"""
    recalls: list[RecallModel] = []
    """One block for each check that is taken back everywhere, for at most 30 days."""
    retired: list[Annotated[str, _marked("key", "reference")]] = []
    """Ids of requirements and checks that were taken out; they may not come back with another meaning.
    Example: [house.old-rule]"""


class RecallModel(Strict):
    """One check that nobody has to pass for a while, because the check is at fault."""

    check: Annotated[str, _marked("name", "reference")]
    """The check that is taken back; never one of Article 5.
    Example: art9.5/accepted-by-another"""
    reason: Text
    """What is wrong with the check.
    Example: It takes a team's shared address for one person."""
    issue: Annotated[str, _marked("name", "reference")]
    """The issue in which the check is mended.
    Example: '214'"""
    approved_by: Person
    """The person who takes the check back.
    Example: head-of-model-risk@example.org"""
    from_: Annotated[Date, Field(alias="from")]
    """The first day on which the check isn't judged.
    Example: 2027-03-02"""
    until: Date
    """The last day, at most 30 days after the first.
    Example: 2027-03-30"""


class StepModel(Strict):
    """From its day on, until the next step's."""

    from_: Annotated[Date, Field(alias="from")]
    """The day from which the step holds, until the next one's.
    Example: 2027-01-11"""
    mode: Literal["observe", "warn", "enforce"]
    """What a failed point does: observe shows it, warn annotates it, enforce ends the run with 1."""
    kinds: list[FindingKind] | None = None
    """The kinds of findings that fail the run with `enforce`, the others only warn; absent: all."""


class RingModel(Strict):
    """Repositories that move together."""

    name: Key
    """A short word for this ring of repositories.
    Example: pilots"""
    repositories: list[Annotated[str, _marked("glob", "reference")]] = []
    """The repositories in it, OWNER/NAME; `*` stands for any characters.
    Example: [bank/platform-*]"""
    topics: list[Annotated[str, _marked("name", "reference")]] = []
    """The topics as given by `check --topic`; one that agrees is enough.
    Example: [credit]"""
    profile: Literal["start", "core", "full"] | None = None
    """The smallest profile that is looked at in this ring."""
    steps: list[StepModel]
    """One block for each step, in the order of their days."""


class WaiverRulesModel(Strict):
    """What the organisation asks of waivers; tighter than the gate's own rules."""

    max_days: Annotated[int, _marked("integer", "reference")] | None = None
    """The longest that a waiver may run, in days.
    Example: 90"""
    max_ending_on_one_day: Annotated[int, _marked("integer", "reference")] | None = None
    """The number of waivers that may end on one day.
    Example: 10"""
    max_per_repository: Annotated[int, _marked("integer", "reference")] | None = None
    """The number of waivers that a repository may have; more are a warning.
    Example: 3"""
    never: list[Annotated[str, _marked("name", "reference")]] = []
    """The requirements or checks that can't be waived.
    Example: [art10.3]"""


class RolloutModel(Strict):
    """`rollout.yaml` of a pack: which repositories observe, warn or enforce, and from when."""

    schema_: Annotated[
        Literal["aiact-gate/rollout/v1"], Field(alias="schema", json_schema_extra={"x-type": "schema"})
    ]
    """The words that make this file a roll-out, with the version of its form."""
    rings: list[RingModel] = []
    """One block for each ring; the first that fits a repository is its ring."""
    waivers: WaiverRulesModel | None = None
    """The organisation's rules on waivers, tighter than the gate's own."""
