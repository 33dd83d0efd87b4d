"""Printed figures compared with numbers."""

from __future__ import annotations

import re
from functools import lru_cache

PERCENT = re.compile(r"[%\uff05]$|per ?cent$", re.IGNORECASE)


def agrees(figure: str, value: float) -> bool:
    """*figure* as written (`0.79`, `.79`, `79 %`, `79 percent`, `0,79`, `1.5e-3`) equals *value* at its printed precision.

    A percentage is compared with a hundred times the value if that is a share (0 to 1), else with the value itself.
    """
    printed = _printed(figure)
    if printed is None or value - value != 0.0:
        return False
    number, half_step, is_percent = printed
    wanted = value * 100.0 if is_percent and abs(value) <= 1.0 else value
    return abs(number - wanted) <= half_step


@lru_cache(maxsize=4096)
def _printed(figure: str) -> tuple[float, float, bool] | None:
    """(number, half of its last printed digit, whether it is a percentage), or None if *figure* writes no number."""
    text = figure.replace("\u202f", "").replace("\u00a0", "").replace("\u2212", "-").strip()
    percent = PERCENT.search(text)
    body = text[: percent.start()].strip() if percent else text
    body = _decimal_point(body.lstrip("+"))
    mantissa, _, exponent = body.lower().partition("e")
    try:
        number = float(body)
        digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
    except ValueError:
        return None
    if number - number != 0.0:
        return None
    return number, 0.5 * 10.0 ** -max(-300, digits) * (1 + 1e-9), percent is not None


def _decimal_point(body: str) -> str:
    """*body* with its decimal mark as a point: a comma groups thousands beside a point, or before three digits."""
    if "," not in body:
        return body
    head, _, tail = body.rpartition(",")
    grouped = "." in body or "," in head or len(tail) == 3 and head.lstrip("-") not in ("", "0")
    return body.replace(",", "") if grouped else body.replace(",", ".")
