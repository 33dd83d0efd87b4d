"""Dates as people write them."""

from __future__ import annotations

MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)


def day(iso: str) -> str:
    """An ISO date as people write it: 2 December 2027."""
    year, month, number = iso.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"
