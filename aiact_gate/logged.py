"""Under which names a run says what it began with, and what these names say: for whatever logs a run, and for whatever reads it.

Only the standard library is imported, so that logging costs a run nothing.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from aiact_gate.plan_rows import ROWS

PLAN = "aiact.plan.sha256"
"""Digest of the plan's bytes."""
INPUT = "aiact.input."
"""Before a path: the digest of that input."""
INPUT_LINES = "aiact.inputs."
"""Before any word: inputs whose path MLflow refuses in a name (`data/a+b.csv`), as lines of `sha256sum`."""
INPUTS = "aiact.inputs.sha256"
"""One digest over all inputs."""
COMMIT = "aiact.commit"
TREE = "aiact.tree"
"""`clean` if the commit holds every file as it was, else `dirty`."""
TAGS = (PLAN, ROWS, INPUTS, COMMIT, TREE)
"""What the plugin tags each run with."""

_TAKEN = re.compile(r"[/\w.\- ]{1,200}", re.ASCII)


def inputs_digest(digests: Mapping[str, str]) -> str:
    """`sha256:` and the digest of *digests* (hex by path), written as `sha256sum` does, by path."""
    return "sha256:" + hashlib.sha256(_lines(digests).encode("utf-8", "backslashreplace")).hexdigest()


def input_params(digests: Mapping[str, str]) -> dict[str, str]:
    """The params that log *digests*: one for each path, in the form that MLflow takes."""
    found = {}
    for number, (path, digest) in enumerate(sorted(digests.items()), start=1):
        if _TAKEN.fullmatch(path) and posixpath.normpath(path) == path:
            found[INPUT + path] = digest
        else:
            found[f"{INPUT_LINES}{number}"] = f"{digest}  {path}"
    return found


def logged(run: Mapping[str, Any]) -> dict[str, str]:
    """What *run* logged of the gate's own: its params, which nobody changes later, before its tags."""
    both = {**(run.get("tags") or {}), **(run.get("params") or {})}
    return {str(key): str(value) for key, value in both.items() if str(key).startswith("aiact.")}


def logged_inputs(run: Mapping[str, Any]) -> dict[str, str]:
    """By path the hex digest of each input that *run* logged one by one."""
    found = {}
    for key, value in logged(run).items():
        if key.startswith(INPUT):
            found[key.removeprefix(INPUT)] = value.removeprefix("sha256:")
        elif key.startswith(INPUT_LINES) and key != INPUTS:
            for line in value.splitlines():
                digest, _, path = line.partition("  ")
                found[path.removeprefix("*")] = digest.removeprefix("sha256:")
    return found


def _lines(digests: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
