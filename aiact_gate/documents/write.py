"""Data to YAML text, and bytes into a repository: what the other modules of this room read back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiact_gate.documents.output import below, replace
from aiact_gate.model.errors import UsageError


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
    if not below(real, home) or ".git" in os.path.relpath(real, home).split(os.sep):
        raise UsageError(
            f"a link on the way to {path} leads out of the repository",
            "Put a folder or file of the repository there.",
        )
    try:
        os.makedirs(os.path.dirname(real), exist_ok=True)
        if os.path.exists(real) and not os.path.isfile(real):
            raise UsageError(f"{path} is no ordinary file", "Take away what stands there.")
        replace(Path(real), data)
    except OSError as error:
        raise UsageError(
            f"{path} can't be written: {error.strerror}", "Run it where the folder may be written."
        ) from error


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


def canonical_yaml(data: Any) -> bytes:
    """*data* as the one spelling that digests of pre-registered claims (PRML) are over: sorted block YAML, one LF at its end."""
    import yaml

    text: str = yaml.safe_dump(
        data, default_flow_style=False, sort_keys=True, width=float("inf"), allow_unicode=True
    )
    return text.rstrip().encode() + b"\n"
