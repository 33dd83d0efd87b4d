"""One tree, whether it is a work tree, an index, a revision or a folder: the same files, nothing outside, no foreign code."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import Repository

from aiact_gate.model.errors import NotAtHand, SnapshotError, UsageError
from aiact_gate.model.evidence import Unknown
from aiact_gate.sources.git import Git
from aiact_gate.sources.snapshot import Snapshot, open_snapshot

ODD_NAMES = [
    "a b.md",
    "größe 模.md",
    'it\'s "q".md',
    "x blob",
    "-dash.md",
    "sub dir/né.md",
    "line\nbreak.md",
    "star*.md",
]
FILES = {name: f"text of {index}\n" for index, name in enumerate(ODD_NAMES)} | {"plain.md": "one\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository").write(FILES)
    made.commit()
    return made


def opened(repository: Repository, **how: object) -> Snapshot:
    return open_snapshot(str(repository.folder), **how)[0]  # type: ignore[arg-type]


WAYS: dict[str, Callable[[Repository], Snapshot]] = {
    "work tree": opened,
    "index": lambda repository: opened(repository, staged=True),
    "revision": lambda repository: opened(repository, ref="HEAD"),
    "branch": lambda repository: opened(repository, ref="main"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_same_tree_looks_the_same_from_everywhere(way: str, repository: Repository) -> None:
    snapshot = WAYS[way](repository)

    assert sorted(FILES) == list(snapshot.paths())
    for path, text in FILES.items():
        assert text.encode() == snapshot.read(path)
        assert hashlib.sha256(text.encode()).hexdigest() == snapshot.sha256(path)
        assert snapshot.has(path) and snapshot.exists(path)
        history = snapshot.history(path)
        assert not isinstance(history, Unknown)
        assert [text.encode()] == [data for _, data in history]
    assert not snapshot.has("absent.md") and not snapshot.exists("absent.md")
    assert not snapshot.has("sub dir") and snapshot.exists("sub dir")


def test_each_view_shows_its_own_state(repository: Repository) -> None:
    repository.write({"plain.md": "two\n"})
    repository.git("add", "plain.md")
    repository.write({"plain.md": "three\n", "new.md": "new\n"})

    assert b"three\n" == opened(repository).read("plain.md")
    assert b"two\n" == opened(repository, staged=True).read("plain.md")
    assert b"one\n" == opened(repository, ref="HEAD").read("plain.md")
    assert [True, False, False] == [
        opened(repository, **how).has("new.md") for how in ({}, {"staged": True}, {"ref": "HEAD"})
    ]
    assert opened(repository).subject.dirty
    assert "staged index" == opened(repository, staged=True).subject.kind


def test_a_deleted_file_is_no_longer_listed(repository: Repository) -> None:
    (repository.folder / "plain.md").unlink()

    snapshot = opened(repository)

    assert "plain.md" not in snapshot.paths() and not snapshot.has("plain.md")
    with pytest.raises(SnapshotError, match="isn't there"):
        snapshot.read("plain.md")


def test_a_bare_repository_is_read_by_revision_only(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))

    snapshot, _ = open_snapshot(str(tmp_path / "bare.git"), ref="HEAD")

    assert sorted(FILES) == list(snapshot.paths())
    assert b"one\n" == snapshot.read("plain.md")
    with pytest.raises(UsageError, match="bare repository"):
        open_snapshot(str(tmp_path / "bare.git"))


def test_a_shallow_clone_knows_that_it_does_not_know(repository: Repository, tmp_path: Path) -> None:
    repository.write({"plain.md": "two\n"}).commit()
    place = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(place))

    snapshot, _ = open_snapshot(str(place))
    history = snapshot.history("plain.md")

    assert isinstance(history, Unknown)
    assert "holds 1 commit," in history.reason and "--unshallow" in history.would_determine
    assert [b"two\n"] == [data for _, data in history.known]
    assert b"two\n" == snapshot.read("plain.md")


def test_a_folder_without_git_has_files_and_no_history(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "é 1.md").write_text("x")

    snapshot, relative = open_snapshot(str(tmp_path))

    assert (["a/é 1.md"], ".") == (list(snapshot.paths()), relative)
    assert "folder without git" == snapshot.subject.kind
    assert isinstance(snapshot.history("a/é 1.md"), Unknown)
    assert isinstance(snapshot.held_at("0" * 40, "a"), Unknown) and [] == snapshot.tags()


def test_an_ignored_file_is_not_in_the_tree(repository: Repository) -> None:
    repository.write({".gitignore": "secret*\n", "secret.txt": "x", "kept.txt": "y"})

    snapshot = opened(repository)

    assert (False, True) == (snapshot.has("secret.txt"), snapshot.has("kept.txt"))
    with pytest.raises(SnapshotError, match="ignored by git"):
        snapshot.read("secret.txt")
    repository.git("add", "-f", "secret.txt")
    assert b"x" == opened(repository).read("secret.txt")


def test_what_a_submodule_pins_is_read_and_not_at_hand_where_it_is_not_checked_out(
    repository: Repository, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other").write({"inner.md": "x"})
    other.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.folder), "sub")
    repository.commit()

    for way in WAYS.values():
        snapshot = way(repository)
        assert not snapshot.has("sub") and snapshot.has("sub/inner.md") and not snapshot.has("sub/absent.md")
        assert (b"x", hashlib.sha256(b"x").hexdigest()) == (
            snapshot.read("sub/inner.md"),
            snapshot.sha256("sub/inner.md"),
        )
        with pytest.raises(SnapshotError):
            snapshot.read("sub")
    repository.git("submodule", "deinit", "-q", "-f", "sub")
    for way in WAYS.values():
        snapshot = way(repository)
        missing = snapshot.not_at_hand("sub/inner.md")
        assert missing is not None and "git submodule update --init -- sub" == missing.would_determine
        with pytest.raises(NotAtHand):
            snapshot.read("sub/inner.md")


def test_a_work_tree_of_another_repository_is_read(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))

    snapshot, _ = open_snapshot(str(tmp_path / "side"))

    assert sorted(FILES) == list(snapshot.paths())
    assert not snapshot.subject.dirty


OUT = ["../x", "/etc/passwd", "a/../../x", "..", "", "a\0b", "../../../../../etc/passwd"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", OUT)
def test_a_path_that_leads_out_is_refused(way: str, path: str, repository: Repository) -> None:
    snapshot = WAYS[way](repository)
    (repository.folder.parent / "x").write_text("outside")

    assert not snapshot.has(path)
    with pytest.raises(SnapshotError, match="leads out of the repository"):
        snapshot.read(path)
    with pytest.raises(SnapshotError, match="leads out of the repository"):
        snapshot.sha256(path)


def _linked(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret\n")
    (folder / "out.md").symlink_to(outside / "secret.md")
    (folder / "in.md").symlink_to("plain.md")
    (folder / "gone.md").symlink_to("nowhere")
    (folder / "config.md").symlink_to(".git/config")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "folder").symlink_to(outside)


@pytest.mark.parametrize("way", [*WAYS, "folder without git"])
def test_links_are_never_followed(way: str, repository: Repository, tmp_path: Path) -> None:
    if way == "folder without git":
        place = tmp_path / "bare folder"
        place.mkdir()
        (place / "plain.md").write_text("one\n")
        _linked(place)
        snapshot = open_snapshot(str(place))[0]
    else:
        _linked(repository.folder)
        repository.commit()
        snapshot = WAYS[way](repository)

    for path in ("out.md", "in.md", "gone.md", "config.md", "loop.md", "folder", "folder/secret.md"):
        assert not snapshot.has(path), path
        with pytest.raises(SnapshotError):
            snapshot.read(path)
        with pytest.raises(SnapshotError):
            snapshot.sha256(path)


def test_a_folder_that_became_a_link_is_not_followed(repository: Repository) -> None:
    outside = repository.folder.parent / "outside"
    outside.mkdir()
    (outside / "né.md").write_text("secret\n")
    (repository.folder / "sub dir" / "né.md").unlink()
    (repository.folder / "sub dir").rmdir()
    (repository.folder / "sub dir").symlink_to(outside)

    snapshot = opened(repository)

    assert not snapshot.has("sub dir/né.md")
    with pytest.raises(SnapshotError, match="leads out"):
        snapshot.read("sub dir/né.md")


def test_what_is_no_ordinary_file_is_refused_at_once(repository: Repository) -> None:
    os.mkfifo(repository.folder / "pipe.md")
    (repository.folder / "plain.md").unlink()
    os.mkfifo(repository.folder / "plain.md")  # tracked, and now a pipe

    snapshot = opened(repository)

    for path in ("pipe.md", "plain.md", "sub dir"):
        assert not snapshot.has(path)
        with pytest.raises(SnapshotError):
            snapshot.read(path)


def test_a_file_over_10_MB_is_not_read_but_has_a_digest(repository: Repository) -> None:
    repository.write({"big.bin": b"x" * 10_000_001})

    snapshot = opened(repository)

    with pytest.raises(SnapshotError, match="10,000,001 bytes"):
        snapshot.read("big.bin")
    assert hashlib.sha256(b"x" * 10_000_001).hexdigest() == snapshot.sha256("big.bin")
    repository.commit()
    with pytest.raises(SnapshotError, match="10,000,001 bytes"):
        opened(repository, ref="HEAD").read("big.bin")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[int]]:
    """The process ids of every `git COMMAND` that was started."""
    log = tmp_path / "started.log"
    log.touch()
    folder = tmp_path / "bin"
    folder.mkdir()
    git = folder / "git"
    git.write_text(
        f'#!/bin/sh\necho "$$ $*" | tr "\\n" " " >> "{log}"\necho >> "{log}"\nexec "{shutil.which("git")}" "$@"\n'
    )
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda command: [
        int(line.split(" ")[0]) for line in log.read_text().splitlines() if f" {command} " in line
    ]


def test_one_git_answers_for_all_objects_and_ends_with_the_snapshot(
    repository: Repository, started: Callable[[str], list[int]]
) -> None:
    snapshot = opened(repository, ref="HEAD")
    read = {path: snapshot.read(path) for path in FILES}
    del snapshot
    gc.collect()

    [asked] = started("cat-file")
    assert {path: text.encode() for path, text in FILES.items()} == read
    with pytest.raises(ProcessLookupError):  # one that nobody waited for would still be there
        os.kill(asked, 0)


def test_a_git_that_was_ended_is_started_again(
    repository: Repository, started: Callable[[str], list[int]]
) -> None:
    snapshot = opened(repository, ref="HEAD")
    before = snapshot.read("plain.md")
    asked = started("cat-file")[0]
    os.kill(asked, signal.SIGINT)
    os.waitid(os.P_PID, asked, os.WEXITED | os.WNOWAIT)

    assert [before] * 2 == [snapshot.read("plain.md") for _ in range(2)]
    assert 2 == len(started("cat-file"))


def test_a_broken_object_is_told_and_the_others_are_read(repository: Repository) -> None:
    broken = repository.git("rev-parse", "HEAD:plain.md")
    place = repository.folder / ".git" / "objects" / broken[:2] / broken[2:]
    place.chmod(0o644)
    place.write_bytes(b"no object")
    snapshot = opened(repository, ref="HEAD")

    with pytest.raises(SnapshotError):
        snapshot.read("plain.md")

    assert FILES["a b.md"].encode() == snapshot.read("a b.md")


def test_names_that_break_the_protocol_of_git_get_no_foreign_bytes(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    asked = [
        "plain.md",
        "line\nbreak.md",
        f"x\n{head}:plain.md",
        "../x",
        "/x",
        "./plain.md",
        "x blob",
        "a blob 5",
        "plain.md",
    ]

    snapshot = opened(repository)
    found = [snapshot.held_at(head, path) for path in asked]

    assert [
        b"one\n", FILES["line\nbreak.md"].encode(), None, None, None, None, FILES["x blob"].encode(), None, b"one\n",
    ] == found  # fmt: skip


@pytest.mark.parametrize("commit", ["HEAD", "main", "0" * 40, "abc", "", "--help", "HEAD~0", "0123456\nHEAD"])
def test_only_a_commit_at_hand_is_read(commit: str, repository: Repository) -> None:
    assert isinstance(opened(repository).held_at(commit, "plain.md"), Unknown)


def test_a_folder_that_git_can_not_read_is_said(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    for staged in (False, True):
        with pytest.raises(SnapshotError, match="git can't read the repository"):
            open_snapshot(str(tmp_path), staged=staged)[0].paths()


def test_without_the_program_git_a_repository_is_not_judged(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SnapshotError, match="git isn't installed"):
        open_snapshot(str(repository.folder))


def test_a_linked_path_is_the_folder_itself(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repository.folder / "sub dir")

    snapshot, relative = open_snapshot(str(tmp_path / "link"))

    assert "sub dir" == relative
    assert sorted(FILES) == list(snapshot.paths())


# ---------------------------------------------------------------- nothing of the repository's runs


def _marking(marker: Path) -> str:
    script = marker.with_suffix(".sh")
    script.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat 2>/dev/null\nexit 0\n")
    script.chmod(0o755)
    return str(script)


def _filter(name: str) -> Callable[[Repository, str], None]:
    def arrange(repository: Repository, script: str) -> None:
        repository.write({".gitattributes": f"*.md filter={name} diff={name} merge={name}\n"}).commit()
        for key in ("clean", "smudge", "process"):
            repository.git("config", f"filter.{name}.{key}", script)
        repository.git("config", f"filter.{name}.required", "true")
        repository.git("config", f"diff.{name}.textconv", script)
        repository.git("config", f"diff.{name}.command", script)
        repository.git("config", f"merge.{name}.driver", script)

    return arrange


def _info_attributes(repository: Repository, script: str) -> None:
    (repository.folder / ".git" / "info").mkdir(exist_ok=True)
    (repository.folder / ".git" / "info" / "attributes").write_text("*.md filter=a=b.c\n")
    config = repository.folder / ".git" / "config"
    config.write_text(config.read_text() + f'[filter "a=b.c"]\n\tclean = {script}\n\tprocess = {script}\n')


def _included(repository: Repository, script: str) -> None:
    repository.write({".gitattributes": "*.md filter=mine\n"}).commit()
    (repository.folder / ".git" / "more").write_text(f'[filter "mine"]\n\tclean = {script}\n')
    repository.git("config", "include.path", "more")


def _configured(**keys: str) -> Callable[[Repository, str], None]:
    def arrange(repository: Repository, script: str) -> None:
        for key, value in keys.items():
            repository.git("config", key.replace("__", "."), value.replace("SCRIPT", script))

    return arrange


def _hooks(repository: Repository, script: str) -> None:
    for name in (
        "post-index-change",
        "fsmonitor-watchman",
        "post-checkout",
        "reference-transaction",
        "pre-commit",
    ):
        place = repository.folder / ".git" / "hooks" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(Path(script).read_bytes())
        place.chmod(0o755)


def _promised(repository: Repository, script: str) -> None:
    repository.git("config", "remote.origin.url", f"ext::{script}")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "remote.origin.partialclonefilter", "blob:none")
    repository.git("config", "core.repositoryformatversion", "1")
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "protocol.ext.allow", "always")
    lost = repository.git("rev-parse", "HEAD:plain.md")
    (repository.folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()


FOREIGN_CODE: dict[str, Callable[[Repository, str], None]] = {
    "filters": _filter("mine"),
    "filters of large files": _filter("lfs"),
    "a filter whose name has a sign": _info_attributes,
    "a filter of an included file": _included,
    "fsmonitor": _configured(core__fsmonitor="SCRIPT"),
    "fsmonitor hook": _configured(core__fsmonitor="SCRIPT", core__fsmonitorHookVersion="2"),
    "hooks": _hooks,
    "hooks path": _configured(core__hooksPath=".git/hooks"),
    "external diff": _configured(diff__external="SCRIPT", core__pager="SCRIPT", pager__log="SCRIPT", pager__status="SCRIPT"),
    "ssh": _configured(core__sshCommand="SCRIPT", core__gitProxy="SCRIPT", core__askPass="SCRIPT"),
    "signatures": _configured(log__showSignature="true", gpg__program="SCRIPT", gpg__ssh__program="SCRIPT"),
    "alias": _configured(alias__log="!SCRIPT", alias__status="!SCRIPT"),
    "editor": _configured(core__editor="SCRIPT", sequence__editor="SCRIPT"),
    "promisor": _promised,
    "credentials": _configured(credential__helper="!SCRIPT"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN_CODE)
def test_nothing_that_the_repository_configures_runs(
    name: str, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path))
    marker = tmp_path / "ran"
    head = repository.git("rev-parse", "HEAD")
    FOREIGN_CODE[name](repository, _marking(marker))
    marker.unlink(missing_ok=True)  # arranging may run it
    os.utime(repository.folder / "a b.md", (1, 1))  # git has to look into this file again
    (repository.folder / "largest.md").write_text("untracked")

    for snapshot in (opened(repository), opened(repository, staged=True), opened(repository, ref="HEAD")):
        snapshot.paths()
        snapshot.history("a b.md")
        snapshot.read("a b.md")
        snapshot.held_at(head, "plain.md")
        snapshot.tags()
        if name == "promisor" and snapshot.subject.kind == "revision":
            with pytest.raises(SnapshotError, match="isn't in this clone"):
                snapshot.read("plain.md")

    assert not marker.exists()


def test_the_marker_is_seen_where_the_code_does_run(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    repository.write({".gitattributes": "*.md filter=mine\n"}).commit()
    repository.git("config", "filter.mine.clean", _marking(marker))
    os.utime(repository.folder / "a b.md", (1, 1))

    repository.git("status")

    assert marker.exists()


def test_a_foreign_work_tree_is_not_looked_into(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    repository.git("config", "core.worktree", str(outside))

    snapshot = opened(repository)

    assert sorted(FILES) == list(snapshot.paths())
    assert b"one\n" == snapshot.read("plain.md")


def test_a_repository_that_calls_itself_bare_is_read_as_it_is(repository: Repository) -> None:
    repository.git("config", "core.bare", "true")

    assert sorted(FILES) == list(opened(repository).paths())


def test_a_repository_of_another_user_is_read(repository: Repository) -> None:
    if os.getuid() != 0:
        pytest.skip("only the superuser can give a repository away")
    for folder, _, names in os.walk(repository.folder):
        for name in [".", *names]:
            os.chown(os.path.join(folder, name), 65534, 65534)

    assert sorted(FILES) == list(opened(repository).paths())


def test_reading_writes_nothing(repository: Repository) -> None:
    os.utime(repository.folder / "plain.md", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in repository.folder.rglob("*")}

    snapshot = opened(repository)
    snapshot.history("plain.md")

    assert before == {path: path.stat().st_mtime_ns for path in repository.folder.rglob("*")}


def test_git_in_a_hook_judges_the_index_of_the_commit(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = repository.folder / ".git" / "partial"
    index.write_bytes((repository.folder / ".git" / "index").read_bytes())
    repository.write({"plain.md": "two\n"})
    repository.git("add", "plain.md")
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))

    assert b"one\n" == opened(repository, staged=True).read("plain.md")


def test_blobs_of_nothing_are_nothing(repository: Repository) -> None:
    assert [] == Git(str(repository.folder)).blobs([])
    assert [None] == Git(str(repository.folder)).blobs(["HEAD"])
    assert [None] == Git(str(repository.folder)).blobs(["HEAD:sub dir"])
