"""The report for a terminal: what failed first, then what is left, then the checklist. 80 columns, wider only where asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiact_gate.formats import words
from aiact_gate.formats.escape import log_line, visible
from aiact_gate.formats.style import Style, count, wrapped
from aiact_gate.formats.view import STOOD, Reason, RowView, Shown, SystemView, View, view
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import Report

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
    shown = view(_harmless(report))
    if report.hook:
        return _hook(shown, style, width)
    lines = _first(shown, style, width)
    if lines:
        lines.append("")
    lines += _problems(shown, style, width)
    if shown.problems:
        lines.append("")
    if shown.report.note:
        lines += wrapped(shown.report.note, width)
        lines.append("")
    lines += _asks(shown.questions, style, width, verbose)
    for system in shown.systems:
        lines += _system(shown.report, system, style, width, verbose)
    lines += _recalled(shown, style, width)
    lines += _notes(shown, style, width)
    lines += _next(shown, style)
    return _joined(lines, style)


def _first(shown: View, style: Style, width: int) -> list[str]:
    return [style("attention", line) for text in shown.first for line in wrapped(text, width)]


def _problems(shown: View, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for problem in shown.problems:
        place = f"{problem.location}:" if problem.location else ""
        first, *more = wrapped(f"{place} {problem.message}", width - len("PROBLEM  ")) or [""]
        lines += [f"{style('bad', 'PROBLEM')}  {first}", *wrapped(" ".join(more), width, "    ")]
        lines += wrapped(f"({problem.why})" if problem.why else "", width, "    ")
        lines += wrapped(f"Fix: {problem.fix}", width, "    ") if problem.fix else []
    return lines


def _hook(shown: View, style: Style, width: int) -> str:
    """For a commit: only what it makes new or worse, then one line of counts where something was judged."""
    report = shown.report
    lines = _first(shown, style, width) + _problems(shown, style, width)
    lines += wrapped(report.note, width)
    for remark in report.remarks:
        lines += wrapped(remark, width)
    if report.exit_code == 0 and report.verdict == "nothing_evaluated" and report.standing:
        why = f"Nothing was judged, as before this change; this is no pass. {report.standing} standing: aiact-gate check"
        return _joined([*lines, *wrapped(why, width)], style)
    if not report.systems or report.verdict == "nothing_evaluated":
        return _joined(lines, style)
    new = shown.failed
    for finding in new[:3]:
        lines += _block(finding, style, width)
    unknown = [
        (row, reason)
        for system in shown.systems
        for reason in system.unknown
        if reason.outcome is Outcome.UNKNOWN and reason.why != STOOD
        for row in reason.rows
    ]
    if unknown and not new:
        lines += wrapped(f"{count(len(unknown), 'point')} became unknown: {unknown[0][1].because}", width)
    owed = sum(system.system.counts["owed"] for system in shown.systems)
    explain = (
        f"  aiact-gate explain {new[0].check.partition('/')[0]}"
        if new and not new[0].check.startswith("integrity.change")
        else ""
    )
    more = f" ({len(new) - 3} not shown: aiact-gate check)" if len(new) > 3 else ""
    lines.append(f"{len(new)} new{more}. {owed} owed, {shown.report.standing} standing.{explain}")
    return _joined(lines, style)


def _system(report: Report, shown: SystemView, style: Style, width: int, verbose: bool) -> list[str]:
    system = shown.system
    title = f"{system.id} {system.version}"
    tier = words.tier_line(system)
    if len(title) + 3 + len(tier) <= width:
        lines = [f"{title}   {style('attention', tier) if system.proposed else tier}"]
    else:
        lines = [title, *wrapped(f"{tier[:1].upper()}{tier[1:]}.", width)]
    lines += wrapped(words.role_line(system, report.as_of), width)
    lines += wrapped(words.release_line(report, system), width)
    lines += wrapped(words.people_line(system), width)
    lines.append("")
    lines += wrapped(words.counts_line(system), width)
    lines += wrapped(words.worth_line(system), width)
    lines.append("")
    lines += _failed(shown, style, width, verbose)
    lines += _unknown(shown.unknown, style, width)
    lines += _waived(shown, style, width)
    lines += _new(shown, style, width, verbose)
    lines += _asks(shown.asked, style, width, verbose)
    lines += _ends(shown, style, width)
    if shown.has_points and (verbose or not shown.failed):
        lines += _checklist(shown, style, width, verbose)
    return lines


def _failed(system: SystemView, style: Style, width: int, verbose: bool) -> list[str]:
    lines: list[str] = []
    by_kind: dict[tuple[str, str], list[Shown]] = {}
    for finding in system.failed:
        by_kind.setdefault((finding.kind, finding.why), []).append(finding)
    for (kind, why), found in by_kind.items():
        lines.append(f"{style('bad', kind.upper())}  {KIND_TITLES.get(kind, '')}")
        lines += [*wrapped(f"({why})" if why else "", width, "    "), ""]
        shown = found if verbose else found[:SHOWN_PER_KIND]
        for finding in shown:
            lines += _block(finding, style, width)
        lines += _rest(len(found) - len(shown))
    if system.waiting:
        lines += [f"{style('bad', 'WAITING')}  For something that isn't there or can't be read", ""]
        lines += _by_reason(system.waiting, width)
    return lines


def _block(finding: Shown, style: Style, width: int) -> list[str]:
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


def _unknown(reasons: Sequence[Reason], style: Style, width: int) -> list[str]:
    if not reasons:
        return []
    return [
        f"{style('attention', 'UNKNOWN')}  What this run could not determine",
        "",
        *_by_reason(reasons, width),
    ]


def _by_reason(reasons: Sequence[Reason], width: int) -> list[str]:
    lines: list[str] = []
    for reason in reasons:
        lines += wrapped(", ".join(reason.points), width, "    ")
        lines += wrapped(reason.because, width, "    ")
        lines += wrapped(f"({reason.why})", width, "    ") if reason.why else []
        lines.append("")
    return lines


def _waived(system: SystemView, style: Style, width: int) -> list[str]:
    if not system.waived:
        return []
    lines = ["WAIVED  Failed, and somebody answers for it until a date", ""]
    for shown in system.waived:
        row = shown.row
        lines += wrapped(f"{row.requirement.citation}: {words.because(row)}", width, "    ")
        lines += [style("owed", line) for line in wrapped(f"waiver {shown.why}", width, "    ")]
        lines.append("")
    return lines


def _new(system: SystemView, style: Style, width: int, verbose: bool) -> list[str]:
    """What only warns because the check is new in this form."""
    if not system.new:
        return []
    lines = [f"{style('attention', 'NEW')}  Warns now, fails later", ""]
    shown = system.new if verbose else system.new[:ROWS_OF_NEW]
    for one in shown:
        if one.bare:
            lines += [*wrapped(f"{one.article}: {one.message}", width, "    "), ""]
        else:
            lines += _block(one, style, width)
    return lines + _rest(len(system.new) - len(shown))


def _rest(left_out: int) -> list[str]:
    return [f"    and {left_out} more: -v", ""] if left_out else []


def _recalled(shown: View, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for text in shown.recalled:
        lines += [*wrapped(text, width, "    "), ""]
    return (
        [f"{style('attention', 'RECALLED')}  Taken back for a while; not judged", "", *lines] if lines else []
    )


def _asks(asked: Sequence[Shown], style: Style, width: int, verbose: bool) -> list[str]:
    if not asked:
        return []
    lines = [f"{style('attention', 'WORTH A LOOK')}  Heuristics; they never fail a run", ""]
    shown = asked if verbose else asked[:5]
    for finding in shown:
        lines += _block(finding, style, width)
    return lines + _rest(len(asked) - len(shown))


def _ends(system: SystemView, style: Style, width: int) -> list[str]:
    lines: list[str] = []
    for notice in system.notices:
        lines += [f"{style('attention', 'NOTICE')}  {style('place', str(notice.location))}"]
        lines += wrapped(f"{notice.message} {notice.fix}", width, "    ")
    return [*lines, ""] if lines else []


def _checklist(system: SystemView, style: Style, width: int, verbose: bool) -> list[str]:
    rows: list[tuple[str, ...]] = [("Article", "Requirement", "Evidence", "How", "Status", "")]
    hidden = 0
    for row in system.listed:
        if row.is_silent and not verbose:
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


def _row(shown: RowView) -> tuple[str, ...]:
    """The cells of one row, and the role of its last one."""
    row = shown.row
    passed = row.outcome is Outcome.PASS
    place = f"{row.place.path.rpartition('/')[2]}:{row.place.line}" if row.place and passed else "-"
    article, title = short_citation(row.requirement), row.requirement.title
    return article, title, place, words.how(row), words.status(row), _role(shown)


def _role(shown: RowView) -> str:
    outcome = shown.row.outcome
    if outcome is Outcome.PASS:
        return "shown" if shown.row.method in ("measured", "provenance") else "told"
    if outcome in (Outcome.FAIL, Outcome.ERROR):
        return "bad"
    new = outcome is Outcome.NOT_DUE and any(one.group == "new" for one in shown.found)
    return "attention" if new or outcome is Outcome.UNKNOWN else "owed"


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


def _notes(shown: View, style: Style, width: int) -> list[str]:
    report = shown.report
    lines = []
    packs = "; ".join(
        f"{name} {version} ({digest[:8]}), law rules read by counsel: {review}"
        if name == "eu-ai-act"
        else f"{name} {version} ({digest[:8]})"
        for name, version, digest, review in report.packs
    )
    lines += wrapped(f"Rules: {packs}." if packs else "", width)
    if report.not_read:
        unread = ", ".join(f"{path} ({why})" for path, why in report.not_read[:5])
        lines += wrapped(f"Not read: {unread}.", width)
    named = [point for system in report.systems for point in words.person_rows(system)]
    if named:
        lines += wrapped(f"On a person's word alone (signed, named only): {', '.join(named)}.", width)
    lines += wrapped(words.other_dates(report), width)
    for remark in report.remarks:
        lines += wrapped(remark, width)
    lines += wrapped(shown.standing, width)
    if report.systems:
        lines += wrapped(words.DISCLAIMER, width)
    return [style("quiet", line) for line in lines] + [""]


def _next(shown: View, style: Style) -> list[str]:
    report = shown.report
    first = next(iter(shown.failed), None)
    lines = []
    if first is not None:
        lines.append(f"Next:  fix 1, then  {style('command', words.again(report))}")
        if not first.check.startswith("integrity.change"):  # no requirement says what a change may loosen
            lines.append(f"Why:   {style('command', words.why(report, first.check.partition('/')[0]))}")
    elif not shown.problems:
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
