"""Two repositories that the tests of formats read and don't change."""

from __future__ import annotations

import pytest
from repos import Repository, high
from shipped import example


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The shipped example: nothing fails, two points are waived."""
    return example(tmp_path_factory.mktemp("shown"))


@pytest.fixture(scope="session")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A high-risk system with little evidence."""
    return high(tmp_path_factory.mktemp("failing"))
