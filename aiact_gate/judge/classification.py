"""The tier of the AI Act that answers lead to, with the reasons, roles, duties and dates that come with it.

In come the procedure (data of `policies/eu-ai-act/classification.yaml`, whose head explains its words) and
the answers of a person; out comes one `Classified`. Reading either from a file, asking the questions, and
comparing the tier with the one that a manifest claims are the business of others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from aiact_gate.sources.shapes import nearest

_OUT_OF_SCOPE: Final = "out_of_scope"
_UNDETERMINED: Final = "undetermined"
_UNKNOWN: Final = "unknown"
_NOT_YET: Final = "not_yet"
_GATE: Final = "gate"
_CATALOGUES: Final = ("prohibited", "annex_i", "annex_iii")

# Two tiers of one rank carry different duties, neither more than the other. The undetermined may yet be high.
_RANKS: Final[Mapping[str, int]] = {
    _OUT_OF_SCOPE: 0,
    "minimal": 1,
    "limited": 2,
    "gpai": 2,
    "high": 3,
    _UNDETERMINED: 3,
    "prohibited": 4,
}


class Reason(NamedTuple):
    """One thing that decided, an exclusion too."""

    cite: str
    says: str
    question: str
    """The question whose answer it rests on; `conclude` for the last step."""
    facts: tuple[str, ...] = ()
    """What it added: `prohibited.c`."""


class Remark(NamedTuple):
    """What stands beside the tier: a derogation, a changed role, a system from before the date."""

    id: str
    cite: str
    says: str


class RoleHeld(NamedTuple):
    """A role of the person who answered. One role may be held on several grounds."""

    role: str
    cite: str


class Duty(NamedTuple):
    """A group of duties that goes with the classification."""

    id: str
    articles: str
    subject: str
    kind: str
    """`duty`, or `permission` for what is allowed and not owed."""
    date: str | None
    """ISO date from which it applies."""
    role: str
    """Who bears it; `any` for every role in the chain."""


class Classified(NamedTuple):
    """Where the answers lead. With *open* questions it is the strict reading and not a settled result."""

    tier: str
    facts: frozenset[str]
    reasons: tuple[Reason, ...]
    """At least one, each with a citation."""
    open: tuple[str, ...]
    """Questions that were asked and have no usable answer, in order."""
    asked: tuple[str, ...]
    overlays: tuple[Remark, ...]
    roles: tuple[RoleHeld, ...]
    duties: tuple[Duty, ...]
    """Due for the roles of the person who answered."""
    other_roles_duties: tuple[Duty, ...]
    """Due for the same system, from others in the chain."""
    applies_from: str | None
    """ISO date; None where no tier with duties was reached."""
    floor: str
    """The lowest tier that answers to the open questions could still lead to; *tier* where none of them is on its path."""
    certain: frozenset[str]
    """The facts that no answer to an open question changes."""


class InvalidAnswer(NamedTuple):
    """An answer that the procedure can't use. The question then counts as open."""

    question: str
    what: str
    fix: str


class _Unusable(NamedTuple):
    """Why a value is no answer to its question. Both texts are empty where there is no value at all."""

    what: str = ""
    fix: str = ""


class _Truth(NamedTuple):
    """What is known of a condition while questions are open: it holds whatever is answered; it holds for some answer."""

    must: bool
    may: bool


@dataclass(slots=True)
class _Walk:
    """The state of one walk through the questions; lives only inside `classify`."""

    must: set[str] = field(default_factory=set)
    """Facts that hold whatever is answered."""
    may: set[str] = field(default_factory=set)
    """Facts that hold for some answer; the same ones, where no question is left open."""
    answers: dict[str, tuple[Any, bool]] = field(default_factory=dict)
    """Question -> (its answer, None where any may be given; whether it is asked whatever is answered)."""
    reasons: list[Reason] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    is_undetermined: bool = False


