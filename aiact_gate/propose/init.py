"""`init`: what a repository holds, as proposals for the manifest and the records that profile `start` reads.

Nothing that exists is changed: new files are planned, and what existing ones lack comes out as a diff.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiact_gate.documents.markdown import parse_markdown
from aiact_gate.documents.node import Node
from aiact_gate.documents.write import write_inside
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import AiactError, ManifestError, RegistryError, UsageError
from aiact_gate.model.policy import Pack
from aiact_gate.policy.load import load_builtin
from aiact_gate.propose import additions, questions, records
from aiact_gate.propose.manifest import Facts, Model, front_matter, instructions, manifest
from aiact_gate.propose.tier import Likeness, likeness
from aiact_gate.propose.writing import MAX_PROPOSALS, Budget, place, proposal, scalar
from aiact_gate.sources.cards import Passage
from aiact_gate.sources.discover import Card, Discovery, discover
from aiact_gate.sources.manifest import NAMES, Manifest, read_manifest
from aiact_gate.sources.records import read_folder
from aiact_gate.sources.snapshot import Snapshot

MAX_FILES = 7
MAX_DATASETS = 4
MAX_STORES = 3
INSTRUCTIONS = "INSTRUCTIONS_FOR_USE.md"
ORDER = (
    "classification",
    "system_description",
    "risk_management",
    "testing",
    "data_governance",
    "instructions_for_use",
    "human_oversight",
    "logging",
)
"""What is written first when not all fits into one run: most points opened a value; the two that need a drill come last."""


@dataclass(frozen=True)
class Answers:
    """What a person said at the terminal; empty: left open."""

    decides: str = ""
    roles: tuple[str, ...] = ()
    accepts: str = ""


@dataclass
class Survey:
    """What there is, before anything is proposed."""

    snapshot: Snapshot
    folder: str
    """The manifest's, relative to the snapshot's root; empty for the root itself."""
    found: Discovery
    pack: Pack
    manifest: Manifest | None = None
    system: dict[str, Any] | None = None
    """The declared system that is added to."""
    present: dict[str, str] = field(default_factory=dict)
    """Record kind -> its file, relative to the manifest's folder."""
    stores: list[str] = field(default_factory=list)
    models: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    """(store, name, versions, aliases) of every registered model."""
    store_problems: list[tuple[str, str]] = field(default_factory=list)
    """(what, fix) of stores that couldn't be read."""

    @property
    def card(self) -> Card | None:
        """The one card that can be meant: the only one, or the only one of its depth nearest to the manifest."""
        nearest = [one for one in self.found.cards if _depth(one.path) == _depth(self.found.cards[0].path)]
        return nearest[0] if len(nearest) == 1 else None

    @property
    def likeness(self) -> Likeness | None:
        """What card and model names point to."""
        passages: list[Passage] = []
        if self.card is not None:
            passages = [one for one in (self.card.purpose, self.card.title) if one is not None]
        passages += [
            Passage(store, 0, name.replace("-", " ").replace("_", " "))
            for store, name, _, _ in self.models[:1]
        ]
        return likeness(passages)


