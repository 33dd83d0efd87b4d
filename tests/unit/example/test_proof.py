"""The example as others get it: a clone, a clone of depth 1, a squashed history, an archive; green, and red when tampered with."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from aiact_gate.formats import text
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import CheckResult, Finding, Report, Row
from aiact_gate.sources.lock import digest_of

PROJECT = Path(__file__).resolve().parents[3]
EXAMPLE = "examples/credit-scoring"
SHAPES = ("clone", "depth-1", "squash", "archive")
IDENTITY = ("-c", "user.name=Example", "-c", "user.email=example@example.org", "-c", "commit.gpgsign=false")
PLAN = "compliance/testing.yaml"
LOCK = "aiact.lock"


class Example(NamedTuple):
    """The example in one shape."""

    root: Path
    folder: Path


class Shaped:
    """The example at one commit, in each shape that is asked for."""

    def __init__(self, changed: Path) -> None:
        self.changed = changed

    def __getitem__(self, shape: str) -> Example:
        root = self.changed.parent / shape
        address = self.changed.as_uri()
        if root.exists():
            pass
        elif shape == "clone":
            git(root.parent, "clone", "-q", address, root.name)
        elif shape == "depth-1":
            git(root.parent, "clone", "-q", "--depth", "1", address, root.name)
        elif shape == "squash":
            whole = git(self.changed, "commit-tree", "-m", "all of it", "HEAD^{tree}")
            git(self.changed, "branch", "squashed", whole)
            git(root.parent, "clone", "-q", "--single-branch", "-b", "squashed", address, root.name)
        else:
            unpacked(self.changed, root)
        return Example(root, root / EXAMPLE)

    def items(self) -> list[tuple[str, Example]]:
        return [(shape, self[shape]) for shape in SHAPES]


Shapes = Callable[..., Shaped]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def carried(source: Path) -> Iterator[str]:
    """The paths of the example's files: tracked and new ones, or, where git knows nothing, all that isn't built."""
    if (source / ".git").exists():
        listed = git(source, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", EXAMPLE)
        yield from filter(None, listed.split("\0"))
        return
    for path in sorted((source / EXAMPLE).rglob("*")):
        inside = path.relative_to(source / EXAMPLE)
        if path.is_file() and not {"mlflow.db", "mlartifacts", "model", "__pycache__"} & set(inside.parts):
            yield path.relative_to(source).as_posix()


def taken_from(source: Path, target: Path) -> Path:
    """A clone of *source* at *target* with what isn't committed there in a commit of its own."""
    if (source / ".git").exists():
        git(target.parent, "clone", "-q", str(source), target.name)
    else:
        target.mkdir()
        git(target, "init", "-q", "-b", "main")
    shutil.rmtree(target / EXAMPLE, ignore_errors=True)
    for name in carried(source):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
    git(target, "add", "-A", "--force", "--", EXAMPLE)
    if git(target, "status", "--porcelain"):
        git(target, "commit", "-q", "--no-verify", "-m", "the example as it stands")
    return target


