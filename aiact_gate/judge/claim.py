"""The claimed tier held against the answers: what `art6.claim` reports, and which duties bind the system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from aiact_gate.judge.classification import Classified, classify, invalid_answers, tier_rank
from aiact_gate.model.days import day
from aiact_gate.model.evidence import Evidence, Fault
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
        absent = evidence.absent.get("classification")
        if absent is not None and not absent.unreadable:
            what = (
                f"Nobody has answered the questions behind the tier {claimed}."
                if claimed
                else "Nobody has claimed a tier or answered the questions behind it."
            )
            fix = "Answer them in compliance/classification.yaml: aiact-gate explain art6.claim"
            if absent.fault.rule != "record_missing":
                what, fix = absent.fault.message, absent.fault.fix
            faults.append(Fault("claim_unanswered", "missing", tier_place, what, fix))
        elif absent is not None:
            faults.append(
                Fault(
                    "claim_unanswered",
                    "malformed",
                    absent.fault.location,
                    absent.fault.message,
                    absent.fault.fix,
                )
            )
    else:
        derived = _walk(record, evidence, procedure, faults)
        _compare(claimed, derived, tier_place, record, evidence, faults)
        _same_roles(system, derived, evidence, faults)
    practices = _practices(derived, procedure) if derived is not None else ()
    faults += [_practice_fault(practice, evidence) for practice in practices]
    roles = {str(role) for role in system.get("role") or []}
    duties: set[str] = set()
    rank = tier_rank(derived.tier) if derived is not None else -1
    claim_is_high = claimed in ("high", "prohibited")
    is_high = (
        claim_is_high
        or derived is not None
        and derived.tier in ("high", "prohibited", "undetermined")
        or derived is None
        and not claimed
    )
    if derived is not None:
        roles |= {held.role for held in derived.roles}
        # A permission (Article 4a) asks for nothing by itself; its conditions are looked at where bias is looked for.
        owed = (*derived.duties, *derived.other_roles_duties)
        duties |= {duty.id for duty in owed if is_high or duty.kind != "permission"}
        duties -= {"stop", "stop_new"} - {practice.duty for practice in practices}
    undecided = derived is None or derived.tier != "high"
    if is_high and undecided and (derived is None or rank <= tier_rank("high")):
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


def _same_roles(
    system: Mapping[str, Any], derived: Classified, evidence: Evidence, faults: list[Fault]
) -> None:
    held = {role.role for role in derived.roles}
    strange = [str(role) for role in system.get("role") or [] if str(role) not in held]
    if held and strange:
        what = f"The manifest says {', '.join(strange)}; the answers give {', '.join(sorted(held))}."
        fix = "Write the roles that the answer to scope.link gives, or mend that answer."
        faults.append(Fault("claim_below", "contradicted", evidence.locate(("system", "role")), what, fix))


def _walk(
    record: Mapping[str, Any], evidence: Evidence, procedure: Mapping[str, Any], faults: list[Fault]
) -> Classified:
    rows = record.get("answers") or {}
    answers = {
        question: row.get("is")
        for question, row in rows.items()
        if isinstance(row, dict) and row.get("is") is not None
    }
    for wrong in invalid_answers(procedure, answers):
        place = evidence.locate(("classification", "answers", wrong.question, "is"))
        faults.append(
            Fault(
                "claim_invalid",
                "malformed",
                place,
                f"{wrong.question}: {wrong.what}",
                wrong.fix,
                ("classification", "answers", wrong.question),
            )
        )
    return classify(procedure, answers)


def _compare(
    claimed: str,
    derived: Classified,
    tier_place: Location,
    record: Mapping[str, Any],
    evidence: Evidence,
    faults: list[Fault],
) -> None:
    if derived.open:
        faults.append(_open_fault(derived, tier_place))
    if not claimed:
        what = f"No tier is claimed; the answers give {derived.tier}."
        fix = f"Write tier: {derived.tier}, if the answers are right."
        if derived.floor != derived.tier:
            what = "No tier is claimed, and the answers leave it open."
            fix = "Answer the open questions, then claim the tier that they give."
        faults.append(Fault("claim_below", "missing", tier_place, what, fix))
    elif tier_rank(claimed) < tier_rank(derived.floor):
        given = f"{derived.tier} ({_cites(derived)})"
        if derived.floor != derived.tier:
            given = f"at least {derived.floor}, whatever the open questions are answered"
        what = f"The manifest claims {claimed}; the answers give {given}."
        fix = f"Claim {derived.floor}, or mend the answer that is wrong."
        faults.append(Fault("claim_below", "contradicted", tier_place, what, fix, is_firm=True))
    if not record.get("decided_by"):
        faults.append(
            Fault(
                "claim_undecided",
                "missing",
                evidence.locate(("classification", "decided_by")),
                "Nobody has decided the tier yet; it is a proposal.",
                "Let a person who answers for it fill decided_by.",
            )
        )
    _reviewed(claimed, derived, record, evidence, faults)
    columns = personal_columns(evidence)
    if not columns:
        return
    rows = record.get("answers") or {}
    answer = rows.get("d.profiling") if isinstance(rows.get("d.profiling"), dict) else None
    listed = ", ".join(columns[:5])
    if answer is not None and answer.get("is") is False and "d.profiling" in derived.asked:
        place = evidence.locate(("classification", "answers", "d.profiling", "is"))
        faults.append(
            Fault(
                "claim_profiling",
                "contradicted",
                place,
                f"The answer says no profiling; the model's signature takes {listed}.",
                "Answer d.profiling: true, or train without data about persons.",
            )
        )
    elif "d.profiling" not in derived.asked:
        faults.append(
            Fault(
                "claim_signature",
                "asked",
                tier_place,
                f"The model's signature takes {listed}. Is it used in an area of Annex III?",
                "If it is, answer a3.areas so; if not, nothing is to be done.",
            )
        )


def _open_fault(derived: Classified, tier_place: Location) -> Fault:
    """Open questions are one finding; what the strict reading makes of them is no statement of anybody's."""
    names = derived.open
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    many = (
        f"{len(names)} questions behind the tier are" if len(names) > 1 else "One question behind the tier is"
    )
    until = f" Until then the tier counts as {derived.tier}." if derived.floor != derived.tier else ""
    fix = "Answer them in compliance/classification.yaml: aiact-gate explain art6.claim"
    return Fault("claim_open", "missing", tier_place, f"{many} open: {shown}.{until}", fix)


