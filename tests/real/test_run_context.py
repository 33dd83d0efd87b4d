"""The plugin in real runs of real scripts: what it tags, and that no fault of it reaches a run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from registries import served
from repositories import PROJECT, git

from aiact_gate.logged import input_params, inputs_digest, logged_inputs
from aiact_gate.plan_rows import rows_digest

MANIFEST = """schema: aiact-gate/manifest/v1
systems:
  - id: credit
    name: Credit
    version: 1.0.0
    role: provider
    intended_purpose: Estimates the probability that a consumer loan is not repaid.
    tier: high
    inputs: [train.py, data/*.csv]
"""
PLAN = """schema: aiact-gate/record/testing/v1
for: credit@1.0.0
metrics:
  - {id: auc, metric: test_auc, direction: higher, threshold: 0.7}
"""
SCRIPT = """import mlflow
with mlflow.start_run() as run:
    mlflow.log_metric("auc", 0.8)
tags = mlflow.MlflowClient().get_run(run.info.run_id).data.tags
print({key: value for key, value in sorted(tags.items()) if key.startswith("aiact.")})
"""
OURS = ["aiact.commit", "aiact.inputs.sha256", "aiact.plan.rows", "aiact.plan.sha256", "aiact.tree"]
BREAKER = """import importlib.abc, sys
class Breaker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            {action}
sys.meta_path.insert(0, Breaker())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "compliance").mkdir()
    (folder / "aiact.yaml").write_text(MANIFEST)
    (folder / "compliance" / "testing.yaml").write_text(PLAN)
    (folder / "train.py").write_text(SCRIPT)
    (folder / "data" / "a+b.csv").write_text("age\n20\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "plan")
    return folder


@pytest.fixture(scope="module", params=["sqlite", "files", "server"])
def tracking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    kept = tmp_path_factory.mktemp(request.param)
    if request.param == "server":
        with served(kept) as uri:
            yield uri
    else:
        yield f"sqlite:///{kept}/mlflow.db" if request.param == "sqlite" else str(kept / "mlruns")


def installed(site: Path) -> None:
    """The entry points of this project as a package of it would bring them."""
    about = site / "aiact_gate_here-1.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: aiact-gate-here\nVersion: 1\n")
    points = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in points.items()
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))


def trained(project: Path, tracking: str, planted: str = "", script: str = "train.py") -> dict[str, str]:
    """The gate's tags of the run that the script begins, with *planted* run before it by Python itself."""
    site = project.parent / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(planted)
    installed(site)
    # What another test of this process told MLflow, its experiment above all, is not for this run.
    own = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    environment = own | {
        "MLFLOW_TRACKING_URI": tracking,
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": str(site),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, script], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    found: dict[str, str] = eval(done.stdout.strip().splitlines()[-1])
    return found


def test_a_run_from_a_clean_commit_is_tagged_on_every_store(project: Path, tracking: str) -> None:
    paths = ["data/a+b.csv", "train.py"]
    digests = {path: hashlib.sha256((project / path).read_bytes()).hexdigest() for path in paths}

    assert {
        "aiact.commit": git(project, "rev-parse", "HEAD").strip(),
        "aiact.inputs.sha256": inputs_digest(digests),
        "aiact.plan.rows": rows_digest(
            {"metrics": [{"id": "auc", "metric": "test_auc", "direction": "higher", "threshold": 0.7}]}
        ),
        "aiact.plan.sha256": hashlib.sha256(PLAN.encode()).hexdigest(),
        "aiact.tree": "clean",
    } == trained(project, tracking)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/mlflow.db"


def test_a_changed_file_makes_the_tree_dirty(project: Path, database: str) -> None:
    (project / "data" / "a+b.csv").write_text("age\n30\n")

    assert "dirty" == trained(project, database)["aiact.tree"]


def test_nothing_above_the_repository_of_the_script_is_looked_at(project: Path, database: str) -> None:
    (project.parent / "aiact.yaml").write_text(MANIFEST)
    (project / "aiact.yaml").unlink()

    assert {} == trained(project, database)


PLANTED = {
    "at import": BREAKER.format(name="aiact_gate.run_context", action="raise ImportError('planted')"),
    "at a late import": BREAKER.format(name="aiact_gate.run_facts", action="raise RuntimeError('planted')"),
    "in tags": BREAKER.format(name="aiact_gate.sources.snapshot", action="raise OSError('planted')"),
    "in the values": (
        "import aiact_gate.run_facts as facts\n"
        "facts.beginning = lambda start: facts.Beginning({'aiact.commit': None, 'aiact.tree': 'x' * 9000,"
        " 'aiact.plan.rows': 'a\\nb'}, {})\n"
    ),
    "in the names": (
        "import aiact_gate.run_facts as facts\n"
        "facts.beginning = lambda start: facts.Beginning({'(bad@\\\\': 'x', '': 'y', None: 'z'}, {})\n"
    ),
}


@pytest.mark.parametrize("where", PLANTED)
def test_no_fault_of_the_plugin_reaches_a_run(project: Path, tracking: str, where: str) -> None:
    assert {} == trained(project, tracking, PLANTED[where])


@pytest.mark.parametrize("broken", ["\x00", "systems: [", "a: &a [*a]", "systems: 3"])
def test_a_manifest_that_cannot_be_read_leaves_the_run_alone(
    project: Path, database: str, broken: str
) -> None:
    (project / "aiact.yaml").write_text(broken)

    assert "aiact.plan.rows" not in trained(project, database)


def test_log_plan_writes_the_same_by_hand_with_each_input(project: Path, database: str) -> None:
    (project / "train.py").write_text(
        "import mlflow, aiact_gate\n"
        "with mlflow.start_run() as run:\n"
        "    aiact_gate.log_plan()\n"
        "print(mlflow.MlflowClient().get_run(run.info.run_id).data.params)\n"
    )
    git(project, "commit", "-qam", "by hand")
    params = trained(project, database)

    assert OURS == sorted(set(params) & set(OURS))
    assert {"train.py", "data/a+b.csv"} == set(logged_inputs({"params": params}))


def test_a_path_that_mlflow_refuses_in_a_name_is_logged_in_a_line(tmp_path: Path) -> None:
    digest = "ab" * 32
    params = input_params({"data/a+b.csv": digest, "train.py": digest})

    assert {"aiact.inputs.1": f"{digest}  data/a+b.csv", "aiact.input.train.py": digest} == params
    assert {"data/a+b.csv": digest, "train.py": digest} == logged_inputs({"params": params})
