"""What a change loosens is found in real histories, whatever shape they have; what only looks like it isn't.

Every change is made on a branch that main has gone on from: what main changed in the meantime is nobody's loosening.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from reports import Judged, call, judge, line_of
from repos import DAY, ROOT, Repository
from shipped import example

from aiact_gate.change.listed import LOOSENINGS
from aiact_gate.policy.compile import digest_of

RISKS = "compliance/risk_management.yaml"
DATA = "compliance/data_governance.yaml"
PLAN = "compliance/testing.yaml"
WAIVERS = "compliance/waivers.yaml"
BASELINE = "compliance/baseline.yaml"
ANNEX = "compliance/technical_documentation.yaml"
OVERSIGHT = "compliance/human_oversight.yaml"
LOGGING = "compliance/logging.yaml"
MONITORING = "compliance/monitoring.yaml"
ANSWERS = "compliance/classification.yaml"
SYSTEM = "compliance/system_description.yaml"

PACK = {
    "rules/pack.yaml": f"""\
schema: aiact-gate/pack/v1
name: house
version: 1.0.0
introduced: {DAY}
legal_review: no rule of law is in it
""",
    "rules/house.yaml": """\
schema: aiact-gate/policy/v1
article: house
title: Rules of the house
requirements:
  - id: house.plan
    version: 1.0.0
    citation: House rule 1
    title: Metrics have titles and a level of confidence
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: Without a title nobody knows what a figure is of.
    leaves_open: Is it the metric that the users care about?
    fix: Give each metric a title and a level of confidence.
    cheat: A title that says nothing. People read it beside the figure.
    parameters:
      confidence: {type: float, default: 0.8, min: 0.5, tighten: higher}
    checks:
      - id: has-a-title
        each: testing.metrics
        min_items: 2
        that: [filled(it.title), it.confidence >= 0.75]
        message: "{it.id} has no title."
      - id: is-sure-enough
        each: testing.metrics
        that: it.confidence >= parameters.confidence
        message: "{it.id} isn't sure enough."
""",
}
DEBT = """\
  - requirement: art9.5
    major: 1
    check: art9.5/overall-is-valid
    system: credit-scoring
    kind: missing
    owner: head-of-model-risk@example.org
    due: 2027-01-31
"""
SECOND = """\
  - id: sorter
    name: Sorter
    version: 1.0.0
    role: provider
    intended_purpose: Sorts letters into two folders by the words in them.
    tier: minimal
"""
W3 = """\
  - id: W3
    requirement: art9.5
    system: credit-scoring
    reason: The committee that accepts remaining risks meets next month only.
    owner: ml-engineer@example.org
    approved_by: head-of-model-risk@example.org
    created: 2026-11-25
    expires: 2027-03-31
    requirement_version: 1.0.0
    compensating: Nothing is released before the committee has met.
"""
DEV_INPUT = "      - trials.py\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The example with a pack, a second system and a debt; main has gone on from where the branch `change` left it."""
    repository = example(tmp_path_factory.mktemp("base") / "repository")
    repository.write(PACK)
    repository.write({BASELINE: f"schema: aiact-gate/baseline/v1\ncreated: {DAY}\nitems:\n{DEBT}"})
    edit(repository, "aiact.yaml", "role: provider\n", "role: [provider, importer]\n")
    edit(repository, "aiact.yaml", "policies:\n", f"{SECOND}policies:\n  packs: [rules]\n")
    repository.commit("where the branch leaves")
    repository.git("branch", "change")
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.69")
    edit(repository, WAIVERS, "  - id: W2\n", f"{W3}  - id: W2\n")
    edit(repository, "aiact.yaml", DEV_INPUT, f"{DEV_INPUT}      - tune.py\n")
    repository.commit("main has gone on")
    repository.git("checkout", "-q", "change")
    return repository


@pytest.fixture
def repository(base: Repository, tmp_path: Path) -> Repository:
    shutil.copytree(base.folder, tmp_path / "clone", symlinks=True)
    return Repository(tmp_path / "clone")


def edit(repository: Repository, file: str, old: str, new: str) -> None:
    path = repository.folder / file
    text = path.read_text("utf-8")
    assert old in text, f"{file} doesn't hold {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def each_loosened(judged: Judged) -> set[tuple[str, str, int]]:
    """Kind of loosening, file and line of each finding about the change itself."""
    return {
        (notice["fingerprint"].partition("/")[0], notice["location"]["path"], notice["location"]["line"])
        for notice in judged.notices
        if "loosened" == notice["kind"] and "fail" == notice["outcome"]
    }


def loosened(judged: Judged) -> dict[str, tuple[str, int]]:
    """Kind of loosening -> file and line, for who looks for one of each."""
    return {kind: (path, line) for kind, path, line in sorted(each_loosened(judged))}


class Case(NamedTuple):
    """A change that loosens, what it's called and where it's shown."""

    change: Callable[[Repository], object]
    kind: str
    file: str
    line: str
    """Text on the line where it stands after the change."""


def set_to(file: str, old: str, new: str, kind: str, line: str = "") -> Case:
    """A text replaced; found at the new one's first line, or at *line*."""
    where = line or new.strip().split("\n")[0]
    return Case(lambda repository: edit(repository, file, old, new), kind, file, where)


def taken(file: str, line: str, kind: str = "evidence-removed", at: str = "aiact.yaml") -> Case:
    """A file deleted."""
    return Case(lambda repository: (repository.folder / file).unlink(), kind, at, line)


def emptied(file: str, line: str, at: str = "aiact.yaml") -> Case:
    return Case(lambda repository: repository.write({file: "\n"}), "evidence-removed", at, line)


def without_row(file: str, first: str, kind: str, at: str) -> Case:
    """The row of a list that begins with the line *first* taken out."""

    def change(repository: Repository) -> None:
        lines = (repository.folder / file).read_text("utf-8").split("\n")
        start = lines.index(first)
        indent = len(first) - len(first.lstrip())
        below = (
            number
            for number in range(start + 1, len(lines))
            if lines[number].strip() and len(lines[number]) - len(lines[number].lstrip()) <= indent
        )
        end = next(below, len(lines))
        (repository.folder / file).write_text("\n".join(lines[:start] + lines[end:]), "utf-8")

    return Case(change, kind, file, at)


def _rating(repository: Repository) -> None:
    edit(
        repository,
        RISKS,
        "    residual:\n      likelihood: possible\n",
        "    residual:\n      likelihood: rare\n",
    )


def _no_ai(repository: Repository) -> None:
    text = (repository.folder / "aiact.yaml").read_text("utf-8")
    claim = f"no_ai_system:\n  reason: It is but a table of weights.\n  decided_by: a@example.org\n  expires: {DAY}\n"
    repository.write({"aiact.yaml": text + claim})


EVIDENCE = "evidence_dir: compliance"

