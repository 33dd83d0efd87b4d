"""The checklist as Markdown: for a step summary, a pull request or an auditor. Every value from a repository is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiact_gate import __version__
from aiact_gate.formats import words
from aiact_gate.formats.escape import markdown_code, markdown_text
from aiact_gate.formats.links import documentation, is_address
from aiact_gate.formats.style import count
from aiact_gate.formats.view import Reason, RowView, Shown, SystemView, View, view
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.report import Report, Row

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
    ("witnessed", "git or the registry, not only the lock, shows it"),
    ("on the lock alone", "nobody but the lock says some of what was read; it counts as read"),
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
    views = [view(report) for report in reports]
    for cut in (Cut(), Cut(silent=True), Cut(silent=True, shown=True)):
        text = _render(views, cut)
        if len(text.encode()) <= limit:
            return text
    # The most rows that fit: every row more makes the text longer.
    fit, over = 0, max(_longest(views), 1)
    while over - fit > 1:
        middle = (fit + over) // 2
        if len(_render(views, Cut(True, True, middle)).encode()) <= limit:
            fit = middle
        else:
            over = middle
    text = _render(views, Cut(True, True, fit))
    if len(text.encode()) <= limit:
        return text
    return f"The report of {count(len(reports), 'manifest')} is too long for this place; the JSON report has it.\n"


def _longest(views: Sequence[View]) -> int:
    tables = [max(len(shown.problems), len(shown.recalled)) for shown in views]
    for system in (system for shown in views for system in shown.systems):
        unknown = sum(len(reason.rows) for reason in system.unknown)
        told = len(system.asked) + len(system.notices) + len(system.new)
        tables += [len(system.failed), len(system.waiting), unknown, len(system.rows), told]
    return max(tables, default=0)


def _render(views: Sequence[View], cut: Cut) -> str:
    lines: list[str] = []
    for shown in views:
        for line in shown.first:
            lines += [f"**{markdown_text(line)}**", ""]
        lines += _problems(shown, cut)
        if shown.report.note:
            lines += [markdown_text(shown.report.note), ""]
        lines += _worth_a_look(shown.questions, cut)
        for system in shown.systems:
            lines += _system(shown.report, system, cut)
        lines += _recalled(shown, cut)
        lines += _foot(shown)
    lines += _meaning() if any(shown.systems for shown in views) else []
    return "\n".join(lines) + "\n"


def _problems(shown: View, cut: Cut) -> list[str]:
    lines = []
    for problem in shown.problems[: cut.rows]:
        place = f"{markdown_code(str(problem.location))} " if problem.location else ""
        fix = f" Fix: {markdown_text(problem.fix)}" if problem.fix else ""
        why = f" ({problem.why})" if problem.why else ""
        lines += [f"**Problem{why}** {place}{markdown_text(problem.message)}{fix}", ""]
    return lines + _rest(len(shown.problems), cut)


def _rest(found: int, cut: Cut) -> list[str]:
    """What stands below a table that was cut."""
    return [f"And {found - cut.rows} more; the JSON report has them all.", ""] if found > cut.rows else []


def _system(report: Report, shown: SystemView, cut: Cut) -> list[str]:
    system = shown.system
    c = system.counts
    lines = [
        f"## {markdown_text(system.id)} {markdown_text(system.version)}: {c['pass']} of {c['judged']} points shown, {count(len(shown.failed), 'finding')}, {c['owed']} owed",
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
    lines += _to_fix(shown, cut)
    lines += _waived(shown, cut)
    lines += _new(shown, cut)
    lines += _ask(shown, cut)
    lines += _checklist(shown, cut)
    return lines


def _to_fix(system: SystemView, cut: Cut) -> list[str]:
    lines: list[str] = []
    for why in dict.fromkeys(one.why for one in sorted(system.failed, key=lambda one: bool(one.why))):
        found = [one for one in system.failed if one.why == why]
        head = f"To fix ({why})" if why else "To fix"
        lines += [f"### {head}", "", "| # | Where | Article | What | Fix |", "|--:|---|---|---|---|"]
        lines += [_finding(finding) for finding in found[: cut.rows]]
        lines += ["", *_rest(len(found), cut)]
    lines += _reasons("Waiting for something that isn't there or can't be read", system.waiting, cut)
    return lines + _reasons("Unknown in this run", system.unknown, cut)


def _reasons(title: str, reasons: Sequence[Reason], cut: Cut) -> list[str]:
    rows = [(row, reason) for reason in reasons for row in reason.rows]
    if not rows:
        return []
    lines = [f"### {title}", "", "| Article | Why |", "|---|---|"]
    for row, reason in rows[: cut.rows]:
        why = f" ({reason.why})" if reason.why else ""
        lines.append(f"| {_article(row)} | {markdown_text(reason.because + why)} |")
    return [*lines, "", *_rest(len(rows), cut)]


def _article(row: Row) -> str:
    """The point's number; a link to its page, if that can be reached from here."""
    requirement = row.requirement
    number = markdown_text(short_citation(requirement))
    page = documentation(requirement.id, requirement.file, __version__)
    return f"[{number}]({page})" if is_address(page) else number


