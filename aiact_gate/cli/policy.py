"""`aiact-gate policy list|lint|test`; new, add and diff stand in `policy_packs`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from aiact_gate.cli.policy_packs import COMMANDS
from aiact_gate.sources.builtin import BUILTIN, builtin_folder


@click.group(name="policy")
def command() -> None:
    """List, lint, test, compare and add policies.

    Example: aiact-gate policy test
    """


def _named(pack: str) -> Path:
    """The folder *pack*, under a name of its own: `.` and `..` have none."""
    folder = Path(pack)
    return folder if folder.name not in ("", "..") else Path(os.path.abspath(pack))


def _folders(packs: tuple[str, ...]) -> list[Path]:
    return [_named(pack) for pack in packs] or [builtin_folder(name) for name in BUILTIN]


@command.command(name="list")
@click.argument("packs", nargs=-1)
@click.option(
    "--profile",
    type=click.Choice(["start", "core", "full"]),
    default="full",
    help="Only the points of this profile.",
)
def list_(packs: tuple[str, ...], profile: str) -> None:
    """Every point, whether it is judged, and what a pass is asked to be worth.

    Example: aiact-gate policy list --profile start
    """
    from aiact_gate.formats.escape import log_line
    from aiact_gate.judge.rows import selected
    from aiact_gate.policy.load import load_folder

    judged = total = 0
    for folder in _folders(packs):
        pack, _ = load_folder(folder)
        for requirement in pack.requirements:
            if not requirement.is_point or not selected(requirement, profile):
                continue
            total += 1
            judged += bool(requirement.checks)
            state = f"{len(requirement.checks)} checks" if requirement.checks else "not checked"
            line = f"{requirement.id:<28} {requirement.profile:<6} {state:<12} {requirement.calls_for:<11} {requirement.title}"
            click.echo(log_line(line))
    click.echo(f"{judged} of {total} points are judged in this version.")


@command.command()
@click.argument("packs", nargs=-1)
@click.option("--pairs", is_flag=True, help="Print which two places are held against each other, instead.")
def lint(packs: tuple[str, ...], pairs: bool) -> None:
    """Everything that is wrong with policies, each at its place; exit 3 if anything is.

    Example: aiact-gate policy lint policies/my-pack
    """
    if pairs:
        from aiact_gate.sources.told_twice import PAIRS

        for pair in PAIRS:
            click.echo(f"{pair.id}: {pair.one} | {pair.other}{' (asked)' if pair.asks else ''}")
        return
    from aiact_gate.formats.lint import render
    from aiact_gate.policy.linted import lint_folder

    named = [_named(pack) for pack in packs]
    faults = [fault for folder in _folders(packs) for fault in lint_folder(folder, named)]
    click.echo(render(faults, _width()), nl=False)
    sys.exit(3 if faults else 0)


def _width() -> int:
    """The terminal's width, 100 columns where there is none."""
    import shutil

    return max(shutil.get_terminal_size().columns, 80) if sys.stdout.isatty() else 100


@command.command()
@click.argument("packs", nargs=-1)
@click.option(
    "--requirement", "only", multiple=True, metavar="ID", help="Only this requirement's examples; repeatable."
)
@click.option(
    "--coverage",
    is_flag=True,
    help="Was each clause seen true and false, each list empty, with one and many?",
)
@click.option(
    "--mutate", is_flag=True, help="Is each weakened copy of a check noticed, and each blanked field?"
)
@click.option("--junit", metavar="FILE", help="Write the results as JUnit XML, too.")
@click.option("-v", "--verbose", is_flag=True, help="Print what survives for a reason, too.")
def test(
    packs: tuple[str, ...],
    only: tuple[str, ...],
    coverage: bool,
    mutate: bool,
    junit: str | None,
    verbose: bool,
) -> None:
    """Run each policy's examples: a passing set of evidence, and one edit a case.

    Exit 1 if a case comes out otherwise, a check has no failing case, a policy is invalid, or something that --coverage or
    --mutate found has no reason beside it.

    Example: aiact-gate policy test --requirement art9.5 --coverage --mutate
    """
    from aiact_gate.formats import policy_tests
    from aiact_gate.policytest.report import tested

    folders = _folders(packs)
    found = [tested(folder, frozenset(only), coverage, mutate, folders) for folder in folders]
    for one in found:
        click.echo(policy_tests.render(one, verbose), nl=False)
    if junit:
        from aiact_gate.cli.check import write
        from aiact_gate.formats import test_cases

        write(junit, test_cases.render(found))
    ran = any(one.cases for one in found)
    nothing = not ran and (bool(only) or not all(one.nothing == "untested" for one in found))
    if nothing:
        click.echo("No example was run.")
    sys.exit(1 if nothing or any(one.bad for one in found) else 0)


for _command in COMMANDS:
    command.add_command(_command)
