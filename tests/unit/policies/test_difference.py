"""`policy diff`: each kind of edit and what is said of it; and that what is said holds on random evidence."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from repos import ROOT, Repository, high, program

from aiact_gate.change.versions import Comparison, compare_packs
from aiact_gate.documents.node import Document
from aiact_gate.expressions.engine import Engine
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.model.errors import PackError
from aiact_gate.model.evidence import Unknown
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import AS_OF, edit, evidence_of, read_base
from aiact_gate.schemas.fields import NAMES
from aiact_gate.sources.builtin import builtin_folder

REQUIREMENT: dict[str, Any] = {
    "id": "house.a",
    "version": "1.0.0",
    "citation": "Model risk policy, section 4",
    "title": "Attacks are tried often enough",
    "binds": {"role": "provider", "duty": "requirements"},
    "timeline": "undated",
    "profile": "core",
    "calls_for": "structural",
    "why": "A success rate from a handful of attempts says little.",
    "leaves_open": "Would an attacker stop after as many attempts?",
    "fix": "Repeat the attack more often in the training run.",
    "parameters": {"n": {"type": "int", "default": 100, "min": 1, "tighten": "higher"}},
}
CHECK: dict[str, Any] = {
    "id": "c",
    "each": "testing.attacks",
    "that": [
        "it.cases in mlflow.run.metrics",
        "mlflow.run.metrics[it.cases] >= parameters.n",
        "it.limit <= 0.5",
    ],
    "message": "{it.id} was tried too rarely.",
}


def packed(folder: Path, check: Mapping[str, Any] | None = None, **requirement: Any) -> Pack:
    """A pack with one requirement; keys that are None are taken out."""
    folder.mkdir(parents=True, exist_ok=True)
    merged = {key: value for key, value in {**CHECK, **(check or {})}.items() if value is not None}
    rule = {**REQUIREMENT, "checks": [merged], **requirement}
    rule = {key: value for key, value in rule.items() if value is not None}
    policy = {"schema": "aiact-gate/policy/v1", "article": "house", "title": "Ours", "requirements": [rule]}
    (folder / "rules.yaml").write_text(json.dumps(policy))
    (folder / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\nintroduced: 2026-11-25\nlegal_review: not yet\n"
    )
    pack, found = load_folder(folder)
    faults = [fault for fault in found if fault.rule != "tighten_direction"]  # diff isn't taken in by it
    assert not faults, [(fault.rule, fault.message, fault.condition) for fault in faults]
    return pack


def compared(tmp_path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    packs = []
    for name, change in (("old", old), ("new", new)):
        own = {
            key: value
            for key, value in change.items()
            if key in REQUIREMENT or key in ("checks", "not_checked")
        }
        packs.append(packed(tmp_path / name, {k: v for k, v in change.items() if k not in own}, **own))
    return compare_packs(*packs)


def clauses(*changed: str) -> dict[str, Any]:
    return {"that": list(changed)}


A, B, C = CHECK["that"]
PER_ROW = "mlflow.run.metrics[it.cases] >= 2.0 * double(size(testing.attacks))"
FORM = {"each": "testing.attacks", "that": [A, B]}
WARN = {**CHECK, "id": "w", "severity": "warning"}
MORE = {**CHECK, "id": "d"}
INNER = {"that": 'w in ["use"]', "message": "{w} is no use."}
WORDS = {"that": "testing.attacks.exists(a, w in a.alters)", "message": "No attack changes the {w}."}

TABLE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("the same", {}, {}, "equal"),
    ("another order", {}, clauses(C, A, B), "equal"),
    ("one clause of three", {}, clauses(f"{C} &&   ({A})\n && {B}"), "equal"),
    ("sides changed", {}, clauses(A, B, "0.5 >= it.limit"), "equal"),
    ("another row name", {}, {"each": {"x": "testing.attacks"}, "that": [c.replace("it.", "x.") for c in CHECK["that"]],
                               "message": "{x.id} was tried too rarely."}, "equal"),
    ("wording", {}, {"message": "{it.id} was tried only now and then.", "title": "Attacks are tried often"}, "equal"),
    ("the parameter as a number", {}, clauses(A, "mlflow.run.metrics[it.cases] >= 100.0", C), "equal"),
    ("double negation", clauses('it.knowledge != "black_box"'), clauses('!(it.knowledge == "black_box")'), "equal"),
    ("a redundant clause", clauses("it.limit <= 0.5", "it.limit <= 0.9"), clauses("it.limit <= 0.5"), "equal"),
    ("clause added", clauses(A, B), {}, "tighter"),
    ("clause dropped", {}, clauses(A, B), "looser"),
    ("conjunct dropped", clauses(f"{A} && {C}"), clauses(A), "looser"),
    ("&& to ||", clauses('it.knowledge == "black_box" && it.limit < 0.2'),
     clauses('it.knowledge == "black_box" || it.limit < 0.2'), "looser"),
    ("limit lowered", {}, clauses(A, B, "it.limit <= 0.3"), "tighter"),
    ("limit raised", {}, clauses(A, B, "it.limit <= 0.7"), "looser"),
    ("<= to <", {}, clauses(A, B, "it.limit < 0.5"), "tighter"),
    ("<= to >=", {}, clauses(A, B, "it.limit >= 0.5"), "undecidable"),
    ("another field", {}, clauses(A, B, "size(it.alters) > 0"), "undecidable"),
    ("negated limit raised", clauses("!(it.limit > 0.5)"), clauses("!(it.limit > 0.7)"), "looser"),
    ("number of another kind", clauses("size(it.alters) >= 1"), clauses("double(size(it.alters)) >= 1.0"), "undecidable"),
    ("set widened", clauses('it.knowledge in ["black_box"]'), clauses('it.knowledge in ["black_box", "grey_box"]'),
     "looser"),
    ("set changed", clauses('it.knowledge in ["black_box"]'), clauses('it.knowledge in ["grey_box"]'), "undecidable"),
    ("set narrowed to one", clauses('it.knowledge in ["black_box", "grey_box"]'), clauses('it.knowledge == "grey_box"'),
     "tighter"),
    ("all narrowed", clauses("size(it.alters) > 0", 'it.alters.all(a, a in ["use", "outputs"])'),
     clauses("size(it.alters) > 0", 'it.alters.all(b, b == "use")'),
     "tighter"),
    ("all to exists", clauses('size(it.alters) > 0', 'it.alters.all(a, a == "use")'),
     clauses('size(it.alters) > 0', 'it.alters.exists(a, a == "use")'), "undecidable"),
    ("parameter up", {}, {"parameters": {"n": {"type": "int", "default": 200, "min": 1, "tighten": "higher"}}}, "tighter"),
    ("parameter down", {}, {"parameters": {"n": {"type": "int", "default": 50, "min": 1, "tighten": "higher"}}}, "looser"),
    ("parameter wrongly declared", {},
     {"parameters": {"n": {"type": "int", "default": 50, "min": 1, "tighten": "lower"}}}, "looser"),
    ("where added", {}, {"where": "filled(it.bounds)"}, "undecidable"),
    ("where added, none needed", {"min_items": 0, "empty_is_fine": "Nothing to try is fine here."},
     {"min_items": 0, "empty_is_fine": "Nothing to try is fine here.", "where": "filled(it.bounds)"}, "looser"),
    ("where added on what is read", {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "filled(it.bounds)"},
     {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "filled(it.bounds)", "where": "filled(it.bounds)"},
     "looser"),
    ("where dropped on what is read", {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "filled(it.bounds)",
     "where": "filled(it.bounds)"}, {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "filled(it.bounds)"},
     "tighter"),
    ("where may be an error", {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "it.limit <= 0.5"},
     {"min_items": 0, "empty_is_fine": "Nothing is fine.", "that": "it.limit <= 0.5", "where": "it.limit > 0.1"},
     "undecidable"),
    ("min_items up", {}, {"min_items": 2}, "tighter"),
    ("min_items down", {"min_items": 2}, {}, "looser"),
    ("another list", {"that": "filled(it.id)"}, {"each": "testing.robustness", "that": "filled(it.id)"}, "undecidable"),
    ("severity lowered", {}, {"severity": "warning"}, "looser"),
    ("severity raised", {"severity": "warning"}, {}, "tighter"),
    ("severity raised, clause dropped", {"severity": "warning"}, clauses(A, B), "undecidable"),
    ("kind can't be owed", {}, {"kind": "contradicted"}, "tighter"),
    ("when added", {}, {"when": "testing.real_world_testing"}, "undecidable"),
    ("binds any", {}, {"binds": {"role": "any", "duty": "requirements"}}, "tighter"),
    ("binds a deployer", {}, {"binds": {"role": "deployer", "duty": "requirements"}}, "undecidable"),
    ("binds less", {"binds": {"role": "any", "duty": "all"}}, {}, "looser"),
    ("profile start", {}, {"profile": "start"}, "tighter"),
    ("profile full", {}, {"profile": "full"}, "looser"),
    ("another date", {}, {"timeline": "ch3_s2"}, "undecidable"),
    ("measured asked for", {}, {"calls_for": "measured"}, "tighter"),
    ("measured not asked for", {"calls_for": "measured"}, {}, "looser"),
    ("attested asked for", {}, {"calls_for": "attested"}, "looser"),
    ("attested no longer enough", {"calls_for": "attested"}, {}, "equal"),
    ("check added", {}, {"checks": [CHECK, MORE]}, "tighter"),
    ("check removed", {"checks": [CHECK, MORE]}, {}, "looser"),
    ("no checks any more", {}, {"checks": None, "not_checked": "No source says it in this version."}, "looser"),
    ("another id", {}, {"id": "house.b"}, "undecidable"),
    ("more for each row", clauses(PER_ROW), clauses(PER_ROW.replace("2.0", "3.0")), "tighter"),
    ("less for each row", clauses(PER_ROW), clauses(PER_ROW.replace("2.0", "1.0")), "looser"),
    ("a kind that a roll-out may leave", {"kind": "missing"}, {"kind": "stale"}, "undecidable"),
    ("it warns at first", {}, {"new_in": "1.0.0"}, "looser"),
    ("only what is new warns at first", clauses(A, B), {"new_in": "1.0.0", "replaces": FORM}, "tighter"),
    ("another form than before goes on failing", {}, {"new_in": "1.0.0", "replaces": FORM}, "undecidable"),
    ("limit as a sum", {}, clauses(A, B, "it.limit <= 0.25 + 0.25"), "equal"),
    ("limit as a difference", {}, clauses(A, B, "it.limit <= 0.75 - 0.25"), "equal"),
    ("limit as a product", {}, clauses(A, B, "it.limit <= 0.25 * 2.0"), "equal"),
    ("limit as a larger product", {}, clauses(A, B, "it.limit <= 0.25 * 3.0"), "looser"),
    ("fixed word added", {"each": {"w": ["use"]}, **WORDS}, {"each": {"w": ["use", "outputs"]}, **WORDS}, "tighter"),
    ("fixed word dropped", {"each": {"w": ["use", "outputs"]}, **WORDS}, {"each": {"w": ["use"]}, **WORDS}, "looser"),
    ("another name of the row above", {"each": {"x": "testing.attacks", "w": "x.alters"}, **INNER},
     {"each": {"y": "testing.attacks", "w": "y.alters"}, **INNER}, "equal"),
    ("another fixed word", {"each": {"w": ["use"]}, **WORDS}, {"each": {"w": ["outputs"]}, **WORDS}, "undecidable"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_an_edit_does(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], expected: str) -> None:
    comparison = compared(tmp_path, old, new)

    kinds = {one.relation for one in comparison.differences} - {"equal"}
    found = "equal" if not kinds else kinds.pop() if len(kinds) == 1 else "undecidable"
    assert expected == found, comparison


def test_a_clause_that_asks_another_thing_of_the_same_value_is_told_as_one_that_changed(
    tmp_path: Path,
) -> None:
    comparison = compared(tmp_path, {}, clauses(A, B, "it.limit >= 0.5"))

    parts = [part.why for one in comparison.differences for part in one.parts]
    assert ["it.limit <= 0.5 became it.limit >= 0.5"] == parts


@pytest.mark.parametrize(
    ("change", "version", "said"),
    [
        (clauses(A, B, "it.limit <= 0.3"), "1.0.0", "may newly fail, and its version is still 1.0.0"),
        (clauses(A, B, "it.limit <= 0.3"), "1.1.0", "takes a new major version"),
        (clauses(A, B, "it.limit <= 0.3"), "2.0.0", ""),
        ({"when": "testing.real_world_testing"}, "1.1.0", "takes a new major version"),
        (clauses(A, B), "1.0.1", "it is looser, and its version went from 1.0.0 to 1.0.1"),
        (clauses(A, B), "1.1.0", ""),
        ({"checks": [CHECK, WARN]}, "1.0.0", ""),
    ],
)
def test_what_a_version_has_to_say(tmp_path: Path, change: dict[str, Any], version: str, said: str) -> None:
    comparison = compared(tmp_path, {}, {**change, "version": version})

    told = [line for line in comparison.versions if line.startswith("house.a")]
    assert ([] if not said else [True]) == [said in line for line in told]


# ---------------------------------------------------------------- on random evidence

POOL = [
    "it.cases in mlflow.run.metrics",
    "mlflow.run.metrics[it.cases] >= parameters.n",
    "it.limit <= 0.5",
    "it.limit <= 0.15",
    "it.limit < 0.15",
    "it.limit >= 0.05",
    "!(it.limit > 0.2)",
    'it.knowledge == "black_box"',
    'it.knowledge in ["black_box", "grey_box"]',
    'it.knowledge in ["black_box", "grey_box", "white_box"]',
    'it.knowledge != "white_box" || it.limit < 0.15',
    "filled(it.bounds)",
    "filled(it.bounds) || it.limit < 0.2",
    'it.alters.exists(a, a == "use")',
    'it.alters.exists(a, a in ["use", "outputs"])',
    'size(it.alters) > 0 && it.alters.all(a, a in ["use", "outputs"])',
    "size(it.alters) >= 1",
    "size(it.alters) >= 2",
    "size(it.changeable_inputs) > 0 ? it.limit < 0.4 : it.limit < 0.2",
    "size(it.changeable_inputs) > 0 ? it.limit < 0.35 : it.limit < 0.2",
    "testing.attacks.exists(o, o.limit > it.limit)",
]
WHERE = [
    None,
    "filled(it.bounds)",
    'it.knowledge == "black_box"',
    'it.knowledge in ["black_box", "grey_box"]',
    "it.limit > 0.05",
    "size(it.alters) > 0",
    "filled(it.bounds) && filled(it.changeable_inputs)",
]
WHEN = [
    None,
    "testing.real_world_testing == false",
    "filled(testing.review)",
    "filled(testing.review) && filled(testing.baselines)",
    "testing.review.threshold > 0.2",
    "size(testing.robustness) > 0",
]
MIN = [0, 0, 1, 2, 3]
PARAMETER = [1, 110, 125, 1000]


def drawn(chance: random.Random) -> dict[str, Any]:
    return {
        "that": chance.sample(POOL, chance.randint(1, 3)),
        "where": chance.choice(WHERE),
        "when": chance.choice(WHEN),
        "min_items": chance.choice(MIN),
        "n": chance.choice(PARAMETER),
        "severity": chance.choice(["error", "error", "error", "warning"]),
        "calls_for": chance.choice(["structural", "structural", "measured"]),
    }


def changed(config: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """*config* after one or two small edits."""
    new = dict(config)
    for _ in range(chance.randint(1, 2)):
        key = chance.choice(
            ["that", "that", "that", "where", "where", "when", "min_items", "n", "severity", "calls_for"]
        )
        if key != "that":
            new[key] = drawn(chance)[key]
            continue
        that = list(new["that"])
        how = chance.choice(["add", "drop", "swap", "join"])
        if how == "add" or len(that) == 1 and how in ("drop", "join"):
            that.append(chance.choice(POOL))
        elif how == "drop":
            that.pop(chance.randrange(len(that)))
        elif how == "swap":
            that[chance.randrange(len(that))] = chance.choice(POOL)
        else:
            that = [f"({that[0]}) {chance.choice(['&&', '||'])} ({that[1]})", *that[2:]]
        new["that"] = that
    return new


def pack_of(config: dict[str, Any], folder: Path) -> Pack:
    parameter = {"n": {"type": "int", "default": config["n"], "min": 1, "tighten": "higher"}}
    check = {key: config[key] for key in ("that", "where", "when", "min_items", "severity")}
    if config["min_items"] == 0:
        check["empty_is_fine"] = "Nothing to try is fine here."
    return packed(folder, check, parameters=parameter, calls_for=config["calls_for"])


VALUES: dict[str, list[Any]] = {
    "limit": [0.0, 0.05, 0.1, 0.15, 0.2, 0.5, 0.9, None, "n/a", "much", float("nan")],
    "knowledge": ["black_box", "grey_box", "white_box", None, "other"],
    "bounds": ["Within a year and a tenth of the wish.", None, "TBD", 3],
    "alters": [["use"], ["outputs", "use"], [], ["performance"], None, "use"],
    "changeable_inputs": [["a"], [], None],
    "cases": ["att_fuzz_n", "att_membership_n", "att_evasion_n", "not_there", None],
}
ELSEWHERE: list[dict[str, Any]] = [
    {"set": {"/testing/attacks": []}},
    {"set": {"/testing/attacks/0": "text"}},
    {"delete": ["/testing/attacks/3"]},
    {"delete": ["/testing/attacks"]},
    {"delete": ["/testing"]},
    {"delete": ["/mlflow"]},
    {"delete": ["/mlflow/run/metrics"]},
    {"delete": ["/mlflow/run/metrics/att_evasion_n"]},
    {"set": {"/mlflow/run/metrics/att_evasion_n": 99}},
    {"set": {"/mlflow/run/metrics/att_evasion_n": 110}},
    {"delete": ["/testing/review"]},
    {"set": {"/testing/review/threshold": 0.1}},
    {"delete": ["/testing/review/threshold"]},
    {"set": {"/testing/real_world_testing": True}},
    {"set": {"/testing/real_world_testing": "perhaps"}},
    {"delete": ["/testing/baselines"]},
    {"set": {"/testing/robustness": []}},
]


@cache
def base() -> dict[str, Document]:
    return read_base(builtin_folder("eu-ai-act") / "examples" / "fixtures" / "high")


@cache
def judges() -> list[CheckJudge]:
    chance = random.Random(41)
    engine = Engine((*sorted(NAMES), "it"), AS_OF)
    found = []
    for number in range(60):
        documents = base()
        for _ in range(chance.randint(0, 5)):
            if chance.random() < 0.3:
                case = chance.choice(ELSEWHERE)
            else:
                field = chance.choice(sorted(VALUES))
                pointer = f"/testing/attacks/{chance.randrange(4)}/{field}"
                case = (
                    {"delete": [pointer]}
                    if chance.random() < 0.2
                    else {"set": {pointer: chance.choice(VALUES[field])}}
                )
            try:
                documents = edit(documents, case)[0]
            except PackError:
                continue
        evidence = evidence_of(documents)
        if number % 10 == 0:
            unknown = chance.choice(
                [("mlflow", "run"), ("testing", "review"), ("testing", "attacks"), ("testing",)]
            )
            evidence.unknowns[unknown] = Unknown("this clone is shallow", "git fetch --unshallow")
        found.append(CheckJudge(evidence, engine, "s"))
    return found


def fails(pack: Pack, judge: CheckJudge) -> bool:
    requirement = pack.requirements[0]
    result = judge.judge(requirement.checks[0], requirement)
    if result.outcome is Outcome.PASS and result.method == "stated" and requirement.calls_for == "measured":
        return result.severity == "error"  # unknown, as `check` has it
    return result.severity == "error" and result.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_holds_on_random_evidence(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    said: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for number in range(60):
        config = drawn(chance)
        new = changed(config, chance)
        packs = pack_of(config, tmp_path / f"{number}-old"), pack_of(new, tmp_path / f"{number}-new")
        kinds = {one.relation for one in compare_packs(*packs).differences} - {"equal"}
        relation = "equal" if not kinds else kinds.pop() if len(kinds) == 1 else "undecidable"
        said[relation] += 1
        pairs = [(fails(packs[0], judge), fails(packs[1], judge)) for judge in judges()]
        shown[relation] += any(one != other for one, other in pairs)
        if relation in ("tighter", "equal"):
            assert (True, False) not in pairs, (config, new)
        if relation in ("looser", "equal"):
            assert (False, True) not in pairs, (config, new)
    # The evidence tells the two apart often enough for the claims to mean something.
    assert min(said["tighter"], said["looser"], said["equal"]) >= 3, said
    assert shown["tighter"] and shown["looser"] and shown["undecidable"], shown


# ---------------------------------------------------------------- as people see it


@pytest.mark.parametrize(
    "old, new, said",
    [
        (clauses(f"{A} && it.limit <= 0.5"), clauses(A), f"{A} && it.limit <= 0.5 became {A}"),
        (clauses(A), clauses(f"{A} &&\n  it.limit <= 0.5"), f"{A} became {A} && it.limit <= 0.5"),
        (clauses(A, C), clauses(C), f"clause dropped: {A}"),
        (clauses(C), clauses(A, C), f"clause added: {A}"),
        (clauses(A, "it.limit <= 0.5"), clauses(A, "it.limit<=0.7"), "it.limit <= 0.5 became it.limit<=0.7"),
        ({"where": "it.limit < 0.4"}, {"where": None}, "where dropped: it.limit < 0.4"),
    ],
)
def test_a_condition_is_told_as_its_author_wrote_it(
    old: dict[str, Any], new: dict[str, Any], said: str, tmp_path: Path
) -> None:
    check = next(one for one in compared(tmp_path, old, new).differences if "/" in one.id)

    assert said == check.reasons[0].partition(" (")[0]


def test_the_table_and_what_turns_on_a_repository(tmp_path: Path) -> None:
    for name in ("old", "new"):
        assert 0 == program("policy", "new", f"{name}/house", cwd=tmp_path).code
    rules = tmp_path / "new" / "house" / "rules.yaml"
    rules.write_text(rules.read_text().replace("default: 50", "default: 301"))
    repository = high(tmp_path / "repository")
    assert 0 == program("policy", "add", "../old/house", cwd=repository.folder).code
    repository.commit()

    ran = program(
        "policy", "diff", "old/house", "new/house", "--on", "repository", "--as-of", AS_OF, cwd=tmp_path
    )

    assert 0 == ran.code, ran.said
    lines = ran.out.splitlines()
    assert lines[1] == (
        "tighter      house.enough-cases/enough-cases  "
        "mlflow.run.metrics[it.cases] >= 50.0 became mlflow.run.metrics[it.cases] >= 301.0"
    )
    assert "1 tighter, 0 looser, 0 undecidable, 1 equal (0 of them unchanged)." in lines
    assert "newly fails  loans  house.enough-cases/enough-cases  compliance/testing.yaml:12:12" in lines
    assert "1 checks newly fail here, 0 newly pass." == lines[-1]

    back = program(
        "policy", "diff", "new/house", "old/house", "--format", "json", "--on", "repository", cwd=tmp_path
    )
    assert 1 == back.code
    data = json.loads(back.out)
    assert ["equal", "looser"] == [one["relation"] for one in data["differences"]]
    assert ["passes"] == [one["newly"] for one in data["turned"]]


def test_a_changed_copy_of_a_built_in_pack_is_judged_in_its_place(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "policies" / "eu-ai-act", copy)
    text = (copy / "article-15-accuracy-robustness-security.yaml").read_text()
    assert "severity: warning" in text
    (copy / "article-15-accuracy-robustness-security.yaml").write_text(
        text.replace("severity: warning", "severity: error")
    )
    Repository(tmp_path / "empty")

    ran = program(
        "policy",
        "diff",
        "eu-ai-act",
        str(copy),
        "--on",
        "examples/credit-scoring",
        "--as-of",
        AS_OF,
        cwd=ROOT,
    )

    assert 0 == ran.code, ran.said
    assert "severity warning became error" in ran.out
    nothing = program("policy", "diff", "eu-ai-act", "eu-ai-act", "--on", str(tmp_path / "empty"), cwd=ROOT)
    assert 4 == nothing.code


def test_what_an_overlay_asks_is_compared_where_it_asks_it(tmp_path: Path) -> None:
    import shutil

    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        shutil.copytree(ROOT / "examples" / "organisation-pack", folder)
    overlay = (new / "overlay.yaml").read_text()
    for before, now in (
        ("words_on_exclusions: 50}", "words_on_exclusions: 60}"),
        ("  art9.5: 2027-06-01", "  art9.5: 2027-07-01"),
        ("raise:\n  art13.3.b.iii/told-not-only-listed: error", "raise: {}"),
    ):
        assert before in overlay
        overlay = overlay.replace(before, now)
    (new / "overlay.yaml").write_text(overlay)

    ran = program("policy", "diff", "old", "new", cwd=tmp_path)

    assert 1 == ran.code, ran.said
    said = [line.split()[:2] for line in ran.out.splitlines()]
    assert ["looser", "art9.5"] in said
    assert ["looser", "art13.3.b.iii/told-not-only-listed"] in said
    assert "pack.yaml: something changed, and the version is" in ran.said
    assert any(line[0] == "tighter" and line[1].startswith("art13.3.b.i/") for line in said if len(line) > 1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("eu-ai-act", "eu-ai-act"), 0, "Nothing differs."),
        (("eu-ai-act", "nowhere"), 2, "there is no pack 'nowhere'"),
        (("eu-ai-act", "empty"), 3, "has no pack.yaml"),
        (("eu-ai-act", "broken"), 3, "unknown_key"),
        (("eu-ai-act", "eu-ai-act", "--on", "nowhere"), 2, "there is no 'nowhere'"),
        (("eu-ai-act", "evidence-integrity"), 1, "requirement removed"),
    ],
)
def test_its_exit_codes(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    packed(tmp_path / "broken")
    (tmp_path / "broken" / "pack.yaml").write_text("schema: aiact-gate/pack/v1\nnam: x\n")

    ran = program("policy", "diff", *arguments, cwd=tmp_path)

    assert code == ran.code, ran.said
    assert said in ran.said


@pytest.mark.parametrize("file", ["timeline.yaml", "classification.yaml"])
def test_another_timeline_or_classification_cant_be_decided_and_ends_with_1(
    file: str, tmp_path: Path
) -> None:
    old = builtin_folder("eu-ai-act")
    shutil.copytree(old, tmp_path / "eu-ai-act")
    changed = tmp_path / "eu-ai-act" / file
    text = changed.read_text("utf-8")
    changed.write_text(
        text.replace("2027-12-02", "2027-12-03")
        if "2027-12-02" in text
        else text.replace("title: ", "title: The ", 1),
        "utf-8",
    )

    ran = program("policy", "diff", str(old), str(tmp_path / "eu-ai-act"), cwd=tmp_path)

    assert 1 == ran.code, ran.out
    assert "undecidable" in ran.out and file in ran.out, ran.out