LOOSER: dict[str, Case] = {
    # the manifest
    "a system removed": set_to("aiact.yaml", SECOND, "", "system-removed", "systems:"),
    "the tier lowered": set_to("aiact.yaml", "tier: high", "tier: limited", "tier-lowered"),
    "a role dropped": set_to(
        "aiact.yaml", "[provider, importer]", "[provider]", "role-dropped", "role: [provider]"
    ),
    "the profile lowered": set_to("aiact.yaml", "profile: full", "profile: core", "profile-lowered"),
    "an input taken out": set_to("aiact.yaml", DEV_INPUT, "", "inputs-narrowed", "inputs:"),
    "an input pattern narrowed": set_to(
        "aiact.yaml", "data/*.csv", "data/train.csv", "inputs-narrowed", "inputs:"
    ),
    "an input pattern narrowed to all but its ends": set_to(
        "aiact.yaml",
        "      - data/*.csv\n",
        "      - data/*q.csv\n      - data/train.csv\n      - data/test.csv\n      - data/german_credit.csv\n",
        "inputs-narrowed",
        "inputs:",
    ),
    "an input pattern narrowed to names of two letters": set_to(
        "aiact.yaml",
        "      - data/*.csv\n",
        "      - data/??.csv\n      - data/train.csv\n      - data/test.csv\n      - data/german_credit.csv\n",
        "inputs-narrowed",
        "inputs:",
    ),
    "an older model version": set_to(
        "aiact.yaml", 'version: "1"', 'version: "0"', "model-moved-back", "mlflow:"
    ),
    "the registered model dropped": set_to(
        "aiact.yaml",
        '      mlflow:\n        registered_model: credit-scoring\n        version: "1"\n        tracking_uri: sqlite:///mlflow.db\n',
        "",
        "model-moved-back",
        "model:",
    ),
    "no AI claimed": Case(_no_ai, "claim-added", "aiact.yaml", "no_ai_system:"),
    # evidence
    "a record deleted": taken(MONITORING, EVIDENCE),
    "a record emptied": emptied(LOGGING, EVIDENCE),
    "a record that speaks for another system": Case(
        lambda repository: edit(repository, OVERSIGHT, "for: credit-scoring@1.3.0", "for: sorter@1.0.0"),
        "evidence-removed",
        "aiact.yaml",
        EVIDENCE,
    ),
    "a record that lost one of two systems": Case(
        lambda repository: edit(repository, MONITORING, "for: credit-scoring@1.3.0", "for: [sorter@1.0.0]"),
        "evidence-removed",
        "aiact.yaml",
        EVIDENCE,
    ),
    "evidence_dir moved to a folder with less in it": Case(
        lambda repository: (
            repository.write(
                {
                    f"other/{name}": (repository.folder / "compliance" / name).read_bytes()
                    for name in ("classification.yaml", "testing.yaml", "risk_management.yaml")
                }
            ),
            edit(repository, "aiact.yaml", EVIDENCE, "evidence_dir: other"),
        ),
        "evidence-removed",
        "aiact.yaml",
        "evidence_dir: other",
    ),
    "the model card deleted": taken("MODEL_CARD.md", EVIDENCE),
    "the instructions emptied": emptied("INSTRUCTIONS_FOR_USE.md", EVIDENCE),
    "the event log deleted": taken("compliance/evidence/events.jsonl", EVIDENCE),
    "the lock deleted": taken("aiact.lock", EVIDENCE),
    "the stop procedure deleted": taken("docs/stop-procedure.md", EVIDENCE),
    "a risk taken out": without_row(RISKS, "  - id: R5", "row-removed", "risks:"),
    "a gap taken out": without_row(DATA, "  - id: G3", "row-removed", "gaps:"),
    "a group no longer counted": set_to(
        DATA,
        "    - {id: 60_plus, attribute: age, column: age_years, at_least: 60, reference_share: 0.3593}\n",
        "",
        "row-removed",
        "groups:",
    ),
    "an event type taken out": without_row(LOGGING, "  - id: anomaly", "row-removed", "event_types:"),
    "a sentence of a record taken out": set_to(
        OVERSIGHT,
        "interface: serve.py, shown in the affiliated bank's own case screen\n",
        "",
        "row-removed",
        "schema:",
    ),
    "a section of a record taken out": without_row(OVERSIGHT, "commensurate:", "row-removed", "schema:"),
    # criteria
    "a threshold lowered": set_to(PLAN, "threshold: 0.68", "threshold: 0.6", "threshold-lowered"),
    "a confidence lowered": set_to(PLAN, "confidence: 0.9", "confidence: 0.8", "threshold-lowered"),
    "a robustness limit raised": set_to(PLAN, "allowed: 0.07", "allowed: 0.2", "threshold-lowered"),
    "an attack limit raised": set_to(PLAN, "limit: 0.15", "limit: 0.5", "threshold-lowered"),
    "a limit no longer stated": set_to(PLAN, "    limit: 0.15\n", "", "threshold-dropped", "- id: AT-2"),
    "a planned attack dropped": without_row(PLAN, "  - id: AT-3", "threshold-dropped", "attacks:"),
    "a direction turned": set_to(PLAN, "direction: higher", "direction: lower", "direction-turned"),
    "a metric read from the training rows": set_to(
        PLAN, "split: testing", "split: training", "measured-otherwise"
    ),
    "a bound that is the figure itself": set_to(
        PLAN, "lower: test_auc_lower", "lower: test_auc", "measured-otherwise"
    ),
    "a tolerance widened": set_to(DATA, "tolerance: 0.05", "tolerance: 0.5", "threshold-lowered"),
    "a rate of empty cells let through": set_to(
        DATA, "null_rate_max: 0.0", "null_rate_max: 0.3", "threshold-lowered"
    ),
    "a reference share lowered": set_to(
        DATA, "reference_share: 0.3593", "reference_share: 0.01", "threshold-lowered", "id: 60_plus"
    ),
    "the stop slower": set_to(OVERSIGHT, "limit_seconds: 1.0", "limit_seconds: 60.0", "threshold-lowered"),
    "watched more rarely": set_to(MONITORING, "interval_days: 30", "interval_days: 365", "threshold-lowered"),
    "an alert level lowered": set_to(
        MONITORING, "{metric: auc, alert: 0.7}", "{metric: auc, alert: 0.5}", "threshold-lowered"
    ),
    "an alert level raised where lower is better": set_to(
        MONITORING, "{metric: brier, alert: 0.19}", "{metric: brier, alert: 0.4}", "threshold-lowered"
    ),
    "reviewed more rarely": set_to(
        RISKS, "review_interval_days: 90", "review_interval_days: 900", "threshold-lowered"
    ),
    "a rating that becomes acceptable": set_to(
        RISKS,
        "    - rare/minor\n",
        "    - rare/minor\n    - likely/critical\n",
        "scale-changed",
        "acceptable:",
    ),
    "a scale reordered": set_to(
        RISKS,
        "[minor, moderate, serious, critical]",
        "[minor, serious, moderate, critical]",
        "scale-changed",
        "severity: [minor",
    ),
    "what remains of a risk rated lower": Case(_rating, "rating-lowered", RISKS, "likelihood: rare"),
    "a risk rated lower": set_to(
        RISKS,
        "    likelihood: likely\n    severity: serious",
        "    likelihood: rare\n    severity: serious",
        "rating-lowered",
        "likelihood: rare",
    ),
    "a risk that is eliminated by its word": set_to(
        RISKS, "status: accepted", "status: eliminated", "rating-lowered"
    ),
    "a gap due later": set_to(DATA, "due: 2027-06-30", "due: 2028-06-30", "debt-extended"),
    "a group bounded otherwise": set_to(
        DATA, "at_most: 24, ref", "at_most: 30, ref", "measured-otherwise", "id: under_25"
    ),
    "fewer predictions that go to a person": set_to(
        PLAN, "threshold: 0.25", "threshold: 0.05", "measured-otherwise"
    ),
    "a baseline that is another figure": set_to(
        PLAN, "logged_as: ", "logged_as: x_", "measured-otherwise", "logged_as: x_"
    ),
    "weaker noise": set_to(PLAN, "strength: 5 %", "strength: 1 %", "measured-otherwise"),
    "nothing left of the screening for prohibited practices": set_to(
        ANSWERS, "is: [c]", "is: []", "row-removed"
    ),
    "a use that was out of scope": set_to(
        SYSTEM,
        "  - Loans to companies, sole traders or persons under 18.\n",
        "",
        "row-removed",
        "out_of_scope:",
    ),
    "an event type with fewer purposes": set_to(
        LOGGING,
        "purposes: [operation_monitoring, post_market_monitoring, risk_situations]",
        "purposes: [operation_monitoring]",
        "row-removed",
    ),
    "an attack class no longer answered": without_row(
        PLAN, "  - attack_class: evasion", "row-removed", "attack_classes:"
    ),
    "the simplified form": set_to(ANNEX, "form: full", "form: simplified", "threshold-lowered"),
    "a gap closed in the same words": set_to(DATA, "status: open", "status: closed", "gap-closed"),
    "events lost on failure": set_to(
        LOGGING, "on_failure: block", "on_failure: degrade_and_alarm", "threshold-lowered"
    ),
    "a gap mitigated in the same words": set_to(DATA, "status: open", "status: mitigated", "gap-closed"),
    # claims and acceptances
    "an element of Annex IV left out": set_to(
        ANNEX,
        "  - {point: 1.e, status: provided, file: docs/technical.md, section: docs/technical.md#Hardware}\n",
        "  - point: 1.e\n    status: not_applicable\n    reason: It runs on whatever the bank has at hand.\n"
        "    decided_by: head-of-model-risk@example.org\n    expires: 2027-11-24\n",
        "claim-added",
        "point: 1.e",
    ),
    "such a claim extended": set_to(ANNEX, "expires: 2027-11-24", "expires: 2029-11-24", "claim-extended"),
    "an attack class claimed not to apply": set_to(
        PLAN,
        "  - attack_class: evasion\n    measures:\n",
        "  - attack_class: evasion\n    not_appropriate: # since today\n      by: head-of-model-risk@example.org\n"
        "      reason: Nobody has a motive to restate an application.\n      expires: 2027-05-31\n    measures:\n",
        "claim-added",
        "# since today",
    ),
    "an acceptance prolonged": set_to(
        RISKS, "  expires: 2027-05-20", "  expires: 2028-05-20", "acceptance-prolonged"
    ),
    "an acceptance prolonged by a full stop": set_to(
        RISKS,
        "which is why G1 comes before any production use.\n  accepted_by: head-of-model-risk@example.org\n  expires: 2027-05-20",
        "which is why G1 comes before any production use . \n  accepted_by: head-of-model-risk@example.org\n  expires: 2028-05-20",
        "acceptance-prolonged",
        "  expires: 2028-05-20",
    ),
    "a measure called not appropriate": set_to(
        PLAN,
        "measure: prepare.py pins the source file by its full SHA-256 and stops on any difference.",
        "not_appropriate_because: Nobody would want to poison a table that is published anyway.",
        "claim-added",
    ),
    "a fallback taken away": set_to(OVERSIGHT, "kind: manual", "kind: none", "threshold-lowered"),
    "points that don't apply any more": Case(
        lambda repository: edit(
            repository,
            "compliance/system_description.yaml",
            "trains_model_with_data: true",
            "trains_model_with_data: false",
        ),
        "points-dropped",
        "compliance/system_description.yaml",
        "trains_model_with_data",
    ),
    # waivers and baseline
    "a waiver added": set_to(WAIVERS, "  - id: W2\n", f"{W3}  - id: W2\n", "waiver-added", "id: W3"),
    "a waiver widened": set_to(
        WAIVERS, "requirement: art10.4", "requirement: art10.2.h", "waiver-added", "id: W1"
    ),
    "a waiver extended": set_to(WAIVERS, "expires: 2027-05-20", "expires: 2027-05-24", "waiver-extended"),
    "a waiver renewed for another version": set_to(
        WAIVERS, "requirement_version: 1.0.0", "requirement_version: 2.0.0", "waiver-extended", "created:"
    ),
    "a debt added": set_to(
        BASELINE,
        DEBT,
        DEBT + DEBT.replace("art9.5", "art9.8"),
        "baseline-grown",
        "requirement: art9.8",
    ),
    "a debt put off": set_to(BASELINE, "due: 2027-01-31", "due: 2027-06-30", "debt-extended"),
    # packs
    "a pack removed": set_to("aiact.yaml", "packs: [rules]", "packs: []", "pack-removed"),
    "a pack replaced by one without the rule": Case(
        lambda repository: repository.write(
            {"rules/house.yaml": PACK["rules/house.yaml"].replace("house.plan", "house.other")}
        ),
        "rule-removed",
        "rules/house.yaml",
        "schema:",
    ),
    "a check removed": set_to(
        "rules/house.yaml",
        PACK["rules/house.yaml"][PACK["rules/house.yaml"].index("      - id: is-sure-enough") :],
        "",
        "rule-removed",
        "checks:",
    ),
    "a check that only warns": set_to(
        "rules/house.yaml",
        "      - id: is-sure-enough\n",
        "      - id: is-sure-enough\n        severity: warning\n",
        "rule-loosened",
        "severity: warning",
    ),
    "a clause dropped": set_to(
        "rules/house.yaml",
        "that: [filled(it.title), it.confidence >= 0.75]",
        "that: filled(it.title)",
        "rule-loosened",
    ),
    "a bound of a condition lowered": set_to(
        "rules/house.yaml", "it.confidence >= 0.75", "it.confidence >= 0.5", "rule-loosened", "that: [filled"
    ),
    "a condition that can't be told to ask as much": set_to(
        "rules/house.yaml",
        "that: it.confidence >= parameters.confidence",
        "that: it.confidence >= parameters.confidence || it.id == 'auc'",
        "rule-loosened",
    ),
    "fewer rows asked for": set_to("rules/house.yaml", "min_items: 2", "min_items: 1", "rule-loosened"),
    "a rule for a profile that fewer choose": set_to(
        "rules/house.yaml", "profile: start", "profile: full", "rule-loosened"
    ),
    "a parameter lowered": set_to(
        "rules/house.yaml", "default: 0.8", "default: 0.6", "parameter-loosened", "confidence: {type"
    ),
}


