"""Results of policy tests as JUnit XML, as CI services read it (the schema that Jenkins publishes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree


class TestCase(NamedTuple):
    """One test and what came of it."""

    group: str
    name: str
    file: str = ""
    line: int = 0
    failure: str = ""
    skipped: str = ""
    """Why it isn't counted: the reason that stands with it."""


class Suite(NamedTuple):
    """The tests of one pack."""

    name: str
    cases: Sequence[TestCase]


def render(suites: Sequence[Suite]) -> str:
    """*suites* as one XML document."""
    root = ElementTree.Element("testsuites")
    for suite in suites:
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=_plain(suite.name),
            tests=str(len(suite.cases)),
            failures=str(sum(bool(case.failure) for case in suite.cases)),
            errors="0",
            skipped=str(sum(bool(case.skipped) and not case.failure for case in suite.cases)),
        )
        for case in suite.cases:
            one = ElementTree.SubElement(
                element, "testcase", classname=_plain(case.group), name=_plain(case.name)
            )
            if case.file:
                one.attrib |= {"file": _plain(case.file), "line": str(case.line)}
            if case.failure:
                text = _plain(case.failure)
                failure = ElementTree.SubElement(one, "failure", message=text.partition("\n")[0])
                failure.text = text
            elif case.skipped:
                ElementTree.SubElement(one, "skipped", message=_plain(case.skipped))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    """*text* without what XML can't hold."""
    return "".join(
        c
        if c in "\t\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff"
        else f"\\x{ord(c):02x}"
        for c in text
    )
