"""What is told in two places agrees: one table of pairs, judged by one mechanism; ids, words of a fixed set, numbers and digests.

Each side of a pair gives what it says by a key; what both say under one key has to agree. Prose is never held against prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aiact_gate.documents.markdown import Markdown
from aiact_gate.documents.node import plain_data
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.sources.documents import Library
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot


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

    def rows(self, *steps: str) -> list[dict[str, Any]]:
        """The rows of the list at *steps*."""
        found = self.read(*steps)
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


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


# ---------------------------------------------------------------- log, drills, replay

_COUNTS = {"events": "events", "predictions": "predictions", "decisions_served": "decisions_served"}


def _drills(told: Told) -> Iterator[tuple[str, Said]]:
    digest = told.read("event_log", "sha256")
    for index, drill in enumerate(told.rows("mlflow", "drills")):
        params, metrics = drill.get("params") or {}, drill.get("metrics") or {}
        if digest and digest in params.values():
            for name in _COUNTS.keys() & metrics.keys():
                place = told.evidence.locate(("mlflow", "drills", index, "metrics", name))
                words = f"Drill {str(drill.get('id'))[:7]} logged {metrics[name]:g} {name.replace('_', ' ')}"
                yield name, Said(float(metrics[name]), words, place)


def _logged(told: Told) -> Iterator[tuple[str, Said]]:
    log = told.read("event_log")
    if not log:
        return
    found = {
        "events": len(log["events"]),
        **{name: log[name] for name in ("predictions", "decisions_served")},
    }
    place = told.evidence.locate(("event_log",))
    for name, number in found.items():
        if number >= 0:
            yield (
                name,
                Said(float(number), f"the log that it names holds {number} {name.replace('_', ' ')}", place),
            )


def _replayed(told: Told) -> Iterator[tuple[str, Said]]:
    replay = told.read("replay")
    if replay and replay["model_version"]:
        version = replay["model_version"]
        words = f"The replay of case {replay['case_id']} ran model version {version}"
        yield replay["case_id"], Said(version, words, told.evidence.locate(("replay",)))


def _cases(told: Told) -> Iterator[tuple[str, Said]]:
    case = told.read("replay", "case_id")
    for index, event in enumerate(told.rows("event_log", "events")):
        if event.get("type") == "prediction" and event.get("case_id") == case and event.get("model_version"):
            version = str(event["model_version"])
            place = told.evidence.locate(("event_log", "events", index))
            yield str(case), Said(version, f"the log says that version {version} gave its output", place)


# ---------------------------------------------------------------- records


def _unreflected(told: Told) -> Iterator[tuple[str, Said]]:
    gaps = {str(row.get("id")) for row in told.rows("data_governance", "gaps")}
    for index, row in enumerate(told.rows("data_governance", "setting")):
        if row.get("reflected_by"):
            continue
        for gap in sorted(gaps & set(re.findall(r"\w+", str(row.get("how") or "")))):
            place = told.evidence.locate(("data_governance", "setting", index))
            yield (
                gap,
                Said({"open"}, f"No data set reflects the {row.get('dimension')} setting, for {gap}", place),
            )


def _gaps(*closed: str) -> Side:
    def gaps(told: Told) -> Iterator[tuple[str, Said]]:
        for index, row in enumerate(told.rows("data_governance", "gaps")):
            status = str(row.get("status"))
            place = told.evidence.locate(("data_governance", "gaps", index, "status"))
            yield (
                str(row.get("id")),
                Said({"open" if status not in closed else status}, f"that gap is {status}", place),
            )

    return gaps


def _trains(told: Told) -> Iterator[tuple[str, Said]]:
    trains = told.read("system_description", "trains_model_with_data")
    if isinstance(trains, bool):
        place = told.evidence.locate(("system_description", "trains_model_with_data"))
        yield (
            "trained",
            Said(trains, f"The system {'trains' if trains else 'trains no'} model with data", place),
        )


def _trained(told: Told) -> Iterator[tuple[str, Said]]:
    for index, row in enumerate(told.rows("mlflow", "run", "datasets")):
        if row.get("context") == "training":
            place = told.evidence.locate(("mlflow", "run", "datasets", index))
            yield "trained", Said(True, f"its run read {row.get('name')} for training", place)


def _infers(told: Told) -> Iterator[tuple[str, Said]]:
    answer = told.read("classification", "answers", "what.inference", "is")
    if answer is not None:
        place = told.evidence.locate(("classification", "answers", "what.inference"))
        infers = str(answer).lower() != "false"
        yield (
            "model",
            Said(infers, f"The answers say that it {'infers' if infers else 'infers nothing'}", place),
        )


def _released(told: Told) -> Iterator[tuple[str, Said]]:
    model = told.read("mlflow", "model")
    if model:
        words = f"the lock holds its trained model {model}"
        yield "model", Said(True, words, told.evidence.locate(("mlflow", "model")))


# ---------------------------------------------------------------- card, manifest, package


def _front(told: Told) -> tuple[Markdown | None, dict[str, Any]]:
    """The card, and its front matter."""
    card = told.library.by_name.get("model_card")
    front = plain_data(card.front.root) if card is not None and card.front is not None else None
    return card, front if isinstance(front, dict) else {}


def _card_versions(told: Told) -> Iterator[tuple[str, Said]]:
    card, front = _front(told)
    version = front.get("version")
    if card is None:
        return
    if (
        isinstance(version, (str, int, float))
        and re.fullmatch(r"[vV]?\d+(\.\d+)*", str(version))
        and card.front
    ):
        yield (
            "card",
            Said(str(version), f"The card says version {version}", card.front.location(("version",))),
        )
    title = next((heading for heading in card.headings if heading.level == 1), None)
    named = re.fullmatch(r"(.*?)[\s,:-]+v?(\d+(?:\.\d+)+)", title.text.strip()) if title is not None else None
    name = str(told.system.get("name") or "")
    if (
        title is not None
        and named is not None
        and name
        and " ".join(named[1].split()).casefold() == name.casefold()
    ):
        yield (
            "heading",
            Said(named[2], f"The card's heading says version {named[2]}", Location(card.path, title.line, 1)),
        )


def _project(told: Told) -> Iterator[tuple[str, Said]]:
    path = told.manifest.repository_path("pyproject.toml")
    if not told.snapshot.has(path):
        return
    import tomllib

    try:
        text = told.snapshot.read(path).decode()
        project = tomllib.loads(text).get("project")
    except (AiactError, ValueError, RecursionError):
        return
    if not isinstance(project, dict) or not isinstance(project.get("version"), str):
        return
    if re.sub(r"[-_.]+", "-", str(project.get("name"))).lower() == told.system["id"]:
        line = next(
            (number for number, one in enumerate(text.split("\n"), 1) if one.startswith("version")), 1
        )
        version = project["version"]
        yield (
            "system",
            Said(version, f"The package {project['name']} has version {version}", Location(path, line, 1)),
        )


def _versions(told: Told) -> Iterator[tuple[str, Said]]:
    version = str(told.system.get("version") or "")
    if not version:
        return
    said = Said(version, f"the manifest says {version}", told.manifest.pointer(told.system["id"], "version"))
    yield from ((key, said) for key in ("card", "heading", "system"))
    model = ((told.system.get("model") or {}).get("mlflow") or {}).get("version") or told.read(
        "mlflow", "version"
    )
    if model:  # a card may count the registered model's versions
        yield "card", said._replace(value=str(model))


_TIERS = {
    "minimal": "minimal",
    "limited": "limited",
    "high": "high",
    "prohibited": "prohibited",
    "unacceptable": "prohibited",
}
_TIER_KEYS = ("risk_tier", "ai_act_tier", "ai_act_risk", "eu_ai_act_tier", "eu_ai_act_risk")


def _card_tier(told: Told) -> Iterator[tuple[str, Said]]:
    card, front = _front(told)
    for key in _TIER_KEYS:
        word = re.sub(r"[\W_]*risk$", "", str(front.get(key) or "").strip().lower())
        if word in _TIERS and card is not None and card.front is not None:
            yield (
                "tier",
                Said(_TIERS[word], f"The card says {key}: {front[key]}", card.front.location((key,))),
            )


def _tier(told: Told) -> Iterator[tuple[str, Said]]:
    tier = str(told.system.get("tier") or "")
    if tier in _TIERS:
        place = told.manifest.pointer(told.system["id"], "tier")
        yield "tier", Said(tier, f"the manifest claims {tier}", place)


def _card_provider(told: Told) -> Iterator[tuple[str, Said]]:
    card, front = _front(told)
    name = front.get("provider")
    if isinstance(name, str) and card is not None and card.front is not None:
        yield (
            "provider",
            Said(name, f"The card names the provider {name[:60]}", card.front.location(("provider",))),
        )


def _provider(told: Told) -> Iterator[tuple[str, Said]]:
    name = told.read("system_description", "provider", "name")
    if name:
        place = told.evidence.locate(("system_description", "provider", "name"))
        yield "provider", Said(str(name), f"the system's description names {str(name)[:60]}", place)


# ---------------------------------------------------------------- inputs

_CLASSES = {
    "number": ("number", "integer", "int", "long", "float", "double", "decimal", "real"),
    "text": ("text", "string", "str", "words"),
    "yes or no": ("boolean", "bool"),
}


def _class_of(text: str) -> str:
    words = set(re.findall(r"[a-z]+", text.lower()))
    found = [name for name, known in _CLASSES.items() if words & set(known)]
    return found[0] if len(found) == 1 else ""


def _signature(told: Told) -> Iterator[tuple[str, Said]]:
    for index, column in enumerate(told.rows("mlflow", "signature", "inputs")):
        kind = _class_of(str(column.get("type")))
        if kind:
            place = told.evidence.locate(("mlflow", "signature", "inputs", index))
            yield str(column.get("name")), Said(kind, f"the signature has the type {column['type']}", place)


def _specified(told: Told) -> Iterator[tuple[str, Said]]:
    """Tables of the instructions' section on inputs: the first cell names the input, the column `type` its class."""
    parsed = told.library.by_name.get("instructions_for_use")
    heading = told.read("instructions_for_use", "sections", "inputs", "heading")
    section = parsed.find(str(heading)) if parsed is not None and heading else None
    if parsed is None or section is None:
        return
    column = -1
    for number in range(section.line, section.end_line):
        line = parsed.shown[number]
        cells = (
            [cell.strip(" `*_") for cell in line.strip().strip("|").split("|")]
            if line.lstrip().startswith("|")
            else []
        )
        if not cells:
            column = -1
        elif column < 0:
            column = next(
                (at for at, cell in enumerate(cells) if cell.lower() in ("type", "data type")), len(cells)
            )
        elif column < len(cells) and _class_of(cells[column]):
            said = f"The instructions call {cells[0]} {cells[column]}"
            yield cells[0], Said(_class_of(cells[column]), said, Location(parsed.path, number + 1, 1))


