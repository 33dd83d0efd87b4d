"""What the engine refuses, said as a fault of the policy: rule, place in the condition, message, fix.

The engine names the place and its own reason; the reason is kept only where nothing better is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from aiact_gate.expressions.vocabulary import words
from aiact_gate.lint.typed import word_start
from aiact_gate.sources.shapes import nearest, quoted

ARGUMENTS = {name: len(arguments) for name, (arguments, _) in words("2026-01-01").items()}
"""How many arguments each word of the vocabulary takes."""
MACROS = ("all", "exists", "exists_one", "map", "filter", "has")
CEL_WORDS = (
    *MACROS,
    *"size startsWith endsWith contains matches double int string bool timestamp duration".split(),
)
_KINDS = {
    "int": "a whole number",
    "uint": "a whole number",
    "double": "a decimal number",
    "string": "a text",
    "bool": "true or false",
    "null": "null",
    "dyn": "a field",
    "null_type": "null",
}
_MEND = "Mend the condition; docs/policy-language.md lists the words."


class Refusal(NamedTuple):
    """One refused condition."""

    rule: str
    offset: int
    message: str
    fix: str


def refusal(what: str, source: str, known: Iterable[str], loops: Iterable[str] = ()) -> Refusal:
    """The engine's *what* about *source*, for names *known*; *loops*: names that rows have and this condition hasn't."""
    found = re.match(r"(\d+):(\d+):? ?(.*)", what, re.DOTALL)
    line, column, reason = (int(found[1]), int(found[2]), found[3].strip()) if found else (1, 1, what.strip())
    lines = source.split("\n")
    offset = min(sum(len(text) + 1 for text in lines[: line - 1]) + max(column, 1) - 1, len(source))
    undeclared = re.match(r"undeclared reference to '([^']*)'", reason)
    if undeclared:
        return _undeclared(undeclared[1], source, offset, tuple(known), tuple(loops))
    overload = re.match(r"found no matching overload for '([^']*)' applied to '(.*)'", reason)
    if overload:
        return _overload(overload[1], overload[2], source, offset)
    if reason.startswith("Syntax error"):
        return _other_language(source, offset) or _syntax(reason, source, offset)
    gives = re.match(r"the condition gives (\w+), not true or false", reason)
    if gives:
        kind = _KINDS.get(gives[1].lower(), {"LIST": "a list", "MAP": "a group of keys"}.get(gives[1], ""))
        fix = "Compare it with something."
        return Refusal(
            "non_boolean", 0, f"the condition is {kind or gives[1].lower()}, not true or false", fix
        )
    return Refusal("condition", offset, f"the engine refuses it: {reason}", _MEND)


def _undeclared(
    name: str, source: str, offset: int, known: tuple[str, ...], loops: tuple[str, ...]
) -> Refusal:
    root = name.split(".")[0]
    start = max(source.rfind(root, 0, offset + 1), 0)
    method = re.search(r"\.(\w+)\(\s*$", source[:start])
    if method and method[1] not in CEL_WORDS:
        name, start = method[1], method.start(1)
        return _unknown_word(name, start)
    if re.match(r"\s*\(", source[start + len(root) :]):
        if root in ARGUMENTS:
            count = ARGUMENTS[root]
            what = f"{root} takes {count} argument{'s' if count > 1 else ''}; another number stands there"
            return Refusal("condition", start, what, "Give it what docs/policy-language.md lists.")
        return _unknown_word(root, start)
    if root in loops:
        what = f"`when` sees no row, so there is nothing called {quoted(root)[1:-1]}"
        return Refusal("unknown_name", start, what, "Ask it under `where`, which is asked of each row.")
    near = nearest(root, known)
    fix = (
        f"Did you mean {near}?"
        if near
        else "Start from a record kind, a fact, or a name that the check binds."
    )
    return Refusal("unknown_name", start, f"there is nothing called {quoted(root)[1:-1]}", fix)


def _unknown_word(name: str, start: int) -> Refusal:
    if name == "len":
        return Refusal("unknown_function", start, "conditions know no word 'len'", "Write size(…).")
    near = nearest(name, (*ARGUMENTS, *CEL_WORDS))
    fix = f"Did you mean {near}?" if near else "Use one of the words in docs/policy-language.md."
    return Refusal("unknown_function", start, f"conditions know no word {quoted(name)}", fix)


def _overload(name: str, kinds: str, source: str, offset: int) -> Refusal:
    shown = name.strip("_").strip("@")
    words = [_KINDS.get(kind.strip().split("(")[0], kind.strip()) for kind in kinds.strip("()").split(",")]
    sides = " and ".join(words[:2]) if len(words) > 1 else words[0]
    start = word_start(source, offset) if name[:1].isalpha() else offset
    fix = "Write whole numbers without a point, decimals with one, and compare values of one kind."
    return Refusal("unlike_kinds", start, f"'{shown}' doesn't take {sides}", fix)


_ELSEWHERE = {"and": "&&", "or": "||", "not": "!", "=": "==", "&": "&&", "|": "||", "=<": "<=", "=>": ">="}


def _other_language(source: str, offset: int) -> Refusal | None:
    """An operator of another language at *offset* of *source*, or right before it."""
    at = offset
    found = re.match(r"(?i:and|or|not)\b|=[<>]?(?!=)|&(?!&)|\|(?!\|)", source[at:])
    if found is None:
        before = re.search(r"\b(?i:and|or|not)\s+$", source[:at])
        found = before and re.match(r"\w+", before[0])
        at = before.start() if before else at
    if found is None:
        return None
    word = found[0]
    return Refusal("condition", at, f"conditions know no '{word}'", f"Write {_ELSEWHERE[word.lower()]}.")


def _syntax(reason: str, source: str, offset: int) -> Refusal:
    if "<EOF>" in reason:
        return Refusal("condition", len(source), "the condition ends before it is complete", _MEND)
    if "token recognition" in reason:
        return Refusal(
            "condition", offset, "the engine can't read on from here", "Look for a quote that isn't closed."
        )
    token = re.search(r"'([^']*)'", reason)
    near = f" before {quoted(token[1])}" if token else ""
    return Refusal("condition", offset, f"the condition can't be read{near}", _MEND)
