"""Plants faults in the product's own code and says which of them the tests notice.

    python tools/mutate_product.py --random 100
    python tools/mutate_product.py --planted
    python tools/mutate_product.py --planted --random 100 --tree ../other-checkout aiact_gate/judge aiact_gate/sources

Two kinds: the twenty of `PLANTED`, each a way in which a gate lies (a fail counted as a pass, a date off by one), and
random edits of the syntax tree in the files named (a comparison turned, `and` for `or`, a `not` or an argument dropped,
another constant, nothing returned, a statement removed), drawn by `--seed`. Sentences that people are shown (a text with a
blank in it) stay as they are: another wording is no wrong judgement.

Nothing is edited in a checkout: the tree is cloned to a temporary folder. There each statement of the modules concerned is
given a mark, and the tests (`--tests`, tests/unit) run once, on all cores, for a map of statement -> tests (kept with
`--map FILE`, read from it if it is there; it is of one state of the modules): that costs little more than the tests do, where
tracing lines costs several times as much. Then, for each fault, those that reach its statement run, the fastest of each file
first, in a process of their own, until one fails or `--seconds` are over. What a fixture reached counts for every test of its
file. What only other processes reach isn't in the map: then the tests of the module decide, and none means that it survived.

Prints a line for each fault as it comes and the sums; the code is 1 if one of PLANTED survived or less than `--least` percent
of the random ones were noticed. Needs no other package than the tests do.
"""

from __future__ import annotations

import argparse
import ast
import bisect
import builtins
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).resolve()
FIRST = 40
"""Tests that are tried at first: they notice most faults, and need few files."""


class Planted(NamedTuple):
    """A hand-written fault: what it stands for, and (old, new) for each place in *module*."""

    what: str
    module: str
    edits: tuple[tuple[str, str], ...]


def _one(what: str, module: str, old: str, new: str) -> Planted:
    return Planted(what, f"aiact_gate/{module}", ((old, new),))


PLANTED = (
    _one("a fail counts as a pass", "judge/checks.py", "Outcome.FAIL if findings else", "Outcome.PASS if findings else"),
    _one("what waits for an absent record passes", "judge/checks.py", "Outcome.FAIL, because=_see(absent[0])", "Outcome.PASS, because=_see(absent[0])"),
    _one("unknown is left out of the exit code", "judge/verdict.py", "outcome in (Outcome.FAIL, Outcome.UNKNOWN) for outcome in outcomes", "outcome in (Outcome.FAIL,) for outcome in outcomes"),
    _one("a failure goes before a fault in the exit code", "judge/verdict.py", "(5, 3, 2, 1, 4)", "(1, 4, 2, 3, 5)"),
    _one("the mildest of a row's checks decides", "model/outcome.py", "for outcome in RAN:", "for outcome in reversed(RAN):"),
    _one("a pass is worth the strongest of its checks", "model/outcome.py", "found[-1] if found", "found[0] if found"),
    Planted("a waiver without an end is accepted", "aiact_gate/judge/waivers.py", (
        ("created expires requirement_version", "created requirement_version"),
        ('_day(row["expires"])', '_day(row.get("expires") or row["created"])'),
        ('str(waiver.data.get("expires") or "")', 'str(waiver.data.get("expires") or "9999-12-31")'),
    )),
    _one("a waiver covers a day after its end", "judge/waivers.py", "_begins(waiver) <= as_of <= _ends(waiver)", "_begins(waiver) <= as_of"),
    _one("a waiver is approved by its owner in other letters", "judge/waivers.py", 'same_person(row["approved_by"]) == same_person(row["owner"])', 'row["approved_by"] == row["owner"]'),
    _one("a contradiction can be owed", "judge/waivers.py", 'finding.kind not in ("missing", "stale") or ', ""),
    _one("a debt never falls due", "judge/rows.py", 'if str(debt.get("due") or "") < judging.as_of:', 'if not debt.get("due"):'),
    _one("the mode warn eases a fault of the run", "judge/rollout.py", "if code != 1 or found is None or", "if found is None or"),
    _one("a ring enforces the kinds that it leaves out", "judge/rollout.py", "or kind in found.kinds", "or kind not in found.kinds"),
    _one("a recall goes on after its end", "judge/rollout.py", "if recall.until < as_of:", "if recall.until < recall.since:"),
    _one("a point binds a day too late", "judge/dates.py", "return as_of < binding_.later", "return as_of <= binding_.later"),
    _one("a past date is one to come", "expressions/vocabulary.py", "_is_day(date) and date[:10] < as_of", "_is_day(date) and date[:10] > as_of"),
    _one("a marker counts as something written", "sources/filled.py", "if markers or any(", "if any("),
    _one("a lowered tier is no loosening", "change/manifest.py", "tiers[1] < tiers[0]", "tiers[1] > tiers[0]"),
    _one("a waiver prolonged is no loosening", "change/manifest.py", 'elif str(row.get("expires")) > str(was.get("expires")):', 'elif str(row.get("expires")) < str(was.get("expires")):'),
    _one("a line break of a message begins a workflow command", "formats/escape.py", '.replace("\\n", "%0A")', ""),
)  # fmt: skip


