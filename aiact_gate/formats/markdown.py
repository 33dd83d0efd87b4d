"""The checklist as Markdown: for a step summary, a pull request or an auditor. Every value from a repository is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiact_gate import __version__
from aiact_gate.formats import words
from aiact_gate.formats.escape import markdown_code, markdown_text
from aiact_gate.formats.links import documentation, is_address
from aiact_gate.formats.style import count
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
    ("warns", "failed, by a check that is new in this form; it fails from the day that is named"),
    ("recalled", "the check was taken back for a while and not judged"),
    ("named only", "git doesn't show that the person who signed a waiver wrote it"),
    ("not checked", "this version has no source for it, or only a person can judge it"),
    ("not looked at", "outside the profile"),
    ("measured", "the gate computed it from bound bytes"),
    ("proven", "git, the registry or the bound run's log shows it"),
    ("read", "the fields are there, filled and consistent"),
    ("signed", "a person says so, until a date"),
    ("stated", "somebody typed it; nothing stands behind it"),
)


ROWS = 100_000
"""More rows than any table has."""


@dataclass(frozen=True)
class Cut:
    """What is left out so that the text fits, mildest first."""

    silent: bool = False
    """Points without a result."""
    shown: bool = False
    """Points that are shown."""
    rows: int = ROWS
    """Rows kept of each other table and list."""


def render(report: Report) -> str:
    """The whole report; over the size limit the points not looked at go first, then shown rows, last the end of tables."""
    return render_all([report])


def render_all(reports: Sequence[Report], limit: int = LIMIT) -> str:
    """All *reports* of a step in at most *limit* bytes, cut between rows; what was cut is said where it stood."""
    for cut in (Cut(), Cut(silent=True), Cut(silent=True, shown=True)):
        text = _render(reports, cut)
        if len(text.encode()) <= limit:
            return text
    # The most rows that fit: every row more makes the text longer.
    fit, over = 0, max(_longest(reports), 1)
    while over - fit > 1:
        middle = (fit + over) // 2
        if len(_render(reports, Cut(True, True, middle)).encode()) <= limit:
            fit = middle
        else:
            over = middle
    text = _render(reports, Cut(True, True, fit))
    if len(text.encode()) <= limit:
        return text
    return f"The report of {count(len(reports), 'manifest')} is too long for this place; the JSON report has it.\n"


def _longest(reports: Sequence[Report]) -> int:
    tables = [max(len(report.problems), len(report.recalls)) for report in reports]
    for report in reports:
        for system in report.systems:
            tables += [len(words.failing(system)), len(system.rows)]
            tables.append(len(words.warnings(system)) + len(system.notices) + len(words.new_ones(system)))
    return max(tables, default=0)


def _render(reports: Sequence[Report], cut: Cut) -> str:
    lines: list[str] = []
    for report in reports:
        for line in words.first_lines(report):
            lines += [f"**{markdown_text(line)}**", ""]
        lines += _problems(report, cut)
        if report.note:
            lines += [markdown_text(report.note), ""]
        lines += _worth_a_look(report.questions, cut)
        for system in report.systems:
            lines += _system(report, system, cut)
        lines += _recalled(report, cut)
        lines += _foot(report)
    lines += _meaning() if any(report.systems for report in reports) else []
    return "\n".join(lines) + "\n"


def _problems(report: Report, cut: Cut) -> list[str]:
    lines = []
    for problem in report.problems[: cut.rows]:
        place = f"{markdown_code(str(problem.location))} " if problem.location else ""
        fix = f" Fix: {markdown_text(problem.fix)}" if problem.fix else ""
        lines += [f"**Problem** {place}{markdown_text(problem.message)}{fix}", ""]
    return lines + _rest(len(report.problems), cut)


def _rest(found: int, cut: Cut) -> list[str]:
    """What stands below a table that was cut."""
    return [f"And {found - cut.rows} more; the JSON report has them all.", ""] if found > cut.rows else []


def _system(report: Report, system: SystemReport, cut: Cut) -> list[str]:
    c = system.counts
    lines = [
        f"## {markdown_text(system.id)} {markdown_text(system.version)}: {c['pass']} of {c['judged']} points shown, {count(len(words.failing(system)), 'finding')}, {c['owed']} owed",
        "",
    ]
    roles = markdown_text(" and ".join(role.replace("_", " ") for role in system.roles)) or "no role"
    tier = markdown_text(words.tier_line(system))
    head = f"{tier[:1].upper()}{tier[1:]}. {roles[:1].upper()}{roles[1:]}."
    binds = markdown_text(words.binds_line(system, report.as_of))
    lines += [f"{head} {binds}".rstrip(), ""]
    lines += [
        markdown_text(words.release_line(report, system)) + " " + markdown_text(words.people_line(system)),
        "",
    ]
    lines += [markdown_text(f"{words.counts_line(system)} {words.worth_line(system)}".strip()), ""]
    lines += _to_fix(system, cut)
    lines += _waived(system, cut)
    lines += _new(system, cut)
    lines += _ask(system, cut)
    lines += _checklist(system, cut)
    return lines


def _to_fix(system: SystemReport, cut: Cut) -> list[str]:
    findings = words.failing(system)
    lines: list[str] = []
    if findings:
        lines += ["### To fix", "", "| # | Where | Article | What | Fix |", "|--:|---|---|---|---|"]
        lines += [_finding(finding) for finding in findings[: cut.rows]]
        lines += ["", *_rest(len(findings), cut)]
    rows = words.of_outcome(system, Outcome.UNKNOWN) + words.of_outcome(system, Outcome.ERROR)
    if rows:
        lines += ["### Unknown in this run", "", "| Article | Why |", "|---|---|"]
        lines += [f"| {_article(row)} | {markdown_text(words.because(row))} |" for row in rows[: cut.rows]]
        lines += ["", *_rest(len(rows), cut)]
    return lines


def _article(row: Row) -> str:
    """The point's number; a link to its page, if that can be reached from here."""
    requirement = row.requirement
    number = markdown_text(short_citation(requirement))
    page = documentation(requirement.id, requirement.file, __version__)
    return f"[{number}]({page})" if is_address(page) else number


