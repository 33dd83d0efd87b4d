"""Waivers: what one has to say, what it covers, and what becomes of one that says too little or is over."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from reports import RISKS, call, git, judge, line_of, replace, unaccept
from repos import DAY, HIGH, Repository, lock, minimal

from aiact_gate.judge.waivers import Coverage, Waiver, same_person, validated, waiver_faults
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Requirement, WaiverRules, strictest
from aiact_gate.model.report import Finding

WAIVERS = "compliance/waivers.yaml"
CHECK = "art9.5/accepted-by-another"
VALID = "integrity.waivers/waiver-is-valid"
NEEDED = "integrity.waivers/waiver-covers-something"
ENTRY = {
    "id": "W9",
    "requirement": "art9.5",
    "system": "credit-scoring",
    "reason": "The committee that accepts remaining risks meets next month only.",
    "owner": "ml-engineer@example.org",
    "approved_by": "head-of-model-risk@example.org",
    "created": DAY,
    "expires": "2027-03-31",
    "requirement_version": "1.0.0",
    "compensating": "Nothing is released before the committee has met.",
}


def waive(folder: Path, **changes: Any) -> None:
    """The waiver `ENTRY` added, some of its fields changed; None takes one out."""
    entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    file = folder / WAIVERS
    file.parent.mkdir(exist_ok=True)
    rows = yaml.safe_load(file.read_text("utf-8"))["waivers"] if file.exists() else []
    file.write_text(yaml.safe_dump({"waivers": [*rows, entry]}, sort_keys=False), "utf-8")


def later(days: int) -> str:
    return (datetime.date.fromisoformat(DAY) + datetime.timedelta(days=days)).isoformat()


@pytest.fixture
def failing(copy: Path) -> Path:
    """The example, in which nobody has accepted what remains of R1."""
    unaccept(copy, "R1")
    assert ["art9.5"] == judge(copy).failing
    return copy


@pytest.mark.parametrize("named", [{}, {"requirement": None, "check": CHECK}], ids=["requirement", "check"])
def test_a_valid_waiver_turns_a_failure_into_waived_and_the_run_exits_0(
    named: dict[str, Any], failing: Path
) -> None:
    waive(failing, **named)

    judged = judge(failing)

    assert 0 == judged.code
    assert "waived" == judged.outcome("art9.5") == judged.outcome(CHECK)
    signed = "signed by head-of-model-risk@example.org (named only)"
    assert f"W9, ml-engineer@example.org, until 2027-03-31; {signed}" == judged.row("art9.5")["waiver"]
    assert "pass" == judged.outcome("integrity.waivers")


def test_a_waiver_is_no_pass_in_the_counts(failing: Path) -> None:
    before = judge(failing).system["counts"]
    waive(failing)

    after = judge(failing).system["counts"]

    assert (before["waived"] + 1, before["fail"] - 1, before["pass"]) == (
        after["waived"],
        after["fail"],
        after["pass"],
    )


def test_a_waiver_for_one_element_covers_that_one_only(failing: Path) -> None:
    unaccept(failing, "R2")
    waive(failing, element="R1")

    judged = judge(failing)

    assert 1 == judged.code
    assert {"R1": "waived", "R2": "fail"} == {
        finding["element"]: finding["outcome"] for finding in judged.check(CHECK)["findings"]
    }


def test_a_waiver_for_one_check_leaves_the_others_of_the_point(failing: Path) -> None:
    replace(failing, RISKS, "expires: ", "expires: 2026-11-01 # ")
    waive(failing, requirement=None, check=CHECK)

    judged = judge(failing)

    assert 1 == judged.code
    assert ("waived", "fail") == (judged.outcome(CHECK), judged.outcome("art9.5/overall-is-valid"))
    assert "fail" == judged.outcome("art9.5")


def test_a_waiver_covers_to_the_end_of_its_last_day_and_then_the_point_fails_as_before(failing: Path) -> None:
    waive(failing, expires="2026-12-10")
    line = line_of(failing, RISKS, "accepted_by:")

    last, after = judge(failing, as_of="2026-12-10"), judge(failing, as_of="2026-12-11")

    assert (0, "waived") == (last.code, last.outcome("art9.5"))
    assert (1, "fail") == (after.code, after.outcome("art9.5"))
    assert [("missing", RISKS, line)] == after.places(CHECK)


def test_a_waiver_warns_in_its_last_thirty_days(failing: Path) -> None:
    waive(failing, expires=later(30))

    ends = [notice["message"] for notice in judge(failing).notices if "W9" in notice["message"]]
    early = judge(failing, as_of=later(-1)).notices

    assert [f"Waiver W9 ends on {later(30)}, in 30 days."] == ends
    assert not [notice for notice in early if "W9" in notice["message"]]


def test_a_waiver_of_180_days_is_valid(failing: Path) -> None:
    waive(failing, expires=later(180))

    assert 0 == judge(failing).code


SAYS_TOO_LITTLE = {
    "longer than 180 days": ({"expires": later(181)}, "more than 180 days"),
    "ends before it begins": ({"created": "2027-03-31", "expires": "2027-03-01"}, "runs from"),
    "no end": ({"expires": None}, "lacks expires"),
    "approved by its owner": ({"approved_by": ENTRY["owner"]}, "is approved by its owner"),
    "no approver": ({"approved_by": None}, "lacks approved_by"),
    "nobody in the approver's place": ({"approved_by": "TBD"}, "lacks approved_by"),
    "no owner": ({"owner": None}, "lacks owner"),
    "no reason": ({"reason": "n/a"}, "lacks reason"),
    "nothing done instead": ({"compensating": ""}, "lacks compensating"),
    "neither check nor requirement": ({"requirement": None}, "names no check or requirement"),
    "both check and requirement": ({"check": CHECK}, "names both"),
    "an older major version": ({"requirement_version": "0.9.0"}, "is for version 0.9.0"),
    "a requirement that no pack has": ({"requirement": "art99.1"}, "names art99.1, which no pack has"),
    "a check that the point doesn't have": (
        {"requirement": None, "check": "art9.5/no-such-check"},
        "names art9.5/no-such-check, which art9.5 doesn't have",
    ),
    "begins later": ({"created": "2026-11-26"}, "begins on 2026-11-26"),
}


@pytest.mark.parametrize("name", SAYS_TOO_LITTLE)
def test_a_waiver_at_fault_covers_nothing_and_is_a_finding_at_its_own_line(name: str, failing: Path) -> None:
    changes, says = SAYS_TOO_LITTLE[name]
    waive(failing, **changes)

    judged = judge(failing)

    assert 1 == judged.code
    assert "fail" == judged.outcome("art9.5")
    assert [("malformed", WAIVERS, line_of(failing, WAIVERS, "id: W9"))] == judged.places(VALID)
    assert says in judged.said(VALID)


def test_a_row_of_late_waivers_doesnt_reach_further_than_180_days(failing: Path) -> None:
    """Its days are counted from `created`: a date in the future must not buy more of them."""
    waive(failing, created=later(170), expires=later(340))

    assert (1, "fail") == (judge(failing).code, judge(failing).outcome("art9.5"))


ORPHANS = {
    "of a point that doesn't fail": ({"requirement": "art9.8"}, "covers nothing: art9.8 doesn't fail"),
    "of an element that doesn't fail": ({"element": "R3"}, "covers nothing: art9.5 doesn't fail"),
    "of a system that isn't declared": (
        {"system": "other"},
        "is for other, which the manifest doesn't declare",
    ),
}


@pytest.mark.parametrize("name", ORPHANS)
def test_a_waiver_that_covers_nothing_is_unbound(name: str, failing: Path) -> None:
    changes, says = ORPHANS[name]
    waive(failing, **changes)

    judged = judge(failing)

    assert 1 == judged.code
    assert [("unbound", WAIVERS, line_of(failing, WAIVERS, "id: W9"))] == judged.places(NEEDED)
    assert says in judged.said(NEEDED)


def test_a_waiver_that_is_no_longer_needed_fails_the_run(failing: Path) -> None:
    waive(failing)
    assert 0 == judge(failing).code

    replace(failing, RISKS, "accepted_by:\n", "accepted_by: head-of-model-risk@example.org\n")

    judged = judge(failing)
    assert (1, ["integrity.waivers"]) == (judged.code, judged.failing)


def test_a_waiver_covers_a_failure_and_not_what_is_unknown(copy: Path) -> None:
    (copy / RISKS).write_bytes(b"risks: [\n")
    waive(copy)

    judged = judge(copy)

    assert 1 == judged.code
    assert "unknown" == judged.outcome("art9.5")


def test_waivers_that_cant_be_read_cover_nothing_and_exit_3(failing: Path) -> None:
    waive(failing)
    with (failing / WAIVERS).open("a", encoding="utf-8") as file:
        file.write("waivers: []\n  - : {\n")

    judged = judge(failing)

    assert 3 == judged.code
    assert "fail" == judged.outcome("art9.5")
    assert WAIVERS == judged.data["problems"][0]["location"]["path"]


def test_a_waiver_of_a_minimal_system_is_an_orphan(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    waive(repository.folder, system="mail-sorter")

    assert 1 == judge(repository.folder).code


# ---------------------------------------------------------------- who signed it

OWNER, APPROVER = ENTRY["owner"], ENTRY["approved_by"]


def commit_as(folder: Path, author: str, committer: str = "") -> None:
    """All that is there, committed by *author* (and *committer*) in the days of the waiver."""
    git(folder, "add", "-A")
    who = ["-c", f"user.email={committer or author}", "-c", "user.name=Somebody"]
    git(folder, *who, "commit", "-q", "--allow-empty", "-m", "A state", f"--author=Somebody <{author}>")


def signed(folder: Path) -> str:
    """How the report shows who signed the waiver of art9.5."""
    return str(judge(folder).row("art9.5")["waiver"]).partition("; ")[2]


CONFIRMED = f"signed by {APPROVER} (confirmed)"
NAMED = f"signed by {APPROVER} (named only)"


def test_a_waiver_that_its_approver_committed_is_confirmed(failing: Path) -> None:
    waive(failing)
    commit_as(failing, APPROVER)

    assert CONFIRMED == signed(failing)
    assert not [text for text in judge(failing).data["remarks"] if "W9" in text]


def test_a_waiver_that_its_owner_committed_covers_and_is_shown_as_named_only(failing: Path) -> None:
    waive(failing)
    commit_as(failing, OWNER)

    assert (0, NAMED) == (judge(failing).code, signed(failing))
    remarks = judge(failing).data["remarks"]
    assert any("signed by name only" in text and "W9" in text for text in remarks)
    for form in ("text", "markdown"):
        assert "signed by name only" in call("check", str(failing), "--as-of", DAY, "--format", form).said


def test_an_approver_may_commit_what_the_owner_wrote(failing: Path) -> None:
    waive(failing)
    commit_as(failing, OWNER, committer=APPROVER.upper())

    assert CONFIRMED == signed(failing)


def test_a_change_after_the_approvers_commit_takes_the_confirmation_away(failing: Path) -> None:
    waive(failing)
    commit_as(failing, APPROVER)
    replace(failing, WAIVERS, "2027-03-31", "2027-04-30")
    uncommitted = signed(failing)
    commit_as(failing, OWNER)

    assert [NAMED, NAMED] == [uncommitted, signed(failing)]


def test_a_line_taken_out_by_the_owner_takes_the_confirmation_away(failing: Path) -> None:
    """No line of the entry is the owner's then; but it covers more than what was signed."""
    waive(failing, element="R1")
    commit_as(failing, APPROVER)
    assert CONFIRMED == signed(failing)
    replace(failing, WAIVERS, "  element: R1\n", "")
    commit_as(failing, OWNER)

    assert NAMED == signed(failing)


