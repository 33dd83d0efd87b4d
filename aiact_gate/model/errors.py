"""One family of errors.

    AiactError              what happened, and the fix
    ├── DocumentError       a file that can't be read as what it is; at a place
    ├── SnapshotError       a path that can't be read from the tree: absent, too large, a link out of it
    │   └── NotAtHand       a file of the tree whose content this clone doesn't hold; nothing is said about it
    ├── ManifestError       the manifest, the lock, waivers or the baseline: exit 3
    ├── PackError           a policy pack at fault: exit 3
    ├── RegistryError       the model registry can't be read
    └── UsageError          the command line: exit 2

A library's own errors stop at its only importer and become one of these.
"""

from __future__ import annotations

from aiact_gate.model.location import Location


class AiactError(Exception):
    """Something that the user can mend: *what* happened, and the *fix*, each one sentence."""

    def __init__(self, what: str, fix: str = "", location: Location | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.location = location

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.what}" + (f"\n    Fix: {self.fix}" if self.fix else "")


class DocumentError(AiactError):
    """A file that can't be read as what it is; `location` is always set."""

    location: Location

    def __init__(self, what: str, fix: str, location: Location) -> None:
        super().__init__(what, fix, location)


class SnapshotError(AiactError):
    """A path that can't be read from the tree."""


class NotAtHand(SnapshotError):
    """A file of the tree whose content this clone doesn't hold: *what* says why, *command* brings it."""

    def __init__(self, what: str, command: str) -> None:
        super().__init__(what, f"Run: {command}")
        self.command = command


class ManifestError(AiactError):
    """Manifest, lock, waivers or baseline can't be read or contradict themselves."""


class PackError(AiactError):
    """A policy pack is at fault."""


class RegistryError(AiactError):
    """The model registry can't be read."""


class UsageError(AiactError):
    """The command line asks for something that doesn't exist."""
