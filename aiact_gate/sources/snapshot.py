"""A read-only view of one tree: the only door to files and history.

A work tree (tracked and untracked-not-ignored files), a staged index and a git revision look the same from here. Without
git a folder is read as it is, and every fact of history is unknown.
"""

from __future__ import annotations

import hashlib
import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Container, Sequence
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from aiact_gate.documents.node import MAX_BYTES
from aiact_gate.model.errors import NotAtHand, SnapshotError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git, find_repository
from aiact_gate.sources.objects import (
    NO_HISTORY,
    REFETCH,
    SUBMODULE,
    UNSHALLOW,
    Held,
    ancestry,
    blob_id,
    data_digest,
    held_at,
    held_in_submodule,
    is_commit_id,
    pointed_content,
    pointed_digest,
    tagged,
)

if TYPE_CHECKING:
    from datetime import datetime

    from aiact_gate.sources.globs import Glob
    from aiact_gate.sources.history import FileChange


class Subject(NamedTuple):
    """What was looked at, as the report names it."""

    kind: str
    """work tree, staged index, revision, or folder without git."""
    revision: str | None
    dirty: bool


class Tag(NamedTuple):
    """A release tag."""

    name: str
    commit: str


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

    def not_at_hand(self, path: str) -> Unknown | None:
        """Why this clone can't say whether *path* is a file of the tree; None if it can."""
        return None

    def exists(self, path: str) -> bool:
        """Whether anything stands at *path*: a file, or a link, a folder, a pipe that `read` refuses."""
        raise NotImplementedError

    def read(self, path: str) -> bytes:
        """The bytes of *path*.

        Raises:
            SnapshotError: not in the tree, a link or a path out of it, no ordinary file, over 10 MB.
            NotAtHand: git knows it, and this clone doesn't hold its content.
        """
        refuse_outside(path)
        return self._bytes(path)

    def open(self, path: str) -> IO[bytes]:
        """The bytes of *path* as a file, for what is read piece by piece. Raises as `read`, large work files aside."""
        from io import BytesIO

        return BytesIO(self.read(path))

    def sha256(self, path: str) -> str:
        """The hex SHA-256 of *path* as git holds it, or of the file that a pointer of Git LFS names.

        It may be larger than what `read` takes. Raises as `read`.
        """
        refuse_outside(path)
        if path not in self._digests_read:
            self._digests_read[path] = self._sha256(path)
        return self._digests_read[path]

    @cached_property
    def _digests_read(self) -> dict[str, str]:
        return {}

    def _sha256(self, path: str) -> str:
        raise NotImplementedError

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        """(commit, bytes) of each version of *path*, newest first; `Unknown` where this clone doesn't hold them all."""
        return NO_HISTORY

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        """The commits since the day *since* that changed *path*; none without git. Nothing is said of older ones.

        None either if *of* holds for no address of an author or committer: whoever asks for these people has the answer.
        """
        return []

    def common_commit(self, other: str) -> str | Unknown | None:
        """Where the history of the tree and of the commit *other* part; None if they share none."""
        return None

    def held_at(self, commit: str, path: str) -> Held:
        """The bytes of *path* at *commit*; None: it isn't there; `Unknown`: this clone doesn't hold it."""
        return NO_HISTORY

    def commit_times(self, commit: str) -> tuple[datetime, datetime] | None:
        """When *commit* was written and when it was committed; None if it isn't at hand."""
        return None

    def descends_from(self, commit: str) -> bool | Unknown:
        """Whether *commit* is the tree's own or an ancestor of it."""
        return NO_HISTORY

    def tagged(self, tag: str) -> str | None | Unknown:
        """The id of the commit that *tag* names; None if there is no such tag."""
        return NO_HISTORY

    def tags(self) -> list[Tag]:
        """The release tags that the tree's history holds, oldest first."""
        return []

    def changed_from(self, commit: str) -> list[str] | None:
        """Every path in which this tree differs from that of *commit*, and perhaps some more; None: nobody knows."""
        return None


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


class _Entry(NamedTuple):
    """What the index or a tree says of a path."""

    mode: str
    oid: str
    flag: str = "H"
    """As `git ls-files -v` has it: H; S for what isn't checked out, in small where changes of it are ignored."""


