"""What a repository already holds that evidence could come from: each thing with its file and line.

Signals, never evidence: whoever reads them asks a person. What MLflow's stores hold is read by `registry`; here they are only found.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiact_gate.documents.markdown import Markdown, parse_markdown
from aiact_gate.model.errors import AiactError
from aiact_gate.sources.cards import Passage, paragraphs, purpose_heading, purpose_of, title_of
from aiact_gate.sources.signals import (
    Signal,
    Strong,
    is_aside,
    is_foreign,
    is_in_store,
    is_model,
    is_read,
    is_utf8,
    line_at,
    note_libraries,
    note_name,
    text_at,
)
from aiact_gate.sources.snapshot import Snapshot

MAX_READ = 5_000
"""Files whose text is looked at; the rest is counted by name only."""


_CARD = re.compile(r"^model[-_ ]?card(?:[-_. ][^/]*)?\.md$", re.IGNORECASE)
_DATA = re.compile(r"\.(?:csv|tsv|parquet|jsonl|arrow|feather)$", re.IGNORECASE)
_SPLITS = (
    ("training", re.compile(r"(?:^|[^a-z])train(?:ing)?(?:[^a-z]|$)")),
    ("validation", re.compile(r"(?:^|[^a-z])(?:valid(?:ation)?|val|dev)(?:[^a-z]|$)")),
    ("testing", re.compile(r"(?:^|[^a-z])(?:test(?:ing)?|holdout|eval)(?:[^a-z]|$)")),
)
_INSTRUCTIONS = re.compile(r"^instructions?[-_ ]?(?:for|of)?[-_ ]?use.*\.md$", re.IGNORECASE)
_EVENTS = re.compile(
    r"^(?:[^/]*[-_])?(?:events?|event[-_]log|predictions[-_]log)(?:[-_][^/]*)?\.jsonl$", re.IGNORECASE
)
_STOP = re.compile(
    r"^[^/]*(?:stop|shutdown|kill[-_]?switch)[-_]?(?:procedure|drill|runbook)?\.md$", re.IGNORECASE
)
_RISKS = re.compile(
    r"^[^/]*risk[-_ ]?(?:register|management|log|assessment)[^/]*\.(?:ya?ml|md|csv|xlsx)$", re.IGNORECASE
)
_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

_SERVING = re.compile(
    r"^.*(?:\b(?:FastAPI|Flask|HTTPServer|ThreadingHTTPServer|Starlette|Quart)\(|\bBaseHTTPRequestHandler\)|\buvicorn\.run\("
    r"|\bgr\.(?:Interface|Blocks|ChatInterface)\(|\bmlflow\s+models\s+serve\b|\bbentoml\.Service\(|@serve\.deployment).*$",
    re.MULTILINE,
)
_TEST = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(test_\w+)[ \t]*\(", re.MULTILINE)
_TELLING = re.compile(
    r"robust|fair|bias|adversar|attack|poison|drift|secur|noise|override|stop", re.IGNORECASE
)
_HUB_KEYS = frozenset(
    ["pipeline_tag", "library_name", "model-index", "base_model", "license", "datasets", "metrics"]
)
_OUT_OF_SCOPE = (
    "out of scope",
    "out-of-scope",
    "out-of-scope use",
    "out-of-scope uses",
    "out of scope use",
    "out of scope uses",
    "out-of-scope use cases",
    "not intended for",
    "misuse",
    "prohibited uses",
)


@dataclass(frozen=True)
class Card:
    """A model card: what may be proposed from it. Its figures are counted, never copied."""

    path: str
    title: Passage | None
    purpose: Passage | None
    out_of_scope: tuple[Passage, ...]
    figures: int


@dataclass(frozen=True)
class Data:
    """A data file or its pointer."""

    path: str
    id: str
    split: str
    """training, validation or testing as its name says; empty if it doesn't."""
    is_pointer: bool


