"""A tree that remembers what was asked of it, so that one judgement can serve another tree that would have answered alike."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence

from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.globs import Glob
from aiact_gate.sources.history import FileChange
from aiact_gate.sources.objects import Held
from aiact_gate.sources.snapshot import Snapshot, Tag


class Watched(Snapshot):
    """*tree*, and what was asked of it."""

    def __init__(self, tree: Snapshot) -> None:
        self._tree = tree
        self.root = tree.root
        self.subject = tree.subject
        self._asked: set[str] = set()
        self._folders: set[str] = set()
        self._globs: list[Glob] = []
        self._asked_history = False

    def answers_as(self, other: Snapshot) -> bool:
        """Whether the tree *other*, a revision, answers all that was asked as this one did."""
        revision = other.subject.revision
        if revision is None or self._asked_history and revision != self.subject.revision:
            return False
        changed = self._tree.changed_from(revision)
        return changed is not None and not any(self._concerns(path) for path in changed)

    def _concerns(self, path: str) -> bool:
        if path in self._asked or any(glob.matches(path) for glob in self._globs):
            return True
        # Of a folder it may have been asked whether it exists.
        return any(folder in self._asked or folder in self._folders for folder in _above(path))

    def paths(self, under: str = "") -> Sequence[str]:
        self._folders.add(under.rstrip("/"))
        return self._tree.paths(under)

    def matching(self, glob: Glob) -> list[str]:
        self._globs.append(glob)
        return self._tree.matching(glob)

    def has(self, path: str) -> bool:
        self._asked.add(path)
        return self._tree.has(path)

    def exists(self, path: str) -> bool:
        self._asked.add(path)
        return self._tree.exists(path)

    def read(self, path: str) -> bytes:
        self._asked.add(path)
        return self._tree.read(path)

    def sha256(self, path: str) -> str:
        self._asked.add(path)
        return self._tree.sha256(path)

    def not_at_hand(self, path: str) -> Unknown | None:
        self._asked.add(path)
        return self._tree.not_at_hand(path)

    def held_at(self, commit: str, path: str) -> Held:
        return self._tree.held_at(commit, path)

    def descends_from(self, commit: str) -> bool | Unknown:
        self._asked_history = True
        return self._tree.descends_from(commit)

    def tagged(self, tag: str) -> str | None | Unknown:
        return self._tree.tagged(tag)

    def history(self, path: str) -> list[tuple[str, bytes]] | Unknown:
        self._asked_history = True
        return self._tree.history(path)

    def changes(self, path: str, since: str, of: Callable[[str], bool]) -> list[FileChange]:
        self._asked_history = True
        return self._tree.changes(path, since, of)

    def common_commit(self, other: str) -> str | Unknown | None:
        self._asked_history = True
        return self._tree.common_commit(other)

    def tags(self) -> list[Tag]:
        self._asked_history = True
        return self._tree.tags()


def _above(path: str) -> Iterable[str]:
    """The folders that hold *path*, the root as an empty text."""
    while path:
        path = posixpath.dirname(path)
        yield path
