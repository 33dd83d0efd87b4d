"""What the lock counted, counted again: the file in the tree says what the lock's author can't change beside it."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import tracemalloc
from pathlib import Path

import pytest
from locks import held, put, recollected, relocked
from reports import Judged, commit, judge, line_of, replace
from repos import call

HOLDS = "integrity.agreement/counts-hold"
SAYS_HOW = "integrity.agreement/counts-say-how"
ERRORS = "art10.3.errors_complete"
GOVERNANCE = "compliance/data_governance.yaml"
LOCK = "aiact.lock"


def more_rows(folder: Path, times: int) -> None:
    """Training data of *times* as many rows, none of them twice."""
    header, *rows = (folder / "data/train.csv").read_text("utf-8").splitlines()
    more = [f"{row}{index}" for index in range(times) for row in rows]
    (folder / "data/train.csv").write_text("\n".join([header, *more]) + "\n", "utf-8")


@pytest.fixture
def large(copy: Path) -> Path:
    """The example with more bytes of training data than an ordinary check counts again."""
    more_rows(copy, 20)
    recollected(copy)
    commit(copy)
    return copy


def test_counts_that_the_files_of_this_tree_bear_out_are_measured(copy: Path) -> None:
    judged = judge(copy)

    assert (0, "pass", "measured") == (judged.code, judged.outcome(HOLDS), judged.row(ERRORS)["method"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "rows: 501",
            "rows: 1000000000",
            "number of rows of data/test.csv is 1,000,000,000; counted again, 501.",
        ),
        (
            "null_rate: 0.0",
            "null_rate: 0.25",
            "share of empty cells of data/test.csv is 0.25; counted again, 0.",
        ),
        ("duplicate_rate: 0.0", "duplicate_rate: 0.5", "stand there twice of data/test.csv is 0.5"),
        (
            "rows_shared_with_training: 0",
            "rows_shared_with_training: 7",
            "share with it of data/test.csv is 7",
        ),
        ("under_25: 0.1497005988023952", "under_25: 0.5", "group 'under_25' of data/test.csv is 0.5"),
        ("- housing\n", "- home\n", "list of columns of data/test.csv is"),
    ],
)
def test_a_count_that_the_file_doesnt_bear_out_is_contradicted_at_the_locks_line(
    copy: Path, old: str, new: str, said: str
) -> None:
    relocked(copy, (old, new))

    judged = judge(copy)

    assert (1, "contradicted", LOCK) == (judged.code, *judged.places(HOLDS)[0][:2])
    assert said in judged.said(HOLDS)


def test_the_finding_stands_at_the_count(copy: Path) -> None:
    relocked(copy, ("rows: 501", "rows: 1000000000"))

    assert [("contradicted", LOCK, line_of(copy, LOCK, "rows: 1000000000"))] == judge(copy).places(HOLDS)


def test_bands_of_the_record_that_moved_since_are_told_at_the_record(copy: Path) -> None:
    replace(copy, GOVERNANCE, "at_most: 24", "at_most: 30")

    judged = judge(copy)

    place = ("stale", GOVERNANCE, line_of(copy, GOVERNANCE, "at_most: 30"))
    assert (1, [place]) == (judged.code, judged.places(HOLDS))
    assert "at most 30" in judged.said(HOLDS)


def test_bands_that_moved_in_the_lock_as_well_are_told_by_the_file(copy: Path) -> None:
    replace(copy, GOVERNANCE, "at_most: 24", "at_most: 30")
    relocked(copy, *[("at_most: 24.0", "at_most: 30.0")] * 2)

    judged = judge(copy)

    assert (1, {"contradicted"}) == (judged.code, {place[0] for place in judged.places(HOLDS)})


def test_a_group_counted_by_a_column_that_no_file_has_is_contradicted(copy: Path) -> None:
    relocked(copy, *[("column: age_years", "column: age_band")] * 6)
    text = (copy / GOVERNANCE).read_text("utf-8").replace("column: age_years", "column: age_band")
    (copy / GOVERNANCE).write_text(text, "utf-8")

    judged = judge(copy)

    assert 1 == judged.code
    assert "counted again, no column gives it" in judged.said(HOLDS)


def test_bands_written_otherwise_are_the_same_bands(copy: Path) -> None:
    replace(copy, GOVERNANCE, "at_most: 24,", "at_most: 24.0,")

    assert "pass" == judge(copy).outcome(HOLDS)


def without_definitions(folder: Path) -> None:
    systems = held(folder)
    for entry in systems["credit-scoring"]["data"].values():
        del entry["definitions"]
    put(folder, systems)


def test_an_old_lock_without_definitions_is_read_and_told_once(copy: Path) -> None:
    without_definitions(copy)

    judged = judge(copy)

    assert (0, "structural") == (judged.code, judged.row(ERRORS)["method"])
    assert "Run: aiact-gate collect" == judged.check(SAYS_HOW)["findings"][0]["fix"]


def test_what_the_fix_says_measures_it(copy: Path) -> None:
    without_definitions(copy)
    recollected(copy)

    assert "measured" == judge(copy).row(ERRORS)["method"]


def test_definitions_that_cant_be_applied_are_not_counted_again(copy: Path) -> None:
    relocked(
        copy, *[("empty: nothing or white space", "empty: also the word none")] * 2, ("rows: 501", "rows: 9")
    )

    judged = judge(copy)

    assert (0, "structural") == (judged.code, judged.row(ERRORS)["method"])


def lied(folder: Path) -> None:
    rows = held(folder)["credit-scoring"]["data"]["train"]["rows"]
    relocked(folder, (f"rows: {rows}\n", "rows: 77\n"))


@pytest.mark.parametrize(
    ("arguments", "outcome"), [((), "pass"), (("--recount",), "fail"), (("--release",), "fail")]
)
def test_large_data_is_counted_again_when_asked_and_for_a_release(
    large: Path, arguments: tuple[str, ...], outcome: str
) -> None:
    lied(large)

    assert outcome == judge(large, *arguments).outcome(HOLDS)


def test_large_data_is_read_until_it_is_counted_again(large: Path) -> None:
    ordinary, counted = judge(large), judge(large, "--recount")

    assert ("structural", "measured") == (ordinary.row(ERRORS)["method"], counted.row(ERRORS)["method"])


def test_a_report_of_counted_data_says_how_to_give_it_again(copy: Path) -> None:
    ran = call("check", str(copy), "--as-of", "2026-11-25", "--recount")

    assert "--recount" in ran.out


def as_json_lines(folder: Path) -> None:
    """The example with its data as JSON Lines, recorded and collected."""
    for name in ("train", "test"):
        with (folder / f"data/{name}.csv").open(newline="") as file:
            lines = [json.dumps(row) + "\n" for row in csv.DictReader(file)]
        (folder / f"data/{name}.jsonl").write_text("".join(lines), "utf-8")
        replace(folder, GOVERNANCE, f"data/{name}.csv", f"data/{name}.jsonl")
    recollected(folder)


def judged_lines(folder: Path) -> tuple[str, str]:
    judged: Judged = judge(folder, "--recount")
    return judged.outcome(HOLDS), judged.row(ERRORS)["method"]


def test_json_lines_are_counted_as_the_same_rows_in_csv(copy: Path) -> None:
    before = held(copy)["credit-scoring"]["data"]
    as_json_lines(copy)
    after = held(copy)["credit-scoring"]["data"]

    for key in ("rows", "shares", "null_rate", "duplicate_rate", "columns", "rows_shared_with_training"):
        assert before["test"][key] == after["test"][key]
    assert ("pass", "measured") == judged_lines(copy)


def test_json_lines_whose_counts_were_changed_are_contradicted(copy: Path) -> None:
    as_json_lines(copy)
    relocked(copy, ("rows: 501", "rows: 502"))

    assert "fail" == judge(copy).outcome(HOLDS)


def test_line_ends_of_a_windows_checkout_are_counted_as_the_same_rows(copy: Path, tmp_path: Path) -> None:
    ran = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", str(copy), str(ran)], check=True)

    assert b"\r\n" in (ran / "data/test.csv").read_bytes()
    assert "pass" == judge(ran).outcome(HOLDS)


def test_a_pointer_in_the_place_of_its_data_accuses_nobody(copy: Path) -> None:
    digest = hashlib.sha256((copy / "data/test.csv").read_bytes()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 57000\n"
    (copy / "data/test.csv").write_text(pointer, "utf-8")
    commit(copy)

    assert "pass" == judge(copy).outcome(HOLDS)


def test_a_file_of_200_000_rows_is_counted_again_in_bounded_memory(copy: Path) -> None:
    more_rows(copy, 400)
    recollected(copy)
    judge(copy)  # what is loaded once isn't counted
    tracemalloc.start()
    outcome = judge(copy, "--recount").outcome(HOLDS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "pass" == outcome
    assert peak < 60_000_000, peak