@dataclass
class Discovery(Strong):
    """Everything found in one folder and below; each list sorted by path."""

    files: int = 0
    unread: int = 0
    """Texts that were not looked at, because there are too many or they can't be read."""
    unnamable: int = 0
    """Files whose names are no UTF-8: no record could name them."""
    cards: list[Card] = field(default_factory=list)
    data: list[Data] = field(default_factory=list)
    pipelines: list[str] = field(default_factory=list)
    """dvc.lock and dvc.yaml."""
    tests: list[Signal] = field(default_factory=list)
    telling_tests: list[Signal] = field(default_factory=list)
    """Tests whose names speak of robustness, fairness or security."""
    owners: list[Signal] = field(default_factory=list)
    serving: list[Signal] = field(default_factory=list)
    instructions: list[str] = field(default_factory=list)
    event_logs: list[str] = field(default_factory=list)
    stop_procedures: list[str] = field(default_factory=list)
    risk_registers: list[str] = field(default_factory=list)
    version: Signal | None = None
    """The version that a release tag or pyproject.toml gives."""

    @property
    def speaks_of_ai(self) -> bool:
        """A strong signal was found outside tests, examples and documents."""
        own = [signal for signal in self.frameworks if not is_aside(signal.path)]
        return bool(own or self.cards or self.stores or self.file_stores or self.model_files)


def discover(snapshot: Snapshot, folder: str = "") -> Discovery:
    """What the files of *folder* (relative to the snapshot's root; empty: all) show. Paths are relative to *folder*. Never raises."""
    found = Discovery()
    texts: list[str] = []
    prefix = f"{folder}/" if folder else ""
    for path in snapshot.paths():
        if not path.startswith(prefix) or is_foreign(path[len(prefix) :]):
            continue
        found.files += 1
        own = path[len(prefix) :]
        if not is_utf8(own):
            found.unnamable += 1
            continue
        _by_name(own, found)
        if is_read(own):
            texts.append(own)
    # The repository's own code before its tests and examples: the limit cuts those first.
    texts.sort(key=lambda path: (is_aside(path), path.count("/"), path))
    found.unread += max(0, len(texts) - MAX_READ)
    for own in texts[:MAX_READ]:
        text = text_at(snapshot, prefix + own)
        if text is None:
            found.unread += 1
        else:
            _by_text(own, text, found)
    _cards(snapshot, prefix, found)
    _owners(snapshot, found)
    found.version = _tag(snapshot) or found.version
    found.data = _datasets(found.data)
    for signals in (found.tests, found.telling_tests, found.serving, found.frameworks):
        signals.sort(key=lambda signal: (is_aside(signal.path), signal.path, signal.line))
    return found


def split_of(path: str) -> str:
    """training, validation or testing if the file's name says so; else empty."""
    name = posixpath.basename(path).lower()
    named = [split for split, pattern in _SPLITS if pattern.search(name)]
    return named[0] if len(named) == 1 else ""


# ---------------------------------------------------------------- by name


def _by_name(path: str, found: Discovery) -> None:
    note_name(path, found)
    if is_in_store(path):
        return
    name = posixpath.basename(path)
    aside = is_aside(path) and not path.startswith("docs/")
    if name in ("dvc.lock", "dvc.yaml"):
        found.pipelines.append(path)
    if _EVENTS.match(name) and not aside:
        found.event_logs.append(path)
    elif name.endswith(".dvc"):
        found.data.append(Data(path, _id(name[:-4]), split_of(name[:-4]), True))
    elif _DATA.search(name) and not aside and split_of(name):
        found.data.append(Data(path, _id(name), split_of(name), False))
    for pattern, places in (
        (_INSTRUCTIONS, found.instructions),
        (_STOP, found.stop_procedures),
        (_RISKS, found.risk_registers),
    ):
        # A record is evidence already, whatever its folder is called.
        if pattern.match(name) and not aside and name != "risk_management.yaml":
            places.append(path)


def _id(name: str) -> str:
    stem = name.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "data"


def _datasets(data: Sequence[Data]) -> list[Data]:
    """Each data set once: a pointer stands for the file it points to. Pointers to models and other things are left out."""
    pointed = {item.path[:-4] for item in data if item.is_pointer}
    named = [
        item
        for item in data
        if item.path not in pointed
        and (not item.is_pointer or _DATA.search(item.path[:-4]) or item.split or "data/" in item.path)
        and not (item.is_pointer and is_model(item.path[:-4]))
    ]
    taken: set[str] = set()
    unique = []
    for item in sorted(named, key=lambda one: one.path):
        identity, number = item.id, 2
        while identity in taken:
            identity, number = f"{item.id}_{number}", number + 1
        taken.add(identity)
        unique.append(Data(item.path, identity, item.split, item.is_pointer))
    return unique


