"""What people and enemies put into a repository, through the real program: never a traceback, always the documented exit
code, a message with file and line, and everything else of the run still reported."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import repos
from repos import CANARY, DAY, HIGH, MINIMAL, Repository, high, minimal, process

from aiact_gate.formats import FORMATS

MANIFEST = HIGH["aiact.yaml"]
TESTING = HIGH["compliance/testing.yaml"]
CARD = HIGH["MODEL_CARD.md"]
LOCK = repos.lock()
DEEP, DEEPER = 5_000, 200_000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
WAIVER = """\
waivers:
  - id: W1
    requirement: art9.5
    system: loans
    reason: The register is being written this month.
    owner: test-lead@example.org
    approved_by: head-of-loans@example.org
    created: 2026-11-01
    expires: 2026-12-01
    requirement_version: 1.0.0
    compensating: Nobody is refused by the queue meanwhile.
"""


@dataclass(frozen=True)
class Case:
    """One bad input and what the program answers."""

    name: str
    changes: Mapping[str, str | bytes | None]
    code: int
    said: str
    """Stands in a finding or problem, written `path:line: message`."""
    arguments: tuple[str, ...] = ()
    others: bool = True
    """Whether the rest of the run is still reported: not where nothing can be judged."""
    prepare: Callable[[Repository], object] | None = None
    """Run after the commit."""


def manifest(name: str, content: str | bytes, said: str, code: int = 3, others: bool = False) -> Case:
    return Case(f"manifest: {name}", {"aiact.yaml": content}, code, said, others=others)


def record(name: str, content: str | bytes, said: str) -> Case:
    return Case(f"record: {name}", {"compliance/testing.yaml": content}, 1, said)


def instead(path: str, make: Callable[[Path], object]) -> Callable[[Repository], object]:
    """Puts something else where the file *path* stands."""

    def prepare(repository: Repository) -> None:
        place = repository.folder / path
        place.unlink()
        make(place)

    return prepare


def linked_out(path: str) -> Callable[[Repository], object]:
    def make(place: Path) -> None:
        outside = place.parents[len(Path(path).parts)] / "outside.txt"
        outside.write_text("secret: 1\n")
        place.symlink_to(outside)

    def prepare(repository: Repository) -> None:
        instead(path, make)(repository)
        repository.commit()

    return prepare


CASES = [
    # ------------------------------------------------ the manifest
    Case("no manifest", {"aiact.yaml": None}, 4, "aiact.yaml:1: There is no aiact.yaml", others=False),
    manifest("empty", "", "aiact.yaml:1: the file is empty"),
    manifest("only comments", "# nothing\n\n# yet\n", "aiact.yaml:1: the file is empty"),
    Case(
        "manifest: a folder",
        {},
        3,
        "aiact.yaml:1: 'aiact.yaml' is a folder",
        others=False,
        prepare=instead("aiact.yaml", Path.mkdir),
    ),
    Case(
        "manifest: a pipe",
        {},
        3,
        "aiact.yaml:1: 'aiact.yaml' is no ordinary file",
        others=False,
        prepare=instead("aiact.yaml", os.mkfifo),
    ),
    Case(
        "manifest: a link out of the repository",
        {},
        3,
        "aiact.yaml:1: 'aiact.yaml' is a link that leads out",
        others=False,
        prepare=linked_out("aiact.yaml"),
    ),
    manifest("binary", b"schema: x\n\0\x01\x02", "aiact.yaml:2: the file is binary"),
    manifest("not UTF-8", b"schema: x\nname: caf\xe9\n", "aiact.yaml:2: byte 0xe9 is not UTF-8"),
    manifest("50 MB", b"a: b\n" * 10_000_000, "aiact.yaml:1: 'aiact.yaml' has 50,000,000 bytes"),
    manifest("broken YAML", MANIFEST + "    role: [provider\n", "aiact.yaml:15"),
    manifest("a colon in a text", "schema: a: b\n", "aiact.yaml:1: the YAML is broken"),
    manifest("a key twice", MANIFEST + "schema: again\n", "aiact.yaml:15: the key 'schema' stands twice"),
    manifest("alias bomb", BOMB, "aiact.yaml:6: more than 200,000 values"),
    manifest("an alias of itself", "a: &a [*a]\n", "aiact.yaml:1: the alias *a stands before its anchor"),
    manifest("5,000 levels", "a: " + "[" * DEEP, "aiact.yaml:1: more than 64 levels"),
    manifest("200,000 levels", "a: " + "[" * DEEPER, "aiact.yaml:1: more than 64 levels"),
    manifest(
        "200 levels of blocks", "".join(f"{' ' * n}k:\n" for n in range(200)), "aiact.yaml:65: more than 64"
    ),
    manifest("a tab", MANIFEST + "\tname: x\n", "aiact.yaml:15: a tab stands in the indentation"),
    manifest("two documents", MANIFEST + "---\na: b\n", "aiact.yaml:15: a second YAML document"),
    manifest("a tag", "schema: !!python/object/apply:os.system [id]\n", "aiact.yaml:1: the tag"),
    manifest("a list", "- a\n- b\n", "aiact.yaml:1: the manifest is no group of keys"),
    manifest("a number", "7\n", "aiact.yaml:1: the manifest is no group of keys"),
    manifest("a control character", MANIFEST + "# \x1b[31m\n", "aiact.yaml:15: the control character U+001B"),
    manifest(
        "misspelt key",
        MANIFEST.replace("    tier:", "    teir:"),
        "aiact.yaml:8: this place has no key 'teir'",
        others=True,
    ),
    manifest(
        "wrong type",
        MANIFEST.replace("name: Loan queue", "name: [Loan, queue]"),
        "aiact.yaml:4: a list stands at 'name', where a text belongs",
        others=True,
    ),
    manifest(
        "systems of the wrong type",
        "schema: aiact-gate/manifest/v1\nsystems: loans\n",
        "aiact.yaml:2: a single value stands at 'systems', where a list belongs",
    ),
    manifest("no systems", "schema: aiact-gate/manifest/v1\nsystems: []\n", "aiact.yaml:2: no system is declared"),
    Case("manifest: BOM and CRLF", {"aiact.yaml": b"\xef\xbb\xbf" + MANIFEST.replace("\n", "\r\n").encode()}, 1, CANARY),
    # ------------------------------------------------ records
    record("empty", "", "compliance/testing.yaml:1: testing.yaml can't be read: the file is empty"),
    record("binary", b"\x00\x01", "compliance/testing.yaml:1: testing.yaml can't be read: the file is binary"),
    record("broken YAML", TESTING + "x: [\n", "compliance/testing.yaml:19: testing.yaml can't be read"),
    record("a key twice", TESTING + "for: loans@1.2.0\n", "compliance/testing.yaml:19: testing.yaml can't be read"),
    record("200,000 levels", TESTING + "x: " + "[" * DEEPER, "compliance/testing.yaml:19: testing.yaml can't"),
    record("5,000 levels", TESTING + "x: " + "{a: " * DEEP, "compliance/testing.yaml:19: testing.yaml can't"),
    record("alias bomb", BOMB, "compliance/testing.yaml:6: testing.yaml can't be read: more than 200,000"),
    record("a tab", TESTING + "\tx: y\n", "compliance/testing.yaml:19: testing.yaml can't be read: a tab"),
    record("50 MB", b"a: b\n" * 10_000_000, "compliance/testing.yaml:1: testing.yaml can't be read"),
    record("no header", "metrics: []\n", "compliance/testing.yaml:1: testing.yaml has no header"),
    record("a list", "- a\n", "compliance/testing.yaml:1: testing.yaml has no header"),
    record(
        "unknown kind",
        TESTING.replace("record/testing", "record/tseting"),
        "compliance/testing.yaml:1: 'aiact-gate/record/tseting/v1' is no known record kind",
    ),
    record("misspelt key", TESTING.replace("threshold:", "treshold:"), "compliance/testing.yaml:15: this place has no key 'treshold'"),
    record("wrong type", TESTING.replace("title: AUC", "title: {a: b}"), "compliance/testing.yaml:6: a group of keys"),
    record("NaN", TESTING.replace("0.70", ".nan"), "compliance/testing.yaml:15: '.nan' stands where a finite number"),
    record("superscript", TESTING.replace("0.70", "1²"), "compliance/testing.yaml:15: '1²' stands where a finite"),
    record("a quoted number", TESTING.replace("0.70", '"0.70"'), "compliance/testing.yaml:15: '0.70' stands where"),
    record("for another system", TESTING.replace("loans@", "lons@"), "compliance/testing.yaml:2: testing.yaml speaks"),
    record("for an older release", TESTING.replace("@1.2.0", "@1.1.0"), "compliance/testing.yaml:2: testing.yaml"),
    record("a path out", TESTING.replace("train.py", "../../etc/passwd"), "compliance/testing.yaml:3: '../../etc"),
    record("an absolute path", TESTING.replace("train.py", "/etc/passwd"), "compliance/testing.yaml:3: '/etc/passwd'"),
    record("a NUL in a path", TESTING.replace("train.py", '"a\\0b"'), "compliance/testing.yaml:3: The file 'a\\x00b'"),
    Case(
        "record: invalid date",
        {
            "compliance/system_description.yaml": HIGH["compliance/system_description.yaml"].replace(
                "2027-12-10", "2027-02-30"
            )
        },
        1,
        "compliance/system_description.yaml:11: '2027-02-30' is no date",
    ),
    Case(
        "record: two of a kind",
        {"compliance/more/testing.yaml": TESTING},
        1,
        "compliance/testing.yaml:2: Two testing records speak for loans@1.2.0",
    ),
    Case(
        "record: a link out of the repository",
        {},
        1,
        "compliance/testing.yaml:1: testing.yaml can't be read: 'compliance/testing.yaml' is a link that leads out",
        prepare=linked_out("compliance/testing.yaml"),
    ),
    Case(
        "classification: unreadable",
        {"compliance/classification.yaml": "answers: ["},
        1,
        "compliance/classification.yaml:1: classification.yaml can't be read",
    ),
    # ------------------------------------------------ lock, waivers, baseline
    Case(
        "lock: edited",
        {"aiact.lock": LOCK.replace(b"0.7934", b"0.9934")},
        1,
        "aiact.lock:1: aiact.lock was edited",
    ),
    Case("lock: unparsable", {"aiact.lock": LOCK + b"  x: ["}, 3, "aiact.lock:"),
    Case("lock: binary", {"aiact.lock": b"\0"}, 3, "aiact.lock:1: the lock can't be read"),
    Case("lock: deep", {"aiact.lock": b"[" * DEEPER}, 3, "aiact.lock:1: the lock can't be read: more than 64"),
    Case("lock: another file", {"aiact.lock": b"a: b\n"}, 3, "aiact.lock:1: this is no lock of this version"),
    Case("lock: absent", {"aiact.lock": None}, 1, "There is no aiact.lock"),
    Case(
        "lock: NaN metric",
        {"aiact.lock": LOCK.replace(b"0.7934", b".nan")},
        1,
        "'.nan' stands where a finite number belongs",
    ),
    Case("lock: unfinished run", {"aiact.lock": repos.lock(status="RUNNING")}, 1, "RUNNING"),
    Case(
        "lock: a threshold that is no number",
        {"aiact.lock": repos.lock(params={"aiact.plan.auc.threshold": "nan", "x": "9" * DEEP})},
        1,
        CANARY,
    ),
    Case(
        "lock: hostile input paths",
        {"aiact.lock": repos.lock(source_commit="HEAD~0", params={"aiact.input.a\nb": "c", "aiact.input.../x": "d"})},
        1,
        CANARY,
    ),
    Case(
        "waivers: broken",
        {"compliance/waivers.yaml": "waivers: [\n"},
        3,
        "compliance/waivers.yaml:1: compliance/waivers.yaml can't be read",
    ),
    Case(
        "waivers: misspelt key",
        {"compliance/waivers.yaml": WAIVER.replace("owner:", "onwer:")},
        3,
        "compliance/waivers.yaml:6: this place has no key 'onwer'",
    ),
    Case(
        "waivers: of the wrong type",
        {"compliance/waivers.yaml": "waivers: {a: b}\n"},
        3,
        "compliance/waivers.yaml:1: a group of keys stands at 'waivers'",
    ),
    Case(
        "baseline: broken",
        {"compliance/baseline.yaml": "schema: aiact-gate/baseline/v1\ncreated: 2026-99-99\nitems: []\n"},
        3,
        "compliance/baseline.yaml:2: '2026-99-99' is no date",
    ),
    Case(
        "baseline: unparsable",
        {"compliance/baseline.yaml": "items: [\n"},
        3,
        "compliance/baseline.yaml:1: compliance/baseline.yaml can't be read",
    ),
    # ------------------------------------------------ documents, events, data
    Case("card: front matter of 200,000 levels", {"MODEL_CARD.md": "---\na: " + "[" * DEEPER + "\n---\n"}, 1, "MODEL_CARD.md:2: The front matter can't be read: more than 64"),
    Case("card: front matter of 5,000 levels", {"MODEL_CARD.md": "---\na: " + "{b: " * DEEP + "\n---\n"}, 1, "MODEL_CARD.md:2: The front matter can't be read: more than 64"),
    Case("card: binary", {"MODEL_CARD.md": b"# T\n\n\0"}, 1, "MODEL_CARD.md:3: MODEL_CARD.md can't be read: the file is binary"),
    Case("card: a path out", {"aiact.yaml": MANIFEST.replace("card: MODEL", "card: ../MODEL")}, 1, "aiact.yaml:10: The path '../MODEL_CARD.md' leads out"),
    Case("card: a link out", {}, 1, "aiact.yaml:10: 'MODEL_CARD.md' is a link that leads out", prepare=linked_out("MODEL_CARD.md")),
    Case("card: 200,000 open brackets", {"MODEL_CARD.md": CARD + "[" * DEEPER + "0.5 " + "<!--" * 50_000}, 1, CANARY),
    Case("card: a figure that nothing gave", {"MODEL_CARD.md": CARD.replace("0.79", "0.81")}, 1, "MODEL_CARD.md:16: "),
    Case(
        "instructions: no front matter",
        {"INSTRUCTIONS_FOR_USE.md": "# Instructions\n"},
        1,
        "INSTRUCTIONS_FOR_USE.md:1: INSTRUCTIONS_FOR_USE.md has no front matter",
    ),
    Case("replay: 200,000 levels", {"evidence/replay.json": "[" * DEEPER}, 1, "evidence/replay.json:1: "),
    Case("replay: 5,000 levels", {"evidence/replay.json": "[" * DEEP + "]" * DEEP}, 1, "evidence/replay.json:1: More than 64 levels"),
    Case("replay: NaN", {"evidence/replay.json": '{"recorded_output": NaN}'}, 1, "evidence/replay.json:1: NaN is no number"),
    Case("replay: a list", {"evidence/replay.json": "[]"}, 1, "evidence/replay.json:1: The replay is no group of keys"),
    Case("events: 200,000 levels", {"evidence/events.jsonl": '{"type": "prediction"}\n' + '{"a": ' + "[" * DEEPER}, 1, "evidence/events.jsonl:2: "),
    Case("events: 5,000 levels", {"evidence/events.jsonl": '\n{"a": ' + "[" * DEEP + "]" * DEEP + "}"}, 1, "evidence/events.jsonl:2: More than 64 levels"),
    Case("events: broken", {"evidence/events.jsonl": '{"type": "prediction"}\n\n{"type": }\n'}, 1, "evidence/events.jsonl:3: The JSON is broken"),
    Case("events: a number of 5,000 digits", {"evidence/events.jsonl": '{"n": ' + "9" * DEEP + "}\n"}, 1, "evidence/events.jsonl:1: The number 999"),
    Case("events: an infinite number", {"evidence/events.jsonl": '{"n": 1e999}\n'}, 1, "evidence/events.jsonl:1: 1e999 is no finite number"),
    Case("events: half a character", {"evidence/events.jsonl": '{"type": "\\ud800"}\n'}, 1, "evidence/events.jsonl:1: The escape \\ud800"),
    Case("events: no object", {"evidence/events.jsonl": "7\n"}, 1, "evidence/events.jsonl:1: An event that is no group of keys"),
    Case("events: odd schema", {"evidence/event.schema.json": '{"$schema": []}'}, 1, "evidence/event.schema.json:1: "),
    Case("events: endless schema", {"evidence/event.schema.json": '{"$ref": "#"}'}, 1, "evidence/event.schema.json "),
    Case("events: schema on the network", {"evidence/event.schema.json": '{"items": true, "allOf": [{"$ref": "http://127.0.0.1:9/x"}]}'}, 1, "evidence/event.schema.json "),
    Case("events: unparsable schema", {"evidence/event.schema.json": "{"}, 1, "evidence/event.schema.json:1: "),
    Case("decisions: broken", {"evidence/decisions.json": "{"}, 1, "evidence/decisions.json:1: decisions.json can't be read"),
    Case("data: a link out", {}, 1, "compliance/data_governance.yaml:6: The file 'data/train.csv' isn't in the work tree", prepare=linked_out("data/train.csv")),
    # ------------------------------------------------ the command line
    Case("unknown requirement", {}, 2, "no pack has a requirement art99", ("--requirement", "art99"), others=False),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_bad_input_is_one_finding_at_its_place(case: Case, tmp_path: Path) -> None:
    repository = high(tmp_path / "repository", case.changes)
    if case.prepare is not None:
        case.prepare(repository)

    ran = repository.check("--format", "text", "--format", "json=report.json", *case.arguments)

    assert "Traceback" not in ran.said and "internal error" not in ran.said
    report = json.loads((repository.folder / "report.json").read_text("utf-8"))
    told = told_by(report)
    assert any(case.said in line for line in told), "\n".join(told)
    assert case.code == ran.code == report["exit_code"]
    if case.others:
        assert any(CANARY in line for line in told)


def told_by(report: object) -> list[str]:
    """Every finding and problem of a JSON report as `path:line: message`, and why something is unknown."""
    told: list[str] = []
    if isinstance(report, dict):
        place = report.get("location")
        if "message" in report:
            where = f"{place['path']}:{place['line']}: " if place else ""
            told.append(where + report["message"])
        if report.get("outcome") == "unknown" and report.get("because"):
            told.append(report["because"])
        report = list(report.values())
    if isinstance(report, list):
        for child in report:
            told += told_by(child)
    return told


USAGE = [
    (("--format", "jsno"), "there is no format 'jsno'", "Did you mean json?"),
    (("--formt", "json"), "--formt", ""),
    (("--ref", "no-such-branch"), "there is no revision 'no-such-branch'", "Fetch it"),
    (("--ref", "-x"), "there is no revision '-x'", ""),
    (("--ref", ""), "--ref is empty", "leave --ref out"),
    (("--as-of", "2026-02-30"), "'2026-02-30' is no date", ""),
    (("--staged", "--ref", "HEAD"), "--staged and --ref exclude each other", ""),
    (("no/such/folder",), "there is no 'no/such/folder'", ""),
    (("--format", "json=no/such/folder/report.json"), "can't be written", ""),
    (("--enforce", "later"), "later", ""),
]


@pytest.mark.parametrize(("arguments", "said", "fix"), USAGE, ids=[" ".join(row[0]) for row in USAGE])
def test_a_wrong_command_line_exits_with_2(
    arguments: tuple[str, ...], said: str, fix: str, tmp_path: Path
) -> None:
    ran = repos.program("check", *arguments, cwd=minimal(tmp_path / "repository").folder)

    assert 2 == ran.code, ran.said
    assert said in ran.said and fix in ran.said
    assert "Traceback" not in ran.said


def test_a_minimal_system_with_a_decided_claim_exits_with_0(tmp_path: Path) -> None:
    ran = minimal(tmp_path / "repository").check()

    assert 0 == ran.code, ran.out


def test_a_repository_without_ai_exits_with_0_and_says_who_decided(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository").write(
        {
            "aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n"
            "  reason: A web page with fixed texts.\n  decided_by: web-lead@example.org\n  expires: 2027-01-01\n"
        }
    )

    ran = repository.check()

    assert 0 == ran.code, ran.said
    assert "web-lead@example.org until 2027-01-01" in ran.said


def test_a_folder_without_git_is_judged_all_the_same(tmp_path: Path) -> None:
    for path, content in MINIMAL.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)

    ran = repos.program("check", "--as-of", repos.DAY, cwd=tmp_path)

    assert "a folder without git history" in ran.said
    assert "internal error" not in ran.said


def test_an_interrupted_run_exits_with_130(tmp_path: Path) -> None:
    pipe = tmp_path / "report"
    os.mkfifo(pipe)
    repository = minimal(tmp_path / "repository")
    slow = "import sys, time; sys.path.insert(0, sys.argv.pop(1)); from aiact_gate import cli; from aiact_gate.run import manifests; manifests.checked = lambda *a, **k: (print('up', flush=True), time.sleep(60)); cli.run()"
    process = subprocess.Popen(
        [sys.executable, "-c", slow, str(repos.ROOT), "check"],
        cwd=repository.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell's background job ignores the signal, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    process.stdout.readline()  # it is in the middle of judging
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)

    assert 130 == process.returncode, errors
    assert b"Traceback" not in errors


# ---------------------------------------------------------------- hostile text

HOSTILE = {
    "ansi": "\\e[31mred\\e[0m\\a\\b",
    "command": "one\\n::error file=x::owned\\n::set-output name=a::b",
    "bidi": "admin\\u202e\\u2066txt",
    "markup": "<img src=x onerror=1> | [a](javascript:1) @everyone `x` ##[error]owned",
    "long": "x" * 10_000,
}
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_harmless_in_every_format(name: str, tmp_path: Path) -> None:
    text = HOSTILE[name]
    repository = high(
        tmp_path / "repository",
        {
            # As a word of a closed set, as a key, as the name of a system, of a figure's metric and of a file.
            "compliance/testing.yaml": TESTING.replace("direction: higher", f'direction: "{text}"').replace(
                "title: AUC", f'title: "{text} AUC"'
            )
            + f'"{text}": 1\n',
            "aiact.yaml": MANIFEST.replace("name: Loan queue", f'name: "{text}"').replace(
                "card: MODEL_CARD.md", f'card: "{text}.md"'
            ),
        },
    )
    harmless(repository)


NAMES = {
    "line break": b"compliance/a\n::error::owned.yaml",
    "quotes": b"compliance/a'\"`$(id).yaml",
    "escape": b"compliance/a\x1b[31m.yaml",
    "not UTF-8": b"compliance/a\xff\xfe.yaml",
    "bidi": "compliance/a\u202etxt.yaml".encode(),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_name_is_harmless_in_every_format(name: str, tmp_path: Path) -> None:
    repository = high(tmp_path / "repository")
    place = os.fsencode(repository.folder) + b"/" + NAMES[name]
    Path(os.fsdecode(place)).write_bytes(TESTING.replace("loans@", "lons@").encode())
    repository.commit()
    harmless(repository)


def harmless(repository: Repository) -> None:
    wanted = [argument for name in FORMATS for argument in ("--format", f"{name}=report.{name}")]
    ran = repository.check(*wanted)
    assert 5 != ran.code and "Traceback" not in ran.said, ran.said
    for name in FORMATS:
        shown = (repository.folder / f"report.{name}").read_text("utf-8")
        assert not UNSAFE.search(shown if name != "json" else ""), name
        if name == "json":
            assert any(CANARY in line for line in told_by(json.loads(shown)))
        if name in ("text", "markdown", "github"):
            commands = [line for line in shown.split("\n") if line.lstrip().startswith("::")]
            assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in commands)
            assert not any(line.lstrip().startswith("::error file=x::owned") for line in commands)
            assert not any(line.lstrip().startswith("::error::owned") for line in commands)
        if name == "text":
            assert not any("::" == line.lstrip()[:2] for line in shown.split("\n"))
        if name == "markdown":
            assert "<img" not in shown and "](javascript" not in shown
        assert max(map(len, shown.split("\n"))) < 6_000 or name == "json", name
    printed = repository.check()
    assert 5 != printed.code and not UNSAFE.search(printed.out + printed.err), printed.said


def test_a_terminal_without_unicode_gets_a_report_all_the_same(tmp_path: Path) -> None:
    folder = high(tmp_path / "repository").folder

    ran = process("check", "--as-of", DAY, cwd=folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")

    assert 1 == ran.code, ran.said
    assert "internal error" not in ran.said


@pytest.mark.parametrize("name", ["testing.yaml", "notes.yaml"])
def test_a_record_that_cant_be_read_fails_although_no_point_waits_for_it(name: str, tmp_path: Path) -> None:
    repository = minimal(tmp_path).write(
        {f"compliance/{name}": "schema: aiact-gate/record/testing/v1\nfor: [\n"}
    )

    ran = repository.check()

    assert 1 == ran.code and f"compliance/{name}:" in ran.out and "can't be read" in ran.out, ran.out


def test_yaml_that_is_broken_and_no_record_is_only_told(tmp_path: Path) -> None:
    repository = minimal(tmp_path).write({"compliance/chart.yaml": "{{ if .Values.on }}\nkind: Pod\n"})

    ran, told = repository.check(), repository.check("--format", "json")

    assert 0 == ran.code, ran.out
    assert ["compliance/chart.yaml"] == [one["path"] for one in json.loads(told.out)["not_read"]]
