"""The report for programs: its schema, its bytes, one document whatever the number of manifests."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from repos import DAY, MINIMAL, ROOT, Repository, process, program

SCHEMA = json.loads((ROOT / "aiact_gate" / "schemas" / "report.json").read_text("utf-8"))


def valid(document: Any) -> None:
    Draft202012Validator(SCHEMA).validate(document)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Two manifests in two folders, the second with a misspelt key."""
    repository = Repository(tmp_path_factory.mktemp("several"))
    for folder, surplus in (("one", ""), ("two", "surplus: 1\n")):
        files = {f"{folder}/{path}": text for path, text in MINIMAL.items()}
        files[f"{folder}/compliance/classification.yaml"] += surplus
        repository.write(files)
    repository.commit()
    return repository


@pytest.mark.parametrize("name", ["shown", "failing"])
def test_the_report_is_of_its_schema(name: str, request: pytest.FixtureRequest) -> None:
    repository: Repository = request.getfixturevalue(name)
    ran = repository.check("--format", "json")
    document = json.loads(ran.out)

    valid(document)
    assert ran.code == document["exit_code"] == (0 if name == "shown" else 1)
    assert "aiact-gate/report/v1" == document["schema"]


def test_a_report_of_nothing_and_one_of_a_broken_manifest_are_of_the_schema(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty").write({"readme.txt": "nothing\n"})
    empty.commit()
    broken = Repository(tmp_path / "broken").write({"aiact.yaml": "systems: [\n"})
    broken.commit()

    for repository, code in ((empty, 4), (broken, 3)):
        ran = repository.check("--format", "json")
        document = json.loads(ran.out)
        valid(document)
        assert code == ran.code == document["exit_code"]
        assert document["problems"] or document["note"]


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(surplus=1),
        lambda document: document.pop("verdict"),
        lambda document: document.update(verdict="passed"),
        lambda document: document["systems"][0]["requirements"][0].update(outcome="ok"),
        lambda document: document["systems"][0]["requirements"][0]["checks"][0].pop("method"),
    ],
    ids=["surplus", "no verdict", "another verdict", "another outcome", "no method"],
)
def test_another_document_is_not_of_the_schema(failing: Repository, change: Any) -> None:
    document = json.loads(failing.check("--format", "json").out)
    changed = copy.deepcopy(document)
    change(changed)

    with pytest.raises(ValidationError):
        valid(changed)


@pytest.mark.parametrize("name", ["shown", "failing", "several"])
def test_two_runs_give_the_same_bytes(name: str, request: pytest.FixtureRequest) -> None:
    repository: Repository = request.getfixturevalue(name)
    arguments = ("check", "--as-of", DAY, "--format", "json", "--recursive")
    runs = [
        process(*arguments, cwd=repository.folder, PYTHONHASHSEED=seed, TZ=zone).out
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Kiritimati"))
    ]

    assert runs[0] == runs[1] and runs[0]
    document = json.loads(runs[0])
    assert runs[0] == json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_a_file_has_the_bytes_of_the_stream(shown: Repository, tmp_path: Path) -> None:
    shown.check(f"--format=json={tmp_path / 'report.json'}")

    assert (tmp_path / "report.json").read_bytes().decode() == shown.check("--format", "json").out


def test_several_manifests_are_one_document(several: Repository) -> None:
    ran = several.check("--recursive", "--format", "json")
    document = json.loads(ran.out)

    valid(document)
    assert ["one/aiact.yaml", "two/aiact.yaml"] == [report["manifest"] for report in document]
    assert [0, 1] == [report["exit_code"] for report in document] and 1 == ran.code
    for report, folder in zip(document, ("one", "two"), strict=True):
        assert report == json.loads(several.check(folder, "--format", "json").out)


def test_one_manifest_is_an_object_also_when_looked_for(several: Repository) -> None:
    assert isinstance(json.loads(several.check("one", "--recursive", "--format", "json").out), dict)


def test_several_manifests_in_a_file_are_one_document(several: Repository, tmp_path: Path) -> None:
    several.check("--recursive", f"--format=json={tmp_path / 'report.json'}")

    assert 2 == len(json.loads((tmp_path / "report.json").read_text("utf-8")))


def test_findings_carry_their_place_and_what_they_are_known_by(failing: Repository) -> None:
    document = json.loads(failing.check("--format", "json").out)
    rows = document["systems"][0]["requirements"]
    findings = [finding for row in rows for check in row["checks"] for finding in check["findings"]]
    failed = [finding for finding in findings if finding["number"]]

    assert failed and len(failed) == len({finding["number"] for finding in failed})
    for finding in failed:
        place = finding["location"]
        lines = (failing.folder / place["path"]).read_text("utf-8").splitlines()
        assert 1 <= place["line"] <= len(lines) and finding["message"] and finding["fix"]
    # Known by more than a line number: lines above change nothing.
    manifest = failing.folder / "aiact.yaml"
    text = manifest.read_text("utf-8")
    try:
        manifest.write_text("# a comment\n\n" + text, "utf-8")
        moved = json.loads(failing.check("--format", "json").out)
    finally:
        manifest.write_text(text, "utf-8")
    rows = moved["systems"][0]["requirements"]
    after = [finding for row in rows for check in row["checks"] for finding in check["findings"]]
    assert sorted(f["fingerprint"] for f in findings) == sorted(f["fingerprint"] for f in after)


def test_outside_of_a_repository_there_is_a_report_too(tmp_path: Path) -> None:
    for path, text in MINIMAL.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    document = json.loads(program("check", "--as-of", DAY, "--format", "json", cwd=tmp_path).out)

    valid(document)
    assert "folder without git" == document["subject"]["kind"]
