"""A change judged against its base: what it loosens, adds or worsens fails; what failed before is one number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from reports import Judged, judge, line_of
from repos import DAY, HIGH, Repository, high

TESTING = "compliance/testing.yaml"
WAIVERS = "compliance/waivers.yaml"
BASELINE = "compliance/baseline.yaml"
WAIVER = {
    "id": "W1",
    "requirement": "art10.4",
    "system": "loans",
    "reason": "The only rows at hand are those of one region.",
    "owner": "test-lead@example.org",
    "approved_by": "head-of-loans@example.org",
    "created": DAY,
    "expires": "2027-01-31",
    "requirement_version": "1.0.0",
    "compensating": "Nothing is released outside of that region.",
}
DEBT = {
    "requirement": "art10.4",
    "major": 1,
    "check": "art10.4/places-are-named",
    "system": "loans",
    "kind": "missing",
    "owner": "head-of-loans@example.org",
    "due": "2027-06-30",
}
OTHER_DEBT = DEBT | {"requirement": "art10.2.h", "check": "art10.2.h/gaps-or-reason"}
PACK = {
    "pack/pack.yaml": "schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\nlegal_review: nobody has read it yet\n"
    f"introduced: {DAY}\n",
    "pack/house.yaml": """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.plan
    version: 1.0.0
    citation: House rule 1
    title: A plan has a metric
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: Without a metric nothing is planned.
    leaves_open: Is it the metric that the users care about?
    fix: Plan a metric and give it a title.
    cheat: A metric that nobody measures. The run is held against the plan.
    checks:
      - id: has-a-metric
        each: testing.metrics
        that: filled(it.title)
        message: "{it.id} has no title."
""",
}


def rows(key: str, *entries: dict[str, Any], **head: str) -> str:
    return yaml.safe_dump({**head, key: list(entries)}, sort_keys=False)


def owed(*entries: dict[str, Any]) -> str:
    return rows("items", *entries, schema="aiact-gate/baseline/v1", created=DAY)


MANIFEST = HIGH["aiact.yaml"].replace("role: provider", "role: [provider, deployer]") + (
    '    inputs: ["*.py", data/*.csv]\npolicies:\n  profile: core\n  packs: [pack]\n'
)
"""Two roles, a profile and a pack."""
SECOND = """\
  - id: sorter
    name: Sorter
    version: 1.0.0
    role: provider
    intended_purpose: Sorts letters into two folders by what they say.
    tier: minimal
"""
SECOND_METRIC = """\
  - id: recall
    title: Recall
    definition: Share of the defaults that were found.
    requirement: accuracy
    metric: test_recall
    lower: test_recall_lo
    upper: test_recall_hi
    cases: test_n
    split: testing
    direction: higher
    threshold: 0.5
    confidence: 0.95
    because: A missed default costs the bank most of the loan.
