"""The closed list of what counts as loosening, what is compared for it, and the form of such a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import Finding


class PackText(NamedTuple):
    """A pack of the repository, as its files say it."""

    name: str
    folder: str
    """Relative to the repository's root."""
    pin: str
    """The digest that the manifest pins it to; empty: none."""
    files: Mapping[str, Any]
    """By file name: plain data."""
    place: Callable[..., Location]
    """`place(file, *steps)`."""
    entry: Location
    """Where the manifest names it."""


class Layers(NamedTuple):
    """The packs of earlier layers as one tree's overlays tighten them; the same ones on both sides of a comparison."""

    packs: tuple[Pack, ...] = ()
    refused: tuple[str, ...] = ()
    """What is wrong with the overlays: what is refused asks for nothing."""


class Rules(NamedTuple):
    """The packs that judge a tree, compiled."""

    own: Mapping[str, Pack]
    """Those of the repository, by name; one that can't be compiled asks for nothing."""
    below: Layers = Layers()
    """Those of earlier layers; empty if no tree has an overlay."""


class Stated(NamedTuple):
    """What one manifest and the files it points to state that a change could loosen."""

    manifest: Mapping[str, Any]
    places: Callable[..., Location]
    """`places(*steps)` in the manifest."""
    waivers: Sequence[Mapping[str, Any]]
    debts: Sequence[Mapping[str, Any]]
    """Of waivers.yaml and baseline.yaml."""
    beside: Callable[..., Location]
    """`beside(file, index, ...)` in those two: `waivers`, `baseline`."""
    records: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """By system and kind: the record that speaks for it."""
    record_places: Mapping[str, Mapping[str, Any]]
    """By system and kind: something with `location(pointer)`."""
    files: Mapping[str, Mapping[str, str]]
    """By system: what is there (`model card`, `event log`) -> its path."""
    folder: str
    """Of the manifest, relative to the repository's root."""
    paths: Callable[[], Sequence[str]]
    """Every file of the tree."""
    packs: Sequence[PackText]
    rules: Rules | None = None
    """What *packs* compile to; None where no pack of the two trees differs."""


def systems_of(stated: Stated) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """Each declared system by id, with its index."""
    return {
        str(system["id"]): (index, system)
        for index, system in enumerate(stated.manifest.get("systems") or [])
        if isinstance(system, dict) and system.get("id")
    }


def finding_of(check: str, message: str, fix: str, place: Location, element: str) -> Finding:
    """A finding of the kind `loosened`, which fails."""
    return Finding(
        f"integrity.change/{check}",
        "loosened",
        Outcome.FAIL,
        message,
        fix,
        place,
        element=element,
        fingerprint=f"{check}/{element}",
        article="Change",
    )


def mapping(value: Any) -> Mapping[str, Any]:
    """*value* if it is a group of keys, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def texts(value: Any) -> list[str]:
    """The texts of *value*, a list or a single one."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []
