"""`check` over one manifest, or over every tracked one below a folder; alone or against a base."""

from __future__ import annotations

import posixpath

from aiact_gate.model.errors import UsageError
from aiact_gate.model.report import Report
from aiact_gate.pipelines.check import Options, check
from aiact_gate.sources.manifest import NAMES
from aiact_gate.sources.snapshot import Snapshot, open_snapshot


def checked(
    path: str,
    options: Options,
    *,
    staged: bool = False,
    ref: str | None = None,
    base: str | None = None,
    recursive: bool = False,
) -> list[Report]:
    """One report for each manifest at (or, recursively, below) *path*.

    Raises:
        UsageError: no such path, revision or repository.
    """
    snapshot, relative = open_snapshot(path, staged=staged, ref=ref)
    before = _base(path, staged, base)
    places = [relative]
    if recursive:
        prefix = "" if relative == "." else relative.rstrip("/") + "/"
        found = [
            name for name in snapshot.paths() if posixpath.basename(name) in NAMES and name.startswith(prefix)
        ]
        places = found or places
    if not staged and base is None:
        return [check(snapshot, place, options) for place in places]
    from aiact_gate.pipelines.change import check_change

    return [check_change(snapshot, before, place, options, hook=staged) for place in places]


def _base(path: str, staged: bool, base: str | None) -> Snapshot | None:
    if base is None and not staged:
        return None
    try:
        return open_snapshot(path, ref=base or "HEAD")[0]
    except UsageError:
        if base is not None:
            raise
        return None  # the first commit of a repository has nothing before it