class _Versioned(Snapshot):
    """A tree that git knows, on disk or not: history, and what an entry leads to."""

    _git: Git | None
    _revision: str | None = None

    def _entry(self, path: str) -> _Entry | None:
        raise NotImplementedError

    @cached_property
    def _submodules(self) -> dict[str, str]:
        """The commit that is pinned for each submodule, by its folder."""
        return {}

    def _in_submodule(self, path: str) -> tuple[str, str, str] | None:
        """Folder, pinned commit and the path inside of the submodule in which *path* lies; None if it lies in none."""
        for folder, oid in self._submodules.items():
            if path.startswith(f"{folder}/"):
                return folder, oid, path[len(folder) + 1 :]
        return None

    def _held_below(self, path: str) -> Held:
        """The bytes of *path* in a submodule; None if it isn't there, or lies in none."""
        below = self._in_submodule(path)
        return held_in_submodule(self._git, *below) if below is not None and self._git is not None else None

    def not_at_hand(self, path: str) -> Unknown | None:
        held = self._held_below(path)
        return held if isinstance(held, Unknown) else None

    def _blob(self, path: str, oid: str) -> bytes:
        """The content of the object *oid*, which stands at *path*, or of what it points to."""
        found = self._git.object(oid) if self._git is not None else None
        if found is None:
            raise NotAtHand(f"{short_path(path)} isn't in this clone (a partial clone?)", REFETCH)
        return self._content(path, found[2])

    def _content(self, path: str, data: bytes) -> bytes:
        """*data*, or the file that it is a pointer of Git LFS to."""
        digest = pointed_digest(data)
        if not digest:
            return data
        content = pointed_content(self._git, digest) if self._git is not None else None
        if content is None:
            what = f"{short_path(path)} is a pointer of Git LFS, and what it points to isn't here"
            raise NotAtHand(what, "git lfs pull")
        return content

    def _below(self, path: str) -> bytes | None:
        """The content of *path* in a submodule, or None. Raises as `read`."""
        held = self._held_below(path)
        if isinstance(held, Unknown):
            raise NotAtHand(held.reason, held.would_determine)
        return None if held is None else self._content(path, held)

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        return NO_HISTORY if self._git is None else _history(self._git, self._revision or "HEAD", path)

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        if self._git is None:
            return []
        from aiact_gate.sources.history import file_changes  # runs without waivers don't pay for the module

        return file_changes(self._git, self._revision or "HEAD", path, since, of)

    def common_commit(self, other: str) -> str | Unknown | None:
        if self._git is None:
            return None
        from aiact_gate.sources.history import common_commit  # nor those without a base

        return common_commit(self._git, other, self._revision or "HEAD")

    def held_at(self, commit: str, path: str) -> Held:
        return NO_HISTORY if self._git is None else held_at(self._git, commit, path)

    def commit_times(self, commit: str) -> tuple[datetime, datetime] | None:
        from aiact_gate.sources.history import commit_times

        return None if self._git is None or not is_commit_id(commit) else commit_times(self._git, commit)

    def descends_from(self, commit: str) -> bool | Unknown:
        if self._git is None:
            return NO_HISTORY
        return ancestry(self._git, commit, self.subject.revision or "HEAD")

    def tagged(self, tag: str) -> str | None | Unknown:
        return NO_HISTORY if self._git is None else tagged(self._git, tag)

    def tags(self) -> list[Tag]:
        return self._tags

    @cached_property
    def _tags(self) -> list[Tag]:
        if self._git is None or not self._git.has_tags():
            return []
        form = "--format=%(refname:short)%00%(objectname)%00%(*objectname)"
        output = self._git.text("tag", "--merged", self._revision or "HEAD", "--sort=creatordate", form)
        rows = [line.split("\0") for line in (output or "").split("\n")]
        return [Tag(row[0], row[2] or row[1]) for row in rows if len(row) == 3]


