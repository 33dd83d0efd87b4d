"""Data to YAML text, and bytes to a file: what the other modules of this room read back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiact_gate.model.errors import UsageError

MOST_LINKS = 40
"""Links that one name may lead through; what Linux follows."""


def dump_yaml(data: Any) -> str:
    """*data* (maps with text keys, lists, text, numbers, booleans, None) as block YAML.

    Sorted keys, one value a line. Text is quoted wherever YAML 1.1 or 1.2 would read something else. Equal
    data gives equal text.
    """
    import yaml

    # The emitter in Python and not the one in C: which of them is there must not change a byte.
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        value = value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no UTF-8
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=_style(value))

    Dumper.add_representer(str, text)
    written: str = yaml.dump(
        data, Dumper=Dumper, sort_keys=True, default_flow_style=False, allow_unicode=True, width=float("inf")
    )
    return written


def write_inside(root: Path, path: str, data: bytes) -> None:
    """*data* in the file *path* of the repository at *root*, whole or not at all; folders on the way are made.

    A link is followed to an ordinary file of the repository, and stays.

    Raises:
        UsageError: a link leads out, something else than a file stands there, or it can't be written.
    """
    home = os.path.realpath(root)
    real = os.path.realpath(os.path.join(home, path))
    if not _below(real, home) or ".git" in os.path.relpath(real, home).split(os.sep):
        raise UsageError(
            f"a link on the way to {path} leads out of the repository",
            "Put a folder or file of the repository there.",
        )
    try:
        os.makedirs(os.path.dirname(real), exist_ok=True)
        if os.path.exists(real) and not os.path.isfile(real):
            raise UsageError(f"{path} is no ordinary file", "Take away what stands there.")
        _replace(Path(real), data)
    except OSError as error:
        raise UsageError(
            f"{path} can't be written: {error.strerror}", "Run it where the folder may be written."
        ) from error


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
            _replace(Path(os.path.realpath(path)), data)
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
        if os.path.lexists(os.path.join(place, ".git")) and not _below(real, os.path.realpath(place)):
            return True
    return False


def _below(path: str, folder: str) -> bool:
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


def _replace(path: Path, data: bytes) -> None:
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


@contextmanager
def staged_folder(target: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A new folder beside *target* and with its name that holds *files* (path within it -> bytes).

    `os.rename` takes it to its place at once; what wasn't taken is gone afterwards.

    Raises:
        OSError: it can't be written.
    """
    import shutil
    import tempfile

    target.parent.mkdir(parents=True, exist_ok=True)
    around = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        folder = around / target.name
        folder.mkdir()
        for path, data in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        yield folder
    finally:
        shutil.rmtree(around, ignore_errors=True)


def _style(value: str) -> str | None:
    """How *value* is quoted; None leaves it to the emitter, which knows what YAML 1.1 misreads."""
    if not value.isprintable():
        return '"'  # one line, whatever stands in it
    try:
        # `1e-3` and `1.5e3` are text to YAML 1.1 and to the emitter, numbers to everybody else.
        float(value)
    except ValueError:
        return None
    return "'"
