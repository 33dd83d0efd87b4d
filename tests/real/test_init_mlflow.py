"""`init` beside a real MLflow store: the registered model goes into the manifest, and of several none is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from aiact_gate.cli.init import command
from aiact_gate.registry.listing import registered_models
from aiact_gate.registry.location import Place
from aiact_gate.registry.stored import Registered

CARD = "# Loan default model\n\n## Intended use\n\nPredicts default for loan applicants.\n"


def store(folder: Path, models: dict[str, int], alias: str = "", name: str = "mlflow.db") -> Path:
    """A store in *folder* with *models* (name -> number of versions), each version from one finished run."""
    from mlflow.tracking import MlflowClient

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    client = MlflowClient(tracking_uri=f"sqlite:///{file}", registry_uri=f"sqlite:///{file}")
    run = client.create_run(client.create_experiment("credit", artifact_location=str(folder / "kept")))
    client.log_metric(run.info.run_id, "test_auc", 0.7934)
    client.set_terminated(run.info.run_id)
    for model, versions in models.items():
        client.create_registered_model(model)
        for _ in range(versions):
            client.create_model_version(model, f"runs:/{run.info.run_id}/model", run.info.run_id)
        if alias:
            client.set_registered_model_alias(model, alias, "1")
    return file


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)


def run(folder: Path) -> str:
    result = CliRunner().invoke(command, [str(folder), "--yes"])
    assert result.exception is None, result.exception
    return result.output


def test_models_versions_and_aliases_are_listed_and_the_store_is_left_alone(tmp_path: Path) -> None:
    file = store(tmp_path / "one", {"credit-scoring": 2, "it's a model": 1}, "production")
    before = file.read_bytes()

    found = registered_models(Place(f"sqlite:///{file}"))

    assert (
        Registered(name="credit-scoring", versions=("1", "2"), aliases={"production": "1"}),
        Registered(name="it's a model", versions=("1",), aliases={"production": "1"}),
    ) == found
    assert before == file.read_bytes()
    assert ["mlflow.db"] == [path.name for path in file.parent.iterdir() if path.is_file()]


def test_the_only_model_and_its_only_version_go_into_the_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    store(folder, {"credit-scoring": 1})
    (folder / "MODEL_CARD.md").write_text(CARD)

    shown = run(folder)

    manifest = (folder / "aiact.yaml").read_text()
    assert "credit-scoring v1" in shown
    assert "  - id: credit-scoring  #" in manifest
    assert '        registered_model: credit-scoring\n        version: "1"\n' in manifest
    assert "tracking_uri" not in manifest
    assert 'model_version: "1"' in (folder / "INSTRUCTIONS_FOR_USE.md").read_text()
    assert "0.79" not in "".join(path.read_text() for path in folder.rglob("*.yaml"))


def test_the_newest_of_several_versions_is_a_proposal(tmp_path: Path) -> None:
    store(tmp_path / "repository", {"credit-scoring": 3})

    run(tmp_path / "repository")

    assert 'version: "?? 3"  # the newest' in (tmp_path / "repository/aiact.yaml").read_text()


def test_an_alias_goes_before_a_version(tmp_path: Path) -> None:
    store(tmp_path / "repository", {"credit-scoring": 3}, "production")

    run(tmp_path / "repository")

    assert "        alias: production\n" in (tmp_path / "repository/aiact.yaml").read_text()


def test_of_several_models_none_is_taken_by_guess(tmp_path: Path) -> None:
    store(tmp_path / "repository", {"credit-scoring": 1, "fraud": 1})

    shown = run(tmp_path / "repository")

    manifest = (tmp_path / "repository/aiact.yaml").read_text()
    assert "several: name one" in shown
    assert "# Registered models: credit-scoring, fraud. Name one that this system runs:" in manifest
    assert "\n      mlflow:" not in manifest
    assert "  - id: repository  #" in manifest


def test_a_store_elsewhere_is_named_by_its_place(tmp_path: Path) -> None:
    store(tmp_path / "repository/tracking", {"credit-scoring": 1}, name="team_mlflow.db")

    run(tmp_path / "repository")

    manifest = (tmp_path / "repository/aiact.yaml").read_text()
    assert 'tracking_uri: "sqlite:///tracking/team_mlflow.db"' in manifest


def test_a_store_that_appears_later_is_shown_as_a_diff(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    run(folder)
    before = (folder / "aiact.yaml").read_bytes()
    store(folder, {"credit-scoring": 1})

    shown = run(folder)

    assert "+        registered_model: credit-scoring" in shown
    assert before == (folder / "aiact.yaml").read_bytes()
