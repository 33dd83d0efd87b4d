"""Which registry is read: the environment's, or the manifest's where no credentials could leak to it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiact_gate.model.errors import RegistryError

CREDENTIALS = (
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_TRACKING_AUTH",
    "MLFLOW_TRACKING_AWS_SIGV4",
    "MLFLOW_TRACKING_CLIENT_CERT_PATH",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_CLIENT_SECRET",
    "DATABRICKS_TOKEN",
    "DATABRICKS_CLIENT_SECRET",
)
"""Variables that MLflow's client, or a library under it, would send along."""

_SQLITE = re.compile(r"^sqlite(?:\+pysqlite)?:///(?P<path>[^?]+)(?:\?.*)?$")


def chosen_tracking_uri(declared: str | None, folder: Path, environ: Mapping[str, str]) -> str:
    """The tracking URI to read: `MLFLOW_TRACKING_URI`, else *declared*, the manifest's.

    A file that *declared* names is relative to *folder*, the manifest's.

    Raises:
        RegistryError: neither is there; or only *declared* is, and credentials are at hand: whoever may edit
            a manifest could have them sent to a server of their own.
    """
    of_environment = environ.get("MLFLOW_TRACKING_URI", "").strip()
    if of_environment:
        return of_environment
    if not declared:
        raise RegistryError(
            "no model registry is named",
            "Set MLFLOW_TRACKING_URI, or write `tracking_uri` under `model.mlflow` in the manifest.",
        )
    held = _credentials(environ)
    if held:
        raise RegistryError(
            f"{held} holds credentials, so the tracking URI of the manifest isn't used",
            "Name the registry in the environment: MLFLOW_TRACKING_URI=" + shown(declared),
        )
    path = sqlite_path(declared)
    if path is None or path.is_absolute():
        return declared
    return f"sqlite:///{folder.absolute() / path}"


def sqlite_path(uri: str) -> Path | None:
    """The file that *uri* names, if it is a sqlite file."""
    match = _SQLITE.match(uri)
    return Path(match["path"]) if match else None


def is_http(uri: str) -> bool:
    return uri.startswith(("http://", "https://"))


def shown(uri: str) -> str:
    """*uri* as messages quote it: no user, password, path of a server, or query."""
    path = sqlite_path(uri)
    if path is not None:
        return f"sqlite:///{path}"
    if "://" not in uri:
        return uri[:100]
    try:
        parts = urlsplit(uri)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return uri.split("://", 1)[0] + "://…"
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _credentials(environ: Mapping[str, str]) -> str | None:
    for name in CREDENTIALS:
        if environ.get(name, "").strip():
            return name
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    # MLflow's client sends the user and password of this file to any server.
    if home and os.path.exists(os.path.join(home, ".mlflow", "credentials")):
        return "~/.mlflow/credentials"
    return None
