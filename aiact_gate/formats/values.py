"""One check on one repository: every part of its conditions with its value (`explain CHECK --on PATH`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiact_gate.formats.escape import visible
from aiact_gate.formats.style import count, wrapped
from aiact_gate.model.explained import CheckSeen, ConditionSeen, RowSeen, Seen
from aiact_gate.model.outcome import METHOD_WORDS, WORDS, Outcome
from aiact_gate.model.policy import Check, Requirement
from aiact_gate.model.report import CheckResult, Problem

WIDTH = 80
LEFT = 20
LONGEST = 60
"""Characters of a value that are shown."""
NAMED = 12
"""Rows that are named; the others are counted."""
FINDINGS = 5


def render(
    check: Check, requirement: Requirement, seen: Sequence[CheckSeen], problems: Sequence[Problem]
) -> str:
    """The values of *check* on each system."""
    kind = f"{check.severity}; a finding is {check.kind}" if not check.faults else check.severity
    lines = wrapped(f"{check.id}: {requirement.title}", WIDTH)
    file = check.file or requirement.file
    lines += wrapped(f"{file}:{check.line} ({kind})", WIDTH)
    lines.append("-" * WIDTH)
    for problem in problems:
        place = f"{problem.location}: " if problem.location is not None else ""
        lines += _field("Problem", f"{place}{problem.message.rstrip('.')}. Fix: {problem.fix}")
    for index, one in enumerate(seen):
        lines += ["", *_system(check, requirement, one, len(seen) > 1 or index > 0)]
    if not seen:
        lines += ["", "No system is declared there, so nothing was judged."]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _system(check: Check, requirement: Requirement, seen: CheckSeen, several: bool) -> list[str]:
    lines = [f"{visible(seen.system)} {visible(seen.version)}".rstrip()]
    if seen.because:
        lines += _field("Not as usual" if seen.rows or seen.when else "Because", visible(seen.because))
    for loop in seen.loops:
        lines += _field("each", loop)
    for lookup in seen.lookups:
        lines += _field("with", lookup)
    if seen.when is not None:
        lines += _condition(seen.when)
    if seen.loops and (seen.total or seen.where):
        lines += _chosen(seen)
    for name in _parameters(check, requirement):
        place = requirement.origin.get(f"parameters.{name}", f"{requirement.file}:{requirement.line}")
        lines += _field("parameter", f"{name} = {shown(requirement.parameters[name])} ({place})")
    for row in seen.rows:
        lines += ["", *_row(row)]
    more = len(seen.names) - sum(row.state != "left out" for row in seen.rows)
    if more > 0 and seen.rows:
        lines += ["", f"{count(more, 'more row')}: --rows {len(seen.names)} shows all."]
    return [*lines, "", *_outcome(seen.result)]


def _parameters(check: Check, requirement: Requirement) -> list[str]:
    read = {path[1] for path in check.reads if path[0] == "parameters" and len(path) > 1}
    return sorted(read & set(requirement.parameters))


def _chosen(seen: CheckSeen) -> list[str]:
    lines = []
    if seen.where:
        lines += _field("where", " ".join(seen.where.split()))
        lines += _field("", f"chose {len(seen.names)} of {seen.total}{_names(seen.names)}")
        if seen.left_out:
            lines += _field("", f"left out{_names(seen.left_out)}")
    else:
        lines += _field("rows", f"{seen.total}{_names(seen.names)}")
    if len(seen.names) < seen.min_items:
        lines += _field("", f"at least {seen.min_items} asked for (min_items)")
    return lines


def _names(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f": {', '.join(_cut(visible(name)) for name in names[:NAMED])}{more}"


def _row(row: RowSeen) -> list[str]:
    place = f"  {_place(row.place)}" if row.place is not None else ""
    head = (
        f"{_cut(visible(row.name))}: {row.state}" if row.name else f"{row.state[:1].upper()}{row.state[1:]}"
    )
    lines = [head + place] if len(head + place) <= WIDTH else [head, place]
    lines += wrapped(visible(row.because), WIDTH, "  ") if row.because else []
    for condition in row.conditions:
        lines += _condition(condition)
    return lines


def _condition(condition: ConditionSeen) -> list[str]:
    first, *rest = wrapped(visible(condition.source), WIDTH, " " * 9)
    lines = [f"  {condition.name:<7}{first.strip()}", *rest]
    if condition.set_by:
        lines += wrapped(visible(f"(required by {condition.set_by})"), WIDTH, " " * 9)
    if not condition.reached:
        return [*lines, " " * 9 + "not reached: a clause before it doesn't hold"]
    lines.append(f"{' ' * 9}= {_given(condition.whole)}")
    for part in condition.parts:
        lines += _part(part)
    return lines


def _part(part: Seen) -> list[str]:
    indent = " " * (9 + 2 * part.depth)
    if part.state == "more":
        return wrapped(f"({visible(part.note)})", WIDTH, indent)
    text, given = visible(part.text), _given(part)
    place = _place(part.place) if part.place is not None and part.state != "nothing" else ""
    if part.note and part.state == "value":
        joined = f"{part.note} {place}" if part.note.endswith(" at") else f"{part.note}, {place}"
        place = f"({joined if place else part.note})"
    line = f"{indent}{text} = {given}"
    if place and len(line) + 2 + len(place) <= WIDTH:
        return [f"{line}  {place}"]
    if len(line) <= WIDTH:
        lines = [line]
    elif part.state == "value":  # a value is never broken: its blanks are its own
        lines = [*wrapped(text, WIDTH, indent), f"{indent}  = {_cut(given, WIDTH - len(indent) - 4)}"]
    else:
        lines = [*wrapped(text, WIDTH, indent), *wrapped(f"= {given}", WIDTH, indent + "  ")]
    return lines + (wrapped(place, WIDTH, indent + "  ") if place else [])


def _given(seen: Seen) -> str:
    if seen.state == "value":
        return shown(seen.value)
    if seen.state == "unknown":
        return f"unknown: {visible(seen.note)}"
    if seen.state == "nothing":
        place = f" {_place(seen.place)}" if seen.place is not None else ""
        return f"nothing ({visible(seen.note)}{place})"
    return f"no value: {visible(seen.note)}"


def _place(place: Any) -> str:
    return visible(str(place))


def shown(value: Any) -> str:
    """*value* as CEL would write it, cut; nothing of it can reach the terminal as a control character."""
    out: list[str] = []
    _write(value, out)
    return _cut("".join(out))


def _cut(text: str, limit: int = LONGEST) -> str:
    limit = min(max(limit, 20), LONGEST)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _write(value: Any, out: list[str], depth: int = 0) -> None:
    """Append *value*'s text to *out*, no more of it than can be shown."""
    if sum(map(len, out)) > LONGEST:
        return
    if value is None:
        out.append("null")
    elif isinstance(value, bool):
        out.append("true" if value else "false")
    elif isinstance(value, str):
        text = visible(value[: LONGEST + 1]).replace("\\", "\\\\").replace('"', '\\"')
        out.append(f'"{text}"')
    elif isinstance(value, (list, tuple)):
        out.append("[" if depth < 3 else "[…]")
        for index, item in enumerate(value[:LONGEST] if depth < 3 else ()):
            out.append(", " if index else "")
            _write(item, out, depth + 1)
        out.append("]" if depth < 3 else "")
    elif isinstance(value, dict):
        out.append("{" if depth < 3 else "{…}")
        for index, (key, item) in enumerate(list(value.items())[:LONGEST] if depth < 3 else ()):
            out.append(f"{', ' if index else ''}{visible(str(key))[:LONGEST]}: ")
            _write(item, out, depth + 1)
        out.append("}" if depth < 3 else "")
    else:
        out.append(visible(str(value)))


def _outcome(result: CheckResult | None) -> list[str]:
    """What came of the check; the last line says it in one line, with the first finding's place."""
    if result is None:
        return ["Outcome: not judged"]
    lines = []
    for finding in result.findings[:FINDINGS]:
        lines += wrapped(f"{_place(finding.location)} {visible(finding.message)}", WIDTH, "  ")
    if len(result.findings) > FINDINGS:
        lines.append(f"  and {count(len(result.findings) - FINDINGS, 'finding')} more")
    word = WORDS[result.outcome]
    if result.outcome is Outcome.PASS and result.method:
        word += f", {METHOD_WORDS[result.method]}"
    if result.findings or result.outcome is Outcome.PASS and result.of:
        word += f", {result.held} of {result.of}"
    place = f", at {_place(result.findings[0].location)}" if result.findings else ""
    because = f": {visible(result.because)}" if result.because and not result.findings else ""
    last = f"Outcome: {word}{place}{because}"
    return [*lines, *([last] if place else wrapped(last, WIDTH))]


def _field(name: str, text: str) -> list[str]:
    found = wrapped(text, WIDTH - LEFT)
    return [f"{name:<{LEFT}}{found[0] if found else ''}", *(" " * LEFT + line for line in found[1:])]
