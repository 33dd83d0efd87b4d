"""What a check reads, told from the trees of its conditions: the paths that the judge asks about beside the conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiact_gate.expressions.tree import Expr, Path, reads
from aiact_gate.schemas import fields
from aiact_gate.schemas.fields import Field

Kinds = Mapping[str, Mapping[str, Any]]
"""Record kinds that packs add: their schemas."""


def resolve(path: Path, bound: Mapping[str, Path]) -> Path:
    """*path* from the evidence's names."""
    return (*bound[path[0]], *path[1:]) if path and path[0] in bound else path


def field_at(path: Path, kinds: Kinds | None = None, *, certain: bool = False) -> Field | None:
    """The schema of what *path* (from the evidence's names) leads to, if it is known.

    If that has to be *certain*, a key that a condition computes leads nowhere: no one field is meant.
    """
    field = fields.root(path[0], kinds)
    for step in path[1:]:
        if field is None or certain and step == "*" and field.schema.get("properties"):
            return None
        field = field.below(step)
    return field


def in_order(tree: Expr, source: str) -> list[Path]:
    """The paths that *tree* reads in the order of its *source*: the first that isn't there is the one to point at."""
    return sorted(
        reads(tree),
        key=lambda path: (source.find(".".join(step for step in path if step != "*")), path),
    )


def needed(paths: Iterable[Path], kinds: Kinds | None = None) -> set[Path]:
    """Those of *paths*, from the evidence's names, that are fields of a record: a required one among them has to be filled."""
    records = (*fields.RECORDS, *(kinds or ()))
    return {path for path in paths if path[0] in records and field_at(path, kinds, certain=True)}


def prose(paths: Iterable[Path], bound: Mapping[str, Path], kinds: Kinds | None = None) -> list[Path]:
    """Those of *paths* that lead to prose, which is held against the requirement's own words."""
    found = []
    for path in paths:
        field = None if path[0].startswith("@") else field_at(resolve(path, bound), kinds)
        if field is not None and field.is_prose:
            found.append(path)
    return found
