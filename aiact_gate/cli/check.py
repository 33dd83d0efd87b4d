"""`aiact-gate check`."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence

import click

from aiact_gate.formats import FORMATS
from aiact_gate.model.errors import AiactError, UsageError
from aiact_gate.model.report import Report


@click.command(name="check")
@click.argument("path", default=".")
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME[=FILE]",
    help=f"How to show it ({', '.join(FORMATS)}); repeatable; without FILE to the terminal.",
)
@click.option(
    "--staged",
    is_flag=True,
    help="Judge what is staged (in a hook: what it is asked about): only what this adds or worsens fails.",
)
@click.option(
    "--base", metavar="REV", help="Judge the change since REV: only what it adds, worsens or loosens fails."
)
@click.option("--ref", metavar="REV", help="Judge a commit, branch or tag instead of the work tree.")
@click.option("--release", is_flag=True, help="Judge a release: changes since the run fail.")
@click.option("--live", is_flag=True, help="Ask the registry again: each difference from the lock fails.")
@click.option(
    "--recount", is_flag=True, help="Count all data again, however much it is; --release does, too."
)
@click.option(
    "--requirement", "requirements", multiple=True, metavar="ID", help="Judge only this point; repeatable."
)
@click.option("--as-of", metavar="DATE", help="Judge as on this day (2026-11-25); default: today, UTC.")
@click.option(
    "--enforce",
    type=click.Choice(["now", "law"]),
    default="now",
    help="now: what is missing fails today. law: only from the date that binds.",
)
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="DIR",
    help="An additional pack folder, given by the workflow; repeatable.",
)
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    help="Which repository this is: what the rings of a roll-out go by.",
)
@click.option(
    "--topic", "topics", multiple=True, metavar="TOPIC", help="A topic of the repository; repeatable."
)
@click.option("--recursive", is_flag=True, help="Judge every tracked aiact.yaml below PATH.")
@click.option("-v", "--verbose", is_flag=True, help="The whole checklist, and nothing cut.")
def command(
    path: str,
    formats: tuple[str, ...],
    staged: bool,
    base: str | None,
    ref: str | None,
    release: bool,
    recount: bool,
    live: bool,
    requirements: tuple[str, ...],
    as_of: str | None,
    enforce: str,
    packs: tuple[str, ...],
    repository: str | None,
    topics: tuple[str, ...],
    recursive: bool,
    verbose: bool,
) -> None:
    """Judge every system that PATH (a folder or an aiact.yaml) declares.

    Exit codes: 0 nothing failed, 1 a point failed or is unknown, 2 usage, 3 manifest, lock, waivers or pack can't be read,
    4 nothing could be judged, 5 our own fault; the first that applies of 5, 3, 2, 1, 4.

    Example: aiact-gate check examples/credit-scoring --format json=report.json
    """
    # Built once, judged and thrown away: looking for cycles in it costs a twelfth of a cold run and finds none.
    gc.disable()
    from aiact_gate.run.manifests import checked, unable
    from aiact_gate.run.options import Options

    options = Options(as_of="", enforce=enforce, release=release, recount=recount, bypass=bypass(os.environ))
    try:
        wanted = _wanted(formats)
        if staged and ref:
            raise UsageError("--staged and --ref exclude each other", "Give one of them.")
        options = options._replace(
            as_of=judged_day(as_of),
            requirements=frozenset(requirements),
            packs=packs,
            repository=repository_name(repository),
            topics=topics,
            live=_live() if live else None,
        )
        reports = checked(
            path, options, staged=staged, ref=ref, base=base, recursive=recursive, environment=os.environ
        )
    except AiactError as error:
        _show_in_files([unable(error, options)], formats)
        raise
    for name, file in wanted:
        show(reports, name, file, verbose)
    sys.exit(exit_code([report.exit_code for report in reports]))


def _live() -> Callable[..., None]:
    """What asks the registry; by name, since whoever judges the lock alone can't come to it."""
    import importlib

    confirm: Callable[..., None] = importlib.import_module("aiact_gate.run.live").confirm
    return confirm


