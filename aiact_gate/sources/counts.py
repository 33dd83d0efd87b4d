"""Counts of one data set, CSV or JSON Lines, by stated definitions: one pass, a few bytes a row.

`collect` counts with it and writes the definitions beside the counts; `check` counts again by them. Whether a rate or share is
good enough is the policies' business.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

from aiact_gate.model.evidence import Unknown

_DELIMITERS = ",;\t|"
_MAX_LINE = 1 << 20
_PARTS = 64
_AS_CSV = "Export it as CSV in UTF-8 with one header line, and point the data record to that."

FIXED = {"empty": "nothing or white space", "row": "every column, by name"}
"""What an empty cell is and which cells two rows are compared by; a lock that says otherwise was counted by somebody else."""
CSV, JSON_LINES = "CSV with a header line", "JSON Lines"
_BOUNDS = ("at_least", "at_most")


class Definitions(NamedTuple):
    """By what one data set was counted."""

    form: str
    delimiter: str
    groups: tuple[Mapping[str, Any], ...] = ()
    """`id`, `column`, and `at_least`, `at_most` (numbers, both ends within) or `equals` (texts)."""
    compared_with: tuple[str, ...] = ()
    """The ids of the data sets whose rows it may share."""

    def written(self) -> dict[str, Any]:
        """As the lock holds them."""
        return {
            **FIXED,
            **self._asdict(),
            "groups": [bands(group) for group in self.groups],
            "compared_with": list(self.compared_with),
        }

    @classmethod
    def read(cls, written: Any) -> Definitions | None:
        """Those that a lock holds; None where they can't be applied here."""
        if not isinstance(written, dict) or any(written.get(key) != word for key, word in FIXED.items()):
            return None
        form, delimiter = written.get("form"), written.get("delimiter")
        groups, others = written.get("groups"), written.get("compared_with")
        known = form == JSON_LINES or form == CSV and isinstance(delimiter, str) and len(delimiter) == 1
        if not known or not isinstance(groups, list) or not isinstance(others, list):
            return None
        if not all(isinstance(group, dict) and {"id", "column"} <= group.keys() for group in groups):
            return None
        return cls(str(form), str(delimiter), tuple(groups), tuple(str(other) for other in others))


def bands(group: Mapping[str, Any]) -> dict[str, Any]:
    """What of *group* decides which rows belong to it."""
    return {
        key: float(group[key]) if key in _BOUNDS and isinstance(group[key], int) else group[key]
        for key in ("id", "column", *_BOUNDS, "equals")
        if group.get(key) not in (None, [])
    }


class Rows:
    """Digests of rows, eight bytes each."""

    def __init__(self) -> None:
        self._parts = [array("Q") for _ in range(_PARTS)]

    def add(self, cells: Sequence[str]) -> None:
        digest = hashlib.blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self._parts[digest[0] % _PARTS].append(int.from_bytes(digest, "little"))

    def repeated(self) -> int:
        """Rows that repeat an earlier one."""
        return sum(len(part) - len(set(part)) for part in self._parts)

    def shared(self, others: Sequence[Rows]) -> int:
        """Rows that also occur in *others*."""
        found = 0
        for index, part in enumerate(self._parts):
            known = {digest for other in others for digest in other._parts[index]}
            found += sum(1 for digest in part if digest in known)
        return found


class Profile(NamedTuple):
    """What was counted in one data set."""

    sha256: str
    md5: str
    """Of the same bytes: what DVC names a file by."""
    definitions: Definitions
    columns: list[str]
    rows: int
    null_rate: float
    """Empty cells over all cells."""
    duplicate_rate: float
    """Rows that repeat an earlier one over all rows."""
    shares: dict[str, float]
    """Rows of each group over all rows, by the group's id."""
    digests: Rows
    problems: tuple[str, ...]


def profile(
    file: IO[bytes],
    definitions: Definitions | None = None,
    groups: Sequence[Mapping[str, Any]] = (),
    form: str = CSV,
) -> Profile | Unknown:
    """Counts of *file*; without *definitions* those of *groups* in *form*, with the delimiter that its first line shows."""
    lines = _Lines(file)
    try:
        if (definitions.form if definitions else form) == JSON_LINES:
            return _of_objects(lines, definitions or Definitions(JSON_LINES, "", tuple(groups)))
        return _of_cells(lines, definitions, groups)
    except UnicodeDecodeError as error:
        return Unknown(f"byte {error.object[error.start]:#04x} is not UTF-8", "Save it as UTF-8.")
    except csv.Error as error:
        return Unknown(f"it isn't CSV: {error}", _AS_CSV)
    except (ValueError, RecursionError):
        return Unknown("a line of it is no JSON object", "Write one JSON object a line, without nesting.")


class _Lines:
    """Decoded lines, while the digests run along."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[str]:
        encoding = "utf-8-sig"
        while line := self.file.readline(_MAX_LINE + 1):
            if len(line) > _MAX_LINE:
                raise csv.Error(f"a line has more than {_MAX_LINE:,} bytes")
            self.sha256.update(line)
            self.md5.update(line)
            yield line.decode(encoding)
            encoding = "utf-8"


class _Members:
    """How many rows belong to each group."""

    def __init__(self, groups: Sequence[Mapping[str, Any]], columns: Sequence[str] | None) -> None:
        self.tests: list[tuple[str, str, Callable[[str], bool]]] = []
        self.problems: list[str] = []
        for group in groups:
            name, column = str(group["id"]), str(group["column"])
            try:
                self.tests.append((name, column, _belongs(group)))
            except (TypeError, ValueError):
                self.problems.append(f"the group {name} can't be counted: a bound is no number")
        if columns is not None:
            self.drop_unknown(columns)
        self.members = dict.fromkeys((name for name, _, _ in self.tests), 0)

    def drop_unknown(self, columns: Sequence[str]) -> None:
        known = [test for test in self.tests if test[1] in columns]
        self.problems += [
            f"the group {name} can't be counted: there is no column '{column[:60]}'"
            for name, column, _ in self.tests
            if column not in columns
        ]
        self.tests = known

    def shares(self, rows: int) -> dict[str, float]:
        return {name: self.members[name] / rows for name, _, _ in self.tests}


def _of_cells(
    lines: _Lines, definitions: Definitions | None, groups: Sequence[Mapping[str, Any]]
) -> Profile | Unknown:
    texts = iter(lines)
    first = next(texts, "")
    if definitions is None:
        delimiter = max(_DELIMITERS, key=lambda mark: (first.count(mark), -_DELIMITERS.index(mark)))
        definitions = Definitions(CSV, delimiter, tuple(groups))
    reader = csv.reader(_joined(first, texts), delimiter=definitions.delimiter)
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
    counted, digests = _Members(definitions.groups, columns), Rows()
    tests = [(name, columns.index(column), belongs) for name, column, belongs in counted.tests]
    rows = empty = 0
    for row in reader:
        if not row:
            continue
        if len(row) != width:
            what = f"line {reader.line_num} has {len(row)} cells, the header {width}"
            return Unknown(what, "Mend that line, or the delimiter.")
        rows += 1
        if "" in row or any(map(str.isspace, row)):
            empty += sum(1 for cell in row if not cell or cell.isspace())
        digests.add(row if in_order else [row[index] for index in order])
        for name, index, belongs in tests:
            if belongs(row[index]):
                counted.members[name] += 1
    return _profile(lines, definitions, columns, rows, empty, counted, digests)


def _of_objects(lines: _Lines, definitions: Definitions) -> Profile | Unknown:
    columns: dict[str, None] = {}
    counted, digests = _Members(definitions.groups, None), Rows()
    rows = held = 0
    for line in lines:
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError(line[:20])
        rows += 1
        cells = {name: _cell(row[name]) for name in sorted(row)}
        columns.update(dict.fromkeys(row))
        written = {name: cell for name, cell in cells.items() if cell and not cell.isspace()}
        held += len(written)
        digests.add([part for pair in written.items() for part in pair])
        for name, column, belongs in counted.tests:
            if belongs(cells.get(column, "")):
                counted.members[name] += 1
    counted.drop_unknown(list(columns))
    return _profile(lines, definitions, list(columns), rows, rows * len(columns) - held, counted, digests)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _profile(
    lines: _Lines,
    definitions: Definitions,
    columns: list[str],
    rows: int,
    empty: int,
    counted: _Members,
    digests: Rows,
) -> Profile | Unknown:
    if not rows or not columns:
        return Unknown("it has a header line and no rows", "Point to the data itself.")
    return Profile(
        lines.sha256.hexdigest(),
        lines.md5.hexdigest(),
        definitions,
        columns,
        rows,
        empty / (rows * len(columns)),
        digests.repeated() / rows,
        counted.shares(rows),
        digests,
        tuple(counted.problems),
    )


def _joined(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def _belongs(group: Mapping[str, Any]) -> Callable[[str], bool]:
    equals = frozenset(str(value).strip() for value in group.get("equals") or ())
    at_least, at_most = (None if group.get(key) is None else float(group[key]) for key in _BOUNDS)
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
