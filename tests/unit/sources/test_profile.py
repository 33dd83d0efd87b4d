"""Counts of a CSV data set: what people can count by hand comes out the same."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.counts import Profile
from aiact_gate.sources.data_files import profile_file

CSV = "age,sex,income\n24,f,100\n31,m,\n24,f,100\n67,f, \n"


def counted(folder: Path, content: str | bytes, *arguments: Any) -> Profile:
    found = read(folder, content, *arguments)
    assert isinstance(found, Profile), found
    return found


def read(folder: Path, content: str | bytes, *arguments: Any) -> Profile | Unknown:
    path = folder / "data.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return profile_file(path, *arguments)


def test_rows_columns_and_rates_are_counted(tmp_path: Path) -> None:
    found = counted(tmp_path, CSV)

    assert (4, ["age", "sex", "income"]) == (found.rows, found.columns)
    assert (2 / 12, 1 / 4) == (found.null_rate, found.duplicate_rate)


def test_the_digests_are_of_the_bytes_that_were_counted(tmp_path: Path) -> None:
    found = counted(tmp_path, "\ufeff" + CSV)

    content = ("\ufeff" + CSV).encode()
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert hashlib.md5(content).hexdigest() == found.md5
    assert "age" == found.columns[0]


@pytest.mark.parametrize(
    ("group", "share"),
    [
        ({"column": "age", "at_most": 24}, 2 / 4),
        ({"column": "age", "at_least": 31}, 2 / 4),
        ({"column": "age", "at_least": "25", "at_most": "40"}, 1 / 4),
        ({"column": "sex", "equals": ["f"]}, 3 / 4),
        ({"column": "sex", "equals": ["f", "m"]}, 4 / 4),
        ({"column": "income", "at_least": 0}, 2 / 4),
        ({"column": "sex", "at_least": 0}, 0.0),
        ({"column": "sex"}, 0.0),
    ],
)
def test_a_group_has_the_share_of_its_rows(tmp_path: Path, group: dict[str, Any], share: float) -> None:
    found = counted(tmp_path, CSV, [{"id": "g", "reference_share": 0.5, **group}])

    assert {"g": share} == found.shares


def test_a_nan_belongs_to_no_group(tmp_path: Path) -> None:
    found = counted(tmp_path, "age\nnan\n24\n", [{"id": "g", "column": "age", "at_least": 0}])

    assert {"g": 0.5} == found.shares


@pytest.mark.parametrize("group", [{"column": "region"}, {"column": "age", "at_least": "old"}])
def test_a_group_that_cannot_be_counted_is_told_and_has_no_share(
    tmp_path: Path, group: dict[str, Any]
) -> None:
    found = counted(tmp_path, CSV, [{"id": "g", **group}])

    assert {} == found.shares
    assert "the group g can't be counted" in found.problems[0]


def test_rows_shared_with_other_data_are_counted_wherever_the_columns_stand(tmp_path: Path) -> None:
    training = counted(tmp_path, CSV)
    testing = counted(tmp_path, "sex,income,age\nf,100,24\nf,100,24\nm,9,50\n")

    assert 2 == testing.digests.shared([training.digests])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no header"),
        ("\n\n", "no header"),
        ("a,b\n", "no rows"),
        ("a,a\n1,2\n", "stands twice"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 cells, the header 2"),
        (b"a,b\n\xff,2\n", "not UTF-8"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x00\x01\x02", "binary"),
        ("a,b\n" + "x" * 200_000 + ",1\n", "isn't CSV"),
        (b"a,b\r1,2\r", "isn't CSV"),
    ],
)
def test_what_cannot_be_counted_is_unknown_with_a_reason_and_a_way_out(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    found = read(tmp_path, content)

    assert isinstance(found, Unknown)
    assert reason in found.reason
    assert found.would_determine


def test_an_absent_file_is_unknown(tmp_path: Path) -> None:
    assert isinstance(profile_file(tmp_path / "none.csv"), Unknown)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_usual_delimiters_are_understood(tmp_path: Path, delimiter: str) -> None:
    found = counted(tmp_path, CSV.replace(",", delimiter))

    assert ["age", "sex", "income"] == found.columns


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1f"), max_size=6)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    )
)
def test_whatever_csv_is_written_is_counted_as_python_counts_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{index}" for index in range(len(rows[0]))])
    writer.writerows(rows)
    found = counted(tmp_path_factory.mktemp("csv"), written.getvalue())

    assert len(rows) == found.rows
    assert (len(rows) - len({tuple(row) for row in rows})) / len(rows) == found.duplicate_rate
    assert (
        sum(not cell.strip() for row in rows for cell in row) / (len(rows) * len(rows[0])) == found.null_rate
    )


@given(st.binary(max_size=200))
def test_any_bytes_give_counts_or_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = read(tmp_path_factory.mktemp("bytes"), content)

    assert isinstance(found, (Profile, Unknown))
