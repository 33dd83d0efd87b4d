"""`policy lint`: what compiling finds, and what a policy should not do although it compiles."""

from __future__ import annotations

from pathlib import Path

from aiact_gate.packs.compile import PolicyFault, compile_folder


def lint_folder(folder: Path) -> list[PolicyFault]:
    """Everything wrong with the pack in *folder*, in order of place. Raises PackError if there is none."""
    faults = compile_folder(folder).faults
    return sorted(
        faults,
        key=lambda fault: (fault.location.path, fault.location.line, fault.location.column, fault.rule),
    )