def apart(cases: dict[str, Case]) -> list[tuple[str, ...]]:
    """The names of *cases* in groups that one change can hold: those of the manifest alone, else one of each file."""
    groups: list[dict[str, str]] = []
    for name, case in cases.items():
        fits = (group for group in groups if case.file not in group and "aiact.yaml" not in group)
        group = None if "aiact.yaml" == case.file else next(fits, None)
        if group is None:
            groups.append(group := {})
        group[case.file] = name
    return [tuple(group.values()) for group in groups]


@pytest.mark.parametrize("names", apart(LOOSER), ids=" and ".join)
def test_each_loosening_of_a_branch_is_found_at_its_line_although_main_has_gone_on(
    names: tuple[str, ...], repository: Repository
) -> None:
    cases = [LOOSER[name] for name in names]
    for case in cases:
        case.change(repository)
    repository.commit("the change")

    judged = judge(repository.folder, "--base", "main")

    assert judged.code in (1, 3)
    wanted = {(case.kind, case.file, line_of(repository.folder, case.file, case.line)) for case in cases}
    assert set() == wanted - each_loosened(judged)
    # What main did in the meantime isn't taken for this branch's doing.
    kinds = {case.kind for case in cases}
    assert not {"threshold-lowered", "inputs-narrowed", "waiver-added"} & set(loosened(judged)) - kinds


