"""The checklist as Markdown: for a step summary, a pull request or an auditor. Every value from a repository is escaped."""

from __future__ import annotations

from aiact_gate.formats import words
from aiact_gate.formats.escape import markdown_code, markdown_text
from aiact_gate.formats.style import count, day, days_between
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Finding, Report, Row, SystemReport

LIMIT = 950_000
"""Bytes; a step summary over 1 MiB is dropped whole."""

MEANING = (
    ("shown", "every check that ran holds"),
    ("failed", "missing, contradicted or otherwise not shown"),
    ("unknown", "this run could not determine it; counts like failed"),
    ("owed", "failed on adoption day; has an owner and a due date"),
    ("waived", "failed; somebody answers for it until a date"),
    ("not checked", "this version has no source for it, or only a person can judge it"),
    ("not looked at", "outside the profile"),
    ("measured", "the gate computed it from bound bytes"),
    ("proven", "git, the registry or the bound run's log shows it"),
    ("read", "the fields are there, filled and consistent"),
    ("signed", "a person says so, until a date"),
    ("stated", "somebody typed it; nothing stands behind it"),
)


def render(report: Report) -> str:
    """The whole report; over the size limit the points not looked at go first, then shown rows, never failed ones."""
    text = _render(report, cut=0)
    for cut in (1, 2):
        if len(text.encode()) <= LIMIT:
            return text
        text = _render(report, cut)
    while len(text.encode()) > LIMIT:
        text = text[: len(text) // 2].rpartition("\n")[0] + "\n\nCut here; the JSON report has the rest.\n"
    return text


def _render(report: Report, cut: int) -> str:
    lines: list[str] = []
    for problem in report.problems:
        place = f"{markdown_code(str(problem.location))} " if problem.location else ""
        lines += [
            f"**Problem** {place}{markdown_text(problem.message)} Fix: {markdown_text(problem.fix)}",
            "",
        ]
    if report.note:
        lines += [markdown_text(report.note), ""]
    for system in report.systems:
        lines += _system(report, system, cut)
    lines += _foot(report)
    return "\n".join(lines) + "\n"


def _system(report: Report, system: SystemReport, cut: int) -> list[str]:
    c = system.counts
    lines = [
        f"## {markdown_text(system.id)} {markdown_text(system.version)}: {c['pass']} of {c['judged']} points shown, {count(len(words.failing(system)), 'finding')}, {c['owed']} owed",
        "",
    ]
    roles = " and ".join(role.replace("_", " ") for role in system.roles)
    head = f"{markdown_text(words.tier_line(system))[:1].upper()}{markdown_text(words.tier_line(system))[1:]}. {roles[:1].upper()}{roles[1:]}."
    if system.applies_from:
        days = days_between(report.as_of, system.applies_from)
        head += f" Articles 9-15 bind from **{day(system.applies_from)}**" + (
            f" ({count(days, 'day')})." if days > 0 else "."
        )
    lines += [head, ""]
    lines += [
        markdown_text(words.release_line(report, system)) + " " + markdown_text(words.people_line(system)),
        "",
    ]
    lines += [f"{words.counts_line(system)} {words.worth_line(system)}".strip(), ""]
    lines += _to_fix(system)
    lines += _waived(system)
    lines += _ask(system)
    lines += _checklist(system, cut)
    return lines


def _to_fix(system: SystemReport) -> list[str]:
    findings = words.failing(system)
    lines: list[str] = []
    if findings:
        lines += ["### To fix", "", "| # | Where | Article | What | Fix |", "|--:|---|---|---|---|"]
        lines += [_finding(finding) for finding in findings]
        lines.append("")
    rows = words.of_outcome(system, Outcome.UNKNOWN) + words.of_outcome(system, Outcome.ERROR)
    if rows:
        lines += ["### Unknown in this run", "", "| Article | Why |", "|---|---|"]
        lines += [
            f"| {short_citation(row.requirement)} | {markdown_text(words.because(row))} |" for row in rows
        ]
        lines.append("")
    return lines


def _finding(finding: Finding) -> str:
    place = f"{finding.location.path}:{finding.location.line}"
    waits = f" Waiting for it: {', '.join(finding.waits)}." if finding.waits else ""
    return f"| {finding.number} | {markdown_code(place)} | {markdown_text(finding.article.replace('Article ', ''))} | {markdown_text(finding.message)}{waits} | {markdown_text(finding.fix)} |"


def _waived(system: SystemReport) -> list[str]:
    rows = words.of_outcome(system, Outcome.WAIVED)
    if not rows:
        return []
    lines = ["### Waived", "", "| Article | What fails | Waiver |", "|---|---|---|"]
    lines += [
        f"| {short_citation(row.requirement)} | {markdown_text(words.because(row))} | {markdown_text(row.waiver)} |"
        for row in rows
    ]
    return [*lines, ""]


def _ask(system: SystemReport) -> list[str]:
    found = words.warnings(system)
    notices = list(system.notices)
    if not found and not notices:
        return []
    lines = ["### Worth a look", ""]
    lines += [
        f"- {markdown_code(f'{finding.location.path}:{finding.location.line}')} {markdown_text(finding.message)}"
        for finding in [*notices, *found][:50]
    ]
    return [*lines, ""]


def _checklist(system: SystemReport, cut: int) -> list[str]:
    rows = [row for row in system.rows if row.requirement.is_point or row.requirement.id == "art6.claim"]
    quiet = (Outcome.NOT_SELECTED, Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED)
    if all(row.outcome is Outcome.NOT_APPLICABLE for row in rows if row.requirement.is_point):
        rows = [row for row in rows if not row.requirement.is_point]
    loud = [row for row in rows if row.outcome not in quiet]
    silent = [row for row in rows if row.outcome in quiet]
    if cut >= 2:
        loud = [row for row in loud if row.outcome is not Outcome.PASS]
    lines = [
        "### Checklist",
        "",
        "| Article | Requirement | Evidence | How | Status | Left to you |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(row) for row in loud]
    lines.append("")
    if silent and cut < 1:
        lines += [
            f"<details><summary>{count(len(silent), 'point')} without a result</summary>",
            "",
            "| Article | Requirement | Status | Why |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {short_citation(row.requirement)} | {markdown_text(row.requirement.title)} | {words.status(row)} | {markdown_text(row.because)} |"
            for row in silent
        ]
        lines += ["", "</details>", ""]
    elif silent:
        lines += [
            f"{count(len(silent), 'point')} without a result {'is' if len(silent) == 1 else 'are'} only in the JSON report.",
            "",
        ]
    return lines


def _row(row: Row) -> str:
    evidence = (
        markdown_code(f"{row.place.path}:{row.place.line}")
        if row.place and row.outcome is Outcome.PASS
        else "-"
    )
    status = words.status(row)
    if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR):
        numbers = sorted(
            {finding.number for check in row.checks for finding in check.findings if finding.number}
        )
        status = f"**{status.lower()}**" + (f" ({', '.join(map(str, numbers))})" if numbers else "")
    if row.outcome is Outcome.WAIVED:
        status = f"waived, {markdown_text(row.waiver)}"
    if row.outcome is Outcome.OWED:
        note = next((finding.note for check in row.checks for finding in check.findings if finding.note), "")
        status = f"owed, {markdown_text(note)}"
    left = markdown_text(row.requirement.leaves_open) if row.outcome is Outcome.PASS else "-"
    return f"| {short_citation(row.requirement)} | {markdown_text(row.requirement.title)} | {evidence} | {words.how(row)} | {status} | {left} |"


def _foot(report: Report) -> list[str]:
    lines = ["<details><summary>What the words mean</summary>", ""]
    lines += [f"- *{word}*: {meaning}" for word, meaning in MEANING]
    lines += ["", "</details>", ""]
    packs = ", ".join(
        f"{markdown_text(name)} {markdown_text(version)} ({digest[:8]})"
        for name, version, digest, _ in report.packs
    )
    review = next((review for name, _, _, review in report.packs if name == "eu-ai-act"), "not yet")
    lines.append(f"Rules {packs}; read by counsel: {markdown_text(review)}.")
    lines.append(words.DISCLAIMER)
    if report.subject.get("kind") != "folder without git":
        lines.append(f"Recompute: {markdown_code(words.recompute(report))}")
    return lines
