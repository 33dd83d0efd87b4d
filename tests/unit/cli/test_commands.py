"""The commands beside `check`: what they print, and the code that they end with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from repos import DAY, ROOT, Ran, minimal, program

from aiact_gate import __version__
from aiact_gate.cli.schema import KINDS
from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml

EXAMPLE = ROOT / "examples" / "credit-scoring"
COMMANDS = (
    "check",
    "explain",
    "policy",
    "schema",
    "baseline",
    "confirm",
    "init",
    "collect",
    "plan",
    "promote",
    "ci",
)
SUBCOMMANDS = (
    ("policy", "list"),
    ("policy", "lint"),
    ("policy", "test"),
    ("policy", "new"),
    ("policy", "add"),
    ("policy", "diff"),
    ("baseline", "create"),
    ("baseline", "update"),
    ("plan", "export"),
    ("plan", "read"),
    ("ci", "github"),
)
BROKEN = ("Traceback", "internal error", "Error: 'NoneType'")


def run(*arguments: str, cwd: Path = ROOT) -> Ran:
    return program(*arguments, cwd=cwd)


def schema(kind: str) -> dict[str, Any]:
    ran = run("schema", kind)
    assert 0 == ran.code, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


# ---------------------------------------------------------------- version, help, mistakes


def test_version() -> None:
    ran = run("--version")

    assert (0, f"aiact-gate, version {__version__}\n") == (ran.code, ran.out)


def test_help_lists_every_command() -> None:
    ran = run("--help")

    assert 0 == ran.code
    assert list(COMMANDS) == re.findall(r"^  ([a-z]+)  ", ran.out.partition("Commands:")[2], re.MULTILINE)


@pytest.mark.parametrize("words", [(name,) for name in COMMANDS] + list(SUBCOMMANDS), ids=" ".join)
def test_each_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    ran = run(*words, "--help")

    assert 0 == ran.code and "" == ran.err
    assert ran.out.startswith(f"Usage: aiact-gate {' '.join(words)} ")
    assert re.search(rf"Example: .*aiact-gate {words[0]}\b", ran.out)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("check", "--surplus"), "--surplus"),
        (("explain", "art9.5", "--surplus"), "--surplus"),
        (("policy", "list", "--surplus"), "--surplus"),
        (("baseline", "create", "--surplus"), "--surplus"),
        (("schema", "manifest", "surplus"), "surplus"),
        (("chekc",), "Did you mean check?"),
        (("policy", "surplus"), "surplus"),
        (("check", "--enforce", "never"), "never"),
        (("check", "--format", "jsn"), "Did you mean json?"),
        (("check", "--as-of", "yesterday"), "yesterday"),
        (("check", "--as-of", "2026-02-30"), "2026-02-30"),
        (("check", "no/such/folder"), "no/such/folder"),
        (("check", "--ref", "no-such-revision"), "no-such-revision"),
        (("check", "--staged", "--ref", "HEAD"), "--staged"),
        (("schema", "risk_managment"), "Did you mean risk_management?"),
        (("explain", "art9.55"), "Did you mean art9.5?"),
        (("explain",), "REQUIREMENT"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_on_the_command_line_is_code_2_and_names_it(arguments: tuple[str, ...], named: str) -> None:
    ran = run(*arguments)

    assert 2 == ran.code
    assert "" == ran.out
    said = [line for line in ran.err.splitlines() if line.startswith(("aiact-gate: ", "Error: "))]
    assert 1 == len(said) and named in ran.err
    assert not any(word in ran.err for word in BROKEN)


# ---------------------------------------------------------------- policy


def test_policy_list_has_a_line_for_each_point() -> None:
    ran = run("policy", "list")
    *points, last = ran.out.splitlines()
    declared = {
        requirement["id"]
        for path in (ROOT / "policies").glob("*/*.yaml")
        for requirement in yaml.safe_load(path.read_text("utf-8")).get("requirements", [])
        if requirement["profile"] != "always"
    }

    assert 0 == ran.code
    assert declared == {line.split()[0] for line in points} and 130 == len(points)
    judged = sum(" checks " in line for line in points)
    assert f"{judged} of 130 points are judged in this version." == last


def test_policy_list_of_a_profile_is_a_part_of_it() -> None:
    found = {
        name: run("policy", "list", "--profile", name).out.splitlines()[:-1]
        for name in ("start", "core", "full")
    }

    assert 14 == len(found["start"]) < len(found["core"]) < len(found["full"])
    assert set(found["start"]) < set(found["core"]) < set(found["full"])
    assert all(" checks " in line for line in found["start"])


def test_policy_lint_finds_nothing_in_what_is_built_in() -> None:
    ran = run("policy", "lint")

    assert (0, "No faults.\n", "") == (ran.code, ran.out, ran.err)


PACK = {
    "house.yaml": """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.threshold
    version: 1.0.0
    citation: Model risk policy, section 4
    title: Every threshold has a reason
    binds: {role: provider, duty: requirements}
    timeline: undated
    profile: start
    calls_for: structural
    why: A threshold without a reason is a number that somebody liked.
    leaves_open: Is the reason a good one?
    fix: Write why the threshold is what it is.
    checks:
      - id: reasoned
        each: testing.metrics
        that: filled(it.because)
        at: it.because
        message: "{it.id} has a threshold without a reason."
