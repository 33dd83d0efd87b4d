"""The skeletons of records: the fields that the points of profile `start` read, in the order of the record's schema.

A field is in a skeleton because a check of a start point reads it, so that a new check brings its field along. `HINTS` has
the words for those that people should be told more about; `LEFT_OUT` those that are read and still not asked for here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiact_gate.model.policy import Pack
from aiact_gate.propose.writing import WIDTH, comment
from aiact_gate.schemas.fields import RECORDS, Field, schema

Path = tuple[str, ...]
"""A field's path in its record; `*` for the elements of a list."""

HEADS = {
    "system_description": "Who makes the system, who is named in the records, and in which forms it is supplied.",
    "risk_management": "The risk register. Copy the blocks under `risks` and `measures` for each further one.",
    "testing": "The test plan. Commit it before the run that it judges; results come from the run, never from here.",
    "data_governance": "The data sets and their gaps. Rows, shares and digests are counted by `aiact-gate collect`.",
    "human_oversight": "How people stop the system. Times are read from the log of a real drill, never from here.",
    "logging": "What the service logs. Commit a window of the log as the service wrote it, a stop drill included.",
}
"""One sentence at the top of each record."""

HINTS: dict[str, str] = {
    "system_description.provider.name": "who places it on the market or puts it into service under its own name",
    "system_description.people.id": "an address or a role; every person that a record names has to be listed here",
    "system_description.people.function": "what this person answers for",
    "system_description.intended_persons": "on whom it is meant to be used: a list",
    "system_description.out_of_scope": "uses that it isn't meant for: a list",
    "system_description.forms.id": "a short word, such as the kind",
    "system_description.forms.entry_point": "the file that it is started or imported from",
    "system_description.previous_version": "the release before this one; `none` for the first",
    "system_description.relation_to_previous": "what changed since then, in a sentence",
    "system_description.trains_model_with_data": "true or false: whether a model of it is trained with data",
    "system_description.people": "one block a person",
    "system_description.forms": "one block a form of supply",
    "risk_management.criteria.likelihood": "your words, lowest first: a list",
    "risk_management.criteria.severity": "your words, lowest first: a list",
    "risk_management.criteria.acceptable": "pairs likelihood/severity that you accept, fixed before you rate: a list",
    "risk_management.nil_returns": "only for an interest without any risk: why none was found",
    "risk_management.nil_returns.health": "empty where there is a risk",
    "risk_management.nil_returns.safety": "empty where there is a risk",
    "risk_management.nil_returns.fundamental_rights": "empty where there is a risk",
    "risk_management.risks": "one block a risk: known ones and foreseeable ones, in use and in misuse",
    "risk_management.risks.hazard": "what goes wrong, in a few words",
    "risk_management.risks.description": "how it comes about and what it does to whom",
    "risk_management.risks.rights": "which rights, where fundamental rights are at stake: a list",
    "risk_management.risks.affected_groups": "who bears it: a list",
    "risk_management.risks.known": "true: it was seen; false: it is foreseeable",
    "risk_management.risks.likelihood": "before the measures; a word of the scale",
    "risk_management.risks.severity": "before the measures; a word of the scale",
    "risk_management.risks.rationale": "why these two words",
    "risk_management.risks.identified_by": "who wrote this risk",
    "risk_management.risks.measures": "ids of measures: a list",
    "risk_management.risks.residual.likelihood": "after the measures",
    "risk_management.risks.residual.severity": "after the measures",
    "risk_management.risks.residual.accepted_by": "another person than the one who wrote the risk",
    "risk_management.risks.residual.reason": "why what remains is acceptable",
    "risk_management.risks.residual.tests": "planned metrics that show the lower rating: a list of ids",
    "risk_management.measures": "one block a measure",
    "risk_management.measures.description": "what is done, in a sentence",
    "risk_management.measures.serves": "ids of the risks that it is for: a list",
    "risk_management.measures.implemented_in": "the files that do it: a list",
    "risk_management.measures.tests": "planned metrics that show it works: a list of ids",
    "risk_management.overall_residual": "the judgement on everything that remains together",
    "risk_management.overall_residual.considers": "ids of all risks: a list",
    "risk_management.overall_residual.reason": "why all that remains is acceptable together",
    "risk_management.overall_residual.expires": "a date by which it is judged again",
    "testing.procedure": "the script that runs this plan",
    "testing.metrics": "one block a metric",
    "testing.metrics.id": "a short word for this metric",
    "testing.metrics.title": "as card and instructions call it",
    "testing.metrics.definition": "how it is computed, bounds included",
    "testing.metrics.metric": "the name under which the run logs it",
    "testing.metrics.lower": "the logged lower bound's name",
    "testing.metrics.upper": "the logged upper bound's name",
    "testing.metrics.cases": "the logged number of cases' name",
    "testing.metrics.threshold": "the bound has to reach this; yours, fixed before the run",
    "testing.metrics.confidence": "the level of the bounds, between 0 and 1",
    "testing.metrics.because": "why this metric and this threshold fit the purpose",
    "testing.approved_by": "who answers for the thresholds",
    "data_governance.datasets": "one block a data set",
    "data_governance.datasets.path": "the file, or its pointer (.dvc)",
    "data_governance.gaps": "one block a gap: what the data doesn't show or shows wrongly",
    "data_governance.gaps.affects": "the point that it touches, such as Article 10(3)",
    "data_governance.gaps.description": "what is missing or wrong, for whom",
    "data_governance.gaps.how_addressed": "what closes it, or holds its effect down",
    "data_governance.gaps.owner": "who closes it",
    "data_governance.gaps.due": "a date",
    "data_governance.no_gaps_because": "only without any gap: why there is none; then take `gaps` out",
    "human_oversight.overseers": "who may stop it: a list of people",
    "human_oversight.stop.procedure": "file.md#Heading of the procedure",
    "human_oversight.stop.limit_seconds": "how soon after the stop the last output may leave; yours, fixed before",
    "human_oversight.stop.safe_state": "what stands still and what goes on, once it is stopped",
    "human_oversight.stop.fallback.how": "what happens to open and new cases meanwhile",
    "human_oversight.stop.open_cases_owner": "who takes the open cases",
    "logging.capture.automatic": "true or false: whether events are recorded without anybody doing anything",
    "logging.capture.written_by": "the file that writes the events, in the serving path",
    "logging.capture.tested_by": "the test of it",
    "logging.capture.on_failure": "when an event can't be written",
    "logging.sample.events": "JSON Lines, one event a line, as the service wrote it",
    "logging.sample.event_schema": "the JSON Schema of an event",
    "logging.sample.decisions_counted_in": "JSON with decisions_served, counted apart from the log",
    "logging.sample.window_because": "why this window was taken",
    "logging.event_types": "one block a kind of event",
    "logging.event_types.id": "as it stands in the log",
    "logging.event_types.meaning": "when it is written",
}
"""`kind.path` -> what to write, in a few words. Where there is none, the schema's own description is printed."""