def test_the_approvers_last_word_confirms(failing: Path) -> None:
    waive(failing, expires="2027-04-30")
    commit_as(failing, OWNER)
    replace(failing, WAIVERS, "2027-04-30", "2027-03-31")
    commit_as(failing, APPROVER)

    assert CONFIRMED == signed(failing)


def test_what_the_approver_took_out_and_the_owner_put_back_isnt_confirmed(failing: Path) -> None:
    waive(failing)
    commit_as(failing, APPROVER)
    text = (failing / WAIVERS).read_text("utf-8")
    replace(failing, WAIVERS, "W9", "W8")
    commit_as(failing, APPROVER)
    (failing / WAIVERS).write_text(text, "utf-8")
    commit_as(failing, OWNER)

    assert NAMED == signed(failing)


def test_other_entries_and_another_order_leave_the_confirmation(failing: Path) -> None:
    waive(failing)
    commit_as(failing, APPROVER)
    data = yaml.safe_load((failing / WAIVERS).read_text("utf-8"))["waivers"]
    rows = [dict(reversed(row.items())) for row in reversed(data)]
    text = yaml.safe_dump({"waivers": rows}, sort_keys=False).replace("credit-scoring", '"credit-scoring"')
    (failing / WAIVERS).write_text("# Another order\n" + text.replace("'", ""), "utf-8")
    commit_as(failing, OWNER)

    assert CONFIRMED == signed(failing)


