"""`aiact-gate init`."""

from __future__ import annotations

import difflib
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from aiact_gate.propose.init import Answers, Plan, Survey

WIDTH = 80


@click.command(name="init")
@click.argument("path", default=".")
@click.option("--yes", is_flag=True, help="Ask nothing; every question stays open.")
@click.option("--diff", "only_diff", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--system", metavar="ID", help="The system to add to, where the manifest declares several.")
def command(path: str, yes: bool, only_diff: bool, system: str | None) -> None:
    """Propose a manifest and the records that the profile `start` needs, from what PATH (a folder) holds.

    At most three questions, at most seven files; nothing that exists is changed, and nothing is sent anywhere. What it
    proposes starts with ?? and counts as empty until someone deletes the ??.

    Example: aiact-gate init --diff
    """
    from aiact_gate.propose.init import Answers, look, plan, write
    from aiact_gate.sources.snapshot import open_snapshot

    snapshot, relative = open_snapshot(path)
    survey = look(snapshot, relative, system)
    _show_found(survey)
    asks = not yes and not only_diff and sys.stdin.isatty() and sys.stdout.isatty()
    answers = _answers(survey) if asks and survey.manifest is None else Answers()
    made = plan(survey, answers)
    _show_likeness(survey, made)
    if only_diff:
        _show_new(made)
        _show_changes(survey, made)
        click.echo(
            f"\nWrote nothing: {_files(len(made.new))} would be new, {_files(len(made.changes))} would change."
        )
        return
    ignored = write(survey, made)
    _show_changes(survey, made)
    _show_written(survey, made, ignored)
    click.echo(f"\nNext:  aiact-gate check{'' if path == '.' else ' ' + path}")


# ---------------------------------------------------------------- what was found


def _show_found(survey: Survey) -> None:
    found = survey.found
    stores = f", {_number(len(survey.stores), 'MLflow store')}" if survey.stores else ""
    history = " and the git history" if survey.snapshot.subject.kind != "folder without git" else ""
    click.echo(f"\nLooked at {_number(found.files, 'file')}{stores}{history}. Sent nothing.\n")
    rows = _rows(survey)
    if rows:
        click.echo(_row("Found", "", "Used for"))
        for row in rows:
            click.echo(_row(*row))
    absent = _absent(survey)
    if absent:
        _say("Not found: " + ", ".join(absent), "  ", "    ")
    for what, fix in survey.store_problems:
        _say(f"{what}. {fix}", "  ", "    ")
    if found.unread:
        _say(
            f"{_number(found.unread, 'text')} not looked at: too many, too large or not readable.",
            "  ",
            "    ",
        )
    if found.unnamable:
        _say(
            f"{_number(found.unnamable, 'file name')} in no known encoding; nothing can point there.",
            "  ",
            "    ",
        )
    if not found.speaks_of_ai:
        _say(
            "Nothing here speaks of AI: no library, model, store or card outside tests and examples. If there is none, "
            "write `systems: []` and no_ai_system into aiact.yaml instead.",
            "  ",
            "    ",
        )


def _rows(survey: Survey) -> list[tuple[str, str, str]]:
    found = survey.found
    rows = []
    for card in found.cards[:3]:
        has = [word for word, part in (("purpose", card.purpose), ("limits", card.out_of_scope)) if part]
        has += [_number(card.figures, "figure")] if card.figures else []
        taken = "aiact.yaml" if card is survey.card else "several: name one"
        rows.append((card.path, ", ".join(has), taken))
    if len(found.cards) > 3:
        rows.append((f"{len(found.cards) - 3} more cards", "", "listed, none taken"))
    for store, name, versions, aliases in survey.models[:6]:
        shown = f"{name} v{versions[-1]}" if versions else name
        shown += f" ({', '.join(aliases[:2])})" if aliases else ""
        several = "several: name one"
        rows.append((store, shown, "aiact.yaml, aiact.lock" if len(survey.models) == 1 else several))
    if len(survey.models) > 6:
        rows.append(("", f"{len(survey.models) - 6} more models", "listed, none taken"))
    if found.data:
        names = ", ".join(item.id for item in found.data[:3]) + (", …" if len(found.data) > 3 else "")
        one = found.data[0].path if len(found.data) == 1 else _number(len(found.data), "data file")
        rows.append((one, names, "data record"))
    rows += [(path, "stages", "listed, not run") for path in found.pipelines[:1]]
    if found.tests:
        folder = found.tests[0].path.partition("/")[0]
        rows.append(
            (
                folder + ("/" if "/" in found.tests[0].path else ""),
                _number(len(found.tests), "test"),
                "listed, not run",
            )
        )
    if found.serving:
        first = found.serving[0]
        rows.append((f"{first.path}:{first.line}", "starts a service", "a note in the records"))
    names_ = list(dict.fromkeys(one.what for one in found.frameworks))
    if names_:
        first = found.frameworks[0]
        listed = ", ".join(names_[:2]) + (f" and {len(names_) - 2} more" if len(names_) > 2 else "")
        rows.append((f"{first.path}:{first.line}", listed, "says that there is AI"))
    if found.model_files:
        rows.append(
            (found.model_files[0], _number(len(found.model_files), "model file"), "says that there is AI")
        )
    for name, paths in (
        ("event log", found.event_logs),
        ("stop procedure", found.stop_procedures),
        ("risk register", found.risk_registers),
    ):
        rows += [(path, f"{name}, by its name", "named in no record yet") for path in paths[:1]]
    rows += [(path, "instructions, by its name", "aiact.yaml") for path in found.instructions[:1]]
    if found.owners:
        rows.append(
            (found.owners[0].path, ", ".join(one.what for one in found.owners[:2]), "owner of the new files")
        )
    return rows


def _absent(survey: Survey) -> list[str]:
    found = survey.found
    things = (
        ("model card", found.cards),
        ("model registry", survey.stores or found.file_stores),
        ("data files", found.data),
        ("instructions for use", found.instructions or "instructions_for_use" in survey.present),
        ("risk register", found.risk_registers or "risk_management" in survey.present),
        ("event log", found.event_logs),
        ("stop procedure", found.stop_procedures),
    )
    return [name for name, there in things if not there]


# ---------------------------------------------------------------- questions


def _answers(survey: Survey) -> Answers:
    from aiact_gate.propose.init import Answers

    click.echo("\nThree questions that no file answers (Enter leaves one open)\n")
    click.echo("  1/3  Who decides with the output, and about whom?")
    purpose = survey.card.purpose if survey.card is not None else None
    if purpose is not None:
        _say(
            f'The card says (line {purpose.line}): "{textwrap.shorten(purpose.text, 120, placeholder=" …")}"',
            "       ",
        )
    decides = _said()
    click.echo("\n  2/3  Your organisation: [1] made it, under its own name  [2] uses it  [3] both")
    roles: tuple[str, ...] | None = None
    while roles is None:
        roles = {
            "": (),
            "1": ("provider",),
            "2": ("deployer",),
            "3": ("provider", "deployer"),
        }.get(_asked())
        if roles is None:
            click.echo("       1, 2, 3, or Enter.")
    click.echo("\n  3/3  Who besides you may accept a remaining risk? (role or address)")
    return Answers(decides, roles, _said())


def _said() -> str:
    """What was typed, if it says anything: "n/a" leaves the question open as Enter does."""
    from aiact_gate.sources.filled import emptiness

    text = _asked()
    return text if emptiness(text, "person") is None else ""


def _asked() -> str:
    answer = click.prompt("       >", prompt_suffix=" ", default="", show_default=False)
    return " ".join("".join(c if c.isprintable() else " " for c in str(answer)).split())


# ---------------------------------------------------------------- what was written


def _show_likeness(survey: Survey, made: Plan) -> None:
    like = survey.likeness
    if like is None or "aiact.yaml" not in made.new:
        return
    lines = made.new["aiact.yaml"].splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.lstrip().startswith("tier:"))
    click.echo()
    _say(
        f"It looks like {like.looks_like}: {like.tier}, {like.cite}. That is a legal claim. It stands as a comment at "
        f"aiact.yaml:{line} and nobody has made it yet; compliance/classification.yaml has the questions behind it."
    )