"""
BEFORE: dict[str, str | bytes] = {
    **PACK,
    "aiact.yaml": MANIFEST.replace("policies:\n", f"{SECOND}policies:\n"),
    "compliance/waivers.yaml": rows("waivers", WAIVER),
    BASELINE: owed(DEBT),
    TESTING: HIGH[TESTING].replace("approved_by:", f"{SECOND_METRIC}approved_by:"),
}
"""A repository with standing failures in which everything is stated that a change could loosen."""


class Loosening(NamedTuple):
    """A change that loosens, and how it is named."""

    file: str
    old: str
    new: str | None
    """None: the file is deleted."""
    check: str
    line: str
    """Text on the line of the finding after the change; empty: whichever line."""
    at: str = ""
    """The finding's file, if it isn't the changed one."""


CHANGES = {
    "a threshold lowered": Loosening(TESTING, "0.70", "0.60", "threshold-lowered", "threshold: 0.60"),
    "a direction turned": Loosening(
        TESTING, "direction: higher", "direction: lower", "direction-turned", "direction: lower"
    ),
    "a metric dropped from the plan": Loosening(TESTING, SECOND_METRIC, "", "threshold-dropped", "metrics:"),
    "the tier lowered": Loosening("aiact.yaml", "tier: high", "tier: minimal", "tier-lowered", ""),
    "a role dropped": Loosening(
        "aiact.yaml", "[provider, deployer]", "[deployer]", "role-dropped", "role: [d"
    ),
    "inputs narrowed": Loosening("aiact.yaml", '"*.py", ', "", "inputs-narrowed", "inputs:"),
    "the profile lowered": Loosening(
        "aiact.yaml", "profile: core", "profile: start", "profile-lowered", "profile: start"
    ),
    "a pack removed": Loosening("aiact.yaml", "packs: [pack]", "packs: []", "pack-removed", "packs: []"),
    "a system removed": Loosening("aiact.yaml", SECOND, "", "system-removed", "systems:"),
    "a waiver added": Loosening(
        WAIVERS,
        rows("waivers", WAIVER),
        rows("waivers", WAIVER, WAIVER | {"id": "W2", "requirement": "art10.2.h"}),
        "waiver-added",
        "id: W2",
    ),
    "a waiver pointed at another point": Loosening(WAIVERS, "art10.4", "art10.2.h", "waiver-added", "id: W1"),
    "a waiver extended": Loosening(
        WAIVERS, "2027-01-31", "2027-03-31", "waiver-extended", "expires: '2027-03-31'"
    ),
    "a debt added": Loosening(
        BASELINE, owed(DEBT), owed(DEBT, OTHER_DEBT), "baseline-grown", "requirement: art10.2.h"
    ),
    "a debt exchanged for another": Loosening(
        BASELINE, owed(DEBT), owed(OTHER_DEBT), "baseline-grown", "requirement: art10.2.h"
    ),
    "a debt put off": Loosening(BASELINE, "2027-06-30", "2027-09-30", "debt-extended", "due: '2027-09-30'"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return high(tmp_path_factory.mktemp("base") / "repository", BEFORE)


@pytest.fixture
def repository(base: Repository, tmp_path: Path) -> Repository:
    base.git("clone", "-q", str(base.folder), str(tmp_path / "clone"))
    return Repository(tmp_path / "clone")


def staged(repository: Repository) -> Judged:
    repository.git("add", "-A")
    return judge(repository.folder, "--staged")


def since_base(repository: Repository) -> Judged:
    repository.commit("the change")
    return judge(repository.folder, "--base", "HEAD~1")


DOORS = [staged, since_base]


def change(repository: Repository, file: str, old: str, new: str | None) -> None:
    path = repository.folder / file
    if new is None:
        path.unlink()
        return
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_commit_that_changes_nothing_is_green_against_its_base(repository: Repository) -> None:
    judged = since_base(repository)

    assert (0, "pass") == (judged.code, judged.data["verdict"])
    assert 10 < judged.data["standing"]


def test_the_base_has_standing_failures(repository: Repository) -> None:
    judged = judge(repository.folder)

    assert 1 == judged.code
    assert 10 < len(judged.failing)
    assert [] == judged.data["problems"]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_loosens_fails_at_its_line(
    name: str, door: Callable[[Repository], Judged], repository: Repository
) -> None:
    case = CHANGES[name]
    change(repository, case.file, case.old, case.new)

    judged = door(repository)

    assert 1 == judged.code
    found = [
        notice for notice in judged.notices if notice["kind"] == "loosened" and "fail" == notice["outcome"]
    ]
    line = line_of(repository.folder, case.file, case.line) if case.line else None
    assert [(case.file, line or found[0]["location"]["line"])] == [
        (notice["location"]["path"], notice["location"]["line"]) for notice in found
    ]
    assert SAYS[case.check] in found[0]["message"]


SAYS = {
    "threshold-lowered": "the threshold was",
    "threshold-dropped": "was planned and isn't",
    "direction-turned": "was better and",
    "tier-lowered": "The tier was high and is minimal",
    "role-dropped": "The role provider was claimed",
    "inputs-narrowed": "The inputs held *.py",
    "profile-lowered": "The profile was core and is start",
    "pack-removed": "The pack house judged",
    "system-removed": "The system sorter was declared",
    "waiver-added": "it didn't before",
    "waiver-extended": "ended on 2027-01-31 and ends on 2027-03-31",
    "baseline-grown": "It only shrinks",
    "debt-extended": "was due on 2027-06-30 and is due on 2027-09-30",
}

DELETED = [
    "compliance/logging.yaml",
    "compliance/testing.yaml",
    "compliance/data_governance.yaml",
    "compliance/classification.yaml",
    "MODEL_CARD.md",
    "INSTRUCTIONS_FOR_USE.md",
    "aiact.lock",
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("file", DELETED)
def test_deleted_evidence_fails(
    file: str, door: Callable[[Repository], Judged], repository: Repository
) -> None:
    (repository.folder / file).unlink()

    judged = door(repository)

    assert 1 == judged.code
    new = [
        finding
        for row in judged.system["requirements"]
        for check in row["checks"]
        for finding in check["findings"]
        if "fail" == finding["outcome"] and not finding["standing"] and "error" == finding["severity"]
    ]
    assert new or any("fail" == notice["outcome"] for notice in judged.notices)


QUIET: dict[str, Callable[[Repository], object]] = {
    "an unrelated file": lambda repository: repository.write({"README.md": "Loans\n"}),
    "code": lambda repository: repository.write({"train.py": "print('train again')\n"}),
    "a comment in the plan": lambda repository: change(repository, TESTING, "metrics:", "# why\nmetrics:"),
    "a raised threshold": lambda repository: change(repository, TESTING, "0.70", "0.72"),
    "a waiver cut short": lambda repository: change(repository, WAIVERS, "2027-01-31", "2027-01-15"),
    "a debt due sooner": lambda repository: change(repository, BASELINE, "2027-06-30", "2027-05-31"),
    "another owner of a debt": lambda repository: change(
        repository, BASELINE, "head-of-loans", "risk-office"
    ),
}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("name", QUIET)
def test_what_loosens_nothing_is_green_although_failures_stand(
    name: str, door: Callable[[Repository], Judged], repository: Repository
) -> None:
    QUIET[name](repository)

    judged = door(repository)

    assert 0 == judged.code, judged.notices
    assert "pass" == judged.data["verdict"]
    assert 10 < judged.data["standing"]


def test_only_what_is_staged_is_judged(repository: Repository) -> None:
    change(repository, TESTING, "0.70", "0.60")

    assert 0 == judge(repository.folder, "--staged").code


def test_where_nothing_is_staged_it_is_said_that_nothing_was_judged(repository: Repository) -> None:
    change(repository, TESTING, "0.70", "0.60")

    ran = repository.check("--staged")

    assert (
        0,
        "Nothing is staged, so nothing was judged; this is no pass. The tree is judged by: aiact-gate check",
    ) == (
        ran.code,
        ran.said,
    )


def test_a_reader_of_the_json_sees_that_nothing_was_judged(repository: Repository) -> None:
    data = judge(repository.folder, "--staged").data

    assert ("nothing_evaluated", 0, []) == (data["verdict"], data["exit_code"], data["systems"])


def test_an_empty_commit_is_not_stopped_by_what_stands(tmp_path: Path) -> None:
    broken = Repository(tmp_path / "repository").write({"aiact.yaml": "systems: [\n"})
    broken.commit()

    ran = broken.check("--staged")

    assert (0, True) == (ran.code, ran.said.startswith("Nothing is staged")), ran.said


def test_the_command_that_judges_names_the_folder_as_a_shell_takes_it(repository: Repository) -> None:
    ran = repository.check("--staged", "my services")

    assert ran.said.endswith("aiact-gate check 'my services'")


def test_a_commit_that_only_deletes_or_changes_a_mode_is_judged(repository: Repository) -> None:
    repository.git("update-index", "--chmod=+x", "MODEL_CARD.md")

    moded = repository.check("--staged")
    repository.git("rm", "-q", "-f", "MODEL_CARD.md")
    deleted = repository.check("--staged")

    assert (0, True) == (moded.code, "0 new" in moded.said), moded.said
    assert (1, True) == (deleted.code, "new" in deleted.said), deleted.said


@pytest.mark.parametrize(
    "files", [{}, {"aiact.yaml": "systems: [\n"}], ids=["no manifest", "broken manifest"]
)
def test_what_kept_the_gate_from_judging_before_stops_no_commit_and_is_no_pass(
    files: dict[str, str], tmp_path: Path
) -> None:
    repository = Repository(tmp_path / "repository").write({"readme.txt": "a\n", **files})
    repository.commit()
    repository.write({"readme.txt": "b\n"}).git("add", "-A")

    ran = repository.check("--staged")

    said = "Nothing was judged, as before this change; this is no pass. 1 standing: aiact-gate check"
    assert (0, said) == (ran.code, ran.said)


def test_a_new_failure_beside_standing_ones_fails_alone(repository: Repository) -> None:
    change(repository, "MODEL_CARD.md", "AUC 0.79 ", "AUC 0.93 ")

    judged = staged(repository)

    assert 1 == judged.code
    assert "fail" == judged.outcome("art15.3/no-figure-says-otherwise")
    new = [
        finding["location"]["path"]
        for row in judged.system["requirements"]
        for check in row["checks"]
        for finding in check["findings"]
        if 0 < finding["number"]
    ]
    assert new
    assert {"MODEL_CARD.md"} == set(new)


def test_a_failure_mended_is_green_and_counted_out(repository: Repository) -> None:
    before = judge(repository.folder, "--base", "HEAD").data["standing"]
    change(repository, "compliance/system_description.yaml", "adress", "address")

    judged = staged(repository)

    assert (0, True) == (judged.code, judged.data["standing"] < before)


def test_in_a_first_commit_everything_is_new(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository").write(HIGH)

    judged = staged(repository)

    assert (1, 0) == (judged.code, judged.data["standing"])


def test_a_file_that_cant_be_read_any_more_isnt_taken_for_a_smaller_one(repository: Repository) -> None:
    repository.write({BASELINE: "items: [\n", WAIVERS: "waivers: {\n"})

    assert 3 == staged(repository).code


# ---------------------------------------------------------------- counted by check, element and sentence

FIGURES = "art15.3/no-figure-says-otherwise"
WRONG = "\nAUC 0.93 on the testing rows.\n"


def with_wrong_figure(repository: Repository) -> None:
    """The card says once, in a commit that nobody judged, what the run contradicts."""
    card = repository.folder / "MODEL_CARD.md"
    card.write_text(card.read_text("utf-8") + WRONG, "utf-8")
    repository.commit("a wrong figure")


def said_again(repository: Repository) -> None:
    card = repository.folder / "MODEL_CARD.md"
    card.write_text(card.read_text("utf-8") + "\n## Once more\n" + WRONG, "utf-8")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_the_same_wrong_sentence_a_second_time_is_one_new_finding(
    door: Callable[[Repository], Judged], repository: Repository
) -> None:
    with_wrong_figure(repository)
    said_again(repository)

    judged = door(repository)

    new = [finding for finding in judged.check(FIGURES)["findings"] if not finding["standing"]]
    assert (1, 1) == (judged.code, len(new))


def test_another_wrong_figure_at_the_same_place_is_new(repository: Repository) -> None:
    with_wrong_figure(repository)
    change(repository, "MODEL_CARD.md", "AUC 0.93", "AUC 0.97")

    assert 1 == staged(repository).code


def test_a_wrong_sentence_that_only_moves_is_not_new(repository: Repository) -> None:
    with_wrong_figure(repository)
    change(repository, "MODEL_CARD.md", "# Loan queue\n", "# Loan queue\n\nOne more line.\n")

    assert 0 == staged(repository).code


def test_a_waiver_covers_its_one_finding_and_no_second_one(repository: Repository) -> None:
    with_wrong_figure(repository)
    waiver = {key: value for key, value in WAIVER.items() if key != "requirement"} | {"check": FIGURES}
    repository.write({WAIVERS: rows("waivers", WAIVER, waiver | {"id": "W2"})})
    once = [finding["outcome"] for finding in judge(repository.folder).check(FIGURES)["findings"]]
    said_again(repository)
    twice = [finding["outcome"] for finding in judge(repository.folder).check(FIGURES)["findings"]]

    assert (["waived"], ["fail", "waived"]) == (once, sorted(twice))


def test_no_two_findings_of_a_report_have_one_fingerprint(repository: Repository) -> None:
    with_wrong_figure(repository)
    said_again(repository)

    prints = [
        finding["fingerprint"]
        for row in judge(repository.folder).system["requirements"]
        for check in row["checks"]
        for finding in check["findings"]
    ]

    assert len(set(prints)) == len(prints)
