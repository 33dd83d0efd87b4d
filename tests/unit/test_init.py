"""`init` on repositories as they are: what it proposes, what it never proposes, and that `check` can read every file of it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.cli.init import command
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Report
from aiact_gate.policy.load import load_builtin
from aiact_gate.propose import records
from aiact_gate.propose.init import Answers, Plan, look, plan
from aiact_gate.propose.tier import likeness
from aiact_gate.propose.writing import folded, proposal, scalar
from aiact_gate.run.check import check
from aiact_gate.run.options import Options
from aiact_gate.schemas.fields import Field, schema
from aiact_gate.sources.cards import Passage
from aiact_gate.sources.discover import discover, split_of
from aiact_gate.sources.snapshot import open_snapshot

CARD = """---
license: apache-2.0
---
# Model card for Loan default model

## Intended use

Predicts default for loan applicants: an underwriter reads it.

On the test split the AUC is 0.8137.

## Out-of-scope use

- Screening of tenants. It was never tried.
- Loans to companies of any kind
"""
POINTER = "outs:\n- md5: b1946ac92492d2347c6235b4d2611184\n  path: data.csv\n"
KINDS = {"missing", "contradicted"}

Repository = Callable[..., Path]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A git repository with the given files, committed."""

    def make(files: dict[str, str], name: str = "credit") -> Path:
        root = tmp_path / name
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        root.mkdir(exist_ok=True)
        git(root, "init", "-q")
        git(root, "add", "-A")
        git(root, "commit", "-q", "--allow-empty", "-m", "Begin")
        return root

    return make


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=ml-engineer", "-c", "user.email=ml-engineer@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def run(root: Path, *options: str) -> str:
    result = CliRunner().invoke(command, [str(root), *options])
    assert result.exception is None, result.exception
    return result.output


def planned(root: Path, answers: Answers | None = None) -> Plan:
    snapshot, relative = open_snapshot(str(root))
    return plan(look(snapshot, relative), answers or Answers())


def judged(root: Path) -> Report:
    snapshot, relative = open_snapshot(str(root))
    return check(snapshot, relative, Options(as_of="2026-11-25"))


def kinds(report: Report) -> set[str]:
    """The kinds of all findings that fail the run."""
    return {
        finding.kind
        for system in report.systems
        for row in system.rows
        for result in row.checks
        if result.severity == "error"
        for finding in result.findings
    }


def everything(root: Path) -> str:
    return "\n".join(
        path.read_text() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    )


