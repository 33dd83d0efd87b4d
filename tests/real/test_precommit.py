"""The hooks as pre-commit installs and runs them: a git repository of this project's files, real commits in another one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from repositories import IDENTITY, MANIFEST, NO_SYSTEM, PROJECT, git, record_with, repository

HOOKS = PROJECT / ".pre-commit-hooks.yaml"
KEYS = {
    "id", "name", "description", "entry", "args", "language", "files", "types", "always_run", "pass_filenames",
    "require_serial", "stages", "verbose", "minimum_pre_commit_version",
}  # fmt: skip
STAGES = {
    "aiact-gate": {"pre-commit", "pre-merge-commit", "pre-push", "manual"},
    "aiact-gate-policy-lint": {"pre-commit", "pre-push", "manual"},
}
PLAN = PROJECT / "policies" / "eu-ai-act" / "examples" / "fixtures" / "high" / "testing.yaml"
PRE_COMMIT = str(Path(sys.executable).parent / "pre-commit")


def hooks() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def offered(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a git repository with one commit, as `repo:` names it."""
    folder = tmp_path_factory.mktemp("offered") / "aiact-gate"
    shutil.copytree(checkout, folder, ignore=shutil.ignore_patterns(".git"))
    return repository(folder, {})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of pre-commit: its hooks are built once for this module."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    return kept | {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")), "PRE_COMMIT_COLOR": "never"}


HIGH_MANIFEST = (
    MANIFEST.replace("mail-sorter", "loan-scorer").replace("0.4.0", "2.3.0").replace("minimal", "high")
)
FILES = {
    "aiact.yaml": HIGH_MANIFEST,
    "compliance/testing.yaml": PLAN.read_text(encoding="utf-8"),
    "compliance/classification.yaml": record_with("odd: x").replace("mail-sorter@0.4.0", "loan-scorer@2.3.0"),
}
"""A system with standing failures and a test plan."""


def config(offered: Path, *arguments: str) -> str:
    hook = {"id": "aiact-gate", **({"args": list(arguments)} if arguments else {})}
    rev = git(offered, "rev-parse", "HEAD").strip()
    return yaml.safe_dump({"repos": [{"repo": str(offered), "rev": rev, "hooks": [hook]}]})


HOUSE_PACK = """\
schema: aiact-gate/pack/v1
name: house
version: 1.0.0
legal_review: nobody has read it yet
introduced: 2026-11-25
"""
HOUSE_RULE = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: house.plan
    version: 1.0.0
    citation: House rule 1
    title: A plan is approved by somebody
    binds: {role: any, duty: all}
    timeline: undated
    profile: start
    calls_for: structural
    why: Somebody has to answer for it.
    leaves_open: Is it the right person?
    fix: Write the address of a person of the bank into approved_by.
    cheat: Any name. The people list knows who is there.
    checks:
      - id: by-somebody
        that: testing.approved_by != "nobody@example.org"
        kind: contradicted
        message: "The house knows nobody of this name."
