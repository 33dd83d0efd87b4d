"""`policy test`: each policy's examples, by permutation of a passing set of evidence.

An example file names a base (a folder of fixtures, one file a kind) and cases; each case edits the base at JSON Pointers and
names every check of the requirement whose outcome changes. No example, or a check without a failing case, is a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiact_gate.documents.node import Document, Node, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.expressions.parts import PartEngine
from aiact_gate.model.errors import DocumentError, PackError
from aiact_gate.model.evidence import Absent, Evidence, Fault
from aiact_gate.model.location import Location, Pointer, pointer_text
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack, Requirement
from aiact_gate.model.report import CheckResult
from aiact_gate.policytest.judging import FixtureJudge
from aiact_gate.policytest.results import CaseResult
from aiact_gate.schemas.fields import NAMES, RECORDS, schema
from aiact_gate.sources.builtin import BUILTIN, builtin_folder
from aiact_gate.sources.kind_schema import hold_against
from aiact_gate.sources.references import resolve
from aiact_gate.sources.shapes import shape

AS_OF = "2026-11-25"


@dataclass(frozen=True)
class Case:
    """One case of an example file, ready to be judged as often as wanted."""

    name: str
    place: Location
    raw: dict[str, Any]
    wanted: frozenset[str] = frozenset()
    """The full ids of the checks that it says change."""
    idle: frozenset[str] = frozenset()
    """Those of them that it says come to not applicable beside the others."""
    pointers: tuple[Pointer, ...] = ()
    """What it edits."""
    judge: FixtureJudge | None = None
    wrong: str = ""
    """Why it can't be judged."""


@dataclass(frozen=True)
class Examples:
    """The example file of one requirement: a base on which every check passes, and its cases."""

    requirement: Requirement
    document: Document
    base: FixtureJudge
    before: dict[str, CheckResult]
    cases: tuple[Case, ...]
    base_documents: dict[str, Document]
    kinds: Mapping[str, Any] = field(default_factory=dict)
    """Record kinds that the pack adds."""

    def raw(self, key: str) -> list[dict[str, Any]]:
        """The rows of the list *key*."""
        content = plain_data(self.document.root)
        return [row for row in content.get(key) or [] if isinstance(row, dict)]


@dataclass
class TestRun:
    """All results of a pack's examples."""

    cases: list[CaseResult] = field(default_factory=list)
    examples: list[Examples] = field(default_factory=list)
    checks: int = 0
    requirements: int = 0

    @property
    def failed(self) -> list[CaseResult]:
        return [case for case in self.cases if case.wrong]


def run_tests(pack: Pack, folder: Path, only: frozenset[str] = frozenset()) -> TestRun:
    """Run the examples of *pack* in *folder*/examples. Never raises for what an example holds."""
    run = TestRun()
    examples = folder / "examples"
    bases: dict[str, dict[str, Document]] = {}
    with_checks = [
        requirement
        for requirement in pack.requirements
        if requirement.checks and not all(check.faults for check in requirement.checks)
    ]
    for requirement in with_checks:
        if only and requirement.id not in only:
            continue
        run.requirements += 1
        run.checks += len(requirement.checks)
        path = examples / f"{requirement.id}.yaml"
        place = Location(f"{folder.name}/examples/{path.name}")
        if not path.is_file():
            run.cases.append(
                CaseResult(
                    requirement.id,
                    "examples",
                    Location(requirement.file, requirement.line),
                    f"{requirement.id} has no examples; write {place.path}",
                )
            )
            continue
        try:
            document = parse_yaml(path.read_bytes(), place.path)
            _run_file(requirement, pack, document, examples, bases, run)
        except (DocumentError, PackError) as error:
            run.cases.append(CaseResult(requirement.id, "examples", error.location or place, error.what))
    if not only:
        known = {requirement.id for requirement in with_checks}
        for path in sorted(examples.glob("*.yaml")) if examples.is_dir() else ():
            if path.stem not in known:
                run.cases.append(
                    CaseResult(
                        path.stem,
                        "examples",
                        Location(f"{folder.name}/examples/{path.name}"),
                        "these examples belong to no judged requirement",
                    )
                )
    if not run.cases and not only:
        run.cases.append(CaseResult("", "pack", Location(folder.name), "the pack has no example at all"))
    return run


