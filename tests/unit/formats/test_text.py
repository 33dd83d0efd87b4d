"""The report for people: what it answers, how wide it is, where it has colours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from repos import DAY, MINIMAL, Ran, Repository, high, minimal, program
from shipped import on_terminal

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def rendered(where: Repository, columns: int, *options: str) -> Ran:
    return on_terminal("check", "--as-of", DAY, *options, cwd=where.folder, columns=columns)


def plain(text: str) -> str:
    return ESCAPE.sub("", text)


def too_long(text: str, columns: int) -> list[str]:
    """Lines over *columns* that could have been broken: a path, a command or an address stands alone in its line."""
    lines = [line for line in plain(text).splitlines() if len(line) > columns]
    return [line for line in lines if len(line.split()) > 1 and not line.startswith(("Again: ", "Next:  "))]


@pytest.fixture(scope="session")
def report(shown: Repository) -> Ran:
    return shown.check()


@pytest.fixture(scope="session")
def red(failing: Repository) -> Ran:
    return failing.check()


@pytest.mark.parametrize("columns", [80, 100, 140])
@pytest.mark.parametrize("options", [(), ("-v",)], ids=["short", "verbose"])
def test_no_line_is_wider_than_the_terminal(
    shown: Repository, failing: Repository, columns: int, options: tuple[str, ...]
) -> None:
    for where in (shown, failing):
        assert [] == too_long(rendered(where, columns, *options).out, columns)


def test_a_narrow_terminal_gets_80_columns_and_a_wide_one_at_most_160(
    shown: Repository, failing: Repository
) -> None:
    narrow, wide = rendered(shown, 40), rendered(failing, 400, "-v")

    assert plain(narrow.out) == plain(rendered(shown, 80).out)
    assert 140 < max(len(line) for line in plain(wide.out).splitlines()) <= 160


def test_a_wide_terminal_cuts_no_title_and_no_file_name(shown: Repository) -> None:
    text = plain(rendered(shown, 140).out)

    assert "Special categories serve bias work only and are needed " in text
    assert " technical_documentation.yaml:" in text and "…" not in text


def test_the_columns_of_the_checklist_stand_below_each_other(report: Ran) -> None:
    lines = report.out.splitlines()
    rule = next(number for number, line in enumerate(lines) if re.fullmatch(r"-+( -+){4}", line))
    ends = [found.end() for found in re.finditer(r"-+", lines[rule])]
    rows = lines[rule + 1 : lines.index("", rule)]

    assert len(rows) > 50 and lines[rule - 1].startswith("Article ")
    for row in [lines[rule - 1], *rows]:
        assert all(row[end : end + 1] == " " for end in ends[:-1]), row


def test_what_is_piped_has_no_colour_and_80_columns(report: Ran) -> None:
    assert 0 == report.code
    assert "\x1b" not in report.out and "" == report.err
    assert [] == too_long(report.out, 80)


def test_a_terminal_gets_colours_and_the_same_words(failing: Repository, red: Ran) -> None:
    seen = rendered(failing, 80)

    assert 1 == seen.code
    assert "\x1b[1;31mCONTRADICTED\x1b[0m" in seen.out
    assert plain(seen.out) == red.out


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_colours_can_be_turned_off(failing: Repository, environment: dict[str, str]) -> None:
    seen = on_terminal("check", "--as-of", DAY, cwd=failing.folder, **environment)

    assert "CONTRADICTED" in seen.out and "\x1b" not in seen.out


def test_a_file_never_gets_colours(failing: Repository, tmp_path: Path) -> None:
    on_terminal("check", "--as-of", DAY, f"--format=text={tmp_path / 'report.txt'}", cwd=failing.folder)

    written = (tmp_path / "report.txt").read_text("utf-8")
    assert "CONTRADICTED" in written and "\x1b" not in written


# ---------------------------------------------------------------- what it answers


def test_it_says_which_system_and_which_release(shown: Repository, report: Ran) -> None:
    commit = shown.git("rev-parse", "--short=7", "HEAD")

    assert report.out.startswith("credit-scoring 1.3.0   high risk, Annex III 5(b)\n")
    assert f"Release 1.3.0 (no tag: in development), read in commit {commit}." in report.said
    run = re.search(r"^ +id: '?([0-9a-f]{7})[0-9a-f]{25}'?$", run_block(shown), re.MULTILINE)
    assert run is not None
    assert f"Model credit-scoring v1, run {run[1]}; registry from the lock of 2026-11-25." in report.said


def run_block(where: Repository) -> str:
    lock = (where.folder / "aiact.lock").read_text("utf-8")
    return lock[lock.index("\n      run:") :]


def test_it_says_when_the_tree_is_another_than_the_commit(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    before = repository.check().said
    (repository.folder / "notes.txt").write_text("new\n")

    repository.git("add", "notes.txt")

    assert "with uncommitted changes" not in before
    assert "with uncommitted changes" in repository.check().said


def test_it_says_what_binds_when(report: Ran, tmp_path: Path) -> None:
    assert "Articles 9-15 bind from 2 December 2027, in 372 days." in report.said
    assert (
        "Articles 43, 47-49, 72, 73 from 2 December 2027 (by another reading since 2 August 2026)."
        in report.said
    )
    assert "Articles 9-15 bind from" not in minimal(tmp_path / "minimal").check().said


def test_after_the_date_it_says_since(failing: Repository) -> None:
    ran = program("check", "--as-of", "2027-12-03", cwd=failing.folder)

    assert "Articles 9-15 bind since 2 December 2027." in ran.said


def test_it_says_what_is_missing_and_where(red: Ran) -> None:
    assert "MISSING  Nothing here states it yet" in red.out
    assert re.search(
        r"^ *\d+  aiact\.yaml:3:9 +Evidence\n    compliance/risk_management\.yaml isn't there\.",
        red.out,
        re.M,
    )
    assert "Fix: Write it; its fields: aiact-gate schema risk_management" in red.said
    assert re.search(r"^exit 1$", red.out, re.MULTILINE)


def test_contradictions_come_before_gaps_and_numbers_run_through(red: Ran) -> None:
    assert red.out.index("CONTRADICTED") < red.out.index("UNBOUND") < red.out.index("MISSING")
    numbers = [int(number) for number in re.findall(r"^ *(\d+)  \S+:\d+:\d+", red.out, re.MULTILINE)]
    assert numbers == sorted(set(numbers)) and 1 == numbers[0]


def test_it_says_what_rests_on_a_persons_word(report: Ran) -> None:
    counted = re.search(r"(\d+) signed\.", report.said)
    named = re.search(r"On a person's word alone \(signed, named only\): (.*?)\. Other", report.said)

    assert counted is not None and named is not None
    # "15(5)" is several points of one paragraph; each row of the list that is signed is among them.
    signed = re.findall(r"^(\S+(?: \S+)?) {2,}.* signed +shown$", report.out, re.MULTILINE)
    assert set(named[1].split(", ")) == {article.strip() for article in signed if article != "6"}
    assert int(counted[1]) == len([article for article in signed if article != "6"])
    assert "Tier decided by head-of-model-risk@example.org, reviewed by" in report.said


def test_it_says_who_answers_for_what_is_waived(report: Ran) -> None:
    assert "waiver W1, data-steward@example.org, until 2027-05-20" in report.said
    assert "Article 10(4):" in report.said and "2 waived" in report.said


def test_the_counts_add_up(report: Ran, red: Ran) -> None:
    for said in (report.said, red.said):
        found = re.search(
            r"Judged (\d+) of (\d+) points \(profile full\): (\d+) shown, (\d+) failed, (\d+) owed\. (\d+) waived, "
            r"(\d+) not applicable, (\d+) unknown\. (\d+) have no check",
            said,
        )
        assert found is not None
        judged, points, *rest = map(int, found.groups())
        shown, failed, owed, waived, not_applicable, unknown, unchecked = rest
        assert 130 == points == judged + not_applicable + unchecked
        assert judged == shown + failed + owed + waived + unknown


def test_a_tier_that_nobody_decided_is_a_proposal(tmp_path: Path) -> None:
    record = MINIMAL["compliance/classification.yaml"]
    repository = minimal(tmp_path / "repository")
    repository.write(
        {"compliance/classification.yaml": record.replace("decided_by: head", "decided_by: ?? head")}
    )

    assert "PROPOSED: nobody has decided" in repository.check().said


def test_every_finding_is_printed_once(tmp_path: Path) -> None:
    """What a change loosens is a notice that fails: it stands among the findings and nowhere else."""
    repository = high(tmp_path / "repository")
    first = repository.git("rev-parse", "HEAD")
    plan = (repository.folder / "compliance" / "testing.yaml").read_text("utf-8")
    repository.write({"compliance/testing.yaml": plan.replace("threshold: 0.70", "threshold: 0.60")})
    repository.commit("a lower bar")

    ran = repository.check("--base", first)

    assert 1 == ran.code
    found = [line.strip() for line in ran.out.splitlines() if "0.6" in line and "0.7" in line]
    assert len(found) == len(set(found)) and 1 == ran.out.count("LOOSENED"), ran.out
    assert 1 == ran.said.count("art9.8/") + ran.said.count("integrity.change/")
    assert not any(line.startswith("NOTICE  compliance/testing.yaml") for line in ran.out.splitlines())


def test_a_long_path_is_not_cut(tmp_path: Path) -> None:
    folder = "a-folder-with-a-rather-long-name/and-another-one-below-it"
    files = {f"{folder}/{path}": text for path, text in MINIMAL.items()}
    bad = "compliance/classification.yaml"
    files[f"{folder}/{bad}"] = MINIMAL[bad] + "surplus: 1\n"
    repository = Repository(tmp_path / "repository").write(files)
    repository.commit()

    ran = repository.check(folder)

    assert re.search(rf"^ 1  {folder}/{bad}:\d+:1\n {{60,}} *Evidence$", ran.out, re.MULTILINE), ran.out
