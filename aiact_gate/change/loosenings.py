"""The closed list of what counts as loosening, what is compared for it, and the form of such a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack
from aiact_gate.model.report import Finding

LOOSENINGS = {
    "system-removed": "a system that was declared and no manifest declares any more",
    "manifest-removed": "a manifest that is gone while no other one declares its systems",
    "tier-lowered": "a lower tier",
    "role-dropped": "a role that isn't claimed any more",
    "profile-lowered": "a lower profile",
    "mode-lowered": "a lower or dropped `mode`",
    "inputs-narrowed": "`inputs` that leave out a file they covered, or a pattern that nothing else covers",
    "model-moved-back": "an older version of the registered model, or none",
    "evidence-removed": "a record, document, event log or lock that is gone, empty, or no longer speaks for the system",
    "row-removed": "a risk, measure, data set, group, event type or other row or entry that a record held, or a part of it that was written",
    "points-dropped": "a point that applied and doesn't any more, by what the records say",
    "claim-added": "a claim that something doesn't apply: an element of Annex IV, an attack class, `no_ai_system`",
    "claim-extended": "such a claim with a later end",
    "acceptance-prolonged": "an acceptance with a later end and no new word of who accepts",
    "threshold-lowered": "a threshold, limit, tolerance, interval or confidence that is easier to reach, or a word of a scale of strictness that asks for less",
    "threshold-dropped": "a planned metric, test or limit that is gone",
    "direction-turned": "a metric whose better direction is turned round",
    "measured-otherwise": "a metric, test, group or limit that looks at something else than before, so that it can't be told to be as strict",
    "scale-changed": "a rating scale that lost or reordered a step, or pairs that became acceptable",
    "rating-lowered": "a risk rated lower although none of its measures changed",
    "gap-closed": "a gap of the data that is closed in the words in which it was open",
    "waiver-added": "a waiver that is new, or covers more",
    "waiver-extended": "a waiver with a later end, or renewed for another version of the requirement",
    "baseline-grown": "a debt that the baseline didn't hold",
    "debt-extended": "a debt, or a gap of the data, with a later due date",
    "pack-removed": "a pack that judged the repository and doesn't any more",
    "pin-changed": "a vendored pack pinned to another digest, or to none",
    "rule-removed": "a requirement, check or record kind that a pack of the repository lost",
    "rule-loosened": "a rule that asks for less, or that can't be told to ask for as much as before",
    "parameter-loosened": "a parameter with which a rule asks for less, or one that an overlay no longer sets",
    "overlay-loosened": "an entry of an overlay that is gone or weaker",
    "rollout-loosened": "a roll-out that is new or gone, changed its rings, or its rules for waivers against their direction",
    "recall-added": "a recall that is new or lasts longer",
}
"""Every check `integrity.change/…` -> what it finds. docs/ci.md lists the same."""


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
    return (
        [value]
        if isinstance(value, str)
        else [str(item) for item in value]
        if isinstance(value, list)
        else []
    )
