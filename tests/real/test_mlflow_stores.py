"""MLflow as it is used: a database, a server, a store of files; copies, evaluations, runs that nobody registered."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from registries import served
from repositories import git

from aiact_gate.cli.check import command as check_command
from aiact_gate.cli.collect import command
from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import RegistryError
from aiact_gate.registry.location import Place
from aiact_gate.registry.released import Wanted, read_released

mlflow: Any = importlib.import_module("mlflow")

INPUTS = [{"name": "age", "type": "double"}]
MANIFEST = """schema: aiact-gate/manifest/v1
systems:
  - id: credit
    name: Credit
    version: 1.0.0
    role: provider
    intended_purpose: Estimates the probability that a consumer loan is not repaid.
    tier: high
    model:
      mlflow: {%s}
"""


@dataclass
class Store:
    """A registry, its folder and the ids of what was logged into it."""

    uri: str
    folder: Path
    ids: dict[str, str] = field(default_factory=dict)

    def block(self, model: str = "", version: str | None = None, **more: str) -> dict[str, Any]:
        return read_released(Place(self.uri), Wanted(model, version, **more))


@pytest.fixture(scope="module", params=["sqlite", "files", "server"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        if request.param == "server":
            with served(folder) as uri:
                yield filled(Store(uri, folder))
        elif request.param == "files":
            patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
            made = filled(Store(str(folder / "mlruns"), folder))
            patch.delenv("MLFLOW_ALLOW_FILE_STORE")
            yield made
        else:
            yield filled(Store(f"sqlite:///{folder / 'mlflow.db'}", folder))


def filled(store: Store) -> Store:
    import pandas
    from mlflow.models import infer_signature
    from sklearn.linear_model import LogisticRegression

    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    mlflow.set_experiment("credit")
    frame = pandas.DataFrame({"age": [20.0, 30.0, 40.0, 50.0]})
    model = LogisticRegression().fit(frame, [0, 1, 0, 1])
    with mlflow.start_run(tags={"aiact.tree": "clean", "prml.verdict": "PASS", "other": "x"}) as run:
        mlflow.log_metric("val_auc", 0.7)
        mlflow.log_metric("gap", float("nan"))
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(frame),
            registered_model_name="dev",
            pip_requirements=["scikit-learn"],
        )
        store.ids |= {"trained": run.info.run_id, "model": logged.model_id}
    client = mlflow.MlflowClient()
    client.create_registered_model("orphan")
    client.create_model_version("orphan", f"models:/{logged.model_id}", model_id=logged.model_id)
    client.copy_model_version("models:/dev/1", "staging")
    client.copy_model_version("models:/staging/1", "prod")
    client.set_registered_model_alias("prod", "champion", "1")
    mlflow.set_experiment("evaluation")
    for name, value in (("early", 0.75), ("late", 0.79), ("failed", 0.99), ("deleted", 0.98)):
        with mlflow.start_run() as run:
            store.ids[name] = run.info.run_id
            mlflow.log_metric("test_auc", value, model_id=logged.model_id)
            mlflow.log_metric("val_auc", 0.1, model_id=logged.model_id)
            mlflow.end_run("FAILED" if name == "failed" else "FINISHED")
    mlflow.delete_run(store.ids["deleted"])
    return store


def test_a_version_that_was_copied_twice_is_followed_to_its_run_and_signature(store: Store) -> None:
    block = store.block("prod", alias="champion")

    assert ("prod", "1", ["champion"]) == (block["model"], block["version"], block["aliases"])
    assert (store.ids["trained"], INPUTS) == (block["run"]["id"], block["signature"]["inputs"])


def test_a_version_registered_without_a_run_is_followed_through_its_logged_model(store: Store) -> None:
    block = store.block("orphan", "1")

    assert (store.ids["trained"], INPUTS) == (block["run"]["id"], block["signature"]["inputs"])


def test_what_other_finished_runs_logged_on_the_model_comes_with_their_run(store: Store) -> None:
    block = store.block("prod", "1")

    assert {"test_auc": 0.79, "val_auc": 0.7} == block["run"]["metrics"]
    assert {"test_auc": store.ids["late"]} == block["run"]["metrics_from"]
    assert [
        (store.ids["early"], {"test_auc": 0.75, "val_auc": 0.1}),
        (store.ids["late"], {"test_auc": 0.79, "val_auc": 0.1}),
    ] == [(run["id"], run["metrics"]) for run in block["evaluations"]]


def test_a_failed_or_deleted_evaluation_is_left_out_and_told(store: Store) -> None:
    problems = store.block("prod", "1")["problems"]

    for name in ("failed", "deleted"):
        assert any(
            f"metrics of run {store.ids[name]} on this model are left out" in text for text in problems
        )


def test_a_metric_that_is_no_number_stays_none(store: Store) -> None:
    run = store.block("dev", "1")["run"]

    assert ("gap" in run["metrics"], ["gap"]) == (False, run["not_numbers"])


def test_a_run_that_nobody_registered_is_read_by_its_id(store: Store) -> None:
    block = store.block(run=store.ids["trained"])

    assert ("", store.ids["trained"], []) == (block["model"], block["version"], block["aliases"])
    assert (0.7, INPUTS) == (block["run"]["metrics"]["val_auc"], block["signature"]["inputs"])


def test_our_tags_come_along_and_no_verdict_of_others(store: Store) -> None:
    tags = store.block("dev", "1")["run"]["tags"]

    assert "clean" == tags["aiact.tree"]
    assert not {"prml.verdict", "other", "mlflow.user"} & set(tags)


def test_a_run_from_before_the_gate_is_collected_and_the_lock_says_what_the_next_one_logs(
    store: Store,
) -> None:
    block = store.block(run=store.ids["early"])

    assert any(
        "logged no digest of its test plan and none of its inputs" in text for text in block["problems"]
    )


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"run": "failed"}, "is FAILED, not FINISHED"),
        ({"run": "deleted"}, "is deleted"),
        ({"run": "0" * 32}, "isn't in the registry"),
        ({"model": "credit", "version": "1"}, "has no registered model 'credit'"),
    ],
)
def test_when_it_cannot_go_on_it_says_what_the_store_holds(
    store: Store, asked: dict[str, str], what: str
) -> None:
    asked = {key: store.ids.get(value, value) for key, value in asked.items()}
    with pytest.raises(RegistryError) as raised:
        store.block(**asked)

    assert what in raised.value.what
    if "deleted" not in what:
        assert "prod (versions 1, champion = 1)" in raised.value.fix
        assert store.ids["late"] in raised.value.fix


def test_reading_a_store_of_files_writes_nothing_and_prints_no_path_or_user(store: Store) -> None:
    if not store.uri.startswith(str(store.folder)):
        return
    before = sorted((str(path), path.stat().st_mtime_ns) for path in store.folder.rglob("*"))
    block = store.block("prod", "1")

    assert before == sorted((str(path), path.stat().st_mtime_ns) for path in store.folder.rglob("*"))
    assert str(store.folder) not in json.dumps(block)


# ---------------------------------------------------------------- files as older versions and git left them


def files(folder: Path, run: str = "r1", status: str = "3", lifecycle: str = "active") -> Path:
    """A store of files as MLflow 1 and 2 wrote it, with a run."""
    place = folder / "mlruns" / "0" / run
    for name in ("metrics", "params", "tags"):
        (place / name).mkdir(parents=True)
    (place / "meta.yaml").write_text(
        f"artifact_uri: file:///C:/Users/ann/mlruns/0/{run}/artifacts\nlifecycle_stage: {lifecycle}\n"
        f"run_id: {run}\nstart_time: 1700000000000\nstatus: {status}\nuser_id: ann\n"
    )
    (place / "metrics" / "auc").write_text(
        "1700000000001 0.5 0\n1700000000002 0.79 1\n1700000000002 0.79 1\n"
    )
    return place


def of_files(folder: Path, run: str = "r1") -> dict[str, Any]:
    return read_released(Place(str(folder / "mlruns")), Wanted(run=run))


def test_a_doubled_line_is_one_value_and_of_one_time_the_last_line_counts(tmp_path: Path) -> None:
    place = files(tmp_path)
    (place / "metrics" / "loss").write_text("1700000000002 0.2 1\n1700000000002 0.3 1\n1700000000002 0.1 1\n")

    assert {"auc": 0.79, "loss": 0.1} == of_files(tmp_path)["run"]["metrics"]


@pytest.mark.parametrize("text", ["1700000000001 nan 0\n", "1700000000001 inf 0\n"])
def test_nan_and_infinity_of_files_are_no_numbers(tmp_path: Path, text: str) -> None:
    (files(tmp_path) / "metrics" / "gap").write_text(text)

    assert ["gap"] == of_files(tmp_path)["run"]["not_numbers"]


def test_lines_that_are_no_metric_are_passed_over(tmp_path: Path) -> None:
    (files(tmp_path) / "metrics" / "odd").write_text(
        "\n<<<<<<< HEAD\n1700000000001 0.4 0 r1 data 12ab\n=======\n"
    )

    assert 0.4 == of_files(tmp_path)["run"]["metrics"]["odd"]


def test_a_name_with_a_slash_is_a_folder_more(tmp_path: Path) -> None:
    place = files(tmp_path)
    (place / "params" / "aiact.input.data").mkdir()
    (place / "params" / "aiact.input.data" / "train.csv").write_text("ab" * 32)

    assert "ab" * 32 == of_files(tmp_path)["run"]["params"]["aiact.input.data/train.csv"]


@pytest.mark.parametrize(("status", "word"), [("1", "RUNNING"), ("4", "FAILED"), ("5", "KILLED")])
def test_a_run_of_files_that_did_not_end_well_is_no_evidence(tmp_path: Path, status: str, word: str) -> None:
    files(tmp_path, status=status)
    with pytest.raises(RegistryError, match=word):
        of_files(tmp_path)


def test_a_run_whose_meta_was_not_committed_has_no_status(tmp_path: Path) -> None:
    (files(tmp_path) / "meta.yaml").unlink()
    with pytest.raises(RegistryError, match="without a status"):
        of_files(tmp_path)


def test_empty_folders_that_git_left_out_are_no_fault(tmp_path: Path) -> None:
    place = files(tmp_path)
    for name in ("params", "tags"):
        (place / name).rmdir()

    assert {} == of_files(tmp_path)["run"]["params"]


def test_links_in_a_store_of_files_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("1700000000001 42 0\n")
    place = files(tmp_path / "repository")
    (place / "metrics" / "stolen").symlink_to(secret)

    assert {"auc": 0.79} == of_files(tmp_path / "repository")["run"]["metrics"]


# ---------------------------------------------------------------- the command


@pytest.fixture(autouse=True)
def no_registry_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow itself puts the address of its last store into the environment."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def project(folder: Path, model: str) -> Path:
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q")
    (folder / "aiact.yaml").write_text(MANIFEST % model)
    return folder


def collected(folder: Path, *arguments: str) -> Any:
    result = CliRunner().invoke(command, [str(folder), *arguments], catch_exceptions=False)
    assert 0 == result.exit_code, result.output
    return plain_data(parse_yaml((folder / "aiact.lock").read_bytes(), "aiact.lock").root)["systems"][
        "credit"
    ]


def test_collect_reads_the_store_of_files_beside_the_manifest_without_mlflow(tmp_path: Path) -> None:
    files(project(tmp_path, "run: r1"))

    assert 0.79 == collected(tmp_path)["mlflow"]["run"]["metrics"]["auc"]


@pytest.mark.parametrize(
    ("name", "content", "metrics"),
    [
        ("metrics.json", '{"test": {"auc": 0.81}, "n": 5, "model": "x"}', {"n": 5.0, "test.auc": 0.81}),
        (
            "results.yaml",
            "- dataset: {id: credit/german, task_id: default}\n  value: 0.81\n",
            {"credit/german.default": 0.81},
        ),
        (
            "run.json",
            '{"schema": "aiact-gate/figures/v1", "id": "r9", "source_commit": "0123456", "metrics": {"test_auc": 0.81},'
            ' "params": {"C": 1}, "datasets": [{"name": "test", "context": "testing", "sha256": "x"}]}',
            {"test_auc": 0.81},
        ),
    ],
)
def test_figures_come_from_a_file_and_the_lock_says_from_which(
    tmp_path: Path, name: str, content: str, metrics: dict[str, float]
) -> None:
    (project(tmp_path, "") / name).write_text(content)
    block = collected(tmp_path, "--from", str(tmp_path / name))["mlflow"]

    assert metrics == block["run"]["metrics"]
    assert ("file", name, hashlib.sha256(content.encode()).hexdigest()) == (
        block["source"],
        block["file"]["path"],
        block["file"]["sha256"],
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.json", "{}"),
        ("metrics.json", '{"auc": NaN}'),
        ("metrics.json", "[[[[[["),
        ("run.json", '{"schema": "aiact-gate/figures/v1", "metrics": {"a": 1}, "verdict": "pass"}'),
        ("results.yaml", "- 1\n- 2\n"),
    ],
)
def test_a_file_without_figures_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (project(tmp_path, "") / name).write_text(content)
    result = CliRunner().invoke(command, [str(tmp_path), "--from", str(tmp_path / name)])

    assert result.exception is not None and str(result.exception).startswith(name)
    assert not (tmp_path / "aiact.lock").exists()


def test_a_file_outside_the_repository_gives_no_figures(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"auc": 0.9}')
    folder = project(tmp_path / "inner", "")
    result = CliRunner().invoke(command, [str(folder), "--from", str(tmp_path / "metrics.json")])

    assert "in this repository" in str(result.exception)


def judged(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "lock")
    return CliRunner().invoke(check_command, [str(folder), "-v"], catch_exceptions=False).output


def test_what_a_file_says_is_read_at_most_and_another_file_is_unbound(tmp_path: Path) -> None:
    file = project(tmp_path, "") / "metrics.json"
    file.write_text('{"test_auc": 0.81}')
    collected(tmp_path, "--from", str(file))
    same = judged(tmp_path)
    file.write_text('{"test_auc": 0.91}')

    assert "witnessed" not in same.partition("Rules:")[0].replace("0 witnessed", "")
    assert "metrics.json isn't the file" not in same
    assert "metrics.json isn't the file that the figures in aiact.lock were taken from" in judged(tmp_path)


def test_a_run_from_before_the_gate_is_missing_a_plan_and_contradicts_nothing(tmp_path: Path) -> None:
    files(project(tmp_path, "run: r1"))
    collected(tmp_path)
    said = judged(tmp_path)

    assert "logged nothing of its plan" in said
    assert "contradict" not in said.partition("Rules:")[0].lower()


def test_a_manifest_that_names_no_model_is_told_what_lies_beside_it(tmp_path: Path) -> None:
    files(project(tmp_path, ""))
    result = CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)

    assert "Its newest finished runs: r1 (2023-11-14)." in result.output
    assert "{run: ID}, and collect again." in result.output