def _reviewed(
    claimed: str, derived: Classified, record: Mapping[str, Any], evidence: Evidence, faults: list[Fault]
) -> None:
    """A tier that decides over many duties, or that gets out of them by Article 6(3), is read by a second person."""
    if "high" not in (claimed, derived.tier) and "derogated" not in derived.facts:
        return
    place = evidence.locate(("classification", "reviewed_by"))
    reviewer = record.get("reviewed_by")
    if not reviewer:
        what = "Nobody has reviewed the answers behind the tier."
        fix = "Let a second person read them and fill reviewed_by."
        faults.append(Fault("claim_unreviewed", "missing", place, what, fix))
    elif reviewer == record.get("decided_by"):
        what = f"The tier is reviewed by {reviewer}, who also decided it."
        faults.append(
            Fault("claim_unreviewed", "contradicted", place, what, "Let somebody else read the answers.")
        )


def _cites(derived: Classified) -> str:
    cites = cites_of(derived)
    return ", ".join(cites) if cites else "as answered"


def cites_of(derived: Classified) -> tuple[str, ...]:
    """What the tier rests on: the points of Annex III, the product law, the prohibition; else what concludes it."""
    if derived.tier == "prohibited":
        cites = (reason.cite for reason in derived.reasons if _has(reason.facts, "prohibited."))
        return tuple(dict.fromkeys(cites))
    facts = derived.facts
    if derived.tier in ("limited", "gpai", "minimal", "out_of_scope"):
        return (derived.reasons[-1].cite,)
    found = [
        reason.cite
        for reason in derived.reasons
        if reason.cite.startswith("Annex III point") and _has(facts, "annex3.")
    ]
    points = [
        f"Annex III {_point(fact)}" for fact in sorted(facts) if fact.startswith("annex3.") and len(fact) > 7
    ]
    if "high.annex1" in facts:
        points.append("Article 6(1), Annex I")
    return tuple(dict.fromkeys(points or found))


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