def test_a_merge_leaves_the_confirmation_of_a_side_branch(failing: Path) -> None:
    git(failing, "checkout", "-q", "-b", "side")
    waive(failing)
    commit_as(failing, APPROVER)
    git(failing, "checkout", "-q", "-")
    (failing / "README.md").write_text("Other work\n", "utf-8")
    commit_as(failing, OWNER)
    git(
        failing,
        "-c",
        f"user.email={OWNER}",
        "-c",
        "user.name=O",
        "merge",
        "-q",
        "--no-ff",
        "--no-edit",
        "side",
    )

    assert CONFIRMED == signed(failing)


def test_a_mailmap_of_the_judged_tree_makes_nobody_the_approver(failing: Path) -> None:
    waive(failing)
    (failing / ".mailmap").write_text(f"Approver <{APPROVER}> <{OWNER}>\n", "utf-8")
    commit_as(failing, OWNER)

    assert NAMED == signed(failing)


def test_a_shallow_clone_and_a_folder_without_git_only_name(failing: Path, tmp_path: Path) -> None:
    waive(failing)
    commit_as(failing, APPROVER)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{failing}", "shallow")
    bare = tmp_path / "exported"
    shutil.copytree(failing, bare, ignore=shutil.ignore_patterns(".git"))

    assert [NAMED, NAMED] == [signed(tmp_path / "shallow"), signed(bare)]


