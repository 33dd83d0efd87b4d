"""`collect --tests`: a report of tests goes into the lock; skipped isn't passed, and hostile XML is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from locks import LOCK, held, put
from reports import judge
from repos import HIGH, Ran, Repository, program

DOES = "integrity.agreement/programs-do-something"
TEST = "import serve\n\ndef test_serve():\n    assert serve.x\n"


@pytest.fixture
def tested(tmp_path: Path) -> Path:
    """A system without a registered model, whose log is tested by tests/test_log.py."""
    files = {
        **HIGH,
        "aiact.yaml": HIGH["aiact.yaml"].partition("      mlflow:")[0],
        "tests/test_log.py": TEST,
        "compliance/logging.yaml": HIGH["compliance/logging.yaml"].replace(
            "tested_by: serve.py", "tested_by: tests/test_log.py"
        ),
    }
    repository = Repository(tmp_path / "repository").write(files)
    repository.commit()
    return repository.folder


def collected(folder: Path, xml: str) -> Ran:
    report = folder.parent / "report.xml"
    report.write_text(xml, "utf-8")
    return program("collect", "--tests", str(report), cwd=folder)


def case(body: str = "", where: str = 'classname="tests.test_log"') -> str:
    return f'<testsuites><testsuite><testcase {where} name="test_serve">{body}</testcase></testsuite></testsuites>'


@pytest.mark.parametrize(
    ("xml", "outcome"),
    [
        (case(), "passed"),
        (case(where='classname="tests.test_log.TestServe"'), "passed"),
        (case(where='file="tests/test_log.py" classname="anything"'), "passed"),
        (case("<skipped/>"), "skipped"),
        (case("<failure>no</failure>"), "failed"),
        (case("<error/><system-out>x</system-out>"), "failed"),
    ],
)
def test_the_outcome_of_each_test_goes_into_the_lock_with_the_commit(
    tested: Path, xml: str, outcome: str
) -> None:
    head = Repository(tested).git("rev-parse", "HEAD")
    ran = collected(tested, xml)

    assert 0 == ran.code, ran.said
    assert {"commit": head, "outcomes": {"tests/test_log.py": {"test_serve": outcome}}} == held(tested)[
        "loans"
    ]["tests"]


@pytest.mark.parametrize(
    ("xml", "outcome", "said"),
    [
        (case(), "pass", ""),
        (case("<skipped/>"), "fail", "No test in 'tests/test_log.py' passed, says aiact.lock (1 skipped)."),
        (
            case("<failure/>"),
            "fail",
            "1 of 1 tests in 'tests/test_log.py' failed, says aiact.lock: test_serve.",
        ),
        (case(where='classname="tests.other"'), "fail", "No test in 'tests/test_log.py' passed"),
    ],
)
def test_a_test_that_a_record_names_has_passed(tested: Path, xml: str, outcome: str, said: str) -> None:
    collected(tested, xml)

    judged = judge(tested)

    assert outcome == judged.outcome(DOES)
    assert said in judged.said(DOES)


def test_without_a_report_nothing_is_said_of_outcomes(tested: Path) -> None:
    put(tested, {"loans": {"data": {}}})

    assert "pass" == judge(tested).outcome(DOES)


def test_collecting_again_without_a_report_keeps_the_outcomes(tested: Path) -> None:
    collected(tested, case())
    before = held(tested)["loans"]["tests"]
    program("collect", cwd=tested)

    assert before == held(tested)["loans"]["tests"]


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "declares a document type or an entity"),
        ('<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "declares a document type or an entity"),
        ("<a>" * 40 + "</a>" * 40, "nested too deeply"),
        ("<testsuite>", "is no XML"),
        ("no xml", "is no XML"),
        ("<testsuite/>", "holds no test case"),
        (" " * 20_000_001, "has more than 20,000,000 bytes"),
    ],
    ids=("entity", "external", "deep", "cut", "text", "none", "large"),
)
def test_a_report_that_isnt_one_is_refused_and_nothing_is_written(tested: Path, xml: str, said: str) -> None:
    ran = collected(tested, xml)

    assert (2, False) == (ran.code, (tested / LOCK).exists())
    assert said in ran.said
