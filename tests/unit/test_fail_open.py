"""Nothing that keeps the gate from judging ever ends with 0: each fault, in each format, and in each mode of a roll-out."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from packs_of import RULES, TESTING, bank_rules, head
from repos import DAY, HIGH, MINIMAL, Ran, Repository, call, lock

from aiact_gate.formats import FORMATS

MANIFEST = MINIMAL["aiact.yaml"]
PLANNED = MINIMAL | {
    "compliance/testing.yaml": TESTING.replace("0.40", "0.90").replace('""', "Nobody is unread.")
}
"""Nothing fails here, under the rules of the bank's pack, too."""
WITH_PACK = MANIFEST + "policies:\n  packs: [packs/bank-rules]\n"
BROKEN = RULES.replace("it.threshold > 0.5", "it.treshold > 0.5")
RUNTIME = RULES.replace("it.threshold > 0.5", "int(it.id) > 0")
"""Compiles, and is an error on every row: no id is a number."""
WAIVER = """\
waivers:
  - id: W1
    requirement: house.plan
    system: mail-sorter
    reason: The plan of the old sorter stands for a while.
    owner: mail@example.org
    approved_by: head-of-model-risk@example.org
    created: 2026-08-01
    expires: 2026-11-24
    requirement_version: 1.0.0
    compensating: A person looks at every tenth letter.
"""
NO_AI = "schema: aiact-gate/manifest/v1\nsystems: []\n"


class Cell(NamedTuple):
    """One fault."""

    code: int
    names: str
    """What the output has to hold."""
    files: Mapping[str, str | bytes | None] = {}
    """What is other than in a repository in which nothing fails; None takes a file away."""
    given: Mapping[str, str | None] | None = None
    """A pack given by the workflow: what is other than in the bank's."""
    own: Mapping[str, str | None] | None = None
    """A pack of the manifest."""
    arguments: tuple[str, ...] = ()
    path: str = "."
    finding: bool = False
    """It fails as a finding does, so that a mode may take the code away."""


