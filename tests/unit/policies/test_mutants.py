"""Mutants and watched conditions: edits of checked expressions that say what they mean and nothing else."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from aiact_gate.expressions.encoding import encode
from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.model.policy import Check, Pack
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest import mutants
from aiact_gate.policytest.cases import AS_OF, judged, names_of, read_base
from aiact_gate.schemas.fields import Field
from aiact_gate.sources.builtin import builtin_folder

NAMES = ("it", "a", "b", "c")


@cache
def engine() -> Engine:
    return Engine((*NAMES, *names_of(pack())), AS_OF)


@cache
def pack() -> Pack:
    return load_folder(builtin_folder("eu-ai-act"))[0]


@cache
def tree(source: str) -> Expr:
    return decode(engine().compile(source))


def bare(node: Expr) -> Expr:
    """Without places, chains of one sign as one: what two texts of one expression share. (The engine balances chains.)"""
    parts = [bare(part) for part in node.parts]
    if node.name in ("_&&_", "_||_"):
        parts = [one for part in parts for one in (part.parts if part.name == node.name else (part,))]
    return node._replace(offset=0, parts=tuple(parts))


def sources() -> list[str]:
    found = []
    for requirement in pack().requirements:
        for check in requirement.checks:
            found += [one.source for one in (check.when, check.where, *check.clauses) if one is not None]
    return sorted(set(found))


def test_every_condition_written_anew_is_the_same_condition() -> None:
    trees = {source: tree(source) for source in sources()}
    rewritten = {source for source, once in trees.items() if bare(once) != bare(tree(mutants.unparse(once)))}
    encoded = {source for source, once in trees.items() if bare(once) != bare(decode(encode(once)))}

    assert (set(), set()) == (rewritten, encoded)
    assert len(trees) > 300


WORDS = Field({"type": "string", "enum": ["low", "middle", "high"]}, {})

TURNED = {
    "a && b && c": {
        "`a` dropped": "b && c",
        "`b` dropped": "a && c",
        "`c` dropped": "a && b",
        "`a && b` to `||`": "(a || b) && c",
        "`b && c` to `||`": "a && (b || c)",
        "`a` to `!a`": "!a && b && c",
        "`b` to `!b`": "a && !b && c",
        "`c` to `!c`": "a && b && !c",
    },
    "a || b": {
        "`a` dropped": "b",
        "`b` dropped": "a",
        "`a || b` to `&&`": "a && b",
        "`a` to `!a`": "!a || b",
        "`b` to `!b`": "a || !b",
    },
    "it.x < 3": {
        "`it.x < 3` to `!(it.x < 3)`": "!(it.x < 3)",
        "`it.x < 3` to `it.x <= 3`": "it.x <= 3",
        "`3` to `4`": "it.x < 4",
        "`3` to `2`": "it.x < 2",
    },
    "it.x >= 0.5": {
        "`it.x >= 0.5` to `!(it.x >= 0.5)`": "!(it.x >= 0.5)",
        "`it.x >= 0.5` to `it.x > 0.5`": "it.x > 0.5",
        "`0.5` to `1.5`": "it.x >= 1.5",
        "`0.5` to `-0.5`": "it.x >= -0.5",
    },
    'it.x == "y"': {'`it.x == "y"` to `it.x != "y"`': 'it.x != "y"'},
    "filled(it.x)": {"`filled(it.x)` to `!filled(it.x)`": "!filled(it.x)"},
    "it.l.all(x, x.y)": {
        "`it.l.all(x, x.y)` to `!it.l.all(x, x.y)`": "!it.l.all(x, x.y)",
        "`it.l.all(x, x.y)` to `it.l.exists(x, x.y)`": "it.l.exists(x, x.y)",
        "`x.y` to `!x.y`": "it.l.all(x, !x.y)",
    },
    "it.l.exists(x, x.y)": {
        "`it.l.exists(x, x.y)` to `!it.l.exists(x, x.y)`": "!it.l.exists(x, x.y)",
        "`it.l.exists(x, x.y)` to `it.l.all(x, x.y)`": "it.l.all(x, x.y)",
        "`x.y` to `!x.y`": "it.l.exists(x, !x.y)",
    },
    'it.word in ["low", "middle"]': {
        '`it.word in ["low", "middle"]` to `!(it.word in ["low", "middle"])`': '!(it.word in ["low", "middle"])',
        '`it.word in ["low", "middle"]` to `it.word in ["low", "middle", "high"]`': 'it.word in ["low", "middle", "high"]',
    },
    "a ? b : c": {
        "`a` to `!a`": "!a ? b : c",
        "`b` to `!b`": "a ? !b : c",
        "`c` to `!c`": "a ? b : !c",
    },
}


@pytest.mark.parametrize("source", TURNED)
def test_each_part_of_a_condition_is_turned_in_its_own_way(source: str) -> None:
    def field_of(node: Expr) -> Field | None:
        return WORDS if node.name == "word" else None

    found = {mutant.what: bare(mutant.tree) for mutant in mutants.mutants(tree(source), field_of)}

    assert {what: bare(tree(text)) for what, text in TURNED[source].items()} == found


def test_every_mutant_says_where_the_changed_part_stands() -> None:
    made = [
        (mutant.what, source[mutant.offset :])
        for source in sources()
        for mutant in mutants.mutants(tree(source), lambda node: None)
    ]

    assert [] == [(what, here) for what, here in made if not stands_there(what, here)]
    assert len(made) > 1000


def stands_there(what: str, here: str) -> bool:
    """Whether *here* begins with the part that the mutant *what* changes."""
    if what.endswith(("to `||`", "to `&&`")):
        return here.startswith("&&" if "||" in what[-4:] else "||")
    changed, there = (re.sub(r"[\s()\"']", "", text) for text in (what.partition("`")[2], here))
    if changed[:1].isdigit():
        return there[:1].isdigit()  # 1e-09 may be written as 0.000000001
    return bool(changed) and there.startswith(changed[:1])


class _Saw:
    def __init__(self) -> None:
        self.values: list[tuple[int, bool]] = []
        self.missed: list[int] = []

    def saw(self, number: int, value: bool) -> bool:
        self.values.append((number, value))
        return value

    def miss(self, number: int) -> bool:
        self.missed.append(number)
        return False


EVIDENCE: list[dict[str, Any]] = [
    {"a": True, "b": False, "c": True, "it": {"x": 1, "l": [1, 2]}},
    {"a": False, "b": True, "c": True, "it": {"x": 3, "l": []}},
    {"a": True, "b": True, "c": False, "it": {"l": [3]}},
]


@pytest.mark.parametrize("evidence", EVIDENCE)
@pytest.mark.parametrize(
    "source",
    [
        "a && b || c",
        "a ? b : !c",
        "it.x < 2 || a",
        "it.l.all(y, y > 1) && it.l.exists(y, y == 2)",
        "!(it.x > 1)",
    ],
)
def test_watching_a_condition_changes_neither_its_value_nor_its_error(
    source: str, evidence: dict[str, Any]
) -> None:
    saw = _Saw()
    words = {"_saw": (("i", "b"), saw.saw), "_not_true": (("i",), saw.miss)}
    watching = Engine(NAMES, AS_OF, words)
    plain = tree(source)

    watched = watching.holds(watching.load(encode(mutants.watched(plain, 5))), watching.bind(evidence))

    assert engine().holds(engine().load(encode(plain)), engine().bind(evidence)) == watched
    numbers = {number for number, _ in saw.values} | set(saw.missed)
    assert numbers and numbers <= set(range(5, 5 + len(mutants.clauses(plain))))


def test_an_error_is_seen_as_not_true_and_never_as_true() -> None:
    saw = _Saw()
    watching = Engine(NAMES, AS_OF, {"_saw": (("i", "b"), saw.saw), "_not_true": (("i",), saw.miss)})

    outcome = watching.holds(
        watching.load(encode(mutants.watched(tree("it.x == 1"), 0))), watching.bind({"it": {}})
    )

    assert outcome.absent and ([], [0]) == (saw.values, saw.missed)


def test_every_word_of_the_language_that_gives_a_truth_value_is_known_as_one() -> None:
    from aiact_gate.expressions.vocabulary import words

    for name, (arguments, _) in words(AS_OF).items():
        call = f"{name}({', '.join('it.x' for _ in arguments)})"
        if name == "rank":
            continue  # gives a number
        assert [call] == [mutants.unparse(one) for one in mutants.clauses(tree(call))]


def checks() -> list[Check]:
    return [check for requirement in pack().requirements for check in requirement.checks if check.clauses]


def test_a_check_without_its_fast_proof_comes_to_the_same_on_the_passing_evidence() -> None:
    documents = read_base(builtin_folder("eu-ai-act") / "examples" / "fixtures" / "high")
    for requirement in pack().requirements:
        slow = requirement._replace(
            checks=tuple(c._replace(proof=None, chosen=None) for c in requirement.checks)
        )

        assert judged(requirement, pack(), documents) == judged(slow, pack(), documents), requirement.id
