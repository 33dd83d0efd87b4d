"""Whether something is written at all: the one rule for text.

No dictionary and no language test: a text counts as empty when it is blank, a proposal (`??`), punctuation, a marker word,
a known template's prompt, or prose of fewer than three different words.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

_MARKERS = frozenset(
    (
        "todo tbd tbc tba fixme xxx n/a na n.a none null nil nan unknown undefined placeholder pending test foo bar same ditto "
        "nobody anyone someone somebody lorem ipsum dolor sit amet asdf sample insert text here fill in later to be done "
        "determined defined confirmed added more information needed not applicable nicht zutreffend offen k.a keine angabe "
        "folgt siehe oben see above"
    ).split()
)
_NOTHING = frozenset(["todo", "tbd", "tbc", "tba", "fixme", "xxx", "n/a", "na", "n.a", "null", "nil", "nan"])
"""The markers that stand for nothing also where a single word is a good answer."""
_PROMPTS = (
    "[more information needed]",
    "{{",
    "<insert",
    "<your",
    "[your",
    "[insert",
    "lorem ipsum",
    "your text here",
)

_FREE = ("fact", "schema", "glob", "folder", "condition", "loops")
"""Types that nobody fills in as prose: only a blank or a proposal counts as empty."""


def emptiness(text: str, x_type: str, x_is: str = "text") -> str | None:
    """None if *text* is filled for a field of *x_type*; else `missing` (nothing there) or `filler` (words that say nothing).

    Prose, names and people are held against every marker; an id, a path or a term of the team's own only against the few
    that stand for nothing anywhere: a data set called `test` or a file `sample.csv` is no placeholder.
    """
    # Zero-width characters are no words, and hide none.
    shown = (
        text if text.isprintable() else "".join(c for c in text if c.isprintable() or c.isspace())
    ).strip()
    if not shown or shown.startswith("??"):
        return "missing"
    if x_type in _FREE:
        return None
    lowered = shown.lower()
    found, nothing, markers = False, True, True
    different: set[str] = set()
    for word in _words(lowered):
        found = True
        nothing = nothing and word in _NOTHING
        markers = markers and word in _MARKERS
        if word.isalpha() or any(c.isalpha() for c in word):
            different.add(word)
            if len(different) >= 3 and not markers:
                break  # no later word could change anything
    if not found:
        return "missing"
    if nothing:
        return "filler"
    is_name = x_type == "name" and x_is == "text"
    if (is_name or x_type in ("word", "person")) and not any(c.isalpha() for c in shown):
        return "filler"
    if is_name or x_type in ("text", "person"):
        if markers or any(prompt in lowered for prompt in _PROMPTS):
            return "filler"
    if x_type == "text" and not _enough(different):
        return "filler"
    return None


_EDGES = (
    "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
    + "«»„“”‚‘’…–—·•¿¡、。「」（）！？"
)
"""What stands around a word without belonging to it."""


def _words(text: str) -> Iterator[str]:
    for part in text.split():
        word = part.strip(_EDGES)
        if word.isalnum() or any(c.isalnum() for c in word):
            yield word


def _enough(different: set[str]) -> bool:
    if len(different) >= 3:
        return True
    # Scripts without blanks between words: six different characters stand for three words.
    wide = {c for word in different for c in word if c > "\u2e7f" or _without_blanks(c)}
    return len(wide) >= 6


def _without_blanks(c: str) -> bool:
    """Whether *c* is Thai, Lao, Burmese or Khmer."""
    return "\u0e00" <= c <= "\u0eff" or "\u1000" <= c <= "\u109f" or "\u1780" <= c <= "\u17ff"


def echoes(text: str, sources: tuple[str, ...]) -> bool:
    """Whether four fifths of the words of *text* stand in *sources* (a requirement's title and fix, a field's name)."""
    known = [_known(source) for source in sources]
    parts = len(text.split())
    held = strange = 0
    for word in _words(text.lower()):
        if len(word) <= 2:
            continue
        if any(word in one for one in known):
            held += 1
        else:
            strange += 1
            if strange > 0.2 * parts:
                return False  # whatever follows
    return held > 0 and held >= 0.8 * (held + strange)


@lru_cache(maxsize=512)
def _known(source: str) -> frozenset[str]:
    return frozenset(_words(source.lower().replace("_", " ")))
