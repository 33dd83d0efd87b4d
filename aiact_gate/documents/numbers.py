"""Printed figures compared with numbers."""

from __future__ import annotations


def agrees(figure: str, value: float) -> bool:
    """*figure* as written (`0.79`, `79 %`, `0,79`) equals *value* at the precision it is printed with.

    A percentage is compared with a hundred times the value if that is a share (0 to 1), else with the value itself.
    """
    text = figure.replace("\u202f", "").replace("\u00a0", "").strip()
    percent = text.endswith("%")
    body = text.rstrip("%").strip().lstrip("+")
    if "," in body:
        body = (
            body.replace(",", "")
            if "." in body or len(body.rpartition(",")[2]) == 3
            else body.replace(",", ".")
        )
    digits = len(body.partition(".")[2])
    try:
        number = float(body)
    except ValueError:
        return False
    if value - value != 0.0 or number - number != 0.0:
        return False
    wanted = value * 100.0 if percent and abs(value) <= 1.0 else value
    return abs(number - wanted) <= 0.5 * 10.0**-digits * (1 + 1e-9)
