"""A file of data, opened to be counted: what it is by its name and first bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.counts import CSV, JSON_LINES, Profile, profile

_BINARY = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"ARROW1": "an Arrow file",
    b"\x89HDF": "an HDF5 file",
    b"SQLi": "a sqlite database",
}
_AS_CSV = "Export it as CSV in UTF-8 with one header line, and point the data record to that."


def profile_file(path: Path, groups: Sequence[Mapping[str, Any]] = ()) -> Profile | Unknown:
    """Counts of the file at *path*: CSV (header line, UTF-8, `,` `;` tab or `|` between cells), or JSON Lines by its name."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            for magic, name in _BINARY.items():
                if start.startswith(magic):
                    return Unknown(f"it is {name}; only CSV and JSON Lines are counted", _AS_CSV)
            if b"\0" in start:
                return Unknown("it is a binary file; only CSV and JSON Lines are counted", _AS_CSV)
            file.seek(0)
            form = JSON_LINES if path.suffix.lower() in (".jsonl", ".ndjson") else CSV
            return profile(file, None, groups, form)
    except OSError as error:
        fix = "Fetch it, and give this user the right to read it."
        return Unknown(f"it can't be read: {error.strerror}", fix)
