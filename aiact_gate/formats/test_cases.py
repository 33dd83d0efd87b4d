"""Results of policy tests as JUnit XML, in the form that both public dialects of it take.

No attribute that only one of them knows (`file`, `line`): the place stands in the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from aiact_gate.policytest.results import TestedPack


class TestCase(NamedTuple):
    """One test and what came of it."""

    group: str
    name: str
    failure: str = ""
    """`file:line:column: what`; empty: it came out as expected."""
    skipped: str = ""
    """Why it isn't counted: the reason that stands with it."""


def render(packs: Sequence[TestedPack]) -> str:
    """One suite for each of *packs*, as one XML document; equal results give equal bytes, so no time is told."""
    root = ElementTree.Element("testsuites")
    for number, tested in enumerate(packs):
        cases = list(_cases(tested))
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=_plain(tested.name),
            package="aiact-gate",
            id=str(number),
            tests=str(len(cases)),
            failures=str(sum(bool(case.failure) for case in cases)),
            errors="0",
            skipped=str(sum(bool(case.skipped) and not case.failure for case in cases)),
            time="0",
            timestamp=f"{tested.day}T00:00:00",
            hostname="localhost",
        )
        ElementTree.SubElement(element, "properties")
        for case in cases:
            one = ElementTree.SubElement(
                element, "testcase", classname=_plain(case.group), name=_plain(case.name), time="0"
            )
            if case.failure:
                text = _plain(case.failure)
                ElementTree.SubElement(one, "failure", type="policy", message=text).text = text
            elif case.skipped:
                ElementTree.SubElement(one, "skipped", message=_plain(case.skipped))
        ElementTree.SubElement(element, "system-out")
        ElementTree.SubElement(element, "system-err")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _cases(tested: TestedPack) -> Iterator[TestCase]:
    for fault in tested.faults:
        yield TestCase("policy", fault.rule, f"{fault.location}: {fault.message}")
    for case in tested.cases:
        failure = f"{case.place}: {case.wrong}" if case.wrong else ""
        yield TestCase(case.requirement or tested.name, case.name, failure)
    if tested.coverage is not None:
        yield TestCase("coverage", f"{tested.coverage.wanted} values of clauses and sizes of lists")
    if tested.mutants is not None and tested.blanks is not None:
        yield TestCase("mutation", f"{tested.mutants.wanted} mutants and {tested.blanks.wanted} blanks")
    for what, one in tested.unseen:
        failure = "" if one.because else f"{one.place}: {one.kills}"
        yield TestCase(one.requirement, f"{what.lower()} {one.name}", failure, one.because)


def _plain(text: str) -> str:
    """*text* without what XML can't hold, and never empty."""
    allowed = ((" ", "\ud7ff"), ("\ue000", "\ufffd"), ("\U00010000", "\U0010ffff"))
    return (
        "".join(
            c if c in "\t\n" or any(low <= c <= high for low, high in allowed) else f"\\x{ord(c):02x}"
            for c in text
        )
        or "-"
    )
