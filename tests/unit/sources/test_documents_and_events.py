"""Figures of a card against the lock, and what an event log tells, through the folder that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import repos
from repos import HIGH

from aiact_gate.model.evidence import Evidence
from aiact_gate.sources.gather import Gathering, begin, gather
from aiact_gate.sources.lock import read_lock
from aiact_gate.sources.manifest import read_manifest
from aiact_gate.sources.snapshot import open_snapshot

WANTED = frozenset(
    ["testing", "logging", "model_card", "mlflow", "derived", "event_log", "replay", "data_governance"]
)


def gathered(folder: Path, changes: Mapping[str, str], **run: Any) -> Evidence:
    for path, content in {**HIGH, "aiact.lock": repos.lock(**run).decode(), **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content if isinstance(content, str) else content.decode())
    snapshot, _ = open_snapshot(str(folder))
    manifest = read_manifest(snapshot, "aiact.yaml")
    gathering = Gathering(snapshot, manifest, read_lock(snapshot, manifest))
    evidence = begin(gathering, manifest.systems[0], repos.DAY)
    gather(gathering, manifest.systems[0], evidence, WANTED)
    return evidence


METRICS = {
    "test_auc": 0.7934,
    "test_auc_lo": 0.7521,
    "test_auc_hi": 0.8312,
    "test_n": 300,
    "train_auc": 0.8612,
}
SENTENCES = {
    "AUC 0.79 on the testing rows.": [("0.79", True)],
    "AUC 79 % on the testing rows.": [("79 %", True)],
    "AUC 0,793 on the testing rows.": [("0,793", True)],
    "AUC 0.81 on the testing rows.": [("0.81", False)],
    "AUC 0.86 on the training rows.": [("0.86", False)],
    "AUC 0.79 (bounds 0.75 to 0.83).": [("0.79", True), ("0.75", True), ("0.83", True)],
    "The AUC is at least 0.70 by plan.": [("0.70", True)],
    "About 3.4 % were out of work (source: Eurostat 2024).": [("3.4 %", True)],
    "About 3.4 % were out of work\n(source: Eurostat 2024).": [("3.4 %", True)],
    "About 3.4 % of U.S. adults (source: survey (2024), table 3).": [("3.4 %", True)],
    "AUC 0.99. About 3.4 % were out of work (source: Eurostat).": [("0.99", False), ("3.4 %", True)],
    "About 3.4 % were out of work (source: ).": [("3.4 %", False)],
    "About 3.4 % were out of work (source: TBD).": [("3.4 %", False)],
    "About 3.4 % were out of work (sources differ).": [("3.4 %", False)],
    "| what | value |\n|---|---|\n| out of work | 3.4 % (source: census) |\n| AUC | 0.81 |": [("3.4 %", True), ("0.81", False)],
}  # fmt: skip


@pytest.mark.parametrize("text", SENTENCES)
def test_a_figure_agrees_with_what_stands_behind_it_or_names_its_source(text: str, tmp_path: Path) -> None:
    card = HIGH["MODEL_CARD.md"].replace("AUC 0.79 on the testing rows.", text)
    evidence = gathered(tmp_path, {"MODEL_CARD.md": card}, metrics=METRICS)

    found = evidence.data["derived"]["figures"]

    assert SENTENCES[text] == [
        (row["text"], row["agrees"]) for row in found if row["document"] == "model_card"
    ]
    lines = card.split("\n")
    for index, row in enumerate(found):
        place = evidence.places["derived"].location(("figures", index, "text"))
        assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == row["text"]


def event(kind: str, at: str, **more: str) -> str:
    return json.dumps({"type": kind, "time": f"2026-11-12T{at}+01:00", **more}) + "\n"


def test_a_stop_is_followed_to_the_restart(tmp_path: Path) -> None:
    log = (
        event("prediction", "09:00:00")
        + event("emergency_stop", "09:01:00", actor="a@example.org")
        + event("prediction", "09:01:07")
        + event("request_refused", "09:01:08")
        + json.dumps({"type": "prediction", "time": "no time"})
        + "\n\n"
        + event("restart", "09:30:00", approved_by="b@example.org")
        + event("prediction", "09:31:00")
    )

    found = gathered(tmp_path, {"evidence/events.jsonl": log}).data["event_log"]

    stop = found["stops"][0]
    assert (4, 2, 1) == (found["predictions"], found["decisions_served"], len(found["stops"]))
    assert (2, 7.0, 1, "b@example.org") == (
        stop["predictions_after"],
        stop["last_prediction_seconds"],
        stop["refused"],
        stop["restart_approved_by"],
    )


def test_many_stops_are_read_in_a_moment(tmp_path: Path) -> None:
    log = event("emergency_stop", "09:01:00") * 30_000

    assert 30_000 == len(gathered(tmp_path, {"evidence/events.jsonl": log}).data["event_log"]["stops"])


def test_events_that_do_not_fit_their_schema_are_told_at_their_lines(tmp_path: Path) -> None:
    log = (
        event("prediction", "09:00:00")
        + "\n"
        + '{"type": "prediction"}\n'
        + event("restart", "09:01:00")
        + "{}\n"
    )
    evidence = gathered(tmp_path, {"evidence/events.jsonl": log})

    faults = [fault for fault in evidence.faults if "event_schema" == fault.rule]

    assert [3, 5] == [fault.location.line for fault in faults]
    assert [3, 5] == [evidence.locate(fault.pointer).line for fault in faults]
    assert [3, 4] == [evidence.locate(("event_log", "events", index, "type")).line for index in (1, 2)]


def test_hostile_events_are_data(tmp_path: Path) -> None:
    log = '{"type": ["x"], "time": {}}\n{"type": {"a": 1}}\n{"type": null, "time": 7}\n{"type": "emergency_stop"}\n'
    evidence = gathered(tmp_path, {"evidence/events.jsonl": log, "evidence/event.schema.json": "{}"})

    assert 0 == evidence.data["event_log"]["predictions"]
    assert 1 == len(evidence.data["event_log"]["stops"])


def test_a_replay_is_looked_up_in_the_log(tmp_path: Path) -> None:
    replay = {
        "case_id": "C-9",
        "model_version": "3",
        "recorded_output": {"b": 1, "a": [2]},
        "replayed_output": 7,
    }
    evidence = gathered(tmp_path, {"evidence/replay.json": json.dumps(replay)})

    assert (False, '{"a": [2], "b": 1}', "7") == tuple(
        evidence.data["replay"][key] for key in ("in_log", "recorded_output", "replayed_output")
    )
    assert gathered(tmp_path, {}).data["replay"]["in_log"]
