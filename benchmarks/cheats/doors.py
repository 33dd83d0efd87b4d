"""Cheats at the doors: files that aren't files, switches that the change brings itself, commands in what is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cases import Case
from tree import ROOT, Edit, Tree, commit, edits, environment, git, gone, new, pattern, text, whole

SECTION = "Doors, files, security"
BEFORE = {"base": "HEAD~1"}


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aiact_gate", *arguments]
    kept = environment() | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, timeout=120)


def leaves_a_link(folder: Path) -> bool:
    """A link under the name of a report stays one, and its target gets the report or nothing."""
    target = folder.parent / "elsewhere.json"
    target.write_text("kept\n", encoding="utf-8")
    (folder.parent / "report.json").symlink_to(target)
    ran(folder, "check", "--as-of", "2026-11-25", "--format", f"json={folder.parent / 'report.json'}")
    return (folder.parent / "report.json").is_symlink()


def leaves_a_pipe(folder: Path) -> bool:
    """A pipe under the name of a report stays one."""
    pipe = folder.parent / "report.pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.DEVNULL)
    try:
        ran(folder, "check", "--as-of", "2026-11-25", "--format", f"json={pipe}")
    finally:
        reader.kill()
        reader.wait()
    return pipe.is_fifo()


def writes_inside(folder: Path) -> bool:
    """`baseline create` writes nothing through a link that leads out of the repository."""
    outside = folder.parent / "outside"
    (folder / "compliance").rename(outside)
    (folder / "compliance").symlink_to(outside)
    before = sorted(outside.iterdir())
    ran(folder, "baseline", "create", "--owner", "head-of-model-risk@example.org", "--as-of", "2026-11-25")
    return before == sorted(outside.iterdir())


def prints(command: str, format: str = "text") -> object:
    def holds(folder: Path) -> bool:
        """No line of the report begins with the command of a CI."""
        done = ran(folder, "check", "--as-of", "2026-11-25", "--format", format)
        return command not in done.stdout + done.stderr

    return holds


def stays_inside(folder: Path) -> bool:
    """`collect` says no to a store outside the repository that only the manifest names."""
    done = ran(folder, "collect")
    return bool(done.returncode) and ("outside" in done.stderr + done.stdout)


def owner(name: str) -> Edit:
    return text("compliance/waivers.yaml", "owner: data-steward@example.org", f'owner: "{name}"')


def store(uri: str) -> Edit:
    return text("aiact.yaml", "sqlite:///mlflow.db", uri)


SWITCH = edits(
    new(
        "rules/pack.yaml",
        "schema: aiact-gate/pack/v1\nname: own-rules\nversion: 1.0.0\nintroduced: 2026-11-01\nlayer: organisation\nlegal_review: not yet\n",
    ),
    new(
        "rules/rollout.yaml",
        'schema: aiact-gate/rollout/v1\nrings:\n  - name: all\n    repositories: ["*"]\n    steps:\n      - {from: 2026-01-01, mode: observe}\n',
    ),
    text("aiact.yaml", "policies:\n", "policies:\n  packs: [rules]\n"),
)
DELETED = edits(*(gone(f"compliance/{name}.yaml") for name in ("monitoring", "logging", "human_oversight")))


def another_git_folder(folder: Path) -> Path:
    """The history is another repository's, through a `.git` file that leads there."""
    (folder / ".git").rename(folder.parent / "elsewhere.git")
    (folder / ".git").write_text("gitdir: ../elsewhere.git\n", encoding="utf-8")
    return folder


def replaced_commit(folder: Path) -> Path:
    """What HEAD holds is another commit's by `git replace`."""
    bad = git(folder, "rev-parse", "HEAD")
    (folder / "MODEL_CARD.md").write_bytes(
        (folder / "MODEL_CARD.md").read_bytes().replace(b"0.887", b"0.787")
    )
    good = commit(folder, "as it was")
    git(folder, "reset", "-q", "--hard", bad)
    git(folder, "replace", bad, good)
    git(folder, "reset", "-q", "--hard", bad)
    return folder


def required_filter(folder: Path) -> Path:
    """git's status fails, because a filter that is required isn't there."""
    (folder / ".gitattributes").write_text("MODEL_CARD.md filter=large\n", encoding="utf-8")
    commit(folder, "the card is large")
    git(folder, "config", "filter.large.required", "true")
    os.utime(folder / "MODEL_CARD.md", (1, 1))
    return folder


