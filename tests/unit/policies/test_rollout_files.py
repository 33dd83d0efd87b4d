"""rollout.yaml, recalls and grace in a pack: what is wrong with them, each at its line, and what they do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from packs_of import ROLLOUT, RULES, TESTING, bank_rules, head
from reports import Judged
from repos import MINIMAL, Ran, Repository, high, program

RECALL = {
    "check": "house.plan/above-chance",
    "reason": "It looks at metrics that it doesn't mean.",
    "issue": "214",
    "approved_by": "head-of-model-risk@example.org",
    "from": "2026-12-01",
    "until": "2026-12-31",
}
CHECK = "house.plan/above-chance"


def recalls(*changes: dict[str, str | None]) -> str:
    """The key `recalls` of pack.yaml; None leaves a key out."""
    lines = ["recalls:"]
    for change in changes:
        entry = {key: value for key, value in (RECALL | change).items() if value is not None}
        lines += [
            f"  {'-' if not index else ' '} {key}: {value}"
            for index, (key, value) in enumerate(entry.items())
        ]
    return "\n".join(lines) + "\n"


def line_of(text: str, part: str, after: str = "") -> int:
    start = text.index(after) if after else 0
    return text[: text.index(part, start)].count("\n") + 1


def lint(folder: Path) -> Ran:
    return program("policy", "lint", str(folder), cwd=folder.parent)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "mail-sorter").write(
        {
            **MINIMAL,
            "compliance/testing.yaml": TESTING.replace('because: ""', "because: Nobody likes to be unread."),
        }
    )
    repository.commit()
    return repository


def judge(repository: Repository, pack: Path, day: str, *arguments: str) -> Judged:
    given = ("--pack", str(pack), "--as-of", day, "--format", "json", *arguments)
    ran = program("check", *given, cwd=repository.folder)
    assert ran.out, ran.err
    return Judged(ran.code, json.loads(ran.out))


def problems(judged: Judged) -> list[str]:
    return [
        f"{problem['location']['path']}:{problem['location']['line']}: {problem['message']}"
        for problem in judged.data["problems"]
        if problem["location"]
    ]


# ---------------------------------------------------------------- rollout.yaml

OWN = "  - name: own\n"
WRONG = {
    "another mode": (("mode: warn", "mode: warning"), "mode: warning", "'warning' is none of the words for mode"),
    "another kind": (("[contradicted, unbound, filler, loosened]", "[contradicted, unbond]"), "kinds:", "'unbond' is none of the words"),
    "another profile": ((OWN, OWN + "    profile: all\n"), "profile: all", "'all' is none of the words for profile"),
    "no date": (("from: 2027-01-11", "from: 2027-13-11"), "2027-13-11", "'2027-13-11' is no date"),
    "a date that waits": (("from: 2027-01-11", "from: TBD"), "TBD", "'from' says nothing"),
    "days out of order": (("2027-02-01", "2027-01-01"), "2027-01-01", "the step of 2027-01-01 stands after the one of 2027-01-11"),
    "one day twice": (("2027-02-01", "2027-01-11"), "2027-01-11, mode: enforce", "the step of 2027-01-11 stands after the one of 2027-01-11"),
    "a ring of nothing": (("    repositories: [bank/mail-*]\n", ""), "name: own", "the ring own has neither repositories nor topics"),
    "a ring twice": (("name: rest", "name: own"), 'name: own\n    repositories: ["bank/*"]', "two rings are called own"),
    "a ring without a name": (("name: rest\n    rep", "rep"), "repositories: [\"bank/*\"]", "has no name"),
    "a step without a mode": ((", mode: warn", ""), "2027-01-11", "has no mode"),
    "a step without a day": (("from: 2027-01-11, ", ""), "{mode: warn}", "has no from"),
    "no steps": (("    steps:\n      - {from: 2026-12-01, mode: observe}\n      - {from: 2027-01-11", "    steps: []\n    other:\n      - {from: 2027-01-11"), "steps: []", "the ring own has no step"),
    "kinds that are none": (("[contradicted, unbound, filler, loosened]", "[]"), "kinds: []", "the list of kinds is empty"),
    "kinds beside warn": (("mode: warn}", "mode: warn, kinds: [stale]}"), "kinds: [stale]", "kinds stand beside mode warn"),
    "a key that is none": ((OWN, OWN + "    repositorys: [x/y]\n"), "repositorys", "repositorys"),
    "another schema": (("rollout/v1", "rollout/v2"), "schema:", "rollout/v2"),
    "no schema": (("schema: aiact-gate/rollout/v1\n", ""), "rings:", "has no schema"),
    "rings that are no list": (("rings:\n", "rings: own\nother:\n"), "rings: own", "a list"),
    "a limit below zero": (("rings:\n", "waivers: {max_days: -1}\nrings:\n"), "max_days", "max_days is -1, below one"),
    "a limit of none": (("rings:\n", "waivers: {max_per_repository: 0}\nrings:\n"), "max_per_repository", "max_per_repository is 0, below one"),
    "unreadable": (("rings:\n", "rings: [\n"), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_roll_out(repository: Repository, tmp_path: Path, name: str) -> None:
    """Each fault at its line, by lint and by check; nothing wrong ever observes."""
    (old, new), place, message = WRONG[name]
    assert old in ROLLOUT
    text = ROLLOUT.replace(old, new, 1)
    pack = bank_rules(tmp_path / "bank-rules", {"rollout.yaml": text})

    linted = lint(pack)
    judged = judge(repository, pack, "2026-12-05", "--repository", "bank/mail-sorter")

    assert 3 == linted.code == judged.code, linted.said
    line = line_of(text, place) if place else 0
    wanted = re.compile(rf"bank-rules/rollout\.yaml:{line or '[0-9]+'}:\d+: .*{re.escape(message)}")
    assert wanted.search(linted.out), linted.out
    assert any(
        re.search(rf"rollout\.yaml:{line or '[0-9]+'}: .*{re.escape(message)}", one)
        for one in problems(judged)
    )
    assert "enforce" == judged.data["mode"]


OVERLAY = "schema: aiact-gate/overlay/v1\nset:\n  art13.3.b.iii: {words_a_risk: 90}\n"
MISNAMED = {
    "rollout.yml": ROLLOUT,
    "zz-rings.yaml": ROLLOUT,
    "overlay.yml": OVERLAY,
    "house-overlay.yaml": OVERLAY,
}


@pytest.mark.parametrize("name", MISNAMED)
@pytest.mark.parametrize("beside", [True, False])
def test_a_roll_out_or_overlay_has_one_name(
    repository: Repository, tmp_path: Path, name: str, beside: bool
) -> None:
    """Under another one nobody who looks at the pack's changes would see it."""
    files: dict[str, str | None] = {name: MISNAMED[name]}
    if not beside:
        files["rollout.yaml"] = None
    pack = bank_rules(tmp_path / "bank-rules", files)

    linted = lint(pack)
    judged = judge(repository, pack, "2026-12-05", "--repository", "bank/mail-sorter")

    wanted = "overlay.yaml" if "overlay" in name else "rollout.yaml"
    assert 3 == linted.code == judged.code
    assert f"Call it {wanted}" in linted.out and f"bank-rules/{name}:1" in linted.out, linted.out
    assert any(f"bank-rules/{name} is no place for" in one for one in problems(judged))


