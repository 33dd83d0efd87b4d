"""`policy lint`: every wrong policy is told at its exact place, nothing right is, and no file makes it fall over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from repos import ROOT, Ran, call
from wrong_policies import BASE, CASES, THAT, Case

from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.formats.lint import cut, render
from aiact_gate.lint.act import no_point_of_the_law
from aiact_gate.lint.advisory import ADVICE
from aiact_gate.lint.carets import Text, place_in
from aiact_gate.lint.faults import PolicyFault
from aiact_gate.lint.rules import RULES, WRONG, table
from aiact_gate.model.errors import DocumentError
from aiact_gate.policy.linted import lint_folder
from aiact_gate.policy.load import load_folder

PACK = """\
schema: aiact-gate/pack/v1
name: house
version: 1.0.0
legal_review: not yet
introduced: 2026-11-25
retired: [house.old, house.threshold/old]
"""


def pack(folder: Path, policy: str | bytes | None = BASE, head: str = PACK) -> Path:
    house = folder / "house"
    house.mkdir()
    (house / "pack.yaml").write_text(head, "utf-8")
    if policy is not None:
        data = policy if isinstance(policy, bytes) else policy.encode("utf-8", "surrogatepass")
        (house / "house.yaml").write_bytes(data)
    return house


def lint(folder: Path) -> Ran:
    return call("policy", "lint", str(folder))


def told(faults: list[PolicyFault]) -> list[str]:
    return [f"{fault.location}: {fault.message} [{fault.rule}]" for fault in faults]


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_wrong_policy_is_told_at_its_exact_place(case: Case, tmp_path: Path) -> None:
    house = pack(tmp_path, case.text)

    ran = lint(house)

    places = re.findall(r"^house/house\.yaml:(.*)$", ran.out, re.MULTILINE)
    assert (3, case.expected) == (ran.code, places), ran.out
    assert ran.out.count("    Fix: ") == len(case.expected)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_caret_stands_under_the_character_of_the_column(case: Case, tmp_path: Path) -> None:
    out = lint(pack(tmp_path, case.text)).out.splitlines()
    lines = case.text.splitlines()

    for number, text in enumerate(out):
        found = re.match(r"house/house\.yaml:(\d+):(\d+): ", text)
        if found is None:
            continue
        source, caret = out[number + 1], out[number + 2].index("^")
        line, column = lines[int(found[1]) - 1], int(found[2]) - 1
        if column < len(line):
            shown = " " if line[column] == "\t" else line[column]
            assert shown == at_column(source, caret), (text, source)


def at_column(text: str, column: int) -> str:
    """The character of *text* that a terminal writes at *column*; emoji take two."""
    for c in text:
        if column <= 0:
            return c
        column -= 2 if c > "\u2e7f" else 1
    return ""


def test_the_table_has_a_case_for_most_rules() -> None:
    found = {expected.rpartition("[")[2].rstrip("]") for case in CASES for expected in case.expected}
    elsewhere = {"unknown_file", "no_policy", "date", "no_new_in", "unknown_version", "type"}
    of_other_files = (
        told_in("policy/layers.py")
        | told_in("policy/rollout.py")
        | told_in("policy/kinds.py", "policy/linted.py")
    )

    assert not found - set(RULES)
    assert not set(RULES) - found - elsewhere - of_other_files


def told_in(*modules: str) -> set[str]:
    """The rules that *modules* name when they tell a fault."""
    found = set()
    for module in modules:
        for node in ast.walk(ast.parse((ROOT / "aiact_gate" / module).read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name.endswith("_fault") or name in ("PolicyFault", "fault", "tell"):
                    either = [
                        one
                        for arg in node.args[:3]
                        for one in ([arg.body, arg.orelse] if isinstance(arg, ast.IfExp) else [arg])
                    ]
                    texts = [one.value for one in either if isinstance(one, ast.Constant)]
                    last = 2 if isinstance(node.args[0], ast.IfExp) else 1
                    found |= {text for text in texts[:last] if isinstance(text, str) and " " not in text}
    return found


def test_every_rule_that_the_code_names_is_in_the_table() -> None:
    names = told_in(
        "policy/compile.py",
        "policy/check_compiler.py",
        "policy/layers.py",
        "policy/rollout.py",
        "policy/kinds.py",
        "policy/linted.py",
        "lint/requirements.py",
        "lint/advice.py",
        "lint/typed.py",
    )

    assert len(names) > 50
    assert not names - set(RULES)


def test_the_policy_that_the_table_edits_has_no_fault(tmp_path: Path) -> None:
    ran = lint(pack(tmp_path))

    assert (0, "No faults.\n") == (ran.code, ran.out)


def test_lint_finds_nothing_in_the_built_in_packs() -> None:
    for name in ("eu-ai-act", "evidence-integrity"):
        assert [] == told(lint_folder(ROOT / "policies" / name))


RIGHT = [
    "size(testing.metrics) > 0 && 1 <= it.id.size() && size(it.id) != 0 && rank(['low'], it.id) >= 0",
    "it.threshold > 0",
    "testing.metrics.size() > 1 && testing.metrics.all(m, filled(m.id))",
    "filled(testing.metrics) ? testing.metrics.map(m, m.id).all(id, id.startsWith('M')) : false",
    "['a', it.id].all(text, filled(text))",
    "has(it.group) && filled(it.group)",
    "it.metric in mlflow.run.metrics && mlflow.run.metrics[it.metric] - 0.1 >= it.threshold * 2.0",
    "mlflow.run.metrics.exists(key, key == it.metric)",
    "event_log.events.exists(e, has(e.threshold) && e.threshold > 0.5)",
    "double(testing.metrics.size()) > 0.5 && double(mlflow.run.params['size']) > 1.0",
    "testing.attack_classes.exists(c, in_future(c.not_appropriate.expires) || c.not_appropriate.expires == as_of)",
    "timestamp(mlflow.run.started_at) < timestamp(as_of + 'T00:00:00Z')",
    "in_past(mlflow.run.started_at)",
    "'provider' in system.role && system.tier in ['high', 'limited']",
    "!filled(it.group) && !(it.id in derived.plan.then)",
    "it.direction == 'higher' ? it.threshold >= 0.5 : it.threshold <= 0.5",
    "rank(['low', 'high'], it.id) >= 1",
    "derived.datasets['train'].counted && derived.datasets['train'].rows > 100",
    "it.id + '-' + it.metric != it.because",
]


@pytest.mark.parametrize("condition", RIGHT)
def test_a_right_condition_is_no_fault(condition: str, tmp_path: Path) -> None:
    text = BASE.replace(THAT, f'that: ["{condition}", it.threshold >= parameters.least]')

    ran = lint(pack(tmp_path, text))

    assert (0, "No faults.\n") == (ran.code, ran.out)


UNGUARDED = [
    ("where", "it.group.startsWith('a')", "it.group"),
    ("where", "it.id == 'a' || size(it.group) > 3", "it.group"),
    ("where", "filled(it.because) && it.group.matches('a')", "it.group"),
    ("where", "filled(it.group) || it.group.contains('a')", "it.group"),
    ("where", "filled(it.group) ? it.id == 'a' : it.group.contains('a')", "it.group"),
    ("where", "testing.metrics.exists(m, m.group.contains('a'))", "m.group"),
    ("where", "testing.review.pages.exists(page, page.id == 'a')", "testing.review"),
    ("when", "testing.review.outcome == 'a'", "testing.review"),
]
GUARDED = [
    ("where", "filled(it.group) && it.group.startsWith('a')"),
    ("where", "it.id == 'a' && filled(it.group) && (it.id == 'b' || it.group.startsWith('a'))"),
    ("where", "!filled(it.group) || it.group.startsWith('a')"),
    ("where", "it.group != null && size(it.group) > 2"),
    ("where", "filled(it.group) ? it.group.contains('a') : it.id == 'a'"),
    ("where", "testing.metrics.exists(m, filled(m.group) && m.group.contains('a'))"),
    ("where", "it.group == 'women' || it.group in ['men'] || it.threshold > 0.5"),
    ("where", "mlflow.run.params['size'].contains('a') && it.because.contains('a')"),
]


def guarded_policy(key: str, condition: str) -> str:
    return BASE.replace(THAT, f'{key}: "{condition}"\n        {THAT}')


@pytest.mark.parametrize(("key", "condition", "field"), UNGUARDED)
def test_an_optional_field_that_where_or_when_opens_has_to_be_asked_for(
    key: str, condition: str, field: str, tmp_path: Path
) -> None:
    house = pack(tmp_path, guarded_policy(key, condition))

    faults = [fault for fault in lint_folder(house) if fault.rule == "unguarded"]

    assert [f"Begin with filled({field}) &&."] == [fault.fix for fault in faults]
    assert f"{field} is optional; where it is absent, `{key}` is an error" == faults[0].message
    assert 21 == faults[0].location.line
    named = faults[0].source[faults[0].location.column - 1 :]
    assert named.startswith(field.rpartition(".")[2])


@pytest.mark.parametrize(("key", "condition"), GUARDED)
def test_a_guarded_field_is_no_fault(key: str, condition: str, tmp_path: Path) -> None:
    ran = lint(pack(tmp_path, guarded_policy(key, condition)))

    assert (0, "No faults.\n") == (ran.code, ran.out)


DIRECTIONS = [
    ("it.threshold >= parameters.way", "higher"),
    ("it.threshold < parameters.way", "lower"),
    ("parameters.way <= it.threshold", "higher"),
    ("parameters.way > it.threshold", "lower"),
    ("filled(it.because) && (it.id == 'a' || it.threshold > parameters.way * 0.5)", "higher"),
    ("it.threshold * 2.0 <= double(testing.metrics.size()) * parameters.way", "lower"),
    ("it.threshold <= it.threshold / 2.0 - parameters.way", "higher"),
    ("!testing.metrics.exists(m, m.threshold < parameters.way)", "higher"),
    ("filled(testing.metrics) && testing.metrics.all(m, m.threshold <= parameters.way)", "lower"),
]
UNDECIDED = [
    "it.direction == 'higher' ? it.threshold >= parameters.way : it.threshold <= parameters.way",
    "testing.metrics.filter(m, m.threshold > parameters.way).size() <= 3",
    "it.threshold * parameters.way >= it.threshold",
    "parameters.least <= parameters.way && filled(it.id)",
]


def with_way(condition: str, tighten: str) -> str:
    way = f"parameters: {{way: {{type: float, default: 0.4, tighten: {tighten}}}, "
    return BASE.replace("parameters: {", way).replace(THAT, f'that: "{condition}"')


@pytest.mark.parametrize(("condition", "tighten"), DIRECTIONS)
def test_a_parameter_is_tightened_the_way_in_which_its_condition_asks_more(
    condition: str, tighten: str, tmp_path: Path
) -> None:
    other = {"higher": "lower", "lower": "higher"}[tighten]
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()

    right = told(lint_folder(pack(tmp_path / "right", with_way(condition, tighten))))
    wrong = lint_folder(pack(tmp_path / "wrong", with_way(condition, other)))

    assert not [text for text in right if "tighten_direction" in text]
    assert [f"Write tighten: {tighten}."] == [one.fix for one in wrong if one.rule == "tighten_direction"]


@pytest.mark.parametrize("tighten", ["higher", "lower"])
@pytest.mark.parametrize("condition", UNDECIDED)
def test_a_direction_that_cant_be_told_is_no_fault(condition: str, tighten: str, tmp_path: Path) -> None:
    faults = lint_folder(pack(tmp_path, with_way(condition, tighten)))

    assert "tighten_direction" not in {fault.rule for fault in faults}


@pytest.mark.parametrize(
    ("condition", "word", "fix"),
    [
        ("it.split = 'testing'", "= ", "Write ==."),
        ("filled(it.id) && it.split='testing'", "='", "Write ==."),
        ("filled(it.id) and filled(it.because)", "and ", "Write &&."),
        ("filled(it.id) or filled(it.because)", "or ", "Write ||."),
        ("not filled(it.because)", "not ", "Write !."),
        ("filled(it.id) && not filled(it.because)", "not ", "Write !."),
        ("it.threshold =< 0.5", "=< ", "Write <=."),
        ("filled(it.id) | filled(it.because)", "| ", "Write ||."),
        ("len(testing.metrics) > 1", "len(", "Write size(…)."),
    ],
)
def test_a_word_of_another_language_is_told_with_its_own(
    condition: str, word: str, fix: str, tmp_path: Path
) -> None:
    (fault,) = lint_folder(pack(tmp_path, BASE.replace(THAT, f'that: "{condition}"')))

    assert fix == fault.fix
    assert fault.source[fault.location.column - 1 :].startswith(word), fault


# ---------------------------------------------------------------- what check refuses too


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_check_refuses_what_makes_a_judgement_wrong_and_pays_for_no_advice(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIACT_GATE_NO_CACHE", "1")
    house = pack(tmp_path, case.text)

    rules = {fault.rule for fault in load_folder(house)[1]}

    expected = {one.rpartition("[")[2].rstrip("]") for one in case.expected} & set(WRONG)
    # What the engine itself refuses is told in its own words; which rule that is, lint says.
    in_other_words = expected & {"unknown_name", "unknown_function", "unlike_kinds", "non_boolean"}
    assert rules in (expected, expected - in_other_words | {"condition"})
    assert bool(expected) == bool(rules) and not rules & set(ADVICE)


# ---------------------------------------------------------------- packs and other files


def test_a_folder_that_is_no_pack_is_no_pass(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing", ROOT / "README.md"):
        ran = lint(folder)
        assert 3 == ran.code and "No faults" not in ran.out and "no pack" in ran.err


@pytest.mark.parametrize("verb", ["lint", "test"])
def test_a_pack_is_named_by_its_folder_from_inside_it(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = pack(tmp_path, BASE.replace("undated", "never"))
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(house)

    inside = call("policy", verb, ".")
    monkeypatch.chdir(tmp_path / "bare")
    bare = call("policy", verb, ".")

    assert "house/house.yaml:10" in inside.out and " /house.yaml" not in f" {inside.out}"
    assert "there is no pack in bare: it has no pack.yaml" in bare.err


def test_a_pack_without_a_policy_is_a_fault(tmp_path: Path) -> None:
    ran = lint(pack(tmp_path, None))

    assert 3 == ran.code
    assert ran.out.startswith("house/pack.yaml:1:1: the pack house has no requirement [no_policy]\n")


def test_a_policy_file_without_a_requirement_is_a_fault(tmp_path: Path) -> None:
    ran = lint(pack(tmp_path, BASE[: BASE.index("requirements:")] + "requirements: []\n"))

    assert 3 == ran.code and "[no_policy]" in ran.out


def test_a_yaml_file_that_is_no_policy_is_a_fault(tmp_path: Path) -> None:
    house = pack(tmp_path)
    (house / "notes.yaml").write_text("a: 1\n", "utf-8")

    ran = lint(house)

    assert 3 == ran.code and ran.out.startswith(
        "house/notes.yaml:1:1: house/notes.yaml is no policy [unknown_file]"
    )


def test_the_head_of_a_pack_is_linted(tmp_path: Path) -> None:
    head = PACK.replace("version: 1.0.0", "version: one").replace("2026-11-25", "soon")

    ran = lint(pack(tmp_path, head=head))

    assert 3 == ran.code
    assert "house/pack.yaml:3:10: the version of the pack is 'one' [version]" in ran.out
    assert "house/pack.yaml:5:13: 'soon' is no date [date]" in ran.out


def test_faults_of_several_packs_are_counted_together(tmp_path: Path) -> None:
    wrong = BASE.replace("undated", "never")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    folders = [pack(tmp_path / name, wrong) for name in ("one", "two")]

    ran = call("policy", "lint", *map(str, folders))

    assert 3 == ran.code and ran.out.endswith("\n2 faults.\n")


# ---------------------------------------------------------------- printing


def test_a_long_line_is_cut_with_the_caret_in_view() -> None:
    line = "        that: " + "filled(it.a) && " * 30 + "filled(it.b)" + " && filled(it.c)" * 30
    at = line.index("it.b")

    shown, caret = cut(line, at, 80)

    assert len(shown) <= 80 and shown.startswith("…") and shown.endswith("…")
    assert "it.b" == shown[caret : caret + 4]


@given(st.text(max_size=200), st.integers(0, 220), st.integers(60, 120))
def test_a_cut_line_always_fits_and_shows_its_character(line: str, at: int, width: int) -> None:
    shown, caret = cut(line, at, width)

    assert shown.isprintable() and 0 <= caret <= 4 * width
    if line.isascii() and line.isprintable() and at < len(line):
        assert len(shown) <= width and shown[caret] == line[at]


def test_control_characters_are_shown(tmp_path: Path) -> None:
    text = BASE.replace("each: testing.metrics", 'each: "testing.m\\e[31metrics"')

    ran = lint(pack(tmp_path, text))

    assert 3 == ran.code and "\x1b" not in ran.out and "\\x1b" in ran.out


# ---------------------------------------------------------------- any text

WORDS = st.sampled_from(
    [
        *BASE.split(),
        "requirements:",
        "checks:",
        "that:",
        "each:",
        "with:",
        "[",
        "]",
        "{",
        "}",
        "- ",
        "&a",
        "*a",
        "|",
        ">-",
        "'",
        '"',
        "\\",
        "~",
        "null",
        "0",
        "-1",
        "1e999",
        "[]",
        "{}",
        "??",
        "\n",
        "\n  ",
        "\n      ",
        "\n        ",
        "it..a",
        "it[",
        "a[b=c]",
        "filled(",
        ")",
        "!",
        "\u0000",
        "é😀",
    ]
)


@st.composite
def edited_policies(draw: st.DrawFn) -> str:
    """The right policy with pieces of it replaced, doubled or taken out."""
    parts = re.split(r"(\s+|[:\[\]{},()\"'])", BASE)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(parts) - 1))
        new = draw(WORDS)
        parts[place : place + draw(st.integers(0, 3))] = [new]
    return "".join(parts)


def never_falls_over(data: str | bytes, folder: Path) -> None:
    house = folder / "house"
    house.mkdir(exist_ok=True)
    (house / "pack.yaml").write_text(PACK, "utf-8")
    (house / "house.yaml").write_bytes(
        data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    )

    faults = lint_folder(house)

    assert all(fault.location.line >= 1 and fault.location.column >= 1 for fault in faults)
    assert all(fault.rule in RULES and fault.message and fault.fix for fault in faults), told(faults)
    assert render(faults).isprintable() or "\n" in render(faults)
    assert "\x1b" not in render(faults)


@given(st.one_of(edited_policies(), st.lists(WORDS).map(" ".join), st.binary(max_size=200)))
def test_no_text_makes_lint_fall_over(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    never_falls_over(data, tmp_path_factory.getbasetemp())


@given(
    st.lists(
        st.sampled_from(
            'it testing metrics .because .threshold .id filled( ) ( && || ! == != < >= + in [ ] { } ? : , 0.5 1 "a" true '
            "null as_of parameters.least .all(m, .exists(m, m size( has( [0] [it.id] . - quotes( rank( derived.plan.then mlflow".split(
                " "
            )
        ),
        max_size=25,
    ).map(" ".join)
)
def test_no_condition_makes_lint_fall_over(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    text = BASE.replace(
        "that: [filled(it.because), it.threshold >= parameters.least]", "that: |-\n          " + source
    )
    never_falls_over(text, tmp_path_factory.getbasetemp())


# ---------------------------------------------------------------- places in scalars

VALUES = st.lists(
    st.sampled_from(
        ["a", "b ", "'", '"', "\\", " && ", "ä", "😀", "(", ")", "[", ": ", " #", "\n", "\n\n", "\t"]
    ),
    min_size=1,
    max_size=20,
).map("".join)


@given(VALUES, st.sampled_from(["'", '"', None, "|", ">"]), st.integers(10, 200))
def test_every_character_of_a_scalar_is_found_in_its_file(value: str, style: str | None, width: int) -> None:
    import yaml

    dumped = yaml.safe_dump(value, default_style=style, width=width, allow_unicode=True).removesuffix("...\n")
    written = "head: 1\nkey:\n  - that: " + dumped.replace("\n", "\n      ")
    try:
        node = parse_yaml(written.encode(), "x.yaml").root.value["key"].value[0].value["that"]
    except DocumentError:
        assume(False)  # a block of nothing but breaks
    text = Text(written)

    for offset, c in enumerate(node.value):
        line, column = place_in(text, node.line, node.column, node.value, offset)
        there = text.line(line)[column - 1 : column]
        if not c.isspace():
            quoted = written[text.index(node.line, node.column)] == '"'
            assert there == c or quoted and (there == "\\" or c in '"\\')


# ---------------------------------------------------------------- the law's structure


def test_every_citation_of_the_built_in_packs_is_a_point_of_the_law() -> None:
    found = set()
    for path in (ROOT / "policies").glob("*/*.yaml"):
        for citation in re.findall(
            r"""citation: ["']?((?:Article|Annex)[^"'\n]*)""", path.read_text("utf-8")
        ):
            found.add(citation.rstrip())
            assert "" == no_point_of_the_law(citation.rstrip()), citation
    assert len(found) > 100


