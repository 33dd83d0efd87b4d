"""One repository on its way from observing to enforcing: a story in a real git history, told by the first lines of reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packs_of import ROLLOUT, RULES, TESTING, bank_rules, head
from repos import MINIMAL, Ran, Repository, program

from aiact_gate.judge.rollout import fits
from aiact_gate.model.rollout import Ring

TESTING_FILE = "compliance/testing.yaml"
STRICTER = """\
      - id: above-chance
        new_in: 4.3
        each: testing.metrics
        that: it.threshold > 0.72
        at: it.threshold
        kind: contradicted
        message: "{it.id} is planned with a threshold of {it.threshold}; we ask for more than 0.72."
        replaces: {each: testing.metrics, that: it.threshold > 0.5}
"""
RECALL = """\
recalls:
  - check: house.plan/above-chance
    reason: It also looks at metrics for which chance gives less than one half.
    issue: 214
    approved_by: head-of-model-risk@example.org
    from: 2027-03-02
    until: 2027-03-30
"""


def stricter() -> str:
    """The rules with `above-chance` in a new form."""
    start = RULES.index("      - id: above-chance")
    return RULES[:start] + STRICTER + RULES[RULES.index("      - id: reasons-are-written") :]


class Story:
    """A repository and its organisation's pack, judged on one day after the other."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder / "mail-sorter").write({**MINIMAL, TESTING_FILE: TESTING})
        self.repository.commit()
        self.pack = bank_rules(folder / "bank-rules")

    def check(self, day: str, *arguments: str, name: str = "bank/mail-sorter", **environment: str) -> Ran:
        given = ["--pack", str(self.pack), "--as-of", day, *arguments]
        named = ["--repository", name] if name else []
        return program("check", *given, *named, cwd=self.repository.folder, **environment)

    def json(self, day: str, *arguments: str, **more: Any) -> dict[str, Any]:
        ran = self.check(day, "--format", "json", *arguments, **more)
        data: dict[str, Any] = json.loads(ran.out)
        assert ran.code == data["exit_code"]
        return data

    def edit(self, old: str, new: str, path: str = TESTING_FILE) -> None:
        file = self.repository.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
        self.repository.commit(f"{new} instead of {old}")

    def baseline(self, verb: str, day: str, *arguments: str) -> Ran:
        given = ["--pack", str(self.pack), "--repository", "bank/mail-sorter", "--as-of", day]
        return program("baseline", verb, *given, *arguments, cwd=self.repository.folder)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def first(ran: Ran) -> str:
    """The first block of a text report, on one line."""
    return " ".join(ran.out.partition("\n\n")[0].split())


def counted(ran: Ran) -> str:
    said = " ".join(ran.out.split())
    return (
        said[said.index("Judged ") : said.index(" shown, ")]
        + said[said.index(" shown, ") : said.index(" 0 have no check")]
    )


