"""Which registry is read: the one that the caller names, or the manifest's if it is a store of this repository."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from aiact_gate.model.errors import RegistryError

_SQLITE = re.compile(r"^sqlite(?:\+pysqlite)?:///(?P<path>[^?]+)(?:\?.*)?$")


class Place(NamedTuple):
    """Where a registry is."""

    uri: str
    inside: Path | None = None
    """The repository that nothing may be read outside of: whoever wrote the manifest chose the place. None: the caller did."""


def chosen_place(declared: str | None, folder: Path, repository: Path, environ: Mapping[str, str]) -> Place:
    """The registry to read: `MLFLOW_TRACKING_URI`, else *declared*, the manifest's; its files are relative to *folder*.

    A checked tree names files of its own *repository* only. A server that it names is never asked: what is at hand here
    (tokens, .netrc, proxies, the network itself) would then be at the disposal of whoever may edit a manifest.

    Raises:
        RegistryError: nothing is named, or *declared* is a server or lies outside the repository.
    """
    of_environment = environ.get("MLFLOW_TRACKING_URI", "").strip()
    if of_environment:
        return Place(of_environment)
    if not declared:
        raise RegistryError(
            "no model registry is named",
            "Set MLFLOW_TRACKING_URI, or write `tracking_uri` under `model.mlflow` in the manifest.",
        )
    sqlite = sqlite_path(declared)
    path = sqlite or files_path(declared)
    if path is None:
        raise RegistryError(
            f"the manifest names {shown(declared)}, and no address of a checked tree is asked",
            f"If it is yours, name it yourself: aiact-gate collect --tracking-uri {shown(declared)}",
        )
    found = Path(os.path.realpath(folder / path))
    if not is_below(found, repository):
        raise RegistryError(
            f"the manifest names {shown(declared)}, which lies outside this repository",
            f"If it is yours, name it yourself: aiact-gate collect --tracking-uri {shown(declared)}",
        )
    return Place(f"sqlite:///{found}" if sqlite else str(found), Path(os.path.realpath(repository)))


def is_below(path: Path, folder: Path) -> bool:
    return os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), ""))


def sqlite_path(uri: str) -> Path | None:
    """The file that *uri* names, if it is a sqlite file."""
    match = _SQLITE.match(uri)
    return Path(match["path"]) if match else None


def files_path(uri: str) -> Path | None:
    """The folder that *uri* names, if it is one: a store of files (`mlruns`)."""
    if uri.startswith("file:"):
        parts = urlsplit(uri)
        return Path(unquote(parts.path)) if parts.netloc in ("", "localhost") and parts.path else None
    return Path(uri) if uri and "://" not in uri and not re.match(r"^[a-z][a-z0-9+.-]+:", uri) else None


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
    return (
        f"{parts.scheme}://{parts.hostname or ''}{port or ''}{parts.path if parts.scheme == 'file' else ''}"
    )
