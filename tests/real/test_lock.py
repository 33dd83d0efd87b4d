"""requirements.lock against pyproject.toml: every pin lies in its range, everything is fixed by hash for each Python and machine."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from repositories import PROJECT

LOCK = PROJECT / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: ; [^\\]+)?) \\$")


def pins(text: str) -> dict[str, str]:
    """Name (normalized) -> version."""
    matches = (PINNED.match(line) for line in text.split("\n"))
    return {re.sub(r"[-_.]+", "-", match[1]).lower(): match[2] for match in matches if match}


def wanted() -> list[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = project["project"]["dependencies"]
    return found


@pytest.mark.parametrize("requirement", wanted())
def test_each_dependency_is_pinned_within_its_range(requirement: str) -> None:
    from packaging.requirements import Requirement

    asked = Requirement(requirement)
    version = pins(LOCK.read_text(encoding="utf-8"))[re.sub(r"[-_.]+", "-", asked.name).lower()]

    assert asked.specifier.contains(version), f"{requirement}: {version} is locked"


def test_every_line_is_a_pin_a_hash_or_a_comment_and_names_no_host() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(
        r"\n(?=\S)", "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    )

    assert "://" not in text
    for entry in filter(str.strip, entries):
        first, *hashes = entry.strip().split("\n")
        assert PINNED.match(first), first
        assert hashes
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in hashes), entry


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_pip_finds_a_wheel_with_a_known_hash_for_each_python_and_machine(
    tmp_path: Path, python: str, machine: str
) -> None:
    platforms = [f"manylinux{tag}_{machine}" for tag in ("_2_28", "_2_27", "_2_26", "_2_17", "2014")]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
        + [
            "--only-binary",
            ":all:",
            "--require-hashes",
            "--target",
            str(tmp_path),
            "--python-version",
            python,
        ]
        + [word for platform in platforms for word in ("--platform", platform)]
        + ["-r", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr


def test_the_lock_is_closed_so_that_pip_check_finds_nothing_missing(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    pip = [str(tmp_path / "venv" / "bin" / "python"), "-m", "pip"]
    subprocess.run(
        [*pip, "install", "--quiet", "--only-binary", ":all:", "--require-hashes", "-r", str(LOCK)],
        check=True,
    )
    done = subprocess.run([*pip, "check"], capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout
