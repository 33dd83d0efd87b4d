"""The command line: one module a command; the only code that prints, reads flags, or exits."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from typing import Any

import click

from aiact_gate import __version__

COMMANDS = {
    "check": "Judge every declared system and say what is shown, how, and what isn't.",
    "explain": "What a point asks, what was looked at, and what is left to you.",
    "policy": "List, lint and test policies.",
    "schema": "Print the JSON Schema of the manifest or of a record kind.",
    "baseline": "Take today's missing points into a list of debts with owner and date.",
    "confirm": "Let an old record speak for a new release, after showing what changed.",
    "init": "Propose a manifest and the records that the profile `start` needs.",
    "collect": "Read the model registry and the data into aiact.lock.",
    "plan": "A row of the test plan as a pre-registered claim (PRML), and the other way round.",
    "promote": "Set an alias in the registry if the gate passes for that model version.",
    "ci": "Run as a step of a CI service: annotations, summary and outputs.",
}
"""Name -> first help line; each is `aiact_gate.cli.<name>.command`, imported when it is called."""


class OutputClosed(Exception):
    """What read the output closed it. (click takes the pipe's own error for a failure: exit 1.)"""


class _Lazy(click.Group):
    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise OutputClosed from error

    def list_commands(self, context: click.Context) -> list[str]:
        return [name for name in COMMANDS if importlib.util.find_spec(f"aiact_gate.cli.{name}")]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"aiact_gate.cli.{name}").command
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            context.fail(f"there is no command '{args[0][:60]}'.{hint}")
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in COMMANDS])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="aiact-gate")
def main() -> None:
    """A policy-as-code gate for the EU AI Act.

    It says what a repository shows for each article, how it was shown, and what was not.

    Example: aiact-gate check
    """


def _let_go(stream: Any) -> None:
    """Send what *stream* still holds nowhere: the interpreter would try once more at its end, and complain."""
    import os

    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def run(arguments: Sequence[str] | None = None) -> Any:
    """The program: exits with the documented code, never with a traceback of the user's mistake."""
    from aiact_gate.model.errors import AiactError, UsageError

    try:
        main.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="aiact-gate",
            standalone_mode=False,
        )
    except click.exceptions.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except AiactError as error:
        from aiact_gate.formats.escape import log_line

        for line in f"aiact-gate: {error}".split("\n"):
            click.echo(log_line(line), err=True)
        sys.exit(2 if isinstance(error, UsageError) else 3)
    except (OutputClosed, BrokenPipeError):
        _let_go(sys.stdout)
        sys.exit(141)
    except Exception as error:
        # Our fault: one line that can be reported, and the documented code.
        import traceback

        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"aiact-gate: internal error: {type(error).__name__} in {last.name} ({last.filename.rpartition('/')[2]}:{last.lineno}). Please report it."
        click.echo(what, err=True)
        sys.exit(5)