def test_groups_that_were_compared_in_combination_and_arent_any_more(repository: Repository) -> None:
    edit(repository, DATA, "level: individual", "level: combination")
    repository.commit("in combination")
    edit(repository, DATA, "level: combination", "level: individual")
    repository.commit("one by one")

    found = loosened(judge(repository.folder, "--base", "HEAD~1"))

    assert {"threshold-lowered": (DATA, line_of(repository.folder, DATA, "level: individual"))} == found


def test_the_list_of_cases_is_whole() -> None:
    elsewhere = {
        "manifest-removed",  # below
        "mode-lowered",
        "pin-changed",
        *(kind for _, _, _, kind, _ in BESIDES.values()),
    }

    assert set(LOOSENINGS) - elsewhere <= {case.kind for case in LOOSER.values()}
    assert 25 <= len(LOOSER)


# ---------------------------------------------------------------- harmless edits


def reordered(repository: Repository) -> None:
    """The keys of each file and of the rows of one of its lists, and these rows, in another order."""
    for file, key in (("aiact.yaml", "systems"), (WAIVERS, "waivers"), (RISKS, "risks"), (PLAN, "metrics")):
        root = yaml.compose((repository.folder / file).read_text("utf-8"))
        rows = next(value for name, value in root.value if key == name.value)
        for row in rows.value:
            row.value.reverse()
        rows.value.reverse()
        root.value.reverse()
        repository.write({file: yaml.serialize(root)})


def commented(repository: Repository) -> None:
    for file in ("aiact.yaml", RISKS, PLAN, WAIVERS, "rules/house.yaml"):
        text = (repository.folder / file).read_text("utf-8")
        repository.write({file: "# A remark for who comes next.\n" + text.replace("\n\n", "\n")})


def moved_manifest(repository: Repository) -> None:
    """The whole system into a folder of its own, with all that it points to."""
    (repository.folder / "services").mkdir()
    for name in sorted(path.name for path in repository.folder.iterdir()):
        if name not in (".git", "services"):
            repository.git("mv", name, f"services/{name}")


def renamed_files(repository: Repository) -> None:
    repository.git("mv", "MODEL_CARD.md", "docs/CARD.md")
    for file in ("aiact.yaml", ANNEX, "compliance/risk_management.yaml"):
        text = (repository.folder / file).read_text("utf-8")
        repository.write({file: text.replace("MODEL_CARD.md", "docs/CARD.md")})
    repository.git("mv", RISKS, "compliance/the-risks.yaml")
    repository.git("mv", "rules", "policies-of-ours")
    edit(repository, "aiact.yaml", "packs: [rules]", "packs: [policies-of-ours]")


def moved_evidence(repository: Repository) -> None:
    repository.git("mv", MONITORING, "compliance/evidence/monitoring.yaml")


def new_release(repository: Repository) -> None:
    """Version 1.4.0, every record confirmed for it, and a newer model."""
    edit(repository, "aiact.yaml", "version: 1.3.0", "version: 1.4.0")
    edit(repository, "aiact.yaml", 'version: "1"', 'version: "2"')
    for path in [
        *(repository.folder / "compliance").glob("*.yaml"),
        repository.folder / "INSTRUCTIONS_FOR_USE.md",
    ]:
        path.write_text(
            path.read_text("utf-8").replace("credit-scoring@1.3.0", "credit-scoring@1.4.0"), "utf-8"
        )


def unconfirmed_release(repository: Repository) -> None:
    edit(repository, "aiact.yaml", "version: 1.3.0", "version: 1.4.0")


def judged_again(repository: Repository) -> None:
    edit(repository, RISKS, "  expires: 2027-05-20", "  expires: 2027-11-20")
    edit(
        repository,
        RISKS,
        "What remains is acceptable as long as",
        "Looked at anew: what remains is acceptable as long as",
    )


def rated_lower_by_a_measure(repository: Repository) -> None:
    _rating(repository)
    edit(repository, RISKS, "measures: [M1, M2]", "measures: [M1, M2, M6]")


def closed_with_words(repository: Repository) -> None:
    edit(repository, DATA, "status: open", "status: closed")
    edit(
        repository,
        DATA,
        "Current applications of three",
        "Done on 20 November 2026: current applications of three",
    )


def tighter_rules(repository: Repository) -> None:
    edit(repository, "rules/house.yaml", "it.confidence >= 0.75", "it.confidence >= 0.8")
    edit(repository, "rules/house.yaml", "min_items: 2", "min_items: 3")
    edit(repository, "rules/house.yaml", "default: 0.8", "default: 0.85")
    edit(repository, "rules/house.yaml", "that: it.confidence", "that: [it.id != '', it.confidence")
    edit(repository, "rules/house.yaml", "parameters.confidence\n", "parameters.confidence]\n")
    edit(repository, "rules/house.yaml", "has no title.", "lacks a title.")


def edited(file: str, old: str, new: str) -> Callable[[Repository], None]:
    return lambda repository: edit(repository, file, old, new)


