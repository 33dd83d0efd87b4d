"""`aiact.yaml` read into plain data with places."""

from __future__ import annotations

import posixpath
import re
from typing import Any, NamedTuple

from aiact_gate.documents.node import Document
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, ManifestError, SnapshotError
from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Location
from aiact_gate.schemas.fields import schema
from aiact_gate.sources.filled import emptiness
from aiact_gate.sources.shapes import shape
from aiact_gate.sources.snapshot import Snapshot

NAMES = ("aiact.yaml", "aiact.yml")


class DeclaredPack(NamedTuple):
    """One entry of `policies: packs:`."""

    path: str
    """Relative to the manifest's folder."""
    digest: str
    """What it is pinned to, hexadecimal; empty: a pack of this repository's own, unpinned."""
    source: str
    position: int
    """Which entry it is."""


class Manifest(NamedTuple):
    """The manifest: what it says, where each value stands, and what is wrong with its form."""

    path: str
    folder: str
    """Its folder, relative to the repository's root; empty for the root itself."""
    document: Document
    data: dict[str, Any]
    faults: tuple[Fault, ...]
    proposed: frozenset[tuple[Any, ...]]
    """Pointers of values that are still proposals (`??`) or empty."""

    @property
    def systems(self) -> list[dict[str, Any]]:
        return [
            system for system in self.data.get("systems", []) if isinstance(system, dict) and system.get("id")
        ]

    @property
    def packs(self) -> list[DeclaredPack]:
        """The packs that it names; entries without a path are faults and left out."""
        found = []
        for index, entry in enumerate((self.data.get("policies") or {}).get("packs") or []):
            if isinstance(entry, dict) and entry.get("path"):
                digest = str(entry.get("digest") or "").removeprefix("sha256:")
                found.append(DeclaredPack(entry["path"], digest, str(entry.get("source") or ""), index))
            elif isinstance(entry, str):
                found.append(DeclaredPack(entry, "", "", index))
        return found

    def system_location(self, system_id: str) -> Location:
        """The line of the system's id."""
        for index, system in enumerate(self.data.get("systems", [])):
            if isinstance(system, dict) and system.get("id") == system_id:
                return self.document.location(("systems", index, "id"))
        return self.document.location(("systems",))

    def pointer(self, system_id: str, *steps: str | int) -> Location:
        """Where a key of a system stands."""
        for index, system in enumerate(self.data.get("systems", [])):
            if isinstance(system, dict) and system.get("id") == system_id:
                return self.document.location(("systems", index, *steps))
        return self.document.location()

    def repository_path(self, path: str) -> str:
        """*path* (relative to the manifest's folder) relative to the repository's root; may begin with `..`."""
        joined = posixpath.normpath(posixpath.join(self.folder, path))
        return "" if joined == "." else joined


class NoManifest(ManifestError):
    """There is no manifest where one was looked for: nothing can be judged (exit 4)."""


def find_manifest(snapshot: Snapshot, path: str) -> str:
    """The manifest's path for *path*, a folder or the manifest itself.

    Raises:
        NoManifest: there is none.
        ManifestError: there are two.
    """
    path = "" if path == "." else path
    if posixpath.basename(path) in NAMES or path.endswith((".yaml", ".yml")):
        return path
    found = [name for name in NAMES if snapshot.exists(posixpath.join(path, name))]
    if len(found) > 1:
        what = f"{' and '.join(found)} lie side by side, and only one can say what is judged"
        raise ManifestError(
            what,
            f"Take {found[1]} out, or move what it says into {found[0]}.",
            Location(posixpath.join(path, found[1])),
        )
    if found:
        return posixpath.join(path, found[0])
    where = f"in {path}" if path else "at the top of this repository"
    what = f"There is no aiact.yaml {where}"
    raise NoManifest(what, "Write one: aiact-gate init", Location(posixpath.join(path, NAMES[0])))