def _run_file(
    requirement: Requirement,
    pack: Pack,
    document: Document,
    examples: Path,
    bases: dict[str, dict[str, Document]],
    run: TestRun,
) -> None:
    content = plain_data(document.root)
    if not isinstance(content, dict) or not isinstance(content.get("cases"), list) or not content.get("base"):
        raise PackError("an example file needs `base` and `cases`", "", document.location())
    unknown = set(content) - {"base", "cases", *REASONED}
    if unknown:
        raise PackError(f"unknown keys: {', '.join(sorted(map(str, unknown)))}", "", document.location())
    name = str(content["base"])  # of a list: its text, a key like another
    if name not in bases:
        bases[name] = read_bases(examples, content["base"])
    base = bases[name]
    engine = engine_of(pack)
    judge = FixtureJudge(evidence_of(base, pack.kinds), engine, "fixture")
    before = _all(judge, requirement)
    cases = tuple(
        _prepared(requirement, engine, base, raw, document.location(("cases", index, "name")), pack.kinds)
        for index, raw in enumerate(content["cases"])
    )
    found = Examples(requirement, document, judge, before, cases, base, pack.kinds)
    run.examples.append(found)
    for result in before.values():
        if result.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE) and result.severity == "error":
            why = (
                result.findings[0].message + f" ({pointer_text(result.findings[0].location.pointer)})"
                if result.findings
                else result.because
            )
            run.cases.append(
                CaseResult(
                    requirement.id,
                    "base",
                    document.location(("base",)),
                    f"{result.id} doesn't pass on {name}: {result.outcome.value}: {why}",
                )
            )
    failing: set[str] = set()
    for case in cases:
        after = _all(case.judge, requirement) if case.judge is not None else {}
        wrong = case.wrong or judged_wrong(case, before, after)
        failing |= {name for name in case.wanted if name in after and after[name].outcome is Outcome.FAIL}
        run.cases.append(CaseResult(requirement.id, case.name, case.place, wrong))
    for check in requirement.checks:
        if check.id not in failing and not check.faults:
            run.cases.append(
                CaseResult(requirement.id, "coverage", document.location(), f"no case makes {check.id} fail")
            )


def read_bases(examples: Path, named: Any) -> dict[str, Document]:
    """The documents of a base, or of several, of which later ones add to earlier ones or replace a kind.

    A base is a folder below *examples*, or `PACK/fixtures/…` of a built-in pack. Raises PackError, DocumentError.
    """
    documents: dict[str, Document] = {}
    for name in named if isinstance(named, list) else [named]:
        pack, _, rest = str(name).partition("/")
        inside = builtin_folder(pack) / "examples" / rest if pack in BUILTIN else examples / str(name)
        if ".." in Path(str(name)).parts or Path(str(name)).is_absolute():
            raise PackError(f"the base {name} lies outside the examples", "Name a folder below examples/.")
        documents |= read_base(inside)
    return documents


REASONED = ("equivalent", "unreachable", "may_be_blank")
"""Lists of an example file that say why a mutant, a clause or a blank field can't be told: `policy test --mutate`, `--coverage`."""


CASE_KEYS = frozenset(
    ("check", "checks", "not_applicable", "name", "set", "delete", "add", "at", "kind", "outcome")
)


def read_base(folder: Path) -> dict[str, Document]:
    """The fixture documents in *folder*, by kind. Raises PackError, DocumentError."""
    if not folder.is_dir():
        raise PackError(f"there is no fixture folder {folder.name}", "Mend `base`.")
    return {
        file.stem: parse_yaml(file.read_bytes(), f"{folder.name}/{file.name}")
        for file in sorted(folder.glob("*.yaml"))
    }


