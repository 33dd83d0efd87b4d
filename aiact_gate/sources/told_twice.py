"""What is told in two places agrees: one table of pairs, judged by one mechanism; ids, words of a fixed set, numbers and digests.

Each side of a pair gives what it says by a key; what both say under one key has to agree. Prose is never held against prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aiact_gate.documents.node import plain_data
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.sources.documents import Library
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot
from aiact_gate.sources.walk import values


class Told(NamedTuple):
    """Where statements are looked up."""

    snapshot: Snapshot
    manifest: Manifest
    library: Library
    lock: Lock | None
    system: Mapping[str, Any]
    evidence: Evidence

    def read(self, *steps: str) -> Any:
        """What stands at *steps* of the evidence, or None."""
        value: Any = self.evidence.data
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return value


class Said(NamedTuple):
    """One statement."""

    value: Any
    words: str
    """What it says, as a sentence's subject and value: `event_log counts 207 events`."""
    place: Location


Side = Callable[[Told], Iterator[tuple[str, Said]]]


class Pair(NamedTuple):
    """Two places that tell the same."""

    id: str
    one: str
    other: str
    left: Side
    right: Side
    agree: Callable[[Any, Any], bool]
    asks: bool = False
    """A difference is a question: each can be true."""


def told_twice(told: Told) -> Iterator[Fault]:
    """A fault, at the first place, for each two statements that can't both be true."""
    for pair in PAIRS:
        other: dict[str, list[Said]] = {}
        for key, said in pair.right(told):
            other.setdefault(key, []).append(said)
        for key, one in pair.left(told):
            against = other.get(key, [])
            if against and not any(pair.agree(one.value, said.value) for said in against):
                what = f"{one.words}; {against[0].words} ({against[0].place.path}:{against[0].place.line})."
                rule, kind = ("told_twice_asked", "asked") if pair.asks else ("told_twice", "contradicted")
                yield Fault(
                    rule, kind, one.place, what, "See which of the two is true, and correct the other one."
                )


# ---------------------------------------------------------------- agreement


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _contains(one: str, other: str) -> bool:
    """One folded name contains the other."""
    first, second = (" ".join(re.findall(r"\w+", name.casefold())) for name in (one, other))
    return not first or not second or first in second or second in first


def _same_version(one: str, other: str) -> bool:
    """1.3 and v1.3.0 are one version."""
    first, second = (str(text).strip().lower().removeprefix("v").split(".") for text in (one, other))
    length = max(len(first), len(second))
    return first + ["0"] * (length - len(first)) == second + ["0"] * (length - len(second))


# ---------------------------------------------------------------- sides


def _at(key: str, words: str, *steps: str, value: Callable[[Any], Any] = str) -> Side:
    """The one statement at *steps* of the evidence; *words* has `{}` for what it says."""

    def side(told: Told) -> Iterator[tuple[str, Said]]:
        found = told.read(*steps)
        if found is not None and found != "":
            shown = str(found).lower() if isinstance(found, bool) else str(found)[:60]
            yield key, Said(value(found), words.format(shown), told.evidence.locate(steps))

    return side


def _card(key: str, names: tuple[str, ...], pattern: str, value: Callable[[str], Any] = str) -> Side:
    """The first of *names* in the card's front matter that is written like *pattern*."""

    def side(told: Told) -> Iterator[tuple[str, Said]]:
        card = told.library.by_name.get("model_card")
        front = plain_data(card.front.root) if card is not None and card.front is not None else None
        for name in names:
            text = str(front.get(name) or "").strip() if isinstance(front, dict) else ""
            if (
                text
                and re.fullmatch(pattern, text, re.IGNORECASE)
                and card is not None
                and card.front is not None
            ):
                yield (
                    key,
                    Said(value(text), f"The card says {name}: {text[:60]}", card.front.location((name,))),
                )

    return side


def _drills(told: Told) -> Iterator[tuple[str, Said]]:
    digest = told.read("event_log", "sha256")
    for at, drill in values(told.evidence.data, "mlflow", "drills", "*"):
        metrics = drill.get("metrics") or {}
        if digest and digest in (drill.get("params") or {}).values():
            for name in sorted({"events", "predictions", "decisions_served"} & metrics.keys()):
                words = f"Drill {str(drill.get('id'))[:7]} logged {metrics[name]:g} {name.replace('_', ' ')}"
                yield name, Said(float(metrics[name]), words, told.evidence.locate((*at, "metrics", name)))


