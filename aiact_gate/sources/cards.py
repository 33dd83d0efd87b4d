"""What a model card says of itself in its first passages: the title, and what the model is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiact_gate.documents.markdown import Heading, Markdown, parse_markdown
from aiact_gate.sources.documents import USUAL_HEADINGS
from aiact_gate.sources.filled import emptiness
from aiact_gate.sources.snapshot import Snapshot

MAX_PASSAGE = 400


@dataclass(frozen=True)
class Passage:
    """A text of a document, white space folded, with the line it begins on."""

    path: str
    line: int
    text: str


def first_words(snapshot: Snapshot, path: str) -> list[Passage]:
    """Title and purpose of the card at *path*, where it has them. Raises `AiactError` if it can't be read."""
    parsed = parse_markdown(snapshot.read(path), path)
    return [one for one in (title_of(parsed), purpose_of(parsed)) if one is not None]


def title_of(parsed: Markdown) -> Passage | None:
    """The model's name in the title."""
    title = _title(parsed)
    text = _name(title.text) if title is not None else ""
    return Passage(parsed.path, title.line, text[:80]) if title is not None and text else None


def purpose_heading(parsed: Markdown) -> Heading | None:
    """The heading under which cards usually say what the model is for."""
    return next((one for name in USUAL_HEADINGS["intended_purpose"] if (one := parsed.find(name))), None)


def purpose_of(parsed: Markdown) -> Passage | None:
    """The first paragraph under that heading, else under the title."""
    heading = purpose_heading(parsed)
    purpose = next(paragraphs(parsed, heading), None) if heading is not None else None
    return purpose if purpose is not None else next(paragraphs(parsed, _title(parsed)), None)


def _title(parsed: Markdown) -> Heading | None:
    return next((heading for heading in parsed.headings if heading.level == 1), None)


def _name(title: str) -> str:
    """The model's name in the *title* of a card: without "model card for", emphasis and a version at its end."""
    text = re.sub(r"[*_`]", "", _folded(title[:300]))
    text = re.sub(r"^model\s?card\s*(?:for|of|[:-])?\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[\s,:-]+v?\d+(?:\.\d+)+$", "", text).strip()
    return text if emptiness(text, "name") is None else ""


def paragraphs(parsed: Markdown, heading: Heading | None) -> Iterator[Passage]:
    """Paragraphs and list items of prose below *heading* (the whole body without one), before its first sub-heading."""
    start = heading.line if heading is not None else parsed.body_line - 1
    stops = [one.line - 1 for one in parsed.headings if one.line > start]
    end = min([*stops, len(parsed.lines)])
    block: list[str] = []
    first = 0
    fenced = False
    for index in range(start, end + 1):
        raw = parsed.lines[index].strip() if index < end else ""
        if raw.startswith(("```", "~~~")):
            fenced = not fenced
            raw = ""
        is_item = bool(re.match(r"(?:[-*+]|\d+[.)])\s", raw))
        if (not raw or is_item) and block:
            passage = _passage(parsed.path, first, " ".join(block))
            if passage is not None:
                yield passage
            block = []
        if raw and not fenced and not raw.startswith(("<", "|", "![", "[![", "#", ">", "---", "===", "{{")):
            if not block:
                first = index + 1
                raw = re.sub(r"^(?:[-*+]|\d+[.)])\s+", "", raw)
            block.append(raw)


def _passage(path: str, line: int, text: str) -> Passage | None:
    text = _folded(text)
    if len(text) > MAX_PASSAGE:
        cut = text[:MAX_PASSAGE]
        text = cut[: cut.rindex(". ") + 1] if ". " in cut else cut.rpartition(" ")[0]
    return Passage(path, line, text) if emptiness(text, "text") is None else None


def _folded(text: str) -> str:
    """*text* on one line, without control and formatting characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