def _show_new(made: Plan) -> None:
    for path, text in made.new.items():
        click.echo()
        _show_diff("/dev/null", path, "", text)


def _show_changes(survey: Survey, made: Plan) -> None:
    if not made.changes:
        return
    click.echo("\nWhat existing files lack (not written; mend what is wrong, then apply it)")
    for path, (old, new) in made.changes.items():
        click.echo()
        _show_diff(f"a/{path}", path, old, new)


def _show_diff(before: str, path: str, old: str, new: str) -> None:
    from aiact_gate.propose.writing import place

    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), place(before), place(f"b/{path}"), lineterm=""
    )
    for line in lines:
        click.echo("".join(c if c.isprintable() or c == "\t" else f"\\x{ord(c):02x}" for c in line))


def _show_written(survey: Survey, made: Plan, ignored: list[str]) -> None:
    click.echo()
    changed = f"changed none{f', {_files(len(made.changes))} could take more: above' if made.changes else ''}"
    if not made.new:
        _say(f"Wrote nothing, {changed}: what can be proposed is there.")
    else:
        one = made.proposals == 1
        marked = (
            f" {_number(made.proposals, 'value')} {'starts' if one else 'start'} with ?? and "
            f"{'counts' if one else 'count'} as empty until someone deletes the ??."
        )
        left = f" {_number(made.empty, 'value')} {'is' if made.empty == 1 else 'are'} empty and left to you."
        _say(
            f"Wrote {_files(len(made.new))}, {changed}."
            + (marked if made.proposals else "")
            + (left if made.empty else "")
        )
        for path in made.new:
            click.echo(f"  {path}")
    if made.later:
        one = len(made.later) == 1
        _say(
            f"Not yet: {' and '.join(made.later)}. {'It is' if one else 'They are'} about a drill of the running "
            f"system; the next init writes {'it' if one else 'them'}."
        )
    if ignored:
        _say(
            f"git ignores {', '.join(ignored)}: take {'it' if len(ignored) == 1 else 'them'} out of .gitignore."
        )


def _row(name: str, what: str, use: str) -> str:
    return f"  {_cell(name, 24)} {_cell(what, 28)} {_cell(use, 22)}".rstrip()


def _cell(text: str, width: int) -> str:
    """*text* in *width* columns: control characters shown, a long path cut at its front."""
    from aiact_gate.sources.shapes import quoted

    shown = text if text.isprintable() else quoted(text, 400)
    if len(shown) > width:
        shown = f"…{shown[-width + 1 :]}" if "/" in shown and " " not in shown else f"{shown[: width - 1]}…"
    return shown.ljust(width)


def _say(text: str, indent: str = "", hanging: str | None = None) -> None:
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    after = indent if hanging is None else hanging
    for line in textwrap.wrap(
        shown,
        WIDTH - 1,
        initial_indent=indent,
        subsequent_indent=after,
        break_on_hyphens=False,
        break_long_words=False,
    ):
        click.echo(line)


def _number(count: int, singular: str) -> str:
    return f"{count:,} {singular}{'' if count == 1 else 's'}"


def _files(count: int) -> str:
    return _number(count, "file")
