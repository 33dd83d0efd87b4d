"""Git plumbing: the only place that starts a process.

The checked repository is hostile: nothing of its configuration may run code (hooks, fsmonitor, external diffs, the filters
that `git status` would clean files with) and nothing may be fetched, so every call sets these off; nothing is written, not
even the index's refreshed times.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import weakref
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
        self._asked: subprocess.Popen[bytes] | None = None
        self._submodules: dict[str, Git | None] = {}
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
        if process.returncode is not None:
            return None  # it was read before, and failed
        output, _ = process.communicate(stdin)
        return output if process.returncode == 0 else None

    def run(self, *arguments: str, stdin: bytes | None = None) -> bytes | None:
        """What `git *arguments*` prints, or None if it exits with an error. Raises as `start`."""
        return self.finish(self.start(*arguments, stdin=stdin), stdin)

    def is_shallow(self) -> bool:
        """Whether the history ends somewhere because this clone holds no more of it."""
        folder = os.path.join(self.folder, ".git")
        if os.path.isdir(folder):
            return os.path.exists(os.path.join(folder, "shallow"))
        return self.text("rev-parse", "--is-shallow-repository") == "true"

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
            fix = "See what `git status` says there; a copy without `.git` can be checked, too."
            raise SnapshotError(f"git can't read the repository in {os.path.basename(self.folder)}", fix)
        return split_paths(output)

    def _no_filters(self) -> dict[str, str]:
        """Variables that empty every filter driver of the configuration; keys may hold `=`, so `-c` won't do."""
        if not self._may_have_filters():
            return {}
        drivers = r"^filter\..*\.(clean|smudge|process|required)$"
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
        return [found[2] if (found := self.object(name)) and found[1] == "blob" else None for name in names]

    def submodule(self, path: str) -> Git | None:
        """The repository of the submodule at *path* if it is checked out and kept inside this one."""
        if path not in self._submodules:
            self._submodules[path] = self._open_submodule(os.path.join(self.folder, path))
        return self._submodules[path]

    def _open_submodule(self, folder: str) -> Git | None:
        stated = os.path.join(folder, ".git")  # an older git keeps it there
        try:
            if not os.path.isdir(stated):
                with Path(stated).open("rb") as file:
                    stated = os.fsdecode(file.read(MAX_CONFIG)).strip()
        except OSError:
            return None
        kept = os.path.realpath(os.path.join(folder, stated.removeprefix("gitdir: ")))
        inside = kept.startswith((os.path.join(self.folder, ".git", ""), os.path.join(folder, "")))
        return Git(folder) if inside and os.path.realpath(folder).startswith(self.folder + os.sep) else None

    def commit(self, name: str) -> str | None:
        """The id of the commit that *name* (a branch, a tag, HEAD) leads to; None if there is none."""
        found = self.object(f"{name}^{{commit}}")
        return found[0] if found is not None else None

    def object(self, name: str) -> tuple[str, str, bytes] | None:
        """(id, kind, content) of the object *name*; None if there is none, or it can't be read. Raises as `start`.

        One process answers all questions of this repository; it ends with it.
        """
        for _ in range(2 if _is_askable(name) else 0):  # one that was ended is started again
            answer = self._answer(name)
            if answer is not None:
                header, content = answer
                return (header[0], header[1], content) if len(header) == 3 else None
        return None

    def _answer(self, name: str) -> tuple[list[str], bytes] | None:
        """Head ("<id> <kind> <size>", else "<name> missing") and content that git gives for *name*; None: it gave up."""
        process, self._asked = self._asked or self._start_asking(), None
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(f"{name}\n".encode("utf-8", "surrogateescape"))
            process.stdin.flush()
            line = process.stdout.readline()
            header = line.decode("utf-8", "surrogateescape").split()
            known = len(header) == 3 and header[2].isdigit()
            size = int(header[2]) if known else 0
            content = process.stdout.read(size + 1) if known else b"\n"
        except OSError:
            return None
        if not line.endswith(b"\n") or len(content) < size + 1 and known:
            return None
        # Only here: whoever is interrupted halfway leaves a process that nobody asks again.
        self._asked = process
        return (header if known else header[:1]), content[:size]

    def _start_asking(self) -> subprocess.Popen[bytes]:
        process = self.start("cat-file", "--batch", stdin=b"")
        weakref.finalize(self, _end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a `git cat-file --batch`, which does so by itself when nobody can ask it any more."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()


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
    return [path for path in os.fsdecode(output or b"").split("\0") if path]


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
        "GIT_NO_REPLACE_OBJECTS": "1",  # history is what was committed, not what a ref puts in its place
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
    }


# ---------------------------------------------------------------- fetching, for `policy add` alone
