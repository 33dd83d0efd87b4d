"""The data sets of the data record: what the lock counted of them, counted again by the definitions that it states.

Equal counts are measured here; others contradict the lock. What can't be counted again is read, on the lock alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Pointer
from aiact_gate.sources.counts import Definitions, Profile, bands, profile
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.shapes import quoted
from aiact_gate.sources.snapshot import Snapshot

RECOUNTED = 500_000
"""Bytes of data in sum that an ordinary check counts again: about 0.05 s."""

COLLECT = "aiact-gate collect"
RECOUNT = "aiact-gate check --recount"

_COUNTED = (
    "counted",
    "rows",
    "columns",
    "null_rate",
    "duplicate_rate",
    "shares",
    "rows_shared_with_training",
)
_NAMES = {
    "rows": "the number of rows",
    "columns": "the list of columns",
    "null_rate": "the share of empty cells",
    "duplicate_rate": "the share of rows that stand there twice",
    "rows_shared_with_training": "the number of rows that training or validation data share with it",
}


def datasets(
    snapshot: Snapshot, manifest: Manifest, lock: Lock | None, system: dict[str, Any], evidence: Evidence
) -> dict[str, Any]:
    """The facts `derived.datasets`, by the data record's ids, as the lock holds them."""
    run = (evidence.data.get("mlflow") or {}).get("run") or {}
    contexts = {
        str(item.get("sha256")): str(item.get("context"))
        for item in run.get("datasets") or []
        if item.get("sha256")
    }
    counted = _block(lock, system)
    found = {}
    for row in _described(evidence):
        digest = _digest(snapshot, manifest, str(row.get("path") or ""))
        entry = counted.get(str(row["id"]))
        entry = entry if isinstance(entry, dict) else {}
        shares = entry.get("shares") or {}
        found[str(row["id"])] = {
            "id": str(row["id"]),
            "sha256": digest,
            "run_context": contexts.get(digest) if digest else None,
            "counted": bool(digest) and entry.get("sha256") == digest,
            "rows": _whole(entry.get("rows")),
            "columns": [str(column) for column in entry.get("columns") or []],
            "null_rate": _number(entry.get("null_rate")),
            "duplicate_rate": _number(entry.get("duplicate_rate")),
            "shares": {
                str(key): float(value) for key, value in shares.items() if isinstance(value, (int, float))
            },
            "rows_shared_with_training": _whole(entry.get("rows_shared_with_training")),
        }
    return found


def _block(lock: Lock | None, system: Mapping[str, Any]) -> dict[str, Any]:
    block = lock.systems.get(system["id"]) if lock is not None else None
    data = block.get("data") if isinstance(block, dict) else None
    return data if isinstance(data, dict) else {}


def _described(evidence: Evidence) -> list[dict[str, Any]]:
    rows = (evidence.data.get("data_governance") or {}).get("datasets") or []
    return [row for row in rows if isinstance(row, dict) and "id" in row]


def _digest(snapshot: Snapshot, manifest: Manifest, path: str) -> str | None:
    try:
        return snapshot.sha256(manifest.repository_path(path)) if path else None
    except AiactError:
        return None


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _number(value: Any) -> float:
    # A rate that nobody counted is worse than any limit.
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 1.0


# ---------------------------------------------------------------- counted again


class Again(NamedTuple):
    """One data set that was counted again."""

    path: str
    entry: Mapping[str, Any]
    profile: Profile


def count_again(
    snapshot: Snapshot,
    manifest: Manifest,
    lock: Lock | None,
    system: dict[str, Any],
    evidence: Evidence,
    most: int | None,
) -> None:
    """Hold the lock's counts against the files of this tree, up to *most* bytes in sum (None: all of them).

    A difference is a fault, a band that moved since is one, too; *evidence* learns what each data set's facts are worth.
    """
    facts = evidence.data["derived"]["datasets"]
    counted = {
        name: entry for name, entry in _block(lock, system).items() if facts.get(name, {}).get("counted")
    }
    evidence.faults += _moved_bands(counted, evidence)
    again: dict[str, Again] = {}
    why = dict.fromkeys(facts.keys() - counted.keys(), COLLECT)
    paths = {str(row["id"]): str(row["path"]) for row in _described(evidence) if row.get("path")}
    for name, entry in counted.items():
        definitions = Definitions.read(entry.get("definitions"))
        if definitions is None:
            why[name] = COLLECT
            evidence.faults.append(_without_definitions(lock, system, name, paths[name]))
            continue
        read = _profile(snapshot, manifest.repository_path(paths[name]), definitions, most)
        if read is None:
            why[name] = RECOUNT
            continue
        size, found = read
        most = None if most is None else most - size
        if found is None or found.sha256 != entry.get("sha256"):
            why[name] = COLLECT  # a pointer in the place of its data, or another program's definitions
        else:
            again[name] = Again(paths[name], entry, found)
    for name, one in again.items():
        others = one.profile.definitions.compared_with
        missing = next((other for other in others if other not in again), None)
        if missing is not None:
            why[name] = why.get(missing, COLLECT)
        evidence.faults += _differences(name, one, again, lock, system)
    _note_worth(evidence, facts, again, why)


