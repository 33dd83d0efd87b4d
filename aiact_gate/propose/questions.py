"""The questions behind the tier: which are asked next, and the record `classification` that lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.judge.classification import catalogue_of, classify
from aiact_gate.propose.writing import Budget, comment

# An open one of these ends the walk: the tier can't be known without it. Assumed for the list only, so that those behind
# it are listed too; never written as an answer.
_ASSUMED: Mapping[str, Any] = {"what.kind": "ai_system", "p.screen": [], "a1.law": []}


def next_questions(
    procedure: Mapping[str, Any], answers: Mapping[str, Any], roles: Sequence[str] = ()
) -> list[Mapping[str, Any]]:
    """The questions that are open under *answers*, in order, up to the first that decides where the walk goes on."""
    assumed = dict(_ASSUMED)
    links = [role for role in roles if role in ("provider", "deployer")]
    if links:
        assumed["scope.link"] = links
    walked = classify(procedure, {**assumed, **answers})
    open_ = set(walked.open) | {name for name in assumed if name in walked.asked and name not in answers}
    return [question for question in procedure["questions"] if question["id"] in open_]


def record(
    procedure: Mapping[str, Any], release: str, questions: Sequence[Mapping[str, Any]], budget: Budget
) -> str:
    """`classification.yaml` with *questions*, as many as *budget* allows."""
    lines = [
        "# The questions behind the tier. Write the answer after `is`, and a sentence about this system after",
        "# `because`, each in place of the ??. Leave open what nobody knows. Answers lead to further questions:",
        "# `aiact-gate check` names those, and `aiact-gate init` shows them.",
        "schema: aiact-gate/record/classification/v1",
        f"for: {release}",
        "decided_by:  # who answers for the tier, once all is answered: an address or a role",
        "reviewed_by:  # a second person who read the answers",
        "answers:",
    ]
    for question in questions:
        if not budget.take(2):
            break
        lines += entry(procedure, question)
    return "\n".join(lines) + "\n"


def entry(procedure: Mapping[str, Any], question: Mapping[str, Any]) -> list[str]:
    """One question with its text, its options and two open values."""
    lines = ["", *comment(f"{question['text']} ({question['citation']})", "  ")]
    if "help" in question:
        lines += comment(str(question["help"]), "  ")
    lines += _options(procedure, question)
    return [*lines, f"  {question['id']}:", "    is: ??", "    because: ??"]


def _options(procedure: Mapping[str, Any], question: Mapping[str, Any]) -> list[str]:
    match question["type"]:
        case "bool":
            return ["  # is: true or false"]
        case "date":
            return ["  # is: a date such as 2027-12-02, or not_yet"]
    options = question["options"]
    first = "one of" if question["type"] == "choice" else "a list, [] for none of"
    if all("ref" in option and "text" not in option for option in options):
        # Many short names: one paragraph.
        names = (f"{option['id']} = {option_text(procedure, option)}" for option in options)
        return comment(f"is: {first}: " + "; ".join(names), "  ")
    lines = [f"  # is: {first}"]
    for option in options:
        lines += comment(f"{option['id']}: {option_text(procedure, option)}", "  ", hanging="    ")
    return lines


def option_text(procedure: Mapping[str, Any], option: Mapping[str, Any]) -> str:
    """The words in which *option* is shown to a person: its own, or those of its catalogue entry."""
    if "text" in option:
        return str(option["text"])
    entry = catalogue_of(procedure)[option["ref"]]
    return str(entry["covers"]) if "covers" in entry else f"{entry['name']} ({entry['law']})"