def _show_in_files(reports: list[Report], formats: Sequence[str]) -> None:
    """Write *reports* to each file that *formats* names, where that can be done: what ended the run is told all the same."""
    for text in formats:
        with contextlib.suppress(UsageError):
            name, file = _format(text)
            if file:
                show(reports, name, file, verbose=False)


def exit_code(codes: list[int]) -> int:
    """The code of several runs: 5 > 3 > 2 > 1 > 4 > 0."""
    from aiact_gate.judge.verdict import first_code

    return first_code(codes)


def show(reports: list[Report], name: str, file: str, verbose: bool) -> None:
    """Print *reports* in the format *name*, or write them to *file*."""
    text = _rendered(reports, name, bool(file), verbose)
    if not file:
        click.echo(text, nl=False, color=True)
        return
    write(file, text)


def write(file: str, text: str) -> None:
    """Write *text* to *file*, whole or not at all; through it, if it is a pipe or a device. Raises as `write_named`."""
    from aiact_gate.documents.output import write_named

    # A name that isn't UTF-8 comes out as \udc.., which is JSON.
    write_named(file, text.encode("utf-8", "backslashreplace"))


def _rendered(reports: list[Report], name: str, to_file: bool, verbose: bool) -> str:
    if name == "text":
        from aiact_gate.formats import text
        from aiact_gate.formats.style import Style

        terminal = sys.stdout.isatty() and not to_file
        colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        width = 80
        if terminal:
            import shutil

            width = min(160, shutil.get_terminal_size((80, 24)).columns)
        return "".join(text.render(report, Style(colour), width, verbose) for report in reports)
    import importlib

    # Several reports are one document: one JSON text, one budget of annotations.
    whole: str = importlib.import_module(f"aiact_gate.formats.{name}").render_all(reports)
    return whole


def _wanted(formats: Sequence[str]) -> list[tuple[str, str]]:
    """(name, file) of each of *formats*; text on the terminal where there is none. Raises UsageError."""
    found = [_format(text) for text in formats] or [("text", "")]
    files = [file for _, file in found if file]
    for file in files:
        if files.count(file) > 1:
            raise UsageError(f"two formats name the file {file}", "Give each its own.")
    return found


def _format(text: str) -> tuple[str, str]:
    name, _, file = text.partition("=")
    if name not in FORMATS:
        from aiact_gate.sources.shapes import nearest

        near = nearest(name, FORMATS)
        what = f"there is no format '{name[:60]}'"
        raise UsageError(what, f"Did you mean {near}?" if near else f"Formats: {', '.join(FORMATS)}.")
    return name, file


def repository_name(text: str | None) -> str:
    """*text* if it names a repository as OWNER/NAME (groups may stand between), empty if there is none.

    Raises:
        UsageError: it is no such name.
    """
    if text is None:
        return ""
    parts = text.split("/")
    if len(parts) < 2 or not all(parts) or any(c.isspace() or not c.isprintable() for c in text):
        from aiact_gate.sources.shapes import quoted

        raise UsageError(f"{quoted(text)} names no repository", "Write it as OWNER/NAME.")
    return text


def bypass(environment: Mapping[str, str]) -> str:
    """What the environment says of a bypass (AIACT_GATE_BYPASS), made harmless and cut; empty if nothing."""
    said = environment.get("AIACT_GATE_BYPASS") or ""
    if not said.strip():
        return ""
    from aiact_gate.sources.shapes import quoted

    return quoted(said.strip())[1:-1]


def judged_day(text: str | None) -> str:
    import datetime

    if text is None:
        return datetime.datetime.now(datetime.UTC).date().isoformat()
    from aiact_gate.sources.shapes import is_date

    if not is_date(text):
        raise UsageError(f"'{text[:60]}' is no date", "Write it as 2026-11-25.")
    return text
