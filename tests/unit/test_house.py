"""The house itself: imports point downwards and never in a circle, and what `check` can import stays small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from aiact_gate.formats import FORMATS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "aiact_gate"
MOST_LINES = 22_900
"""What `check` can import at most, in lines; the aim is 20,000, and this comes down to it."""


def test_no_module_imports_itself_over_others_not_even_inside_a_function() -> None:
    assert [] == _circles(_imports())


def test_no_room_imports_one_that_imports_it() -> None:
    rooms: dict[str, set[str]] = {}
    for module, imported in _imports().items():
        rooms.setdefault(_room(module), set()).update(
            _room(other) for other in imported if _room(other) != _room(module)
        )

    assert [] == _circles(rooms)


def test_a_circle_would_be_seen() -> None:
    assert [["a", "b"]] == _circles({"a": {"b"}, "b": {"a", "c"}, "c": set()})


def test_what_check_can_import_stays_small() -> None:
    # Commands and formats are looked up by their names, so no import leads to them.
    doors = [
        "aiact_gate.__main__",
        "aiact_gate.cli.check",
        *(f"aiact_gate.formats.{name}" for name in FORMATS),
    ]
    reached = set(doors).union(*(_reached(door, _imports()) for door in doors))
    lines = {module: len(_modules()[module].read_text().splitlines()) for module in reached}

    assert MOST_LINES > sum(lines.values()), sorted(lines.items(), key=lambda item: -item[1])[:20]


@cache
def _modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for file in PACKAGE.rglob("*.py"):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = file
    return found


@cache
def _imports() -> dict[str, set[str]]:
    """Module -> the modules of the package that it imports anywhere: at the top, in functions, for types only."""
    return {module: set(_imported_by(file)) & set(_modules()) for module, file in _modules().items()}


def _imported_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in _modules() else node.module for name in named)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else "the package itself"


def _circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of more than one name that all reach each other."""
    reach = {name: _reached(name, imports) for name in imports}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach.get(other, ())))
        for name in imports
        if name in reach[name]
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def _reached(start: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports.get(name, ())
    return found - {start} | ({start} if start in found else set())
