"""A folder of this user's own for what can always be computed again. Without it everything works, only slower.

Nothing here is keyed by a path of the checked repository or written by it: names are digests of what was computed from.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def cache_file(folder: str, name: str) -> Path | None:
    """Where the cached *name* lies or would lie; None without a home, under AIACT_GATE_NO_CACHE, or in a foreign folder."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(base) or os.environ.get("AIACT_GATE_NO_CACHE"):
        return None
    place = Path(base) / "aiact-gate" / folder
    try:
        if place.is_dir() and hasattr(os, "getuid") and place.stat().st_uid != os.getuid():
            return None
    except OSError:
        return None
    return place / name


def store(file: Path, data: bytes) -> None:
    """*data* in *file*, whole or not at all; a folder that can't be written is no error."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        import tempfile

        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as written:
            written.write(data)
        os.replace(name, file)
