"""What is wrong with requirements and packs beside their conditions: versions, ids, words of the law, texts.

`wrong` finds what makes a judgement wrong and belongs to compiling; `advice` finds what reads badly or claims too much and
is asked for by lint alone. Both walk the documents as written, so that every fault has the place of its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import Document, Node
from aiact_gate.expressions.paths import HOLE, parse_path
from aiact_gate.lint.act import no_point_of_the_law
from aiact_gate.lint.builtin import builtin_ids, fault_rules, law_words, timeline_rows
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.outcome import METHOD_WORDS, METHODS
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.filled import echoes, emptiness
from aiact_gate.sources.shapes import nearest, quoted

Tell = Callable[..., None]
"""tell(rule, location, message, fix, requirement="", condition="", caret=-1)."""

_SEMVER = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)")
_COMMANDS = re.compile(r"(?<![\w/-])(?:must|shall|required\sby)(?![\w/-])", re.IGNORECASE)
_VERDICTS = re.compile(
    r"(?<![\w/-])(?:compliant|non-compliant|conforms?|certified|guaranteed?|audit-ready|audit-proof|trustworthy|"
    r"illegal|violat\w*|infring\w*)(?![\w/-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'[^']*'|`[^`]*`|\"[^\"]*\"")


def policies(documents: Mapping[str, Document]) -> Iterator[tuple[Document, Pointer, Node]]:
    """Every requirement of the pack's policy files, with its pointer."""
    for document in documents.values():
        listed = _child(document.root, "requirements")
        if listed is not None and isinstance(listed.value, list):
            for index, node in enumerate(listed.value):
                if isinstance(node.value, dict):
                    yield document, ("requirements", index), node


# ---------------------------------------------------------------- what makes a judgement wrong


def wrong(data: Mapping[str, Any], documents: Mapping[str, Document], tell: Tell) -> None:
    """Faults of requirements that make a judgement wrong."""
    head = documents.get("pack.yaml")
    if head is not None:
        version = _text(head.root, "version")
        if version and not re.fullmatch(r"[0-9]+(\.[0-9]+)*", version):
            tell(
                "version",
                head.location(("version",)),
                f"the version of the pack is {quoted(version)}",
                "Write numbers with points between them: 4.2, or 2026.11.0.",
            )
    retired = _retired(head)
    builtin = str((data.get("pack") or {}).get("name", "")) in BUILTIN
    for document, pointer, node in policies(documents):
        name = _text(node, "id")
        _version(document, (*pointer, "version"), _text(node, "version"), name, name, tell)
        if name in retired:
            tell(
                "retired_id",
                document.location((*pointer, "id")),
                f"the id {quoted(name)[1:-1]} was retired in pack.yaml",
                "Give it a new one: waivers and history still mean the old point.",
                name,
            )
        _law_words(data, document, pointer, node, name, tell)
        _parameters(document, pointer, node, name, tell)
        for place, check in _checks(pointer, node):
            full = f"{name}/{_text(check, 'id')}"
            if full in retired:
                tell(
                    "retired_id",
                    document.location((*place, "id")),
                    f"the id {quoted(full)[1:-1]} was retired in pack.yaml",
                    "Give it a new one: waivers and history still mean the old check.",
                    name,
                )
            if not builtin:
                _fault_rule(document, place, check, name, tell)
            _braces(document, place, check, name, tell)


def _version(
    document: Document, pointer: Pointer, version: str, owner: str, requirement: str, tell: Tell
) -> None:
    if version and not _SEMVER.fullmatch(version):
        tell(
            "version",
            document.location(pointer),
            f"the version of {owner or 'this requirement'} is {quoted(version)}",
            "Write three numbers: 1.0.0.",
            requirement,
        )


def _retired(head: Document | None) -> frozenset[str]:
    listed = _child(head.root, "retired") if head is not None else None
    if listed is None or not isinstance(listed.value, list):
        return frozenset()
    return frozenset(item.value for item in listed.value if isinstance(item.value, str))


