"""The example, one change at a time: what has to be noticed, where and as what; and what has to stay quiet."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Finding, Report

RISKS = "compliance/risk_management.yaml"
TESTING = "compliance/testing.yaml"
OVERSIGHT = "compliance/human_oversight.yaml"
DATA = "compliance/data_governance.yaml"
EVENTS = "compliance/evidence/events.jsonl"


class Edit(NamedTuple):
    """A change, and what it has to lead to."""

    name: str
    file: str
    pattern: str
    """A regular expression; its first match is replaced. Empty: the file is deleted."""
    replacement: str
    check: str
    kind: str
    line_of: str
    """Text that stands on the line of the finding, after the change."""
    at_file: str = ""
    """The file of the finding, if it isn't the edited one."""


EDITS = (
    Edit(
        "acceptance removed",
        RISKS,
        r"accepted_by: \S+",
        "accepted_by:",
        "art9.5/accepted-by-another",
        "missing",
        "accepted_by:",
    ),
    Edit(
        "acceptance by the risk's author",
        RISKS,
        r"(identified_by: (\S+)[\s\S]*?accepted_by: )\S+",
        r"\1\2",
        "art9.5/accepted-by-another",
        "contradicted",
        "accepted_by:",
    ),
    Edit(
        "overall acceptance ran out",
        RISKS,
        r"expires: \S+",
        "expires: 2026-11-01",
        "art9.5/overall-is-valid",
        "stale",
        "expires: 2026-11-01",
    ),
    Edit(
        "a risk left out of the overall judgement",
        RISKS,
        r"considers: \[R1, ",
        "considers: [",
        "art9.5/overall-covers-every-risk",
        "contradicted",
        "considers:",
    ),
    Edit(
        "a measure only planned",
        RISKS,
        r"(serves: \[R5\]\n\s+status: )implemented",
        r"\1planned",
        "art9.2.d/",
        "",
        "measures: [M6]",
    ),
    Edit(
        "a rating off the scale",
        RISKS,
        r"likelihood: possible\n(\s+severity)",
        r"likelihood: perhaps\n\1",
        "art9.",
        "",
        "residual",
    ),
    Edit(
        "prose replaced by filler",
        RISKS,
        r"(  - id: R1[\s\S]*?description: )>-\n(?:\s{6,}.*\n)+?(\s+interests)",
        r"\1TBD\n\2",
        "art9.2.a/",
        "filler",
        "description: TBD",
    ),
    Edit(
        "a nil return that says nothing",
        RISKS,
        r"safety: >-\n.*\n.*\n",
        "safety: n/a\n",
        "art9.2.a/",
        "filler",
        "safety: n/a",
    ),
    Edit(
        "a card figure raised by 0.05",
        "MODEL_CARD.md",
        r"\| AUC \| 0\.787",
        "| AUC | 0.837",
        "art15.3/no-figure-says-otherwise",
        "contradicted",
        "0.837",
    ),
    Edit(
        "a figure of the instructions raised",
        "INSTRUCTIONS_FOR_USE.md",
        r"\| AUC \| 0\.787",
        "| AUC | 0.837",
        "art15.3/",
        "contradicted",
        "0.837",
    ),
    Edit(
        "a group's figure raised",
        "MODEL_CARD.md",
        r"\| AUC, under 25 \| 0\.714",
        "| AUC, under 25 | 0.764",
        "art15.3/no-figure-says-otherwise",
        "contradicted",
        "0.764",
    ),
    Edit(
        "a training row changed",
        "data/train.csv",
        r"\n",
        "\n0,",
        "art10.1/",
        "unbound",
        "path: data/train.csv",
        DATA,
    ),
    Edit(
        "dataset digest in the lock altered",
        "aiact.lock",
        r"(context: testing\n\s+name: test\n\s+sha256: )\w{4}",
        r"\g<1>0000",
        "integrity.binding/lock-is-untouched",
        "contradicted",
        "collected",
    ),
    Edit(
        "instructions of another model version",
        "INSTRUCTIONS_FOR_USE.md",
        r'model_version: "?1"?',
        'model_version: "2"',
        "art13.2.accompany/",
        "unbound",
        "model_version",
    ),
    Edit(
        "card of another model version",
        "MODEL_CARD.md",
        r'model_version: "?1"?',
        'model_version: "2"',
        "annex4.1.a/",
        "",
        "model_version",
    ),
    Edit(
        "another registered version",
        "aiact.yaml",
        r'version: "1"',
        'version: "2"',
        "integrity.binding/lock-is-of-this-version",
        "unbound",
        'version: "2"',
    ),
    Edit(
        "another model",
        "aiact.yaml",
        r"registered_model: credit-scoring",
        "registered_model: other",
        "integrity.binding/lock-is-of-this-version",
        "unbound",
        "registered_model: other",
    ),
    Edit(
        "reviewer emptied",
        "compliance/classification.yaml",
        r"reviewed_by: \S+",
        "reviewed_by:",
        "art6.claim/reviewed-by-another",
        "missing",
        "reviewed_by:",
    ),
    Edit(
        "reviewed by the one who decided",
        "compliance/classification.yaml",
        r"(decided_by: (\S+)\nreviewed_by: )\S+",
        r"\1\2",
        "art6.claim/reviewed-by-another",
        "contradicted",
        "reviewed_by:",
    ),
    Edit("stop procedure removed", OVERSIGHT, r"  procedure: .*\n", "", "art14.4.e/", "missing", "stop:"),
    Edit(
        "the file of the stop procedure deleted",
        "docs/stop-procedure.md",
        "",
        "",
        "integrity.references/files-are-tracked",
        "",
        "procedure: docs/stop-procedure.md#Stopping",
        "compliance/human_oversight.yaml",
    ),
    Edit(
        "events without model version",
        EVENTS,
        r'("type": "prediction"[^\n]*?)"model_version": "1", ',
        r"\1",
        "integrity.form/events-fit-their-schema",
        "malformed",
        '"type": "prediction"',
    ),
    Edit(
        "one sentence pasted in six fields",
        RISKS,
        r"(description: )(?=[^>])",
        r"\1",
        "integrity.texts/not-pasted",
        "filler",
        "",
    ),
    Edit(
        "tier lowered to minimal",
        "aiact.yaml",
        r"tier: high",
        "tier: minimal",
        "art6.claim/not-below-the-answers",
        "contradicted",
        "tier: minimal",
    ),
    Edit(
        "profiling denied",
        "compliance/classification.yaml",
        r"(d\.profiling:\n\s+is: )true",
        r"\1false",
        "art6.claim/",
        "contradicted",
        "",
    ),
    Edit(
        "an answer taken out",
        "compliance/classification.yaml",
        r"  p\.screen:\n(?:    .*\n)+",
        "",
        "art6.claim/no-open-question",
        "missing",
        "tier: high",
        "aiact.yaml",
    ),
    Edit(
        "nobody decided",
        "compliance/classification.yaml",
        r"decided_by: \S+",
        "decided_by:",
        "art6.claim/decided",
        "missing",
        "decided_by:",
    ),
    Edit(
        "the risk record deleted",
        RISKS,
        "",
        "",
        "integrity.present/record-is-there",
        "missing",
        "evidence_dir",
        "aiact.yaml",
    ),
    Edit(
        "the oversight record deleted",
        OVERSIGHT,
        "",
        "",
        "integrity.present/record-is-there",
        "missing",
        "evidence_dir",
        "aiact.yaml",
    ),
    Edit(
        "the lock deleted",
        "aiact.lock",
        "",
        "",
        "integrity.present/registry-is-there",
        "missing",
        "mlflow",
        "aiact.yaml",
    ),
    Edit(
        "the instructions deleted",
        "INSTRUCTIONS_FOR_USE.md",
        "",
        "",
        "integrity.present/document-is-there",
        "missing",
        "instructions",
        "aiact.yaml",
    ),
    Edit(
        "a threshold lowered after the run",
        TESTING,
        r"threshold: 0\.68",
        "threshold: 0.58",
        "art9.8/metrics-not-loosened",
        "loosened",
        "threshold: 0.58",
    ),
    Edit(
        "a limit raised after the run",
        TESTING,
        r"limit: 0\.15",
        "limit: 0.95",
        "art9.8/attacks-not-loosened",
        "loosened",
        "limit: 0.95",
    ),
    Edit(
        "waiver ended",
        "compliance/waivers.yaml",
        r"(created: )\S+([\s\S]*?expires: )\S+",
        r"\g<1>2026-06-01\g<2>2026-11-01",
        "art10.4/",
        "",
        "",
        DATA,
    ),
    Edit(
        "waiver approved by its owner",
        "compliance/waivers.yaml",
        r"(owner: (\S+)\n\s+approved_by: )\S+",
        r"\1\2",
        "integrity.waivers/waiver-is-valid",
        "malformed",
        "id: W1",
    ),
    Edit(
        "a risk without its measure",
        RISKS,
        r"(  - id: R1[\s\S]*?measures: )\[[^\]]*\]",
        r"\1[]",
        "art9.2.d/",
        "",
        "measures: []",
    ),
    Edit(
        "record of an older release",
        RISKS,
        r"for: credit-scoring@1\.3\.0",
        "for: credit-scoring@1.2.0",
        "integrity.binding/speaks-for-this-release",
        "unbound",
        "for: credit-scoring@1.2.0",
    ),
    Edit(
        "record of another system",
        DATA,
        r"for: credit-scoring@1\.3\.0",
        "for: spam-filter@1.3.0",
        "integrity.binding/system-is-declared",
        "unbound",
        "for: spam-filter@1.3.0",
    ),
    Edit(
        "a misspelt key",
        RISKS,
        r"nil_returns:",
        "nil_return:",
        "integrity.form/known-keys",
        "malformed",
        "nil_return:",
    ),
    Edit(
        "a reference to nothing",
        RISKS,
        r"measures: \[M1",
        "measures: [M99",
        "integrity.references/ids-exist",
        "malformed",
        "M99",
    ),
)


