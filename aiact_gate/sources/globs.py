"""Globs over paths."""

from __future__ import annotations

import fnmatch
import re


class Glob:
    """A glob over paths with `/`: `*` and `?` stay within a name, `**` stands for any number of folders.

    Name by name, in one pass: no glob of a hostile manifest makes the match take longer than its length times the path's.
    """

    def __init__(self, glob: str, under: str = "") -> None:
        """*under*: the folder that *glob* is relative to; nothing in its name is a pattern."""
        above: list[re.Pattern[str] | str | None] = list(under.split("/")) if under else []
        names = [*above, *(_name_pattern(name) for name in glob.split("/"))]
        # `**/**` is `**`.
        self._names = [
            name for at, name in enumerate(names) if name is not None or not at or names[at - 1] is not None
        ]
        first = next((at for at, name in enumerate(self._names) if not isinstance(name, str)), None)
        literal = [name for name in self._names[:first] if isinstance(name, str)]
        self.literal = "/".join(literal) if first is None else ""
        """The only path that matches, if nothing in the glob is a pattern."""
        self.folder = "" if first is None else "/".join(literal)
        """The folder that every path that matches lies in, if it isn't that folder's own name."""

    def matches(self, path: str) -> bool:
        end = len(self._names)
        states = self._with_skipped({0})
        for part in path.split("/"):
            reached = set()
            for state in states:
                if state == end:
                    continue
                pattern = self._names[state]
                if pattern is None:
                    reached.add(state)
                elif pattern == part if isinstance(pattern, str) else pattern.match(part):
                    reached.add(state + 1)
            if not reached:
                return False
            states = self._with_skipped(reached)
        return end in states

    def _with_skipped(self, states: set[int]) -> set[int]:
        """*states*, and those behind a `**` that stands for no folder."""
        return states | {
            state + 1 for state in states if state < len(self._names) and self._names[state] is None
        }


def _name_pattern(name: str) -> re.Pattern[str] | str | None:
    if name == "**":
        return None
    if "*" not in name and "?" not in name:
        return name
    return re.compile(fnmatch.translate(name.replace("[", "[[]")))
