"""`explain`: one run of `check`, and what its report leaves out about one requirement or check."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.paths import NotThere
from aiact_gate.judge.claim import judge_claim
from aiact_gate.judge.dates import binding
from aiact_gate.judge.people import people
from aiact_gate.judge.row_by_row import RowByRow
from aiact_gate.judge.rows import binds
from aiact_gate.model.errors import AiactError, PackError, UsageError
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.explained import CheckSeen, PageFacts
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Check, Requirement
from aiact_gate.model.report import Report, Row
from aiact_gate.policy.load import in_layer_order, layered, load_builtin, load_folder
from aiact_gate.run.check import Witnessed
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.gather import begin, gather


class Run(NamedTuple):
    """One run of `check`, with what its systems were judged on."""

    report: Report | None
    """None if there is nothing to judge at the path."""
    requirements: dict[str, Requirement]
    """Every requirement of the run's packs, by id; of the built-in and given packs where nothing was judged."""
    witnessed: tuple[Witnessed, ...]
    why: str = ""
    """Why there is no report."""


def explained(path: str, options: Options) -> Run:
    """`check` over *path*, kept open for questions.

    Raises:
        PackError: a pack of *options* can't be loaded.
    """
    seen: list[Witnessed] = []
    packs = [load_builtin(name)[0] for name in BUILTIN]
    for folder in in_layer_order(options.packs):
        packs.append(
            load_folder(Path(folder), None, {key: one for pack in packs for key, one in pack.kinds.items()})[
                0
            ]
        )
    # As overlays tighten them, also where nothing is judged.
    known = {item.id: item for pack in layered(packs)[0] for item in pack.requirements}
    try:
        report = checked(path, options, witness=seen.append)[0]
    except PackError:
        raise
    except AiactError as error:
        return Run(None, known, (), error.what)
    for one in seen:
        # As they were judged: with the packs of the manifest and the overlays on them.
        known |= {item.id: item for item in one.requirements}
    return Run(report, known, tuple(seen))


def _row(run: Run, system: str, requirement: str) -> Row | None:
    found = run.report.systems if run.report is not None else ()
    return next(
        (row for one in found if one.id == system for row in one.rows if row.requirement.id == requirement),
        None,
    )


# ---------------------------------------------------------------- one check, row by row


def checks_seen(run: Run, requirement: Requirement, check: Check, as_of: str, shown: int) -> list[CheckSeen]:
    """*check* on every system of *run*, with at most *shown* rows in full."""
    found = []
    for one in run.witnessed:
        version = str(one.system.get("version") or "")
        row = _row(run, one.judging.system, requirement.id)
        result = next((each for each in row.checks if each.id == check.id), None) if row else None
        why_not = binds(requirement, one.judging.claim)
        broken = one.judging.broken.get(requirement.id, "")
        if why_not or broken or check.faults:
            told = why_not and f"not applicable: {why_not}" or broken
            told = (
                told
                or f"It reports every fault of the rule '{check.faults}' that reading the evidence found."
            )
            found.append(CheckSeen(one.judging.system, version, result, told))
            continue
        walk = RowByRow(_evidence(one, requirement), _engine(one), one.judging.system)
        seen = walk.seen(check, requirement, result, version, as_of, shown)
        if result is None and row is not None:
            judged = walk.judge(check, requirement)
            because = f"{row.because}; judged here all the same" if row.because else ""
            seen = seen._replace(result=judged, because=seen.because or because)
        found.append(seen)
    return found


def _engine(one: Witnessed) -> Engine:
    return one.judging.judge.engine


def _evidence(one: Witnessed, requirement: Requirement) -> Evidence:
    """The evidence that *one* was judged on, with what *requirement* reads if the profile left that out."""
    reads = frozenset(path[0] for check in requirement.checks for path in check.reads)
    if reads <= one.wanted:
        return one.judging.evidence
    evidence = begin(one.gathering, one.system, one.judging.as_of)
    tier = one.gathering.manifest.pointer(one.system["id"], "tier")
    evidence.faults += judge_claim(one.system, tier, evidence, one.law.classification).faults
    gather(one.gathering, one.system, evidence, one.wanted | reads)
    return evidence


