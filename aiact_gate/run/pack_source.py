"""Where a pack is taken from: a folder, or a revision of a git repository. What comes out are its files as bytes."""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from typing import NamedTuple

from aiact_gate.model.errors import PackError, UsageError
from aiact_gate.sources.fetching import fetch_revision
from aiact_gate.sources.snapshot import Snapshot, open_snapshot, short_path

MAX_FILES = 2_000
MAX_TOTAL = 20_000_000
_FOLDERS = ("kinds", "examples")
_TEXTS = ("README", "LICENSE", "LICENCE", "NOTICE", "CHANGELOG")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*")
_SCP = re.compile(r"[A-Za-z0-9_.-]+@[A-Za-z0-9][A-Za-z0-9.-]*:.*")


class GitSource(NamedTuple):
    """`URL@REV#FOLDER`, taken apart."""

    url: str
    protocol: str
    """What git may speak: https, ssh or file."""
    revision: str
    folder: str


class Taken(NamedTuple):
    """A pack's files, and what the manifest says about where they came from."""

    files: dict[str, bytes]
    """Path within the pack -> bytes."""
    left_out: int
    """Files beside them that are no part of a pack."""
    source: str
    commit: str
    """Empty for a folder."""


def take(source: str) -> Taken:
    """The files of the pack at *source*, a folder or `URL@REV`, `URL@REV#FOLDER`.

    Raises:
        UsageError: it is neither.
        SnapshotError: git can't fetch it, or a file can't be read.
        PackError: no pack lies there, or one with links, strange names or too much in it.
    """
    if os.path.isdir(source):
        return _taken(open_snapshot(source), source, source.replace(os.sep, "/").rstrip("/") or source, "")
    where = git_source(source)
    with tempfile.TemporaryDirectory(prefix="aiact-") as folder:
        commit, moves = fetch_revision(where.url, where.protocol, where.revision, folder)
        named = f"{where.url}@{commit if moves else where.revision}"
        named += f"#{where.folder}" if where.folder else ""
        snapshot, _ = open_snapshot(folder, ref=commit)
        return _taken((snapshot, where.folder or "."), source, named, commit)


def git_source(source: str) -> GitSource:
    """*source* as URL, revision and folder; nothing that git would take for an option or a program gets through.

    Raises:
        UsageError: it is no `URL@REV`, or an address that isn't spoken to.
    """
    whole, _, folder = source.partition("#")
    if source.startswith("-") or not source.isprintable() or any(c.isspace() for c in source):
        raise UsageError(f"{short_path(source)} is no address", "Give a folder, or URL@REV.")
    scheme, separator, rest = whole.partition("://")
    if separator:
        host, _, path = rest.partition("/")
        protocol = scheme
    elif _SCP.fullmatch(whole) and "::" not in whole:
        host, _, path = whole.partition(":")
        protocol = "ssh"
    else:
        raise UsageError(
            f"there is no folder {short_path(source)}",
            "Give a folder that is there, or a git address with its revision: https://host/repository.git@v1.0.0",
        )
    if protocol not in ("https", "ssh", "file"):
        raise UsageError(
            f"packs aren't fetched over {short_path(protocol)}", "Use https://, ssh://, git@host: or file://."
        )
    user, _, name = host.rpartition("@")
    if (name.startswith("-") or user.startswith("-")) or bool(name) == (protocol == "file"):
        raise UsageError(
            f"{short_path(whole)} is no address", "Write it as https://host/repository.git@v1.0.0."
        )
    if ":" in user or user and protocol == "https":
        raise UsageError(
            "the address holds a name or password",
            "Leave it out: git's own credential helper is asked, and aiact.yaml is read by many.",
        )
    path, at, revision = path.rpartition("@")
    if not at or not path or not revision:
        raise UsageError(
            f"{short_path(source)} names no revision",
            "Put a tag or a commit behind it: …@v1.0.0. A pin needs one.",
        )
    if not _REVISION.fullmatch(revision) or ".." in revision or revision.endswith(("/", ".lock")):
        raise UsageError(f"{short_path(revision)} is no revision", "Name a tag, a branch or a commit.")
    folder = folder.strip("/")
    if folder and (posixpath.normpath(folder) != folder or folder.startswith("..") or "\\" in folder):
        raise UsageError(f"{short_path(folder)} is no folder of a repository", "Write it as packs/house.")
    url = whole[: -len(revision) - 1]
    return GitSource(url, protocol, revision, folder)


def _taken(tree: tuple[Snapshot, str], asked: str, source: str, commit: str) -> Taken:
    snapshot, folder = tree
    folder = "" if folder == "." else folder
    _refuse_linked_folders(snapshot, folder)
    files: dict[str, bytes] = {}
    left_out = total = 0
    for path in snapshot.paths(folder):
        inner = path[len(folder) + 1 :] if folder else path
        if not _belongs(inner):
            left_out += 1
            continue
        if len(inner) > 200 or not inner.isprintable() or any(c in inner for c in '\\:*?"<>|'):
            raise PackError(f"the pack holds a file {short_path(inner)}", "Give it a plain name.")
        files[inner] = snapshot.read(path)
        total += len(files[inner])
        if len(files) > MAX_FILES or total > MAX_TOTAL:
            raise PackError(
                f"the pack is larger than {MAX_FILES:,} files or {MAX_TOTAL:,} bytes",
                "Take out what judges nothing.",
            )
    if "pack.yaml" not in files:
        raise PackError(
            f"there is no pack in {short_path(asked)}: it has no pack.yaml",
            "Name the folder that holds it; in a git repository behind a #: URL@REV#packs/house",
        )
    return Taken(dict(sorted(files.items())), left_out, source, commit)


def _belongs(path: str) -> bool:
    """Whether *path* is part of a pack: what judges, its examples, and what tells a reader about it."""
    head, _, rest = path.partition("/")
    if rest:
        return head in _FOLDERS
    return head.endswith((".yaml", ".yml")) or head.startswith(_TEXTS) or head in _FOLDERS


def _refuse_linked_folders(snapshot: Snapshot, folder: str) -> None:
    """A linked folder has no files of its own in a tree, so that nobody would miss what it hides."""
    for name in _FOLDERS:
        path = os.path.join(snapshot.root, folder, name)
        for inner, names, _ in os.walk(path) if snapshot.subject.kind != "revision" else ():
            linked = [child for child in names if os.path.islink(os.path.join(inner, child))]
            if linked or os.path.islink(path):
                raise PackError(
                    f"{name}/ holds a link, {(linked or [name])[0]}", "Put the files themselves here."
                )
