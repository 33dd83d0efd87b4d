"""What the report holds beside outcomes: places of what passes, waivers, debts and signatures as values, duties; also where nothing ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packs_of import TESTING, bank_rules
from readers import READERS, valid
from reports import call
from repos import DAY, MINIMAL, Repository

DEBT = """\
schema: aiact-gate/baseline/v1
created: 2026-11-20
items:
  - {requirement: house.plan, major: 1, check: house.plan/reasons-are-written, system: mail-sorter, element: M2,
     kind: missing, owner: mail@example.org, due: 2027-06-01}
"""


@pytest.fixture(scope="module")
def system(shown: Repository) -> dict[str, Any]:
    """The system of the shipped example, as JSON."""
    found: dict[str, Any] = json.loads(shown.check("--format", "json").out)["systems"][0]
    return found


def row(system: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in system["requirements"] if name == one["id"])


def test_a_row_that_passes_names_a_place_that_is_there(system: dict[str, Any], shown: Repository) -> None:
    passing = [one for one in system["requirements"] if "pass" == one["outcome"]]
    of_law = [one for one in passing if one["id"].startswith(("art9", "art1", "annex"))]
    places = [place for one in passing for place in one["locations"]]

    assert 50 < len(of_law) and [] == [one["id"] for one in of_law if not one["locations"]]
    for place in places:
        lines = (shown.folder / place["path"]).read_text("utf-8").splitlines()
        assert 1 <= place["line"] <= max(len(lines), 1)


def test_the_place_of_a_pass_is_the_line_that_decided(system: dict[str, Any], shown: Repository) -> None:
    record = (shown.folder / "compliance/risk_management.yaml").read_text("utf-8").splitlines()
    accepted = [record[place["line"] - 1].strip() for place in row(system, "art9.5")["locations"]]

    assert "accepted_by: head-of-model-risk@example.org" in accepted


def test_what_fails_names_no_place_of_a_pass(failing: Repository) -> None:
    [failed] = json.loads(failing.check("--format", "json").out)["systems"]

    assert {"pass"} == {one["outcome"] for one in failed["requirements"] if one["locations"]}


def test_waivers_are_values(system: dict[str, Any]) -> None:
    expected = {
        "id": "W1",
        "owner": "data-steward@example.org",
        "approved_by": "head-of-model-risk@example.org",
        "confirmed": False,
        "start": "2026-11-25",
        "end": "2027-05-20",
        "check": "art10.4/reflected-or-irrelevant",
    }
    found = row(system, "art10.4")["waivers"]

    assert [{**expected, "element": "geographical"}, {**expected, "element": "contextual"}] == found


def test_debts_are_values(tmp_path: Path) -> None:
    record = TESTING.replace("threshold: 0.40", "threshold: 0.60")
    files = {**MINIMAL, "compliance/testing.yaml": record, "compliance/baseline.yaml": DEBT}
    repository = Repository(tmp_path / "mail").write(files)
    repository.commit()
    pack = bank_rules(tmp_path / "bank-rules", {"rollout.yaml": None})

    ran = call("check", str(repository.folder), "--as-of", DAY, "--pack", str(pack), "--format", "json")

    [judged] = json.loads(ran.out)["systems"]
    debt = {"owner": "mail@example.org", "start": "2026-11-20", "end": "2027-06-01"}
    debt |= {"check": "house.plan/reasons-are-written", "element": "M2"}
    assert (0, [debt]) == (ran.code, row(judged, "house.plan")["debts"])


def test_signatures_are_values(system: dict[str, Any]) -> None:
    [signed] = row(system, "art14.3")["signatures"]

    assert ("head-of-model-risk@example.org", "2027-05-20", False) == (
        signed["by"],
        signed["end"],
        signed["confirmed"],
    )
    assert [] == row(system, "art9.2.a")["signatures"]


def test_duties_say_which_of_them_were_judged(system: dict[str, Any]) -> None:
    duties = {duty["id"]: duty for duty in system["duties"]}

    assert ("Articles 8-15, Annex IV", "2027-12-02", True) == (
        duties["requirements"]["citation"],
        duties["requirements"]["applies_from"],
        duties["requirements"]["judged"],
    )
    assert not duties["provider_high"]["judged"]


def test_the_repository_is_the_one_that_the_run_was_told(shown: Repository) -> None:
    told = shown.check("--format", "json", "--repository", "bank/loans")

    assert "bank/loans" == json.loads(told.out)["repository"]
    assert "" == json.loads(shown.check("--format", "json").out)["repository"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--base", "nope"),
        ("--staged", "--ref", "HEAD"),
        ("--as-of", "tomorrow"),
        ("--format", "nope"),
        ("nowhere",),
    ],
    ids=" ".join,
)
def test_a_usage_error_leaves_a_report_in_the_files_that_were_asked_for(
    arguments: tuple[str, ...], shown: Repository, tmp_path: Path
) -> None:
    files = [f"--format={name}={tmp_path / name}" for name in READERS]
    ran = shown.check(*files, *arguments) if "--as-of" not in arguments else call("check", *files, *arguments)
    document = json.loads((tmp_path / "json").read_text("utf-8"))

    valid(document)
    assert (2, 2, "fault") == (ran.code, document["exit_code"], document["verdict"])
    what = document["problems"][0]["message"]
    assert what in ran.said
    for name, reader in READERS.items():
        assert any(what in line for line in reader((tmp_path / name).read_text("utf-8")).failing), name
