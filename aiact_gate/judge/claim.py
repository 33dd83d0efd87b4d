"""The claimed tier held against the answers: what `art6.claim` reports, and which duties bind the system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from aiact_gate.judge.classification import Classified, classify, invalid_answers, tier_rank
from aiact_gate.model.days import day
from aiact_gate.model.evidence import Absent, Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.sources.manifest import role_words

PERSONAL = frozenset(
    (
        "age sex gender birth birthday birthdate dob nationality citizenship ethnicity ethnic race religion belief marital "
        "disability health pregnant pregnancy orientation union foreign foreigner name surname firstname lastname email phone "
        "telephone address ssn iban personal income salary wage job occupation employment employed employer household "
        "children dependents education housing postcode zip"
    ).split()
)
"""Words in a column's name that speak of a person."""
ANSWER = "Answer them in compliance/classification.yaml: aiact-gate explain art6.claim"


class Practice(NamedTuple):
    """A prohibited practice that the answers give, whatever the open questions are answered."""

    article: str
    """`Article 5(1)(c)`."""
    cite: str
    """The point that decided: `Article 5(1)(c)(ii)`."""
    says: str
    question: str
    date: str
    duty: str
    """`stop`, or `stop_new` for those that apply later."""


class Claim(NamedTuple):
    """What binds one system, and what its tier rests on."""

    claimed: str
    """The tier of the manifest, or empty for a proposal (`??`) or none."""
    derived: Classified | None
    """The walk over the answers; None without a classification record."""
    roles: frozenset[str]
    duties: frozenset[str]
    is_high: bool
    decided_by: str
    reviewed_by: str
    faults: tuple[Fault, ...]
    practices: tuple[Practice, ...] = ()
    widened: frozenset[str] = frozenset()
    """Requirements that bind this system because an overlay says so."""

    @property
    def facts(self) -> frozenset[str]:
        return self.derived.facts if self.derived is not None else frozenset()


def judge_claim(
    system: Mapping[str, Any], tier_place: Location, evidence: Evidence, procedure: Mapping[str, Any]
) -> Claim:
    """Walk the answers of *evidence* and hold the claim of *system* against them. *tier_place*: the claim's line."""
    claimed = str(system.get("tier") or "")
    record = evidence.data.get("classification")
    faults = _role_faults(system, evidence)
    derived = None
    if record is None:
        faults += _unanswered(claimed, tier_place, evidence.absent.get("classification"))
    else:
        answers, wrong = _answers(record, evidence, procedure)
        derived = classify(procedure, answers)
        faults += wrong
        faults += _compared(claimed, derived, tier_place, record, evidence)
        faults += _reviewed(claimed, derived, record, evidence)
        faults += _personal(derived, tier_place, record, evidence)
        faults += _same_roles(system, derived, evidence)
    practices = _practices(derived, procedure) if derived is not None else ()
    faults += [_practice_fault(practice, evidence) for practice in practices]
    roles = {str(role) for role in system.get("role") or []}
    duties: set[str] = set()
    tier = derived.tier if derived is not None else claimed or "undetermined"
    is_high = claimed in ("high", "prohibited") or tier in ("high", "prohibited", "undetermined")
    if derived is not None:
        roles |= {held.role for held in derived.roles}
        # A permission (Article 4a) asks for nothing by itself; its conditions are looked at where bias is looked for.
        owed = (*derived.duties, *derived.other_roles_duties)
        duties |= {duty.id for duty in owed if is_high or duty.kind != "permission"}
        duties -= {"stop", "stop_new"} - {practice.duty for practice in practices}
    if is_high and (derived is None or tier not in ("high", "prohibited")):
        duties |= {"requirements", "bias_data", "literacy"}
    return Claim(
        claimed=claimed,
        derived=derived,
        roles=frozenset(roles or {"provider"}),
        duties=frozenset(duties),
        is_high=is_high,
        decided_by=str((record or {}).get("decided_by") or ""),
        reviewed_by=str((record or {}).get("reviewed_by") or ""),
        faults=tuple(faults),
        practices=practices,
    )


