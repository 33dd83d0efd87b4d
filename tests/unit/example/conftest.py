"""Copies of the shipped credit-scoring example as git repositories, one change at a time."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from aiact_gate.model.report import Report
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "credit-scoring"
AS_OF = "2026-11-25"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [
            "git",
            "-c",
            "user.name=Example",
            "-c",
            "user.email=example@example.org",
            "-c",
            "commit.gpgsign=false",
            *arguments,
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "a change") -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def tracked_copy(target: Path) -> Path:
    """The example's tracked files in *target*, not yet a repository."""
    for name in git(EXAMPLE, "ls-files", "-z").split("\0"):
        if name:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(EXAMPLE / name, target / name)
    return target


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a repository of its own, committed."""
    folder = tracked_copy(tmp_path_factory.mktemp("original"))
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "the example")
    return folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    target = tmp_path / "repository"
    shutil.copytree(original, target, symlinks=True)
    return target


@pytest.fixture
def judge() -> Callable[..., Report]:
    def run(folder: Path, **options: object) -> Report:
        return checked(str(folder), Options(as_of=AS_OF, **options))[0]  # type: ignore[arg-type]

    return run