def test_the_story(story: Story) -> None:
    # December: nobody is kept from anything, and everybody sees what is to come.
    ran = story.check("2026-12-05")
    observed = "Observed only until 11 January 2027 (ring own, pack bank-rules 4.2): this would fail."
    assert (0, observed) == (ran.code, first(ran))
    assert "CONTRADICTED" in ran.out and "exit 0" == ran.out.splitlines()[-1]

    # January: warnings.
    ran = story.check("2027-01-15")
    warns = "Warns only until 1 February 2027 (ring own, pack bank-rules 4.2): this would fail."
    assert (0, warns) == (ran.code, first(ran))

    # What is missing becomes a debt; the contradiction never does.
    ran = story.baseline("create", "2027-01-20", "--owner", "mail@example.org", "--due", "2027-12-01")
    assert 0 == ran.code and "1 contradicted finding not taken in" in ran.out, ran.said
    story.repository.commit("Debts of adoption day")

    # February: contradictions first.
    ran = story.check("2027-02-02")
    kinds = "Enforced since 1 February 2027 for contradicted, unbound, filler, loosened; next step on 1 March 2027 (ring own, pack bank-rules 4.2)"
    assert (1, f"{kinds}.") == (ran.code, first(ran))
    story.edit("threshold: 0.40", "threshold: 0.55")
    ran = story.check("2027-02-03")
    assert (0, f"{kinds}.") == (ran.code, first(ran))
    assert "1 owed" in counted(ran)
    baseline = (story.repository.folder / "compliance/baseline.yaml").read_bytes()

    # A new gap is of a kind that isn't enforced yet: the verdict says it, the code doesn't.
    story.edit("because: Half of the letters go to each folder.", 'because: ""')
    ran = story.check("2027-02-10")
    assert (0, f"{kinds}: only other kinds failed.") == (ran.code, first(ran))
    assert "fail" == story.json("2027-02-10")["verdict"]

    # March: everything.
    ran = story.check("2027-03-01")
    assert (1, "Enforced since 1 March 2027 (ring own, pack bank-rules 4.2).") == (ran.code, first(ran))
    story.edit('because: ""', "because: Half of the letters go to each folder.")
    assert 0 == story.check("2027-03-01").code

    # The check is found to be wrong, in a commit that it stops: the organisation takes it back.
    story.edit("threshold: 0.55", "threshold: 0.45")
    assert 1 == story.check("2027-03-02").code
    bank_rules(story.pack, {"pack.yaml": head() + RECALL})
    ran = story.check("2027-03-02")
    assert 0 == ran.code
    assert (
        "Enforced since 1 March 2027 (ring own, pack bank-rules 4.2). 1 check recalled: house.plan/above-chance."
        == first(ran)
    )
    assert "0 unknown, 1 recalled." in counted(ran)
    assert (
        "RECALLED Taken back for a while; not judged house.plan/above-chance, issue 214, until 30 March 2027: "
        "It also looks at metrics for which chance gives less than one half. "
        "Taken back by head-of-model-risk@example.org (bank-rules 4.2)." in ran.said
    )
    # Its day is over: it counts for nothing, whoever forgets to take it out.
    ran = story.check("2027-03-31")
    assert (1, "Enforced since 1 March 2027 (ring own, pack bank-rules 4.2).") == (ran.code, first(ran))
    story.edit("threshold: 0.45", "threshold: 0.55")

    # The pack's next version asks for more: 30 days of warnings, and the baseline holds.
    bank_rules(story.pack, {"pack.yaml": head("4.3", "2027-04-01"), "house.yaml": stricter()})
    ran = story.check("2027-04-20")
    assert (0, "Enforced since 1 March 2027 (ring own, pack bank-rules 4.3).") == (ran.code, first(ran))
    assert "NEW Warns now, fails later" in ran.said
    assert "(warns until 1 May 2027: new in 4.3)" in ran.said
    assert baseline == (story.repository.folder / "compliance/baseline.yaml").read_bytes()
    assert "1 owed" in counted(ran)
    assert 1 == story.check("2027-05-02").code
    story.edit("threshold: 0.55", "threshold: 0.75")
    story.edit("threshold: 0.70", "threshold: 0.75")
    ran = story.check("2027-05-02")
    assert (0, "Enforced since 1 March 2027 (ring own, pack bank-rules 4.3).") == (ran.code, first(ran))
    assert "1 owed" in counted(ran)


# ---------------------------------------------------------------- rings


def test_no_ring_no_name_no_mercy(story: Story) -> None:
    unnamed, elsewhere = story.check("2026-12-05", name=""), story.check("2026-12-05", name="shop/web")

    assert 1 == unnamed.code == elsewhere.code
    assert (
        "The repository isn't named (--repository), so no ring applies: enforced. (Pack bank-rules 4.2.)"
        == first(unnamed)
    )
    assert "No ring of bank-rules 4.2 fits shop/web: enforced." == first(elsewhere)


@pytest.mark.parametrize(
    ("name", "topics", "ring"),
    [
        ("bank/mail-sorter", (), "own"),
        ("Bank/Mail-Sorter", (), "own"),
        ("bank/other", (), "rest"),
        ("shop/web", ("ai",), "rest"),
        ("shop/web", ("web", "ai"), "rest"),
        ("bank/mail-sorter", ("ai",), "own"),
        ("shop/web", ("AI",), ""),
        ("xbank/mail-sorter", (), ""),
    ],
)
def test_the_first_ring_that_fits(story: Story, name: str, topics: tuple[str, ...], ring: str) -> None:
    arguments = [word for topic in topics for word in ("--topic", topic)]

    data = story.json("2026-12-05", *arguments, name=name)

    assert (ring, "observe" if ring else "enforce") == (data["ring"], data["mode"])


