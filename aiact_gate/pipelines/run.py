"""`check` over one manifest, or over every tracked one below a folder."""

from __future__ import annotations

import posixpath

from aiact_gate.model.report import Report
from aiact_gate.pipelines.check import Options, check
from aiact_gate.sources.manifest import NAMES
from aiact_gate.sources.snapshot import open_snapshot


def checked(
    path: str,
    options: Options,
    *,
    staged: bool = False,
    ref: str | None = None,
    recursive: bool = False,
    live: bool = False,
) -> list[Report]:
    """One report for each manifest at (or, recursively, below) *path*.

    Raises:
        UsageError: no such path, revision or repository.
    """
    snapshot, relative = open_snapshot(path, staged=staged, ref=ref)
    if not recursive:
        return [check(snapshot, relative, options)]
    prefix = "" if relative == "." else relative.rstrip("/") + "/"
    manifests = [
        found for found in snapshot.paths() if posixpath.basename(found) in NAMES and found.startswith(prefix)
    ]
    return [check(snapshot, found, options) for found in manifests] or [check(snapshot, relative, options)]
