"""`check` as a service runs it for a change: all that fails fails, and what the change itself brings eases nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiact_gate.change.regression import by_both_rules, in_stricter_mode, with_verdict
from aiact_gate.judge.verdict import numbered
from aiact_gate.model.errors import AiactError
from aiact_gate.model.report import Report
from aiact_gate.run.against_base import ADOPTED, manifest_at, origins_of
from aiact_gate.run.change import plain, start_of
from aiact_gate.run.check import BROUGHT, check
from aiact_gate.run.compared_trees import packs_of, stated
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import Given, given_packs
from aiact_gate.sources.manifest import Manifest, read_manifest
from aiact_gate.sources.snapshot import Snapshot


class Base(NamedTuple):
    """The base of what a service runs for, by name."""

    names: tuple[str, ...]
    """Commits or branches; the first that is at hand counts."""
    unknown: str
    """What to say where none is at hand."""
    exact: bool = False
    """Whether it is what stood there before, and not a branch that may have gone on since."""


def tree_of(base: Base, tree: Snapshot) -> Snapshot | None:
    """The first of *base* at hand, else None; of a branch the commit at which the history of *tree* left it, if that is known."""
    found = next(((at, name) for name in base.names if (at := tree.at(name)) is not None), None)
    if found is None:
        return None
    return found[0] if base.exact else start_of(tree, *found)[0]


def checked_by_rules_of(base: Base | None, path: str, options: Options) -> Report:
    """The report of the tree at *path* by the rules of *base*, too; where it isn't at hand, the tree's judge alone, and it says so.

    Raises:
        UsageError: no such path or repository.
    """
    change = plain(path, None)
    loaded = given_packs(options)
    before = tree_of(base, change.tree) if base is not None else None
    if before is not None:
        return check_by_rules_of(before, change.tree, change.relative, options, loaded)
    report = check(change.tree, change.relative, options, loaded=loaded)
    return (
        report if base is None else report._replace(rules=f"Rules as this tree brings them: {base.unknown}")
    )


def check_by_rules_of(
    base: Snapshot, snapshot: Snapshot, path: str, options: Options, loaded: Given
) -> Report:
    """The report of *snapshot* in which what *base* asks for is asked for, too: packs, mode, profile, recalls, waiver rules.

    All that fails fails; nothing that the change itself brings makes a fail a pass.
    """
    report = check(snapshot, path, options, loaded=loaded)
    home = manifest_at(snapshot, path)
    if home is None:
        return report
    origins = origins_of(base, path, stated(snapshot, home, loaded))
    if not origins:
        return report._replace(rules=ADOPTED)
    rules = ""
    for origin in origins:
        try:
            was, now = read_manifest(base, origin), read_manifest(snapshot, home)
        except AiactError:
            return report._replace(rules=BROUGHT)
        if _judged_by(base, was) == _judged_by(snapshot, now):
            continue
        rules = f"Judged by this tree's rules and by those of commit {str(base.subject.revision)[:7]}, whatever is stricter."
        by_base = check(snapshot, path, options, loaded=loaded, judges=(base, was))
        report = in_stricter_mode(by_both_rules(report, by_base), by_base)
    problems = [problem for problem in report.problems if problem.code != 4 or not report.systems]
    report = report._replace(rules=rules, systems=numbered(report.systems))
    return with_verdict(report, problems, [], [])


def _judged_by(tree: Snapshot, manifest: Manifest) -> tuple[Any, ...]:
    packs = {pack.name: (pack.folder, pack.files) for pack in packs_of(tree, manifest)}
    return packs, manifest.data.get("policies")
