"""Globs of the manifest: what they match, and that none of them makes a run take long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import Repository

from aiact_gate.sources.globs import Glob
from aiact_gate.sources.snapshot import Snapshot, open_snapshot

FILES = (
    "a",
    "b",
    "ab",
    "c/a",
    "c/b/a",
    "c/b/ab",
    "c/a*/b",
    "ca/b",
    "c.a",
    "c0",
    "d/c/a",
    "d/d/d/a",
    "d/**/a",
)
NAMES = st.sampled_from(["a", "b", "c", "d", "*", "?", "a*", "*b", "?b", "**", "c*", "a*/b"])


def plainly(glob: Sequence[str], path: Sequence[str]) -> bool:
    """The definition: `**` stands for any number of folders, every other part for one name."""
    if not glob:
        return not path
    if glob[0] == "**":
        return plainly(glob[1:], path) or bool(path) and plainly(glob, path[1:])
    return bool(path) and fnmatchcase(path[0], glob[0]) and plainly(glob[1:], path[1:])


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> list[Snapshot]:
    """One tree as a work tree, an index, a revision and a folder without git."""
    files = dict.fromkeys(FILES, "x\n")
    repository = Repository(tmp_path_factory.mktemp("globs") / "repository").write(files)
    repository.commit()
    bare = tmp_path_factory.mktemp("without")
    for path in FILES:
        (bare / path).parent.mkdir(parents=True, exist_ok=True)
        (bare / path).write_text("x\n")
    folder = str(repository.folder)
    ways = [open_snapshot(folder)] + [open_snapshot(folder, staged=True), open_snapshot(folder, ref="HEAD")]
    return [snapshot for snapshot, _ in (*ways, open_snapshot(str(bare)))]


@given(st.lists(NAMES, min_size=1, max_size=5), st.sampled_from(["", "c", "d", "c/a*"]))
def test_a_glob_finds_what_its_definition_says(trees: list[Snapshot], names: list[str], under: str) -> None:
    glob = "/".join(names)
    below = [path for path in sorted(FILES) if not under or path.startswith(under + "/")]
    rest = {path: path.removeprefix(under + "/" if under else "") for path in below}
    expected = [path for path in below if plainly(glob.split("/"), rest[path].split("/"))]

    assert [expected] * len(trees) == [tree.matching(Glob(glob, under)) for tree in trees]


@pytest.mark.parametrize("glob", ["**/" * 4000 + "a.csv", "**/" * 4000 + "*.csv", "/".join(["**/*"] * 2000)])
def test_four_thousand_parts_take_no_time(glob: str) -> None:
    begun = time.process_time()
    found = [Glob(glob).matches(path) for path in (f"data/{number}.txt" for number in range(20))]

    assert ([False] * 20, True) == (found, time.process_time() - begun < 2)


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
