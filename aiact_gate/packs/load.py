"""Packs ready to judge with: compiled once, from then on read as JSON.

The wheel carries its packs compiled; other packs are compiled on first use into the user's cache folder; without a cache
everything works from the YAML. Nothing is unpickled, and a checked repository can't supply compiled bytes: a cache is
looked up by the digest of the YAML, in a folder that belongs to this user.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from aiact_gate.documents.cache import cache_file, store
from aiact_gate.model.errors import PackError
from aiact_gate.model.policy import Check, Condition, Lookup, Loop, Pack, PathExpr, Requirement
from aiact_gate.packs.conditions import ENGINE, FORMAT

if TYPE_CHECKING:
    from aiact_gate.packs.compile import PolicyFault

HERE = File(__file__).resolve().parent.parent
BUILTIN = ("eu-ai-act", "evidence-integrity")


def builtin_folder(name: str) -> File:
    """The folder of the built-in pack *name*: in the wheel, or beside the package in a checkout."""
    shipped = HERE / "policies" / name
    return shipped if shipped.is_dir() else HERE.parent / "policies" / name


@cache
def load_builtin(name: str) -> tuple[Pack, list[PolicyFault]]:
    """The built-in pack *name* and what is wrong with it (nothing, in a release)."""
    compiled = HERE / "policies" / f"{name}.json"
    if compiled.is_file():
        data = json.loads(compiled.read_text("utf-8"))
        if data.get("format") == FORMAT and data.get("engine") == ENGINE:
            return pack_from(data), []
    return load_folder(builtin_folder(name))


def load_folder(folder: File, label: str | None = None) -> tuple[Pack, list[PolicyFault]]:
    """The pack in *folder*, from the cache if its bytes were compiled before; and what is wrong with it.

    Raises:
        PackError: no pack there.
    """
    # Whoever judges with the built-in packs alone doesn't pay for the compiler.
    from aiact_gate.packs.compile import compile_folder, digest_of

    if not folder.is_dir():
        raise PackError(
            f"there is no pack folder {label or folder.name}", "Mend the path under `policies: packs:`."
        )
    cached = cache_file("packs", f"{folder.name}-{digest_of(folder)}-{FORMAT}.json")
    if cached is not None and cached.is_file():
        try:
            data = json.loads(cached.read_text("utf-8"))
            if data.get("format") == FORMAT and data.get("engine") == ENGINE:
                return pack_from(data), []
        except (ValueError, KeyError, TypeError):
            pass  # a damaged cache is compiled again below
    compiled = compile_folder(folder, label)
    if cached is not None and not compiled.faults:
        store(cached, json.dumps(compiled.data).encode())
    return pack_from(compiled.data), compiled.faults


def pack_from(data: dict[str, Any]) -> Pack:
    """The `Pack` of compiled *data*, whose requirements are used up: ten thousand checks needn't be held twice."""
    head = data.get("pack") or {}
    compiled = data["requirements"][::-1]
    data["requirements"] = []
    requirements = []
    while compiled:
        requirements.append(_requirement(compiled.pop()))
    return Pack(
        name=str(head.get("name", "")),
        version=str(head.get("version", "")),
        digest=data["digest"],
        legal_review=str(head.get("legal_review", "none")),
        introduced=str(head.get("introduced", "")),
        requirements=tuple(requirements),
        timeline=data.get("timeline", {}),
        classification=data.get("classification", {}),
        layer=str(head.get("layer") or "organisation"),
        history=dict(head.get("history") or {}),
        **_over_time(data, f"{head.get('name', '')} {head.get('version', '')}"),
    )


def _over_time(data: dict[str, Any], pack: str) -> dict[str, Any]:
    """The roll-out and recalls of compiled *data*, if there are any."""
    if not data.get("rollout") and not data.get("recalls"):
        return {}
    from aiact_gate.model.rollout import recall_from, rollout_from

    return {
        "rollout": rollout_from(data["rollout"]) if data.get("rollout") else None,
        "recalls": tuple(recall_from(item, pack) for item in data.get("recalls") or ()),
    }


def _requirement(item: dict[str, Any]) -> Requirement:
    known = {key: value for key, value in item.items() if key not in ("checks", "crosswalk")}
    crosswalk = {name: tuple(refs) for name, refs in item["crosswalk"].items()}
    return Requirement(**known, checks=tuple(_check(check) for check in item["checks"]), crosswalk=crosswalk)


def _check(item: dict[str, Any]) -> Check:
    return Check(
        id=item["id"],
        severity=item["severity"],
        kind=item["kind"],
        loops=tuple(
            Loop(loop["name"], _path(loop.get("path")), tuple(loop.get("words", ())))
            for loop in item["loops"]
        ),
        min_items=item["min_items"],
        when=_condition(item["when"]),
        where=_condition(item["where"]),
        lookups=tuple(
            Lookup(one["name"], _sure(one["path"]), one["field"], _sure(one["key"]))
            for one in item["lookups"]
        ),
        clauses=tuple(clause for raw in item["clauses"] if (clause := _condition(raw)) is not None),
        faults=item["faults"],
        at=_path(item["at"]),
        message=item["message"],
        missing=item["missing"],
        fix=item["fix"],
        reads=_paths(item["reads"]),
        needs=_paths(item["needs"]),
        worth=tuple((name, worth) for name, worth in item["worth"]),
        texts=_paths(item["texts"]),
        proof=_condition(item["proof"]),
        chosen=_condition(item["chosen"]),
        line=item["line"],
        new_in=item.get("new_in", ""),
        warns_until=item.get("warns_until", ""),
        replaces=_check(item["replaces"]) if item.get("replaces") else None,
    )


def _condition(raw: dict[str, Any] | None) -> Condition | None:
    if raw is None:
        return None
    return Condition(
        raw["source"],
        base64.b64decode(raw["code"]),
        tuple(raw["names"]),
        _paths(raw["relative"]),
        tuple(raw["filled"]),
    )


_SAME: dict[tuple[str, ...], tuple[str, ...]] = {}
"""Paths that several checks read are held once."""


def _paths(raw: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(_SAME.setdefault(path, path) for path in map(tuple, raw))


def _path(raw: dict[str, Any] | None) -> PathExpr | None:
    return None if raw is None else _sure(raw)


def _sure(raw: dict[str, Any]) -> PathExpr:
    return PathExpr(
        raw["source"], tuple(step if isinstance(step, str) else tuple(step) for step in raw["steps"])
    )