LEFT_OUT: dict[str, str] = {
    "risk_management.risks.signals": "optional; named once there is a log",
    "risk_management.risks.no_signal_because": "optional; the other way to answer `signals`",
    "risk_management.risks.arises_from": "for misuse only",
    "risk_management.risks.why_foreseeable": "for misuse only",
    "testing.metrics.group": "for groups only; nothing to ask of a first plan",
    "testing.baselines": "not for a first plan",
    "testing.robustness": "not for a first plan; a check that calls for it says so",
    "testing.attacks": "not for a first plan; a check that calls for it says so",
    "data_governance.gaps.group": "for groups only",
    "data_governance.representativeness": "read for the groups of a gap; not asked by a start point",
    "human_oversight.stop.fallback.risk": "for an automatic fallback only",
}
"""Read by a check of a start point, and still not in a skeleton."""

ALSO: dict[str, str] = {
    "data_governance.datasets.path": "collect looks there",
    "human_oversight.stop.limit_seconds": "the drill is held against it",
    "logging.sample.event_schema": "each event is held against it",
}
"""Not named by a condition, but read by a source whose facts are."""

IDS = {"risks": "R1", "measures": "M1", "gaps": "G1"}
"""Keys of the first block, so that blocks can be named; a key says nothing."""


@dataclass(frozen=True)
class Filled:
    """A value that `init` found; *text* is YAML."""

    text: str
    source: str = ""
    """Where from, as a comment."""


def start_reads(packs: Sequence[Pack]) -> dict[str, set[Path]]:
    """Record kind -> paths that checks of start points read in it."""
    reads: dict[str, set[Path]] = {}
    for pack in packs:
        for requirement in pack.requirements:
            if requirement.profile == "start":
                for check in requirement.checks:
                    for path in check.reads:
                        if path and path[0] in RECORDS and len(path) > 1:
                            reads.setdefault(path[0], set()).add(tuple(path[1:]))
    return reads


