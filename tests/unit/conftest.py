"""What all unit tests share."""

from __future__ import annotations

import sys
from pathlib import Path

# Tests are imported one by one (`importlib` mode), so the helpers beside this file need a way to be found.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]
