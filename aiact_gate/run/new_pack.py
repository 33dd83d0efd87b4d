"""`policy new`: a pack of one's own, under which lint and test find nothing. All of it is written, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

from aiact_gate.documents.output import leads_out
from aiact_gate.documents.write import staged_folder
from aiact_gate.model.errors import UsageError
from aiact_gate.policy.load import load_builtin
from aiact_gate.propose.pack import is_id, is_name, new_pack
from aiact_gate.sources.builtin import BUILTIN
from aiact_gate.sources.snapshot import short_path

TITLE = "Figures rest on enough cases"


def create_pack(folder: Path, requirement: str, title: str, today: str) -> list[str]:
    """Write a new pack to *folder*, which isn't there yet; the paths of its files, within it.

    *requirement* and *title* may be empty: then they are made from the folder's name.

    Raises:
        UsageError: something is there already, a name can't be one, the folder can't be written.
    """
    name = folder.absolute().name
    if not is_name(name) or name in BUILTIN:
        why = "is a pack that aiact-gate brings along" if name in BUILTIN else "can't be the name of a pack"
        raise UsageError(f"{short_path(name)} {why}", "Name the folder with a-z, 0-9 and -: policies/house")
    requirement = requirement or f"{name}.enough-cases"
    if not is_id(requirement):
        raise UsageError(
            f"{short_path(requirement)} can't be the id of a requirement",
            "Use words of a-z, 0-9, _ and -, joined by dots: house.attacks",
        )
    for builtin in BUILTIN:
        if any(known.id == requirement for known in load_builtin(builtin)[0].requirements):
            raise UsageError(f"{requirement} is a requirement of {builtin}", "Give yours another id.")
    if title and (not title.isprintable() or not any(c.isalpha() for c in title) or len(title) > 120):
        raise UsageError("the title is no line of words", "Say in under 60 characters what a pass means.")
    if os.path.lexists(folder):
        raise UsageError(f"{short_path(str(folder))} is there already", "Name a folder that isn't there yet.")
    if leads_out(str(folder)):
        raise UsageError(
            f"a link on the way to {short_path(str(folder))} leads out of its repository",
            "Name the folder itself.",
        )
    files = new_pack(name, requirement, title or TITLE, today)
    try:
        with staged_folder(folder, {path: text.encode("utf-8") for path, text in files.items()}) as staged:
            os.rename(staged, folder)
    except OSError as error:
        raise UsageError(
            f"{short_path(str(folder))} can't be written: {error.strerror}",
            "Name a folder that can be written.",
        ) from error
    return list(files)
