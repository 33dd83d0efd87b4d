"""Packs ready to judge with: compiled once, from then on read as JSON.

The wheel carries its packs compiled; other packs are compiled on first use into the user's cache folder; without a cache
everything works from the YAML. Nothing is unpickled, and a checked repository can't supply compiled bytes: a cache is
looked up by the digest of the YAML, in a folder that belongs to this user.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from aiact_gate.documents.cache import cache_file, store
from aiact_gate.model.errors import PackError
from aiact_gate.model.policy import Check, Condition, Lookup, Loop, Pack, PathExpr, Requirement, Widening
from aiact_gate.packs.conditions import ENGINE, FORMAT

if TYPE_CHECKING:
    from aiact_gate.packs.compile import PolicyFault

HERE = File(__file__).resolve().parent.parent
BUILTIN = ("eu-ai-act", "evidence-integrity")
LAYERS = ("builtin", "organisation", "unit", "repository")
"""Each may only tighten those before it."""


def builtin_folder(name: str) -> File:
    """The folder of the built-in pack *name*: in the wheel, or beside the package in a checkout."""
    shipped = HERE / "policies" / name
    return shipped if shipped.is_dir() else HERE.parent / "policies" / name


@cache
def load_builtin(name: str) -> tuple[Pack, list[PolicyFault]]:
    """The built-in pack *name* and what is wrong with it (nothing, in a release)."""
    pack, faults = _builtin(name)
    return pack._replace(compiled=None), faults


def _builtin(name: str) -> tuple[Pack, list[PolicyFault]]:
    compiled = HERE / "policies" / f"{name}.json"
    if compiled.is_file():
        data: dict[str, Any] = json.loads(compiled.read_bytes())
        if data.get("format") == FORMAT and data.get("engine") == ENGINE:
            return pack_from(data | {"layer": "builtin"}), []
    return load_folder(builtin_folder(name), layer="builtin")


def load_folder(
    folder: File, label: str | None = None, kinds: Mapping[str, Any] | None = None, layer: str = ""
) -> tuple[Pack, list[PolicyFault]]:
    """The pack in *folder*, from the cache if its bytes were compiled before; and what is wrong with it.

    *kinds* are the record kinds of the packs before it. *layer* is said by whoever names the folder; else pack.yaml says it.

    Raises:
        PackError: no pack there.
    """
    # Whoever judges with the built-in packs alone doesn't pay for the compiler.
    from aiact_gate.packs.compile import compile_folder, digest_of

    if not folder.is_dir():
        raise PackError(
            f"there is no pack folder {label or folder.name}", "Mend the path under `policies: packs:`."
        )
    # The places in it begin with the label, and its conditions may read the kinds of other packs.
    more = f"{label}|{layer}|{json.dumps(kinds, sort_keys=True)}" if label or layer or kinds else ""
    apart = hashlib.sha256(more.encode()).hexdigest()[:16] if more else ""
    cached = cache_file("packs", f"{folder.name}-{digest_of(folder)}{apart}-{FORMAT}.json")
    if cached is not None and cached.is_file():
        try:
            data = json.loads(cached.read_bytes())
            if data.get("format") == FORMAT and data.get("engine") == ENGINE:
                return pack_from(data), []
        except (ValueError, KeyError, TypeError):
            pass  # a damaged cache is compiled again below
    compiled = compile_folder(folder, label, kinds, layer)
    if cached is not None and not compiled.faults:
        store(cached, json.dumps(compiled.data).encode())
    return pack_from(compiled.data), compiled.faults


def in_layer_order(folders: Sequence[str]) -> list[str]:
    """Pack *folders* with those of the organisation before those of its units, else in the order given."""
    if len(folders) < 2:
        return list(folders)
    from aiact_gate.packs.compile import declared_layer

    return sorted(folders, key=lambda folder: LAYERS.index(declared_layer(File(folder))))


def below(folder: File, others: Sequence[File]) -> list[Pack]:
    """The built-in packs, and those of *others* that are of an earlier layer than the pack in *folder*; all compiled."""
    from aiact_gate.packs.compile import declared_layer

    layer = LAYERS.index(declared_layer(folder))
    found = [_builtin(name)[0] for name in BUILTIN]
    for other in others:
        if LAYERS.index(declared_layer(other)) < layer and (other / "pack.yaml").is_file():
            found.append(load_folder(other)[0])
    return found


def layered(packs: Sequence[Pack]) -> tuple[list[Pack], list[PolicyFault]]:
    """*packs* (in the order of their layers) as the overlays among them tighten them, and what is wrong with those.

    Without an overlay they come back as they are. The result is kept by the digests of all layers.
    """
    if not any(pack.compiled and "overlay" in pack.compiled for pack in packs):
        return [pack._replace(compiled=None) for pack in packs], []
    named = json.dumps([[pack.name, pack.layer, pack.label, pack.digest] for pack in packs])
    cached = cache_file("packs", f"layers-{hashlib.sha256(named.encode()).hexdigest()}-{FORMAT}.json")
    if cached is not None and cached.is_file():
        try:
            merged = json.loads(cached.read_bytes())
            if all(data["format"] == FORMAT and data["engine"] == ENGINE for data in merged):
                return [pack_from(data)._replace(compiled=None) for data in merged], []
        except (ValueError, KeyError, TypeError):
            pass  # a damaged cache is made again below
    from aiact_gate.packs.overlay import overlaid

    merged, faults = overlaid([pack.compiled or _builtin(pack.name)[0].compiled or {} for pack in packs])
    if cached is not None and not faults:
        store(cached, json.dumps(merged).encode())
    return [pack_from(data)._replace(compiled=None) for data in merged], faults


def pack_from(data: dict[str, Any]) -> Pack:
    """The `Pack` of compiled *data*."""
    head = data.get("pack") or {}
    return Pack(
        name=str(head.get("name", "")),
        version=str(head.get("version", "")),
        digest=data["digest"],
        legal_review=str(head.get("legal_review", "none")),
        introduced=str(head.get("introduced", "")),
        requirements=tuple(_requirement(item) for item in data["requirements"]),
        timeline=data.get("timeline", {}),
        classification=data.get("classification", {}),
        layer=data.get("layer", "builtin"),
        label=data.get("label", ""),
        kinds=data.get("kinds", {}),
        compiled=data,
    )


def _requirement(item: dict[str, Any]) -> Requirement:
    known = {key: value for key, value in item.items() if key not in ("checks", "crosswalk", "widened")}
    crosswalk = {name: tuple(refs) for name, refs in item["crosswalk"].items()}
    widened = tuple(
        Widening(one["role"], one["duty"], _condition(one["when"])) for one in item.get("widened", ())
    )
    checks = tuple(_check(check) for check in item["checks"])
    return Requirement(**known, checks=checks, crosswalk=crosswalk, widened=widened)


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
        reads=tuple(tuple(path) for path in item["reads"]),
        needs=tuple(tuple(path) for path in item["needs"]),
        worth=tuple((name, worth) for name, worth in item["worth"]),
        texts=tuple(tuple(path) for path in item["texts"]),
        proof=_condition(item["proof"]),
        chosen=_condition(item["chosen"]),
        line=item["line"],
        file=item.get("file", ""),
        before=_check(item["before"]) if "before" in item else None,
    )


def _condition(raw: dict[str, Any] | None) -> Condition | None:
    if raw is None:
        return None
    return Condition(
        raw["source"],
        base64.b64decode(raw["code"]),
        tuple(raw["names"]),
        tuple(tuple(path) for path in raw["relative"]),
        tuple(raw["filled"]),
        raw.get("message", ""),
        raw.get("fix", ""),
        raw.get("kind", ""),
        raw.get("place", ""),
    )


def _path(raw: dict[str, Any] | None) -> PathExpr | None:
    return None if raw is None else _sure(raw)


def _sure(raw: dict[str, Any]) -> PathExpr:
    return PathExpr(
        raw["source"], tuple(step if isinstance(step, str) else tuple(step) for step in raw["steps"])
    )
