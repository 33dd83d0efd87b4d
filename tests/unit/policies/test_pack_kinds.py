"""A pack adds record kinds by JSON Schema: read, checked and judged like our own, without Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from repos import DAY, ROOT, Ran, Repository, minimal, process, program
from shipped import example

PACK = ROOT / "examples" / "organisation-pack"
RECORD = """\
schema: aiact-gate/record/model_inventory/v1
for: credit-scoring@1.3.0
number: MI-2026-014
owner: head-of-underwriting@example.org
materiality: high
next_review: 2027-05-31
reviews:
  - id: R-1
    by: head-of-model-risk@example.org
    finding: Refusals of applicants under twenty-five were repeated by hand; two of forty differed.
"""


def rows(repository: Repository, *arguments: str) -> dict[str, str]:
    """Requirement -> outcome, as the JSON report says it."""
    ran = repository.check("--format", "json", *arguments)
    return {row["id"]: row["outcome"] for row in json.loads(ran.out)["systems"][0]["requirements"]}


def test_the_example_pack_changes_outcomes_of_the_example_system(tmp_path: Path) -> None:
    repository = example(tmp_path / "credit-scoring")
    repository.write({"compliance/model_inventory.yaml": RECORD})
    plain = rows(repository)

    tightened = rows(repository, "--pack", str(PACK))

    changed = {name: outcome for name, outcome in tightened.items() if plain.get(name) != outcome}
    assert {"art13.3.b.i": "fail", "house.attacks": "pass", "house.inventory": "pass"} == {
        name: outcome for name, outcome in changed.items() if not name.startswith("integrity.")
    }
    assert "pass" == plain["art13.3.b.i"]


def test_a_pack_of_the_manifest_brings_its_kinds_from_the_judged_tree(tmp_path: Path) -> None:
    repository = example(tmp_path / "credit-scoring")
    shutil.copytree(PACK, repository.folder / "rules" / "bank")
    manifest = (repository.folder / "aiact.yaml").read_text()
    repository.write({"aiact.yaml": f"{manifest.rstrip()}\n  packs: [rules/bank]\n"})

    without = rows(repository)
    repository.write({"compliance/model_inventory.yaml": RECORD})

    assert ("fail", "pass", "fail") == (
        without["house.inventory"],
        rows(repository)["house.inventory"],
        without["art13.3.b.i"],
    )


MISFITS = {
    "a pattern": ("MI-2026-014", "MI-14", "model_inventory.yaml:3:9", "'MI-14' doesn't fit the pattern"),
    "a length": (
        "Refusals of applicants under twenty-five were repeated by hand; two of forty differed.",
        "All went well.",
        "model_inventory.yaml:10:14",
        "'finding' has 14 characters; the kind model_inventory asks for at least 20.",
    ),
    "a condition between fields": (
        RECORD[RECORD.index("reviews:") :],
        "",
        "model_inventory.yaml:1:1",
        "'model_inventory' lacks reviews, which the kind model_inventory asks for here.",
    ),
    "a word": (
        "materiality: high",
        "materiality: hgih",
        "model_inventory.yaml:5:14",
        "'hgih' is none of the words",
    ),
    "a key": (
        "next_review",
        "next_reveiw",
        "model_inventory.yaml:6:1",
        "this place has no key 'next_reveiw'",
    ),
    "a date": ("2027-05-31", "31 May", "model_inventory.yaml:6:14", "'31 May' is no date"),
    "a person": (
        "by: head-of-model-risk",
        "by: head-of-nothing",
        "model_inventory.yaml:9:9",
        "isn't among the people of system_description.",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_doesnt_fit_its_kind_is_one_finding_at_its_line(tmp_path: Path, name: str) -> None:
    old, new, place, message = MISFITS[name]
    assert old in RECORD
    repository = example(tmp_path / "credit-scoring")
    repository.write({"compliance/model_inventory.yaml": RECORD.replace(old, new)})

    ran = repository.check("--pack", str(PACK), "--format", "json")

    found = [
        finding
        for row in json.loads(ran.out)["systems"][0]["requirements"]
        for check in row["checks"]
        for finding in check["findings"]
        if row["id"].startswith("integrity.")
    ]
    where = [
        f"{one['location']['path']}:{one['location']['line']}:{one['location']['column']}" for one in found
    ]
    assert 1 == ran.code
    assert [f"compliance/{place}"] == where, found
    assert "malformed" == found[0]["kind"]
    assert message in found[0]["message"]


def held_against_a_pattern(tmp_path: Path, pattern: str) -> Ran:
    folder = kind(
        tmp_path, {"type": "object", "properties": {"code": {"type": "string", "pattern": pattern}}}
    )
    repository = minimal(tmp_path / "repository")
    record = f"schema: aiact-gate/record/extra/v1\nfor: mail-sorter@2.0.0\ncode: {'a' * 40}b\n"
    repository.write({"compliance/extra.yaml": record})
    return repository.check("--pack", str(folder))


def test_a_pattern_of_nested_repetitions_is_decided(tmp_path: Path) -> None:
    ran = held_against_a_pattern(tmp_path, "^(a|a)*$")

    assert (1, True) == (ran.code, "doesn't fit the pattern" in ran.said), ran.said


def test_a_pattern_without_end_leaves_the_record_unknown(tmp_path: Path) -> None:
    ran = held_against_a_pattern(tmp_path, "^(?:(?=a)a+)+$")

    assert (1, True) == (
        ran.code,
        "0 failed" in ran.said
        and "The schema of extra has a pattern that takes too long on what stands here." in ran.said,
    ), ran.said


def test_a_kind_whose_references_double_at_every_step_is_refused(tmp_path: Path) -> None:
    steps = {f"step{n}": {"allOf": [{"$ref": f"#/$defs/step{n + 1}"}] * 2} for n in range(40)}
    schema = {
        "type": "object",
        "properties": {"code": {"$ref": "#/$defs/step0"}},
        "$defs": {**steps, "step40": {"type": "string"}},
    }

    ran = minimal(tmp_path / "repository").check("--pack", str(kind(tmp_path, schema)))

    assert (3, True) == (ran.code, "has references that unfold into too many parts" in ran.said), ran.said


def kind(tmp_path: Path, schema: object, name: str = "extra") -> Path:
    folder = tmp_path / "house"
    (folder / "kinds").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\nintroduced: 2026-11-25\nlegal_review: not yet\n"
    )
    text = schema if isinstance(schema, str) else json.dumps(schema, indent=1)
    (folder / "kinds" / f"{name}.json").write_text(text)
    (folder / "rules.yaml").write_text(
        """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.extra
    version: 1.0.0
    citation: Model risk policy, section 4
    title: A code is written down
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: Nobody finds a system without its code.
    leaves_open: Is it the right code?
    fix: Write the code.
    checks:
      - id: code
        that: filled(extra.code)
        message: No code is written.
