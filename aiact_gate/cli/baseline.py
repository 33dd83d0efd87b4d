"""`aiact-gate baseline create|update`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aiact_gate.run.baseline import Written
    from aiact_gate.run.options import Options


@click.group(name="baseline")
def command() -> None:
    """Take today's missing points into a list of debts with owner and date; it can only shrink.

    Example: aiact-gate baseline create --owner head-of-model-risk@example.org --due 2027-06-30
    """


def _as_check(function: Any) -> Any:
    """The options that `check` is given in CI and that decide which points and packs are looked at."""
    for option in reversed(
        (
            click.option(
                "--pack",
                "packs",
                multiple=True,
                metavar="DIR",
                help="An additional pack folder, as given to check; repeatable.",
            ),
            click.option("--repository", metavar="OWNER/NAME", help="As given to check."),
            click.option(
                "--topic", "topics", multiple=True, metavar="TOPIC", help="As given to check; repeatable."
            ),
        )
    ):
        function = option(function)
    return function


@command.command()
@click.argument("path", default=".")
@click.option(
    "--owner",
    metavar="WHO",
    help="Who owes it: an address or role. Default: the CODEOWNERS entry of compliance/.",
)
@click.option("--due", metavar="DATE", help="Until when. Default: the day before Articles 9-15 bind.")
@click.option("--as-of", metavar="DATE", help="Judge as on this day; default: today, UTC.")
@_as_check
def create(
    path: str,
    owner: str | None,
    due: str | None,
    as_of: str | None,
    packs: tuple[str, ...],
    repository: str | None,
    topics: tuple[str, ...],
) -> None:
    """Write compliance/baseline.yaml with every missing or stale finding of today. Contradictions are never taken in.

    Example: aiact-gate baseline create --owner head-of-model-risk@example.org
    """
    from aiact_gate.run.baseline import create_baseline

    until = _day(due) if due is not None else None
    options = _options(as_of, packs, repository, topics)
    _run(lambda: create_baseline(path, options, owner, until))


@command.command()
@click.argument("path", default=".")
@click.option("--as-of", metavar="DATE", help="Judge as on this day; default: today, UTC.")
@_as_check
def update(
    path: str,
    as_of: str | None,
    packs: tuple[str, ...],
    repository: str | None,
    topics: tuple[str, ...],
) -> None:
    """Take out the debts that are paid. Nothing is ever added.

    Example: aiact-gate baseline update
    """
    from aiact_gate.run.baseline import update_baseline

    options = _options(as_of, packs, repository, topics)
    _run(lambda: update_baseline(path, options))


def _options(
    as_of: str | None, packs: tuple[str, ...], repository: str | None, topics: tuple[str, ...]
) -> Options:
    from aiact_gate.cli.check import repository_name
    from aiact_gate.run.options import Options

    return Options(_day(as_of), packs=packs, repository=repository_name(repository), topics=topics)


def _day(text: str | None) -> str:
    from aiact_gate.cli.check import judged_day

    return judged_day(text)


def _run(work: Callable[[], Written]) -> None:
    from aiact_gate.documents.write import write_inside
    from aiact_gate.formats.escape import log_line

    result = work()
    write_inside(result.root, result.path, result.text.encode("utf-8"))
    for line in result.lines:
        click.echo(log_line(line))
    sys.exit(0)