def apply(folder: Path, edit: Edit) -> None:
    path = folder / edit.file
    if not edit.pattern:
        path.unlink()
        return
    text = path.read_text("utf-8")
    if edit.name == "one sentence pasted in six fields":
        sentence = "This was looked at with care by the whole team."
        changed, count = re.subn(
            r"(\n    rationale: )(?:>-\n(?:      .*\n)+|.*\n)", rf"\g<1>{sentence}\n", text
        )
        assert count >= 6
    else:
        changed, count = re.subn(edit.pattern, edit.replacement, text, count=1)
        assert 1 == count, "the edit doesn't fit the file"
    path.write_text(changed, "utf-8")


def failing(report: Report) -> list[Finding]:
    rows = [
        finding
        for system in report.systems
        for row in system.rows
        for check in row.checks
        for finding in check.findings
    ]
    return [finding for finding in rows if finding.outcome is Outcome.FAIL and finding.severity == "error"]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_a_change_for_the_worse_is_found_at_its_line(
    edit: Edit, copy: Path, judge: Callable[..., Report]
) -> None:
    apply(copy, edit)

    report = judge(copy)

    assert 1 == report.exit_code
    found = [finding for finding in failing(report) if finding.check.startswith(edit.check)]
    assert found, [(finding.check, str(finding.location)) for finding in failing(report)]
    file = edit.at_file or edit.file
    lines = [
        (
            finding.kind,
            (copy / finding.location.path).read_text("utf-8").split("\n")[finding.location.line - 1],
        )
        for finding in found
        if finding.location.path == file
    ]
    assert any((not edit.kind or kind == edit.kind) and edit.line_of in line for kind, line in lines), [
        (finding.kind, str(finding.location), finding.message) for finding in found
    ]


