"""Programs and tests that records name hold something of their kind; a drill's program is the one that ran."""

from __future__ import annotations

from pathlib import Path

import pytest
from locks import held, put
from reports import commit, judge, replace

from aiact_gate.sources.programs import tree_digest

DOES = "integrity.agreement/programs-do-something"
RAN = "integrity.agreement/programs-are-those-that-ran"
ASKED = "integrity.agreement/tests-are-asked-about"
TEST = "tests/test_service.py"
RISKS = "compliance/risk_management.yaml"


def written(folder: Path, path: str, text: str) -> None:
    (folder / path).write_text(text, "utf-8")
    commit(folder)


@pytest.fixture
def bound(copy: Path) -> Path:
    """The example, whose drills are bound to their program."""
    systems = held(copy)
    tree = tree_digest((copy / "drill.py").read_text("utf-8"))
    for drill in systems["credit-scoring"]["mlflow"]["drills"]:
        drill["program"] = {"path": "drill.py", "tree": tree}
    put(copy, systems)
    commit(copy)
    return copy


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("serve.py", '"""The service."""\n'),
        ("scorecard.py", "# scores\n\npass\n"),
        (TEST, '"""Tests of the service."""\n'),
        ("train.py", "\n"),
    ],
)
def test_a_file_that_is_named_for_what_it_does_and_does_nothing_fails(
    copy: Path, path: str, text: str
) -> None:
    written(copy, path, text)

    judged = judge(copy)

    assert (1, "fail") == (judged.code, judged.outcome(DOES))
    assert f"Nothing is left of '{path}' without comments." in judged.said(DOES)


@pytest.mark.parametrize("files", ["[README.md]", "[requirements.txt]", "[README.md, docs/technical.md]"])
def test_a_document_carries_no_measure_of_design(copy: Path, files: str) -> None:
    replace(copy, RISKS, "implemented_in: [fitting.py, scorecard.py]", f"implemented_in: {files}")

    judged = judge(copy)

    assert (1, "fail") == (judged.code, judged.outcome(DOES))
    assert "no code or configuration carries it" in judged.said(DOES)


@pytest.mark.parametrize(
    "path", ["prompts/system.md", "prompts/refusals.txt", "CMakeLists.txt", "limits.toml"]
)
def test_a_prompt_or_a_configuration_carries_a_measure_of_design(copy: Path, path: str) -> None:
    (copy / path).parent.mkdir(exist_ok=True)
    (copy / path).write_text("Refuse what no person has asked for.\n", "utf-8")
    commit(copy)
    replace(copy, RISKS, "implemented_in: [fitting.py, scorecard.py]", f"implemented_in: [{path}]")

    assert "pass" == judge(copy).outcome(DOES)


def test_a_document_beside_the_code_of_a_measure_of_design_is_fine(copy: Path) -> None:
    replace(
        copy, RISKS, "implemented_in: [fitting.py, scorecard.py]", "implemented_in: [fitting.py, README.md]"
    )

    assert "pass" == judge(copy).outcome(DOES)


@pytest.mark.parametrize(
    "text", ["def test_serve():\n    assert True\n", "import serve\nassert 1, 'served'\n"]
)
def test_a_test_that_asserts_constants_fails(copy: Path, text: str) -> None:
    written(copy, TEST, text)

    judged = judge(copy)

    assert (1, "fail") == (judged.code, judged.outcome(DOES))
    assert "asserts constants alone, so it can't fail." in judged.said(DOES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import serve\nimport scorecard\n\ndef test_it():\n    serve.start()\n",
            "holds no assertion that is seen here.",
        ),
        ("def test_sum():\n    assert 2 == 1 + 1\n", "doesn't name"),
    ],
)
def test_a_test_without_assertion_or_of_something_else_is_asked_about(
    copy: Path, text: str, said: str
) -> None:
    (copy / "tests/conftest.py").write_text("", "utf-8")
    written(copy, TEST, text)

    judged = judge(copy)

    assert "pass" == judged.outcome(DOES)
    assert said in judged.said(ASKED)


@pytest.mark.parametrize(
    "text",
    [
        "import unittest, serve, scorecard\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(1, serve.x)\n",
        "import pytest, serve, scorecard\ndef test():\n    with pytest.raises(ValueError):\n        serve.x()\n",
        "import subprocess\ndef test():\n    subprocess.run(['python', 'serve.py', 'scorecard.py'], check=True)\n    assert served()\n",
        "import numpy, serve, scorecard\ndef test():\n    numpy.testing.assert_allclose(serve.x, 1)\n",
        "import serve, scorecard\ndef test():\n    assert True\n    assert serve.x\n",
        "from serve import x, scorecard\ndef test():\n    expect(x).to_be(1)\n",
    ],
)
def test_tests_of_many_styles_are_asked_nothing(copy: Path, text: str) -> None:
    written(copy, TEST, text)

    judged = judge(copy)

    assert ("pass", "") == (judged.outcome(DOES), judged.said(ASKED))


def test_the_program_of_a_drill_as_it_ran_is_fine(bound: Path) -> None:
    judged = judge(bound, "--release")

    assert ("pass", "") == (judged.outcome(DOES), judged.said(RAN))


def test_comments_docstrings_and_layout_are_no_other_program(bound: Path) -> None:
    text = (bound / "drill.py").read_text("utf-8")
    written(
        bound,
        "drill.py",
        '"""Another docstring."""\n' + "\n\n# and a comment\n".join(text.split('"""', 2)[2:]),
    )

    assert "" == judge(bound).said(RAN)


def test_another_program_than_the_drill_ran_is_told_and_fails_a_release(bound: Path) -> None:
    written(bound, "drill.py", (bound / "drill.py").read_text("utf-8") + "\nprint('and more')\n")

    branch, release = judge(bound), judge(bound, "--release")

    assert ("pass", "fail") == (branch.outcome(DOES), release.outcome(DOES))
    assert "'drill.py' isn't here as drill 50e6f32 ran it." in branch.said(RAN)


def test_an_emptied_program_fails_at_once(bound: Path) -> None:
    written(bound, "drill.py", '"""empty"""\n')

    judged = judge(bound)

    assert (1, "fail") == (judged.code, judged.outcome(DOES))
    assert "which drill 50e6f32 ran" in judged.said(DOES)


def test_a_program_that_is_gone_is_told(bound: Path) -> None:
    (bound / "drill.py").unlink()
    commit(bound)

    assert "isn't here as drill" in judge(bound).said(RAN)
