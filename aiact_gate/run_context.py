"""An entry point of MLflow's run-context plugins: each run is tagged with what it began with.

A run must never fail or wait because of it, so this module imports the standard library only, and catches whatever happens.
Tags can be changed later: alone they are read; what witnesses a run are the objects at its commit.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_VALUE = re.compile(r"[A-Za-z0-9:._-]{1,200}")


class RunContext:
    """What MLflow asks at the start of each run."""

    def __init__(self) -> None:
        self._watched: tuple[str, ...] = ()
        self._states: list[tuple[int, int] | None] = []
        self._tags: dict[str, str] = {}

    def in_context(self) -> bool:
        """Whether a manifest lies at or above the main script, in its repository."""
        try:
            from aiact_gate.run_facts import manifest_folder

            return not os.environ.get("AIACT_GATE_NO_TAGS") and manifest_folder(main_script()) is not None
        except Exception:
            return False

    def tags(self) -> dict[str, str]:
        """Texts under the names of `aiact_gate.logged.TAGS`; none where anything went wrong."""
        try:
            # A search of many runs in one process looks again only when a file of them changed.
            if not self._watched or _states(self._watched) != self._states:
                self._look()
            return dict(self._tags)
        except Exception:
            return {}

    def _look(self) -> None:
        from aiact_gate.logged import TAGS
        from aiact_gate.run_facts import beginning

        self._watched = ()
        found = beginning(main_script())
        tags = found.tags if found is not None else {}
        self._tags = {
            name: value
            for name, value in tags.items()
            if name in TAGS and isinstance(value, str) and _VALUE.fullmatch(value)
        }
        if found is not None:
            self._states = _states(found.watched)
            self._watched = found.watched


def _states(paths: tuple[str, ...]) -> list[tuple[int, int] | None]:
    return [_state(path) for path in paths]


def _state(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def main_script() -> Path:
    """The file that Python was started with; the working folder in a notebook."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Path(os.path.abspath(file)) if file else Path.cwd()
