"""An old record moved to a new release: only its `for:` line, and only after what changed was shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from aiact_gate.documents.node import decode
from aiact_gate.model.errors import UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.snapshot import open_snapshot

SHOWN_LINES = 60


@dataclass(frozen=True)
class Confirmed:
    """The record's new text and what to show before it is written."""

    root: Path
    path: str
    """Within *root*."""
    text: str
    lines: tuple[str, ...]


def confirmed(record: str, version: str) -> Confirmed:
    """The record at *record* with its `for:` moved to *version*.

    Raises:
        UsageError: no such file, no `for:` line, or it speaks for the version already.
    """
    if not version.strip() or any(c.isspace() or c in "'\"#" for c in version):
        raise UsageError("a version is one word", "Write it as in the manifest: --for 1.4.0")
    snapshot, relative = open_snapshot(record)
    if not snapshot.has(relative):
        raise UsageError(f"there is no record {record}", "Name a record file.")
    text = decode(snapshot.read(relative), relative)
    match = re.search(r"^for:[ \t]*(.+?)[ \t]*(#.*)?$", text, re.MULTILINE)
    if match is None:
        raise UsageError(f"{record} has no line `for: <system>@<version>`", "Add one below `schema:`.")
    spoken = match[1].strip().strip("'\"")
    if spoken.startswith("["):
        raise UsageError(f"{record} speaks for a list of releases", "Edit the list by hand.")
    system, _, old = spoken.partition("@")
    if old == version:
        raise UsageError(f"{record} speaks for {version} already", "Nothing is to be done.")
    new = text[: match.start(1)] + f"{system}@{version}" + text[match.end(1) :]
    history = snapshot.history(relative)
    return Confirmed(Path(snapshot.root), relative, new, tuple(_changed(history, text, old, relative)))


def _changed(history: list[tuple[str, bytes]] | Unknown, text: str, old: str, path: str) -> list[str]:
    """What changed in the record since it began to speak for *old*, as a diff."""
    import difflib

    if isinstance(history, Unknown):
        return [f"What changed since {old} isn't known: {history.reason}."]
    spoke = [(commit, data) for commit, data in history if f"@{old}" in data.decode("utf-8", "replace")]
    if not spoke:
        return [f"The record isn't committed for {old} yet; read it whole."]
    commit, data = spoke[-1]
    diff = list(
        difflib.unified_diff(
            data.decode("utf-8", "replace").splitlines(),
            text.splitlines(),
            f"{path} ({commit[:7]}, {old})",
            f"{path} (now)",
            lineterm="",
        )
    )
    if not diff:
        return [f"Unchanged since {commit[:7]}, when it began to speak for {old}. Does it still hold?"]
    return [
        *diff[:SHOWN_LINES],
        *([f"… {len(diff) - SHOWN_LINES} more lines"] if len(diff) > SHOWN_LINES else []),
    ]
