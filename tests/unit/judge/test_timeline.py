"""One order of times: what can't come before something else is told with both statements, and honest clocks are left alone."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from locks import held, put, relocked
from reports import commit, judge, line_of

ORDER = "integrity.agreement/times-have-one-order"
LOCK = "aiact.lock"
EVENTS = "compliance/evidence/events.jsonl"
STARTED = "started_at: '2026-11-25T09:04:29Z'"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("collected: '2026-11-25'", "collected: '2001-11-25'", "was collected on 2001-11-25"),
        ("collected: '2026-11-25'", "collected: '2091-11-25'", "aiact.lock was collected on 2091-11-25"),
        (STARTED, "started_at: '2091-11-25T09:04:29Z'", "Run 7b8f7fc began on 2091-11-25"),
    ],
)
@pytest.mark.parametrize("has_git", [True, False])
def test_times_that_cant_be_are_contradicted_with_both_statements(
    copy: Path, old: str, new: str, said: str, has_git: bool
) -> None:
    relocked(copy, (old, new))
    commit(copy)
    if not has_git:
        shutil.rmtree(copy / ".git")

    judged = judge(copy)

    assert (1, "contradicted", LOCK) == (judged.code, *judged.places(ORDER)[0][:2])
    assert said in judged.said(ORDER)


def test_an_event_of_a_year_to_come_is_told_at_its_line(copy: Path) -> None:
    file = copy / EVENTS
    lines = file.read_text("utf-8").splitlines()
    lines[-1] = lines[-1].replace("2026-11-25", "2091-11-25")
    file.write_text("\n".join(lines) + "\n", "utf-8")
    commit(copy)

    assert ("contradicted", EVENTS, len(lines)) == judge(copy).places(ORDER)[0]


def drilled(folder: Path, at: str) -> None:
    """The lock's drills began at *at*."""
    systems = held(folder)
    for drill in systems["credit-scoring"]["mlflow"]["drills"]:
        drill["started_at"] = at
    put(folder, systems)
    commit(folder)


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        ("2026-11-24T09:00:00Z", "fail"),
        ("2026-11-25T10:20:00+02:00", "fail"),
        ("2026-11-25T08:58:00Z", "pass"),  # ten minutes
        ("2026-11-25T11:10:00+02:00", "pass"),
        ("2026-11-25T04:10:00-05:00", "pass"),
        ("2026-11-25T08:00:00", "pass"),  # of which zone?
        ("", "pass"),
    ],
)
def test_a_drill_lies_after_the_training_of_the_version_that_it_drills(
    copy: Path, at: str, outcome: str
) -> None:
    drilled(copy, at)

    assert outcome == judge(copy).outcome(ORDER)


def test_a_log_that_ends_before_the_training_isnt_of_this_version(copy: Path) -> None:
    relocked(copy, (STARTED, "started_at: '2026-11-25T23:00:00Z'"))
    commit(copy)

    assert "The last event that a drill of this model version logged" in judge(copy).said(ORDER)


def committed(folder: Path, written: str, at: str) -> str:
    """The id of a commit of the tree that was written and committed at these times."""
    dates = {"GIT_AUTHOR_DATE": written, "GIT_COMMITTER_DATE": at}
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for arguments in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "The state that was trained"]):
        subprocess.run(["git", *who, *arguments], cwd=folder, env={**os.environ, **dates}, check=True)
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("written", "at", "outcome"),
    [
        ("2026-11-25T08:00:00Z", "2026-11-25T08:00:00Z", "pass"),
        ("2026-11-25T09:12:00Z", "2026-11-25T09:12:00Z", "pass"),  # a clock that is some minutes fast
        ("2026-11-25T08:00:00Z", "2026-11-30T08:00:00Z", "pass"),  # rebased after the run
        ("2026-11-25T11:00:00+03:00", "2026-11-25T11:00:00+03:00", "pass"),
        ("2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z", "fail"),
    ],
)
def test_a_run_begins_after_its_commit_was_written(copy: Path, written: str, at: str, outcome: str) -> None:
    name = committed(copy, written, at)
    relocked(copy, ("source_commit: 7ea7295d3be4ca39322cc5cbe6cafe56df5b8e1a", f"source_commit: {name}"))
    commit(copy)

    judged = judge(copy)

    assert outcome == judged.outcome(ORDER)
    assert ("from commit" in judged.said(ORDER)) == ("fail" == outcome)


@pytest.mark.parametrize("as_of", ["2024-01-01", "2026-11-25", "2030-01-01"])
@pytest.mark.parametrize("has_git", [True, False])
def test_whichever_day_is_judged_an_honest_tree_is_not_accused(copy: Path, as_of: str, has_git: bool) -> None:
    if not has_git:
        shutil.rmtree(copy / ".git")

    assert "pass" == judge(copy, as_of=as_of).outcome(ORDER)


def test_what_was_collected_today_and_isnt_committed_is_of_today_whatever_day_is_judged(copy: Path) -> None:
    now = datetime.datetime.now(datetime.UTC)
    committed(copy, "2026-11-25T08:00:00Z", "2026-11-25T08:00:00Z")
    systems = held(copy)
    systems["credit-scoring"]["mlflow"]["run"]["started_at"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    systems["credit-scoring"]["mlflow"]["drills"] = []
    put(copy, systems, f"{now:%Y-%m-%d}")

    judged = judge(copy, as_of="2026-01-01")

    assert [] == [told for told in judged.places(ORDER) if LOCK == told[1]]
    assert 0 < line_of(copy, LOCK, "collected")


@pytest.mark.parametrize("ref", [(), ("--ref", "HEAD")])
def test_a_commit_says_how_late_its_content_can_be(copy: Path, ref: tuple[str, ...]) -> None:
    relocked(copy, (STARTED, "started_at: '2028-06-01T09:00:00Z'"), ("'2026-11-25'", "'2028-06-01'"))
    committed(copy, "2028-06-01T12:00:00Z", "2028-06-01T12:00:00Z")

    assert "what is judged here" not in judge(copy, *ref).said(ORDER)
