"""Results of policy tests as text, the counts last, where a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator

from aiact_gate.formats.escape import log_line
from aiact_gate.policytest.results import Measured, TestedPack


def render(tested: TestedPack, verbose: bool = False) -> str:
    """What testing one pack showed; *verbose*: also what stays unseen for a reason."""
    return "".join(f"{log_line(line)}\n" for line in _lines(tested, verbose))


def _lines(tested: TestedPack, verbose: bool) -> Iterator[str]:
    for fault in tested.faults:
        yield f"INVALID {fault.location}: {fault.message}"
        yield f"    Fix: {fault.fix}"
    for what, one in tested.unseen:
        if not one.because:
            yield f"{what:<9}{one.place}: {one.requirement}/{one.name}"
            yield f"    {_upper(one.kills)}"
        elif verbose:
            yield f"({what.lower()}) {one.place}: {one.requirement}/{one.name}"
            yield f"    {_upper(one.because)}"
    if tested.nothing:
        if not tested.faults:
            yield f"{tested.name}: {NOTHING[tested.nothing]}"
        return
    for case in tested.cases:
        if case.wrong:
            yield f"FAILED  {case.place}: {case.requirement}, {case.name}: {case.wrong}"
    good = sum(not case.wrong for case in tested.cases)
    yield (
        f"{tested.name}: {tested.requirements} requirements, {tested.checks} checks, "
        f"{good} of {len(tested.cases)} cases as expected."
    )
    if tested.coverage is not None:
        yield f"Coverage: {_count(tested.coverage, 'values of clauses and sizes of lists seen', share=True)}"
    if tested.mutants is not None:
        yield f"Mutants: {_count(tested.mutants, 'noticed', share=True)}"
    if tested.blanks is not None:
        yield f"Blanks: {_count(tested.blanks, 'blanked fields stop the check that reads them', share=False)}"


NOTHING = {
    "untested": "no requirement of its own, so there is nothing to test.",
    "sources": "its checks report faults that sources find; tests/ has their examples.",
}


def _count(measured: Measured, what: str, share: bool) -> str:
    seen, whole = measured.wanted - len(measured.unseen), measured.wanted
    # Rounded down: 100 % is all of it.
    part = f" ({seen * 1000 // whole / 10:.1f} %)" if whole else " (nothing to see)"
    return f"{seen} of {whole} {what}{part if share else ''}{_reasons(measured)}"


def _reasons(measured: Measured) -> str:
    whole = len(measured.unseen)
    explained = sum(bool(one.because) for one in measured.unseen)
    if not whole:
        return "."
    if explained == whole:
        return f"; the other {explained if explained > 1 else 'one'} with a reason."
    return f"; {explained} of the other {whole} with a reason."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
