"""Which change is judged, and against which commits: what the command line asks for, or what git and its hooks tell.

pre-commit and prek say by the environment whether a range or a push is looked at; git itself says which index a commit is
made from, who its author is and what is being merged. Nothing says that a commit replaces HEAD (`--amend`): it is known by
HEAD's author and moment, which git takes over, and by git's own command line where it can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aiact_gate.model.errors import UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.model.report import Problem
from aiact_gate.sources.commits import being_merged, boundary, is_amended, on_remote, parents
from aiact_gate.sources.snapshot import Snapshot, open_snapshot, short_path


class Change(NamedTuple):
    """What is judged, and what it is held against."""

    tree: Snapshot
    relative: str
    """What is judged in it: a folder or a manifest."""
    bases: tuple[Snapshot, ...] = ()
    is_held: bool = False
    """Whether it is held against *bases* at all; without bases: there was nothing before."""
    hook: bool = False
    """Of a commit or a push: the report is short, and what stood before stops nothing."""
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    nothing: str = ""
    """Why there is nothing to judge."""


def plain(path: str, ref: str | None) -> Change:
    """The work tree, or the revision *ref*, as it is. Raises as `open_snapshot`."""
    return Change(*open_snapshot(path, ref=ref))


def since(path: str, base: str, *, staged: bool, ref: str | None) -> Change:
    """The change since the revision *base*, or since the commit at which this history left it. Raises as `open_snapshot`."""
    tree, relative = open_snapshot(path, staged=staged, ref=ref)
    before, named = _found(tree, base)
    start, remark, problems = start_of(tree, before, named)
    return Change(tree, relative, (start,), True, staged, (remark,) if remark else (), problems)


def hooked(path: str, environment: Mapping[str, str]) -> Change:
    """The change that a hook asks about by *environment*: a range, a push, what is staged, else the tree.

    Raises:
        UsageError: no repository, or no such revision.
    """
    tree, relative = open_snapshot(path, staged=True)
    first, last = environment.get("PRE_COMMIT_FROM_REF"), environment.get("PRE_COMMIT_TO_REF")
    if first and last:
        return _range(tree, relative, first, last, environment.get("PRE_COMMIT_REMOTE_NAME") or "")
    if environment.get("PRE_COMMIT_REMOTE_NAME"):
        pushed = _found(tree, environment.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD")[0]
        said = "The remote has nothing of this history yet, so all of it is new."
        return Change(pushed, relative, (), True, True, (said,))
    change = _commit(tree, relative, environment)
    is_asked_for = environment.get("PRE_COMMIT") and not environment.get("GIT_INDEX_FILE")
    return plain(path, None) if change.nothing and is_asked_for else change


def _commit(tree: Snapshot, relative: str, environment: Mapping[str, str]) -> Change:
    """What is staged, against HEAD; against HEAD's parents where it replaces HEAD; against what is merged, too."""
    git = tree.git()
    head = tree.subject.revision
    names: tuple[str, ...] = (head,) if head else ()
    remark = ""
    if git is not None and head:
        merged = being_merged(git, environment)
        if merged:
            names += merged
            remark = f"Compared with HEAD and with what is merged into it ({', '.join(one[:7] for one in merged)})."
        elif is_amended(git, environment):
            names = parents(git, head)
            remark = "This commit replaces HEAD, so it is compared with HEAD's parent."
    bases = tuple(base for name in names if (base := tree.at(name)) is not None)
    remarks = (remark,) if remark else ()
    nothing = "" if _differs(tree, bases) else "Nothing is staged"
    return Change(tree, relative, bases, True, True, remarks, nothing=nothing)


def _range(tree: Snapshot, relative: str, first: str, last: str, remote: str) -> Change:
    judged, named = _found(tree, last)
    before, since_ = _found(tree, first)
    git = tree.git()
    revision = str(judged.subject.revision)
    if git is not None and remote:
        # What a push brings was built on what the remote has: its branch, and what was merged from others since.
        names = boundary(git, revision, remote, str(before.subject.revision))
        bases = tuple(base for name in names if (base := tree.at(name)) is not None)
        if bases:
            nothing = "" if _differs(judged, bases) else f"{remote} has all of this already"
            return Change(judged, relative, bases, True, True, (), nothing=nothing)
    start, remark, problems = start_of(judged, before, since_)
    nothing = "" if _differs(judged, (start,)) else f"Nothing lies between {since_} and {named}"
    return Change(judged, relative, (start,), True, True, (remark,) if remark else (), problems, nothing)


def _found(tree: Snapshot, revision: str) -> tuple[Snapshot, str]:
    """(the tree of *revision*, its name); where only a remote has such a branch, that one.

    Raises:
        UsageError: there is none.
    """
    found = tree.at(revision)
    if found is not None:
        return found, short_path(revision)
    git = tree.git()
    for name in on_remote(git, revision) if git is not None else ():
        found = tree.at(f"refs/remotes/{name}")
        if found is not None:
            return found, short_path(name)
    if git is None:
        raise UsageError("there is no git repository here", "Leave out --base, or check a clone.")
    what = f"there is no revision {short_path(revision)} in this clone"
    raise UsageError(what, "Fetch it, or name a commit, branch or tag that `git log` knows.")


def start_of(tree: Snapshot, base: Snapshot, named: str) -> tuple[Snapshot, str, tuple[Problem, ...]]:
    """(where the history of *tree* left *base*, what to say of it, why that isn't known)."""
    revision = str(base.subject.revision)
    common = tree.common_commit(revision)
    if isinstance(common, Unknown):
        what = f"What this change loosens isn't known: {common.reason}, and {named} may have gone on since."
        return base, "", (Problem(what, f"Run: {common.would_determine}", None, 1, "loosened"),)
    if common is None:
        said = f"Compared with commit {revision[:7]} ({named}); the two histories share no commit."
    elif common == revision:
        said = f"Compared with commit {revision[:7]} ({named})."
    else:
        base = tree.at(common) or base
        said = (
            f"Compared with commit {common[:7]}, where this history left {named}: that one has gone on since."
        )
    return base, said, ()


def _differs(tree: Snapshot, bases: tuple[Snapshot, ...]) -> bool:
    """Whether *tree* holds other files than each of *bases*; True where nobody knows."""
    if not bases:
        return bool(tree.paths())
    changed = [tree.changed_from(str(base.subject.revision)) for base in bases]
    return all(found is None or found for found in changed)
