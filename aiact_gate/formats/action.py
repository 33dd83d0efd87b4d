"""What the action hands to the workflow: outputs in the block form, with a delimiter that no value holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiact_gate.formats.escape import visible
from aiact_gate.formats.github import title
from aiact_gate.formats.view import view
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Report

_WORST = ("fault", "nothing_evaluated", "fail", "pass")


def outputs(reports: Sequence[Report], exit_code: int) -> dict[str, str]:
    """The action's outputs."""
    views = [view(report) for report in reports]
    failed = [one for shown in views for one in shown.failed]
    modes = [report.mode for report in reports]
    verdicts = [report.verdict for report in reports]
    points = [
        one.row.requirement.id
        for shown in views
        for system in shown.systems
        for one in system.rows
        if one.row.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR) and not one.row.standing
    ]
    points += [one.check.partition("/")[0] for one in failed]
    return {
        "verdict": next((word for word in _WORST if word in verdicts), "nothing_evaluated"),
        "exit-code": str(exit_code),
        "findings": str(len(failed)),
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
