"""What the tests of action, hooks and workflows share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the test modules are imported by path, their helpers by name

from repositories import project_copy


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as another repository gets it: by action or hook."""
    return project_copy(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="session")
def can_unshare() -> bool:
    """Whether this machine lets us cut a process off from network and mounts, on top of what the tests do without."""
    try:
        return (
            subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False