def test_a_mode_that_goes_down_is_the_platforms_business(tmp_path: Path) -> None:
    text = ROLLOUT.replace("{from: 2027-03-01, mode: enforce}", "{from: 2027-03-01, mode: warn}")

    assert 0 == lint(bank_rules(tmp_path / "bank-rules", {"rollout.yaml": text})).code


def test_a_pack_of_a_roll_out_alone_is_no_empty_pack(repository: Repository, tmp_path: Path) -> None:
    pack = bank_rules(tmp_path / "bank-rules", {"house.yaml": None})

    judged = judge(repository, pack, "2026-12-05", "--repository", "bank/mail-sorter")

    assert (0, "observe") == (judged.code, judged.data["mode"])


def test_the_schema_is_there_for_editors(tmp_path: Path) -> None:
    ran = program("schema", "rollout", cwd=tmp_path)

    assert 0 == ran.code and "mode" in json.dumps(json.loads(ran.out)["$defs"]["StepModel"]["required"])


# ---------------------------------------------------------------- recalls


def with_recalls(tmp_path: Path, *changes: dict[str, str | None], rules: str = RULES) -> Path:
    changed = {"pack.yaml": head(more=recalls(*changes)), "house.yaml": rules, "rollout.yaml": None}
    return bank_rules(tmp_path / "bank-rules", changed)