@dataclass
class Plan:
    """What `init` writes and shows. Paths are relative to the manifest's folder."""

    new: dict[str, str] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Existing file -> (its text, the text with what is new): shown, not written."""
    later: list[str] = field(default_factory=list)
    """Files that the next run writes, because this one has its seven."""
    proposals: int = 0
    empty: int = 0
    """Values that are left to a person, without a proposal."""


def look(snapshot: Snapshot, path: str, system: str | None = None) -> Survey:
    """Everything that can be proposed from, for the folder or manifest *path*. Reads, judges nothing, writes nothing.

    Raises:
        ManifestError: the manifest that is there can't be read, or declares no AI system.
        UsageError: it declares several systems and *system* names none of them.
    """
    folder = "" if path == "." else path
    if posixpath.basename(folder) in NAMES:
        folder = posixpath.dirname(folder)
    survey = Survey(snapshot, folder, discover(snapshot, folder), load_builtin("eu-ai-act")[0])
    name = next(
        (posixpath.join(folder, one) for one in NAMES if snapshot.has(posixpath.join(folder, one))), None
    )
    if name is not None:
        survey.manifest = read_manifest(snapshot, name)
        if survey.manifest.faults:
            fault = survey.manifest.faults[0]
            raise ManifestError(fault.message, fault.fix, fault.location)
        survey.system = _declared(survey.manifest, system)
        _present(survey)
    _registry(survey)
    return survey


def plan(survey: Survey, answers: Answers) -> Plan:
    """At most seven new files with at most forty `??`, and what existing files lack."""
    budget = Budget(MAX_PROPOSALS)
    facts = _facts(survey, answers)
    release = scalar(f"{facts.system}@{facts.version}")
    made = Plan()
    folder = str((survey.system or {}).get("evidence_dir") or "compliance")
    reads = records.start_reads([survey.pack])
    wanted = [kind for kind in ORDER if kind in reads or kind in ("classification", "instructions_for_use")]
    paths = {kind: posixpath.join(folder, f"{kind}.yaml") for kind in wanted} | {
        "instructions_for_use": facts.instructions
    }
    missing = [] if survey.manifest is not None else ["manifest"]
    missing += [kind for kind in wanted if kind not in survey.present and not _exists(survey, paths[kind])]
    made.later = [paths[kind] for kind in missing[MAX_FILES:]]
    # Texts in order of what a person reads first; the budget of ?? is spent in that order too.
    for kind in missing[:MAX_FILES]:
        if kind == "manifest":
            made.new[NAMES[0]] = manifest(facts, budget)
        elif kind == "classification":
            asked = questions.next_questions(survey.pack.classification, {}, facts.roles)
            made.new[paths[kind]] = questions.record(survey.pack.classification, release, asked, budget)
        elif kind == "instructions_for_use":
            made.new[paths[kind]] = instructions(release, facts.model, _sections(survey.pack), budget)
        else:
            made.new[paths[kind]] = records.record(
                kind, release, reads[kind], _filled(kind, survey, answers, budget), _notes(kind, survey)
            )
    _changes(survey, facts, release, made)
    for path, text in made.new.items():
        proposals, empty = _counted(path, text)
        made.proposals += proposals
        made.empty += empty
    return made


def write(survey: Survey, made: Plan) -> list[str]:
    """Write the new files of *made*, each whole or not at all; returns those that git ignores.

    Raises:
        UsageError: a file that appeared meanwhile, a folder that leads out of the repository or can't be written.
    """
    root = Path(survey.snapshot.root)
    for path in made.new:
        target = posixpath.join(survey.folder, path)
        if os.path.lexists(root / target):
            raise UsageError(
                f"{place(path)} is there already", "Run init again; it leaves existing files alone."
            )
        write_inside(root, target, made.new[path].encode("utf-8"))
    from aiact_gate.sources.snapshot import open_snapshot

    again, _ = open_snapshot(str(root))
    return [path for path in made.new if not again.has(posixpath.join(survey.folder, path))]


# ---------------------------------------------------------------- looking


def _declared(manifest_: Manifest, wanted: str | None) -> dict[str, Any]:
    systems = {str(system["id"]): system for system in manifest_.systems}
    if not systems:
        raise ManifestError(
            "The manifest declares no AI system, so nothing is proposed",
            "If there is one after all, take `systems: []` and no_ai_system out first.",
            manifest_.document.location(("systems",)),
        )
    if wanted is None and len(systems) == 1:
        return next(iter(systems.values()))
    if wanted not in systems:
        names = ", ".join(list(systems)[:8])
        raise UsageError(
            f"the manifest declares {len(systems)} systems"
            if wanted is None
            else f"no system is called {wanted[:60]}",
            f"Name one: --system with one of {names}.",
        )
    return systems[wanted]


def _present(survey: Survey) -> None:
    assert survey.manifest is not None and survey.system is not None
    folder = str(survey.system.get("evidence_dir") or "compliance")
    prefix = f"{survey.folder}/" if survey.folder else ""
    for record in read_folder(survey.snapshot, survey.manifest, folder, {}):
        own = {release.partition("@")[0] for release in record.releases}
        if not own or survey.system["id"] in own:
            survey.present.setdefault(record.kind, record.path.removeprefix(prefix))


def _registry(survey: Survey) -> None:
    base = Path(survey.snapshot.root) / survey.folder
    survey.stores = list(survey.found.stores)
    if "mlflow.db" not in survey.stores and (base / "mlflow.db").is_file():
        survey.stores.insert(0, "mlflow.db")  # usually ignored by git; collect reads it there as well
    if not survey.stores:
        survey.stores = list(survey.found.file_stores)
    for store in survey.stores[:MAX_STORES]:
        if not (base / store).exists():
            continue
        try:
            from aiact_gate.registry.listing import registered_models
            from aiact_gate.registry.location import chosen_place

            place_ = chosen_place(_uri(base, store), base, Path(survey.snapshot.root), {})
            for model in registered_models(place_):
                aliases = tuple(sorted(model.aliases))
                survey.models.append((store, model.name, model.versions, aliases))
        except RegistryError as error:
            survey.store_problems.append((error.what.replace(str(base.absolute()) + os.sep, ""), error.fix))
            if "installed" in error.what:
                return


def _uri(base: Path, store: str) -> str:
    return store if (base / store).is_dir() else f"sqlite:///{store}"


def _depth(path: str) -> int:
    return path.count("/")


# ---------------------------------------------------------------- proposing


def _facts(survey: Survey, answers: Answers) -> Facts:
    model = _model(survey)
    card = survey.card
    system = survey.system
    if system is not None:
        identity, version, source = str(system["id"]), str(system.get("version") or ""), ""
    else:
        root = os.path.abspath(os.path.join(survey.snapshot.root, survey.folder))
        identity = (model and _slug(model.name)) or _slug(os.path.basename(root)) or "system"
        seen = survey.found.version
        version = seen.what if seen is not None else "unreleased"
        source = (
            place(seen.path, seen.line)
            if seen is not None
            else "no release tag found: write the version under check"
        )
    return Facts(
        system=identity,
        version=version,
        version_source=source,
        name=card.title if card else None,
        purpose=card.purpose if card else None,
        purpose_said=answers.decides,
        roles=answers.roles or tuple(str(role) for role in (system or {}).get("role") or ()),
        card=card.path if card else "",
        cards=tuple(one.path for one in survey.found.cards) if card is None else (),
        instructions=survey.found.instructions[0] if len(survey.found.instructions) == 1 else INSTRUCTIONS,
        model=model,
        models=tuple(name for _, name, _, _ in survey.models) if model is None else (),
        likeness=survey.likeness,
        data=tuple(item.path for item in survey.found.data[:MAX_DATASETS]),
        unread_store=" ".join(survey.store_problems[0])
        if survey.store_problems and not survey.models
        else "",
    )


def _model(survey: Survey) -> Model | None:
    """The registered model, if there is exactly one; none is taken by guess."""
    if len(survey.models) != 1:
        return None
    store, name, versions, aliases = survey.models[0]
    alias = aliases[0] if len(aliases) == 1 and len(versions) != 1 else ""
    beside = store in ("mlflow.db", "mlruns") and not survey.folder
    base = Path(survey.snapshot.root) / survey.folder
    uri = "" if beside or not re.fullmatch(r"[\w./ -]+", store) else _uri(base, store)
    return Model(name, versions[-1] if versions and not alias else "", alias, len(versions) > 1, uri)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")


def _exists(survey: Survey, path: str) -> bool:
    return os.path.lexists(os.path.join(survey.snapshot.root, survey.folder, path))


def _sections(pack: Pack) -> list[str]:
    """The sections of the instructions that start points read."""
    return [
        path[2]
        for requirement in pack.requirements
        if requirement.profile == "start"
        for check in requirement.checks
        for path in check.reads
        if path[:2] == ("instructions_for_use", "sections") and len(path) > 2
    ]


def _filled(
    kind: str, survey: Survey, answers: Answers, budget: Budget
) -> dict[tuple[str | int, ...], records.Filled]:
    made: dict[tuple[str | int, ...], records.Filled] = {}
    if kind == "system_description":
        if answers.accepts:
            made[("people", 0, "id")] = records.Filled(
                scalar(answers.accepts), "your answer; an address or a role"
            )
            made[("people", 0, "function")] = records.Filled("", "what this person answers for")
        if answers.decides and budget.take():
            made[("intended_persons", 0)] = records.Filled(proposal(answers.decides), "your answer")
        for index, passage in enumerate(survey.card.out_of_scope if survey.card else ()):
            if budget.take():
                source = place(passage.path, passage.line)
                made[("out_of_scope", index)] = records.Filled(proposal(passage.text), source)
    if kind == "data_governance":
        for index, item in enumerate(survey.found.data[:MAX_DATASETS]):
            made[("datasets", index, "id")] = records.Filled(scalar(item.id))
            made[("datasets", index, "path")] = records.Filled(scalar(item.path))
            if item.split and budget.take():
                made[("datasets", index, "split")] = records.Filled(proposal(item.split), "by its name")
    return made


def _notes(kind: str, survey: Survey) -> list[str]:
    found = survey.found
    if kind == "testing" and found.telling_tests:
        listed = ", ".join(f"{one.what} ({place(one.path, one.line)})" for one in found.telling_tests[:3])
        return [f"Tests whose names may have to do with it: {listed}."]
    if kind in ("system_description", "logging") and found.serving:
        listed = ", ".join(place(one.path, one.line) for one in found.serving[:3])
        return [f"A service seems to start at {listed}."]
    if kind == "data_governance" and len(found.data) > MAX_DATASETS:
        return [
            f"{len(found.data) - MAX_DATASETS} more data files were found; list those that the model is made from."
        ]
    return []


def _changes(survey: Survey, facts: Facts, release: str, made: Plan) -> None:
    there = facts.instructions not in made.new and _exists(survey, facts.instructions)
    named = (survey.system or {}).get("model") or {}
    if there and not named.get("instructions"):
        _change(
            survey, made, facts.instructions, lambda text: _with_front(survey, text, release, facts.model)
        )
    if survey.manifest is None or survey.system is None:
        return
    index = next(i for i, one in enumerate(survey.manifest.data["systems"]) if one is survey.system)
    path = posixpath.basename(survey.manifest.path)
    written = facts.instructions if there or facts.instructions in made.new else ""
    _change(
        survey, made, path, lambda text: additions.with_model(text, index, facts.card, written, facts.model)
    )
    if "classification" in survey.present:
        record = survey.present["classification"]
        _change(survey, made, record, lambda text: _with_questions(survey, text, facts))
    if "data_governance" in survey.present:
        _change(survey, made, survey.present["data_governance"], lambda text: _with_data(survey, text))


def _change(survey: Survey, made: Plan, path: str, change: Any) -> None:
    try:
        old = survey.snapshot.read(posixpath.join(survey.folder, path)).decode("utf-8")
        new = change(old)
    except (AiactError, UnicodeDecodeError):
        return
    if new is not None and new != old:
        made.changes[path] = (old, new)


def _with_questions(survey: Survey, text: str, facts: Facts) -> str | None:
    root = parse_yaml(text.encode("utf-8"), "classification").root.value
    node = root.get("answers") if isinstance(root, dict) else None
    rows = node.value if node is not None and isinstance(node.value, dict) else {}
    answers = {}
    for name, row in rows.items():
        answer = row.value.get("is") if isinstance(row.value, dict) else None
        if answer is not None and not answer.is_null:
            listed = isinstance(answer.value, list)
            answers[name] = [item.value for item in answer.value] if listed else answer.value
    still_open = any(_is_proposal(value) for value in answers.values())
    procedure = survey.pack.classification
    asked = [
        one for one in questions.next_questions(procedure, answers, facts.roles) if one["id"] not in rows
    ]
    if still_open or not asked:
        return None  # first what is listed already; those behind it depend on it
    return additions.with_block(
        text, "answers", [line for one in asked for line in questions.entry(procedure, one)]
    )


def _is_proposal(value: Any) -> bool:
    return isinstance(value, str) and value.strip().startswith("??")


def _with_data(survey: Survey, text: str) -> str | None:
    listed = {node.value for node in _leaves(parse_yaml(text.encode("utf-8"), "data_governance").root)}
    new = [
        item
        for item in survey.found.data
        if item.path not in listed and item.path.removesuffix(".dvc") not in listed
    ]
    ids = [item for item in new if item.id not in listed][:MAX_DATASETS]
    return additions.with_block(text, "datasets", additions.dataset_lines(ids, text)) if ids else None


def _with_front(survey: Survey, text: str, release: str, model: Model | None) -> str | None:
    if parse_markdown(text.encode("utf-8"), "instructions").front is not None or text.startswith("---"):
        return None
    return (
        "\n".join(front_matter(release, model, sorted(set(_sections(survey.pack))), Budget())) + "\n" + text
    )


def _counted(path: str, text: str) -> tuple[int, int]:
    """(values that are proposals, values that are empty) of a file that was just made."""
    if path.endswith(".md"):
        front = parse_markdown(text.encode("utf-8"), path).front
        root = front.root if front is not None else None
    else:
        root = parse_yaml(text.encode("utf-8"), path).root
    leaves: Sequence[Node] = _leaves(root) if root is not None else ()
    return sum(_is_proposal(node.value) for node in leaves), sum(node.is_null for node in leaves)


def _leaves(node: Node) -> list[Node]:
    if isinstance(node.value, dict):
        return [leaf for child in node.value.values() for leaf in _leaves(child)]
    if isinstance(node.value, list):
        return [leaf for child in node.value for leaf in _leaves(child)]
    return [node]
