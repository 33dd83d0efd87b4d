"""Markdown to headings, sections and figures with their places. Front matter is YAML and optional.

Blocks come from markdown-it-py; the front matter is split off here, because a rule (`---`) in the body is no front matter.
What a reader doesn't see, HTML comments and code, is neither a heading nor a figure.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from aiact_gate.documents.node import Document, decode, refuse
from aiact_gate.documents.yaml import parse_yaml_text
from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Location

MAX_MARKDOWN = 2_000_000
"""Bytes: fifty times the largest card seen; reading 10 MB of bullets takes minutes."""
MAX_FIGURES = 20_000
SENTENCE_REACH = 1_000
"""How far before and behind a figure its sentence is kept: text without any full stop is no sentence."""


class Heading(NamedTuple):
    """A heading and the lines of its section: up to the next heading of its level or above."""

    level: int
    text: str
    line: int
    end_line: int
    """The last line of the section."""
    text_line: int
    """The first line of the text below it."""


class Number(NamedTuple):
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
    shown: list[str]
    """The lines without HTML comments: what a reader sees."""
    headings: list[Heading] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    _titles: dict[str, Heading] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """What a reader sees behind the front matter."""
        return "\n".join(self.shown[self.body_line - 1 :])

    def text_of(self, heading: Heading) -> str:
        """The text below *heading*, sub-headings included."""
        return "\n".join(self.shown[heading.text_line - 1 : heading.end_line]).strip()

    def find(self, title: str) -> Heading | None:
        """The heading that reads *title*; case, white space, emphasis, links, emoji, number and anchor aside."""
        if not self._titles:
            for read in (_numberless, _plain):
                self._titles |= {read(heading.text): heading for heading in reversed(self.headings)}
        return self._titles.get(_plain(title))


def parse_markdown(data: bytes, path: str) -> Markdown:
    """The Markdown in *data*. Broken front matter is kept as `front_error`, the body is read all the same.

    Raises:
        DocumentError: too large, binary, not UTF-8, or more than 20,000 figures.
    """
    if len(data) > MAX_MARKDOWN:
        what = f"the document has {len(data):,} bytes; at most {MAX_MARKDOWN:,} are read"
        refuse(path, what, "Split it into documents for people.")
    # Invisible characters before the first line would hide a front matter or a heading.
    text = decode(data, path).lstrip("\ufeff\u200b\u2060").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    front, error, body = _front_matter(lines, path)
    parsed = Markdown(path, lines, front, error, body + 1, list(lines))
    _read_body(parsed, body)
    return parsed


# ---------------------------------------------------------------- front matter


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
    inside = lines[first + 1 : end]
    if all(not line.strip() or line.lstrip().startswith("#") for line in inside):
        # Comments only; below a blank line, or with text under a mark, it is a heading between two rules.
        return None, None, 0 if any(line.strip() for line in inside) and not inside[0].strip() else end + 1
    try:
        document = parse_yaml_text("\n".join(inside), path, first + 2)
    except DocumentError as caught:
        return (None, None, 0) if not inside[0].strip() else (None, caught, end + 1)
    if isinstance(document.root.value, dict):
        return document, None, end + 1
    if not isinstance(document.root.value, list) or not inside[0].strip():
        return None, None, 0  # a rule, text, and another rule
    what = "it is a list, not a group of keys"
    place = Location(path, document.root.line, document.root.column)
    return None, DocumentError(what, "Write keys and values: `license: mit`.", place), end + 1


# ---------------------------------------------------------------- headings


def _read_body(parsed: Markdown, body: int) -> None:
    from markdown_it import MarkdownIt

    # Blocks only: inline markup isn't needed, and is where hostile text costs time.
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse("\n".join(parsed.lines[body:]))
    found: list[tuple[int, str, int, int]] = []  # level, title, line, first line below; lines from 0
    columns: list[str] | None = None
    for index, token in enumerate(tokens):
        if not token.map:
            columns = None if token.type == "table_close" else columns
            continue
        start, end = token.map[0] + body, token.map[1] + body
        if token.type == "heading_open":
            level, title = int(token.tag[1]), tokens[index + 1].content
            found.append((level, title, start, end))
            if level > 1:  # a document's own title may hold its version
                _figures(parsed, start, start + 1 + title.count("\n"), _HEADING_NUMBER)
        elif token.type == "tr_open":
            if columns is None:
                columns = [cell.strip() for cell in _CELL_MARK.split(parsed.lines[start].strip().strip("|"))]
            else:
                _figures(parsed, start, end, columns=columns)
        elif token.type == "html_block":
            _hide_comments(parsed, start, end)
            found += _html_headings(parsed.shown, start, end)
            for line in range(start, end):
                _figures(parsed, line, line + 1)
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            titles = _unspaced_headings(parsed.lines, start, end)
            found += titles
            for first, last in _runs(parsed.lines, start, end, {line for _, _, line, _ in titles}):
                _hide_comments(parsed, first, last)
                _figures(parsed, first, last, _LIST_NUMBER)
    found.sort(key=lambda item: item[2])
    parsed.headings += _sections(found, len(parsed.lines))
    parsed.numbers.sort(key=lambda number: (number.line, number.column))


def _sections(found: list[tuple[int, str, int, int]], last: int) -> Iterator[Heading]:
    ends = [last] * len(found)
    open_: list[int] = []
    for index, (level, _, line, _) in enumerate(found):
        while open_ and found[open_[-1]][0] >= level:
            ends[open_.pop()] = line
        open_.append(index)
    for (level, title, line, below), end in zip(found, ends, strict=True):
        yield Heading(level, title, line + 1, end, below + 1)


def _html_headings(lines: list[str], start: int, end: int) -> list[tuple[int, str, int, int]]:
    text = "\n".join(lines[start:end])
    found = []
    for match in _HTML_HEADING.finditer(text):
        line = start + text.count("\n", 0, match.start())
        title = " ".join(_TAG.sub(" ", match[2]).split())
        if title:
            found.append((int(match[1]), title, line, start + text.count("\n", 0, match.end()) + 1))
    return found


def _unspaced_headings(lines: list[str], start: int, end: int) -> list[tuple[int, str, int, int]]:
    """`#Title` at the start of a paragraph: no heading to CommonMark, but to whoever wrote it."""
    found = []
    for line in range(start, end):
        match = _NO_BLANK.fullmatch(lines[line])
        if match is None:
            break
        found.append((len(match[1]), match[2].strip(), line, line + 1))
    return found


def _runs(lines: list[str], start: int, end: int, titles: set[int]) -> Iterator[tuple[int, int]]:
    """The parts of a paragraph that sentences don't reach out of: lines with a bar stand alone."""
    first = start + len(titles)
    for line in range(first, end):
        if lines[line].lstrip().startswith("|"):
            if first < line:
                yield first, line
            yield line, line + 1
            first = line + 1
    if first < end:
        yield first, end