def _law_words(
    data: Mapping[str, Any], document: Document, pointer: Pointer, node: Node, name: str, tell: Tell
) -> None:
    timeline = _text(node, "timeline")
    binds = _child(node, "binds")
    duty = _text(binds, "duty") if binds is not None else ""
    if timeline in ("", "undated") and duty in ("", "all"):
        return
    if (data.get("pack") or {}).get("name") == "eu-ai-act" and data.get("timeline"):  # brings them along
        timelines = timeline_rows(data["timeline"])
        duties = tuple((data.get("classification") or {}).get("duty_groups") or {})
    else:
        timelines, duties = law_words()
    if timeline and timeline not in (*timelines, "undated"):
        near = nearest(timeline, (*timelines, "undated"))
        tell(
            "unknown_timeline",
            document.location((*pointer, "timeline")),
            f"timeline.yaml has no row {quoted(timeline)}",
            f"Did you mean {near}?" if near else "Name the row of its articles, or `undated`.",
            name,
        )
    if duty and duty not in (*duties, "all"):
        near = nearest(duty, (*duties, "all"))
        tell(
            "unknown_duty",
            document.location((*pointer, "binds", "duty")),
            f"classification.yaml has no duty {quoted(duty)}, so this binds nobody",
            f"Did you mean {near}?" if near else "Name one of its duty_groups, or `all`.",
            name,
        )


def _parameters(document: Document, pointer: Pointer, node: Node, name: str, tell: Tell) -> None:
    listed = _child(node, "parameters")
    if listed is None or not isinstance(listed.value, dict):
        return
    for key, parameter in listed.value.items():
        place = (*pointer, "parameters", key)
        default, low, high = (_number(parameter, part) for part in ("default", "min", "max"))
        if low is not None and high is not None and low > high:
            tell(
                "parameter",
                document.location((*place, "min")),
                f"{key} has the lower bound {low:g} above its upper bound {high:g}",
                "Put the bounds in their order.",
                name,
            )
        elif bound := _crossed(default, low, high):
            tell(
                "parameter",
                document.location((*place, "default")),
                f"{key} is {default:g} unless set, which lies outside its {bound}",
                "Move the default or the bound.",
                name,
            )
        if _text(parameter, "type") == "int":
            for part, value in (("default", default), ("min", low), ("max", high)):
                if value is not None and value != int(value):
                    tell(
                        "parameter",
                        document.location((*place, part)),
                        f"{key} counts whole numbers; its {part} is {value:g}",
                        "Write a whole number, or make it a float.",
                        name,
                    )


def _crossed(value: float | None, low: float | None, high: float | None) -> str:
    """The bound outside which *value* lies, as `min, 1`; empty if it lies outside none."""
    if value is not None and low is not None and value < low:
        return f"min, {low:g}"
    if value is not None and high is not None and value > high:
        return f"max, {high:g}"
    return ""


def _fault_rule(document: Document, place: Pointer, check: Node, name: str, tell: Tell) -> None:
    rule = _text(check, "faults")
    if not rule:
        return
    if rule not in fault_rules():
        near = nearest(rule, fault_rules())
        tell(
            "unknown_faults",
            document.location((*place, "faults")),
            f"no source finds faults of the rule {quoted(rule)}, so the check passes always",
            f"Did you mean {near}?" if near else "Say with `that` what has to hold.",
            name,
        )


def _braces(document: Document, place: Pointer, check: Node, name: str, tell: Tell) -> None:
    for key in ("message", "missing", "fix"):
        text = _text(check, key)
        rest = re.sub(HOLE, lambda found: " " * len(found[0]), text)
        found = re.search(r"\{[^{}]*\}?", rest)
        if found and not _is_path(found[0]):
            tell(
                "message_hole",
                document.location((*place, key)),
                f"{quoted(found[0])} is no path, so it stands in the message as it is",
                "Write a path, {it.id}, or take the braces out.",
                name,
                text,
                found.start(),
            )


