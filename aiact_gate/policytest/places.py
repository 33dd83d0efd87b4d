"""Where the conditions of a pack's checks stand in its YAML files, and their trees."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from aiact_gate.documents.node import Node
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.expressions.engine import Engine
from aiact_gate.expressions.tree import Expr, decode
from aiact_gate.lint.carets import Text, place_in
from aiact_gate.model.errors import DocumentError
from aiact_gate.model.location import Location, Pointer
from aiact_gate.model.policy import Check, Condition
from aiact_gate.policy.compile import policy_files


class Part(NamedTuple):
    """One condition of a check."""

    name: str
    """`when`, `where`, `that` or, of several clauses, `that[1]`."""
    condition: Condition
    tree: Expr
    place: Location
    text: Text
    """Of the file that it stands in."""

    def inside(self, offset: int) -> Location:
        """The place of its character *offset*, as an editor counts."""
        line, column = place_in(self.text, self.place.line, self.place.column, self.condition.source, offset)
        return self.place._replace(line=line, column=column, end_line=line, end_column=column + 1)


class Places:
    """The places of every check of a pack."""

    def __init__(self, folder: Path) -> None:
        self._checks: dict[str, tuple[str, Node]] = {}
        self._texts: dict[str, Text] = {}
        for file in policy_files(folder):
            try:
                content = file.read_bytes()
                document = parse_yaml(content, f"{folder.name}/{file.name}")
            except DocumentError:
                continue  # compiling says so
            self._texts[document.path] = Text(content.decode("utf-8", "replace"))
            for requirement in _list(document.root, "requirements"):
                name = _text(requirement, "id")
                for check in _list(requirement, "checks"):
                    self._checks[f"{name}/{_text(check, 'id')}"] = (document.path, check)

    def of(self, check: str, *steps: str | int) -> Location:
        """The place of the value at *steps* in *check*, or of the nearest thing above it."""
        if check not in self._checks:
            return Location("")
        path, node = self._checks[check]
        for step in steps:
            below = node.value
            if isinstance(below, dict) and step in below:
                node = below[step]
            elif isinstance(below, list) and isinstance(step, int) and step < len(below):
                node = below[step]
        if isinstance(node.value, list) and len(node.value) == 1 and steps[-1:] == ("that",):
            node = node.value[0]
        pointer: Pointer = tuple(steps)
        return Location(path, node.line, node.column, node.end_line, node.end_column, pointer)

    def text(self, path: str) -> Text:
        """The text of the policy file *path*."""
        return self._texts.get(path) or Text("")


def _list(node: Node, key: str) -> list[Node]:
    child = node.value.get(key) if isinstance(node.value, dict) else None
    return child.value if child is not None and isinstance(child.value, list) else []


def _text(node: Node, key: str) -> str:
    child = node.value.get(key) if isinstance(node.value, dict) else None
    return str(child.value) if child is not None else ""


def parts_of(check: Check, engine: Engine, places: Places) -> list[Part]:
    """The conditions of *check*, with trees that know where their parts stand."""
    found = []
    several = len(check.clauses) > 1
    for name, condition, steps in (
        ("when", check.when, ("when",)),
        ("where", check.where, ("where",)),
        *(
            (f"that[{index}]" if several else "that", clause, ("that", index) if several else ("that",))
            for index, clause in enumerate(check.clauses)
        ),
    ):
        if condition is not None:
            tree = decode(engine.compile(condition.source))
            place = places.of(check.id, *steps)
            found.append(Part(name, condition, tree, place, places.text(place.path)))
    return found
