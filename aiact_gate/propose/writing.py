"""Small pieces of YAML text with comments: what a dumper can't write. Whatever comes from the repository is quoted here."""

from __future__ import annotations

import re
import textwrap

from aiact_gate.sources.shapes import quoted

WIDTH = 100
MAX_PROPOSALS = 40
_PLAIN = re.compile(r"^[A-Za-z_./][A-Za-z0-9_./@+-]*$")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"])


class Budget:
    """How many `??` may still be written in one run."""

    def __init__(self, left: int = MAX_PROPOSALS) -> None:
        self.left = left

    def take(self, number: int = 1) -> bool:
        """Whether *number* more fit; then they are taken."""
        if number > self.left:
            return False
        self.left -= number
        return True


def scalar(text: str) -> str:
    """*text* as one YAML scalar that every reader takes for this very text."""
    if _PLAIN.match(text) and text.lower() not in _WORDS and not text.startswith("."):
        return text
    if re.match(r"^\d+\.\d+\.\d+[\w.-]*$", text):  # a version; no YAML reads two dots as a number
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    """*text* in double quotes, what can't be seen as escapes (JSON's own would split characters beyond U+FFFF)."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def place(path: str, line: int = 0) -> str:
    """*path* and line as a comment names them; a hostile name is quoted."""
    shown = path if re.match(r"^[\w./@ +-]{1,80}$", path) else quoted(path, 80)
    return f"{shown}:{line}" if line else shown


def comment(text: str, indent: str = "", width: int = WIDTH, hanging: str | None = None) -> list[str]:
    """*text* as comment lines; with *hanging* the lines are indented by it, and those after the first by twice as much."""
    return textwrap.wrap(
        "".join(c if c.isprintable() else " " for c in text),
        width,
        initial_indent=f"{indent}# {hanging or ''}",
        subsequent_indent=f"{indent}# {(hanging or '') * 2}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def proposal(text: str) -> str:
    """*text* as a proposal on one line: it counts as empty until somebody deletes the `??`.

    Unquoted where that is the same to every reader, so that deleting two characters is all there is to do.
    """
    text = f"?? {text}".rstrip()
    if text == "??" or re.match(r"^\?\? [\w ./@+-]*$", text) or re.match(r"^\?\? \[[a-z_, ]*\]$", text):
        return text
    return _quoted(text)


def folded(text: str, indent: str, width: int = WIDTH) -> list[str]:
    """*text* as the lines of a folded block (`>-`), each with *indent*."""
    lines = textwrap.wrap(text, width - len(indent), break_long_words=False, break_on_hyphens=False)
    return [f"{indent}{line}" for line in lines]
