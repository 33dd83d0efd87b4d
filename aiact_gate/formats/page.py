"""One requirement's page: what the law asks, what was looked at, what is left to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiact_gate.formats import words
from aiact_gate.formats.escape import visible
from aiact_gate.formats.style import count, day, days_between, wrapped
from aiact_gate.model.explained import PageFacts
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import METHOD_WORDS, METHODS, WORDS, Outcome
from aiact_gate.model.policy import Requirement
from aiact_gate.model.report import CheckResult, PersonSeen, Report, Row, SystemReport

WIDTH = 80
LEFT = 20
PLACES = 8
"""Places of one check that are shown."""
WRITERS = ("identified by", "owner")
"""Roles of people who write; those who decide are named before them."""
QUIET = (Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED, Outcome.NOT_SELECTED)


def render(
    requirement: Requirement,
    report: Report | None,
    facts: Sequence[PageFacts] = (),
    procedure: dict[str, Any] | None = None,
) -> str:
    """The page of *requirement*, with what *report* and *facts* show of it for each system."""
    lines = [*wrapped(f"{requirement.citation}: {requirement.title}", WIDTH), "-" * WIDTH]
    act = next((one.act for one in facts if one.act), "")
    source = f"In our own words; {requirement.citation} of {act}." if act else ""
    asks = "What it asks" if requirement.timeline == "undated" else "What the law asks"
    lines += _field(asks, requirement.why)
    lines += _field("", source) if source else []
    calls_for = METHOD_WORDS.get(requirement.calls_for, requirement.calls_for)
    lines += _field("Called for", f"{calls_for} (our choice, not the law's)")
    lines += _field("Profile", requirement.profile)
    if requirement.not_checked:
        lines += _field("Not checked", requirement.not_checked)
    for problem in report.problems if report is not None else ():
        place = f"{problem.location}: " if problem.location is not None else ""
        lines += _field("Problem", visible(f"{place}{problem.message.rstrip('.')}. Fix: {problem.fix}"))
    systems = {system.id: system for system in report.systems} if report is not None else {}
    for one in facts:
        if report is not None and one.system in systems:
            lines += _shown(report, systems[one.system], one)
    if not facts:
        lines += _field(
            "Checks",
            "; ".join(_check_name(check.id) for check in requirement.checks) or "none",
        )
    lines += _field("Left to you", requirement.leaves_open)
    lines += _field("How to mend it", requirement.fix)
    if requirement.cheat:
        lines += _field("How it is faked", requirement.cheat)
    for name, refs in requirement.crosswalk.items():
        lines += _field(name.replace("_", " ").upper(), ", ".join(refs))
    if procedure is not None and facts:
        lines += _questions(procedure)
    if report is not None and facts:
        lines += _recompute(report, requirement)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _field(name: str, text: str) -> list[str]:
    found = wrapped(text, WIDTH - LEFT)
    return [f"{name:<{LEFT}}{found[0] if found else ''}", *(" " * LEFT + line for line in found[1:])]


def _check_name(check: str) -> str:
    return check.partition("/")[2].replace("-", " ")


# ---------------------------------------------------------------- one system


def _shown(report: Report, system: SystemReport, facts: PageFacts) -> list[str]:
    row = facts.row
    method = f", {words.how(row)}" if row.outcome is Outcome.PASS else ""
    roles = " and ".join(role.replace("_", " ") for role in system.roles) or "no role"
    lines = [
        "",
        visible(f"{system.id} {system.version}: {words.status(row)}{method}"),
        *wrapped(visible(f"{roles}; {words.tier_line(system)}"), WIDTH, "  "),
    ]
    lines += _worth(row)
    lines += _binds(report, facts)
    if row.outcome in QUIET or not row.checks:
        lines += _field("Because", visible(row.because)) if row.because else []
        return [*lines, ""]
    lines += _looked_at(row, facts)
    looped = {check.id for check in row.requirement.checks if check.loops}
    for check in row.checks:
        lines += _check(check, check.id in looped, facts.places.get(check.id, ()))
    lines += _people(facts.people)
    lines += _bound_to(report, system, row)
    if facts.changed is not None and row.stood_on:
        lines += _field("Older than what", _older(facts))
    if row.waiver:
        lines += _field("Waiver", visible(row.waiver))
    return [*lines, ""]


def _worth(row: Row) -> list[str]:
    """Why a row is worth less than most of its checks, and whether that is less than the pack calls for."""
    if row.outcome is not Outcome.PASS or row.method not in METHODS:
        return []
    calls_for = row.requirement.calls_for
    text = ""
    worths = {check.method for check in row.checks if check.outcome is Outcome.PASS and check.method}
    if len(worths) > 1:
        weakest = [
            _check_name(check.id)
            for check in row.checks
            if check.outcome is Outcome.PASS and check.method == row.method
        ]
        text = f"The weakest of its checks decides: {', '.join(weakest)}."
    if calls_for in METHODS and METHODS.index(row.method) > METHODS.index(calls_for):
        text += f" The pack calls for {METHOD_WORDS[calls_for]}; this is weaker."
    return _field(f"Why {METHOD_WORDS[row.method]}", text) if text else []


def _binds(report: Report, facts: PageFacts) -> list[str]:
    earlier, later, remark = facts.dates
    if not later:
        return []
    applies = facts.row.applies_from or later
    days = days_between(report.as_of, applies)
    text = f"{'from' if days > 0 else 'since'} {day(applies)}"
    text += f", in {count(days, 'day')}" if days > 0 else ""
    text += f", sooner than the law's {day(later)}" if applies < later else ""
    text += f"; by another reading {day(earlier)}" if earlier != later else ""
    text += f"; {remark}" if remark else ""
    text += f". Confidence of the date {facts.confidence}" if facts.confidence else ""
    named = "; ".join(facts.sources[:2])
    more = f" and {len(facts.sources) - 2} more" if len(facts.sources) > 2 else ""
    text += f". Sources: {named}{more}" if named else ""
    return _field("Binds", f"{text}.")


def _looked_at(row: Row, facts: PageFacts) -> list[str]:
    ran = [check for check in row.checks if check.outcome not in QUIET]
    held = sum(check.outcome is Outcome.PASS for check in ran)
    lists = ", ".join(
        count(number, name.removesuffix("s"), name) if name.endswith("s") else f"{name} {number}"
        for name, number in facts.looked_at
    )
    text = f"{count(len(ran), 'check')} ran, {held} {'holds' if held == 1 else 'hold'}."
    return _field("What was looked at", f"{visible(lists)}. {text}" if lists else text)


def _check(check: CheckResult, looped: bool, places: Sequence[Location]) -> list[str]:
    passed = check.outcome is Outcome.PASS
    word = METHOD_WORDS[check.method] if check.method else WORDS[check.outcome]
    if passed and not check.method:
        # It reads criteria and references alone: that they fit together is read, and says nothing more.
        word = METHOD_WORDS["structural"] if check.of else "nothing to judge"
    if check.outcome in QUIET or not check.of:
        rows = ""
    elif looped:
        rows = f"{check.held} of {check.of}"
    else:
        rows = "yes" if passed else "no"
    lines = [f"  {_check_name(check.id)[:48]:<50}{rows:<12}{word}"]
    if check.severity == "warning":
        lines.append("      a question, it never fails the point")
    for finding in check.findings[:5]:
        lines += wrapped(visible(f"{finding.location}: {finding.message}"), WIDTH, "      ")
    if len(check.findings) > 5:
        lines.append(f"      and {count(len(check.findings) - 5, 'finding')} more")
    if check.because and not check.findings:
        lines += wrapped(visible(check.because), WIDTH, "      ")
    return lines + _places(places)


def _places(places: Sequence[Location]) -> list[str]:
    """`compliance/risk_management.yaml:48 63 81`, a line for each file."""
    by_file: dict[str, list[int]] = {}
    for place in places:
        by_file.setdefault(place.path, []).append(place.line)
    lines: list[str] = []
    for path, found in by_file.items():
        numbers = sorted(set(found))
        more = f" and {len(numbers) - PLACES} more" if len(numbers) > PLACES else ""
        text = f"{visible(path)}:{' '.join(str(number) for number in numbers[:PLACES])}{more}"
        lines += wrapped(text, WIDTH, "      ")
    return lines


def _people(people: Sequence[PersonSeen]) -> list[str]:
    """Whom the evidence names; nothing in this version confirms a name by that person's own commit."""
    lines: list[str] = []
    for person in sorted(people, key=lambda one: one.role in WRITERS):
        text = f"{visible(person.name)}, {person.role}"
        named = ", ".join(visible(element) for element in person.elements[:6])
        named += f" and {len(person.elements) - 6} more" if len(person.elements) > 6 else ""
        text += f" ({named})" if named else ""
        text += f", until {visible(person.until)}" if person.until else ""
        place = visible(f"{person.place.path}:{person.place.line}")
        lines += _field("" if lines else "Who says so", f"{text}: {place}")
    named_only = "Named only: this version doesn't look who committed these lines."
    return lines + (_field("", named_only) if lines else [])


