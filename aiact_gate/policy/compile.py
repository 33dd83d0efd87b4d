"""A pack's YAML files compiled to plain data: conditions as the engine's bytes, paths resolved, worths looked up.

What comes out is JSON: `load` turns it into a `Pack`. Faults are collected, never raised, each at its place: `policy lint`
prints them all, `check` makes them errors of the requirement concerned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any, NamedTuple

from aiact_gate.documents.node import Document, plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.expressions.directions import asked
from aiact_gate.expressions.engine import ENGINE, FORMAT
from aiact_gate.lint import requirements
from aiact_gate.lint.faults import Place, PolicyFault
from aiact_gate.model.errors import DocumentError, PackError
from aiact_gate.model.location import Location
from aiact_gate.policy.check_compiler import Advise, CheckCompiler, Written
from aiact_gate.policy.form import shaped
from aiact_gate.sources.shapes import quoted


class Compiled(NamedTuple):
    """A compiled pack and what is wrong with it."""

    data: dict[str, Any]
    faults: list[PolicyFault]
    policies: list[Document]
    """Its policy files."""


def digest_of(folder: File) -> str:
    """SHA-256 over the names and bytes of every YAML file directly in *folder*, and of the record kinds it adds."""
    state = hashlib.sha256()
    for file in policy_files(folder):
        state.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for file in kind_files(folder):
        state.update(b"kinds/" + file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return state.hexdigest()


def kind_files(folder: File) -> list[File]:
    """The schemas of the record kinds that the pack in *folder* adds, sorted by name."""
    kinds = folder / "kinds"
    return sorted(kinds.glob("*.json")) if kinds.is_dir() else []


def policy_files(folder: File) -> list[File]:
    """The YAML files directly in *folder*, sorted by name.

    Raises:
        PackError: one is a link; it may lead out of the pack.
    """
    found = sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))
    for file in found:
        if file.is_symlink():
            raise PackError(f"{file.name} in the pack {folder.name} is a link", "Put the file itself there.")
    return [file for file in found if file.is_file()]


def compile_folder(
    folder: File,
    label: str | None = None,
    kinds: Mapping[str, Any] | None = None,
    layer: str = "",
    advise: Advise | None = None,
) -> Compiled:
    """The pack in *folder* as plain data; *label* is the folder's name in messages, *kinds* what earlier packs add.

    Lint has it *advise* on checks, too.

    Raises:
        PackError: no such folder, or no pack.yaml in it.
    """
    label = label or folder.name
    if not (folder / "pack.yaml").is_file():
        raise PackError(
            f"there is no pack in {label}: it has no pack.yaml", "Name the folder that holds pack.yaml."
        )
    faults: list[PolicyFault] = []
    seen: dict[str, Location] = {}
    policies: list[tuple[Document, dict[str, Any]]] = []
    data: dict[str, Any] = {
        "format": FORMAT,
        "engine": ENGINE,
        "digest": digest_of(folder),
        "requirements": [],
        "label": label,
    }
    known = dict(kinds or {})
    if files := kind_files(folder):
        # Only whoever adds a kind pays for the library that reads its schema.
        from aiact_gate.policy.kinds import read_kinds

        data["kinds"] = read_kinds(files, label, known, faults)
        known |= data["kinds"]
    for file in policy_files(folder):
        path = f"{label}/{file.name}"
        try:
            document = parse_yaml(file.read_bytes(), path)
        except DocumentError as error:
            faults.append(PolicyFault(error.location, "unreadable", error.what, error.fix))
            continue
        place = Place(document, faults)
        kind = _schema_of(document)
        if wanted := _misnamed(file.name, kind):
            what = f"{path} is no place for {'an overlay' if wanted == 'overlay.yaml' else 'a roll-out'}"
            place.fault("unknown_file", (), what, f"Call it {wanted}; a pack has one.")
        elif file.name == "overlay.yaml":
            shaped(place, "overlay")
            data["overlay"] = file.read_text("utf-8")
        elif file.name == "pack.yaml":
            data["pack"] = shaped(place, "pack")
            requirements.wrong_pack(data["pack"], place)
            if data["pack"].get("recalls"):
                from aiact_gate.policy.rollout import recalls_data

                data["recalls"] = recalls_data(place, data["pack"])
        elif file.name == "rollout.yaml":
            from aiact_gate.policy.rollout import rollout_data

            data["rollout"] = rollout_data(place)
        elif kind.startswith("aiact-gate/policy/"):
            policies.append((document, shaped(place, "policy")))
        elif file.name in ("timeline.yaml", "classification.yaml"):
            data[file.stem] = plain_data(document.root)
        else:
            fix = "Begin it with `schema: aiact-gate/policy/v1`, or move it out."
            place.fault("unknown_file", (), f"{path} is no policy", fix)
    versions = _versions(data.get("pack") or {})
    for document, policy in policies:  # of which words are right, the other files say
        for index, requirement in enumerate(policy.get("requirements", [])):
            place = Place(document, faults, ("requirements", index), str(requirement.get("id") or ""))
            _id_once(place, seen)
            out = _requirement(place, requirement, known, versions, advise)
            if out is not None:
                data["requirements"].append(out | {"article": str(policy.get("article", ""))})
            requirements.wrong(requirement, data, place)
    data["requirements"].sort(key=lambda requirement: _article_order(requirement["article"]))
    data["layer"] = layer or str(data.get("pack", {}).get("layer") or "organisation")
    return Compiled(data, list(dict.fromkeys(faults)), [document for document, _ in policies])


def _misnamed(name: str, kind: str) -> str:
    """The one name that a file of the schema *kind*, or with such a stem, may have, if *name* is another; else empty."""
    stem = name.rpartition(".")[0]
    for what in ("overlay", "rollout"):
        if name != f"{what}.yaml" and (stem == what or kind.startswith(f"aiact-gate/{what}/")):
            return f"{what}.yaml"
    return ""


def declared_layer(folder: File) -> str:
    """The layer that the pack.yaml in *folder* names; `organisation` if it names none or can't be read."""
    try:
        node = parse_yaml((folder / "pack.yaml").read_bytes(), "pack.yaml").node(("layer",))
    except (OSError, DocumentError):
        return "organisation"
    return "unit" if node is not None and node.value == "unit" else "organisation"


