"""`aiact-gate promote`."""

from __future__ import annotations

import os
import sys

import click


@click.command(name="promote")
@click.argument("system")
@click.argument("path", default=".")
@click.option("--alias", required=True, metavar="ALIAS", help="The alias that the collected version gets.")
@click.option("--tracking-uri", metavar="URI", help="Where the registry is; default: as `collect` has it.")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="DIR",
    help="An additional pack folder, given by the workflow; repeatable.",
)
def command(system: str, path: str, alias: str, tracking_uri: str | None, packs: tuple[str, ...]) -> None:
    """Give ALIAS to the model version of SYSTEM that the lock in PATH holds, if the gate passes for it as a release.

    Judged is what `check --release --live` judges. Exit codes: 0 the alias is set, 1 it isn't; else as check's.

    Example: aiact-gate promote credit-scoring examples/credit-scoring --alias production
    """
    from aiact_gate.cli.check import judged_day
    from aiact_gate.formats.escape import log_line
    from aiact_gate.run.options import Options
    from aiact_gate.run.promote import promoted

    if tracking_uri:
        os.environ["MLFLOW_TRACKING_URI"] = tracking_uri
    done = promoted(path, system, alias, Options(judged_day(None), packs=packs), os.environ)
    if done.refused:
        click.echo(log_line(f"Not promoted: {done.refused}."))
        click.echo(log_line(f"    Fix: {done.fix}"))
        sys.exit(1)
    signed = f", by the second signature {done.approval}" if done.approval else ""
    click.echo(log_line(f"{done.model} {done.version} has the alias {alias}{signed}."))
