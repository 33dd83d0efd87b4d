"""`aiact-gate policy list|lint|test`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from aiact_gate.packs.load import BUILTIN, builtin_folder


@click.group(name="policy")
def command() -> None:
    """List, lint and test policies.

    Example: aiact-gate policy test
    """


def _folders(packs: tuple[str, ...]) -> list[Path]:
    return [Path(pack) for pack in packs] or [builtin_folder(name) for name in BUILTIN]


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
    from aiact_gate.judge.rows import selected
    from aiact_gate.packs.load import load_folder

    judged = total = 0
    for folder in _folders(packs):
        pack, _ = load_folder(folder)
        for requirement in pack.requirements:
            if not requirement.is_point or not selected(requirement, profile):
                continue
            total += 1
            judged += bool(requirement.checks)
            state = f"{len(requirement.checks)} checks" if requirement.checks else "not checked"
            click.echo(
                f"{requirement.id:<28} {requirement.profile:<6} {state:<12} {requirement.calls_for:<11} {requirement.title}"
            )
    click.echo(f"{judged} of {total} points are judged in this version.")


@command.command()
@click.argument("packs", nargs=-1)
def lint(packs: tuple[str, ...]) -> None:
    """Everything that is wrong with policies, each at its place; exit 3 if anything is.

    Example: aiact-gate policy lint policies/my-pack
    """
    from aiact_gate.packs.lint import lint_folder

    found = 0
    for folder in _folders(packs):
        faults = lint_folder(folder, [Path(pack) for pack in packs])
        found += len(faults)
        for fault in faults:
            click.echo(f"{fault.location}: {fault.message} [{fault.rule}]")
            if fault.condition and fault.caret >= 0:
                line = fault.condition.replace("\n", " ")
                click.echo(f"    {line}")
                click.echo(f"    {' ' * fault.caret}^")
            click.echo(f"    Fix: {fault.fix}")
    click.echo(f"{found} faults." if found else "No faults.")
    sys.exit(3 if found else 0)


@command.command()
@click.argument("packs", nargs=-1)
@click.option(
    "--requirement", "only", multiple=True, metavar="ID", help="Only this requirement's examples; repeatable."
)
def test(packs: tuple[str, ...], only: tuple[str, ...]) -> None:
    """Run each policy's examples: a passing set of evidence, and one edit a case.

    Example: aiact-gate policy test --requirement art9.5
    """
    from aiact_gate.packs.compile import compile_folder
    from aiact_gate.packs.load import pack_from
    from aiact_gate.pipelines.policy_test import run_tests

    bad = ran = 0
    for folder in _folders(packs):
        compiled = compile_folder(folder)
        pack = pack_from(compiled.data)
        for fault in compiled.faults:
            if only and fault.requirement not in only:
                continue
            bad += 1
            click.echo(f"INVALID {fault.location}: {fault.message}\n    Fix: {fault.fix}")
        if not any(check.clauses for requirement in pack.requirements for check in requirement.checks):
            click.echo(f"{pack.name}: its checks report faults that sources find; tests/ has their examples.")
            continue
        run = run_tests(pack, folder, frozenset(only))
        ran += len(run.cases)
        for case in run.failed:
            bad += 1
            click.echo(f"FAILED  {case.place}: {case.requirement}, {case.name}: {case.wrong}")
        click.echo(
            f"{pack.name}: {run.requirements} requirements, {run.checks} checks, {len(run.cases) - len(run.failed)} of {len(run.cases)} cases as expected."
        )
    if not ran:
        click.echo("No example was run.")
    sys.exit(1 if bad or not ran else 0)
