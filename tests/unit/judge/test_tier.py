"""The tier that the answers give: what it forbids, what the head says of it, and that no mode lets it through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reports import Judged, call, judge, line_of
from repos import DAY, MINIMAL, Repository

ANSWERS = "compliance/classification.yaml"
MANIFEST = "aiact.yaml"
ROLL_OUT = """\
schema: aiact-gate/rollout/v1
rings:
  - name: first
    repositories: ["*"]
    steps: [{from: 2026-11-01, mode: MODE}]
"""
FORMATS = ("text", "markdown", "json", "github")


def answered(text: str, answers: dict[str, str]) -> str:
    """The answers *text* with *answers* instead of, or beside, those that stand there; `-` takes one out."""
    lines = text.rstrip("\n").split("\n")
    for question, value in answers.items():
        if f"  {question}:" in lines:
            at = lines.index(f"  {question}:")
            del lines[at : at + 3]
        if value != "-":
            lines += [f"  {question}:", f"    is: {value}", f"    because: Asked about {question}."]
    return "\n".join(lines) + "\n"


def system(folder: Path, tier: str, role: str, **answers: str) -> Path:
    """A committed repository whose manifest claims *tier* and *role*, with *answers* changed (`__` for a dot)."""
    manifest = MINIMAL[MANIFEST].replace("tier: minimal", f"tier: {tier}")
    manifest = manifest.replace("    role: provider\n", f"    role: {role}\n" if role else "")
    link = (
        {}
        if role == "provider"
        else {"scope.link": f"[{role}]", "scope.personal": "false", "role.shift": "[]"}
    )
    link = link if role in ("deployer", "importer", "distributor") else {}
    wanted = link | {key.replace("__", "."): value for key, value in answers.items()}
    files = {MANIFEST: manifest, ANSWERS: answered(MINIMAL[ANSWERS], wanted)}
    repository = Repository(folder / "repository").write(files)
    repository.commit()
    return repository.folder


SCORING = {"p__screen": "[c]", "p__c__effect": "[disproportionate]"}
IMAGERY = {
    "p__screen": "[ba]",
    "p__ba__consent": "false",
    "p__ba__harmless_edit": "false",
    "p__ba__actor": "purpose",
}
CREDIT = {
    "a3__areas": "[services]",
    "a3__services": "[b]",
    "a3__services__natural_persons": "true",
    "a3__services__fraud": "false",
    "d__profiling": "true",
    "l__placed": "not_yet",
    "l__public_authority": "false",
}


def in_mode(folder: Path, mode: str, tmp_path: Path, as_of: str = DAY) -> Judged:
    """*folder* judged with an organisation's pack whose roll-out is in *mode*."""
    pack = tmp_path / "house-rules"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: house-rules\nversion: 1.0.0\nlayer: organisation\nlegal_review: not yet\n"
        "introduced: 2026-11-01\n"
    )
    (pack / "rollout.yaml").write_text(ROLL_OUT.replace("MODE", mode))
    return judge(folder, "--pack", str(pack), "--repository", "example/one", as_of=as_of)


# ---------------------------------------------------------------- a prohibited practice


@pytest.mark.parametrize("role", ["provider", "deployer", "importer"])
@pytest.mark.parametrize("tier", ["prohibited", "high", "limited", "minimal", "out_of_scope"])
def test_a_prohibited_practice_fails_whatever_tier_and_role_are_claimed(
    tier: str, role: str, tmp_path: Path
) -> None:
    folder = system(tmp_path, tier, role, **SCORING)

    judged = judge(folder)

    assert (1, "fail") == (judged.code, judged.data["verdict"])
    assert [] == judged.data["problems"]
    line = line_of(folder, ANSWERS, "p.c.effect:") + 1
    assert [("contradicted", ANSWERS, line)] == judged.places("art5.1/no-practice")
    assert "Article 5(1)(c)(ii): unjustified or disproportionate detriment" in judged.said(
        "art5.1/no-practice"
    )
    assert "since 2 February 2025" in judged.said("art5.1/no-practice")


@pytest.mark.parametrize("name", FORMATS)
def test_the_head_names_the_prohibition_with_its_own_date_and_not_articles_9_to_15(
    name: str, tmp_path: Path
) -> None:
    folder = system(tmp_path, "prohibited", "provider", **SCORING)

    said = " ".join(call("check", str(folder), "--as-of", DAY, "--format", name).out.split())

    assert "5(1)(c)" in said
    assert {"2 February 2025", "2025-02-02"} & {
        word for word in ("2 February 2025", "2025-02-02") if word in said
    }
    assert not [text for text in ("9-15 bind", "claim: shown", "Check the role") if text in said]


