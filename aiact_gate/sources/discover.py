"""What a repository already holds that evidence could come from: each thing with its file and line.

Signals, never evidence: whoever reads them asks a person. Only strong signals speak of AI here (imports and dependencies of
its libraries, model files, model stores, cards); words such as "agent" or "model" fire in half of all other repositories.
What MLflow's stores hold is read by `registry`; here they are only found.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from aiact_gate.documents.markdown import Heading, Markdown, parse_markdown
from aiact_gate.model.errors import AiactError
from aiact_gate.sources.documents import USUAL_HEADINGS
from aiact_gate.sources.filled import emptiness
from aiact_gate.sources.snapshot import Snapshot

MAX_READ = 5_000
"""Files whose text is looked at; the rest is counted by name only."""
MAX_GLANCED = 1_000
"""As many where only signals are looked for, in every run of `check`."""
MAX_TEXT = 400_000
MAX_PASSAGE = 400

_SKIPPED = re.compile(
    r"(?:^|/)(?:\.?venv[^/]*|site-packages|node_modules|vendor|third_party|\.git|\.tox|\.trash|__pycache__|\.dvc)/"
)
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|examples?|docs?|fixtures|benchmarks?)/|(?:^|/)(?:test_[^/]*|conftest)\.py$"
)
_CARD = re.compile(r"^model[-_ ]?card(?:[-_. ][^/]*)?\.md$", re.IGNORECASE)
_STORE = re.compile(r"^[^/]*mlflow[^/]*\.(?:db|sqlite3?)$", re.IGNORECASE)
_MODEL = re.compile(
    r"\.(?:onnx|pt|pth|ckpt|safetensors|gguf|keras|h5|tflite|mlmodel|pmml|cbm|joblib)$|(?:^|/)MLmodel$"
)
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

_PYTHON = (
    "sklearn torch torchvision tensorflow keras transformers diffusers peft trl sentence_transformers huggingface_hub timm "
    "onnxruntime xgboost lightgbm catboost mlflow wandb spacy gensim monai ultralytics openai anthropic cohere mistralai groq "
    "litellm langchain langchain_core langchain_openai langchain_community langgraph llama_index semantic_kernel crewai ollama "
    "vllm llama_cpp chromadb qdrant_client pinecone weaviate faiss shap lime fairlearn aif360 evidently hyperopt pycaret "
    "autogluon tiktoken"
)
"""Libraries that repositories without AI were not seen to import."""
_IMPORT = re.compile(rf"^[ \t]*(?:import|from)[ \t]+({_PYTHON.replace(' ', '|')})(?:[.\s,;]|$)", re.MULTILINE)
_PACKAGES = (
    "scikit-learn torch torchvision tensorflow keras transformers diffusers peft trl sentence-transformers huggingface-hub timm "
    "onnxruntime xgboost lightgbm catboost mlflow mlflow-skinny wandb spacy gensim monai ultralytics openai anthropic cohere "
    "mistralai groq google-generativeai google-genai litellm langchain langchain-core langchain-openai langchain-community "
    "langgraph llama-index semantic-kernel crewai haystack-ai ollama vllm llama-cpp-python chromadb qdrant-client pinecone "
    "weaviate-client faiss-cpu shap lime fairlearn aif360 evidently hyperopt pycaret autogluon tiktoken"
)
_NAMES = _PACKAGES.replace(" ", "|")  # the pattern's end decides between a name and a longer one
_DEPENDENCY = re.compile(
    rf"^[ \t\"'-]*({_NAMES})(?:\[[^\]\n]*\])?[ \t\"']*(?:[=<>~!^;,@].*)?(?:#.*)?$",
    re.MULTILINE | re.IGNORECASE,
)
_DEPENDENCY_FILES = re.compile(
    r"(?:^|/)(?:requirements[^/]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|conda\.ya?ml)$"
)
_NODE = re.compile(
    r"^[ \t]*\"(openai|ai|langchain|llamaindex|ollama|cohere-ai|groq-sdk|replicate|onnxruntime-(?:web|node)|@ai-sdk/[^\"]+"
    r"|@anthropic-ai/[^\"]+|@langchain/[^\"]+|@google/gen(?:erative-)?ai|@mistralai/[^\"]+|@azure/openai|@huggingface/[^\"]+"
    r"|@xenova/transformers|@tensorflow/[^\"]+)\"\s*:\s*\"[\^~><=*\d]",
    re.MULTILINE,
)
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
class Signal:
    """Something seen at one line."""

    path: str
    line: int
    what: str


@dataclass(frozen=True)
class Passage:
    """A text of a document, white space folded, with the line it begins on."""

    path: str
    line: int
    text: str


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
class Discovery:
    """Everything found in one folder and below; each list sorted by path."""

    files: int = 0
    unread: int = 0
    """Texts that were not looked at, because there are too many or they can't be read."""
    unnamable: int = 0
    """Files whose names are no UTF-8: no record could name them."""
    cards: list[Card] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    file_stores: list[str] = field(default_factory=list)
    """Folders `mlruns` that hold a store of files."""
    data: list[Data] = field(default_factory=list)
    pipelines: list[str] = field(default_factory=list)
    """dvc.lock and dvc.yaml."""
    tests: list[Signal] = field(default_factory=list)
    telling_tests: list[Signal] = field(default_factory=list)
    """Tests whose names speak of robustness, fairness or security."""
    owners: list[Signal] = field(default_factory=list)
    serving: list[Signal] = field(default_factory=list)
    frameworks: list[Signal] = field(default_factory=list)
    model_files: list[str] = field(default_factory=list)
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


