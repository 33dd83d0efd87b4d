"""The built wheel, installed alone in an empty environment: it carries the policies and judges the example far from its source."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from repositories import PROJECT, commit, git, project_copy

pytest.importorskip("build")
PACKS = ("eu-ai-act", "evidence-integrity")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and a copy of the example in a repository of its own."""

    wheel: Path
    python: Path
    example: Path

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return subprocess.run(
            [str(self.python), "-I", *command],
            cwd=cwd or self.example,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )

    def gate(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "aiact_gate", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    source = project_copy(folder / "source")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(source)],
        check=True,
        capture_output=True,
    )
    [wheel] = (folder / "dist").glob("*.whl")
    shutil.rmtree(source)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)],
        check=True,
    )
    example = folder / "example"
    for name in filter(None, git(PROJECT / "examples" / "credit-scoring", "ls-files", "-z").split("\0")):
        (example / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / "examples" / "credit-scoring" / name, example / name)
    git(example, "init", "-q", "-b", "main")
    commit(example, "the example")
    return Installed(wheel, python, example)


def test_the_wheel_carries_the_packs_compiled_and_as_they_were_written(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
        compiled = {name: json.loads(archive.read(f"aiact_gate/policies/{name}.json")) for name in PACKS}

    for name in PACKS:
        assert f"aiact_gate/policies/{name}/pack.yaml" in names
        assert compiled[name]["requirements"]
    written = {f"aiact_gate/{path.relative_to(PROJECT)}" for path in (PROJECT / "policies").rglob("*.yaml")}
    assert written <= names
    assert {
        f"aiact_gate/schemas/{path.name}" for path in (PROJECT / "aiact_gate/schemas").glob("*.json")
    } <= names
    assert "aiact_gate/py.typed" in names


def test_the_wheel_carries_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()

    assert {"aiact_gate"} == {top for top in tops if not top.endswith(".dist-info")}
    assert "Requires-Python: >=3.11" in metadata and "License-Expression: Apache-2.0" in metadata


def test_it_is_what_runs(installed: Installed) -> None:
    done = installed.run("-c", "import aiact_gate; print(aiact_gate.__file__)")

    assert done.stdout.startswith(str(installed.python.parents[1]))


def test_it_judges_the_example_as_the_source_does(installed: Installed) -> None:
    done = installed.gate("check", "--as-of", "2026-11-25", "--format", "json")
    assert 0 == done.returncode, done.stdout[-2000:] + done.stderr
    source = subprocess.run(
        [sys.executable, "-m", "aiact_gate", "check", "--as-of", "2026-11-25", "--format", "json"],
        cwd=installed.example,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )

    report, other = json.loads(done.stdout), json.loads(source.stdout)
    assert 130 == report["systems"][0]["counts"]["points"] and report["systems"][0]["counts"]["pass"] > 28
    assert report == other


def test_it_fails_what_is_changed(installed: Installed, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(installed.example, copy)
    (copy / "compliance" / "risk_management.yaml").unlink()

    done = installed.gate("check", "--as-of", "2026-11-25", cwd=copy)

    assert 1 == done.returncode and "compliance/risk_management.yaml isn't there." in done.stdout


def test_the_command_is_installed_and_policies_can_be_listed_linted_and_tested(installed: Installed) -> None:
    command = installed.python.parent / "aiact-gate"
    done = subprocess.run([str(command), "--version"], capture_output=True, text=True, check=False)

    assert 0 == done.returncode and done.stdout.startswith("aiact-gate, version ")
    for arguments in (
        ("policy", "list"),
        ("policy", "lint"),
        ("policy", "test", "--requirement", "art9.5"),
        ("schema", "testing"),
    ):
        ran = installed.gate(*arguments)
        assert 0 == ran.returncode, (arguments, ran.stdout[-500:], ran.stderr)


def test_it_needs_no_registry_library_and_no_compiler_of_models(installed: Installed) -> None:
    done = installed.run("-m", "pip", "list", "--format", "json")
    names = {package["name"].lower() for package in json.loads(done.stdout)}

    assert not names & {"mlflow", "mlflow-skinny", "pydantic", "hatchling", "scikit-learn"}