def classify(procedure: Mapping[str, Any], answers: Mapping[str, Any]) -> Classified:
    """The tier, reasons, roles, duties and dates that *answers* lead to under *procedure*.

    *answers* maps question ids to bool, text, list of texts or date; scalars may be text (`"true"`). A
    missing or invalid answer or `unknown` leaves the question open and is taken the strict way, so that
    silence never lowers the tier.
    """
    walk = _walked(procedure, answers, strictly=True)
    reach = _walked(procedure, answers, strictly=False) if walk.open else walk
    roles = _roles(procedure, walk)
    found = Classified(
        tier=_UNDETERMINED,
        facts=frozenset(walk.must),
        reasons=tuple(walk.reasons),
        open=tuple(walk.open),
        asked=tuple(walk.asked),
        overlays=(),
        roles=roles,
        duties=(),
        other_roles_duties=(),
        applies_from=None,
        floor=_floor(procedure, reach),
        certain=frozenset(reach.must),
    )
    if walk.is_undetermined:
        return found
    conclusion = _first_met(procedure["conclude"], walk)
    if conclusion is None:
        raise ValueError("the procedure's last rule under `conclude` must hold for every walk")
    tier: str = conclusion["tier"]
    last = Reason(cite=conclusion["cite"], says=conclusion["says"], question="conclude")
    overlays = tuple(
        Remark(id=row["id"], cite=row["cite"], says=row["says"])
        for row in _all_met(procedure["overlays"], walk)
    )
    found = found._replace(tier=tier, reasons=(*found.reasons, last), overlays=overlays)
    if tier == _OUT_OF_SCOPE:
        return found
    applies_from = _date_of_tier(procedure["dates"], tier, walk)
    held = {role.role for role in roles}
    walk.must.update(f"role.{role}" for role in held)
    duties, others = _duties(procedure, walk, held, applies_from)
    return found._replace(
        facts=frozenset(walk.must),
        certain=frozenset(reach.must),
        duties=duties,
        other_roles_duties=others,
        applies_from=applies_from,
    )


