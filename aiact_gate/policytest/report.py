"""One pack tested: its examples, and, where asked for, how much of the policy they reach and how much they notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.location import Location
from aiact_gate.policy.compile import compile_folder
from aiact_gate.policy.linted import OTHER_PARTS, lint_folder, placed
from aiact_gate.policy.load import pack_from
from aiact_gate.policytest.cases import AS_OF, run_tests
from aiact_gate.policytest.coverage import cover
from aiact_gate.policytest.mutation import mutate
from aiact_gate.policytest.places import Places
from aiact_gate.policytest.results import Measured, TestedPack


def tested(
    folder: Path, only: frozenset[str], coverage: bool, mutation: bool, others: Sequence[Path] = ()
) -> TestedPack:
    """The pack in *folder*, tested; *others*: packs that its overlay may be about. Raises PackError if there is none."""
    compiled = compile_folder(folder)
    pack = pack_from(compiled.data)
    told = placed(folder, folder.name, compiled.faults)
    faults = tuple(fault for fault in told if not only or fault.requirement in only)
    found = TestedPack(pack.name or folder.name, AS_OF, faults)
    if not pack.requirements and any(compiled.data.get(key) for key in OTHER_PARTS):
        return found._replace(nothing="untested", faults=tuple(lint_folder(folder, others)))
    if not any(check.clauses for requirement in pack.requirements for check in requirement.checks):
        if not faults and not any(check.faults for item in pack.requirements for check in item.checks):
            place = Location(f"{folder.name}/pack.yaml")
            empty = PolicyFault(place, "empty", "the pack has no check", "Write one, and its examples.")
            found = found._replace(faults=(empty,))
        return found._replace(nothing="sources")
    run = run_tests(pack, folder, only)
    found = found._replace(cases=tuple(run.cases), requirements=run.requirements, checks=run.checks)
    places = Places(folder)
    if coverage:
        covered = cover(pack, run, places)
        found = found._replace(
            coverage=Measured(covered.wanted, tuple(covered.unseen)), orphans=tuple(covered.orphans)
        )
    if mutation:
        mutated = mutate(pack, run, places)
        found = found._replace(
            mutants=Measured(mutated.mutants, tuple(mutated.survivors)),
            blanks=Measured(mutated.blanks, tuple(mutated.holes)),
            orphans=(*found.orphans, *mutated.orphans),
        )
    return found