@pytest.mark.parametrize("mode", ["observe", "warn"])
@pytest.mark.parametrize("tier", ["prohibited", "minimal"])
def test_no_mode_lets_a_prohibited_practice_through(tier: str, mode: str, tmp_path: Path) -> None:
    judged = in_mode(system(tmp_path, tier, "provider", **SCORING), mode, tmp_path)

    assert (1, mode) == (judged.code, judged.data["mode"])


@pytest.mark.parametrize(("day", "code"), [("2026-12-01", 0), ("2026-12-02", 1)])
def test_a_mode_lets_a_practice_through_that_is_prohibited_from_a_later_day(
    day: str, code: int, tmp_path: Path
) -> None:
    folder = system(tmp_path, "prohibited", "provider", **IMAGERY)

    judged = in_mode(folder, "observe", tmp_path, as_of=day)

    assert (code, "fail") == (judged.code, judged.data["verdict"])
    assert 1 == judge(folder, as_of=day).code
    assert {"Article 5(1)(ba)": "2026-12-02"}.items() <= {
        row["what"]: row["date"] for row in judged.system["dates"]
    }.items()


@pytest.mark.parametrize(("day", "code"), [("2026-12-01", 0), ("2026-12-02", 1)])
def test_by_law_a_practice_fails_from_its_own_day(day: str, code: int, tmp_path: Path) -> None:
    folder = system(tmp_path, "prohibited", "provider", **IMAGERY)

    assert code == judge(folder, "--enforce", "law", as_of=day).code


def test_an_open_exception_is_asked_for_and_nothing_is_called_prohibited(tmp_path: Path) -> None:
    folder = system(tmp_path, "high", "provider", p__screen="[c]")

    judged = judge(folder)

    assert 1 == judged.code
    assert "not_applicable" == judged.outcome("art5.1")
    assert "p.c.effect" in judged.said("art6.claim/no-open-question")
    assert [] == judged.places("art6.claim/not-below-the-answers")
    assert "Settle the tier first: aiact-gate explain art6.claim" == judged.data["problems"][0]["fix"]
    # Observing eases the open question, and then nothing was judged.
    assert 4 == in_mode(folder, "observe", tmp_path).code


def test_an_open_question_that_changes_nothing_leaves_a_prohibition_as_it_is(tmp_path: Path) -> None:
    folder = system(
        tmp_path, "prohibited", "provider", **SCORING, l__small="-", t__generates="-", a1__law="-"
    )

    judged = judge(folder)

    assert "fail" == judged.outcome("art5.1")
    assert judged.system["classification"]["settled"]


# ---------------------------------------------------------------- a claim below the answers


@pytest.mark.parametrize("role", ["provider", "deployer", "importer"])
def test_a_claim_below_the_answers_is_judged_also_where_no_point_binds(role: str, tmp_path: Path) -> None:
    judged = judge(system(tmp_path, "minimal", role, **CREDIT))

    assert (1, "fail") == (judged.code, judged.data["verdict"])
    assert "the answers give high (Annex III 5(b))" in judged.said("art6.claim/not-below-the-answers")


def test_the_head_shows_what_the_answers_give_beside_the_claim(tmp_path: Path) -> None:
    folder = system(tmp_path, "minimal", "deployer", **CREDIT)

    said = call("check", str(folder), "--as-of", DAY).out

    assert "claimed: minimal risk; by the answers: high risk, Annex III 5(b)" in " ".join(
        said.split()
    ).replace("Claimed", "claimed")
    assert "9-15 bind" not in said
    assert "bind from 2 December 2027" in " ".join(said.split())


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_no_mode_lets_a_claim_below_the_answers_through(mode: str, tmp_path: Path) -> None:
    assert 1 == in_mode(system(tmp_path, "minimal", "deployer", **CREDIT), mode, tmp_path).code


def test_a_mode_still_lets_through_a_claim_that_an_open_question_may_bear_out(tmp_path: Path) -> None:
    answers = {**CREDIT, "a3__services__fraud": "-", "d__profiling": "-"}

    judged = in_mode(system(tmp_path, "minimal", "provider", **answers), "observe", tmp_path)

    assert (0, "fail") == (judged.code, judged.data["verdict"])
    assert not judged.system["classification"]["settled"]


