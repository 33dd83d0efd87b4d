"""A read-only view of one tree: the only door to files and history.

A work tree (tracked and untracked-not-ignored files), a staged index and a git revision look the same from here. Without
git a folder is read as it is, and every fact of history is unknown.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate.documents.node import MAX_BYTES
from aiact_gate.model.errors import SnapshotError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git, find_repository

if TYPE_CHECKING:
    from aiact_gate.sources.globs import Glob
    from aiact_gate.sources.history import FileChange


MAX_STREAMED = 100_000_000


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

    def matching(self, glob: Glob) -> list[str]:
        """Every file of the tree that *glob* matches, sorted; a literal one is looked up."""
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

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of *path*, which may be larger than what `read` takes, one at a time. Raises as `read`, over 100 MB."""
        refuse_outside(path)
        with self._stream(path) as file:
            while line := file.readline(MAX_BYTES + 1):
                if len(line) > MAX_BYTES or file.tell() > MAX_STREAMED:
                    what = (
                        f"{short_path(path)} has more than {MAX_STREAMED:,} bytes, or {MAX_BYTES:,} in a line"
                    )
                    raise SnapshotError(what, "Split it, or point to a smaller file.")
                yield line

    def _stream(self, path: str) -> Any:
        """*path* opened for reading bytes."""
        return io.BytesIO(self._bytes(path))

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

    def common_commit(self, other: str) -> str | Unknown | None:
        """Where the history of the tree and of the commit *other* part; None if they share none."""
        return None

    def read_at(self, commit: str, paths: Sequence[str]) -> list[bytes | None] | None:
        """The bytes of *paths* at *commit*, None for each that it lacks; None if the commit isn't at hand."""
        return None

    def tags(self) -> list[str]:
        """The names of the release tags that the tree's history holds, oldest first."""
        return []

    def changed_from(self, commit: str) -> list[str] | None:
        """Every path in which this tree differs from that of *commit*, and perhaps some more; None: nobody knows."""
        return None

    def git(self) -> Git | None:
        """The repository, for what asks about commits and not about files."""
        return None

    def at(self, revision: str) -> Snapshot | None:
        """The tree of the commit that *revision* leads to; None if none is at hand."""
        git = self.git()
        commit = git.commit(revision) if git is not None else None
        return _Tree(self.root, git, commit) if git is not None and commit else None


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


_NAMES_ONLY = ("-z", "--name-only", "--no-renames", "--ignore-submodules=none", "--ita-visible-in-index")
_HEAD = "# branch.oid "
_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=all",
    "--no-renames",
)


class _Folder(Snapshot):
    """Files on disk: a work tree, or a folder without git."""

    def __init__(self, root: str, git: Git | None) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._real_folders: dict[str, str] = {}
        self._git = git
        # Both run while Python loads what comes next; each is read when it is asked for.
        self._running_status = git.start(*_STATUS) if git is not None else None
        self._tracked = git.start("ls-files", "-z", "--cached") if git is not None else None

    @cached_property
    def subject(self) -> Subject:  # type: ignore[override]
        if self._git is None:
            return Subject("folder without git", None, False)
        heads = [line.removeprefix(_HEAD) for line in self._status if line.startswith(_HEAD)]
        head = heads[0] if heads and heads[0] != "(initial)" else None
        return Subject("work tree", head, any(not line.startswith("# ") for line in self._status))

    @cached_property
    def _status(self) -> list[str]:
        """The head line of `--branch`, then a line for each change and each file that git doesn't track."""
        if self._git is None or self._running_status is None:
            return []
        return self._git.paths_of(self._running_status)

    @cached_property
    def _sorted(self) -> list[str]:
        if self._git is not None and self._tracked is not None:
            untracked = [line[2:] for line in self._status if line.startswith("? ")]
            listed = [*self._git.paths_of(self._tracked), *untracked]
        else:
            listed = [
                os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")
                for folder, _, names in os.walk(self.root)
                for name in names
            ]
        listed.sort()
        return listed

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self._sorted)

    def paths(self, under: str = "") -> Sequence[str]:
        found = dict.fromkeys(_below(self._sorted, under))  # an unmerged file is listed more than once
        return [path for path in found if self._is_there(path)]

    def matching(self, glob: Glob) -> list[str]:
        if glob.literal:
            return [glob.literal] if glob.literal in self._names and self._is_there(glob.literal) else []
        found = dict.fromkeys(_matched(self._sorted, glob, self._names))
        return [path for path in found if self._is_there(path)]

    def _is_there(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.root, path))

    def has(self, path: str) -> bool:
        if self._git is not None and path not in self._names:
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
                what = f"{short_path(path)} has {size:,} bytes; at most {MAX_BYTES:,} are read"
                raise SnapshotError(what, "Split it, or point to a smaller file.")
            data: bytes = file.read()
            return data

    def _stream(self, path: str) -> Any:
        return self._open(path)

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
        if self._git is not None and path not in self._names:
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

    def git(self) -> Git | None:
        return self._git

    def changed_from(self, commit: str) -> list[str] | None:
        if self._git is None:
            return None
        untracked = [line[2:] for line in self._status if line.startswith("? ")]
        return [*self._git.listed("diff-index", *_NAMES_ONLY, commit), *untracked]


