"""What is proved over a whole list at once is what each row would show: conditions are joined whole, and rows are bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repository
from shipped import example

PACK = (
    "schema: aiact-gate/pack/v1\nname: own\nversion: 1.0.0\nintroduced: 2026-11-25\nlegal_review: not yet\n"
)
RULE = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.rule
    version: 1.0.0
    citation: Model risk policy, section 4
    title: Every risk is accepted by somebody else
    binds: {role: provider, duty: requirements}
    timeline: undated
    profile: start
    calls_for: structural
    why: Whoever found a risk looks at it from one side.
    leaves_open: Did the other one look?
    fix: Let somebody other than the author accept it.
    checks:
      - id: another
        message: "{it.id} is accepted by its author."
"""
OVERLAY = r"""
schema: aiact-gate/overlay/v1
require:
  art9.5/accepted-by-another:
    that:
      - "filled(it.id) //"
      - "(filled(it.id)\n) || filled(it.id) //"
      - "it.id != \"\"\"\n || (filled(it.id) // \"\"\""
      - "filled(it.id)\n && filled(it.id)"
    message: "{it.id} has no acceptor."
"""


def broken(folder: Path) -> Repository:
    """The example, in which a risk is accepted by whoever found it."""
    repository = example(folder)
    file = folder / "compliance" / "risk_management.yaml"
    text = file.read_text()
    first = text.index("accepted_by: head-of-model-risk@example.org")
    file.write_text(text[:first] + text[first:].replace("head-of-model-risk", "ml-engineer", 1))
    return repository


def pack(folder: Path, **files: str) -> str:
    folder.mkdir()
    for name, text in {"pack": PACK, **files}.items():
        (folder / f"{name}.yaml").write_text(text)
    return str(folder)


def test_an_overlay_with_comments_hides_no_finding(tmp_path: Path) -> None:
    repository = broken(tmp_path / "repository")

    plain = repository.check()
    overlaid = repository.check("--pack", pack(tmp_path / "own", overlay=OVERLAY))

    assert 1 == plain.code and "art9.5/accepted-by-another" in plain.out, plain.out
    assert overlaid.code in (1, 3) and "art9.5/accepted-by-another" in overlaid.out, overlaid.out


@pytest.mark.parametrize("comment", ["", " // each has a name"])
def test_a_comment_in_a_clause_changes_nothing(comment: str, tmp_path: Path) -> None:
    that = f"""\
        each: risk_management.risks
        that:
          - |-
            filled(it.id){comment}
          - |-
            it.residual.accepted_by != it.identified_by
            && filled(it.id)
"""
    ran = broken(tmp_path / "repository").check("--pack", pack(tmp_path / "own", rules=RULE + that))

    assert 1 == ran.code and "house.rule/another" in ran.out, ran.out


def test_a_map_that_is_written_out_is_refused(tmp_path: Path) -> None:
    that = '        that: \'size(mlflow.run.metrics) > 0 && {"a": risk_management.risks}["a"] != []\'\n'
    rules = RULE.replace("{it.id}", "A risk") + that

    ran = example(tmp_path / "repository").check("--pack", pack(tmp_path / "own", rules=rules))

    assert 3 == ran.code and "a map is written out here" in ran.out, ran.out


def test_loops_without_end_are_the_policys_fault(tmp_path: Path) -> None:
    words = ", ".join(f"w{number}" for number in range(100))
    loops = ", ".join(f"a{number}: [{words}]" for number in range(4))
    that = f"        each: {{{loops}, it: testing.attacks}}\n        that: filled(it.id)\n"

    ran = example(tmp_path / "repository").check("--pack", pack(tmp_path / "own", rules=RULE + that))

    assert 3 == ran.code and "more than 250,000 rows" in ran.out, ran.out


def test_a_policy_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("top: [secret\n")
    folder = pack(tmp_path / "own")
    (tmp_path / "own" / "rules.yaml").symlink_to(tmp_path / "secret.yaml")

    ran = example(tmp_path / "repository").check("--pack", folder)

    assert 3 == ran.code and "rules.yaml in the pack own is a link" in ran.out and "secret" not in ran.out
