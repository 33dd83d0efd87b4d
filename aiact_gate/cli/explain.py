"""`aiact-gate explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from aiact_gate.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiact_gate.model.policy import Requirement
    from aiact_gate.run.explain import Run
    from aiact_gate.run.options import Options


@click.command(name="explain")
@click.argument("requirement", metavar="REQUIREMENT[/CHECK]")
@click.argument("path", default="")
@click.option("--on", metavar="PATH", help="For a check: its values on the repository at PATH.")
@click.option("--origin", is_flag=True, help="Which layer set each value: pack, file and line.")
@click.option("--rows", default=3, metavar="N", help="With --on: rows that are shown in full; default 3.")
@click.option("--as-of", metavar="DATE", help="Judge as on this day (2026-11-25); default: today, UTC.")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="DIR",
    help="An additional pack folder, as `check` takes it; repeatable.",
)
def command(
    requirement: str,
    path: str,
    on: str | None,
    origin: bool,
    rows: int,
    as_of: str | None,
    packs: tuple[str, ...],
) -> None:
    """What REQUIREMENT asks, and what the repository at PATH shows of it; of one CHECK every value that it reads.

    Example: aiact-gate explain art9.5 examples/credit-scoring

    Example: aiact-gate explain art9.5/accepted-by-another --on examples/credit-scoring
    """
    from aiact_gate.cli.check import judged_day
    from aiact_gate.run.explain import explained
    from aiact_gate.run.options import Options

    if on and path:
        raise UsageError("both --on and a path were given", "Give the repository once.")
    options = Options(as_of=judged_day(as_of), packs=packs)
    run = explained(on or path or ".", options)
    name, _, check = requirement.partition("/")
    try:
        name = _known(name, run.requirements)
    except UsageError:
        if run.report is None and (on or path):  # the packs of a manifest that isn't there are unknown, too
            raise UsageError(run.why, "Give a folder or an aiact.yaml that exists.") from None
        raise
    if origin:
        from aiact_gate.formats.origin import render as origins

        click.echo(origins(run.requirements[name]), nl=False)
    elif check and (on or path):
        click.echo(_values(run, run.requirements[name], check, options, max(rows, 1)), nl=False)
    elif on:
        names = ", ".join(one.id.partition("/")[2] for one in run.requirements[name].checks) or "none"
        raise UsageError(f"--on shows one check; {name} was named without", f"Its checks: {names}.")
    else:
        click.echo(_page(run, run.requirements[name], check), nl=False)
    sys.exit(0)


def _values(run: Run, requirement: Requirement, name: str, options: Options, rows: int) -> str:
    from aiact_gate.formats.values import render
    from aiact_gate.run.explain import checks_seen, named_check

    check = named_check(requirement, name)
    if run.report is None:
        raise UsageError(run.why, "Give a folder or an aiact.yaml that exists.")
    seen = checks_seen(run, requirement, check, options.as_of, rows)
    return render(check, requirement, seen, run.report.problems)


def _page(run: Run, requirement: Requirement, check: str) -> str:
    from aiact_gate.formats.page import render
    from aiact_gate.policy.load import load_builtin
    from aiact_gate.run.explain import named_check, page_facts

    if check:
        named_check(requirement, check)
    procedure = load_builtin("eu-ai-act")[0].classification if requirement.id == "art6.claim" else None
    return render(requirement, run.report, page_facts(run, requirement), procedure)


def _known(name: str, known: Mapping[str, Requirement]) -> str:
    """The id that *name* is, or cites. Raises `UsageError`: there is none."""
    found = name if name in known else _cited(name, known)
    if found in known:
        return found
    from aiact_gate.sources.shapes import nearest

    near = nearest(name, tuple(known))
    raise UsageError(
        f"no pack has a requirement '{name[:60]}'",
        f"Did you mean {near}?" if near else "See `aiact-gate policy list`.",
    )


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
