"""`check --live` and `promote` against a real registry: what the lock says and the registry doesn't, and who may promote."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from registries import served
from repositories import PROJECT, git

from aiact_gate.cli.check import command as check_command
from aiact_gate.cli.collect import command as collect_command
from aiact_gate.cli.promote import command as promote_command
from aiact_gate.run.check import check
from aiact_gate.run.live import confirm
from aiact_gate.run.options import Options
from aiact_gate.sources.lock import digest_of, split_lock
from aiact_gate.sources.snapshot import open_snapshot

mlflow: Any = importlib.import_module("mlflow")

MANIFEST = """schema: aiact-gate/manifest/v1
systems:
  - id: credit
    name: Credit
    version: 1.0.0
    role: provider
    intended_purpose: Estimates the probability that a consumer loan is not repaid.
    tier: high
    model:
      mlflow: {registered_model: credit, version: "1"}
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with one version of one model."""
    folder = tmp_path_factory.mktemp("server")
    with served(folder) as uri, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        run = client.create_run("0", tags={"aiact.tree": "clean"})
        client.log_metric(run.info.run_id, "test_auc", 0.7934)
        client.log_param(run.info.run_id, "aiact.plan.sha256", "ab" * 32)
        client.set_terminated(run.info.run_id)
        client.create_registered_model("credit")
        client.create_model_version("credit", f"runs:/{run.info.run_id}/model", run.info.run_id)
        yield uri


@pytest.fixture
def project(registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose lock was collected from that server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "aiact.yaml").write_text(MANIFEST)
    git(folder, "init", "-q")
    result = CliRunner().invoke(collect_command, [str(folder)], catch_exceptions=False)
    assert 0 == result.exit_code
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "lock")
    return folder


def findings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """What `check` reports of the lock's bytes."""
    result = CliRunner().invoke(check_command, [str(folder), "--format", "json", *arguments])
    report = json.loads(result.stdout)
    return [
        {**finding, "check_outcome": check["outcome"]}
        for row in report["systems"][0]["requirements"]
        for check in row["checks"]
        if check["id"].endswith("lock-is-untouched")
        for finding in check["findings"]
    ]


def tampered(folder: Path, before: str, after: str) -> int:
    """Replace *before* in the lock and mend its digest; the line that it stood on."""
    lock = folder / "aiact.lock"
    text = lock.read_text()
    assert before in text
    line = text[: text.index(before)].count("\n") + 1
    body, _ = split_lock(text.replace(before, after).encode())
    _, computed = digest_of(body + b"digest: x\n")
    lock.write_bytes(body + b"digest: " + computed.encode() + b"\n")
    return line


def test_a_lock_that_is_what_the_registry_says_has_no_finding(project: Path) -> None:
    assert [] == findings(project, "--live")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("test_auc: 0.7934", "test_auc: 0.9934"),
        ("abababab", "cdabababab"[:8]),
        ("status: FINISHED", "status: FAILED"),
        ("aiact.tree: clean", "aiact.tree: dirty"),
        ("lifecycle: active", "lifecycle: gone"),
    ],
)
def test_what_was_changed_after_collect_is_found_at_its_line(project: Path, before: str, after: str) -> None:
    line = tampered(project, before, after)

    assert [] == findings(project)
    assert [("contradicted", "aiact.lock", line)] == [
        (finding["kind"], finding["location"]["path"], finding["location"]["line"])
        for finding in findings(project, "--live")
    ]


def test_what_was_added_or_taken_out_after_collect_is_found(project: Path) -> None:
    tampered(project, "        test_auc: 0.7934", "        test_auc: 0.7934\n          test_f1: 0.9")
    (found,) = findings(project, "--live")

    assert (
        "The lock says '0.9' for mlflow.run.metrics.test_f1; the registry says nothing." == found["message"]
    )


def test_a_change_in_the_registry_after_collect_is_found_too(project: Path, registry: str) -> None:
    client = mlflow.MlflowClient(tracking_uri=registry, registry_uri=registry)
    client.set_registered_model_alias("credit", "champion", "1")
    try:
        messages = [finding["message"] for finding in findings(project, "--live")]
    finally:
        client.delete_registered_model_alias("credit", "champion")

    assert ["The lock says nothing for mlflow.aliases; the registry says 1 entries."] == messages


