"""`aiact-gate plan`: rows of the test plan in the public form of pre-registered claims (PRML)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.group(name="plan")
def command() -> None:
    """Write a row of the test plan as a pre-registered claim (PRML), or read one as a row.

    Example: aiact-gate plan export auc examples/credit-scoring --producer example.org
    """


@command.command(name="export")
@click.argument("row")
@click.argument("path", default=".")
@click.option("--producer", required=True, metavar="NAME", help="Who makes the claim.")
def export(row: str, path: str, producer: str) -> None:
    """Print the metric ROW of the plan in PATH as a claim; its digest goes to standard error.

    Example: aiact-gate plan export auc examples/credit-scoring --producer example.org
    """
    from aiact_gate.documents.write import canonical_yaml
    from aiact_gate.propose.prml import claim_of, digest

    claim = claim_of(*_planned(row, path), producer)
    click.echo(canonical_yaml(claim).decode(), nl=False)
    click.echo(f"sha256:{digest(claim)}", err=True)


@command.command(name="read")
@click.argument("file")
def read(file: str) -> None:
    """Print the claim in FILE as a row of `metrics` for compliance/testing.yaml; its digest goes to standard error.

    Example: aiact-gate plan read auc.prml.yaml
    """
    from aiact_gate.documents.write import dump_yaml
    from aiact_gate.model.errors import UsageError
    from aiact_gate.propose.prml import digest, read_claim, row_of

    if not Path(file).is_file():
        raise UsageError(f"there is no file {file[:100]}", "Name a claim: NAME.prml.yaml.")
    claim = read_claim(Path(file).read_bytes(), file)
    click.echo(dump_yaml([row_of(claim, file)]), nl=False)
    click.echo(f"sha256:{digest(claim)}", err=True)


def _planned(row: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The metric *row* of the first plan that has it, and the data set that it is measured on."""
    from aiact_gate.model.errors import UsageError
    from aiact_gate.model.evidence import Evidence
    from aiact_gate.sources import records
    from aiact_gate.sources.manifest import find_manifest, read_manifest
    from aiact_gate.sources.snapshot import open_snapshot

    snapshot, relative = open_snapshot(path)
    manifest = read_manifest(snapshot, find_manifest(snapshot, relative))
    for system in manifest.systems:
        evidence = Evidence()
        found = records.read_folder(snapshot, manifest, str(system.get("evidence_dir") or "compliance"), {})
        records.attach(found, manifest, system, ("testing", "data_governance"), evidence, [])
        metrics = (evidence.data.get("testing") or {}).get("metrics") or []
        planned = next((each for each in metrics if each.get("id") == row), None)
        sets = (evidence.data.get("data_governance") or {}).get("datasets") or []
        of = next((each for each in sets if planned and each.get("split") == planned.get("split")), None)
        if planned is not None and of is not None:
            name = manifest.repository_path(str(of["path"]))
            return planned, {"id": str(of["id"]), "hash": snapshot.sha256(name)}
    raise UsageError(
        f"no plan has a metric '{row[:60]}' on a described data set",
        "Name the id of a row under `metrics` of testing.yaml.",
    )