SHAPES: dict[str, dict[str, str]] = {
    "a card": {"MODEL_CARD.md": CARD},
    "DVC": {
        "data/train.csv.dvc": POINTER,
        "data/test.csv.dvc": POINTER,
        "dvc.lock": "schema: '2.0'\nstages: {}\n",
        "requirements.txt": "scikit-learn>=1.5\n",
        ".github/CODEOWNERS": "* @credit/ml\n",
        "tests/test_model.py": "def test_bias_gap():\n    pass\n",
    },
    "a service": {
        "serve.py": "from fastapi import FastAPI\nimport xgboost\n\napp = FastAPI()\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "2.1.0"\n',
    },
    "nothing": {"README.txt": "Nothing to see.\n"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_has_the_form_that_check_reads_and_shows_nothing(
    repository: Repository, shape: str
) -> None:
    root = repository(SHAPES[shape])

    run(root)
    run(root)  # the records that are about a drill

    report = judged(root)
    assert [] == list(report.problems)
    assert 1 == report.exit_code
    assert kinds(report) <= KINDS
    points = [row for row in report.systems[0].rows if row.requirement.profile == "start"]
    assert 14 == len(points)
    assert Outcome.PASS not in {row.outcome for row in points}


@pytest.mark.parametrize("shape", SHAPES)
def test_it_writes_at_most_seven_files_and_forty_proposals(repository: Repository, shape: str) -> None:
    made = planned(
        repository(SHAPES[shape]),
        Answers("An underwriter, about applicants", ("provider", "deployer"), "risk-office"),
    )

    assert 7 == len(made.new)
    marked = sum(len(re.findall(r'(?m)(?:: |- |^ +)"?\?\?', text)) for text in made.new.values())
    assert marked == made.proposals
    assert 20 < made.proposals <= 40
    assert ["compliance/human_oversight.yaml", "compliance/logging.yaml"] == made.later


def test_texts_of_the_card_are_proposals_with_their_line(repository: Repository) -> None:
    made = planned(repository({"MODEL_CARD.md": CARD}))

    manifest = made.new["aiact.yaml"]
    assert "name: ?? Loan default model  # MODEL_CARD.md:4" in manifest
    assert "intended_purpose: >-  # MODEL_CARD.md:8" in manifest
    assert "      ?? Predicts default for loan applicants: an underwriter reads it." in manifest
    described = made.new["compliance/system_description.yaml"]
    assert "- ?? Screening of tenants.  # MODEL_CARD.md:14" in described
    assert "- ?? Loans to companies of any kind  # MODEL_CARD.md:15" in described


def test_no_tier_person_or_figure_is_proposed(repository: Repository) -> None:
    root = repository(SHAPES["DVC"] | {"MODEL_CARD.md": CARD})

    run(root)

    written = everything(root).replace(CARD, "")
    manifest = (root / "aiact.yaml").read_text()
    assert re.search(r"^    tier: \?\?  #", manifest, re.MULTILINE)
    assert "# It looks like credit scoring of natural persons: high risk, Annex III 5(b)" in manifest
    assert "0.8137" not in written
    assert "ml-engineer" not in written
    for key in ("accepted_by", "identified_by", "decided_by", "threshold", "owner", "limit_seconds"):
        assert not re.search(rf"^\W*{key}: +[^ #]", written, re.MULTILINE), key


def test_codes_of_questions_stand_in_the_classification_only(repository: Repository) -> None:
    made = planned(repository({"MODEL_CARD.md": CARD}))

    codes = [
        question["id"]
        for question in load_builtin("eu-ai-act")[0].classification["questions"]
        if "." in question["id"]
    ]
    for path, text in made.new.items():
        assert path == "compliance/classification.yaml" or not any(
            re.search(rf"\b{re.escape(code)}\b", text) for code in codes
        )


def test_the_classification_asks_what_is_open_up_to_the_areas_of_use(repository: Repository) -> None:
    root = repository({"MODEL_CARD.md": CARD})

    asked = (
        parse_yaml(planned(root).new["compliance/classification.yaml"].encode(), "c")
        .root.value["answers"]
        .value
    )
    own = planned(root, Answers(roles=("provider",))).new["compliance/classification.yaml"]

    assert ["what.kind", "what.inference", "scope.link"] == list(asked)[:3]
    assert "a3.areas" == list(asked)[-1]
    assert "role.shift" in asked
    assert "role.shift" not in own  # a provider who doesn't use it has changed nobody else's system


def test_answers_of_a_person_are_written_where_they_belong(repository: Repository) -> None:
    made = planned(
        repository({}),
        Answers("An underwriter, about applicants", ("provider", "deployer"), "risk-office@example.org"),
    )

    assert "role: [provider, deployer]  # as you answered" in made.new["aiact.yaml"]
    assert "?? An underwriter, about applicants" in made.new["aiact.yaml"]
    described = made.new["compliance/system_description.yaml"]
    assert "- id: risk-office@example.org  # your answer" in described
    assert "    function:  # what this person answers for" in described


def test_versions_come_from_a_tag_then_from_the_project(repository: Repository) -> None:
    root = repository(SHAPES["a service"])
    assert "version: 2.1.0  # pyproject.toml:3" in planned(root).new["aiact.yaml"]

    git(root, "tag", "credit-3.0.1")

    assert "version: 3.0.1  # git tag credit-3.0.1" in planned(root).new["aiact.yaml"]
    assert "for: credit@3.0.1" in planned(root).new["compliance/testing.yaml"]


def test_running_it_again_writes_the_rest_then_nothing(repository: Repository) -> None:
    root = repository({"MODEL_CARD.md": CARD})
    run(root)
    first = {path: path.read_bytes() for path in root.rglob("*.yaml")}

    second = run(root)
    third = run(root)

    assert "Wrote 2 files" in second
    assert "Wrote nothing" in third
    assert first == {path: path.read_bytes() for path in first}
    assert "Next:  aiact-gate check" in third


def test_running_it_again_shows_what_is_new_as_a_diff(repository: Repository) -> None:
    root = repository({})
    run(root)
    before = (root / "aiact.yaml").read_text()
    (root / "data").mkdir()
    (root / "data/train.csv.dvc").write_text(POINTER)
    (root / "MODEL_CARD.md").write_text(CARD)

    shown = run(root, "--diff")

    assert "+++ b/compliance/data_governance.yaml" in shown
    assert "+  - id: train" in shown
    assert "+    path: data/train.csv.dvc" in shown
    assert "-      card:  # the model card, a Markdown file" in shown
    assert "+      card: MODEL_CARD.md" in shown
    assert before == (root / "aiact.yaml").read_text()


def test_the_diff_can_be_applied(repository: Repository) -> None:
    root = repository({})
    run(root)
    run(root)
    (root / "train.csv").write_text("a,b\n1,2\n")
    git(root, "add", "-A")

    shown = run(root, "--diff")
    patch = shown[shown.index("--- a/") : shown.index("\nWrote nothing")]
    (root.parent / "patch").write_text(patch)
    git(root, "apply", str(root.parent / "patch"))

    assert "path: train.csv" in (root / "compliance/data_governance.yaml").read_text()
    assert kinds(judged(root)) <= KINDS


def test_answered_questions_bring_the_next_ones(repository: Repository) -> None:
    root = repository({})
    run(root)
    record = root / "compliance/classification.yaml"
    text = record.read_text()
    for name, answer in (
        ("what.kind", "ai_system"),
        ("p.screen", "[]"),
        ("a1.law", "[]"),
        ("a3.areas", "[services]"),
    ):
        text = text.replace(f"  {name}:\n    is: ??", f"  {name}:\n    is: {answer}")
    record.write_text(
        text.replace("is: ??", "is: false")
        .replace("scope.link:\n    is: false", "scope.link:\n    is: [provider]")
        .replace("scope.stage:\n    is: false", "scope.stage:\n    is: released")
        .replace("role.shift:\n    is: false", "role.shift:\n    is: []")
        .replace("what.inference:\n    is: false", "what.inference:\n    is: true")
    )

    shown = run(root, "--diff")

    assert "+  a3.services:" in shown


def test_only_a_diff_writes_nothing(repository: Repository) -> None:
    root = repository({"MODEL_CARD.md": CARD})

    shown = run(root, "--diff")

    assert ["MODEL_CARD.md"] == [path.name for path in root.iterdir() if path.name != ".git"]
    assert "+++ b/aiact.yaml" in shown
    assert "Wrote nothing: 7 files would be new" in shown


def test_a_manifest_that_is_there_names_the_system(repository: Repository) -> None:
    manifest = "schema: aiact-gate/manifest/v1\nsystems:\n  - id: scoring\n    version: 1.3.0\n    role: provider\n    evidence_dir: evidence\n"
    root = repository(
        {
            "aiact.yaml": manifest,
            "MODEL_CARD.md": CARD,
            "evidence/risks.yaml": "schema: aiact-gate/record/risk_management/v1\nfor: scoring@1.3.0\n",
        }
    )

    shown = run(root)

    assert manifest == (root / "aiact.yaml").read_text()
    assert "for: scoring@1.3.0" in (root / "evidence/testing.yaml").read_text()
    assert not (root / "evidence/risk_management.yaml").exists()  # risks.yaml is that record
    assert "+    model:" in shown
    assert "+      card: MODEL_CARD.md" in shown


def test_several_systems_need_a_name(repository: Repository) -> None:
    entry = "  - id: {0}\n    version: 1.0.0\n"
    root = repository(
        {
            "aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems:\n"
            + entry.format("one")
            + entry.format("two")
        }
    )

    refused = CliRunner().invoke(command, [str(root)])
    run(root, "--system", "two")

    assert "Name one: --system with one of one, two." in str(refused.exception)
    assert "for: two@1.0.0" in (root / "compliance/testing.yaml").read_text()


def test_without_mlflow_it_says_how_to_install_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository({"MODEL_CARD.md": CARD})
    with closing(sqlite3.connect(root / "mlflow.db")) as store:
        for table in ("experiments", "runs", "registered_models", "model_versions"):
            store.execute(f"CREATE TABLE {table} (name TEXT)")
    monkeypatch.setitem(sys.modules, "mlflow", None)

    shown = run(root)

    assert 'pip install "aiact-gate[mlflow]"' in " ".join(shown.split())
    assert "# MLflow isn't installed here" in (root / "aiact.yaml").read_text()


def test_a_database_that_is_no_store_is_said_to_be_none(repository: Repository) -> None:
    root = repository({"mlflow.db": "version https://git-lfs.github.com/spec/v1\n"})

    shown = " ".join(run(root).split())

    assert "mlflow.db is no sqlite file, or a damaged one. Fetch the file itself" in shown


def test_no_ai_system_is_left_alone(repository: Repository) -> None:
    root = repository({"aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems: []\n"})

    refused = CliRunner().invoke(command, [str(root)])

    assert "declares no AI system" in str(refused.exception)
    assert not (root / "compliance").exists()


def test_of_several_cards_none_is_taken_by_guess(repository: Repository) -> None:
    root = repository({"a/MODEL_CARD.md": CARD, "b/MODEL_CARD.md": CARD.replace("Loan", "Car")})

    manifest = planned(root).new["aiact.yaml"]

    assert "# A card: a/MODEL_CARD.md" in manifest
    assert "      card:  #" in manifest
    assert "default model" not in manifest


def test_a_part_of_a_repository_gets_its_own_manifest(repository: Repository) -> None:
    root = repository({"services/scoring/MODEL_CARD.md": CARD, "services/other/model.onnx": "x"})

    shown = run(root / "services/scoring")

    assert "for: scoring@unreleased" in (root / "services/scoring/compliance/testing.yaml").read_text()
    assert "model.onnx" not in shown
    assert kinds(judged(root / "services/scoring")) <= KINDS


HOSTILE = [
    "data/train: x # y.csv",
    "data/train\n::error::x.csv",
    "data/train\"'{[&*!|>.csv",
    "data/train \x1b[31m.csv",
    "data/\u202etrain.csv",
    "data/- train.csv",
    "models/MODEL_CARD-\n# high.md",
]


@pytest.mark.skipif(os.name == "nt", reason="names that Windows can't hold")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(repository: Repository, name: str) -> None:
    root = repository({name: CARD if "CARD" in name else "a,b\n1,2\n"})

    shown = run(root)
    again = run(root, "--diff")

    report = judged(root)
    assert [] == list(report.problems)
    assert kinds(report) <= KINDS
    for text in (shown, again):
        assert not any(line.startswith("::") for line in text.splitlines())
        assert all(character.isprintable() or character == "\n" for character in text)
    if "data/" in name:
        record = parse_yaml((root / "compliance/data_governance.yaml").read_bytes(), "d").root
        assert name == record.value["datasets"].value[0].value["path"].value


def test_a_name_in_no_known_encoding_is_counted_and_left_out(repository: Repository) -> None:
    root = repository({})
    try:
        (root / os.fsdecode(b"train-\xff.csv")).write_text("a\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    shown = run(root)

    assert "1 file name in no known encoding" in shown


def test_a_folder_that_is_a_link_out_of_the_repository_is_refused(
    repository: Repository, tmp_path: Path
) -> None:
    root = repository({})
    (tmp_path / "elsewhere").mkdir()
    (root / "compliance").symlink_to(tmp_path / "elsewhere")

    refused = CliRunner().invoke(command, [str(root)])

    assert "leads out of the repository" in str(refused.exception)
    assert [] == list((tmp_path / "elsewhere").iterdir())


def test_files_that_git_ignores_are_named(repository: Repository) -> None:
    root = repository({".gitignore": "compliance/\n"})

    shown = run(root)

    assert "git ignores compliance/classification.yaml" in shown


def test_the_screen_has_eighty_columns_and_ends_with_the_next_command(repository: Repository) -> None:
    deep = "a/very/long/way/down/to/the/file/that/serves/the/model/in/production/serve.py"
    root = repository(
        SHAPES["DVC"] | {"MODEL_CARD.md": CARD, deep: "from flask import Flask\nFlask(__name__)\n"}
    )

    shown = run(root).splitlines()

    assert [] == [line for line in shown[:-1] if len(line) > 80]
    assert shown[-1].startswith("Next:  aiact-gate check")


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.py", "import sklearn.linear_model\n", {"sklearn"}),
        ("a.py", "from torch import nn\n", {"torch"}),
        ("a.py", "import torchlight\nimport models\nimport agent\n", set()),
        ("requirements.txt", "scikit-learn==1.5.0\nopenai\n", {"scikit-learn", "openai"}),
        ("requirements.txt", "patch==1.0\ntorchlight\nai-tools\n", set()),
        ("pyproject.toml", 'dependencies = [\n  "xgboost>=2",\n  "click",\n]\n', {"xgboost"}),
        ("package.json", '{"dependencies": {\n"openai": "^4.0.0",\n"aim": "1"}}', {"openai"}),
        ("venv/lib/x.py", "import torch\n", set()),
        ("AGENTS.md", "An AI agent with a prompt.\n", set()),
    ],
)  # fmt: skip
def test_signals_of_ai_are_whole_names(repository: Repository, path: str, text: str, found: set[str]) -> None:
    snapshot, _ = open_snapshot(str(repository({path: text})))

    assert found == {signal.what for signal in discover(snapshot).frameworks}


@pytest.mark.parametrize(
    ("name", "split"),
    [("train.csv", "training"), ("X_test.parquet", "testing"), ("latest.csv", ""), ("train_test.csv", ""), ("val-2.csv", "validation"), ("trainers.csv", "")],
)  # fmt: skip
def test_a_split_is_read_from_whole_words(name: str, split: str) -> None:
    assert split == split_of(name)


@pytest.mark.parametrize(
    ("text", "cite"),
    [
        ("Predicts default for loan applicants.", "Annex III 5(b)"),
        ("Ranks CVs for recruiters.", "Annex III 4(a)"),
        ("Not for credit scoring. Sorts mail.", None),
        ("Recognises flowers.", None),
        ("A chatbot for opening hours.", "Article 50"),
    ],
)
def test_a_use_is_recognised_only_where_it_is_said_and_not_denied(text: str, cite: str | None) -> None:
    found = likeness([Passage("MODEL_CARD.md", 3, text)])

    assert cite == (found.cite if found else None)


def test_every_field_that_a_start_point_reads_can_be_written() -> None:
    reads = records.start_reads([load_builtin("eu-ai-act")[0]])

    for kind, paths in reads.items():
        text = records.record(kind, "x@1", paths)
        for path in paths:
            words = [kind, *(step for step in path if step != "*")]
            left_out = any(
                ".".join(words[:length]) in records.LEFT_OUT for length in range(2, len(words) + 1)
            )
            assert left_out or re.search(rf"^\W*{words[-1]}:", text, re.MULTILINE), (kind, path)


def test_a_field_without_words_of_inits_own_is_explained_as_the_schema_describes_it() -> None:
    reads = records.start_reads([load_builtin("eu-ai-act")[0]])

    text = records.record("system_description", "x@1", reads["system_description"])

    assert ["  address:  # the provider's postal address (Article 16(b))"] == [
        line for line in text.splitlines() if "address:" in line
    ]


@pytest.mark.parametrize("name", [*records.HINTS, *records.ALSO, *records.LEFT_OUT])
def test_hints_name_fields_that_exist(name: str) -> None:
    kind, *steps = name.split(".")
    field: Field | None = Field(schema(kind), schema(kind).get("$defs", {}))
    for step in steps:
        assert field is not None
        field = field.below("*") if field.schema.get("type") == "array" else field
        field = field.below(step) if field is not None else None

    assert field is not None


PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), max_size=80)


