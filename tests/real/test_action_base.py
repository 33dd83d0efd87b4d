"""The action knows the base of its event: what a change brings doesn't ease its own judgement."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from harness import Result, run
from repositories import MANIFEST, RECORD, commit, git, record_with, repository

INSTALL = "Install aiact-gate"
ZERO = "0" * 40
OBSERVED = {
    "house/pack.yaml": "schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\n"
    "legal_review: nobody has read it yet\nintroduced: 2026-11-25\n",
    "house/rollout.yaml": "schema: aiact-gate/rollout/v1\nrings:\n  - name: all\n    repositories: ['*']\n"
    "    steps: [{from: 2026-01-01, mode: observe}]\n",
}
"""A pack that lets everything through."""
RULED = "Judged by this tree's rules and by those of commit"
BROUGHT = "Rules as this tree brings them"


@pytest.fixture(scope="module")
def temp(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RUNNER_TEMP with the gate installed."""
    folder = tmp_path_factory.mktemp("runner")
    run(checkout, repository(tmp_path_factory.mktemp("empty"), {"README.md": "x\n"}), temp=folder)
    return folder


class Job:
    """A repository on a server, what was pushed to it, and a runner's checkout of it."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        self.server = repository(folder / "server", files)
        git(self.server, "config", "uploadpack.allowAnySHA1InWant", "true")
        self.before = self.head()

    def head(self, name: str = "HEAD") -> str:
        return git(self.server, "rev-parse", name).strip()

    def change(self, files: Mapping[str, str], *gone: str) -> str:
        for name, text in files.items():
            (self.server / name).parent.mkdir(parents=True, exist_ok=True)
            (self.server / name).write_text(text, encoding="utf-8")
        for name in gone:
            (self.server / name).unlink()
        commit(self.server, "a change")
        return self.head()

    def ease(self) -> str:
        """The change that brings its own roll-out, and a finding."""
        return self.change({"aiact.yaml": f"{MANIFEST}  packs: [house]\n", **OBSERVED, **WORSE})

    def pull_request(self) -> str:
        """The merge that the server makes of the branch `topic` and main."""
        git(self.server, "checkout", "-q", "-b", "merge", "main")
        git(self.server, "merge", "-q", "--no-ff", "--no-edit", "topic")
        return self.head()

    def checkout(self, sha: str, depth: int) -> Path:
        workspace = self.folder / "workspace"
        git(self.folder, "init", "-q", str(workspace))
        git(workspace, "remote", "add", "origin", f"file://{self.server}")
        wanted = (
            [f"--depth={depth}", "origin", sha]
            if depth
            else ["origin", "+refs/heads/*:refs/remotes/origin/*"]
        )
        git(workspace, "fetch", "-q", "--no-tags", *wanted)
        git(workspace, "checkout", "-q", "--detach", sha)
        return workspace


WORSE = {"compliance/classification.yaml": record_with("odd: x")}
GOOD = {"aiact.yaml": MANIFEST, "compliance/classification.yaml": RECORD}


class Ran(NamedTuple):
    """What a job's event is."""

    sha: str
    event: str
    data: Any
    ref: str
    depth: int = 0


def of_pull_request(job: Job, depth: int = 0, fork: bool = False, base: str = "") -> Ran:
    head = {"repo": {"fork": fork, "full_name": "somebody/else" if fork else "a/b"}}
    data = {"pull_request": {"base": {"sha": base or job.head("main"), "ref": "main"}, "head": head}}
    return Ran(job.pull_request(), "pull_request", data, "refs/pull/7/merge", depth)


def eased_branch(job: Job) -> None:
    git(job.server, "checkout", "-q", "-b", "topic")
    job.ease()


def full(job: Job) -> Ran:
    eased_branch(job)
    return of_pull_request(job)


def depth_two(job: Job) -> Ran:
    eased_branch(job)
    return of_pull_request(job, depth=2)


def depth_one(job: Job) -> Ran:
    eased_branch(job)
    return of_pull_request(job, depth=1)


def from_a_fork(job: Job) -> Ran:
    eased_branch(job)
    return of_pull_request(job, fork=True)


def main_went_on(job: Job) -> Ran:
    old = job.head()
    eased_branch(job)
    git(job.server, "checkout", "-q", "main")
    job.change({"notes.txt": "main went on\n"})
    return of_pull_request(job, base=old)


def head_checked_out(job: Job) -> Ran:
    """The workflow checks out the branch, whose own first commit brought the roll-out."""
    git(job.server, "checkout", "-q", "-b", "topic")
    job.change({"aiact.yaml": f"{MANIFEST}  packs: [house]\n", **OBSERVED})
    head = job.change(WORSE)
    data = {"pull_request": {"base": {"sha": job.head("main"), "ref": "main"}}}
    return Ran(head, "pull_request", data, "refs/pull/7/merge")


def profile_lowered(job: Job) -> Ran:
    git(job.server, "checkout", "-q", "-b", "topic")
    rule = HOUSE.replace("profile: start", "profile: full")
    git(job.server, "checkout", "-q", "main")
    pack = {"house/pack.yaml": OBSERVED["house/pack.yaml"], "house/house.yaml": rule}
    job.change({"aiact.yaml": f"{MANIFEST}  packs: [house]\n", **pack})
    git(job.server, "checkout", "-q", "-B", "topic")
    job.change({"aiact.yaml": f"{MANIFEST}  packs: [house]\n".replace("profile: full", "profile: start")})
    return of_pull_request(job)


def pack_dropped(job: Job) -> Ran:
    pack = {"house/pack.yaml": OBSERVED["house/pack.yaml"], "house/house.yaml": HOUSE}
    job.change({"aiact.yaml": f"{MANIFEST}  packs: [house]\n", **pack})
    git(job.server, "checkout", "-q", "-b", "topic")
    job.change({"aiact.yaml": MANIFEST}, "house/pack.yaml", "house/house.yaml")
    return of_pull_request(job)


