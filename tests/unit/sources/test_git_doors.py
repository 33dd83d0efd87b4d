"""What the folder `.git` and the user's settings bring: no history but the repository's own, no fault that looks like an answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import MINIMAL, Repository, high, minimal

from aiact_gate.model.evidence import Unknown


def other(folder: Path) -> Repository:
    """Another repository, with a commit that nobody else has."""
    found = Repository(folder).write({"secret.txt": "theirs\n"})
    found.commit("theirs")
    return found


# ---------------------------------------------------------------- .git that leads elsewhere


def linked(repository: Repository, folder: Path) -> Path:
    repository.git("worktree", "add", "-q", str(folder / "linked"))
    return folder / "linked"


def submodule(repository: Repository, folder: Path) -> Path:
    outer = other(folder / "outer")
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository.folder), "inner part"
    )
    return outer.folder / "inner part"


def shared(repository: Repository, folder: Path) -> Path:
    repository.git("clone", "-q", "--shared", str(repository.folder), str(folder / "shared"))
    return folder / "shared"


def referenced(repository: Repository, folder: Path) -> Path:
    lender = str(repository.folder)
    repository.git("clone", "-q", "--reference", lender, f"file://{lender}", str(folder / "referenced"))
    return folder / "referenced"


def repaired(repository: Repository, folder: Path) -> Path:
    (linked(repository, folder)).rename(folder / "moved")
    Repository.git(Moved(folder / "moved"), "worktree", "repair")
    return folder / "moved"


def named(repository: Repository, folder: Path) -> Path:
    place = folder / "tree"
    repository.git(
        "clone", "-q", "--separate-git-dir", str(folder / "kept"), str(repository.folder), str(place)
    )
    Repository.git(Moved(place), "config", "core.worktree", str(place))
    return place


class Moved(Repository):
    """A folder whose repository is there already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


HONEST: dict[str, Callable[[Repository, Path], Path]] = {
    "a linked work tree": linked,
    "a submodule": submodule,
    "clone --shared": shared,
    "clone --reference": referenced,
    "a moved work tree, after git worktree repair": repaired,
    "a repository folder of its own, that names its work tree": named,
}


@pytest.mark.parametrize("name", HONEST)
def test_who_keeps_the_repository_elsewhere_honestly_is_judged(name: str, tmp_path: Path) -> None:
    folder = HONEST[name](minimal(tmp_path / "repository"), tmp_path)

    ran = Moved(folder).check()

    assert (0, True) == (ran.code, "read in commit" in ran.said), ran.said


def by_file(theirs: Repository, folder: Path) -> None:
    (folder / ".git").write_text(f"gitdir: {theirs.folder / '.git'}\n")


def by_link(theirs: Repository, folder: Path) -> None:
    (folder / ".git").symlink_to(theirs.folder / ".git")


def by_its_work_tree(theirs: Repository, folder: Path) -> None:
    theirs.git("worktree", "add", "-q", str(theirs.folder.parent / "theirs-linked"))
    (folder / ".git").write_text(f"gitdir: {theirs.folder / '.git' / 'worktrees' / 'theirs-linked'}\n")


@pytest.mark.parametrize("leads", [by_file, by_link, by_its_work_tree])
def test_a_git_that_leads_to_another_repository_is_refused(
    leads: Callable[[Repository, Path], None], tmp_path: Path
) -> None:
    theirs = other(tmp_path / "theirs")
    ours = tmp_path / "ours"
    ours.mkdir()
    for path, text in MINIMAL.items():
        (ours / path).parent.mkdir(exist_ok=True)
        (ours / path).write_text(text)
    leads(theirs, ours)

    ran = Moved(ours).check()

    assert (3, True) == (ran.code, "doesn't name this folder as its work tree" in ran.said), ran.said


# ---------------------------------------------------------------- history is what was committed


def test_a_graft_gives_a_commit_no_other_parent(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository")
    first = repository.git("rev-parse", "HEAD")
    plan = repository.folder / "compliance" / "testing.yaml"
    plan.write_text(plan.read_text().replace("threshold: 0.70", "threshold: 0.50"))
    lower = repository.commit("lower")
    repository.write({"notes.txt": "x\n"}).commit("notes")
    info = repository.folder / ".git" / "info"
    info.mkdir(exist_ok=True)
    # As if the lower threshold stood at the beginning.
    (info / "grafts").write_text(f"{lower}\n{repository.git('rev-parse', 'HEAD')} {lower}\n")

    ran = repository.check("--base", first)

    assert (1, False) == (ran.code, "share no commit" in ran.said), ran.said


def test_a_commit_that_only_a_lender_has_is_not_of_this_repository(tmp_path: Path) -> None:
    lender = minimal(tmp_path / "lender")
    borrower = Moved(shared(lender, tmp_path))
    plan = lender.write({"plan.yaml": "theirs\n"}).commit("only here")
    from aiact_gate.sources.snapshot import open_snapshot

    tree, _ = open_snapshot(str(borrower.folder))

    assert isinstance(tree.held_at(plan, "plan.yaml"), Unknown)
    assert None is tree.held_at(borrower.git("rev-parse", "HEAD"), "plan.yaml")


# ---------------------------------------------------------------- git's own faults


def test_a_filter_of_the_users_settings_neither_runs_nor_hides_the_commit(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    repository.write({".gitattributes": "*.yaml filter=large\n"}).commit("attributes")
    home = tmp_path / "home"
    home.mkdir()
    marker = tmp_path / "ran"
    (home / ".gitconfig").write_text(
        f'[filter "large"]\n\tclean = touch {marker}; false\n\tprocess = touch {marker}; false\n\trequired = true\n'
    )
    os.utime(repository.folder / "aiact.yaml", (1, 1))

    ran = repository.check(HOME=str(home))

    assert (0, False, True) == (ran.code, marker.exists(), "read in commit" in ran.said), ran.said
    assert "read in commit none" not in ran.said


def test_a_repository_whose_state_git_cant_tell_is_a_fault(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    (repository.folder / ".git" / "index").write_bytes(b"no index")

    ran = repository.check()

    assert (3, True) == (ran.code, "git can't read the repository" in ran.said), ran.said


# ---------------------------------------------------------------- endings


def test_two_manifests_in_a_folder_are_told_both(tmp_path: Path) -> None:
    repository = minimal(tmp_path / "repository")
    repository.write({"aiact.yml": MINIMAL["aiact.yaml"]}).commit()

    ran = repository.check()

    assert (3, True) == (ran.code, "aiact.yaml and aiact.yml lie side by side" in ran.said), ran.said


@pytest.mark.parametrize("ending", ["YAML", "YML", "Yaml"])
def test_a_record_with_capitals_in_its_ending_is_read(ending: str, tmp_path: Path) -> None:
    name = "compliance/system_description"
    repository = high(tmp_path / "repository")
    repository.git("mv", f"{name}.yaml", f"{name}.{ending}")
    repository.commit()

    assert f"{name}.{ending}:5" in repository.check().said
