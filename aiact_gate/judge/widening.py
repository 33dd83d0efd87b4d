"""Whom overlays bind besides: requirements that bind a system although their own `binds` doesn't."""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.expressions.engine import Engine
from aiact_gate.judge.claim import Claim
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.policy import Requirement, Widening


def widened(
    requirements: Sequence[Requirement], claim: Claim, evidence: Evidence, engine: Engine
) -> frozenset[str]:
    """The ids of *requirements* that an overlay lets bind the system of *claim*, by its manifest entry and its answers."""
    return frozenset(
        requirement.id
        for requirement in requirements
        if any(_binds(one, requirement, claim, evidence, engine) for one in requirement.widened)
    )


def _binds(
    widening: Widening, requirement: Requirement, claim: Claim, evidence: Evidence, engine: Engine
) -> bool:
    # With a condition and no duty the condition alone says for which systems: their tier may give no duty at all.
    duty = widening.duty or ("all" if widening.when is not None else requirement.duty)
    role = widening.role or requirement.role
    if duty != "all" and duty not in claim.duties:
        return False
    if role != "any" and role not in claim.roles:
        return False
    if widening.when is None:
        return True
    data = {name: evidence.data[name] for name in widening.when.names if name in evidence.data}
    outcome = engine.holds(engine.load(widening.when.code), engine.bind(data))
    # An answer that isn't there can't free a system: not knowing binds.
    return outcome.holds or outcome.absent or bool(outcome.error)