def _hide_comments(parsed: Markdown, start: int, end: int) -> None:
    text = "\n".join(parsed.shown[start:end])
    if "<!--" not in text:
        return
    masked = _without_code(text)
    at = 0
    while (opened := masked.find("<!--", at)) >= 0:
        closed = masked.find("-->", opened)
        at = len(text) if closed < 0 else closed + 3
        text = text[:opened] + _BLANKED.sub(" ", text[opened:at]) + text[at:]
    parsed.shown[start:end] = text.split("\n")


def _without_code(text: str) -> str:
    """*text* with its code spans blank: what stands between two runs of backticks of one length."""
    runs = list(_BACKTICKS.finditer(text))
    of_length: dict[int, list[int]] = {}
    for index, run in enumerate(runs):
        of_length.setdefault(len(run[0]), []).append(index)
    kept: list[str] = []
    at = index = 0
    while index < len(runs):
        alike = of_length[len(runs[index][0])]
        following = bisect_right(alike, index)
        if following == len(alike):
            index += 1
            continue
        start, end = runs[index].start(), runs[alike[following]].end()
        kept += [text[at:start], _BLANKED.sub(" ", text[start:end])]
        at, index = end, alike[following] + 1
    return "".join([*kept, text[at:]])


def _blank(match: re.Match[str]) -> str:
    return _BLANKED.sub(" ", match[0])


_BACKTICKS = re.compile(r"`+")
_BLANKED = re.compile(r"[^\n]")
_HTML_HEADING = re.compile(
    r"<h([1-6])\b[^<>]{0,500}>((?:(?!</?h[1-6]\b)[\s\S]){0,1000})</h\1\s*>", re.IGNORECASE
)
_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,1000}>")
_NO_BLANK = re.compile(r"\s{0,3}(#{1,6})([^\s#!\d][^#]*)")
_CELL_MARK = re.compile(r"(?<!\\)\|")

# ---------------------------------------------------------------- figures

