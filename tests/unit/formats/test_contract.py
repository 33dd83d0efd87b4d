"""What holds for every format: what it marks as failing is what ends the run, at its place, in its words, and nothing else.

A new format is proven by its name in `FORMATS` and its reader in `readers.READERS`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packs_of import ROLLOUT, RULES, TESTING, bank_rules, head
from readers import READERS, Told, hook
from reports import call
from repos import DAY, HIGH, MINIMAL, ROOT, Repository

from aiact_gate.formats import FORMATS
from aiact_gate.sources.shapes import quoted

RECORD = "compliance/testing.yaml"
LOW = (f"{RECORD}:14", "M1 is planned with a threshold of 0.4; chance gives 0.5.")
EMPTY = (f"{RECORD}:29", "'because' of M2 isn't written yet.")
GOOD = TESTING.replace("0.40", "0.60").replace('because: ""', "because: People wait for these letters.")
ONE_LOW = TESTING.replace('because: ""', "because: People wait for these letters.")

Files = dict[str, str | bytes]


@dataclass(frozen=True)
class Situation:
    """A repository, how it is judged, and what comes of it in whichever format."""

    code: int
    fails: tuple[tuple[str, str], ...] = ()
    """(place or nothing, words) of all that ends the run."""
    told: tuple[str, ...] = ()
    """Patterns of what is said too, and marked as failing nowhere."""
    files: Mapping[str, str | bytes] = field(default_factory=lambda: {RECORD: TESTING})
    before: Mapping[str, str | bytes] | None = None
    """The files of a commit before."""
    pack: Mapping[str, str | None] = field(default_factory=lambda: {"rollout.yaml": None})
    arguments: tuple[str, ...] = ()
    day: str = DAY
    alone: bool = False
    """Without the files of the minimal system."""


def severity(word: str) -> str:
    return RULES.replace(
        "      - id: above-chance\n", f"      - id: above-chance\n        severity: {word}\n"
    )


WAIVER = """\
waivers:
  - id: W1
    check: house.plan/above-chance
    system: mail-sorter
    reason: The model of the vendor is bound to this figure until spring.
    owner: mail@example.org
    approved_by: head-of-model-risk@example.org
    created: 2026-11-20
    expires: {expires}
    requirement_version: 1.0.0
    compensating: A person reads every tenth letter.
"""
DEBT = """\
schema: aiact-gate/baseline/v1
created: 2026-11-20
items:
  - {requirement: house.plan, major: 1, check: house.plan/reasons-are-written, system: mail-sorter, element: M2,
     kind: missing, owner: mail@example.org, due: 2027-06-01}
"""
RECALL = """\
recalls:
  - check: house.plan/above-chance
    reason: It also looks at metrics for which chance gives less than one half.
    issue: 214
    approved_by: head-of-model-risk@example.org
    from: 2026-11-20
    until: 2026-12-10
"""
IN_GRACE = RULES.replace("      - id: above-chance\n", "      - id: above-chance\n        new_in: 4.2\n")
TYPED = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.log
    version: 1.0.0
    citation: Logging policy, section 2
    title: The log holds predictions
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: measured
    why: A log without predictions says nothing about the service.
    leaves_open: Is the day that was logged like any other?
    fix: Bind the log to a run.
    checks:
      - id: predictions-are-logged
        when: filled(logging.sample.events)
        each: event_log.events
        that: it.confidence > 0.0
        message: "A prediction has no confidence."
"""
LOGGING: Files = {
    "compliance/logging.yaml": """\
schema: aiact-gate/record/logging/v1
for: mail-sorter@2.0.0
capture: {automatic: true, written_by: serve.py, tested_by: serve.py, on_failure: block}
sample:
  events: evidence/events.jsonl
  event_schema: evidence/event.schema.json
  decisions_counted_in: evidence/decisions.json
  window_because: One day on which the service served.
event_types:
  - {id: prediction, purposes: [risk_situations], meaning: One letter was put into one folder.}
replay: evidence/replay.json
""",
    "serve.py": "print('serve')\n",
    "evidence/events.jsonl": '{"type": "prediction", "time": "2026-11-12T09:00:00+01:00", "case_id": "C-1", "confidence": 0.9}\n',
    "evidence/event.schema.json": '{"type": "object"}',
    "evidence/decisions.json": '{"decisions_served": 1}',
    "evidence/replay.json": '{"case_id": "C-1", "model_version": "3", "recorded_output": "a", "replayed_output": "a"}',
}
SECOND: Files = {
    "aiact.yaml": MINIMAL["aiact.yaml"]
    + MINIMAL["aiact.yaml"].split("systems:\n")[1].replace("mail-sorter", "post-sorter"),
    "compliance/classification.yaml": MINIMAL["compliance/classification.yaml"].replace(
        "for: mail-sorter@2.0.0", "for: [mail-sorter@2.0.0, post-sorter@2.0.0]"
    ),
    RECORD: TESTING.replace("for: mail-sorter@2.0.0", "for: [mail-sorter@2.0.0, post-sorter@2.0.0]"),
}
BELOW: Files = {
    "compliance/classification.yaml": HIGH["compliance/classification.yaml"].replace(
        "loans@1.2.0", "mail-sorter@2.0.0"
    )
}
NO_AI: Files = {
    "aiact.yaml": """\
schema: aiact-gate/manifest/v1
systems: []
no_ai_system:
  reason: The scripts here copy files from one folder to another.
  decided_by: it-lead@example.org
  expires: 2027-05-01
""",
    "requirements.txt": "scikit-learn\n",
    "train.py": "from sklearn.linear_model import LogisticRegression\n\nmodel = LogisticRegression().fit([[0]], [1])\n",
}
RING = {"rollout.yaml": ROLLOUT}
NAMED = ("--repository", "bank/mail-sorter")


