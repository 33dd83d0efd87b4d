"""A check with other conditions, as if its author had written them: for mutants and for what tests cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiact_gate.expressions.encoding import encode
from aiact_gate.expressions.reading import Kinds, in_order, needed, prose, resolve
from aiact_gate.expressions.tree import Expr, Path, filled_path
from aiact_gate.model.policy import Check, Condition, PathExpr


def bound_paths(check: Check) -> dict[str, Path]:
    """Name -> the path, from the evidence's names, of what the check's loops and look-ups bind."""
    bound: dict[str, Path] = {}
    for loop in check.loops:
        bound[loop.name] = ("@word",) if loop.path is None else (*_resolved(loop.path, bound), "*")
    for lookup in check.lookups:
        bound[lookup.name] = (*_resolved(lookup.path, bound), "*")
    return bound


def _resolved(path: PathExpr, bound: Mapping[str, Path]) -> Path:
    return resolve(path.plain, bound)


def condition_of(tree: Expr, source: str) -> Condition:
    """*tree* as a condition that the judge takes."""
    relative = tuple(in_order(tree, source))
    return Condition(
        source,
        encode(tree),
        tuple(sorted({path[0] for path in relative if not path[0].startswith("@")})),
        relative,
        filled_path(tree) or (),
    )


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
