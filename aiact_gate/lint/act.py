"""The Act's structure: which articles, paragraphs and points a citation can name.

Numbers only, of Regulation (EU) 2024/1689 as amended by Regulation (EU) 2026/1744. A limit is written where we are sure of
it; what isn't written is taken as it stands. Letters behind a number (`6(1a)`) were added later and count as their number.
"""

from __future__ import annotations

import re

ARTICLES = frozenset(str(number) for number in range(1, 114)) | {"4a", "60a"}
PARAGRAPHS = {
    "1": 2, "5": 8, "6": 8, "7": 3, "8": 2, "9": 10, "10": 6, "11": 3, "12": 3, "13": 3, "14": 5, "15": 5,
    "17": 4, "18": 3, "19": 2, "20": 2, "21": 3, "26": 12, "27": 5, "43": 6, "44": 3, "47": 5, "48": 5,
    "49": 5, "50": 7, "53": 7, "72": 4, "111": 4,
}  # fmt: skip
"""Article -> number of its last paragraph."""
POINTS = {
    "5(1)": "a b ba bb c d e f g h", "6(3)": "a b c d", "9(2)": "a b c d", "9(5)": "a b c",
    "10(2)": "a b c d e f g h", "12(2)": "a b c", "12(3)": "a b c d", "13(3)": "a b c d e f",
    "13(3)(b)": "i ii iii iv v vi vii", "14(3)": "a b", "14(4)": "a b c d e",
    "17(1)": "a b c d e f g h i j k l m", "27(1)": "a b c d e f", "4a(1)": "a b c d e f",
}  # fmt: skip
"""Paragraph or point -> the points below it."""
UNNUMBERED = frozenset(["16"])
"""Articles whose points stand without a paragraph: 16(a)."""
ANNEXES = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII")
ANNEX_POINTS = {"III": 8, "IV": 9}
"""Annex -> number of its last point."""
ANNEX_LETTERS = {"IV 1": "a b c d e f g h", "IV 2": "a b c d e f g h", "III 5": "a b c d", "III 8": "a b"}

_ARTICLE = re.compile(r"Articles?\s+(\d+[a-z]?)((?:\([0-9a-z]+\))*)(?=$|[\s,;:.\-–])")
_ANNEX = re.compile(
    r"Annex\s+([IVXLC]+)(?:,?\s+(?:section\s+[A-Z],?\s*)?(?:points?\s+)?(\d+)((?:\([0-9a-z]+\))*))?(?=$|[\s,;:.\-–])"
)


_OF_A_POINT = frozenset(
    (
        "and to annex article articles paragraph paragraphs point points section subparagraph subparagraphs sentence "
        "sentences introductory words wording first second third fourth fifth sixth seventh last recital recitals the act vii "
        "viii iii xii xiii"
    ).split()
)
"""Words that say where in the Act; any other word behind the point (GDPR, Directive) means another law."""


def no_point_of_the_law(citation: str) -> str:
    """Why *citation*, which begins with Article or Annex, names no point of the Act; empty if it may, or means another law."""
    article = _ARTICLE.match(citation)
    annex = _ANNEX.match(citation)
    found = article or annex
    if found and not set(re.findall(r"[^\W\d_]{3,}", citation[found.end() :].lower())) <= _OF_A_POINT:
        return ""
    if article:
        return _article(article[1], re.findall(r"\(([0-9a-z]+)\)", article[2]))
    if annex:
        return _annex(annex[1], annex[2] or "", re.findall(r"\(([0-9a-z]+)\)", annex[3] or ""))
    return "it has the form of no point"


def _article(number: str, parts: list[str]) -> str:
    if number not in ARTICLES:
        return f"the Act has no Article {number}"
    at = number
    for depth, part in enumerate(parts):
        if depth == 0 and number not in UNNUMBERED:
            counted = re.match(r"\d+", part)
            if not counted:
                return f"a paragraph of Article {number} is a number, not ({part})"
            last = PARAGRAPHS.get(number)
            if last is not None and not 0 < int(counted[0]) <= last:
                return f"Article {number} has {last} paragraphs"
        elif at in POINTS and part not in POINTS[at].split():
            points = POINTS[at].split()
            return f"the points of Article {at} are ({points[0]}) to ({points[-1]})"
        at += f"({part})"
    return ""


def _annex(roman: str, point: str, parts: list[str]) -> str:
    if roman not in ANNEXES:
        return f"the Act has no Annex {roman}"
    last = ANNEX_POINTS.get(roman)
    if point and last is not None and not 0 < int(point) <= last:
        return f"Annex {roman} has {last} points"
    known = ANNEX_LETTERS.get(f"{roman} {point}", "").split()
    if parts and known and parts[0] not in known:
        return f"the points of Annex {roman}, point {point} are ({known[0]}) to ({known[-1]})"
    return ""