def record(
    kind: str,
    release: str,
    reads: Iterable[Path],
    filled: Mapping[tuple[str | int, ...], Filled] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """The skeleton of a *kind* record that speaks for *release*; *filled* by path, list positions as numbers."""
    known = dict(filled or {})
    also = [tuple(key.split(".")[1:]) for key in ALSO if key.startswith(f"{kind}.")]
    wanted = {path for path in reads if not _is_left_out(kind, path)}
    writer = _Writer(kind, [*wanted, *(_starred(kind, path) for path in also)], known)
    lines = comment(
        HEADS.get(kind, f"The record {kind}.") + " Fill in what is empty; delete ?? where it is right."
    )
    for note in notes:
        lines += comment(note)
    lines += [f"schema: aiact-gate/record/{kind}/v1", f"for: {release}"]
    root = Field(schema(kind), schema(kind).get("$defs", {}))
    return "\n".join([*lines, *writer.group(root, (), (), "", ("schema", "for"))]) + "\n"


def _starred(kind: str, path: Path) -> Path:
    """*path* with `*` where it passes a list, as checks write their paths."""
    field: Field | None = Field(schema(kind), schema(kind).get("$defs", {}))
    found: list[str] = []
    for step in path:
        if field is not None and field.schema.get("type") == "array":
            found.append("*")
            field = field.below("*")
        found.append(step)
        field = field.below(step) if field is not None else None
    return tuple(found)


def _is_left_out(kind: str, path: Path) -> bool:
    words = [kind, *(step for step in path if step != "*")]
    return any(".".join(words[:length]) in LEFT_OUT for length in range(2, len(words) + 1))


class _Writer:
    def __init__(self, kind: str, reads: Sequence[Path], filled: dict[tuple[str | int, ...], Filled]) -> None:
        self.kind = kind
        self.filled = filled
        self.paths = {path[:length] for path in reads for length in range(1, len(path) + 1)}
        for place in filled:
            path = tuple("*" if isinstance(step, int) else step for step in place)
            self.paths |= {path[:length] for length in range(1, len(path) + 1)}

    def group(
        self, field: Field, path: Path, place: tuple[str | int, ...], indent: str, skip: Sequence[str] = ()
    ) -> list[str]:
        """The lines of a group of keys: those of its fields that are read, in the schema's order."""
        lines: list[str] = []
        for key in self._keys(field, path):
            below = field.below(key)
            if key not in skip and below is not None:
                lines += self._field(below, key, (*path, key), (*place, key), indent)
        return lines

    def _keys(self, field: Field, path: Path) -> list[str]:
        names = field.schema.get("propertyNames", {}).get("enum")
        if not field.known:
            return list(names or ())
        # The generated schemas are sorted by name; people read in the order of the hints, an id first.
        prefix = self._dotted(path)
        order = {name: number for number, name in enumerate(_order(self.kind))}
        keys = [key for key in field.known if (*path, key) in self.paths]
        return sorted(keys, key=lambda key: (key != "id", order.get(f"{prefix}.{key}", len(order)), key))

    def _field(
        self, field: Field, key: str, path: Path, place: tuple[str | int, ...], indent: str
    ) -> list[str]:
        if place in self.filled:
            value = self.filled[place]
            note = value.source or self._hint(field, path)
            return [_line(f"{indent}{key}: {value.text}", note)]
        items = field.below("*") if field.schema.get("type") == "array" else None
        if items is not None and items.known:
            count = len({step[len(place)] for step in self.filled if step[: len(place)] == place}) or 1
            lines = [_line(f"{indent}{key}:", self._hint(field, path))]
            for index in range(count):
                lines += self._element(items, (*path, "*"), (*place, index), indent)
            return lines
        if field.known or field.schema.get("type") == "object":
            inner = self.group(field, path, place, indent + "  ")
            hint = HINTS.get(self._dotted(path), "")
            return [_line(f"{indent}{key}:", hint), *inner] if inner else []
        texts = sorted(
            step for step in self.filled if len(step) == len(place) + 1 and step[: len(place)] == place
        )
        if items is not None and texts:
            lines = [_line(f"{indent}{key}:", self._hint(field, path))]
            for step in texts:
                lines.append(_line(f"{indent}  - {self.filled[step].text}", self.filled[step].source))
            return lines
        return [_line(f"{indent}{key}:", self._hint(field, path))]

    def _element(self, items: Field, path: Path, place: tuple[str | int, ...], indent: str) -> list[str]:
        owner = str(place[-2])
        if "id" in items.known:
            self.paths.add((*path, "id"))
            if (
                owner in IDS
                and place[-1] == 0
                and not any(step[: len(place)] == place for step in self.filled)
            ):
                self.filled[(*place, "id")] = Filled(IDS[owner], " ")
        lines = self.group(items, path, place, indent + "    ")
        return [f"{indent}  - {lines[0].lstrip()}", *lines[1:]] if lines else []

    def _dotted(self, path: Path) -> str:
        return ".".join([self.kind, *(step for step in path if step != "*")])

    def _hint(self, field: Field, path: Path) -> str:
        hint = HINTS.get(self._dotted(path))
        words = self._words(field)
        if hint is None:
            described = str(field.schema.get("description", "")).rstrip(".")
            hint = words or described[:1].lower() + described[1:]
        elif words:
            hint = f"{hint}: {words}"
        return hint

    @staticmethod
    def _words(field: Field) -> str:
        items = field.below("*") if field.schema.get("type") == "array" else field
        words: Any = items.schema.get("enum") if items is not None else None
        if not words:
            return ""
        return ("a list of: " if items is not field else "") + " | ".join(words)


def _order(kind: str) -> list[str]:
    """Every dotted path that `HINTS` names or passes, in its order."""
    names: dict[str, None] = {}
    for key in HINTS:
        words = key.split(".")
        if words[0] == kind:
            for length in range(2, len(words) + 1):
                names[".".join(words[:length])] = None
    return list(names)


def _line(text: str, note: str) -> str:
    text, note = text.rstrip(), note.strip()
    if not note:
        return text
    if len(text) + len(note) + 4 > WIDTH + 20:
        note = note[: max(20, WIDTH + 16 - len(text))].rsplit(" ", 1)[0]
    return f"{text}  # {note}"