"""
    )
    return folder


CODE = {"type": "string"}
BAD = {
    "no JSON": ("{", "extra", "1:2", "the JSON is broken"),
    "no object": (["x"], "extra", "1:1", "a record kind is a JSON object"),
    "no valid schema": (
        {"type": "objekt", "properties": {"code": CODE}},
        "extra",
        "2:10",
        "'type' is no valid part",
    ),
    "a list": (
        {"type": "array", "properties": {"code": CODE}},
        "extra",
        "2:10",
        "a record kind is an object",
    ),
    "a taken name": (
        {"type": "object", "properties": {"code": CODE}},
        "testing",
        "1:1",
        "the name testing is taken",
    ),
    "a bound name": ({"type": "object", "properties": {"code": CODE}}, "it", "1:1", "the name it is taken"),
    "measured by hand": (
        {"type": "object", "properties": {"code": {"type": "string", "x-is": "measured"}}},
        "extra",
        "6:12",
        "x-is 'measured' isn't known",
    ),
    "an unknown x-type": (
        {"type": "object", "properties": {"code": {"type": "string", "x-type": "persn"}}},
        "extra",
        "6:14",
        "x-type 'persn' isn't known",
    ),
    "a remote reference": (
        {"type": "object", "properties": {"code": {"$ref": "https://example.org/x.json"}}},
        "extra",
        "5:12",
        "$ref leads to 'https://example.org/x.json'",
    ),
    "a circle": (
        {
            "type": "object",
            "properties": {"code": {"$ref": "#/$defs/A"}},
            "$defs": {"A": {"$ref": "#/$defs/A"}},
        },
        "extra",
        "5:12",
        "$ref to A goes round in a circle",
    ),
    "two types": (
        {"type": "object", "properties": {"code": {"type": ["string", "null"]}}},
        "extra",
        "5:4",
        "a field has one type",
    ),
    "an old draft": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {"code": CODE},
        },
        "extra",
        "2:13",
        "a record kind is written in draft 2020-12",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_kind_is_refused_at_its_place(tmp_path: Path, name: str) -> None:
    schema, kind_name, place, message = BAD[name]
    folder = kind(tmp_path, schema, kind_name)

    ran = minimal(tmp_path / "repository").check("--pack", str(folder), "--format", "json")

    problems = json.loads(ran.out)["problems"]
    said = [
        f"{one['location']['path']}:{one['location']['line']}:{one['location']['column']} {one['message']}"
        for one in problems
        if one.get("location")
    ]
    assert 3 == ran.code
    assert any(one.startswith(f"house/kinds/{kind_name}.json:{place} ") and message in one for one in said), (
        said
    )


def test_schema_prints_the_kind_with_its_header(tmp_path: Path) -> None:
    ran = program("schema", "model_inventory", "--pack", str(PACK), cwd=tmp_path)

    printed = json.loads(ran.out)
    assert ["schema", "for", "number", "owner", "materiality", "next_review"] == printed["required"]
    assert "figure" not in ran.out
    assert {"x-type": "date", "x-is": "reference"}.items() <= printed["properties"]["next_review"].items()


def test_a_kind_hides_nothing_that_a_check_binds(tmp_path: Path) -> None:
    """A kind may be called like a name that a check of another pack binds; that check still sees its own row."""
    repository = example(tmp_path / "credit-scoring")
    plain = rows(repository)
    folder = kind(tmp_path, {"type": "object", "properties": {"code": CODE}}, "planned")
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("extra.code", "planned.code"))
    record = "schema: aiact-gate/record/planned/v1\nfor: credit-scoring@1.3.0\ncode: A code of our own\n"
    repository.write({"compliance/planned.yaml": record})

    tightened = rows(repository, "--pack", str(folder))

    assert plain | {"house.extra": "pass"} == tightened


def test_a_run_without_kinds_imports_no_schema_library(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")

    ran = process("check", "--as-of", DAY, cwd=repository.folder, PYTHONPROFILEIMPORTTIME="1")

    assert "aiact_gate.policy.load" in ran.err
    assert [] == [
        name
        for name in (
            "jsonschema_rs",
            "aiact_gate.policy.layers",
            "aiact_gate.policy.kinds",
            "aiact_gate.sources.kind_schema",
        )
        if name in ran.err
    ]
