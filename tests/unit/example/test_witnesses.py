"""Whose word a row is: the run's commit, or the lock alone; and what a plan, an input, a tag come to that it contradicts."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from reports import Judged, commit, git, judge, replace
from repos import DAY, call
from shipped import example

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.plan_rows import rows_digest
from aiact_gate.sources.lock import split_lock

PLAN = "compliance/testing.yaml"


def sealed(folder: Path, change: Callable[[str], str]) -> None:
    """The lock changed, with a digest that fits it."""
    lock = folder / "aiact.lock"
    body, _ = split_lock(lock.read_bytes())
    body = change(body.decode()).encode()
    lock.write_bytes(body + b"digest: sha256:" + hashlib.sha256(body).hexdigest().encode() + b"\n")


def started_from(head: str) -> Callable[[str], str]:
    return lambda lock: re.sub(r"source_commit: \S+", f"source_commit: '{head}'", lock)


def without_plan(lock: str) -> str:
    return re.sub(r" +aiact\.plan\.\S+: .*\n", "", lock)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """The example, its run started from the first of two commits."""
    folder = example(tmp_path / "repository").folder
    sealed(folder, started_from(git(folder, "rev-parse", "HEAD")))
    commit(folder, "Evidence")
    return folder


def checks(judged: Judged, requirement: str) -> dict[str, tuple[str, set[str]]]:
    """Outcome and kinds of what fails, of each check of *requirement* that doesn't pass."""
    return {
        check["id"].partition("/")[2]: (check["outcome"], {finding["kind"] for finding in check["findings"]})
        for check in judged.row(requirement)["checks"]
        if check["outcome"] not in ("pass", "not_applicable")
    }


# ---------------------------------------------------------------- rows


def test_the_runs_commit_witnesses_the_plan_and_the_rest_is_counted_on_the_lock_alone(trained: Path) -> None:
    judged = judge(trained)
    head = git(trained, "rev-parse", "--short=7", "HEAD~1")

    row = judged.row("art9.8")
    assert ([f"commit {head}"], True, "structural") == (row["witness"], row["on_lock_alone"], row["method"])
    alone = [
        row for row in judged.system["requirements"] if row["on_lock_alone"] and row["id"] != "integrity"
    ]
    assert len(alone) == judged.system["counts"]["on_lock_alone"] > 20
    assert "aiact-gate check --live" == judged.system["witness_would_come_by"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_format_for_people_says_what_rests_on_the_lock_alone(form: str, trained: Path) -> None:
    said = call("check", str(trained), "--as-of", DAY, "--format", form, "-v").said

    assert "rest on the lock alone; a witness would come by: aiact-gate check --live." in said
    assert {"text": "read (lock)", "markdown": "on the lock alone) |"}[form] in said


def test_a_pack_that_requires_a_witness_makes_a_row_on_the_lock_alone_unknown(
    trained: Path, tmp_path: Path
) -> None:
    pack = tmp_path / "strict"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        f"schema: aiact-gate/pack/v1\nname: strict\nversion: 1.0.0\nlegal_review: not yet\nintroduced: {DAY}\nwitness: required\n"
    )
    judged = judge(trained, "--pack", str(pack))

    assert (1, "unknown", "pass") == (judged.code, judged.outcome("art15.3"), judged.outcome("art9.2.a"))
    assert "aiact-gate check --live" in judged.row("art15.3")["because"]


def test_a_run_from_a_commit_that_is_no_ancestor_is_told_to_be_so(trained: Path) -> None:
    run = git(trained, "rev-parse", "HEAD~1")
    git(trained, "tag", "aiact-run/7b8f7fc", run)
    whole = git(trained, "commit-tree", "-m", "squash", "HEAD^{tree}")
    git(trained, "reset", "-q", "--hard", whole)

    judged = judge(trained)

    assert [f"commit {run[:7]}, which is no ancestor of this one"] == judged.row("art9.8")["witness"]


