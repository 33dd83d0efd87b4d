"""The list of cheats fits the example, and the README's table is one of that list."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cheats(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "benchmarks/cheats", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def listed() -> list[list[str]]:
    return [line.split("\t") for line in cheats("--list").stdout.splitlines()]


def block() -> str:
    readme = (ROOT / "README.md").read_text("utf-8")
    return readme.partition("<!-- cheats: start -->")[2].partition("<!-- cheats: end -->")[0]


def lines() -> list[list[str]]:
    cells = [
        line.strip("|").split(" | ")
        for line in block().splitlines()
        if re.match(r"\| (?:H\d|door|all)", line)
    ]
    return [[cell.strip() for cell in line] for line in cells]


def test_every_edit_still_finds_the_text_that_it_changes() -> None:
    done = cheats("--apply", "--jobs", "1")

    assert f"{len(listed())} edits fit the example\n" == done.stdout, done.stderr


def test_the_table_names_its_day_and_commit() -> None:
    assert re.search(r"Run on \d{4}-\d\d-\d\d at commit [0-9a-f]{7}\.", block())


def test_every_line_of_the_table_adds_up() -> None:
    counted = [[int(number) for number in line[1:6]] for line in lines()]

    assert [sum(line[1:]) for line in counted] == [line[0] for line in counted]
    assert counted[-1] == [sum(column) for column in zip(*counted[:-1], strict=True)]


def test_the_table_has_a_line_for_each_rule_of_the_list() -> None:
    rules = {rule for _, rule, *_ in listed()} - {"neutral"}

    assert rules == {line[0] for line in lines()} - {"all"}


def test_every_survivor_in_the_table_is_a_case_of_the_list() -> None:
    named = {name for line in lines() for name in line[6].split(", ") if name}

    assert set() == named - {case[0] for case in listed()}
