"""`check` over one manifest, or over every tracked one below a folder; alone or against a base."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable
from typing import NamedTuple

from aiact_gate import __version__
from aiact_gate.model.errors import AiactError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.model.report import Problem, Report
from aiact_gate.run.check import Witnessed, check
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import given_packs
from aiact_gate.sources.manifest import NAMES
from aiact_gate.sources.snapshot import Snapshot, open_snapshot, short_path


def checked(
    path: str,
    options: Options,
    *,
    staged: bool = False,
    ref: str | None = None,
    base: str | None = None,
    recursive: bool = False,
    witness: Callable[[Witnessed], None] | None = None,
) -> list[Report]:
    """One report for each manifest at (or, recursively, below) *path*; *witness* as `check` has it.

    Raises:
        UsageError: no such path, revision or repository.
    """
    for option, revision in (("--base", base), ("--ref", ref)):
        if revision is not None and not revision.strip():
            what = f"{option} is empty: it names no revision"
            raise UsageError(what, f"Name a commit, branch or tag, or leave {option} out.")
    snapshot, relative = open_snapshot(path, staged=staged, ref=ref)
    before = _base(snapshot, path, staged, base)
    if staged and base is None and not _differs(snapshot, before.tree):
        return [_nothing_staged(snapshot, path, options)]
    places = [relative]
    prefix = "" if relative == "." else relative.rstrip("/") + "/"
    if recursive:
        found = [
            name for name in snapshot.paths() if posixpath.basename(name) in NAMES and name.startswith(prefix)
        ]
        places = found or places
    loaded = given_packs(options)
    if not staged and base is None:
        return [check(snapshot, place, options, loaded=loaded, witness=witness) for place in places]
    from aiact_gate.run.against_base import check_change, removed_manifests

    if recursive and before.tree is not None:
        places += [gone for gone in removed_manifests(snapshot, before.tree, prefix) if gone not in places]
    reports = [
        check_change(snapshot, before.tree, place, options, loaded, hook=staged, problems=before.problems)
        for place in places
    ]
    return [report._replace(remarks=(*before.remarks, *report.remarks)) for report in reports]


def _differs(snapshot: Snapshot, before: Snapshot | None) -> bool:
    """Whether *snapshot* holds other files than *before*; True where nobody knows."""
    if before is None:
        return bool(snapshot.paths())
    changed = snapshot.changed_from(str(before.subject.revision))
    return changed is None or bool(changed)


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


def _nothing_staged(snapshot: Snapshot, path: str, options: Options) -> Report:
    """The report of a commit that changes no file: it adds nothing that could fail, and nothing was judged."""
    folder = "" if path == "." else f" {shlex.quote(path)}"
    return Report(
        as_of=options.as_of,
        enforce=options.enforce,
        verdict="nothing_evaluated",
        exit_code=0,
        packs=(),
        subject=snapshot.subject._asdict() | {"release": options.release},
        systems=(),
        version=__version__,
        note=f"Nothing is staged, so nothing was judged; this is no pass. The tree is judged by: aiact-gate check{folder}",
        hook=True,
        bypass=options.bypass,
    )


class Before(NamedTuple):
    """What a change is held against."""

    tree: Snapshot | None
    """None: there was nothing before."""
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def _base(snapshot: Snapshot, path: str, staged: bool, base: str | None) -> Before:
    if base is None and not staged:
        return Before(None)
    try:
        tree = open_snapshot(path, ref="HEAD" if base is None else base)[0]
    except UsageError:
        if base is not None:
            raise
        return Before(None)  # the first commit of a repository has nothing before it
    if base is None:
        return Before(tree)
    revision, named = str(tree.subject.revision), short_path(base)
    common = snapshot.common_commit(revision)
    if isinstance(common, Unknown):
        what = f"What this change loosens isn't known: {common.reason}, and {named} may have gone on since."
        return Before(tree, (), (Problem(what, f"Run: {common.would_determine}", None, 1, "loosened"),))
    if common is None:
        said = f"Compared with commit {revision[:7]} ({named}); the two histories share no commit."
    elif common == revision:
        said = f"Compared with commit {revision[:7]} ({named})."
    else:
        tree = open_snapshot(path, ref=common)[0]
        said = (
            f"Compared with commit {common[:7]}, where this history left {named}: that one has gone on since."
        )
    return Before(tree, (said,))
