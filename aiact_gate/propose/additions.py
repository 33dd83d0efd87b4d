"""What an existing file lacks, as lines to add: shown as a diff, never written. Each result is parsed before it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import Node
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError
from aiact_gate.propose.manifest import Model, mlflow_block
from aiact_gate.propose.writing import Budget, proposal, scalar
from aiact_gate.sources.discover import Data


def with_block(text: str, key: str, lines: Sequence[str]) -> str | None:
    """*text* with *lines* at the end of the top-level block *key*; None where that can't be written."""
    old = text.splitlines()
    start = next(
        (index for index, line in enumerate(old) if line.partition("#")[0].rstrip() == f"{key}:"), None
    )
    if start is None:
        return None
    end = start + 1
    while end < len(old) and (not old[end].strip() or old[end][0] in " #-"):
        end += 1
    while end > start + 1 and (not old[end - 1].strip() or old[end - 1].startswith("#")):
        end -= 1
    new = "\n".join([*old[:end], *lines, *old[end:]]) + "\n"
    before, after = _count(text, key), _count(new, key)
    return new if after > before else None


def dataset_lines(data: Sequence[Data], text: str) -> list[str]:
    """One block for each of *data*, indented as the list in *text* is."""
    lines = text.splitlines()
    start = next((index for index, line in enumerate(lines) if line.startswith("datasets:")), len(lines))
    first = next((line for line in lines[start + 1 :] if line.lstrip().startswith("- ")), "  - ")
    indent = first[: len(first) - len(first.lstrip())]
    added = []
    for item in data:
        added += [
            f"{indent}- id: {scalar(item.id)}",
            f"{indent}  path: {scalar(item.path)}",
            f"{indent}  split: {proposal(item.split) if item.split else ''}".rstrip(),
        ]
    return added


def with_model(text: str, system: int, card: str, instructions: str, model: Model | None) -> str:
    """The manifest *text* with what its system number *system* doesn't point to yet; *text* itself if nothing is new."""
    for key, lines in (
        ("card", [f"      card: {scalar(card)}"] if card else []),
        ("instructions", [f"      instructions: {scalar(instructions)}"] if instructions else []),
        ("mlflow", mlflow_block(model, Budget(1)) if model is not None else []),
    ):
        if lines:
            text = _with_pointer(text, system, key, lines) or text
    return text


def _with_pointer(text: str, system: int, key: str, lines: Sequence[str]) -> str | None:
    entry = _system(text, system)
    if entry is None or "id" not in entry.value:
        return None
    old = text.splitlines()
    model = entry.value.get("model")
    at = entry.value["id"].end_line
    indent = " " * (entry.keys["id"][1] - 1)
    if model is None or not isinstance(model.value, dict):
        if model is not None and not model.is_null:
            return None
        if model is not None:
            at = entry.keys["model"][0]
            added = [_shifted(line, f"{indent}  ") for line in lines]
        else:
            added = [f"{indent}model:", *(_shifted(line, f"{indent}  ") for line in lines)]
    else:
        inner = " " * (next(iter(model.keys.values()))[1] - 1)
        added = [_shifted(line, inner) for line in lines]
        at = entry.keys["model"][0]
        if key in model.value:
            if not model.value[key].is_null:
                return None
            at = model.keys[key][0]
            old.pop(at - 1)
            at -= 1
    new = "\n".join([*old[:at], *added, *old[at:]]) + "\n"
    found = _system(new, system)
    held = found.value.get("model") if found is not None else None
    if held is None or not isinstance(held.value, dict):
        return None
    value = held.value.get(key)
    return new if value is not None and not value.is_null else None


def _shifted(line: str, indent: str) -> str:
    """*line*, written for six blanks, with *indent* instead."""
    return indent + line[6:]


def _system(text: str, index: int) -> Node | None:
    root = _root(text)
    systems = root.get("systems")
    if systems is None or not isinstance(systems.value, list) or index >= len(systems.value):
        return None
    entry: Node = systems.value[index]
    return entry if isinstance(entry.value, dict) else None


def _root(text: str) -> Mapping[str, Any]:
    try:
        root = parse_yaml(text.encode("utf-8"), "proposal").root.value
    except DocumentError:
        return {}
    return root if isinstance(root, dict) else {}


def _count(text: str, key: str) -> int:
    node = _root(text).get(key)
    return len(node.value) if node is not None and isinstance(node.value, (dict, list)) else 0
