"""The report for a terminal: what failed first, then what is left, then the checklist. 80 columns, wider only where asked."""

from __future__ import annotations

from typing import Any

from aiact_gate.formats import words
from aiact_gate.formats.escape import log_line, visible
from aiact_gate.formats.style import Style, count, wrapped
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import Finding, Report, Row, SystemReport

KIND_TITLES = {
    "contradicted": "Two statements, or a statement and a fact, can't both be true",
    "unbound": "About another system, version or data",
    "loosened": "Looser than it was before, or when the result was made",
    "stale": "Older than what it speaks about",
    "filler": "Words that say nothing about this system",
    "missing": "Nothing here states it yet",
    "malformed": "Can't be read as what it should be",
}
SHOWN_PER_KIND = 20
ROWS_OF_NEW = 20


def render(report: Report, style: Style | None = None, width: int = 80, verbose: bool = False) -> str:
    """The whole report as text; *width* of at least 80 columns, *verbose* adds the checklist and everything cut."""
    style = style or Style()
    width = max(80, width)
    report = _harmless(report)
    if report.hook:
        return _hook(report, style, width)
    lines = _first(report, style, width)
    if lines:
        lines.append("")
    lines += _problems(report, style, width)
    if report.problems:
        lines.append("")
    if report.note:
        lines += wrapped(report.note, width)
        lines.append("")
    lines += _asks(list(report.questions), style, width, verbose)
    for system in report.systems:
        lines += _system(report, system, style, width, verbose)
    lines += _recalled(report, style, width)
    lines += _notes(report, style, width)
    lines += _next(report, style)
    return _joined(lines, style)


def _first(report: Report, style: Style, width: int) -> list[str]:
    return [style("attention", line) for text in words.first_lines(report) for line in wrapped(text, width)]


