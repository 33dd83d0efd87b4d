"""What the examples of a policy can't tell, and the reasons that stand for it beside them."""

from __future__ import annotations

from aiact_gate.policytest.cases import Examples
from aiact_gate.policytest.results import Unseen
from aiact_gate.sources.filled import echoes, emptiness
from aiact_gate.sources.shapes import quoted


def explain(
    unseen: list[Unseen], examples: Examples, key: str, word: str, found: list[Unseen], orphans: list[Unseen]
) -> None:
    """Add *unseen* to *found*, each with the reason that stands under *key* of the example file, and to *orphans* the reasons
    that explain nothing."""
    reasons = {str(row.get(word)): str(row.get("because") or "") for row in examples.raw(key)}
    for one in unseen:
        reason = reasons.get(one.name, "")
        if reason and (emptiness(reason, "text") or echoes(reason.replace("_", " "), (one.name,))):
            one = one._replace(kills=f"{one.kills}; the reason {quoted(reason)} says nothing")
            reason = ""
        found.append(one._replace(because=reason))
    there = {one.name for one in unseen}
    for index, name in enumerate(reasons):
        if name not in there:
            place = examples.document.location((key, index))
            orphans.append(
                Unseen(examples.requirement.id, name, place, f"nothing needs this reason under `{key}`")
            )
