"""`check` over one manifest, or over every tracked one below a folder; alone or against a base."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Mapping

from aiact_gate import __version__
from aiact_gate.model.errors import AiactError, UsageError
from aiact_gate.model.report import Problem, Report
from aiact_gate.run.change import Change, hooked, plain, since
from aiact_gate.run.check import Witnessed, check
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import given_packs
from aiact_gate.sources.manifest import NAMES


def checked(
    path: str,
    options: Options,
    *,
    staged: bool = False,
    ref: str | None = None,
    base: str | None = None,
    recursive: bool = False,
    environment: Mapping[str, str] | None = None,
    witness: Callable[[Witnessed], None] | None = None,
) -> list[Report]:
    """One report for each manifest at (or, recursively, below) *path*; *witness* as `check` has it.

    *staged* judges what a hook asks about, by what *environment* says of it.

    Raises:
        UsageError: no such path, revision or repository.
    """
    for option, revision in (("--base", base), ("--ref", ref)):
        if revision is not None and not revision.strip():
            what = f"{option} is empty: it names no revision"
            raise UsageError(what, f"Name a commit, branch or tag, or leave {option} out.")
    change = _change(path, staged, ref, base, environment or {})
    if change.nothing:
        return [_nothing(change, path, options)]
    places = [change.relative]
    prefix = "" if change.relative == "." else change.relative.rstrip("/") + "/"
    if recursive:
        found = [
            name
            for name in change.tree.paths()
            if posixpath.basename(name) in NAMES and name.startswith(prefix)
        ]
        places = found or places
    loaded = given_packs(options)
    if not change.is_held:
        return [check(change.tree, place, options, loaded=loaded, witness=witness) for place in places]
    from aiact_gate.run.against_base import check_change, removed_manifests

    for base_ in change.bases if recursive else ():
        gone = removed_manifests(change.tree, base_, prefix)
        places += [place for place in gone if place not in places]
    reports = [
        check_change(change.tree, change.bases, place, options, loaded, change.hook, change.problems)
        for place in places
    ]
    return [report._replace(remarks=(*change.remarks, *report.remarks)) for report in reports]


def _change(
    path: str, staged: bool, ref: str | None, base: str | None, environment: Mapping[str, str]
) -> Change:
    if base is not None:
        return since(path, base, staged=staged, ref=ref)
    return hooked(path, environment) if staged else plain(path, ref)


def unable(error: AiactError, options: Options, code: int = 0) -> Report:
    """The report of a run that *error* ended before it judged anything; *code*: 2 for usage and 3 for the rest, unless given."""
    code = code or (2 if isinstance(error, UsageError) else 3)
    return Report(
        as_of=options.as_of,
        enforce=options.enforce,
        verdict="fault",
        exit_code=code,
        packs=(),
        subject={"kind": "nothing", "revision": None, "dirty": False, "release": options.release},
        systems=(),
        problems=(Problem(error.what, error.fix, error.location, code),),
        version=__version__,
        bypass=options.bypass,
        repository=options.repository,
    )


def _nothing(change: Change, path: str, options: Options) -> Report:
    """The report of a change that changes no file: it adds nothing that could fail, and nothing was judged."""
    folder = "" if path == "." else f" {shlex.quote(path)}"
    return Report(
        as_of=options.as_of,
        enforce=options.enforce,
        verdict="nothing_evaluated",
        exit_code=0,
        packs=(),
        subject=change.tree.subject._asdict() | {"release": options.release},
        systems=(),
        version=__version__,
        note=f"{change.nothing}, so nothing was judged; this is no pass. The tree is judged by: aiact-gate check{folder}",
        hook=True,
        bypass=options.bypass,
    )
