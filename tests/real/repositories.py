"""Small git repositories that tests check, and the checkout that action and hooks install from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
IDENTITY = ("-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false")

NO_SYSTEM = """\
schema: aiact-gate/manifest/v1
systems: []
no_ai_system:
  reason: The scripts here sort files by their names, and people wrote every rule of it.
  decided_by: it-lead@example.org
  expires: 2027-11-25
"""

MANIFEST = """\
schema: aiact-gate/manifest/v1
systems:
  - id: mail-sorter
    name: Mail sorter
    version: 0.4.0
    role: provider
    intended_purpose: Sorts the incoming mail of a small company into folders by the words that it holds.
    tier: minimal
    evidence_dir: compliance
policies:
  profile: full
"""

RECORD = """\
schema: aiact-gate/record/classification/v1
for: mail-sorter@0.4.0
decided_by: it-lead@example.org
reviewed_by: data-protection-officer@example.org
answers:
  what.kind: {is: ai_system, because: A filter in the mail server with its own little model of words.}
  what.inference: {is: true, because: Which words speak for a folder is learned from mails that people moved.}
  scope.link: {is: [provider], because: The company made it and put it into service under its own name.}
  scope.military: {is: false, because: It sorts the everyday mail of a company.}
  scope.foreign_authority: {is: false, because: No authority of any country uses this filter.}
  scope.research_only: {is: false, because: It runs in daily operation and is no research project.}
  scope.stage: {is: released, because: It has been sorting mail since it was put into service.}
  scope.foss: {is: false, because: The code is internal and not released under any licence.}
  p.screen: {is: [], because: It steers nobody and rates nobody; it moves mails between folders.}
  a1.law: {is: [], because: It is software in a mail server and part of no product under those laws.}
  a3.areas: {is: [], because: Mail sorting is in none of the areas; job applications never reach it.}
  t.interacts: {is: false, because: It works between mail server and folders and speaks to nobody.}
  t.generates: {is: false, because: It produces the name of a folder and no content.}
  t.exposes: {is: false, because: It reads words and neither faces nor voices.}
  g.downstream: {is: false, because: There is no model of anybody else in it; it counts words.}
  l.placed: {is: "2025-03-03", because: The day on which the filter was switched on for all mailboxes.}
  l.small: {is: true, because: The company has fewer than fifty employees.}
"""


def git(folder: Path, *arguments: str) -> str:
    """What git prints in *folder*."""
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def repository(folder: Path, files: dict[str, str]) -> Path:
    """*folder* as a git repository with *files* in one commit."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    return folder


def commit(folder: Path, message: str) -> None:
    """Everything in *folder*, committed."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", message)


def record_with(*lines: str) -> str:
    """The record with *lines* at its end: keys that it doesn't have are findings at their own lines."""
    return RECORD + "".join(f"{line}\n" for line in lines)


def project_copy(folder: Path) -> Path:
    """What a checkout of this project at one commit holds: its tracked and untracked files, nothing that is built."""
    listed = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if name.split("/")[0] in ("examples", "tests", "docs") or not (PROJECT / name).is_file():
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, folder / name)
    return folder
