"""Bytes to text: size, encoding, byte order mark."""

from __future__ import annotations

from aiact_gate.documents.node import MAX_BYTES, refuse


def decode(data: bytes, path: str, first_line: int = 1) -> str:
    """The text of *data*, which begins at *first_line* of its file, without a byte order mark.

    Raises:
        DocumentError: over 10 MB, not UTF-8, or with NUL bytes (binary).
    """
    if len(data) > MAX_BYTES:
        what = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        refuse(path, what, "Split it, or point to a smaller file.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + first_line
        refuse(
            path, "the file is binary (it holds NUL bytes), not UTF-8 text", "Write it as UTF-8 text.", line
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind a byte order mark, so the bytes are the error's own.
        found = error.object[: error.start]
        line = found.count(b"\n") + first_line
        column = len(found[found.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        what = f"byte {error.object[error.start]:#04x} is not UTF-8"
        refuse(path, what, "Save the file as UTF-8.", line, column)
