"""The base of a GitHub event: the commit whose rules a change can't ease. Read from what the runner wrote, never from the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiact_gate.documents.json import parse_json
from aiact_gate.model.errors import AiactError
from aiact_gate.run.rules_of_base import Base

MAX_EVENT = 30_000_000
FULL = "let actions/checkout bring it with `fetch-depth: 0`."
_ID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")


def base_of(environment: Mapping[str, str]) -> Base | None:
    """The base of the event that *environment* tells of, or why there is none; None outside of a runner."""
    event = environment.get("GITHUB_EVENT_NAME") or ""
    if not event:
        return None
    data = _event(environment.get("GITHUB_EVENT_PATH") or "")
    if event.startswith("pull_request"):
        names = _ids(data, "pull_request", "base", "sha")
        if event == "pull_request":  # the merge that GitHub made for it has the base as its first parent
            names += tuple(f"{commit}^1" for commit in _ids(environment.get("GITHUB_SHA")))
        return _base("this pull request", names)
    if event == "merge_group":
        return _base("this merge group", _ids(data, "merge_group", "base_sha"))
    ref = environment.get("GITHUB_REF") or ""
    if event == "push" and ref.startswith("refs/heads/"):
        before = _ids(data, "before")
        if before:
            return _base("this push", before)._replace(exact=True)
    default = str(_at(data, "repository", "default_branch") or "")
    if ref.startswith("refs/heads/") and default and ref != f"refs/heads/{default}":
        return _base("this branch", (f"refs/remotes/origin/{default}",))
    return Base((), f"the event {event[:40]!r} has no base here.")


def _base(what: str, names: tuple[str, ...]) -> Base:
    if not names:
        return Base((), f"the event of {what} names no base.")
    return Base(names, f"the base of {what} isn't in this clone; {FULL}")


def _event(file: str) -> Any:
    try:
        data = Path(file).read_bytes() if file and Path(file).stat().st_size <= MAX_EVENT else b""
        return parse_json(data, "event") if data else {}
    except (OSError, AiactError):
        return {}


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _ids(data: Any, *keys: str) -> tuple[str, ...]:
    found = _at(data, *keys)
    is_commit = isinstance(found, str) and _ID.fullmatch(found) and found.strip("0")
    return (found,) if is_commit else ()