def test_a_recalled_check_isn_t_judged(repository: Repository, tmp_path: Path) -> None:
    judged = judge(repository, with_recalls(tmp_path, {}), "2026-12-05")

    check, row = judged.check(CHECK), judged.row("house.plan")
    assert (0, "pass") == (judged.code, judged.data["verdict"])
    assert ("not_checked", "recalled, issue 214, until 31 December 2026", "214") == (
        check["outcome"],
        check["because"],
        check["recalled"],
    )
    assert "pass" == row["outcome"] and 1 == judged.system["counts"]["recalled"]
    assert [CHECK] == [recall["check"] for recall in judged.data["recalls"]]
    text = program(
        "check", "-v", "--pack", str(tmp_path / "bank-rules"), "--as-of", "2026-12-05", cwd=repository.folder
    )
    assert "shown (1 of 2)" in text.out


def test_a_row_whose_only_check_is_recalled_isn_t_shown(repository: Repository, tmp_path: Path) -> None:
    rules = RULES[: RULES.index("      - id: reasons-are-written")]

    judged = judge(repository, with_recalls(tmp_path, {}, rules=rules), "2026-12-05")

    row = judged.row("house.plan")
    assert ("not_checked", "recalled, issue 214, until 31 December 2026") == (row["outcome"], row["because"])


def test_a_system_of_which_everything_is_recalled_is_no_pass(tmp_path: Path) -> None:
    """Nothing evaluated stays nothing evaluated."""
    repository = Repository(tmp_path / "mail-sorter").write(
        {"aiact.yaml": MINIMAL["aiact.yaml"].replace("tier: minimal", "tier: high").replace("provider", "importer"),
         "compliance/testing.yaml": TESTING}
    )  # fmt: skip
    repository.commit()
    rules = RULES[: RULES.index("      - id: reasons-are-written")]

    judged = judge(
        repository, with_recalls(tmp_path, {}, rules=rules), "2026-12-05", "--requirement", "house.plan"
    )

    assert 0 != judged.code and "pass" != judged.data["verdict"]


@pytest.mark.parametrize(
    ("day", "code"), [("2026-11-30", 1), ("2026-12-01", 0), ("2026-12-31", 0), ("2027-01-01", 1)]
)
def test_a_recall_has_a_first_and_a_last_day(
    repository: Repository, tmp_path: Path, day: str, code: int
) -> None:
    judged = judge(repository, with_recalls(tmp_path, {}), day)

    assert code == judged.code
    assert (code == 0) == bool(judged.data["recalls"]) == bool(judged.system["counts"]["recalled"])


@pytest.mark.parametrize("format_", ["text", "markdown", "github"])
def test_a_recall_is_listed_in_each_format(repository: Repository, tmp_path: Path, format_: str) -> None:
    pack = with_recalls(tmp_path, {})
    ran = program(
        "check", "--pack", str(pack), "--as-of", "2026-12-05", "--format", format_, cwd=repository.folder
    )

    for part in (
        "1 check recalled",
        "1 recalled",
        "issue 214",
        "31 December 2026",
        "metrics that it doesn't mean",
        "head-of-model-risk",
    ):
        assert part in ran.said, part


