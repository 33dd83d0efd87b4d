"""`aiact-gate schema`."""

from __future__ import annotations

import click

from aiact_gate.model.errors import UsageError
from aiact_gate.schemas.fields import RECORDS, SCHEMAS

KINDS = (
    "manifest",
    *RECORDS,
    "instructions_for_use",
    "model_card",
    "waivers",
    "baseline",
    "policy",
    "pack",
    "rollout",
    "report",
)


@click.command(name="schema")
@click.argument("kind", required=False)
def command(kind: str | None) -> None:
    """Print the JSON Schema of KIND, so that an editor completes and checks it; without KIND, the list of kinds.

    Example: aiact-gate schema risk_management > risk_management.schema.json
    """
    if kind is None:
        for name in KINDS:
            click.echo(name)
        return
    if kind not in KINDS:
        from aiact_gate.sources.shapes import nearest

        near = nearest(kind, KINDS)
        raise UsageError(
            f"there is no kind '{kind[:60]}'",
            f"Did you mean {near}?" if near else f"Kinds: {', '.join(KINDS)}.",
        )
    click.echo((SCHEMAS / f"{kind}.json").read_text("utf-8"), nl=False)
