"""A composite action run here as the hosted runner runs it: bash steps, contexts, command files, workflow commands.

Written after the runner's documented behaviour and its source (2.336). It refuses whatever would make action.yml hard to
judge: nested `uses`, an expression inside `run`, a step without shell, expressions that compute. What differs from the
hosted runner: no masking, no problem matchers, no Windows.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LEVELS = ("error", "warning", "notice")
KEPT = 10
"""Annotations of a level that the runner keeps for a step; the steps of a composite action share one budget."""
MESSAGE_LIMIT = 4096
SUMMARY_LIMIT = 1024 * 1024
COMMANDS = frozenset(
    (
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
    )
    + ("save-state", "set-env", "set-output", "stop-commands", "warning")
)
FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
CONDITIONS = ("success()", "always()", "failure()")
PASSED_ON = (
    "PIP_CERT",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
)
"""How this machine reaches its package index; nothing else of its environment gets in."""

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_LOOKUP = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)+")


class Refused(Exception):
    """An action that isn't run here."""


class FileCommandError(Exception):
    """A command file that the runner can't read: the step fails."""


@dataclass(frozen=True)
class Annotation:
    """What the runner keeps of an error, warning or notice."""

    level: str
    message: str
    title: str = ""
    file: str = ""
    line: int = 0
    end_line: int = 0
    column: int = 0
    end_column: int = 0


@dataclass
class Result:
    """What a workflow and its reader see of the action."""

    outcome: str = "success"
    annotations: list[Annotation] = field(default_factory=list)
    dropped: list[Annotation] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    unknown_inputs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """What steps wrote to GITHUB_ENV."""
    codes: list[int] = field(default_factory=list)
    """Each step's exit code."""

    def of(self, level: str) -> list[Annotation]:
        """The kept annotations of *level*."""
        return [note for note in self.annotations if note.level == level]


# ---------------------------------------------------------------- the action


def load(folder: Path) -> dict[str, Any]:
    """The action in *folder*.

    Raises:
        Refused: it isn't composite, or holds what this harness (and this project) doesn't allow.
    """
    action: dict[str, Any] = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
    runs = action.get("runs") or {}
    if runs.get("using") != "composite":
        raise Refused(f"runs.using is {runs.get('using')!r}, not composite")
    for number, step in enumerate(runs.get("steps") or [], start=1):
        if "uses" in step:
            raise Refused(f"step {number} uses another action")
        if step.get("shell") != "bash":
            raise Refused(f"step {number} has shell {step.get('shell')!r}, not bash")
        if _EXPRESSION.search(step.get("run", "")):
            raise Refused(f"step {number} has an expression inside run: its value would be code")
        if str(step.get("if", "success()")).strip() not in CONDITIONS:
            raise Refused(f"step {number} has a condition that isn't one of {', '.join(CONDITIONS)}")
    return action


def evaluated(text: str, contexts: Mapping[str, Any]) -> str:
    """*text* with its expressions replaced; only look-ups are known. What isn't there is empty, as on the runner."""

    def value(match: re.Match[str]) -> str:
        steps = match.group(1).split(".")
        if not _LOOKUP.fullmatch(match.group(1)) or steps[0] not in contexts:
            raise Refused(f"the expression {match.group(0)} isn't a look-up in {', '.join(contexts)}")
        found: Any = contexts
        for step in steps:
            found = found.get(step, "") if isinstance(found, Mapping) else ""
        return str(found)

    return _EXPRESSION.sub(value, text)


# ---------------------------------------------------------------- what steps say


def read_command_file(text: str) -> dict[str, str]:
    """`NAME=VALUE` lines and `NAME<<MARK` blocks; whichever of `=` and `<<` comes first decides.

    Raises:
        FileCommandError: a block without its end, or a line of neither form.
    """
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, block = line.find("="), line.find("<<")
        if equals > 0 and (block < 0 or equals < block):
            found[line[:equals]] = line[equals + 1 :]
            continue
        name, _, mark = line.partition("<<")
        if block <= 0 or not mark:
            raise FileCommandError(f"invalid format: {line!r}")
        body = []
        for inner in lines:
            if inner == mark:
                break
            body.append(inner)
        else:
            raise FileCommandError(f"no end {mark!r} of {name!r}")
        found[name] = "\n".join(body)
    return found


def read_command(line: str, token: str = "") -> tuple[str, dict[str, str], str] | None:
    """(command, properties, message) of a log line, or None; *token* is the one that ends `stop-commands`."""
    trimmed = line.lstrip()
    if trimmed.startswith("::") and (end := trimmed.find("::", 2)) >= 0:
        head, _, properties = trimmed[2:end].partition(" ")
        if head.lower() in COMMANDS or (token and head == token):
            pairs = [pair.split("=", 1) for pair in properties.strip().split(",") if "=" in pair]
            return (
                head.lower(),
                {key: _plain(value, True) for key, value in pairs},
                _plain(trimmed[end + 2 :]),
            )
    start = line.find("##[")  # the old form counts anywhere in a line
    if start >= 0 and (end := line.find("]", start)) >= 0:
        head = line[start + 3 : end].partition(" ")[0]
        if head.lower() in COMMANDS:
            return head.lower(), {}, line[end + 1 :]
    return None