# ---------------------------------------------------------------- by text


def _by_text(path: str, text: str, found: Discovery) -> None:
    note_libraries(path, text, found)
    if re.search(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$", path):
        for match in _TEST.finditer(text):
            signal = Signal(path, line_at(text, match.start(1)), match[1])
            found.tests.append(signal)
            if _TELLING.search(match[1]):
                found.telling_tests.append(signal)
    if path == "pyproject.toml":
        found.version = _project_version(path, text)
    if not is_aside(path):
        match_ = _SERVING.search(text)
        if match_ is not None:
            found.serving.append(Signal(path, line_at(text, match_.start()), match_[0].strip()))


def _project_version(path: str, text: str) -> Signal | None:
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            inside = line.strip() in ("[project]", "[tool.poetry]")
        match = re.match(r"version\s*=\s*[\"']([0-9A-Za-z][0-9A-Za-z.+-]{0,40})[\"']", line)
        if inside and match:
            return Signal(path, number, match[1])
    return None


def _tag(snapshot: Snapshot) -> Signal | None:
    """The newest tag that names a version."""
    for tag, _ in reversed(snapshot.tags()):
        match = re.search(r"(?:^|[-_/]|v)(\d+\.\d+(?:\.\d+)?(?:[-.]?(?:rc|a|b|alpha|beta)\d*)?)$", tag)
        if match and is_utf8(tag):
            return Signal(f"git tag {tag}", 0, match[1])
    return None


def _owners(snapshot: Snapshot, found: Discovery) -> None:
    """The owners of everything, from the first CODEOWNERS of the repository; never names of commit authors."""
    for path in _OWNERS:
        text = text_at(snapshot, path) if snapshot.has(path) else None
        if text is None:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if words and words[0] in ("*", "/", "/*", "**") and len(words) > 1:
                found.owners = [Signal(path, number, owner) for owner in words[1:]]
        return


# ---------------------------------------------------------------- cards


def _cards(snapshot: Snapshot, prefix: str, found: Discovery) -> None:
    for path in snapshot.paths():
        if not path.startswith(prefix) or is_foreign(path[len(prefix) :]) or not is_utf8(path):
            continue
        own = path[len(prefix) :]
        name = posixpath.basename(own)
        named = bool(_CARD.match(name)) and "template" not in name.lower()
        if not named and own.lower() != "readme.md":
            continue
        try:
            parsed = parse_markdown(snapshot.read(path), own)
        except AiactError:
            found.unread += 1
            continue
        if named and not (parsed.front_error is not None and "{{" in "\n".join(parsed.lines[:40])):
            found.cards.append(_card(parsed))
        elif not named and _has_hub_keys(parsed):
            found.cards.append(_card(parsed))
    found.cards.sort(key=lambda card: (is_aside(card.path), card.path.count("/"), card.path))


def _has_hub_keys(parsed: Markdown) -> bool:
    front = parsed.front.root.value if parsed.front is not None else None
    return isinstance(front, dict) and len(_HUB_KEYS & set(front)) >= 2


def _card(parsed: Markdown) -> Card:
    heading = purpose_heading(parsed)
    outside = next((one for name in _OUT_OF_SCOPE if (one := parsed.find(name))), None)
    excluded = list(paragraphs(parsed, outside)) if outside is not None else []
    if not excluded and heading is not None:
        denied = ("not for ", "not intended")
        excluded = [one for one in paragraphs(parsed, heading) if one.text.lower().startswith(denied)]
    first_sentences = [
        Passage(one.path, one.line, re.split(r"(?<=[.!?])\s", one.text)[0]) for one in excluded[:3]
    ]
    figures = len(parsed.numbers)
    return Card(parsed.path, title_of(parsed), purpose_of(parsed), tuple(first_sentences), figures)
