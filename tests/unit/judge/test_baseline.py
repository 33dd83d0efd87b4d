"""The baseline: debts of adoption day with owner and date, which only shrink; and `confirm`, which moves a record on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from reports import RISKS, call, commit, git, judge, line_of, replace, unaccept
from repos import DAY, HIGH, high

CHECK = "art9.5/accepted-by-another"
OWNER = "head-of-model-risk@example.org"
DUE = "2027-06-30"
BASELINE = "compliance/baseline.yaml"


def create(folder: Path, *arguments: str) -> Any:
    return call(
        "baseline", "create", str(folder), "--as-of", DAY, *(arguments or ("--owner", OWNER, "--due", DUE))
    )


def update(folder: Path, as_of: str = DAY) -> Any:
    return call("baseline", "update", str(folder), "--as-of", as_of)


def debts(folder: Path) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = yaml.safe_load((folder / BASELINE).read_text("utf-8"))["items"]
    return items


@pytest.fixture
def owing(copy: Path) -> Path:
    """The example on its adoption day: R1 and R2 are accepted by nobody, and that is owed."""
    unaccept(copy, "R1", "R2")
    assert 1 == judge(copy).code
    assert 0 == create(copy).code
    return copy


def test_a_debt_has_owner_and_date_and_is_keyed_by_point_check_system_and_element(owing: Path) -> None:
    assert [
        {
            "requirement": "art9.5",
            "major": 1,
            "check": CHECK,
            "system": "credit-scoring",
            "kind": "missing",
            "owner": OWNER,
            "due": DUE,
            "element": risk,
        }
        for risk in ("R1", "R2")
    ] == [{**item, "due": str(item["due"])} for item in debts(owing)]


def test_what_is_owed_is_shown_as_owed_and_doesnt_fail(owing: Path) -> None:
    judged = judge(owing)

    assert 0 == judged.code
    assert "owed" == judged.outcome("art9.5")
    assert 1 == judged.system["counts"]["owed"]
    assert {f"{OWNER}, due {DUE}"} == {finding["note"] for finding in judged.check(CHECK)["findings"]}


def test_a_new_failure_isnt_hidden_by_the_debts_of_the_same_check(owing: Path) -> None:
    unaccept(owing, "R3")

    judged = judge(owing)

    assert 1 == judged.code
    assert {"R1": "owed", "R2": "owed", "R3": "fail"} == {
        finding["element"]: finding["outcome"] for finding in judged.check(CHECK)["findings"]
    }


def test_a_debt_is_due_at_the_end_of_its_day_and_fails_after_it(owing: Path) -> None:
    # Waivers and acceptances of the example end before: this point alone is asked for.
    only = ("--requirement", "art9.5")
    replace(owing, RISKS, "expires: ", "expires: 2028-01-01 # ")
    line = line_of(owing, RISKS, "accepted_by:")

    last, after = judge(owing, *only, as_of=DUE), judge(owing, *only, as_of="2027-07-01")

    assert "owed" == last.outcome(CHECK)
    assert (1, "fail") == (after.code, after.outcome(CHECK))
    assert ("missing", RISKS, line) == after.places(CHECK)[0]
    assert {f"was owed until {DUE}"} == {finding["note"] for finding in after.check(CHECK)["findings"]}


def test_a_debt_of_another_major_version_of_the_point_covers_nothing(owing: Path) -> None:
    file = owing / BASELINE
    file.write_text(file.read_text("utf-8").replace("major: 1", "major: 2"), "utf-8")

    assert (1, "fail") == (judge(owing).code, judge(owing).outcome("art9.5"))


def test_a_contradiction_is_never_owed(copy: Path) -> None:
    unaccept(copy, "R1")
    replace(copy, RISKS, "accepted_by: head-of-model-risk@", "accepted_by: data-steward@")  # wrote R2

    made = create(copy)

    assert "1 contradicted finding not taken in" in made.said
    assert ["R1"] == [item["element"] for item in debts(copy)]
    judged = judge(copy)
    assert (1, "fail") == (judged.code, judged.outcome("art9.5"))

    # Written in by hand, it covers nothing either.
    rows = [*debts(copy), {**debts(copy)[0], "element": "R2"}]
    text = yaml.safe_dump({"schema": "aiact-gate/baseline/v1", "created": DAY, "items": rows})
    (copy / BASELINE).write_text(text, "utf-8")
    assert (1, "fail") == (judge(copy).code, judge(copy).outcome("art9.5"))


def test_the_tier_claim_is_never_owed(copy: Path) -> None:
    replace(copy, "compliance/classification.yaml", "decided_by: ", "decided_by: # ")
    unaccept(copy, "R1")

    assert 0 == create(copy).code

    assert ["art9.5"] == [item["requirement"] for item in debts(copy)]
    assert (1, ["art6.claim"]) == (judge(copy).code, judge(copy).failing)


def test_a_deleted_record_isnt_hidden_by_debts(owing: Path) -> None:
    (owing / RISKS).unlink()

    judged = judge(owing)

    assert 1 == judged.code
    assert "fail" == judged.outcome("integrity.present")


def test_an_absent_record_is_owed_where_all_that_waits_for_it_is(copy: Path) -> None:
    (copy / "compliance/monitoring.yaml").unlink()
    assert 0 == create(copy).code

    judged = judge(copy)

    assert 0 == judged.code
    assert ("owed", "owed") == (judged.outcome("annex4.9"), judged.outcome("integrity.present"))
    assert ["all that waits for it is owed"] == [
        finding["note"] for finding in judged.check("integrity.present/record-is-there")["findings"]
    ]


def test_an_absent_record_fails_where_one_point_that_waits_for_it_isnt_owed(copy: Path) -> None:
    (copy / RISKS).unlink()
    assert 0 == create(copy).code
    kept = [item for item in debts(copy) if item["requirement"] != "art9.5"]
    content = yaml.safe_load((copy / BASELINE).read_text("utf-8")) | {"items": kept}
    (copy / BASELINE).write_text(yaml.safe_dump(content), "utf-8")

    judged = judge(copy)

    assert 1 == judged.code
    assert ("fail", "fail") == (judged.outcome("art9.5"), judged.outcome("integrity.present"))


def test_what_stays_unknown_beside_its_debts_is_said(copy: Path) -> None:
    (copy / "aiact.lock").unlink()

    created = create(copy)

    owed = int(created.out.partition(" point")[0])
    unknown = int(created.out.partition("owner " + OWNER + ".\n")[2].partition(" point")[0])
    counts = judge(copy).system["counts"]
    assert counts["owed"] == owed - unknown


def test_update_takes_out_what_is_paid_and_adds_nothing(owing: Path) -> None:
    replace(owing, RISKS, "accepted_by:\n", f"accepted_by: {OWNER}\n")  # R1
    unaccept(owing, "R3")

    made = update(owing)

    assert (0, True) == (made.code, "1 of 2 debts left; 1 paid." in made.said)
    assert ["R2"] == [item["element"] for item in debts(owing)]
    assert 1 == judge(owing).code  # R3 stays a failure

    unaccept(owing, "R1")
    assert 0 == update(owing).code
    assert ["R2"] == [item["element"] for item in debts(owing)]  # paid once, it isn't owed again


def test_update_keeps_owner_date_and_day_of_creation(owing: Path) -> None:
    before = (owing / BASELINE).read_bytes()

    assert 0 == update(owing, "2026-12-24").code

    assert before == (owing / BASELINE).read_bytes()


def test_update_keeps_a_debt_that_is_over(owing: Path) -> None:
    """It isn't paid: taken out, nobody would see who promised it until when."""
    assert 0 == update(owing, "2027-07-01").code

    assert ["R1", "R2"] == [item["element"] for item in debts(owing)]