_UNSIGNED = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?%P|\d{1,3}(?:,\d{3})+\.\d+"
    r"|\d+(?:[.,]\d+)?%P|\d*\.\d+(?:[eE][-+−]?\d+)?|\d+,(?:\d{1,2}|\d{4,})|0,\d{3})"
).replace("%P", r"[ \u00a0\u202f]?(?:[%\uff05]|per\u0020?cent\b)")
# A letter or digit of a script that writes blanks between words.
_LETTER = r"[0-9A-Za-z\u00aa-\u0dff\u1e00-\u1fff]"
# Compiled on first use: most runs read few figures.
_FIGURE = (
    # Not inside a word, a version, a path (`v1/2.5`), a section sign or an address.
    rf"(?<!{_LETTER})(?<!{_LETTER}_)(?<![.,§@+])(?<![^\d%\s]/)(?<!\d:)"
    # A minus; or the dash of a range, `0.7-0.8`.
    rf"(?:(?<!{_LETTER}[-−])(?<![-+−])[-+−]?|(?<=[\d%][-−]))"
    rf"{_UNSIGNED}"
    rf"(?!{_LETTER}|_{_LETTER}|/[^\d\s%]|[.,]\d)"
)
_NAMED_WITH_VERSION = (
    "version|versions|release|releases|v|python|cuda|cudnn|rocm|pytorch|torch|tensorflow|keras|jax|numpy|pandas|scipy"
    "|scikit-learn|sklearn|xgboost|lightgbm|catboost|mlflow|transformers|spark|java|node|ubuntu|debian|postgresql|sqlite"
    "|onnx|docker|licen[cs]e|apache|gpl|agpl|lgpl|mpl|openrail|llama|gpt|claude|gemini|mistral|phi|qwen|falcon|gemma"
    "|unicode|http|tls|openapi|cvss|arxiv|doi|iso|iec"
)
_NAMED_WITH_NUMBER = "article|articles|annex|point|points|paragraph|paragraphs|section|sections|chapter|figure|table|step|page|eq|equation|appendix"
# Links, addresses, versions and numbered references: their digits are no figures.
_MASKED = (
    r"!?\[[^\[\]]{0,2000}\]\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,500})?\)|!?\[[^\[\]]{0,500}\]\[[^\[\]]{0,500}\]"
    r"|<https?:[^<>\s]{0,2000}>|https?://\S+|\bwww\.\S+|\b10\.\d{4,9}/\S+|<[a-zA-Z/][^<>]{0,1000}>"
    rf"|\b(?:{_NAMED_WITH_VERSION})[-\s]{{0,2}}[.:]?\s?v?(?:[<>=~!^]=?|==)?\s?\d+(?:\.\d+)+\+?(?!\s?%)"
    r"|\bcc[ -]by(?:-\w\w)*[ -]\d\.\d"
    rf"|\b(?:{_NAMED_WITH_NUMBER})\s*\.?\s*[A-Z]?\d+(?:[.,]\d+)+(?!\s?%)"
    r"|\b[A-Za-z][\w.-]{0,100}\s?[=~]=\s?\d+(?:\.\d+)+|\b[\w-]{1,100}@\d+(?:\.\d+)+"
)


_HEADING_NUMBER = re.compile(r"\A[\s>]*#{0,6}\s*[*_]{0,3}\d+(?:\.\d+)+[.)]?(?=\s+\D)")
_LIST_NUMBER = re.compile(r"\A[\s>*+-]*[1-9]\d?(?:\.\d{1,2})+[.)]?(?=\s+[^\W\d_a-z])")
_SENTENCE_END = re.compile(r"(?:[.!?][\"')\]*_]{0,4}\s+(?=[^\W_a-z]|[*_\"'\[])|[。！？])(?!\(source:)")


def _figures(
    parsed: Markdown,
    start: int,
    end: int,
    number_before: re.Pattern[str] | None = None,
    columns: list[str] | None = None,
) -> None:
    """Add the figures of the lines *start* to *end*, a paragraph or a table row (then with the titles of its *columns*)."""
    text = "\n".join(parsed.shown[start:end])
    if not re.search(_FIGURE, text, re.IGNORECASE):
        return
    masked = re.sub(_MASKED, _blank, _without_code(text), flags=re.IGNORECASE)
    if number_before is not None:
        masked = number_before.sub(_blank, masked)
    found = list(re.finditer(_FIGURE, masked, re.IGNORECASE))
    if not found:
        return
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    ends = [] if columns is not None else [match.end() for match in _SENTENCE_END.finditer(masked)]
    lead = len(text) - len(text.lstrip().removeprefix("|"))
    for match in found:
        place = bisect_right(ends, match.start())
        left = max(ends[place - 1] if place else 0, match.start() - SENTENCE_REACH)
        right = min(ends[place] if place < len(ends) else len(text), match.end() + SENTENCE_REACH)
        line = bisect_right(starts, match.start()) - 1
        cell = 0 if columns is None else len(_CELL_MARK.findall(text, lead, match.start()))
        parsed.numbers.append(
            Number(
                match[0].replace("−", "-"),
                start + line + 1,
                match.start() - starts[line] + 1,
                text[left:right],
                text[left : match.start()],
                columns[cell] if columns is not None and cell < len(columns) else "",
            )
        )
        if len(parsed.numbers) > MAX_FIGURES:
            what = f"more than {MAX_FIGURES:,} figures stand in the text"
            refuse(parsed.path, what, "Keep tables of results in data files.", start + line + 1)


# ---------------------------------------------------------------- titles


def _plain(title: str) -> str:
    """*title* as it is compared."""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", _TAG.sub("", title[:500]))
    text = re.sub(r"\{#[^{}]*\}\s*$", "", text)
    kept = "".join(
        c for c in text if unicodedata.category(c) not in _UNREAD and c not in "*_`#\\\ufe0e\ufe0f"
    )
    return " ".join(kept.lower().split()).rstrip(" :")


_UNREAD = ("So", "Cf", "Co", "Cn", "Cs")


def _numberless(title: str) -> str:
    return re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", _plain(title))