def _role_faults(system: Mapping[str, Any], evidence: Evidence) -> list[Fault]:
    """A finding where the manifest doesn't say who the provider, the deployer and so on is."""
    if system.get("role"):
        return []
    what = "The manifest names no role, so the provider's duties are looked at until it does."
    fix = f"Write role: and one or more of {', '.join(role_words())}."
    return [Fault("claim_role", "missing", evidence.locate(("system", "role")), what, fix)]


def _practices(derived: Classified, procedure: Mapping[str, Any]) -> tuple[Practice, ...]:
    """What is prohibited for certain; nothing where an open question may still lead out of it."""
    if derived.floor != "prohibited":
        return ()
    known = {f"prohibited.{entry['id'].removeprefix('p.')}": entry for entry in procedure["prohibited"]}
    first = str(procedure["dates"]["keys"]["prohibited"])
    found = []
    for reason in derived.reasons:
        for fact in sorted(known.keys() & derived.certain & set(reason.facts)):
            date = str(known[fact]["applies_from"])
            duty = "stop" if date == first else "stop_new"
            found.append(
                Practice(known[fact]["citation"], reason.cite, reason.says, reason.question, date, duty)
            )
    return tuple(found)


def _practice_fault(practice: Practice, evidence: Evidence) -> Fault:
    in_force = practice.date <= str(evidence.data["as_of"])
    applies = f"has applied since {day(practice.date)}" if in_force else f"applies from {day(practice.date)}"
    return Fault(
        "practice" if practice.duty == "stop" else "practice_new",
        "contradicted",
        evidence.locate(("classification", "answers", practice.question, "is")),
        f"By the answers this is a prohibited practice, {practice.cite}: {practice.says}. The prohibition {applies}.",
        "Don't place it on the market, put it into service or use it; no document cures it. "
        f"If the answer to {practice.question} is wrong, mend it.",
        ("classification", "answers", practice.question),
        article=practice.article,
        is_firm=in_force,
    )


def _same_roles(system: Mapping[str, Any], derived: Classified, evidence: Evidence) -> Iterator[Fault]:
    held = {role.role for role in derived.roles}
    strange = [str(role) for role in system.get("role") or [] if str(role) not in held]
    if held and strange:
        what = f"The manifest says {', '.join(strange)}; the answers give {', '.join(sorted(held))}."
        fix = "Write the roles that the answer to scope.link gives, or mend that answer."
        yield Fault("claim_below", "contradicted", evidence.locate(("system", "role")), what, fix)


def _unanswered(claimed: str, tier_place: Location, absent: Absent | None) -> Iterator[Fault]:
    """What is said where no answers can be read."""
    if absent is None:
        return
    told = absent.fault
    if absent.unreadable:
        yield Fault("claim_unanswered", "malformed", told.location, told.message, told.fix)
    elif told.rule != "record_missing":
        yield Fault("claim_unanswered", "missing", tier_place, told.message, told.fix)
    else:
        did = f"answered the questions behind the tier {claimed}"
        did = did if claimed else "claimed a tier or answered the questions behind it"
        yield Fault("claim_unanswered", "missing", tier_place, f"Nobody has {did}.", ANSWER)


