"""What the gate writes for runners, read back with the runner's grammar: any text, many findings, several reports."""

from __future__ import annotations

import os
import string
from pathlib import Path

import pytest
from harness import annotation, read_command, read_command_file
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from repositories import MANIFEST, record_with, repository

from aiact_gate.cli.ci import SUMMARY_LIMIT
from aiact_gate.formats import github, markdown
from aiact_gate.formats.action import render_outputs
from aiact_gate.formats.escape import (
    command_message,
    command_property,
    log_line,
    markdown_code,
    markdown_text,
    visible,
)
from aiact_gate.model.outcome import KINDS
from aiact_gate.model.report import Report
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options

ODD = [
    "::error::x",
    "##[error]x",
    "%0A",
    "%25",
    "\n",
    "\r",
    "\u2028",
    "\x1b[31m",
    ",",
    ":",
    "|",
    "`",
    "``",
    "<b>",
]
ODD += [
    "[a](http://b)",
    "@c",
    "www.d.e",
    "\\",
    "&#124;",
    "~~f~~",
    "$g$",
    "\u202e",
    "EOF",
    "<<",
    "=",
    "  ",
    "![i](j)",
]
texts = st.lists(st.sampled_from(ODD) | st.text(max_size=8), max_size=8).map("".join)
printable = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
PARSER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])


def reported(folder: Path, *lines: str) -> Report:
    files = {"aiact.yaml": MANIFEST, "compliance/classification.yaml": record_with(*lines)}
    return checked(str(repository(folder, files)), Options(as_of="2026-11-25"))[0]


@settings(max_examples=1000, deadline=None)
@given(texts)
def test_no_text_in_the_log_is_a_command(text: str) -> None:
    line = log_line(text)

    assert "\n" not in line and "\r" not in line
    assert read_command(line) is None


@settings(max_examples=1000, deadline=None)
@given(texts | printable, texts | printable)
def test_a_command_reads_back_as_it_was_written(path: str, message: str) -> None:
    line = f"::error file={command_property(path)},line=3,title=x::{command_message(message)}"

    assert "\n" not in line and "\r" not in line
    command = read_command(line)
    assert command is not None
    note = annotation(*command)
    assert (path.encode("utf-8", "replace").decode(), 3, "x") == (note.file, note.line, note.title)
    assert message.encode("utf-8", "replace").decode() == note.message


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.text(string.ascii_letters, min_size=1), texts | st.just("mark"), max_size=4))
def test_outputs_read_back_as_they_were_written(values: dict[str, str]) -> None:
    assert values == read_command_file(render_outputs(values, "mark"))


@settings(max_examples=1000, deadline=None)
@given(texts, texts)
def test_no_text_breaks_out_of_a_table_cell_or_becomes_markup(one: str, other: str) -> None:
    tokens = PARSER.parse(f"| A | B |\n|---|---|\n| {markdown_text(one)} | {markdown_code(other)} |\n")

    assert 2 == sum(token.type == "tr_open" for token in tokens)
    assert 2 == sum(token.type == "td_open" for token in tokens)
    kinds = {child.type for token in tokens for child in token.children or []}
    assert kinds <= {"text", "code_inline"}
    cell = next(token for token, before in zip(tokens[1:], tokens, strict=False) if before.type == "td_open")
    shown = "".join(child.content for child in cell.children or [])
    assert (
        visible(one).strip() == shown.strip()
    )  # a bare `|` would end the cell, and what follows would be lost


def test_a_summary_of_five_thousand_findings_is_cut_between_rows_and_says_how_many_are_left(
    tmp_path: Path,
) -> None:
    report = reported(tmp_path, *(f"a_key_that_nobody_knows_{number:04d}: x" for number in range(5000)))
    limit = SUMMARY_LIMIT // 2
    text = markdown.render_all([report], limit)

    assert limit * 0.9 < len(text.encode()) <= limit
    rows = [line for line in text.split("\n") if line.startswith("| ") and "`" in line]
    [left] = [line for line in text.split("\n") if line.startswith("And ") and "more" in line][:1]
    assert len(report.findings) >= 5000
    assert all(line.endswith(" |") for line in rows)
    assert 5000 <= len(rows) + int(left.split()[1]) <= len(report.findings)
    assert text.count("<details>") == text.count("</details>")


def test_a_summary_is_never_over_its_limit_however_small(tmp_path: Path) -> None:
    report = reported(tmp_path, *(f"key_{number}: x" for number in range(20)))
    for limit in (200, 1000, 3000, 6000):
        assert len(markdown.render_all([report, report], limit).encode()) <= limit


def test_annotations_of_several_reports_share_one_budget_and_the_worst_come_first(tmp_path: Path) -> None:
    reports = [reported(tmp_path / name, *(f"key_{number}: x" for number in range(6))) for name in ("a", "b")]
    commands = [read_command(line) for line in github.render_all(reports).removesuffix("\n").split("\n")]
    notes = [annotation(*command) for command in commands if command is not None]
    errors = [note for note in notes if note.level == "error"]

    assert len(notes) == len(commands)
    assert 10 == len(errors)
    kinds = [note.title.rpartition(": ")[2] for note in errors[:9]]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert errors[-1].message.startswith("and ")


def test_a_prefix_stands_before_every_file(tmp_path: Path) -> None:
    commands = map(read_command, github.render_all([reported(tmp_path, "key: x")], "services/a/").split("\n"))
    files = [command[1]["file"] for command in commands if command and "file" in command[1]]

    assert files
    assert all(file.startswith("services/a/") for file in files)


@pytest.mark.skipif(os.name != "posix", reason="names that aren't UTF-8")
def test_a_file_name_that_isnt_utf8_stops_no_surface(tmp_path: Path) -> None:
    report = reported(tmp_path, "key: x")
    (tmp_path / "compliance" / os.fsdecode(b"\xff.yaml")).write_text(
        "schema: aiact-gate/record/classification/v1\n"
    )
    report = checked(str(tmp_path), Options(as_of="2026-11-25"))[0]

    for text in (github.render(report), markdown.render(report)):
        text.encode("utf-8")


def test_a_fault_of_our_own_is_handed_over_before_the_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from aiact_gate.cli import ci, run

    def broken(*_: object) -> list[Report]:
        raise RuntimeError("::error::evidence that nobody should read in a log")

    monkeypatch.setattr(ci, "checked_by_rules_of", broken)
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(SystemExit) as end:
        run(["ci", "github"])

    outputs = read_command_file((tmp_path / "GITHUB_OUTPUT").read_text(encoding="utf-8"))
    printed = capsys.readouterr()
    assert (5, "5", "fault") == (end.value.code, outputs["exit-code"], outputs["verdict"])
    assert "nobody should read" not in printed.out + printed.err
    assert "internal error" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