def is_aside(path: str) -> bool:
    """Whether *path* is a test, example or document: AI seen only there may not be the repository's own."""
    return bool(_ASIDE.search(path))


def discover(snapshot: Snapshot, folder: str = "") -> Discovery:
    """What the files of *folder* (relative to the snapshot's root; empty: all) show. Paths are relative to *folder*. Never raises."""
    found = Discovery()
    texts: list[str] = []
    prefix = f"{folder}/" if folder else ""
    for path in snapshot.paths():
        if not path.startswith(prefix) or _SKIPPED.search(path[len(prefix) :]):
            continue
        found.files += 1
        own = path[len(prefix) :]
        if not _is_utf8(own):
            found.unnamable += 1
            continue
        _by_name(own, found)
        if _is_text(own):
            texts.append(own)
    # The repository's own code before its tests and examples: the limit cuts those first.
    texts.sort(key=lambda path: (is_aside(path), path.count("/"), path))
    found.unread += max(0, len(texts) - MAX_READ)
    for own in texts[:MAX_READ]:
        text = _text(snapshot, prefix + own)
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


def signals(snapshot: Snapshot, folder: str = "") -> list[Signal]:
    """What speaks of AI in *folder* by itself, tests, examples and documents aside: each library once, model files, stores.

    Cheap enough for every run: files that name dependencies first, then the shallowest code, `MAX_GLANCED` in all.
    """
    found = Discovery()
    texts: list[str] = []
    prefix = f"{folder}/" if folder else ""
    for path in snapshot.paths(folder):
        own = path[len(prefix) :]
        if _SKIPPED.search(own) or is_aside(own) or not _is_utf8(own):
            continue
        _by_name(own, found)
        if _is_text(own):
            texts.append(own)
    texts.sort(key=lambda path: (path.endswith(".py"), path.count("/"), path))
    for own in texts[:MAX_GLANCED]:
        text = _text(snapshot, prefix + own)
        if text is not None:
            _by_text(own, text, found)
    once: dict[str, Signal] = {}
    for signal in found.frameworks:
        once.setdefault(signal.what, signal)
    files = [*found.model_files, *found.stores, *found.file_stores]
    seen = [*once.values(), *(Signal(path, 1, "a model or its store") for path in files)]
    return [Signal(prefix + signal.path, signal.line, signal.what) for signal in seen]


def card_at(snapshot: Snapshot, path: str) -> Card:
    """The card at *path*. Raises `AiactError` if it can't be read."""
    return _card(parse_markdown(snapshot.read(path), path))


def split_of(path: str) -> str:
    """training, validation or testing if the file's name says so; else empty."""
    name = posixpath.basename(path).lower()
    named = [split for split, pattern in _SPLITS if pattern.search(name)]
    return named[0] if len(named) == 1 else ""


# ---------------------------------------------------------------- by name