def test_without_a_date_it_is_due_the_day_before_the_articles_bind(copy: Path) -> None:
    unaccept(copy, "R1")

    assert 0 == create(copy, "--owner", OWNER).code

    assert {"2027-12-01"} == {str(item["due"]) for item in debts(copy)}


def test_the_owner_comes_from_codeowners(copy: Path) -> None:
    unaccept(copy, "R1")
    (copy / "CODEOWNERS").write_text("*.py @team/engineers\n/compliance/ @team/risk\n", "utf-8")

    assert 0 == create(copy, "--due", DUE).code

    assert {"@team/risk"} == {item["owner"] for item in debts(copy)}


def test_without_an_owner_nothing_is_written(copy: Path) -> None:
    unaccept(copy, "R1")

    made = create(copy, "--due", DUE)

    assert (2, True) == (made.code, "nobody is named who owes it" in made.said)
    assert not (copy / BASELINE).exists()


@pytest.mark.parametrize("date", ["soon", "2027-13-01"])
def test_a_due_date_that_is_no_date_is_refused(date: str, copy: Path) -> None:
    unaccept(copy, "R1")

    assert 2 == create(copy, "--owner", OWNER, "--due", date).code
    assert not (copy / BASELINE).exists()


def test_a_second_baseline_is_refused(owing: Path) -> None:
    before = (owing / BASELINE).read_bytes()
    unaccept(owing, "R3")

    made = create(owing)

    assert (2, True) == (made.code, "only shrinks" in made.said)
    assert before == (owing / BASELINE).read_bytes()


