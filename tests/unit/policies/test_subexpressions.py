"""A condition's parts as texts: what is written says what was judged."""

from __future__ import annotations

from typing import Any

import pytest

from aiact_gate.expressions.parts import PartEngine
from aiact_gate.expressions.tree import decode
from aiact_gate.expressions.written import CannotWrite, macro_of, written
from aiact_gate.judge.subvalues import names_of

ENGINE = PartEngine(("a", "b", "x", "y"))
DATA: dict[str, Any] = {
    "a": {
        "n": 3,
        "d": 0.5,
        "t": 'ab"c\\d\n\u202ee',
        "yes": True,
        "list": [1, 2, 3],
        "map": {"k k": [{"v": 1}], "n": None},
    },
    "b": [{"id": "R1", "n": 1}, {"id": "R2", "n": 5}],
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a.yes||a.n>2&&a.d<1.0", "a.yes || a.n > 2 && a.d < 1.0"),
        ("(a.yes || a.n > 2) && a.d < 1.0", "(a.yes || a.n > 2) && a.d < 1.0"),
        ("a.yes && (a.n > 2 && a.d < 1.0) && a.n < 9", "a.yes && a.n > 2 && a.d < 1.0 && a.n < 9"),
        ("(a.n - 1) - (2 - a.n) == 3", "a.n - 1 - (2 - a.n) == 3"),
        ("(a.n + 1) * 2 == a.n * 2 + 2", "(a.n + 1) * 2 == a.n * 2 + 2"),
        ("-a.n == -3 && -(a.n + 1) == -4", "-a.n == -3 && -(a.n + 1) == -4"),
        ("!(a.n == 4) && !!a.yes", "!(a.n == 4) && a.yes"),
        ("(a.n == 3) == a.yes", "(a.n == 3) == a.yes"),
        ("(a.yes ? a.n : 1) == 3", "(a.yes ? a.n : 1) == 3"),
        ("a.yes ? a.n == 3 : a.yes ? true : false", "a.yes ? a.n == 3 : a.yes ? true : false"),
        ("(a.yes ? true : false) ? a.yes : false", "(a.yes ? true : false) ? a.yes : false"),
        ('a.map["k k"][0].v == 1 && a.map.n == null', 'a.map["k k"][0].v == 1 && a.map.n == null'),
        ('a.t.contains("\\"") && a.t.matches("^ab")', 'a.t.contains("\\"") && a.t.matches("^ab")'),
        ("a.t == 'ab\"c\\\\d\\n\\u202ee'", 'a.t == "ab\\"c\\\\d\\u000a\\u202ee"'),
        ("has(a.n) && !has(a.zz)", "has(a.n) && !has(a.zz)"),
        ("size(a.list) == 3 && 2 in a.list", "size(a.list) == 3 && 2 in a.list"),
        ("a.n in [1, 2 + 1]", "a.n in [1, 2 + 1]"),
        ("b.all(x, x.n > 0)", "b.all(x, x.n > 0)"),
        ("b.exists(x, x.n > 4 && b.exists(y, y.id != x.id))", "b.exists(x, x.n > 4 && b.exists(y, y.id != x.id))"),
        ("b.exists_one(x, x.n == 5)", "b.exists_one(x, x.n == 5)"),
        ("b.filter(x, x.n > 1).map(x, x.id) == ['R2']", 'b.filter(x, x.n > 1).map(x, x.id) == ["R2"]'),
        ("b.map(x, x.n > 1, x.n * 2) == [10]", "b.map(x, x.n > 1, x.n * 2) == [10]"),
        ("filled(a.t) || a.n > 7", "filled(a.t) || a.n > 7"),
    ],
)  # fmt: skip
def test_what_is_written_is_what_was_read(source: str, text: str) -> None:
    again = written(decode(ENGINE.compile(source)))
    bound = ENGINE.bind(DATA)

    assert text == again == written(decode(ENGINE.compile(again)))
    assert True is ENGINE.given(source, bound).value is ENGINE.given(again, bound).value


def test_a_group_has_no_text() -> None:
    with pytest.raises(CannotWrite):
        written(decode(ENGINE.compile('{"k": a.n}["k"] == 3')))


def test_a_macro_is_named_with_its_list_its_variable_and_what_it_asks() -> None:
    tree = decode(ENGINE.compile("b.exists(x, x.n > a.n)"))
    macro = macro_of(tree)

    assert ("exists", "b", "x", ["x.n > a.n"]) == (
        macro.name,
        written(macro.over),
        macro.variable,
        [written(body) for body in macro.bodies],
    )
    assert {"a", "b", "x"} == names_of(tree)


@pytest.mark.parametrize(
    ("source", "absent", "error"),
    [
        ("a.zz == 1", True, ""),
        ("a.list[7] == 1", True, ""),
        ("a.n == 1 || a.t > 1", False, "it compares values of different kinds"),
        ("1 / (a.n - 3) == 1", False, "the engine can't evaluate it"),
        ("a.n ==", False, "the engine refused it"),
    ],
)
def test_a_part_without_a_value_says_why_and_repeats_no_evidence(
    source: str, absent: bool, error: str
) -> None:
    given = ENGINE.given(source, ENGINE.bind(DATA))

    assert (None, absent, error) == (given.value, given.absent, given.error)


def test_values_are_plain_data_at_any_depth() -> None:
    given = ENGINE.given("[a.map, b]", ENGINE.bind(DATA))

    assert [DATA["a"]["map"], DATA["b"]] == given.value