def in_ring(**more: object) -> Situation:
    return Situation(pack=RING, arguments=NAMED, **more)  # type: ignore[arg-type]


SITUATIONS = {
    "nothing fails": Situation(0, told=("1 shown|1 pass",), files={RECORD: GOOD}),
    "two findings": Situation(1, (LOW, EMPTY)),
    "unknown": Situation(
        1,
        (("", "Only figures that somebody typed stand behind it"),),
        files=LOGGING,
        pack={"rollout.yaml": None, "house.yaml": TYPED},
    ),
    "a record that can't be read": Situation(
        1, ((f"{RECORD}:1", "can't be read"),), files={RECORD: "schema: [\n"}
    ),
    "an absent record": Situation(1, (("aiact.yaml:", "testing"),), files={}),
    "only what stood before": Situation(
        0,
        told=("2 findings stood before|2 standing",),
        before={RECORD: TESTING},
        files={"a": "b"},
        arguments=("--base", "HEAD~1"),
    ),
    "one more than before": Situation(
        1,
        (EMPTY,),
        ("1 finding stood before|1 standing",),
        before={RECORD: ONE_LOW},
        arguments=("--base", "HEAD~1"),
    ),
    "a commit that adds one": Situation(
        1, (EMPTY,), ("1 standing|1 finding stood before",), before={RECORD: ONE_LOW}, arguments=("--staged",)
    ),
    "a commit of nothing": Situation(
        0, (), ("Nothing is staged",), {}, before={RECORD: ONE_LOW}, arguments=("--staged",)
    ),
    "observed": in_ring(code=0, told=("Observed only",), day="2026-12-05"),
    "warned": in_ring(code=0, told=("Warns only",), day="2027-01-15"),
    "some kinds": in_ring(code=1, fails=(LOW,), told=(EMPTY[1],), day="2027-02-02"),
    "only other kinds": in_ring(
        code=0, told=(EMPTY[1],), day="2027-02-02", files={RECORD: TESTING.replace("0.40", "0.60")}
    ),
    "everything": in_ring(code=1, fails=(LOW, EMPTY), day="2027-03-02"),
    "a claim below the answers, observed": in_ring(
        code=1, fails=(("aiact.yaml:8", ""),), told=("Observed only",), day="2026-12-05", files=BELOW
    ),
    "a question to a repository without AI": Situation(0, (), ("sklearn|scikit-learn",), NO_AI, alone=True),
    "recalled": Situation(
        1, (EMPTY,), ("above-chance",), pack={"rollout.yaml": None, "pack.yaml": head(more=RECALL)}
    ),
    "new": Situation(1, (EMPTY,), (re.escape(LOW[1]),), pack={"rollout.yaml": None, "house.yaml": IN_GRACE}),
    "waived": Situation(
        0,
        told=("1 waived",),
        files={RECORD: ONE_LOW, "compliance/waivers.yaml": WAIVER.format(expires="2027-04-01")},
    ),
    "a waiver that ends": Situation(
        0,
        told=("1 waived", "W1 ends on 2026-12-05, in 10 days"),
        files={RECORD: ONE_LOW, "compliance/waivers.yaml": WAIVER.format(expires="2026-12-05")},
    ),
    "owed": Situation(
        0,
        told=("1 owed",),
        files={RECORD: TESTING.replace("0.40", "0.60"), "compliance/baseline.yaml": DEBT},
    ),
    "a question": Situation(
        1, (EMPTY,), (re.escape(LOW[1]),), pack={"rollout.yaml": None, "house.yaml": severity("warning")}
    ),
    "only a question": Situation(
        0,
        (),
        (re.escape(LOW[1]),),
        {RECORD: ONE_LOW},
        pack={"rollout.yaml": None, "house.yaml": severity("warning")},
    ),
    "two systems": Situation(1, (LOW, EMPTY), ("post-sorter",), SECOND),
    "two manifests": Situation(
        1,
        ((f"one/{LOW[0]}", LOW[1]), (f"one/{EMPTY[0]}", EMPTY[1]), (f"two/{EMPTY[0]}", EMPTY[1])),
        files={
            **{f"one/{path}": text for path, text in {**MINIMAL, RECORD: TESTING}.items()},
            **{
                f"two/{path}": text
                for path, text in {**MINIMAL, RECORD: TESTING.replace("0.40", "0.60")}.items()
            },
        },
        arguments=("--recursive",),
        alone=True,
    ),
    "a requirement that no pack has": Situation(
        2,
        (("", "no pack has a requirement house.nope"),),
        arguments=("--requirement", "house.nope"),
        files={RECORD: GOOD},
    ),
    "a broken manifest": Situation(
        3, (("aiact.yaml:1", "the YAML is broken"),), files={"aiact.yaml": "systems: [\n"}
    ),
    "no manifest": Situation(4, (("", "There is no aiact.yaml"),), files={"a": "b"}, alone=True),
}


