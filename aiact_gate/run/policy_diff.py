"""`policy diff`: two packs compared by what they say, and (with `--on`) by what they make of a repository."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from aiact_gate.change.rules import compare_below
from aiact_gate.change.versions import Comparison, compare_packs, unchanged_version
from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.errors import UsageError
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import CheckResult, Problem, Report, SystemReport
from aiact_gate.policy.linted import placed
from aiact_gate.policy.load import load_builtin, load_folder
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import overlaid
from aiact_gate.sources.builtin import BUILTIN, builtin_folder
from aiact_gate.sources.snapshot import short_path

FAILING = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR)


class Turned(NamedTuple):
    """A check that comes out otherwise under the new pack."""

    system: str
    check: str
    fails: bool
    """Newly fails; else it newly passes."""
    outcome: str
    location: Location | None
    message: str


class Side(NamedTuple):
    """One of the two packs."""

    pack: Pack
    folder: Path
    faults: list[PolicyFault]


def side(named: str) -> Side:
    """The pack *named*: a folder, or the name of one that aiact-gate brings along.

    Raises:
        UsageError: there is neither.
        PackError: the folder holds no pack.
    """
    folder = Path(named)
    if not folder.is_dir() and named in BUILTIN:
        folder = builtin_folder(named)
    if not folder.is_dir():
        raise UsageError(
            f"there is no pack {short_path(named)}", f"Name a folder, or one of: {', '.join(BUILTIN)}."
        )
    pack, faults = load_folder(folder, named)
    return Side(pack, folder, placed(folder, named, faults))


def compare(old: Side, new: Side) -> Comparison:
    """What became of each requirement and check, those of built-in packs included that an overlay tightens."""
    comparison = compare_packs(old.pack, new.pack)
    if not old.pack.has_overlay and not new.pack.has_overlay:
        return comparison
    laws = [load_builtin(name)[0] for name in BUILTIN]
    found = compare_below(*(overlaid(laws, [one.pack]) for one in (old, new)))
    versions = comparison.versions
    if found and not versions and old.pack.version == new.pack.version:
        versions = (unchanged_version(new.pack),)
    return Comparison((*comparison.differences, *found), versions)


def turned_on(path: str, old: Side, new: Side, as_of: str) -> tuple[list[Turned], list[Problem]]:
    """The checks of the systems at *path* that fail under one of the packs only; and what kept it from being judged.

    Raises:
        UsageError: there is no such path.
    """
    before, now = (_judged(path, one, as_of) for one in (old, new))
    problems = [
        problem for problem in (*before.problems, *now.problems) if not before.systems or not now.systems
    ]
    found: list[Turned] = []
    systems = {system.id: system for system in before.systems}
    for system in now.systems:
        was = _results(systems[system.id]) if system.id in systems else {}
        results = _results(system)
        for name in (*results, *(name for name in was if name not in results)):
            bad = (_fails(was.get(name)), _fails(results.get(name)))
            if bad[0] == bad[1]:
                continue
            shown = results[name] if bad[1] else was[name]
            first = next((one for one in shown.findings if one.outcome in FAILING), None)
            found.append(
                Turned(
                    system.id,
                    name,
                    bad[1],
                    shown.outcome.value,
                    first.location if first is not None else None,
                    first.message if first is not None else shown.because,
                )
            )
    return found, problems


def _judged(path: str, one: Side, as_of: str) -> Report:
    options = Options(as_of=as_of, instead=((one.pack.name, str(one.folder)),))
    report = checked(path, options)[0]
    if all(name != one.pack.name for name, *_ in report.packs):
        report = checked(path, options._replace(packs=(str(one.folder),), instead=()))[0]
    return report


def _results(system: SystemReport) -> dict[str, CheckResult]:
    return {check.id: check for row in system.rows for check in row.checks if check.severity == "error"}


def _fails(result: CheckResult | None) -> bool:
    return result is not None and result.outcome in FAILING