class Mutant(NamedTuple):
    """A file with a fault: its new text, and the lines of the old one that changed."""

    name: str
    module: str
    text: str
    lines: range


# ---------------------------------------------------------------- the faults


def planted(tree: Path, faults: tuple[Planted, ...] = PLANTED) -> list[Mutant]:
    """The faults of *faults*, written into the modules of *tree*. Raises ValueError: one doesn't fit its module any more."""
    found = []
    for fault in faults:
        source = (tree / fault.module).read_text("utf-8")
        text, lines = source, []
        for old, new in fault.edits:
            if source.count(old) != 1:
                raise ValueError(f"{fault.what}: {fault.module} holds {source.count(old)} times {old!r}")
            first = source[: source.index(old)].count("\n") + 1
            lines += [first, first + old.count("\n")]
            text = text.replace(old, new)
        found.append(Mutant(f"planted: {fault.what}", fault.module, text, range(min(lines), max(lines) + 1)))
    return found


TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def mutants(tree: Path, modules: list[str], number: int, seed: int) -> list[Mutant]:
    """*number* edits, drawn from all of *modules*."""
    sources = {module: (tree / module).read_text("utf-8") for module in modules}
    every = [
        (module, node, new) for module, source in sources.items() for node, new in _edits(ast.parse(source))
    ]
    random.Random(seed).shuffle(every)
    drawn = itertools.islice(filter(None, (_mutant(*edit, sources[edit[0]]) for edit in every)), number)
    return sorted(drawn, key=lambda mutant: mutant.name)