def test_a_prediction_that_leaves_after_the_stop_is_found_at_the_stop(
    copy: Path, judge: Callable[..., Report]
) -> None:
    path = copy / EVENTS
    lines = path.read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    stop = next(index for index, event in enumerate(events) if event["type"] == "emergency_stop")
    late = next(event for event in events if event["type"] == "prediction")
    at = datetime.datetime.fromisoformat(events[stop]["time"]) + datetime.timedelta(seconds=50)
    lines.insert(
        stop + 1, json.dumps({**late, "case_id": "C-9999", "event_id": "late", "time": at.isoformat()})
    )
    path.write_text("\n".join(lines) + "\n", "utf-8")

    found = [
        finding for finding in failing(judge(copy)) if finding.check == "art14.4.e/halts-within-the-limit"
    ]

    assert [(EVENTS, stop + 1, "contradicted")] == [
        (finding.location.path, finding.location.line, finding.kind) for finding in found
    ]


def test_the_table_is_long_enough() -> None:
    assert 25 <= len(EDITS)
    assert len(EDITS) == len({edit.name for edit in EDITS})


def reordered(text: str) -> str:
    """The plan with the first metric's keys in another order."""
    match = re.search(r"(    direction: \w+\n)(    threshold: \S+\n)", text)
    assert match is not None
    return text.replace(match[0], match[2] + match[1], 1)


def reformatted(text: str) -> str:
    """The card with wider table cells."""
    return re.sub(r"^\| (\w[^|]*?) \|", lambda row: f"|   {row[1]}   |", text, flags=re.MULTILINE)


QUIET = {
    "a comment": (TESTING, lambda text: "# looked at again\n" + text),
    "a comment in the register": (RISKS, lambda text: text.replace("risks:\n", "risks: # all of them\n", 1)),
    "reordered keys": (TESTING, reordered),
    "a reformatted table": ("MODEL_CARD.md", reformatted),
    "more white space": ("INSTRUCTIONS_FOR_USE.md", lambda text: text.replace("\n## ", "\n\n## ")),
}


@pytest.mark.parametrize("name", QUIET)
def test_a_harmless_change_stays_green(name: str, copy: Path, judge: Callable[..., Report]) -> None:
    file, change = QUIET[name]
    path = copy / file
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8")
    assert before != path.read_text("utf-8")

    report = judge(copy)

    assert 0 == report.exit_code, [
        (finding.check, str(finding.location), finding.message) for finding in failing(report)
    ]


def test_code_that_changed_after_the_run_is_a_notice_and_stops_a_release(
    copy: Path, judge: Callable[..., Report]
) -> None:
    path = copy / "train.py"
    path.write_text(path.read_text("utf-8") + "\n# tidied\n", "utf-8")

    report = judge(copy)
    release = judge(copy, release=True)

    assert 0 == report.exit_code, [
        (finding.check, str(finding.location), finding.message) for finding in failing(report)
    ]
    assert [
        "train.py" in notice.message for notice in report.systems[0].notices if "Unreleased" in notice.message
    ] == [True]
    assert 1 == release.exit_code


def test_a_waiver_of_a_point_outside_the_profile_is_no_orphan(
    copy: Path, judge: Callable[..., Report]
) -> None:
    manifest = copy / "aiact.yaml"
    text = manifest.read_text()
    assert "profile: full" in text
    manifest.write_text(text.replace("profile: full", "profile: start"))

    report = judge(copy)

    assert report.exit_code == 0
    assert [row for row in report.systems[0].rows if row.outcome is Outcome.FAIL] == []