@pytest.mark.parametrize(
    ("pattern", "name", "is_in"),
    [
        ("bank/mail-*", "Bank/mail-sorter", True),
        ("*", "a/b", True),
        ("bank/mail-[st]*", "bank/mail-sorter", False),
        ("bank/mail?sorter", "bank/mail-sorter", False),
        ("bank/mail.sorter", "bank/mail-sorter", False),
    ],
)
def test_only_an_asterisk_stands_for_other_characters(pattern: str, name: str, is_in: bool) -> None:
    assert is_in == fits(Ring("own", (pattern,), (), "", ()), name, ())


def test_before_its_first_step_a_ring_is_enforced(story: Story) -> None:
    ran = story.check("2026-11-30")

    assert 1 == ran.code
    assert (
        "Enforced: the first step of the ring begins on 1 December 2026 (ring own, pack bank-rules 4.2)."
        == first(ran)
    )


def test_a_last_step_has_no_end(story: Story) -> None:
    ran = story.check("2027-06-01", name="bank/other")

    assert (0, "Observed only, no later step is set (ring rest, pack bank-rules 4.2): this would fail.") == (
        ran.code,
        first(ran),
    )


@pytest.mark.parametrize(
    ("asked", "day", "mode", "code", "said"),
    [
        ("enforce", "2026-12-05", "enforce", 1, "Enforced (aiact.yaml asks for it; ring own, pack bank-rules 4.2: observe)."),
        ("warn", "2026-12-05", "warn", 0, "Warns only (aiact.yaml asks for it; ring own, pack bank-rules 4.2: observe): this would fail."),
        ("observe", "2027-01-15", "warn", 0, "Warns only until 1 February 2027"),
        ("observe", "2027-03-02", "enforce", 1, "Enforced since 1 March 2027"),
        ("enforce", "2027-02-02", "enforce", 1, "Enforced (aiact.yaml asks for it; ring own, pack bank-rules 4.2: enforce for contradicted"),
    ],
)  # fmt: skip
def test_the_manifest_raises_and_never_lowers(
    story: Story, asked: str, day: str, mode: str, code: int, said: str
) -> None:
    manifest = story.repository.folder / "aiact.yaml"
    manifest.write_text(MINIMAL["aiact.yaml"] + f"policies:\n  mode: {asked}\n", "utf-8")

    ran = story.check(day)

    assert code == ran.code and first(ran).startswith(said), first(ran)
    assert (mode, "fail") == (lambda data: (data["mode"], data["verdict"]))(story.json(day))


def test_a_mode_without_a_roll_out_lowers_nothing(tmp_path: Path) -> None:
    manifest = MINIMAL["aiact.yaml"] + "policies:\n  mode: observe\n"
    repository = Repository(tmp_path / "alone").write(
        {"aiact.yaml": manifest.replace("tier: minimal", "tier: limited")}
    )
    repository.commit()

    ran = repository.check()

    assert 1 == ran.code
    assert "Enforced: no roll-out is there, and the mode in the manifest only raises one." == first(ran)


def test_the_wider_profile_counts_and_the_head_says_whose_it_is(story: Story) -> None:
    rollout = ROLLOUT.replace("  - name: own\n", "  - name: own\n    profile: core\n")
    bank_rules(story.pack, {"rollout.yaml": rollout})
    (story.repository.folder / "aiact.yaml").write_text(
        MINIMAL["aiact.yaml"] + "policies:\n  profile: start\n", "utf-8"
    )

    ring, without = story.check("2026-12-05"), story.check("2026-12-05", name="")
    (story.repository.folder / "aiact.yaml").write_text(
        MINIMAL["aiact.yaml"] + "policies:\n  profile: full\n", "utf-8"
    )
    full = story.check("2026-12-05")

    assert "(profile core, of ring own)" in ring.said
    assert "(profile start)" in without.said
    assert "(profile full)" in full.said


def test_a_vendored_roll_out_says_that_it_is_one_and_yields_to_a_given_one(story: Story) -> None:
    """A repository can carry its organisation's pack; nobody can mistake its word for the workflow's."""
    folder = story.repository.folder / "packs" / "bank-rules"
    folder.parent.mkdir()
    bank_rules(folder, {"rollout.yaml": ROLLOUT.replace("mode: warn", "mode: observe", 1)})
    text = MINIMAL["aiact.yaml"] + "policies:\n  packs: [packs/bank-rules]\n"
    (story.repository.folder / "aiact.yaml").write_text(text, "utf-8")
    story.repository.commit("The pack, vendored")
    named = ("--repository", "bank/mail-sorter", "--as-of", "2027-01-15")

    alone = program("check", *named, cwd=story.repository.folder)
    bank_rules(story.pack, {"house.yaml": RULES.replace("house.plan", "bank.plan")})
    both = story.check("2027-01-15")

    assert (
        "Observed only until 1 February 2027 (ring own, pack bank-rules 4.2, vendored in this repository): this would fail. "
        "Rules as this tree brings them: no base is known that says what mode, recalls and rules for waivers were before."
        == first(alone)
    )
    assert first(both).startswith("Warns only until 1 February 2027 (ring own, pack bank-rules 4.2): ")


