"""Every value stands where it says, and reads as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.documents.node import Node, number_of, plain_data, scalar
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError

WORD = st.text(
    st.characters(
        codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="\x85\u2028\u2029\ufeff"
    ),
    min_size=1,
    max_size=12,
)
DATA = st.recursive(
    WORD | st.integers(-999, 999) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORD, inner, max_size=4),
    max_leaves=20,
)


def scalars(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        for child in node.value.values():
            yield from scalars(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from scalars(child)
    else:
        yield node


@given(data=DATA, ending=st.sampled_from(["\n", "\r\n"]), mark=st.sampled_from(["", "\ufeff"]))
def test_the_text_at_a_place_is_the_value(data: object, ending: str, mark: str) -> None:
    written = json.dumps(data, ensure_ascii=False, indent=1)
    text = mark + written.replace("\n", ending)
    try:
        document = parse_yaml(text.encode(), "a.yaml")
    except DocumentError as error:
        assert data is None and "empty" in error.what
        return
    lines = written.split("\n")

    for node in scalars(document.root):
        assert node.line == node.end_line
        shown = lines[node.line - 1][node.column - 1 : node.end_column - 1]
        assert node.value == (shown if node.plain else json.loads(shown))
    assert data == plain_data(document.root)


@given(data=st.dictionaries(WORD, DATA, min_size=1, max_size=5))
def test_a_key_stands_where_its_map_says(data: dict[str, object]) -> None:
    written = json.dumps(data, ensure_ascii=False, indent=1)
    root = parse_yaml(written.encode(), "a.yaml").root

    for key, (line, column) in root.keys.items():
        assert written.split("\n")[line - 1][column - 1 :].startswith(json.dumps(key, ensure_ascii=False))


AS_WRITTEN = [
    "no", "yes", "on", "off", "010", "0o17", "1:20", "1.30", "1_000", "0x1F", "2026-11-25", "2026-11-25T08:00:00Z", "1e3",
    "+7", ".5", "~x", "=", "NaN", "true", "~", "12e03",
]  # fmt: skip


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_scalar_stays_as_written(text: str) -> None:
    for written in (f"key: {text}\n", f"key:\n  - {text}\n", f"{{key: {text}}}\n", f"{text}: x\n"):
        root = parse_yaml(written.encode(), "a.yaml").root

        assert text in [*(node.value for node in scalars(root)), *root.value]


PLAIN = {
    "no": "no",
    "010": "010",
    "1:20": "1:20",
    "1.30": 1.3,
    "2026-11-25": "2026-11-25",
    "true": True,
    "False": False,
    "yes": "yes",
    "~": None,
    "": None,
    "null": None,
    "nil": "nil",
}


@pytest.mark.parametrize("text", PLAIN)
def test_plain_data_follows_the_core_rules(text: str) -> None:
    assert PLAIN[text] == scalar(text)
    assert type(PLAIN[text]) is type(scalar(text))


NUMBERS: dict[str, int | float | None] = {
    "7": 7, "-7": -7, "+7": 7, "0": 0, "-0": 0, "0.5": 0.5, ".5": 0.5, "5.": 5.0, "-0.5": -0.5, "1e-3": 0.001, "1E5": 1e5, "0e0": 0.0,
    "1.30": 1.3, "999999999999999999": 999999999999999999,
    "9999999999999999999": None, "010": None, "00": None, "007.5": None, "1:20": None, "1_000": None, "1,000": None, "0x1F": None,
    ".nan": None, ".inf": None, "-.inf": None, "nan": None, "inf": None, "infinity": None, "1e999": None, "1²": None, "1٣": None, "٣": None,
    "²": None, "９": None, "": None, "-": None, "+": None, ".": None, "--1": None, "+-1": None, "1 ": 1.0, "1.2.3": None, "1e": None,
    "12 %": None, "½": None,
}  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_number_of(text: str) -> None:
    found = number_of(text)

    assert NUMBERS[text] == found
    assert (found is None) == (NUMBERS[text] is None)


@given(st.text(max_size=12) | st.from_regex(r"[-+]?[0-9._eE²٣]{0,12}", fullmatch=True))
def test_number_of_never_fails_and_is_finite(text: str) -> None:
    found = number_of(text)

    assert found is None or found - found == 0
    if re.fullmatch(r"-?(0|[1-9]\d{0,17})", text, re.ASCII):
        assert int(text) == found


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_python_writes_it_is_that_number(number: float) -> None:
    assert number == number_of(repr(number))


def test_places_of_block_scalars_aliases_and_folded_texts() -> None:
    text = "a: >-\n  one\n  two\nb: &x 'it''s'\nc: *x\nd: |\n  three\n"
    root = parse_yaml(text.encode(), "a.yaml").root

    assert ["one two", "it's", "it's", "three\n"] == [root.value[key].value for key in "abcd"]
    assert [1, 4, 4, 6] == [root.value[key].line for key in "abcd"]


def test_an_absent_place_falls_back_to_its_nearest_parent() -> None:
    document = parse_yaml(b"a:\n  b:\n    c: 1\n  d:\n", "a.yaml")

    assert (3, 8) == document.location(("a", "b", "c"))[1:3]
    assert (2, 3) == document.location(("a", "b", "x", 7))[1:3]
    assert (4, 3) == document.location(("a", "d"))[1:3]
    assert (1, 1) == document.location(("z",))[1:3]
