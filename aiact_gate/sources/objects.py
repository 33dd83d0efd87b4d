"""What git holds at a commit, in three answers: the bytes; None, it isn't there; `Unknown`, this clone doesn't hold it.

A look-up that failed is never a negative fact: each `Unknown` has the command that brings what is missing.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git

Held = bytes | None | Unknown

UNSHALLOW = "git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth: 0)"
REFETCH = "git fetch --refetch --no-filter origin"
CLONE = "git clone, then aiact-gate check"
NO_HISTORY = Unknown("there is no git history here", f"check a git clone: {CLONE}")

POINTER = b"version https://git-lfs.github.com/spec/v1\n"
MOST_OF_A_POINTER = 1024
"""Bytes: what is larger is no pointer of Git LFS."""
SUBMODULE = "160000"


def is_commit_id(text: str) -> bool:
    """Whether *text* is the full id of a commit, no name that something else may stand behind."""
    return len(text) in (40, 64) and all(c in "0123456789abcdef" for c in text)


def held_at(git: Git, commit: str, path: str) -> Held:
    """The bytes of *path* at *commit*."""
    if not is_commit_id(commit):
        return Unknown("the run names no commit", "train from a commit, then: aiact-gate collect")
    if not git.is_own(commit):
        return _without_commit(git, commit)
    found = git.object(f"{commit}:{path}")
    if found is not None:
        return found[2] if found[1] == "blob" else None
    if git.commit(commit) is None:
        return _without_commit(git, commit)
    steps = path.split("/")
    for index, name in enumerate(steps):
        tree = git.object(f"{commit}:{'/'.join(steps[:index])}")
        if tree is None:
            return _filtered(commit)
        mode, oid = _entry(tree[2], name, len(tree[0]) // 2) if tree[1] == "tree" else ("", "")
        if not mode:
            return None
        if mode == SUBMODULE:
            return held_in_submodule(git, "/".join(steps[: index + 1]), oid, "/".join(steps[index + 1 :]))
        found = git.object(oid)  # a name that no question can hold leads here, too
    return _filtered(commit) if found is None else found[2]


def held_in_submodule(git: Git, folder: str, oid: str, path: str) -> Held:
    """The bytes of *path* in the submodule at *folder*, whose commit *oid* is pinned."""
    below = git.submodule(folder)
    if below is not None and below.commit(oid) is not None:
        return held_at(below, oid, path) if path else None
    return Unknown(
        f"the submodule {folder} isn't checked out here", f"git submodule update --init -- {folder}"
    )


def ancestry(git: Git, commit: str, revision: str) -> bool | Unknown:
    """Whether *commit* is *revision* or an ancestor of it."""
    if commit == revision:
        return True
    if git.commit(commit) is None:
        return _without_commit(git, commit)
    if git.run("merge-base", "--is-ancestor", commit, revision) is not None:
        return True
    return (
        Unknown("this clone is shallow, so its history ends somewhere", UNSHALLOW)
        if git.is_shallow()
        else False
    )


def tagged(git: Git, tag: str) -> str | None | Unknown:
    """The id of the commit that *tag* names."""
    is_name = bool(tag) and ".." not in tag and not set(tag) & set(" ~^:?*[\\@{")
    found = git.commit(f"refs/tags/{tag}") if is_name else None
    if found is None and (git.is_shallow() or not git.has_tags()):
        return Unknown(f"the tag {tag} isn't in this clone", "git fetch --tags origin")
    return found


def _without_commit(git: Git, commit: str) -> Unknown:
    if git.is_shallow():
        return Unknown(f"this clone is shallow and doesn't hold commit {commit[:7]}", UNSHALLOW)
    return Unknown(f"this clone doesn't hold commit {commit[:7]}", f"git fetch origin {commit}")


def _filtered(commit: str) -> Unknown:
    return Unknown(f"this is a partial clone without the files of commit {commit[:7]}", REFETCH)


def _entry(tree: bytes, name: str, size: int) -> tuple[str, str]:
    """Mode and id of *name* in the raw *tree*, whose ids have *size* bytes; empty texts if it isn't there."""
    wanted = os.fsencode(name)
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, found = tree[at:end].partition(b" ")
        if found == wanted:
            return mode.decode(), tree[end + 1 : end + 1 + size].hex()
        at = end + 1 + size
    return "", ""


# ---------------------------------------------------------------- what stands on disk for it


def blob_id(data: bytes, like: str) -> str:
    """The id that git gives to *data*, by the hash that *like* is an id of."""
    made = hashlib.sha1(usedforsecurity=False) if len(like) == 40 else hashlib.sha256()
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()


def pointed_digest(data: bytes) -> str:
    """The SHA-256 of the file that *data*, a pointer of Git LFS, stands for; empty if it is none."""
    if len(data) > MOST_OF_A_POINTER or not data.startswith(POINTER):
        return ""
    line = next((line for line in data.split(b"\n") if line.startswith(b"oid sha256:")), b"")
    digest = line.removeprefix(b"oid sha256:").decode("ascii", "replace").strip()
    return digest if len(digest) == 64 and is_commit_id(digest) else ""


def pointed_content(git: Git, digest: str) -> bytes | None:
    """The file with *digest* in the store of Git LFS beside the objects; None if it isn't there."""
    store = Path(git.folder, ".git", "lfs", "objects", digest[:2], digest[2:4], digest)
    try:
        data = store.read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def data_digest(data: bytes) -> str:
    """The hex SHA-256 of *data*, or of what it points to where it is a pointer of Git LFS."""
    return pointed_digest(data) or hashlib.sha256(data).hexdigest()


def stands_for(data: bytes, digest: str) -> bool:
    """Whether a run that read the file which git holds as *data* may have logged *digest*.

    A checkout may write other line ends, or the content that a pointer of Git LFS names.
    """
    if not digest:
        return False  # what is no pointer points to no digest either
    if digest in (hashlib.sha256(data).hexdigest(), pointed_digest(data)):
        return True
    is_text = b"\0" not in data and b"\r" not in data and b"\n" in data
    return is_text and hashlib.sha256(data.replace(b"\n", b"\r\n")).hexdigest() == digest