@pytest.mark.parametrize("says", ["waivers alone", "recalls alone"])
def test_a_given_pack_that_says_anything_of_it_silences_the_repositorys(story: Story, says: str) -> None:
    folder = story.repository.folder / "packs" / "bank-rules"
    folder.parent.mkdir()
    bank_rules(folder)
    text = MINIMAL["aiact.yaml"] + "policies:\n  packs: [packs/bank-rules]\n"
    (story.repository.folder / "aiact.yaml").write_text(text, "utf-8")
    story.repository.commit("The pack, vendored")
    waivers = "schema: aiact-gate/rollout/v1\nwaivers:\n  max_days: 90\n"
    name = head().replace("bank-rules", "given")
    files: dict[str, str | None] = {"pack.yaml": name, "house.yaml": None, "rollout.yaml": waivers}
    if says == "recalls alone":
        files |= {"pack.yaml": name + RECALL, "rollout.yaml": None}
    bank_rules(story.pack, files)

    data = story.json("2026-12-05")

    assert ("enforce", 1) == (data["mode"], data["exit_code"])


def test_a_unit_only_tightens_its_organisations_roll_out(story: Story, tmp_path: Path) -> None:
    unit = tmp_path / "unit"
    steps = "    steps:\n      - {from: 2026-12-01, mode: %s}\n"
    ring = "schema: aiact-gate/rollout/v1\nrings:\n  - name: cards\n    repositories: [bank/mail-*]\n"
    text = head(more="layer: unit\n").replace("bank-rules", "cards")
    found = []
    for mode in ("observe", "enforce"):
        bank_rules(unit, {"pack.yaml": text, "house.yaml": None, "rollout.yaml": ring + steps % mode})
        # Given first, it still comes after its organisation's.
        named = ("--repository", "bank/mail-sorter", "--as-of", "2027-01-15")
        ran = program(
            "check", "--pack", str(unit), "--pack", str(story.pack), *named, cwd=story.repository.folder
        )
        found.append((ran.code, first(ran).partition(")")[0]))

    assert [
        (0, "Warns only until 1 February 2027 (ring own, pack bank-rules 4.2"),
        (1, "Enforced since 1 December 2026 (ring cards, pack cards 4.2"),
    ] == found


def test_a_unit_that_enforces_other_kinds_adds_them(story: Story, tmp_path: Path) -> None:
    unit = tmp_path / "unit"
    ring = "schema: aiact-gate/rollout/v1\nrings:\n  - name: cards\n    repositories: [bank/mail-*]\n    steps:\n"
    text = head(more="layer: unit\n").replace("bank-rules", "cards")
    found = []
    for kinds in ("[stale, missing]", "[loosened, missing, contradicted, unbound, filler]", "[filler]"):
        step = f"      - {{from: 2026-12-01, mode: enforce, kinds: {kinds}}}\n"
        bank_rules(unit, {"pack.yaml": text, "house.yaml": None, "rollout.yaml": ring + step})
        found.append(story.json("2027-02-02", "--pack", str(unit))["rollout"]["kinds"])

    ours = ["contradicted", "unbound", "filler", "loosened"]
    assert [{*ours, "stale", "missing"}, {*ours, "missing"}, set(ours)] == [set(kinds) for kinds in found]


# ---------------------------------------------------------------- verdict and code


def test_the_verdict_is_the_same_in_every_mode(story: Story) -> None:
    days = {"2026-12-05": 0, "2027-01-15": 0, "2027-02-02": 1, "2027-03-02": 1}

    found = {day: story.json(day) for day in days}

    assert ["fail"] * 4 == [data["verdict"] for data in found.values()]
    assert days == {day: data["exit_code"] for day, data in found.items()}
    assert ["observe", "warn", "enforce", "enforce"] == [data["mode"] for data in found.values()]
    assert [[], [], ["contradicted", "unbound", "filler", "loosened"], []] == [
        data["rollout"]["kinds"] for data in found.values()
    ]


