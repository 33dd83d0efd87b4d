"""How a run judges, as its caller says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Options(NamedTuple):
    """How `check` judges."""

    as_of: str
    enforce: str = "now"
    release: bool = False
    recount: bool = False
    """Count all data again, however much it is; a release does so anyway."""
    requirements: frozenset[str] = frozenset()
    packs: tuple[str, ...] = ()
    """Additional pack folders, given by the workflow."""
    repository: str = ""
    """OWNER/NAME, given by the workflow: what the rings of a roll-out go by."""
    topics: tuple[str, ...] = ()
    bypass: str = ""
    """What the environment says of a bypass; shown, and without effect."""
    at_least: str = "start"
    """The profile that is looked at even if the manifest chooses a lower one."""
    live: Callable[..., None] | None = None
    """`run.live.confirm`, where the registry is asked again and held against the lock."""
    instead: tuple[tuple[str, str], ...] = ()
    """(name, folder): the pack of that name is judged as it is in the folder, wherever it is named."""
