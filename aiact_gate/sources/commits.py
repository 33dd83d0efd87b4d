"""Commits that a change is held against: what is merged, replaced or pushed, as git knows it or a hook is told."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from aiact_gate.sources.git import Git

MAX_BASES = 8
_ID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")


def parents(git: Git, commit: str) -> tuple[str, ...]:
    """The parents of *commit*, as it names them."""
    return tuple(line[7:] for line in _header(git, commit) if line.startswith("parent "))


def being_merged(git: Git, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The commits that the commit which is being made will have as parents beside HEAD."""
    found = _lines(git, "MERGE_HEAD")
    if not found and str(environment.get("GIT_REFLOG_ACTION")).startswith(("merge", "pull")):
        # A merge without conflicts writes MERGE_HEAD only after its hook, and names its heads to it.
        found = [name[8:] for name in sorted(environment) if name.startswith("GITHEAD_")]
    return tuple(name for name in found[:MAX_BASES] if _ID.fullmatch(name))


def is_amended(git: Git, environment: Mapping[str, str]) -> bool:
    """Whether the commit that is being made replaces HEAD.

    git hands a hook the author and the moment of the commit that it makes; a replaced one keeps its own. So may one that
    takes over a message (`-C HEAD`) or is made by a script with a fixed clock: what git was called with tells, if it can be seen.
    """
    if not environment.get("GIT_INDEX_FILE") or _lines(git, "CHERRY_PICK_HEAD"):
        return False
    name, address, moment = (environment.get(f"GIT_AUTHOR_{key}") for key in ("NAME", "EMAIL", "DATE"))
    author = f"author {name} <{address}> {str(moment).removeprefix('@')}"
    if author not in _header(git, "HEAD"):
        return False
    called = next((words for words in _ancestors() if "commit" in words[1:] and _is_git(words[0])), None)
    if called is not None:
        return any(len(word) > 4 and "--amend".startswith(word) for word in called)
    return time.time() - float(author.rsplit(" ", 2)[1]) > 2


def boundary(git: Git, commit: str, remote: str, known: str) -> list[str]:
    """The commits that *remote* has, *known* among them, on which what leads to *commit* beside them was built."""
    listed = git.text("rev-list", "--boundary", commit, f"^{known}", "--not", f"--remotes={_plain(remote)}")
    return [line[1:] for line in (listed or "").split("\n") if line.startswith("-")][:MAX_BASES]


def on_remote(git: Git, branch: str) -> list[str]:
    """`origin/main` for `main`, that of `origin` first; empty for what is no branch's name."""
    if _plain(branch) != branch:
        return []
    listed = git.text("for-each-ref", "--format=%(refname:lstrip=2)", f"refs/remotes/*/{branch}")
    found = (listed or "").split()
    return sorted(found, key=lambda name: not name.startswith("origin/"))


def _plain(name: str) -> str:
    """*name* without what a pattern of git would read as more than itself."""
    return "".join(c for c in name if c.isalnum() or c in "-_./+").lstrip("-")


def _header(git: Git, commit: str) -> list[str]:
    found = git.object(f"{commit}^{{commit}}")
    text = found[2].decode("utf-8", "replace") if found is not None else ""
    return text.partition("\n\n")[0].split("\n")


def _lines(git: Git, name: str) -> list[str]:
    try:
        return Path(git.directory, name).read_text("utf-8", "replace").split()
    except OSError:
        return []


def _is_git(program: str) -> bool:
    return program.rsplit("/", 1)[-1] in ("git", "git-commit")


def _ancestors() -> Iterator[list[str]]:
    """The command lines of the processes that led to this one; none where the system doesn't tell."""
    process = "self"
    for _ in range(20):
        try:
            status = Path("/proc", process, "status").read_text("utf-8", "replace")
            process = status.partition("PPid:")[2].split()[0]
            words = Path("/proc", process, "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except (OSError, IndexError):
            return
        if words[0]:
            yield words
