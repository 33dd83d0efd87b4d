"""Waivers: what one has to say, what it covers, and what becomes of one that says too little or is over."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from reports import RISKS, judge, line_of, replace, unaccept
from repos import DAY, minimal

WAIVERS = "compliance/waivers.yaml"
CHECK = "art9.5/accepted-by-another"
VALID = "integrity.waivers/waiver-is-valid"
NEEDED = "integrity.waivers/waiver-covers-something"
ENTRY = {
    "id": "W9",
    "requirement": "art9.5",
    "system": "credit-scoring",
    "reason": "The committee that accepts remaining risks meets next month only.",
    "owner": "ml-engineer@example.org",
    "approved_by": "head-of-model-risk@example.org",
    "created": DAY,
    "expires": "2027-03-31",
    "requirement_version": "1.0.0",
    "compensating": "Nothing is released before the committee has met.",
}


def waive(folder: Path, **changes: Any) -> None:
    """The waiver `ENTRY` added, some of its fields changed; None takes one out."""
    entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    file = folder / WAIVERS
    file.parent.mkdir(exist_ok=True)
    rows = yaml.safe_load(file.read_text("utf-8"))["waivers"] if file.exists() else []
    file.write_text(yaml.safe_dump({"waivers": [*rows, entry]}, sort_keys=False), "utf-8")


def later(days: int) -> str:
    return (datetime.date.fromisoformat(DAY) + datetime.timedelta(days=days)).isoformat()


@pytest.fixture
def failing(copy: Path) -> Path:
    """The example, in which nobody has accepted what remains of R1."""
    unaccept(copy, "R1")
    assert ["art9.5"] == judge(copy).failing
    return copy


@pytest.mark.parametrize("named", [{}, {"requirement": None, "check": CHECK}], ids=["requirement", "check"])
def test_a_valid_waiver_turns_a_failure_into_waived_and_the_run_exits_0(
    named: dict[str, Any], failing: Path
) -> None:
    waive(failing, **named)

    judged = judge(failing)

    assert 0 == judged.code
    assert "waived" == judged.outcome("art9.5") == judged.outcome(CHECK)
    assert "W9, ml-engineer@example.org, until 2027-03-31" == judged.row("art9.5")["waiver"]
    assert "pass" == judged.outcome("integrity.waivers")


def test_a_waiver_is_no_pass_in_the_counts(failing: Path) -> None:
    before = judge(failing).system["counts"]
    waive(failing)

    after = judge(failing).system["counts"]

    assert (before["waived"] + 1, before["fail"] - 1, before["pass"]) == (
        after["waived"],
        after["fail"],
        after["pass"],
    )


def test_a_waiver_for_one_element_covers_that_one_only(failing: Path) -> None:
    unaccept(failing, "R2")
    waive(failing, element="R1")

    judged = judge(failing)

    assert 1 == judged.code
    assert {"R1": "waived", "R2": "fail"} == {
        finding["element"]: finding["outcome"] for finding in judged.check(CHECK)["findings"]
    }


def test_a_waiver_for_one_check_leaves_the_others_of_the_point(failing: Path) -> None:
    replace(failing, RISKS, "expires: ", "expires: 2026-11-01 # ")
    waive(failing, requirement=None, check=CHECK)

    judged = judge(failing)

    assert 1 == judged.code
    assert ("waived", "fail") == (judged.outcome(CHECK), judged.outcome("art9.5/overall-is-valid"))
    assert "fail" == judged.outcome("art9.5")


def test_a_waiver_covers_to_the_end_of_its_last_day_and_then_the_point_fails_as_before(failing: Path) -> None:
    waive(failing, expires="2026-12-10")
    line = line_of(failing, RISKS, "accepted_by:")

    last, after = judge(failing, as_of="2026-12-10"), judge(failing, as_of="2026-12-11")

    assert (0, "waived") == (last.code, last.outcome("art9.5"))
    assert (1, "fail") == (after.code, after.outcome("art9.5"))
    assert [("missing", RISKS, line)] == after.places(CHECK)


def test_a_waiver_warns_in_its_last_thirty_days(failing: Path) -> None:
    waive(failing, expires=later(30))

    ends = [notice["message"] for notice in judge(failing).notices if "W9" in notice["message"]]
    early = judge(failing, as_of=later(-1)).notices

    assert [f"Waiver W9 ends on {later(30)}, in 30 days."] == ends
    assert not [notice for notice in early if "W9" in notice["message"]]


def test_a_waiver_of_180_days_is_valid(failing: Path) -> None:
    waive(failing, expires=later(180))

    assert 0 == judge(failing).code


SAYS_TOO_LITTLE = {
    "longer than 180 days": ({"expires": later(181)}, "more than 180 days"),
    "ends before it begins": ({"created": "2027-03-31", "expires": "2027-03-01"}, "runs from"),
    "approved by its owner": ({"approved_by": ENTRY["owner"]}, "is approved by its owner"),
    "no approver": ({"approved_by": None}, "lacks approved_by"),
    "nobody in the approver's place": ({"approved_by": "TBD"}, "lacks approved_by"),
    "no owner": ({"owner": None}, "lacks owner"),
    "no reason": ({"reason": "n/a"}, "lacks reason"),
    "nothing done instead": ({"compensating": ""}, "lacks compensating"),
    "neither check nor requirement": ({"requirement": None}, "names no check or requirement"),
    "both check and requirement": ({"check": CHECK}, "names both"),
    "an older major version": ({"requirement_version": "0.9.0"}, "is for version 0.9.0"),
    "a requirement that no pack has": ({"requirement": "art99.1"}, "names art99.1, which no pack has"),
    "a check that the point doesn't have": (
        {"requirement": None, "check": "art9.5/no-such-check"},
        "names art9.5/no-such-check, which art9.5 doesn't have",
    ),
    "begins later": ({"created": "2026-11-26"}, "begins on 2026-11-26"),
}


@pytest.mark.parametrize("name", SAYS_TOO_LITTLE)
def test_a_waiver_at_fault_covers_nothing_and_is_a_finding_at_its_own_line(name: str, failing: Path) -> None:
    changes, says = SAYS_TOO_LITTLE[name]
    waive(failing, **changes)

    judged = judge(failing)

    assert 1 == judged.code
    assert "fail" == judged.outcome("art9.5")
    assert [("malformed", WAIVERS, line_of(failing, WAIVERS, "id: W9"))] == judged.places(VALID)
    assert says in judged.said(VALID)


def test_a_row_of_late_waivers_doesnt_reach_further_than_180_days(failing: Path) -> None:
    """Its days are counted from `created`: a date in the future must not buy more of them."""
    waive(failing, created=later(170), expires=later(340))

    assert (1, "fail") == (judge(failing).code, judge(failing).outcome("art9.5"))


ORPHANS = {
    "of a point that doesn't fail": ({"requirement": "art9.8"}, "covers nothing: art9.8 doesn't fail"),
    "of an element that doesn't fail": ({"element": "R3"}, "covers nothing: art9.5 doesn't fail"),
    "of a system that isn't declared": (
        {"system": "other"},
        "is for other, which the manifest doesn't declare",
    ),
}


@pytest.mark.parametrize("name", ORPHANS)
def test_a_waiver_that_covers_nothing_is_unbound(name: str, failing: Path) -> None:
    changes, says = ORPHANS[name]
    waive(failing, **changes)

    judged = judge(failing)

    assert 1 == judged.code
    assert [("unbound", WAIVERS, line_of(failing, WAIVERS, "id: W9"))] == judged.places(NEEDED)
    assert says in judged.said(NEEDED)


def test_a_waiver_that_is_no_longer_needed_fails_the_run(failing: Path) -> None:
    waive(failing)
    assert 0 == judge(failing).code

    replace(failing, RISKS, "accepted_by:\n", "accepted_by: head-of-model-risk@example.org\n")

    judged = judge(failing)
    assert (1, ["integrity.waivers"]) == (judged.code, judged.failing)


def test_a_waiver_covers_a_failure_and_not_what_is_unknown(copy: Path) -> None:
    (copy / RISKS).write_bytes(b"risks: [\n")
    waive(copy)

    judged = judge(copy)

    assert 1 == judged.code
    assert "unknown" == judged.outcome("art9.5")


def test_waivers_that_cant_be_read_cover_nothing_and_exit_3(failing: Path) -> None:
    waive(failing)
    with (failing / WAIVERS).open("a", encoding="utf-8") as file:
        file.write("waivers: []\n  - : {\n")

    judged = judge(failing)

    assert 3 == judged.code
    assert "fail" == judged.outcome("art9.5")
    assert WAIVERS == judged.data["problems"][0]["location"]["path"]


def test_a_waiver_of_a_minimal_system_is_an_orphan(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    waive(repository.folder, system="mail-sorter")

    assert 1 == judge(repository.folder).code