def _profile(
    snapshot: Snapshot, path: str, definitions: Definitions, most: int | None
) -> tuple[int, Profile | None] | None:
    """(bytes, counts) of the file at *path*, no counts where the definitions don't fit; None if it isn't at hand or too large."""
    try:
        with snapshot.open(path) as file:
            size = file.seek(0, 2)
            if most is not None and size > most:
                return None
            file.seek(0)
            found = profile(file, definitions)
            return size, found if isinstance(found, Profile) else None
    except (AiactError, OSError):
        return None


def _differences(
    name: str, one: Again, again: Mapping[str, Again], lock: Lock | None, system: Mapping[str, Any]
) -> Iterator[Fault]:
    for steps, what, stated, found in _pairs(one, again):
        if stated is None or _equal(stated, found):
            continue
        assert lock is not None
        place = lock.document.location(("systems", system["id"], "data", name, *steps))
        message = (
            f"aiact.lock says that {what} of {one.path} is {_shown(stated)}; counted again, {_shown(found)}."
        )
        pointer: Pointer = ("derived", "datasets", name, *steps)
        yield Fault("recount", "contradicted", place, message, f"Run: {COLLECT}", pointer)


def _pairs(one: Again, again: Mapping[str, Again]) -> Iterator[tuple[tuple[str, ...], str, Any, Any]]:
    """(steps, what it is, as the lock has it, as counted) of each count."""
    found, entry = one.profile, one.entry
    for key in ("rows", "columns", "null_rate", "duplicate_rate"):
        yield (key,), _NAMES[key], entry.get(key), getattr(found, key)
    others = found.definitions.compared_with
    if all(other in again for other in others):
        key = "rows_shared_with_training"
        shared = found.digests.shared([again[other].profile.digests for other in others])
        yield (key,), _NAMES[key], entry.get(key), shared
    shares = entry.get("shares")
    for group, share in (shares if isinstance(shares, dict) else {}).items():
        what = f"the share of the group {quoted(str(group), 40)}"
        yield ("shares", str(group)), what, share, found.shares.get(str(group), "no column gives it")


def _equal(stated: Any, found: Any) -> bool:
    if isinstance(stated, (int, float)) and isinstance(found, (int, float)):
        return abs(stated - found) <= 1e-9
    return bool(stated == found)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return quoted(", ".join(str(item) for item in value), 80)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else quoted(str(value))[1:-1]


def _without_definitions(lock: Lock | None, system: Mapping[str, Any], name: str, path: str) -> Fault:
    assert lock is not None
    place = lock.document.location(("systems", system["id"], "data", name))
    what = f"aiact.lock doesn't say by which definitions {path} was counted, so it wasn't counted again."
    return Fault("not_recounted", "missing", place, what, f"Run: {COLLECT}")


def _moved_bands(counted: Mapping[str, Any], evidence: Evidence) -> Iterator[Fault]:
    """A fault for each group of the data record that the lock counted by other bands or by another column."""
    governance = evidence.data.get("data_governance") or {}
    groups = (governance.get("representativeness") or {}).get("groups") or []
    read = (Definitions.read(entry.get("definitions")) for entry in counted.values())
    known = [bands(group) for definitions in read if definitions is not None for group in definitions.groups]
    for index, group in enumerate(groups):
        if not isinstance(group, dict):
            continue
        now = bands(group)
        then = next((one for one in known if one["id"] == now.get("id") and one != now), None)
        if then is not None:
            pointer: Pointer = ("data_governance", "representativeness", "groups", index)
            what = f"The group {now['id']} is {_band(now)} here; aiact.lock counted {_band(then)}."
            yield Fault("recount", "stale", evidence.locate(pointer), what, f"Run: {COLLECT}", pointer)


def _band(group: Mapping[str, Any]) -> str:
    said = [
        f"{key.replace('_', ' ')} {_shown(value)}"
        for key, value in group.items()
        if key not in ("id", "column")
    ]
    return " ".join([quoted(str(group.get("column")), 40), *said])


def _note_worth(
    evidence: Evidence, facts: Mapping[str, Any], again: Mapping[str, Again], why: Mapping[str, str]
) -> None:
    """What the counts are worth: measured where they were counted again, else what the lock alone is worth."""
    for name in _COUNTED:
        at: Pointer = ("derived", "datasets", "*", name)
        if facts and not why:
            evidence.witnesses[at] = "counted again"
            continue
        for dataset, command in why.items():
            evidence.worth_at_most["derived", "datasets", dataset, name] = "structural"
            evidence.missing_witnesses[at] = command