def _plain(text: str, is_property: bool = False) -> str:
    codes = [("%0D", "\r"), ("%0A", "\n")] + ([("%3A", ":"), ("%2C", ",")] if is_property else [])
    for code, character in [*codes, ("%25", "%")]:
        text = text.replace(code, character)
    return text


def annotation(level: str, properties: Mapping[str, str], message: str) -> Annotation:
    """The annotation as the runner hands it on: positions that contradict each other are dropped."""
    at = {name: int(properties[name]) if properties.get(name, "").isdigit() else 0 for name in
          ("line", "endLine", "col", "endColumn")}  # fmt: skip
    at["line"] = at["line"] or at["endLine"]
    if not at["line"] or (at["endLine"] and at["endLine"] != at["line"]):
        at["col"] = at["endColumn"] = 0
    if at["endLine"] and at["endLine"] < at["line"]:
        at["line"] = at["endLine"] = 0
    if at["endColumn"] and at["endColumn"] < at["col"]:
        at["col"] = at["endColumn"] = 0
    return Annotation(level, message[:MESSAGE_LIMIT], properties.get("title", ""), properties.get("file", ""),
                      at["line"], at["endLine"], at["col"], at["endColumn"])  # fmt: skip


class _Listener:
    """Reads a log line by line and keeps what the runner would."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.kept = dict.fromkeys(LEVELS, 0)
        self.token = ""

    def hear(self, line: str) -> None:
        command = read_command(line, self.token)
        if self.token:
            if command is not None and command[0] == self.token.lower():
                self.token = ""
            else:
                self.result.log.append(line)
        elif command is None:
            self.result.log.append(line)
        elif command[0] == "stop-commands":
            self.token = command[2]
        elif command[0] in LEVELS:
            self.kept[command[0]] += 1
            kept = self.result.annotations if self.kept[command[0]] <= KEPT else self.result.dropped
            kept.append(annotation(*command))
        elif command[0] in ("set-env", "set-output", "add-path", "save-state"):
            raise Refused(f"a step printed ::{command[0]}::")


# ---------------------------------------------------------------- a run


def run(
    folder: Path,
    workspace: Path,
    inputs: Mapping[str, str] | None = None,
    *,
    temp: Path,
    done: Sequence[str] = (),
    wrap: Callable[[dict[str, Any]], Sequence[str]] = lambda step: (),
    environment: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> Result:
    """Run the action in *folder* on *workspace*.

    *temp* is RUNNER_TEMP. Steps named in *done* ran before, with the same *temp*. *wrap* gives a command to put before a
    step's shell (`unshare -n`). *environment* is what the workflow sets for the job.
    """
    action = load(folder)
    declared = action.get("inputs") or {}
    given = dict(inputs or {})
    result = Result(unknown_inputs=sorted(set(given) - set(declared)))
    values = {name: str(given.get(name, about.get("default", ""))) for name, about in declared.items()}
    contexts: dict[str, Any] = {
        "inputs": values,
        "steps": {},
        "runner": {"temp": str(temp), "os": "Linux"},
        "github": {"action_path": str(folder), "workspace": str(workspace)},
    }
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(temp),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_ACTION_PATH": str(folder),
        "RUNNER_TEMP": str(temp),
        "RUNNER_OS": "Linux",
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **(environment or {}),
    }
    listener = _Listener(result)
    for number, step in enumerate(action["runs"]["steps"], start=1):
        if step.get("name") in done:
            continue
        condition = str(step.get("if", "success()")).strip()
        if condition != "always()" and (condition == "failure()") != (result.outcome == "failure"):
            continue
        files = {name: temp / f"step-{number}-{name.lower()}" for name in FILES}
        for file in files.values():
            file.write_bytes(b"")
        script = temp / f"step-{number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        process = subprocess.run(
            [*wrap(step), "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=workspace / evaluated(str(step.get("working-directory", ".")), contexts),
            env=base | {name: str(file) for name, file in files.items()}
            | {name: evaluated(str(value), contexts) for name, value in (step.get("env") or {}).items()},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False,
        )  # fmt: skip
        code = process.returncode
        for line in process.stdout.decode("utf-8", "replace").removesuffix("\n").split("\n"):
            listener.hear(line)
        outputs: dict[str, str] = {}
        try:
            outputs = read_command_file(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
            result.environment |= read_command_file(files["GITHUB_ENV"].read_text(encoding="utf-8"))
        except FileCommandError as error:
            result.log.append(f"runner: {error}")
            code = code or 1
        if files["GITHUB_STEP_SUMMARY"].stat().st_size <= SUMMARY_LIMIT:
            result.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        else:
            result.log.append("runner: the summary is over 1 MiB and dropped")
        result.codes.append(code)
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": outputs, "outcome": "failure" if code else "success"}
        if code and not step.get("continue-on-error"):
            result.outcome = "failure"
    result.outputs = {
        name: evaluated(str(about["value"]), contexts)
        for name, about in (action.get("outputs") or {}).items()
    }
    return result
