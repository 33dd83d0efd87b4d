"""The example in every state in which people have a clone: what is witnessed, read or unknown, and the command that mends it.

No state accuses what the full clone doesn't; none witnesses more; each advised command is run, and then the rows are the full
clone's.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from reports import Judged, commit, git, judge
from repos import DAY
from shipped import example

from aiact_gate.sources.lock import split_lock

PACK = """\
schema: aiact-gate/policy/v1
article: house
title: What the run's commit witnesses
requirements:
"""
RULE = """\
  - id: house.{name}
    version: 1.0.0
    citation: House rule on {name}
    title: The {name} stood in the commit of the run
    binds: {{role: any, duty: all}}
    timeline: undated
    profile: start
    calls_for: provenance
    why: What a run began with is known from its own commit.
    leaves_open: Is the run the one that people will get?
    fix: Commit everything, train again, then collect.
    cheat: A lock with mended digests. The objects at the run's commit disagree.
    checks:
      - id: are-bound
        {that}
        message: The {name} differ.
"""
RULES = {
    "plan": """\
that:
          - derived.plan.binding in ["same", "history", "logged"]
          - derived.plan.moved.size() == 0
        at: testing.metrics""",
    "inputs": 'each: derived.inputs\n        that: it.state == "same"',
}


class Seen(NamedTuple):
    """What one state shows."""

    plan: str
    inputs: str
    dirty: bool


def seen(judged: Judged) -> Seen:
    words = [_word(judged.row(f"house.{name}")) for name in RULES]
    return Seen(*words, dirty=judged.data["subject"]["dirty"])


def _word(row: dict[str, object]) -> str:
    if row["outcome"] != "pass":
        return str(row["outcome"])
    word = {"provenance": "witnessed", "structural": "read"}[str(row["method"])]
    assert bool(row["witness"]) == (word == "witnessed")
    assert bool(row["on_lock_alone"]) == (word == "read")
    return word


def failed(judged: Judged) -> set[str]:
    """The checks that found something that fails."""
    checks = [check for row in judged.system["requirements"] for check in row["checks"]]
    return {check["id"] for check in checks if "fail" == check["outcome"] and "error" == check["severity"]}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pack") / "house"
    folder.mkdir()
    head = (
        f"schema: aiact-gate/pack/v1\nname: house\nversion: 1.0.0\nlegal_review: not yet\nintroduced: {DAY}\n"
    )
    (folder / "pack.yaml").write_text(head, "utf-8")
    rules = [RULE.format(name=name, that=rule) for name, rule in RULES.items()]
    (folder / "house.yaml").write_text(PACK + "".join(rules), "utf-8")
    return str(folder)


BEFORE_THE_RUN = "2026-11-25T09:00:00+00:00"


def signed(folder: Path) -> None:
    """The lock of *folder* with the run's commit as it is here, and a digest that fits."""
    lock = folder / "aiact.lock"
    head = git(folder, "rev-parse", "HEAD").encode()
    body, _ = split_lock(re.sub(rb"source_commit: \w+", b"source_commit: " + head, lock.read_bytes()))
    lock.write_bytes(body + b"digest: sha256:" + hashlib.sha256(body).hexdigest().encode() + b"\n")


def trained(folder: Path) -> Path:
    """The example in *folder*, its run started from the first commit, with a lock and a card in the second."""
    card = folder / "MODEL_CARD.md"
    text = card.read_text("utf-8")
    signed(folder)
    card.write_text(text + "\nRead again.\n", "utf-8")
    commit(folder, "Evidence")
    git(folder, "config", "uploadpack.allowFilter", "true")
    return folder


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(example(tmp_path_factory.mktemp("states") / "origin").folder)


