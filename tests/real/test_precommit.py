"""The hooks as pre-commit installs and runs them: a git repository of this project's files, real commits in another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from repositories import IDENTITY, MANIFEST, PROJECT, git, record_with, repository

HOOKS = PROJECT / ".pre-commit-hooks.yaml"
KEYS = {
    "id", "name", "description", "entry", "args", "language", "files", "types", "always_run", "pass_filenames",
    "require_serial", "stages", "verbose", "minimum_pre_commit_version",
}  # fmt: skip
STAGES = {"aiact-gate": {"pre-commit"}, "aiact-gate-policy-lint": {"pre-commit", "pre-push", "manual"}}
PLAN = PROJECT / "policies" / "eu-ai-act" / "examples" / "fixtures" / "high" / "testing.yaml"
PRE_COMMIT = str(Path(sys.executable).parent / "pre-commit")


def hooks() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def offered(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a git repository with one commit, as `repo:` names it."""
    folder = tmp_path_factory.mktemp("offered") / "aiact-gate"
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git"))
    return repository(folder, {})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of pre-commit: its hooks are built once for this module."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    return kept | {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")), "PRE_COMMIT_COLOR": "never"}


@pytest.fixture
def consumer(offered: Path, home: dict[str, str], tmp_path: Path) -> Path:
    """A repository with standing failures and a test plan, with the hook installed."""
    config = {
        "repos": [
            {
                "repo": str(offered),
                "rev": git(offered, "rev-parse", "HEAD").strip(),
                "hooks": [{"id": "aiact-gate"}],
            }
        ]
    }
    manifest = (
        MANIFEST.replace("mail-sorter", "loan-scorer").replace("0.4.0", "2.3.0").replace("minimal", "high")
    )
    files = {
        "aiact.yaml": manifest,
        "compliance/testing.yaml": PLAN.read_text(encoding="utf-8"),
        "compliance/classification.yaml": record_with("odd: x").replace(
            "mail-sorter@0.4.0", "loan-scorer@2.3.0"
        ),
        ".pre-commit-config.yaml": yaml.safe_dump(config),
    }
    folder = repository(tmp_path, files)
    subprocess.run([PRE_COMMIT, "install"], cwd=folder, env=home, check=True, capture_output=True)
    return folder