class _Folder(_Versioned):
    """Files on disk: a work tree, or a folder without git. What git calls clean is what git holds."""

    def __init__(self, root: str, git: Git | None) -> None:
        self.root = root
        self._real = os.path.realpath(root)
        self._real_folders: dict[str, str] = {}
        self._git = git
        # Both run while Python loads what comes next; each is read when it is asked for.
        self._running_status = git.start(*_STATUS) if git is not None else None
        self._tracked = git.start("ls-files", "-z", "-v", "--stage") if git is not None else None

    @cached_property
    def subject(self) -> Subject:  # type: ignore[override]
        if self._git is None:
            return Subject("folder without git", None, False)
        heads = [line.removeprefix(_HEAD) for line in self._status if line.startswith(_HEAD)]
        head = heads[0] if heads and heads[0] != "(initial)" else None
        is_dirty = any(line[:2] in ("? ", "u ") for line in self._status) or bool(self._changed)
        return Subject("work tree", head, is_dirty or any(map(self._differs, self._hidden)))

    @cached_property
    def _status(self) -> list[str]:
        """The head line of `--branch`, then a line for each change and each file that git doesn't track."""
        if self._git is None or self._running_status is None:
            return []
        return self._git.paths_of(self._running_status)

    @cached_property
    def _changed(self) -> frozenset[str]:
        """The tracked paths that differ from HEAD; not what a pointer of Git LFS names, which no filter of ours knows."""
        lines = [line for line in self._status if line.startswith(("1 ", "2 "))]
        changed = [(line.split(" ", 8)[8], line[2:4]) for line in lines]
        return frozenset(path for path, how in changed if how != ".M" or not self._is_smudged(path))

    def _is_smudged(self, path: str) -> bool:
        """Whether the file at *path* is what git holds a pointer of Git LFS to."""
        found = self._git.object(f":{path}") if self._git is not None else None
        digest = pointed_digest(found[2]) if found is not None else ""
        return bool(digest) and digest == self._digests(path)[0]

    @cached_property
    def _hidden(self) -> list[str]:
        """The paths whose changes git was told not to see and that are on disk."""
        hidden = [path for path, line in self._lines.items() if line[0] != "H" and line[0] in "Shs"]
        return [path for path in hidden if os.path.lexists(os.path.join(self.root, path))]

    def _differs(self, path: str) -> bool:
        """Whether the file at *path* is another one than the index holds; other line ends are none."""
        entry = self._entry(path)
        full = os.path.join(self.root, path)
        if entry is None or not os.path.isfile(full) or os.path.islink(full):
            return True
        data = self._on_disk(path)
        return entry.oid not in (blob_id(data, entry.oid), blob_id(data.replace(b"\r\n", b"\n"), entry.oid))

    @cached_property
    def _lines(self) -> dict[str, str]:
        """What `git ls-files -v --stage` prints for each path: "<flag> <mode> <id> <stage>", and the path."""
        lines = (
            self._git.paths_of(self._tracked) if self._git is not None and self._tracked is not None else []
        )
        at = lines[0].index("\t") + 1 if lines else 0  # as wide for each
        return {line[at:]: line for line in lines}

    def _entry(self, path: str) -> _Entry | None:
        flag, mode, oid = self._lines[path].split(" ", 3)[:3] if path in self._lines else ("", "", "")
        return _Entry(mode, oid, flag) if flag else None

    @cached_property
    def _submodules(self) -> dict[str, str]:
        if ".gitmodules" not in self._lines:
            return {}
        return {path: line.split(" ", 3)[2] for path, line in self._lines.items() if line[2:8] == SUBMODULE}

    @cached_property
    def _sorted(self) -> list[str]:
        if self._git is not None:
            untracked = [line[2:] for line in self._status if line.startswith("? ")]
            listed = [*self._lines, *untracked]
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
        return [path for path in _below(self._sorted, under) if self._is_there(path)]

    def matching(self, glob: Glob) -> list[str]:
        if glob.literal:
            return [glob.literal] if glob.literal in self._names and self._is_there(glob.literal) else []
        return [path for path in _matched(self._sorted, glob, self._names) if self._is_there(path)]

    def _is_there(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.root, path)) or self._left_out(path) is not None

    def _left_out(self, path: str) -> _Entry | None:
        """The entry of *path* if a sparse checkout left it out: the index holds it, nothing stands on disk."""
        entry = self._entry(path)
        if entry is None or entry.flag not in "Ss" or os.path.lexists(os.path.join(self.root, path)):
            return None
        return entry

    def has(self, path: str) -> bool:
        if self._git is not None and path not in self._names:
            return isinstance(self._held_below(path), bytes)
        left_out = self._left_out(path)
        if left_out is not None:
            return left_out.mode.startswith("100")
        full = os.path.join(self.root, path)
        return os.path.isfile(full) and not os.path.islink(full) and self._inside(path)

    def exists(self, path: str) -> bool:
        if os.path.lexists(os.path.join(self.root, path)):
            return True
        return any(map(self._is_there, (path, *_below(self._sorted, path)))) or self.has(path)

    def _inside(self, path: str) -> bool:
        full = os.path.join(self.root, path)
        folder, name = os.path.split(full)
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        real = os.path.realpath(full) if os.path.islink(full) else os.path.join(real, name)
        return real == self._real or real.startswith(self._real + os.sep)

    def _bytes(self, path: str) -> bytes:
        left_out = self._left_out(path)
        if left_out is not None:
            return _bounded(path, self._blob(path, left_out.oid))
        below = self._below(path)
        if below is not None:
            return _bounded(path, below)
        data = self._on_disk(path)
        entry = self._clean(path)
        if entry is not None and blob_id(data, entry.oid) != entry.oid:
            data = self._held_for(entry) or data
        return self._content(path, data)

    def open(self, path: str) -> IO[bytes]:
        refuse_outside(path)
        try:
            return super().open(path)
        except SnapshotError:  # too large to be read whole; anything else is refused here, too
            file: IO[bytes] = self._open(path)
            return file

    def _on_disk(self, path: str) -> bytes:
        with self._open(path) as file:
            _refuse_large(path, os.fstat(file.fileno()).st_size)
            data: bytes = file.read()
            return data

    def _clean(self, path: str) -> _Entry | None:
        """The entry of *path* where git sees no change of it: then the truth is what git holds."""
        entry = self._entry(path)
        return entry if entry is not None and entry.flag == "H" and path not in self._changed else None

    def _held_for(self, entry: _Entry) -> bytes | None:
        """What git holds for a clean file whose bytes are others; None where they are what a pointer names."""
        found = self._git.object(entry.oid) if self._git is not None else None
        return None if found is None or pointed_digest(found[2]) else found[2]

    def _sha256(self, path: str) -> str:
        left_out = self._left_out(path)
        if left_out is not None or self._in_submodule(path) is not None:
            return data_digest(self._bytes(path))
        digest, oid, start = self._digests(path)
        if pointed_digest(start):
            return pointed_digest(start)
        entry = self._clean(path)
        held = self._held_for(entry) if entry is not None and oid != entry.oid else None
        return digest if held is None else hashlib.sha256(held).hexdigest()

    def _digests(self, path: str) -> tuple[str, str, bytes]:
        """The SHA-256 of the file at *path*, its id as a blob, and its first bytes."""
        entry = self._entry(path)
        with self._open(path) as file:
            size = os.fstat(file.fileno()).st_size
            data: bytes = file.read(1 << 20)
            digest = hashlib.sha256(data)
            blob = (
                hashlib.sha256()
                if entry is not None and len(entry.oid) == 64
                else hashlib.sha1(usedforsecurity=False)
            )
            blob.update(b"blob %d\0%b" % (size, data))
            start = data if len(data) < 1 << 20 else b""
            while data:
                data = file.read(1 << 20)
                digest.update(data)
                blob.update(data)
            return digest.hexdigest(), blob.hexdigest(), start

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

    def changed_from(self, commit: str) -> list[str] | None:
        if self._git is None:
            return None
        untracked = [line[2:] for line in self._status if line.startswith("? ")]
        return [*self._git.listed("diff-index", *_NAMES_ONLY, commit), *untracked]


