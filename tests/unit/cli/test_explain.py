"""`explain`: a requirement's page, every value of one check on a repository, and which layer set what."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from repos import DAY, HIGH, ROOT, Ran, Repository, high, program

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.explained import CheckSeen, RowSeen
from aiact_gate.model.outcome import Outcome
from aiact_gate.run.explain import Run, checks_seen, explained
from aiact_gate.run.options import Options

EXAMPLE = ROOT / "examples" / "credit-scoring"

PACK = {
    "rules/pack.yaml": """\
schema: aiact-gate/pack/v1
name: house
version: 1.4.0
introduced: 2026-09-01
legal_review: not yet
""",
    "rules/plan.yaml": """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.plan
    version: 1.0.0
    citation: Model risk policy, section 4
    title: The plan asks for enough
    binds: {role: provider, duty: requirements}
    timeline: undated
    profile: start
    calls_for: structural
    why: A threshold that everything reaches says little.
    leaves_open: Would the threshold have stopped the last bad release?
    fix: Raise the threshold, or say why it is enough.
    cheat: A low threshold beside a long reason. The number is compared.
    parameters: {least: {type: float, default: 0.75, min: 0.5, tighten: higher}}
    checks:
      - id: threshold-is-high
        each: testing.metrics
        where: it.split == "testing"
        that:
          - filled(it.because)
          - 'it.direction == "higher" ? it.threshold >= parameters.least : true'
          - filled(it.group)
        at: it.threshold
        message: "{it.id} asks for {it.threshold}; we ask for {parameters.least}."
      - id: plan-has-an-owner
        that: filled(testing.approved_by)
        at: testing.approved_by
        message: Nobody answers for the plan.
      - id: group-is-named
        severity: warning
        each: testing.metrics
        that: filled(it.group) && it.group != "all"
        at: it.group
        message: "{it.id} is of no group. Is that meant?"
      - id: only-with-attacks
        when: size(testing.attacks) > 0
        that: testing.metrics.exists(m, m.id == "auc" && m.threshold > 0.9)
        at: testing.metrics
        message: Attacks are planned, and no strict threshold is.
