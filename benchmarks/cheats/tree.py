"""A copy of an example that an edit changes; every edit ends loudly where its old text isn't there any more."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from aiact_gate.sources.lock import DIGEST_KEY, computed_digest

ROOT = Path(__file__).resolve().parents[2]
LOCK = "aiact.lock"
RUN_COMMITTED = "2026-11-25T09:00:00Z"
"""Before the run of the example's lock began."""
LOCK_COMMITTED = "2026-11-25T12:00:00Z"
EDIT_COMMITTED = "2026-11-25T13:00:00Z"
NOT_AT_THE_RUN = (LOCK, "compliance/evidence/events.jsonl", "compliance/evidence/replay.json")


class Outdated(Exception):
    """An edit whose old text or file isn't there: the list of edits has to follow the example."""


class Tree:
    """A work tree to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where the file *name* is; it has to be there."""
        found = self.folder / name
        if not found.is_file():
            raise Outdated(f"no file {name}")
        return found

    def text(self, name: str) -> str:
        return self.path(name).read_bytes().decode()

    def write(self, name: str, text: str) -> None:
        found = self.folder / name
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_bytes(text.encode())
        if name == LOCK:
            self.redigest()

    def redigest(self) -> None:
        """Let the last line of the lock agree with its bytes, as whoever writes it can."""
        body = self.path(LOCK).read_bytes().rpartition(DIGEST_KEY)[0]
        self.path(LOCK).write_bytes(body + DIGEST_KEY + computed_digest(body).encode() + b"\n")

    def sha256(self, name: str) -> str:
        return hashlib.sha256(self.path(name).read_bytes()).hexdigest()

    def lock_follows(self, name: str, before: str) -> None:
        """Each digest *before* in the lock becomes the one that the file *name* has now."""
        text = self.text(LOCK)
        if before not in text:
            raise Outdated(f"the lock holds no digest of {name}")
        self.write(LOCK, text.replace(before, self.sha256(name)))


Edit = Callable[[Tree], None]


def edits(*several: Edit) -> Edit:
    """All of *several*, one after the other."""

    def apply(tree: Tree) -> None:
        for one in several:
            one(tree)

    return apply


def nothing(tree: Tree) -> None:
    """The untouched tree."""


def text(name: str, old: str, new: str, *, times: int = 1) -> Edit:
    """The first *times* places of *old* in the file *name* become *new*; 0 is every place."""

    def apply(tree: Tree) -> None:
        before = tree.text(name)
        if before.count(old) < max(times, 1):
            raise Outdated(f"{name} doesn't hold {old!r}")
        tree.write(name, before.replace(old, new, times or -1))

    return apply


def pattern(name: str, old: str, new: str | Callable[[re.Match[str]], str], *, times: int = 1) -> Edit:
    """The first *times* matches of the regular expression *old* become *new*; 0 is every match."""

    def apply(tree: Tree) -> None:
        after, found = re.subn(old, new, tree.text(name), count=times)
        if found < max(times, 1):
            raise Outdated(f"{name} has no match of {old!r}")
        tree.write(name, after)

    return apply


def lock(old: str, new: str, *, times: int = 1) -> Edit:
    """The same in the lock, whose digest follows."""
    return pattern(LOCK, old, new, times=times)


def metric(name: str, value: float | str) -> Edit:
    """A figure of the lock's run."""
    return lock(rf"(\n +{re.escape(name)}: )\S+", rf"\g<1>{value}")


def rewritten(name: str, change: Edit) -> Edit:
    """*change* of the file *name*, with every digest of it in the lock mended."""

    def apply(tree: Tree) -> None:
        before = tree.sha256(name)
        change(tree)
        tree.lock_follows(name, before)

    return apply


def whole(name: str, content: str) -> Edit:
    """The file *name*, which is there, holds *content*."""

    def apply(tree: Tree) -> None:
        tree.path(name)
        tree.write(name, content)

    return apply


def new(name: str, content: str) -> Edit:
    """A file *name* that wasn't there."""

    def apply(tree: Tree) -> None:
        if (tree.folder / name).exists():
            raise Outdated(f"{name} is there already")
        tree.write(name, content)

    return apply


def gone(name: str) -> Edit:
    return lambda tree: tree.path(name).unlink()


def moved(name: str, target: str) -> Edit:
    """The file *name* is called *target*; who points to it is mended apart."""

    def apply(tree: Tree) -> None:
        (tree.folder / target).parent.mkdir(parents=True, exist_ok=True)
        tree.path(name).rename(tree.folder / target)

    return apply


def pointers(old: str, new: str, *names: str) -> Edit:
    """*old* becomes *new* wherever it stands in the files *names*."""
    return edits(*(text(name, old, new, times=0) for name in names))


def everywhere(name: str, change: Callable[[str], str]) -> Edit:
    """The whole text of *name* as *change* makes it; it has to differ."""

    def apply(tree: Tree) -> None:
        before = tree.text(name)
        after = change(before)
        if after == before:
            raise Outdated(f"{name} stays as it is")
        tree.write(name, after)

    return apply


def environment(when: str = EDIT_COMMITTED) -> dict[str, str]:
    """An environment in which git depends on nothing of this machine and commits at *when*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    person = {"NAME": "Example", "EMAIL": "example@example.org", "DATE": when}
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in person.items()}
    return kept | who | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(ROOT / ".no-git-configuration")}


def git(folder: Path, *arguments: str, when: str = EDIT_COMMITTED) -> str:
    command = ["git", "-c", "gc.auto=0", "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(when), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str, when: str = EDIT_COMMITTED) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message, when=when)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, example: str) -> Path:
    """*example* in a repository of its own: first what the run was made from, then lock and evidence, which name that commit."""
    source = ROOT / "examples" / example
    for name in filter(None, git(source, "ls-files", "-z").split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, folder / name)
    later = {name: (folder / name).read_bytes() for name in NOT_AT_THE_RUN}
    for name in later:
        (folder / name).unlink()
    git(folder, "init", "-q", "-b", "main")
    run = commit(folder, "what the run is made from", RUN_COMMITTED)
    for name, content in later.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    tree = Tree(folder)
    lock(r"source_commit: \w{40}", f"source_commit: {run}")(tree)
    commit(folder, "the lock and what the service wrote", LOCK_COMMITTED)
    return folder