INVALID: dict[str, tuple[dict[str, str | None], str, str]] = {
    "no reason": ({"reason": None}, "check:", "has no reason"),
    "a reason that says nothing": ({"reason": "TBD"}, "reason:", "'reason' says nothing"),
    "no issue": ({"issue": None}, "check:", "has no issue"),
    "nobody": ({"approved_by": None}, "check:", "has no approved_by"),
    "no end": ({"until": None}, "check:", "has no until"),
    "31 days": (
        {"until": "2027-01-01"},
        "until:",
        "runs from 2026-12-01 to 2027-01-01; at most 30 days are possible",
    ),
    "backwards": ({"until": "2026-11-30"}, "until:", "runs from 2026-12-01 to 2026-11-30"),
    "no date": ({"until": "2026-12-32"}, "until:", "'2026-12-32' is no date"),
    "a whole requirement": ({"check": "house.plan"}, "check:", "names house.plan, which is no check"),
    "Article 5": ({"check": "art5.1/no-manipulation"}, "check:", "Article 5 is never recalled"),
    "a key that is none": ({"aproved_by": "x@example.org"}, "aproved_by", "aproved_by"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_wrong_with_a_recall(repository: Repository, tmp_path: Path, name: str) -> None:
    change, place, message = INVALID[name]
    pack = with_recalls(tmp_path, change)
    line = line_of((pack / "pack.yaml").read_text(), place, after="recalls:")

    linted, judged = lint(pack), judge(repository, pack, "2026-12-05")

    assert 3 == linted.code == judged.code
    assert re.search(rf"bank-rules/pack\.yaml:{line}:\d+: .*{re.escape(message)}", linted.out), linted.out
    assert any(one.endswith(message) or message in one for one in problems(judged)), problems(judged)
    if name != "a key that is none":
        assert "fail" == judged.outcome(CHECK)


def test_a_recall_isn_t_prolonged_by_another(repository: Repository, tmp_path: Path) -> None:
    pack = with_recalls(tmp_path, {}, {"from": "2027-01-01", "until": "2027-01-31"})

    judged = judge(repository, pack, "2027-01-10")

    assert 3 == judged.code and any(f"{CHECK} is recalled twice" in one for one in problems(judged))


@pytest.mark.parametrize("name", ["house.plan/above-chanse", "house.other/x", "art9.5/no-such-check"])
def test_a_recall_of_what_no_pack_has(repository: Repository, tmp_path: Path, name: str) -> None:
    pack = with_recalls(tmp_path, {"check": name})

    found = [judge(repository, pack, day) for day in ("2026-11-30", "2026-12-05", "2027-01-01")]

    assert [3, 3, 1] == [judged.code for judged in found]
    assert any(one.endswith(f"the recall names {name}, which no pack has") for one in problems(found[1]))


def test_no_rule_of_article_5_is_recalled_whatever_its_id(repository: Repository, tmp_path: Path) -> None:
    rules = RULES.replace("article: house", 'article: "5"')

    judged = judge(repository, with_recalls(tmp_path, {}, rules=rules), "2026-12-05")

    assert 3 == judged.code and any("Article 5 is never recalled" in one for one in problems(judged))


def test_a_recall_of_a_built_in_check(tmp_path: Path) -> None:
    repository = high(tmp_path / "loans")
    before = judge(repository, with_recalls(tmp_path, {}), "2026-12-05")
    check = next(
        check["id"]
        for row in before.system["requirements"]
        if row["profile"] != "always"
        for check in row["checks"]
        if "fail" == check["outcome"]
    )

    after = judge(repository, with_recalls(tmp_path, {"check": check}), "2026-12-05")

    assert ("fail", "not_checked") == (before.outcome(check), after.outcome(check))


def test_lint_says_that_a_recall_ended(tmp_path: Path) -> None:
    pack = with_recalls(tmp_path, {"from": "2025-12-01", "until": "2025-12-31"})

    ran = lint(pack)

    assert "the recall of house.plan/above-chance ended on 2025-12-31" in ran.out


def test_a_waiver_for_a_recalled_check_isn_t_held_against_the_team(
    repository: Repository, tmp_path: Path
) -> None:
    waiver = f"""\
waivers:
  - id: W1
    check: {CHECK}
    system: mail-sorter
    reason: The threshold is that of the old sorter.
    owner: mail@example.org
    approved_by: head-of-model-risk@example.org
    created: 2026-11-25
    expires: 2027-02-01
    requirement_version: 1.0.0
    compensating: A person looks at every tenth letter.
"""
    repository.write({"compliance/waivers.yaml": waiver})

    judged = judge(repository, with_recalls(tmp_path, {}), "2026-12-05")

    assert 0 == judged.code, judged.failing


def test_a_debt_of_a_recalled_check_outlives_the_recall(repository: Repository, tmp_path: Path) -> None:
    pack = with_recalls(tmp_path, {})
    rules = RULES.replace("kind: contradicted", "kind: missing")
    (pack / "house.yaml").write_text(rules)
    arguments = ("--pack", str(pack), "--owner", "mail@example.org", "--due", "2027-12-01")
    program("baseline", "create", *arguments, "--as-of", "2026-11-30", cwd=repository.folder)

    ran = program("baseline", "update", *arguments[:2], "--as-of", "2026-12-05", cwd=repository.folder)

    assert "1 of 1 debt left; 0 paid." in ran.out, ran.said


def test_a_vendored_recall_says_so_and_yields_to_a_given_roll_out(
    repository: Repository, tmp_path: Path
) -> None:
    vendored = with_recalls(repository.folder)
    assert vendored == repository.folder / "bank-rules"
    (vendored / "pack.yaml").write_text(head(more=recalls({})))
    repository.write({"aiact.yaml": MINIMAL["aiact.yaml"] + "policies:\n  packs: [bank-rules]\n"})
    given = bank_rules(
        tmp_path / "given", {"pack.yaml": head().replace("bank-rules", "bank"), "house.yaml": None}
    )

    alone = program("check", "--as-of", "2026-12-05", cwd=repository.folder)
    both = judge(repository, given, "2026-12-05")

    assert 0 == alone.code
    assert alone.out.startswith(
        "1 check recalled, as a pack of this repository says: house.plan/above-chance."
    )
    assert 1 == both.code and [] == both.data["recalls"]


# ---------------------------------------------------------------- grace

NEW = """\
      - id: above-chance
        new_in: 4.2
        each: testing.metrics
        that: it.threshold > 0.72
        at: it.threshold
        kind: contradicted
        message: "{it.id} is planned with a threshold of {it.threshold}; we ask for more than 0.72."
"""
BEFORE = "        replaces: {each: testing.metrics, that: it.threshold > 0.5}\n"


def new_form(tmp_path: Path, check: str, **changes: str | None) -> Path:
    start = RULES.index("      - id: above-chance")
    rules = RULES[:start] + check + RULES[RULES.index("      - id: reasons-are-written") :]
    return bank_rules(tmp_path / "bank-rules", {"house.yaml": rules, "rollout.yaml": None, **changes})


def findings(judged: Judged) -> dict[str, tuple[str, str, str]]:
    return {
        finding["element"]: (finding["outcome"], finding["severity"], finding["warns_until"])
        for finding in judged.check(CHECK)["findings"]
    }


def test_what_the_old_form_found_fails_and_what_is_new_warns(repository: Repository, tmp_path: Path) -> None:
    """M1 (0.40) failed before; M2 (0.70) fails only now."""
    judged = judge(repository, new_form(tmp_path, NEW + BEFORE), "2026-12-05")

    assert {"M1": ("fail", "error", ""), "M2": ("not_due", "warning", "2026-12-20")} == findings(judged)
    assert (1, "fail") == (judged.code, judged.outcome("house.plan"))


def test_a_row_that_only_warns_is_not_shown(repository: Repository, tmp_path: Path) -> None:
    repository.write(
        {
            "compliance/testing.yaml": (repository.folder / "compliance/testing.yaml")
            .read_text()
            .replace("0.40", "0.60")
        }
    )
    pack = new_form(tmp_path, NEW + BEFORE)

    judged = judge(repository, pack, "2026-12-20")
    text, markdown, github = (
        program(
            "check",
            "-v",
            "--pack",
            str(pack),
            "--as-of",
            "2026-12-20",
            "--format",
            name,
            cwd=repository.folder,
        )
        for name in ("text", "markdown", "github")
    )

    assert (0, "not_due", 1, 0) == (
        judged.code,
        judged.outcome("house.plan"),
        judged.system["counts"]["in_grace"],
        judged.system["counts"]["pass"],
    )
    note = "warns until 20 December 2026: new in 4.2"
    assert note in text.said and note in markdown.out and note in github.out
    assert note in judged.check(CHECK)["findings"][0]["note"]
    assert "1 not due (1 new and in grace)" in text.said
    assert re.search(r"Metrics are planned with care +- +- +warns$", text.out, re.MULTILINE), text.out
    assert 2 == len([line for line in github.out.splitlines() if line.startswith("::warning ")])


@pytest.mark.parametrize(("day", "code"), [("2026-11-19", 1), ("2026-12-20", 0), ("2026-12-21", 1)])
def test_a_check_that_is_new_as_a_whole_warns_for_all(
    repository: Repository, tmp_path: Path, day: str, code: int
) -> None:
    judged = judge(repository, new_form(tmp_path, NEW), day)

    assert code == judged.code
    assert {"M1", "M2"} == set(findings(judged))


def test_a_version_of_a_day_to_come_has_no_grace_yet(repository: Repository, tmp_path: Path) -> None:
    """Else a day that is put off with each change would let the check warn for ever."""
    pack = new_form(tmp_path, NEW)

    assert [1, 0] == [judge(repository, pack, day).code for day in ("2026-11-19", "2026-11-20")]


def test_an_earlier_version_has_its_day_in_the_history(repository: Repository, tmp_path: Path) -> None:
    pack = new_form(
        tmp_path, NEW.replace("4.2", "4.1"), **{"pack.yaml": head(more="history: {4.1: 2026-11-01}\n")}
    )

    assert [0, 1] == [judge(repository, pack, day).code for day in ("2026-12-01", "2026-12-02")]


def test_an_absent_record_that_only_new_checks_read_warns(repository: Repository, tmp_path: Path) -> None:
    """The finding about the file is one of another row; without this it would fail what passed before."""
    new = """\
      - id: watched
        new_in: 4.2
        each: monitoring.metrics
        that: filled(it.metric)
        message: "{it.metric} isn't watched."
"""
    rules = (
        RULES[: RULES.index("      - id: above-chance")]
        + new
        + RULES[RULES.index("      - id: reasons-are-written") :]
    )
    pack = bank_rules(tmp_path / "bank-rules", {"house.yaml": rules, "rollout.yaml": None})
    old = bank_rules(
        tmp_path / "old", {"house.yaml": rules.replace("        new_in: 4.2\n", ""), "rollout.yaml": None}
    )

    graced, over = (judge(repository, pack, day) for day in ("2026-12-05", "2026-12-21"))

    assert (0, 1, 1) == (graced.code, over.code, judge(repository, old, "2026-12-05").code)
    assert "not_due" == graced.outcome("house.plan/watched") == graced.outcome("integrity.present")
    assert "warns until 20 December 2026" in graced.check("house.plan/watched")["because"]
    github = program(
        "check", "--pack", str(pack), "--as-of", "2026-12-05", "--format", "github", cwd=repository.folder
    )
    assert "::error" not in github.out and "::warning" in github.out

    repository.write({"compliance/data_governance.yaml": "datasets: ["})
    assert 1 == judge(repository, pack, "2026-12-05").code  # another fault of form isn't eased by it


def test_the_old_form_is_judged_with_names_of_its_own(repository: Repository, tmp_path: Path) -> None:
    before = (
        "        replaces: {each: {row: testing.metrics}, where: row.threshold < 1.0, "
        "with: {same: 'testing.metrics[id=row.id]'}, that: [filled(same.id), row.threshold > 0.5]}\n"
    )

    judged = judge(repository, new_form(tmp_path, NEW + before), "2026-12-05")

    assert {"M1": "fail", "M2": "not_due"} == {name: found[0] for name, found in findings(judged).items()}


@pytest.mark.parametrize(
    ("check", "place", "message"),
    [
        (NEW.replace("new_in: 4.2", "new_in: 4.7"), "new_in: 4.7", "new_in is 4.7, which is no version of this pack"),
        (NEW.replace("        new_in: 4.2\n", "") + BEFORE, "replaces:", "the check has `replaces` without `new_in`"),
        (NEW + BEFORE.replace("it.threshold > 0.5", "it.treshold > 0.5"), "it.treshold", "no field 'treshold'"),
        (NEW + BEFORE.replace("that:", "message: x, that:"), "message: x", "message"),
        (NEW + "        replaces: {each: testing.metrics}\n", "replaces:", "the check has no `that`"),
    ],
    ids=["no version", "no new_in", "no field", "a key of the new form", "no condition"],
)  # fmt: skip
def test_what_is_wrong_with_a_new_form(
    repository: Repository, tmp_path: Path, check: str, place: str, message: str
) -> None:
    pack = new_form(tmp_path, check)
    line = line_of((pack / "house.yaml").read_text(), place)

    linted, judged = lint(pack), judge(repository, pack, "2026-12-05")

    assert 3 == linted.code == judged.code
    assert re.search(rf"house\.yaml:{line}:\d+: .*{re.escape(message)}", linted.out), linted.out


def test_a_warned_finding_can_still_be_waived(repository: Repository, tmp_path: Path) -> None:
    """Whoever waives in time isn't told that the waiver covers nothing."""
    data: dict[str, Any] = {"expires": "2027-02-01", "created": "2026-11-25"}
    waiver = (
        f"waivers:\n  - id: W1\n    check: {CHECK}\n    system: mail-sorter\n    reason: The plan changes in spring.\n"
        "    owner: mail@example.org\n    approved_by: head-of-model-risk@example.org\n    requirement_version: 1.0.0\n"
        "    compensating: A person looks at every tenth letter.\n"
        + "".join(f"    {key}: {value}\n" for key, value in data.items())
    )
    repository.write({"compliance/waivers.yaml": waiver})

    codes = [
        judge(repository, new_form(tmp_path, NEW + BEFORE), day).code for day in ("2026-12-05", "2026-12-21")
    ]

    assert [0, 0] == codes
