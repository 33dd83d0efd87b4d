"""What a pointer's target holds, by what it is named for: code that does something, a test that can fail, the program of a drill.

Python is read by its syntax tree, so that comments, layout and docstrings change nothing; nothing is run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiact_gate.documents.json import parse_json
from aiact_gate.model.errors import AiactError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Pointer
from aiact_gate.sources.lock import Lock
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.shapes import quoted
from aiact_gate.sources.snapshot import Snapshot
from aiact_gate.sources.walk import values

_ONLY_TREE = 0x400
"""`ast.PyCF_ONLY_AST`; the module `ast` itself isn't loaded for it."""
_DOCUMENT = re.compile(
    r"(?:^|/)(?:readme|changelog|contributing|licen[sc]e|model_?card|instructions[^/]*|requirements[^/]*|docs?/.*)\.(?:md|rst|txt|adoc|pdf)$",
    re.IGNORECASE,
)
"""A document for people, or a list of packages; a prompt in Markdown or text is neither."""
_SILENT = ("ctx", "kind", "type_comment", "type_ignores")
_AGAIN = "Let the tests pass, then: aiact-gate collect --tests FILE"
_ASSERTS = re.compile(r"assert|raises|warns|expect|should|verify|check|fail", re.IGNORECASE)


class Programs:
    """The programs of one tree, each read once."""

    def __init__(self, snapshot: Snapshot, manifest: Manifest) -> None:
        self._snapshot = snapshot
        self._manifest = manifest
        self._texts: dict[str, str | None] = {}
        self._trees: dict[str, Any | None] = {}

    def text(self, path: str) -> str | None:
        """What stands in the file; None if it can't be read as text: that is told elsewhere."""
        if path not in self._texts:
            try:
                self._texts[path] = self._snapshot.read(self._manifest.repository_path(path)).decode()
            except (AiactError, UnicodeDecodeError):
                self._texts[path] = None
        return self._texts[path]

    def tree(self, path: str) -> Any | None:
        """Its syntax tree; None if it is no Python."""
        if path not in self._trees:
            text = self.text(path) if path.endswith(".py") else None
            self._trees[path] = syntax_tree(text) if text is not None else None
        return self._trees[path]

    def is_gone(self, path: str) -> bool:
        """Whether the tree doesn't hold the file, which is more than that it isn't at hand."""
        place = self._manifest.repository_path(path)
        return not self._snapshot.exists(place) and self._snapshot.not_at_hand(place) is None

    def is_empty(self, path: str) -> bool:
        """Whether nothing is left of the file without comments and docstrings."""
        text = self.text(path)
        if text is None:
            return False
        if path.endswith(".py"):
            tree = self.tree(path)
            return tree is not None and not _body(tree)
        if path.endswith(".ipynb"):
            try:
                cells = parse_json(text.encode(), path)["cells"]
                return not any(
                    "".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "code"
                )
            except (AiactError, KeyError, TypeError):
                return False
        return not any(
            line.strip() and not line.lstrip().startswith(("#", "//", "--")) for line in text.split("\n")
        )