def test_a_missing_record_and_an_unknown_count_as_missing(story: Story) -> None:
    (story.repository.folder / TESTING_FILE).unlink()
    story.repository.commit("No plan")
    kinds = ROLLOUT.replace("kinds: [contradicted, unbound, filler, loosened]", "kinds: [missing]")

    contradictions = story.check("2027-02-02").code
    bank_rules(story.pack, {"rollout.yaml": kinds})

    assert (0, 1) == (contradictions, story.check("2027-02-02").code)


def test_a_policy_at_fault_ends_a_run_in_every_mode(story: Story) -> None:
    wrong = RULES.replace("it.threshold > 0.5", "it.id > 0.5")
    bank_rules(story.pack, {"house.yaml": wrong})

    for day in ("2026-12-05", "2027-01-15", "2027-02-02"):
        ran = story.check(day)
        assert 3 == ran.code, ran.said
    assert first(story.check("2026-12-05")).endswith(": the run has a fault, which no mode excuses.")


def test_the_hook_shows_what_it_found_and_lets_the_commit_through(story: Story) -> None:
    file = story.repository.folder / TESTING_FILE
    file.write_text(TESTING.replace("threshold: 0.70", "threshold: 0.30"), "utf-8")
    story.repository.git("add", "-A")

    observed, enforced = story.check("2026-12-05", "--staged"), story.check("2027-03-02", "--staged")

    assert (0, 1) == (observed.code, enforced.code)
    for ran in (observed, enforced):
        assert "M2 is planned with a threshold of 0.3" in ran.said and "2 new. " in ran.said
    assert observed.out.startswith("Observed only until 11 January 2027 (ring own, pack bank-rules 4.2): ")


def test_a_change_that_loosens_is_enforced_with_the_first_kinds(story: Story) -> None:
    plan = story.repository.folder / TESTING_FILE
    plan.write_text(TESTING.replace("threshold: 0.70", "threshold: 0.60"), "utf-8")
    story.repository.commit("A lower threshold")

    codes = [story.check(day, "--base", "HEAD~1").code for day in ("2027-01-15", "2027-02-02")]
    data = story.json("2027-01-15", "--base", "HEAD~1")

    assert [0, 1] == codes
    assert "fail" == data["verdict"] and "loosened" == data["systems"][0]["notices"][0]["kind"]


def test_a_decision_that_ended_follows_the_mode(story: Story) -> None:
    none = (
        "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n  reason: Scripts that people wrote rename files here.\n"
        "  decided_by: it-lead@example.org\n  expires: 2026-11-30\n"
    )
    story.repository.write({"aiact.yaml": none}).commit("No system")

    assert [0, 0, 1] == [story.check(day).code for day in ("2026-12-05", "2027-02-02", "2027-03-02")]
    assert "fail" == story.json("2026-12-05")["verdict"]


# ---------------------------------------------------------------- formats


def test_annotations_follow_the_mode(story: Story) -> None:
    def levels(day: str) -> list[str]:
        out = story.check(day, "--format", "github").out
        return [line.partition(" ")[0].strip(":") for line in out.splitlines()]

    assert ["notice"] == levels("2026-12-05")
    assert ["notice", "warning", "warning", "notice"] == levels("2027-01-15")
    assert ["notice", "error", "warning", "notice"] == levels("2027-02-02")
    assert ["notice", "error", "error", "notice"] == levels("2027-03-02")


@pytest.mark.parametrize("day", ["2026-12-05", "2027-01-15"])
def test_a_fault_is_an_error_in_every_mode(story: Story, day: str) -> None:
    (story.repository.folder / "compliance" / "waivers.yaml").write_text("waivers: [", "utf-8")

    ran = story.check(day, "--format", "github")

    assert 3 == ran.code
    assert [
        line for line in ran.out.splitlines() if line.startswith("::error ") and "waivers.yaml" in line
    ], ran.out


@pytest.mark.parametrize(
    ("format_", "read"),
    [
        ("text", lambda out: " ".join(out.split())),
        ("markdown", lambda out: out.replace("**", "")),
        ("github", lambda out: out.partition("::notice title=EU AI Act gate::")[2]),
        ("json", lambda out: json.loads(out)["first_lines"][0]),
    ],
)
def test_the_first_line_is_the_same_in_every_format(
    story: Story, format_: str, read: Callable[[str], str]
) -> None:
    out = story.check("2026-12-05", "--format", format_).out

    assert read(out).startswith(
        "Observed only until 11 January 2027 (ring own, pack bank-rules 4.2): this would fail."
    )


