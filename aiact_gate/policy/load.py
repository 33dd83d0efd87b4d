"""Packs ready to judge with.

The wheel carries its packs compiled, as JSON; other packs are compiled in every run. Nothing is unpickled, and nothing that
was compiled is kept outside this process, where somebody else could change it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from aiact_gate.expressions.engine import ENGINE, FORMAT
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Location
from aiact_gate.model.policy import LAYERS, Attester, Pack, Requirement, Step
from aiact_gate.model.report import Problem
from aiact_gate.model.rollout import Recall, Rollout
from aiact_gate.sources.builtin import builtin_compiled, builtin_folder

if TYPE_CHECKING:
    from aiact_gate.lint.faults import PolicyFault
    from aiact_gate.sources.manifest import DeclaredPack


@cache
def load_builtin(name: str) -> tuple[Pack, list[PolicyFault]]:
    """The built-in pack *name* and what is wrong with it (nothing, in a release)."""
    data = _shipped(name)
    if data is not None:
        return pack_from(data), []
    return load_folder(builtin_folder(name), layer="builtin")


def _shipped(name: str) -> dict[str, Any] | None:
    """The built-in pack *name* as the wheel carries it compiled."""
    data = builtin_compiled(name)
    if data is None or data.get("format") != FORMAT or data.get("engine") != ENGINE:
        return None  # a checkout, or of another form: it is compiled again
    return data | {"layer": "builtin"}


_COMPILED: dict[tuple[str, ...], bytes] = {}
"""What this process has compiled, by all that it was compiled from: two trees of one run often name the same pack."""


def load_folder(
    folder: File, label: str | None = None, kinds: Mapping[str, Any] | None = None, layer: str = ""
) -> tuple[Pack, list[PolicyFault]]:
    """The pack in *folder*, compiled; and what is wrong with it.

    *kinds* are the record kinds of the packs before it. *layer* is said by whoever names the folder; else pack.yaml says it.

    Raises:
        PackError: no pack there.
    """
    # Whoever judges with the built-in packs alone doesn't pay for the compiler.
    from aiact_gate.policy.compile import compile_folder, digest_of

    if not folder.is_dir():
        raise PackError(
            f"there is no pack folder {label or folder.name}", "Mend the path under `policies: packs:`."
        )
    # The places in it begin with the label, and its conditions may read the kinds of other packs.
    key = (folder.name, digest_of(folder), label or "", layer, json.dumps(kinds, sort_keys=True))
    text = _COMPILED.get(key)
    if text is not None:
        return pack_from(json.loads(text))._replace(compiled=text), []
    compiled = compile_folder(folder, label, kinds, layer)
    text = json.dumps(compiled.data).encode()
    if not compiled.faults:
        _COMPILED[key] = text
    return pack_from(compiled.data)._replace(compiled=text), compiled.faults


def data_of(pack: Pack) -> dict[str, Any]:
    """What *pack* was made from; a second reading, which only overlays need."""
    data = _shipped(pack.name) if pack.layer == "builtin" else None
    return json.loads(pack.compiled) if data is None else data


def in_layer_order(folders: Sequence[str]) -> list[str]:
    """Pack *folders* with those of the organisation before those of its units, else in the order given."""
    if len(folders) < 2:
        return list(folders)
    from aiact_gate.policy.compile import declared_layer

    return sorted(folders, key=lambda folder: LAYERS.index(declared_layer(File(folder))))


def layered(packs: Sequence[Pack]) -> tuple[list[Pack], list[PolicyFault]]:
    """*packs* (in the order of their layers) as the overlays among them tighten them, and what is wrong with those.

    Without an overlay they come back as they are.
    """
    if not any(pack.has_overlay for pack in packs):
        return list(packs), []
    from aiact_gate.policy.layers import overlaid

    merged, faults = overlaid([data_of(pack) for pack in packs])
    return [pack_from(data) for data in merged], faults


def pack_from(data: dict[str, Any]) -> Pack:
    """The `Pack` of compiled *data*, whose requirements are used up: ten thousand checks needn't be held twice."""
    head = data.get("pack") or {}
    compiled = data["requirements"][::-1]
    data["requirements"] = []
    requirements = []
    while compiled:
        requirements.append(_reader(Requirement)(compiled.pop()))
    return Pack(
        name=str(head.get("name", "")),
        version=str(head.get("version", "")),
        digest=data["digest"],
        legal_review=str(head.get("legal_review", "none")),
        introduced=str(head.get("introduced", "")),
        requirements=tuple(requirements),
        timeline=data.get("timeline", {}),
        classification=data.get("classification", {}),
        layer=data.get("layer", "builtin"),
        history=dict(head.get("history") or {}),
        keys=tuple(Attester(key["name"], key["public"], key["until"]) for key in head.get("keys") or ()),
        kinds=data.get("kinds", {}),
        has_overlay="overlay" in data,
        witness=str(head.get("witness") or ""),
        second_signature=(head.get("promote") or {}).get("second_signature") is True,
        rollout=_reader(Rollout)(data["rollout"]) if data.get("rollout") else None,
        recalls=recalls_from(data),
    )


