"""Copies of the shipped example that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shipped import example


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example(tmp_path_factory.mktemp("original")).folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """The example, committed and green."""
    target = tmp_path / "repository"
    shutil.copytree(original, target, symlinks=True)
    return target
