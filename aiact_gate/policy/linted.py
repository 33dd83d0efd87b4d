"""`policy lint`: everything that is wrong with a pack, each fault at its place.

What comes in is a folder, what goes out its faults in the order of their places. The rules are listed in `rules`, in two
kinds. What makes a judgement wrong is found by compiling (`compile`, `typed`, `refusals`, `requirements.wrong`), so that
`check` refuses it with exit 3 as well. What only reads badly, or says more than it shows, is advice (`lint.advice` of texts,
`advised` of conditions): only lint looks for it. The printing is `formats.lint`'s.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import decode
from aiact_gate.lint import advice
from aiact_gate.lint.carets import located
from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Location
from aiact_gate.model.policy import LAYERS
from aiact_gate.model.rollout import Recall
from aiact_gate.policy.advised import advise
from aiact_gate.policy.compile import compile_folder, declared_layer
from aiact_gate.policy.layers import Compiled, applied, overlaid, own_copy
from aiact_gate.policy.load import data_of, load_builtin, load_folder, recalls_from
from aiact_gate.sources.builtin import BUILTIN

OTHER_PARTS = ("rollout", "recalls", "overlay", "kinds")
"""What a pack may hold beside requirements, as compiled."""


def lint_folder(folder: Path, others: Sequence[Path] = ()) -> list[PolicyFault]:
    """Everything wrong with the pack in *folder*, in order of place. Raises PackError if there is none.

    *others*: packs of which those of earlier layers are known to it: its overlay may tighten them, its conditions read their kinds.
    """
    earlier = below(folder, others)
    kinds = {name: schema for data in earlier for name, schema in data.get("kinds", {}).items()}
    compiled = compile_folder(folder, None, kinds, advise=advise)
    advised: list[PolicyFault] = []
    advice.advice(
        compiled.data,
        compiled.policies,
        lambda rule, place, *more: advised.append(PolicyFault(place, rule, *more)),
    )
    more = advised + _ended(compiled.data) + _refused(compiled.data, earlier)
    faults = placed(folder, folder.name, compiled.faults + more)
    says = {**(compiled.data.get("pack") or {}), **compiled.data}
    if not faults and not any(says.get(key) for key in ("requirements", "witness", "promote", *OTHER_PARTS)):
        place = Location(f"{folder.name}/pack.yaml")
        what = f"the pack {folder.name} has no requirement"
        faults.append(PolicyFault(place, "no_policy", what, "Add a policy file, or take the pack out."))
    return sorted(
        faults,
        key=lambda fault: (fault.location.path, fault.location.line, fault.location.column, fault.rule),
    )


def placed(folder: Path, label: str, faults: Sequence[PolicyFault]) -> list[PolicyFault]:
    """*faults* of the pack in *folder*, each once, with the exact place of its caret and the line on which it stands."""
    texts: dict[str, str] = {}
    for path in {fault.location.path for fault in faults}:
        try:
            texts[path] = decode((folder / path.removeprefix(f"{label}/")).read_bytes(), path)
        except (DocumentError, OSError):
            continue  # what can't be decoded has no line to show
    return located(dict.fromkeys(faults), texts)


def _refused(pack: Compiled, earlier: Sequence[Compiled]) -> list[PolicyFault]:
    """What is refused of the overlay of *pack* over the packs *earlier* in the order of their layers."""
    if "overlay" not in pack:
        return []
    return applied([*(own_copy(one) for one in overlaid(earlier)[0]), own_copy(pack)], len(earlier), advise)


def _ended(data: dict[str, Any]) -> list[PolicyFault]:
    """Recalls that ended: they take nothing back any more."""
    if not data.get("recalls"):
        return []
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return recall_faults_today(recalls_from(data), today)


def recall_faults_today(recalls: Sequence[Recall], today: str) -> list[PolicyFault]:
    """For lint: recalls that ended before *today*. They take nothing back any more."""
    return [
        PolicyFault(
            recall.place,
            "recall_ended",
            f"the recall of {recall.check} ended on {recall.until}",
            "Take it out.",
        )
        for recall in recalls
        if recall.until < today
    ]


def below(folder: Path, others: Sequence[Path]) -> list[dict[str, Any]]:
    """The built-in packs, and those of *others* that are of an earlier layer than the pack in *folder*, as compiled data."""
    layer = LAYERS.index(declared_layer(folder))
    found = [load_builtin(name)[0] for name in BUILTIN]
    for other in others:
        if LAYERS.index(declared_layer(other)) < layer and (other / "pack.yaml").is_file():
            found.append(load_folder(other)[0])
    return [data_of(pack) for pack in found]
