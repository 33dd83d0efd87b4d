"""`policy diff` and `check --base` give one answer to "looser", whatever is edited in a pack of the repository."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from policies.test_difference import CHECK, REQUIREMENT, TABLE, changed, clauses, drawn
from reports import judge
from repos import DAY, MINIMAL, Repository, program
from test_base_history import BESIDES, LOOSER, OVERLAY, PACK, ROLLOUT, SEAL, STRICTER, edit

Rule = dict[str, Any]
"""A requirement as a policy file says it."""


def rule(change: Mapping[str, Any], number: int) -> Rule:
    """The requirement of `test_difference`, changed, under an id of its own."""
    own = {key: value for key, value in change.items() if key in (*REQUIREMENT, "checks", "not_checked")}
    check = {**CHECK, **{key: value for key, value in change.items() if key not in own}}
    checks = [{key: value for key, value in check.items() if value is not None}]
    whole = {**REQUIREMENT, "checks": checks, **own, "id": f"house.r{number}"}
    return {key: value for key, value in whole.items() if value is not None}


def of_config(config: Mapping[str, Any], binds: Mapping[str, str], number: int) -> Rule:
    """The requirement that `test_difference` makes of the drawn *config*."""
    check = {key: config[key] for key in ("that", "where", "when", "min_items", "severity")}
    why = {"empty_is_fine": "Nothing to try is fine here."} if config["min_items"] == 0 else {}
    parameter = {"n": {"type": "int", "default": config["n"], "min": 1, "tighten": "higher"}}
    more = {"parameters": parameter, "calls_for": config["calls_for"], "binds": dict(binds)}
    return rule({**check, **why, **more}, number)


def pack(folder: Path, rules: Sequence[Rule]) -> Path:
    """A pack with *rules* in *folder*."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    policy = {
        "schema": "aiact-gate/policy/v1",
        "article": "house",
        "title": "Ours",
        "requirements": list(rules),
    }
    (folder / "house.yaml").write_text(json.dumps(policy), "utf-8")
    (folder / "pack.yaml").write_text(PACK["rules/pack.yaml"], "utf-8")
    return folder


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with one small system and a pack of its own, which the tests write."""
    found = Repository(tmp_path_factory.mktemp("one-answer") / "repository").write(MINIMAL)
    edit(found, "aiact.yaml", "systems:\n", "policies: {packs: [rules]}\nsystems:\n")
    return found


def looser_rules(
    repository: Repository, old: Sequence[Rule], new: Sequence[Rule]
) -> tuple[list[str], list[str]]:
    """The requirements that ask for less: by `policy diff`, and by `check --base` where *new* takes the place of *old*."""
    folder = repository.folder / "rules"
    before = pack(repository.folder.parent / "before", old)
    pack(folder, old)
    repository.commit("the pack as it was")
    pack(folder, new)
    told = program("policy", "diff", str(before), "rules", "--format", "json", cwd=repository.folder)
    assert told.code in (0, 1), told.said
    differences = json.loads(told.out)["differences"]
    judged = judge(repository.folder, "--base", "HEAD")
    diff = {
        one["id"].partition("/")[0] for one in differences if one["relation"] in ("looser", "undecidable")
    }
    found = [one["fingerprint"].split("/") for one in judged.notices if "loosened" == one["kind"]]
    base = {
        steps[2] for steps in found if steps[0] in ("rule-loosened", "parameter-loosened", "rule-removed")
    }
    return sorted(diff), sorted(base)


FAULTS: list[tuple[str, Rule, Rule, str]] = [
    ("> to <", clauses("it.limit > 0.5"), clauses("0.5 < it.limit"), "equal"),
    ("a further bound", clauses("it.limit > 0.5"), clauses("it.limit > 0.5 && it.limit > 0.6"), "tighter"),
    ("a word less", clauses('it.knowledge in ["black_box", "grey_box"]'), clauses('it.knowledge in ["black_box"]'),
     "tighter"),
    ("binds all", {"binds": {"role": "any", "duty": "requirements"}}, {"binds": {"role": "provider", "duty": "all"}},
     "tighter"),
    ("another layout", clauses("it.limit > 0.5"), clauses("it.limit   >\n  0.5"), "equal"),
]  # fmt: skip
UNFIT = ("parameter wrongly declared", "another id")
"""Rows that are at fault as a pack, or no change of one rule."""


def test_on_every_edit_of_a_rule(repository: Repository) -> None:
    rows = [row for row in (*TABLE, *FAULTS) if row[0] not in UNFIT]
    rules = [[rule(row[which], number) for number, row in enumerate(rows)] for which in (1, 2)]

    diff, base = looser_rules(repository, *rules)

    expected = [f"house.r{n}" for n, row in enumerate(rows) if row[3] in ("looser", "undecidable")]
    assert (sorted(expected), sorted(expected)) == (diff, base)


BINDS = [
    {"role": "provider", "duty": "requirements"},
    {"role": "any", "duty": "requirements"},
    {"role": "deployer", "duty": "requirements"},
    {"role": "provider", "duty": "all"},
    {"role": "any", "duty": "all"},
]


@settings(max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(BINDS)), min_size=12, max_size=12))
def test_on_edits_that_nobody_thought_of(
    repository: Repository, draws: list[tuple[int, dict[str, str]]]
) -> None:
    old, new = [], []
    for number, (seed, binds) in enumerate(draws):
        chance = random.Random(seed)
        config = drawn(chance)
        old.append(of_config(config, binds, number))
        new.append(of_config(changed(config, chance), chance.choice([binds, binds, *BINDS]), number))

    diff, base = looser_rules(repository, old, new)

    assert diff == base, (old, new)


# ---------------------------------------------------------------- whole packs

LINE = "that: it.confidence >= parameters.confidence\n"
CLAUSES = "[filled(it.title), it.confidence >= 0.75]"
SAME: dict[str, tuple[str, str]] = {
    "sides changed": (LINE, "that: parameters.confidence <= it.confidence\n"),
    "a further condition": (LINE, "that: it.confidence >= parameters.confidence && it.confidence > 0.1\n"),
    "another layout": (LINE, "that:\n          - >-\n            it.confidence  >=  parameters.confidence\n"),
    "clauses in another order": (CLAUSES, "[it.confidence >= 0.75, filled(it.title)]"),
    "a word less": (CLAUSES, CLAUSES[:-1] + ", 'it.direction in [\"higher\"]']"),
}


def _replaced(file: str, old: str, new: str) -> Callable[[Repository], object]:
    return lambda repository: edit(repository, file, old, new)


EDITS: dict[str, tuple[Callable[[Repository], object], int]] = {
    **{name: (case.change, 1) for name, case in LOOSER.items() if case.file.startswith("rules/")},
    **{name: (_replaced(*row[:3]), 1) for name, row in BESIDES.items()},
    **{name: (_replaced(*row), 0) for name, row in STRICTER.items()},
    **{name: (_replaced("rules/house.yaml", *row), 0) for name, row in SAME.items()},
    "a later day": (_replaced("rules/pack.yaml", f"introduced: {DAY}", "introduced: 2026-12-20"), 1),
}
"""The edits of packs that the tests of `check --base` know, and the exit code of `policy diff`."""


def test_policy_diff_says_of_each_edit_what_base_says(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository").write(PACK)
    more = {"rules/overlay.yaml": OVERLAY, "rules/rollout.yaml": ROLLOUT, "rules/kinds/seal.json": SEAL}
    kind = "id: is-sure-enough\n        kind: contradicted\n"
    wrong = []
    for name, (change, code) in EDITS.items():
        shutil.copytree(repository.folder / "rules", tmp_path / "kept")
        if name in (*BESIDES, *STRICTER):
            repository.write(more)
            edit(repository, "rules/house.yaml", "id: is-sure-enough\n", kind)
        shutil.copytree(repository.folder / "rules", tmp_path / "old")
        change(repository)
        for emptied in [
            file for file in (repository.folder / "rules").glob("*.yaml") if not file.read_text()
        ]:
            emptied.unlink()
        told = program("policy", "diff", "old", "repository/rules", cwd=tmp_path)
        if told.code != code:
            wrong.append((name, told.said))
        shutil.rmtree(repository.folder / "rules")
        shutil.rmtree(tmp_path / "old")
        shutil.move(tmp_path / "kept", repository.folder / "rules")

    assert [] == wrong


@pytest.mark.parametrize("name", SAME)
def test_what_asks_for_as_much_in_other_words_is_no_loosening(name: str, repository: Repository) -> None:
    shutil.rmtree(repository.folder / "rules", ignore_errors=True)
    repository.write(PACK)
    repository.commit("the pack as it was")
    edit(repository, "rules/house.yaml", *SAME[name])

    judged = judge(repository.folder, "--base", "HEAD")

    assert [] == [one["message"] for one in judged.notices if "loosened" == one["kind"]]