def test_an_honest_deployer_of_a_high_risk_system_is_not_judged_and_hears_of_article_26(
    tmp_path: Path,
) -> None:
    judged = judge(system(tmp_path, "high", "deployer", **CREDIT, l__public_service="false"))

    assert (4, "nothing_evaluated", "") == (
        judged.code,
        judged.data["verdict"],
        judged.system["applies_from"],
    )
    assert [("2027-12-02", True)] == [
        (row["date"], "26" in row["what"]) for row in judged.system["dates"][:1]
    ]


def test_what_failed_goes_before_what_was_not_judged(tmp_path: Path) -> None:
    """Two manifests, one of an honest deployer (4), one that claims too little (1)."""
    one = system(tmp_path, "high", "deployer", **CREDIT, l__public_service="false")
    two = system(tmp_path / "other", "minimal", "provider", **CREDIT)
    for path in (MANIFEST, ANSWERS):
        target = one / "two" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((two / path).read_text("utf-8"), "utf-8")

    assert [4, 4] == [judge(one).code, call("check", str(one), "--as-of", DAY).code]
    Repository(one).commit()
    assert 1 == call("check", str(one), "--recursive", "--as-of", DAY).code


# ---------------------------------------------------------------- the head, tier by tier

TIERS = {
    "limited": (
        "limited",
        "provider",
        {"t__interacts": "true", "t__obvious": "false", "t__crime": "false"},
        "50(1)",
        "2026-08-02",
    ),
    "minimal": ("minimal", "provider", {}, "4", "2025-02-02"),
    "high": ("high", "provider", CREDIT, "9-15", "2027-12-02"),
    "a product of section B": (
        "high",
        "provider",
        {
            "a1__law": "[machinery]",
            "a1__relation": "is_product",
            "a1__third_party": "true",
            "a1__other_risks_only": "false",
            "l__placed": "not_yet",
            "l__public_authority": "false",
        },
        "102-112",
        "2028-08-02",
    ),
    "for public authorities, placed before": (
        "high",
        "provider",
        {**CREDIT, "l__placed": '"2025-03-03"', "l__changed": "false", "l__public_authority": "true"},
        "9-15",
        "2030-08-02",
    ),
}


@pytest.mark.parametrize("name", TIERS)
def test_what_the_tier_brings_stands_first_with_its_own_date(name: str, tmp_path: Path) -> None:
    tier, role, answers, article, date = TIERS[name]
    judged = judge(system(tmp_path, tier, role, **answers))

    first = judged.system["dates"][0]
    assert (tier, date) == (judged.system["classification"]["tier"], first["date"])
    assert article in first["what"]
    assert (date if article == "9-15" else "") == judged.system["applies_from"]


def test_nothing_is_dated_for_a_system_outside_the_act(tmp_path: Path) -> None:
    judged = judge(system(tmp_path, "out_of_scope", "provider", scope__military="true"))

    assert ("out_of_scope", []) == (judged.system["classification"]["tier"], judged.system["dates"])


@pytest.mark.parametrize("name", ["text", "markdown"])
@pytest.mark.parametrize("tier", ["minimal", "limited", "prohibited"])
def test_at_every_tier_the_judgement_is_left_to_the_reader(tier: str, name: str, tmp_path: Path) -> None:
    folder = system(tmp_path, tier, "provider")

    said = " ".join(call("check", str(folder), "--as-of", DAY, "--format", name).out.split())

    assert "that judgement is yours" in said


# ---------------------------------------------------------------- the role


@pytest.mark.parametrize("role", ["", "??", '"?? provider"', "[]", '""', "['??']"])
def test_a_role_that_nobody_named_fails_at_its_line(role: str, tmp_path: Path) -> None:
    manifest = MINIMAL[MANIFEST].replace("    role: provider\n", f"    role: {role}\n" if role else "")
    folder = tmp_path / "repository"
    Repository(folder).write({**MINIMAL, MANIFEST: manifest}).commit()

    judged = judge(folder)

    line = line_of(folder, MANIFEST, "role:" if role else "- id:")
    assert (1, "fail") == (judged.code, judged.data["verdict"])
    assert [("missing", MANIFEST, line)] == judged.places("art6.claim/role-is-named")
    fix = judged.check("art6.claim/role-is-named")["findings"][0]["fix"]
    assert "provider, deployer, importer, distributor, product_manufacturer, authorised_representative" in fix


def test_the_report_is_json_of_the_published_schema_at_every_tier(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(call("schema", "report").out)
    for name, (tier, role, answers, _, _) in TIERS.items():
        judged = judge(system(tmp_path / name.replace(" ", "-"), tier, role, **answers))
        assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(judged.data)]
