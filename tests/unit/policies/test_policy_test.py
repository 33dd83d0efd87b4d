"""`policy test --coverage --mutate`: a weak example is named, with the case that would make it strong."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from repos import ROOT, Ran, call, program

from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import engine_of
from aiact_gate.policytest.mutation import weakened
from aiact_gate.policytest.places import Places

LAW = ROOT / "policies" / "eu-ai-act"
SEED = 2026
COPIES = 8

PACK = """\
schema: aiact-gate/pack/v1
name: house
version: 1.0.0
introduced: 2026-11-25
legal_review: not yet
"""

POLICY = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.attacks
    version: 1.0.0
    citation: Model risk policy, section 4
    title: Attacks are tried often enough
    binds: {role: provider, duty: requirements}
    timeline: undated
    profile: start
    calls_for: structural
    why: A success rate from a handful of attempts says little.
    leaves_open: Would an attacker stop after as many attempts?
    fix: Repeat the attack more often in the training run.
    parameters: {min_attempts: {type: int, default: 100, min: 1, tighten: higher}}
    checks:
      - id: enough-attempts
        each: testing.attacks
        that:
          - it.attack_class in ["evasion", "data_poisoning"]
          - mlflow.run.metrics[it.cases] >= parameters.min_attempts || it.id == "X1"
        message: "{it.id} was tried {mlflow.run.metrics[it.cases]} times; we ask for {parameters.min_attempts}."
"""

EXAMPLES: dict[str, Any] = {
    "base": "fixtures/own",
    "cases": [
        {
            "check": "enough-attempts",
            "name": "twelve attempts",
            "set": {"/mlflow/run/metrics/tried": 12},
            "at": "/testing/attacks/0/cases",
        },
    ],
}
STRONG = [
    {"name": "exactly as many as asked for", "set": {"/mlflow/run/metrics/tried": 100}},
    {
        "check": "enough-attempts",
        "name": "one fewer",
        "set": {"/mlflow/run/metrics/tried": 99},
        "at": "/testing/attacks/0/cases",
    },
    {
        "check": "enough-attempts",
        "name": "an attack of another class",
        "set": {"/testing/attacks/0/attack_class": "confidentiality"},
    },
    {"name": "the other class", "set": {"/testing/attacks/0/attack_class": "data_poisoning"}},
    {
        "check": "enough-attempts",
        "name": "a class that the list leaves out",
        "set": {"/testing/attacks/0/attack_class": "model_poisoning"},
    },
    {
        "name": "the attack that needs few",
        "set": {"/testing/attacks/0/id": "X1", "/mlflow/run/metrics/tried": 12},
    },
    {
        "check": "enough-attempts",
        "name": "a second attack, tried too seldom",
        "add": {
            "/testing/attacks/-": {
                "id": "A2",
                "attack_class": "evasion",
                "cases": "other",
                "because": "Forged references were seen there, too.",
            }
        },
        "at": "/testing/attacks/1/cases",
    },
    {
        "check": "enough-attempts",
        "name": "no attack at all",
        "set": {"/testing/attacks": []},
        "at": "/testing/attacks",
    },
]
TESTING = """\
schema: aiact-gate/record/testing/v1
for: credit-scoring@1.3.0
attacks:
  - {id: A1, attack_class: evasion, cases: tried, because: Forged payslips were seen in branch offices.}
"""
MLFLOW = "run: {id: 7b8f7fc, metrics: {tried: 300, other: 3}}\n"


