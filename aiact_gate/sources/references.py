"""What records point to, resolved once: ids, files, sections, people."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiact_gate.documents.markdown import Heading, Markdown
from aiact_gate.model.errors import AiactError, NotAtHand
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import DOCUMENTS, RECORDS
from aiact_gate.sources.documents import Library
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.shapes import nearest, quoted
from aiact_gate.sources.snapshot import Snapshot


class Tree(NamedTuple):
    """Where files and headings are looked up."""

    snapshot: Snapshot
    manifest: Manifest
    library: Library


def resolve(
    references: list[tuple[Pointer, str, str, Location]],
    evidence: Evidence,
    kinds: Mapping[str, Any] | None = None,
    tree: Tree | None = None,
) -> list[Fault]:
    """A fault for each reference that leads nowhere. Targets in absent records aren't judged: those are reported already.

    Without a *tree* only ids and people are looked up.
    """
    faults = []
    tables: dict[str, set[str] | None] = {}
    for pointer, kind, text, place in references:
        x_type, _, target = kind.partition(":")
        fault = None
        if x_type == "ref":
            fault = _ref(pointer, target, text, place, evidence, tables, kinds or {})
        elif x_type == "person":
            fault = _person(pointer, text, place, evidence)
        elif tree is not None and x_type in _IN_TREE:
            try:
                fault = _IN_TREE[x_type](pointer, text, place, tree)
            except NotAtHand as missing:
                evidence.not_at_hand(pointer, missing)
        if fault is not None:
            faults.append(fault)
    return faults


def _ref(
    pointer: Pointer,
    target: str,
    text: str,
    place: Location,
    evidence: Evidence,
    tables: dict[str, set[str] | None],
    kinds: Mapping[str, Any],
) -> Fault | None:
    owner = str(pointer[0])
    known: set[str] = set()
    for option in target.split("|"):
        head = option.split(".")[0]
        path = (
            option
            if (head in RECORDS or head in kinds)
            and (head != owner or head not in evidence.data.get(owner, {}))
            else f"{owner}.{option}"
        )
        if path not in tables:
            tables[path] = _ids(path, evidence)
        ids = tables[path]
        if ids is None:
            return None
        known |= ids
    if text in known:
        return None
    near = nearest(text, known)
    what = target.split("|")[0].rpartition(".")[2].replace("_", " ")
    fix = f"Name one of: {', '.join(sorted(known)[:8])}." if known else f"Add it to the {what} first."
    if near:
        fix = f"Did you mean {near}?"
    return Fault("reference", "malformed", place, f"{quoted(text)} is none of the {what}.", fix, pointer)


def _ids(path: str, evidence: Evidence) -> set[str] | None:
    kind, *steps = path.split(".")
    if kind not in evidence.data:
        return None
    value: Any = evidence.data[kind]
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            return set()
    return {str(row["id"]) for row in value if isinstance(row, dict) and "id" in row}


def _file(pointer: Pointer, text: str, place: Location, tree: Tree) -> Fault | None:
    path = tree.manifest.repository_path(text)
    if text.startswith("/") or path.startswith("../") or path == "..":
        what = f"{quoted(text)} leads out of the repository."
        return Fault("path", "malformed", place, what, "Point to a file inside it.", pointer)
    if tree.snapshot.has(path):
        return None
    missing = tree.snapshot.not_at_hand(path)
    if missing is not None:
        raise NotAtHand(missing.reason, missing.would_determine)
    what = f"The file {quoted(text)} isn't in the {tree.snapshot.subject.kind}."
    fix = (
        _of_another_form(path, tree) or "Add the file, or mend the path (relative to the manifest's folder)."
    )
    return Fault("file", "missing", place, what, fix, pointer)


def _of_another_form(path: str, tree: Tree) -> str:
    """What to do where a file of this name is there, its letters put together otherwise; empty if none is."""
    if path.isascii():
        return ""
    import unicodedata  # few names need it

    wanted = unicodedata.normalize("NFC", path)
    alike = (other for other in tree.snapshot.paths() if unicodedata.normalize("NFC", other) == wanted)
    found = next(alike, "")
    forms = (form for form in ("NFC", "NFD") if found and unicodedata.is_normalized(form, found))
    form = next(forms, "another form")
    return (
        f"The tree has this name with its letters written in {form}; write the reference the same way."
        if found
        else ""
    )


def _section(pointer: Pointer, text: str, place: Location, tree: Tree) -> Fault | None:
    file, mark, title = text.partition("#")
    fault = _file(pointer, file, place, tree)
    if fault is not None:
        return fault
    if not mark:
        what, fix = f"{quoted(text)} names no heading.", "Write it as docs/file.md#Heading."
        return Fault("section", "malformed", place, what, fix, pointer)
    try:
        parsed = tree.library.markdown(tree.manifest.repository_path(file))
    except NotAtHand:
        raise
    except AiactError as error:
        what = f"{quoted(file)} can't be read: {error.what}."
        return Fault("section", "malformed", place, what, error.fix, pointer)
    name = posixpath.basename(file)
    heading = parsed.find(title)
    if heading is None:
        return _no_heading(pointer, title, place, parsed, name)
    if not _says_something(parsed, heading):
        what = f"Nothing stands below {quoted(title)} in {name}."
        return Fault("section", "filler", place, what, "Write the section.", pointer)
    return None


def _heading(pointer: Pointer, text: str, place: Location, tree: Tree) -> Fault | None:
    name = str(pointer[0])
    parsed = tree.library.by_name.get(name)
    if parsed is None or name not in DOCUMENTS:
        return None
    heading = parsed.find(text)
    if heading is None:
        return _no_heading(pointer, text, place, parsed, "This document")
    if not _says_something(parsed, heading):
        what = f"Nothing stands below the heading {quoted(text)}."
        below = Location(parsed.path, heading.line, 1)
        return Fault("section", "filler", below, what, "Write the section.", pointer)
    return None


def _no_heading(pointer: Pointer, title: str, place: Location, parsed: Markdown, document: str) -> Fault:
    near = nearest(title, [item.text for item in parsed.headings])
    what = f"{document} has no heading {quoted(title)}."
    fix = f"Did you mean {near}?" if near else "Add the heading, or name another one."
    return Fault("section", "missing", place, what, fix, pointer)


def _says_something(parsed: Markdown, heading: Heading) -> bool:
    return len(set(parsed.text_of(heading).lower().split())) >= 3


_IN_TREE = {"tracked_file": _file, "section": _section, "heading": _heading}
"""Type of reference -> what looks its target up in a tree."""


def _person(pointer: Pointer, text: str, place: Location, evidence: Evidence) -> Fault | None:
    described = evidence.data.get("system_description")
    if described is None:
        return None
    people = {
        str(person["id"])
        for person in described.get("people", [])
        if isinstance(person, dict) and "id" in person
    }
    if not people or text in people:
        return None
    near = nearest(text, people)
    what = f"{quoted(text)} isn't among the people of system_description."
    fix = f"Did you mean {near}?" if near else "List the person there with a function."
    return Fault("person", "malformed", place, what, fix, pointer)


def pasted(evidence: Evidence, kinds: Mapping[str, Any] | None = None) -> list[Fault]:
    """One fault for each sentence that stands in three or more prose fields of the records.

    Several questions of the classification have the same honest answer, so its reasons aren't read that way.
    """
    from aiact_gate.schemas.fields import root

    seen: dict[str, list[Pointer]] = {}
    for name in (*RECORDS, *(kinds or ())):
        field = root(name, kinds)
        if name in evidence.data and field is not None and name != "classification":
            _prose(evidence.data[name], field, (name,), seen)
    faults = []
    for text, pointers in seen.items():
        if len(pointers) < 3:
            continue
        places = [evidence.locate(pointer) for pointer in pointers]
        others = ", ".join(f"{posixpath.basename(place.path)}:{place.line}" for place in places[1:4])
        more = f" and {len(places) - 4} more" if len(places) > 4 else ""
        message = (
            f"The same sentence stands in {len(pointers)} fields: {quoted(text, 40)}; also {others}{more}."
        )
        for pointer in pointers[:1]:
            fix = "Say in each field what it asks."
            faults.append(Fault("pasted", "filler", evidence.locate(pointer), message, fix, pointer))
    return faults


def _prose(value: Any, field: Any, pointer: Pointer, seen: dict[str, list[Pointer]]) -> None:
    if isinstance(value, dict):
        for key, child in value.items():
            below = field.below(key)
            if below is not None:
                _prose(child, below, (*pointer, key), seen)
    elif isinstance(value, list):
        below = field.below("*")
        if below is not None:
            for index, child in enumerate(value):
                _prose(child, below, (*pointer, index), seen)
    elif isinstance(value, str) and field.is_prose:
        seen.setdefault(" ".join(value.lower().split()), []).append(pointer)
