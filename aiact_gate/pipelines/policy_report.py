"""One pack tested: its examples, and, where asked for, how much of the policy they reach and how much they notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiact_gate.formats.test_cases import Suite, TestCase
from aiact_gate.model.location import Location
from aiact_gate.packs.compile import compile_folder
from aiact_gate.packs.faults import PolicyFault
from aiact_gate.packs.lint import OTHER_PARTS, lint_folder
from aiact_gate.packs.load import pack_from
from aiact_gate.pipelines.policy_coverage import CoverageRun, cover
from aiact_gate.pipelines.policy_mutation import MutationRun, mutate
from aiact_gate.pipelines.policy_places import Places
from aiact_gate.pipelines.policy_reasons import Unseen
from aiact_gate.pipelines.policy_test import AS_OF, TestRun, run_tests


@dataclass
class PackReport:
    """What `policy test` found of one pack."""

    name: str
    faults: list[PolicyFault]
    run: TestRun | None = None
    """None: every check reports faults that sources find; there is nothing to permute."""
    coverage: CoverageRun | None = None
    mutation: MutationRun | None = None
    unseen: list[tuple[str, Unseen]] = field(default_factory=list)
    """(what it is, the thing) of all that coverage and mutation found, explained or not."""

    untested: bool = False
    """The pack has no requirement of its own, only an overlay, a roll-out, recalls or record kinds."""

    @property
    def ran(self) -> int:
        return len(self.run.cases) if self.run else 0

    @property
    def bad(self) -> bool:
        failed = self.run is not None and bool(self.run.failed)
        return bool(self.faults) or failed or any(not one.because for _, one in self.unseen)

    def lines(self, verbose: bool) -> Iterator[str]:
        """The report as text, the worst last, where a terminal shows it."""
        for fault in self.faults:
            yield f"INVALID {fault.location}: {fault.message}"
            yield f"    Fix: {fault.fix}"
        for what, one in self.unseen:
            if not one.because:
                yield f"{what:<9}{one.place}: {one.requirement}/{one.name}"
                yield f"    {_upper(one.kills)}"
            elif verbose:
                yield f"({what.lower()}) {one.place}: {one.requirement}/{one.name}"
                yield f"    {_upper(one.because)}"
        if self.untested:
            if not self.faults:
                yield f"{self.name}: no requirement of its own, so there is nothing to test."
            return
        if self.run is None:
            if not self.faults:
                yield f"{self.name}: its checks report faults that sources find; tests/ has their examples."
            return
        for case in self.run.failed:
            yield f"FAILED  {case.place}: {case.requirement}, {case.name}: {case.wrong}"
        good = len(self.run.cases) - len(self.run.failed)
        yield (
            f"{self.name}: {self.run.requirements} requirements, {self.run.checks} checks, "
            f"{good} of {len(self.run.cases)} cases as expected."
        )
        if self.coverage is not None:
            there = self.coverage.wanted - len(self.coverage.unseen)
            share = _share(there, self.coverage.wanted)
            yield f"Coverage: {there} of {self.coverage.wanted} values of clauses and sizes of lists seen ({share}){_reasons(self.coverage.unseen)}"
        if self.mutation is not None:
            killed = self.mutation.mutants - len(self.mutation.survivors)
            share = _share(killed, self.mutation.mutants)
            yield f"Mutants: {killed} of {self.mutation.mutants} noticed ({share}){_reasons(self.mutation.survivors)}"
            stopped = self.mutation.blanks - len(self.mutation.holes)
            yield f"Blanks: {stopped} of {self.mutation.blanks} blanked fields stop the check that reads them{_reasons(self.mutation.holes)}"

    def suite(self) -> Suite:
        """The results as test cases."""
        cases = [
            TestCase("policy", fault.rule, f"{fault.location}: {fault.message}") for fault in self.faults
        ]
        for case in self.run.cases if self.run else ():
            failure = f"{case.place}: {case.wrong}" if case.wrong else ""
            cases.append(TestCase(case.requirement or self.name, case.name, failure))
        if self.coverage is not None:
            cases.append(TestCase("coverage", f"{self.coverage.wanted} values of clauses and sizes of lists"))
        if self.mutation is not None:
            cases.append(
                TestCase("mutation", f"{self.mutation.mutants} mutants and {self.mutation.blanks} blanks")
            )
        for what, one in self.unseen:
            failure = "" if one.because else f"{one.place}: {one.kills}"
            cases.append(TestCase(one.requirement, f"{what.lower()} {one.name}", failure, one.because))
        return Suite(self.name, AS_OF, cases)


def tested(
    folder: Path, only: frozenset[str], coverage: bool, mutation: bool, others: Sequence[Path] = ()
) -> PackReport:
    """The pack in *folder*, tested; *others*: packs that its overlay may be about. Raises PackError if there is none."""
    compiled = compile_folder(folder)
    pack = pack_from(compiled.data)
    faults = [fault for fault in compiled.faults if not only or fault.requirement in only]
    report = PackReport(pack.name or folder.name, faults)
    if not pack.requirements and any(compiled.data.get(key) for key in OTHER_PARTS):
        report.untested = True
        report.faults = lint_folder(folder, others)
        return report
    if not any(check.clauses for requirement in pack.requirements for check in requirement.checks):
        if not faults and not any(check.faults for item in pack.requirements for check in item.checks):
            place = Location(f"{folder.name}/pack.yaml")
            report.faults.append(
                PolicyFault(place, "empty", "the pack has no check", "Write one, and its examples.")
            )
        return report
    report.run = run_tests(pack, folder, only)
    places = Places(folder)
    if coverage:
        report.coverage = cover(pack, report.run, places)
        report.unseen += [("UNSEEN", one) for one in report.coverage.unseen]
        report.unseen += [("ORPHAN", one) for one in report.coverage.orphans]
    if mutation:
        report.mutation = mutate(pack, report.run, places)
        report.unseen += [("SURVIVED", one) for one in report.mutation.survivors]
        report.unseen += [("HOLE", one) for one in report.mutation.holes]
        report.unseen += [("ORPHAN", one) for one in report.mutation.orphans]
    return report


def _share(part: int, whole: int) -> str:
    """Rounded down: 100 % is all of it."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else "nothing to see"


def _reasons(unseen: list[Unseen]) -> str:
    if not unseen:
        return "."
    explained = sum(bool(one.because) for one in unseen)
    if explained == len(unseen):
        return (
            f"; the other {explained} with a reason." if explained > 1 else "; the other one with a reason."
        )
    return f"; {explained} of the other {len(unseen)} with a reason."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