SAME = [
    "ML-Engineer@Example.org",
    "ml-engineer+risk@example.org",
    "ML Engineer <ml-engineer@example.org>",
    "ml-engineer@example.org (the engineer)",
    "<ml-engineer@example.org> on behalf of the team",
    "ml\u2011engineer@example.org",
    "ml-engi\u200bneer@example.org",
    "\uff4dl-engineer@example.org.",
]
ROLES = ["Head of Model Risk", "head-of-model\u2013risk", "'Head of model risk.'", "head_of_model\u00a0risk"]


@pytest.mark.parametrize("name", ROLES)
def test_another_spelling_of_a_role_is_no_other_role(name: str) -> None:
    assert same_person("head-of-model-risk") == same_person(name)


def test_other_people_are_others() -> None:
    names = ["head-of-risk", "head-of-model-risk", "a@example.org", "b@example.org", "o'brien@example.org"]

    assert len(names) == len({same_person(name) for name in [*names, "a@example.org"]})


@pytest.mark.parametrize("name", SAME)
def test_another_spelling_of_the_owner_is_no_other_approver(name: str, failing: Path) -> None:
    waive(failing, approved_by=name)

    judged = judge(failing)

    assert 1 == judged.code
    assert "is approved by its owner" in judged.said(VALID) or "approved_by" in judged.said(VALID)


# ---------------------------------------------------------------- what can't be waived, too many at once


def test_a_rule_of_article_5_is_neither_waived_nor_owed_whatever_its_id() -> None:
    rule, other = (_house(article) for article in ("5", "50"))
    finding = Finding("house.x/c", "missing", Outcome.FAIL, "", "", Location("a"), element="e")
    item = {"requirement": "house.x", "check": "house.x/c", "system": "s", "major": 1, "element": "e"}
    row = {**ENTRY, "requirement": "house.x"}

    owed = [Coverage(owed=(item,)).debt_for(finding, each, "s") is not None for each in (rule, other)]
    waived = [
        validated([row], [Location("a")], {"house.x": each}, WaiverRules())[0].wrong for each in (rule, other)
    ]

    assert [False, True] == owed
    assert ["is for Article 5, which can't be waived", ""] == waived


def _house(article: str) -> Requirement:
    words = ("title", "role", "duty", "timeline", "start", "structural", "", "", "", "", "")
    return Requirement("house.x", "1.0.0", article, "citation", *words, {}, (), {}, "house.yaml", 1)


def test_the_tier_claim_cant_be_waived(failing: Path) -> None:
    waive(failing, requirement="art6.claim")

    assert "can't be waived" in judge(failing).said(VALID)


def test_a_waiver_that_ended_is_told_with_the_finding_and_who_may_renew_it(failing: Path) -> None:
    waive(failing, expires="2026-12-10")

    findings = judge(failing, as_of="2026-12-11").check(CHECK)["findings"]

    assert "Waiver W9 ended on 2026-12-10, so this fails again." in findings[0]["message"]
    assert findings[0]["fix"].endswith(f"Or ask {APPROVER} for a new waiver.")
    assert "missing" == findings[0]["kind"]


