"""`aiact-gate schema`."""

from __future__ import annotations

from typing import Any

import click

from aiact_gate.model.errors import UsageError
from aiact_gate.schemas.fields import RECORDS, SCHEMAS

KINDS = (
    "manifest",
    *RECORDS,
    "facts",
    "instructions_for_use",
    "model_card",
    "waivers",
    "baseline",
    "policy",
    "pack",
    "overlay",
    "rollout",
    "report",
)


@click.command(name="schema")
@click.argument("kind", required=False)
@click.option(
    "--pack", "packs", multiple=True, metavar="DIR", help="A pack that adds record kinds; repeatable."
)
def command(kind: str | None, packs: tuple[str, ...]) -> None:
    """Print the JSON Schema of KIND, so that an editor completes and checks it; without KIND, the list of kinds.

    `facts` is what conditions see beside the records: the run, the data, the event log.

    Example: aiact-gate schema risk_management > risk_management.schema.json
    """
    added = _added(packs)
    known = (*KINDS, *added)
    if kind is None:
        for name in known:
            click.echo(name)
        return
    if kind in added:
        import json

        click.echo(json.dumps(added[kind], indent=1, ensure_ascii=False, sort_keys=True))
        return
    if kind not in KINDS:
        from aiact_gate.sources.shapes import nearest

        near = nearest(kind, known)
        raise UsageError(
            f"there is no kind '{kind[:60]}'",
            f"Did you mean {near}?" if near else f"Kinds: {', '.join(known)}.",
        )
    click.echo((SCHEMAS / f"{kind}.json").read_text("utf-8"), nl=False)


def _added(packs: tuple[str, ...]) -> dict[str, Any]:
    """The record kinds that *packs* add."""
    if not packs:
        return {}
    from pathlib import Path

    from aiact_gate.policy.load import in_layer_order, load_folder

    found: dict[str, Any] = {}
    for folder in in_layer_order(packs):
        found |= load_folder(Path(folder), None, found)[0].kinds
    return found