@pytest.fixture(scope="module")
def origin_with_a_comment(tmp_path_factory: pytest.TempPathFactory, origin: Path) -> Path:
    """The same, and its plan has a comment more since the run."""
    folder = tmp_path_factory.mktemp("commented") / "origin"
    shutil.copytree(origin, folder, symlinks=True)
    plan = folder / "compliance" / "testing.yaml"
    plan.write_text("# Read again.\n" + plan.read_text("utf-8"), "utf-8")
    commit(folder, "A comment")
    return folder


def cloned(origin: Path, target: Path, *how: str) -> Path:
    git(target.parent, "clone", "-q", *how, origin.as_uri(), target.name)
    return target


def sparse(origin: Path, target: Path) -> Path:
    cloned(origin, target)
    git(target, "sparse-checkout", "set", "data")
    assert not (target / "compliance").exists()
    return target


def with_hidden_change(flag: str) -> Callable[[Path, Path], Path]:
    def made(origin: Path, target: Path) -> Path:
        cloned(origin, target)
        git(target, "update-index", flag, "MODEL_CARD.md")
        with (target / "MODEL_CARD.md").open("a") as card:
            card.write("Nobody sees this line.\n")
        assert "" == git(target, "status", "--porcelain")
        return target

    return made


def with_line_ends(origin: Path, target: Path) -> Path:
    cloned(origin, target, "-c", "core.autocrlf=true")
    assert b"\r\n" in (target / "data" / "test.csv").read_bytes()
    assert "" == git(target, "status", "--porcelain")
    return target