def _logged(told: Told) -> Iterator[tuple[str, Said]]:
    log = told.read("event_log") or {}
    found = {name: log.get(name, -1) for name in ("predictions", "decisions_served")}
    for name, number in {**found, "events": len(log.get("events") or ())}.items():
        if log and number >= 0:
            words = f"the log that it names holds {number} {name.replace('_', ' ')}"
            yield name, Said(float(number), words, told.evidence.locate(("event_log",)))


def _cases(told: Told) -> Iterator[tuple[str, Said]]:
    case = told.read("replay", "case_id")
    for at, event in values(told.evidence.data, "event_log", "events", "*"):
        version = event.get("model_version")
        if case and event.get("type") == "prediction" and event.get("case_id") == case and version:
            words = f"the log says that version {version} gave its output"
            yield "replay", Said(str(version), words, told.evidence.locate(at))


def _unreflected(told: Told) -> Iterator[tuple[str, Said]]:
    for at, row in values(told.evidence.data, "data_governance", "setting", "*"):
        for gap in sorted(set(re.findall(r"\w+", str(row.get("how") or "")))):
            if not row.get("reflected_by"):
                words = f"No data set reflects the {row.get('dimension')} setting, for {gap}"
                yield gap, Said(False, words, told.evidence.locate(at))


def _gaps(status: str) -> Side:
    def side(told: Told) -> Iterator[tuple[str, Said]]:
        for at, row in values(told.evidence.data, "data_governance", "gaps", "*"):
            place = told.evidence.locate((*at, "status"))
            yield (
                str(row.get("id")),
                Said(row.get("status") == status, f"that gap is {row.get('status')}", place),
            )

    return side


def _trained(told: Told) -> Iterator[tuple[str, Said]]:
    for at, row in values(told.evidence.data, "mlflow", "run", "datasets", "*"):
        if row.get("context") == "training":
            words = f"its run read {row.get('name')} for training"
            yield "trained", Said(True, words, told.evidence.locate(at))


def _heading(told: Told) -> Iterator[tuple[str, Said]]:
    card = told.library.by_name.get("model_card")
    title = next((one for one in card.headings if one.level == 1), None) if card is not None else None
    named = re.fullmatch(r"(.*?)[\s,:-]+v?(\d+(?:\.\d+)+)", title.text.strip()) if title is not None else None
    if card is None or title is None or named is None:
        return
    if " ".join(named[1].split()).casefold() == str(told.system.get("name")).casefold():
        words = f"The card's heading says version {named[2]}"
        yield "version", Said(named[2], words, Location(card.path, title.line, 1))


def _package(told: Told) -> Iterator[tuple[str, Said]]:
    path = told.manifest.repository_path("pyproject.toml")
    if not told.snapshot.has(path):
        return
    import tomllib

    try:
        text = told.snapshot.read(path).decode()
        project: Any = tomllib.loads(text).get("project")
    except (AiactError, ValueError, RecursionError):
        return
    version = project.get("version") if isinstance(project, dict) else None
    if isinstance(version, str) and re.sub(r"[-_.]+", "-", str(project["name"])).lower() == told.system["id"]:
        lines = [number for number, one in enumerate(text.split("\n"), 1) if one.startswith("version")]
        words = f"The package {project['name']} has version {version}"
        yield "version", Said(version, words, Location(path, lines[0] if lines else 1, 1))


def _signature(told: Told) -> Iterator[tuple[str, Said]]:
    for at, column in values(told.evidence.data, "mlflow", "signature", "inputs", "*"):
        kind = _class_of(str(column.get("type")))
        if kind:
            words = f"the signature has the type {column['type']}"
            yield str(column.get("name")), Said(kind, words, told.evidence.locate(at))


