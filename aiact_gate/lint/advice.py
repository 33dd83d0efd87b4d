"""What reads badly in a policy, or says more than it shows; asked for by lint alone, so `check` never comes here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from aiact_gate.documents.node import Document, Node
from aiact_gate.expressions.paths import HOLE
from aiact_gate.lint.act import no_point_of_the_law
from aiact_gate.lint.nodes import checks_of, child_of, policies, text_of
from aiact_gate.lint.requirements import builtin_data
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.outcome import METHOD_WORDS, METHODS
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.filled import echoes, emptiness
from aiact_gate.sources.shapes import quoted

Tell = Callable[..., None]
"""tell(rule, location, message, fix, requirement="", condition="", caret=-1)."""

_COMMANDS = re.compile(r"(?<![\w/-])(?:must|shall|required\sby)(?![\w/-])", re.IGNORECASE)
_VERDICTS = re.compile(
    r"(?<![\w/-])(?:compliant|non-compliant|conforms?|certified|guaranteed?|audit-ready|audit-proof|trustworthy|"
    r"illegal|violat\w*|infring\w*)(?![\w/-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")


def advice(data: Mapping[str, Any], documents: Iterable[Document], tell: Tell) -> None:
    """What reads badly, or says more than it shows."""
    compiled = {(item["file"], item["line"]): item for item in data["requirements"]}
    own = str((data.get("pack") or {}).get("name", ""))
    built_in = builtin_ids() if own not in BUILTIN else {}
    for document, pointer, node in policies(documents):
        name = text_of(node, "id")
        if name in built_in:
            tell(
                "builtin_id",
                document.location((*pointer, "id")),
                f"{name} is a requirement of {built_in[name]} already",
                "Give it an id of your own, or tighten the built-in one in overlay.yaml.",
                name,
            )
        _citation(document, pointer, node, name, tell)
        _texts(document, pointer, node, name, tell)
        found = compiled.get((document.path, document.location((*pointer, "id")).line))
        if found is not None:
            _calls_for(document, pointer, node, found, tell)
        _unread(document, pointer, node, name, tell)


def _citation(document: Document, pointer: Pointer, node: Node, name: str, tell: Tell) -> None:
    citation = text_of(node, "citation")
    if not re.match(r"(?:Articles?|Annex)\b", citation):
        return
    why = no_point_of_the_law(citation)
    if why:
        tell(
            "citation",
            document.location((*pointer, "citation")),
            f"{quoted(citation)} names no point of the law: {why}",
            "Name the point, as in Article 9(5) or Annex IV, point 2(a).",
            name,
        )


def _texts(document: Document, pointer: Pointer, node: Node, name: str, tell: Tell) -> None:
    title = text_of(node, "title")
    for key in ("title", "why", "leaves_open", "fix"):
        text = text_of(node, key)
        place = document.location((*pointer, key))
        if not text:
            continue
        if key in ("title", "fix"):
            _words(text, key, place, name, tell)
        if key != "title" and echoes(text, (title,)):
            _says_nothing(key, place, "only repeats the title", name, tell)
        elif key == "title" and " " not in text.strip() and text.isascii():
            _says_nothing(key, place, "is one word", name, tell)
    question = text_of(node, "leaves_open")
    if question and not _asks(question):
        tell(
            "no_question",
            document.location((*pointer, "leaves_open")),
            "`leaves_open` asks nothing",
            "Write the question that stays for a person when every check holds.",
            name,
        )
    for place_, check in checks_of(pointer, node):
        for key in ("message", "missing", "fix"):
            text = text_of(check, key)
            if not text:
                continue
            place = document.location((*place_, key))
            _words(text, key, place, name, tell)
            if emptiness(re.sub(HOLE, "hole", text), "text"):
                _says_nothing(key, place, "has fewer than three different words", name, tell)
            elif "{" not in text and echoes(text, (title,)):
                _says_nothing(key, place, "only repeats the point's title", name, tell)
        if (
            text_of(check, "severity") == "warning"
            and text_of(check, "message")
            and not text_of(check, "faults")
        ):
            if not _asks(text_of(check, "message")):
                tell(
                    "no_question",
                    document.location((*place_, "message")),
                    "the message of a warning asks nothing",
                    "Ask it: a heuristic doesn't know.",
                    name,
                )
        at = text_of(check, "at")
        if at:
            _at(document, place_, check, at, name, tell)


def _asks(text: str) -> bool:
    return any(mark in text for mark in "?？؟")


def _says_nothing(key: str, place: Location, how: str, name: str, tell: Tell) -> None:
    tell("says_nothing", place, f"`{key}` {how}", "Say what a reader doesn't know yet.", name)


def _words(text: str, key: str, place: Location, name: str, tell: Tell) -> None:
    shown = re.sub(HOLE, lambda found: " " * len(found[0]), text)
    shown = _QUOTED.sub(lambda found: " " * len(found[0]), shown)
    for pattern, fix in (
        (_COMMANDS, "State the fact; the law stands beside the place."),
        (_VERDICTS, "Say what the repository shows; the verdict is a person's."),
    ):
        found = pattern.search(shown)
        if found:
            tell("verdict_word", place, f"`{key}` says {quoted(found[0])}", fix, name, text, found.start())


def _at(document: Document, place: Pointer, check: Node, at: str, name: str, tell: Tell) -> None:
    each = child_of(check, "each")
    words = {
        key
        for key, child in (each.value.items() if each is not None and isinstance(each.value, dict) else ())
        if isinstance(child.value, list)
    }
    root = re.split(r"[.\[]", at.strip(), maxsplit=1)[0]
    if root in ("parameters", "as_of") or root in words:
        tell(
            "at_no_evidence",
            document.location((*place, "at")),
            f"{quoted(root)} stands in the policy, so no line of the evidence can be pointed at",
            "Point at what the writer has to change.",
            name,
            at,
            0,
        )


def _calls_for(
    document: Document, pointer: Pointer, node: Node, compiled: Mapping[str, Any], tell: Tell
) -> None:
    """What the point calls for, held against the strongest fact that its checks read.

    The weakest fact decides what a pass is worth, and a row that is worth less than its point calls for is shown and counted as
    such. What nothing that is read could ever reach is no demand but a claim. What the run logged can stand behind a
    demand for `measured`.
    """
    wanted = compiled["calls_for"]
    worths = {
        worth
        for check in compiled["checks"]
        if check["severity"] == "error" and not check["faults"]
        for _, worth in check["worth"]
    }
    if wanted not in METHODS or all(check["faults"] for check in compiled["checks"]):
        return
    best = min(worths or {"structural"}, key=METHODS.index)  # ids, dates and criteria alone: read
    if METHODS.index(best) > max(METHODS.index(wanted), METHODS.index("provenance")):
        tell(
            "calls_for",
            document.location((*pointer, "calls_for")),
            f"{compiled['id']} calls for {wanted}; the strongest fact that its checks read is {best} ({METHOD_WORDS[best]})",
            "Call for that, or add a check that reads what the run or the gate measured.",
            compiled["id"],
        )


def _unread(document: Document, pointer: Pointer, node: Node, name: str, tell: Tell) -> None:
    listed = child_of(node, "parameters")
    if listed is None or not isinstance(listed.value, dict):
        return
    asked = [
        child
        for _, check in checks_of(pointer, node)
        for child in (child_of(check, key) for key in ("that", "where", "when", "each"))
    ]
    texts = [text for child in asked if child is not None for text in texts_below(child)]
    for key in listed.value:
        if not any(re.search(rf"\bparameters\.{re.escape(key)}\b", text) for text in texts):
            tell(
                "unread_parameter",
                document.location((*pointer, "parameters", key)),
                f"no condition reads the parameter {quoted(key)[1:-1]}",
                f"Read it as parameters.{quoted(key)[1:-1]}, or take it out.",
                name,
            )


@cache
def builtin_ids() -> dict[str, str]:
    """The ids of all requirements of the built-in packs, each with its pack."""
    return {str(row.get("id")): pack for pack in BUILTIN for row in builtin_data(pack)["requirements"]}


def texts_below(node: Node) -> Iterator[str]:
    if isinstance(node.value, str):
        yield node.value
    else:
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from texts_below(child)
