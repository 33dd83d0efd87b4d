"""Any bytes give a document or a `DocumentError` at a place inside the file, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiact_gate.documents import markdown
from aiact_gate.documents.json import parse_json, parse_json_line
from aiact_gate.documents.markdown import parse_markdown
from aiact_gate.documents.node import MAX_BYTES, Node, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError


def parse_lines(data: bytes, path: str) -> object:
    """JSON Lines, line by line."""
    return [parse_json_line(line, path, number) for number, line in enumerate(data.split(b"\n"), 1)]


PARSERS: dict[str, Callable[[bytes, str], object]] = {
    "yaml": parse_yaml,
    "json": parse_json,
    "json lines": parse_lines,
    "markdown": parse_markdown,
}
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_TOKENS = [
    *"[]{}:,-?|>&*!%@`\"'#\\ \t\n\r~=.0123456789abnxuUeE<()_+§",
    "---\n", "...\n", "- ", ": ", "&a ", "*a ", "<<: ", "!!str ", "%YAML 1.1\n", "# ", "## T\n", "#T\n", "===\n", "```\n",
    "<!--", "-->", "<h2>", "</h2>", "| a | b |\n", "|--|--|\n", "0.79", "79 %", "NaN", "-Infinity", "1e999", "\\ud800",
    "\\u00e9", "\\U00110000", "\\x0", "\ufeff", "\u2028", "\x85", "\u200b", "\x1b", "é", "模", "🚀", "null", "true", "no", "(source: x)",
    "{{ x }}", "[a](b)", "1²", "９", "٣", "1_0", "0x1", "1.2.3",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join)
BYTES = st.one_of(
    st.binary(max_size=200),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: b"---\n" + text.encode("utf-8", "surrogatepass") + b"\n---\n" + text.encode()),
)


@pytest.mark.parametrize("name", PARSERS)
@QUICK
@given(data=BYTES)
def test_any_bytes_give_a_document_or_an_error_at_a_place(name: str, data: bytes) -> None:
    try:
        PARSERS[name](data, "a.file")
    except DocumentError as error:
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert 1 <= error.location.line <= len(lines)
        assert 1 <= error.location.column
        assert "a.file" == error.location.path
        assert error.what and error.fix


@QUICK
@given(data=BYTES)
def test_the_parser_in_python_is_as_safe_as_the_one_in_c(data: bytes) -> None:
    fast = yaml.CSafeLoader
    try:
        yaml.CSafeLoader = yaml.SafeLoader  # type: ignore[misc, assignment]
        parse_yaml(data, "a.file")
    except DocumentError:
        pass
    finally:
        yaml.CSafeLoader = fast  # type: ignore[misc]


@QUICK
@given(data=BYTES)
def test_what_came_out_can_be_written_as_utf_8(data: bytes) -> None:
    for parse in (parse_json, parse_yaml):
        try:
            value = parse(data, "a.file")
        except DocumentError:
            continue
        plain = plain_data(value.root) if parse is parse_yaml else value
        repr(plain).encode("utf-8")
        str(plain).encode("utf-8")
        _texts_are_utf_8(plain)


def _texts_are_utf_8(value: object) -> None:
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, dict):
        for key, child in value.items():
            _texts_are_utf_8(key)
            _texts_are_utf_8(child)
    elif isinstance(value, list):
        for child in value:
            _texts_are_utf_8(child)


DEEP = {
    "yaml flow": (parse_yaml, b"[" * 200_000),
    "yaml closed": (parse_yaml, b"[" * 5_000 + b"]" * 5_000),
    "yaml maps": (parse_yaml, b"{a: " * 5_000),
    "yaml dashes": (parse_yaml, b"- " * 5_000),
    "yaml question marks": (parse_yaml, b"? " * 5_000),
    "json": (parse_json, b"[" * 200_000),
    "json closed": (parse_json, b"[" * 5_000 + b"]" * 5_000),
    "json objects": (parse_json, b'{"a":' * 200_000),
    "json 65 levels": (parse_json, b"[" * 65 + b"]" * 65),
    "json lines": (parse_lines, b"{}\n" + b"[" * 200_000),
    "an int of many digits": (parse_json, b"9" * 5_000),
    "an int of 65 bits": (parse_json, b"18446744073709551616"),
    "an infinite number": (parse_json, b"[1e999]"),
    "over 10 MB": (parse_yaml, b"a" * (MAX_BYTES + 1)),
    "Markdown over 2 MB": (parse_markdown, b"a\n" * 1_000_001),
}


@pytest.mark.parametrize("name", DEEP)
def test_bounds_are_kept(name: str) -> None:
    parse, data = DEEP[name]

    with pytest.raises(DocumentError):
        parse(data, "a.file")


def test_64_levels_are_read() -> None:
    assert parse_json(b"[" * 64 + b"]" * 64, "a") == plain_data(parse_yaml(b"[" * 64 + b"]" * 64, "a").root)


SLOW = {
    "brackets": "[" * 100_000 + "0.5",
    "images": "![" * 50_000 + "0.5",
    "comments": "0.5 " + "<!--" * 50_000,
    "tags": "0.5 " + "<a" * 100_000,
    "backticks": "0.5 " + "`a``b" * 40_000,
    "quotes": ">" * 100_000 + " 0.5",
    "bullets": "- " * 50_000 + "0.5",
    "html headings": "<h1>" * 50_000 + " 0.5",
    "one long sentence": "of 0.5 " * 18_000,
    "emphasis": "*a **b " * 30_000 + "0.5",
    "table": "|" * 100_000 + "\n" + "|-" * 50_000 + "|\n" + "|0.5" * 50_000,
    "headings": "# a\n" * 20_000,
    "front matter": "---\n" + "a: b\n" * 50_000,
    "dots": "1." * 100_000,
    "thousands": "1,000" * 40_000 + " 0.5",
    "words": "a" * 300_000 + " 0.5",
    "dashes": "a-" * 100_000 + " 0.5",
}


@pytest.mark.parametrize("name", SLOW)
def test_hostile_markdown_is_read_in_a_moment(name: str) -> None:
    import time

    started = time.process_time()
    try:
        parse_markdown(SLOW[name].encode(), "a.md")
    except DocumentError as error:
        assert f"{markdown.MAX_FIGURES:,}" in error.what
    assert time.process_time() - started < 8


def test_a_card_with_too_many_figures_is_refused_at_the_line() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_markdown(b"0.5 is one.\n\n" * 20_001, "a.md")

    assert 40_001 == caught.value.location.line


def test_a_broken_byte_behind_a_byte_order_mark_is_placed_right() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(b"\xef\xbb\xbfa: \xc3\xa9\nb: \xc3\xa9\xff\n", "a.yaml")

    assert (2, 5, "byte 0xff is not UTF-8") == (
        caught.value.location.line,
        caught.value.location.column,
        caught.value.what,
    )


def test_a_node_knows_what_is_nothing() -> None:
    assert [True, True, False, False] == [
        Node(text, 1, 1, 1, 1, plain).is_null
        for text, plain in (("", True), ("~", True), ("", False), ("none", True))
    ]