@pytest.mark.parametrize(
    "citation",
    [
        "Article 4a(1)(g)",
        "Article 9(0)",
        "Article 12(4)",
        "Article 13(3)(b)(viii)",
        "Article 14(6)",
        "Article 15(5)x",
        "Article 114(1)",
        "Annex IV, point 2(i)",
        "Annex III, point 9",
        "Annex 4",
        "Article",
    ],
)
def test_what_the_act_does_not_have_is_no_point(citation: str) -> None:
    assert no_point_of_the_law(citation)


@pytest.mark.parametrize(
    "citation",
    [
        "Article 9(5), first subparagraph",
        "Article 26(10), third to sixth subparagraphs",
        "Article 6(1a)",
        "Article 16(a)",
        "Article 47(3) and (4)",
        "Articles 8 to 15",
        "Article 13(3)(b)(vii)",
        "Annex III point 5(b)",
        "Annex VIII, section A, point 5",
        "Annex XI",
        "Article 9(2)(j) GDPR",
        "Article 35(11) of Regulation (EU) 2016/679",
        "Annex XV of Regulation (EU) 2017/745",
        "Article 10(3), second and third sentences",
    ],
)
def test_what_the_act_has_is_a_point(citation: str) -> None:
    assert "" == no_point_of_the_law(citation)


# ---------------------------------------------------------------- docs


def test_the_documented_rules_are_the_rules() -> None:
    text = (ROOT / "docs" / "policy-language.md").read_text("utf-8")

    section = text.partition("\n## What lint finds\n")[2].partition("\n## ")[0]

    assert table() in section
