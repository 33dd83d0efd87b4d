"""`policy lint`: what compiling finds, and what a policy should not do although it compiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiact_gate.packs.compile import PolicyFault, compile_folder
from aiact_gate.packs.load import below
from aiact_gate.packs.overlay import refused


def lint_folder(folder: Path, others: Sequence[Path] = ()) -> list[PolicyFault]:
    """Everything wrong with the pack in *folder*, in order of place. Raises PackError if there is none.

    *others*: packs of which those of earlier layers are known to it: its overlay may tighten them, its conditions read their kinds.
    """
    earlier = below(folder, others)
    kinds = {name: schema for pack in earlier for name, schema in pack.kinds.items()}
    compiled = compile_folder(folder, None, kinds)
    faults = compiled.faults + refused(compiled.data, [pack.compiled or {} for pack in earlier])
    return sorted(
        faults,
        key=lambda fault: (fault.location.path, fault.location.line, fault.location.column, fault.rule),
    )
