"""The claimed tier held against the answers: what `art6.claim` reports, and which duties bind the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiact_gate.judge.classification import Classified, classify, invalid_answers, tier_rank
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location

PERSONAL = frozenset(
    (
        "age sex gender birth birthday birthdate dob nationality citizenship ethnicity ethnic race religion belief marital "
        "disability health pregnant pregnancy orientation union foreign foreigner name surname firstname lastname email phone "
        "telephone address ssn iban personal income salary wage job occupation employment employed employer household "
        "children dependents education housing postcode zip"
    ).split()
)
"""Words in a column's name that speak of a person."""


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
    faults: list[Fault] = []
    derived = None
    if record is None:
        absent = evidence.absent.get("classification")
        if absent is not None and not absent.unreadable:
            what = (
                f"Nobody has answered the questions behind the tier {claimed}."
                if claimed
                else "Nobody has claimed a tier or answered the questions behind it."
            )
            if absent.fault.rule != "record_missing":
                what = absent.fault.message
            faults.append(
                Fault(
                    "claim_unanswered",
                    "missing",
                    tier_place,
                    what,
                    "Answer them in compliance/classification.yaml: aiact-gate explain art6.claim",
                )
            )
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
    )


def _same_roles(
    system: Mapping[str, Any], derived: Classified, evidence: Evidence, faults: list[Fault]
) -> None:
    held = {role.role for role in derived.roles}
    strange = [str(role) for role in system.get("role") or [] if str(role) not in held]
    if held and strange:
        faults.append(
            Fault(
                "claim_below",
                "contradicted",
                evidence.locate(("system", "role")),
                f"The manifest says {', '.join(strange)}; the answers give {', '.join(sorted(held))}.",
                "Write the roles that the answer to scope.link gives, or mend that answer.",
            )
        )


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
        shown = ", ".join(derived.open[:4]) + (
            f" and {len(derived.open) - 4} more" if len(derived.open) > 4 else ""
        )
        many = (
            f"{len(derived.open)} questions behind the tier are"
            if len(derived.open) > 1
            else "One question behind the tier is"
        )
        faults.append(
            Fault(
                "claim_open",
                "missing",
                tier_place,
                f"{many} open: {shown}.",
                "Answer them in compliance/classification.yaml: aiact-gate explain art6.claim",
            )
        )
    undetermined = derived.tier == "undetermined"
    if not claimed and undetermined:
        what = "No tier is claimed, and the answers leave it undetermined."
        fix = "Answer the open questions, then claim the tier that they give."
        faults.append(Fault("claim_below", "missing", tier_place, what, fix))
    elif not claimed:
        what = f"No tier is claimed; the answers give {derived.tier}."
        fix = f"Write tier: {derived.tier}, if the answers are right."
        faults.append(Fault("claim_below", "missing", tier_place, what, fix))
    elif tier_rank(claimed) < tier_rank(derived.tier):
        if undetermined:
            what = f"The manifest claims {claimed}; the answers leave the tier undetermined, so it counts as high."
            fix = "Answer the open questions, or claim high until then."
        else:
            what = f"The manifest claims {claimed}; the answers give {derived.tier} ({_cites(derived)})."
            fix = f"Claim {derived.tier}, or mend the answer that is wrong."
        faults.append(Fault("claim_below", "contradicted", tier_place, what, fix))
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
                "contradicted",
                tier_place,
                f"The model's signature takes {listed}. Is it used in an area of Annex III?",
                "If it is, answer a3.areas so; if not, nothing is to be done.",
            )
        )


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
        faults.append(
            Fault(
                "claim_unreviewed",
                "missing",
                place,
                what,
                "Let a second person read them and fill reviewed_by.",
            )
        )
    elif reviewer == record.get("decided_by"):
        what = f"The tier is reviewed by {reviewer}, who also decided it."
        faults.append(
            Fault("claim_unreviewed", "contradicted", place, what, "Let somebody else read the answers.")
        )


def _cites(derived: Classified) -> str:
    cites = cites_of(derived)
    return ", ".join(cites) if cites else "as answered"


def cites_of(derived: Classified) -> tuple[str, ...]:
    """What a high or prohibited tier rests on: the points of Annex III, the product law, the prohibition."""
    facts = derived.facts
    found = [
        reason.cite
        for reason in derived.reasons
        if reason.cite.startswith("Annex III point") and any(fact.startswith("annex3.") for fact in facts)
    ]
    points = [
        f"Annex III {_point(fact)}" for fact in sorted(facts) if fact.startswith("annex3.") and len(fact) > 7
    ]
    if derived.tier == "prohibited":
        return tuple(
            dict.fromkeys(reason.cite for reason in derived.reasons if reason.cite.startswith("Article 5"))
        )
    if "high.annex1" in facts:
        points.append("Article 6(1), Annex I")
    return tuple(dict.fromkeys(points or found))


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
