"""A new pack as texts: one requirement whose check judges something, its examples, and what to change in them."""

from __future__ import annotations

import json
import re

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*")


def is_name(text: str) -> bool:
    """Whether *text* can be a pack's name: a-z, 0-9 and -."""
    return len(text) <= 60 and _NAME.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether *text* can be a requirement's id: words of a-z, 0-9, _ and -, joined by dots."""
    return len(text) <= 80 and _ID.fullmatch(text) is not None


def new_pack(name: str, requirement: str, title: str, introduced: str) -> dict[str, str]:
    """The files of a pack called *name* with the one requirement *requirement*: path within the folder -> text."""
    return {
        "pack.yaml": _PACK.format(name=name, introduced=introduced),
        "rules.yaml": _RULES.format(id=requirement, title=json.dumps(title, ensure_ascii=False)),
        f"examples/{requirement}.yaml": _EXAMPLES.format(id=requirement),
        "README.md": _README.format(name=name, id=requirement),
    }


_PACK = """\
schema: aiact-gate/pack/v1
name: {name}
version: 1.0.0                # raise it with every change that is given away
introduced: {introduced}        # the day on which this version was introduced
legal_review: not yet         # who of counsel has read the rules
"""

_RULES = """\
# One file holds the requirements of one subject. Every key: docs/policy-language.md of aiact-gate.
schema: aiact-gate/policy/v1
article: house                # an article of the law, or a word for rules of your own
title: Rules of our own
requirements:
  - id: {id}                  # never reused: waivers and history hang on it
    version: 1.0.0            # patch: wording; minor: equal or looser; major: may newly fail
    citation: Model risk policy, section 4           # change: where your rule is written
    title: {title}
    binds: {{role: any, duty: requirements}}           # whom: provider, deployer, any; duty `all`: every system
    timeline: undated
    profile: start
    calls_for: measured       # what a pass should be worth: measured, provenance, structural, attested
    why: A figure that rests on few cases says little about the people whom the system will meet.
    leaves_open: Are these cases like the ones that the system will meet?
    fix: Log the number of cases in the training run, and test on more of them.
    cheat: A number of cases that nobody counted; it has to be logged by the run that the lock names.
    parameters:
      min_cases: {{type: int, default: 50, min: 1, tighten: higher}}     # an overlay may only raise it
    checks:
      - id: enough-cases
        each: testing.metrics                        # every metric of the test plan, one after the other, as `it`
        that: mlflow.run.metrics[it.cases] >= parameters.min_cases        # not logged: a finding as well
        at: it.cases                                 # where a finding points
        message: "{{it.id}} rests on {{mlflow.run.metrics[it.cases]}} cases; we ask for {{parameters.min_cases}}."
"""

_EXAMPLES = """\
# The tests of {id}: `aiact-gate policy test FOLDER` runs them.
# The base is a set of evidence on which every check passes: here the one that aiact-gate brings along. With files of
# your own, a folder of this pack goes behind it:  base: [eu-ai-act/fixtures/high, fixtures/own]
base: eu-ai-act/fixtures/high
cases:
  # A case edits the base and names all checks of the requirement whose outcome changes.
  - check: enough-cases
    name: one case fewer than asked for
    set: {{/mlflow/run/metrics/test_n_under_25: 49}}
    at: /testing/metrics/1/cases
  - check: enough-cases
    name: the run logged no number of cases
    delete: [/mlflow/run/metrics/test_n_under_25]
    at: /testing/metrics/1/cases
  - check: enough-cases
    name: an emptied plan
    set: {{/testing/metrics: []}}
  # A case that names no check has to change nothing: the boundary.
  - name: exactly as many as asked for
    set: {{/mlflow/run/metrics/test_n_under_25: 50}}
  - name: a plan of one metric
    delete: [/testing/metrics/1]
"""

_README = """\
# {name}

Rules of our own, judged by aiact-gate beside those that it brings along.

1. Change `rules.yaml`: the citation, the title, what has to hold. One requirement is one rule that a reader would name.
2. Change `examples/{id}.yaml`: a failing case for each check, and the boundary.
3. `aiact-gate policy lint FOLDER` and `aiact-gate policy test FOLDER`, until neither finds anything.
4. Judge with it: `aiact-gate check --pack FOLDER`, or take it into a repository: `aiact-gate policy add FOLDER`.
"""
