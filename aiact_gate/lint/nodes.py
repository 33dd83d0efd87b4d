"""The documents of a pack as rules walk them: requirements, checks, texts, each with its pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aiact_gate.documents.node import Document, Node
from aiact_gate.model.location import Pointer


def policies(documents: Iterable[Document]) -> Iterator[tuple[Document, Pointer, Node]]:
    """Every requirement of the pack's policy files, with its pointer."""
    for document in documents:
        listed = child_of(document.root, "requirements")
        if listed is not None and isinstance(listed.value, list):
            for index, node in enumerate(listed.value):
                if isinstance(node.value, dict):
                    yield document, ("requirements", index), node


def child_of(node: Node, key: str) -> Node | None:
    found = node.value.get(key) if isinstance(node.value, dict) else None
    return found if isinstance(found, Node) else None


def text_of(node: Node, key: str) -> str:
    found = child_of(node, key)
    return found.value if found is not None and isinstance(found.value, str) and not found.is_null else ""


def checks_of(pointer: Pointer, node: Node) -> Sequence[tuple[Pointer, Node]]:
    listed = child_of(node, "checks")
    if listed is None or not isinstance(listed.value, list):
        return ()
    return [
        ((*pointer, "checks", number), check)
        for number, check in enumerate(listed.value)
        if isinstance(check.value, dict)
    ]
