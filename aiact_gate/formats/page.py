"""One requirement's page: what the law asks, what was looked at, what is left to a person."""

from __future__ import annotations

from typing import Any

from aiact_gate.formats import words
from aiact_gate.formats.style import count, day, wrapped
from aiact_gate.model.outcome import METHOD_WORDS, WORDS, Outcome
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import CheckResult, Report, Row, SystemReport

WIDTH = 80
LEFT = 20


def render(requirement: Requirement, report: Report | None, procedure: dict[str, Any] | None = None) -> str:
    """The page of *requirement*, with what *report* shows of it for each system."""
    lines = [f"{requirement.citation}: {requirement.title}", "-" * WIDTH]
    lines += _field("What the law asks", requirement.why)
    lines += _field(
        "Called for",
        f"{METHOD_WORDS.get(requirement.calls_for, requirement.calls_for)} (our choice, not the law's)",
    )
    lines += _field("Profile", requirement.profile)
    if requirement.not_checked:
        lines += _field("Not checked", requirement.not_checked)
    rows = (
        [
            (system, row)
            for system in report.systems
            for row in system.rows
            if row.requirement.id == requirement.id
        ]
        if report
        else []
    )
    if report is not None:
        for problem in report.problems:
            lines += _field("Problem", f"{problem.message} {problem.fix}")
    for system, row in rows:
        lines += _shown(system, row)
    if not rows:
        lines += _field(
            "Checks",
            "; ".join(check.id.partition("/")[2].replace("-", " ") for check in requirement.checks) or "none",
        )
    lines += _field("Left to you", requirement.leaves_open)
    lines += _field("How to mend it", requirement.fix)
    if requirement.cheat:
        lines += _field("How it is faked", requirement.cheat)
    for name, refs in requirement.crosswalk.items():
        lines += _field(name.replace("_", " ").upper(), ", ".join(refs))
    if procedure is not None and rows:
        lines += _questions(rows[0][0], report, procedure)
    if report is not None and rows:
        lines += _field("Recompute", f"{words.recompute(report)} --requirement {requirement.id}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _field(name: str, text: str) -> list[str]:
    found = wrapped(text, WIDTH - LEFT)
    return [f"{name:<{LEFT}}{found[0] if found else ''}", *(" " * LEFT + line for line in found[1:])]


def _shown(system: SystemReport, row: Row) -> list[str]:
    status = words.status(row)
    method = f", {words.how(row)}" if row.outcome is Outcome.PASS else ""
    lines = ["", f"{system.id} {system.version}: {status}{method}"]
    if row.applies_from:
        lines += _field("Binds", f"from {day(row.applies_from)}")
    ran = [
        check for check in row.checks if check.outcome not in (Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED)
    ]
    if ran:
        held = sum(check.outcome is Outcome.PASS for check in ran)
        lines += _field("What was looked at", f"{count(len(ran), 'check')} ran, {held} hold.")
        for check in row.checks:
            lines += _check(check)
    elif row.because:
        lines += _field("Because", row.because)
    for path, digest in row.evidence[:6]:
        lines += _field(
            "Stands on" if (path, digest) == row.evidence[0] else "", f"{path} (sha256 {digest[:12]})"
        )
    if row.stood_on:
        lines += _field(
            "Registry", f"through the lock of {system.lock_date}, not live" if system.lock_date else "no lock"
        )
    if row.waiver:
        lines += _field("Waiver", row.waiver)
    return [*lines, ""]


def _check(check: CheckResult) -> list[str]:
    name = check.id.partition("/")[2].replace("-", " ")
    word = METHOD_WORDS[check.method] if check.method else WORDS[check.outcome]
    rows = f"{check.held} of {check.of}" if check.of > 1 else ""
    lines = [f"  {name[:52]:<54}{rows:<10}{word}"]
    for finding in check.findings[:5]:
        lines += wrapped(f"{finding.location}: {finding.message}", WIDTH, "      ")
    if check.because and not check.findings:
        lines += wrapped(check.because, WIDTH, "      ")
    return lines


def _questions(system: SystemReport, report: Report | None, procedure: dict[str, Any]) -> list[str]:
    lines = ["", "The questions behind the tier (answer them in compliance/classification.yaml):"]
    for question in procedure.get("questions", []):
        if not question.get("text"):
            continue
        lines += wrapped(
            f"{question['id']}: {question['text']} ({question.get('citation', '')})", WIDTH, "  "
        )
        options = [
            f"{option['id']}: {option.get('text') or option.get('ref', '')}"
            for option in question.get("options", [])
        ]
        for option in options:
            lines += wrapped(f"- {option}", WIDTH, "      ")
    return lines