class _Tree(_Versioned):
    """A staged index or a revision: blobs, never files on disk."""

    _git: Git

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
        listing = ["ls-files", "-z", "--stage"]
        if self._revision is not None:
            listing = ["ls-tree", "-r", "-z", "--full-tree", self._revision]
        return {
            path: entry for entry, _, path in (line.partition("\t") for line in self._git.listed(*listing))
        }

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._entries)

    def _entry(self, path: str) -> _Entry | None:
        words = self._entries.get(path, "").split(" ")
        return _Entry(words[0], words[1 if self._revision is None else 2]) if len(words) > 1 else None

    @cached_property
    def _submodules(self) -> dict[str, str]:
        if ".gitmodules" not in self._entries:
            return {}
        found = {
            path: self._entry(path) for path, line in self._entries.items() if line.startswith(SUBMODULE)
        }
        return {path: entry.oid for path, entry in found.items() if entry is not None}

    def paths(self, under: str = "") -> Sequence[str]:
        return _below(self._sorted, under)

    def matching(self, glob: Glob) -> list[str]:
        if glob.literal:
            return [glob.literal] if glob.literal in self._entries else []
        return _matched(self._sorted, glob, self._entries)

    def has(self, path: str) -> bool:
        entry = self._entry(path)
        if entry is None:
            return isinstance(self._held_below(path), bytes)
        return entry.mode.startswith("100")

    def exists(self, path: str) -> bool:
        return path in self._entries or bool(_below(self._sorted, path)) or self.has(path)

    def _bytes(self, path: str) -> bytes:
        entry = self._entry(path)
        if entry is None:
            below = self._below(path)
            if below is not None:
                return _bounded(path, below)
            what = f"{short_path(path)} isn't in the {self.subject.kind}"
            raise SnapshotError(what, "Add it, or mend the path.")
        if not entry.mode.startswith("100"):
            what = "a submodule" if entry.mode == SUBMODULE else "a link"
            raise SnapshotError(f"{short_path(path)} is {what}, not a file", "Put the file itself here.")
        return _bounded(path, self._blob(path, entry.oid))

    def _sha256(self, path: str) -> str:
        entry = self._entry(path)
        found = self._git.object(entry.oid) if entry is not None and entry.mode.startswith("100") else None
        return data_digest(found[2] if found is not None else self._bytes(path))

    def changed_from(self, commit: str) -> list[str] | None:
        if self._revision is None:
            return self._git.listed("diff-index", "--cached", *_NAMES_ONLY, commit)
        return self._git.listed("diff-tree", "-r", *_NAMES_ONLY, commit, self._revision)


