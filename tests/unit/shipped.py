"""The shipped credit-scoring example as a repository of its own, and programs that believe to stand before a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

from repos import DAY, ROOT, Ran, Repository, installed

EXAMPLE = ROOT / "examples" / "credit-scoring"


def example(folder: Path) -> Repository:
    """The tracked files of the example, committed just before its run began."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=EXAMPLE, check=True, capture_output=True)
    for name in filter(None, done.stdout.decode().split("\0")):
        if (EXAMPLE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(EXAMPLE / name, folder / name)
    repository = Repository(folder)
    repository.commit(at="2026-11-25T09:00:00+00:00")
    return repository


def on_terminal(*arguments: str, cwd: Path, columns: int = 80, **environment: str) -> Ran:
    """The program with its output on a terminal of *columns* columns, both streams in `out`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    left_out = ("COLUMNS", "NO_COLOR")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(("GIT_", "GITHUB_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "aiact_gate", *arguments],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(installed()), "TERM": "xterm-256color"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    written = b""
    while True:
        try:
            some = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not some:
            break
        written += some
    os.close(master)
    return Ran(process.wait(120), written.decode().replace("\r\n", "\n"), "")


__all__ = ["DAY", "example", "on_terminal"]