""",
    "examples/house.threshold.yaml": """\
base: fixtures/high
cases:
  - check: reasoned
    name: no reason
    delete: [/testing/metrics/0/because]
""",
}


def pack(folder: Path, **changes: str) -> Path:
    """A pack of its own with the built-in fixtures; *changes* replace its files."""
    fixtures = ROOT / "policies" / "eu-ai-act" / "examples" / "fixtures"
    files = {
        path.relative_to(fixtures.parents[1]).as_posix(): path.read_text("utf-8")
        for path in fixtures.rglob("*.yaml")
    }
    given = (ROOT / "policies" / "eu-ai-act" / "pack.yaml").read_text("utf-8")
    files["pack.yaml"] = re.sub(r"^name: .*$", "name: house", given, flags=re.MULTILINE)
    for name, text in (files | PACK | changes).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_pack_of_ones_own_is_linted_and_tested(tmp_path: Path) -> None:
    folder = pack(tmp_path / "house")

    linted, tested = run("policy", "lint", str(folder)), run("policy", "test", str(folder))

    assert (0, "No faults.\n") == (linted.code, linted.out), linted.out
    assert 0 == tested.code and "1 requirements, 1 checks, 1 of 1 cases as expected." in tested.out, (
        tested.out
    )


def test_a_policy_that_reads_what_does_not_exist_is_a_fault_at_its_line(tmp_path: Path) -> None:
    text = PACK["house.yaml"].replace("filled(it.because)", "filled(it.becuase)")
    folder = pack(tmp_path / "house", **{"house.yaml": text})
    line = text.splitlines().index("        that: filled(it.becuase)") + 1

    linted, tested = run("policy", "lint", str(folder)), run("policy", "test", str(folder))

    assert 3 == linted.code and re.search(rf"house\.yaml:{line}:\d+: .*becuase", linted.out), linted.out
    assert "^" in linted.out and "Fix: " in linted.out
    assert 1 == tested.code and "INVALID" in tested.out


def test_an_example_that_expects_another_outcome_fails(tmp_path: Path) -> None:
    text = (
        PACK["examples/house.threshold.yaml"]
        .replace("delete: [", "set: {")
        .replace("because]", "because: A good reason.}")
    )
    folder = pack(tmp_path / "house", **{"examples/house.threshold.yaml": text})

    tested = run("policy", "test", str(folder))

    assert 1 == tested.code and re.search(r"^FAILED .*no reason", tested.out, re.MULTILINE), tested.out


def test_policy_test_of_one_requirement() -> None:
    ran = run("policy", "test", "--requirement", "art9.5")
    none = run("policy", "test", "--requirement", "art9.55")

    assert 0 == ran.code and re.search(r"eu-ai-act: 1 requirements, \d+ checks, (\d+) of \1 cases", ran.out)
    assert 1 == none.code and "No example was run." in none.out


def test_a_folder_without_a_pack_is_no_pass(tmp_path: Path) -> None:
    for name in ("lint", "test"):
        ran = run("policy", name, str(tmp_path))
        assert ran.code in (2, 3) or (ran.code, name) == (1, "test"), (name, ran)
        assert not any(word in ran.err for word in BROKEN)


# ---------------------------------------------------------------- explain


def test_explain_says_what_is_asked_what_was_looked_at_and_what_is_left() -> None:
    ran = run("explain", "art9.5", "examples/credit-scoring", "--as-of", DAY)

    assert 0 == ran.code and ran.out.startswith("Article 9(5), first subparagraph: ")
    for part in (
        "What the law asks",
        "What was looked at",
        "Who says so",
        "Bound to",
        "Left to you",
        "How to mend it",
        "Recompute",
    ):
        assert re.search(rf"^{part} ", ran.out, re.MULTILINE), part
    assert "credit-scoring 1.3.0: shown, signed" in ran.out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_explain_works_without_a_manifest(tmp_path: Path) -> None:
    ran = run("explain", "art9.5", cwd=tmp_path)

    assert 0 == ran.code and "What the law asks" in ran.out and "What was looked at" not in ran.out


def test_explain_takes_a_check_and_says_why_something_is_not_checked() -> None:
    assert 0 == run("explain", "art9.5/accepted-by-another").code
    assert re.search(r"^Not checked +no source yet", run("explain", "art9.1").out, re.MULTILINE)


def test_explain_of_the_tier_lists_the_questions() -> None:
    assert "a3.areas: " in run("explain", "art6.claim", "examples/credit-scoring").out


@pytest.mark.parametrize("name", ["art99", "art9", "art", "", "x" * 5000])
def test_explain_of_an_unknown_requirement(name: str) -> None:
    ran = run("explain", name)

    assert 2 == ran.code and "" == ran.out
    assert ran.err.startswith("aiact-gate: no pack has a requirement ") and "Fix: " in ran.err
    assert len(ran.err) < 400


# ---------------------------------------------------------------- schema


def test_without_a_kind_the_kinds_are_listed() -> None:
    assert (0, list(KINDS)) == ((ran := run("schema")).code, ran.out.split())


def test_the_kinds_are_the_manifest_the_records_and_what_stands_beside_them() -> None:
    records = {path.stem for path in (ROOT / "aiact_gate" / "model" / "records").glob("*.py")} - {"__init__"}

    assert records < set(KINDS) and {"manifest", "waivers", "baseline", "policy", "pack", "report"} < set(
        KINDS
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_one(kind: str) -> None:
    found = schema(kind)

    Draft202012Validator.check_schema(found)
    assert f"urn:aiact-gate:{kind}:v1" == found["$id"]
    # It forbids something: an empty schema takes everything.
    assert not Draft202012Validator(found).is_valid({"surplus": 1})


def written(path: Path) -> Any:
    """The file's data as the gate reads YAML: no dates, no surprises."""
    name = path.relative_to(ROOT).as_posix()
    return plain_data(parse_yaml(path.read_bytes(), name).root)


