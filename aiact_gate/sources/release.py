"""The release's tag, looked up where a release is judged: it names the judged commit, or that is a finding."""

from __future__ import annotations

from typing import Any

from aiact_gate.model.evidence import Evidence, Fault, Unknown
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.snapshot import Snapshot

RULE = "release_tag"


def note_release(snapshot: Snapshot, manifest: Manifest, system: dict[str, Any], evidence: Evidence) -> None:
    """A fault if the tag of `release` is another commit's or nobody made it; undetermined where it isn't at hand."""
    tag = str((system.get("release") or {}).get("tag") or "")
    if not tag:
        return
    found, revision = snapshot.tagged(tag), snapshot.subject.revision
    place = manifest.pointer(system["id"], "release", "tag")
    if isinstance(found, Unknown):
        evidence.undetermined[RULE] = found
    elif found is None:
        what = f"There is no tag {tag}, so no commit is this release."
        fix = f"Fetch it: git fetch --tags origin; or make it: git tag {tag}"
        evidence.faults.append(Fault(RULE, "missing", place, what, fix, ("system", "release")))
    elif found != revision:
        what = f"The tag {tag} is commit {found[:7]}; judged is {(revision or 'no commit')[:7]}."
        fix = f"Judge the tagged commit: git checkout {tag}; or name the tag of this one."
        evidence.faults.append(Fault(RULE, "contradicted", place, what, fix, ("system", "release")))