def written(folder: Path, one: Situation) -> tuple[str, ...]:
    """*one* in *folder*: the arguments that judge it."""
    own = {} if one.alone else MINIMAL
    repository = Repository(folder / "mail-sorter").write(own)
    if one.before is not None:
        repository.write(one.before).commit()
    repository.write(one.files)
    if "--staged" in one.arguments:
        repository.git("add", "-A")
    else:
        repository.commit()
    pack = bank_rules(folder / "bank-rules", one.pack)
    given = ("--pack", str(pack))
    return ("check", ".", "--as-of", one.day, *given, *one.arguments)


def read(name: str, arguments: tuple[str, ...]) -> tuple[int, Told]:
    ran = call(*arguments, "--format", name)
    return ran.code, (hook if "--staged" in arguments and "text" == name else READERS[name])(ran.out)


def matches(told: str, expected: tuple[str, str]) -> bool:
    return all(" ".join(part.split()) in told for part in expected)


def faults(one: Situation, code: int, told: Told) -> Iterator[str]:
    """What is wrong with what a format told of *one*."""
    if one.code != code:
        yield f"exit code {code}"
    if bool(one.code) != bool(told.failing):
        yield f"{len(told.failing)} marked as failing"
    for expected in one.fails:
        if not any(matches(line, expected) for line in told.failing):
            yield f"not marked: {expected}"
    for line in told.failing:
        if not any(matches(line, expected) for expected in one.fails):
            yield f"marked, although it fails nothing: {line}"
    for said in one.told:
        if not re.search(said, " ".join(told.others)):
            yield f"not said: {said}"


def test_every_format_has_a_reader() -> None:
    assert set(FORMATS) == set(READERS)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_format_marks_what_ends_the_run_and_nothing_else(
    situation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = SITUATIONS[situation]
    arguments = written(tmp_path, one)
    monkeypatch.chdir(tmp_path / "mail-sorter")

    assert [] == [(name, fault) for name in FORMATS for fault in faults(one, *read(name, arguments))]


def test_the_example_of_the_page_on_adding_a_format_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its module and its reader, as they stand there, under a name of their own."""
    page = (ROOT / "docs/adding-a-format.md").read_text("utf-8")
    written_, reading = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    module = ModuleType("aiact_gate.formats.lines")
    exec(written_, module.__dict__)
    readers: dict[str, Any] = {"Told": Told}
    exec(reading, readers)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr("aiact_gate.cli.check.FORMATS", (*FORMATS, "lines"))
    monkeypatch.setitem(READERS, "lines", readers["lines"])
    found = []
    for number, (name, one) in enumerate(SITUATIONS.items()):
        arguments = written(tmp_path / str(number), one)
        monkeypatch.chdir(tmp_path / str(number) / "mail-sorter")
        found += [(name, fault) for fault in faults(one, *read("lines", arguments))]

    assert [] == found


HOSTILE = {
    "a command": "one ::error file=x::owned ##[error]owned",
    "a command on its own line": "x\\n::error file=x::owned\\n::stop-commands::y",
    "percent signs": "100%0A%25,a:b",
    "escapes": "\\e[31mred\\e[0m\\a\\b",
    "directions": "admin\\u202e\\u2066txt",
    "markup": "<img src=x onerror=1> | [a](javascript:1) @everyone `x` **y** &amp; <!-- z",
    "XML": "]]> <failure/> &#0; \\uFFFE \\0",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_read_back_as_it_was(
    hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks of the target and of terminals are shown, not obeyed. (Messages quote a text as `quoted` does, cut.)"""
    text = HOSTILE[hostile]
    rules = RULES.replace("{it.id} is planned", "{it.title} is planned")
    files: Files = {RECORD: TESTING.replace("title: Accuracy", f'title: "{text}"')}
    low = (LOW[0], f"{quoted(_meant(text))[1:-1]} is planned")
    one = Situation(1, (low, EMPTY), files=files, pack={"rollout.yaml": None, "house.yaml": rules})
    arguments = written(tmp_path, one)
    monkeypatch.chdir(tmp_path / "mail-sorter")

    assert [] == [(name, fault) for name in FORMATS for fault in faults(one, *read(name, arguments))]


def _meant(written_: str) -> str:
    """What a YAML reader makes of the escapes in *written_*."""
    import yaml

    return str(yaml.safe_load(f'"{written_}"'))