def _answers(
    record: Mapping[str, Any], evidence: Evidence, procedure: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """(question -> answer, a fault for each that can't be used)."""
    rows = (record.get("answers") or {}).items()
    answers = {
        name: row.get("is") for name, row in rows if isinstance(row, dict) and row.get("is") is not None
    }
    faults = []
    for wrong in invalid_answers(procedure, answers):
        pointer = ("classification", "answers", wrong.question)
        what, place = f"{wrong.question}: {wrong.what}", evidence.locate((*pointer, "is"))
        faults.append(Fault("claim_invalid", "malformed", place, what, wrong.fix, pointer))
    return answers, faults


def _compared(
    claimed: str, derived: Classified, tier_place: Location, record: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    """The claim held against what the answers give."""
    is_settled = derived.floor == derived.tier
    if derived.open:
        yield _open_fault(derived, tier_place)
    if not claimed:
        what = f"No tier is claimed; the answers give {derived.tier}."
        fix = f"Write tier: {derived.tier}, if the answers are right."
        if not is_settled:
            what = "No tier is claimed, and the answers leave it open."
            fix = "Answer the open questions, then claim the tier that they give."
        yield Fault("claim_below", "missing", tier_place, what, fix)
    elif tier_rank(claimed) < tier_rank(derived.floor):
        given = f"{derived.tier} ({', '.join(cites_of(derived)) or 'as answered'})"
        if not is_settled:
            given = f"at least {derived.floor}, whatever the open questions are answered"
        what = f"The manifest claims {claimed}; the answers give {given}."
        fix = f"Claim {derived.floor}, or mend the answer that is wrong."
        yield Fault("claim_below", "contradicted", tier_place, what, fix, is_firm=True)
    if not record.get("decided_by"):
        what = "Nobody has decided the tier yet; it is a proposal."
        fix = "Let a person who answers for it fill decided_by."
        place = evidence.locate(("classification", "decided_by"))
        yield Fault("claim_undecided", "missing", place, what, fix)


def _personal(
    derived: Classified, tier_place: Location, record: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    """Where the model's signature takes data about persons: the answer on profiling, or the question that wasn't asked."""
    columns = ", ".join(personal_columns(evidence)[:5])
    if not columns:
        return
    answer = (record.get("answers") or {}).get("d.profiling")
    if "d.profiling" not in derived.asked:
        what = f"The model's signature takes {columns}. Is it used in an area of Annex III?"
        fix = "If it is, answer a3.areas so; if not, nothing is to be done."
        yield Fault("claim_signature", "asked", tier_place, what, fix)
    elif isinstance(answer, dict) and answer.get("is") is False:
        what = f"The answer says no profiling; the model's signature takes {columns}."
        fix = "Answer d.profiling: true, or train without data about persons."
        place = evidence.locate(("classification", "answers", "d.profiling", "is"))
        yield Fault("claim_profiling", "contradicted", place, what, fix)


def _open_fault(derived: Classified, tier_place: Location) -> Fault:
    """Open questions are one finding; what the strict reading makes of them is no statement of anybody's."""
    names = derived.open
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    many = (
        f"{len(names)} questions behind the tier are" if len(names) > 1 else "One question behind the tier is"
    )
    until = f" Until then the tier counts as {derived.tier}." if derived.floor != derived.tier else ""
    return Fault("claim_open", "missing", tier_place, f"{many} open: {shown}.{until}", ANSWER)


def _reviewed(
    claimed: str, derived: Classified, record: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    """A tier that decides over many duties, or that gets out of them by Article 6(3), is read by a second person."""
    if "high" not in (claimed, derived.tier) and "derogated" not in derived.facts:
        return
    place = evidence.locate(("classification", "reviewed_by"))
    reviewer = record.get("reviewed_by")
    if not reviewer:
        what = "Nobody has reviewed the answers behind the tier."
        fix = "Let a second person read them and fill reviewed_by."
        yield Fault("claim_unreviewed", "missing", place, what, fix)
    elif reviewer == record.get("decided_by"):
        what = f"The tier is reviewed by {reviewer}, who also decided it."
        yield Fault("claim_unreviewed", "contradicted", place, what, "Let somebody else read the answers.")


def cites_of(derived: Classified) -> tuple[str, ...]:
    """What the tier rests on: the points of Annex III, the product law, the prohibition; else what concludes it."""
    if derived.tier == "prohibited":
        cites = (reason.cite for reason in derived.reasons if _has(reason.facts, "prohibited."))
        return tuple(dict.fromkeys(cites))
    if derived.tier in ("limited", "gpai", "minimal", "out_of_scope"):
        return (derived.reasons[-1].cite,)
    points = [f"Annex III {_point(fact)}" for fact in sorted(derived.facts) if _has([fact], "annex3.")]
    if "high.annex1" in derived.facts:
        points.append("Article 6(1), Annex I")
    return tuple(points)


def _has(facts: Iterable[str], prefix: str) -> bool:
    return any(fact.startswith(prefix) for fact in facts)


def _point(fact: str) -> str:
    number, _, letter = fact.removeprefix("annex3.").partition(".")
    return f"{number}({letter})" if letter else number


def personal_columns(evidence: Evidence) -> list[str]:
    """The inputs of the locked signature whose names speak of a person."""
    signature = (evidence.data.get("mlflow") or {}).get("signature") or {}
    found = []
    for column in signature.get("inputs") or []:
        words = str(column.get("name", "")).lower().replace("-", "_").replace(".", "_").split("_")
        if PERSONAL & set(words):
            found.append(str(column.get("name")))
    return found
