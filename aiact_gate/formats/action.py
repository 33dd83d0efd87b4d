"""What the action hands to the workflow: outputs in the block form, with a delimiter that no value holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiact_gate.formats import words
from aiact_gate.formats.escape import visible
from aiact_gate.formats.github import title
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Report

_WORST = ("fault", "nothing_evaluated", "fail", "pass")


def outputs(reports: Sequence[Report], exit_code: int) -> dict[str, str]:
    """The action's outputs."""
    systems = [system for report in reports for system in report.systems]
    failing = [finding for system in systems for finding in words.failing(system)]
    modes = [report.mode for report in reports]
    verdicts = [report.verdict for report in reports]
    counted = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR)
    points = [
        row.requirement.id
        for system in systems
        for row in system.rows
        if row.outcome in counted and not row.standing
    ]
    points += [finding.check.partition("/")[0] for finding in failing]
    return {
        "verdict": next((word for word in _WORST if word in verdicts), "nothing_evaluated"),
        "exit-code": str(exit_code),
        "findings": str(len(failing)),
        "failed-points": "\n".join(dict.fromkeys(visible(point) for point in points)),
        "title": "; ".join(title(report) for report in reports),
        "mode": next((word for word in ("enforce", "warn", "observe") if word in modes), "enforce"),
        "ring": visible(next((report.in_force.ring for report in reports if report.in_force), "")),
    }


def render_outputs(values: Mapping[str, str], delimiter: str) -> str:
    """*values* for GITHUB_OUTPUT; *delimiter* is random, and made longer where a value holds it."""
    lines = []
    for name, value in values.items():
        mark = delimiter
        while mark in value:
            mark += "x"
        lines.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    return "".join(lines)
