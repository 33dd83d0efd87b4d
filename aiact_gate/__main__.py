"""The program: `aiact-gate`, and `python -m aiact_gate`."""

from __future__ import annotations

import os
import sys

from aiact_gate.cli import run


def main() -> None:
    """Runs the command and ends the process without taking down, object by object, what the system frees at once."""
    try:
        run()
    except SystemExit as end:
        code = 0 if end.code is None else 1
        if isinstance(end.code, int):
            code = end.code
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            code = code or 141  # the reader of a pipe is gone
        os._exit(code)


if __name__ == "__main__":
    main()