def _finding(finding: Finding) -> str:
    place = markdown_code(f"{finding.location.path}:{finding.location.line}")
    article = markdown_text(finding.article.replace("Article ", ""))
    waits = markdown_text(f" Waiting for it: {', '.join(finding.waits)}.") if finding.waits else ""
    what = markdown_text(finding.message) + waits
    return f"| {finding.number} | {place} | {article} | {what} | {markdown_text(finding.fix)} |"


def _waived(system: SystemReport, cut: Cut) -> list[str]:
    rows = words.of_outcome(system, Outcome.WAIVED)
    if not rows:
        return []
    lines = ["### Waived", "", "| Article | What fails | Waiver |", "|---|---|---|"]
    lines += [
        f"| {_article(row)} | {markdown_text(words.because(row))} | {markdown_text(row.waiver)} |"
        for row in rows[: cut.rows]
    ]
    return [*lines, "", *_rest(len(rows), cut)]


def _new(system: SystemReport, cut: Cut) -> list[str]:
    """What only warns because the check is new in this form."""
    found = []
    for row, check in words.new_ones(system):
        for finding in (finding for finding in check.findings if finding.grace):
            place = markdown_code(f"{finding.location.path}:{finding.location.line}")
            found.append(
                f"| {_article(row)} | {place} | {markdown_text(finding.message)} | {markdown_text(finding.note)} |"
            )
        if not check.findings:
            found.append(f"| {_article(row)} | - | {markdown_text(check.because)} | - |")
    if not found:
        return []
    lines = [
        "### New: warns now, fails later",
        "",
        "| Article | Where | What | Until when |",
        "|---|---|---|---|",
    ]
    return [*lines, *found[: cut.rows], "", *_rest(len(found), cut)]


