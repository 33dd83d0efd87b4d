"""`policy add`: a pack taken into the repository and pinned in its manifest, the whole of it or nothing."""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.write import staged_folder, write_inside
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.lint.faults import PolicyFault
from aiact_gate.model.errors import AiactError, ManifestError, PackError, UsageError
from aiact_gate.model.policy import Pack
from aiact_gate.policy.compile import digest_of
from aiact_gate.policy.linted import lint_folder
from aiact_gate.policy.load import load_folder
from aiact_gate.propose.pack import is_name
from aiact_gate.propose.pins import with_pin
from aiact_gate.run.pack_source import Taken, take
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.git import find_repository
from aiact_gate.sources.manifest import NAMES, Manifest, find_manifest, read_manifest
from aiact_gate.sources.snapshot import open_snapshot, short_path


class Added(NamedTuple):
    """What `policy add` did."""

    pack: Pack
    before: Pack | None
    """The pack that stood there, if it could be read."""
    folder: str
    """As the manifest names it."""
    manifest: str
    line: int
    """Where the manifest pins it."""
    digest: str
    taken: Taken


class FaultyPack(PackError):
    """A pack that lint finds faults in isn't taken in."""

    def __init__(self, what: str, faults: Sequence[PolicyFault]) -> None:
        super().__init__(what, "Mend it where it comes from, and add it again.")
        self.faults = faults


def add_pack(source: str, to: str, manifest: str, update: bool) -> Added:
    """Copy the pack at *source* to the folder *to* (empty: `policies/<its name>` beside *manifest*) and pin it.

    Raises:
        UsageError: an address that isn't one, a folder that is taken or outside the repository.
        SnapshotError, PackError: the pack can't be fetched or read, or has faults.
        ManifestError: there is no manifest, or the entry can't be put into it.
    """
    declared = _manifest(manifest)
    file = Path(manifest).parent / Path(declared.path).name
    taken = _from_home(take(source), file)
    name = _name_of(taken)
    folder = Path(to) if to else file.parent / "policies" / name
    relative = _relative(folder, file)
    before = _before(folder, name, update, relative, declared, "" if taken.commit else source)
    with staged_folder(folder, taken.files) as staged:
        faults = lint_folder(staged, _others(declared, file, relative))
        if faults:
            raise FaultyPack(
                f"the pack {name} has {_count(len(faults), 'fault')}; nothing was written", faults
            )
        pack, _ = load_folder(staged)
        digest = f"sha256:{digest_of(staged)}"
        old = file.read_bytes()
        bom = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
        text = with_pin(old[len(bom) :].decode("utf-8"), relative, digest, taken.source)
        new = bom + text.encode("utf-8")
        _swap(staged, folder, lambda: write_inside(file.parent, file.name, new))
    return Added(pack, before, relative, file.name, _line_of(text, relative), digest, taken)


def _manifest(path: str) -> Manifest:
    if not os.path.isfile(path) or os.path.islink(path):
        raise ManifestError(
            f"there is no manifest {short_path(path)} to pin the pack in",
            "Write one (aiact-gate init), name it with --manifest, or judge with: aiact-gate check --pack FOLDER",
        )
    snapshot, relative = open_snapshot(path)
    return read_manifest(snapshot, find_manifest(snapshot, relative))


def _name_of(taken: Taken) -> str:
    data = plain_data(parse_yaml(taken.files["pack.yaml"], "pack.yaml").root)
    name = str(data.get("name") or "") if isinstance(data, dict) else ""
    if not is_name(name):
        raise PackError(f"{short_path(name)} can't be the name of a pack", "Name it with a-z, 0-9 and -.")
    if name in BUILTIN:
        raise PackError(f"aiact-gate brings a pack {name} along", "A pack of yours needs its own name.")
    return name


def _relative(folder: Path, file: Path) -> str:
    """*folder* as the manifest *file* names it. Raises UsageError if it lies outside the repository."""
    home = os.path.realpath(file.parent)
    root = find_repository(home) or home
    # The nearest folder that is there decides: a link on the way would lead the files elsewhere.
    place, rest = os.path.abspath(folder), ""
    while not os.path.isdir(place) and place != os.path.dirname(place):
        place, rest = os.path.dirname(place), os.path.join(os.path.basename(place), rest)
    real = os.path.normpath(os.path.join(os.path.realpath(place), rest))
    inside = os.path.commonpath((real, os.path.realpath(root))) == os.path.realpath(root)
    inside = inside and ".git" not in real.split(os.sep)
    on_the_way = os.path.join(place, rest.partition(os.sep)[0]) if rest else ""
    if (
        on_the_way
        and os.path.islink(on_the_way)
        or not inside
        or real in (home, os.path.realpath(root))
        or os.path.islink(folder)
    ):
        raise UsageError(
            f"{short_path(str(folder))} is no folder below the repository's", "Name one: --to policies/house"
        )
    return posixpath.normpath(os.path.relpath(real, home).replace(os.sep, "/"))


def _from_home(taken: Taken, file: Path) -> Taken:
    """*taken*, a relative folder named as from the folder of the manifest *file*, where the manifest is read."""
    if taken.commit or os.path.isabs(taken.source):
        return taken
    source = os.path.relpath(os.path.realpath(taken.source), os.path.realpath(file.parent))
    return taken._replace(source=source.replace(os.sep, "/"))


def _before(
    folder: Path, name: str, update: bool, relative: str, manifest: Manifest, source: str
) -> Pack | None:
    """The pack in *folder* that is replaced. Raises UsageError if something else stands there, or without *update*.

    *source*: the folder that the new one comes from; empty if it comes from git.
    """
    if not os.path.lexists(folder):
        return None
    if not update:
        raise UsageError(
            f"{relative} is there already",
            f"--update replaces it; first look: aiact-gate policy diff {short_path(str(folder))} {short_path(source) if source else 'CLONE'}",
        )
    pack = None
    # What was broken by hand is what an update mends.
    with contextlib.suppress(AiactError, OSError, ValueError):
        pack = load_folder(folder)[0] if folder.is_dir() else None
    declared = any(
        manifest.repository_path(item.path) == manifest.repository_path(relative) for item in manifest.packs
    )
    if not folder.is_dir() or not declared and (pack is None or pack.name != name):
        raise UsageError(
            f"{relative} isn't the pack {name}", "Name another folder with --to, or empty this one."
        )
    return pack


def _others(manifest: Manifest, file: Path, folder: str) -> list[Path]:
    """The other packs that the manifest names: an overlay may be about theirs."""
    named = [file.parent / item.path for item in manifest.packs if item.path.rstrip("/") != folder]
    return [path for path in named if (path / "pack.yaml").is_file()]


def _swap(staged: Path, folder: Path, then: object) -> None:
    """Put *staged* into the place of *folder* and do *then*; if either fails, *folder* is what it was."""
    assert callable(then)
    aside = staged.parent / "before"
    if folder.exists():
        os.rename(folder, aside)
    try:
        os.rename(staged, folder)
        then()
    except BaseException:
        if folder.exists():
            os.rename(folder, staged.parent / "after")
        if aside.exists():
            os.rename(aside, folder)
        raise


def _line_of(text: str, path: str) -> int:
    document = parse_yaml(text.encode("utf-8"), NAMES[0])
    packs = document.root.value["policies"].value["packs"].value
    for index, entry in enumerate(packs):
        node = entry.value.get("path") if isinstance(entry.value, dict) else entry
        if node is not None and str(node.value).rstrip("/").removeprefix("./") == path:
            return document.location(("policies", "packs", index)).line
    return 1


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
