"""`art6.claim`: the claimed tier held against the answers, the people behind them and the model's locked signature."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from reports import Judged, judge, line_of
from repos import DAY, HIGH, MINIMAL, ROOT, Repository

from aiact_gate.sources.lock_text import render_lock

MANIFEST = "aiact.yaml"
ANSWERS = "compliance/classification.yaml"
PERSONAL = ("age", "postcode", "engine_power")
ASKS = "art6.claim/personal-columns-looked-at"
PROFILING = "art6.claim/profiling-agrees-with-signature"


def locked(system: str, *columns: str) -> bytes:
    """A lock whose model takes *columns*."""
    run = {
        "id": "a3f9c1e0b7d24c55",
        "status": "FINISHED",
        "lifecycle": "active",
        "started_at": "2026-11-10T09:00:00Z",
        "source_commit": "",
        "params": {},
        "metrics": {},
        "not_numbers": [],
        "datasets": [],
    }
    signature = {"inputs": [{"name": name, "type": "double"} for name in columns], "outputs": []}
    mlflow = {"model": "m", "version": "3", "aliases": [], "drills": [], "signature": signature, "run": run}
    return render_lock({system: {"mlflow": mlflow, "data": {}}}, DAY)


def repository(folder: Path, files: Mapping[str, str], **changes: str | bytes | None) -> Path:
    found: dict[str, str | bytes] = dict(files)
    for path, content in changes.items():
        if content is None:
            found.pop(path)
        else:
            found[path] = content
    made = Repository(folder / "repository").write(found)
    made.commit()
    return made.folder


def changed(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def answer(text: str, question: str, value: str | None) -> str:
    """The answers *text* with another value for *question*; None: without it."""
    lines = text.split("\n")
    at = lines.index(f"  {question}:")
    lines[at : at + 3] = [] if value is None else [lines[at], f"    is: {value}", lines[at + 2]]
    return "\n".join(lines)


def failing(judged: Judged) -> set[str]:
    return {
        check["id"].partition("/")[2]
        for check in judged.row("art6.claim")["checks"]
        if "fail" == check["outcome"] and "error" == check["severity"]
    }


def motor(folder: Path, *, profiling: str | None = None, columns: tuple[str, ...] = PERSONAL) -> Path:
    """Case c13: prices motor policies, which Annex III 5(c) doesn't name."""
    text = answer(MINIMAL[ANSWERS], "a3.areas", "[services]")
    text += (
        "  a3.services:\n    is: [c]\n    because: It prices insurance policies for natural persons.\n"
        "  a3.services.natural_persons:\n    is: true\n    because: Policy holders are natural persons.\n"
        "  a3.services.line:\n    is: other\n    because: Motor policies only, neither life nor health.\n"
    )
    if profiling is not None:
        text += f"  d.profiling:\n    is: {profiling}\n    because: Asked whether it looks at how a person drives.\n"
    model = '    model:\n      mlflow:\n        registered_model: m\n        version: "3"\n'
    return repository(
        folder,
        MINIMAL,
        **{
            ANSWERS: text,
            MANIFEST: MINIMAL[MANIFEST] + model,
            "aiact.lock": locked("mail-sorter", *columns),
        },
    )


# ---------------------------------------------------------------- a claim that holds


def test_a_minimal_system_has_the_claim_as_its_only_row_and_exits_0(tmp_path: Path) -> None:
    judged = judge(repository(tmp_path, MINIMAL))

    assert 0 == judged.code
    points = [row for row in judged.system["requirements"] if "always" != row["profile"]]
    assert {"not_applicable"} == {row["outcome"] for row in points}
    assert (130, 0) == (judged.system["counts"]["points"], judged.system["counts"]["judged"])
    law = [row for row in judged.system["requirements"] if not row["id"].startswith("integrity.")]
    assert ["art6.claim"] == [row["id"] for row in law if "not_applicable" != row["outcome"]]
    claim = judged.row("art6.claim")
    assert ("pass", "attested") == (claim["outcome"], claim["method"])


def test_the_claim_is_judged_in_every_profile_and_whatever_point_is_asked_for(tmp_path: Path) -> None:
    folder = repository(
        tmp_path,
        HIGH,
        **{
            MANIFEST: changed(HIGH[MANIFEST], "tier: high", "tier: minimal") + "policies:\n  profile: start\n"
        },
    )

    assert "fail" == judge(folder).outcome("art6.claim")
    assert "fail" == judge(folder, "--requirement", "art9.5").outcome("art6.claim")


