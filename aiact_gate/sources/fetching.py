"""git with the user's own configuration, for `policy add` alone: one revision fetched into a folder of ours."""

from __future__ import annotations

import os
import subprocess

from aiact_gate.model.errors import SnapshotError

FETCH_SECONDS = 300


_FETCHED = "refs/aiact/fetched"


def fetch_revision(url: str, protocol: str, revision: str, folder: str) -> tuple[str, bool]:
    """The commit that *revision* of *url* is, fetched into the empty *folder*; and whether the name may move on.

    *folder* becomes a bare repository of that one commit; nothing is checked out. No protocol but *protocol* is spoken,
    whatever the user's configuration rewrites; credentials are those that the user's git finds by itself.

    Raises:
        SnapshotError: git isn't there, takes too long, or can't fetch that revision.
    """
    run = _Fetching(folder, protocol)
    run("init", "-q", "--bare", "--template=", ".")
    plain = ("fetch", "-q", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance")
    is_id = len(revision) >= 7 and all(c in "0123456789abcdef" for c in revision)
    whole = is_id and len(revision) == 40
    names = [(f"refs/tags/{revision}", False), (f"refs/heads/{revision}", True)]
    names = [(revision, False), *names] if whole else names
    found = (moves for name, moves in names if run(*plain, "--depth=1", "--", url, f"+{name}:{_FETCHED}"))
    moves = next(found, None)
    if moves is None:
        # A shortened commit, or a server that gives no single ones.
        if not is_id or not run(*plain, "--", url, "+refs/*:refs/fetched/*"):
            raise SnapshotError(
                f"git can't fetch {revision} from {url}: {run.said or 'no reason given'}",
                "Try `git ls-remote` with that address: the tag, branch or commit has to be there and yours to read.",
            )
        run("update-ref", _FETCHED, revision)
    commit = run.text("rev-parse", "--verify", "-q", f"{_FETCHED}^{{commit}}")
    if not commit or whole and commit != revision:
        raise SnapshotError(
            f"{url} has no commit {revision}", "Name a tag, a branch or a commit that it has."
        )
    return commit, bool(moves)


class _Fetching:
    """git with the user's own configuration, in a folder of ours: whether a command succeeded, and what it said."""

    def __init__(self, folder: str, protocol: str) -> None:
        self.folder = folder
        self.said = ""
        foreign = (
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_NAMESPACE",
            "GIT_PREFIX",
            "GIT_COMMON_DIR",
        )
        self._environment = {
            key: value
            for key, value in os.environ.items()
            if key not in foreign and "OBJECT_DIRECTOR" not in key and not key.startswith("GIT_TRACE")
        } | {"GIT_ALLOW_PROTOCOL": protocol, "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}
        self._environment.setdefault("GIT_TERMINAL_PROMPT", "0")

    def __call__(self, *arguments: str) -> bool:
        return self.text(*arguments) is not None

    def text(self, *arguments: str) -> str | None:
        off = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "transfer.fsckObjects=true")
        settings = [part for setting in off for part in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", *settings, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=FETCH_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise SnapshotError("the program git isn't installed", "Install git.") from error
        except subprocess.TimeoutExpired as error:
            fix = "Fetch it yourself, and add the folder: aiact-gate policy add PATH"
            raise SnapshotError(f"git didn't finish within {FETCH_SECONDS} seconds", fix) from error
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        self.said = "".join(c for c in said if c.isprintable())[:200].removeprefix("fatal: ") or self.said
        return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
