"""The documents for people: the model card and the instructions for use, as they are in the wild."""

from __future__ import annotations

import re
from typing import Any

from aiact_gate.documents.markdown import Heading, Markdown, parse_markdown
from aiact_gate.documents.node import Document
from aiact_gate.model.errors import DocumentError, NotAtHand, SnapshotError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location, Pointer
from aiact_gate.schemas.fields import schema
from aiact_gate.sources.filled import emptiness
from aiact_gate.sources.manifest import Manifest
from aiact_gate.sources.shapes import shape
from aiact_gate.sources.snapshot import Snapshot

USUAL_HEADINGS = {
    "intended_purpose": (
        "intended purpose",
        "intended use",
        "intended uses",
        "intended uses & limitations",
        "intended use cases",
        "uses",
        "direct use",
        "model use",
        "primary intended uses",
        "use cases",
    ),
    "limitations": (
        "limitations",
        "bias, risks, and limitations",
        "limitations and bias",
        "limitations and biases",
        "known limitations",
        "caveats and recommendations",
        "risks, limitations and biases",
        "ethical considerations and limitations",
        "limits",
    ),
    "performance": (
        "performance",
        "evaluation",
        "evaluation results",
        "results",
        "metrics",
        "model performance",
        "quantitative analyses",
        "benchmarks",
    ),
}
"""What cards call these sections; only used where a card's own front matter doesn't say."""

_ID = re.compile(r"\b[A-Z]{1,4}-?\d{1,4}\b")


