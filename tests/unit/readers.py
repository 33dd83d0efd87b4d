"""How each format is read back: by a parser of its target, independent of the code that wrote it.

A new format is proven by a function here under its name in `READERS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token
from repos import ROOT


@dataclass(frozen=True)
class Told:
    """What a reader of one format learns."""

    failing: list[str] = field(default_factory=list)
    """What is marked as ending the run with another exit code than 0: `path:line what`, white space as single blanks."""
    others: list[str] = field(default_factory=list)
    """Everything else that it says, each in one piece."""

    def add(self, fails: bool, *parts: str) -> None:
        """Take in *parts*, without the backslash that breaks what a runner would obey."""
        said = re.sub(r"(?<=#)\\(?=#)|\\(?=::)", "", " ".join(" ".join(parts).split()))
        (self.failing if fails else self.others).append(said)

    @property
    def whole(self) -> str:
        return " ".join([*self.failing, *self.others])


# ---------------------------------------------------------------- text

TITLES = (
    "CONTRADICTED",
    "UNBOUND",
    "LOOSENED",
    "STALE",
    "FILLER",
    "MISSING",
    "MALFORMED",
    "WAITING",
    "UNKNOWN",
)
SECTION = re.compile(r"([A-Z][A-Z ]+[A-Z])  \S")


def text(out: str) -> Told:
    """Sections of blocks between empty lines; a remark in brackets below a title or in a block says why nothing fails."""
    told = Told()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", out)
    fails = False
    for block in re.split(r"\n\n", out):
        match = SECTION.match(block)
        if match and match[1] == "PROBLEM":
            for problem in re.split(r"^PROBLEM", block, flags=re.MULTILINE)[1:]:
                told.add(not re.search(r"\(this run only|isn't enforced yet\)", problem), problem)
            continue
        if match:
            fails = match[1] in TITLES and not _excused(block)
            told.add(False, block)
        elif block.startswith("    ") or re.match(r" ?\d+  ", block):
            told.add(fails and not _excused(block), re.sub(r"^ *\d+  ", "", block))
        else:
            fails = False
            told.add(False, block)
    return told


def _excused(block: str) -> bool:
    """Whether a line of *block* is one of the reasons for which a failure isn't counted."""
    said = " ".join(block.split())
    return bool(
        re.search(
            r"\((this run only \w+|what is of this kind isn't enforced yet|it stood before this change)\)",
            said,
        )
    )


def hook(out: str) -> Told:
    """The text of `--staged`: blocks of what is new, then the counts."""
    told = Told()
    for block in out.split("\n\n"):
        told.add(bool(re.match(r" ?\d+  |    \S+:\d+:\d+", block)), re.sub(r"^ *\d+  ", "", block))
    return told


# ---------------------------------------------------------------- JSON


SCHEMA = json.loads((ROOT / "aiact_gate" / "schemas" / "report.json").read_text("utf-8"))


def valid(document: Any) -> None:
    Draft202012Validator(SCHEMA).validate(document)


def json_(out: str) -> Told:
    told = Told()
    document = json.loads(out)
    valid(document)
    for report in document if isinstance(document, list) else [document]:
        for one in report["problems"]:
            told.add("error" == one["level"], _place(one["location"]), one["message"], one["not_counted"])
        for line in [
            report["note"],
            *report["first_lines"],
            *report["remarks"],
            *(recall["check"] + " recalled" for recall in report["recalls"]),
        ]:
            told.add(False, line)
        told.add(False, f"{report['standing']} standing")
        for one in report["questions"]:
            told.add("error" == one["level"], _place(one["location"]), one["message"])
        for system in report["systems"]:
            told.add(False, system["id"], system["version"])
            told.add(False, " ".join(f"{number} {outcome}" for outcome, number in system["counts"].items()))
            for one in system["notices"]:
                told.add("error" == one["level"], _place(one["location"]), one["message"])
            for row in system["requirements"]:
                _row(row, told)
    return told