def _article_order(article: str) -> tuple[int, int, str]:
    """Articles in the order of the law, annexes behind them, everything else last."""
    digits = "".join(c for c in article if c.isdigit())
    if article.startswith("annex"):
        return 1, int(digits or 0), article
    return (0 if article[:1].isdigit() else 2), int(digits or 0), article


def _schema_of(document: Document) -> str:
    node = document.node(("schema",))
    return node.value if node is not None and isinstance(node.value, str) else ""


def _id_once(place: Place, seen: dict[str, Location]) -> None:
    here = place.document.location((*place.pointer, "id"))
    first = seen.setdefault(place.requirement, here)
    if place.requirement and first is not here:
        what = f"the id {quoted(place.requirement)[1:-1]} stands twice (first in {first})"
        place.fault("duplicate_id", ("id",), what, "Give it its own id.")


_AS_WRITTEN = "id version citation title timeline profile calls_for why leaves_open fix".split()
"""Fields that each requirement has, and that are compiled as they were written."""


def _versions(head: Mapping[str, Any]) -> dict[str, str]:
    """Version -> the day on which it was introduced, as pack.yaml, read as *head*, says."""
    here = {str(head["version"]): str(head.get("introduced") or "")} if head.get("version") else {}
    return {name: str(day or "") for name, day in (head.get("history") or {}).items()} | here


def _requirement(
    place: Place,
    requirement: Mapping[str, Any],
    kinds: Mapping[str, Any],
    versions: Mapping[str, str],
    advise: Advise | None,
) -> dict[str, Any] | None:
    """*requirement* compiled; None if a part is missing, which its shape has told."""
    if any(requirement.get(key) is None for key in (*_AS_WRITTEN, "binds")):
        return None
    bounds = requirement.get("parameters") or {}
    out = {key: requirement[key] for key in _AS_WRITTEN}
    out |= {
        "role": requirement["binds"].get("role", "provider"),
        "duty": requirement["binds"].get("duty", ""),
        "cheat": requirement.get("cheat") or "",
        "not_checked": requirement.get("not_checked") or "",
        "parameters": {name: value["default"] for name, value in bounds.items() if "default" in value},
        "bounds": bounds,
        "crosswalk": requirement.get("crosswalk") or {},
        "file": place.document.path,
        "line": place.document.location((*place.pointer, "id")).line,
        "checks": [],
    }
    checks = requirement.get("checks") or []
    if bool(checks) == bool(out["not_checked"]):
        what = f"{out['id']} has {'both checks and' if checks else 'neither checks nor'} a not_checked reason"
        place.fault("checks_or_reason", ("id",), what, "Keep one of the two.")
    ids: set[str] = set()
    conditions: list[Written] = []
    for number, check in enumerate(checks):
        if not check.get("id"):
            continue
        here = place.below("checks", number)
        if check["id"] in ids:
            what = f"two checks of {out['id']} are called {check['id']}"
            here.fault("duplicate_id", ("id",), what, "Give each its own id.")
        ids.add(check["id"])
        compiler = CheckCompiler(here, tuple(bounds), kinds, advise, versions)
        out["checks"].append(compiler.compile(check))
        conditions += compiler.conditions
    _directions(place, bounds, conditions)
    return out


def _directions(place: Place, bounds: Mapping[str, Mapping[str, Any]], conditions: Sequence[Written]) -> None:
    """Tell parameters whose `tighten` names the way in which a comparison asks less."""
    clauses = (one for one in conditions if one.where[0] == "that")
    directed = [(clause.source, *each) for clause in clauses for each in asked(clause.tree)]
    for name, bound in bounds.items():
        told = bound.get("tighten")
        found = {way: source for source, parameter, way in directed if parameter == name}
        other = next((way for way in found if told in ("higher", "lower") and way != told), "")
        if other:
            what = f"a {told} {name} would loosen {quoted(found[other])}"
            fix = f"Write tighten: {other}."
            if len(found) > 1:
                fix = "Another comparison asks more of it the other way: use a parameter for each."
            place.fault("tighten_direction", ("parameters", name, "tighten"), what, fix)