def unrelated(job: Job) -> Ran:
    git(job.server, "checkout", "-q", "-b", "topic")
    job.change({"notes.txt": "unrelated\n"})
    return of_pull_request(job)


def adopted(job: Job) -> Ran:
    (job.server / "aiact.yaml").unlink()
    commit(job.server, "before adoption")
    eased_branch(job)
    return of_pull_request(job)


def pushed(job: Job) -> Ran:
    return Ran(job.ease(), "push", {"before": job.before}, "refs/heads/main")


def pushed_after(job: Job) -> Ran:
    before = job.ease()
    return Ran(job.change({"notes.txt": "x\n"}), "push", {"before": before}, "refs/heads/main")


def pushed_shallow(job: Job) -> Ran:
    return Ran(job.ease(), "push", {"before": job.before}, "refs/heads/main", 1)


def forced(job: Job) -> Ran:
    data = {"before": "a" * 40, "forced": True}
    return Ran(job.ease(), "push", data, "refs/heads/main")


def new_branch(job: Job) -> Ran:
    eased_branch(job)
    data = {"before": ZERO, "created": True, "repository": {"default_branch": "main"}}
    return Ran(job.head(), "push", data, "refs/heads/topic")


def queued(job: Job) -> Ran:
    data = {"merge_group": {"base_sha": job.before, "head_sha": ""}}
    return Ran(job.ease(), "merge_group", data, "refs/heads/gh-readonly-queue/main/pr-7")


def scheduled(job: Job) -> Ran:
    data = {"repository": {"default_branch": "main"}}
    return Ran(job.ease(), "schedule", data, "refs/heads/main")


def dispatched(job: Job) -> Ran:
    eased_branch(job)
    data = {"repository": {"default_branch": "main"}}
    return Ran(job.head(), "workflow_dispatch", data, "refs/heads/topic")


def tagged(job: Job) -> Ran:
    data = {"before": ZERO, "repository": {"default_branch": "main"}}
    return Ran(job.ease(), "push", data, "refs/tags/v1")


def unreadable(job: Job) -> Ran:
    eased_branch(job)
    return of_pull_request(job, depth=1)._replace(data="{")


def hostile(job: Job) -> Ran:
    eased_branch(job)
    data = {"pull_request": {"base": {"sha": "--output=x", "ref": "\n::error::x"}}}
    return of_pull_request(job, depth=1)._replace(data=data)


HOUSE = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.sorter
    version: 1.0.0
    citation: House rule 1
    title: The classification is reviewed by the office
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: Two pairs of eyes see more.
    leaves_open: Did they look?
    fix: Let the office review the classification.
    cheat: Any name. The people list knows who is there.
    checks:
      - id: by-the-office
        that: classification.reviewed_by == "office@example.org"
        message: "The office hasn't reviewed it."
"""


class Event(NamedTuple):
    """What happens, the exit code of the check, and what its head says of the rules."""

    does: Callable[[Job], Ran]
    code: int
    says: str = ""


EVENTS = {
    "a pull request, full history": Event(full, 1, RULED),
    "a pull request, depth 2": Event(depth_two, 1, RULED),
    "a pull request, depth 1": Event(depth_one, 0, "isn't in this clone; let actions/checkout bring it with"),
    "a pull request of a fork": Event(from_a_fork, 1, RULED),
    "a pull request after main went on": Event(main_went_on, 1, RULED),
    "a pull request, its head checked out": Event(head_checked_out, 1, RULED),
    "a pull request that lowers the profile": Event(profile_lowered, 1, RULED),
    "a pull request that drops a pack": Event(pack_dropped, 1, RULED),
    "a pull request of an unrelated file": Event(unrelated, 0),
    "a pull request that adopts the gate": Event(adopted, 0, "the gate is adopted by this change"),
    "a push": Event(pushed, 1, RULED),
    "a push after the one that brought the rules": Event(pushed_after, 0),
    "a push, depth 1": Event(pushed_shallow, 0, "the base of this push isn't in this clone"),
    "a forced push": Event(forced, 0, "the base of this push isn't in this clone"),
    "a push of a new branch": Event(new_branch, 1, RULED),
    "a merge queue": Event(queued, 1, RULED),
    "a schedule": Event(scheduled, 0, BROUGHT),
    "a run by hand on a branch": Event(dispatched, 1, RULED),
    "a tag": Event(tagged, 0, BROUGHT),
    "an event that can't be read": Event(unreadable, 0, BROUGHT),
    "an event that names no commit": Event(hostile, 0, BROUGHT),
}


@pytest.mark.parametrize("name", EVENTS)
def test_what_a_change_brings_doesnt_ease_its_own_judgement(
    name: str, checkout: Path, temp: Path, tmp_path: Path
) -> None:
    event = EVENTS[name]
    job = Job(tmp_path, dict(GOOD))
    ran = event.does(job)
    workspace = job.checkout(ran.sha, ran.depth)
    file = tmp_path / "event.json"
    file.write_text(ran.data if isinstance(ran.data, str) else json.dumps(ran.data), encoding="utf-8")
    environment = {
        "GITHUB_EVENT_NAME": ran.event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REF": ran.ref,
        "GITHUB_SHA": ran.sha,
        "GITHUB_REPOSITORY": "a/b",
    }
    result: Result = run(
        checkout, workspace, {"as-of": "2026-11-30"}, temp=temp, done=[INSTALL], environment=environment
    )

    said = " ".join(" ".join(result.log).split())
    assert ([event.code], True) == (result.codes, event.says in said), said
