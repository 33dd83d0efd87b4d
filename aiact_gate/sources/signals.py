"""What speaks of AI in a repository by itself: imports and dependencies of its libraries, model files, model stores.

Signals, never evidence: whoever reads them asks a person. Only strong ones are looked for; words such as "agent" or "model"
fire in half of all other repositories.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from aiact_gate.model.errors import AiactError
from aiact_gate.sources.snapshot import Snapshot

MAX_GLANCED = 1_000
"""As many where only signals are looked for, in every run of `check`."""
MAX_TEXT = 400_000

_SKIPPED = re.compile(
    r"(?:^|/)(?:\.?venv[^/]*|site-packages|node_modules|vendor|third_party|\.git|\.tox|\.trash|__pycache__|\.dvc)/"
)
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|examples?|docs?|fixtures|benchmarks?)/|(?:^|/)(?:test_[^/]*|conftest)\.py$"
)
_STORE = re.compile(r"^[^/]*mlflow[^/]*\.(?:db|sqlite3?)$", re.IGNORECASE)
_MODEL = re.compile(
    r"\.(?:onnx|pt|pth|ckpt|safetensors|gguf|keras|h5|tflite|mlmodel|pmml|cbm|joblib)$|(?:^|/)MLmodel$"
)
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


_CERTAIN = re.compile(r"\.(?:onnx|safetensors|gguf|tflite|mlmodel)$|(?:^|/)(?:MLmodel|mlflow\.db|mlruns)$")


@dataclass(frozen=True)
class Signal:
    """Something seen at one line."""

    path: str
    line: int
    what: str

    @property
    def is_model(self) -> bool:
        """Whether it can be nothing but a model or a store of runs."""
        return bool(_CERTAIN.search(self.path))


@dataclass
class Strong:
    """What speaks of AI by itself."""

    stores: list[str] = field(default_factory=list)
    file_stores: list[str] = field(default_factory=list)
    """Folders `mlruns` that hold a store of files."""
    frameworks: list[Signal] = field(default_factory=list)
    model_files: list[str] = field(default_factory=list)


def signals(snapshot: Snapshot, folder: str = "") -> list[Signal]:
    """What speaks of AI in *folder* by itself, tests, examples and documents aside: each library once, model files, stores.

    Cheap enough for every run: files that name dependencies first, then the shallowest code, `MAX_GLANCED` in all.
    """
    found = Strong()
    texts: list[str] = []
    prefix = f"{folder}/" if folder else ""
    for path in snapshot.paths(folder):
        own = path[len(prefix) :]
        if is_foreign(own) or is_aside(own) or not is_utf8(own):
            continue
        note_name(own, found)
        if is_read(own):
            texts.append(own)
    texts.sort(key=lambda path: (path.endswith(".py"), path.count("/"), path))
    for own in texts[:MAX_GLANCED]:
        text = text_at(snapshot, prefix + own)
        if text is not None:
            note_libraries(own, text, found)
    once: dict[str, Signal] = {}
    for signal in found.frameworks:
        once.setdefault(signal.what, signal)
    files = [*found.model_files, *found.stores, *found.file_stores]
    seen = [*once.values(), *(Signal(path, 1, "a model or its store") for path in files)]
    return [Signal(prefix + signal.path, signal.line, signal.what) for signal in seen]


def note_name(path: str, found: Strong) -> None:
    """Takes *path* to *found* if its name is that of a model or its store."""
    name = posixpath.basename(path)
    if is_in_store(path):
        store = path[: path.index("mlruns/") + len("mlruns")]
        if name == "meta.yaml" and store not in found.file_stores:
            found.file_stores.append(store)
        return
    if _STORE.match(name):
        found.stores.append(path)
    if is_model(path) and (not is_aside(path) or path.startswith("docs/")):
        found.model_files.append(path)


def note_libraries(path: str, text: str, found: Strong) -> None:
    """Takes each library that *text* imports or depends on to *found*, with the first line that names it."""
    if path.endswith(".py"):
        pattern = _IMPORT
    elif _DEPENDENCY_FILES.search(path):
        pattern = _DEPENDENCY
    elif path.endswith("package.json"):
        pattern = _NODE
    else:
        return
    seen: set[str] = set()
    for match in pattern.finditer(text):
        name = match[1].lower()
        if name not in seen:
            seen.add(name)
            found.frameworks.append(Signal(path, line_at(text, match.start(1)), name))


def is_foreign(path: str) -> bool:
    """Whether *path* lies in a folder of other people's code, or of a tool."""
    return bool(_SKIPPED.search(path))


def is_in_store(path: str) -> bool:
    """Whether *path* lies in an MLflow store of files."""
    return "mlruns/" in path


def is_model(path: str) -> bool:
    """Whether *path* is named as files of models are."""
    return bool(_MODEL.search(path))


def is_aside(path: str) -> bool:
    """Whether *path* is a test, example or document: AI seen only there may not be the repository's own."""
    return bool(_ASIDE.search(path))


def is_utf8(path: str) -> bool:
    """Whether a record could name *path*."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_read(path: str) -> bool:
    """Whether the text of *path* is looked at."""
    return (
        path.endswith(".py")
        or bool(_DEPENDENCY_FILES.search(path))
        or posixpath.basename(path) in ("package.json", "Dockerfile", "Procfile")
    )


def text_at(snapshot: Snapshot, path: str) -> str | None:
    """The text of *path*; None if it can't be read or is too long."""
    try:
        data = snapshot.read(path)
    except AiactError:
        return None
    if len(data) > MAX_TEXT or b"\0" in data:
        return None
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def line_at(text: str, at: int) -> int:
    """The number of the line that holds the character *at*."""
    return text.count("\n", 0, at) + 1
