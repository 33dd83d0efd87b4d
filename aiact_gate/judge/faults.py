"""Faults and pointers by what conditions ask of them: found without looking through all of them for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiact_gate.model.evidence import Fault
from aiact_gate.model.location import Pointer

Pattern = tuple[str, ...]
"""A pointer with `*` for every index."""


def pattern_of(pointer: Pointer) -> Pattern:
    """*pointer* with `*` for every index."""
    return tuple("*" if isinstance(step, int) else step for step in pointer)


def related(pattern: Sequence[str | int], path: Sequence[str]) -> bool:
    """Whether *pattern* stands on, above or below *path*, in which `*` matches any step."""
    return all(step == "*" or str(part) == step for part, step in zip(pattern, path, strict=False))


class FaultIndex:
    """The faults of one system that keep a check from judging: those of a value, misspelt keys aside."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._first: dict[Pattern, tuple[int, Fault]] = {}
        self._exact: set[Pointer] = set()
        self._above: set[Pointer] = set()
        for order, fault in enumerate(faults):
            if not fault.pointer or fault.rule == "unknown_key":
                continue
            self._first.setdefault(pattern_of(fault.pointer), (order, fault))
            self._exact.add(fault.pointer)
            self._above.update(fault.pointer[:length] for length in range(len(fault.pointer) + 1))

    def first(self, reads: Sequence[Sequence[str]]) -> Fault | None:
        """The first fault on, above or below one of the paths *reads*."""
        found = [
            entry for pattern, entry in self._first.items() if any(related(pattern, path) for path in reads)
        ]
        return min(found, key=lambda entry: entry[0])[1] if found else None

    def below(self, pointer: Pointer) -> bool:
        """Whether a fault stands on or below *pointer*."""
        return pointer in self._above

    def touches(self, pointer: Pointer) -> bool:
        """Whether a fault stands on, above or below *pointer*."""
        return pointer in self._above or any(
            pointer[:length] in self._exact for length in range(1, len(pointer))
        )