def test_a_claim_above_the_answers_holds_and_binds(tmp_path: Path) -> None:
    folder = repository(
        tmp_path, MINIMAL, **{MANIFEST: changed(MINIMAL[MANIFEST], "tier: minimal", "tier: high")}
    )

    judged = judge(folder)

    assert "pass" == judged.outcome("art6.claim")
    assert 1 == judged.code
    assert 30 < judged.system["counts"]["judged"]


# ---------------------------------------------------------------- a claim that doesn't


def test_no_answers_fail_at_the_line_of_the_claim(tmp_path: Path) -> None:
    folder = repository(tmp_path, MINIMAL, **{ANSWERS: None})

    judged = judge(folder)

    assert 1 == judged.code
    assert [("missing", MANIFEST, line_of(folder, MANIFEST, "tier:"))] == judged.places("art6.claim/answered")


@pytest.mark.parametrize("value", [None, "unknown", "?? false", ""], ids=["absent", "unknown", "??", "empty"])
@pytest.mark.parametrize("question", ["a3.areas", "p.screen", "t.interacts"])
def test_an_open_question_fails_at_the_line_of_the_claim(
    question: str, value: str | None, tmp_path: Path
) -> None:
    folder = repository(tmp_path, MINIMAL, **{ANSWERS: answer(MINIMAL[ANSWERS], question, value)})

    judged = judge(folder)

    assert 1 == judged.code
    assert [("missing", MANIFEST, line_of(folder, MANIFEST, "tier:"))] == judged.places(
        "art6.claim/no-open-question"
    )
    assert re.search(rf" open: {re.escape(question)}[.,]", judged.said("art6.claim/no-open-question"))


def test_answers_that_cant_be_read_fail_at_their_line(tmp_path: Path) -> None:
    judged = judge(repository(tmp_path, MINIMAL, **{ANSWERS: "answers: ["}))

    assert 1 == judged.code
    assert [("malformed", ANSWERS, 1)] == judged.places("art6.claim/answered")


@pytest.mark.parametrize("tier", ["limited", "minimal", "out_of_scope"])
def test_a_claim_below_the_derived_tier_fails_at_its_line_and_the_duties_bind_all_the_same(
    tier: str, tmp_path: Path
) -> None:
    folder = repository(tmp_path, HIGH, **{MANIFEST: changed(HIGH[MANIFEST], "tier: high", f"tier: {tier}")})

    judged = judge(folder)

    assert 1 == judged.code
    assert [("contradicted", MANIFEST, line_of(folder, MANIFEST, "tier:"))] == judged.places(
        "art6.claim/not-below-the-answers"
    )
    assert "Annex III 5(b)" in judged.said("art6.claim/not-below-the-answers")
    assert 30 < judged.system["counts"]["judged"]


@pytest.mark.parametrize("claim", ["", "    tier: ??\n", '    tier: "?? high"\n'])
def test_without_a_claim_the_answers_tell_the_tier_and_its_duties_bind(claim: str, tmp_path: Path) -> None:
    folder = repository(tmp_path, HIGH, **{MANIFEST: changed(HIGH[MANIFEST], "    tier: high\n", claim)})

    judged = judge(folder)

    assert 0 != judged.code
    assert "the answers give high" in judged.said("art6.claim/not-below-the-answers")
    assert 30 < judged.system["counts"]["judged"]


def test_with_neither_claim_nor_answers_the_duties_of_high_bind(tmp_path: Path) -> None:
    folder = repository(
        tmp_path,
        MINIMAL,
        **{ANSWERS: None, MANIFEST: changed(MINIMAL[MANIFEST], "    tier: minimal\n", "")},
    )

    judged = judge(folder)

    assert 0 != judged.code
    assert "fail" == judged.outcome("art6.claim")
    assert 30 < judged.system["counts"]["judged"]


def test_an_answer_that_is_no_option_fails_at_its_line(tmp_path: Path) -> None:
    folder = repository(tmp_path, MINIMAL, **{ANSWERS: answer(MINIMAL[ANSWERS], "a3.areas", "[lending]")})

    judged = judge(folder)

    line = line_of(folder, ANSWERS, "is: [lending]")
    assert 1 == judged.code
    assert [("malformed", ANSWERS, line)] == judged.places("art6.claim/answers-are-options")


