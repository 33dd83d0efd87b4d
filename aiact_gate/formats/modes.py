"""The first lines of a report: in which mode it is, since and until when, who decided that, and a bypass."""

from __future__ import annotations

from aiact_gate.formats.style import count, day
from aiact_gate.model.report import Report
from aiact_gate.model.rollout import InForce, Recall
from aiact_gate.sources.shapes import quoted


def first_lines(report: Report) -> list[str]:
    """What stands before everything else; nothing where no roll-out, no recall and no bypass is in play."""
    lines = [_mode(report, report.in_force)] if report.in_force is not None else []
    if report.recalls:
        own = any(recall.vendored for recall in report.recalls)
        checks = ", ".join(quoted(recall.check)[1:-1] for recall in report.recalls[:3])
        more = f" and {len(report.recalls) - 3} more" if len(report.recalls) > 3 else ""
        whose = ", as a pack of this repository says" if own else ""
        lines.append(f"{count(len(report.recalls), 'check')} recalled{whose}: {checks}{more}.")
    if report.rules:
        lines.append(report.rules)
    if report.bypass:
        lines.append(
            f"The environment names a bypass: {quoted(report.bypass)}. Verdict and exit code are as without it."
        )
    return lines


def _mode(report: Report, found: InForce) -> str:
    ring = f"ring {found.ring}, pack {found.pack}" if found.ring else f"pack {found.pack}"
    ring += ", vendored in this repository" if found.vendored else ""
    if found.because == "ignored":
        return "Enforced: no roll-out is there, and the mode in the manifest only raises one."
    if found.because == "unnamed":
        return f"The repository isn't named (--repository), so no ring applies: enforced. ({ring[:1].upper()}{ring[1:]}.)"
    if found.because == "no_ring":
        own = ", vendored in this repository," if found.vendored else ""
        return f"No ring of {found.pack}{own} fits {quoted(found.repository)[1:-1]}: enforced."
    if found.because == "before":
        return f"Enforced: the first step of the ring begins on {day(found.until)} ({ring})."
    asked = found.because == "manifest"
    if asked:
        ring = f"aiact.yaml asks for it; {ring}: {found.ring_mode}"
    if found.mode == "enforce":
        since = f" since {day(found.since)}" if found.since else ""
        kinds = f" for {', '.join(found.kinds)}" if found.kinds else ""
        until = f"; next step on {day(found.until)}" if found.until else ""
        other = report.verdict == "fail" and report.exit_code == 0
        return f"Enforced{since}{kinds}{until} ({ring}){': only other kinds failed.' if other else '.'}"
    word = "Observed only" if found.mode == "observe" else "Warns only"
    until = f" until {day(found.until)}" if found.until else "" if asked else ", no later step is set"
    return f"{word}{until} ({ring}): {_result(report)}"


def _result(report: Report) -> str:
    if report.verdict == "fail":
        return "this would fail."
    if report.verdict == "pass":
        return "nothing failed."
    what = "nothing was judged" if report.verdict == "nothing_evaluated" else "the run has a fault"
    return f"{what}, which no mode excuses."


def title_words(report: Report) -> str:
    """What a check's title says of the mode: `, observed only`; nothing where everything is enforced."""
    words = {"observe": ", observed only", "warn": ", warns only", "enforce": ""}[report.mode]
    return words + (", a bypass is named" if report.bypass else "")


def recall_line(recall: Recall) -> str:
    """`art9.5/accepted-by-another, issue 214, until 20 December 2026: why. Taken back by … (bank-rules 4.2).`"""
    own = ", vendored in this repository" if recall.vendored else ""
    return (
        f"{recall.check}, issue {recall.issue}, until {day(recall.until)}: {recall.reason.strip().rstrip('.')}. "
        f"Taken back by {recall.approved_by} ({recall.pack}{own})."
    )