"""


class Consumer:
    """A repository with the hook installed, and what its people do in it."""

    def __init__(self, folder: Path, home: dict[str, str]) -> None:
        self.folder = folder
        self.home = home

    def install(self) -> Consumer:
        types = ["--hook-type=pre-commit", "--hook-type=pre-merge-commit", "--hook-type=pre-push"]
        self.run(PRE_COMMIT, "install", *types)
        return self

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = self.home | more
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        done.stdout += done.stderr
        return done

    def git(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """git with the hooks, whatever comes of it."""
        return self.run("git", *IDENTITY, "-c", "protocol.file.allow=always", *arguments, **more)

    def hook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(PRE_COMMIT, "run", *arguments)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def lower(self, to: str = "0.60") -> None:
        """The threshold of the plan."""
        text = (self.folder / "compliance/testing.yaml").read_text(encoding="utf-8")
        assert "threshold: 0.70" in text
        self.write("compliance/testing.yaml", text.replace("threshold: 0.70", f"threshold: {to}"))

    def unrelated(self, text: str = "unrelated\n") -> None:
        self.write("notes.txt", text)

    def commit_unseen(self, message: str = "unseen") -> None:
        """A commit that no hook saw."""
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "-m", message)

    def commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.git("add", "-A")
        return self.git("commit", "-m", "change", *arguments)


@pytest.fixture
def consumer(offered: Path, home: dict[str, str], tmp_path: Path) -> Consumer:
    """A repository with standing failures and a test plan, with the hook installed."""
    files = FILES | {".pre-commit-config.yaml": config(offered)}
    return Consumer(repository(tmp_path / "consumer", files), home).install()


# ---------------------------------------------------------------- situations

Done = subprocess.CompletedProcess[str]


def unrelated(one: Consumer) -> Done:
    one.unrelated()
    return one.commit()


def loosened(one: Consumer) -> Done:
    one.lower()
    return one.commit()


def deleted(one: Consumer) -> Done:
    (one.folder / "compliance" / "testing.yaml").unlink()
    return one.commit()


def finding_added(one: Consumer) -> Done:
    with (one.folder / "compliance" / "classification.yaml").open("a") as file:
        file.write("another: x\n")
    return one.commit()


def renamed(one: Consumer) -> Done:
    one.git("mv", "compliance/testing.yaml", "compliance/tests.yaml")
    return one.git("commit", "-m", "moved")


def first(one: Consumer) -> Done:
    one.git("checkout", "-q", "--orphan", "fresh")
    return one.commit()


def bad_beside_it(one: Consumer) -> Done:
    one.unrelated()
    one.git("add", "-A")
    one.lower()
    return one.git("commit", "-m", "only what is staged")


def mended_beside_it(one: Consumer) -> Done:
    one.lower()
    one.git("add", "-A")
    one.write("compliance/testing.yaml", FILES["compliance/testing.yaml"])
    return one.git("commit", "-m", "staged is bad")


def announced(one: Consumer) -> Done:
    one.write("compliance/monitoring.yaml", "- no record\n")
    one.git("add", "-N", "compliance/monitoring.yaml")
    one.unrelated()
    one.git("add", "notes.txt")
    return one.git("commit", "-m", "one file")


def all_of_it(one: Consumer) -> Done:
    one.lower()
    return one.git("commit", "-a", "-m", "commit -a")


def named_only(one: Consumer) -> Done:
    one.lower()
    one.unrelated()
    one.git("add", "-A")
    return one.git("commit", "-m", "one path", "notes.txt")


def empty(one: Consumer) -> Done:
    return one.git("commit", "--allow-empty", "-m", "x")


def amended_good(one: Consumer) -> Done:
    one.unrelated()
    one.commit_unseen()
    return one.git("commit", "--amend", "-m", "another message")


def amended_bad(one: Consumer) -> Done:
    one.lower()
    one.commit_unseen()
    one.unrelated()
    one.git("add", "-A")
    return one.git("commit", "--amend", "--no-edit")


def amended_unchanged(one: Consumer) -> Done:
    one.lower()
    one.commit_unseen()
    return one.git("commit", "--amend", "-m", "another message")


def amended_to_good(one: Consumer) -> Done:
    one.lower()
    one.commit_unseen()
    one.write("compliance/testing.yaml", FILES["compliance/testing.yaml"])
    one.unrelated()
    one.git("add", "-A")
    return one.git("commit", "--amend", "--no-edit")


def after_a_bad_one(one: Consumer) -> Done:
    clock = {"GIT_AUTHOR_DATE": "2026-11-25T10:00:00Z"}
    one.lower()
    one.git("add", "-A")
    one.git("commit", "-q", "--no-verify", "-m", "bad", **clock)
    one.unrelated()
    one.git("add", "-A")
    return one.git("commit", "-m", "of the same moment", **clock)


def main_went_on(one: Consumer) -> None:
    """main has a lower threshold, and is at hand; the branch has a file of its own."""
    one.git("checkout", "-q", "-b", "topic")
    one.unrelated()
    one.commit_unseen("ours")
    one.git("checkout", "-q", "main")
    one.lower()
    one.write("clash.txt", "main\n")
    one.commit_unseen("reviewed")
    one.git("checkout", "-q", "topic")


def merged(one: Consumer) -> Done:
    main_went_on(one)
    return one.git("merge", "--no-edit", "main")


def merge_concluded(one: Consumer) -> Done:
    main_went_on(one)
    one.write("clash.txt", "ours\n")
    one.commit_unseen("clashes")
    assert 0 != one.git("merge", "--no-edit", "main").returncode
    one.write("clash.txt", "both\n")
    one.git("add", "-A")
    return one.git("commit", "--no-edit")


def merge_that_loosens(one: Consumer) -> Done:
    main_went_on(one)
    one.git("merge", "-q", "--no-commit", "main")
    text = (one.folder / "compliance/testing.yaml").read_text(encoding="utf-8")
    one.write("compliance/testing.yaml", text.replace("threshold: 0.60", "threshold: 0.40"))
    one.git("add", "-A")
    return one.git("commit", "--no-edit")


def picked(one: Consumer) -> Done:
    main_went_on(one)
    one.git("cherry-pick", "--no-commit", "main")
    return one.git("commit", "-m", "picked")


def unmerged(one: Consumer) -> Done:
    main_went_on(one)
    one.write("clash.txt", "ours\n")
    one.commit_unseen("clashes")
    one.git("merge", "--no-edit", "main")
    return one.run(str(gate(one)), "check", "--staged")


def gate(one: Consumer) -> Path:
    """The program as pre-commit installed it."""
    return next(Path(one.home["PRE_COMMIT_HOME"]).glob("repo*/py_env*/bin/aiact-gate"))


def detached(one: Consumer) -> Done:
    one.git("checkout", "-q", "--detach")
    return loosened(one)


def linked(one: Consumer) -> Done:
    one.git("worktree", "add", "-q", "../linked", "-b", "linked")
    return loosened(Consumer(one.folder.parent / "linked", one.home))


def linked_unrelated(one: Consumer) -> Done:
    one.git("worktree", "add", "-q", "../linked", "-b", "linked")
    return unrelated(Consumer(one.folder.parent / "linked", one.home))


def in_a_submodule(one: Consumer) -> Done:
    outer = one.folder.parent / "outer"
    repository(outer, {"README.md": "outer\n"})
    Consumer(outer, one.home).git("submodule", "add", "-q", str(one.folder), "inner")
    return loosened(Consumer(outer / "inner", one.home).install())


def beside_a_submodule(one: Consumer) -> Done:
    repository(one.folder.parent / "part", {"README.md": "part\n"})
    one.git("submodule", "add", "-q", str(one.folder.parent / "part"), "part")
    return one.git("commit", "-m", "a part")


def with_remote(one: Consumer) -> None:
    git(one.folder.parent, "init", "-q", "--bare", "-b", "main", "remote.git")
    one.git("remote", "add", "origin", "../remote.git")
    one.git("push", "-q", "--no-verify", "-u", "origin", "main")


def pushed_bad(one: Consumer) -> Done:
    with_remote(one)
    one.lower()
    one.commit_unseen()
    return one.git("push", "origin", "main")


def pushed_unrelated(one: Consumer) -> Done:
    with_remote(one)
    one.unrelated()
    one.commit_unseen()
    return one.git("push", "origin", "main")


def pushed_new_branch(one: Consumer) -> Done:
    with_remote(one)
    one.git("checkout", "-q", "-b", "topic")
    one.lower()
    one.commit_unseen()
    return one.git("push", "origin", "topic")


def pushed_with_main(one: Consumer) -> Done:
    with_remote(one)
    main_went_on(one)
    one.git("push", "-q", "--no-verify", "origin", "topic", "main")
    one.git("merge", "-q", "--no-edit", "--no-verify", "main")
    return one.git("push", "origin", "topic")


def pushed_whole(one: Consumer) -> Done:
    git(one.folder.parent, "init", "-q", "--bare", "remote.git")
    one.git("remote", "add", "origin", "../remote.git")
    return one.git("push", "origin", "main")


def ranged(one: Consumer) -> Done:
    one.lower()
    one.commit_unseen()
    one.unrelated()
    one.commit_unseen()
    return one.hook("--from-ref", "HEAD~2", "--to-ref", "HEAD")


def ranged_unrelated(one: Consumer) -> Done:
    one.unrelated()
    one.commit_unseen()
    return one.hook("--from-ref", "HEAD~1", "--to-ref", "HEAD")


def ranged_over_nothing(one: Consumer) -> Done:
    return one.hook("--from-ref", "HEAD", "--to-ref", "HEAD")


def all_files(one: Consumer) -> Done:
    return one.hook("--all-files")


def by_hand(one: Consumer) -> Done:
    return one.hook("--hook-stage", "manual")


def only_manifest(one: Consumer, text: str | None) -> None:
    """A repository that holds nothing but this manifest."""
    one.git("rm", "-r", "-q", "-f", "compliance", "aiact.yaml")
    if text is not None:
        one.write("aiact.yaml", text)
    one.commit_unseen()


def without_manifest(one: Consumer) -> Done:
    only_manifest(one, None)
    return unrelated(one)


def broken_before(one: Consumer) -> Done:
    only_manifest(one, "systems: [\n")
    return unrelated(one)


def broken_now(one: Consumer) -> Done:
    one.write("aiact.yaml", "systems: [\n")
    return one.commit()


def decision_ended(one: Consumer) -> Done:
    only_manifest(one, NO_SYSTEM.replace("2027-11-25", "2026-01-01"))
    return unrelated(one)


def decision_ends_now(one: Consumer) -> Done:
    only_manifest(one, NO_SYSTEM)
    one.write("aiact.yaml", NO_SYSTEM.replace("2027-11-25", "2026-01-01"))
    return one.commit()


def elsewhere(one: Consumer) -> Done:
    for name in FILES:
        one.write(f"services/{name}", FILES[name])
    one.git("rm", "-r", "-q", "-f", "compliance", "aiact.yaml")
    settings = one.folder / ".pre-commit-config.yaml"
    loaded = yaml.safe_load(settings.read_text())
    loaded["repos"][0]["hooks"][0]["args"] = ["--recursive", "--repository", "a/b", "."]
    settings.write_text(yaml.safe_dump(loaded))
    one.commit_unseen()
    text = FILES["compliance/testing.yaml"].replace("threshold: 0.70", "threshold: 0.60")
    one.write("services/compliance/testing.yaml", text)
    return one.commit()


def with_a_pack(one: Consumer) -> Done:
    settings = one.folder / ".pre-commit-config.yaml"
    loaded = yaml.safe_load(settings.read_text())
    loaded["repos"][0]["hooks"][0]["args"] = ["--pack", "house", "."]
    settings.write_text(yaml.safe_dump(loaded))
    one.write("house/pack.yaml", HOUSE_PACK)
    one.write("house/house.yaml", HOUSE_RULE)
    one.commit_unseen()
    text = (one.folder / "compliance/testing.yaml").read_text(encoding="utf-8")
    one.write(
        "compliance/testing.yaml", f"{text.partition('approved_by:')[0]}approved_by: nobody@example.org\n"
    )
    return one.commit()


class Situation(NamedTuple):
    """What somebody does, whether it goes through, and what is said of it."""

    does: Callable[[Consumer], Done]
    stops: bool
    says: str


SITUATIONS = {
    "a commit of an unrelated file": Situation(unrelated, False, "0 new"),
    "a commit that lowers a threshold": Situation(loosened, True, "the threshold was 0.7"),
    "a commit that only deletes a record": Situation(deleted, True, "testing"),
    "a commit that adds a finding": Situation(finding_added, True, "another"),
    "a record that is renamed": Situation(renamed, False, "0 new"),
    "a first commit": Situation(first, True, "0 standing"),
    "unrelated is staged, a bad change is not": Situation(bad_beside_it, False, "0 new"),
    "bad is staged, the mended file is not": Situation(mended_beside_it, True, "the threshold was"),
    "a record that is only announced (add -N)": Situation(announced, False, "0 new"),
    "commit -a": Situation(all_of_it, True, "the threshold was"),
    "commit PATH, another one is bad": Situation(named_only, False, "0 new"),
    "an empty commit": Situation(empty, False, "Nothing is staged, so nothing was judged"),
    "an amended good commit": Situation(amended_good, False, "0 new"),
    "an amended bad commit, another file added": Situation(amended_bad, True, "replaces HEAD"),
    "an amended bad commit, only its message": Situation(amended_unchanged, True, "the threshold was"),
    "a bad commit amended to a good one": Situation(amended_to_good, False, "0 new"),
    "a commit after a bad one, of the same moment": Situation(after_a_bad_one, False, "0 new"),
    "a merge of what main reviewed": Situation(merged, False, "0 new"),
    "such a merge concluded after a clash": Situation(merge_concluded, False, "0 new"),
    "a merge that loosens by itself": Situation(merge_that_loosens, True, "and is 0.4"),
    "a commit picked from main": Situation(picked, True, "the threshold was"),
    "an index that isn't merged": Situation(unmerged, True, "isn't merged yet"),
    "a detached HEAD": Situation(detached, True, "the threshold was"),
    "a linked work tree": Situation(linked, True, "the threshold was"),
    "a linked work tree, an unrelated file": Situation(linked_unrelated, False, "0 new"),
    "in a submodule": Situation(in_a_submodule, True, "the threshold was"),
    "a submodule is added": Situation(beside_a_submodule, False, "0 new"),
    "a push that loosens": Situation(pushed_bad, True, "the threshold was"),
    "a push of an unrelated file": Situation(pushed_unrelated, False, "main -> main"),
    "a push of a new branch that loosens": Situation(pushed_new_branch, True, "the threshold was"),
    "a push of a branch that merged main": Situation(pushed_with_main, False, "topic -> topic"),
    "a push of a whole history": Situation(pushed_whole, True, "all of it is new"),
    "a range that loosens": Situation(ranged, True, "the threshold was"),
    "a range of an unrelated file": Situation(ranged_unrelated, False, "0 new"),
    "a range of nothing": Situation(ranged_over_nothing, False, "Nothing lies between 'HEAD' and 'HEAD'"),
    "all files": Situation(all_files, True, "exit 1"),
    "the stage manual": Situation(by_hand, True, "exit 1"),
    "no manifest, before and now": Situation(without_manifest, False, "Nothing was judged, as before"),
    "a broken manifest, before and now": Situation(broken_before, False, "1 standing"),
    "a manifest that is broken now": Situation(broken_now, True, "exit code: 3"),
    "a decision that ended before": Situation(decision_ended, False, "1 standing"),
    "a decision that ends by this commit": Situation(decision_ends_now, True, "ended on 2026-01-01"),
    "--recursive and --repository": Situation(elsewhere, True, "services/compliance/testing.yaml"),
    "--pack": Situation(with_a_pack, True, "The house knows nobody"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_hook_stops_what_a_change_brings_and_nothing_else(name: str, consumer: Consumer) -> None:
    situation = SITUATIONS[name]
    done = situation.does(consumer)

    said = " ".join(done.stdout.split())
    assert (situation.stops, True) == (done.returncode != 0, re.search(situation.says, said) is not None), (
        said
    )


def test_try_repo_builds_the_hook_from_a_folder(consumer: Consumer, offered: Path) -> None:
    (consumer.folder / "compliance" / "testing.yaml").unlink()
    git(consumer.folder, "add", "-A")
    done = consumer.run(PRE_COMMIT, "try-repo", str(offered), "aiact-gate", "--ref", "HEAD", "--verbose")

    assert 1 == done.returncode, done.stdout
    assert "hook id: aiact-gate" in done.stdout and "exit code: 1" in done.stdout


@pytest.mark.parametrize(("version", "code"), [('"1.0.0"', 0), ("[]", 1)])
def test_the_lint_hook_runs_when_a_pack_changes(
    offered: Path, home: dict[str, str], tmp_path: Path, version: str, code: int
) -> None:
    hook = {"id": "aiact-gate-policy-lint", "args": ["policies/own"]}
    config = {
        "repos": [{"repo": str(offered), "rev": git(offered, "rev-parse", "HEAD").strip(), "hooks": [hook]}]
    }
    folder = repository(tmp_path, {".pre-commit-config.yaml": yaml.safe_dump(config)})
    shutil.copytree(PROJECT / "policies" / "evidence-integrity", folder / "policies" / "own")
    pack = folder / "policies" / "own" / "pack.yaml"
    lines = [
        f"version: {version}" if line.startswith("version:") else line
        for line in pack.read_text().split("\n")
    ]
    pack.write_text("\n".join(lines))
    git(folder, "add", "-A")
    done = subprocess.run(
        [PRE_COMMIT, "run", "--verbose"], cwd=folder, env=home, capture_output=True, text=True, check=False
    )

    assert (code, "hook id: aiact-gate-policy-lint" in done.stdout) == (done.returncode, True), done.stdout


# ---------------------------------------------------------------- the file itself


def test_pre_commit_takes_the_manifest() -> None:
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", HOOKS], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_pre_commit_refuses_a_hook_without_entry(tmp_path: Path) -> None:
    (tmp_path / "hooks.yaml").write_text("- {id: x, name: x, language: python}\n")
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", tmp_path / "hooks.yaml"], capture_output=True, check=False
    )

    assert 0 != done.returncode


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_hooks_have_known_keys_and_stages(hook: dict[str, Any]) -> None:
    # validate-manifest lets unknown keys (pass_filename) and the old names of stages pass.
    assert set(hook) <= KEYS
    assert STAGES[hook["id"]] == set(hook["stages"])
    assert ("python", "3.2.0") == (hook["language"], hook["minimum_pre_commit_version"])
    assert (False, True) == (hook["pass_filenames"], hook["require_serial"])


def test_the_gate_runs_also_when_a_commit_only_deletes() -> None:
    [hook] = [hook for hook in hooks() if hook["id"] == "aiact-gate"]

    assert hook["always_run"] is True
    assert "files" not in hook and "types" not in hook