RECORDS = sorted((EXAMPLE / "compliance").glob("*.yaml"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_examples_records_are_of_their_schemas(path: Path) -> None:
    Draft202012Validator(schema(path.stem)).validate(written(path))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_misspelt_key_is_not_of_the_schema(path: Path) -> None:
    document = written(path)
    last = list(document)[-1]
    validator = Draft202012Validator(schema(path.stem))
    misspelt = {(f"{key}x" if key == last else key): value for key, value in document.items()}

    assert any(f"{last}x" in error.message for error in validator.iter_errors(misspelt))


def test_the_examples_manifests_are_of_the_schema() -> None:
    validator = Draft202012Validator(schema("manifest"))
    for path in (
        ROOT / "aiact.yaml",
        EXAMPLE / "aiact.yaml",
        ROOT / "examples" / "spam-filter" / "aiact.yaml",
    ):
        validator.validate(written(path))
    document = written(EXAMPLE / "aiact.yaml")
    document["systems"][0]["teir"] = document["systems"][0].pop("tier")
    assert not validator.is_valid(document)


def test_the_policies_are_of_their_schema() -> None:
    validator = Draft202012Validator(schema("policy"))
    found = 0
    for path in sorted((ROOT / "policies").glob("*/*.yaml")):
        document = written(path)
        if document.get("schema") == "aiact-gate/policy/v1":
            validator.validate(document)
            found += 1
    assert found >= 10


def test_explain_takes_the_name_that_the_tables_show() -> None:
    one, several = run("explain", "14(4)(e)"), run("explain", "9(5)")

    assert 0 == one.code and one.out.startswith("Article 14(4)(e): ")
    assert 2 == several.code and "9(5) is " in several.err and "art9.5.a" in several.err


def test_the_facts_that_conditions_see_have_a_schema() -> None:
    facts = schema("facts")

    assert {"mlflow", "event_log", "derived"} <= set(facts["properties"])
    assert "facts" in run("schema", "--help").out


def test_a_filter_of_the_users_own_that_fails_runs_no_more_than_the_repositorys(tmp_path: Path) -> None:
    """Over a file that was touched git would give no status, which once was taken for a clean one."""
    repository = minimal(tmp_path / "repository")
    repository.write({".gitattributes": "*.md filter=broken\n", "NOTES.md": "one\n"}).commit()
    repository.write({"NOTES.md": "two\n"})
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[filter "broken"]\n\tclean = false\n\trequired = true\n')

    ran = repository.check(HOME=str(home), XDG_CONFIG_HOME=str(home))

    assert (0, True) == (ran.code, "with uncommitted changes" in ran.said), ran.said