PACKS: dict[str, Mapping[str, str | None]] = {
    "a policy that doesn't compile": {"house.yaml": BROKEN},
    "a policy that errors on every element": {"house.yaml": RUNTIME},
    "a policy that can't be read": {"house.yaml": "requirements: [\n"},
    "a policy of a key that is none": {"house.yaml": RULES.replace("        kind:", "        kynd:")},
    "an empty pack": {"house.yaml": None},
    "a pack without pack.yaml": {"pack.yaml": None},
    "a pack.yaml that can't be read": {"pack.yaml": "name: [\n"},
    "a roll-out of a mode that is none": {
        "rollout.yaml": "schema: aiact-gate/rollout/v1\nrings:\n  - {name: all, repositories: ['*'], steps: [{from: 2026-01-01, mode: silent}]}\n"
    },
    "a recall of a check that is none": {
        "pack.yaml": head(more="recalls:\n  - {check: house.plan/x, reason: It looks at other metrics., issue: 1, approved_by: x@example.org, from: 2026-11-20, until: 2026-12-10}\n")
    },
    "a recall without an end": {
        "pack.yaml": head(more="recalls:\n  - {check: house.plan/above-chance, reason: It looks at other metrics., issue: 1, approved_by: x@example.org, from: 2026-11-20}\n")
    },
    "a check new in a version that is none": {"house.yaml": RULES.replace("        kind:", "        new_in: 9.9\n        kind:")},
}  # fmt: skip
PACK_WORDS = {
    "a policy that doesn't compile": "treshold",
    "a policy that errors on every element": "house.plan/above-chance",
    "a policy that can't be read": "house.yaml",
    "a policy of a key that is none": "kynd",
    "an empty pack": "has no requirement",
    "a pack without pack.yaml": "it has no pack.yaml",
    "a pack.yaml that can't be read": "pack.yaml",
    "a roll-out of a mode that is none": "silent",
    "a recall of a check that is none": "house.plan/x",
    "a recall without an end": "until",
    "a check new in a version that is none": "9.9",
}
CELLS = {
    **{f"{name}, given": Cell(3, PACK_WORDS[name], given=files) for name, files in PACKS.items()},
    **{f"{name}, of the manifest": Cell(3, PACK_WORDS[name], {"aiact.yaml": WITH_PACK}, own=files) for name, files in PACKS.items()},
    "no pack where one is given": Cell(3, "nowhere", arguments=("--pack", "nowhere")),
    "a file where a pack is given": Cell(3, "aiact.yaml", arguments=("--pack", "aiact.yaml")),
    "no pack where the manifest names one": Cell(3, "packs/bank-rules", {"aiact.yaml": WITH_PACK}),
    "a pack outside the repository": Cell(3, "../rules", {"aiact.yaml": MANIFEST + "policies:\n  packs: [../rules]\n"}),
    "a requirement that no pack has": Cell(2, "art9.99", arguments=("--requirement", "art9.99")),
    "a requirement that no pack has, beside one that one has": Cell(2, "art9.99", arguments=("--requirement", "art6.claim", "--requirement", "art9.99")),
    "a manifest that can't be read": Cell(3, "aiact.yaml", {"aiact.yaml": "systems: [\n"}),
    "a manifest of bytes": Cell(3, "aiact.yaml", {"aiact.yaml": b"\xff\xfe\x00"}),
    "an empty manifest": Cell(3, "aiact.yaml", {"aiact.yaml": ""}),
    "a profile that is none": Cell(3, "everything", {"aiact.yaml": MANIFEST + "policies:\n  profile: everything\n"}),
    "a mode that is none": Cell(3, "silent", {"aiact.yaml": MANIFEST + "policies:\n  mode: silent\n"}),
    "a lock that can't be read": Cell(3, "aiact.lock", {"aiact.lock": "systems: [\n"}),
    "waivers that can't be read": Cell(3, "waivers.yaml", {"compliance/waivers.yaml": "waivers: [\n"}),
    "a baseline that can't be read": Cell(3, "baseline.yaml", {"compliance/baseline.yaml": "items: [\n"}),
    "a record that can't be read": Cell(1, "testing.yaml", {"compliance/testing.yaml": "metrics: [\n"}, given={}, finding=True),
    "no manifest": Cell(4, "aiact.yaml", {"aiact.yaml": None}),
    "a role without duties": Cell(4, "importer", {"aiact.yaml": MANIFEST.replace("provider", "importer").replace("minimal", "high"), "compliance/classification.yaml": MINIMAL["compliance/classification.yaml"].replace("provider", "importer") + "  role.shift:\n    is: []\n    because: Nothing was changed.\n"}, arguments=("--requirement", "art9.5")),
    "no system, and nobody says why": Cell(3, "no_ai_system", {"aiact.yaml": NO_AI}),
    "no system, by a decision that ended": Cell(1, "2026-11-24", {"aiact.yaml": NO_AI + "no_ai_system: {reason: Scripts that people wrote rename files here., decided_by: it@example.org, expires: 2026-11-24}\n"}, finding=True),
    "a path that isn't there": Cell(2, "services", path="services"),
    "a manifest that isn't there": Cell(2, "services/aiact.yaml", path="services/aiact.yaml"),
    "a waiver that ended": Cell(1, "chance gives 0.5", {"compliance/testing.yaml": TESTING, "compliance/waivers.yaml": WAIVER}, given={}, finding=True),
    "an invalid waiver": Cell(1, "W1", {"compliance/waivers.yaml": WAIVER.replace("approved_by: head-of-model-risk", "approved_by: mail")}, given={}, finding=True),
}  # fmt: skip


def repository(folder: Path, cell: Cell) -> Repository:
    files = {**PLANNED, **cell.files}
    found = Repository(folder / "mail-sorter").write(
        {name: text for name, text in files.items() if text is not None}
    )
    if cell.own is not None:
        (found.folder / "packs").mkdir()
        bank_rules(found.folder / "packs" / "bank-rules", {"rollout.yaml": None, **cell.own})
    found.commit()
    return found


def given(folder: Path, cell: Cell) -> tuple[str, ...]:
    if cell.given is None:
        return ()
    return ("--pack", str(bank_rules(folder / "bank-rules", {"rollout.yaml": None, **cell.given})))