def invalid_answers(procedure: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[InvalidAnswer, ...]:
    """What can't be used in *answers*, in order: unknown questions and values that don't fit, with a fix.

    Questions that the walk would not reach are judged too. Empty, a proposal (`??`) and `unknown` are valid.
    """
    questions = {question["id"]: question for question in procedure["questions"] if question["type"] != _GATE}
    found = []
    for name, value in answers.items():
        if name not in questions:
            what = f"there is no question {str(name)!r}"
            fix = _did_you_mean(str(name), questions, otherwise="remove it")
            found.append(InvalidAnswer(question=str(name), what=what, fix=fix))
            continue
        read = _read(questions[name], value)
        if isinstance(read, _Unusable) and read.what:
            found.append(InvalidAnswer(question=name, what=read.what, fix=read.fix))
    return tuple(found)


def tier_rank(tier: str) -> int:
    """How much *tier* asks for: a claim of a lower rank than the derived tier claims too little.

    Limited and gpai are equal; undetermined counts as high. Raises KeyError for a word that is no tier.
    """
    return _RANKS[tier]


def _walked(procedure: Mapping[str, Any], answers: Mapping[str, Any], *, strictly: bool) -> _Walk:
    """The state after the last question, or after the one that stopped the walk.

    An open question is answered *strictly*, or in every way: that takes too much for possible, never too little.
    """
    walk = _Walk()
    catalogue = catalogue_of(procedure)
    going = _Truth(True, True)
    for question in procedure["questions"]:
        condition = question["when"] if question["type"] == _GATE else question.get("ask_when")
        asked = _truth(condition, walk) if condition is not None else _Truth(True, True)
        asked = _Truth(asked.must and going.must, asked.may and going.may)
        if not asked.may:
            continue
        ways = _ways(question, answers.get(question["id"]), asked, walk, catalogue, strictly)
        settled = asked.must and len(ways) == 1
        for outcome in (outcome for way in ways for outcome in way):
            _apply(outcome, question["id"], settled, walk)
            # Every option that was chosen counts before the walk stops: a second reason is a reason too.
            if _is_true(outcome.get("stop")):
                going = _Truth(False, going.may and not settled)
        if walk.is_undetermined:
            break
    return walk


def _ways(
    question: Mapping[str, Any],
    value: object,
    asked: _Truth,
    walk: _Walk,
    catalogue: Mapping[str, Mapping[str, Any]],
    strictly: bool,
) -> list[list[Mapping[str, Any]]]:
    """The effects of each answer that *question* can get: of the one that stands there, the strict one, or all of them."""
    name = question["id"]
    if question["type"] == _GATE:
        return [[question["then"]]]
    walk.asked.append(name)
    answer = _read(question, value)
    if isinstance(answer, _Unusable):
        walk.open.append(name)
        if not strictly:
            walk.answers[name] = (None, asked.must)
            possible: list[Any] = [True, False] if question["type"] == "bool" else []
            possible += [(option["id"],) for option in question.get("options", ())]
            possible += [()] if "if_empty" in question else []
            return [_outcomes(question, one, catalogue) for one in possible]
        if question["unknown_as"] == _UNDETERMINED:
            walk.is_undetermined = True
            says = "not answered, and without it no tier can be given"
            return [[{"cite": question["citation"], "says": says}]]
        answer = _read(question, question["unknown_as"])
    walk.answers[name] = (answer, asked.must)
    return [_outcomes(question, answer, catalogue)]


def _outcomes(
    question: Mapping[str, Any], answer: object, catalogue: Mapping[str, Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The effects of a usable *answer*, in the order of the options."""
    if question["type"] == "bool":
        return [question["if_true"] if answer is True else question["if_false"]]
    if question["type"] == "date":
        return []
    chosen: Sequence[object] = answer if isinstance(answer, tuple) else (answer,)
    if not chosen:
        return [question["if_empty"]]
    outcomes: list[Mapping[str, Any]] = []
    for option in question["options"]:
        if option["id"] not in chosen:
            continue
        if "ref" in option:
            entry = catalogue[option["ref"]]
            says = entry["covers"] if "covers" in entry else f"{entry['name']}, {entry['law']}"
            outcomes.append({"facts": [option["ref"]], "cite": entry["citation"], "says": says})
        if "then" in option:
            outcomes.append(option["then"])
    return outcomes


def _apply(outcome: Mapping[str, Any], question: str, settled: bool, walk: _Walk) -> None:
    """Note what *outcome* adds and takes away; *settled*: whatever is answered."""
    facts = tuple(outcome.get("facts", ()))
    if names := outcome.get("drop", ()):
        prefixes = tuple(name.removesuffix("*") for name in names if name.endswith("*"))
        gone = {fact for fact in walk.may if fact in names or fact.startswith(prefixes)}
        walk.must -= gone
        walk.may -= gone if settled else set()
    walk.must.update(facts if settled else ())
    walk.may.update(facts)
    if "cite" in outcome:
        walk.reasons.append(Reason(outcome["cite"], outcome["says"], question, facts))


def _truth(condition: Mapping[str, Any], walk: _Walk) -> _Truth:
    """What *walk* knows of *condition*."""
    if "fact" in condition:
        return _Truth(condition["fact"] in walk.must, condition["fact"] in walk.may)
    if "prefix" in condition:
        prefix = condition["prefix"]
        must, may = (any(fact.startswith(prefix) for fact in facts) for facts in (walk.must, walk.may))
        return _Truth(must, may)
    if "not" in condition:
        part = _truth(condition["not"], walk)
        return _Truth(not part.may, not part.must)
    for name, joined in (("all", all), ("any", any)):
        if name in condition:
            parts = [_truth(part, walk) for part in condition[name]]
            return _Truth(joined(part.must for part in parts), joined(part.may for part in parts))
    if condition["answer"] not in walk.answers:
        return _Truth(False, False)
    answer, asked = walk.answers[condition["answer"]]
    holds = answer is None or _fits(answer, condition)
    return _Truth(holds and asked and answer is not None, holds)


def _fits(answer: Any, condition: Mapping[str, Any]) -> bool:
    """Whether *answer* is what *condition* asks of it."""
    if "has" in condition:
        return isinstance(answer, tuple) and condition["has"] in answer
    if "before" in condition:
        # ISO dates sort as text, not_yet after all of them.
        return isinstance(answer, str) and answer < str(condition["before"])
    return bool(answer == condition["is"])


def _floor(procedure: Mapping[str, Any], walk: _Walk) -> str:
    """The lowest tier that *walk* may come to."""
    tiers = []
    for row in procedure["conclude"]:
        met = _truth(row["when"], walk)
        if met.may:
            tiers.append(str(row["tier"]))
        if met.must:
            break
    return min(tiers, key=tier_rank)


def _all_met(rows: Iterable[Mapping[str, Any]], walk: _Walk) -> list[Mapping[str, Any]]:
    return [row for row in rows if _truth(row["when"], walk).must]


def _first_met(rows: Iterable[Mapping[str, Any]], walk: _Walk) -> Mapping[str, Any] | None:
    return next(iter(_all_met(rows, walk)), None)


def _roles(procedure: Mapping[str, Any], walk: _Walk) -> tuple[RoleHeld, ...]:
    return tuple(
        RoleHeld(role=row["role"], cite=row["cite"]) for row in _all_met(procedure["role_rules"], walk)
    )


def _date_of_tier(dates: Mapping[str, Any], tier: str, walk: _Walk) -> str | None:
    rule = _first_met((rule for rule in dates["rules"] if rule["tier"] == tier), walk)
    return None if rule is None else str(dates["keys"][rule["key"]])


def _duties(
    procedure: Mapping[str, Any], walk: _Walk, roles: set[str], applies_from: str | None
) -> tuple[tuple[Duty, ...], tuple[Duty, ...]]:
    """The duties of the person who holds *roles*, and those of the others; each duty once, in one of them."""
    own: dict[str, Duty] = {}
    others: dict[str, Duty] = {}
    for rule in _all_met(procedure["duty_rules"], walk):
        name, role = rule["duty"], rule["role"]
        group = procedure["duty_groups"][name]
        duty = Duty(
            id=name,
            articles=str(group["articles"]),
            subject=group["subject"],
            kind=group.get("kind", "duty"),
            date=_date_of_duty(group, procedure["dates"]["keys"], walk, applies_from),
            role=role,
        )
        (own if role == "any" or role in roles else others).setdefault(name, duty)
    return tuple(own.values()), tuple(duty for name, duty in others.items() if name not in own)


def _date_of_duty(
    group: Mapping[str, Any], keys: Mapping[str, Any], walk: _Walk, applies_from: str | None
) -> str | None:
    if group["date"] == "high":
        return applies_from
    if "earlier" in group and _truth(group["earlier"]["when"], walk).must:
        return str(keys[group["earlier"]["date"]])
    return str(keys[group["date"]])


def catalogue_of(procedure: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {entry["id"]: entry for name in _CATALOGUES for entry in procedure[name]}


def _read(question: Mapping[str, Any], value: object) -> bool | str | tuple[str, ...] | _Unusable:
    """*value* as the answer to *question*: a bool, an option id or ISO date, or a tuple of option ids."""
    if _is_unanswered(value):
        return _Unusable()
    match question["type"]:
        case "bool":
            return _read_bool(value)
        case "date":
            return _read_date(value)
        case "choice":
            return _read_choice(question, value)
        case "multi":
            return _read_multi(question, value)
        case other:
            raise ValueError(f"question {question['id']!r} is of type {other!r}, which has no answer")


def _is_unanswered(value: object) -> bool:
    """No value, `unknown`, or a proposal that nobody has confirmed; in a list one such element is enough."""
    if isinstance(value, str):
        text = value.strip()
        return text in ("", _UNKNOWN) or text.startswith("??")
    if isinstance(value, (list, tuple)):
        return any(_is_unanswered(element) for element in value)
    return value is None


def _read_bool(value: object) -> bool | _Unusable:
    if isinstance(value, bool):
        return value
    if value == "true":
        return True
    if value == "false":
        return False
    return _Unusable(f"{_shown(value)} is neither true nor false", "write true, false or unknown")


def _read_date(value: object) -> str | _Unusable:
    text = str(value)
    if text == _NOT_YET:
        return text
    # date.fromisoformat alone also takes 20250501 and week dates, which don't sort as text.
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
    return _Unusable(f"{_shown(value)} is no date", "write a date such as 2027-12-02, not_yet or unknown")


def _read_choice(question: Mapping[str, Any], value: object) -> str | _Unusable:
    options = [option["id"] for option in question["options"]]
    if isinstance(value, str) and value in options:
        return value
    if isinstance(value, (list, tuple)):
        fix = f"write one of {', '.join(options)}"
        return _Unusable("a list was given where one answer is asked for", fix)
    return _no_option(value, options)


def _read_multi(question: Mapping[str, Any], value: object) -> tuple[str, ...] | _Unusable:
    options = [option["id"] for option in question["options"]]
    if not isinstance(value, (list, tuple)):
        example = f"[{value}]" if value in options else f"a list of {', '.join(options)}; [] for none of them"
        return _Unusable(f"{_shown(value)} is not a list", f"write {example}")
    for element in value:
        if not isinstance(element, str) or element not in options:
            return _no_option(element, options)
    return tuple(value)


def _no_option(value: object, options: Sequence[str]) -> _Unusable:
    fix = _did_you_mean(str(value), options, otherwise=f"write {', '.join(options)} or unknown")
    return _Unusable(f"{_shown(value)} is none of the options", fix)


def _did_you_mean(word: str, known: Iterable[str], *, otherwise: str) -> str:
    close = nearest(word, known)
    return f"did you mean {close!r}?" if close else otherwise


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_true(value: object) -> bool:
    """Whether a flag of the procedure is set; the project's YAML reader leaves scalars as text."""
    return value is True or value == "true"
