"""What mode a run is in, and what its exit code is in that mode: the organisation's rings, by day, and the manifest's word.

The verdict never depends on the mode. Only the code 1 does: faults, usage and "nothing was judged" end a run in every mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aiact_gate.model.evidence import Fault
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import Pack, Requirement, of_article_5
from aiact_gate.model.report import Finding, Problem, Row, SystemReport
from aiact_gate.model.rollout import MODES, InForce, Recall, Ring, RingStep

PROFILES = ("start", "core", "full")


def in_force(
    given: Sequence[Pack],
    own: Sequence[Pack],
    asked: str,
    repository: str,
    topics: Sequence[str],
    as_of: str,
) -> InForce | None:
    """The mode of a run on *as_of*, or None if no pack has a roll-out and the manifest asks for nothing.

    *given*: the packs that the workflow named; *own*: those of the repository, whose roll-outs count only if none of the
    given packs has one, or recalls. *asked*: the manifest's `policies: mode`, which raises and never lowers.
    """
    packs = sorted((pack for pack in given if _has_rings(pack)), key=lambda pack: pack.layer == "unit")
    vendored = not any(_speaks(pack) for pack in given)
    packs = packs or [pack for pack in own if vendored and _has_rings(pack)]
    if not packs:
        return InForce(because="ignored") if asked in ("observe", "warn") else None
    found = _of_pack(packs[0], repository, topics, as_of)._replace(vendored=vendored)
    for pack in packs[1:]:
        # A later layer only tightens: where it says nothing of this repository, the earlier one stands.
        other = _of_pack(pack, repository, topics, as_of)._replace(vendored=vendored)
        profile = _wider(other.profile, found.profile)
        found = (stricter(found, other) if other.because == "ring" else found)._replace(profile=profile)
    raised = found._replace(
        mode=asked, kinds=(), because="manifest", ring_mode=_said(found), since="", until=""
    )
    return stricter(found, raised) if asked and found.because == "ring" else found


def _speaks(pack: Pack) -> bool:
    """Whether *pack* says anything of a roll-out or of recalls: then no pack of the repository does."""
    return pack.rollout is not None or bool(pack.recalls)


def _has_rings(pack: Pack) -> bool:
    return pack.rollout is not None and bool(pack.rollout.rings)


def _of_pack(pack: Pack, repository: str, topics: Sequence[str], as_of: str) -> InForce:
    found = InForce(pack=f"{pack.name} {pack.version}", repository=repository)
    if not repository:
        return found._replace(because="unnamed")
    assert pack.rollout is not None
    ring = next((ring for ring in pack.rollout.rings if fits(ring, repository, topics)), None)
    if ring is None:
        return found._replace(because="no_ring")
    found = found._replace(ring=ring.name, profile=ring.profile)
    begun = [step for step in ring.steps if step.since <= as_of]
    to_come = [step for step in ring.steps if step.since > as_of]
    until = to_come[0].since if to_come else ""
    if not begun:
        return found._replace(because="before", until=until)
    step: RingStep = begun[-1]
    return found._replace(because="ring", mode=step.mode, kinds=step.kinds, since=_since(begun), until=until)


def _since(begun: Sequence[RingStep]) -> str:
    """From when the last of *begun* holds: steps that say the same as the one before continue it."""
    last = begun[-1]
    first = last
    for step in reversed(begun):
        if (step.mode, step.kinds) != (last.mode, last.kinds):
            break
        first = step
    return first.since


def fits(ring: Ring, repository: str, topics: Sequence[str]) -> bool:
    """Whether *repository* (OWNER/NAME, in any case) or one of its *topics* belongs to *ring*."""
    name = repository.lower()
    return any(_matches(pattern.lower(), name) for pattern in ring.repositories) or any(
        topic in topics for topic in ring.topics
    )


def _matches(pattern: str, name: str) -> bool:
    """Whether *name* is *pattern*, in which `*` stands for any characters and everything else for itself."""
    return re.fullmatch(".*".join(map(re.escape, re.split(r"\*+", pattern))), name, re.DOTALL) is not None


def stricter(one: InForce, other: InForce) -> InForce:
    """What lets nothing through that *one* or *other* doesn't; *one* where both come to the same.

    Where each enforces some kinds, the kinds of both are enforced.
    """
    if one.mode != other.mode:
        return max((one, other), key=lambda found: MODES.index(found.mode))
    if not one.kinds:
        return one
    if set(one.kinds) <= set(other.kinds) != set(one.kinds) or not other.kinds:
        return other
    return one._replace(kinds=tuple(dict.fromkeys((*one.kinds, *other.kinds))))


def _said(found: InForce) -> str:
    return f"{found.mode} for {', '.join(found.kinds)}" if found.kinds else found.mode


def _wider(one: str, other: str) -> str:
    return max((one, other), key=lambda profile: PROFILES.index(profile) if profile else -1)


def effective_profile(manifest: str, found: InForce | None) -> tuple[str, str]:
    """(the profile that is looked at, the ring that asked for it or empty): the wider of the manifest's and the ring's."""
    ring = found.profile if found is not None else ""
    if ring and PROFILES.index(ring) > PROFILES.index(manifest):
        assert found is not None
        return ring, found.ring
    return manifest, ""


# ---------------------------------------------------------------- the exit code


def enforces(found: InForce | None, kind: str) -> bool:
    """Whether a failing finding of *kind* ends the run with 1."""
    if found is None:
        return True
    return found.mode == "enforce" and (not found.kinds or kind in found.kinds)


def exit_code(
    code: int, found: InForce | None, systems: Sequence[SystemReport], problems: Sequence[Problem]
) -> int:
    """*code*, what the run comes to in the mode `enforce`, as it is in the mode *found*: 1 may become 0, nothing else does."""
    if code != 1 or found is None or found.mode == "enforce" and not found.kinds:
        return code
    if any(_is_firm(system) for system in systems):
        return 1
    if any(enforces(found, kind) for kind in failing_kinds(systems, problems)):
        return 1
    # What a mode lets through doesn't make a run of one in which nothing was judged.
    return 4 if any(problem.code == 4 for problem in problems) else 0


def _is_firm(system: SystemReport) -> bool:
    """Whether something fails *system* that no mode lets through."""
    return any(
        finding.is_firm and _fails(finding)
        for row in system.rows
        for check in row.checks
        for finding in check.findings
    )


def failing_kinds(systems: Sequence[SystemReport], problems: Sequence[Problem]) -> Iterator[str]:
    """The kinds of all that fails *systems*, once or more often each.

    What fails without a finding of its own (it waits for something absent, or can't be determined) counts as `missing`; a
    problem counts as what it says of itself: a decision that ended as `stale`, a change as `loosened`.
    """
    yield from (problem.kind for problem in problems if problem.code == 1)
    for system in systems:
        yield from (notice.kind for notice in system.notices if notice.outcome is Outcome.FAIL)
        for row in system.rows:
            yield from kinds_of_row(row)


def kinds_of_row(row: Row) -> Iterator[str]:
    """The kinds of all that fails *row*, as in `failing_kinds`; nothing of what stood before the change."""
    if row.standing:
        return
    if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and not row.checks:
        yield "missing"
    for check in row.checks:
        if check.severity != "error" or check.standing:
            continue
        failing = [finding for finding in check.findings if _fails(finding)]
        yield from (finding.kind for finding in failing)
        if check.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and not failing:
            yield "missing"


def _fails(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAIL and finding.severity == "error" and not finding.standing


# ---------------------------------------------------------------- recalls


def recalls_of(given: Sequence[Pack], own: Sequence[Pack]) -> tuple[list[Recall], list[Recall]]:
    """(the recalls that count, those that don't): the repository's *own* ones only if no given pack has a roll-out or recalls,
    and only for checks of its own packs: nobody takes back for himself what others lay on him; that is a waiver."""
    theirs = [recall for pack in given for recall in pack.recalls]
    ours = [recall._replace(vendored=True) for pack in own for recall in pack.recalls]
    if any(_speaks(pack) for pack in given):
        return theirs, ours
    checks = {check.id for pack in own for item in pack.requirements for check in item.checks}
    return theirs + [one for one in ours if one.check in checks], [
        one for one in ours if one.check not in checks
    ]


def recalled_on(
    recalls: Sequence[Recall], requirements: Mapping[str, Requirement], as_of: str
) -> tuple[dict[str, Recall], list[Fault]]:
    """(check -> the recall in force on *as_of*, what is wrong with those that haven't ended). Ended ones count for nothing."""
    valid: dict[str, Recall] = {}
    faults = []
    for recall in recalls:
        if recall.until < as_of:
            continue
        name = recall.check.partition("/")[0]
        requirement = requirements.get(name)
        if requirement is None or recall.check not in [check.id for check in requirement.checks]:
            known = [check.id for check in requirement.checks] if requirement is not None else []
            what = f"the recall names {recall.check}, which no pack has"
            fix = f"Name one of: {', '.join(known)}." if known else "See `aiact-gate policy list`."
            faults.append(Fault("recall_check", "malformed", recall.place, what, fix))
        elif of_article_5(requirement):
            what = f"the recall names {recall.check}, and Article 5 is never recalled"
            fix = "Take it out, and mend the check."
            faults.append(Fault("recall_article_5", "malformed", recall.place, what, fix))
        elif recall.since <= as_of:
            valid.setdefault(recall.check, recall)
    return valid, faults
