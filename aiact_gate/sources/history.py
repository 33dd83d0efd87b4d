"""Who changed a file, and where two histories part: facts of git's history, judged by nobody here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git
from aiact_gate.sources.objects import UNSHALLOW


class FileChange(NamedTuple):
    """One commit that changed a file."""

    commit: str
    people: tuple[str, str]
    """The addresses of author and committer, as the commit has them: no mailmap of the judged tree is read."""
    after: bytes | None
    """None: the file isn't there."""
    before: tuple[bytes | None, ...] | None
    """The file in each parent, nothing for a first commit; None: a shallow clone ends here."""


def file_changes(
    git: Git, revision: str, path: str, since: str, of: Callable[[str], bool]
) -> list[FileChange]:
    """The commits up to *revision* and since the day *since* that changed *path*, merges with all their parents.

    None if *of* holds for no address in them: then nothing of their content is read.
    """
    # Without `since` one log of a path walks all of a large repository's history.
    form = "--format=%H%x00%P%x00%ae%x00%ce%x00%D"
    log = git.run(
        "log",
        "--full-history",
        f"--since={since}",
        "--decorate=full",
        form,
        revision,
        "--",
        f":(literal,top){path}",
    )
    found = []
    for line in (log or b"").decode("utf-8", "replace").splitlines():
        parts = line.split("\0")
        if len(parts) == 5:
            # `grafted` stands at the end of a shallow clone, `replaced` at a commit that another one stands in for.
            ends = {"grafted", "replaced"} & set(parts[4].split(", "))
            found.append((parts[0], parts[1].split(), (parts[2], parts[3]), bool(ends)))
    if not any(of(who) for _, _, people, _ in found for who in people):
        return []
    names = [f"{commit}:{path}" for name, parents, _, _ in found for commit in (name, *parents)]
    blobs = iter(git.blobs(names))
    changes = []
    for name, parents, people, ends_here in found:
        after, *before = [next(blobs) for _ in (name, *parents)]
        changes.append(FileChange(name, people, after, None if ends_here else tuple(before)))
    return changes


def common_commit(git: Git, one: str, other: str) -> str | Unknown | None:
    """The newest commit that the histories of *one* and *other* share; None if they share none."""
    found = git.text("merge-base", one, other)
    if found:
        return found.split("\n")[0]
    if git.is_shallow():
        return Unknown("this clone is shallow, so where the two histories part isn't known", UNSHALLOW)
    return None