def syntax_tree(text: str) -> Any | None:
    """The syntax tree of a Python program, or None if it isn't one of this Python."""
    try:
        return compile(text, "program", "exec", _ONLY_TREE, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def tree_digest(text: str) -> str | None:
    """SHA-256 of the program's tree without docstrings, the same for every Python that reads it; None if none does."""
    tree = syntax_tree(text)
    digest = hashlib.sha256()
    try:
        for word in _words(tree) if tree is not None else ():
            digest.update(word.encode("utf-8", "surrogatepass") + b"\0")
    except RecursionError:
        return None
    return digest.hexdigest() if tree is not None else None


def _words(node: Any) -> Iterator[str]:
    yield type(node).__name__
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _SILENT or value is None or value == []:
            continue
        yield name
        if isinstance(value, list):
            value = _body(node) if name == "body" else value
        for item in value if isinstance(value, list) else [value]:
            if hasattr(item, "_fields"):
                yield from _words(item)
            else:
                yield repr(item)
    yield "."


def _body(node: Any) -> list[Any]:
    """The statements of *node* that do something: docstrings and `pass` don't."""
    return [
        one
        for one in node.body
        if not (_kind(one) == "Pass" or _kind(one) == "Expr" and _kind(one.value) == "Constant")
    ]


def _kind(node: Any) -> str:
    return type(node).__name__


# ---------------------------------------------------------------- pointers' targets

_CODE = (
    ("logging", "capture", "written_by"),
    ("logging", "capture", "tested_by"),
    ("testing", "procedure"),
    ("human_oversight", "measures", "*", "implemented_in"),
    ("human_oversight", "measures", "*", "tested_by"),
    ("system_description", "forms", "*", "entry_point"),
    ("risk_management", "measures", "*", "implemented_in", "*"),
)
"""Where a file is named for what it does."""
_TESTED = ((("logging", "capture"), "written_by"), (("human_oversight", "measures", "*"), "implemented_in"))
"""Where a test is named (`tested_by`), and the field beside it with what it tests."""


def target_faults(
    snapshot: Snapshot,
    manifest: Manifest,
    lock: Lock | None,
    system: Mapping[str, Any],
    evidence: Evidence,
    release: bool,
) -> Iterator[Fault]:
    """A fault for each file that a record names for what it does and that does nothing, and for each test that can't fail."""
    programs = Programs(snapshot, manifest)
    systems = lock.systems if lock is not None else {}
    empty: set[str] = set()
    for pointer, path in (found for steps in _CODE for found in values(evidence.data, *steps)):
        if isinstance(path, str) and path not in empty and programs.is_empty(path):
            empty.add(path)
            what = f"Nothing is left of {quoted(path)} without comments."
            yield _fault(evidence, pointer, "filler", what, "Name the file that does it.")
    for pointer, row in values(evidence.data, "risk_management", "measures", "*"):
        files = [str(path) for path in row.get("implemented_in") or []]
        if row.get("kind") == "design" and files and all(_DOCUMENT.search(path) for path in files):
            what = f"Only {', '.join(files[:3])} is named for a measure of design; no code or configuration carries it."
            fix = "Name the code or configuration that does it, or call it information."
            yield _fault(evidence, (*pointer, "implemented_in"), "missing", what, fix)
    tests: dict[str, tuple[Pointer, set[str]]] = {}
    for steps, name in _TESTED:
        for pointer, row in values(evidence.data, *steps):
            path = row.get("tested_by")
            if isinstance(path, str) and path.endswith(".py") and path not in empty:
                _, tested = tests.setdefault(path, ((*pointer, "tested_by"), set()))
                tested |= {re.sub(r"\.\w+$", "", str(row.get(name) or "").rpartition("/")[2])} - {""}
    outcomes = [found for _, found in values(systems, str(system["id"]), "tests", "outcomes")]
    for path, (pointer, tested) in tests.items():
        yield from _of_test(programs, pointer, path, tested, evidence)
        if outcomes and isinstance(outcomes[0], dict):
            yield from _of_outcomes(pointer, path, outcomes[0].get(path), evidence)
    yield from _of_drills(programs, systems, system, evidence, release)


def _of_test(
    programs: Programs, pointer: Pointer, path: str, tested: set[str], evidence: Evidence
) -> Iterator[Fault]:
    text = programs.text(path)
    tree = programs.tree(path)
    if text is None or tree is None:
        return
    nodes = list(_all(tree))
    asserts = [node for node in nodes if _kind(node) == "Assert"]
    calls = [node for node in nodes if _kind(node) == "Call" and _ASSERTS.search(_called(node.func))]
    fix = "Let the test assert what the file does."
    if asserts and not calls and all(_kind(node.test) == "Constant" for node in asserts):
        what = f"{quoted(path)} asserts constants alone, so it can't fail."
        yield _fault(evidence, pointer, "filler", what, fix)
    elif not asserts and not calls:
        yield _asked(
            evidence, pointer, f"{quoted(path)} holds no assertion that is seen here. Can it fail?", fix
        )
    around = " ".join(filter(None, [text, *(programs.text(one) for one in _conftests(path))]))
    if tested and not tested & set(re.findall(r"\w+", around)):
        what = f"{quoted(path)} doesn't name {', '.join(sorted(tested))}. Does it test what it is named for?"
        yield _asked(evidence, pointer, what, "Name the test that does, or import what it tests.")


def _of_outcomes(pointer: Pointer, path: str, outcomes: Any, evidence: Evidence) -> Iterator[Fault]:
    """What the lock holds of a test run: one passed at least, and none failed."""
    outcomes = outcomes if isinstance(outcomes, dict) else {}
    failed = sorted(name for name, outcome in outcomes.items() if outcome not in ("passed", "skipped"))
    if failed:
        what = f"{len(failed)} of {len(outcomes)} tests in {quoted(path)} failed, says aiact.lock: {', '.join(failed[:3])}."
        yield _fault(evidence, pointer, "contradicted", what, _AGAIN)
    elif "passed" not in outcomes.values():
        what = f"No test in {quoted(path)} passed, says aiact.lock ({len(outcomes)} skipped)."
        yield _fault(evidence, pointer, "contradicted", what, _AGAIN)


def _conftests(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for length in range(len(parts), -1, -1):
        yield "/".join([*parts[:length], "conftest.py"])


def _all(node: Any) -> Iterator[Any]:
    level = [node]
    while level:
        yield from level
        values = [getattr(one, name, None) for one in level for name in one._fields]
        children = [child for value in values for child in (value if isinstance(value, list) else [value])]
        level = [child for child in children if hasattr(child, "_fields")]


def _called(function: Any) -> str:
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))


# ---------------------------------------------------------------- drills


def _of_drills(
    programs: Programs, systems: Any, system: Mapping[str, Any], evidence: Evidence, release: bool
) -> Iterator[Fault]:
    """The programs that drills ran, as the lock holds their trees, against those of this tree; each once."""
    told: set[str] = set()
    for at, drill in values(systems, str(system["id"]), "mlflow", "drills", "*"):
        program = drill.get("program") if isinstance(drill, dict) else None
        path = str(program.get("path") or "") if isinstance(program, dict) else ""
        if not isinstance(program, dict) or not path or path in told:
            continue
        told.add(path)
        pointer, ran, text = at[1:], f"drill {str(drill.get('id'))[:7]} ran", programs.text(path)
        if text is not None and programs.is_empty(path):
            what = f"Nothing is left of {quoted(path)}, which {ran}."
            yield _fault(evidence, pointer, "filler", what, "Bring the program back.")
        elif programs.is_gone(path) or text and tree_digest(text) not in (None, program.get("tree")):
            fix = "Drill again with the program as it is now, then: aiact-gate collect"
            place, what = evidence.locate(pointer), f"{quoted(path)} isn't here as {ran} it."
            yield Fault("program" if release else "program_changed", "stale", place, what, fix)


def _fault(evidence: Evidence, pointer: Pointer, kind: str, what: str, fix: str) -> Fault:
    return Fault("program", kind, evidence.locate(pointer), what, fix, pointer)


def _asked(evidence: Evidence, pointer: Pointer, what: str, fix: str) -> Fault:
    return Fault("program_asked", "asked", evidence.locate(pointer), what, fix)