def _is_utf8(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _by_name(path: str, found: Discovery) -> None:
    name = posixpath.basename(path)
    aside = is_aside(path) and not path.startswith("docs/")
    if "mlruns/" in path or path.startswith("mlruns/"):
        if name == "meta.yaml":
            store = path[: path.index("mlruns/") + len("mlruns")]
            if store not in found.file_stores:
                found.file_stores.append(store)
        return
    if _STORE.match(name):
        found.stores.append(path)
    if _MODEL.search(path) and not aside:
        found.model_files.append(path)
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
        and not (item.is_pointer and _MODEL.search(item.path[:-4]))
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


def _is_text(path: str) -> bool:
    return (
        path.endswith(".py")
        or bool(_DEPENDENCY_FILES.search(path))
        or posixpath.basename(path) in ("package.json", "Dockerfile", "Procfile")
    )


def _text(snapshot: Snapshot, path: str) -> str | None:
    try:
        data = snapshot.read(path)
    except AiactError:
        return None
    if len(data) > MAX_TEXT or b"\0" in data:
        return None
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _by_text(path: str, text: str, found: Discovery) -> None:
    if path.endswith(".py"):
        is_test = bool(re.search(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$", path))
        if is_test:
            for match in _TEST.finditer(text):
                signal = Signal(path, _line(text, match.start(1)), match[1])
                found.tests.append(signal)
                if _TELLING.search(match[1]):
                    found.telling_tests.append(signal)
        _first_of_each(_IMPORT, path, text, found.frameworks)
    elif _DEPENDENCY_FILES.search(path):
        _first_of_each(_DEPENDENCY, path, text, found.frameworks)
        if path == "pyproject.toml":
            found.version = _project_version(path, text)
    elif path.endswith("package.json"):
        _first_of_each(_NODE, path, text, found.frameworks)
    if not is_aside(path):
        match_ = _SERVING.search(text)
        if match_ is not None:
            found.serving.append(Signal(path, _line(text, match_.start()), match_[0].strip()))


def _first_of_each(pattern: re.Pattern[str], path: str, text: str, signals: list[Signal]) -> None:
    seen: set[str] = set()
    for match in pattern.finditer(text):
        name = match[1].lower()
        if name not in seen:
            seen.add(name)
            signals.append(Signal(path, _line(text, match.start(1)), name))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


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
    for tag in reversed(snapshot.tags()):
        match = re.search(r"(?:^|[-_/]|v)(\d+\.\d+(?:\.\d+)?(?:[-.]?(?:rc|a|b|alpha|beta)\d*)?)$", tag)
        if match and _is_utf8(tag):
            return Signal(f"git tag {tag}", 0, match[1])
    return None


def _owners(snapshot: Snapshot, found: Discovery) -> None:
    """The owners of everything, from the first CODEOWNERS of the repository; never names of commit authors."""
    for path in _OWNERS:
        text = _text(snapshot, path) if snapshot.has(path) else None
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
        if not path.startswith(prefix) or _SKIPPED.search(path[len(prefix) :]) or not _is_utf8(path):
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
    title = next((heading for heading in parsed.headings if heading.level == 1), None)
    heading = next((one for name in USUAL_HEADINGS["intended_purpose"] if (one := parsed.find(name))), None)
    purpose = _first_paragraph(parsed, heading) if heading is not None else None
    if purpose is None:
        purpose = _first_paragraph(parsed, title)
    outside = next((one for name in _OUT_OF_SCOPE if (one := parsed.find(name))), None)
    excluded = list(_paragraphs(parsed, outside)) if outside is not None else []
    if not excluded and heading is not None:
        denied = ("not for ", "not intended")
        excluded = [one for one in _paragraphs(parsed, heading) if one.text.lower().startswith(denied)]
    first_sentences = [
        Passage(one.path, one.line, re.split(r"(?<=[.!?])\s", one.text)[0]) for one in excluded[:3]
    ]
    named = None
    if title is not None and (text := _name(title.text)):
        named = Passage(parsed.path, title.line, text[:80])
    return Card(parsed.path, named, purpose, tuple(first_sentences), len(parsed.numbers))


def _name(title: str) -> str:
    """The model's name in the *title* of a card: without "model card for", emphasis and a version at its end."""
    text = re.sub(r"[*_`]", "", _folded(title[:300]))
    text = re.sub(r"^model\s?card\s*(?:for|of|[:-])?\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[\s,:-]+v?\d+(?:\.\d+)+$", "", text).strip()
    return text if emptiness(text, "name") is None else ""


def _first_paragraph(parsed: Markdown, heading: Heading | None) -> Passage | None:
    return next(_paragraphs(parsed, heading), None)


def _paragraphs(parsed: Markdown, heading: Heading | None) -> Iterator[Passage]:
    """Paragraphs and list items of prose below *heading* (the whole body without one), before its first sub-heading."""
    start = heading.line if heading is not None else parsed.body_line - 1
    stops = [one.line - 1 for one in parsed.headings if one.line > start]
    end = min([*stops, len(parsed.lines)])
    block: list[str] = []
    first = 0
    fenced = False
    for index in range(start, end + 1):
        raw = parsed.lines[index].strip() if index < end else ""
        if raw.startswith(("```", "~~~")):
            fenced = not fenced
            raw = ""
        is_item = bool(re.match(r"(?:[-*+]|\d+[.)])\s", raw))
        if (not raw or is_item) and block:
            passage = _passage(parsed.path, first, " ".join(block))
            if passage is not None:
                yield passage
            block = []
        if raw and not fenced and not raw.startswith(("<", "|", "![", "[![", "#", ">", "---", "===", "{{")):
            if not block:
                first = index + 1
                raw = re.sub(r"^(?:[-*+]|\d+[.)])\s+", "", raw)
            block.append(raw)


def _passage(path: str, line: int, text: str) -> Passage | None:
    text = _folded(text)
    if len(text) > MAX_PASSAGE:
        cut = text[:MAX_PASSAGE]
        text = cut[: cut.rindex(". ") + 1] if ". " in cut else cut.rpartition(" ")[0]
    return Passage(path, line, text) if emptiness(text, "text") is None else None


def _folded(text: str) -> str:
    """*text* on one line, without control and formatting characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
