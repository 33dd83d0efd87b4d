"""`aiact-gate baseline create|update`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiact_gate.model.errors import UsageError

if TYPE_CHECKING:
    from aiact_gate.pipelines.baseline import Written


@click.group(name="baseline")
def command() -> None:
    """Take today's missing points into a list of debts with owner and date; it can only shrink.

    Example: aiact-gate baseline create --owner head-of-model-risk@example.org --due 2027-06-30
    """


@command.command()
@click.argument("path", default=".")
@click.option(
    "--owner",
    metavar="WHO",
    help="Who owes it: an address or role. Default: the CODEOWNERS entry of compliance/.",
)
@click.option("--due", metavar="DATE", help="Until when. Default: the day before Articles 9-15 bind.")
@click.option("--as-of", metavar="DATE", help="Judge as on this day; default: today, UTC.")
def create(path: str, owner: str | None, due: str | None, as_of: str | None) -> None:
    """Write compliance/baseline.yaml with every missing or stale finding of today. Contradictions are never taken in.

    Example: aiact-gate baseline create --owner head-of-model-risk@example.org
    """
    from aiact_gate.pipelines.baseline import create_baseline

    until = _day(due) if due is not None else None
    _run(lambda: create_baseline(path, _day(as_of), owner, until))


@command.command()
@click.argument("path", default=".")
@click.option("--as-of", metavar="DATE", help="Judge as on this day; default: today, UTC.")
def update(path: str, as_of: str | None) -> None:
    """Take out the debts that are paid. Nothing is ever added.

    Example: aiact-gate baseline update
    """
    from aiact_gate.pipelines.baseline import update_baseline

    _run(lambda: update_baseline(path, _day(as_of)))


def _day(text: str | None) -> str:
    from aiact_gate.cli.check import judged_day

    return judged_day(text)


def _run(work: Callable[[], Written]) -> None:
    from aiact_gate.documents.write import write_atomically

    result = work()
    target = Path(result.path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, result.text.encode("utf-8"))
    except OSError as error:
        raise UsageError(
            f"{result.shown} can't be written: {error.strerror}", "Run it where the folder may be written."
        ) from error
    for line in result.lines:
        click.echo(line)
    sys.exit(0)
