"""Bytes to what a person named: a file, a pipe, a descriptor of this program."""

from __future__ import annotations

import os
from pathlib import Path

from aiact_gate.model.errors import UsageError

MOST_LINKS = 40
"""Links that one name may lead through; what Linux follows."""


def write_named(path: str, data: bytes) -> None:
    """*data* to what a person named *path*, wherever it lies: a file whole or not at all, anything else written through.

    A link is followed and stays; but one of a repository doesn't lead out of it. `/dev/fd/3` and `/dev/stdout` are this
    program's own descriptors.

    Raises:
        UsageError: a link leads out of its repository, or it can't be written.
        BrokenPipeError: what read it closed it.
    """
    try:
        own = _own_descriptor(path)
        if own is not None:
            _write_through(os.dup(own), data)
        elif ".git" in Path(path).absolute().parts[:-1]:
            raise UsageError(f"{path} lies in git's own folder", "Name a file outside of it.")
        elif leads_out(path):
            raise UsageError(
                f"a link on the way to {path} leads out of its repository", "Name the file itself."
            )
        elif os.path.exists(path) and not os.path.isfile(path):
            _write_through(os.open(path, os.O_WRONLY), data)
        else:
            replace(Path(os.path.realpath(path)), data)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path} can't be written: {why}", "Name a file in a folder that exists.") from error


def leads_out(path: str) -> bool:
    """Whether *path* lies in a repository by its name, but not when its links are followed."""
    place, real = os.path.abspath(path), os.path.realpath(path)
    while place != os.path.dirname(place):
        place = os.path.dirname(place)
        if os.path.lexists(os.path.join(place, ".git")) and not below(real, os.path.realpath(place)):
            return True
    return False


def below(path: str, folder: str) -> bool:
    """Whether *path* is *folder* or lies in it."""
    return os.path.commonpath([path, folder]) == folder


def _own_descriptor(path: str) -> int | None:
    """The number of the descriptor of this process that *path* leads to, link by link; None if it leads to none."""
    place = os.path.abspath(path)
    for _ in range(MOST_LINKS):
        folder, name = os.path.realpath(os.path.dirname(place)), os.path.basename(place)
        if folder in ("/dev/fd", f"/proc/{os.getpid()}/fd"):
            return int(name) if name.isdecimal() else None
        if not os.path.islink(place):
            return None
        place = os.path.join(folder, os.readlink(place))
    return None


def _write_through(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def replace(path: Path, data: bytes) -> None:
    """*data* in the file at *path*, whole or not at all; an existing file keeps its mode."""
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    import tempfile

    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
