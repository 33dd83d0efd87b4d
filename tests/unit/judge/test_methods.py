"""What a pass is worth: earned by what stands behind it, and not enough where only a typed figure does."""

from __future__ import annotations

from pathlib import Path

import pytest
from reports import call, judge
from repos import DAY

EVENTS = "compliance/evidence/events.jsonl"
RULE = """\
  - id: house.{calls_for}
    version: 1.0.0
    citation: House rule on {calls_for} evidence
    title: The log holds predictions
    binds: {{role: any, duty: all}}
    timeline: undated
    profile: start
    calls_for: {calls_for}
    why: A log without predictions says nothing about the service.
    leaves_open: Is the day that was logged like any other?
    fix: Log a day on which the service served and bind the log to a run.
    cheat: A log that somebody typed. Without a run behind it, it is only stated.
    checks:
      - id: predictions-are-logged
        each: event_log.events
        where: has(it.type) && it.type == "prediction"
        that: has(it.confidence) && it.confidence > 0.0
        severity: {severity}
        message: "{{it.id}} has no confidence."
"""


def house(folder: Path, severity: str = "error") -> str:
    """A pack with one condition under two requirements: one that asks for figures, one for something written."""
    pack = folder / "house"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\nlegal_review: nobody has read it yet\n"
        f"introduced: {DAY}\n",
        "utf-8",
    )
    rules = "".join(RULE.format(calls_for=method, severity=severity) for method in ("measured", "structural"))
    head = "schema: aiact-gate/policy/v1\narticle: house\ntitle: Rules of our own\nrequirements:\n"
    (pack / "house.yaml").write_text(head + rules, "utf-8")
    return str(pack)


def unbind(folder: Path) -> None:
    """Edit the log so that it isn't, byte by byte, the one of the drill that the lock knows: somebody typed it."""
    log = folder / EVENTS
    log.write_bytes(log.read_bytes().replace(b'"type"', b' "type"', 1))


def test_a_log_that_only_the_lock_binds_to_a_run_is_read(copy: Path, tmp_path: Path) -> None:
    judged = judge(copy, "--pack", house(tmp_path))

    assert 0 == judged.code
    for name in ("house.measured", "house.structural"):
        row = judged.row(name)
        assert ("pass", "structural", True) == (row["outcome"], row["method"], row["on_lock_alone"])


def test_a_pass_on_typed_figures_alone_is_shown_as_stated(copy: Path, tmp_path: Path) -> None:
    unbind(copy)

    judged = judge(copy, "--pack", house(tmp_path))

    assert ("pass", "stated") == (
        judged.outcome("house.structural"),
        judged.row("house.structural")["method"],
    )


def test_where_the_pack_asks_for_figures_it_is_unknown(copy: Path, tmp_path: Path) -> None:
    unbind(copy)

    judged = judge(copy, "--pack", house(tmp_path))

    row = judged.row("house.measured")
    assert (1, "unknown", "") == (judged.code, row["outcome"], row["method"])
    assert "Only figures that somebody typed stand behind it" in row["because"]


def test_a_warning_on_typed_figures_fails_no_point(copy: Path, tmp_path: Path) -> None:
    unbind(copy)

    judged = judge(copy, "--pack", house(tmp_path, "warning"))

    assert ("pass", "stated") == (judged.outcome("house.measured"), judged.row("house.measured")["method"])


def test_the_shipped_points_on_the_log_are_stated_or_unknown_without_a_run(copy: Path) -> None:
    before = judge(copy)
    unbind(copy)

    after = judge(copy)

    assert ("pass", "structural") == (
        before.outcome("art12.2.c/override-names-person-reason-case"),
        before.check("art12.2.c/override-names-person-reason-case")["method"],
    )
    assert ("pass", "stated") == (
        after.outcome("art12.2.c/override-names-person-reason-case"),
        after.check("art12.2.c/override-names-person-reason-case")["method"],
    )
    for name in ("art12.1.automatic/every-decision-logged", "art14.4.e/halts-within-the-limit"):
        assert ("pass", "unknown") == (before.outcome(name), after.outcome(name))
    assert "art14.4.e" in after.failing
    assert 1 == after.code


def test_stated_passes_are_counted_apart(copy: Path) -> None:
    before = judge(copy).system["counts"]
    unbind(copy)

    after = judge(copy).system["counts"]

    assert (0, True) == (before["stated"], 0 < after["stated"])


def test_the_text_report_names_what_is_only_stated(copy: Path) -> None:
    unbind(copy)

    said = call("check", str(copy), "--as-of", DAY, "-v").said

    assert "stated" in said
    assert "Only figures that somebody typed stand behind it" in said


def test_an_edited_lock_proves_nothing_any_more(copy: Path) -> None:
    lock = copy / "aiact.lock"
    lock.write_bytes(lock.read_bytes().replace(b"collected: '", b"collected:  '", 1))

    judged = judge(copy)

    assert 1 == judged.code
    assert "fail" == judged.outcome("integrity.binding/lock-is-untouched")
    row = judged.row("art15.3")
    assert ("pass", "structural") == (row["outcome"], row["method"])


@pytest.mark.parametrize("name", ["on_lock_alone", "structural", "attested"])
def test_the_example_shows_each_method_by_what_it_reads(name: str, copy: Path) -> None:
    assert 0 < judge(copy).system["counts"][name]