PEOPLE = {
    "nobody decided": ("decided_by: head-of-loans@example.org", "decided_by:", "decided", "missing"),
    "a proposal": ("decided_by: head", 'decided_by: "??" # head', "decided", "missing"),
    "nobody reviewed": (
        "reviewed_by: privacy-officer@example.org",
        "reviewed_by:",
        "reviewed-by-another",
        "missing",
    ),
    "reviewed by who decided": (
        "reviewed_by: privacy-officer@",
        "reviewed_by: head-of-loans@",
        "reviewed-by-another",
        "contradicted",
    ),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_high_tier_needs_two_people_and_nothing_else_fails_for_the_want_of_one(
    name: str, tmp_path: Path
) -> None:
    old, new, check, kind = PEOPLE[name]
    whole = repository(tmp_path / "whole", HIGH)
    folder = repository(tmp_path, HIGH, **{ANSWERS: changed(HIGH[ANSWERS], old, new)})

    judged = judge(folder)

    line = line_of(folder, ANSWERS, new.split(":")[0] + ":")
    assert [(kind, ANSWERS, line)] == judged.places(f"art6.claim/{check}")
    assert {check} == failing(judged)
    before = {row["id"]: row["outcome"] for row in judge(whole).system["requirements"]}
    after = {row["id"]: row["outcome"] for row in judged.system["requirements"]}
    assert {"art6.claim"} == {
        key for key in after if before[key] != after[key] and not key.startswith("integrity.")
    }


def test_a_minimal_tier_needs_one_person(tmp_path: Path) -> None:
    text = changed(MINIMAL[ANSWERS], "reviewed_by: privacy-officer@example.org\n", "")

    assert 0 == judge(repository(tmp_path, MINIMAL, **{ANSWERS: text})).code


# ---------------------------------------------------------------- the locked signature


@pytest.mark.parametrize("profiling", [None, "true", "false"])
def test_motor_insurance_with_personal_columns_stays_minimal_with_a_warning(
    profiling: str | None, tmp_path: Path
) -> None:
    judged = judge(motor(tmp_path, profiling=profiling))

    assert 0 == judged.code
    assert "pass" == judged.outcome("art6.claim")
    assert "minimal" == judged.system["classification"]["tier"]
    asked = judged.check(ASKS)
    assert ("warning", "fail") == (asked["severity"], asked["outcome"])
    assert "takes age, postcode." in judged.said(ASKS)
    assert [] == judged.check(PROFILING)["findings"]


def test_without_personal_columns_nothing_is_asked(tmp_path: Path) -> None:
    judged = judge(motor(tmp_path, columns=("engine_power", "mileage")))

    assert (0, []) == (judged.code, judged.check(ASKS)["findings"])


def test_profiling_denied_under_annex_iii_fails_at_that_answer(tmp_path: Path) -> None:
    folder = repository(
        tmp_path,
        HIGH,
        **{
            ANSWERS: answer(HIGH[ANSWERS], "d.profiling", "false"),
            MANIFEST: changed(HIGH[MANIFEST], "registered_model: loans", "registered_model: m"),
            "aiact.lock": locked("loans", "age", "amount"),
        },
    )

    judged = judge(folder)

    line = line_of(folder, ANSWERS, "d.profiling:") + 1
    assert 1 == judged.code
    assert [("contradicted", ANSWERS, line)] == judged.places(PROFILING)
    assert "takes age." in judged.said(PROFILING)
    assert [] == judged.check(ASKS)["findings"]


def test_profiling_denied_agrees_with_a_signature_without_persons(tmp_path: Path) -> None:
    folder = repository(
        tmp_path,
        HIGH,
        **{
            ANSWERS: answer(HIGH[ANSWERS], "d.profiling", "false"),
            MANIFEST: changed(HIGH[MANIFEST], "registered_model: loans", "registered_model: m"),
            "aiact.lock": locked("loans", "amount", "months"),
        },
    )

    assert [] == judge(folder).check(PROFILING)["findings"]


def test_alike_reasons_of_the_classification_accuse_nobody(tmp_path: Path) -> None:
    """Several questions have the same honest answer."""
    folder = tmp_path / "repository"
    shutil.copytree(ROOT / "examples" / "spam-filter", folder)
    same = "because: It has no such use at all."
    text = (folder / ANSWERS).read_text("utf-8")
    alike = re.sub(r"because: (?!>)[^}\n]*", same, text)
    assert 2 < alike.count(same)
    (folder / ANSWERS).write_text(alike, "utf-8")
    Repository(folder).commit("alike")

    assert 0 == judge(folder).code
