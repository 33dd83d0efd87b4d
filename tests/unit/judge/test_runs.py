"""A run as a whole: which dates bind, what a release adds, the exit codes, and the same bytes twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reports import call, commit, git, judge, replace, unaccept
from repos import DAY, HIGH, MINIMAL, ROOT, Repository, high, minimal, process, program

BINDS = "2027-12-02"
"""From when Articles 9-15 bind a system of Annex III."""
THE_DAY_BEFORE = "2027-12-01"


# ---------------------------------------------------------------- dates


@pytest.fixture
def unaccepted(copy: Path) -> Path:
    """The example, in which nobody has accepted what remains of R1."""
    unaccept(copy, "R1")
    return copy


def test_now_a_point_fails_whatever_its_date(unaccepted: Path) -> None:
    judged = judge(unaccepted)

    assert (1, ["art9.5"]) == (judged.code, judged.failing)
    assert BINDS == judged.row("art9.5")["applies_from"]


@pytest.mark.parametrize("day", [DAY, THE_DAY_BEFORE])
def test_by_law_nothing_fails_before_the_date_that_applies(day: str, unaccepted: Path) -> None:
    judged = judge(unaccepted, "--enforce", "law", as_of=day)

    assert (0, "not_due") == (judged.code, judged.outcome("art9.5"))
    assert {"not_due"} == {
        finding["outcome"] for finding in judged.check("art9.5/accepted-by-another")["findings"]
    }


@pytest.mark.parametrize("day", [BINDS, "2028-01-01"])
def test_by_law_it_fails_from_that_date(day: str, unaccepted: Path) -> None:
    judged = judge(unaccepted, "--enforce", "law", as_of=day)

    assert (1, "fail") == (judged.code, judged.outcome("art9.5"))


def test_by_law_a_pass_stays_a_pass(copy: Path) -> None:
    judged = judge(copy, "--enforce", "law")

    assert (0, "pass") == (judged.code, judged.outcome("art9.5"))


def test_by_law_a_record_of_a_wrong_form_and_a_wrong_claim_fail_all_the_same(copy: Path) -> None:
    replace(copy, "compliance/risk_management.yaml", "nil_returns:", "nil_return:")
    replace(copy, "aiact.yaml", "tier: high", "tier: minimal")

    judged = judge(copy, "--enforce", "law")

    assert 1 == judged.code
    assert {"art6.claim", "integrity.form"} <= set(judged.failing)


# ---------------------------------------------------------------- releases


def test_changes_after_the_run_are_a_notice_on_a_branch_and_fail_a_release(copy: Path) -> None:
    with (copy / "train.py").open("a", encoding="utf-8") as file:
        file.write("\n# tidied\n")
    commit(copy, "tidied")

    branch, release = judge(copy), judge(copy, "--release")

    assert (0, "pass", False) == (branch.code, branch.data["verdict"], branch.data["subject"]["release"])
    assert (1, "fail", True) == (release.code, release.data["verdict"], release.data["subject"]["release"])
    for judged, outcome in ((branch, "not_due"), (release, "fail")):
        found = [notice for notice in judged.notices if "Unreleased changes" in notice["message"]]
        assert [(outcome, "stale")] == [(notice["outcome"], notice["kind"]) for notice in found]
        assert "train.py" in found[0]["message"]


def test_a_release_without_changes_passes(copy: Path) -> None:
    assert 0 == judge(copy, "--release").code


# ---------------------------------------------------------------- exit codes


def code(folder: Path, *arguments: str) -> int:
    """The exit code of the real program in its own process."""
    return program("check", *arguments, "--as-of", DAY, cwd=folder).code


def test_0_nothing_failed(tmp_path: Path) -> None:
    assert 0 == code(minimal(tmp_path / "repository").folder)


def test_1_a_point_failed(tmp_path: Path) -> None:
    assert 1 == code(high(tmp_path / "repository").folder)


def test_1_a_point_is_unknown(copy: Path) -> None:
    (copy / "compliance/human_oversight.yaml").write_bytes(b"measures: [\n")

    judged = judge(copy)

    assert (1, "unknown") == (judged.code, judged.outcome("art14.2"))


def test_1_a_point_is_unknown_and_nothing_else_fails(copy: Path) -> None:
    """Whether the plan was there before the run, without the history that says so."""
    replace(copy, "compliance/testing.yaml", "schema:", "# read again\nschema:")
    shutil.rmtree(copy / ".git")

    judged = judge(copy)

    assert (1, {"unknown"}) == (judged.code, {judged.outcome(name) for name in judged.failing})


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-such-option",),
        ("no-such-folder",),
        ("--format", "xlsx"),
        ("--as-of", "2026-13-01"),
        ("--ref", "no-such-revision"),
        ("--base", "no-such-revision"),
        ("--requirement", "art99.9"),
        ("--enforce", "never"),
        ("--staged", "--ref", "HEAD"),
        ("--format", "json=no/such/folder/report.json"),
    ],
    ids=" ".join,
)
def test_2_what_the_command_line_asks_for_isnt_there(arguments: tuple[str, ...], tmp_path: Path) -> None:
    folder = minimal(tmp_path / "repository").folder
    place = () if "no-such-folder" in arguments else (str(folder),)

    ran = call("check", *place, *arguments, *(() if "--as-of" in arguments else ("--as-of", DAY)))

    assert 2 == ran.code
    assert "Traceback" not in ran.said


FAULTS = {
    "a manifest that can't be read": {"aiact.yaml": "systems: [\n"},
    "a manifest with an unknown key": {"aiact.yaml": HIGH["aiact.yaml"].replace("tier:", "teir:")},
    "a lock that can't be read": {"aiact.lock": "systems: [\n"},
    "waivers that can't be read": {"compliance/waivers.yaml": "waivers: [\n"},
    "a baseline that can't be read": {"compliance/baseline.yaml": "items: [\n"},
    "a pack that isn't there": {"aiact.yaml": HIGH["aiact.yaml"] + "policies:\n  packs: [house]\n"},
    "no system and no word about it": {"aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems: []\n"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_3_a_fault_of_manifest_lock_waivers_baseline_or_pack(name: str, tmp_path: Path) -> None:
    judged = judge(high(tmp_path / "repository", FAULTS[name]).folder)

    assert (3, "fault", 3) == (judged.code, judged.data["verdict"], judged.data["exit_code"])
    assert judged.data["problems"]


def test_4_no_manifest(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository").write({"README.md": "Loans\n"})
    repository.commit()

    assert 4 == code(repository.folder)


def test_4_no_point_applies_to_the_system_as_declared(copy: Path) -> None:
    replace(copy, "aiact.yaml", "role: provider", "role: deployer")
    replace(copy, "compliance/classification.yaml", "is: [provider]", "is: [deployer]")
    more = {"scope.personal": "false", "role.shift": "[]", "l.public_service": "false"}
    with (copy / "compliance/classification.yaml").open("a", encoding="utf-8") as file:
        for question, answer in more.items():
            file.write(
                f"  {question}:\n    is: {answer}\n    because: Asked of those who use it about {question}.\n"
            )

    (copy / "compliance/waivers.yaml").unlink()  # of points that bind the provider

    judged = judge(copy)

    assert (4, "nothing_evaluated") == (judged.code, judged.data["verdict"])


def test_5_a_fault_of_the_gate_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret of the repository")

    monkeypatch.setattr("aiact_gate.run.manifests.checked", broken)

    ran = call("check", str(minimal(tmp_path / "repository").folder))

    assert 5 == ran.code
    assert "internal error: ZeroDivisionError" in ran.err
    assert "secret" not in ran.said
    assert "Traceback" not in ran.said


def test_130_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aiact_gate.run.manifests.checked", interrupted)

    assert 130 == call("check", str(minimal(tmp_path / "repository").folder)).code


@pytest.mark.skipif(sys.platform == "win32", reason="no broken pipes there")
def test_141_what_read_the_output_closed_it(tmp_path: Path) -> None:
    folder = high(tmp_path / "repository").folder
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "aiact_gate", "check", "--format", "json", "--as-of", DAY],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert 141 == done.returncode
    assert b"Traceback" not in done.stderr


def test_a_fault_goes_before_usage_and_usage_before_a_failure(tmp_path: Path) -> None:
    failing = high(tmp_path / "failing").folder
    faulty = high(tmp_path / "faulty", FAULTS["a baseline that can't be read"]).folder

    assert 2 == judge(failing, "--requirement", "art99.9").code
    assert 3 == judge(faulty, "--requirement", "art99.9").code
    assert 3 == judge(faulty).code


def test_nothing_judged_goes_before_a_failure_of_another_system(tmp_path: Path) -> None:
    """In one run over several manifests the worst code is the code."""
    repository = Repository(tmp_path / "repository")
    repository.write({f"one/{path}": text for path, text in MINIMAL.items()})
    repository.write({f"two/{path}": text for path, text in HIGH.items()})
    repository.commit()

    assert 0 == code(repository.folder, "one")
    assert 1 == code(repository.folder, "two")
    assert 1 == code(repository.folder, "--recursive")
    repository.write({"three/aiact.yaml": "systems: [\n"})
    repository.commit()
    assert 3 == code(repository.folder, "--recursive")


NO_AI = {"reason": "Only a website is in this repository.", "decided_by": "head-of-loans@example.org"}


@pytest.mark.parametrize(("expires", "expected"), [(DAY, 0), ("2026-11-24", 1)])
def test_a_repository_without_ai_passes_until_its_date(expires: str, expected: int, tmp_path: Path) -> None:
    told = "".join(f"  {key}: {value}\n" for key, value in {**NO_AI, "expires": expires}.items())
    repository = Repository(tmp_path / "repository").write(
        {"aiact.yaml": f"schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n{told}"}
    )
    repository.commit()

    ran = program("check", "--as-of", DAY, cwd=repository.folder)

    assert expected == ran.code
    assert expires in ran.said or "25 November 2026" in ran.said


# ---------------------------------------------------------------- the same twice


def test_two_runs_write_the_same_bytes(copy: Path, tmp_path: Path) -> None:
    """In other processes, with other hashes, from another folder, in another zone and language."""
    unaccept(copy, "R1", "R2")
    commit(copy, "unaccepted")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(copy), str(clone))
    arguments = ("check", "--format", "json", "--as-of", DAY)

    first = process(*arguments, cwd=copy, PYTHONHASHSEED="1", TZ="UTC")
    second = process(
        *arguments, cwd=clone, PYTHONHASHSEED="2", TZ="Pacific/Auckland", LC_ALL="C", HOME=str(tmp_path)
    )

    assert 1 == first.code == second.code
    assert 1000 < len(first.out)
    assert first.out == second.out
