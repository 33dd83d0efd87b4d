"""Packs, requirements and checks, as loaded and compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from aiact_gate.model.rollout import Recall, Rollout

GRACE_DAYS = 30
"""How long what is new in a version of a pack only warns, from that version's day on."""

Step = str | tuple[str, ...]
"""A step of a path expression: a field, or (as a tuple) the path whose value is the key."""


LAYERS = ("builtin", "organisation", "unit", "repository")
"""Of packs; each may only tighten those before it."""


class PathExpr(NamedTuple):
    """`it.residual[verb].reason`: a name, then fields and looked-up keys."""

    source: str
    steps: tuple[Step, ...]

    @property
    def plain(self) -> tuple[str, ...]:
        """Its steps, with `*` for each key that is looked up."""
        return tuple(step if isinstance(step, str) else "*" for step in self.steps)


class Condition(NamedTuple):
    """A compiled condition or clause."""

    source: str
    code: bytes
    names: tuple[str, ...]
    """The variables it uses."""
    relative: tuple[tuple[str, ...], ...]
    """The paths it reads, from its own names, in the order of the text."""
    filled: tuple[str, ...] = ()
    """The path p if it is `filled(p)`."""
    message: str = ""
    """Of a clause that an overlay requires: it says its own, after the clauses of the pack."""
    fix: str = ""
    kind: str = ""
    place: str = ""
    """Where an overlay requires it: pack, file and line; empty for a clause of the pack itself."""


class Loop(NamedTuple):
    """One loop of `each`: a list in the evidence, or fixed words."""

    name: str
    path: PathExpr | None = None
    words: tuple[str, ...] = ()


class Lookup(NamedTuple):
    """One entry of `with`: the element of *path* whose *field* equals the value of *key*."""

    name: str
    path: PathExpr
    field: str
    key: PathExpr


class Check(NamedTuple):
    """One testable condition."""

    id: str
    """Full: `art9.5/accepted-by-another`."""
    severity: str
    kind: str
    loops: tuple[Loop, ...]
    min_items: int
    when: Condition | None
    where: Condition | None
    lookups: tuple[Lookup, ...]
    clauses: tuple[Condition, ...]
    faults: str
    at: PathExpr | None
    message: str
    missing: str
    fix: str
    reads: tuple[tuple[str, ...], ...]
    """Every path read, from the evidence's names, loops as `*`."""
    needs: tuple[tuple[str, ...], ...]
    """The paths of *reads* that its `that` names: a required field among them that isn't filled is never a pass."""
    worth: tuple[tuple[tuple[str, ...], str], ...]
    """(a path of *reads*, what it is worth: measured, provenance, structural, attested, stated)."""
    texts: tuple[tuple[str, ...], ...]
    """Prose that it reads, from its own names: held against the requirement's own words."""
    proof: Condition | None = None
    """The check over its whole list as one expression: true proves it at once; anything else is looked at row by row."""
    chosen: Condition | None = None
    """How many rows `where` lets through, as `proof` counts them."""
    line: int = 1
    new_in: str = ""
    """The pack's version that brought it in this form."""
    warns_until: str = ""
    """The last day on which what is new about it only warns."""
    replaces: Check | None = None
    """Its form before that version; None: the whole check is new."""
    file: str = ""
    """Of a check that an overlay adds: its file, where it isn't the requirement's."""
    before: Check | None = None
    """The check without what overlays require of it."""


class Widening(NamedTuple):
    """Whom an overlay binds besides; each part that is given has to hold."""

    role: str
    duty: str
    when: Condition | None


class Requirement(NamedTuple):
    """One point of law: a row of the checklist."""

    id: str
    version: str
    article: str
    citation: str
    title: str
    role: str
    duty: str
    timeline: str
    profile: str
    calls_for: str
    why: str
    leaves_open: str
    fix: str
    cheat: str
    not_checked: str
    parameters: dict[str, float]
    checks: tuple[Check, ...]
    crosswalk: dict[str, tuple[str, ...]]
    file: str
    line: int
    bounds: dict[str, dict[str, Any]] = {}
    """By parameter: type, default, min, max, tighten."""
    origin: dict[str, str] = {}
    """What an overlay set, by `parameters.NAME`, `checks.ID`, `severity.ID`, `require.ID`, `binds`, `sooner`: where."""
    widened: tuple[Widening, ...] = ()
    sooner: str = ""
    """The day from which an overlay lets it bind at the latest."""

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def is_point(self) -> bool:
        """A point of the catalogue, counted in "judged N of M points"; the tier claim and the integrity rows aren't."""
        return self.profile != "always"


def of_article_5(requirement: Requirement) -> bool:
    """Whether *requirement* is of Article 5, by its article or by its id: never waived, owed or recalled."""
    return requirement.article == "5" or is_article_5(requirement.id)


def is_article_5(name: str) -> bool:
    """Whether the requirement or check *name* is of Article 5."""
    return name.startswith("art5") and not name[4:5].isdigit()


class WaiverRules(NamedTuple):
    """What holds for every waiver of a repository."""

    max_days: int = 180
    max_ending_on_one_day: int = 10
    """More than this many on one day are a warning; 0: no limit."""
    max_per_repository: int = 0
    """More than this many are a warning; 0: no limit."""
    never: tuple[str, ...] = ()
    """Requirements and checks that can't be waived."""


def waiver_rules(stated: Mapping[str, Any]) -> WaiverRules:
    """The rules that a roll-out *stated*, as a group of keys; what isn't there is as by default."""
    usual = WaiverRules()
    days, on_one_day, here = (
        value if isinstance(value := stated.get(key), int) and value > 0 else getattr(usual, key)
        for key in ("max_days", "max_ending_on_one_day", "max_per_repository")
    )
    return WaiverRules(days, on_one_day, here, tuple(str(name) for name in stated.get("never") or ()))


def strictest(rules: Iterable[WaiverRules]) -> WaiverRules:
    """The rules that hold where all of *rules* do: nobody's can loosen another's, or the default."""
    every = (WaiverRules(), *rules)
    return WaiverRules(
        min(rule.max_days for rule in every),
        min((rule.max_ending_on_one_day for rule in every if rule.max_ending_on_one_day), default=0),
        min((rule.max_per_repository for rule in every if rule.max_per_repository), default=0),
        tuple(sorted({name for rule in every for name in rule.never})),
    )


class Attester(NamedTuple):
    """A key whose statement over a lock counts."""

    name: str
    public: str
    """The ed25519 public key, PEM."""
    until: str
    """The last day of locks that it signs, as ISO date."""


class Pack(NamedTuple):
    """A versioned folder of policies."""

    name: str
    version: str
    digest: str
    legal_review: str
    introduced: str
    requirements: tuple[Requirement, ...]
    timeline: dict[str, Any]
    classification: dict[str, Any]
    layer: str = "builtin"
    """builtin, organisation, unit, repository: a later one may only tighten an earlier one."""
    history: dict[str, str] = {}
    """Earlier version -> the day on which it was introduced."""
    rollout: Rollout | None = None
    recalls: tuple[Recall, ...] = ()
    keys: tuple[Attester, ...] = ()
    kinds: dict[str, dict[str, Any]] = {}
    """Record kinds that it adds: their JSON Schemas."""
    has_overlay: bool = False
    witness: str = ""
    """required: none of its points, nor of the packs below it, may rest on the lock alone."""
    second_signature: bool = False
    """Whether an alias is set only with a second person's signature."""
    compiled: Any = None
    """Where what it was made from is kept (a file or its bytes), until overlays are applied."""