def crowd(folder: Path, many: int, **changes: Any) -> None:
    """*many* waivers beside the example's two, for one element each."""
    for number in range(many):
        waive(folder, id=f"C{number}", element=f"R{number}", **changes)


SPREAD, FEW = "integrity.waivers/ends-are-spread", "integrity.waivers/waivers-are-few"


def test_more_than_ten_that_end_on_one_day_are_a_warning_at_the_eleventh(failing: Path) -> None:
    crowd(failing, 10)
    ten = judge(failing)
    waive(failing, id="C10")

    judged = judge(failing)

    assert [] == ten.check(SPREAD)["findings"]
    assert "11 waivers end on 2027-03-31, more than 10" in judged.said(SPREAD)
    assert [("stale", WAIVERS, line_of(failing, WAIVERS, "id: C10"))] == judged.places(SPREAD)
    assert "warning" == judged.check(SPREAD)["severity"]


def test_a_warning_alone_fails_nothing(failing: Path) -> None:
    """Eleven waivers, each of them needed."""
    unaccept(failing, "R2", "R3", "R4", "R5", "R6")
    for number in range(1, 7):
        waive(failing, id=f"C{number}", element=f"R{number}", expires="2027-05-20")
    rules = WaiverRules(max_ending_on_one_day=5)
    coverage = Coverage(
        tuple(
            Waiver({"id": f"C{n}", "system": "x", "expires": "2027-05-20"}, Location(WAIVERS, n))
            for n in range(6)
        ),
        rules=rules,
    )

    faults = waiver_faults(coverage, {f"C{n}" for n in range(6)}, {"x"}, set(), DAY)

    assert 0 == judge(failing).code
    assert [("waivers_on_one_day", 5)] == [(fault.rule, fault.location.line) for fault in faults]


def test_rules_of_several_packs_hold_together() -> None:
    rules = strictest(
        [WaiverRules(90, 20, 3, ("art9.5",)), WaiverRules(365, 5, 0, ("art10.4",)), WaiverRules(120, 0, 8)]
    )

    assert WaiverRules(90, 5, 3, ("art10.4", "art9.5")) == rules


# ---------------------------------------------------------------- an organisation's rules


def organisation(folder: Path, waivers: str) -> str:
    """A pack with nothing but a roll-out that says *waivers*, as `check --pack` takes it."""
    folder.mkdir()
    (folder / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: bank-rules\nversion: 1.0.0\nintroduced: 2026-11-01\n"
        "legal_review: no rule of law is in it\n",
        "utf-8",
    )
    (folder / "rollout.yaml").write_text(
        "schema: aiact-gate/rollout/v1\nrings:\n  - name: all\n    repositories: ['*']\n"
        f"    steps: [{{from: 2026-11-01, mode: enforce}}]\nwaivers: {waivers}\n",
        "utf-8",
    )
    return str(folder)


RULES = {
    "fewer days": ("{max_days: 60}", VALID, "more than 60 days"),
    "a requirement that can't be waived": ("{never: [art9.5]}", VALID, "never lets be waived"),
    "a point below one that can't be waived": ("{never: [art9]}", VALID, "never lets be waived"),
    "a check that can't be waived": (f"{{never: [{CHECK}]}}", VALID, f"is for {CHECK}"),
    "fewer waivers": (
        "{max_per_repository: 2}",
        FEW,
        "3 waivers hold here; the organisation's pack allows 2",
    ),
    "fewer on one day": ("{max_ending_on_one_day: 1}", SPREAD, "2 waivers end on 2027-05-20, more than 1"),
    "nothing looser": ("{max_days: 400}", VALID, "more than 180 days"),
}


@pytest.mark.parametrize("name", RULES)
def test_an_organisations_pack_tightens_what_holds_for_waivers(
    name: str, failing: Path, tmp_path: Path
) -> None:
    rules, check, says = RULES[name]
    waive(failing, **({"expires": later(181)} if "400" in rules else {}))

    judged = judge(failing, "--pack", organisation(tmp_path / "bank-rules", rules))

    assert says in judged.said(check)
    assert (1 if check == VALID else 0) == judged.code


def test_waivers_that_cant_be_read_go_before_what_fails(tmp_path: Path) -> None:
    repository = Repository(tmp_path).write({**HIGH, "aiact.lock": lock()})
    repository.commit()
    fails = repository.check()

    repository.write({"compliance/waivers.yaml": "waivers: ["})

    assert (1, 3) == (fails.code, repository.check().code)