def _recalled(report: Report, cut: Cut) -> list[str]:
    found = [f"- {markdown_text(line)}" for line in words.recalled_lines(report)]
    if not found:
        return []
    return ["### Recalled", "", *found[: cut.rows], "", *_rest(len(found), cut)]


def _ask(system: SystemReport, cut: Cut) -> list[str]:
    found = [
        *(notice for notice in system.notices if notice.outcome is not Outcome.FAIL),
        *(finding for finding in words.warnings(system) if not finding.grace),
    ]
    return _worth_a_look(found, cut)


def _worth_a_look(found: Sequence[Finding], cut: Cut) -> list[str]:
    if not found:
        return []
    lines = ["### Worth a look", ""]
    lines += [
        f"- {markdown_code(f'{finding.location.path}:{finding.location.line}')} {markdown_text(finding.message)}"
        for finding in found[: cut.rows]
    ]
    return [*lines, "", *_rest(len(found), cut)]


def _checklist(system: SystemReport, cut: Cut) -> list[str]:
    rows = [row for row in system.rows if words.is_listed(row)]
    quiet = (Outcome.NOT_SELECTED, Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED)
    if all(row.outcome is Outcome.NOT_APPLICABLE for row in rows if row.requirement.is_point):
        rows = [row for row in rows if not row.requirement.is_point]
    loud = [row for row in rows if row.outcome not in quiet]
    silent = [row for row in rows if row.outcome in quiet]
    lines = ["### Checklist", ""]
    if cut.shown:
        left_out = [row for row in loud if row.outcome is Outcome.PASS]
        loud = [row for row in loud if row.outcome is not Outcome.PASS]
        lines += [*_only_in_json(len(left_out), "shown point")]
    if loud:
        lines += [
            "| Article | Requirement | Evidence | How | Status | Left to you |",
            "|---|---|---|---|---|---|",
            *(_row(row) for row in loud[: cut.rows]),
            "",
            *_rest(len(loud), cut),
        ]
    if cut.silent:
        return lines + _only_in_json(len(silent), "point", " without a result")
    if silent:
        lines += [
            f"<details><summary>{count(len(silent), 'point')} without a result</summary>",
            "",
            "| Article | Requirement | Status | Why |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {_article(row)} | {markdown_text(row.requirement.title)} | {words.status(row)} | {markdown_text(row.because)} |"
            for row in silent
        ]
        lines += ["", "</details>", ""]
    return lines


def _only_in_json(found: int, noun: str, rest: str = "") -> list[str]:
    verb = "is" if found == 1 else "are"
    return [f"{count(found, noun)}{rest} {verb} only in the JSON report.", ""] if found else []


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
    return f"| {_article(row)} | {markdown_text(row.requirement.title)} | {evidence} | {words.how(row)} | {status} | {left} |"


def _foot(report: Report) -> list[str]:
    if not report.packs:
        return []
    packs = ", ".join(
        f"{markdown_text(name)} {markdown_text(version)} ({digest[:8]})"
        for name, version, digest, _ in report.packs
    )
    review = next((review for name, _, _, review in report.packs if name == "eu-ai-act"), "not yet")
    lines = [f"Rules {packs}; read by counsel: {markdown_text(review)}."]
    lines += [markdown_text(remark) for remark in report.remarks]
    if report.systems:
        lines.append(words.DISCLAIMER)
    if report.subject.get("kind") != "folder without git":
        lines.append(f"Recompute: {markdown_code(words.recompute(report))}")
    return [*lines, ""]


def _meaning() -> list[str]:
    lines = ["<details><summary>What the words mean</summary>", ""]
    lines += [f"- *{word}*: {meaning}" for word, meaning in MEANING]
    return [*lines, "", "</details>"]
