"""Packs of an organisation, written to a folder: rules of its own, a roll-out, recalls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HEAD = """\
schema: aiact-gate/pack/v1
name: bank-rules
version: {version}
legal_review: nobody of counsel has read it
introduced: {introduced}
"""

RULES = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.plan
    version: 1.0.0
    citation: Model risk policy, section 4
    title: Metrics are planned with care
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: A threshold that chance reaches shows nothing.
    leaves_open: Is it the metric that the users care about?
    fix: Plan the metric again, with a reason for its threshold.
    checks:
      - id: above-chance
        each: testing.metrics
        that: it.threshold > 0.5
        at: it.threshold
        kind: contradicted
        message: "{it.id} is planned with a threshold of {it.threshold}; chance gives 0.5."
      - id: reasons-are-written
        each: testing.metrics
        that: filled(it.because)
        message: "{it.id} has no reason."
"""

ROLLOUT = """\
schema: aiact-gate/rollout/v1
rings:
  - name: own
    repositories: [bank/mail-*]
    steps:
      - {from: 2026-12-01, mode: observe}
      - {from: 2027-01-11, mode: warn}
      - {from: 2027-02-01, mode: enforce, kinds: [contradicted, unbound, filler, loosened]}
      - {from: 2027-03-01, mode: enforce}
  - name: rest
    repositories: ["bank/*"]
    topics: [ai]
    steps:
      - {from: 2026-12-01, mode: observe}
"""

TESTING = """\
schema: aiact-gate/record/testing/v1
for: mail-sorter@2.0.0
metrics:
  - id: M1
    title: Accuracy
    definition: Share of the letters that lie in the right folder.
    requirement: accuracy
    metric: test_accuracy
    lower: test_accuracy_lo
    upper: test_accuracy_hi
    cases: test_n
    split: testing
    direction: higher
    threshold: 0.40
    confidence: 0.95
    because: Half of the letters go to each folder.
  - id: M2
    title: Recall
    definition: Share of the complaints that lie in the right folder.
    requirement: accuracy
    metric: test_recall
    lower: test_recall_lo
    upper: test_recall_hi
    cases: test_n
    split: testing
    direction: higher
    threshold: 0.70
    confidence: 0.95
    because: ""
"""
"""M1 contradicts `above-chance`, M2 has no reason."""


def head(version: str = "4.2", introduced: str = "2026-11-20", more: str = "") -> str:
    return HEAD.format(version=version, introduced=introduced) + more


def bank_rules(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The pack `bank-rules` 4.2 in *folder*; *changes* replaces files, None leaves one out."""
    files: dict[str, str | None] = {
        "pack.yaml": head(),
        "house.yaml": RULES,
        "rollout.yaml": ROLLOUT,
        **(changes or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.is_file():
            file.unlink()
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, "utf-8")
    return folder