# ---------------------------------------------------------------- plan


@pytest.mark.parametrize(
    "field, old, new",
    [
        ("confidence", "confidence: 0.9", "confidence: 0.5"),
        ("cases", "cases: test_auc_cases", "cases: test_brier_cases"),
        ("split", "split: testing", "split: validation"),
        ("strength", "strength: 5 % of all fields", "strength: 0.0001 % of fields"),
        ("control", "control: robustness_mistyped_control", "control: robustness_defaulted_control"),
        (
            "degradation",
            "degradation: robustness_mistyped_auc_loss",
            "degradation: robustness_mistyped_control",
        ),
        ("logged_as", "logged_as: baseline_checklist_auc", "logged_as: baseline_constant_brier"),
    ],
)
def test_a_field_of_a_row_that_moved_after_the_run_is_loosened(
    field: str, old: str, new: str, trained: Path
) -> None:
    replace(trained, PLAN, old, new)
    commit(trained)

    judged = judge(trained)

    assert ("fail", {"loosened"}) == checks(judged, "art9.8")["rows-not-moved"]
    assert f"{field} of " in judged.said("art9.8/rows-not-moved")
    assert PLAN == judged.places("art9.8/rows-not-moved")[0][1]


def test_prose_of_a_row_may_be_mended_after_the_run(trained: Path) -> None:
    replace(trained, PLAN, "Underwriters read the score as an order", "Underwriters read scores as an order")
    commit(trained)

    judged = judge(trained)

    assert (0, {}) == (judged.code, checks(judged, "art9.8"))


def test_one_lowered_threshold_at_depth_1_is_what_is_known_and_the_rest_is_unknown(
    trained: Path, tmp_path: Path
) -> None:
    replace(trained, PLAN, "threshold: 0.68", "threshold: 0.58")
    commit(trained)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", trained.as_uri(), "clone")

    judged = judge(clone)

    assert {
        "metrics-not-loosened": ("fail", {"loosened"}),
        "robustness-not-loosened": ("unknown", set()),
        "attacks-not-loosened": ("unknown", set()),
        "rows-not-moved": ("unknown", set()),
    } == checks(judged, "art9.8")


def test_a_run_that_logged_no_plan_is_missing_and_says_what_the_next_must_log(trained: Path) -> None:
    sealed(trained, without_plan)
    commit(trained)

    judged = judge(trained)

    assert {"plan-was-logged": ("fail", {"missing"})} == checks(judged, "art9.8")
    [finding] = judged.check("art9.8/plan-was-logged")["findings"]
    assert "docs/mlflow.md" in finding["fix"] and "aiact-gate baseline create" in finding["fix"]


def test_a_run_that_logged_no_plan_can_be_owed(trained: Path) -> None:
    sealed(trained, without_plan)
    commit(trained)
    call(
        "baseline", "create", str(trained), "--owner", "head-of-model-risk@example.org", "--due", "2027-03-01"
    )

    judged = judge(trained)

    assert (0, "owed") == (judged.code, judged.outcome("art9.8"))


def test_a_plan_that_was_committed_just_after_the_run_that_logged_it_is_missing(trained: Path) -> None:
    plan = (trained / PLAN).read_bytes()
    git(trained, "update-ref", "-d", "HEAD")
    (trained / PLAN).write_bytes(plan.replace(b"threshold: 0.68", b"threshold: 0.50"))
    commit(trained, "Before the run")
    before = git(trained, "rev-parse", "HEAD")
    (trained / PLAN).write_bytes(plan)
    sealed(trained, started_from(before))
    commit(trained, "The plan, just after the run")

    judged = judge(trained)

    assert {"plan-was-committed": ("fail", {"missing"})} == checks(judged, "art9.8")