def _refuse_large(path: str, size: int) -> None:
    if size > MAX_BYTES:
        what = f"{short_path(path)} has {size:,} bytes; at most {MAX_BYTES:,} are read"
        raise SnapshotError(what, "Split it, or point to a smaller file.")


def _bounded(path: str, data: bytes) -> bytes:
    _refuse_large(path, len(data))
    return data


def _history(git: Git, revision: str, path: str) -> list[tuple[str, bytes]] | Unknown:
    # One log for the path; the first-parent line is not enough here, a squash may have moved the commit to a side branch.
    log = git.text("log", "--format=%H", "-m", "--full-history", revision, "--", f":(literal,top){path}")
    if log is None and git.commit(revision) is not None:
        return Unknown("this is a partial clone, so what changed in which commit isn't known", REFETCH)
    commits = list(dict.fromkeys((log or "").split()))
    held = [(commit, held_at(git, commit, path)) for commit in commits]
    found = [(commit, data) for commit, data in held if isinstance(data, bytes)]
    if git.is_shallow():
        shown = git.text("rev-list", "--count", revision) or "1"
        return Unknown(
            f"this clone holds {shown} commit{'' if shown == '1' else 's'}, so the history before isn't known",
            UNSHALLOW,
            known=tuple(found),
        )
    missing = next((data for _, data in held if isinstance(data, Unknown)), None)
    return found if missing is None else missing._replace(known=tuple(found))


def _below(paths: Sequence[str], folder: str) -> Sequence[str]:
    """Those of the sorted *paths* that lie in *folder*."""
    if not folder:
        return paths
    # `0` is what follows `/`.
    prefix = folder.rstrip("/")
    return paths[bisect_left(paths, prefix + "/") : bisect_left(paths, prefix + "0")]


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
