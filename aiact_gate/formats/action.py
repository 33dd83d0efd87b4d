"""What the action hands to the workflow: outputs in the block form, with a delimiter that no value holds."""

from __future__ import annotations

from aiact_gate.formats import words
from aiact_gate.formats.github import title
from aiact_gate.model.report import Report


def outputs(reports: list[Report], exit_code: int) -> dict[str, str]:
    """The action's outputs."""
    failing = [
        finding for report in reports for system in report.systems for finding in words.failing(system)
    ]
    order = ("fault", "nothing_evaluated", "fail", "pass")
    verdict = next(
        (word for word in order if any(report.verdict == word for report in reports)), "nothing_evaluated"
    )
    return {
        "verdict": verdict,
        "exit-code": str(exit_code),
        "findings": str(len(failing)),
        "failed-points": "\n".join(dict.fromkeys(finding.check.partition("/")[0] for finding in failing)),
        "title": "; ".join(title(report) for report in reports),
    }


def render_outputs(values: dict[str, str], delimiter: str) -> str:
    """*values* for GITHUB_OUTPUT; *delimiter* is random and no line of any value."""
    lines = []
    for name, value in values.items():
        mark = delimiter
        while mark in value.split("\n"):
            mark += "x"
        lines.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    return "".join(lines)
