"""The signature of a model, from its MLmodel file: YAML, read as text. No model is loaded or unpickled."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.model.errors import DocumentError

Signature = dict[str, list[dict[str, str]]]

NONE: Signature = {"inputs": [], "outputs": []}


def signature_of(mlmodel: bytes) -> Signature | str:
    """Inputs and outputs (name and type) that an MLmodel file states; a text says why there are none."""
    try:
        content = plain_data(parse_yaml(mlmodel, "MLmodel").root)
    except DocumentError as error:
        return f"its MLmodel file can't be read: {error.what}"
    signature = content.get("signature") if isinstance(content, Mapping) else None
    return signature_from(signature) if signature else "the model was logged without a signature"


def signature_from(stated: Any) -> Signature | str:
    """As `signature_of`, for MLflow's own form: `{inputs: JSON text, outputs: JSON text}`."""
    if not isinstance(stated, Mapping):
        return "its signature isn't in MLflow's form"
    try:
        return {side: _columns(stated.get(side)) for side in ("inputs", "outputs")}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "its signature isn't in MLflow's form"


def local_mlmodel(uri: str, store: Path, anchor: str, *, outside: bool) -> Path | None:
    """The MLmodel file of the model at *uri*, as some machine wrote it into the database in *store*.

    Looked for below *store* first, by the end of the address from *anchor* (the id of run or model) upwards:
    stores move, and the address then names a folder that isn't there, or is another's. With *outside* else where the
    address points, if that is a local folder.
    """
    path = re.sub(r"^[a-z][a-z0-9+.-]+:(?://[^/\\]*(?=/))?", "", uri, flags=re.IGNORECASE)
    steps = [
        unquote(step) if ":" in uri else step for step in re.split(r"[\\/]+", path) if step not in ("", ".")
    ]
    if ".." in steps or anchor not in steps:
        return None
    real = os.path.realpath(store)
    last = steps.index(anchor)
    for start in range(last + 1):
        for root in ("", "mlruns", "mlartifacts"):
            found = store.joinpath(root, *steps[start:], "MLmodel")
            if found.is_file() and os.path.realpath(found).startswith(real + os.sep):
                return found
    if not outside or not re.match(r"^(file:|/)", uri):
        return None
    there = Path(unquote(path) if uri.startswith("file:") else path) / "MLmodel"
    return there if there.is_absolute() and there.is_file() else None


def _columns(text: Any) -> list[dict[str, str]]:
    columns = json.loads(text) if isinstance(text, str) else text
    return [{"name": str(column.get("name") or ""), "type": _type(column)} for column in columns or []]


def _type(column: Mapping[str, Any]) -> str:
    kind = str(column["type"])
    if kind == "tensor":
        spec = column["tensor-spec"]
        return f"tensor({spec['dtype']}, {'x'.join(str(size) for size in spec['shape'])})"
    if kind in ("array", "map"):
        inner = column.get("items") or column.get("values") or {}
        return f"{kind}({_type(inner)})" if inner else kind
    return kind
