"""What a repository shows held against a claim that asks for little: a question in every format, never in the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from reports import call, judge, line_of
from repos import DAY, MINIMAL, Repository

from aiact_gate.sources.lock_text import render_lock

MANIFEST = "aiact.yaml"
NO_AI = """\
schema: aiact-gate/manifest/v1
systems: []
no_ai_system:
  reason: Only a website is in this repository.
  decided_by: head-of-loans@example.org
  expires: 2027-06-30
"""
FORMATS = ("text", "markdown", "json", "github")


def without_ai(folder: Path, **files: str | bytes) -> Path:
    repository = Repository(folder / "repository").write({MANIFEST: NO_AI, **files})
    repository.commit()
    return repository.folder


def purpose(folder: Path, text: str, **files: str) -> Path:
    """The minimal system with another intended purpose."""
    old = "Sorts mail into two folders by the words that it holds."
    manifest = MINIMAL[MANIFEST].replace(old, text)
    repository = Repository(folder / "repository").write({**MINIMAL, MANIFEST: manifest, **files})
    repository.commit()
    return repository.folder


# ---------------------------------------------------------------- no AI system

SIGNALS: dict[str, dict[str, str | bytes]] = {
    "torch": {"src/score.py": "import os\nimport torch\n"},
    "openai": {"requirements.txt": "flask\nopenai>=1.0\n"},
    "weights.pt": {"assets/weights.pt": b"\x08\x07"},
}
MODELS: dict[str, dict[str, str | bytes]] = {
    "model.onnx": {"assets/model.onnx": b"\x08\x07"},
    "mlruns": {"mlruns/0/meta.yaml": "name: Default\n"},
    "MLmodel": {"served/MLmodel": "flavors: {}\n"},
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_what_speaks_of_ai_beside_no_ai_system_is_asked_about_in_every_format(
    signal: str, format_: str, tmp_path: Path
) -> None:
    folder = without_ai(tmp_path, **SIGNALS[signal])

    ran = call("check", str(folder), "--as-of", DAY, "--format", format_)

    assert 0 == ran.code
    assert signal in ran.out
    assert "may be part of one" in " ".join(ran.out.split())


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("model", MODELS)
def test_a_model_or_a_store_of_runs_beside_no_ai_system_contradicts_it_in_every_format(
    model: str, format_: str, tmp_path: Path
) -> None:
    folder = without_ai(tmp_path, **MODELS[model])

    ran = call("check", str(folder), "--as-of", DAY, "--format", format_)

    assert 1 == ran.code
    assert model in ran.out
    assert "says that no AI system is here" in " ".join(ran.out.replace("\\", "").split())


def test_the_question_is_a_finding_of_its_own_kind_at_the_line_of_what_was_seen(tmp_path: Path) -> None:
    data = judge(without_ai(tmp_path, **SIGNALS["torch"])).data

    found = [
        (one["kind"], one["severity"], one["location"]["path"], one["location"]["line"])
        for one in data["questions"]
    ]
    assert [("asked", "warning", "src/score.py", 2)] == found
    assert "pass" == data["verdict"]


@pytest.mark.parametrize("path", ["tests/test_score.py", "examples/score.py", "docs/score.py"])
def test_tests_examples_and_documents_ask_nothing(path: str, tmp_path: Path) -> None:
    assert [] == judge(without_ai(tmp_path, **{path: "import torch\n"})).data["questions"]


def test_a_website_is_asked_nothing(tmp_path: Path) -> None:
    files = {
        "app.py": "import flask\nmodel = 'agent'\n",
        "package.json": '{"dependencies": {"react": "^18"}}\n',
    }

    assert [] == judge(without_ai(tmp_path, **files)).data["questions"]


def test_a_lock_beside_no_ai_system_contradicts_it(tmp_path: Path) -> None:
    folder = without_ai(tmp_path, **{"aiact.lock": render_lock({"loans": {"mlflow": {}, "data": {}}}, DAY)})

    judged = judge(folder)

    assert (1, "fail") == (judged.code, judged.data["verdict"])
    assert ["loans"] == [word for word in ("loans",) if word in judged.data["problems"][0]["message"]]


# ---------------------------------------------------------------- a minimal claim


@pytest.mark.parametrize("format_", FORMATS)
def test_a_minimal_claim_with_the_purpose_of_a_higher_tier_is_asked_about_in_every_format(
    format_: str, tmp_path: Path
) -> None:
    folder = purpose(tmp_path, "Does credit scoring of consumers for a bank.")

    ran = call("check", str(folder), "--as-of", DAY, "--format", format_)

    said = " ".join(ran.out.replace("\\", "").split())
    assert 0 == ran.code
    assert "looks like credit scoring of natural persons (high risk, Annex III 5(b))" in said
    assert "1 question asked" in said or '"asked": 1' in said


def test_the_question_stands_at_the_purpose_and_changes_no_outcome(tmp_path: Path) -> None:
    folder = purpose(tmp_path, "Ranks job applications for recruiters.")

    judged = judge(folder)

    line = line_of(folder, MANIFEST, "intended_purpose")
    assert [("asked", MANIFEST, line)] == judged.places("art6.claim/looks-like-its-tier")
    assert ("pass", 0) == (judged.outcome("art6.claim"), judged.code)


def test_the_purpose_of_the_card_is_read_too(tmp_path: Path) -> None:
    card = "# Scores\n\n## Intended use\n\nScores consumer loans for a bank's staff.\n"
    folder = purpose(
        tmp_path, "Gives a number to each case.\n    model: {card: CARD.md}", **{"CARD.md": card}
    )

    assert "in CARD.md:5" in judge(folder).said("art6.claim/looks-like-its-tier")


@pytest.mark.parametrize(
    "text",
    [
        "Sorts mail into two folders by the words that it holds.",
        "Forecasts sales of bread. It is not used for credit scoring.",
        "Recommends songs to listeners by what they heard before.",
    ],
)
def test_a_purpose_that_looks_like_nothing_listed_is_asked_nothing(text: str, tmp_path: Path) -> None:
    assert [] == judge(purpose(tmp_path, text)).places("art6.claim/looks-like-its-tier")


def test_whoever_has_answered_for_the_area_is_asked_nothing(tmp_path: Path) -> None:
    """Fraud detection: the answers look at Annex III 5(b) and come out of it."""
    folder = purpose(tmp_path, "Finds fraud in loan applications.")
    answers = folder / "compliance" / "classification.yaml"
    text = answers.read_text("utf-8").replace("  a3.areas:\n    is: []", "  a3.areas:\n    is: [services]")
    for question, value in (
        ("a3.services", "[b]"),
        ("a3.services.natural_persons", "true"),
        ("a3.services.fraud", "true"),
    ):
        text += f"  {question}:\n    is: {value}\n    because: Asked about {question}.\n"
    answers.write_text(text, "utf-8")

    judged = judge(folder)

    assert "minimal" == judged.system["classification"]["tier"]
    assert [] == judged.places("art6.claim/looks-like-its-tier")


def test_a_question_fits_the_published_schema(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = Draft202012Validator(json.loads(call("schema", "report").out))
    for judged in (
        judge(without_ai(tmp_path / "one", **SIGNALS["torch"])),
        judge(purpose(tmp_path / "two", "Does credit scoring of consumers.")),
    ):
        assert [] == [error.message for error in schema.iter_errors(judged.data)]
