"""Faults of policies as text: place, message and rule; the line of the file with a caret; the fix."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiact_gate.formats.escape import log_line, visible

if TYPE_CHECKING:
    from aiact_gate.lint.faults import PolicyFault

INDENT = "    "
LEAD = 20
"""Columns of a cut line that stay visible on either side of the caret, at the least."""


def render(faults: Sequence[PolicyFault], width: int = 100) -> str:
    """*faults*, three or four lines each, source lines cut to *width*; then their number."""
    if not faults:
        return "No faults.\n"
    parts = [_fault(fault, width) for fault in faults]
    return "".join(parts) + f"{len(faults)} fault{'s' if len(faults) > 1 else ''}.\n"


def _fault(fault: PolicyFault, width: int) -> str:
    lines = [log_line(f"{fault.location}: {fault.message} [{fault.rule}]")]
    if fault.source.strip():
        shown, caret = cut(fault.source, fault.location.column - 1, width - len(INDENT))
        lines += [INDENT + shown, INDENT + " " * caret + "^"]
    if fault.fix:
        lines.append(f"{INDENT}Fix: {visible(fault.fix)}")
    return "\n".join(lines) + "\n"


def cut(line: str, at: int, width: int) -> tuple[str, int]:
    """(*line* in at most *width* columns with its character *at* in view, the column of that character)."""
    at = min(max(at, 0), len(line))
    cells = [visible(c) for c in line]
    sizes = [_columns(cell) for cell in cells]
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    start, end = min(start, at), max(end, min(at + 1, len(line)))
    room = max(width, 3 * LEAD)
    while start < at and sum(sizes[start:end]) > room - 1 and sum(sizes[start:at]) > LEAD:
        # Give up what lies before the caret first, but keep a lead; then what lies behind it.
        if sum(sizes[start:at]) + sum(sizes[at : min(end, at + LEAD)]) <= room - 2:
            break
        start += 1
    before = start > len(line) - len(line.lstrip())
    used = sum(sizes[start:end]) + before
    behind = False
    while end > at + 1 and used > room - 1:
        end -= 1
        used -= sizes[end]
        behind = True
    shown = ("…" if before else "") + "".join(cells[start:end]) + ("…" if behind else "")
    return shown, sum(sizes[start:at]) + before


def _columns(text: str) -> int:
    """How wide a terminal writes *text*: wide characters take two columns, combining ones none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text if not unicodedata.combining(c))
    return wide + sum(not unicodedata.combining(c) for c in text)
