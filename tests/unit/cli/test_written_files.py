"""What the program writes: a file whole, a link's target, a pipe through; nothing but an ordinary file is replaced."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from repos import DAY, HIGH, MINIMAL, ROOT, Ran, Repository, high, minimal, process, program

SCHEMA = "aiact-gate/report/v1"


def read_beside(pipe: Path, work: Callable[[], Ran]) -> tuple[bytes, Ran]:
    """(what comes out of *pipe* while *work* runs, what *work* gives)."""
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    ran = work()
    reader.join(10)
    return (got[0] if got else b""), ran


def baseline(repository: Repository) -> Ran:
    return program(
        "baseline", "create", "--owner", "head-of-loans@example.org", "--as-of", DAY, cwd=repository.folder
    )


def collect(repository: Repository) -> Ran:
    return program("collect", cwd=repository.folder)


# ---------------------------------------------------------------- what somebody names


def test_a_report_goes_into_the_target_of_a_link_and_the_link_stays(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository").write({"reports/old.json": "old"})
    (repository.folder / "report.json").symlink_to("reports/old.json")

    ran = repository.check("--format", "json=report.json")

    assert 0 == ran.code, ran.said
    assert "reports/old.json" == os.readlink(repository.folder / "report.json")
    assert SCHEMA == json.loads((repository.folder / "reports/old.json").read_text())["schema"]


def test_a_link_that_lies_in_no_repository_is_followed_wherever_it_leads(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (tmp_path / "link.json").symlink_to("target.json")

    ran = repository.check("--format", f"json={tmp_path}/link.json")

    assert 0 == ran.code, ran.said
    assert (tmp_path / "link.json").is_symlink()
    assert SCHEMA == json.loads((tmp_path / "target.json").read_text())["schema"]


@pytest.mark.parametrize("name", ["report.json", "out/report.json"])
def test_a_link_of_a_repository_does_not_lead_a_report_out_of_it(name: str, tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "report.json").write_text("old")
    (repository.folder / "out").symlink_to("../outside")
    (repository.folder / "report.json").symlink_to("../outside/report.json")

    ran = repository.check("--format", f"json={name}")

    assert 2 == ran.code, ran.said
    assert f"a link on the way to {name} leads out of its repository" in ran.said
    assert "old" == (tmp_path / "outside" / "report.json").read_text()


def test_a_pipe_gets_the_report_and_stays_a_pipe(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    text, ran = read_beside(pipe, lambda: repository.check("--format", f"json={pipe}"))

    assert 0 == ran.code, ran.said
    assert SCHEMA == json.loads(text)["schema"]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_link_to_a_pipe_leads_to_the_pipe(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")

    text, ran = read_beside(tmp_path / "pipe", lambda: repository.check("--format", f"json={tmp_path}/link"))

    assert (0, SCHEMA) == (ran.code, json.loads(text)["schema"])
    assert (tmp_path / "link").is_symlink() and stat.S_ISFIFO((tmp_path / "pipe").lstat().st_mode)


def test_a_pipe_whose_reader_goes_away_ends_the_program_as_a_closed_output_does(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    held = os.open(pipe, os.O_WRONLY)
    os.set_blocking(held, False)
    while True:  # full, so that the program waits for somebody who reads
        try:
            os.write(held, b"x" * 65536)
        except BlockingIOError:
            break
    os.close(held)
    threading.Timer(4, os.close, (reader,)).start()

    ran = repository.check("--format", f"json={pipe}")

    assert 141 == ran.code, ran.said
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_socket_is_refused_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = minimal(tmp_path / "repository")
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("listening")

        ran = repository.check("--format", f"json={tmp_path}/listening")

    assert 2 == ran.code, ran.said
    assert "can't be written" in ran.said
    assert stat.S_ISSOCK((tmp_path / "listening").lstat().st_mode)


def test_the_programs_own_output_can_be_named(tmp_path: Path) -> None:
    ran = process("check", "--format", "json=/dev/fd/1", cwd=minimal(tmp_path / "repository").folder)

    assert 0 == ran.code, ran.said
    assert SCHEMA == json.loads(ran.out)["schema"]


def test_a_link_to_the_programs_own_output_leads_there(tmp_path: Path) -> None:
    (tmp_path / "output").symlink_to("/proc/self/fd/1")

    folder = minimal(tmp_path / "repository").folder
    ran = process("check", "--format", f"json={tmp_path}/output", cwd=folder)

    assert 0 == ran.code, ran.said
    assert SCHEMA == json.loads(ran.out)["schema"]
    assert (tmp_path / "output").is_symlink()


def test_a_report_to_an_open_file_follows_what_stands_in_it(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "aiact_gate", "check", "--format", "text", "--format", "json=/dev/fd/1"],
            cwd=repository.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            check=True,
            timeout=120,
        )

    text, _, report = (tmp_path / "log").read_text().partition("exit 0\n")

    assert text.startswith("mail-sorter 2.0.0")
    assert SCHEMA == json.loads(report)["schema"]


def test_a_descriptor_that_is_not_open_is_refused(tmp_path: Path) -> None:
    ran = minimal(tmp_path / "repository").check("--format", "json=/dev/fd/987")

    assert (2, True) == (ran.code, "/dev/fd/987 can't be written" in ran.said), ran.said


def test_a_folder_is_refused_and_nothing_else_is_left(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (tmp_path / "out").mkdir()

    ran = repository.check("--format", f"json={tmp_path}/out")

    assert (2, True) == (ran.code, "can't be written" in ran.said), ran.said
    assert ["out", "repository"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_results_of_policy_tests_go_through_a_pipe_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    example = str(ROOT / "examples" / "organisation-pack")

    text, ran = read_beside(
        pipe, lambda: program("policy", "test", example, "--junit", str(pipe), cwd=tmp_path)
    )

    assert 0 == ran.code, ran.said
    assert b"<testsuites" in text and stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_new_pack_is_not_led_out_of_the_repository(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (tmp_path / "outside").mkdir()
    (repository.folder / "policies").symlink_to("../outside")

    ran = program("policy", "new", "policies/house", cwd=repository.folder)

    assert (2, True) == (ran.code, "leads out of its repository" in ran.said), ran.said
    assert [] == list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize("place", ["out.json", "{workspace}/out.json"])
def test_the_report_of_a_workflow_is_not_led_out_of_the_workspace(place: str, tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (repository.folder / "out.json").symlink_to("../outside.json")

    ran = program(
        "ci",
        "github",
        cwd=repository.folder,
        AIACT_REPORT=place.format(workspace=repository.folder),
        AIACT_AS_OF=DAY,
    )

    assert 2 == ran.code, ran.said
    assert (repository.folder / "out.json").is_symlink() and not (tmp_path / "outside.json").exists()


# ---------------------------------------------------------------- what belongs to the repository


def test_debts_are_not_written_through_a_folder_that_leads_out(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository")
    outside = tmp_path / "outside"
    (repository.folder / "compliance").rename(outside)
    (repository.folder / "compliance").symlink_to("../outside")
    before = sorted(path.name for path in outside.iterdir())

    ran = baseline(repository)

    assert 2 == ran.code, ran.said
    assert "a link on the way to compliance/baseline.yaml leads out of the repository" in ran.said
    assert before == sorted(path.name for path in outside.iterdir())


def test_debts_follow_a_folder_that_is_a_link_within_the_repository(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository", {"compliance/testing.yaml": None})
    (repository.folder / "compliance").rename(repository.folder / "governance")
    (repository.folder / "compliance").symlink_to("governance")

    ran = baseline(repository)

    assert 0 == ran.code, ran.said
    assert (repository.folder / "compliance").is_symlink()
    assert yaml.safe_load((repository.folder / "governance" / "baseline.yaml").read_text())["items"]


@pytest.mark.parametrize("command", ["create", "update"])
def test_a_pipe_in_the_place_of_the_debts_stays_what_it_is(command: str, tmp_path: Path) -> None:
    repository = high(tmp_path / "repository")
    os.mkfifo(repository.folder / "compliance" / "baseline.yaml")

    ran = program("baseline", command, "--as-of", DAY, cwd=repository.folder)

    assert ran.code in (2, 3), ran.said
    assert stat.S_ISFIFO((repository.folder / "compliance" / "baseline.yaml").lstat().st_mode)


def test_a_link_in_the_place_of_the_debts_is_not_written_over(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository", {"debts.yaml": "owed: much\n"})
    (repository.folder / "compliance" / "baseline.yaml").symlink_to("../debts.yaml")

    ran = baseline(repository)

    assert (3, True) == (ran.code, "is a link, not a file" in ran.said), ran.said
    assert "owed: much\n" == (repository.folder / "debts.yaml").read_text()


def test_a_lock_goes_into_the_target_of_a_link_within_the_repository(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository").write({"locks/aiact.lock": "old"})
    (repository.folder / "aiact.lock").symlink_to("locks/aiact.lock")

    ran = collect(repository)

    assert 0 == ran.code, ran.said
    assert (repository.folder / "aiact.lock").is_symlink()
    assert (repository.folder / "locks" / "aiact.lock").read_text().startswith("collected:")


def test_a_lock_of_a_service_may_lie_elsewhere_in_its_repository(tmp_path: Path) -> None:
    service = {f"services/mail/{path}": content for path, content in MINIMAL.items()}
    repository = Repository(tmp_path / "repository").write({**service, "locks/aiact.lock": "old"})
    (repository.folder / "services/mail/aiact.lock").symlink_to("../../locks/aiact.lock")

    ran = program("collect", "services/mail", cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert (repository.folder / "locks" / "aiact.lock").read_text().startswith("collected:")


@pytest.mark.parametrize("target", ["../outside", ".git/description"])
def test_a_lock_is_not_led_out_of_the_repository_or_into_gits_own_files(target: str, tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (tmp_path / "outside").write_text("old")
    (repository.folder / ".git" / "description").write_text("old")
    (repository.folder / "aiact.lock").symlink_to(target)

    ran = collect(repository)

    assert (2, True) == (
        ran.code,
        "a link on the way to aiact.lock leads out of the repository" in ran.said,
    ), ran.said
    assert "old" == (repository.folder / target).read_text()


def test_a_pipe_in_the_place_of_the_lock_is_refused_and_stays(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    os.mkfifo(repository.folder / "aiact.lock")

    ran = collect(repository)

    assert (2, True) == (ran.code, "aiact.lock is no ordinary file" in ran.said), ran.said
    assert stat.S_ISFIFO((repository.folder / "aiact.lock").lstat().st_mode)


def test_a_record_that_a_link_leads_to_is_not_confirmed(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository")
    outside = tmp_path / "testing.yaml"
    outside.write_text(HIGH["compliance/testing.yaml"])
    (repository.folder / "compliance" / "testing.yaml").unlink()
    (repository.folder / "compliance" / "testing.yaml").symlink_to(outside)

    ran = program("confirm", "compliance/testing.yaml", "--for", "1.3.0", "--yes", cwd=repository.folder)

    assert 2 == ran.code, ran.said
    assert HIGH["compliance/testing.yaml"] == outside.read_text()


def test_two_formats_dont_share_a_file(tmp_path: Path) -> None:
    ran = minimal(tmp_path / "repository").check("--format", "json=a", "--format", "markdown=a")

    assert (2, True) == (ran.code, "two formats name the file a" in ran.said), ran.said


def test_no_report_goes_into_gits_own_folder(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    before = (repository.folder / ".git" / "HEAD").read_bytes()

    ran = repository.check("--format", "json=.git/HEAD")

    assert (2, True) == (ran.code, "git's own folder" in ran.said), ran.said
    assert before == (repository.folder / ".git" / "HEAD").read_bytes()
