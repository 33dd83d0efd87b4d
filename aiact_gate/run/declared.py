"""What `collect` has to look for: the systems that a manifest declares, with their models and data sets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiact_gate.model.errors import ManifestError
from aiact_gate.model.evidence import Evidence
from aiact_gate.sources import records
from aiact_gate.sources.manifest import find_manifest, read_manifest
from aiact_gate.sources.snapshot import open_snapshot


def declared_systems(path: str) -> tuple[Path, list[dict[str, Any]]]:
    """(the manifest's folder, its systems as `run.collect.collect` wants them).

    Raises:
        UsageError, ManifestError: no such path, no manifest, or one that can't be read.
    """
    snapshot, relative = open_snapshot(path)
    manifest = read_manifest(snapshot, find_manifest(snapshot, relative))
    if manifest.faults:
        fault = manifest.faults[0]
        raise ManifestError(fault.message, fault.fix, fault.location)
    systems = []
    for system in manifest.systems:
        evidence = Evidence()
        folder = str(system.get("evidence_dir") or "compliance")
        found = records.read_folder(snapshot, manifest, folder, {})
        records.attach(found, manifest, system, ("data_governance",), evidence, [])
        data = evidence.data.get("data_governance") or {}
        datasets = [
            {"id": row["id"], "split": row["split"], "path": row["path"]}
            for row in data.get("datasets") or []
            if isinstance(row, dict) and all(row.get(key) for key in ("id", "split", "path"))
        ]
        groups = (data.get("representativeness") or {}).get("groups") or []
        systems.append(
            {
                "id": system["id"],
                "system_version": system.get("version"),
                **named_model(system),
                "datasets": datasets,
                "groups": [group for group in groups if isinstance(group, dict) and group.get("id")],
            }
        )
    return Path(snapshot.root) / manifest.folder, systems


def named_model(system: Mapping[str, Any]) -> dict[str, Any]:
    """The model that *system* names, as `run.collect` wants it."""
    mlflow = (system.get("model") or {}).get("mlflow") or {}
    return {key: mlflow.get(key) for key in ("registered_model", "version", "alias", "run", "tracking_uri")}
