"""`aiact-gate ci github`: a step of GitHub Actions, as action.yml runs it.

Inputs come from AIACT_* variables and never from arguments, so that no value of them is an option. What goes out: the report
in the log, annotations, the step summary, the step's outputs, a JSON file where asked for, and the exit code of `check`.
Without the runner's variables (a plain terminal) only the report is printed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from aiact_gate.cli.check import bypass, exit_code, judged_day, repository_name, write
from aiact_gate.cli.ci_event import base_of
from aiact_gate.formats import action, github, json, markdown, text
from aiact_gate.formats.escape import log_line, visible
from aiact_gate.model.errors import AiactError, UsageError
from aiact_gate.model.report import Report
from aiact_gate.run.manifests import unable
from aiact_gate.run.options import Options
from aiact_gate.run.rules_of_base import checked_by_rules_of
from aiact_gate.sources.git import find_repository

SUMMARY_LIMIT = 1_000_000
"""Bytes of a step's summary; the runner drops one over 1 MiB whole."""


@dataclass(frozen=True)
class Inputs:
    """What action.yml hands over, read and checked."""

    path: str
    options: Options
    annotations: bool
    report: str
    """File for the JSON report, or empty."""


@click.group(name="ci")
def command() -> None:
    """Run as a step of a CI service.

    Example: AIACT_PATH=. aiact-gate ci github
    """


@command.command(name="github")
def github_command() -> None:
    """A step of GitHub Actions: inputs from AIACT_* variables, exit codes as of `check`.

    Example: AIACT_PATH=services/scoring aiact-gate ci github
    """
    environment = os.environ
    # A sentence of ours is never a reason for a traceback, whatever the encoding of this log.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        inputs = read_inputs(environment)
        found = checked_by_rules_of(base_of(environment), inputs.path, inputs.options)
        reports = [_with_places(found, inputs.path)]
        if inputs.report:
            _write_report(inputs.report, reports)
    except AiactError as error:
        told = _unable(error, environment)
        [problem] = told.problems
        click.echo(log_line(f"aiact-gate: {problem.message}"))
        if problem.fix:
            click.echo(log_line(f"    Fix: {problem.fix}"))
        _hand_over([told], told.exit_code, environment)
        if environment.get("AIACT_REPORT"):
            with contextlib.suppress(UsageError):
                _write_report(environment["AIACT_REPORT"], [told])
        sys.exit(told.exit_code)
    except Exception:
        fault = AiactError("internal error; please report it")
        _hand_over([_unable(fault, environment, 5)], 5, environment)
        raise  # the program's own door names it and exits with 5
    code = exit_code([report.exit_code for report in reports])
    for report in reports:
        for line in text.render(report, width=100).rstrip("\n").split("\n"):
            click.echo(log_line(line))
    _hand_over(reports, code, environment, inputs)
    sys.exit(code)


# ---------------------------------------------------------------- what comes in


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """The inputs of action.yml. An empty one is its default, as the runner hands over what wasn't given.

    Raises:
        UsageError: a value that isn't one of those the input takes.
    """
    path = environment.get("AIACT_PATH") or "."
    if "\0" in path or "\n" in path:
        raise UsageError("the input path has several lines", "Give one folder or one aiact.yaml.")
    if not _stays_inside(path):
        raise UsageError(
            f"the input path, {visible(path[:60])}, leads out of the workspace",
            "Name a folder inside it, or give an absolute path.",
        )
    release = _word(environment, "AIACT_RELEASE", ("false", "true"))
    annotations = _word(environment, "AIACT_ANNOTATIONS", ("on", "off"))
    enforce = _word(environment, "AIACT_ENFORCE", ("now", "law"))
    options = Options(
        as_of=judged_day(environment.get("AIACT_AS_OF") or None),
        enforce=enforce,
        release=release == "true",
        recount=True,
        requirements=frozenset(_lines(environment, "AIACT_REQUIREMENT")),
        packs=tuple(_lines(environment, "AIACT_PACKS")),
        repository=repository_name(
            environment.get("AIACT_REPOSITORY") or environment.get("GITHUB_REPOSITORY") or None
        ),
        topics=tuple(_lines(environment, "AIACT_TOPICS")),
        bypass=bypass(environment),
    )
    report = environment.get("AIACT_REPORT") or ""
    return Inputs(path=path, options=options, annotations=annotations == "on", report=report)


def _word(environment: Mapping[str, str], name: str, words: Sequence[str]) -> str:
    value = environment.get(name) or words[0]
    if value not in words:
        shown = name.removeprefix("AIACT_").lower().replace("_", "-")
        raise UsageError(
            f"the input {shown} is '{visible(value[:60])}'", f"Write one of: {', '.join(sorted(words))}."
        )
    return value


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in (environment.get(name) or "").splitlines() if line.strip()]


def _stays_inside(path: str) -> bool:
    """Whether *path*, links followed, is below the present folder. An absolute one is the workflow's own word."""
    here = os.path.realpath(os.getcwd())
    return os.path.isabs(path) or os.path.commonpath([os.path.realpath(path), here]) == here


def _root(path: str) -> tuple[str, bool]:
    """(the folder that the report's paths start from, whether it is a git repository)."""
    full = os.path.realpath(path) if os.path.isdir(path) else os.path.abspath(path)
    start = full if os.path.isdir(full) else os.path.dirname(full)
    root = find_repository(start)
    return (start, False) if root is None else (root, True)


def _with_places(report: Report, path: str) -> Report:
    """*report* with only such places of problems as are files of the repository: a manifest that isn't there is none."""
    root, _ = _root(path)
    problems = []
    for problem in report.problems:
        place = problem.location
        if place is not None and not _is_file(root, place.path):
            # A pack that the workflow gives lies elsewhere: its place is said, and nothing is marked.
            message = f"{place}: {problem.message}" if problem.code == 3 else problem.message
            problem = problem._replace(location=None, message=message)
        problems.append(problem)
    return report._replace(problems=tuple(problems))


def _is_file(root: str, path: str) -> bool:
    return (
        not os.path.isabs(path) and ".." not in path.split("/") and os.path.lexists(os.path.join(root, path))
    )


def _unable(error: AiactError, environment: Mapping[str, str], code: int = 0) -> Report:
    """The report of a run that couldn't start; its place, which may be no file of the repository, is only said."""
    report = unable(error, Options(as_of="", bypass=bypass(environment)), code)
    place = f"{error.location}: " if error.location else ""
    [problem] = report.problems
    return report._replace(problems=(problem._replace(location=None, message=f"{place}{error.what}"),))


# ---------------------------------------------------------------- what goes out


def _hand_over(
    reports: Sequence[Report], code: int, environment: Mapping[str, str], inputs: Inputs | None = None
) -> None:
    """Annotations, summary and outputs, each where the runner asks for it; before any exit, so that outputs stand."""
    if environment.get("GITHUB_ACTIONS") == "true" and (inputs is None or inputs.annotations):
        prefix = _prefix(inputs.path, environment) if inputs else ""
        click.echo(github.render_all(reports, prefix), nl=False)
    if environment.get("GITHUB_STEP_SUMMARY"):
        _append_summary(Path(environment["GITHUB_STEP_SUMMARY"]), reports)
    if environment.get("GITHUB_OUTPUT"):
        values = action.outputs(reports, code)
        _append(Path(environment["GITHUB_OUTPUT"]), action.render_outputs(values, secrets.token_hex(16)))


def _prefix(path: str, environment: Mapping[str, str]) -> str:
    """What leads from the workspace to the report's paths: nothing in a repository, whose root GitHub counts from."""
    root, is_repository = _root(path)
    workspace = environment.get("GITHUB_WORKSPACE") or ""
    if is_repository or not workspace:
        return ""
    relative = os.path.relpath(root, os.path.realpath(workspace)).replace(os.sep, "/")
    return "" if relative == "." or relative.split("/")[0] == ".." else f"{relative}/"


def _append_summary(file: Path, reports: Sequence[Report]) -> None:
    written = file.stat().st_size if file.exists() else 0
    if written < SUMMARY_LIMIT:
        _append(file, markdown.render_all(reports, SUMMARY_LIMIT - written))


def _append(file: Path, text_: str) -> None:
    with file.open("ab") as out:
        out.write(text_.encode("utf-8", "replace"))


def _write_report(name: str, reports: Sequence[Report]) -> None:
    """The JSON report in the file *name*; a link of the checked repository doesn't lead it elsewhere.

    Raises:
        UsageError: it can't be written there.
    """
    if not _stays_inside(name):
        raise UsageError(
            f"the report {visible(name[:60])} would lie outside the workspace",
            "Name a file inside it, or give an absolute path.",
        )
    write(name, json.render_all(reports))