def names(ran: Ran, cell: Cell) -> bool:
    """Whether the output says what is wrong, whatever it is escaped for and however it is wrapped."""
    said = (ran.out + ran.err).replace("\\\\", "\\").replace("&#95;", "_").replace("%0A", " ")
    return cell.names in " ".join(said.split())


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "AIACT_"))]:
        monkeypatch.delenv(name)
    return monkeypatch.chdir


def test_nothing_fails_where_nothing_is_wrong(tmp_path: Path, here: Callable[[Path], None]) -> None:
    """Else the cells below would show nothing."""
    cell = Cell(0, "", given={})
    here(repository(tmp_path, cell).folder)

    assert 0 == call("check", "--as-of", DAY).code
    assert 0 == call("check", "--as-of", DAY, *given(tmp_path, cell)).code


@pytest.mark.parametrize("name", CELLS)
def test_in_every_format(name: str, tmp_path: Path, here: Callable[[Path], None]) -> None:
    cell = CELLS[name]
    here(repository(tmp_path, cell).folder)
    arguments = ("check", cell.path, "--as-of", DAY, *given(tmp_path, cell), *cell.arguments)

    for format_ in FORMATS:
        ran = call(*arguments, "--format", format_)
        assert cell.code == ran.code, (format_, ran)
        assert names(ran, cell), (format_, ran)
    written = tmp_path / "report.json"
    assert cell.code == call(*arguments, "--format", f"json={written}").code
    if written.exists():
        data = json.loads(written.read_text("utf-8"))
        assert cell.code == data["exit_code"] and "pass" != data["verdict"]