def test_without_a_roll_out_nothing_is_said(story: Story) -> None:
    bank_rules(story.pack, {"rollout.yaml": None})

    ran, data = story.check("2026-12-05"), story.json("2026-12-05")

    assert ran.out.startswith("mail-sorter 2.0.0 ")
    assert ("enforce", "", None, []) == tuple(data[key] for key in ("mode", "ring", "rollout", "first_lines"))


def ci(story: Story, tmp_path: Path, **environment: str) -> tuple[Ran, dict[str, str], str]:
    """A run of the action: its log, outputs and summary."""
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    ran = program(
        "ci",
        "github",
        cwd=story.repository.folder,
        GITHUB_ACTIONS="true",
        GITHUB_OUTPUT=str(outputs),
        GITHUB_STEP_SUMMARY=str(summary),
        AIACT_AS_OF="2027-01-15",
        AIACT_PACKS=str(story.pack),
        **environment,
    )
    values = {}
    lines = iter(outputs.read_text("utf-8").splitlines())
    for line in lines:
        name, _, mark = line.partition("<<")
        values[name] = "\n".join(iter(lambda mark=mark: next(lines), mark))
    return ran, values, summary.read_text("utf-8")


def test_the_action_names_the_repository_by_itself(story: Story, tmp_path: Path) -> None:
    ran, outputs, summary = ci(story, tmp_path, GITHUB_REPOSITORY="bank/mail-sorter")

    assert 0 == ran.code
    assert ("fail", "0", "warn", "own") == tuple(
        outputs[name] for name in ("verdict", "exit-code", "mode", "ring")
    )
    assert outputs["title"].endswith(", 0 owed, warns only")
    assert summary.startswith("**Warns only until 1 February 2027 (ring own, pack bank-rules 4.2): ")
    assert "::warning " in ran.out and "::error " not in ran.out


def test_the_actions_inputs_go_before_what_the_runner_says(story: Story, tmp_path: Path) -> None:
    _, outputs, _ = ci(
        story, tmp_path, GITHUB_REPOSITORY="bank/mail-sorter", AIACT_REPOSITORY="bank/x", AIACT_TOPICS="ai\n"
    )

    assert ("observe", "rest") == (outputs["mode"], outputs["ring"])


@pytest.mark.parametrize("name", ["mail-sorter", "bank/", "/x", "bank/mail sorter", "bank/x\n", ""])
def test_a_name_that_is_none_is_a_usage_error(story: Story, name: str) -> None:
    ran = program("check", "--repository", name, cwd=story.repository.folder)

    assert 2 == ran.code and "Write it as OWNER/NAME." in ran.err


# ---------------------------------------------------------------- break-glass


@pytest.mark.parametrize("format_", ["text", "markdown", "github", "json"])
def test_a_bypass_is_seen_and_changes_nothing(story: Story, format_: str) -> None:
    said = "label aiact-break-glass, two people"
    without = story.check("2027-03-02", "--format", format_)
    named = story.check("2027-03-02", "--format", format_, AIACT_GATE_BYPASS=said)

    assert 1 == without.code == named.code
    head_ = named.out[:600] if format_ != "json" else json.dumps(json.loads(named.out)["first_lines"])
    assert f"The environment names a bypass: '{said}'." in " ".join(head_.split())
    assert "bypass: " not in without.out


def test_a_bypass_is_no_markup_and_no_command(story: Story, tmp_path: Path) -> None:
    evil = "\n::error::x\x1b[31m <b>@all</b> " + "x" * 500
    texts = [
        story.check("2027-03-02", "--format", name, AIACT_GATE_BYPASS=evil).out
        for name in ("text", "markdown", "github")
    ]
    log, _, summary = ci(story, tmp_path, AIACT_GATE_BYPASS=evil)

    for text in (*texts, log.out, summary):
        assert "\x1b" not in text and "x" * 60 not in text
        assert not any(line.lstrip().startswith("::error::x") for line in text.splitlines())
    assert "<b>" not in texts[1] and "@all" not in texts[1]


def test_a_bypass_is_seen_where_nothing_could_start(story: Story, tmp_path: Path) -> None:
    ran, _, summary = ci(story, tmp_path, AIACT_PATH="../elsewhere", AIACT_GATE_BYPASS="two people")

    assert 2 == ran.code and summary.startswith("**The environment names a bypass: 'two people'.")