@given(PRINTABLE)
def test_a_proposal_reads_back_as_it_was_found(text: str) -> None:
    node = parse_yaml(f"k: {proposal(text)}  # place\n".encode(), "k").root.value["k"]

    assert f"?? {text}".rstrip() == node.value


@given(st.text(max_size=80))
def test_a_name_reads_back_as_it_was_found(text: str) -> None:
    try:
        written = f"k: {scalar(text)}  # place\n".encode()
    except UnicodeEncodeError:
        return
    node = parse_yaml(written, "k").root.value["k"]

    assert text == node.value
    assert not node.is_null


@given(PRINTABLE)
def test_a_purpose_reads_back_as_it_was_found(text: str) -> None:
    lines = "\n".join(folded(f"?? {' '.join(text.split())}", "    "))
    node = parse_yaml(f"k: >-  # place\n{lines}\nl: x\n".encode(), "k").root.value["k"]

    assert f"?? {' '.join(text.split())}".strip() == node.value


def test_instructions_that_are_there_are_kept_and_shown_their_front_matter(repository: Repository) -> None:
    text = "# Instructions for use\n\n## Intended purpose\n\nIt helps an underwriter.\n"
    root = repository({"docs/instructions-for-use.md": text})

    shown = run(root)

    assert text == (root / "docs/instructions-for-use.md").read_text()
    assert not (root / "INSTRUCTIONS_FOR_USE.md").exists()
    assert "instructions: docs/instructions-for-use.md" in (root / "aiact.yaml").read_text()
    assert "+++ b/docs/instructions-for-use.md" in shown
    assert "+schema: aiact-gate/document/instructions_for_use/v1" in shown


