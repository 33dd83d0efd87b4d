"""What a hostile repository could try with the example's parts that a team writes itself: schemas, packs, folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aiact_gate.model.report import Report
from aiact_gate.sources import events
from tests.unit.example.conftest import commit

Judge = Callable[..., Report]

PACK = """schema: aiact-gate/pack/v1
name: ours
version: 1.0.0
legal_review: none
introduced: 2026-11-25
"""


def test_an_endless_pattern_of_the_teams_own_schema_is_a_finding(
    copy: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(events, "SCHEMA_SECONDS", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    schema = copy / "compliance/evidence/event.schema.json"
    data = json.loads(schema.read_text())
    data["properties"]["event_id"] = {"type": "string", "pattern": "^(([a-z0-9]+)+)+!$"}
    schema.write_text(json.dumps(data))

    report = judge(copy)

    said = [
        finding.message
        for row in report.systems[0].rows
        for check in row.checks
        for finding in check.findings
        if finding.check == "integrity.form/events-fit-their-schema"
    ]
    assert said == [
        "Holding events.jsonl against compliance/evidence/event.schema.json takes more than 1 seconds."
    ]
    assert report.exit_code == 1


def with_packs(copy: Path, folder: str) -> None:
    manifest = copy / "aiact.yaml"
    text = manifest.read_text()
    assert "policies:\n" in text
    manifest.write_text(text.replace("policies:\n", f"policies:\n  packs: [{folder}]\n", 1))


def test_a_pack_folder_that_is_a_link_out_of_the_repository_is_not_read(
    copy: Path, judge: Judge, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pack.yaml").write_text(PACK)
    (outside / "secret.yaml").write_text("password_of_production: hunter2\n")
    (copy / "packs").symlink_to(outside)
    with_packs(copy, "packs")
    commit(copy)

    report = judge(copy)

    said = " ".join(f"{problem.message} {problem.location}" for problem in report.problems)
    assert "there is no pack in packs" in said
    assert "password" not in said
    assert report.exit_code == 3


def test_a_pack_is_read_from_the_revision_that_is_judged(copy: Path, tmp_path: Path) -> None:
    from aiact_gate.run.manifests import checked
    from aiact_gate.run.options import Options

    (copy / "packs").mkdir()
    (copy / "packs/pack.yaml").write_text(PACK)
    with_packs(copy, "packs")
    commit(copy, "a pack without a policy")
    shutil.rmtree(copy / "packs")

    report = checked(str(copy), Options(as_of="2026-11-25"), ref="HEAD")[0]

    assert "ours" in [name for name, *_ in report.packs]


def test_the_evidence_may_lie_beside_the_manifest(copy: Path, judge: Judge) -> None:
    before = judge(copy)
    manifest = copy / "aiact.yaml"
    text = manifest.read_text()
    assert "evidence_dir: compliance\n" in text
    manifest.write_text(text.replace("evidence_dir: compliance\n", "evidence_dir: .\n"))
    for record in sorted((copy / "compliance").glob("*.yaml")):
        if record.stem not in ("waivers", "baseline"):
            record.rename(copy / record.name)

    report = judge(copy)

    outcomes = {row.requirement.id: row.outcome for row in report.systems[0].rows}
    was = {row.requirement.id: row.outcome for row in before.systems[0].rows}
    assert outcomes["art9.5"] == was["art9.5"]
    assert outcomes["art10.1"] == was["art10.1"]


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def failing(report: Report) -> set[tuple[str, str]]:
    return {
        (finding.check, finding.location.path)
        for row in report.systems[0].rows
        for check in row.checks
        for finding in check.findings
        if check.severity == "error" and finding.outcome.value == "fail"
    }


def test_a_figure_whose_source_is_a_metric_of_the_run_has_to_be_that_metric(copy: Path, judge: Judge) -> None:
    replaced(copy / "MODEL_CARD.md", "the AUC is 0.827", "the AUC is 0.967")

    assert ("art15.3/no-figure-says-otherwise", "MODEL_CARD.md") in failing(judge(copy))


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("internal", False),
        ("our own tests", False),
        ("reports/audit.pdf, page 3", True),
        ("doi:10.1/x", True),
    ],
)
def test_another_figure_of_a_planned_metric_needs_a_source_that_can_be_looked_up(
    copy: Path, judge: Judge, source: str, passes: bool
) -> None:
    card = copy / "MODEL_CARD.md"
    card.write_text(f"{card.read_text()}\nAn earlier model reached an AUC of 0.99 (source: {source}).\n")

    found = ("art15.3/no-figure-says-otherwise", "MODEL_CARD.md") in failing(judge(copy))

    assert found is not passes


def test_a_role_that_the_answers_do_not_give_is_contradicted_at_its_line(copy: Path, judge: Judge) -> None:
    manifest = copy / "aiact.yaml"
    text = manifest.read_text()
    line = next(line for line in text.splitlines() if line.strip().startswith("role:"))
    replaced(manifest, line, "    role: distributor")

    report = judge(copy)

    said = [
        (finding.message, finding.location.line)
        for row in report.systems[0].rows
        for check in row.checks
        for finding in check.findings
        if row.requirement.id == "art6.claim"
    ]
    assert (
        "The manifest says distributor; the answers give provider.",
        text.splitlines().index(line) + 1,
    ) in said
    assert report.exit_code == 1
