"""A team's own schema of an event: applied without a network and within bounds, and as a second implementation applies it."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from repos import DAY, ROOT, high

from aiact_gate.documents.conformance import Conformance

SAMPLE = ROOT / "examples" / "credit-scoring" / "compliance" / "evidence"


def judged(tmp_path: Path, schema: Mapping[str, Any], *more: Mapping[str, Any]) -> tuple[int, str, str]:
    """(exit code, outcome of the check of events, why) of a repository whose events are held against *schema*."""
    found = high(tmp_path / "repository")
    log = (found.folder / "evidence/events.jsonl").read_text()
    log += "".join(json.dumps(event) + "\n" for event in more)
    found.write({"evidence/event.schema.json": json.dumps(schema), "evidence/events.jsonl": log})
    found.commit()

    ran = found.check("--format", "json", "--as-of", DAY)

    rows = json.loads(ran.out)["systems"][0]["requirements"]
    checks = {check["id"]: check for row in rows for check in row["checks"]}
    check = checks["integrity.form/events-fit-their-schema"]
    return ran.code, check["outcome"], json.dumps(check)


@pytest.mark.parametrize("key", ["type", "never_there"])
def test_a_schema_elsewhere_is_unknown_and_nobody_is_asked_for_it(tmp_path: Path, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/event.json"

        code, outcome, why = judged(tmp_path, {"properties": {key: {"$ref": address}}})

        with pytest.raises(TimeoutError):
            listener.accept()
    assert (1, "unknown", True) == (code, outcome, "isn't in it, and nothing is fetched" in why), why


def test_a_schema_in_another_file_is_unknown_whatever_it_allows(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")

    code, outcome, why = judged(tmp_path, {"properties": {"type": {"$ref": other.as_uri()}}})

    assert (1, "unknown", True) == (code, outcome, "isn't in it, and nothing is fetched" in why), why


def test_a_pattern_without_end_is_unknown_and_the_events_behind_it_are_no_pass(tmp_path: Path) -> None:
    schema = {"properties": {"note": {"pattern": "^(?:(?=a)a+)+$"}, "after": {"type": "string"}}}

    code, outcome, why = judged(tmp_path, schema, {"type": "note", "note": "a" * 40 + "b"}, {"after": "fits"})

    assert (1, "unknown", True) == (code, outcome, "takes too long on what stands here" in why), why


def test_an_event_that_does_not_fit_is_told_though_a_later_one_is_unknown(tmp_path: Path) -> None:
    schema = {"properties": {"note": {"pattern": "^(?:(?=a)a+)+$"}, "before": {"type": "string"}}}

    code, outcome, why = judged(tmp_path, schema, {"before": 1}, {"type": "note", "note": "a" * 40 + "b"})

    assert (1, "fail", True) == (code, outcome, "at before: type fails" in why), why


def test_references_that_double_at_every_step_are_unknown(tmp_path: Path) -> None:
    steps = {f"step{n}": {"allOf": [{"$ref": f"#/$defs/step{n + 1}"}] * 2} for n in range(40)}

    code, outcome, why = judged(
        tmp_path, {"$ref": "#/$defs/step0", "$defs": {**steps, "step40": {"type": "object"}}}
    )

    assert (1, "unknown", True) == (code, outcome, "unfold into too many parts" in why), why


def test_a_schema_of_a_tree_is_followed_to_its_leaves() -> None:
    """References that go round, one level down each time."""
    tree = {
        "properties": {
            "left": {"$ref": "#"},
            "right": {"$ref": "#"},
            "more": {"items": {"$ref": "#"}},
            "leaf": {"type": "string"},
        }
    }

    found = Conformance(tree).misfits({"left": {"right": {"more": [{}, {"leaf": 1}]}}})

    assert [("left", "right", "more", 1, "leaf")] == [misfit.pointer for misfit in found]


def _without(event: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != key}


def test_a_second_implementation_agrees_on_every_sample() -> None:
    """The example's log, and each of its events with one value left out or of another type."""
    schema = json.loads((SAMPLE / "event.schema.json").read_text())
    events = [json.loads(line) for line in (SAMPLE / "events.jsonl").read_text().splitlines()]
    kinds = {event["type"]: event for event in events}
    for event in kinds.values():
        for key in event:
            events += [
                _without(event, key),
                *({**event, key: other} for other in (None, 7, "", [], {}, "x-1")),
            ]
    second = Draft202012Validator(schema)
    conformance = Conformance(schema)

    different = [event for event in events if second.is_valid(event) is bool(conformance.misfits(event))]

    assert [] == different
    assert {True, False} == {second.is_valid(event) for event in events}
