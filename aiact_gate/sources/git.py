"""Git plumbing: the only place that starts a process.

The checked repository is hostile: nothing of its configuration may run code (hooks, fsmonitor, external diffs) and nothing
may be fetched, so every call sets these off; nothing is written, not even the index's refreshed times.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

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
        self.folder = folder

    def run(self, *arguments: str, stdin: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes | None:
        """What `git *arguments*` prints, or None if it exits with a code outside *ok*.

        Raises:
            SnapshotError: there is no git program here.
        """
        try:
            done = subprocess.run(
                ["git", *_OFF, "-c", f"safe.directory={self.folder}", *arguments],
                cwd=self.folder,
                env=_environment(),
                input=stdin,
                stdin=None if stdin is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except FileNotFoundError as error:
            raise SnapshotError(
                "the program git isn't installed", "Install git, or check an exported folder without `.git`."
            ) from error
        return done.stdout if done.returncode in ok else None

    def text(self, *arguments: str) -> str | None:
        """The stripped text that `git *arguments*` prints, or None if it fails."""
        output = self.run(*arguments)
        return None if output is None else output.decode("utf-8", "replace").strip()

    def listed(self, *arguments: str) -> list[str]:
        """The NUL-separated paths that `git *arguments*` prints."""
        output = self.run(*arguments) or b""
        return [os.fsdecode(path) for path in output.split(b"\0") if path]

    def blobs(self, names: Sequence[str]) -> list[bytes | None]:
        """The bytes of each object of *names* (`commit:path`, ids), None where there is no such blob."""
        if not names:
            return []
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
            if len(header) >= 3 and header[-2] == b"blob":
                size = int(header[-1])
                found.append(output[at : at + size])
                at += size + 1
            elif len(header) >= 3 and header[-1].isdigit() and header[-2] in (b"tree", b"commit", b"tag"):
                at += int(header[-1]) + 1
                found.append(None)
            else:
                found.append(None)
        return found


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