def recalls_from(data: Mapping[str, Any]) -> tuple[Recall, ...]:
    """The recalls of compiled *data*."""
    head = data.get("pack") or {}
    pack = f"{head.get('name', '')} {head.get('version', '')}"
    return tuple(_reader(Recall)({**recall, "pack": pack}) for recall in data.get("recalls") or ())


def as_pinned(
    pack: Pack, broken: dict[str, str], declared: DeclaredPack, place: Location, problems: list[Problem]
) -> tuple[Pack, dict[str, str]]:
    """*pack* and what is wrong with its requirements: all of them if its digest isn't the pinned one, an exit 3."""
    if pack.digest == declared.digest:
        return pack, broken
    what = (
        f"the pack {declared.path} isn't the one that was added: pinned is {declared.digest[:7]}, "
        f"here is {pack.digest[:7]}"
    )
    fix = f"{fix_of(declared)} Or write sha256:{pack.digest} here after somebody has read the change."
    problems.append(Problem(what, fix, place, 3))
    return pack, {**{requirement.id: f"{place}: {what}" for requirement in pack.requirements}, **broken}


def fix_of(declared: DeclaredPack) -> str:
    """How a pack that is missing or changed is put right."""
    if not declared.digest:
        return "Mend the path, or vendor the pack again."
    import shlex

    source = shlex.quote(declared.source) if declared.source.isprintable() else ""
    to = f" --to {shlex.quote(declared.path)}" if declared.path.isprintable() else ""
    return f"Add it again: aiact-gate policy add {source or 'SOURCE'}{to} --update."


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What makes a value of the type *kind* (of a field of a pack) of what JSON holds for it."""
    if hasattr(kind, "_fields"):
        return _named(kind)
    if kind is bytes:
        return base64.b64decode
    arguments = get_args(kind)
    if type(None) in arguments:
        read = _reader(arguments[0])
        return lambda raw: None if raw is None else read(raw)
    if get_origin(kind) is dict:
        read = _reader(arguments[1])
        return lambda raw: {key: read(value) for key, value in raw.items()}
    if kind == Step:
        return lambda raw: raw if isinstance(raw, str) else tuple(raw)
    if get_origin(kind) is not tuple:
        return _as_it_is
    if arguments == (str, ...):
        return lambda raw: _SAME.setdefault(path := tuple(raw), path)
    if arguments[-1] is ...:
        read = _reader(arguments[0])
        return lambda raw: tuple([read(one) for one in raw])
    readers = [_reader(one) for one in arguments]
    return lambda raw: tuple([read(one) for read, one in zip(readers, raw, strict=True)])


def _named(kind: Any) -> Callable[[Any], Any]:
    readers: dict[str, Callable[[Any], Any]] = {}

    def read(raw: Mapping[str, Any]) -> Any:
        if not readers:  # on first use: a check holds the check that it replaces
            readers.update({name: _reader(hint) for name, hint in get_type_hints(kind).items()})
        values = {name: raw[name] for name in kind._fields if name in raw}
        for name, reader in readers.items():
            if reader is not _as_it_is and name in values:
                values[name] = reader(values[name])
        return kind(**values)

    return read


def _as_it_is(raw: Any) -> Any:
    return raw


_SAME: dict[tuple[str, ...], tuple[str, ...]] = {}
"""Paths that several checks read are held once."""