def case(name: str, rule: str, imitates: str, row: str, edit: Edit, **options: object) -> Case:
    return Case(name, rule, SECTION, imitates, row, edit, options=options)


def door(name: str, imitates: str, edit: Edit, holds: object) -> Case:
    return Case(name, "door", SECTION, imitates, "", edit, holds=holds)  # type: ignore[arg-type]


def same(tree: Tree) -> None:
    """As it is: what is tried comes after."""


CASES = (
    door("report-over-a-link", "a link under the report's name", same, leaves_a_link),
    door("report-over-a-pipe", "a pipe under the report's name", same, leaves_a_pipe),
    door(
        "baseline-through-a-link",
        "a folder of records that leads outside",
        gone("compliance/monitoring.yaml"),
        writes_inside,
    ),
    door(
        "command-of-azure",
        "another CI's command in a name",
        owner("##vso[task.complete result=Succeeded;]"),
        prints("##vso["),
    ),
    door(
        "command-of-teamcity",
        "another CI's command in a name",
        owner("##teamcity[buildStatus status='SUCCESS']"),
        prints("##teamcity["),
    ),
    door(
        "command-of-github",
        "a CI's command in a name",
        owner("x\\n::stop-commands::now"),
        prints("\n::stop-commands", "github"),
    ),
    door("store-above", "a store outside the repository", store("sqlite:///../elsewhere.db"), stays_inside),
    door(
        "store-absolute", "a store outside the repository", store("sqlite:////srv/elsewhere.db"), stays_inside
    ),
    case(
        "own-switch",
        "H17",
        "a roll-out that the change brings itself",
        "art14.4.e",
        edits(SWITCH, DELETED),
        **BEFORE,
    ),
    case(
        "own-switch-unseen-base",
        "H17",
        "a roll-out that the tree brings itself",
        "art14.4.e",
        edits(SWITCH, DELETED),
    ),
    case(
        "own-narrower-profile",
        "H17",
        "a profile that the change narrows",
        "art14.4.e",
        edits(text("aiact.yaml", "profile: full", "profile: core"), DELETED),
        **BEFORE,
    ),
    case(
        "own-waiver",
        "H17",
        "a waiver that the change brings for itself",
        "art9.5",
        edits(
            pattern("compliance/risk_management.yaml", r"(considers: \[)R1, ", r"\1"),
            pattern(
                "compliance/waivers.yaml",
                r"waivers:\n",
                "waivers:\n  - id: W9\n    requirement: art9.5\n    system: credit-scoring\n    reason: The register is being rewritten and one risk is not yet in the sum.\n    owner: ml-engineer@example.org\n    approved_by: head-of-model-risk@example.org\n    created: 2026-11-25\n    expires: 2027-05-20\n    requirement_version: 1.0.0\n    compensating: The release stays barred from production.\n",
            ),
        ),
        **BEFORE,
    ),
    case(
        "record-in-capitals",
        "H5",
        "a second record whose ending is .YAML",
        "integrity.present",
        new(
            "compliance/incidents.YAML",
            "schema: aiact-gate/record/risk_management/v1\nfor: credit-scoring@0.0.1\n",
        ),
    ),
    case(
        "schema-that-lets-all-pass",
        "H12",
        "an event schema that says nothing",
        "art12.1.automatic",
        whole("compliance/evidence/event.schema.json", "{}\n"),
    ),
    case(
        "schema-that-lies-elsewhere",
        "H12",
        "an event schema behind an address",
        "art12.1.automatic",
        whole("compliance/evidence/event.schema.json", '{"$ref": "https://example.org/event.schema.json"}\n'),
    ),
    case(
        "history-of-another-repository",
        "H5",
        "a .git file that leads elsewhere",
        "",
        pattern("README.md", r"\Z", "\n"),
    )._replace(state=another_git_folder, is_of_state=True),
    case(
        "replaced-commit",
        "H5",
        "a commit that stands for another one",
        "",
        pattern("MODEL_CARD.md", r"\| AUC \| 0\.787", "| AUC | 0.887"),
    )._replace(state=replaced_commit, is_of_state=True),
    case(
        "status-that-fails", "H5", "a git whose status can't be had", "", pattern("README.md", r"\Z", "\n")
    )._replace(state=required_filter, is_of_state=True),
)