def unpacked(origin: Path, target: Path) -> Path:
    """What `git archive` of *origin* holds."""
    done = subprocess.run(["git", "archive", "HEAD"], cwd=origin, check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that these tests stand in, with whatever history it has."""
    return taken_from(PROJECT, tmp_path_factory.mktemp("proof") / "origin")


@pytest.fixture
def shapes(origin: Path, tmp_path: Path) -> Shapes:
    """Makes the shapes of the example, after a change that is committed first."""

    def made(file: str = "", change: Callable[[str], str] = str) -> Shaped:
        git(tmp_path, "clone", "-q", str(origin), "changed")
        changed = tmp_path / "changed"
        if file:
            path = changed / EXAMPLE / file
            before = path.read_text("utf-8")
            path.write_text(change(before), "utf-8")
            assert before != path.read_text("utf-8"), "the change doesn't fit the file"
            git(changed, "commit", "-q", "--no-verify", "-am", "a change")
        return Shaped(changed)

    return made


def has_commit(root: Path, commit: str) -> bool:
    command = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 0


def source_commit(folder: Path) -> str:
    found = re.search(r"source_commit: (\w+)", (folder / LOCK).read_text("utf-8"))
    assert found is not None
    return found[1]


def rows(report: Report) -> dict[str, Row]:
    return {row.requirement.id: row for system in report.systems for row in system.rows}


def checks(report: Report) -> dict[str, CheckResult]:
    return {check.id: check for row in rows(report).values() for check in row.checks}


def failing(report: Report) -> list[Finding]:
    found = [finding for check in checks(report).values() for finding in check.findings]
    return [finding for finding in found if finding.outcome is Outcome.FAIL and finding.severity == "error"]


def signed_anew(lock: str) -> str:
    """*lock* with a digest that fits it, as somebody writes it who knows the form."""
    head = lock[: lock.rindex("digest: ")]
    _, computed = digest_of(lock.encode())
    digest = computed or hashlib.sha256(head.encode()).hexdigest()
    return f"{head}digest: sha256:{digest.removeprefix('sha256:')}\n"


# ---------------------------------------------------------------- green


def test_the_shapes_are_what_their_names_say(shapes: Shapes) -> None:
    made = shapes()

    commits = {shape: git(made[shape].root, "rev-list", "--all", "--count") for shape in SHAPES[1:3]}
    assert {"depth-1": "1", "squash": "1"} == commits
    assert "true" == git(made["depth-1"].root, "rev-parse", "--is-shallow-repository")
    assert "false" == git(made["squash"].root, "rev-parse", "--is-shallow-repository")
    assert not (made["archive"].root / ".git").exists()
    for shape in SHAPES:
        built = {"mlflow.db", "mlartifacts", "mlruns"} & set(os.listdir(made[shape].folder))
        assert not built, f"{shape} has the registry, so it shows nothing about the lock"
    commit = source_commit(made["clone"].folder)
    assert has_commit(PROJECT, commit) == has_commit(made["clone"].root, commit)
    assert not any(has_commit(made[shape].root, commit) for shape in SHAPES[1:3])


def test_the_example_is_green_in_every_shape_by_the_same_methods(
    shapes: Shapes, judge: Callable[..., Report]
) -> None:
    made = shapes()
    reports = {shape: judge(example.folder) for shape, example in made.items()}

    for shape, report in reports.items():
        assert (0, "pass") == (report.exit_code, report.verdict), (shape, failing(report))
        assert 0 == report.systems[0].counts["unknown"], shape
        assert [] == [*report.problems, *report.systems[0].notices], shape
    # What the run logged binds plan and inputs in each shape; its own commit, where it is at hand, is a witness besides.
    seen = {
        shape: {name: (row.outcome, row.method, row.stood_on) for name, row in rows(report).items()}
        for shape, report in reports.items()
    }
    assert all(seen["clone"] == seen[shape] for shape in SHAPES)
    assert (Outcome.PASS, "structural", "lock") == seen["archive"]["art9.8"]
    clone = made["clone"]
    commit = source_commit(clone.folder)
    witnesses = {shape: rows(report)["art9.8"].witness for shape, report in reports.items()}
    at_hand = (f"commit {commit[:7]}",) if has_commit(clone.root, commit) else ()
    assert {"clone": at_hand, "depth-1": (), "squash": (), "archive": ()} == witnesses
    assert {"art10.3.representative", "art10.4"} == {
        name for name, (outcome, _, _) in seen["clone"].items() if outcome is Outcome.WAIVED
    }


def test_the_report_says_what_it_was_read_in(shapes: Shapes, judge: Callable[..., Report]) -> None:
    made = shapes()
    for shape in SHAPES[:3]:
        report = judge(made[shape].folder)
        revision = git(made[shape].root, "rev-parse", "HEAD")
        assert ("work tree", revision, False) == tuple(
            report.subject[key] for key in ("kind", "revision", "dirty")
        )
        assert f"read in commit {revision[:7]}" in " ".join(text.render(report).split())
    report = judge(made["archive"].folder)

    assert ("folder without git", None) == (report.subject["kind"], report.subject["revision"])
    assert "read in a folder without git history" in " ".join(text.render(report).split())


# ---------------------------------------------------------------- red


def other_digest(lock: str) -> str:
    """The testing set's digest in the run, altered."""
    return re.sub(r"(context: testing\n\s+name: test\n\s+sha256: )\w{8}", r"\g<1>00000000", lock)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_altered_dataset_digest_is_red_in_every_shape(
    shape: str, shapes: Shapes, judge: Callable[..., Report]
) -> None:
    report = judge(shapes(LOCK, other_digest)[shape].folder)

    assert 1 == report.exit_code
    assert "contradicted" in {
        finding.kind for finding in failing(report) if finding.check == "integrity.binding/lock-is-untouched"
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_an_altered_dataset_digest_is_red_also_in_a_lock_that_was_signed_anew(
    shape: str, shapes: Shapes, judge: Callable[..., Report]
) -> None:
    report = judge(shapes(LOCK, lambda lock: signed_anew(other_digest(lock)))[shape].folder)

    assert 1 == report.exit_code
    assert not any(finding.check == "integrity.binding/lock-is-untouched" for finding in failing(report))
    found = [finding for finding in failing(report) if finding.check.startswith("art10.1/")]
    assert found
    assert all(finding.location.path.endswith(("compliance/data_governance.yaml", LOCK)) for finding in found)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_changed_data_row_is_red_in_every_shape(
    shape: str, shapes: Shapes, judge: Callable[..., Report]
) -> None:
    made = shapes("data/test.csv", lambda rows: rows.replace("no_account,", "lt_0_dm,", 1))
    report = judge(made[shape].folder)

    assert 1 == report.exit_code
    assert "unbound" in {f.kind for f in failing(report) if f.check.startswith("art10.1/")}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lowered_threshold_is_red_at_its_line_in_every_shape(
    shape: str, shapes: Shapes, judge: Callable[..., Report]
) -> None:
    # Without history the threshold that the run logged says so.
    made = shapes(PLAN, lambda plan: plan.replace("threshold: 0.68", "threshold: 0.58", 1))[shape]
    report = judge(made.folder)

    found = [finding for finding in failing(report) if finding.check == "art9.8/metrics-not-loosened"]
    lines = (made.folder / PLAN).read_text("utf-8").split("\n")
    assert 1 == report.exit_code
    assert [("loosened", "    threshold: 0.58")] == [(f.kind, lines[f.location.line - 1]) for f in found]


# ---------------------------------------------------------------- what only history tells


def test_a_comment_in_the_plan_is_witnessed_by_the_runs_commit_and_unknown_where_it_is_cut_off(
    shapes: Shapes, judge: Callable[..., Report]
) -> None:
    made = shapes(PLAN, lambda plan: f"# read again\n{plan}")
    reports = {shape: judge(example.folder) for shape, example in made.items()}

    if has_history_of_the_plan(made["clone"]):
        assert 0 == reports["clone"].exit_code, failing(reports["clone"])
        assert rows(reports["clone"])["art9.8"].witness
    for shape, says, command in (
        ("depth-1", "this clone is shallow", "git fetch --unshallow"),
        ("squash", "this clone doesn't hold commit", "git fetch origin"),
        ("archive", "there is no git history here", "git clone"),
    ):
        report = reports[shape]
        assert 1 == report.exit_code
        assert Outcome.UNKNOWN is rows(report)["art9.8"].outcome
        assert [] == failing(report), f"{shape}: not known is not loosened"
        said = [check.because for check in checks(report).values() if check.outcome is Outcome.UNKNOWN]
        assert said
        assert all(says in because and command in because for because in said)


def has_history_of_the_plan(example: Example) -> bool:
    """False where these tests stand in a shallow clone or an archive themselves."""
    logged = re.search(r"aiact\.plan\.sha256: (\w+)", (example.folder / LOCK).read_text("utf-8"))
    assert logged is not None
    for commit in git(example.root, "log", "--format=%H", "--", f"{EXAMPLE}/{PLAN}").split():
        command = ["git", "show", f"{commit}:{EXAMPLE}/{PLAN}"]
        held = subprocess.run(command, cwd=example.root, capture_output=True, check=False).stdout
        if hashlib.sha256(held).hexdigest() == logged[1]:
            return "false" == git(example.root, "rev-parse", "--is-shallow-repository")
    return False


def test_an_input_that_the_runs_commit_contradicts_is_stale_only_where_that_commit_is_at_hand(
    shapes: Shapes, judge: Callable[..., Report]
) -> None:
    def other_input(lock: str) -> str:
        return signed_anew(re.sub(r"(aiact\.input\.train\.py: )\w{8}", r"\g<1>00000000", lock))

    made = shapes(LOCK, other_input)
    at_hand = has_commit(made["clone"].root, source_commit(made["clone"].folder))
    for shape, example in made.items():
        report = judge(example.folder)
        stale = [f for f in failing(report) if f.kind == "stale" and "train.py" in f.message]
        notices = [notice.message for notice in report.systems[0].notices]
        assert (shape == "clone" and at_hand) == bool(stale), shape
        assert any("Unreleased changes" in message and "train.py" in message for message in notices), shape
        assert 1 == judge(example.folder, release=True).exit_code, shape


@pytest.mark.parametrize("shape", SHAPES)
def test_code_that_changed_after_the_run_is_a_notice_in_every_shape(
    shape: str, shapes: Shapes, judge: Callable[..., Report]
) -> None:
    report = judge(shapes("train.py", lambda code: f"{code}\n# tidied\n")[shape].folder)

    assert 0 == report.exit_code, failing(report)
    [notice] = report.systems[0].notices
    assert "Unreleased changes" in notice.message and "train.py" in notice.message
