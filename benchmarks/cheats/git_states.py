"""Cheats with what git is asked to hide, and the honest states of a clone that nothing may be held against."""

from __future__ import annotations

from pathlib import Path

from cases import Case, depth_1, no_git
from tree import Edit, commit, edits, git, nothing, pattern, text

SECTION = "git as people have it"
CARD = "MODEL_CARD.md"
BAD_CARD = pattern(CARD, r"\| AUC \| 0\.787", "| AUC | 0.887")
TAGGED = pattern("aiact.yaml", r"(    tier: high\n)", r"\1    release: {tag: v1.3.0}\n")


def hidden(flag: str, bad: bytes, good: bytes, name: str = CARD) -> object:
    def state(folder: Path) -> Path:
        """The work tree shows *good* where the commit holds *bad*, and git is told not to look."""
        git(folder, "update-index", flag, name)
        (folder / name).write_bytes((folder / name).read_bytes().replace(bad, good))
        return folder

    return state


def tag_on_the_commit_before(folder: Path) -> Path:
    git(folder, "tag", "v1.3.0", "HEAD~1")
    return folder


def one_commit(folder: Path) -> Path:
    """History rewritten: all of it is one commit, and the run's own is gone."""
    git(folder, "checkout", "-q", "--orphan", "new")
    commit(folder, "everything")
    git(folder, "branch", "-D", "main")
    git(folder, "reflog", "expire", "--expire=now", "--all")
    git(folder, "gc", "-q", "--prune=now")
    return folder


def clone(*options: str, then: tuple[str, ...] = ()) -> object:
    def state(folder: Path) -> Path:
        target = folder.with_name("clone")
        git(folder, "config", "uploadpack.allowFilter", "true")
        git(folder.parent, "clone", "-q", *options, folder.as_uri(), str(target))
        if then:
            git(target, *then)
        return target

    return state


def linked(folder: Path) -> Path:
    """A second work tree of the same repository."""
    git(folder, "worktree", "add", "-q", "--detach", "../linked")
    return folder.with_name("linked")


def submodule(folder: Path) -> Path:
    """The data stand in a submodule that isn't checked out."""
    data = folder.with_name("data")
    data.mkdir()
    for name in sorted((folder / "data").iterdir()):
        (data / name.name).write_bytes(name.read_bytes())
    git(data, "init", "-q", "-b", "main")
    commit(data, "the data")
    git(folder, "rm", "-q", "-r", "data")
    git(folder, "submodule", "add", "-q", data.as_uri(), "data")
    commit(folder, "the data are a submodule")
    git(folder, "submodule", "deinit", "-q", "-f", "data")
    return folder


def lfs_pointer(folder: Path) -> Path:
    """The data are tracked by LFS and this clone holds the pointers."""
    for name in ("train", "test", "german_credit"):
        (folder / "data" / f"{name}.csv").write_text(
            "version https://git-lfs.github.com/spec/v1\noid sha256:" + _oid(folder / "data" / f"{name}.csv"),
            encoding="utf-8",
        )
    (folder / ".gitattributes").write_text(
        "data/*.csv filter=lfs diff=lfs merge=lfs -text\n", encoding="utf-8"
    )
    commit(folder, "the data are tracked by LFS")
    return folder


def _oid(file: Path) -> str:
    import hashlib

    content = file.read_bytes()
    return f"{hashlib.sha256(content).hexdigest()}\nsize {len(content)}\n"


def concluded_merge(folder: Path) -> Path:
    """A merge with main, being concluded."""
    git(folder, "checkout", "-q", "-b", "work", "HEAD~1")
    (folder / "NOTES.md").write_text("A note.\n", encoding="utf-8")
    commit(folder, "a note")
    git(folder, "merge", "-q", "--no-commit", "--no-ff", "main")
    return folder


def unwritten_record(folder: Path) -> Path:
    """A record that is to be added, and isn't yet."""
    (folder / "compliance" / "incidents.yaml").write_text("schema: ??\n", encoding="utf-8")
    git(folder, "add", "-N", "compliance/incidents.yaml")
    return folder


def packed(folder: Path) -> Path:
    git(folder, "gc", "-q")
    return folder


def without_origin_branch(folder: Path) -> Path:
    """A checkout as CI makes it: a detached commit, no local branch."""
    target = folder.with_name("clone")
    git(folder.parent, "clone", "-q", folder.as_uri(), str(target))
    git(target, "checkout", "-q", "--detach")
    git(target, "branch", "-D", "main")
    return target


