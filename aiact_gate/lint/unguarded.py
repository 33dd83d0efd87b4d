"""Optional fields that `where` or `when` opens, calls or orders although they may be absent.

In `that` a null is a finding at its place. In `where` and `when` nothing can be pointed at: the engine's error is the policy's
error, in every repository that left the field out. A `filled()` of the field beside it keeps the condition from getting there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from aiact_gate.expressions.tree import Expr, Path, inside, path_of

Optional = Callable[[Path], bool]
"""Whether the field at a path from the evidence's names may be null."""
Resolve = Callable[[Path], Path]

_ORDER = ("_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_", "-_")
_ON_TEXT = ("startsWith", "endsWith", "contains", "matches", "size")


class Open(NamedTuple):
    """A use of a field that may be null."""

    path: Path
    """As the condition names it."""
    offset: int


def unguarded(
    tree: Expr, optional: Optional, resolve: Resolve, sure: Iterable[Path] = (), *, asked: bool = False
) -> tuple[list[Open], set[Path]]:
    """(uses of *optional* fields that nothing in *tree* guards, paths that are filled where *tree* is true).

    *sure*: paths, from the evidence's names, that are filled already. *asked*: *tree* is a clause of `that`, in which only
    `!=` is told: nothing is unequal to everything, so an absent field would pass.
    """
    found: list[Open] = []

    def filled(path: Path) -> set[Path]:
        full = resolve(path)
        return {full[:length] for length in range(1, len(full) + 1)}

    def implied(node: Expr, truth: bool, names: Mapping[str, Path]) -> set[Path]:
        """Paths that are filled if *node* comes out as *truth*."""
        if node.kind != "call":
            return set()
        if node.name == "!_":
            return implied(node.parts[0], not truth, names)
        if node.name == ("_&&_" if truth else "_||_"):
            return set().union(*(implied(part, truth, names) for part in node.parts))
        if node.name in ("_&&_", "_||_"):
            one, other = (implied(part, truth, names) for part in node.parts)
            return one & other
        asks = node.name == "filled" or node.name in _ORDER or node.name in _ON_TEXT
        if truth and (asks or node.name == "_==_" and _has_constant(node)):
            paths = (path_of(part, names) for part in node.parts)
        elif node.name == ("_!=_" if truth else "_==_") and _has_null(node):
            paths = (path_of(part, names) for part in node.parts)
        else:
            return set()
        return set().union(*(filled(path) for path in paths if path is not None))

    def use(node: Expr, path: Path, shortest: int, names: Mapping[str, Path], known: set[Path]) -> None:
        """The steps of *path* down to its last but *shortest*, each of which has to be there."""
        inner = node
        for length in range(len(path), 0, -1):
            part = path[:length]
            full = resolve(part)
            if length <= len(path) - shortest and full not in known and optional(full):
                found.append(Open(path_of(inner, {}) or part, inner.offset + (inner.kind == "select")))
                return
            if inner.kind not in ("select", "call") or not inner.parts:
                return
            inner = inner.parts[0]

    def visit(node: Expr, names: Mapping[str, Path], known: set[Path]) -> None:
        path = path_of(node, names)
        if path is not None:
            if not asked:
                use(node, path, 1, names, known)
            return
        if node.kind == "comprehension":
            visit(node.parts[0], names, known)
            for part in node.parts[1:]:
                visit(part, inside(node, names), known)
            return
        if node.kind == "call" and node.name in ("_&&_", "_||_"):
            for part in node.parts:
                others = (one for one in node.parts if one is not part)
                more = (implied(one, node.name == "_&&_", names) for one in others)
                visit(part, names, known.union(*more))
            return
        if node.kind == "call" and node.name == "_?_:_":
            condition, one, other = node.parts
            visit(condition, names, known)
            visit(one, names, known | implied(condition, True, names))
            visit(other, names, known | implied(condition, False, names))
            return
        for part in node.parts:
            path = path_of(part, names)
            if path is not None and asked:
                if (
                    node.name == "_!=_"
                    and not _has_null(node)
                    and optional(resolve(path))
                    and resolve(path) not in known
                ):
                    found.append(Open(path, part.offset + (part.kind == "select")))
            elif path is not None and (node.name in _ORDER or node.name in _ON_TEXT):
                use(part, path, 0, names, known)
            else:
                visit(part, names, known)

    visit(tree, {}, set(sure))
    return found, implied(tree, True, {})


def _has_constant(node: Expr) -> bool:
    return any(part.kind == "const" and part.value is not None for part in node.parts)


def _has_null(node: Expr) -> bool:
    return any(part.kind == "const" and part.value is None for part in node.parts)
