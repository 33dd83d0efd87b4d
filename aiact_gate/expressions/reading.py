"""What a check reads, told from the trees of its conditions: the paths that the judge asks about beside the conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiact_gate.expressions.tree import Expr, Path, encode, filled_path, reads
from aiact_gate.model.policy import Check, Condition, PathExpr
from aiact_gate.schemas import fields
from aiact_gate.schemas.fields import Field

Kinds = Mapping[str, Mapping[str, Any]]
"""Record kinds that packs add: their schemas."""


def bound_paths(check: Check) -> dict[str, Path]:
    """Name -> the path, from the evidence's names, of what the check's loops and look-ups bind."""
    bound: dict[str, Path] = {}
    for loop in check.loops:
        bound[loop.name] = ("@word",) if loop.path is None else (*_resolved(loop.path, bound), "*")
    for lookup in check.lookups:
        bound[lookup.name] = (*_resolved(lookup.path, bound), "*")
    return bound


def _resolved(path: PathExpr, bound: Mapping[str, Path]) -> Path:
    plain = tuple(step if isinstance(step, str) else "*" for step in path.steps)
    return resolve(plain, bound)


def resolve(path: Path, bound: Mapping[str, Path]) -> Path:
    """*path* from the evidence's names."""
    return (*bound[path[0]], *path[1:]) if path and path[0] in bound else path


def field_at(path: Path, kinds: Kinds | None = None) -> Field | None:
    """The schema of what *path* (from the evidence's names) leads to, if it is known."""
    field = fields.root(path[0], kinds)
    for step in path[1:]:
        field = field.below(step) if field is not None else None
    return field


def is_computed(path: Path, kinds: Kinds | None = None) -> bool:
    """Whether a `*` of *path* is a key that a condition computes: then no one field is meant."""
    field = fields.root(path[0], kinds)
    for step in path[1:]:
        if field is None or step == "*" and field.schema.get("properties"):
            return True
        field = field.below(step)
    return False


def condition_of(tree: Expr, source: str) -> Condition:
    """*tree* as a condition that the judge takes."""
    relative = tuple(in_order(tree, source))
    return Condition(
        source,
        encode(tree),
        tuple(sorted({path[0] for path in relative if not path[0].startswith("@")})),
        relative,
        filled_path(tree, {}) or (),
    )


def in_order(tree: Expr, source: str) -> list[Path]:
    """The paths that *tree* reads in the order of its *source*: the first that isn't there is the one to point at."""
    return sorted(
        reads(tree),
        key=lambda path: (source.find(".".join(step for step in path if step != "*")), path),
    )


def needed(paths: Iterable[Path], kinds: Kinds | None = None) -> set[Path]:
    """Those of *paths*, from the evidence's names, that are fields of a record: a required one among them has to be filled."""
    records = (*fields.RECORDS, *(kinds or ()))
    return {path for path in paths if path[0] in records and not is_computed(path, kinds)}


def prose(paths: Iterable[Path], bound: Mapping[str, Path], kinds: Kinds | None = None) -> list[Path]:
    """Those of *paths* that lead to prose, which is held against the requirement's own words."""
    found = []
    for path in paths:
        field = None if path[0].startswith("@") else field_at(resolve(path, bound), kinds)
        if field is not None and field.is_prose:
            found.append(path)
    return found


def with_conditions(
    check: Check,
    clauses: Sequence[Condition],
    when: Condition | None,
    where: Condition | None,
    kinds: Kinds | None = None,
) -> Check:
    """*check* with other conditions, as if its author had written them: what it reads follows from them."""
    bound = bound_paths(check)
    asked = {resolve(path, bound) for clause in clauses for path in clause.relative}
    others = {resolve(path, bound) for part in (when, where) if part is not None for path in part.relative}
    looped = {_resolved(loop.path, bound) for loop in check.loops if loop.path is not None}
    for lookup in check.lookups:
        looped |= {_resolved(lookup.key, bound), (*_resolved(lookup.path, bound), "*", lookup.field)}
    return check._replace(
        clauses=tuple(clauses),
        when=when,
        where=where,
        reads=tuple(sorted(path for path in asked | others | looped if not path[0].startswith("@"))),
        needs=tuple(sorted(needed(asked, kinds))),
        texts=tuple(path for clause in clauses for path in prose(clause.relative, bound, kinds)),
        proof=None,
        chosen=None,
    )
