"""Whether something is written at all: the one rule for text.

No dictionary and no language test: a text counts as empty when it is blank, a proposal (`??`), punctuation, a marker word,
a known template's prompt, or prose of fewer than three different words.
"""

from __future__ import annotations

_MARKERS = frozenset(
    [
        "todo",
        "tbd",
        "tbc",
        "tba",
        "fixme",
        "xxx",
        "n/a",
        "na",
        "n.a.",
        "none",
        "null",
        "nil",
        "nan",
        "unknown",
        "undefined",
        "placeholder",
        "pending",
        "test",
        "foo",
        "bar",
        "same",
        "ditto",
        "nobody",
        "anyone",
        "someone",
        "somebody",
        "lorem",
        "ipsum",
        "dolor",
        "sit",
        "amet",
        "asdf",
        "sample",
        "insert",
        "text",
        "here",
        "fill",
        "in",
        "later",
        "to",
        "be",
        "done",
        "determined",
        "defined",
        "confirmed",
        "added",
        "more",
        "information",
        "needed",
        "not",
        "applicable",
        "nicht",
        "zutreffend",
        "offen",
        "k.a.",
        "keine",
        "angabe",
        "folgt",
        "siehe",
        "oben",
        "see",
        "above",
    ]
)
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


def emptiness(text: str, x_type: str) -> str | None:
    """None if *text* is filled for a field of *x_type*; else `missing` (nothing there) or `filler` (words that say nothing)."""
    shown = text.strip()
    if not shown or shown.startswith("??"):
        return "missing"
    lowered = shown.lower()
    if x_type in ("text", "name", "person") and any(prompt in lowered for prompt in _PROMPTS):
        return "filler"
    words = _words(lowered)
    if not words:
        return "missing"
    if all(word in _MARKERS for word in words):
        return "filler"
    if x_type == "text":
        return None if _enough(words) else "filler"
    if x_type in ("person", "name_text") and not any(c.isalpha() for c in shown):
        return "filler"
    return None


def _words(text: str) -> list[str]:
    words = ["".join(c for c in part if c.isalnum() or c in "./'-").strip("./'-") for part in text.split()]
    return [word for word in words if word]


def _enough(words: list[str]) -> bool:
    different = {word for word in words if any(c.isalpha() for c in word)}
    if len(different) >= 3:
        return True
    # Scripts without blanks between words: six different characters stand for three words.
    wide = {c for word in different for c in word if c > "\u2e7f"}
    return len(wide) >= 6


def echoes(text: str, sources: tuple[str, ...]) -> bool:
    """Whether four fifths of the words of *text* stand in *sources* (a requirement's title and fix, a field's name)."""
    words = [word for word in _words(text.lower()) if len(word) > 2]
    if not words:
        return False
    known = {word for source in sources for word in _words(source.lower().replace("_", " "))}
    return sum(word in known for word in words) >= 0.8 * len(words)
