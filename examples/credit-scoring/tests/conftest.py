"""A release trained on the spot, so that the tests need neither a registry nor an earlier run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(EXAMPLE))

from fitting import fit, load  # noqa: E402
from serve import Release, Service  # noqa: E402


@pytest.fixture(scope="session")
def release() -> Release:
    train = load(EXAMPLE / "data" / "train.csv")
    return Release("credit-scoring", "1.3.0", "1", 0.25, fit(train.rows, train.bad, train.bands))


@pytest.fixture(scope="session")
def requests() -> list[dict[str, Any]]:
    test = load(EXAMPLE / "data" / "test.csv")
    return [
        {"case_id": f"C-{number}", "age_years": age, "application": row}
        for number, (row, age) in enumerate(zip(test.rows, test.ages, strict=True))
    ][:60]


@pytest.fixture
def service(release: Release, tmp_path: Path) -> Service:
    return Service(release, tmp_path)