def _prepared(
    requirement: Requirement,
    engine: PartEngine,
    base: dict[str, Document],
    raw: Any,
    place: Location,
    kinds: Mapping[str, Any],
) -> Case:
    if not isinstance(raw, dict):
        return Case("", place, {}, wrong="a case is a group of keys")
    case = Case(str(raw.get("name", "")), place, raw)
    unknown = set(raw) - CASE_KEYS
    if unknown:
        return replace(case, wrong=f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
    named = [str(name) for name in raw.get("checks") or ([raw["check"]] if raw.get("check") else [])]
    idle = frozenset(f"{requirement.id}/{name}" for name in raw.get("not_applicable") or [])
    wanted = frozenset(f"{requirement.id}/{name}" for name in named) | idle
    missing = wanted - {check.id for check in requirement.checks}
    if missing:
        return replace(case, wrong=f"no such check: {', '.join(sorted(missing))}")
    try:
        edited, pointers = edit(base, raw)
    except PackError as error:
        return replace(case, wrong=error.what)
    judge = FixtureJudge(evidence_of(edited, kinds), engine, "fixture")
    return replace(case, wanted=wanted, idle=idle, pointers=tuple(pointers), judge=judge)


def judged_wrong(case: Case, before: Mapping[str, CheckResult], after: Mapping[str, CheckResult]) -> str:
    """What *case* expects of the checks in *after* and doesn't get, given their results on the base; empty: all as expected."""
    changed = {name for name, result in after.items() if result.outcome is not before[name].outcome}
    wanted = case.wanted & set(after)
    if changed != wanted:
        extra = "; ".join(
            f"{name} became {after[name].outcome.value}: {_why(after[name])}"
            for name in sorted(changed - wanted)
        )
        still = ", ".join(f"{name} stayed {after[name].outcome.value}" for name in sorted(wanted - changed))
        return "; ".join(part for part in (still, extra) if part)
    for name in sorted(wanted):
        result = after[name]
        expected = "not_applicable" if name in case.idle else str(case.raw.get("outcome", "fail"))
        if result.outcome.value != expected:
            return f"{name} became {result.outcome.value}, not {expected}: {_why(result)}"
        if result.outcome is Outcome.FAIL:
            wrong = _place_wrong(result, case.raw, case.pointers)
            if wrong:
                return wrong
    return ""


def _why(result: CheckResult) -> str:
    return result.findings[0].message if result.findings else result.because


def _place_wrong(result: CheckResult, case: dict[str, Any], pointers: Sequence[Pointer]) -> str:
    if not result.findings:
        return ""  # waits for something that is reported elsewhere
    found = [finding.location.pointer for finding in result.findings]
    if case.get("kind") and any(finding.kind != case["kind"] for finding in result.findings):
        return f"{result.id} is {result.findings[0].kind}, not {case['kind']}"
    expected = [parse_pointer(str(case["at"]))] if case.get("at") else pointers
    if any(_near(place, wanted) for place in found for wanted in expected):
        return ""
    return f"{result.id} points at {', '.join(pointer_text(place) for place in found[:3])}, not at {', '.join(pointer_text(wanted) for wanted in expected)}"


def _near(place: Pointer, wanted: Pointer) -> bool:
    """The place itself, something in it, or (for what is gone) one of its two nearest parents."""
    if place[: len(wanted)] == wanted:
        return True
    return wanted[: len(place)] == place and len(wanted) - len(place) <= 2


# ---------------------------------------------------------------- edits


def edit(base: dict[str, Document], case: dict[str, Any]) -> tuple[dict[str, Document], list[Pointer]]:
    """*base* with the edits of *case*, and the pointers that were edited. Raises PackError."""
    documents = dict(base)
    pointers: list[Pointer] = []
    for verb, form, what in (
        ("set", dict, "a group of pointers"),
        ("add", dict, "a group of pointers"),
        ("delete", list, "a list"),
    ):
        if not isinstance(case.get(verb) or form(), form):
            raise PackError(f"`{verb}` is {what}", "")
    for pointer_, value in (case.get("set") or {}).items():
        pointers.append(_edit(documents, str(pointer_), value, "set"))
    for pointer_ in case.get("delete") or []:
        pointers.append(_edit(documents, str(pointer_), None, "delete"))
    for pointer_, value in (case.get("add") or {}).items():
        pointers.append(_edit(documents, str(pointer_), value, "add"))
    if not pointers:
        raise PackError("the case edits nothing", "")
    return documents, pointers


def _edit(documents: dict[str, Document], text: str, value: Any, verb: str) -> Pointer:
    pointer = parse_pointer(text)
    kind = str(pointer[0]) if pointer else ""
    if kind not in documents:
        raise PackError(f"the base has no {kind}", "")
    if len(pointer) == 1 and verb == "delete":
        documents.pop(kind)
        return pointer
    if len(pointer) == 1:
        raise PackError(f"{text} is a whole {kind}; set a field of it, or delete it", "")
    document = documents[kind]
    root = _replaced(document.root, pointer[1:], value, verb, text)
    documents[kind] = Document(document.path, root)
    return tuple(step for step in pointer if step != "-")


def _replaced(node: Node, steps: Pointer, value: Any, verb: str, text: str) -> Node:
    """A copy of *node* along *steps*, edited at their end; everything beside them is shared."""
    copy = Node(node.value, node.line, node.column, node.end_line, node.end_column, node.plain)
    copy.keys = dict(node.keys)
    step, rest = steps[0], steps[1:]
    if isinstance(node.value, dict):
        copy.value = dict(node.value)
        key = str(step)
        if rest:
            if key not in copy.value:
                raise PackError(f"{text} isn't in the base", "")
            copy.value[key] = _replaced(copy.value[key], rest, value, verb, text)
        elif verb == "delete":
            if copy.value.pop(key, None) is None:
                raise PackError(f"{text} isn't in the base", "")
            copy.keys.pop(key, None)
        else:
            old = copy.value.get(key)
            copy.value[key] = _node(value, old or node)
            copy.keys.setdefault(key, (node.line, node.column))
        return copy
    if isinstance(node.value, list):
        copy.value = list(node.value)
        if step == "-":
            copy.value.append(_node(value, node))
        elif not isinstance(step, int) or step >= len(copy.value):
            raise PackError(f"{text} isn't in the base", "")
        elif rest:
            copy.value[step] = _replaced(copy.value[step], rest, value, verb, text)
        elif verb == "delete":
            del copy.value[step]
        else:
            copy.value[step] = _node(value, copy.value[step])
        return copy
    raise PackError(f"{text} isn't in the base", "")


def _node(value: Any, near: Node) -> Node:
    if isinstance(value, dict):
        node = Node(
            {str(key): _node(child, near) for key, child in value.items()},
            near.line,
            near.column,
            near.end_line,
            near.end_column,
        )
        node.keys = {str(key): (near.line, near.column) for key in value}
        return node
    if isinstance(value, list):
        return Node(
            [_node(child, near) for child in value], near.line, near.column, near.end_line, near.end_column
        )
    if value is None:
        return Node("null", near.line, near.column, near.end_line, near.end_column, True)
    plain = not isinstance(value, str)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Node(text, near.line, near.column, near.end_line, near.end_column, plain)


# ---------------------------------------------------------------- judging


class _Places:
    """Places in a fixture: pointers are what matters here."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def location(self, pointer: Pointer = ()) -> Location:
        return self._document.location(pointer)


def evidence_of(documents: dict[str, Document], kinds: Mapping[str, Any] | None = None) -> Evidence:
    """The evidence that fixture *documents* stand for; kinds that are not there are absent. *kinds*: what packs add."""
    kinds = kinds or {}
    evidence = Evidence(anchor=Location("aiact.yaml"), kinds=kinds)
    references: list[Any] = []
    facts = schema("facts")
    for kind, document in documents.items():
        definition = kinds.get(kind)
        if definition is None and kind in RECORDS:
            definition = schema(kind)
        if definition is None:
            field_ = facts["properties"].get(kind)
            if field_ is None:
                continue
            definition = {
                **(facts["$defs"][field_["$ref"].rsplit("/", 1)[-1]] if "$ref" in field_ else field_),
                "$defs": facts["$defs"],
            }
        shaped = shape(document, definition, kind)
        evidence.data[kind] = shaped.value
        evidence.places[kind] = _Places(document)
        evidence.faults += [
            fault
            for fault in shaped.faults
            if kind in RECORDS or kind in kinds or fault.rule != "unknown_key"
        ]
        if kind in kinds:
            hold_against(document, definition, kind, shaped, evidence)
        evidence.unfilled.update(shaped.unfilled)
        evidence.required |= shaped.required
        references += shaped.references
    for name in (*NAMES, *kinds):
        if name not in evidence.data and name not in ("parameters", "as_of"):
            evidence.absent[name] = Absent(
                name,
                Fault(
                    "record_missing",
                    "missing",
                    Location("aiact.yaml", pointer=(name,)),
                    f"{name} isn't there",
                    "",
                    (name,),
                ),
            )
    evidence.faults += resolve(references, evidence, kinds)
    evidence.data["as_of"] = AS_OF
    evidence.worth_at_most = {
        (name,): "stated"
        for name in ("event_log", "replay")
        if name in evidence.data and not (evidence.data[name] or {}).get("bound")
    }
    return evidence


_ENGINES: dict[str, PartEngine] = {}


def engine_of(pack: Pack) -> PartEngine:
    if pack.digest not in _ENGINES:
        _ENGINES[pack.digest] = PartEngine(names_of(pack), AS_OF)
    return _ENGINES[pack.digest]


def names_of(pack: Pack) -> tuple[str, ...]:
    """Every name that a condition of *pack* may use."""
    names = {*NAMES, *pack.kinds}
    for requirement in pack.requirements:
        for check in requirement.checks:
            names |= {loop.name for loop in check.loops} | {lookup.name for lookup in check.lookups}
    return tuple(sorted(names))


def judged(requirement: Requirement, pack: Pack, documents: dict[str, Document]) -> dict[str, CheckResult]:
    """What comes of each check of *requirement* on the fixture *documents*."""
    return _all(FixtureJudge(evidence_of(documents, pack.kinds), engine_of(pack), "fixture"), requirement)


def _all(judge: FixtureJudge, requirement: Requirement) -> dict[str, CheckResult]:
    return {check.id: judge.judge(check, requirement) for check in requirement.checks if not check.faults}


def parse_pointer(text: str) -> Pointer:
    """The steps of a JSON Pointer; digits become list indexes, `-` stays (the end of a list)."""
    if not text:
        return ()
    steps = text.lstrip("/").split("/")
    return tuple(
        int(step) if step.isdigit() else step.replace("~1", "/").replace("~0", "~") for step in steps
    )