def _specified(told: Told) -> Iterator[tuple[str, Said]]:
    """Tables of the instructions' section on inputs: the first cell names the input, the column `type` its class."""
    parsed = told.library.by_name.get("instructions_for_use")
    heading = told.read("instructions_for_use", "sections", "inputs", "heading")
    section = parsed.find(str(heading)) if parsed is not None and heading else None
    column = -1
    for number in range(section.line, section.end_line) if parsed is not None and section is not None else ():
        line = parsed.shown[number].strip() if parsed is not None else ""
        cells = [cell.strip(" `*_") for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            column = -1
        elif column < 0:
            column = next(
                (at for at, cell in enumerate(cells) if cell.lower() in ("type", "data type")), len(cells)
            )
        elif column < len(cells) and parsed is not None and _class_of(cells[column]):
            words = f"The instructions call {cells[0]} {cells[column]}"
            yield cells[0], Said(_class_of(cells[column]), words, Location(parsed.path, number + 1, 1))


def _class_of(text: str) -> str:
    words = set(re.findall(r"[a-z]+", text.lower()))
    found = [name for name, known in _CLASSES.items() if words & known]
    return found[0] if len(found) == 1 else ""


def _locked(told: Told) -> Iterator[tuple[str, Said]]:
    if told.lock is not None and told.manifest.systems[0]["id"] == told.system["id"]:
        for name in told.lock.systems:
            place = told.lock.document.location(("systems", name))
            yield "systems", Said(name, f"aiact.lock holds the system {name}", place)


def _declared(told: Told) -> Iterator[tuple[str, Said]]:
    place = told.manifest.document.location(("systems",))
    for system in told.manifest.systems:
        yield "systems", Said(system["id"], "the manifest declares no such system", place)


def _both(*sides: Side) -> Side:
    return lambda told: (said for side in sides for said in side(told))


_CLASSES = {
    "number": {"number", "integer", "int", "long", "float", "double", "decimal", "real"},
    "text": {"text", "string", "str", "words"},
    "yes or no": {"boolean", "bool"},
}
_TIERS = ("risk_tier", "ai_act_tier", "ai_act_risk", "eu_ai_act_tier", "eu_ai_act_risk")
_TIER = r"(minimal|limited|high|prohibited|unacceptable)[\W_]*(risk)?"
_VERSION = r"v?\d+(\.\d+)*"
_OWN_VERSION = _at("version", "the manifest says {}", "system", "version")
_MODEL_VERSION = _at("version", "the registered model has version {}", "mlflow", "version")


def _tier_of(text: str) -> str:
    return re.sub(r"[\W_]*risk$", "", text.lower()).replace("unacceptable", "prohibited")


PAIRS = (
    Pair("drill-and-log", "what a drill logged (events, predictions, decisions_served)", "the event log with the digest that it logged", _drills, _logged, _equal),
    Pair("replay-and-log", "the model version of the replay", "the model version of the logged case", _at("replay", "The replay ran model version {}", "replay", "model_version"), _cases, _equal),
    Pair("setting-and-closed-gap", "a setting that no data reflects, for a gap", "that gap's status, closed", _unreflected, _gaps("closed"), _equal),
    Pair("setting-and-mitigated-gap", "a setting that no data reflects, for a gap", "that gap's status, mitigated", _unreflected, _gaps("mitigated"), _equal, asks=True),
    Pair("description-and-run", "system_description: trains_model_with_data", "training data that the run logged", _at("trained", "trains_model_with_data is {}", "system_description", "trains_model_with_data", value=bool), _trained, _equal),
    Pair("answers-and-lock", "the answer what.inference", "the model that the lock holds", _at("model", "The answer to what.inference is {}", "classification", "answers", "what.inference", "is", value=lambda is_so: str(is_so).lower() != "false"), _at("model", "the lock holds the trained model {}", "mlflow", "model", value=bool), _equal),
    Pair("card-and-manifest", "the card's `version:`", "the manifest's version, or the registered model's", _card("version", ("version",), _VERSION), _both(_OWN_VERSION, _MODEL_VERSION), _same_version),
    Pair("heading-and-manifest", "the version behind the system's name in the card's heading", "the manifest's version", _heading, _OWN_VERSION, _same_version),
    Pair("package-and-manifest", "the version of the pyproject.toml that is named like the system", "the manifest's version", _package, _OWN_VERSION, _same_version),
    Pair("card-and-tier", f"the card's tier ({', '.join(_TIERS)})", "the manifest's tier", _card("tier", _TIERS, _TIER, _tier_of), _at("tier", "the manifest claims {}", "system", "tier"), _equal),
    Pair("card-and-provider", "the card's `provider:`", "the provider's name (one contains the other)", _card("provider", ("provider",), ".*"), _at("provider", "the system's description names {}", "system_description", "provider", "name"), _contains),
    Pair("instructions-and-signature", "the type of an input in the instructions' table", "its type in the signature (number, text, yes or no)", _specified, _signature, _equal),
    Pair("lock-and-manifest", "the systems of the lock", "the systems of the manifest", _locked, _declared, _equal),
)  # fmt: skip
"""Every two places that are held against each other."""