def archived(origin: Path, target: Path) -> Path:
    target.mkdir()
    tar = subprocess.run(["git", "archive", "HEAD"], cwd=origin, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x"], cwd=target, input=tar, check=True)
    return target


def without_git(origin: Path, target: Path) -> Path:
    shutil.rmtree(cloned(origin, target) / ".git")
    return target


def squashed(origin: Path, target: Path) -> Path:
    whole = git(origin, "commit-tree", "-m", "all of it", "HEAD^{tree}")
    git(origin, "branch", "-f", "squashed", whole)
    return cloned(origin, target, "--single-branch", "-b", "squashed")


def rewritten(origin: Path, target: Path) -> Path:
    parent: list[str] = []
    for old in git(origin, "rev-list", "--reverse", "main").split():
        parent = ["-p", git(origin, "commit-tree", "-m", "reworded", *parent, f"{old}^{{tree}}")]
    git(origin, "branch", "-f", "rewritten", parent[-1])
    return cloned(origin, target, "--single-branch", "-b", "rewritten")


def linked(origin: Path, target: Path) -> Path:
    git(cloned(origin, target.with_name("main")), "worktree", "add", "-q", str(target))
    return target


STATES: dict[str, tuple[Callable[[Path, Path], Path], Seen]] = {
    "full": (cloned, Seen("witnessed", "witnessed", False)),
    "depth 1": (lambda o, t: cloned(o, t, "--depth", "1"), Seen("read", "read", False)),
    "blobless": (lambda o, t: cloned(o, t, "--filter=blob:none"), Seen("witnessed", "witnessed", False)),
    "treeless": (lambda o, t: cloned(o, t, "--filter=tree:0"), Seen("read", "read", False)),
    "sparse": (sparse, Seen("witnessed", "witnessed", False)),
    "line ends": (with_line_ends, Seen("witnessed", "witnessed", False)),
    "skip-worktree": (with_hidden_change("--skip-worktree"), Seen("witnessed", "witnessed", True)),
    "assume-unchanged": (with_hidden_change("--assume-unchanged"), Seen("witnessed", "witnessed", True)),
    "archive": (archived, Seen("read", "read", False)),
    "no git": (without_git, Seen("read", "read", False)),
    "squash": (squashed, Seen("read", "read", False)),
    "rewritten history": (rewritten, Seen("read", "read", False)),
    "linked worktree": (linked, Seen("witnessed", "witnessed", False)),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_witnesses_what_it_holds_and_accuses_nobody(
    state: str, origin: Path, pack: str, tmp_path: Path
) -> None:
    made, expected = STATES[state]
    judged = judge(made(origin, tmp_path / "clone"), "--pack", pack)

    assert (expected, set(), []) == (seen(judged), failed(judged), judged.notices)
    assert 0 == judged.code


def commands(judged: Judged) -> list[str]:
    """The commands of git that the report advises for what this clone doesn't hold."""
    said = [row["because"] for row in judged.system["requirements"] if "unknown" == row["outcome"]]
    said += [judged.row(f"house.{name}")["because"] for name in RULES]
    said += [judged.system["witness_would_come_by"]]
    found = [match for text in said for match in re.findall(r"git (?:fetch|submodule|lfs)[^();]*", text)]
    return list(dict.fromkeys(command.strip() for command in found))


def run(command: str, folder: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(
        command,
        shell=True,
        cwd=folder,
        check=True,
        capture_output=True,
        env=environment | {"GIT_ALLOW_PROTOCOL": "file"},
    )


@pytest.mark.parametrize("state", ["depth 1", "blobless", "treeless", "squash"])
def test_a_plan_that_was_only_laid_out_anew_is_unknown_until_the_advised_command_was_run(
    state: str, origin_with_a_comment: Path, pack: str, tmp_path: Path
) -> None:
    clone = STATES[state][0](origin_with_a_comment, tmp_path / "clone")

    before = judge(clone, "--pack", pack)
    for command in commands(before):
        run(command, clone)
    after = judge(clone, "--pack", pack)

    assert ("unknown", set()) == (seen(before).plan, failed(before))
    assert commands(before)
    assert (Seen("witnessed", "witnessed", False), set()) == (seen(after), failed(after))


def test_data_that_a_sparse_partial_clone_holds_nothing_of_is_unknown_until_it_is_fetched(
    origin: Path, pack: str, tmp_path: Path
) -> None:
    clone = cloned(origin, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    git(clone, "sparse-checkout", "set", "compliance", "tests")
    git(clone, "checkout", "-q", "main")

    before = judge(clone, "--pack", pack)
    for command in commands(before):
        run(command, clone)
    after = judge(clone, "--pack", pack)

    assert (Seen("witnessed", "unknown", False), set(), []) == (seen(before), failed(before), before.notices)
    assert ["git fetch --refetch --no-filter origin"] == commands(before)
    assert (Seen("witnessed", "witnessed", False), 0) == (seen(after), after.code)


def test_a_rewritten_history_that_still_holds_the_plan_is_read(
    origin_with_a_comment: Path, pack: str, tmp_path: Path
) -> None:
    judged = judge(rewritten(origin_with_a_comment, tmp_path / "clone"), "--pack", pack)

    assert (Seen("read", "read", False), set()) == (seen(judged), failed(judged))


def test_in_an_archive_a_plan_that_was_only_laid_out_anew_is_unknown(
    origin_with_a_comment: Path, pack: str, tmp_path: Path
) -> None:
    judged = judge(archived(origin_with_a_comment, tmp_path / "archive"), "--pack", pack)

    assert ("unknown", "read", set()) == (*seen(judged)[:2], failed(judged))
    assert "git clone" in judged.row("house.plan")["because"]


# ---------------------------------------------------------------- data that git points to


def pointer(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


CLEAN = """#!/bin/sh
f=$(mktemp); cat > $f
printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n' $(sha256sum < $f | cut -d' ' -f1) $(wc -c < $f)
rm $f
"""


@pytest.fixture(scope="module")
def origin_with_pointers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, its data kept as pointers of Git LFS from the first commit on."""
    folder = example(tmp_path_factory.mktemp("lfs") / "origin").folder
    git(folder, "update-ref", "-d", "HEAD")
    (folder / ".gitattributes").write_text("data/*.csv filter=large -text\n")
    for file in (folder / "data").glob("*.csv"):
        file.write_bytes(pointer(file.read_bytes()))
    commit(folder, "Pointers", BEFORE_THE_RUN)
    return trained(folder)


def smudged(origin: Path, target: Path, example_data: Path) -> Path:
    cloned(origin, target)
    clean = target.parent / "clean.sh"
    clean.write_text(CLEAN)
    git(target, "config", "filter.large.clean", f"sh {clean}")
    for file in (target / "data").glob("*.csv"):
        file.write_bytes((example_data / file.name).read_bytes())
    git(target, "add", "-u")
    assert "" == git(target, "status", "--porcelain")
    return target


@pytest.mark.parametrize("state", ["pointers", "smudged", "touched"])
def test_a_pointer_of_git_lfs_stands_for_the_data_that_it_names(
    state: str, origin_with_pointers: Path, origin: Path, pack: str, tmp_path: Path
) -> None:
    if state == "pointers":
        clone = cloned(origin_with_pointers, tmp_path / "clone")
    else:
        clone = smudged(origin_with_pointers, tmp_path / "clone", origin / "data")
    if state == "touched":  # git looks into the file again, without the filters of the configuration
        os.utime(clone / "data" / "test.csv", (1, 1))
    judged = judge(clone, "--pack", pack)

    assert (Seen("witnessed", "witnessed", False), set(), []) == (
        seen(judged),
        failed(judged),
        judged.notices,
    )


def test_data_that_changed_behind_a_pointer_is_seen(
    origin_with_pointers: Path, origin: Path, pack: str, tmp_path: Path
) -> None:
    clone = smudged(origin_with_pointers, tmp_path / "clone", origin / "data")
    with (clone / "data" / "test.csv").open("a") as data:
        data.write("more\n")

    judged = judge(clone, "--pack", pack)

    assert seen(judged).dirty and "fail" == seen(judged).inputs


@pytest.fixture(scope="module")
def origin_with_submodule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, its data in a submodule from the first commit on."""
    folder = example(tmp_path_factory.mktemp("module") / "origin").folder
    git(folder, "update-ref", "-d", "HEAD")
    data = folder.parent / "data"
    shutil.move(folder / "data", data)
    git(data, "init", "-q", "-b", "main")
    commit(data)
    git(folder, "rm", "-rq", "--cached", "data")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", data.as_uri(), "data")
    commit(folder, "With a submodule", BEFORE_THE_RUN)
    return trained(folder)


def test_data_in_a_submodule_is_witnessed_where_it_is_checked_out_and_unknown_where_it_is_not(
    origin_with_submodule: Path, pack: str, tmp_path: Path
) -> None:
    clone = cloned(origin_with_submodule, tmp_path / "clone")

    out = judge(clone, "--pack", pack)
    for command in commands(out):
        run(command, clone)
    checked_out = judge(clone, "--pack", pack)

    assert (Seen("witnessed", "unknown", False), set(), []) == (seen(out), failed(out), out.notices)
    assert ["git submodule update --init -- data"] == commands(out)
    assert (Seen("witnessed", "witnessed", False), set()) == (seen(checked_out), failed(checked_out))
    assert 0 == checked_out.code


def test_a_submodule_that_keeps_its_own_git_folder_is_read_and_one_that_leads_elsewhere_is_not(
    origin_with_submodule: Path, pack: str, tmp_path: Path
) -> None:
    clone = cloned(origin_with_submodule, tmp_path / "clone")
    git(clone, "-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(clone / ".git" / "modules" / "data", elsewhere)
    kept = clone / "data" / ".git"
    kept.unlink()
    shutil.copytree(elsewhere, kept)
    config = kept / "config"
    config.write_text(re.sub(r"\n\s*worktree = .*", "", config.read_text("utf-8")), "utf-8")

    own = judge(clone, "--pack", pack)
    shutil.rmtree(kept)
    kept.write_text(f"gitdir: {elsewhere}\n")
    foreign = judge(clone, "--pack", pack)

    assert ("witnessed", "unknown") == (seen(own).inputs, seen(foreign).inputs)
