"""Results as a table by class: denominator, killed, asked, told, survivors by id; then the neutral edits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cases import Case, Result

START, END = "<!-- cheats: start -->", "<!-- cheats: end -->"
VERDICTS = ("killed", "asked", "told", "survived")


class Line(NamedTuple):
    """One class of cheats."""

    name: str
    of: int
    counts: tuple[int, ...]
    """By verdict, in the order of `VERDICTS`."""
    survivors: tuple[str, ...]


def _order(rule: str) -> tuple[int, str]:
    return (int(rule[1:]), rule) if rule[1:].isdigit() else (99, rule)


def lines(cases: Sequence[Case], results: Iterable[Result], by: str = "rule") -> list[Line]:
    """One a class (`rule` or `section`), and their sum."""
    verdicts = {one.id: one.verdict for one in results}
    cheats = [case for case in cases if case.rule and case.id in verdicts]
    names = sorted({getattr(case, by) for case in cheats}, key=_order)

    def line(name: str, chosen: Sequence[Case]) -> Line:
        found = [verdicts[case.id] for case in chosen]
        survivors = tuple(case.id for case in chosen if verdicts[case.id] == "survived")
        return Line(name, len(chosen), tuple(found.count(verdict) for verdict in VERDICTS), survivors)

    each = [line(name, [case for case in cheats if getattr(case, by) == name]) for name in names]
    return [*each, line("all", cheats)]


def neutral_sentence(cases: Sequence[Case], results: Iterable[Result]) -> str:
    verdicts = {one.id: one.verdict for one in results}
    neutral = [case for case in cases if not case.rule and case.id in verdicts]
    alarms = [case.id for case in neutral if verdicts[case.id] == "alarm"]
    asked = [case.id for case in neutral if verdicts[case.id] == "question"]
    older = sum(case.is_older_text for case in neutral)
    foreign = sum(case.language != "en" for case in neutral)
    states = sum(case.may_not_know for case in neutral)
    return (
        f"{len(neutral)} neutral edits ({older} with text older than the rules, {foreign} not English, {states} states of an honest clone): "
        f"{len(alarms)} false alarms{_named(alarms)}, {len(asked)} with a new question{_named(asked)}."
    )


def _named(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def text(cases: Sequence[Case], results: Sequence[Result]) -> str:
    """For people at a terminal: both tables, then why each case came out as it did."""
    out = []
    for by in ("rule", "section"):
        out.append(f"{by:36} {'of':>4} " + " ".join(f"{verdict:>8}" for verdict in VERDICTS))
        out += [
            f"{line.name:36} {line.of:4} " + " ".join(f"{count:8}" for count in line.counts)
            for line in lines(cases, results, by)
        ]
        out.append("")
    out.append(neutral_sentence(cases, results))
    out += ["", *(f"{one.verdict:9} {one.id:48} {one.why}" for one in results)]
    return "\n".join(out) + "\n"


def listed(cases: Sequence[Case]) -> str:
    return "".join(
        f"{case.id}\t{case.rule or 'neutral'}\t{case.row or '-'}\t{case.imitates}\n" for case in cases
    )


def markdown(cases: Sequence[Case], results: Sequence[Result], day: str, commit: str) -> str:
    """The block of the README, with the day and the commit it is of."""
    head = "| rule | cheats | " + " | ".join(VERDICTS) + " | survivors |"
    rows = [head, "|---|" + "---:|" * (1 + len(VERDICTS)) + "---|"]
    for line in lines(cases, results):
        named = ", ".join(line.survivors) if line.name != "all" else ""
        rows.append(f"| {line.name} | {line.of} | " + " | ".join(map(str, line.counts)) + f" | {named} |")
    return "\n".join(
        [START, f"Run on {day} at commit {commit}.", "", *rows, "", neutral_sentence(cases, results), END]
    )


def write(readme: Path, block: str) -> None:
    """Put *block* between its markers in *readme*."""
    content = readme.read_text(encoding="utf-8")
    after, found = re.subn(rf"{re.escape(START)}[\s\S]*?{re.escape(END)}", lambda _: block, content)
    if found != 1:
        raise SystemExit(f"{readme} has no place for the table: {START} … {END}")
    readme.write_text(after, encoding="utf-8")
