"""Git plumbing: the only place that starts a process.

The checked repository is hostile: nothing of its configuration may run code (hooks, fsmonitor, external diffs, the filters
that `git status` would clean files with) and nothing may be fetched, so every call sets these off; nothing is written, not
even the index's refreshed times.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from aiact_gate.model.errors import SnapshotError

_OFF = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.pager=cat",
    "-c", "diff.external=",
    "-c", "protocol.allow=never",
    "-c", "gc.auto=0",
    "-c", "log.showSignature=false",
)  # fmt: skip


MAX_PACKED_REFS = 10_000_000
MAX_CONFIG = 1_000_000


def find_repository(start: str) -> str | None:
    """The folder of the repository that holds *start*, looked for upwards, or None."""
    folder = os.path.abspath(start)
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        if os.path.isfile(os.path.join(folder, "HEAD")) and os.path.isdir(os.path.join(folder, "objects")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


class Git:
    """Read-only git in one repository."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        # `core.worktree` in the repository's configuration could name another folder, `core.bare` none.
        self._tree: tuple[str, ...] = (
            (f"--work-tree={self.folder}",) if os.path.exists(os.path.join(folder, ".git")) else ()
        )
        self._filters: dict[str, str] = {}
        self._filters = self._no_filters()

    def start(self, *arguments: str, stdin: bytes | None = None) -> subprocess.Popen[bytes]:
        """`git *arguments*`, begun; `finish` reads what it prints.

        Raises:
            SnapshotError: there is no git program here.
        """
        try:
            return subprocess.Popen(
                ["git", *_OFF, "-c", f"safe.directory={self.folder}", *self._tree, *arguments],
                cwd=self.folder,
                env=_environment() | self._filters,
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError as error:
            fix = "Install git, or check an exported folder without `.git`."
            raise SnapshotError("the program git isn't installed", fix) from error

    def finish(self, process: subprocess.Popen[bytes], stdin: bytes | None = None) -> bytes | None:
        """What *process* prints, or None if it exits with an error."""
        output, _ = process.communicate(stdin)
        return output if process.returncode == 0 else None

    def run(self, *arguments: str, stdin: bytes | None = None) -> bytes | None:
        """What `git *arguments*` prints, or None if it exits with an error. Raises as `start`."""
        return self.finish(self.start(*arguments, stdin=stdin), stdin)

    def has_tags(self) -> bool:
        """Whether there may be a tag; most checkouts of CI have none, and asking costs no process."""
        folder = os.path.join(self.folder, ".git")
        if not os.path.isdir(folder):
            return True  # a work tree beside its repository, or a bare one
        tags = os.path.join(folder, "refs", "tags")
        if os.path.isdir(tags) and os.listdir(tags):
            return True
        try:
            with Path(folder, "packed-refs").open("rb") as file:
                return b" refs/tags/" in file.read(MAX_PACKED_REFS) or bool(file.read(1))
        except OSError:
            return False

    def text(self, *arguments: str) -> str | None:
        """The stripped text that `git *arguments*` prints, or None if it fails."""
        output = self.run(*arguments)
        return None if output is None else output.decode("utf-8", "replace").strip()

    def listed(self, *arguments: str) -> list[str]:
        """The NUL-separated paths that `git *arguments*` prints. Raises as `paths_of`."""
        return self.paths_of(self.start(*arguments))

    def paths_of(self, process: subprocess.Popen[bytes]) -> list[str]:
        """The NUL-separated paths that *process* prints.

        Raises:
            SnapshotError: it fails, so there is no repository here that git reads. An empty list would hide that.
        """
        output = self.finish(process)
        if output is None:
            raise SnapshotError(
                f"git can't read the repository in {os.path.basename(self.folder)}",
                "See what `git status` says there; a copy without `.git` can be checked, too.",
            )
        return split_paths(output)

    def _no_filters(self) -> dict[str, str]:
        """Variables that empty every filter driver of the configuration; keys may hold `=`, so `-c` won't do."""
        if not self._may_have_filters():
            return {}
        drivers = r"^filter\..*\.(clean|smudge|process)$"
        keys = split_paths(self.run("config", "--name-only", "-z", "--get-regexp", drivers))
        found = {"GIT_CONFIG_COUNT": str(len(keys))}
        for index, key in enumerate(keys):
            found |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": ""}
        return found

    def _may_have_filters(self) -> bool:
        """Whether the repository's own configuration may name a filter; most don't, and asking git costs a process."""
        folder = Path(self.folder, ".git")
        if not folder.is_dir() or (folder / "config.worktree").exists():
            return True
        try:
            with (folder / "config").open("rb") as file:
                found = file.read(MAX_CONFIG).lower()
                return b"filter" in found or b"include" in found or bool(file.read(1))
        except OSError:
            return True

    def blobs(self, names: Sequence[str]) -> list[bytes | None]:
        """The bytes of each object of *names* (`commit:path`, ids), None where there is no such blob."""
        asked = [name for name in names if _is_askable(name)]
        answers = dict(zip(asked, self._batch(asked), strict=True)) if asked else {}
        return [answers.get(name) for name in names]

    def _batch(self, names: Sequence[str]) -> list[bytes | None]:
        wanted = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        output = self.run("cat-file", "--batch", stdin=wanted)
        if output is None:
            return [None] * len(names)
        found: list[bytes | None] = []
        at = 0
        for _ in names:
            end = output.index(b"\n", at)
            header = output[at:end].split(b" ")
            at = end + 1
            if len(header) == 3 and header[2].isdigit():  # "<id> <kind> <size>"; else "<name> missing"
                size = int(header[2])
                found.append(output[at : at + size] if header[1] == b"blob" else None)
                at += size + 1
            else:
                found.append(None)
        return found


def _is_askable(name: str) -> bool:
    """Whether *name* is one line of `git cat-file --batch`, which gives up over a path that leads out of the tree."""
    path = name.partition(":")[2]
    return (
        "\n" not in name
        and "\0" not in name
        and not path.startswith(("/", "./"))
        and ".." not in path.split("/")
    )


def split_paths(output: bytes | None) -> list[str]:
    """The NUL-separated paths of *output*."""
    return [os.fsdecode(path) for path in (output or b"").split(b"\0") if path]


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    index = os.environ.get("GIT_INDEX_FILE")
    if index:  # pre-commit's partial commits judge this index
        kept["GIT_INDEX_FILE"] = index
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }
