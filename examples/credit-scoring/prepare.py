"""data/train.csv and data/test.csv from data/german_credit.csv: the same two files on every machine.

The split is decided by the bytes of each row, within each age band and outcome, so it needs no seed and no
library. Rows keep their order. Two columns are left out; data/README.md says why.
"""

from __future__ import annotations

import csv
import hashlib
import math
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "data" / "german_credit.csv"
SOURCE_SHA256 = "77cd652bc393ad3f412c3349cec3f02c5be5f39863c169889e611106465efda2"
"""Of the file as it was taken over; a changed row stops everything that follows."""
UNRELIABLE = ("personal_status_sex", "foreign_worker")
TEST_SHARE = 0.5
"""Half, because the bounds of the small age bands would otherwise be too wide to judge anything by (gap
G4).
"""


def age_band(age_years: int) -> str:
    """The id of the age group that results are shown for: under_25, 25_to_59 or 60_plus."""
    if age_years < 25:
        return "under_25"
    return "25_to_59" if age_years < 60 else "60_plus"


def split(rows: list[dict[str, str]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Training and testing rows; within each age band and outcome the rows with the lowest digests are for
    testing.
    """
    strata: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        strata[age_band(int(row["age_years"])), row["credit_risk"]].append(number)
    testing: set[int] = set()
    for numbers in strata.values():
        numbers.sort(key=lambda number: hashlib.sha256(",".join(rows[number].values()).encode()).hexdigest())
        testing.update(numbers[: math.floor(len(numbers) * TEST_SHARE + 0.5)])
    train = [row for number, row in enumerate(rows) if number not in testing]
    test = [row for number, row in enumerate(rows) if number in testing]
    return train, test


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    found = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        sys.exit(
            f"{SOURCE.name} has the digest {found}, not {SOURCE_SHA256}: compare it with its source first."
        )
    with SOURCE.open(encoding="utf-8", newline="") as file:
        rows = [{name: row[name] for name in row if name not in UNRELIABLE} for row in csv.DictReader(file)]
    train, test = split(rows)
    shared = {tuple(row.values()) for row in train} & {tuple(row.values()) for row in test}
    if shared:
        sys.exit(f"{len(shared)} rows would stand in both files.")
    write(HERE / "data" / "train.csv", train)
    write(HERE / "data" / "test.csv", test)
    print(f"{len(train)} rows for training, {len(test)} for testing, none in both.")


if __name__ == "__main__":
    main()
