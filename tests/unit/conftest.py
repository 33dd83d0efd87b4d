"""What all unit tests share."""

from __future__ import annotations

import sys
from pathlib import Path

# Tests are imported one by one (`importlib` mode), so the helpers beside this file need a way to be found.
sys.path.insert(0, str(Path(__file__).resolve().parent))