def read_manifest(snapshot: Snapshot, path: str) -> Manifest:
    """The manifest at *path* (a file). Faults of its form are kept, not raised.

    Raises:
        NoManifest: there is none.
        ManifestError: it can't be read at all.
    """
    place = Location(path)
    try:
        document = parse_yaml(snapshot.read(path), path)
    except SnapshotError as error:
        kind = ManifestError if snapshot.exists(path) else NoManifest
        raise kind(error.what[:1].upper() + error.what[1:], error.fix, place) from error
    except DocumentError as error:
        raise ManifestError(error.what, error.fix, error.location) from error
    if not isinstance(document.root.value, dict):
        what = "the manifest is no group of keys"
        raise ManifestError(what, "Begin it with: schema: aiact-gate/manifest/v1", document.location())
    shaped = shape(document, schema("manifest"), "manifest")
    faults = list(shaped.faults)
    if "schema" not in document.root.value:
        what = "the manifest has no 'schema'"
        fix = "Add: schema: aiact-gate/manifest/v1"
        faults.append(
            Fault("missing_key", "malformed", document.location(), what, fix, ("manifest", "schema"))
        )
    if "systems" not in document.root.value:
        what = "the manifest has no 'systems'"
        fix = "List the AI systems, or write `systems: []` with no_ai_system."
        faults.append(
            Fault("missing_key", "malformed", document.location(), what, fix, ("manifest", "systems"))
        )
    faults += _system_faults(document, shaped.value if isinstance(shaped.value, dict) else {})
    faults += _pack_faults(document, shaped.value if isinstance(shaped.value, dict) else {})
    proposed = frozenset(pointer[1:] for pointer in shaped.unfilled)
    folder = posixpath.dirname(path)
    return Manifest(path, folder, document, shaped.value, tuple(faults), proposed)


def role_words() -> list[str]:
    """What a system's `role` may say."""
    known = schema("manifest")["$defs"]["DeclaredSystem"]["properties"]["role"]
    words: list[str] = next((option["enum"] for option in known.get("anyOf", []) if "enum" in option), [])
    return words


def _system_faults(document: Document, data: dict[str, Any]) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for index, system in enumerate(data.get("systems", [])):
        if not isinstance(system, dict):
            continue
        identity = system.get("id")
        place = document.location(("systems", index, "id"))
        if not identity:
            faults.append(
                Fault(
                    "missing_key",
                    "malformed",
                    document.location(("systems", index)),
                    "a system has no id",
                    "Give it one: [a-z0-9-].",
                    ("manifest", "systems", index),
                )
            )
            continue
        if not all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in identity):
            what = f"the id '{identity[:60]}' has other characters than a-z, 0-9 and -"
            faults.append(
                Fault("bad_id", "malformed", place, what, "Rename it.", ("manifest", "systems", index, "id"))
            )
        if identity in seen:
            what = f"two systems have the id {identity}"
            fix = "Give each its own id."
            faults.append(
                Fault("duplicate_id", "malformed", place, what, fix, ("manifest", "systems", index, "id"))
            )
        seen.add(identity)
        roles = system.get("role") or []
        words = role_words()
        for role in roles:
            if role not in words:
                faults.append(
                    Fault(
                        "unknown_word",
                        "malformed",
                        document.location(("systems", index, "role")),
                        f"'{role[:60]}' is no role",
                        f"Use one of: {', '.join(words)}.",
                        ("manifest", "systems", index, "role"),
                    )
                )
        version = system.get("version")
        if not version:
            what = f"the system {identity} has no version"
            fix = "Add the version that is under check."
            faults.append(
                Fault("missing_key", "malformed", place, what, fix, ("manifest", "systems", index, "version"))
            )
    return faults


def _pack_faults(document: Document, data: dict[str, Any]) -> list[Fault]:
    """A pinned pack without a path or a digest would pin nothing; an entry that isn't filled would hide that none is there."""
    policies = document.root.value.get("policies")
    written = (
        policies.value.get("packs") if policies is not None and isinstance(policies.value, dict) else None
    )
    faults = [
        Fault(
            "pack_entry",
            "malformed",
            document.location(("policies", "packs", index)),
            "a pack is named nowhere in this entry",
            "Name its folder, or take the entry out.",
            ("manifest", "policies", "packs", index),
        )
        for index, node in enumerate(
            written.value if written is not None and isinstance(written.value, list) else ()
        )
        if node.is_null or isinstance(node.value, str) and emptiness(node.value, "folder")
    ]
    if faults:
        return faults
    for index, entry in enumerate((data.get("policies") or {}).get("packs") or []):
        if not isinstance(entry, dict):
            continue
        digest = str(entry.get("digest") or "")
        key = "path" if not entry.get("path") else "digest"
        if entry.get("path") and re.fullmatch("sha256:[0-9a-f]{64}", digest):
            continue
        what = (
            f"a pack has the digest '{digest[:20]}'" if digest and key == "digest" else f"a pack has no {key}"
        )
        faults.append(
            Fault(
                "pack_entry",
                "malformed",
                document.location(("policies", "packs", index, key)),
                what,
                "Let `aiact-gate policy add` write the entry: {path, digest: sha256:…, source}.",
                ("manifest", "policies", "packs", index, key),
            )
        )
    return faults