class Library:
    """Markdown files of one tree, each parsed once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._parsed: dict[str, Markdown] = {}
        self.by_name: dict[str, Markdown] = {}

    def markdown(self, path: str) -> Markdown:
        """The parsed file. Raises SnapshotError, DocumentError."""
        if path not in self._parsed:
            self._parsed[path] = parse_markdown(self._snapshot.read(path), path)
        return self._parsed[path]


class MarkdownPlaces:
    """Where the facts of a document stand: front matter by its own places, sections by their headings."""

    def __init__(self, parsed: Markdown, sections: dict[str, Heading]) -> None:
        self._parsed = parsed
        self._sections = sections

    def location(self, pointer: Pointer = ()) -> Location:
        path = self._parsed.path
        if len(pointer) >= 2 and pointer[0] == "sections":
            heading = self._sections.get(str(pointer[1]))
            if heading is not None:
                return Location(path, heading.line, 1, heading.end_line, 1, pointer)
        front: Document | None = self._parsed.front
        if front is not None and pointer and isinstance(front.root.value, dict):
            if pointer[0] in front.root.value:
                return front.location(pointer)
            own = front.root.value.get("aiact")
            if own is not None and isinstance(own.value, dict):
                return front.location(("aiact", *pointer))
            return front.location()._replace(end_line=0, end_column=0)
        return Location(path, 1, 1, pointer=pointer)


def attach_document(
    name: str,
    key: str,
    snapshot: Snapshot,
    manifest: Manifest,
    system: dict[str, Any],
    evidence: Evidence,
    library: Library,
    references: list[tuple[Pointer, str, str, Location]],
) -> None:
    """Give *evidence* the document *name* (`model_card`, `instructions_for_use`) that the manifest names under `model: {key}`."""
    pointer_text = (system.get("model") or {}).get(key)
    if not pointer_text:
        place = (
            manifest.pointer(system["id"], "model")
            if system.get("model")
            else manifest.system_location(system["id"])
        )
        words = "model card" if name == "model_card" else "instructions for use"
        fix = f"Write them as Markdown and name the file under model: {{{key}: …}}."
        fault = Fault("document_missing", "missing", place, f"The manifest names no {words}.", fix, (name,))
        evidence.leave_out(name, fault)
        return
    place = manifest.pointer(system["id"], "model", key)
    path = manifest.repository_path(str(pointer_text))
    try:
        parsed = library.markdown(path)
    except NotAtHand as missing:
        evidence.not_at_hand((name,), missing)
        return
    except SnapshotError as error:
        kind = "missing" if not snapshot.has(path) else "malformed"
        what = f"{error.what[:1].upper()}{error.what[1:]}."
        evidence.leave_out(name, Fault("document_missing", kind, place, what, error.fix, (name,)))
        return
    except DocumentError as error:
        what = f"{pointer_text} can't be read: {error.what}."
        fault = Fault("unreadable", "malformed", error.location, what, error.fix, (name,))
        evidence.leave_out(name, fault, unreadable=True)
        return
    library.by_name[name] = parsed
    if parsed.front_error is not None:
        broken = parsed.front_error
        what = f"The front matter can't be read: {broken.what}."
        fault = Fault("front_matter", "malformed", broken.location, what, broken.fix, (name,))
        if name == "instructions_for_use":
            evidence.leave_out(name, fault, unreadable=True)
            return
        evidence.faults.append(fault)
    if name == "instructions_for_use":
        _instructions(parsed, manifest, system, evidence, references)
    else:
        _card(parsed, evidence, references)


def _instructions(
    parsed: Markdown,
    manifest: Manifest,
    system: dict[str, Any],
    evidence: Evidence,
    references: list[tuple[Pointer, str, str, Location]],
) -> None:
    name = "instructions_for_use"
    if parsed.front is None:
        what = f"{parsed.path.rpartition('/')[2]} has no front matter, so it names no release."
        fix = "Begin it with a front matter: schema, for, model_version, delivery, sections."
        fault = Fault("document_missing", "missing", Location(parsed.path), what, fix, (name,))
        evidence.leave_out(name, fault)
        return
    shaped = shape(parsed.front, schema(name), name)
    evidence.faults += shaped.faults
    evidence.unfilled.update(shaped.unfilled)
    value = shaped.value if isinstance(shaped.value, dict) else {}
    release = f"{system['id']}@{system.get('version', '')}"
    if release not in value.get("for", []):
        spoken = ", ".join(value.get("for", [])) or "no release"
        what = f"The instructions speak for {spoken}; the manifest declares {release}."
        fix = f"Read them again for this release, then: aiact-gate confirm {parsed.path} --for {system.get('version', '')}"
        fault = Fault("other_release", "unbound", parsed.front.location(("for",)), what, fix, (name,))
        evidence.leave_out(name, fault)
        return
    references += shaped.references
    headings = _mapped(parsed, value.get("sections") or {})
    facts = {key: value[key] for key in ("model_version", "delivery") if key in value}
    evidence.data[name] = {
        "path": parsed.path,
        **facts,
        "sections": _sections(parsed, headings),
        "names": _names(parsed.body),
    }
    evidence.places[name] = MarkdownPlaces(parsed, headings)


def _card(parsed: Markdown, evidence: Evidence, references: list[tuple[Pointer, str, str, Location]]) -> None:
    name = "model_card"
    own: dict[str, Any] = {}
    if parsed.front is not None:
        node = parsed.front.root.value.get("aiact")
        if node is not None:
            shaped = shape(Document(parsed.path, node), schema(name), name)
            evidence.faults += shaped.faults
            evidence.unfilled.update(shaped.unfilled)
            references += shaped.references
            own = shaped.value if isinstance(shaped.value, dict) else {}
    mapped = _mapped(parsed, own.get("sections") or {})
    for key, titles in USUAL_HEADINGS.items():
        if key not in mapped:
            heading = next((found for title in titles if (found := parsed.find(title)) is not None), None)
            if heading is not None:
                mapped[key] = heading
    evidence.data[name] = {
        "path": parsed.path,
        "model_version": own.get("model_version"),
        "sections": _sections(parsed, mapped),
        "names": _names(parsed.body),
    }
    evidence.places[name] = MarkdownPlaces(parsed, mapped)


def _mapped(parsed: Markdown, titles: dict[str, Any]) -> dict[str, Heading]:
    return {
        key: heading
        for key, title in titles.items()
        if title and (heading := parsed.find(str(title))) is not None
    }


def _sections(parsed: Markdown, headings: dict[str, Heading]) -> dict[str, Any]:
    found = {}
    for key, heading in headings.items():
        text = _said(parsed.text_of(heading))
        found[key] = {
            "heading": heading.text,
            "text": text,
            "words": len(text.split()),
            "names": _names(text),
            "figures": [
                number.text for number in parsed.numbers if heading.line < number.line <= heading.end_line
            ],
        }
    return found


def _said(text: str) -> str:
    """*text* without the lines that a template left: `[More Information Needed]`, `TODO`."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not _left_by_template(line)).strip()


def _left_by_template(line: str) -> bool:
    bare = line.strip(" \t*_->").lower()
    return bare == "[more information needed]" or emptiness(bare, "key") == "filler"


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(_ID.findall(text)))
