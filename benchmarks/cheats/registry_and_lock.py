"""Cheats on what the lock says: whoever may commit writes it, with digests that agree."""

from __future__ import annotations

import re

from cases import Case, depth_1, no_git
from tree import Edit, Tree, edits, gone, lock, metric, new, pattern, rewritten, text, whole

SECTION = "Registry and lock"
PLAN = "compliance/testing.yaml"
DATA = "compliance/data_governance.yaml"
EVENTS = "compliance/evidence/events.jsonl"
REPLAY = "compliance/evidence/replay.json"
PAPERS = ("MODEL_CARD.md", "INSTRUCTIONS_FOR_USE.md")


def papers(old: str, new: str) -> Edit:
    """The same change in card and instructions, so that they agree with the lock."""
    return edits(*(text(name, old, new) for name in PAPERS))


def plan(change: Edit) -> Edit:
    return rewritten(PLAN, change)


def rows_doubled(tree: Tree) -> None:
    """A hundred rows of the testing file stand there twice."""
    head, *rows = tree.text("data/test.csv").splitlines(keepends=True)
    tree.write("data/test.csv", "".join([head, *rows[:-100], *rows[:100]]))


def rows_shared(tree: Tree) -> None:
    """A hundred rows of the testing file are training rows."""
    head, *rows = tree.text("data/test.csv").splitlines(keepends=True)
    training = tree.text("data/train.csv").splitlines(keepends=True)[1:]
    tree.write("data/test.csv", "".join([head, *rows[:-100], *training[:100]]))


def cells_emptied(tree: Tree) -> None:
    """Fifty rows lost the amount."""
    head, *rows = tree.text("data/train.csv").splitlines(keepends=True)
    emptied = [re.sub(r"^((?:[^,]*,){4})[^,]*", r"\1", row) for row in rows[:50]]
    tree.write("data/train.csv", "".join([head, *emptied, *rows[50:]]))


def events_dropped(tree: Tree) -> None:
    """Every second prediction isn't in the log any more."""
    lines = tree.text(EVENTS).splitlines(keepends=True)
    kept = [line for at, line in enumerate(lines) if '"prediction"' not in line or at % 2]
    if len(kept) == len(lines):
        raise AssertionError("no prediction was dropped")
    tree.write(EVENTS, "".join(kept))


def case(name: str, rule: str, imitates: str, row: str, edit: Edit) -> Case:
    return Case(name, rule, SECTION, imitates, row, edit)


DATA_SWAPPED = rewritten("data/test.csv", pattern("data/test.csv", r",good\n", ",bad\n", times=40))
TRAINING_SWAPPED = rewritten("train.py", whole("train.py", 'print("trained")\n'))
THRESHOLD_LOWERED = edits(
    plan(pattern(PLAN, r"threshold: 0\.68", "threshold: 0.5")),
    lock(r"(aiact\.plan\.auc\.threshold: ')0\.68", r"\g<1>0.5"),
    papers("| 501 | at least 0.68", "| 501 | at least 0.5"),
)
RAISED = edits(
    metric("test_auc", 0.886887417218543),
    metric("test_auc_lower", 0.8507369914853359),
    metric("test_auc_upper", 0.9215421002838221),
    papers("| 0.787 | 0.751 to 0.822", "| 0.887 | 0.851 to 0.922"),
)


