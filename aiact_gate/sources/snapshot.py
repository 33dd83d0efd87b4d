"""A read-only view of one tree: the only door to files and history.

A work tree (tracked and untracked-not-ignored files), a staged index and a git revision look the same from here. Without
git a folder is read as it is, and every fact of history is unknown.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate.documents.node import MAX_BYTES
from aiact_gate.model.errors import SnapshotError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git, find_repository, split_paths

if TYPE_CHECKING:
    from aiact_gate.sources.history import FileChange


class Subject(NamedTuple):
    """What was looked at, as the report names it."""

    kind: str
    """work tree, staged index, revision, or folder without git."""
    revision: str | None
    dirty: bool


class Snapshot:
    """One tree. Paths are relative to *root*, with `/`, and never lead out of it."""

    root: str
    subject: Subject

    def paths(self, under: str = "") -> Sequence[str]:
        """Every file of the tree (below the folder *under*), sorted."""
        raise NotImplementedError

    def _bytes(self, path: str) -> bytes:
        raise NotImplementedError

    def has(self, path: str) -> bool:
        """Whether *path* is a file of this tree."""
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Whether anything stands at *path*: a file, or a link, a folder, a pipe that `read` refuses."""
        raise NotImplementedError

    def read(self, path: str) -> bytes:
        """The bytes of *path*.

        Raises:
            SnapshotError: not in the tree, a link or a path out of it, no ordinary file, over 10 MB.
        """
        refuse_outside(path)
        return self._bytes(path)

    def sha256(self, path: str) -> str:
        """The hex SHA-256 of *path*, which may be larger than what `read` takes. Raises as `read`."""
        return hashlib.sha256(self.read(path)).hexdigest()

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        """(commit, bytes) of each version of *path*, newest first; `Unknown` in a shallow clone or without git."""
        return Unknown("there is no git history here", "check a git clone: git clone, then aiact-gate check")

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        """The commits since the day *since* that changed *path*; none without git. Nothing is said of older ones.

        None either if *of* holds for no address of an author or committer: whoever asks for these people has the answer.
        """
        return []

    def differs(self, other: Snapshot | None) -> bool:
        """Whether *other* (None: an empty tree) holds other files; True where that isn't known without reading them."""
        return True

    def common_commit(self, other: str) -> str | Unknown | None:
        """Where the history of the tree and of the commit *other* part; None if they share none."""
        return None

    def read_at(self, commit: str, paths: Sequence[str]) -> list[bytes | None] | None:
        """The bytes of *paths* at *commit*, None for each that it lacks; None if the commit isn't at hand."""
        return None

    def tags(self) -> list[str]:
        """The names of the release tags that the tree's history holds, oldest first."""
        return []


def refuse_outside(path: str) -> None:
    """Raise a `SnapshotError` if *path* isn't one inside a tree."""
    if not path or path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise SnapshotError(
            f"the path {short_path(path)} leads out of the repository", "Point to a file inside it."
        )


