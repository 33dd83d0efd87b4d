"""`aiact-gate collect`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


@click.command(name="collect")
@click.argument("path", default=".")
@click.option(
    "--tracking-uri",
    metavar="URI",
    help="Where the registry is; default: the environment's MLFLOW_TRACKING_URI, else the manifest's, else mlflow.db beside it.",
)
@click.option(
    "--tests",
    "results",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JUnit XML of a test run: the outcome of each test goes into the lock, with the commit.",
)
def command(path: str, tracking_uri: str | None, results: Path | None) -> None:
    """Read the released model version and the data of PATH into aiact.lock.

    Example: aiact-gate collect examples/credit-scoring
    """
    import datetime

    from aiact_gate.documents.write import write_inside
    from aiact_gate.run.collect import collect, outcomes
    from aiact_gate.run.declared import declared_systems
    from aiact_gate.sources.git import find_repository

    root, systems = declared_systems(path)
    environ = dict(os.environ)
    if tracking_uri:  # whoever calls says where: the same trust as the environment's, and before it
        environ["MLFLOW_TRACKING_URI"] = tracking_uri
    beside = "sqlite:///mlflow.db" if (root / "mlflow.db").is_file() else None
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lock = collect(root, systems, beside, today, environ, outcomes(root, results))
    repository = Path(find_repository(str(root)) or root)
    write_inside(repository, (root / "aiact.lock").relative_to(repository).as_posix(), lock)
    _tell(systems, lock)


def _tell(systems: list[dict[str, Any]], lock: bytes) -> None:
    from aiact_gate.documents.node import plain_data
    from aiact_gate.documents.yaml import parse_yaml
    from aiact_gate.formats.escape import log_line

    content = plain_data(parse_yaml(lock, "aiact.lock").root)
    for system in systems:
        block = content["systems"].get(system["id"]) or {}
        model = block.get("mlflow")
        name = (
            f"{model['model']} v{model['version']}, run {model['run']['id'][:7]}"
            if model
            else "no registered model"
        )
        data = block.get("data") or {}
        counted = sum(bool(entry.get("sha256")) for entry in data.values())
        click.echo(log_line(f"{system['id']}: {name}; {len(data)} data sets, {counted} counted."))
        for problem in block.get("problems") or []:
            click.echo(log_line(f"    {problem}"))
    click.echo("Wrote aiact.lock. Commit it; check reads it without the registry.")
    _offer_tags([block["mlflow"]["run"] for block in content["systems"].values() if block.get("mlflow")])


def _offer_tags(runs: list[dict[str, Any]]) -> None:
    """The commands that keep the commits of *runs* at hand: a squash or a rewritten history leaves them behind."""
    from aiact_gate.sources.objects import is_commit_id

    for run in runs:
        commit, name = str(run.get("source_commit") or ""), f"aiact-run/{str(run['id'])[:7]}"
        if is_commit_id(commit) and name.removeprefix("aiact-run/").isalnum():
            click.echo("A tag keeps the run's commit, which witnesses plan and inputs, through a squash:")
            click.echo(f"    git tag {name} {commit}")
            click.echo(f"    git push origin refs/tags/{name}")


def working_folder(path: str) -> Path:
    """The folder of *path*, a folder or a manifest."""
    place = Path(path)
    return place if place.is_dir() else place.parent