@pytest.mark.parametrize("name", CELLS)
def test_as_a_step_of_a_workflow(
    name: str, tmp_path: Path, here: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = CELLS[name]
    folder = repository(tmp_path, cell).folder
    here(folder)
    packs = [*given(tmp_path, cell), *cell.arguments]
    asked = {"--pack": "AIACT_PACKS", "--requirement": "AIACT_REQUIREMENT"}
    values: dict[str, list[str]] = {}
    for flag, value in zip(packs[::2], packs[1::2], strict=True):
        values.setdefault(asked[flag], []).append(value)
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    environment = {
        "AIACT_PATH": cell.path,
        "AIACT_AS_OF": DAY,
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(folder),
        **{key: "\n".join(lines) for key, lines in values.items()},
    }
    for key, value in environment.items():
        monkeypatch.setenv(key, value)

    ran = call("ci", "github")

    assert cell.code == ran.code, ran
    assert names(ran, cell), ran
    assert "::error " in ran.out and summary.read_text("utf-8").strip()
    said = outputs.read_text("utf-8")
    assert f"\n{cell.code}\n" in said.partition("exit-code<<")[2]
    assert "pass" != said.partition("verdict<<")[2].split("\n")[1]


ROLLOUT = """\
schema: aiact-gate/rollout/v1
rings:
  - name: all
    repositories: ["*"]
    steps: [{from: 2026-01-01, mode: %s}]
"""


@pytest.mark.parametrize("mode", ["observe", "warn", "enforce, kinds: [contradicted]"])
@pytest.mark.parametrize("name", CELLS)
def test_in_every_mode_of_a_roll_out(
    name: str, mode: str, tmp_path: Path, here: Callable[[Path], None]
) -> None:
    """A mode takes the code of a finding away, and of nothing else."""
    cell = CELLS[name]
    here(repository(tmp_path, cell).folder)
    rollout = tmp_path / "roll-out"
    text = head().replace("bank-rules", "roll-out")
    bank_rules(rollout, {"pack.yaml": text, "house.yaml": None, "rollout.yaml": ROLLOUT % mode})
    modes = ("--pack", str(rollout), "--repository", "bank/mail-sorter")

    ran = call("check", cell.path, "--as-of", DAY, *modes, *given(tmp_path, cell), *cell.arguments)

    contradicted = name == "a waiver that ended" and mode.startswith("enforce")
    assert (0 if cell.finding and not contradicted else cell.code) == ran.code, ran
    assert names(ran, cell), ran
    if cell.code != 2 or ran.out:
        assert "nothing failed" not in ran.out, ran.out


def test_a_mode_is_no_pass(tmp_path: Path, here: Callable[[Path], None]) -> None:
    """What would fail is said first."""
    cell = CELLS["a record that can't be read"]
    here(repository(tmp_path, cell).folder)
    rollout = tmp_path / "roll-out"
    bank_rules(rollout, {"house.yaml": None, "rollout.yaml": ROLLOUT % "observe"})

    given_ = given(tmp_path, cell)
    ran = call("check", "--as-of", DAY, "--pack", str(rollout), "--repository", "bank/mail-sorter", *given_)

    assert 0 == ran.code
    assert "this would fail." in " ".join(ran.out.partition("\n\n")[0].split())


def test_a_choice_by_what_isnt_written_says_what_to_begin_with(tmp_path: Path) -> None:
    by_group = RULES.replace(
        "        that: it.threshold", "        where: size(it.group) > 1\n        that: it.threshold"
    )
    cell = Cell(3, "'group' of M2 isn't written there; begin with filled(…)", given={"house.yaml": by_group})

    ran = call("check", str(repository(tmp_path, cell).folder), "--as-of", DAY, *given(tmp_path, cell))

    assert cell.code == ran.code
    assert names(ran, cell), ran


# ---------------------------------------------------------------- policy lint and policy test

FOR_LINT = [
    name for name in PACKS if name not in ("a policy that errors on every element", "a recall of a check that is none")
]  # fmt: skip


@pytest.mark.parametrize("name", FOR_LINT)
def test_lint(name: str, tmp_path: Path) -> None:
    pack = bank_rules(tmp_path / "bank-rules", {"rollout.yaml": None, **PACKS[name]})

    ran = call("policy", "lint", str(pack))

    assert 3 == ran.code and PACK_WORDS[name] in ran.out + ran.err, ran


@pytest.mark.parametrize("name", PACKS)
def test_policy_test(name: str, tmp_path: Path) -> None:
    """With examples that all hold, so that only the fault can end it."""
    pack = bank_rules(tmp_path / "bank-rules", {"rollout.yaml": None, **PACKS[name]})
    examples = pack / "examples"
    (examples / "fixtures" / "high").mkdir(parents=True)
    (examples / "fixtures" / "high" / "testing.yaml").write_text(PLANNED["compliance/testing.yaml"], "utf-8")
    (examples / "house.plan.yaml").write_text(
        "base: fixtures/high\ncases:\n  - {check: above-chance, name: less than chance, set: {/testing/metrics/0/threshold: 0.4}}\n"
        '  - {check: reasons-are-written, name: no reason, set: {/testing/metrics/0/because: ""}}\n',
        "utf-8",
    )
    if name == "a recall of a check that is none":
        return  # whose checks they are is known only where all packs are
    ran = call("policy", "test", str(pack))

    assert ran.code in (1, 3) and (ran.out + ran.err).strip(), ran


@pytest.mark.parametrize("command", ["lint", "test", "list"])
def test_no_pack(command: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    for folder in (tmp_path / "nowhere", tmp_path / "empty"):
        ran = call("policy", command, str(folder))
        assert ran.code in (2, 3) and folder.name in ran.err, ran


def test_policy_test_of_a_requirement_that_no_pack_has(tmp_path: Path) -> None:
    ran = call("policy", "test", "--requirement", "art9.99")

    assert ran.code in (1, 2) and (ran.out + ran.err).strip()


def test_a_pack_that_vanished_is_no_pass(tmp_path: Path, here: Callable[[Path], None]) -> None:
    """What was compiled before keeps none alive."""
    cell = Cell(0, "", given={})
    here(repository(tmp_path, cell).folder)
    arguments = given(tmp_path, cell)
    before = call("check", "--as-of", DAY, *arguments)
    shutil.rmtree(arguments[1])

    assert (0, 3) == (before.code, call("check", "--as-of", DAY, *arguments).code)


def test_a_red_repository_with_a_lock_is_red(tmp_path: Path, here: Callable[[Path], None]) -> None:
    """The fixtures aren't green because nothing binds them."""
    found = Repository(tmp_path / "loans").write({**HIGH, "aiact.lock": lock()})
    found.commit()
    here(found.folder)

    assert [1] * len(FORMATS) == [call("check", "--as-of", DAY, "--format", name).code for name in FORMATS]