@pytest.mark.parametrize("folder", ["../elsewhere", "/elsewhere-outside"])
def test_an_evidence_folder_outside_the_repository_is_refused(repository: Repository, folder: str) -> None:
    manifest = f"schema: aiact-gate/manifest/v1\nsystems:\n  - id: one\n    version: 1.0.0\n    evidence_dir: {folder}\n"
    root = repository({"aiact.yaml": manifest})

    refused = CliRunner().invoke(command, [str(root)])

    assert "leads out of the repository" in str(refused.exception)
    assert not (root.parent / "elsewhere").exists()
    assert not Path("/elsewhere-outside").exists()


@pytest.mark.parametrize(
    "text", ["\n" * 300_000, " " * 300_000, "import " * 50_000, '"' * 300_000, "a.Flask" * 40_000]
)
def test_a_hostile_text_takes_no_longer_than_any_other(repository: Repository, text: str) -> None:
    files = dict.fromkeys(("a.py", "requirements.txt", "package.json", "test_a.py"), text)
    root = repository(files | {"MODEL_CARD.md": f"# {'-' * 100_000} 1.0\n\n## Uses\n\n{text}\n"})
    snapshot, _ = open_snapshot(str(root))

    before = time.process_time()
    discover(snapshot)

    assert time.process_time() - before < 5