HARMLESS: dict[str, tuple[Callable[[Repository], object], str]] = {
    "nothing": (lambda repository: None, "."),
    "keys and rows in another order": (reordered, "."),
    "comments, blank lines gone": (commented, "."),
    "files renamed with what points to them": (renamed_files, "."),
    "a record moved within its folder": (moved_evidence, "."),
    "the manifest moved with all that's its": (moved_manifest, "services"),
    "a system added": (edited("aiact.yaml", SECOND, SECOND + SECOND.replace("orter", "weeper")), "."),
    "a new release, confirmed": (new_release, "."),
    "a new release, not confirmed yet": (unconfirmed_release, "."),
    "a threshold raised": (edited(PLAN, "threshold: 0.68", "threshold: 0.7"), "."),
    "a threshold lowered where lower is better": (edited(PLAN, "threshold: 0.2", "threshold: 0.19"), "."),
    "a use out of scope in other words": (
        edited(SYSTEM, "Loans to companies, sole traders or persons", "Loans to firms or to persons"),
        ".",
    ),
    "another program for a measure": (edited(RISKS, "implemented_in: [", "implemented_in: [train.py, "), "."),
    "a gap due sooner": (edited(DATA, "due: 2027-06-30", "due: 2027-05-30"), "."),
    "an alert level raised": (edited(MONITORING, "auc, alert: 0.7}", "auc, alert: 0.72}"), "."),
    "watched more often": (edited(MONITORING, "interval_days: 30", "interval_days: 14"), "."),
    "a tolerance narrowed": (edited(DATA, "tolerance: 0.05", "tolerance: 0.04"), "."),
    "a rating raised": (edited(RISKS, "      severity: moderate\n", "      severity: serious\n"), "."),
    "a rating lowered by a new measure": (rated_lower_by_a_measure, "."),
    "a pair no longer acceptable": (edited(RISKS, "    - possible/moderate\n", ""), "."),
    "a step at the top of a scale": (edited(RISKS, "serious, critical]", "serious, critical, fatal]"), "."),
    "an acceptance judged again": (judged_again, "."),
    "a gap closed with words": (closed_with_words, "."),
    "a waiver taken out": (
        edited(
            WAIVERS,
            (lambda text: text[text.index("  - id: W2") :])(
                (ROOT / "examples/credit-scoring" / WAIVERS).read_text("utf-8")
            ),
            "",
        ),
        ".",
    ),
    "a waiver cut short": (edited(WAIVERS, "expires: 2027-05-20", "expires: 2027-03-20"), "."),
    "a debt paid": (edited(BASELINE, f"items:\n{DEBT}", "items: []\n"), "."),
    "a claim cut short": (edited(ANNEX, "expires: 2027-11-24", "expires: 2027-06-24"), "."),
    "the profile as it was by default": (edited("aiact.yaml", "  profile: full\n", ""), "."),
    "an input pattern widened": (edited("aiact.yaml", "data/*.csv", "data/**"), "."),
    "an input that another pattern covers": (edited("aiact.yaml", DEV_INPUT, '      - "*.py"\n'), "."),
    "tighter rules": (tighter_rules, "."),
    "another owner of a debt": (edited(BASELINE, "head-of-model-risk", "risk-office"), "."),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_edits_are_no_loosening(name: str, repository: Repository) -> None:
    change, where = HARMLESS[name]
    change(repository)
    repository.commit("the change")

    judged = judge(repository.folder / where, "--base", "main")

    assert {} == loosened(judged), judged.notices
    assert judged.system["requirements"]


# ---------------------------------------------------------------- shapes of history


def test_the_base_is_the_merge_base_and_the_report_says_so(repository: Repository) -> None:
    repository.commit("nothing")
    parted = repository.git("merge-base", "main", "HEAD")[:7]

    judged = judge(repository.folder, "--base", "main")
    shown = call("check", str(repository.folder), "--as-of", DAY, "--base", "main").said

    said = f"Compared with commit {parted}, where this history left 'main': that one has gone on since."
    assert said in judged.data["remarks"]
    assert said in shown


def test_a_base_that_only_the_remote_has_is_found_there(repository: Repository, tmp_path: Path) -> None:
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit("lower")
    repository.git("clone", "-q", "-b", "topic", str(repository.folder), str(tmp_path / "job"))
    job = Repository(tmp_path / "job")

    judged = judge(job.folder, "--base", "main")

    assert (1, "threshold-lowered" in loosened(judged)) == (judged.code, True)
    assert "'origin/main'" in " ".join(judged.data["remarks"])


def test_a_branch_that_took_main_in_by_a_merge_is_held_against_main(repository: Repository) -> None:
    edit(repository, MONITORING, "interval_days: 30", "interval_days: 60")
    repository.commit("the change")
    repository.git("merge", "-q", "--no-edit", "main")

    judged = judge(repository.folder, "--base", "main")

    assert {
        "threshold-lowered": (MONITORING, line_of(repository.folder, MONITORING, "interval_days"))
    } == loosened(judged)
    assert any("gone on since" not in remark and "main" in remark for remark in judged.data["remarks"])


def test_a_merge_that_takes_back_what_main_tightened_is_found(repository: Repository) -> None:
    repository.commit("nothing")
    repository.git("merge", "-q", "--no-commit", "--no-ff", "main")
    edit(repository, PLAN, "threshold: 0.69", "threshold: 0.68")
    repository.commit("merge main, with a slip")

    judged = judge(repository.folder, "--base", "main")

    assert ["threshold-lowered"] == list(loosened(judged))


def test_a_merge_commit_is_held_against_either_parent(repository: Repository) -> None:
    """As CI does with the merge of a pull request: HEAD^1 is the target."""
    edit(repository, MONITORING, "interval_days: 30", "interval_days: 60")
    repository.commit("the change")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-edit", "change")

    of_target = judge(repository.folder, "--base", "HEAD^1")
    of_branch = judge(repository.folder, "--base", "HEAD^2")

    assert ["threshold-lowered"] == list(loosened(of_target))
    assert {"waiver-added"} == set(loosened(of_branch))  # what main brought


def test_a_shallow_clone_that_cant_tell_says_so_and_fails(base: Repository, tmp_path: Path) -> None:
    base.git(
        "clone", "-q", "--depth", "1", "--branch", "change", f"file://{base.folder}", str(tmp_path / "clone")
    )
    repository = Repository(tmp_path / "clone")
    repository.commit("nothing")
    repository.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")

    judged = judge(repository.folder, "--base", "origin/main")

    assert 1 == judged.code
    assert "isn't known" in judged.data["problems"][0]["message"]
    assert "git fetch --unshallow" in judged.data["problems"][0]["fix"]


def test_histories_without_a_common_commit_are_compared_as_they_are(repository: Repository) -> None:
    edit(repository, MONITORING, "interval_days: 30", "interval_days: 60")
    repository.git("checkout", "-q", "--orphan", "apart")
    repository.commit("the whole again")

    judged = judge(repository.folder, "--base", "change")

    assert ["threshold-lowered"] == list(loosened(judged))
    assert any("share no commit" in remark for remark in judged.data["remarks"])


def test_a_loosening_in_two_steps_over_an_unconfirmed_release_is_found(repository: Repository) -> None:
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    edit(repository, "aiact.yaml", "version: 1.3.0", "version: 1.4.0")
    repository.commit("the plan speaks for the old release still")

    judged = judge(repository.folder, "--base", "main")

    assert (PLAN, line_of(repository.folder, PLAN, "threshold: 0.5")) == loosened(judged)["threshold-lowered"]


def test_a_loosening_under_cover_of_a_move_is_found(repository: Repository) -> None:
    moved_manifest(repository)
    edit(repository, f"services/{PLAN}", "threshold: 0.68", "threshold: 0.5")
    edit(repository, f"services/{WAIVERS}", "expires: 2027-05-20", "expires: 2027-05-24")
    edit(repository, "services/aiact.yaml", "data/*.csv", "data/train.csv")
    edit(repository, "services/rules/house.yaml", "min_items: 2", "min_items: 1")
    repository.commit("moved, and more")

    found = loosened(judge(repository.folder / "services", "--base", "main"))

    assert {"threshold-lowered", "waiver-extended", "inputs-narrowed", "rule-loosened"} == set(found)


def test_a_system_moved_to_another_manifest_is_compared_there_and_not_missed_here(
    repository: Repository,
) -> None:
    edit(repository, "aiact.yaml", SECOND, "")
    repository.write(
        {
            "sorter/aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems:\n"
            + SECOND.replace("minimal", "out_of_scope")
        }
    )
    repository.commit("moved out")

    here = judge(repository.folder, "--base", "main")
    there = judge(repository.folder / "sorter", "--base", "main")

    assert {} == loosened(here)
    assert {"tier-lowered", "pack-removed"} == set(loosened(there))  # the pack judged it where it was


def test_a_system_that_moves_loses_neither_profile_nor_mode_nor_packs(repository: Repository) -> None:
    """It moves to a manifest that was there before, with milder policies of its own."""
    other = "schema: aiact-gate/manifest/v1\nsystems:\n" + SECOND.replace("sorter", "lonely")
    repository.write({"lonely/aiact.yaml": other + "policies:\n  profile: start\n  mode: warn\n"})
    edit(repository, "aiact.yaml", "policies:\n", "policies:\n  mode: enforce\n")
    repository.commit("one more")
    edit(repository, "aiact.yaml", SECOND, "")
    edit(repository, "lonely/aiact.yaml", "policies:\n", f"{SECOND}policies:\n")
    repository.commit("moved")

    judged = judge(repository.folder / "lonely", "--base", "HEAD~1")

    found = loosened(judged)
    assert {"profile-lowered", "mode-lowered", "pack-removed"} <= set(found)
    assert {"lonely/aiact.yaml"} == {path for path, _ in found.values()}


def test_a_systems_packs_judge_it_where_it_moves_and_nothing_else_there(repository: Repository) -> None:
    other = "schema: aiact-gate/manifest/v1\nsystems:\n" + SECOND.replace("sorter", "lonely")
    repository.write({"lonely/aiact.yaml": other})
    repository.commit("one more")
    edit(repository, "aiact.yaml", SECOND, "")
    edit(repository, "lonely/aiact.yaml", "systems:\n", f"systems:\n{SECOND}")
    repository.commit("moved")

    systems = judge(repository.folder / "lonely", "--base", "HEAD~1").data["systems"]

    rows = {system["id"]: [row["id"] for row in system["requirements"]] for system in systems}
    assert ("house.plan" in rows["sorter"], "house.plan" in rows["lonely"]) == (True, False)


@pytest.mark.parametrize("key", ["introduced", "history"])
def test_a_version_that_gets_a_later_day_is_a_loosening(key: str, repository: Repository) -> None:
    if key == "history":
        edit(repository, "rules/pack.yaml", "legal_review", "history: {0.9.0: 2026-10-01}\nlegal_review")
        repository.commit("an earlier version")
    old = "2026-10-01" if key == "history" else f"introduced: {DAY}"
    edit(
        repository, "rules/pack.yaml", old, old.replace("2026-10-01", "2026-12-01").replace(DAY, "2026-12-01")
    )
    repository.commit("later")

    found = loosened(judge(repository.folder, "--base", "HEAD~1"))

    where = ("rules/pack.yaml", line_of(repository.folder, "rules/pack.yaml", "2026-12-01"))
    assert {"rule-loosened": where} == found


def test_a_manifest_that_is_gone_fails_and_says_what_it_declared(repository: Repository) -> None:
    repository.git("rm", "-q", "aiact.yaml")
    repository.commit("gone")

    judged = judge(repository.folder, "--base", "main")

    assert 1 == judged.code
    told = [problem for problem in judged.data["problems"] if "was there before" in problem["message"]]
    assert "credit-scoring, sorter" in told[0]["message"]
    assert "aiact.yaml" == told[0]["location"]["path"]


def test_a_manifest_that_moved_away_says_where_it_is_judged_now(repository: Repository) -> None:
    moved_manifest(repository)
    repository.commit("moved")

    judged = judge(repository.folder, "--base", "main")

    assert 4 == judged.code
    assert any("aiact-gate check services" in problem["fix"] for problem in judged.data["problems"])


def test_a_run_over_all_manifests_finds_one_that_is_gone_and_follows_one_that_moved(
    repository: Repository,
) -> None:
    lonely = "schema: aiact-gate/manifest/v1\nsystems:\n" + SECOND.replace("sorter", "lonely")
    repository.write({"lonely/aiact.yaml": lonely})
    repository.commit("one more")
    moved_manifest(repository)
    (repository.folder / "lonely/aiact.yaml").unlink(missing_ok=True)
    shutil.rmtree(repository.folder / "services/lonely", ignore_errors=True)
    repository.commit("moved, and one gone")

    ran = call("check", str(repository.folder), "--recursive", "--as-of", DAY, "--base", "HEAD~1")

    assert 1 == ran.code
    assert "lonely/aiact.yaml was there before and declared lonely" in ran.said
    assert "aiact.yaml was there before; " not in ran.said


def test_a_manifest_without_systems_where_some_were_is_a_failure(repository: Repository) -> None:
    repository.write(
        {
            "aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n"
            "  reason: It is but a table of weights.\n  decided_by: a@example.org\n  expires: 2027-11-01\n"
        }
    )
    repository.commit("no AI here")

    judged = judge(repository.folder, "--base", "main")

    assert 1 == judged.code
    said = " ".join(problem["message"] for problem in judged.data["problems"])
    assert "The system credit-scoring was declared" in said
    assert "no_ai_system claims until 2027-11-01" in said


def test_such_a_claim_is_extended_only_in_sight(repository: Repository) -> None:
    claim = (
        "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n"
        "  reason: Nothing here learns anything.\n  decided_by: a@example.org\n  expires: 2027-11-01\n"
    )
    repository.write({"aiact.yaml": claim})
    repository.commit("no AI here")
    repository.write({"aiact.yaml": claim.replace("2027-11-01", "2029-11-01")})
    repository.commit("nor for long")

    judged = judge(repository.folder, "--base", "HEAD~1")

    assert 1 == judged.code
    assert any("ends on 2029-11-01 now" in problem["message"] for problem in judged.data["problems"])


def test_a_base_that_cant_be_read_is_unknown_and_fails(repository: Repository) -> None:
    whole = (repository.folder / "aiact.yaml").read_text("utf-8")
    repository.write({"aiact.yaml": "systems: [\n"})
    repository.commit("broken")
    repository.write({"aiact.yaml": whole})
    repository.commit("mended")

    judged = judge(repository.folder, "--base", "HEAD~1")

    assert 1 == judged.code
    assert "isn't known" in judged.data["problems"][0]["message"]


@pytest.mark.parametrize("option", ["--base", "--ref"])
@pytest.mark.parametrize("revision", ["", " "])
def test_an_empty_revision_is_none(repository: Repository, option: str, revision: str) -> None:
    """A variable that a pipeline left empty: comparing with HEAD would let everything through."""
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    repository.commit("lower")

    ran = call("check", str(repository.folder), "--as-of", DAY, option, revision)

    assert 2 == ran.code, ran.said
    assert f"{option} is empty" in ran.said


ENFORCED = """\
schema: aiact-gate/rollout/v1
rings:
  - name: all
    repositories: ["*"]
    steps: [{from: 2026-11-01, mode: enforce, kinds: [loosened, contradicted]}]
"""


def given(folder: Path, **files: str) -> Path:
    """A pack of the workflow: its head, and *files* by their stems."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(PACK["rules/pack.yaml"].replace("name: house", f"name: {folder.name}"))
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def test_a_change_without_a_system_left_is_of_the_kind_loosened(
    repository: Repository, tmp_path: Path
) -> None:
    pack = given(tmp_path / "rings", rollout=ENFORCED)
    none = (
        "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n"
        "  reason: It is but a table of weights.\n  decided_by: a@example.org\n  expires: 2027-11-01\n"
    )
    repository.write({"aiact.yaml": none})
    named = ("--pack", str(pack), "--repository", "a/b", "--base", "main")

    assert 1 == judge(repository.folder, *named).code


def test_a_base_that_isnt_known_is_of_the_kind_loosened(repository: Repository, tmp_path: Path) -> None:
    pack = given(tmp_path / "rings", rollout=ENFORCED.replace(", contradicted", ""))
    whole = (repository.folder / "aiact.yaml").read_text("utf-8")
    repository.write({"aiact.yaml": "systems: [\n"})
    repository.commit("broken")
    repository.write({"aiact.yaml": whole})
    repository.commit("mended")
    named = ("--pack", str(pack), "--repository", "a/b", "--base", "HEAD~1")

    assert 1 == judge(repository.folder, *named).code


# ---------------------------------------------------------------- the base's packs judge


def test_a_change_cant_loosen_its_own_judge(repository: Repository) -> None:
    """The record breaks the rule and the rule is bent in the same commit: both are told."""
    edit(repository, PLAN, "title: AUC", 'title: "?? AUC"')
    edit(
        repository,
        "rules/house.yaml",
        "that: [filled(it.title), it.confidence >= 0.75]",
        "that: it.confidence >= 0.75",
    )
    repository.commit("bent")

    judged = judge(repository.folder, "--base", "main")

    assert "fail" == judged.outcome("house.plan")
    # The title that isn't written is one finding, told once; the base's rule waits for it.
    assert "isn't written yet" in judged.check("house.plan/has-a-title")["because"]
    assert "rule-loosened" in loosened(judged)
    assert "pass" == judge(repository.folder).outcome("house.plan")  # what only the base's rule sees


def test_a_change_cant_let_itself_through_by_a_milder_mode(repository: Repository) -> None:
    """It brings a roll-out that observes, and lowers a threshold in its shade."""
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    repository.write({"rules/rollout.yaml": ROLLOUT.replace("enforce", "observe")})
    repository.commit("only watched")

    plain, judged = (
        judge(repository.folder, "--repository", "a/b"),
        judge(repository.folder, "--repository", "a/b", "--base", "main"),
    )

    assert ("observe", 0) == (plain.data["mode"], plain.code)
    assert ("enforce", 1) == (judged.data["mode"], judged.code)
    assert {"threshold-lowered", "rollout-loosened"} == set(loosened(judged))


def test_kinds_that_are_swapped_free_nothing(repository: Repository) -> None:
    """As many kinds as before, but not that of the change."""
    repository.write({"rules/rollout.yaml": ENFORCED})
    repository.commit("enforced for some")
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    repository.write(
        {"rules/rollout.yaml": ENFORCED.replace("[loosened, contradicted]", "[stale, contradicted]")}
    )
    repository.commit("for others")

    judged = judge(repository.folder, "--repository", "a/b", "--base", "HEAD~1")

    assert ["stale", "contradicted", "loosened"] == judged.data["rollout"]["kinds"]
    assert 1 == judged.code


@pytest.mark.parametrize("pinned", [True, False], ids=["to another digest", "no more"])
def test_a_pin_that_changes_is_a_loosening(repository: Repository, pinned: bool) -> None:
    """The pack is stricter now, so nothing but the pin tells that somebody has to read it."""

    def pin() -> str:
        digest = digest_of(repository.folder / "rules")
        return f"packs: [{{path: rules, digest: sha256:{digest}, source: ../rules}}]"

    first = pin()
    edit(repository, "aiact.yaml", "packs: [rules]", first)
    repository.commit("vendored")
    edit(repository, "rules/house.yaml", "default: 0.8", "default: 0.99")
    then = pin() if pinned else "packs: [rules]"
    edit(repository, "aiact.yaml", first, then)
    repository.commit("the change")

    judged = judge(repository.folder, "--base", "HEAD~1")

    assert {
        "pin-changed": ("aiact.yaml", line_of(repository.folder, "aiact.yaml", then.partition(",")[0]))
    } == loosened(judged)


def test_a_lowered_mode_is_a_loosening_and_the_old_one_is_in_force(repository: Repository) -> None:
    repository.write({"rules/rollout.yaml": ROLLOUT.replace("enforce", "observe")})
    edit(repository, "aiact.yaml", "policies:\n", "policies:\n  mode: enforce\n")
    repository.commit("enforced although the ring observes")
    edit(repository, "aiact.yaml", "mode: enforce", "mode: warn")
    repository.commit("the change")

    judged = judge(repository.folder, "--repository", "a/b", "--base", "HEAD~1")

    assert {
        "mode-lowered": ("aiact.yaml", line_of(repository.folder, "aiact.yaml", "mode: warn"))
    } == loosened(judged)
    assert ("enforce", 1) == (judged.data["mode"], judged.code)


def test_a_pack_that_the_change_adds_judges_it_too(repository: Repository) -> None:
    edit(repository, "rules/house.yaml", "default: 0.8", "default: 0.99")
    repository.commit("tighter")

    judged = judge(repository.folder, "--base", "main")

    assert {} == loosened(judged)
    assert "fail" == judged.outcome("house.plan/is-sure-enough")


# ---------------------------------------------------------------- what packs bring besides rules

OVERLAY = """\
schema: aiact-gate/overlay/v1
set:
  art13.3.b.iii: {words_a_risk: 90}
raise:
  art13.3.b.iii/told-not-only-listed: error
require:
  art9.5/accepted-by-another: {that: "size(it.id) >= 2", message: The id is short., fix: Write more.}
sooner:
  art9.5: 2027-06-01
add:
  art9.8:
    - {id: house-one, that: "filled(testing.procedure)", message: There is no procedure.}
"""
ROLLOUT = """\
schema: aiact-gate/rollout/v1
rings:
  - name: all
    repositories: ["*"]
    steps: [{from: 2026-11-01, mode: enforce}]
waivers:
  max_days: 90
  max_ending_on_one_day: 5
  never: [art9.5, art12.1]
"""
RECALL = """\
recalls:
  - check: art15.1/metrics-are-declared
    reason: It reads the wrong table of the card.
    issue: "17"
    approved_by: head-of-model-risk@example.org
    from: 2026-11-25
    until: 2026-12-10
"""
SEAL = '{"type": "object", "properties": {"by": {"type": "string"}}, "required": ["by"]}\n'
BESIDES: dict[str, tuple[str, str, str, str, str]] = {
    "an overlay's parameter no longer set": (
        "rules/overlay.yaml", "set:\n  art13.3.b.iii: {words_a_risk: 90}\n", "", "parameter-loosened", "schema:",
    ),
    "an overlay's parameter moved against its direction": (
        "rules/overlay.yaml", "words_a_risk: 90", "words_a_risk: 45", "parameter-loosened", "words_a_risk: ",
    ),
    "an overlay's raise taken out": (
        "rules/overlay.yaml", "raise:\n  art13.3.b.iii/told-not-only-listed: error\n", "", "overlay-loosened", "schema:",
    ),
    "an overlay's requirement asks for less": (
        "rules/overlay.yaml", ">= 2", ">= 1", "overlay-loosened", "art9.5/accepted-by-another",
    ),
    "an overlay's date put off": (
        "rules/overlay.yaml", "2027-06-01", "2027-09-01", "overlay-loosened", "art9.5: 2027-09-01",
    ),
    "an added check only warns": (
        "rules/overlay.yaml", "{id: house-one,", "{id: house-one, severity: warning,", "overlay-loosened", "id: house-one",
    ),
    "an overlay deleted": ("rules/overlay.yaml", OVERLAY, "", "overlay-loosened", ""),
    "a ring that observes again": (
        "rules/rollout.yaml", "mode: enforce", "mode: observe", "rollout-loosened", "rings:",
    ),
    "longer waivers": ("rules/rollout.yaml", "max_days: 90", "max_days: 180", "rollout-loosened", "max_days: 180"),
    "a point that may be waived again": (
        "rules/rollout.yaml", "[art9.5, art12.1]", "[art9.5]", "rollout-loosened", "never: [art9.5]",
    ),
    "a recall": ("rules/pack.yaml", "introduced:", f"{RECALL}introduced:", "recall-added", "- check: art15.1"),
    "a kind that may be owed": (
        "rules/house.yaml", "      - id: is-sure-enough\n        kind: contradicted\n", "      - id: is-sure-enough\n", "rule-loosened", "- id: is-sure-enough",
    ),
    "other dates": ("rules/house.yaml", "timeline: undated", "timeline: ch3_s2", "rule-loosened", "timeline: ch3_s2"),
    "a record kind that asks for less": (
        "rules/kinds/seal.json", '"required": ["by"]', '"required": []', "rule-loosened", "{",
    ),
}  # fmt: skip


@pytest.fixture
def besides(repository: Repository) -> Repository:
    repository.write({"rules/overlay.yaml": OVERLAY, "rules/rollout.yaml": ROLLOUT})
    repository.write({"rules/kinds/seal.json": SEAL})
    edit(
        repository,
        "rules/house.yaml",
        "- id: is-sure-enough\n",
        "- id: is-sure-enough\n        kind: contradicted\n",
    )
    repository.commit("overlay and roll-out")
    return repository


@pytest.mark.parametrize("name", BESIDES)
def test_what_an_overlay_a_roll_out_or_a_recall_loosens_is_found(name: str, besides: Repository) -> None:
    file, old, new, kind, line = BESIDES[name]
    edit(besides, file, old, new)
    besides.commit("the change")

    found = loosened(judge(besides.folder, "--base", "HEAD~1"))

    assert kind in found
    assert not line or (file, line_of(besides.folder, file, line)) == found[kind]


def test_a_recall_from_an_earlier_day_is_one(repository: Repository) -> None:
    edit(repository, "rules/pack.yaml", "introduced:", f"{RECALL}introduced:")
    repository.commit("recalled")
    edit(repository, "rules/pack.yaml", "from: 2026-11-25", "from: 2026-11-20")
    repository.commit("since earlier")

    assert ["recall-added"] == list(loosened(judge(repository.folder, "--base", "HEAD~1")))


@pytest.mark.parametrize("what", ["a condition", "pack.yaml"])
def test_a_broken_pack_can_be_mended(what: str, repository: Repository) -> None:
    whole = {name: (repository.folder / name).read_text("utf-8") for name in PACK}
    if what == "a condition":
        edit(
            repository,
            "rules/house.yaml",
            "it.confidence >= parameters.confidence",
            "it.confidnce >= parameters.confidence",
        )
    else:
        (repository.folder / "rules/pack.yaml").unlink()
    repository.commit("broken")
    repository.write(whole)
    repository.commit("mended")

    judged = judge(repository.folder, "--base", "HEAD~1")

    assert "pack-removed" not in loosened(judged)
    assert 3 != judged.code and "error" != judged.outcome("house.plan")


def test_a_record_of_a_kind_that_a_pack_adds_is_evidence_too(besides: Repository) -> None:
    seal = (
        "schema: aiact-gate/record/seal/v1\nfor: credit-scoring@1.3.0\nby: head-of-model-risk@example.org\n"
    )
    besides.write({"compliance/seal.yaml": seal})
    besides.commit("sealed")
    (besides.folder / "compliance/seal.yaml").unlink()
    besides.commit("unsealed")

    found = loosened(judge(besides.folder, "--base", "HEAD~1"))

    assert {"evidence-removed": ("aiact.yaml", line_of(besides.folder, "aiact.yaml", EVIDENCE))} == found


STRICTER = {
    "a parameter moved along its direction": ("rules/overlay.yaml", "words_a_risk: 90", "words_a_risk: 100"),
    "a tighter parameter of an overlay's requirement": ("rules/overlay.yaml", ">= 2", ">= 3"),
    "a sooner date": ("rules/overlay.yaml", "2027-06-01", "2027-03-01"),
    "shorter waivers": ("rules/rollout.yaml", "max_days: 90", "max_days: 30"),
    "one more that can't be waived": (
        "rules/rollout.yaml",
        "[art9.5, art12.1]",
        "[art9.5, art12.1, art10.4]",
    ),
    "comments and order": ("rules/rollout.yaml", "schema:", "# Ours\nschema:"),
    "another message": ("rules/overlay.yaml", "The id is short.", "The id says little."),
}


@pytest.mark.parametrize("pack", ["into a pack that had none", "in a pack of its own"])
def test_the_first_rings_are_a_loosening(pack: str, repository: Repository) -> None:
    """Without rings everything was enforced."""
    folder = "rules" if pack.startswith("into") else "rings"
    text = ROLLOUT.partition("waivers:")[0].replace("enforce", "observe")
    repository.write({f"{folder}/rollout.yaml": text})
    if folder == "rings":
        head = PACK["rules/pack.yaml"].replace("name: house", "name: rings")
        repository.write({"rings/pack.yaml": head})
        edit(repository, "aiact.yaml", "[rules]", "[rules, rings]")
    repository.commit("only watched from now on")

    judged = judge(repository.folder, "--repository", "a/b", "--base", "main")

    assert {"rollout-loosened": (f"{folder}/rollout.yaml", 2)} == loosened(judged)
    assert 1 == judged.code


def test_rules_for_waivers_are_no_rings(repository: Repository) -> None:
    repository.write({"rules/rollout.yaml": ROLLOUT.partition("rings:")[0] + "waivers:\n  max_days: 90\n"})
    repository.commit("tighter")

    assert {} == loosened(judge(repository.folder, "--base", "main"))


@pytest.mark.parametrize("name", STRICTER)
def test_what_an_overlay_or_a_roll_out_tightens_is_no_loosening(name: str, besides: Repository) -> None:
    edit(besides, *STRICTER[name])
    besides.commit("the change")

    assert {} == loosened(judge(besides.folder, "--base", "HEAD~1"))


# ---------------------------------------------------------------- the list in the docs


def test_the_documentation_lists_what_counts_as_loosening() -> None:
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    rows = dict(
        re.findall(
            r"^\| `([a-z-]+)` \| (.+?) \|$",
            text.partition("### What counts as loosening")[2].partition("\n###")[0],
            re.M,
        )
    )

    assert LOOSENINGS == rows


def test_history_is_what_was_committed_not_what_a_replace_ref_says(repository: Repository) -> None:
    before = repository.git("rev-parse", f"HEAD:{PLAN}").strip()
    edit(repository, PLAN, "threshold: 0.68", "threshold: 0.5")
    repository.commit("lower")
    repository.git("replace", before, repository.git("rev-parse", f"HEAD:{PLAN}").strip())

    judged = judge(repository.folder, "--base", "HEAD~1")

    assert 1 == judged.code
    assert "threshold-lowered" in loosened(judged)
