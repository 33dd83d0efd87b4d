"""`aiact.lock` as it is written: deterministic, one value a line, its own digest at the end."""

from __future__ import annotations

import math
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.write import dump_yaml, write_inside
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.sources.lock import digest_of, split_lock
from aiact_gate.sources.lock_text import render_lock

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=20,
)
SYSTEMS = st.dictionaries(TEXT, DATA, max_size=3)


@given(SYSTEMS)
def test_a_lock_reads_back_as_it_was_by_yaml_and_by_the_gate(systems: dict[str, Any]) -> None:
    lock = render_lock(systems, "2026-11-25")

    expected = {"collected": "2026-11-25", "schema": "aiact-gate/lock/v1", "systems": systems}
    for read in (yaml.safe_load(lock), plain_data(parse_yaml(lock, "aiact.lock").root)):
        assert read.pop("digest").startswith("sha256:")
        assert expected == read


@given(SYSTEMS)
def test_equal_systems_give_equal_bytes_in_whatever_order(systems: dict[str, Any]) -> None:
    turned = dict(reversed(list(systems.items())))

    assert render_lock(systems, "2026-11-25") == render_lock(turned, "2026-11-25")


@given(SYSTEMS)
def test_the_last_line_states_the_digest_of_all_before_it(systems: dict[str, Any]) -> None:
    lock = render_lock(systems, "2026-11-25")
    stated, computed = digest_of(lock)

    assert stated == computed
    assert lock.endswith(f"\ndigest: {stated}\n".encode())
    assert (lock[: lock.rindex(b"digest: ")], stated) == split_lock(lock)


def test_a_changed_byte_shows() -> None:
    stated, computed = digest_of(render_lock({"a": {"rows": 800}}, "2026-11-25").replace(b"800", b"801"))

    assert stated != computed


def test_line_ends_of_a_windows_checkout_change_nothing() -> None:
    stated, computed = digest_of(render_lock({"a": {"rows": 800}}, "2026-11-25").replace(b"\n", b"\r\n"))

    assert stated == computed


@pytest.mark.parametrize("lock", [b"", b"a: 1\n", b"digest", b"\n\n"])
def test_a_lock_without_its_last_line_states_no_digest(lock: bytes) -> None:
    assert (lock, "") == split_lock(lock)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "on",
        "010",
        "1:20",
        "1e-3",
        "1.5e3",
        "0x1f",
        "1_000",
        "2026-11-25",
        "~",
        "null",
        "",
        " a",
        "<<",
        "=",
        "- a",
        "#",
        "nan",
        ".inf",
    ],
)
def test_text_that_some_yaml_would_misread_is_quoted(text: str) -> None:
    written = dump_yaml({"value": text})

    assert written in (f"value: '{text}'\n", f'value: "{text}"\n')


def test_one_value_stands_on_one_line() -> None:
    written = dump_yaml({"b": ["x " * 300, "two\nlines\u2028three"], "a": {"long " * 20: 0.1}})

    assert 5 == written.count("\n") == len(written.splitlines())


def test_numbers_keep_every_digit() -> None:
    for number in (0.1 + 0.2, 1e-7, 1e22, 5e-324, math.pi):
        assert number == plain_data(parse_yaml(dump_yaml({"n": number}).encode(), "x").root)["n"]


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "aiact.lock"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_inside(path.parent, path.name, b"new")

    assert b"new" == path.read_bytes()
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == list(tmp_path.iterdir())


def test_a_new_file_has_the_mode_of_an_ordinary_one(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    write_inside(tmp_path, "aiact.lock", b"new")

    assert (tmp_path / "ordinary").stat().st_mode == (tmp_path / "aiact.lock").stat().st_mode


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "aiact.lock"
    path.write_bytes(b"old")
    with pytest.raises(TypeError):
        write_inside(path.parent, path.name, "text")  # type: ignore[arg-type]

    assert b"old" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())