def _mutant(module: str, node: ast.expr | ast.stmt, new: str, source: str) -> Mutant | None:
    """The edit applied, or None: it says the same, or can't be compiled."""
    text = _replaced(source, node, new)
    if text == source or not _compiles(text):
        return None
    old = " ".join((ast.get_source_segment(source, node) or "").split())
    name = f"{module}:{node.lineno}:{node.col_offset + 1}: `{_short(old)}` to `{_short(new)}`"
    return Mutant(name, module, text, range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _edits(module: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """(node, the text that replaces it) for each edit inside a function: the rest are names and types."""
    for function in [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]:
        for statement in function.body:
            for node in _inside(statement):
                yield from _of_statement(node) if isinstance(node, ast.stmt) else _of_expression(node)


def _inside(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """*node* and what stands in it, annotations, docstrings and inner functions' heads aside."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "args") and not isinstance(node, ast.Call):
            continue
        if isinstance(node, ast.FunctionDef):
            continue  # a function inside is met by itself
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _inside(child)


def _of_statement(node: ast.stmt) -> Iterator[tuple[ast.stmt, str]]:
    if isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield node, "return None"
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        yields = isinstance(node, ast.Expr) and isinstance(node.value, (ast.Yield, ast.YieldFrom))
        yield node, "yield from ()" if yields else "pass"
    elif isinstance(node, (ast.Continue, ast.Break)):
        yield node, "pass"


def _of_expression(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(node, ast.Compare):
        operators = [TURNED[type(node.ops[0])](), *node.ops[1:]]
        yield node, f"({ast.unparse(ast.Compare(node.left, operators, node.comparators))})"
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield node, f"({ast.unparse(ast.IfExp(node.test, node.orelse, node.body))})"
    elif isinstance(node, ast.Constant) and not _is_sentence(node) and node.value not in (None, ...):
        yield node, _other_constant(node.value)
    elif isinstance(node, ast.Call) and (node.args or node.keywords):
        args = node.args if node.keywords else node.args[:-1]
        yield node, ast.unparse(ast.Call(node.func, args, node.keywords[:-1]))


def _is_sentence(node: ast.Constant) -> bool:
    """Whether *node* is a text for people: ids, words and separators of ours hold no blank between letters."""
    return isinstance(node.value, str) and len(node.value.split()) > 1


def _other_constant(value: Any) -> str:
    if isinstance(value, bool):
        return repr(not value)
    if isinstance(value, (int, float)):
        return repr(value + 1)
    return repr(f"{value}~") if isinstance(value, str) else repr(value)


def _replaced(source: str, node: ast.expr | ast.stmt, new: str) -> str:
    """*source* with *new* at the place of *node*. (Columns of the syntax tree count bytes.)"""
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or 0) - 1])) + (node.end_col_offset or 0)
    data = source.encode()
    return (data[:start] + new.encode() + data[end:]).decode()


# ---------------------------------------------------------------- the plugin that runs inside pytest

_MAP, _ORDER = "MUTATE_PRODUCT_MAP", "MUTATE_PRODUCT_ORDER"
_MARK = "_mutate_product_mark"


class _Recorder:
    """Which test came to which mark, and how long it took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        self.marks: dict[str, set[str]] = {}
        self.met: set[str] = set()
        self.failed: set[str] = set()
        setattr(builtins, _MARK, self.met.add)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.partition("::")[0] if report.when == "setup" else report.nodeid
        self.marks.setdefault(name, set()).update(self.met)
        self.met.clear()
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        marks = {name: sorted(found) for name, found in self.marks.items()}
        # What fails without a fault, too (it reads the source, say), notices none.
        seconds = {name: found for name, found in self.seconds.items() if name not in self.failed}
        data = json.dumps({"seconds": seconds, "marks": marks})
        (self.folder / f"{os.getpid()}.json").write_text(data, "utf-8")


class _Chosen:
    """Runs the tests of a list, in its order."""

    def __init__(self, file: Path) -> None:
        self.order = {name: place for place, name in enumerate(json.loads(file.read_text("utf-8")))}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )


def pytest_configure(config: pytest.Config) -> None:
    """pytest loads this module as a plugin (`-p mutate_product`)."""
    if os.environ.get(_MAP) and not config.getoption("numprocesses", None):  # a worker, or all in one process
        config.pluginmanager.register(_Recorder(Path(os.environ[_MAP])))
    if os.environ.get(_ORDER):
        config.pluginmanager.register(_Chosen(Path(os.environ[_ORDER])))


# ---------------------------------------------------------------- running


class Reached(NamedTuple):
    """What the map says: the seconds of each test, and for each module the tests that come to each mark."""

    seconds: dict[str, float]
    marks: dict[str, dict[int, set[str]]]

    def tests_for(self, mutant: Mutant) -> list[str]:
        """The tests that reach *mutant*, in turn; those of its module where none reaches its statements."""
        marks = self.marks.get(mutant.module, {})
        known = sorted(marks)
        lines = [line for line in mutant.lines if known and _is_in_function(mutant.text, line)]
        met = {known[max(bisect.bisect_right(known, line) - 1, 0)] for line in lines}
        found = set().union(*(marks[line] for line in met)) or set().union(*marks.values())
        return self._in_turn(found)

    def _in_turn(self, tests: set[str]) -> list[str]:
        """The fastest test of each file, then the second of each: those of one file often ask for the same."""
        files: Counter[str] = Counter()
        turns = []
        for name in sorted(tests, key=lambda name: self.seconds[name]):
            file = name.partition("::")[0]
            turns.append((files[file], self.seconds[name], name))
            files[file] += 1
        return [name for *_, name in sorted(turns)]


def _is_in_function(source: str, line: int) -> bool:
    """Whether a function holds *line*; what a module states outside of one counts for each of its tests."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return any(node.lineno <= line <= (node.end_lineno or 0) for node in functions)


def marked(source: str, module: str) -> str:
    """*source* with a mark before each statement of its functions."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(function):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and not any(map(_is_mark, block)):
                    setattr(node, name, [part for one in block for part in _with_mark(one, module)])
    first = sum(1 for _ in itertools.takewhile(_is_head, tree.body))
    # Another process that runs this has nobody to tell.
    known = f"import builtins\n{_MARK} = getattr(builtins, {_MARK!r}, id)"
    tree.body[first:first] = ast.parse(known).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _with_mark(statement: ast.stmt, module: str) -> list[ast.stmt]:
    mark = ast.Call(ast.Name(_MARK, ast.Load()), [ast.Constant(f"{module}:{statement.lineno}")], [])
    return [ast.Expr(mark), statement]


def _is_mark(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == _MARK


def _is_head(node: ast.stmt) -> bool:
    """Whether *node* is what has to stand first in a module."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class Scratch:
    """A copy of a checkout in which faults are planted."""

    def __init__(self, tree: Path, work: Path) -> None:
        self.folder = work / "tree"
        self.work = work
        subprocess.run(["git", "clone", "-q", "--local", str(tree), str(self.folder)], check=True)
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(listing, cwd=tree, check=True, capture_output=True).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (tree / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(tree / name, self.folder / name)

    def pytest(
        self,
        files: list[str],
        seconds: float,
        xdist: Sequence[str] = ("-p", "no:xdist"),
        **environment: str,
    ) -> str:
        """Runs pytest: `passed`, `failed`, or `too long`."""
        options = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "mutate_product", *xdist]
        command = [sys.executable, "-m", "pytest", "-o", "addopts=", *options, *files]
        place = {"PYTHONPATH": f"{HERE.parent}{os.pathsep}{self.folder}"}
        log = self.work / "log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **place, **environment},
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
            try:
                return "passed" if process.wait(seconds) in (0, 5) else "failed"
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return "too long"

    def reached(self, tests: list[str], modules: set[str], file: Path) -> Reached:
        """The map in *file*, made by one run of *tests* with marks in *modules* if it isn't there."""
        if not file.is_file():
            file.write_text(json.dumps(self._map(tests, modules)), "utf-8")
        data = json.loads(file.read_text("utf-8"))
        of_file: dict[str, list[str]] = {}
        for name in data["seconds"]:
            of_file.setdefault(name.partition("::")[0], []).append(name)
        found: dict[str, dict[int, set[str]]] = {}
        for name, marks in data["marks"].items():
            reaching = [name] if name in data["seconds"] else of_file.get(name, [])
            for mark in marks:
                module, _, line = mark.rpartition(":")
                found.setdefault(module, {}).setdefault(int(line), set()).update(reaching)
        return Reached(data["seconds"], found)

    def _map(self, tests: list[str], modules: set[str]) -> dict[str, dict[str, Any]]:
        before = {module: (self.folder / module).read_text("utf-8") for module in modules}
        folder = self.work / "marks"
        folder.mkdir()
        for module, source in before.items():
            self._write(self.folder / module, marked(source, module))
        start = time.monotonic()
        ran = self.pytest(tests, 7200, ("-n", "auto", "--dist=loadfile"), **{_MAP: str(folder)})
        print(f"map: the tests {ran} in {time.monotonic() - start:.0f} s", flush=True)
        for module, source in before.items():
            self._write(self.folder / module, source)
        found: dict[str, dict[str, Any]] = {"seconds": {}, "marks": {}}
        for part in folder.iterdir():
            data = json.loads(part.read_text("utf-8"))
            found["seconds"] |= data["seconds"]
            for name, marks in data["marks"].items():
                found["marks"].setdefault(name, []).extend(marks)
        return found

    def verdict(self, mutant: Mutant, tests: list[str], seconds: float) -> str:
        """What the tests say of *mutant*: `failed` is noticed, `passed` survived, `too long` was ended."""
        file = self.folder / mutant.module
        before = file.read_text("utf-8")
        try:
            self._write(file, mutant.text)
            start, said = time.monotonic(), "passed"
            for part in filter(None, (tests[:FIRST], tests[FIRST:])):
                left = seconds - (time.monotonic() - start)
                said = self._of(part, left) if said == "passed" else said
            return said
        finally:
            self._write(file, before)

    def _of(self, tests: list[str], seconds: float) -> str:
        order = self.work / "order.json"
        order.write_text(json.dumps(tests), "utf-8")
        files = sorted({name.partition("::")[0] for name in tests})
        return self.pytest(["-x", *files], seconds, **{_ORDER: str(order)})

    def _write(self, file: Path, text: str) -> None:
        """*text* in *file*, without the byte code of another text of the same length and second."""
        file.write_text(text, "utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()

    def first_failure(self) -> str:
        """The test that noticed, as pytest told it."""
        lines = (self.work / "log").read_text("utf-8", "replace").splitlines()
        told = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return told[0][:160] if told else (lines[-1][:160] if lines else "")


def chosen(arguments: argparse.Namespace, tree: Path) -> list[Mutant]:
    """The faults that were asked for."""
    found = planted(tree) if arguments.planted else []
    modules = [
        file.relative_to(tree).as_posix()
        for path in arguments.paths
        for file in sorted([tree / path] if (tree / path).is_file() else (tree / path).rglob("*.py"))
    ]
    found += mutants(tree, modules, arguments.random, arguments.seed)
    wanted = set(Path(arguments.only).read_text("utf-8").splitlines()) if arguments.only else None
    return [mutant for mutant in found if wanted is None or mutant.name in wanted]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "paths",
        nargs="*",
        default=["aiact_gate/judge", "aiact_gate/change"],
        help="where random faults are drawn",
    )
    parser.add_argument("--planted", action="store_true", help="the twenty hand-written faults")
    parser.add_argument("--random", type=int, default=0, help="how many random faults")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--tree", type=Path, default=HERE.parents[1], help="the checkout that is tested")
    parser.add_argument("--tests", nargs="*", default=["tests/unit"], help="files or folders of tests")
    parser.add_argument("--map", type=Path, help="where the map of lines is kept")
    parser.add_argument("--only", help="a file with the names of the faults that are tried")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("--seconds", type=float, default=300.0, help="the limit for one fault")
    parser.add_argument("--least", type=float, default=85.0, help="percent of the random ones")
    arguments = parser.parse_args()
    tree = arguments.tree.resolve()
    faults = chosen(arguments, tree)
    if arguments.list:
        print("\n".join(mutant.name for mutant in faults))
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as work:
        scratch = Scratch(tree, Path(work))
        modules = {mutant.module for mutant in faults}
        reached = scratch.reached(arguments.tests, modules, arguments.map or Path(work) / "map.json")
        return report(scratch, reached, faults, arguments)


WORDS = {"failed": "noticed ", "passed": "SURVIVED", "too long": "UNDECIDED"}


def report(scratch: Scratch, reached: Reached, faults: list[Mutant], arguments: argparse.Namespace) -> int:
    """Tries each of *faults* and prints what came of it; the exit code. What the time ended isn't noticed."""
    by_hand: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for mutant in faults:
        start = time.monotonic()
        tests = reached.tests_for(mutant)
        verdict = scratch.verdict(mutant, tests, arguments.seconds) if tests else "passed"
        (by_hand if mutant.name.startswith("planted: ") else drawn)[verdict] += 1
        by = scratch.first_failure() if verdict == "failed" else ""
        place = f"{mutant.module}:{mutant.lines[0]}, {len(tests)} tests, {time.monotonic() - start:.0f} s"
        print(f"{WORDS[verdict]} {mutant.name} [{place}] {by}", flush=True)
    for kind, counted in (("Planted", by_hand), ("Random", drawn)):
        print(f"{kind}: {counted['failed']} of {counted.total()} noticed, {counted['too long']} undecided.")
    enough = 100 * drawn["failed"] >= arguments.least * drawn.total()
    return int(by_hand["failed"] < by_hand.total() or not enough)


if __name__ == "__main__":
    sys.exit(main())
