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
    help="Where the registry is; default: the environment's MLFLOW_TRACKING_URI, else the manifest's, else mlflow.db or mlruns beside it.",
)
@click.option("--attest", is_flag=True, help="Sign a statement over the lock, beside it; needs --key.")
@click.option("--key", metavar="FILE", help="The ed25519 private key that signs, PEM.")
@click.option(
    "--repository", metavar="OWNER/NAME", default="", help="The repository that the statement is for."
)
@click.option(
    "--tests",
    "results",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JUnit XML of a test run: the outcome of each test goes into the lock, with the commit.",
)
@click.option(
    "--from",
    "files",
    multiple=True,
    metavar="[SYSTEM=]FILE",
    help="Take a run's figures from a file that the training wrote, not from a registry; they are only read.",
)
def command(
    path: str,
    tracking_uri: str | None,
    attest: bool,
    key: str | None,
    repository: str,
    results: Path | None,
    files: tuple[str, ...],
) -> None:
    """Read the released model version and the data of PATH into aiact.lock.

    Example: aiact-gate collect examples/credit-scoring
    """
    import datetime

    from aiact_gate.documents.write import write_inside
    from aiact_gate.registry.listing import store_beside
    from aiact_gate.run.collect import collect, outcomes
    from aiact_gate.run.declared import declared_systems
    from aiact_gate.sources.git import find_repository

    signer = _signer(attest, key)
    root, systems = declared_systems(path)
    given = _given(files, systems, root)
    environ = dict(os.environ)
    if tracking_uri:  # whoever calls says where: the same trust as the environment's, and before it
        environ["MLFLOW_TRACKING_URI"] = tracking_uri
    beside = store_beside(root)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lock = collect(root, systems, beside, today, environ, outcomes(root, results), given)
    repository_root = Path(find_repository(str(root)) or root)
    write_inside(repository_root, (root / "aiact.lock").relative_to(repository_root).as_posix(), lock)
    _tell(systems, lock)
    if beside is not None and any(not (system["registered_model"] or system["run"]) for system in systems):
        _offer(beside, root, repository_root)
    if signer is not None:
        from aiact_gate.run.attest import statement_over
        from aiact_gate.sources.attestation import STATEMENT_NAME

        statement = statement_over(lock, repository, signer)
        write_inside(
            repository_root, (root / STATEMENT_NAME).relative_to(repository_root).as_posix(), statement
        )
        click.echo(f"Signed it: {STATEMENT_NAME}. Commit that, too.")


def _signer(attest: bool, key: str | None) -> Any:
    """Who signs; None if nobody does. Read before anything is collected, so that a wrong key leaves nothing half written."""
    from aiact_gate.model.errors import UsageError

    if attest != bool(key):
        raise UsageError("--attest and --key belong together", "Say: aiact-gate collect --attest --key FILE")
    if not key:
        return None
    from aiact_gate.run.attest import signer_of

    return signer_of(Path(key))


def _given(files: tuple[str, ...], systems: list[dict[str, Any]], root: Path) -> dict[str, str]:
    """By system the file with its figures, relative to *root*. Raises UsageError."""
    from aiact_gate.model.errors import UsageError

    known = [str(system["id"]) for system in systems]
    found = {}
    for text in files:
        name, _, file = text.rpartition("=")
        if not name and len(known) == 1:
            name = known[0]
        if name not in known:
            fix = f"Write it as SYSTEM={file}, with one of: {', '.join(known) or 'none'}."
            raise UsageError(f"--from {text[:60]} names no declared system", fix)
        found[name] = os.path.relpath(Path(file).resolve(), root.resolve()).replace(os.sep, "/")
    return found


def _tell(systems: list[dict[str, Any]], lock: bytes) -> None:
    from aiact_gate.documents.node import plain_data
    from aiact_gate.documents.yaml import parse_yaml
    from aiact_gate.formats.escape import log_line

    content = plain_data(parse_yaml(lock, "aiact.lock").root)
    for system in systems:
        block = content["systems"].get(system["id"]) or {}
        model = block.get("mlflow")
        name = _named(model) if model else "no registered model and no run is named"
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


def _offer(beside: str, root: Path, repository: Path) -> None:
    """Say what the store holds that lies beside a manifest that names nothing of it."""
    from aiact_gate.formats.escape import log_line
    from aiact_gate.model.errors import RegistryError
    from aiact_gate.registry.listing import holdings, opened
    from aiact_gate.registry.location import chosen_place

    try:
        with opened(chosen_place(beside, root, repository, {})) as store:
            held = holdings(store)
    except RegistryError as error:
        held = f" It isn't read: {error.what}."
    click.echo(log_line(f"{beside} lies beside the manifest.{held}"))
    click.echo(
        "Name one under model: mlflow: {registered_model: …, version: …} or {run: ID}, and collect again."
    )


def _named(block: dict[str, Any]) -> str:
    version = f"{block['model']} v{block['version']}, " if block["model"] else ""
    return f"{version}run {block['run']['id'][:7]}"