def pack(folder: Path, cases: list[dict[str, Any]] | None = None, **more: Any) -> Path:
    examples = {**EXAMPLES, "cases": [*EXAMPLES["cases"], *(cases or [])], **more}
    files = {
        "pack.yaml": PACK,
        "house.yaml": POLICY,
        "examples/house.attacks.yaml": yaml.safe_dump(examples, sort_keys=False),
        "examples/fixtures/own/testing.yaml": TESTING,
        "examples/fixtures/own/mlflow.yaml": MLFLOW,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def run(*arguments: str) -> Ran:
    return program(*arguments, cwd=ROOT)


def examined(folder: Path, *options: str) -> Ran:
    return run("policy", "test", str(folder), *options)


def test_one_lazy_case_is_enough_for_the_examples_and_not_for_their_coverage(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")

    plain, covered = examined(folder), examined(folder, "--coverage")

    assert 0 == plain.code, plain.out
    assert 1 == covered.code
    line = (
        POLICY.splitlines().index(
            '          - mlflow.run.metrics[it.cases] >= parameters.min_attempts || it.id == "X1"'
        )
        + 1
    )
    column = POLICY.splitlines()[line - 1].index("it.id ==") + 1
    assert (
        f'UNSEEN   house/house.yaml:{line}:{column}: house.attacks/enough-attempts that[1]: `it.id == "X1"` true\n'
        '    A case in which `it.id == "X1"` is true\n'
    ) in covered.out
    assert "enough-attempts each: `testing.attacks` empty" in covered.out
    assert re.search(
        r"^Coverage: \d+ of 9 values of clauses and sizes of lists seen", covered.out, re.MULTILINE
    )


def test_one_lazy_case_leaves_mutants_alive_and_the_report_says_what_would_kill_them(tmp_path: Path) -> None:
    ran = examined(pack(tmp_path / "house"), "--mutate")

    assert 1 == ran.code
    for text in (
        'enough-attempts that[0]: dropped\n    A case in which `it.attack_class in ["evasion", "data_poisoning"]` alone is false\n',
        "`mlflow.run.metrics[it.cases] >= parameters.min_attempts` to `mlflow.run.metrics[it.cases] > parameters.min_attempts`\n"
        "    A case in which `mlflow.run.metrics[it.cases]` equals `parameters.min_attempts` (there 100)\n",
        "enough-attempts min_items: 1 to 0\n    A case with an emptied list\n",
        "enough-attempts parameters.min_attempts: 100 to 99\n    A case with a value between 99 and 100, 99 included\n",
        '`it.id == "X1"` dropped\n',
    ):
        assert text in ran.out, (text, ran.out)


def test_cases_for_each_of_them_show_full_coverage_and_no_survivor(tmp_path: Path) -> None:
    ran = examined(pack(tmp_path / "house", STRONG), "--coverage", "--mutate")

    assert (0, "") == (ran.code, ran.err), ran.out
    lines = ran.out.splitlines()
    assert "house: 1 requirements, 1 checks, 9 of 9 cases as expected." == lines[0]
    assert "Coverage: 9 of 9 values of clauses and sizes of lists seen (100.0 %)." == lines[1]
    assert re.fullmatch(r"Mutants: (\d+) of \1 noticed \(100\.0 %\)\.", lines[2]), lines[2]
    assert re.fullmatch(r"Blanks: (\d+) of \1 blanked fields stop the check that reads them\.", lines[3]), (
        lines[3]
    )


def test_a_survivor_with_a_reason_is_counted_and_one_without_fails(tmp_path: Path) -> None:
    without = [case for case in STRONG if case["name"] != "no attack at all"]
    name = "enough-attempts min_items: 1 to 0"
    reason = {"mutant": name, "because": "Here an emptied list is stopped by its form."}

    alone = examined(pack(tmp_path / "a", without), "--mutate")
    explained = examined(pack(tmp_path / "b", without, equivalent=[reason]), "--mutate", "-v")
    blank = examined(pack(tmp_path / "c", without, equivalent=[{**reason, "because": ""}]), "--mutate")

    assert 1 == alone.code and f"SURVIVED a/house.yaml:18:9: house.attacks/{name}\n" in alone.out, alone.out
    assert 0 == explained.code and "; the other one with a reason." in explained.out, explained.out
    assert "    Here an emptied list is stopped by its form.\n" in explained.out
    assert 1 == blank.code and "SURVIVED" in blank.out


@pytest.mark.parametrize(
    "because", ["TBD", "n/a", "x", "...", "same same same", "enough-attempts min_items 1 to 0"]
)
def test_a_reason_that_says_nothing_is_none(because: str, tmp_path: Path) -> None:
    without = [case for case in STRONG if case["name"] != "no attack at all"]
    reason = {"mutant": "enough-attempts min_items: 1 to 0", "because": because}

    ran = examined(pack(tmp_path / "house", without, equivalent=[reason]), "--mutate")

    assert 1 == ran.code
    assert f"A case with an emptied list; the reason '{because}' says nothing\n" in ran.out, ran.out


def test_a_reason_that_explains_nothing_any_more_fails(tmp_path: Path) -> None:
    for key, word in (("equivalent", "mutant"), ("may_be_blank", "field"), ("unreachable", "clause")):
        folder = pack(
            tmp_path / key, STRONG, **{key: [{word: "enough-attempts: gone", "because": "It was so once."}]}
        )

        ran = examined(folder, "--coverage", "--mutate")

        assert 1 == ran.code
        assert re.search(
            rf"^ORPHAN   {key}/examples/house\.attacks\.yaml:\d+:\d+: ", ran.out, re.MULTILINE
        ), ran.out


def test_a_field_that_may_be_blank_is_a_hole(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house", STRONG)
    weak = POLICY.replace(
        "        that:\n",
        "        where: filled(it.because)\n        min_items: 0\n        empty_is_fine: Nobody has to give reasons.\n        that:\n",
    )
    (folder / "house.yaml").write_text(weak)

    ran = examined(folder, "--mutate")

    hole = "house.attacks/enough-attempts: testing.attacks\n    The check still passes when testing.attacks is blank in every row\n"
    assert 1 == ran.code and f"HOLE     house/house.yaml:18:13: {hole}" in ran.out, ran.out


@pytest.mark.parametrize(
    "bounds", ["", ", bounds: null", ", bounds: ''", ", bounds: Within one branch office."]
)
def test_a_field_at_which_the_base_holds_nothing_is_no_hole(tmp_path: Path, bounds: str) -> None:
    folder = pack(tmp_path / "house", STRONG)
    asked = '        that:\n          - "!filled(it.bounds) || it.cases in mlflow.run.metrics"\n'
    (folder / "house.yaml").write_text(POLICY.replace("        that:\n", asked))
    fixture = folder / "examples" / "fixtures" / "own" / "testing.yaml"
    fixture.write_text(TESTING.replace("}", f"{bounds}}}"))
    written = bounds.endswith("office.")

    ran = examined(folder, "--mutate")

    blanked, fields = re.findall(r"^Blanks: (\d+) of (\d+) ", ran.out, re.MULTILINE)[0]
    assert written == ("house.attacks/enough-attempts: testing.attacks.*.bounds\n" in ran.out), ran.out
    assert int(fields) - int(blanked) == written, ran.out


def test_a_case_tells_which_checks_stop_applying_beside_those_that_fail(tmp_path: Path) -> None:
    second = """\
      - id: attack-is-of-a-class
        when: testing.attacks.exists(a, mlflow.run.metrics[a.cases] > 50.0)
        each: testing.attacks
        that: it.attack_class == "evasion"
        message: "{it.id} is of another class."
"""
    few = {**EXAMPLES["cases"][0], "not_applicable": ["attack-is-of-a-class"]}
    other = {
        "check": "attack-is-of-a-class",
        "name": "the other class",
        "set": {"/testing/attacks/0/attack_class": "data_poisoning"},
    }
    runs = []
    for name, cases in (
        ("both", [few, other]),
        ("one", [EXAMPLES["cases"][0], other]),
        ("wrong", [few, {**other, "check": "enough-attempts", "not_applicable": ["attack-is-of-a-class"]}]),
        ("unknown", [{**few, "not_applicable": ["no-such-check"]}, other]),
    ):
        folder = pack(tmp_path / name)
        (folder / "house.yaml").write_text(POLICY + second)
        written = yaml.safe_dump({**EXAMPLES, "cases": cases}, sort_keys=False)
        (folder / "examples" / "house.attacks.yaml").write_text(written)
        runs.append(examined(folder))

    both, one, wrong, unknown = runs
    assert 0 == both.code, both.out
    assert 1 == one.code and "attack-is-of-a-class became not_applicable" in one.out, one.out
    assert 1 == wrong.code and "FAILED" in wrong.out, wrong.out
    assert 1 == unknown.code and "no such check: house.attacks/no-such-check" in unknown.out, unknown.out


def test_the_results_are_written_as_junit(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"

    ran = examined(pack(tmp_path / "house"), "--coverage", "--mutate", "--junit", str(file))

    suite = ElementTree.parse(file).getroot()[0]
    failures = suite.findall("testcase/failure")
    assert 1 == ran.code and len(failures) == int(suite.attrib["failures"]) >= 8
    assert len(suite.findall("testcase")) == int(suite.attrib["tests"])
    assert ["properties", "testcase"] == [child.tag for child in suite][:2]
    assert ["system-out", "system-err"] == [child.tag for child in suite][-2:]
    assert all(re.match(r"house/\S+:\d+:\d+: .", failure.attrib["message"]) for failure in failures)
    assert {"classname", "name", "time"} == set(suite.findall("testcase")[0].attrib)


def test_a_file_that_cant_be_written_is_a_usage_error(tmp_path: Path) -> None:
    ran = examined(pack(tmp_path / "house"), "--junit", str(tmp_path / "nowhere" / "results.xml"))

    assert 2 == ran.code and "can't be written" in ran.err


def test_a_pack_without_tests_and_an_invalid_policy_fail(tmp_path: Path) -> None:
    untested, invalid = pack(tmp_path / "untested"), pack(tmp_path / "invalid", STRONG)
    shutil.rmtree(untested / "examples")
    (invalid / "house.yaml").write_text(POLICY.replace("it.cases", "it.casses"))

    for folder in (untested, invalid):
        for options in ((), ("--coverage",), ("--mutate",)):
            assert 1 == examined(folder, *options).code, folder


# ---------------------------------------------------------------- our own policies


def test_survivors_with_a_reason_are_one_in_twenty_at_most() -> None:
    """That no other survives is a step of `.ci/run`: it judges each mutant, which takes as long as all of these tests."""
    law, _ = load_folder(LAW)
    engine, places = engine_of(law), Places(LAW)
    mutants = [
        weaker
        for requirement in law.requirements
        for check in requirement.checks
        if check.clauses
        for weaker in weakened(check, requirement, engine, places)
    ]
    reasons = [row for names in _equivalent().values() for row in names]

    assert 0 < len(reasons) <= 0.05 * len(mutants)


def test_every_clause_of_two_built_in_points_is_seen_and_every_survivor_has_a_reason() -> None:
    ran = run(
        "policy", "test", "--coverage", "--mutate", "--requirement", "art9.5", "--requirement", "art9.8"
    )

    assert 0 == ran.code, ran.out[-4000:]
    assert re.search(r"^Mutants: \d+ of \d+ noticed", ran.out, re.MULTILINE)


def test_the_example_of_an_organisations_pack_is_tested_as_well() -> None:
    ran = run("policy", "test", "--coverage", "--mutate", "examples/organisation-pack")

    assert 0 == ran.code, ran.out
    assert "Coverage: 14 of 14 values" in ran.out


def _equivalent() -> dict[str, set[str]]:
    """For each point, the mutants that the pack's author says are no other rule."""
    return {
        file.stem: {row["mutant"] for row in yaml.safe_load(file.read_text()).get("equivalent") or []}
        for file in (LAW / "examples").glob("*.yaml")
    }


def _droppable() -> list[tuple[str, str, str, str]]:
    """(file, requirement, check, mutant's name) of each clause whose loss is no equivalent change."""
    law, _ = load_folder(LAW)
    engine, places, equivalent = engine_of(law), Places(LAW), _equivalent()
    return [
        (requirement.file.partition("/")[2], requirement.id, check.id, weaker.name)
        for requirement in law.requirements
        for check in requirement.checks
        if check.clauses
        for weaker in weakened(check, requirement, engine, places)
        if re.fullmatch(r"\S+ that\[\d+\]: dropped", weaker.name)
        and weaker.name not in equivalent[requirement.id]
    ]


def test_a_weakened_copy_of_our_own_policies_is_noticed(tmp_path: Path) -> None:
    """Some clauses drawn from all, each dropped in a copy that holds its article alone."""
    unnoticed = []
    for number, (file, requirement, check, name) in enumerate(
        random.Random(SEED).sample(_droppable(), COPIES)
    ):
        folder = tmp_path / f"{number}" / "eu-ai-act"
        shutil.copytree(LAW, folder, ignore=lambda _, names, own=file: _other_articles(names, own))
        policy = yaml.safe_load((folder / file).read_text())
        rule = next(one for one in policy["requirements"] if one["id"] == requirement)
        policy["requirements"] = [rule]
        checked = next(one for one in rule["checks"] if f"{requirement}/{one['id']}" == check)
        index = int(re.findall(r"that\[(\d+)\]", name)[0])
        assert len(checked["that"]) > 1
        del checked["that"][index]
        (folder / file).write_text(yaml.safe_dump(policy, sort_keys=False, width=1000))

        ran = run("policy", "test", str(folder), "--requirement", requirement)

        told = re.search(rf"^FAILED .*{re.escape(check)}", ran.out, re.MULTILINE)
        if (1, True) != (ran.code, f"{requirement}, " in ran.out and told is not None):
            unnoticed.append((name, ran.out))
    assert [] == unnoticed


def _other_articles(names: list[str], own: str) -> list[str]:
    return [name for name in names if name.startswith("article-") and name != own]


@pytest.mark.parametrize(
    ("condition", "included"),
    [
        ("mlflow.run.metrics[it.cases] >= parameters.min_attempts", ("99", "100")),
        ("parameters.min_attempts <= mlflow.run.metrics[it.cases]", ("99", "100")),
        ("mlflow.run.metrics[it.cases] > parameters.min_attempts", ("100", "101")),
    ],
)
def test_the_case_that_tells_two_limits_apart_is_named(
    condition: str, included: tuple[str, str], tmp_path: Path
) -> None:
    old = 'mlflow.run.metrics[it.cases] >= parameters.min_attempts || it.id == "X1"'
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "pack.yaml").write_text(PACK, "utf-8")
    (tmp_path / "house" / "house.yaml").write_text(POLICY.replace(old, condition), "utf-8")
    pack, faults = load_folder(tmp_path / "house")
    (requirement,) = pack.requirements

    found = weakened(requirement.checks[0], requirement, engine_of(pack), Places(tmp_path / "house"))
    told = [one.kills for one in found if "parameters.min_attempts: 100" in one.name]

    assert not faults
    assert [
        f"a case with a value between 99 and 100, {included[0]} included",
        f"a case with a value between 100 and 101, {included[1]} included",
    ] == told


# ---------------------------------------------------------------- packs without a requirement

HEAD_ONLY = """\
schema: aiact-gate/pack/v1
name: only
version: 1.0.0
legal_review: not yet
introduced: 2026-11-25
"""
OVERLAY = """\
schema: aiact-gate/overlay/v1
set: {art13.3.b.i: {words_on_exclusions: 50}}
"""


@pytest.mark.parametrize(
    ("overlay", "options", "code", "told"),
    [
        (OVERLAY, (), 0, "only: no requirement of its own, so there is nothing to test.\n"),
        (OVERLAY, ("--requirement", "house.none"), 1, "No example was run.\n"),
        (OVERLAY.replace("50", "2"), (), 1, "INVALID only/overlay.yaml:2"),
        ("", (), 1, "the pack has no check"),
    ],
)
def test_a_pack_of_nothing_but_an_overlay_has_nothing_to_test(
    overlay: str, options: tuple[str, ...], code: int, told: str, tmp_path: Path
) -> None:
    only = tmp_path / "only"
    only.mkdir()
    (only / "pack.yaml").write_text(HEAD_ONLY, "utf-8")
    if overlay:
        (only / "overlay.yaml").write_text(overlay, "utf-8")

    ran = call("policy", "test", str(only), *options)

    assert code == ran.code and told in ran.out, ran
