"""Globs of the manifest: what they match, and that none of them makes a run take long."""

from __future__ import annotations

import time

import pytest

from aiact_gate.sources.binding import Glob


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("src/**", "src/a/b.py", True),
        ("src/**", "other/src/a.py", False),
        ("**/*.csv", "a.csv", True),
        ("**/*.csv", "x/y/a.csv", True),
        ("*.csv", "x/a.csv", False),
        ("data/*.csv", "data/a.csv", True),
        ("data/?.csv", "data/ab.csv", False),
        ("a[1].csv", "a[1].csv", True),
        ("a[1].csv", "a1.csv", False),
        ("train.py", "train.py", True),
        ("train.py", "xtrain.py", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
    ],
)
def test_a_glob_stays_within_its_names(glob: str, path: str, matches: bool) -> None:
    assert Glob(glob).matches(path) is matches


@pytest.mark.parametrize("glob", ["*a" * 25 + "b", "**/" * 25 + "b", "**/*a" * 12 + "b"])
def test_a_glob_of_many_stars_takes_no_time(glob: str) -> None:
    begun = time.perf_counter()
    assert not Glob(glob).matches("a" * 60 + "/" + "/".join("a" * 60))
    assert time.perf_counter() - begun < 2