# ---------------------------------------------------------------- a requirement's page


def page_facts(run: Run, requirement: Requirement) -> list[PageFacts]:
    """What the page of *requirement* shows of each system beside its row."""
    found = []
    for one in run.witnessed:
        row = _row(run, one.judging.system, requirement.id)
        if row is None:
            continue
        evidence = one.judging.evidence
        facts = PageFacts(one.judging.system, row, **_binds(one, requirement))
        if row.outcome in (Outcome.NOT_SELECTED, Outcome.NOT_APPLICABLE, Outcome.NOT_CHECKED):
            found.append(facts)
            continue
        walk = RowByRow(evidence, _engine(one), one.judging.system)
        lists: dict[str, int] = {}
        places: dict[str, tuple[Location, ...]] = {}
        for check, result in zip(row.requirement.checks, row.checks, strict=False):
            if result.outcome is Outcome.NOT_APPLICABLE or check.faults:
                continue
            held = _places(walk, check, requirement, lists)
            if result.outcome is Outcome.PASS:
                places[check.id] = held
        run_id = str(((evidence.data.get("mlflow") or {}).get("run") or {}).get("id") or "")[:7]
        found.append(
            facts._replace(
                looked_at=tuple(lists.items()),
                places=places,
                people=people(evidence, requirement),
                changed=_changed(evidence, run_id),
                run=run_id,
            )
        )
    return found


def _binds(one: Witnessed, requirement: Requirement) -> dict[str, Any]:
    timeline = one.law.timeline
    line = next(
        (row for row in timeline.get("application", []) if row.get("id") == requirement.timeline), None
    )
    if line is None:
        return {}
    market = str((one.judging.evidence.data.get("system_description") or {}).get("market_date") or "")
    dates = binding(timeline, requirement.timeline, one.judging.claim, market)
    act = f"{timeline.get('act')} as amended by {timeline.get('amended_by')}, CELEX {timeline.get('consolidated')}"
    return {
        "dates": (dates.earlier, dates.later, dates.remark),
        "confidence": dates.confidence,
        "sources": tuple(str(source) for source in line.get("source") or []),
        "act": act,
    }


def _places(
    walk: RowByRow, check: Check, requirement: Requirement, lists: dict[str, int]
) -> tuple[Location, ...]:
    """Where the rows of *check* that hold have what is judged; the lengths of its lists go to *lists*."""
    try:
        rows = walk.rows(check, requirement)
    except NotThere:
        return ()
    for loop in check.loops:
        if loop.path is not None:
            name = loop.path.source.rpartition(".")[2].replace("_", " ")
            number = len({row.bound[loop.name][1] for row in rows})
            lists[name] = max(lists.get(name, 0), number)
    held = [row.place for row in rows if row.state == "holds" and row.place is not None]
    return tuple(dict.fromkeys(held))


def _changed(evidence: Evidence, run_id: str) -> tuple[str, ...] | None:
    """The inputs that changed since the run; None if this run of the gate didn't compare any."""
    inputs = (evidence.data.get("derived") or {}).get("inputs") or []
    if not run_id or not inputs:
        return None
    return tuple(str(row["path"]) for row in inputs if row["state"] != "same")


def named_check(requirement: Requirement, name: str) -> Check:
    """The check *name* of *requirement*.

    Raises:
        UsageError: it has none of that name.
    """
    for check in requirement.checks:
        if check.id.partition("/")[2] == name:
            return check
    from aiact_gate.sources.shapes import nearest

    names = [check.id.partition("/")[2] for check in requirement.checks]
    near = nearest(name, names)
    known = f"Its checks: {', '.join(names)}." if names else f"It has none: {requirement.not_checked}."
    raise UsageError(
        f"{requirement.id} has no check '{name[:60]}'",
        f"Did you mean {requirement.id}/{near}?" if near else known,
    )
