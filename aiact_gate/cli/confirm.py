"""`aiact-gate confirm`."""

from __future__ import annotations

import sys

import click

from aiact_gate.model.errors import UsageError


@click.command(name="confirm")
@click.argument("record")
@click.option(
    "--for", "version", required=True, metavar="VERSION", help="The release that it is to speak for."
)
@click.option("--yes", is_flag=True, help="Don't ask; for scripts that show the change elsewhere.")
def command(record: str, version: str, yes: bool) -> None:
    """Let RECORD speak for a new release: show what changed since it last did, then move its `for:` line.

    Example: aiact-gate confirm compliance/risk_management.yaml --for 1.4.0
    """
    from aiact_gate.documents.write import write_inside
    from aiact_gate.formats.escape import log_line
    from aiact_gate.run.confirm import confirmed

    result = confirmed(record, version)
    for line in result.lines:
        click.echo(log_line(line))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                "nobody is at the terminal to confirm it", "Read the change above, then run it with --yes."
            )
        click.confirm(f"Does {record} hold for {version}, as it stands?", abort=True)
    write_inside(result.root, result.path, result.text.encode("utf-8"))
    click.echo(f"{record} now speaks for {version}.")