def test_a_registry_out_of_reach_is_unknown_with_the_command(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{project}/none.db")
    said = " ".join(CliRunner().invoke(check_command, [str(project), "--live"]).stdout.split())

    assert "doesn't tell whether the lock is what it holds: there is no MLflow store" in said
    assert "Run: aiact-gate check --live" in said


def witnesses(folder: Path) -> Any:
    seen: list[Any] = []
    snapshot, path = open_snapshot(str(folder))
    check(snapshot, path, Options("2026-12-01", live=confirm), witness=seen.append)
    return seen[0].judging.evidence.witnesses


def test_what_the_registry_confirms_is_witnessed_by_it_and_nothing_else(project: Path) -> None:
    before = witnesses(project)
    tampered(project, "test_auc: 0.7934", "test_auc: 0.9934")
    after = witnesses(project)

    metrics, status = ("mlflow", "run", "metrics"), ("mlflow", "run", "status")
    assert ("live registry", "live registry") == (before.get(metrics), before.get(status))
    assert (None, "live registry") == (after.get(metrics), after.get(status))


# ---------------------------------------------------------------- promote


@pytest.fixture
def filter_(registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example that passes, with a registered model and a committed lock."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry)
    folder = tmp_path / "filter"
    shutil.copytree(PROJECT / "examples" / "spam-filter", folder)
    manifest = folder / "aiact.yaml"
    model = '    model:\n      mlflow: {registered_model: credit, version: "1"}\n    inputs:'
    manifest.write_text(manifest.read_text().replace("    inputs:", model))
    git(folder, "init", "-q")
    assert 0 == CliRunner().invoke(collect_command, [str(folder)], catch_exceptions=False).exit_code
    committed(folder, "author@example.org")
    return folder


def committed(folder: Path, who: str) -> None:
    git(folder, "add", "-A")
    git(folder, "-c", f"user.email={who}", "commit", "-qm", "change")


def promote(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        promote_command,
        ["spam-filter", str(folder), "--alias", "production", *arguments],
        catch_exceptions=False,
    )
    return result.exit_code, result.output


@pytest.fixture
def version(registry: str) -> Iterator[Callable[[], Any]]:
    """The version as the registry has it, which is left as it was."""
    client = mlflow.MlflowClient(tracking_uri=registry, registry_uri=registry)
    yield lambda: client.get_model_version("credit", "1")
    client.delete_registered_model_alias("credit", "production")
    for name in client.get_model_version("credit", "1").tags:
        client.delete_model_version_tag("credit", "1", name)


def signing_pack(folder: Path) -> Path:
    pack = folder / "bank-rules"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: bank-rules\nversion: 1.0.0\nintroduced: 2026-01-01\n"
        "legal_review: not yet\npromote: {second_signature: true}\n"
    )
    return pack


def approve(folder: Path, approver: str, committer: str, alias: str = "production") -> None:
    (folder / "compliance" / "promotions.yaml").write_text(
        f"promotions:\n  - id: P1\n    system: spam-filter\n    model_version: '1'\n    alias: {alias}\n"
        f"    approved_by: {approver}\n    created: 2026-11-25\n"
    )
    committed(folder, committer)


def test_a_version_that_passes_gets_the_alias_and_a_tag(filter_: Path, version: Callable[[], Any]) -> None:
    code, output = promote(filter_)

    assert (0, ["production"]) == (code, version().aliases), output
    assert version().tags["aiact.gate"].startswith(f"pass at {git(filter_, 'rev-parse', 'HEAD')[:12]}")


def test_a_version_that_fails_gets_neither(filter_: Path, version: Callable[[], Any]) -> None:
    tampered(filter_, "test_auc: 0.7934", "test_auc: 0.9934")
    committed(filter_, "author@example.org")
    code, output = promote(filter_)

    assert (1, [], {}) == (code, version().aliases, version().tags)
    assert "Not promoted: the gate says fail" in output


def test_what_no_commit_holds_is_not_promoted(filter_: Path, version: Callable[[], Any]) -> None:
    (filter_ / "filter.py").write_text("# changed\n")
    code, output = promote(filter_)

    assert (1, []) == (code, version().aliases), output


def test_a_second_signature_is_asked_for_where_the_pack_says_so(
    filter_: Path, version: Callable[[], Any], tmp_path: Path
) -> None:
    code, output = promote(filter_, "--pack", str(signing_pack(tmp_path)))

    assert (1, []) == (code, version().aliases)
    assert "asks for a second signature" in output


@pytest.mark.parametrize(
    ("approver", "committer", "alias"),
    [
        ("author@example.org", "author@example.org", "production"),
        ("head-of-model-risk@example.org", "author@example.org", "production"),
        ("head-of-model-risk@example.org", "head-of-model-risk@example.org", "staging"),
    ],
)
def test_a_signature_of_the_author_or_by_another_hand_or_for_another_alias_is_none(
    filter_: Path, version: Callable[[], Any], tmp_path: Path, approver: str, committer: str, alias: str
) -> None:
    approve(filter_, approver, committer, alias)

    assert 1 == promote(filter_, "--pack", str(signing_pack(tmp_path)))[0]
    assert [] == version().aliases


def test_a_signature_that_another_person_committed_is_taken_and_its_id_is_a_tag(
    filter_: Path, version: Callable[[], Any], tmp_path: Path
) -> None:
    approve(filter_, "head-of-model-risk@example.org", "head-of-model-risk@example.org")
    code, output = promote(filter_, "--pack", str(signing_pack(tmp_path)))

    assert (0, "P1") == (code, version().tags.get("aiact.approval")), output
