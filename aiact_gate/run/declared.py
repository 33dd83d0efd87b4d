"""What `collect` has to look for: the systems that a manifest declares, with their models and data sets."""

from __future__ import annotations

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
        mlflow = (system.get("model") or {}).get("mlflow") or {}
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
                "registered_model": mlflow.get("registered_model"),
                "version": mlflow.get("version"),
                "alias": mlflow.get("alias"),
                "run": mlflow.get("run"),
                "tracking_uri": mlflow.get("tracking_uri"),
                "datasets": datasets,
                "groups": [group for group in groups if isinstance(group, dict) and group.get("id")],
            }
        )
    return Path(snapshot.root) / manifest.folder, systems
