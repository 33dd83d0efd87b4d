"""The domain's words that conditions may use besides CEL's own.

Each is total (any argument gives an answer, a wrong kind gives the one that proves nothing), pure, and fixed for a
snapshot and a date. `docs/policy-language.md` lists them from here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from aiact_gate.documents.numbers import agrees

Words = dict[str, tuple[tuple[str, ...], Callable[..., Any]]]


def words(as_of: str) -> Words:
    """Name -> (kinds that each argument may have, function).

    A kind is one letter: s text, z null, l list, m group, i whole number, d decimal, b yes or no. The engine needs each
    combination declared, so only those are that can reach a condition once the shape of the evidence was checked.
    """
    return {
        "filled": (("szlmidb",), filled),
        "in_future": (("sz",), lambda date: isinstance(date, str) and _is_day(date) and date[:10] >= as_of),
        "in_past": (("sz",), lambda date: isinstance(date, str) and _is_day(date) and date[:10] < as_of),
        "quotes": (("sz", "sz"), quotes),
        "rank": (("lz", "sz"), rank),
        "all_different": (("lz",), all_different),
        "shows": (("lz", "idz"), shows),
        "close": (("idz", "idz"), close),
        "is_moment": (("szlmidb",), is_moment),
        "is_sha256": (("szlmidb",), is_sha256),
    }


def filled(value: Any) -> bool:
    """Something is written: no null, no empty text, list or group. (Placeholders never reach a condition.)"""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, tuple, dict)):
        return len(value) > 0
    return True


def quotes(text: Any, passage: Any) -> bool:
    """*text* holds *passage*, white space and case aside; never for an empty passage."""
    if not isinstance(text, str) or not isinstance(passage, str) or not passage.strip():
        return False
    return " ".join(passage.lower().split()) in " ".join(text.lower().split())


def rank(scale: Any, item: Any) -> int:
    """The position of *item* in *scale*, lowest first; -1 if it isn't in it."""
    return list(scale).index(item) if isinstance(scale, (list, tuple)) and item in scale else -1


def all_different(texts: Any) -> bool:
    """No two texts of a list of at least one are the same, white space and case aside."""
    if not isinstance(texts, (list, tuple)) or not texts:
        return False
    plain = [" ".join(str(text).lower().split()) for text in texts]
    return len(set(plain)) == len(plain)


def shows(figures: Any, value: Any) -> bool:
    """One of *figures* (texts as written: `0.79`, `79 %`) equals *value* at the precision it is printed with."""
    if not isinstance(figures, (list, tuple)) or not _is_number(value):
        return False
    return any(isinstance(figure, str) and agrees(figure, value) for figure in figures)


def close(one: Any, other: Any) -> bool:
    """Two numbers are equal up to 1e-9."""
    return _is_number(one) and _is_number(other) and abs(one - other) <= 1e-9


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_moment(value: Any) -> bool:
    """*value* is an RFC 3339 time with an offset: `2026-11-25T09:00:00+01:00`."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False  # the 31st of February
    return True


def is_sha256(value: Any) -> bool:
    """*value* is a SHA-256 in lower-case hexadecimal, with or without `sha256:` before it."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_SHA256 = re.compile(r"(?:sha256:)?[0-9a-f]{64}")


def _is_day(text: str) -> bool:
    return len(text) >= 10 and text[4] == text[7] == "-" and (text[:4] + text[5:7] + text[8:10]).isdigit()
