"""`aiact-gate policy new|add|diff`: packs made, taken into a repository, and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiact_gate.formats.escape import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiact_gate.change.versions import Comparison
    from aiact_gate.lint.faults import PolicyFault
    from aiact_gate.run.policy_diff import Turned


@click.command()
@click.argument("folder")
@click.option(
    "--requirement", default="", metavar="ID", help="The id of its first requirement: house.attacks"
)
@click.option("--title", default="", metavar="TEXT", help="What a pass of that requirement means.")
def new(folder: str, requirement: str, title: str) -> None:
    """Write a pack of your own to FOLDER: one requirement, its check, its examples. Nothing is overwritten.

    Example: aiact-gate policy new policies/house --requirement house.attacks
    """
    import datetime

    from aiact_gate.run.new_pack import create_pack

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    for path in create_pack(Path(folder), requirement, title, today):
        click.echo(f"Wrote {Path(folder, path).as_posix()}")
    click.echo(f"\nNext:  aiact-gate policy lint {folder}\n       aiact-gate policy test {folder}")


@click.command()
@click.argument("source")
@click.option(
    "--to", default="", metavar="FOLDER", help="Where it goes. Default: policies/NAME beside the manifest."
)
@click.option("--manifest", default="aiact.yaml", metavar="FILE", help="The manifest that pins it.")
@click.option("--update", is_flag=True, help="Replace the pack that is there, whole.")
def add(source: str, to: str, manifest: str, update: bool) -> None:
    """Copy the pack at SOURCE into this repository and pin its digest in the manifest.

    SOURCE is a folder, or a git address with a tag, branch or commit: URL@REV, URL@REV#FOLDER. Nothing of it is run; a pack
    that has faults isn't taken.

    Example: aiact-gate policy add https://git.example.org/risk/packs.git@v1.2.0#house
    """
    from aiact_gate.run.vendor import FaultyPack, add_pack

    try:
        added = add_pack(source, to, manifest, update)
    except FaultyPack as error:
        print_faults(error.faults)
        raise
    pack, taken, old = added.pack, added.taken, added.before
    known = {item.id: item for item in old.requirements} if old is not None else {}
    was = f" (was {old.version})" if old is not None else ""
    at = f", commit {taken.commit[:7]}" if taken.commit else ""
    click.echo(visible(f"Added {pack.name} {pack.version}{was} to {added.folder}, from {taken.source}{at}."))
    left = f"; {taken.left_out} beside them are no part of a pack" if taken.left_out else ""
    click.echo(
        f"{len(taken.files)} files{left}. Pinned in {added.manifest}:{added.line} as {added.digest[:14]}.\n"
    )
    wide = max((len(name) for name in (*known, *(item.id for item in pack.requirements))), default=0)
    for item in pack.requirements:
        before = known.pop(item.id, None)
        state = "new" if old is not None and before is None else ""
        if before is not None and before.version != item.version:
            state = f"was {before.version}"
        line = f"  {item.id:<{wide}}  {item.version:<7} {_checks(len(item.checks)):<11} {item.title}"
        click.echo(visible(f"{line}{f'  ({state})' if state else ''}"))
    for name, gone in known.items():
        click.echo(visible(f"  {name:<{wide}}  {gone.version:<7} removed     {gone.title}"))
    click.echo("\nNext:  aiact-gate check")


def _checks(number: int) -> str:
    if not number:
        return "not checked"
    return f"{number} check{'' if number == 1 else 's'}"


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--on", default="", metavar="PATH", help="Also judge PATH with both, and list which checks turn."
)
@click.option("--as-of", metavar="DATE", help="With --on: judge as on this day; default: today, UTC.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How it is printed."
)
def diff(old: str, new: str, on: str, as_of: str | None, form: str) -> None:
    """For each requirement and check: is NEW tighter, equal or looser than OLD, and why. Both are folders, or built-in packs.

    Exit codes: 0 nothing is looser or undecidable, 1 something is, 2 usage, 3 a pack is at fault, 4 nothing at PATH to judge.

    Example: aiact-gate policy diff policies/house ../packs/house --on .
    """
    from aiact_gate.cli.check import exit_code, judged_day
    from aiact_gate.run.policy_diff import compare, side, turned_on

    sides = side(old), side(new)
    faults = [fault for one in sides for fault in one.faults]
    if faults:
        print_faults(faults)
        sys.exit(3)
    comparison = compare(*sides)
    turned, problems = turned_on(on, *sides, judged_day(as_of)) if on else ([], [])
    shown = (
        _json(comparison, turned) if form == "json" else _table(comparison, turned, bool(on), not problems)
    )
    click.echo(shown)
    for problem in dict.fromkeys(problems):
        click.echo(f"aiact-gate: {problem.message}\n    Fix: {problem.fix}", err=True)
    if problems:
        sys.exit(exit_code([problem.code for problem in problems]))
    sys.exit(1 if comparison.count("looser") or comparison.count("undecidable") else 0)


def _table(comparison: Comparison, turned: Sequence[Turned], on: bool, judged: bool) -> str:
    changed = [one for one in comparison.differences if one.relation != "equal" or one.reasons]
    wide = max((len(one.id) for one in changed), default=0)
    lines = [f"{one.relation:<11}  {one.id:<{wide}}  {visible('; '.join(one.reasons))}" for one in changed]
    lines += [f"version      {visible(line)}" for line in comparison.versions]
    same = len(comparison.differences) - len(changed)
    counts = ", ".join(
        f"{comparison.count(relation)} {relation}"
        for relation in ("tighter", "looser", "undecidable", "equal")
    )
    lines += ["" if lines else "Nothing differs.", f"{counts} ({same} of them unchanged)."]
    if on and judged:
        lines += ["", *_turned(turned)]
    return "\n".join(lines)


def _turned(turned: Sequence[Turned]) -> list[str]:
    lines = []
    for one in turned:
        place = f"  {one.location}" if one.location is not None else ""
        state = "newly fails" if one.fails else "newly passes"
        lines += [f"{state:<12} {one.system}  {one.check}{place}", f"             {visible(one.message)}"]
    failing = sum(one.fails for one in turned)
    return [*lines, f"{failing} checks newly fail here, {len(turned) - failing} newly pass."]


def _json(comparison: Comparison, turned: Sequence[Turned]) -> str:
    import json

    data = {
        "differences": [
            {"id": one.id, "relation": one.relation, "reasons": list(one.reasons)}
            for one in comparison.differences
        ],
        "versions": list(comparison.versions),
        "turned": [
            {
                "system": one.system,
                "check": one.check,
                "newly": "fails" if one.fails else "passes",
                "outcome": one.outcome,
                "path": one.location.path if one.location is not None else "",
                "line": one.location.line if one.location is not None else 0,
                "message": one.message,
            }
            for one in turned
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=True)


def print_faults(faults: Sequence[PolicyFault]) -> None:
    """What is wrong with a pack, as `policy lint` shows it: a pack may come from anywhere."""
    from aiact_gate.formats.lint import render

    click.echo(render(faults), nl=False, err=True)


COMMANDS = (new, add, diff)