def _bound_to(report: Report, system: SystemReport, row: Row) -> list[str]:
    lines = _field("Bound to", visible(words.release_line(report, system)))
    for path, digest in row.evidence[:6]:
        lines += _field("", visible(f"{path} (sha256 {digest[:12]})"))
    if len(row.evidence) > 6:
        lines += _field("", f"and {count(len(row.evidence) - 6, 'file')} more")
    if row.stood_on:
        told = f"through the lock of {system.lock_date}, not live" if system.lock_date else "no lock"
        lines += _field("Registry", visible(told))
    return lines


def _older(facts: PageFacts) -> str:
    changed = facts.changed or ()
    if not changed:
        return f"Nothing under `inputs` changed since run {facts.run}."
    more = f" and {len(changed) - 4} more" if len(changed) > 4 else ""
    return visible(f"Changed since run {facts.run}: {', '.join(changed[:4])}{more}.")


def _recompute(report: Report, requirement: Requirement) -> list[str]:
    text = f"{words.recompute(report)} --requirement {requirement.id}"
    rules = ", ".join(f"{name} {version} {digest[:8]}" for name, version, digest, _ in report.packs)
    return _field("Recompute", visible(text)) + _field("Rules", visible(rules))


def _questions(procedure: dict[str, Any]) -> list[str]:
    lines = ["", "The questions behind the tier (answer them in compliance/classification.yaml):"]
    for question in procedure.get("questions", []):
        if not question.get("text"):
            continue
        lines += wrapped(
            f"{question['id']}: {question['text']} ({question.get('citation', '')})", WIDTH, "  "
        )
        options = [
            f"{option['id']}: {option.get('text') or option.get('ref', '')}"
            for option in question.get("options", [])
        ]
        for option in options:
            lines += wrapped(f"- {option}", WIDTH, "      ")
    return lines
