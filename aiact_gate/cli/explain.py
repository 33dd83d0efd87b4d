"""`aiact-gate explain`."""

from __future__ import annotations

import sys

import click

from aiact_gate.model.errors import UsageError


@click.command(name="explain")
@click.argument("requirement")
@click.argument("path", default=".")
@click.option("--as-of", metavar="DATE", help="Judge as on this day (2026-11-25); default: today, UTC.")
def command(requirement: str, path: str, as_of: str | None) -> None:
    """What REQUIREMENT asks, and what the repository at PATH shows of it.

    Example: aiact-gate explain art9.5 examples/credit-scoring
    """
    from aiact_gate.cli.check import judged_day
    from aiact_gate.formats.page import render
    from aiact_gate.model.errors import AiactError
    from aiact_gate.packs.load import BUILTIN, load_builtin
    from aiact_gate.pipelines.check import Options
    from aiact_gate.pipelines.run import checked

    known = {item.id: item for name in BUILTIN for item in load_builtin(name)[0].requirements}
    name = requirement.partition("/")[0]
    if name not in known:
        from aiact_gate.sources.shapes import nearest

        near = nearest(name, tuple(known))
        raise UsageError(
            f"no pack has a requirement '{name[:60]}'",
            f"Did you mean {near}?" if near else "See `aiact-gate policy list`.",
        )
    try:
        report = checked(path, Options(as_of=judged_day(as_of)))[0]
    except AiactError:
        report = None
    procedure = load_builtin("eu-ai-act")[0].classification if name == "art6.claim" else None
    click.echo(render(known[name], report, procedure), nl=False)
    sys.exit(0)
