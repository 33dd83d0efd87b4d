"""Results of policy tests as JUnit XML: a suite for each pack, a case for each test and each place that no test sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiact_gate.formats.suites import Case, Suite, document
from aiact_gate.policytest.results import TestedPack


def render(packs: Sequence[TestedPack]) -> str:
    """One suite for each of *packs*, as one XML document."""
    return document([Suite(tested.name, tested.day, list(_cases(tested))) for tested in packs])


def _cases(tested: TestedPack) -> Iterator[Case]:
    for fault in tested.faults:
        yield Case("policy", fault.rule, f"{fault.location}: {fault.message}")
    for case in tested.cases:
        failure = f"{case.place}: {case.wrong}" if case.wrong else ""
        yield Case(case.requirement or tested.name, case.name, failure)
    if tested.coverage is not None:
        yield Case("coverage", f"{tested.coverage.wanted} values of clauses and sizes of lists")
    if tested.mutants is not None and tested.blanks is not None:
        yield Case("mutation", f"{tested.mutants.wanted} mutants and {tested.blanks.wanted} blanks")
    for what, one in tested.unseen:
        failure = "" if one.because else f"{one.place}: {one.kills}"
        yield Case(one.requirement, f"{what.lower()} {one.name}", failure, one.because)
