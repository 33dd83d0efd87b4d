"""Results of policy tests as JUnit XML, in the form that both public dialects of it take.

No attribute that only one of them knows (`file`, `line`): the place stands in the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree


class TestCase(NamedTuple):
    """One test and what came of it."""

    group: str
    name: str
    failure: str = ""
    """`file:line:column: what`; empty: it came out as expected."""
    skipped: str = ""
    """Why it isn't counted: the reason that stands with it."""


class Suite(NamedTuple):
    """The tests of one pack."""

    name: str
    day: str
    """The ISO date that the tests pin."""
    cases: Sequence[TestCase]


def render(suites: Sequence[Suite]) -> str:
    """*suites* as one XML document; equal results give equal bytes, so no time is told."""
    root = ElementTree.Element("testsuites")
    for number, suite in enumerate(suites):
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=_plain(suite.name),
            package="aiact-gate",
            id=str(number),
            tests=str(len(suite.cases)),
            failures=str(sum(bool(case.failure) for case in suite.cases)),
            errors="0",
            skipped=str(sum(bool(case.skipped) and not case.failure for case in suite.cases)),
            time="0",
            timestamp=f"{suite.day}T00:00:00",
            hostname="localhost",
        )
        ElementTree.SubElement(element, "properties")
        for case in suite.cases:
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