def _problems(report: Report, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for problem in report.problems:
        place = f"{problem.location}:" if problem.location else ""
        first, *more = wrapped(f"{place} {problem.message}", width - len("PROBLEM  ")) or [""]
        lines += [f"{style('bad', 'PROBLEM')}  {first}", *wrapped(" ".join(more), width, "    ")]
        lines += wrapped(f"Fix: {problem.fix}", width, "    ") if problem.fix else []
    return lines


def _hook(report: Report, style: Style, width: int) -> str:
    """For a commit: only what it makes new or worse, then one line of counts where something was judged."""
    lines = _first(report, style, width) + _problems(report, style, width)
    lines += wrapped(report.note, width) if report.note else []
    if not report.systems or report.verdict == "nothing_evaluated":
        return _joined(lines, style)
    new = [finding for system in report.systems for finding in words.failing(system)]
    for finding in new[:3]:
        lines += _block(finding, style, width)
    unknown = [
        row
        for system in report.systems
        for row in words.of_outcome(system, Outcome.UNKNOWN)
        if not row.standing
    ]
    if unknown and not new:
        lines += wrapped(f"{count(len(unknown), 'point')} became unknown: {words.because(unknown[0])}", width)
    owed = sum(system.counts["owed"] for system in report.systems)
    explain = (
        f"  aiact-gate explain {new[0].check.partition('/')[0]}"
        if new and not new[0].check.startswith("integrity.change")
        else ""
    )
    more = f" ({len(new) - 3} not shown: aiact-gate check)" if len(new) > 3 else ""
    lines.append(f"{len(new)} new{more}. {owed} owed, {report.standing} standing.{explain}")
    return _joined(lines, style)


def _system(report: Report, system: SystemReport, style: Style, width: int, verbose: bool) -> list[str]:
    title = f"{system.id} {system.version}"
    tier = words.tier_line(system)
    if len(title) + 3 + len(tier) <= width:
        lines = [f"{title}   {style('attention', tier) if system.proposed else tier}"]
    else:
        lines = [title, *wrapped(f"{tier[:1].upper()}{tier[1:]}.", width)]
    lines += wrapped(words.role_line(system, report.as_of), width)
    lines += wrapped(words.release_line(report, system), width)
    if words.people_line(system):
        lines += wrapped(words.people_line(system), width)
    lines.append("")
    lines += wrapped(words.counts_line(system), width)
    if words.worth_line(system):
        lines += wrapped(words.worth_line(system), width)
    lines.append("")
    lines += _failed(words.failing(system), style, width, verbose)
    lines += _unknown(system, style, width)
    lines += _waived(system, style, width)
    lines += _new(system, style, width, verbose)
    lines += _asks(
        [finding for finding in words.warnings(system) if not finding.grace], style, width, verbose
    )
    lines += _ends(system, style, width)
    failed = bool(words.failing(system))
    has_points = any(
        row.outcome is not Outcome.NOT_APPLICABLE for row in system.rows if row.requirement.is_point
    )
    if has_points and (verbose or not failed):
        lines += _checklist(system, style, width, verbose)
    return lines


def _failed(findings: list[Finding], style: Style, width: int, verbose: bool) -> list[str]:
    lines: list[str] = []
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    for kind, found in by_kind.items():
        lines.append(f"{style('bad', kind.upper())}  {KIND_TITLES.get(kind, '')}")
        lines.append("")
        shown = found if verbose else found[:SHOWN_PER_KIND]
        for finding in shown:
            lines += _block(finding, style, width)
        if len(found) > len(shown):
            lines += [f"    and {len(found) - len(shown)} more: -v", ""]
    return lines


def _block(finding: Finding, style: Style, width: int) -> list[str]:
    place = str(finding.location)
    number = f"{finding.number:2d}  " if finding.number else "    "
    right = finding.article
    gap = width - len(number) - len(place) - len(right)
    if gap >= 2:
        lines = [f"{number}{style('place', place)}{' ' * gap}{right}"]
    else:  # a path is never cut
        lines = [f"{number}{style('place', place)}", f"{right:>{width}}"]
    lines += wrapped(finding.message, width, "    ")
    if finding.note:
        lines += wrapped(f"({finding.note})", width, "    ")
    if finding.waits:
        shown = ", ".join(finding.waits[:12]) + (
            f" and {len(finding.waits) - 12} more" if len(finding.waits) > 12 else ""
        )
        lines += wrapped(f"Waiting for it: {shown}.", width, "    ")
    if finding.fix:
        lines += wrapped(f"Fix: {finding.fix}", width, "    ")
    lines += ["    " + style("quiet", finding.check), ""]
    return lines


def _unknown(system: SystemReport, style: Style, width: int) -> list[str]:
    rows = [row for row in system.rows if row.outcome in (Outcome.UNKNOWN, Outcome.ERROR)]
    if not rows:
        return []
    lines = [f"{style('attention', 'UNKNOWN')}  What this run could not determine", ""]
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(words.because(row), []).append(row)
    for because, found in grouped.items():
        lines += wrapped(", ".join(short_citation(row.requirement) for row in found), width, "    ")
        lines += wrapped(because, width, "    ")
        lines.append("")
    return lines


def _waived(system: SystemReport, style: Style, width: int) -> list[str]:
    rows = [row for row in system.rows if row.outcome is Outcome.WAIVED]
    if not rows:
        return []
    lines = ["WAIVED  Failed, and somebody answers for it until a date", ""]
    for row in rows:
        lines += wrapped(f"{row.requirement.citation}: {words.because(row)}", width, "    ")
        lines += [style("owed", line) for line in wrapped(f"waiver {row.waiver}", width, "    ")]
        lines.append("")
    return lines


def _new(system: SystemReport, style: Style, width: int, verbose: bool) -> list[str]:
    """What only warns because the check is new in this form."""
    lines: list[str] = []
    left = ROWS_OF_NEW if not verbose else len(system.rows) * 1000
    for row, check in words.new_ones(system):
        found = [finding for finding in check.findings if finding.grace]
        for finding in found[: max(left, 0)]:
            lines += _block(finding, style, width)
        if not check.findings and left > 0:
            lines += [*wrapped(f"{row.requirement.citation}: {check.because}", width, "    "), ""]
        left -= max(len(found), 1)
    if left < 0:
        lines += [f"    and {-left} more: -v", ""]
    return [f"{style('attention', 'NEW')}  Warns now, fails later", "", *lines] if lines else []


def _recalled(report: Report, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for text in words.recalled_lines(report):
        lines += [*wrapped(text, width, "    "), ""]
    return (
        [f"{style('attention', 'RECALLED')}  Taken back for a while; not judged", "", *lines] if lines else []
    )


def _asks(findings: list[Finding], style: Style, width: int, verbose: bool) -> list[str]:
    if not findings:
        return []
    lines = [f"{style('attention', 'WORTH A LOOK')}  Heuristics; they never fail a run", ""]
    for finding in findings if verbose else findings[:5]:
        lines += _block(finding, style, width)
    if not verbose and len(findings) > 5:
        lines += [f"    and {len(findings) - 5} more: -v", ""]
    return lines


def _ends(system: SystemReport, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for notice in system.notices:
        if notice.outcome is not Outcome.FAIL:
            lines += [f"{style('attention', 'NOTICE')}  {style('place', str(notice.location))}"]
            lines += wrapped(f"{notice.message} {notice.fix}", width, "    ")
    return [*lines, ""] if lines else []


def _checklist(system: SystemReport, style: Style, width: int, verbose: bool) -> list[str]:
    rows: list[tuple[str, ...]] = [("Article", "Requirement", "Evidence", "How", "Status", "")]
    hidden = 0
    for row in system.rows:
        if not words.is_listed(row):
            continue
        quiet = row.outcome in (Outcome.NOT_SELECTED, Outcome.NOT_CHECKED, Outcome.NOT_APPLICABLE)
        if quiet and not verbose:
            hidden += 1
            continue
        rows.append(_row(row))
    lines = _table(rows, style, width)
    if hidden:
        without = (
            f"{count(hidden, 'more point')} without a result (not checked, not applicable, not looked at): -v"
        )
        lines += ["", *wrapped(without, width)]
    lines.append("")
    return lines


def _row(row: Row) -> tuple[str, ...]:
    """The cells of one row, and the role of its last one."""
    role = (
        "bad"
        if row.outcome in (Outcome.FAIL, Outcome.ERROR)
        else "attention"
        if row.outcome is Outcome.UNKNOWN
        or row.outcome is Outcome.NOT_DUE
        and any(check.grace for check in row.checks)
        else "owed"
    )
    if row.outcome is Outcome.PASS:
        role = "shown" if row.method in ("measured", "provenance") else "told"
    place = (
        f"{row.place.path.rpartition('/')[2]}:{row.place.line}"
        if row.place and row.outcome is Outcome.PASS
        else "-"
    )
    article, title = short_citation(row.requirement), row.requirement.title
    return article, title, place, words.how(row), words.status(row), role


def _table(rows: list[tuple[str, ...]], style: Style, width: int) -> list[str]:
    """*rows* in columns as wide as what stands in them; the first is the head. Titles are cut last."""
    article, title, place, how, status = (max(len(row[column]) for row in rows) for column in range(5))
    article = min(article, 15)
    left = width - article - how - status - 4
    place = min(place, max(20, left - title))
    title = min(title, left - place)
    lines = []
    for row in rows:
        cells = f"{_cut(row[0], article):<{article}} {_cut(row[1], title):<{title}}"
        cells += f" {_cut_name(row[2], place):<{place}} {row[3]:<{how}} "
        lines.append(cells + style(row[5] or "plain", row[4]))
    lines.insert(1, " ".join("-" * size for size in (article, title, place, how, status)))
    return lines


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    head = text[: width - 1]
    return (head[: head.rfind(" ")] if " " in head[width // 2 :] else head) + "…"


def _cut_name(text: str, width: int) -> str:
    """`risk_management.yaml:221` as `risk_management…:221`: the file's first letters and the whole line number."""
    if len(text) <= width:
        return text
    name, _, line = text.rpartition(":")
    head = name[: max(1, width - len(line) - 2)]
    return f"{head.rpartition('.')[0] or head}…:{line}"


def _notes(report: Report, style: Style, width: int) -> list[str]:
    lines = []
    packs = "; ".join(
        f"{name} {version} ({digest[:8]}), law rules read by counsel: {review}"
        if name == "eu-ai-act"
        else f"{name} {version} ({digest[:8]})"
        for name, version, digest, review in report.packs
    )
    lines += wrapped(f"Rules: {packs}.", width)
    if report.not_read:
        shown = ", ".join(f"{path} ({why})" for path, why in report.not_read[:5])
        lines += wrapped(f"Not read: {shown}.", width)
    named = [point for system in report.systems for point in words.person_rows(system)]
    if named:
        lines += wrapped(f"On a person's word alone (signed, named only): {', '.join(named)}.", width)
    dated = words.other_dates(report)
    if dated:
        lines += wrapped(dated, width)
    for remark in report.remarks:
        lines += wrapped(remark, width)
    if report.systems:
        lines += wrapped(words.DISCLAIMER, width)
    return [style("quiet", line) for line in lines] + [""]


def _next(report: Report, style: Style) -> list[str]:
    first = next((finding for system in report.systems for finding in words.failing(system)), None)
    lines = []
    if first is not None:
        lines.append(f"Next:  fix 1, then  {style('command', words.again(report))}")
        if not first.check.startswith("integrity.change"):  # no requirement says what a change may loosen
            lines.append(f"Why:   {style('command', words.why(report, first.check.partition('/')[0]))}")
    elif not report.problems:
        lines.append(f"Again: {style('command', words.recompute(report))}")
    lines.append(f"exit {report.exit_code}")
    return lines


def _joined(lines: list[str], style: Style) -> str:
    # A log is read by a runner, too: no line of it is a command. On a terminal, colours stand in the lines.
    return "".join((line if style.colour else log_line(line)).rstrip() + "\n" for line in lines)


def _harmless(value: Any) -> Any:
    """*value*, a report or a part of it, with every text on one line and nothing in it that a terminal obeys."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else visible(value)
    if isinstance(value, tuple) and not isinstance(value, Requirement):
        parts = [_harmless(child) for child in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value