def _row(row: dict[str, Any], told: Told) -> None:
    findings = [one for check in row["checks"] for one in check["findings"]]
    for one in findings:
        told.add("error" == one["level"], _place(one["location"]), one["message"], one["not_counted"])
    if not any("error" == one["level"] for one in findings):
        becauses = [row["because"], *(check["because"] for check in row["checks"])]
        told.add("error" == row["level"], *becauses, row["not_counted"], row["waiver"])


def _place(place: dict[str, Any] | None) -> str:
    return f"{place['path']}:{place['line']}" if place else ""


# ---------------------------------------------------------------- Markdown

MARKDOWN = MarkdownIt("commonmark").enable("table")
FAILING = ("To fix", "Waiting for something that isn't there or can't be read", "Unknown in this run")


def markdown(out: str) -> Told:
    """By a Markdown parser: tables and lists below headings; anything but plain text and code in a value is refused."""
    told = Told()
    head = ""
    tokens = MARKDOWN.parse(out)
    for title, cells in _pieces(tokens):
        if title:
            head = cells[0]
            told.add(False, head)
        elif cells[0].startswith("Problem"):
            told.add(not _excused(cells[0]), cells[0].removeprefix("Problem"))
        else:
            fails = head in FAILING and not _excused(cells[-1])
            told.add(fails, *(cells[1:] if head.startswith("To fix") else cells))
    return told


def _pieces(tokens: list[Token]) -> Iterator[tuple[bool, list[str]]]:
    """(whether it is a heading, its texts) of each heading, row, item and paragraph."""
    row: list[str] | None = None
    for number, token in enumerate(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            if tokens[number + 1].type != "thead_close":
                yield False, row
            row = None
        elif token.type == "inline":
            content = _plain(token)
            if row is not None:
                row.append(content)
            else:
                yield tokens[number - 1].type == "heading_open", [content]


def _plain(token: Token) -> str:
    allowed = {
        "text",
        "text_special",
        "code_inline",
        "softbreak",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
    }
    children = token.children or []
    assert {child.type for child in children} <= allowed, token.content
    return "".join(" " if child.type == "softbreak" else child.content for child in children)


# ---------------------------------------------------------------- GitHub

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*?)::(.*)")


def github(out: str) -> Told:
    """By the runner's grammar: every line is a command."""
    told = Told()
    for line in out.splitlines():
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        level, fields, message = match.groups()
        found = {key: unquote(value) for key, value in (one.split("=", 1) for one in fields.split(","))}
        place = f"{found.get('file', '')}:{found.get('line', '')}" if "file" in found else ""
        told.add("error" == level, place, unquote(message))
        told.add(False, found["title"])
    return told


# ---------------------------------------------------------------- JUnit


def junit(out: str) -> Told:
    """By an XML parser, held to what all dialects of JUnit take."""
    told = Told()
    root = ElementTree.fromstring(out.encode())
    assert "testsuites" == root.tag and not root.attrib
    for suite in root:
        tags = [child.tag for child in suite]
        cases = suite.findall("testcase")
        assert ["properties", *["testcase"] * len(cases), "system-out", "system-err"] == tags
        assert {
            "name",
            "package",
            "id",
            "tests",
            "failures",
            "errors",
            "skipped",
            "time",
            "timestamp",
            "hostname",
        } == set(suite.attrib)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", suite.attrib["timestamp"])
        assert cases and str(len(cases)) == suite.attrib["tests"]
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert str(len(suite.findall(f"testcase/{tag}"))) == suite.attrib[attribute]
        for case in cases:
            assert {"classname", "name", "time"} == set(case.attrib) and len(case) <= 1
            for child in case:
                fails = child.tag in ("failure", "error")
                assert {"message", "type"} >= set(child.attrib) and fails == ("type" in child.attrib)
                for line in child.attrib["message"].split("\n"):
                    told.add(fails and not _excused(line), line)
            told.add(False, case.attrib["name"])
        told.add(False, suite.attrib["name"])
        for line in (suite.findtext("system-out") or "").split("\n"):
            told.add(False, line)
    return told


READERS: dict[str, Callable[[str], Told]] = {
    "text": text,
    "json": json_,
    "markdown": markdown,
    "github": github,
    "junit": junit,
}
__all__ = ["READERS", "Told", "hook"]