class _Tree(Snapshot):
    """A staged index or a revision: blobs, never files on disk."""

    def __init__(self, root: str, git: Git, revision: str | None) -> None:
        self.root = root
        self._git = git
        self._revision = revision
        if revision is None:
            self.subject = Subject("staged index", git.commit("HEAD"), True)
        else:
            self.subject = Subject("revision", revision, False)

    @cached_property
    def _entries(self) -> dict[str, str]:
        """Mode, id and (a revision: between them) kind of each path."""
        if self._revision is None:
            return _staged(self._git)
        listed = self._git.listed("ls-tree", "-r", "-z", "--full-tree", self._revision)
        return {path: entry for entry, _, path in (line.partition("\t") for line in listed)}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._entries)

    def _mode(self, path: str) -> str:
        return self._entries.get(path, "").partition(" ")[0]

    def paths(self, under: str = "") -> Sequence[str]:
        return _below(self._sorted, under)

    def matching(self, glob: Glob) -> list[str]:
        if glob.literal:
            return [glob.literal] if glob.literal in self._entries else []
        return _matched(self._sorted, glob, self._entries)

    def has(self, path: str) -> bool:
        return self._mode(path).startswith("100")

    def exists(self, path: str) -> bool:
        return path in self._entries or bool(_below(self._sorted, path))

    def _bytes(self, path: str) -> bytes:
        data = self._blob(path)
        if len(data) > MAX_BYTES:
            what = f"{short_path(path)} has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
            raise SnapshotError(what, "Split it, or point to a smaller file.")
        return data

    def _stream(self, path: str) -> Any:
        return io.BytesIO(self._blob(path))

    def sha256(self, path: str) -> str:
        refuse_outside(path)
        return hashlib.sha256(self._blob(path)).hexdigest()

    def _blob(self, path: str) -> bytes:
        mode = self._mode(path)
        if not mode:
            raise SnapshotError(
                f"{short_path(path)} isn't in the {self.subject.kind}", "Add it, or mend the path."
            )
        if not mode.startswith("100"):
            what = "a submodule" if mode == "160000" else "a link"
            raise SnapshotError(f"{short_path(path)} is {what}, not a file", "Put the file itself here.")
        data = self._git.blobs([self._entries[path].split(" ")[1 if self._revision is None else 2]])[0]
        if data is None:
            what = f"{short_path(path)} isn't in this clone (a partial clone?)"
            raise SnapshotError(what, "Fetch it: git fetch --refetch --filter=tree:0 origin")
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

    def git(self) -> Git | None:
        return self._git

    def changed_from(self, commit: str) -> list[str] | None:
        if self._revision is None:
            return self._git.listed(
                "diff-index", "--cached", *_NAMES_ONLY, "--ita-invisible-in-index", commit
            )
        return self._git.listed("diff-tree", "-r", *_NAMES_ONLY, commit, self._revision)


_NOTHING = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The ids of an empty file."""


def _staged(git: Git) -> dict[str, str]:
    """Mode, id and stage of each path of the index that a commit would take.

    Raises:
        SnapshotError: a merge left files in it that nobody has resolved.
    """
    found = {}
    empty = False
    for line in git.listed("ls-files", "-z", "--stage"):
        entry, _, path = line.partition("\t")
        if not entry.endswith(" 0"):
            what = f"{short_path(path)} isn't merged yet, so nobody knows what the commit will hold"
            raise SnapshotError(what, "Resolve it, and add it with git add.")
        found[path] = entry
        empty = empty or entry.split(" ")[1] in _NOTHING
    if empty:  # what `git add -N` only announces stands there as an empty file, and is in no commit
        for path in git.listed(
            "diff-files", "-z", "--name-only", "--diff-filter=A", "--ita-invisible-in-index"
        ):
            found.pop(path, None)
    return found


def _history(git: Git, revision: str, path: str) -> list[tuple[str, bytes]] | Unknown:
    # One log for the path; the first-parent line is not enough here, a squash may have moved the commit to a side branch.
    log = git.text("log", "--format=%H", "-m", "--full-history", revision, "--", f":(literal,top){path}")
    commits = list(dict.fromkeys((log or "").split()))
    blobs = git.blobs([f"{commit}:{path}" for commit in commits])
    found = [(commit, blob) for commit, blob in zip(commits, blobs, strict=True) if blob is not None]
    if git.is_shallow():
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
    if not git.is_own(commit):
        return None
    blobs = git.blobs([f"{commit}:{path}" for path in paths])
    return blobs if any(blob is not None for blob in blobs) or git.commit(commit) is not None else None


def _below(paths: Sequence[str], folder: str) -> Sequence[str]:
    """Those of the sorted *paths* that lie in *folder*."""
    if not folder:
        return paths
    # `0` is what follows `/`.
    prefix = folder.rstrip("/")
    return paths[bisect_left(paths, prefix + "/") : bisect_left(paths, prefix + "0")]


def _tags(git: Git, revision: str) -> list[str]:
    if not git.has_tags():
        return []
    output = git.text("tag", "--merged", revision, "--sort=creatordate") or ""
    return output.split("\n") if output else []


def _matched(paths: Sequence[str], glob: Glob, names: Container[str]) -> list[str]:
    """Those of the sorted *paths* (the same as *names*) that *glob* matches."""
    own = [glob.folder] if glob.folder in names else []  # `a/**` matches the file `a`, too
    return [path for path in (*own, *_below(paths, glob.folder)) if glob.matches(path)]


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
            what = f"{short_path(path)} is in no git repository"
            raise UsageError(what, "Leave out --staged and --ref, or check a clone.")
        return _Folder(start, None), os.path.relpath(full, start).replace(os.sep, "/")
    relative = os.path.relpath(full, root).replace(os.sep, "/")
    git = Git(root)
    if staged:
        return _Tree(root, git, None), relative
    if ref is not None:
        commit = git.commit(ref)
        if not commit:
            what = f"there is no revision {short_path(ref)} in this clone"
            raise UsageError(what, "Fetch it, or name a commit, branch or tag that `git log` knows.")
        return _Tree(root, git, commit), relative
    if not os.path.exists(os.path.join(root, ".git")):
        raise UsageError("this is a bare repository", "Name what to judge: --ref HEAD")
    return _Folder(root, git), relative