def short_path(path: str) -> str:
    """*path* as messages quote it: cut at 60 characters, control characters shown."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in path)
    return f"'{shown if len(shown) <= 60 else '…' + shown[-59:]}'"


_READ_ONLY = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOFOLLOW", "O_BINARY")
)


_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=all",
)


class _Folder(Snapshot):
    """Files on disk: a work tree, or a folder without git."""

    def __init__(self, root: str, git: Git | None) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._real_folders: dict[str, str] = {}
        self._git = git
        self._listed: frozenset[str] | None = None
        # Both listings run while Python loads what comes next; each is read when it is asked for.
        self._status = git.start(*_STATUS) if git is not None else None
        self._listing = (
            git.start("ls-files", "-z", "--cached", "--others", "--exclude-standard")
            if git is not None
            else None
        )

    @cached_property
    def subject(self) -> Subject:  # type: ignore[override]
        if self._git is None or self._status is None:
            return Subject("folder without git", None, False)
        # The head line of `--branch`, then a line for each change.
        lines = split_paths(self._git.finish(self._status))
        heads = [line.removeprefix("# branch.oid ") for line in lines if line.startswith("# branch.oid ")]
        head = heads[0] if heads and heads[0] != "(initial)" else None
        return Subject("work tree", head, any(not line.startswith("# ") for line in lines))

    def _names(self) -> frozenset[str]:
        if self._listed is None:
            if self._git is not None:
                listed = self._git.paths_of(self._listing) if self._listing is not None else []
            else:
                listed = [
                    os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")
                    for folder, _, names in os.walk(self.root)
                    for name in names
                ]
            self._listed = frozenset(listed)
        return self._listed

    def paths(self, under: str = "") -> Sequence[str]:
        prefix = under.rstrip("/") + "/" if under else ""
        found = (path for path in self._names() if path.startswith(prefix))
        return sorted(path for path in found if os.path.lexists(os.path.join(self.root, path)))

    def has(self, path: str) -> bool:
        if self._git is not None and path not in self._names():
            return False
        full = os.path.join(self.root, path)
        return os.path.isfile(full) and not os.path.islink(full) and self._inside(path)

    def exists(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.root, path))

    def _inside(self, path: str) -> bool:
        full = os.path.join(self.root, path)
        folder, name = os.path.split(full)
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        real = os.path.realpath(full) if os.path.islink(full) else os.path.join(real, name)
        return real == self._real or real.startswith(self._real + os.sep)

    def _bytes(self, path: str) -> bytes:
        with self._open(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise SnapshotError(
                    f"{short_path(path)} has {size:,} bytes; at most {MAX_BYTES:,} are read",
                    "Split it, or point to a smaller file.",
                )
            data: bytes = file.read()
            return data

    def sha256(self, path: str) -> str:
        refuse_outside(path)
        with self._open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _open(self, path: str) -> Any:
        full = os.path.join(self.root, path)
        if not os.path.lexists(full):
            raise SnapshotError(f"{short_path(path)} isn't there", "Add it, or mend the path.")
        if not self._inside(path):
            raise SnapshotError(
                f"{short_path(path)} is a link that leads out of the repository", "Put the file itself here."
            )
        if os.path.islink(full):  # as in a revision, where a link is a blob of its own
            raise SnapshotError(f"{short_path(path)} is a link, not a file", "Put the file itself here.")
        if os.path.isdir(full):
            raise SnapshotError(f"{short_path(path)} is a folder, not a file", "Point to a file.")
        if self._git is not None and path not in self._names():
            raise SnapshotError(*self._why_unlisted(path, full))
        try:
            descriptor = os.open(full, _READ_ONLY)
        except OSError as error:
            raise SnapshotError(
                f"{short_path(path)} can't be read: {error.strerror}", "Give this user the right to read it."
            ) from error
        file = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise SnapshotError(f"{short_path(path)} is no ordinary file", "Point to an ordinary file.")
        return file

    def _why_unlisted(self, path: str, full: str) -> tuple[str, str]:
        if not os.path.isfile(full):
            return f"{short_path(path)} is no ordinary file", "Point to an ordinary file."
        return f"{short_path(path)} is ignored by git", "Take it out of .gitignore, or add it with -f."

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        if self._git is None:
            return super().history(path)
        return _history(self._git, "HEAD", path)

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        return [] if self._git is None else _changes(self._git, "HEAD", path, since, of)

    def common_commit(self, other: str) -> str | Unknown | None:
        return None if self._git is None else _common_commit(self._git, other, "HEAD")

    def read_at(self, commit: str, paths: Sequence[str]) -> list[bytes | None] | None:
        return None if self._git is None else _read_at(self._git, commit, paths)

    def tags(self) -> list[str]:
        return [] if self._git is None else _tags(self._git, "HEAD")


class _Tree(Snapshot):
    """A staged index or a revision: blobs, never files on disk."""

    def __init__(self, root: str, git: Git, revision: str | None) -> None:
        self.root = root
        self._git = git
        self._revision = revision
        if revision is None:
            head = git.text("rev-parse", "--verify", "-q", "HEAD")
            self.subject = Subject("staged index", head or None, True)
            lines = git.listed("ls-files", "-z", "--stage")
            entries = [line.partition("\t") for line in lines]
            self._modes = {path: head_.split(" ")[0] for head_, _, path in entries}
            self._ids = {path: head_.split(" ")[1] for head_, _, path in entries}
        else:
            self.subject = Subject("revision", revision, False)
            lines = git.listed("ls-tree", "-r", "-z", "--full-tree", revision)
            entries = [line.partition("\t") for line in lines]
            self._modes = {path: head_.split(" ")[0] for head_, _, path in entries}
            self._ids = {path: head_.split(" ")[2] for head_, _, path in entries}

    def paths(self, under: str = "") -> Sequence[str]:
        prefix = under.rstrip("/") + "/" if under else ""
        return sorted(path for path in self._ids if path.startswith(prefix))

    def differs(self, other: Snapshot | None) -> bool:
        if not isinstance(other, _Tree):
            return other is not None or bool(self._ids)
        return (self._ids, self._modes) != (other._ids, other._modes)

    def has(self, path: str) -> bool:
        return self._modes.get(path, "").startswith("100")

    def exists(self, path: str) -> bool:
        return path in self._ids or any(found.startswith(path + "/") for found in self._ids)

    def _bytes(self, path: str) -> bytes:
        mode = self._modes.get(path)
        if mode is None:
            raise SnapshotError(
                f"{short_path(path)} isn't in the {self.subject.kind}", "Add it, or mend the path."
            )
        if not mode.startswith("100"):
            what = "a submodule" if mode == "160000" else "a link"
            raise SnapshotError(f"{short_path(path)} is {what}, not a file", "Put the file itself here.")
        data = self._git.blobs([self._ids[path]])[0]
        if data is None:
            raise SnapshotError(
                f"{short_path(path)} isn't in this clone (a partial clone?)",
                "Fetch it: git fetch --refetch --filter=tree:0 origin",
            )
        if len(data) > MAX_BYTES:
            raise SnapshotError(
                f"{short_path(path)} has {len(data):,} bytes; at most {MAX_BYTES:,} are read",
                "Split it, or point to a smaller file.",
            )
        return data

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        return _history(self._git, self._revision or "HEAD", path)

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        return _changes(self._git, self._revision or "HEAD", path, since, of)

    def common_commit(self, other: str) -> str | Unknown | None:
        return _common_commit(self._git, other, self._revision or "HEAD")

    def read_at(self, commit: str, paths: Sequence[str]) -> list[bytes | None] | None:
        return _read_at(self._git, commit, paths)

    def tags(self) -> list[str]:
        return _tags(self._git, self._revision or "HEAD")


def _history(git: Git, revision: str, path: str) -> list[tuple[str, bytes]] | Unknown:
    # One log for the path; the first-parent line is not enough here, a squash may have moved the commit to a side branch.
    log = git.text("log", "--format=%H", "-m", "--full-history", revision, "--", f":(literal,top){path}")
    commits = list(dict.fromkeys((log or "").split()))
    blobs = git.blobs([f"{commit}:{path}" for commit in commits])
    found = [(commit, blob) for commit, blob in zip(commits, blobs, strict=True) if blob is not None]
    if git.text("rev-parse", "--is-shallow-repository") == "true":
        shown = git.text("rev-list", "--count", revision) or "1"
        return Unknown(
            f"this clone holds {shown} commit{'' if shown == '1' else 's'}, so the history before isn't known",
            "git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth: 0)",
            known=tuple(found),
        )
    return found


# Runs without waivers and without a base don't pay for the module.
def _changes(git: Git, revision: str, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
    from aiact_gate.sources.history import file_changes

    return file_changes(git, revision, path, since, of)


def _common_commit(git: Git, one: str, other: str) -> str | Unknown | None:
    from aiact_gate.sources.history import common_commit

    return common_commit(git, one, other)


def _read_at(git: Git, commit: str, paths: Sequence[str]) -> list[bytes | None] | None:
    if not all(c in "0123456789abcdef" for c in commit) or len(commit) < 7:
        return None
    blobs = git.blobs([f"{commit}:{path}" for path in paths])
    if any(blob is not None for blob in blobs):
        return blobs
    return blobs if git.run("cat-file", "-e", f"{commit}^{{commit}}") is not None else None


def _tags(git: Git, revision: str) -> list[str]:
    if not git.has_tags():
        return []
    output = git.text("tag", "--merged", revision, "--sort=creatordate") or ""
    return output.split("\n") if output else []


def open_snapshot(path: str, *, staged: bool = False, ref: str | None = None) -> tuple[Snapshot, str]:
    """The tree that holds *path* (a folder or a manifest), and *path* relative to its root.

    Raises:
        UsageError: no such path; `--staged` or `--ref` without git; no such revision.
    """
    if not os.path.lexists(path) and ref is None and not staged:
        raise UsageError(f"there is no {short_path(path)}", "Give a folder or an aiact.yaml that exists.")
    # A linked folder is the folder itself; a linked manifest is refused when it's read.
    full = os.path.realpath(path) if os.path.isdir(path) else os.path.abspath(path)
    start = full if os.path.isdir(full) else os.path.dirname(full)
    while not os.path.isdir(start) and start != os.path.dirname(start):
        start = os.path.dirname(start)
    full = os.path.join(os.path.realpath(start), os.path.relpath(full, start)) if full != start else full
    start = os.path.realpath(start)
    root = find_repository(start)
    if root is None:
        if staged or ref:
            raise UsageError(
                f"{short_path(path)} is in no git repository",
                "Leave out --staged and --ref, or check a clone.",
            )
        return _Folder(start, None), os.path.relpath(full, start).replace(os.sep, "/")
    relative = os.path.relpath(full, root).replace(os.sep, "/")
    git = Git(root)
    if staged:
        return _Tree(root, git, None), relative
    if ref is not None:
        commit = None if ref.startswith("-") else git.text("rev-parse", "--verify", "-q", f"{ref}^{{commit}}")
        if not commit:
            raise UsageError(
                f"there is no revision {short_path(ref)} in this clone",
                "Fetch it, or name a commit, branch or tag that `git log` knows.",
            )
        return _Tree(root, git, commit), relative
    if not os.path.exists(os.path.join(root, ".git")):
        raise UsageError("this is a bare repository", "Name what to judge: --ref HEAD")
    return _Folder(root, git), relative
