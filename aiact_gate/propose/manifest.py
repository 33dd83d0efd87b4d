"""`aiact.yaml` and the instructions for use as proposals: claims stay open, pointers are written where there is one choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aiact_gate.propose.tier import Likeness
from aiact_gate.propose.writing import (
    Budget,
    comment,
    folded,
    place,
    proposal,
    scalar,
)
from aiact_gate.sources.cards import Passage


@dataclass(frozen=True)
class Model:
    """The registered model that the manifest names."""

    name: str
    version: str
    """Empty if an alias names it, or if nothing does."""
    alias: str
    is_proposal: bool
    """The version is the newest of several: somebody has to say that it is the one."""
    tracking_uri: str
    """Empty where `collect` finds the store by itself."""


@dataclass(frozen=True)
class Facts:
    """What a manifest is proposed from."""

    system: str
    version: str
    version_source: str
    name: Passage | None = None
    purpose: Passage | None = None
    purpose_said: str = ""
    """What a person answered, where no card says it."""
    roles: tuple[str, ...] = ()
    """As answered; empty: open."""
    card: str = ""
    cards: tuple[str, ...] = ()
    """All of them, where there are several and none was taken."""
    instructions: str = ""
    model: Model | None = None
    models: tuple[str, ...] = ()
    """All of them, where there are several and none was taken."""
    likeness: Likeness | None = None
    data: tuple[str, ...] = ()
    unread_store: str = ""
    notes: tuple[str, ...] = field(default=())


def manifest(facts: Facts, budget: Budget) -> str:
    """The text of `aiact.yaml`."""
    lines = [
        "# One screen: what this system is and where its evidence stands. What starts with ?? is a proposal and",
        "# counts as empty: read it, mend it, then delete the ??. Next: aiact-gate check",
        "schema: aiact-gate/manifest/v1",
        "systems:",
        f"  - id: {facts.system}  # records name the system by it; leave it as it is once they do",
        *_name(facts, budget),
        f"    version: {scalar(facts.version)}  # {facts.version_source}; records name it after the @",
        *_role(facts),
        *_purpose(facts, budget),
        *_tier(facts, budget),
        *_model(facts, budget),
        *_inputs(facts),
        "    evidence_dir: compliance",
        "policies:",
        "  profile: start  # start | core | full: raised, never lowered",
    ]
    return "\n".join(lines) + "\n"


def _name(facts: Facts, budget: Budget) -> list[str]:
    if facts.name is not None and budget.take():
        return [f"    name: {proposal(facts.name.text)}  # {place(facts.name.path, facts.name.line)}"]
    return ["    name:  # what people call it"]


def _role(facts: Facts) -> list[str]:
    hint = "provider: made under your name; deployer: used; both: [provider, deployer]"
    if not facts.roles:
        return [f"    role:  # {hint}"]
    text = facts.roles[0] if len(facts.roles) == 1 else f"[{', '.join(facts.roles)}]"
    return [f"    role: {text}  # as you answered"]


def _purpose(facts: Facts, budget: Budget) -> list[str]:
    if facts.purpose is not None and budget.take():
        source = place(facts.purpose.path, facts.purpose.line)
        return [
            f"    intended_purpose: >-  # {source}",
            *folded(f"?? {facts.purpose.text}", "      "),
        ]
    if facts.purpose_said and budget.take():
        return ["    intended_purpose: >-  # your answer", *folded(f"?? {facts.purpose_said}", "      ")]
    return [
        "    intended_purpose:  # what it puts out, for whom, about whom; the card says it in the same words"
    ]


def _tier(facts: Facts, budget: Budget) -> list[str]:
    hint = "# prohibited | high | limited | gpai | minimal | out_of_scope"
    found = facts.likeness
    if found is None:
        why = comment(
            "No proposal: nothing here says what it is used for. compliance/classification.yaml asks.", "    "
        )
    else:
        said = (
            f"It looks like {found.looks_like}: {found.tier}, {found.cite}, because"
            f' {place(found.path, found.line)} says "{found.word}". Nobody has decided that;'
            " compliance/classification.yaml has the questions behind it."
        )
        why = comment(said, "    ")
    return [*why, f"    tier: ??  {hint}" if budget.take() else f"    tier:  {hint}"]


def _model(facts: Facts, budget: Budget) -> list[str]:
    lines = ["    model:"]
    if facts.card:
        lines.append(f"      card: {scalar(facts.card)}")
    else:
        lines += [f"      # A card: {place(path)}" for path in facts.cards[:5]]
        lines.append("      card:  # the model card, a Markdown file")
    lines.append(
        f"      instructions: {scalar(facts.instructions)}"
        if facts.instructions
        else "      instructions:  # the instructions for use, a Markdown file"
    )
    if facts.model is not None:
        lines += mlflow_block(facts.model, budget)
    elif facts.models:
        lines += comment(
            f"Registered models: {', '.join(place(name) for name in facts.models[:8])}. Name one that this system runs:",
            "      ",
        )
        lines += ['      # mlflow: {registered_model: , version: ""}']
    elif facts.unread_store:
        lines += comment(facts.unread_store, "      ")
    return lines


def mlflow_block(model: Model, budget: Budget) -> list[str]:
    """`mlflow:` below `model:`, with the names that `collect` reads by."""
    lines = ["      mlflow:", f"        registered_model: {scalar(model.name)}"]
    if model.alias:
        lines.append(f"        alias: {scalar(model.alias)}")
    elif model.version and not model.is_proposal:
        lines.append(f'        version: "{model.version}"')
    elif model.version and budget.take():
        lines.append(f'        version: "?? {model.version}"  # the newest; is it the one that is used?')
    else:
        lines.append("        version:  # the version that is used, or `alias:` instead")
    if model.tracking_uri:
        lines.append(f"        tracking_uri: {scalar(model.tracking_uri)}")
    return lines


def _inputs(facts: Facts) -> list[str]:
    hint = "    inputs:  # files that the model is made from, as globs: code, parameters, data"
    if not facts.data:
        return [hint]
    return [hint, *(f"      - {scalar(path)}" for path in facts.data)]


TITLES = {
    "provider": ("Provider", "name, address and contact"),
    "intended_purpose": ("Intended purpose", "the purpose of aiact.yaml, word for word, and for whom"),
    "out_of_scope": ("Out of scope", "each one that system_description.yaml lists"),
    "accuracy": ("Accuracy", "each planned metric as the run logged it, with its bounds"),
    "circumstances": ("Circumstances that may lead to risks", "known and foreseeable ones, misuse included"),
    "risks": ("Known risks", "each risk of the register, by its id and in plain words"),
    "explanation": ("What explains an output", "what an overseer can see"),
    "groups": ("Performance for groups", "figures for the groups it is used on"),
    "inputs": ("Inputs", "what it takes, in which form"),
    "interpretation": ("How to read an output", "what a value means and what not"),
    "changes": ("Planned changes", "those laid down beforehand"),
    "oversight": ("Human oversight", "what overseers can do, and how"),
    "resources": ("Resources and maintenance", "what it needs, how long it is looked after"),
    "logs": ("Logs", "how to collect, keep and read them"),
}
"""Section of the instructions -> heading, and what to write below it."""


def instructions(release: str, model: Model | None, sections: Iterable[str], budget: Budget) -> str:
    """Instructions for use with a front matter and empty *sections*: headings only, so that nothing counts by itself."""
    wanted = [name for name in TITLES if name in set(sections)]
    lines = [*front_matter(release, model, wanted, budget), "# Instructions for use", ""]
    for name in wanted:
        lines += [f"## {TITLES[name][0]}", ""]
    return "\n".join(lines).rstrip() + "\n"


def front_matter(release: str, model: Model | None, sections: Sequence[str], budget: Budget) -> list[str]:
    """The front matter that lets the instructions speak for *release*."""
    version = f'"{model.version}"' if model is not None and model.version and not model.is_proposal else ""
    lines = [
        "---",
        "# Write each section below, then delete its ?? here.",
        "schema: aiact-gate/document/instructions_for_use/v1",
        f"for: {release}",
        f"model_version: {version}".rstrip() + "  # the registered version that these instructions describe",
        "delivery:  # one line a form of supply in system_description.yaml",
        "  - form:  # its id",
        "    how:  # how the instructions reach whoever gets it in this form",
        "sections:",
    ]
    for name in sections:
        title, what = TITLES[name]
        value = proposal(title) if budget.take() else ""
        lines.append(f"  {name}: {value}".rstrip() + f"  # {what}")
    return [*lines, "---", ""]
