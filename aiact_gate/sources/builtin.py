"""The built-in packs as files: in the wheel (compiled, too), or beside the package in a checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
BUILTIN = ("eu-ai-act", "evidence-integrity")


def builtin_folder(name: str) -> Path:
    """The folder of the built-in pack *name*."""
    shipped = HERE / "policies" / name
    return shipped if shipped.is_dir() else HERE.parent / "policies" / name


def builtin_compiled(name: str) -> dict[str, Any] | None:
    """The built-in pack *name* as the wheel carries it compiled; None in a checkout, or if it is damaged."""
    try:
        data = json.loads((HERE / "policies" / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
