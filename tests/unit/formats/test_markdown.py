"""The checklist as Markdown: its rows, its cells, and hostile text in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from repos import HIGH, Repository, high

HEAD = ["Article", "Requirement", "Evidence", "How", "Status", "Left to you"]
HOSTILE = (
    "a | b `c` <script>alert(1)</script> [d](http://e.example) ![f](g) **h** _i_ ~~j~~ @k #1 www.l.example "
    "<!-- m --> $n$ \\| o"
)
HOWS = {"measured", "witnessed", "read", "signed", "stated"}


def cells(line: str) -> list[str]:
    """The cells of a GFM table row: split at every pipe that no backslash stands before."""
    assert line.startswith("|") and line.endswith("|"), line
    found, cell = [], ""
    at = 1
    while at < len(line):
        if line[at] == "\\" and at + 1 < len(line) and line[at + 1] in "\\|":
            cell += line[at : at + 2]
            at += 2
        elif line[at] == "|":
            found.append(cell.strip())
            cell = ""
            at += 1
        else:
            cell += line[at]
            at += 1
    assert "" == cell, line
    return found


def tables(text: str) -> Iterator[list[list[str]]]:
    """Each table of *text*: its rows with the head, without the rule below it."""
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|"):
            rows.append(cells(line))
        elif rows:
            assert all(re.fullmatch(r":?-{3,}:?", cell.replace("--:", "---:")) for cell in rows[1]), rows[1]
            yield [rows[0], *rows[2:]]
            rows = []


def checklist(text: str) -> list[dict[str, str]]:
    [found] = [rows for rows in tables(text) if rows[0] == HEAD]
    return [dict(zip(HEAD, row, strict=True)) for row in found[1:]]


@pytest.fixture(scope="session")
def text(shown: Repository) -> str:
    ran = shown.check("--format", "markdown")
    assert 0 == ran.code and "" == ran.err
    return ran.out


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checklist of a system whose record and manifest hold markup, in an id and in keys."""
    record = HIGH["compliance/data_governance.yaml"].replace("id: train", f"id: '{HOSTILE}'")
    repository = high(
        tmp_path_factory.mktemp("hostile"),
        {
            "compliance/data_governance.yaml": record + f"'{HOSTILE}': 1\n",
            "aiact.yaml": HIGH["aiact.yaml"] + f"'{HOSTILE}': 1\n",
        },
    )
    return repository.check("--format", "markdown").out


@pytest.mark.parametrize(
    "article", ["9", "10", "11", "12", "13", "14", "15", "IV"], ids=lambda a: "Annex IV" if a == "IV" else a
)
def test_each_article_has_rows_with_method_and_what_is_left_to_you(text: str, article: str) -> None:
    rows = [row for row in checklist(text) if re.match(rf"{article}(?![0-9])", row["Article"])]
    passed = [row for row in rows if row["Status"].startswith("shown")]

    assert len(passed) >= 2
    for row in passed:
        how, _, whose = row["How"].partition(" (")
        known = ("on the lock alone)", "by counted again)")
        assert how in HOWS and (not whose or whose.endswith(known) or "commit " in whose)
        assert row["Left to you"].endswith("?") and len(row["Left to you"].split()) > 4
        assert re.fullmatch(r"`[^`]+:\d+`", row["Evidence"])


def test_what_is_not_shown_has_no_method(text: str) -> None:
    others = [row for row in checklist(text) if not row["Status"].startswith("shown")]

    assert {"10(3)", "10(4)"} == {row["Article"] for row in others}
    assert {"-"} == {row[column] for row in others for column in ("How", "Evidence", "Left to you")}
    assert all(row["Status"].startswith("waived, W") for row in others)


def test_every_point_stands_in_one_of_the_two_tables(text: str) -> None:
    [silent] = [rows for rows in tables(text) if rows[0] == ["Article", "Requirement", "Status", "Why"]]

    assert 130 == len([row for row in checklist(text) if row["Article"] != "6"]) + len(silent) - 1
    assert all(len(row[3]) > 10 for row in silent[1:])


@pytest.mark.parametrize("name", ["shown", "failing", "hostile"])
def test_every_row_has_as_many_cells_as_its_head(name: str, request: pytest.FixtureRequest) -> None:
    given = request.getfixturevalue(name)
    written = given if isinstance(given, str) else given.check("--format", "markdown").out

    found = list(tables(written))

    assert len(found) >= 2
    for rows in found:
        assert {len(rows[0])} == {len(row) for row in rows}


def test_a_findings_row_names_its_number_place_and_fix(failing: Repository) -> None:
    written = failing.check("--format", "markdown").out
    [rows] = [rows for rows in tables(written) if rows[0] == ["#", "Where", "Article", "What", "Fix"]]

    assert [str(number) for number in range(1, len(rows))] == [row[0] for row in rows[1:]]
    [row] = [row for row in rows if row[1] == "`compliance/system_description.yaml:5`"]
    assert "adress" in row[3] and "address" in row[4]


def test_a_second_reader_sees_the_same_tables(hostile: str) -> None:
    """markdown-it reads as many rows and cells as our own count; the page's own marks are the only markup."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(hostile)
    own = [len(row) for rows in tables(hostile) for row in rows]
    others: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            others.append(0)
        elif token.type in ("td_open", "th_open"):
            others[-1] += 1

    assert own == others


def test_hostile_text_is_text(hostile: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(hostile)
    kinds = {child.type for token in tokens for child in token.children or ()}
    html = {token.content.strip() for token in tokens if token.type == "html_block"}
    html |= {
        child.content for token in tokens for child in token.children or () if child.type == "html_inline"
    }

    # Nothing of it is a link, an image, struck out or a tag; the page's own folding is the only HTML.
    assert kinds <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
        "softbreak",
        "html_inline",
    }
    assert all(re.fullmatch(r"</?(details|summary)>.*", tag, re.DOTALL) for tag in html)
    assert "script" not in " ".join(html) and "<b>" not in " ".join(html)
    # And it is there, to be read as it was written.
    assert HOSTILE[:24] in said(tokens)
    for mark in ("@k", "www.l", "://", "$n$"):
        assert mark not in outside_code(hostile)


def said(tokens: list[Token]) -> str:
    return " ".join(child.content for token in tokens for child in token.children or ())


def outside_code(text: str) -> str:
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)


def test_the_law_and_the_rules_are_named(text: str) -> None:
    assert "read by counsel: not yet" in text
    assert "It does not say that the system conforms to the Regulation; that judgement is yours." in text
    assert "Recompute: `aiact-gate check --ref " in text
