"""The pin of a pack in the text of `aiact.yaml`: one entry put in or renewed, every other byte left as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import Node, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError, ManifestError
from aiact_gate.model.location import Location
from aiact_gate.propose.writing import scalar


def with_pin(text: str, path: str, digest: str, source: str) -> str:
    """*text* with the pack in *path* pinned to *digest* under `policies: packs:`; an entry for it is renewed in its place.

    Raises:
        ManifestError: the text is laid out so that the entry can't be put in; the fix holds the lines to write.
    """
    pin = {"path": path, "digest": digest, "source": source}
    edited = _edited(text, pin)
    if edited is None or _data(edited) != _wanted(text, pin):
        lines = "".join(f"\n      {line}" for line in _block(pin, "  "))
        raise ManifestError(
            "the entry can't be put into aiact.yaml without changing more of it",
            f"Write it under `policies: packs:` yourself, and run this again with --update:{lines}",
            Location("aiact.yaml"),
        )
    return edited


def _edited(text: str, pin: Mapping[str, str]) -> str | None:
    root = _root(text)
    if root is None:
        return None
    policies = root.value.get("policies")
    if policies is None:
        end = "" if text.endswith("\n") or not text else _lines(text, [""])
        return text + end + _lines(text, ["policies:", "  packs:", *_block(pin, "    ")])
    if policies.is_null:
        return _below(text, root.keys["policies"][0], ["  packs:", *_block(pin, "    ")])
    if not isinstance(policies.value, dict):
        return None
    if _is_flow(text, policies):
        if "packs" not in policies.value:
            comma = ", " if policies.value else ""
            return _before_end(text, policies, f"{comma}packs: [{_flow(pin)}]")
    indent = " " * (next(iter(policies.keys.values()))[1] - 1)
    packs = policies.value.get("packs")
    if packs is None:
        return _below(text, _last_line(policies), [f"{indent}packs:", *_block(pin, f"{indent}  ")])
    if packs.is_null:
        return _below(text, policies.keys["packs"][0], _block(pin, f"{indent}  "))
    if not isinstance(packs.value, list):
        return None
    for entry in packs.value:
        if _path_of(entry) == pin["path"]:
            return _renewed(text, entry, pin)
    if _is_flow(text, packs):
        if not packs.value and not _is_flow(text, policies):
            return _replaced(text, packs, "", _block(pin, f"{indent}  "))
        return _before_end(text, packs, f"{', ' if packs.value else ''}{_flow(pin)}")
    last = packs.value[-1]
    dash = text.split("\n")[packs.line - 1].find("-")
    return _below(text, _last_line(last), _block(pin, " " * dash))


def _renewed(text: str, entry: Node, pin: Mapping[str, str]) -> str | None:
    if isinstance(entry.value, str):
        return _replaced(text, entry, _flow(pin))
    for key in ("source", "digest"):  # the later one first, so that places before it stay
        node = entry.value.get(key)
        if node is not None and isinstance(node.value, str):
            changed = _replaced(text, node, _scalar(pin[key]))
        elif _is_flow(text, entry):
            changed = _before_end(text, entry, f", {key}: {_scalar(pin[key])}")
        else:
            indent = " " * (entry.keys["path"][1] - 1)
            changed = _below(text, entry.value["path"].end_line, [f"{indent}{key}: {_scalar(pin[key])}"])
        root = _root(changed)
        if root is None:
            return None
        text, entry = changed, _again(root, pin["path"]) or entry
    return text


def _again(root: Node, path: str) -> Node | None:
    return next((e for e in root.value["policies"].value["packs"].value if _path_of(e) == path), None)


def _path_of(entry: Node) -> str:
    node = entry.value.get("path") if isinstance(entry.value, dict) else entry
    return (
        node.value.rstrip("/").removeprefix("./") if node is not None and isinstance(node.value, str) else ""
    )


def _block(pin: Mapping[str, str], indent: str) -> list[str]:
    return [
        f"{indent}{'- ' if key == 'path' else '  '}{key}: {_scalar(value)}"
        for key, value in pin.items()
        if value
    ]


def _flow(pin: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in pin.items() if value) + "}"


def _scalar(text: str) -> str:
    return text if re.fullmatch("sha256:[0-9a-f]{64}", text) else scalar(text)


# ---------------------------------------------------------------- places in a text


def _lines(text: str, lines: Sequence[str]) -> str:
    """*lines* with the line ends that *text* has."""
    end = "\r\n" if "\r\n" in text else "\n"
    return "".join(line + end for line in lines)


def _offset(text: str, line: int, column: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1


def _is_flow(text: str, node: Node) -> bool:
    return text[_offset(text, node.line, node.column)] in "{["


def _last_line(node: Node) -> int:
    """The last line that *node* has something on; the end of a block lies behind the comments after it."""
    value = node.value
    if isinstance(value, dict) and value:
        return max(
            max(line for line, _ in node.keys.values()), *(_last_line(child) for child in value.values())
        )
    if isinstance(value, list) and value:
        return max(_last_line(child) for child in value)
    if node.is_null:
        return node.line
    return node.end_line if node.end_column > 1 else node.end_line - 1


def _below(text: str, line: int, lines: Sequence[str]) -> str:
    """*text* with *lines* after line number *line*."""
    old = text.split("\n")
    if line >= len(old):
        return text + ("\r\n" if "\r\n" in text else "\n") + _lines(text, lines)
    return "\n".join(old[:line]) + "\n" + _lines(text, lines) + "\n".join(old[line:])


def _before_end(text: str, node: Node, added: str) -> str:
    at = _offset(text, node.end_line, node.end_column) - 1
    return text[:at] + added + text[at:]


def _replaced(text: str, node: Node, new: str, lines: Sequence[str] = ()) -> str:
    """*text* with *new* in the place of *node*, and *lines* below it."""
    start, end = (
        _offset(text, node.line, node.column),
        _offset(text, node.end_line, node.end_column),
    )
    changed = text[:start].rstrip(" ") + text[end:] if not new else text[:start] + new + text[end:]
    return _below(changed, node.line, lines) if lines else changed


# ---------------------------------------------------------------- what has to come out


def _root(text: str) -> Node | None:
    try:
        root = parse_yaml(text.encode("utf-8"), "aiact.yaml").root
    except DocumentError:
        return None
    return root if isinstance(root.value, dict) else None


def _data(text: str) -> Any:
    root = _root(text)
    return plain_data(root) if root is not None else None


def _wanted(text: str, pin: Mapping[str, str]) -> Any:
    """The manifest's data with the entry, as the edited text has to read."""
    data = _data(text)
    if not isinstance(data, dict):
        return None
    policies = data.get("policies") or {}
    packs = list(policies.get("packs") or [])
    entry = {key: value for key, value in pin.items() if value}
    for index, old in enumerate(packs):
        path = old.get("path") if isinstance(old, dict) else old
        if str(path).rstrip("/").removeprefix("./") == pin["path"]:
            kept = dict(old) if isinstance(old, dict) else {}
            packs[index] = {**kept, **entry, "path": kept.get("path", entry["path"])}
            break
    else:
        packs.append(entry)
    return {**data, "policies": {**policies, "packs": packs}}