CASES = (
    # What nothing recounts
    case(
        "rows-of-a-billion",
        "H8",
        "a count in the lock that the file lacks",
        "art10.3.errors_complete",
        lock(r"rows: 501", "rows: 1000000000"),
    ),
    case(
        "rows-of-training-doubled",
        "H8",
        "a count in the lock that the file lacks",
        "annex4.2.d",
        lock(r"rows: 499", "rows: 998"),
    ),
    case(
        "empty-cells-not-counted",
        "H8",
        "data with gaps, counts as before",
        "art10.3.errors_complete",
        rewritten("data/train.csv", cells_emptied),
    ),
    case(
        "copied-rows-not-counted",
        "H8",
        "data with copies, counts as before",
        "art10.3.errors_complete",
        rewritten("data/test.csv", rows_doubled),
    ),
    case(
        "shared-rows-not-counted",
        "H8",
        "training rows in the testing file",
        "art10.3.errors_complete",
        rewritten("data/test.csv", rows_shared),
    ),
    case(
        "share-lowered-in-the-lock",
        "H8",
        "another share of a group than the file has",
        "art10.3.representative",
        lock(r"(under_25: )0\.1497005988023952", r"\g<1>0.08"),
    ),
    case(
        "share-raised-without-its-waiver",
        "H8",
        "another share of a group than the file has",
        "art10.3.representative",
        edits(
            lock(r"(60_plus: )0\.05\d+", r"\g<1>0.35", times=2),
            pattern("compliance/waivers.yaml", r"  - id: W2\n(?:    .*\n)+", ""),
        ),
    ),
    case(
        "band-moved",
        "H8",
        "bands in the record moved, counts as before",
        "art10.3.representative",
        edits(
            text(DATA, "at_most: 24", "at_most: 30"),
            text(DATA, "at_least: 25", "at_least: 31"),
        ),
    ),
    case(
        "band-of-a-column-that-no-file-has",
        "H8",
        "groups counted by a column that isn't there",
        "art10.3.representative",
        text(DATA, "column: age_years", "column: age_at_application", times=0),
    ),
    case(
        "columns-invented",
        "H8",
        "columns in the lock that the file lacks",
        "annex4.2.d",
        lock(r"- telephone\n", "- household_income\n", times=2),
    ),
    # Plan and order
    case(
        "plan-digest-of-nothing",
        "H6",
        "a digest of a plan that nobody holds",
        "art9.8",
        lock(r"(aiact\.plan\.sha256: )\w+", r"\g<1>" + "0" * 64),
    ),
    case(
        "source-commit-true",
        "H6",
        "a source commit that is no commit",
        "art9.8",
        lock(r"source_commit: \w+", "source_commit: 'true'"),
    ),
    case(
        "source-commit-of-elsewhere",
        "H6",
        "a source commit that no history holds",
        "art9.8",
        lock(r"source_commit: \w+", "source_commit: " + "ab" * 20),
    ),
    case(
        "source-commit-dropped", "H6", "a run without a commit", "art9.8", lock(r" +source_commit: \w+\n", "")
    ),
    case(
        "threshold-lowered-after-the-run",
        "H6",
        "the plan made to fit, digests mended",
        "art9.8",
        THRESHOLD_LOWERED,
    ),
    case(
        "threshold-lowered-after-the-run-at-depth-1",
        "H6",
        "the plan made to fit, digests mended",
        "art9.8",
        THRESHOLD_LOWERED,
    )._replace(state=depth_1),
    case(
        "threshold-lowered-after-the-run-without-git",
        "H6",
        "the plan made to fit, digests mended",
        "art9.8",
        THRESHOLD_LOWERED,
    )._replace(state=no_git),
    case(
        "confidence-one-percent",
        "H8",
        "a plan row changed but for its threshold",
        "art9.8",
        edits(
            plan(text(PLAN, "confidence: 0.9", "confidence: 0.01", times=0)),
            papers("confidence level of 0.9", "confidence level of 0.01"),
        ),
    ),
    case(
        "split-of-one-row",
        "H8",
        "a plan row changed but for its threshold",
        "art9.8",
        plan(pattern(PLAN, r"(metric: test_brier\n(?:    .*\n)*?    split: )testing", r"\1training")),
    ),
    case(
        "group-of-one-row",
        "H8",
        "a plan row changed but for its threshold",
        "art9.8",
        plan(pattern(PLAN, r"(metric: test_auc_under_25\n(?:    .*\n)*?    group: )under_25", r"\1 60_plus")),
    ),
    case(
        "lower-bound-is-the-upper",
        "H8",
        "a plan row changed but for its threshold",
        "art9.8",
        plan(text(PLAN, "lower: test_auc_lower", "lower: test_auc_upper")),
    ),
    case(
        "loss-read-from-the-control",
        "H8",
        "a robustness loss read from the control",
        "art15.4.resilience",
        plan(
            text(
                PLAN, "degradation: robustness_mistyped_auc_loss", "degradation: robustness_mistyped_control"
            )
        ),
    ),
    case(
        "loss-allowed-raised",
        "H8",
        "a limit raised after the run",
        "art15.4.resilience",
        edits(
            plan(text(PLAN, "allowed: 0.07", "allowed: 0.5")),
            text(PAPERS[1], "| 0.040 | 0.07 |", "| 0.040 | 0.5 |"),
        ),
    ),
    case(
        "strength-of-nearly-nothing",
        "H8",
        "a test so weak that nothing fails it",
        "art15.4.resilience",
        plan(text(PLAN, "strength: 5 % of all fields", "strength: 0.0001 % of fields, once")),
    ),
    case(
        "attack-limit-raised",
        "H8",
        "a limit raised after the run",
        "art15.5.third_parties",
        edits(
            plan(text(PLAN, "limit: 0.15", "limit: 0.9")),
            text(PAPERS[1], "| 0.078 | 0.15 |", "| 0.078 | 0.9 |"),
        ),
    ),
    # Timeline
    case(
        "collected-in-2001",
        "H7",
        "a lock collected before its run",
        "integrity.binding",
        lock(r"collected: '[\d-]+'", "collected: '2001-01-01'"),
    ),
    case(
        "collected-in-2031",
        "H7",
        "a lock collected in the future",
        "integrity.binding",
        lock(r"collected: '[\d-]+'", "collected: '2031-01-01'"),
    ),
    case(
        "run-of-next-month",
        "H7",
        "a run that began in the future",
        "integrity.binding",
        lock(r"started_at: '[^']+'", "started_at: '2026-12-25T09:04:29Z'"),
    ),
    case(
        "run-before-its-commit",
        "H7",
        "a run that began before its commit was made",
        "art9.8",
        lock(r"started_at: '[^']+'", "started_at: '2020-01-02T09:04:29Z'"),
    ),
    case(
        "events-of-2031",
        "H7",
        "events of the future",
        "art12.1.automatic",
        rewritten(EVENTS, text(EVENTS, '"time": "2026-', '"time": "2031-', times=0)),
    ),
    case(
        "events-before-the-model",
        "H7",
        "events from before the run",
        "art12.1.automatic",
        rewritten(EVENTS, text(EVENTS, '"time": "2026-', '"time": "2019-', times=0)),
    ),
    # Figures that can't be
    case(
        "auc-above-one",
        "H9",
        "a figure out of the range of its metric",
        "art15.1.level",
        edits(
            metric("test_auc", 1.7),
            metric("test_auc_lower", 1.6),
            metric("test_auc_upper", 1.8),
            papers("| 0.787 | 0.751 to 0.822", "| 1.700 | 1.600 to 1.800"),
        ),
    ),
    case(
        "negative-share",
        "H9",
        "a figure out of the range of its metric",
        "art15.5.third_parties",
        edits(
            metric("attack_evasion_success", -0.5),
            text(PAPERS[1], "| 0.078 | 0.15 |", "| -0.500 | 0.15 |"),
            text(PAPERS[0], "0.078 of the cases", "-0.500 of the cases"),
        ),
    ),
    case(
        "bounds-of-width-zero",
        "H9",
        "bounds that can't be",
        "art15.1.level",
        edits(
            metric("test_auc_lower", 0.786887417218543),
            metric("test_auc_upper", 0.786887417218543),
            papers("| 0.787 | 0.751 to 0.822", "| 0.787 | 0.787 to 0.787"),
        ),
    ),
    case(
        "value-outside-its-bounds",
        "H9",
        "bounds that can't be",
        "art15.1.level",
        edits(metric("test_auc_lower", 0.80), papers("| 0.787 | 0.751 to 0.822", "| 0.787 | 0.800 to 0.822")),
    ),
    case(
        "one-case",
        "H9",
        "bounds from one case of 501",
        "art15.1.level",
        edits(metric("test_auc_cases", 1.0), papers("0.751 to 0.822 | 501", "0.751 to 0.822 | 1")),
    ),
    case(
        "more-cases-than-rows",
        "H9",
        "more cases than the split has rows",
        "art15.1.level",
        edits(metric("test_brier_cases", 50100.0), papers("0.157 to 0.178 | 501", "0.157 to 0.178 | 50100")),
    ),
    case(
        "stop-faster-than-time",
        "H9",
        "a negative number of seconds",
        "art14.4.e",
        metric("seconds_to_last_prediction", -5.0),
    ),
    # Figures that no witness bears out
    case(
        "auc-raised-in-the-lock",
        "H6",
        "a better figure, card and instructions with it",
        "art15.1.level",
        RAISED,
    ),
    case(
        "auc-raised-in-the-lock-without-git",
        "H6",
        "a better figure, card and instructions with it",
        "art15.1.level",
        RAISED,
    )._replace(state=no_git),
    case(
        "fewer-false-refusals",
        "H6",
        "a better figure of a group",
        "art15.1.level",
        edits(
            metric("test_false_refusals_under_25", 0.263636),
            papers("| 0.364 | 0.243", "| 0.264 | 0.243"),
        ),
    ),
    # Programs and data of another run
    case(
        "training-program-swapped",
        "H6",
        "train.py is another program, digests mended",
        "integrity.binding",
        TRAINING_SWAPPED,
    ),
    case(
        "training-program-swapped-at-depth-1",
        "H6",
        "train.py is another program, digests mended",
        "integrity.binding",
        TRAINING_SWAPPED,
    )._replace(state=depth_1),
    case("data-swapped", "H6", "labels changed, digests mended", "art10.1", DATA_SWAPPED),
    case("data-swapped-at-depth-1", "H6", "labels changed, digests mended", "art10.1", DATA_SWAPPED)._replace(
        state=depth_1
    ),
    case(
        "data-swapped-without-git", "H6", "labels changed, digests mended", "art10.1", DATA_SWAPPED
    )._replace(state=no_git),
    case(
        "one-input-of-nine-logged",
        "H6",
        "a run that logged one of its inputs",
        "integrity.binding",
        lock(r"( +aiact\.input\.(?!train\.py)[\w./]+: \w+\n)+", "", times=2),
    ),
    case(
        "inputs-cut-to-one",
        "H6",
        "a manifest that names one input of nine",
        "integrity.binding",
        pattern("aiact.yaml", r"    inputs:\n(?:      - .*\n)+", "    inputs:\n      - requirements.txt\n"),
    ),
    case(
        "signature-of-another-model",
        "H13",
        "a signature that no model of this has",
        "art13.3.b.vi",
        lock(r"name: savings_account", "name: pixels"),
    ),
    case(
        "signature-of-another-type",
        "H13",
        "a signature of other types than the instructions",
        "art13.3.b.vi",
        lock(r"(name: duration_months\n +type: )long", r"\1string"),
    ),
    case(
        "weights-of-another-table",
        "H6",
        "a digest of other weights",
        "integrity.binding",
        lock(r"(scorecard_sha256: )\w+", r"\g<1>" + "1" * 64),
    ),
    # Drills and what they wrote
    case(
        "billion-events",
        "H8",
        "a drill that counted 10^9 events",
        "art12.1.automatic",
        lock(r"events: 207\.0", "events: 1000000000.0"),
    ),
    case(
        "more-predictions-than-lines",
        "H8",
        "a drill that counted other predictions",
        "art12.1.automatic",
        edits(
            lock(r"decisions_served: 113\.0", "decisions_served: 5000.0"),
            lock(r" predictions: 113\.0", " predictions: 5000.0"),
        ),
    ),
    case(
        "log-without-every-second-prediction",
        "H13",
        "a log with holes, its digest mended",
        "art12.1.automatic",
        rewritten(EVENTS, events_dropped),
    ),
    case(
        "fewer-decisions-counted",
        "H13",
        "a counter lowered, its digest mended",
        "art12.1.automatic",
        rewritten(
            "compliance/evidence/decisions.json", pattern("compliance/evidence/decisions.json", r"\d+", "12")
        ),
    ),
    case(
        "replay-of-a-case-that-no-log-has",
        "H13",
        "a replay of nothing",
        "art12.2.traceability",
        rewritten(REPLAY, text(REPLAY, "C-0043", "C-9999")),
    ),
    case(
        "replay-with-another-output",
        "H13",
        "a replay that says what the log doesn't",
        "art12.2.traceability",
        rewritten(REPLAY, text(REPLAY, "refuse", "grant", times=2)),
    ),
    case(
        "replay-of-another-version",
        "H13",
        "a replay of another model version",
        "art12.2.traceability",
        rewritten(REPLAY, text(REPLAY, '"model_version": "1"', '"model_version": "7"')),
    ),
    case(
        "drill-of-another-version",
        "H13",
        "a drill of another model version",
        "art14.4.e",
        lock(r"(evidence: stop_drill\n(?: {10}.*\n)*? +model_version: ')1", r"\g<1>7"),
    ),
    case(
        "refusals-after-stop-invented",
        "H8",
        "a drill that counted other refusals",
        "art14.4.e",
        lock(r"requests_refused: 12\.0", "requests_refused: 4000.0"),
    ),
    case(
        "drill-program-emptied",
        "H12",
        "a program behind evidence emptied",
        "art14.4.e",
        whole("drill.py", '"""empty"""\n'),
    ),
    case(
        "drill-program-another",
        "H12",
        "a program behind evidence replaced",
        "art14.4.e",
        whole("drill.py", 'import shutil\n\nshutil.copy("events.old", "compliance/evidence/events.jsonl")\n'),
    ),
    # Records and lock
    case(
        "personal-data-denied",
        "H13",
        "no personal data in a file with ages",
        "art10.2.b",
        text(DATA, "personal_data: true", "personal_data: false", times=2),
    ),
    case(
        "personal-data-processed-denied",
        "H13",
        "no personal data in a system whose sets have it",
        "annex4.1.a",
        text(
            "compliance/system_description.yaml",
            "processes_personal_data: true",
            "processes_personal_data: false",
        ),
    ),
    case(
        "gap-closed-with-a-word",
        "H13",
        "a gap mitigated that the setting calls open",
        "art10.2.h",
        pattern(DATA, r"(id: G1\n(?: {4}.*\n)*? {4}status: )open", r"\1mitigated"),
    ),
    case(
        "special-categories-without-safeguard",
        "H13",
        "special categories processed, nothing said of safeguards",
        "art4a.1",
        text(DATA, "processed: false", "processed: true"),
    ),
    case(
        "substantial-modification-without-consequence",
        "H13",
        "a substantial modification in passing",
        "annex4.6",
        text(
            "compliance/technical_documentation.yaml",
            "substantial_modification: false",
            "substantial_modification: true",
        ),
    ),
    case(
        "provider-renamed-in-the-instructions",
        "H13",
        "another provider in the instructions",
        "art13.3.a",
        text(PAPERS[1], "Example Bank (fictional), Musterstrasse", "Sample Savings Limited, Musterstrasse"),
    ),
    case(
        "provider-renamed-in-the-card",
        "H13",
        "another provider in the card",
        "annex4.1.a",
        text(PAPERS[0], "Example Bank (fictional) built", "Sample Savings Limited built"),
    ),
    case(
        "type-in-the-instructions",
        "H13",
        "another type than the signature's",
        "art13.3.b.vi",
        text(
            PAPERS[1],
            "| `duration_months` | whole number | 4 to 72 |",
            "| `duration_months` | text | any words |",
        ),
    ),
    case(
        "no-ai-beside-a-lock",
        "H13",
        "a repository without AI, with a run",
        "",
        whole(
            "aiact.yaml",
            "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n  reason: Nothing in this repository learns from data or infers anything.\n  decided_by: head-of-model-risk@example.org\n  expires: 2027-05-20\n",
        ),
    ),
    case(
        "two-manifests",
        "H13",
        "a second manifest that says less",
        "",
        new("aiact.yml", "schema: aiact-gate/manifest/v1\nsystems: []\n"),
    ),
    # What stands for a measure
    case(
        "asserts-nothing",
        "H12",
        "a test that can't fail",
        "art14.3.a",
        whole("tests/test_service.py", "def test_the_stop() -> None:\n    assert True\n"),
    ),
    case(
        "test-of-something-else",
        "H12",
        "a test that reaches nothing of the service",
        "art14.3.a",
        edits(
            whole("tests/test_service.py", "def test_sums() -> None:\n    assert sum([1, 1]) == 2\n"),
            gone("tests/conftest.py"),
        ),
    ),
    case(
        "built-into-the-readme",
        "H12",
        "a pointer to a file of another kind",
        "art14.3.a",
        text(
            "compliance/human_oversight.yaml",
            "implemented_in: serve.py",
            "implemented_in: README.md",
            times=5,
        ),
    ),
    case(
        "built-into-the-requirements",
        "H12",
        "a pointer to a file of another kind",
        "art9.2.d",
        text(
            "compliance/risk_management.yaml",
            "implemented_in: [fitting.py, scorecard.py]",
            "implemented_in: [requirements.txt]",
        ),
    ),
    case(
        "measure-in-comments-only",
        "H12",
        "code that is empty after its comments",
        "art9.2.d",
        edits(
            new("gate.py", "# The release is barred here.\n"),
            text(
                "compliance/risk_management.yaml",
                "implemented_in: [train.py, serve.py]",
                "implemented_in: [gate.py]",
            ),
        ),
    ),
    case(
        "tests-are-the-requirements",
        "H12",
        "Annex IV 2(g) shown by requirements.txt",
        "art11.1.annex_iv",
        text(
            "compliance/technical_documentation.yaml",
            "{point: 2.g, status: provided, file: compliance/testing.yaml,",
            "{point: 2.g, status: provided, file: requirements.txt,",
        ),
    ),
)