# ---------------------------------------------------------------- systems and lock


def _locked(told: Told) -> Iterator[tuple[str, Said]]:
    if told.lock is None or told.manifest.systems[0]["id"] != told.system["id"]:
        return
    for name in told.lock.systems:
        yield (
            "systems",
            Said(name, f"aiact.lock holds the system {name}", told.lock.document.location(("systems", name))),
        )


def _declared(told: Told) -> Iterator[tuple[str, Said]]:
    for system in told.manifest.systems:
        words = "the manifest declares no such system"
        yield "systems", Said(system["id"], words, told.manifest.document.location(("systems",)))


PAIRS = (
    Pair("drill-and-log", "what a drill logged (events, predictions, decisions_served)", "the event log with the digest that it logged", _drills, _logged, _equal),
    Pair("replay-and-log", "the model version of the replay", "the model version of the logged case", _replayed, _cases, _equal),
    Pair("setting-and-closed-gap", "a setting that no data reflects, for a gap", "that gap's status, closed", _unreflected, _gaps("closed"), _equal),
    Pair("setting-and-mitigated-gap", "a setting that no data reflects, for a gap", "that gap's status, mitigated", _unreflected, _gaps("mitigated"), _equal, asks=True),
    Pair("description-and-run", "system_description: trains_model_with_data", "training data that the run logged", _trains, _trained, _equal),
    Pair("answers-and-lock", "the answer what.inference", "the model that the lock holds", _infers, _released, _equal),
    Pair("card-and-manifest", "the card's `version:`, or the version behind the system's name in its heading", "the manifest's version, or the registered model's", _card_versions, _versions, _same_version),
    Pair("package-and-manifest", "the version of the pyproject.toml that is named like the system", "the manifest's version", _project, _versions, _same_version),
    Pair("card-and-tier", f"the card's tier ({', '.join(_TIER_KEYS)})", "the manifest's tier", _card_tier, _tier, _equal),
    Pair("card-and-provider", "the card's `provider:`", "the provider's name (one contains the other)", _card_provider, _provider, _contains),
    Pair("instructions-and-signature", "the type of an input in the instructions' table", "its type in the signature (number, text, yes or no)", _specified, _signature, _equal),
    Pair("lock-and-manifest", "the systems of the lock", "the systems of the manifest", _locked, _declared, _equal),
)  # fmt: skip
"""Every two places that are held against each other."""
