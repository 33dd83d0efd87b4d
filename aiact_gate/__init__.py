"""A policy-as-code gate for the EU AI Act."""

__version__ = "0.2.0"


def log_plan(start: str | None = None) -> dict[str, str]:
    """Log to the active MLflow run what it begins with, and return that: call it before training, from a committed tree.

    Params: digests of the plan, of its rows and of each input under the manifest's `inputs`, the commit, and whether the tree
    is clean. *start* is a folder below the manifest's repository; absent: the script's own. Beside the MLflow plugin, which tags
    each run with the same by itself, it is not needed.

    Raises:
        aiact_gate.model.errors.AiactError: no manifest there, or one that can't be read.
    """
    import importlib  # by name: whoever judges imports this package, and nothing that logs
    from pathlib import Path

    script = importlib.import_module("aiact_gate.run_context").main_script()
    logged: dict[str, str] = importlib.import_module("aiact_gate.run_facts").log_beginning(
        Path(start).resolve() if start else script
    )
    return logged
