"""What lint alone tells of one check's conditions: optional fields that nothing guards, negated comparisons.

`check` runs all the same, so it doesn't look; the compiler hands out what it compiled.
"""

from __future__ import annotations

from aiact_gate.expressions.tree import ORDER, nodes
from aiact_gate.lint.refusals import refusal
from aiact_gate.lint.unguarded import unguarded
from aiact_gate.policy.check_compiler import CheckCompiler, Written
from aiact_gate.schemas import fields


def advise(compiler: CheckCompiler) -> None:
    """Add to the faults of *compiler* what only reads badly in its conditions; say what the engine refuses as people would."""
    for index, reason, names, loops in compiler.refused:
        told = compiler.faults[index]
        said = refusal(reason, told.condition, names, loops)
        compiler.faults[index] = told._replace(
            rule=said.rule, message=said.message, fix=said.fix, caret=said.offset
        )
    # A loop or look-up that has found a row found everything above it, and `when` is asked before `where`.
    rows = compiler.bound.values()
    sure = {path[:length] for path in rows for length in range(1, len(path) + 1)}
    for condition in compiler.conditions:
        sure |= _unguarded(compiler, condition, sure)
        _negated(compiler, condition)


def _unguarded(
    compiler: CheckCompiler, condition: Written, sure: set[tuple[str, ...]]
) -> set[tuple[str, ...]]:
    """Tell the optional fields that `when` or `where` opens, calls or orders: where they are absent, the condition is an error.
    In `that` those that `!=` compares: where they are absent, it holds.

    What comes back is filled wherever the condition is true.
    """
    where, source = condition.where, condition.source
    clause = where[0] == "that"

    def may_be_null(path: tuple[str, ...]) -> bool:
        return _may_be_null(compiler, path)

    found, filled = unguarded(condition.tree, may_be_null, compiler.resolve, sure, asked=clause)
    for path, offset in found:
        shown = ".".join(path).replace(".*", "[…]")
        if clause:
            what = f"{shown} is optional; where it is absent, `!=` holds"
            compiler.fault("unequal_to_nothing", where, what, f"Begin with filled({shown}).", source, offset)
            continue
        what = f"{shown} is optional; where it is absent, `{where[0]}` is an error"
        compiler.fault("unguarded", where, what, f"Begin with filled({shown}) &&.", source, offset)
    return filled


def _may_be_null(compiler: CheckCompiler, path: tuple[str, ...]) -> bool:
    """Whether *path* is an optional field of a record, and no list: that is empty when absent."""
    if len(path) < 2 or path[-1] == "*" or path[0] not in (*fields.RECORDS, *compiler.kinds):
        return False
    group, field = compiler.known(path[:-1]), compiler.known(path)
    if group is None or field is None or path[-1] not in group.schema.get("properties", ()):
        return False
    if path[-1] in group.schema.get("required", ()) or field.schema.get("type") == "array":
        return False
    return group.schema["properties"][path[-1]].get("default") is None


def _negated(compiler: CheckCompiler, condition: Written) -> None:
    for node in nodes(condition.tree):
        part = node.parts[0] if node.kind == "call" and node.name == "!_" else None
        if part is not None and part.kind == "call" and part.name in ORDER:
            what = f"the comparison '{ORDER[part.name]}' is negated, which also holds of what is no number"
            fix = f"Write the comparison that has to hold, with '{OPPOSITE[ORDER[part.name]]}'."
            compiler.fault("negated_comparison", condition.where, what, fix, condition.source, node.offset)


OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
