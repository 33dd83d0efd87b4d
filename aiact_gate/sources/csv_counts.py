"""Counts of one CSV data set: one pass, so that the digest is of the very bytes that were counted.

Whether a rate or share is good enough is the policies' business. Parquet and other binary forms aren't read.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiact_gate.model.evidence import Unknown

_DELIMITERS = ",;\t|"
_BINARY = {
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"ARROW1": "an Arrow file",
    b"\x89HDF": "an HDF5 file",
    b"SQLi": "a sqlite database",
}
_AS_CSV = "Export it as CSV in UTF-8 with one header line, and point the data record to that."


@dataclass(frozen=True)
class Profile:
    """What was counted in one data set."""

    sha256: str
    md5: str
    """Of the same bytes: what DVC names a file by."""
    columns: list[str]
    rows: int
    null_rate: float
    """Empty cells over all cells."""
    duplicate_rate: float
    """Rows that repeat an earlier one over all rows."""
    shares: dict[str, float]
    """Rows of each group over all rows, by the group's id."""
    rows_shared: int
    """Rows that also occur in the data it was compared with."""
    row_digests: frozenset[bytes]
    """One for each different row, the same wherever its columns stand."""
    problems: tuple[str, ...] = ()


def profile_csv(
    path: Path, groups: Sequence[Mapping[str, Any]] = (), compared_with: AbstractSet[bytes] = frozenset()
) -> Profile | Unknown:
    """Counts of the CSV file at *path*: header line, UTF-8, `,` `;` tab or `|` between cells.

    *groups* are those of `data_governance.representativeness`: `id`, `column`, and `at_least`, `at_most`
    (numbers, both ends within) or `equals` (texts). *compared_with* are the row digests of other data.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            for magic, name in _BINARY.items():
                if start.startswith(magic):
                    return Unknown(f"it is {name}; only CSV is counted", _AS_CSV)
            if b"\0" in start:
                return Unknown("it is a binary file; only CSV is counted", _AS_CSV)
            file.seek(0)
            return _counted(_Lines(file), groups, compared_with)
    except UnicodeDecodeError as error:
        return Unknown(f"byte {error.object[error.start]:#04x} is not UTF-8", "Save it as UTF-8.")
    except csv.Error as error:
        return Unknown(f"it isn't CSV: {error}", _AS_CSV)
    except OSError as error:
        return Unknown(
            f"it can't be read: {error.strerror}", "Fetch it, and give this user the right to read it."
        )


class _Lines:
    """Decoded lines, while the digests run along."""

    def __init__(self, file: Iterable[bytes]) -> None:
        self.file = file
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[str]:
        encoding = "utf-8-sig"
        for line in self.file:
            self.sha256.update(line)
            self.md5.update(line)
            yield line.decode(encoding)
            encoding = "utf-8"


def _counted(
    lines: _Lines, groups: Sequence[Mapping[str, Any]], compared_with: AbstractSet[bytes]
) -> Profile | Unknown:
    texts = iter(lines)
    first = next(texts, "")
    delimiter = max(_DELIMITERS, key=lambda mark: (first.count(mark), -_DELIMITERS.index(mark)))
    reader = csv.reader(_joined(first, texts), delimiter=delimiter)
    columns = [name.strip() for name in next(reader, [])]
    if not any(columns):
        return Unknown("it has no header line", "Write the column names in the first line.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        return Unknown(
            f"the column '{twice[0][:60]}' stands twice in the header", "Give every column its own name."
        )
    width = len(columns)
    order = sorted(range(width), key=columns.__getitem__)
    in_order = order == list(range(width))
    tests, problems = _tests(groups, columns)
    members = [0] * len(tests)
    rows = empty = repeated = shared = 0
    seen: set[bytes] = set()
    for row in reader:
        if not row:
            continue
        if len(row) != width:
            return Unknown(
                f"line {reader.line_num} has {len(row)} cells, the header {width}",
                "Mend that line, or the delimiter.",
            )
        rows += 1
        if "" in row or any(cell.isspace() for cell in row):
            empty += sum(1 for cell in row if not cell or cell.isspace())
        cells = row if in_order else [row[index] for index in order]
        digest = hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).digest()
        if digest in seen:
            repeated += 1
        else:
            seen.add(digest)
        if digest in compared_with:
            shared += 1
        for place, (_, index, belongs) in enumerate(tests):
            if belongs(row[index]):
                members[place] += 1
    if not rows:
        return Unknown("it has a header line and no rows", "Point to the data itself.")
    return Profile(
        sha256=lines.sha256.hexdigest(),
        md5=lines.md5.hexdigest(),
        columns=columns,
        rows=rows,
        null_rate=empty / (rows * width),
        duplicate_rate=repeated / rows,
        shares={group: members[place] / rows for place, (group, _, _) in enumerate(tests)},
        rows_shared=shared,
        row_digests=frozenset(seen),
        problems=tuple(problems),
    )


def _joined(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


Test = tuple[str, int, Callable[[str], bool]]


def _tests(groups: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> tuple[list[Test], list[str]]:
    """Each group's id, the place of its column and the test of a cell; what can't be counted is told."""
    tests: list[Test] = []
    problems = []
    for group in groups:
        name, column = str(group["id"]), str(group["column"])
        try:
            tests.append((name, columns.index(column), _belongs(group)))
        except ValueError:
            why = "a bound is no number" if column in columns else f"there is no column '{column[:60]}'"
            problems.append(f"the group {name} can't be counted: {why}")
    return tests, problems


def _belongs(group: Mapping[str, Any]) -> Callable[[str], bool]:
    equals = frozenset(str(value).strip() for value in group.get("equals") or ())
    at_least, at_most = (
        None if group.get(key) is None else float(group[key]) for key in ("at_least", "at_most")
    )
    bounded = at_least is not None or at_most is not None

    def belongs(cell: str) -> bool:
        if equals and cell.strip() not in equals:
            return False
        if not bounded:
            return bool(equals)
        try:
            number = float(cell)
        except ValueError:
            return False
        if math.isnan(number):
            return False
        return (at_least is None or number >= at_least) and (at_most is None or number <= at_most)

    return belongs
