"""Suites of cases as JUnit XML, in the form that all public dialects of it take.

No attribute that only one of them knows (`file`, `line`): the place stands in the message. Equal results give equal bytes, so
no time is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree


class Case(NamedTuple):
    """One case and what came of it; with none of the three texts it passed."""

    group: str
    name: str
    failure: str = ""
    """`file:line:column: what`, one or several lines."""
    skipped: str = ""
    """Why it isn't counted."""
    error: str = ""
    """Why nothing can be said of it."""
    type: str = "policy"


class Suite(NamedTuple):
    """Cases that belong together."""

    name: str
    day: str
    cases: Sequence[Case]
    output: str = ""
    """What else is to be told."""


def document(suites: Sequence[Suite]) -> str:
    """*suites* as one XML document."""
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
            errors=str(sum(_is_error(case) for case in suite.cases)),
            skipped=str(sum(_is_skipped(case) for case in suite.cases)),
            time="0",
            timestamp=f"{suite.day}T00:00:00",
            hostname="localhost",
        )
        ElementTree.SubElement(element, "properties")
        for case in suite.cases:
            _case(element, case)
        ElementTree.SubElement(element, "system-out").text = _plain(suite.output) if suite.output else None
        ElementTree.SubElement(element, "system-err")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _is_error(case: Case) -> bool:
    return bool(case.error) and not case.failure


def _is_skipped(case: Case) -> bool:
    return bool(case.skipped) and not case.failure and not case.error


def _case(parent: ElementTree.Element, case: Case) -> None:
    """A case with at most one outcome: what fails goes before what can't be said, and that before what isn't counted."""
    element = ElementTree.SubElement(
        parent, "testcase", classname=_plain(case.group), name=_plain(case.name), time="0"
    )
    if _is_skipped(case):
        ElementTree.SubElement(element, "skipped", message=_plain(case.skipped))
        return
    for tag, text in (("failure", case.failure), ("error", case.error)):
        if text:
            told = _plain(text)
            ElementTree.SubElement(element, tag, type=_plain(case.type), message=told).text = told
            return


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