def test_a_plan_that_no_commit_holds_is_contradicted(trained: Path) -> None:
    sealed(
        trained,
        lambda lock: re.sub(r"(aiact\.plan\.sha256: )\w{8}", r"\g<1>00000000", without_thresholds(lock)),
    )
    commit(trained)

    assert ("fail", {"contradicted"}) == checks(judge(trained), "art9.8")["plan-before-run"]


def without_thresholds(lock: str) -> str:
    return re.sub(r" +aiact\.plan\.\S+\.(threshold|direction): .*\n", "", lock)


def test_a_run_that_logged_the_rows_is_bound_however_the_plan_is_laid_out(
    trained: Path, tmp_path: Path
) -> None:
    plan = plain_data(parse_yaml((trained / PLAN).read_bytes(), PLAN).root)
    sealed(
        trained,
        lambda lock: lock.replace(
            "aiact.plan.sha256: ",
            f"aiact.plan.rows: {rows_digest(plan)}\n          aiact.plan.sha256: '0' # ",
            1,
        ),
    )  # type: ignore[arg-type]
    replace(trained, PLAN, "schema:", "# laid out anew\nschema:")
    commit(trained)
    git(tmp_path, "clone", "-q", "--depth", "1", trained.as_uri(), "clone")

    here, shallow = judge(trained), judge(tmp_path / "clone")

    assert ({}, {}) == (checks(here, "art9.8"), checks(shallow, "art9.8"))
    assert (1, 0) == (len(here.row("art9.8")["witness"]), len(shallow.row("art9.8")["witness"]))


# ---------------------------------------------------------------- inputs


def test_a_run_that_logged_one_file_of_nine_has_no_witness_for_its_inputs(trained: Path) -> None:
    def one_of_nine(lock: str) -> str:
        return re.sub(r" +aiact\.input\.(?!requirements)\S+: .*\n", "", lock)

    before = judge(trained).row("art10.2.c")
    sealed(trained, one_of_nine)
    (trained / "train.py").write_text("print('another program')\n")
    commit(trained)

    after = judge(trained)

    assert (1, []) == (len(before["witness"]), after.row("art10.2.c")["witness"])
    assert 1 == judge(trained, "--release").code
    assert any("Unreleased changes" in notice["message"] for notice in after.notices)


@pytest.mark.parametrize("commit_id", ["true", "main", "HEAD", "7ea7295"])
def test_a_source_commit_that_is_no_id_is_malformed_and_leads_nowhere(commit_id: str, trained: Path) -> None:
    git(trained, "branch", "true")
    sealed(trained, started_from(commit_id))
    commit(trained)

    judged = judge(trained)

    assert {"commit-is-one": ("fail", {"malformed"})} == checks(judged, "integrity.binding")
    assert [] == judged.row("art10.2.c")["witness"]


def test_a_run_on_windows_that_logged_its_line_ends_is_not_accused(trained: Path) -> None:
    crlf = hashlib.sha256((trained / "train.py").read_bytes().replace(b"\n", b"\r\n")).hexdigest()
    sealed(
        trained, lambda lock: re.sub(r"aiact\.input\.train\.py: \w+", f"aiact.input.train.py: {crlf}", lock)
    )
    commit(trained)

    judged = judge(trained)

    assert (0, [], 1) == (judged.code, judged.notices, len(judged.row("art10.2.c")["witness"]))


def test_data_swapped_with_mended_digests_has_no_witness_and_contradicts_the_runs_commit(
    trained: Path,
) -> None:
    old = hashlib.sha256((trained / "data" / "test.csv").read_bytes()).hexdigest()
    with (trained / "data" / "test.csv").open("a") as data:
        data.write((trained / "data" / "test.csv").read_text().splitlines()[-1] + "\n")
    new = hashlib.sha256((trained / "data" / "test.csv").read_bytes()).hexdigest()
    sealed(trained, lambda lock: lock.replace(old, new))
    commit(trained)

    judged = judge(trained)

    assert "fail" == judged.outcome("integrity.binding/inputs-are-those-of-the-run")
    assert "data/test.csv" in judged.said("integrity.binding/inputs-are-those-of-the-run")


