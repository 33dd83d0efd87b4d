"""Hostile text made harmless for where it lands. One function a place; formats use nothing else."""

from __future__ import annotations

import re

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_ANYWHERE = re.compile(r"#(?=#\w*\[)")
"""Azure Pipelines and TeamCity take `##vso[`, `##[` and `##teamcity[` for commands wherever they stand in a line."""
_AT_START = re.compile(
    r"""
    ^(\s*) (?= ::                                                      # GitHub Actions, and what runs its workflows
             | (?: --- | \+\+\+ | ~~~ | \^\^\^ ) (?:\s|$)                  # Buildkite: groups
             | section_(?:start|end): | travis_(?:fold|time): )         # GitLab, Travis: sections
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WWW = re.compile(r"(www)\.", re.IGNORECASE)


def visible(text: str) -> str:
    """*text* on one line, as `one_line`; a backslash breaks what a runner takes for a command anywhere in a line."""
    return _ANYWHERE.sub(r"#\\", one_line(text))


def json_text(text: str) -> str:
    """*text*, a JSON document, in which nothing is a command anywhere in a line: it says the same."""
    return _ANYWHERE.sub(r"\\u0023", text)


def one_line(text: str) -> str:
    """*text* on one line: control and direction characters shown as `\\x1b`, line breaks as blanks.

    For a path that has to lead to its file: nothing else in it is changed.
    """
    out = []
    for c in text:
        if c in "\n\r\t\u2028\u2029\x0b\x0c\x85":
            out.append(" ")
        elif c in _BIDI or not c.isprintable():
            out.append(f"\\x{ord(c):02x}")
        else:
            out.append(c)
    return "".join(out)


def markdown_text(text: str, limit: int = 400) -> str:
    """*text* as plain Markdown text, also inside a table cell: nothing in it is markup, a link or a mention."""
    shown = visible(text)
    shown = shown if len(shown) <= limit else shown[: limit - 1] + "…"
    out = []
    for c in shown:
        if c in "&<>":
            out.append({"&": "&amp;", "<": "&lt;", ">": "&gt;"}[c])
        elif c in "\\`*_{}[]|~#@$":
            out.append(f"&#{ord(c)};")
        else:
            out.append(c)
    return _WWW.sub(r"\1&#46;", "".join(out).replace("://", "&#58;//"))


def markdown_code(text: str, limit: int = 200) -> str:
    """*text* as a code span that holds in a table cell."""
    shown = visible(text)
    shown = (shown if len(shown) <= limit else shown[: limit - 1] + "…").replace("|", "\\|")
    fence = "`"
    while fence in shown:
        fence += "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown.strip() else "&#45;"


def command_message(text: str) -> str:
    """The message of a GitHub workflow command."""
    # A lone surrogate (a file name that isn't UTF-8) has no bytes in a log.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """A property of a GitHub workflow command."""
    return command_message(text).replace(":", "%3A").replace(",", "%2C")


def log_line(text: str) -> str:
    """*text* for a log that a runner reads: no line of it is a command, whichever service runs it.

    A backslash breaks the line's beginning, too, which white space before it wouldn't.
    """
    return _AT_START.sub(r"\1\\", visible(text))
