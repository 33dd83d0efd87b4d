"""YAML to nodes, from events: bounds are kept before a tree exists.

PyYAML's composer recurses in C and ends the interpreter on deep nesting, keeps the last of two equal keys, and follows
YAML 1.1 (`no` is false, `010` is eight). So the tree is built here from parser events; scalars stay as written.
"""

from __future__ import annotations

import re
from typing import Any

from aiact_gate.documents.node import MAX_DEPTH, MAX_NODES, Document, Node, decode, refuse


def parse_yaml(data: bytes, path: str) -> Document:
    """The one document in *data*, scalars as written, every value with its place.

    Raises:
        DocumentError: undecodable, empty, broken YAML, two documents, a duplicate key, a tag, a key that isn't text, more
            than 64 levels or 200,000 values (aliases counted as often as they are used).
    """
    return parse_yaml_text(decode(data, path), path)


def parse_yaml_text(text: str, path: str, first_line: int = 1) -> Document:
    """As `parse_yaml`, for text that starts at *first_line* of its file."""
    import yaml

    offset = first_line - 1
    _refuse_characters(text, path, offset)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        root = _Builder(path, offset).build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(_LINE_BREAK.split(text.rstrip("\r\n")))  # the end of the text counts as a line of its own
        line, column = (min(mark.line + 1, last) + offset, mark.column + 1) if mark else (first_line, 1)
        what, fix = _told(error.problem or "can't be read", text, line - offset)
        refuse(path, what, fix, line, column)
    except (yaml.YAMLError, ValueError, OverflowError):
        # The parser in Python: an escape beyond Unicode.
        refuse(path, "the YAML is broken", "Look for an escape that names no character.", first_line)
    if root is None:
        refuse(path, "the file is empty", "Fill it, or remove it.", first_line)
    return Document(path, root)


# What YAML 1.1 takes for a line break, but no editor and no forge does; and a byte order mark inside the text.
_FALSE_BREAKS = "\x85\u2028\u2029\ufeff"


def _refuse_characters(text: str, path: str, offset: int) -> None:
    import yaml

    # What no YAML stream holds: PyYAML's own pattern, which is compiled already.
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    places = [text.find(character) for character in _FALSE_BREAKS if character in text]
    if found is not None:
        places.append(found.start())
    if not places:
        return
    place = min(places)
    lines = _LINE_BREAK.split(text[:place])
    what = f"the control character U+{ord(text[place]):04X} stands in the file"
    fix = "Remove it, or write an ordinary line break or blank."
    refuse(path, what, fix, len(lines) + offset, len(lines[-1]) + 1)


_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_INDENTATION = re.compile(r"\A\s*")


def _told(problem: str, text: str, line: int) -> tuple[str, str]:
    """What is wrong and what to do, where the parser has a *problem* at *line* of *text*."""
    if "nesting" in problem.lower():  # the parser's own bound, met while it looks ahead
        return f"more than {MAX_DEPTH} levels of nesting", f"Nest at most {MAX_DEPTH} levels."
    what, fix = (
        f"the YAML is broken: {problem}",
        "Mend the indentation or the quotes at or just before this place.",
    )
    lines = _LINE_BREAK.split(text)
    if 0 < line <= len(lines) and "\t" in _INDENTATION.findall(lines[line - 1])[0]:
        what = "a tab stands in the indentation; YAML takes spaces only"
    if "tab" in what:
        fix = "Replace the tab by spaces."
    elif "mapping values" in problem:
        fix = "Quote the text if it holds a colon followed by a blank."
    return what, fix


class _Builder:
    """One pass over parser events, with an explicit stack."""

    def __init__(self, path: str, offset: int) -> None:
        self.path = path
        self.offset = offset
        self.anchors: dict[str, tuple[Node, int, int]] = {}  # node, values below it, levels below it
        self.nodes = 0
        self.root: Node | None = None
        self.stack: list[list[Any]] = []  # node, pending key, anchor, values before it, levels below it

    def build(self, events: Any) -> Node | None:
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind in ("ScalarEvent", "AliasEvent"):
                self._place(self._alias(event) if kind == "AliasEvent" else self._scalar(event), event)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._refuse_tag(event)
                self._refuse_depth(event, len(self.stack) + 1)
                value: Any = {} if kind == "MappingStartEvent" else []
                node = Node(value, *self._at(event.start_mark), 0, 0)
                self._count(event)
                self.stack.append([node, None, event.anchor, self.nodes, 1])
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                node, _, anchor, before, height = self.stack.pop()
                self._raise_to(height + 1)
                node.end_line, node.end_column = self._at(event.end_mark)
                if anchor:
                    self.anchors[anchor] = (node, self.nodes - before + 1, height)
                self._place(node, event)
            elif kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second YAML document begins here", "Keep one document in a file.")
        return None if self.root is None or self.root.is_null else self.root

    def _raise_to(self, height: int) -> None:
        """What is around has at least *height* levels."""
        if self.stack:
            self.stack[-1][4] = max(self.stack[-1][4], height)

    def _at(self, mark: Any) -> tuple[int, int]:
        return mark.line + 1 + self.offset, mark.column + 1

    def _count(self, event: Any, size: int = 1) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            what = f"more than {MAX_NODES:,} values, aliases counted as often as they are used"
            self._refuse(event, what, "Split the file; write repeated parts out or refer to them by id.")

    def _scalar(self, event: Any) -> Node:
        self._refuse_tag(event)
        self._count(event)
        if event.style == '"' and any("\ud800" <= c <= "\udfff" for c in event.value):
            self._refuse(event, "an escape that is half a character", "Write the character itself.")
        plain = not event.style  # the C parser writes '', the pure one None
        node = Node(event.value, *self._at(event.start_mark), *self._at(event.end_mark), plain)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 0)
        return node

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            what = f"the alias *{event.anchor} stands before its anchor"
            self._refuse(event, what, "Define the anchor first.")
        node, size, height = self.anchors[event.anchor]
        self._count(event, size)
        self._refuse_depth(event, len(self.stack) + height)
        self._raise_to(height + 1)
        return node

    def _place(self, node: Node, event: Any) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        parent = frame[0]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif frame[1] is None:
            if not isinstance(node.value, str):
                self._refuse(event, "a key that isn't a plain text", "Write the key as one word.")
            if node.value in parent.value:
                first = parent.keys[node.value][0]
                what = f"the key '{_short(node.value)}' stands twice here (first on line {first})"
                self._refuse(event, what, "Keep one of them.", node)
            if node.value == "<<" and node.plain:
                self._refuse(event, "merge keys (<<) aren't read", "Write the values out.")
            parent.keys[node.value] = (node.line, node.column)
            frame[1] = node.value
        else:
            parent.value[frame[1]] = node
            frame[1] = None

    def _refuse_depth(self, event: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            what = f"more than {MAX_DEPTH} levels of nesting"
            self._refuse(event, what, f"Nest at most {MAX_DEPTH} levels.")

    def _refuse_tag(self, event: Any) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._refuse(event, f"the tag {_short(event.tag)} isn't read", "Write the value without a tag.")

    def _refuse(self, event: Any, what: str, fix: str, node: Node | None = None) -> None:
        refuse(self.path, what, fix, *((node.line, node.column) if node else self._at(event.start_mark)))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