def tried(folder: Path, home: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A commit of everything, with the hook."""
    git(folder, "add", "-A")
    return subprocess.run(
        ["git", *IDENTITY, "commit", "-m", "change"],
        cwd=folder,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unrelated_file_is_committed_although_failures_stand(consumer: Path, home: dict[str, str]) -> None:
    (consumer / "notes.txt").write_text("unrelated\n")
    done = tried(consumer, home)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "Passed" in done.stderr
    assert "" == git(consumer, "status", "--porcelain")


def test_a_commit_that_only_deletes_a_record_is_stopped(consumer: Path, home: dict[str, str]) -> None:
    (consumer / "compliance" / "testing.yaml").unlink()
    done = tried(consumer, home)

    assert 1 == done.returncode, done.stdout + done.stderr
    assert "exit code: 1" in done.stderr and "testing" in done.stderr


def test_a_commit_that_lowers_a_threshold_is_stopped_at_its_line(
    consumer: Path, home: dict[str, str]
) -> None:
    plan = consumer / "compliance" / "testing.yaml"
    text = plan.read_text(encoding="utf-8")
    assert "threshold: 0.70" in text
    plan.write_text(text.replace("threshold: 0.70", "threshold: 0.60"), encoding="utf-8")
    done = tried(consumer, home)

    line = text[: text.index("threshold: 0.70")].count("\n") + 1
    assert 1 == done.returncode, done.stdout + done.stderr
    assert f"compliance/testing.yaml:{line}:" in done.stderr


def test_a_commit_that_adds_a_finding_is_stopped(consumer: Path, home: dict[str, str]) -> None:
    with (consumer / "compliance" / "classification.yaml").open("a") as file:
        file.write("another: x\n")
    done = tried(consumer, home)

    assert 1 == done.returncode
    assert "another" in done.stderr
    assert "'odd'" not in done.stderr


def test_what_isnt_staged_is_not_judged(consumer: Path, home: dict[str, str]) -> None:
    (consumer / "notes.txt").write_text("unrelated\n")
    git(consumer, "add", "notes.txt")
    (consumer / "compliance" / "testing.yaml").unlink()
    done = subprocess.run(
        ["git", *IDENTITY, "commit", "-m", "x"],
        cwd=consumer,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr


def test_an_empty_commit_is_made_and_told_that_nothing_was_judged(
    consumer: Path, home: dict[str, str]
) -> None:
    done = subprocess.run(
        ["git", *IDENTITY, "commit", "--allow-empty", "-m", "x"],
        cwd=consumer,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "Nothing is staged, so nothing was judged" in done.stderr and "0 new" not in done.stderr


@pytest.mark.parametrize("files", [["--all-files"], ["--from-ref", "HEAD", "--to-ref", "HEAD"]])
def test_where_nothing_is_staged_nothing_is_blocked_and_the_log_says_so(
    files: list[str], consumer: Path, home: dict[str, str]
) -> None:
    done = subprocess.run(
        [PRE_COMMIT, "run", *files], cwd=consumer, env=home, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stdout
    assert "Nothing is staged, so nothing was judged" in done.stdout and "0 new" not in done.stdout


@pytest.mark.parametrize("stage", ["pre-push", "manual"])
def test_the_gate_is_not_run_at_a_stage_where_nothing_is_staged(
    stage: str, consumer: Path, home: dict[str, str]
) -> None:
    done = subprocess.run(
        [PRE_COMMIT, "run", "--all-files", "--hook-stage", stage],
        cwd=consumer,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Passed" not in done.stdout + done.stderr


def test_try_repo_builds_the_hook_from_a_folder(consumer: Path, offered: Path, home: dict[str, str]) -> None:
    (consumer / "compliance" / "testing.yaml").unlink()
    git(consumer, "add", "-A")
    command = [PRE_COMMIT, "try-repo", str(offered), "aiact-gate", "--ref", "HEAD", "--verbose"]
    done = subprocess.run(command, cwd=consumer, env=home, capture_output=True, text=True, check=False)

    assert 1 == done.returncode, done.stdout + done.stderr
    assert "hook id: aiact-gate" in done.stdout and "exit code: 1" in done.stdout


@pytest.mark.parametrize(("version", "code"), [('"1.0.0"', 0), ("[]", 1)])
def test_the_lint_hook_runs_when_a_pack_changes(
    offered: Path, home: dict[str, str], tmp_path: Path, version: str, code: int
) -> None:
    hook = {"id": "aiact-gate-policy-lint", "args": ["policies/own"]}
    config = {
        "repos": [{"repo": str(offered), "rev": git(offered, "rev-parse", "HEAD").strip(), "hooks": [hook]}]
    }
    folder = repository(tmp_path, {".pre-commit-config.yaml": yaml.safe_dump(config)})
    shutil.copytree(PROJECT / "policies" / "evidence-integrity", folder / "policies" / "own")
    pack = folder / "policies" / "own" / "pack.yaml"
    lines = [
        f"version: {version}" if line.startswith("version:") else line
        for line in pack.read_text().split("\n")
    ]
    pack.write_text("\n".join(lines))
    git(folder, "add", "-A")
    done = subprocess.run(
        [PRE_COMMIT, "run", "--verbose"], cwd=folder, env=home, capture_output=True, text=True, check=False
    )

    assert (code, "hook id: aiact-gate-policy-lint" in done.stdout) == (done.returncode, True), done.stdout


# ---------------------------------------------------------------- the file itself


def test_pre_commit_takes_the_manifest() -> None:
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", HOOKS], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_pre_commit_refuses_a_hook_without_entry(tmp_path: Path) -> None:
    (tmp_path / "hooks.yaml").write_text("- {id: x, name: x, language: python}\n")
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", tmp_path / "hooks.yaml"], capture_output=True, check=False
    )

    assert 0 != done.returncode


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_hooks_have_known_keys_and_stages(hook: dict[str, Any]) -> None:
    # validate-manifest lets unknown keys (pass_filename) and the old names of stages pass.
    assert set(hook) <= KEYS
    assert STAGES[hook["id"]] == set(hook["stages"])
    assert ("python", "3.2.0") == (hook["language"], hook["minimum_pre_commit_version"])
    assert hook["entry"].endswith(" --")  # what follows is a path, also one that begins with a dash
    assert (False, True) == (hook["pass_filenames"], hook["require_serial"])


def test_the_gate_runs_also_when_a_commit_only_deletes() -> None:
    [hook] = [hook for hook in hooks() if hook["id"] == "aiact-gate"]

    assert hook["always_run"] is True
    assert "files" not in hook and "types" not in hook
