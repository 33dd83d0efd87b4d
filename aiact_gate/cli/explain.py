"""`aiact-gate explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aiact_gate.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiact_gate.model.policy import Requirement


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
        name = _cited(name, known)
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


def _cited(citation: str, known: Mapping[str, Requirement]) -> str:
    """The id of the one point that the tables show as *citation* (`15(1)`), else *citation*.

    Raises:
        UsageError: several points are cited like that.
    """
    from aiact_gate.judge.verdict import short_citation

    plain = citation.removeprefix("Article ").removeprefix("Annex ").replace(" ", "")
    named = [
        name
        for name, item in known.items()
        if item.is_point and short_citation(item).replace(" ", "") == plain
    ]
    if len(named) > 1:
        raise UsageError(f"{citation[:60]} is {len(named)} points", f"Name one: {', '.join(named)}.")
    return named[0] if named else citation