def test_a_name_in_another_form_of_its_letters_has_a_hint(trained: Path) -> None:
    decomposed, composed = (unicodedata.normalize(form, "größe.py") for form in ("NFD", "NFC"))
    (trained / decomposed).write_text("print(1)\n")
    replace(trained, PLAN, "procedure: train.py", f"procedure: {composed}")
    commit(trained)

    [finding] = judge(trained).check("integrity.references/files-are-tracked")["findings"]

    assert "letters written in NFD" in finding["fix"]


# ---------------------------------------------------------------- release


def released(folder: Path, tag: str) -> None:
    replace(folder, "aiact.yaml", "    inputs:", f"    release: {{tag: {tag}}}\n    inputs:")
    commit(folder, "Release")


def head_of(folder: Path, *arguments: str) -> str:
    return call("check", str(folder), "--as-of", DAY, *arguments).said


def test_a_release_whose_tag_is_this_commit_is_green(trained: Path) -> None:
    released(trained, "v1.3.0")
    git(trained, "tag", "v1.3.0")

    assert (0, True) == (
        judge(trained, "--release").code,
        "Release 1.3.0 (tag v1.3.0), read in" in head_of(trained),
    )


def test_a_release_whose_tag_is_another_commit_is_contradicted_only_where_the_release_is_judged(
    trained: Path,
) -> None:
    git(trained, "tag", "v1.3.0")
    other = git(trained, "rev-parse", "--short=7", "HEAD")
    released(trained, "v1.3.0")

    branch, release = judge(trained), judge(trained, "--release")

    assert (0, 1) == (branch.code, release.code)
    assert {"release-is-tagged": ("fail", {"contradicted"})} == checks(release, "integrity.binding")
    assert f"Release 1.3.0 (tag v1.3.0, which is commit {other})" in head_of(trained)


def test_a_tag_that_nobody_made_is_missing_where_there_are_tags_and_unknown_where_there_are_none(
    trained: Path,
) -> None:
    released(trained, "never-made")
    unknown = judge(trained, "--release")
    git(trained, "tag", "v1.2.0")
    missing = judge(trained, "--release")

    assert {"release-is-tagged": ("unknown", set())} == checks(unknown, "integrity.binding")
    assert "git fetch --tags origin" in unknown.check("integrity.binding/release-is-tagged")["because"]
    assert {"release-is-tagged": ("fail", {"missing"})} == checks(missing, "integrity.binding")
    assert (1, 1) == (unknown.code, missing.code)
    assert "(tag never-made, which isn't in this clone)" in head_of(trained)


def test_a_clone_without_the_tag_is_as_the_full_one_after_the_advised_command(
    trained: Path, tmp_path: Path
) -> None:
    released(trained, "v1.3.0")
    git(trained, "tag", "v1.3.0")
    git(tmp_path, "clone", "-q", "--no-tags", trained.as_uri(), "clone")
    before = judge(tmp_path / "clone", "--release")
    git(tmp_path / "clone", "fetch", "-q", "--tags", "origin")
    after = judge(tmp_path / "clone", "--release")

    assert ("unknown", 0) == (before.outcome("integrity.binding"), after.code)


@pytest.mark.parametrize("tag", ["v1.3.0~1", "v1.3.0^", "../heads/main", "v1.3.0^{tree}"])
def test_what_is_no_name_of_a_tag_leads_to_no_commit(tag: str, trained: Path) -> None:
    git(trained, "tag", "v1.3.0")
    released(trained, f"'{tag}'")

    assert 1 == judge(trained, "--release").code


def test_on_a_tagged_commit_nobody_is_told_that_there_is_no_tag(trained: Path) -> None:
    git(trained, "tag", "v1.3.0")

    said = head_of(trained)

    assert "Release 1.3.0 (tagged v1.3.0, which the manifest doesn't name), read in" in said