def _finding(finding: Shown) -> str:
    article = markdown_text(finding.article.replace("Article ", ""))
    waits = markdown_text(f" Waiting for it: {', '.join(finding.waits)}.") if finding.waits else ""
    what = markdown_text(finding.message) + waits
    return f"| {finding.number} | {_place(finding)} | {article} | {what} | {markdown_text(finding.fix)} |"


def _place(finding: Shown) -> str:
    place = finding.location
    return markdown_code(f"{place.path}:{place.line}") if place is not None and not finding.bare else "-"


def _waived(system: SystemView, cut: Cut) -> list[str]:
    if not system.waived:
        return []
    lines = ["### Waived", "", "| Article | What fails | Waiver |", "|---|---|---|"]
    lines += [
        f"| {_article(shown.row)} | {markdown_text(words.because(shown.row))} | {markdown_text(shown.why)} |"
        for shown in system.waived[: cut.rows]
    ]
    return [*lines, "", *_rest(len(system.waived), cut)]


def _new(system: SystemView, cut: Cut) -> list[str]:
    """What only warns because the check is new in this form."""
    if not system.new:
        return []
    lines = [
        "### New: warns now, fails later",
        "",
        "| Article | Where | What | Until when |",
        "|---|---|---|---|",
    ]
    for one in system.new[: cut.rows]:
        until = "-" if one.bare else markdown_text(one.why)
        article = markdown_text(one.article.replace("Article ", ""))
        lines.append(f"| {article} | {_place(one)} | {markdown_text(one.message)} | {until} |")
    return [*lines, "", *_rest(len(system.new), cut)]


def _recalled(shown: View, cut: Cut) -> list[str]:
    found = [f"- {markdown_text(line)}" for line in shown.recalled]
    if not found:
        return []
    return ["### Recalled", "", *found[: cut.rows], "", *_rest(len(found), cut)]


def _ask(system: SystemView, cut: Cut) -> list[str]:
    return _worth_a_look([*system.notices, *system.asked], cut)


def _worth_a_look(found: Sequence[Shown], cut: Cut) -> list[str]:
    if not found:
        return []
    lines = ["### Worth a look", ""]
    lines += [f"- {_place(one)} {markdown_text(one.message)}" for one in found[: cut.rows]]
    return [*lines, "", *_rest(len(found), cut)]


def _checklist(system: SystemView, cut: Cut) -> list[str]:
    rows = [one for one in system.listed if system.has_points or not one.row.requirement.is_point]
    loud = [one for one in rows if not one.is_silent]
    silent = [one.row for one in rows if one.is_silent]
    lines = ["### Checklist", ""]
    if cut.shown:
        left_out = [one for one in loud if one.row.outcome is Outcome.PASS]
        loud = [one for one in loud if one.row.outcome is not Outcome.PASS]
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


def _row(shown: RowView) -> str:
    row = shown.row
    passed = row.outcome is Outcome.PASS
    evidence = markdown_code(f"{row.place.path}:{row.place.line}") if row.place and passed else "-"
    left = markdown_text(row.requirement.leaves_open) if passed else "-"
    title = markdown_text(row.requirement.title)
    return f"| {_article(row)} | {title} | {evidence} | {_how(row)} | {_status(shown)} | {left} |"


def _how(row: Row) -> str:
    method, rest = words.how(row).removesuffix(" (lock)"), words.stood_on(row)
    return f"{method} ({markdown_text(rest)})" if rest else method


def _status(shown: RowView) -> str:
    status = words.status(shown.row)
    if shown.row.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR):
        numbers = f" ({', '.join(map(str, shown.numbers))})" if shown.numbers else ""
        return f"**{status.lower()}**{numbers}"
    if shown.row.outcome in (Outcome.WAIVED, Outcome.OWED):
        return f"{status}, {markdown_text(shown.why)}"
    return status


def _foot(shown: View) -> list[str]:
    report = shown.report
    if not report.packs:
        return []
    packs = ", ".join(
        f"{markdown_text(name)} {markdown_text(version)} ({digest[:8]})"
        for name, version, digest, _ in report.packs
    )
    review = next((review for name, _, _, review in report.packs if name == "eu-ai-act"), "not yet")
    lines = [f"Rules {packs}; read by counsel: {markdown_text(review)}."]
    lines += [markdown_text(remark) for remark in report.remarks]
    lines += [shown.standing] if shown.standing else []
    if report.systems:
        lines.append(words.DISCLAIMER)
    if report.subject.get("kind") != "folder without git":
        lines.append(f"Recompute: {markdown_code(words.recompute(report))}")
    return [*lines, ""]


def _meaning() -> list[str]:
    lines = ["<details><summary>What the words mean</summary>", ""]
    lines += [f"- *{word}*: {meaning}" for word, meaning in MEANING]
    return [*lines, "", "</details>"]