""",
}
OWN = {**PACK, "aiact.yaml": HIGH["aiact.yaml"] + "policies:\n  packs: [rules]\n"}


def explain(*arguments: str, cwd: Path = ROOT) -> Ran:
    ran = program("explain", *arguments, "--as-of", DAY, cwd=cwd)
    assert "Traceback" not in ran.err and "internal error" not in ran.err, ran.err
    return ran


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return high(tmp_path_factory.mktemp("house"), OWN)


# ---------------------------------------------------------------- a requirement's page

PAGE = """\
Model risk policy, section 4: The plan asks for enough
--------------------------------------------------------------------------------
What it asks        A threshold that everything reaches says little.
Called for          read (our choice, not the law's)
Profile             start

loans 1.2.0: FAILED
  provider; high risk, Annex III 5(b)
What was looked at  1 metric. 3 checks ran, 1 holds.
  threshold is high                                 0 of 1      failed
      compliance/testing.yaml:15:16: auc asks for 0.7; we ask for 0.75.
  plan has an owner                                 yes         signed
      compliance/testing.yaml:18
  group is named                                    0 of 1      failed
      a question, it never fails the point
      compliance/testing.yaml:5:5: auc is of no group. Is that meant?
  only with attacks                                             not applicable
Who says so         test-lead@example.org, approved by:
                    compliance/testing.yaml:18
                    Named only: this version doesn't look who committed these
                    lines.
Bound to            Release 1.2.0 (no tag: in development), read in commit
                    COMMIT. Model loans v3, run a3f9c1e; registry from the lock
                    of 2026-11-25.
                    compliance/testing.yaml (sha256 12392a168435)

Left to you         Would the threshold have stopped the last bad release?
How to mend it      Raise the threshold, or say why it is enough.
How it is faked     A low threshold beside a long reason. The number is
                    compared.
Recompute           aiact-gate check --ref COMMIT --as-of 2026-11-25
                    --requirement house.plan
Rules               eu-ai-act RULES, evidence-integrity RULES, house RULES
"""


def masked(text: str, repository: Repository) -> str:
    """Without what changes with every commit and every edit of a built-in pack."""
    head, _, rules = text.replace(repository.git("rev-parse", "HEAD")[:7], "COMMIT").partition("\nRules ")
    return f"{head}\nRules{' ' * 15}{re.sub(r' [0-9.]+ [0-9a-f]{8}', ' RULES', ' '.join(rules.split()))}\n"


def test_the_page_of_a_requirement_of_the_manifests_pack(house: Repository) -> None:
    ran = explain("house.plan", cwd=house.folder)

    assert (0, PAGE) == (ran.code, masked(ran.out, house))


def test_the_page_of_a_requirement_of_a_given_pack(tmp_path: Path, house: Repository) -> None:
    repository = high(tmp_path / "plain")
    ran = explain("house.plan", "--pack", str(house.folder / "rules"), cwd=repository.folder)
    without = explain("house.plan", cwd=repository.folder)

    assert 0 == ran.code and "loans 1.2.0: FAILED" in ran.out and "--pack /" in ran.said
    assert 2 == without.code and "no pack has a requirement 'house.plan'" in without.err


def test_the_origin_of_what_an_overlay_sets_is_told_also_where_nothing_is_judged(tmp_path: Path) -> None:
    ran = program(
        "explain",
        "art9.5",
        str(tmp_path),
        "--origin",
        "--pack",
        str(ROOT / "examples/organisation-pack"),
        cwd=ROOT,
    )

    assert 0 == ran.code, ran.said
    assert re.search(
        r"^from +1 June 2027 at the latest.*\n +organisation-pack/overlay\.yaml:\d+$", ran.out, re.MULTILINE
    )
    assert re.search(r"more is asked by +organisation-pack/overlay\.yaml:\d+$", ran.out, re.MULTILINE), (
        ran.out
    )


def test_a_given_pack_that_is_not_there_is_exit_3(tmp_path: Path) -> None:
    ran = explain("art9.5", "--pack", "nowhere", cwd=tmp_path)

    assert (3, "") == (ran.code, ran.out) and "nowhere" in ran.err


def test_a_broken_policy_is_said_on_the_page(tmp_path: Path) -> None:
    broken = OWN["rules/plan.yaml"].replace("filled(it.because)", "filled(it.becuase)")
    repository = high(tmp_path, {**OWN, "rules/plan.yaml": broken})
    page = explain("house.plan", cwd=repository.folder)
    values = explain("house.plan/threshold-is-high", "--on", ".", cwd=repository.folder)

    assert "loans 1.2.0: ERROR" in page.out and "rules/plan.yaml:23:" in page.out
    assert "rules/plan.yaml:23:" in values.out and values.out.endswith("Outcome: not judged\n")


def test_the_page_names_the_law_its_date_and_how_sure_we_are() -> None:
    said = explain("art9.5", "examples/credit-scoring").said

    assert "Article 9(5), first subparagraph of Regulation (EU) 2024/1689 as amended by" in said
    assert "from 2 December 2027, in 372 days. Confidence of the date high. Sources: " in said
    assert "head-of-model-risk@example.org, accepted by, until " in said
    assert "Named only" in said


def test_the_page_says_what_the_weakest_check_is_and_what_was_called_for() -> None:
    said = explain("art10.2.c", "examples/credit-scoring").said

    assert "credit-scoring 1.3.0: shown, read" in said
    assert "weakest of its checks decides: step has code." in said
    assert "The pack calls for witnessed; this is weaker." in said
    # What a check is worth never stands in the words of an outcome.
    assert not re.search(r"(yes|\d of \d) +shown", said)


def test_the_page_names_the_rows_that_somebody_accepted() -> None:
    ran = explain("art9.5", "examples/credit-scoring")

    assert "head-of-model-risk@example.org, accepted by (R1, R2, R3, R4, R5, R6)" in ran.said


def test_the_page_points_to_each_row_that_holds() -> None:
    lines = explain("art9.5", "examples/credit-scoring").out.splitlines()
    below = lines[next(i for i, line in enumerate(lines) if "accepted by another" in line) + 1 :]
    place = " ".join(below[:2]).split()
    record = (EXAMPLE / "compliance" / "risk_management.yaml").read_text("utf-8").splitlines()
    numbers = [int(number) for number in [place[0].rpartition(":")[2], *place[1:]]]

    assert 6 == len(numbers) and all("accepted_by: " in record[number - 1] for number in numbers)


def test_changed_inputs_are_named(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(EXAMPLE, copy)
    assert "Nothing under `inputs` changed since run" in explain("art15.1.level", cwd=copy).said
    with (copy / "scorecard.py").open("a") as file:
        file.write("# another line\n")

    assert re.search(r"Changed since run [0-9a-f]{7}: scorecard\.py", explain("art15.1.level", cwd=copy).said)


# ---------------------------------------------------------------- every value of one check

VALUES = """\
house.plan/threshold-is-high: The plan asks for enough
rules/plan.yaml:19 (error; a finding is missing)
--------------------------------------------------------------------------------

loans 1.2.0
each                it: testing.metrics, 1 of them
where               it.split == "testing"
                    chose 1 of 1: auc
parameter           least = 0.75 (rules/plan.yaml:5)

auc: fails  compliance/testing.yaml:15:16
  auc asks for 0.7; we ask for 0.75.
  where  it.split == "testing"
         = true
           it.split = "testing"  compliance/testing.yaml:13:12
  that 1 filled(it.because)
         = true
           it.because = "The queue is read from its top."
             compliance/testing.yaml:17:14
  that 2 it.direction == "higher" ? it.threshold >= parameters.least : true
         = false
           it.direction == "higher" = true
             it.direction = "higher"  compliance/testing.yaml:14:16
           it.threshold >= parameters.least = false
             it.threshold = 0.7  compliance/testing.yaml:15:16
             parameters.least = 0.75  (parameter, rules/plan.yaml:5)
  that 3 filled(it.group)
         not reached: a clause before it doesn't hold

  compliance/testing.yaml:15:16 auc asks for 0.7; we ask for 0.75.
Outcome: failed, 0 of 1, at compliance/testing.yaml:15:16
"""


def test_every_value_of_a_check_and_where_it_stands(house: Repository) -> None:
    ran = explain("house.plan/threshold-is-high", "--on", ".", cwd=house.folder)
    same = explain("house.plan/threshold-is-high", ".", cwd=house.folder)

    assert (0, VALUES) == (ran.code, ran.out) == (same.code, same.out)
    for place, value in re.findall(r"it\.\w+ = (.+?)\s+compliance/testing\.yaml:(\d+)", VALUES):
        line = HIGH["compliance/testing.yaml"].splitlines()[int(value) - 1]
        assert json.loads(place) in (line.strip().partition(": ")[2], float_of(line))


def float_of(line: str) -> Any:
    try:
        return float(line.rpartition(" ")[2])
    except ValueError:
        return None


def test_what_is_not_written_says_where_it_would_stand(house: Repository) -> None:
    ran = explain("house.plan/group-is-named", "--on", ".", cwd=house.folder)

    assert "it.group = nothing (isn't written, would stand at compliance/testing.yaml:5:5)" in ran.said
    assert ran.out.endswith("Outcome: failed, 0 of 1, at compliance/testing.yaml:5:5\n")


def test_a_condition_that_says_when_is_shown_and_ends_it(house: Repository) -> None:
    ran = explain("house.plan/only-with-attacks", "--on", ".", cwd=house.folder)

    assert (
        "when size(testing.attacks) > 0 = false size(testing.attacks) = 0 testing.attacks = [] (isn't written"
        in ran.said
    )
    assert ran.out.endswith("\nOutcome: not applicable\n") and "that" not in ran.out


def test_rows_that_nothing_chose_are_shown_with_why(tmp_path: Path) -> None:
    policy = OWN["rules/plan.yaml"].replace('it.split == "testing"', 'it.split == "training"')
    repository = high(tmp_path, {**OWN, "rules/plan.yaml": policy})
    ran = explain("house.plan/threshold-is-high", "--on", ".", cwd=repository.folder)

    assert "chose 0 of 1 left out: auc at least 1 asked for (min_items)" in ran.said
    assert 'auc: left out compliance/testing.yaml:5:5 where it.split == "training" = false' in ran.said
    assert 'it.split = "testing" compliance/testing.yaml:13:12' in ran.said
    assert ran.out.splitlines()[-1].startswith("Outcome: failed, 0 of 0, at compliance/testing.yaml:")


def test_failing_rows_come_first_and_the_others_are_counted(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(EXAMPLE, copy)
    record = copy / "compliance" / "risk_management.yaml"
    text = record.read_text("utf-8")
    at = text.index("accepted_by: ", text.index("- id: R4"))
    record.write_text(text[:at] + text[at:].replace("head-of-model-risk", "head-of-underwriting", 1), "utf-8")
    author = re.search(r"identified_by: (\S+)", text[text.index("- id: R4") :])
    assert author is not None
    record.write_text(
        record.read_text("utf-8").replace(
            "head-of-underwriting@example.org\n      reason", f"{author[1]}\n      reason", 1
        )
    )
    ran = explain("art9.5/accepted-by-another", "--on", ".", "--rows", "2", cwd=copy)

    assert ["R4: fails", "R1: holds"] == re.findall(r"^(R\d: \w+)", ran.out, re.MULTILINE)
    assert "\n4 more rows: --rows 6 shows all.\n" in ran.out
    line = record.read_text("utf-8")[:at].count("\n") + 1
    assert re.search(rf"Outcome: failed, 5 of 6, at compliance/risk_management\.yaml:{line}:\d+\n$", ran.out)


def test_what_a_missing_lock_hides_says_so(tmp_path: Path) -> None:
    repository = high(tmp_path, {"aiact.lock": None})
    waits = explain("art15.1.level/bounds-are-logged", "--on", ".", cwd=repository.folder)
    unknown = explain("art10.1/counted-here", "--on", ".", cwd=repository.folder)

    assert "mlflow.run.metrics = nothing (There is no aiact.lock" in waits.said
    assert "Outcome: failed: aiact.yaml:" in waits.said
    assert "derived.datasets[it.id].counted = unknown: nobody has counted the data yet" in unknown.said
    assert "Outcome: unknown: " in unknown.said and "= false" not in unknown.out


def test_elements_of_an_inner_loop_are_told_one_by_one() -> None:
    ran = explain("art9.2.a/three-interests", "--on", "examples/credit-scoring", "--rows", "1")

    assert 3 == len(re.findall(r"^ +r = ", ran.out, re.MULTILINE))
    assert "(3 more; interest in r.interests is true for 0 of them)" in ran.said
    assert 'interest = "health" (a word of `each`)' in ran.said


def test_what_has_asks_of_and_what_a_computed_key_finds_are_told() -> None:
    field = explain("art10.1/under-its-split", "--on", "examples/credit-scoring", "--rows", "1")
    key = explain(
        "art15.4.resilience/loss-stays-within-the-plan", "--on", "examples/credit-scoring", "--rows", "1"
    )

    assert "has(logged.sha256) = true logged = {" in field.said
    assert re.search(
        r"mlflow\.run\.metrics\[it\.degradation\] = 0\.\d+ examples/credit-scoring/aiact\.lock:", key.said
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("art9.5/accepted-by-anothr", "--on", "."), "Did you mean art9.5/accepted-by-another?"),
        (("art9.5/accepted-by-anothr",), "Did you mean art9.5/accepted-by-another?"),
        (("art9.1/surplus", "--on", "."), "It has none: no source yet"),
        (("art9.5", "--on", "."), "--on shows one check"),
        (("art9.5/accepted-by-another", ".", "--on", "."), "both --on and a path"),
        (("art9.5/accepted-by-another", "--on", "nowhere"), "there is no 'nowhere'"),
        (("house.own/enough", "--on", "nowhere"), "there is no 'nowhere'"),
        (("house.own/enough",), "no pack has a requirement 'house.own'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_explained(arguments: tuple[str, ...], told: str) -> None:
    ran = explain(*arguments)

    assert (2, "") == (ran.code, ran.out) and told in ran.err and "Fix: " in ran.err


# ---------------------------------------------------------------- every check, on evidence of every kind

HOSTILE = "\x1b[31m\u202eesrever\u202c\x07 " + "long " * 400


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Run:
    def escaped(text: str) -> str:
        return json.dumps(text)

    testing = HIGH["compliance/testing.yaml"]
    changes = {
        "compliance/testing.yaml": testing.replace("title: AUC", f"title: {escaped(HOSTILE)}")
        .replace("- id: auc", f"- id: {escaped('a' + HOSTILE)}")
        .replace("threshold: 0.70", "threshold: .nan"),
        "compliance/data_governance.yaml": HIGH["compliance/data_governance.yaml"]
        .replace("origin: Contracts of the bank's own ledger.", f"origin: {escaped(HOSTILE)}")
        .replace("- id: train", "- id: 99999999999999999999999999"),
        "compliance/logging.yaml": HIGH["compliance/logging.yaml"].replace(
            "on_failure: block", "on_failure: [[]]"
        ),
        "evidence/events.jsonl": '{"type": ' + "[" * 50 + "]" * 50 + "}\n",
        "compliance/risk_management.yaml": "schema: aiact-gate/record/risk_management/v1\nfor: loans@1.2.0\nrisks: 7\n",
    }
    folder = tmp_path_factory.mktemp("hostile")
    high(folder, changes)
    return explained(str(folder), Options(as_of=DAY))


@pytest.fixture(scope="module")
def example() -> Run:
    return explained(str(EXAMPLE), Options(as_of=DAY))


def every_check(run: Run) -> list[CheckSeen]:
    found = []
    for requirement in run.requirements.values():
        for check in requirement.checks:
            found += checks_seen(run, requirement, check, DAY, 40)
    return found


@pytest.fixture(scope="module")
def seen_checks(example: Run) -> list[CheckSeen]:
    return every_check(example)


@pytest.fixture(scope="module")
def seen_rows(seen_checks: list[CheckSeen]) -> list[RowSeen]:
    return [row for seen in seen_checks for row in seen.rows]


def test_no_evidence_keeps_a_check_from_being_explained(hostile: Run) -> None:
    from aiact_gate.formats.page import render as page
    from aiact_gate.formats.values import render
    from aiact_gate.run.explain import page_facts

    texts = []
    for requirement in hostile.requirements.values():
        texts.append(page(requirement, hostile.report, page_facts(hostile, requirement)))
        for check in requirement.checks:
            texts.append(render(check, requirement, checks_seen(hostile, requirement, check, DAY, 40), ()))

    assert 300 < len(texts) and any("esrever" in text for text in texts)
    for text in texts:
        assert text.replace("\n", "").isprintable(), text
        assert all(len(line) <= 200 for line in text.splitlines()), text


def test_each_value_is_the_one_that_stands_at_its_place(seen_rows: list[RowSeen]) -> None:
    documents: dict[str, Any] = {}
    compared = 0
    for row in seen_rows:
        for part in (part for condition in row.conditions for part in condition.parts):
            place = part.place
            if part.state != "value" or place is None or not place.path.endswith(".yaml"):
                continue
            if place.pointer[0] in ("system", "derived", "mlflow") or part.note:
                continue
            if place.path not in documents:
                document = parse_yaml((ROOT / place.path).read_bytes(), place.path)
                documents[place.path] = document, plain_data(document.root)
            document, value = documents[place.path]
            where = document.location(place.pointer[1:])
            for step in place.pointer[1:]:
                value = value[step]
            assert (where.line, where.column) == (place.line, place.column)
            assert same(value, part.value), (part, value)
            compared += 1
    assert 1500 < compared


def same(written: Any, seen: Any) -> bool:
    """Whether *seen* is what the file says; dates and versions are text to the gate, prose without its line breaks."""
    if isinstance(written, dict):
        return isinstance(seen, dict) and all(same(value, seen.get(key)) for key, value in written.items())
    if isinstance(written, list):
        return isinstance(seen, list) and len(written) == len(seen) and all(map(same, written, seen))
    return written == seen or str(written).split() == str(seen).split() or written is None


def test_every_condition_is_told_in_parts_that_agree_with_the_judgement(
    seen_rows: list[RowSeen],
) -> None:
    for row in seen_rows:
        reached = [condition for condition in row.conditions if condition.reached]
        assert all(condition.parts for condition in reached), row
        holds = all(condition.whole.value is True for condition in reached)
        assert holds == (row.state == "holds"), row
    assert 1000 < len(seen_rows)


def test_the_rows_are_those_that_the_report_counts(seen_checks: list[CheckSeen]) -> None:
    counted = 0
    for seen in seen_checks:
        if seen.result is None or seen.result.outcome is not Outcome.PASS or not seen.loops or seen.because:
            continue
        assert seen.result.of == len(seen.names), seen
        counted += 1
    assert 100 < counted


def test_a_check_outside_the_profile_is_explained_all_the_same(tmp_path: Path) -> None:
    repository = high(tmp_path, {"aiact.yaml": HIGH["aiact.yaml"] + "policies:\n  profile: start\n"})
    ran = explain("art12.2.c/overrides-are-a-kind", "--on", ".", cwd=repository.folder)
    page = explain("art12.2.c", ".", cwd=repository.folder)

    assert "outside the profile start; judged here all the same" in ran.said
    assert 'logging.event_types = [{id: "prediction"' in ran.said and "Outcome: failed, " in ran.said
    assert "loans 1.2.0: not looked at" in page.said


# ---------------------------------------------------------------- origin


def test_origin_names_the_file_and_line_of_each_value(house: Repository) -> None:
    ran = explain("house.plan", "--origin", cwd=house.folder)
    found = {
        (line[:12].strip(), line[12:].split("  ")[0]): int(line.rpartition(":")[2])
        for line in ran.out.splitlines()[2:]
        if line.endswith(tuple("0123456789"))
    }
    policy = PACK["rules/plan.yaml"].splitlines()

    assert 0 == ran.code and "rules/plan.yaml:5" in ran.out
    assert "id: house.plan" in policy[found[("parameter", "least = 0.75")] - 1]
    assert "id: threshold-is-high" in policy[found[("check", "threshold-is-high, error")] - 1]
    assert "id: group-is-named" in policy[found[("check", "group-is-named, warning")] - 1]
    assert all(len(line) <= 80 for line in ran.out.splitlines())
