"""Which layer set each value of a requirement (`explain REQUIREMENT --origin`)."""

from __future__ import annotations

from aiact_gate.formats.escape import visible
from aiact_gate.formats.style import day, wrapped
from aiact_gate.formats.values import shown
from aiact_gate.model.outcome import METHOD_WORDS
from aiact_gate.model.policy import Check, Requirement

WIDTH = 80
LEFT = 12


def render(requirement: Requirement) -> str:
    """Every value of *requirement*, and the pack, file and line that set it."""
    origin = dict(requirement.origin)
    own = f"{requirement.file}:{requirement.line}"
    lines = [f"{requirement.id} {requirement.version}: {requirement.title}", "-" * WIDTH]
    binds = f"{requirement.role}, {requirement.duty.replace('_', ' ')}"
    calls_for = METHOD_WORDS.get(requirement.calls_for, requirement.calls_for)
    for key, name, value in (
        ("citation", "citation", requirement.citation),
        ("title", "title", requirement.title),
        ("binds", "binds", binds),
        ("sooner", "from", _from(requirement)),
        ("profile", "profile", requirement.profile),
        ("calls_for", "calls for", calls_for),
    ):
        lines += _value(name, value, origin.pop(key, own))
    for name, number in sorted(requirement.parameters.items()):
        place = origin.pop(f"parameters.{name}", own)
        lines += _value("parameter", f"{name} = {shown(number)}", place)
    for check in requirement.checks:
        lines += _check(check, requirement, origin)
    if requirement.not_checked:
        lines += _value("not checked", requirement.not_checked, own)
    for key, place in sorted(origin.items()):
        lines += _value("also", key, place)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _from(requirement: Requirement) -> str:
    row = f"row '{requirement.timeline}' of the timeline"
    return f"{day(requirement.sooner)} at the latest; {row}" if requirement.sooner else row


def _check(check: Check, requirement: Requirement, origin: dict[str, str]) -> list[str]:
    name = check.id.partition("/")[2]
    file = check.file or requirement.file
    own = origin.pop(f"checks.{name}", f"{file}:{check.line}")
    lines = _value("check", f"{name}, {check.severity}", own)
    for key, what in (("severity", f"raised to {check.severity} by"), ("require", "more is asked by")):
        place = origin.pop(f"{key}.{name}", "")
        if place:
            lines += _value("", what, place)
    return lines


def _value(name: str, value: str, place: str) -> list[str]:
    first, *rest = wrapped(visible(value), WIDTH - LEFT) or [""]
    lines = [f"{name:<{LEFT}}{first}", *(" " * LEFT + line for line in rest)]
    told = visible(place)
    if len(lines[-1]) + 2 + len(told) <= WIDTH:
        lines[-1] += f"{' ' * (WIDTH - len(lines[-1]) - len(told))}{told}"
        return lines
    return [*lines, f"{' ' * LEFT}  {told}"]