def _is_path(hole: str) -> bool:
    try:
        parse_path(hole.strip("{}"))
    except PackError:
        return False
    return re.fullmatch(HOLE, hole) is not None


# ---------------------------------------------------------------- advice


def advice(data: Mapping[str, Any], documents: Mapping[str, Document], tell: Tell) -> None:
    """What reads badly, or says more than it shows."""
    compiled = {(item["file"], item["line"]): item for item in data["requirements"]}
    own = str((data.get("pack") or {}).get("name", ""))
    built_in = builtin_ids() if own not in BUILTIN else {}
    for document, pointer, node in policies(documents):
        name = _text(node, "id")
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
    citation = _text(node, "citation")
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
    title = _text(node, "title")
    for key in ("title", "why", "leaves_open", "fix"):
        text = _text(node, key)
        place = document.location((*pointer, key))
        if not text:
            continue
        if key in ("title", "fix"):
            _words(text, key, place, name, tell)
        if key != "title" and echoes(text, (title,)):
            _says_nothing(key, place, "only repeats the title", name, tell)
        elif key == "title" and " " not in text.strip() and text.isascii():
            _says_nothing(key, place, "is one word", name, tell)
    question = _text(node, "leaves_open")
    if question and not _asks(question):
        tell(
            "no_question",
            document.location((*pointer, "leaves_open")),
            "`leaves_open` asks nothing",
            "Write the question that stays for a person when every check holds.",
            name,
        )
    for place_, check in _checks(pointer, node):
        for key in ("message", "missing", "fix"):
            text = _text(check, key)
            if not text:
                continue
            place = document.location((*place_, key))
            _words(text, key, place, name, tell)
            if emptiness(re.sub(HOLE, "hole", text), "text"):
                _says_nothing(key, place, "has fewer than three different words", name, tell)
            elif "{" not in text and echoes(text, (title,)):
                _says_nothing(key, place, "only repeats the point's title", name, tell)
        if _text(check, "severity") == "warning" and _text(check, "message") and not _text(check, "faults"):
            if not _asks(_text(check, "message")):
                tell(
                    "no_question",
                    document.location((*place_, "message")),
                    "the message of a warning asks nothing",
                    "Ask it: a heuristic doesn't know.",
                    name,
                )
        at = _text(check, "at")
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
    each = _child(check, "each")
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
    listed = _child(node, "parameters")
    if listed is None or not isinstance(listed.value, dict):
        return
    asked = [
        child
        for _, check in _checks(pointer, node)
        for child in (_child(check, key) for key in ("that", "where", "when", "each"))
    ]
    texts = [text for child in asked if child is not None for text in _all_texts(child)]
    for key in listed.value:
        if not any(re.search(rf"\bparameters\.{re.escape(key)}\b", text) for text in texts):
            tell(
                "unread_parameter",
                document.location((*pointer, "parameters", key)),
                f"no condition reads the parameter {quoted(key)[1:-1]}",
                f"Read it as parameters.{quoted(key)[1:-1]}, or take it out.",
                name,
            )


# ---------------------------------------------------------------- nodes


def _child(node: Node, key: str) -> Node | None:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found if isinstance(found, Node) else None


def _text(node: Node, key: str) -> str:
    found = _child(node, key)
    return found.value if found is not None and isinstance(found.value, str) and not found.is_null else ""


def _number(node: Node, key: str) -> float | None:
    from aiact_gate.documents.node import number_of

    found = _child(node, key)
    return number_of(found.value) if found is not None and isinstance(found.value, str) else None


def _checks(pointer: Pointer, node: Node) -> Sequence[tuple[Pointer, Node]]:
    listed = _child(node, "checks")
    if listed is None or not isinstance(listed.value, list):
        return ()
    return [
        ((*pointer, "checks", number), check)
        for number, check in enumerate(listed.value)
        if isinstance(check.value, dict)
    ]


def _all_texts(node: Node) -> Iterator[str]:
    if isinstance(node.value, str):
        yield node.value
    else:
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from _all_texts(child)