def case(name: str, rule: str, imitates: str, row: str, edit: Edit, **options: object) -> Case:
    return Case(name, rule, SECTION, imitates, row, edit, options=options)


CASES = (
    case(
        "card-behind-skip-worktree", "H5", "another file than the commit's, unseen by git", "", BAD_CARD
    )._replace(state=hidden("--skip-worktree", b"| AUC | 0.887", b"| AUC | 0.787")),
    case(
        "card-behind-assume-unchanged", "H5", "another file than the commit's, unseen by git", "", BAD_CARD
    )._replace(state=hidden("--assume-unchanged", b"| AUC | 0.887", b"| AUC | 0.787")),
    case(
        "acceptance-behind-skip-worktree",
        "H5",
        "another file than the commit's, unseen by git",
        "",
        pattern(
            "compliance/risk_management.yaml",
            r"\n  accepted_by: head-of-model-risk@example.org",
            "\n  accepted_by: ml-engineer@example.org",
        ),
    )._replace(
        state=hidden(
            "--skip-worktree",
            b"\n  accepted_by: ml-engineer@",
            b"\n  accepted_by: head-of-model-risk@",
            "compliance/risk_management.yaml",
        )
    ),
    case("tag-never-made", "H5", "a release whose tag isn't there", "", TAGGED, release=True),
    case(
        "tag-on-another-commit", "H5", "a release whose tag is elsewhere", "", TAGGED, release=True
    )._replace(state=tag_on_the_commit_before),
    case(
        "history-in-one-commit",
        "H6",
        "the run's commit is gone, the plan changed with it",
        "art9.8",
        edits(
            text(
                "compliance/testing.yaml", "strength: 5 % of all fields", "strength: 0.0001 % of fields, once"
            ),
            lambda tree: tree.lock_follows("compliance/testing.yaml", _plan_digest(tree.text("aiact.lock"))),
        ),
    )._replace(state=one_commit),
    case(
        "one-point-only",
        "H16",
        "a wrong figure, one point asked for",
        "art15.3",
        BAD_CARD,
        requirements=frozenset({"art15.3"}),
    ),
    case(
        "one-point-only-instructions",
        "H16",
        "a wrong figure, one point asked for",
        "art13.3.b.ii.levels",
        pattern("INSTRUCTIONS_FOR_USE.md", r"\| AUC \| 0\.787", "| AUC | 0.887"),
        requirements=frozenset({"art13.3.b.ii.levels"}),
    ),
    case("staged-card", "H16", "a wrong figure, staged", "art15.3", BAD_CARD, staged=True),
    case(
        "staged-acceptance",
        "H16",
        "an acceptance by the risk's author, staged",
        "art9.5",
        pattern(
            "compliance/risk_management.yaml",
            r"accepted_by: head-of-model-risk@example.org",
            "accepted_by: ml-engineer@example.org",
        ),
        staged=True,
    ),
    case(
        "staged-drill-program",
        "H12",
        "a program behind evidence emptied, staged",
        "art14.4.e",
        lambda tree: tree.write("drill.py", '"""empty"""\n'),
        staged=True,
    ),
)


def _plan_digest(lock: str) -> str:
    return lock.partition("aiact.plan.sha256: ")[2][:64]


def honest(name: str, state: object) -> Case:
    return Case(f"state-{name}", "", SECTION, "an honest clone", "", nothing, state, may_not_know=True)  # type: ignore[arg-type]


STATES = (
    honest("depth-1", depth_1),
    honest("archive-without-git", no_git),
    honest("blobless", clone("--filter=blob:none")),
    honest("treeless", clone("--filter=tree:0")),
    honest("sparse", clone(then=("sparse-checkout", "set", "compliance", "data"))),
    honest("line-ends-of-windows", clone("-c", "core.autocrlf=true")),
    honest("linked-work-tree", linked),
    honest("submodule-out", submodule),
    honest("lfs-pointers", lfs_pointer),
    honest("history-in-one-commit", one_commit),
    honest("merge-being-concluded", concluded_merge),
    honest("merge-at-the-hook", concluded_merge)._replace(options={"staged": True}),
    honest("intent-to-add-at-the-hook", unwritten_record)._replace(options={"staged": True}),
    honest("packed", packed),
    honest("detached-in-ci", without_origin_branch),
    honest("bare-copy-of-one-branch", clone("--single-branch", "--no-tags")),
)
