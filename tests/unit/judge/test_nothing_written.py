"""Nothing is judged on what nobody has written: one finding at its place, in words that fit, and the rest waits."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from reports import judge
from repos import DAY
from shipped import example

from aiact_gate.cli import main
from aiact_gate.documents.node import Node
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.judge.operands import field_of
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Finding, Report
from aiact_gate.policy.load import load_folder
from aiact_gate.policytest.cases import edit, engine_of, evidence_of, read_base
from aiact_gate.run.check import check
from aiact_gate.run.options import Options
from aiact_gate.schemas.fields import RECORDS
from aiact_gate.sources.builtin import builtin_folder
from aiact_gate.sources.snapshot import open_snapshot

CARD = """# Model card

## Intended use

Scores consumer loans for underwriters who decide about them.
"""
SHAPES: dict[str, dict[str, str]] = {
    "a model with a card": {
        "MODEL_CARD.md": CARD,
        "requirements.txt": "scikit-learn\nmlflow\n",
        "src/train.py": "import sklearn\n",
        "tests/test_train.py": "def test_it():\n    assert 1 + 1 == 2\n",
    },
    "a web server": {"package.json": '{"name": "server", "version": "4.1.0"}\n', "index.js": "x = 1\n"},
    "data and a note": {"data/train.csv": "a,b\n1,2\n", "README.md": "# Some data\n\nCollected by hand.\n"},
}


@pytest.fixture
def untouched(tmp_path: Path) -> Callable[[str], Report]:
    """The report on a repository of a shape right after `init`."""

    def made(shape: str) -> Report:
        for path, text in SHAPES[shape].items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, "utf-8")
        environment = {
            **os.environ,
            "GIT_AUTHOR_DATE": f"{DAY}T09:00:00Z",
            "GIT_COMMITTER_DATE": f"{DAY}T09:00:00Z",
        }
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "begin"]):
            who = ["-c", "user.email=ml-engineer@example.org", "-c", "user.name=ml-engineer"]
            subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, env=environment)
        ran = CliRunner().invoke(main, ["init", "--yes", str(tmp_path)])
        assert ran.exit_code == 0, ran.output
        snapshot, relative = open_snapshot(str(tmp_path))
        return check(snapshot, relative, Options(as_of=DAY))

    return made


def blanks(text: str) -> list[str]:
    """Places of *text* where a value was put in that isn't there."""
    return re.findall(r"\"nothing\"|since nothing|one of nothing|''|\"\"|\(\)|\bof 0\b|^ | {2}|…\"", text)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_untouched_set_of_init_contradicts_nothing(shape: str, untouched: Callable[[str], Report]) -> None:
    contradicted = [
        finding.message for finding in untouched(shape).findings if finding.kind == "contradicted"
    ]

    assert [] == contradicted


@pytest.mark.parametrize("shape", SHAPES)
def test_after_init_no_sentence_names_a_value_that_is_not_there(
    shape: str, untouched: Callable[[str], Report]
) -> None:
    sentences = [f"{finding.message} {finding.fix}" for finding in untouched(shape).findings]

    assert [] == [sentence for sentence in sentences if blanks(sentence)]


@pytest.mark.parametrize("shape", SHAPES)
def test_after_init_each_place_has_one_finding(shape: str, untouched: Callable[[str], Report]) -> None:
    places = Counter(
        (finding.location.path, finding.location.pointer)
        for finding in untouched(shape).findings
        if finding.unwritten
    )

    assert [] == [place for place, times in places.items() if times > 1]


def test_a_record_that_nobody_has_filled_in_is_one_finding(untouched: Callable[[str], Report]) -> None:
    found = [
        finding.message
        for finding in untouched("a model with a card").findings
        if finding.location.path == "compliance/risk_management.yaml"
    ]

    assert ["risk_management.yaml is still empty: no field of it is written yet."] == found


def test_what_waits_for_an_unfilled_record_still_fails(untouched: Callable[[str], Report]) -> None:
    rows = {
        row.requirement.id: row.outcome
        for system in untouched("a model with a card").systems
        for row in system.rows
    }

    assert Outcome.FAIL is rows["art9.2.a"]


# ---------------------------------------------------------------- each value of a passing set taken out


RECORDED = [name for name in (*RECORDS, "system") if name != "classification"]


@pytest.fixture(scope="module")
def taken_out() -> list[tuple[str, str, Finding]]:
    """(record, the check's own texts, finding) of every check, with each value of a passing set taken out in turn."""
    law = load_folder(builtin_folder("eu-ai-act"), None, {})[0]
    passing = read_base(builtin_folder("eu-ai-act") / "examples" / "fixtures" / "high")
    found = []
    for kind in RECORDED:
        readers = [
            (requirement, one)
            for requirement in law.requirements
            for one in requirement.checks
            if any(path[0] == kind for path in one.reads)
        ]
        for pointer in fields(passing[kind].root, f"/{kind}"):
            without = edit(passing, {"set": {pointer: None}})[0]
            judge = CheckJudge(evidence_of(without, law.kinds), engine_of(law), "fixture")
            for requirement, one in readers:
                texts = f"{one.message} {one.missing} {one.fix} {requirement.fix}"
                found += [(kind, texts, finding) for finding in judge.judge(one, requirement).findings]
    return found


def fields(node: Node, pointer: str) -> Iterator[str]:
    """Every field below *node* but its header's."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key not in ("schema", "for"):
                yield f"{pointer}/{key}"
                yield from fields(child, f"{pointer}/{key}")
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from fields(child, f"{pointer}/{index}")


def test_no_value_that_was_taken_out_is_put_into_a_sentence(
    taken_out: list[tuple[str, str, Finding]],
) -> None:
    wrong = set()
    for _, texts, finding in taken_out:
        # What the schema says of a field stands in the fix as it is; it may speak of nothing.
        if blanks(f"{finding.message} {finding.fix}") or finding.message.lower().count(
            "nothing"
        ) > texts.lower().count("nothing"):
            wrong.add((finding.check, finding.message, finding.fix))

    assert set() == wrong


TWO_OTHERS = {
    ("annex4.9/plan-belongs-to-the-file", "technical_documentation"),  # another element names another section
    ("art13.3.b.ii.levels/bounds-shown", "testing"),  # without its group a metric is one of the whole
}
"""(check, record) of which two values that are left contradict each other."""


def test_nothing_contradicts_a_value_that_was_taken_out(taken_out: list[tuple[str, str, Finding]]) -> None:
    contradicted = {(finding.check, kind) for kind, _, finding in taken_out if finding.kind == "contradicted"}

    assert TWO_OTHERS == contradicted


def test_the_schemas_own_example_is_nothing_written(tmp_path: Path) -> None:
    """The fix prints it, so it stands a copy away; it says nothing about this system."""
    copied = next(iter(field_of(("risk_management", "risks", 0, "description"), {}).schema["examples"]))
    repository = example(tmp_path / "repository")
    path = repository.folder / "compliance/risk_management.yaml"
    path.write_text(
        re.sub(
            r"(    description:) >-\n.*?\n(?=    \w)",
            rf"\1 {copied}\n",
            path.read_text("utf-8"),
            count=1,
            flags=re.S,
        )
    )

    judged = judge(repository.folder)

    assert {"filler"} == {
        finding["kind"]
        for row in judged.system["requirements"]
        for check in row["checks"]
        for finding in check["findings"]
        if finding["location"]["pointer"].endswith("/risks/0/description")
    }
