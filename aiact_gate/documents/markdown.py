"""Markdown to headings, sections and figures with their places. Front matter is YAML and optional.

Blocks come from markdown-it-py; the front matter is split off here, because a rule (`---`) in the body is no front matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aiact_gate.documents.node import Document
from aiact_gate.documents.text import decode
from aiact_gate.documents.yaml import parse_yaml_text
from aiact_gate.model.errors import DocumentError


@dataclass(frozen=True)
class Heading:
    """A heading and the lines of its section: up to the next heading of its level or above."""

    level: int
    text: str
    line: int
    end_line: int
    """The last line of the section."""


@dataclass(frozen=True)
class Number:
    """A decimal or percentage in prose: not in code, links, versions, headings' numbers or dates."""

    text: str
    line: int
    column: int
    sentence: str
    """The table row or sentence it stands in."""
    before: str
    """What stands before it in that row or sentence."""
    column_title: str = ""
    """In a table: the title of its column."""


@dataclass
class Markdown:
    """A parsed Markdown file."""

    path: str
    lines: list[str]
    front: Document | None
    front_error: DocumentError | None
    body_line: int
    """The first line after the front matter."""
    headings: list[Heading] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)

    def text_of(self, heading: Heading) -> str:
        """The text below *heading*, sub-headings included."""
        return "\n".join(self.lines[heading.line : heading.end_line]).strip()

    def find(self, title: str) -> Heading | None:
        """The heading that reads *title*, case, white space and emphasis aside."""
        wanted = _plain(title)
        return next((heading for heading in self.headings if _plain(heading.text) == wanted), None)


def parse_markdown(data: bytes, path: str) -> Markdown:
    """The Markdown in *data*. Broken front matter is kept as `front_error`, the body is read all the same.

    Raises:
        DocumentError: too large, binary, or not UTF-8.
    """
    text = decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    front, error, body = _front_matter(lines, path)
    parsed = Markdown(path, lines, front, error, body + 1)
    _blocks(parsed, body)
    return parsed


def _front_matter(lines: list[str], path: str) -> tuple[Document | None, DocumentError | None, int]:
    """(front matter, its error, number of lines it takes)."""
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if first >= len(lines) or lines[first].rstrip() != "---":
        return None, None, 0
    end = next(
        (index for index in range(first + 1, len(lines)) if lines[index].rstrip() in ("---", "...")), None
    )
    if end is None:
        return None, None, 0
    block = "\n".join(lines[first + 1 : end])
    if not block.strip() or all(
        not line.strip() or line.lstrip().startswith("#") for line in lines[first + 1 : end]
    ):
        return None, None, end + 1
    try:
        document = parse_yaml_text(block, path, first + 2)
    except DocumentError as caught:
        return None, caught, end + 1
    if not isinstance(document.root.value, dict):
        return None, None, 0 if ":" not in block else end + 1
    return document, None, end + 1


def _blocks(parsed: Markdown, body: int) -> None:
    from markdown_it import MarkdownIt

    text = "\n".join(parsed.lines[body:])
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    found: list[tuple[int, str, int]] = []
    skipped: set[int] = set()
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            title = tokens[index + 1].content
            found.append((int(token.tag[1]), title, token.map[0] + body + 1))
            skipped.update(range(token.map[0] + body, token.map[1] + body))
        elif token.type in ("fence", "code_block") and token.map:
            skipped.update(range(token.map[0] + body, token.map[1] + body))
    for number, raw in enumerate(parsed.lines[body:], start=body):
        html = _HTML_HEADING.match(raw)
        if html and number not in skipped:
            found.append((int(html[1]), re.sub(r"<[^>]*>", "", html[2]), number + 1))
        elif _NO_BLANK.match(raw) and number not in skipped:
            found.append((len(raw) - len(raw.lstrip("#")), raw.lstrip("#").strip(), number + 1))
    found.sort(key=lambda item: item[2])
    for index, (level, title, line) in enumerate(found):
        end = next((below[2] - 1 for below in found[index + 1 :] if below[0] <= level), len(parsed.lines))
        parsed.headings.append(Heading(level, title, line, end))
    _numbers(parsed, body, skipped)


_HTML_HEADING = re.compile(r"^\s{0,3}<h([1-6])\b[^>]*>(.*?)</h\1>", re.IGNORECASE)
_NO_BLANK = re.compile(r"^#{1,6}[^\s#!].*$")
_FIGURE = re.compile(
    r"(?<![\w.,:/§@+-])[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?\s?%|\d+(?:[.,]\d+)?[\s\u00a0\u202f]?%|\d+\.\d+|\d+,(?:\d{1,2}|\d{4,}))(?![\w/]|[.,-]\d)"
)
_MASKED = re.compile(
    r"`+[^`]*`+|!?\[[^\]]*\]\([^)]*\)|<https?:[^>]*>|https?://\S+|<!--.*?-->|<[a-zA-Z/][^>]*>"
    r"|\b(?:version|versions|release|v|python|article|articles|annex|point|paragraph|section|chapter|figure|table|step)\s*\.?\s*\d+(?:\.\d+)+"
    r"|[A-Za-z][\w-]*\s(?:[<>=~!^]=?|==)\s?\d+(?:\.\d+)+|\b[\w-]+@\d+(?:\.\d+)+",
    re.IGNORECASE,
)


def _numbers(parsed: Markdown, body: int, skipped: set[int]) -> None:
    titles: list[str] = []
    for index in range(body, len(parsed.lines)):
        line = parsed.lines[index]
        if index in skipped:
            titles = []
            continue
        in_table = line.lstrip().startswith("|") or line.count("|") > 1
        if (
            in_table
            and index + 1 < len(parsed.lines)
            and re.fullmatch(r"[\s|:-]+", parsed.lines[index + 1])
            and "-" in parsed.lines[index + 1]
        ):
            titles = [cell.strip() for cell in line.strip().strip("|").split("|")]
            continue
        if not in_table:
            titles = []
        if not any(c.isdigit() for c in line):
            continue
        masked = _MASKED.sub(lambda found: " " * len(found[0]), line)
        for match in _FIGURE.finditer(masked):
            start, end = _sentence(line, match.start(), match.end(), in_table)
            cell = line[: match.start()].strip().lstrip("|").count("|") if in_table else 0
            parsed.numbers.append(
                Number(
                    match[0].replace("−", "-").strip(),
                    index + 1,
                    match.start() + 1,
                    line[start:end],
                    line[start : match.start()],
                    titles[cell] if in_table and cell < len(titles) else "",
                )
            )


def _sentence(line: str, start: int, end: int, in_table: bool) -> tuple[int, int]:
    if in_table:
        return 0, len(line)
    left = max((match.end() for match in re.finditer(r"[.!?]\s", line[:start])), default=0)
    right = re.search(r"[.!?](?:\s|$)", line[end:])
    return left, end + right.start() if right else len(line)


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[*_`#]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)).lower().split())