def test_where_nothing_is_missing_nothing_is_owed(copy: Path) -> None:
    assert 2 == create(copy).code
    assert 2 == update(copy).code
    assert not (copy / BASELINE).exists()


def test_a_repository_that_cant_be_judged_gets_no_baseline(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert 3 == create(tmp_path).code


def overrides(*numbers: int) -> str:
    """Lines of an event log: somebody overrode, and nobody can tell who and why."""
    return "".join(
        json.dumps({"id": f"e{number}", "type": "human_override", "time": "2026-11-12T10:00:00+01:00"}) + "\n"
        for number in numbers
    )


def test_each_of_many_like_findings_is_a_debt_of_its_own(tmp_path: Path) -> None:
    """The report shows more than ten findings with the same words as one; what covers them is decided one by one."""
    name = "art14.4.d/overrides-name-person-and-reason"
    log = "evidence/events.jsonl"
    repository = high(tmp_path / "repository", {log: HIGH[log] + overrides(*range(12))})
    folder = repository.folder
    assert 1 == len(judge(folder).check(name)["findings"])

    assert 0 == create(folder).code
    assert {f"e{number}" for number in range(12)} == {
        item["element"] for item in debts(folder) if name == item["check"]
    }
    assert "owed" == judge(folder).outcome(name)

    repository.write({log: HIGH[log] + overrides(*range(13))})
    assert "fail" == judge(folder).outcome(name)


def test_one_more_of_many_like_findings_is_new_to_a_change(tmp_path: Path) -> None:
    log = "evidence/events.jsonl"
    repository = high(tmp_path / "repository", {log: HIGH[log] + overrides(*range(12))})
    repository.write({log: HIGH[log] + overrides(*range(13))}).git("add", "-A")

    judged = judge(repository.folder, "--staged")

    found = judged.check("art14.4.d/overrides-name-person-and-reason")["findings"]
    assert (1, [False]) == (judged.code, [finding["standing"] for finding in found])


# ---------------------------------------------------------------- confirm


@pytest.fixture
def released(copy: Path) -> Path:
    """The example one release on: its records still speak for the one before."""
    replace(copy, "aiact.yaml", "version: 1.3.0", "version: 1.4.0")
    commit(copy, "the next release")
    return copy


def test_a_record_speaks_for_a_new_release_only_after_confirm(released: Path) -> None:
    other = "integrity.binding/speaks-for-this-release"
    line = line_of(released, RISKS, "for: ")
    before = (released / RISKS).read_text("utf-8")
    assert ("unbound", RISKS, line) in judge(released).places(other)

    made = call("confirm", str(released / RISKS), "--for", "1.4.0", "--yes")

    assert 0 == made.code
    assert before.replace("credit-scoring@1.3.0", "credit-scoring@1.4.0", 1) == (released / RISKS).read_text(
        "utf-8"
    )
    assert ("unbound", RISKS, line) not in judge(released).places(other)


def test_confirm_shows_what_changed_since_the_record_began_to_speak(released: Path) -> None:
    unchanged = call("confirm", str(released / RISKS), "--for", "1.4.0")
    replace(released, RISKS, "likelihood: possible", "likelihood: rare")

    changed = call("confirm", str(released / RISKS), "--for", "1.4.0")

    assert "Unchanged since" in unchanged.out
    assert "likelihood: possible" in changed.out
    assert "likelihood: rare" in changed.out


def test_confirm_writes_nothing_where_nobody_answers(released: Path) -> None:
    before = (released / RISKS).read_bytes()

    made = call("confirm", str(released / RISKS), "--for", "1.4.0")

    assert 2 == made.code
    assert before == (released / RISKS).read_bytes()


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (RISKS, "1.3.0"),  # it speaks for that already
        (RISKS, "1.4.0 # and more"),
        (RISKS, " "),
        ("compliance/no-such-record.yaml", "1.4.0"),
        ("MODEL_CARD.md", "1.4.0"),
    ],
)
def test_confirm_refuses_what_it_cant_move(record: str, version: str, released: Path) -> None:
    file = released / record
    before = file.read_bytes() if file.exists() else None

    assert 2 == call("confirm", str(file), "--for", version, "--yes").code

    assert before == (file.read_bytes() if file.exists() else None)
