"""What all unit tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# Tests are imported one by one (`importlib` mode), so the helpers beside this file need a way to be found.
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

# Hundreds of repositories are made; git would copy a dozen examples of hooks into each.
os.environ["GIT_TEMPLATE_DIR"] = ""

# Every property draws the same number of examples, the same ones in each run: a run that fails, fails again. Before a
# release: pytest --hypothesis-profile=search
ANY_SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
settings.register_profile("budget", max_examples=60, derandomize=True, **ANY_SPEED)
settings.register_profile("search", max_examples=3000, **ANY_SPEED)
settings.load_profile("budget")
