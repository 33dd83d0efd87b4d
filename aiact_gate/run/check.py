"""`check`: a snapshot in, one report out."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate import __version__
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.expressions.engine import engine_for
from aiact_gate.judge.causes import one_a_cause
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.judge.claim import Claim, cites_of, judge_claim
from aiact_gate.judge.dates import binding, system_dates
from aiact_gate.judge.duties import duties_seen
from aiact_gate.judge.rows import Judging, binds, judged_row, selected
from aiact_gate.judge.verdict import decide, numbered, release_notices, with_waits
from aiact_gate.judge.waivers import Coverage, ending_soon, named_only, validated, waiver_faults
from aiact_gate.judge.widening import widened
from aiact_gate.model.errors import DocumentError, ManifestError, SnapshotError
from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome, worst
from aiact_gate.model.policy import LAYERS, Pack, Requirement, WaiverRules, strictest, waiver_rules
from aiact_gate.model.report import Finding, Problem, Report, Row, SystemReport
from aiact_gate.run.options import Options
from aiact_gate.run.packs_in_force import (
    Given,
    Loaded,
    given_packs,
    in_force,
    kinds_of,
    own_packs,
    recalls_in_force,
    tightened,
)
from aiact_gate.schemas.fields import NAMES, schema
from aiact_gate.sources.gather import Gathering, begin, gather
from aiact_gate.sources.lock import Lock, read_lock
from aiact_gate.sources.manifest import Manifest, NoManifest, find_manifest, read_manifest
from aiact_gate.sources.records import undeclared, unread
from aiact_gate.sources.shapes import shape
from aiact_gate.sources.snapshot import Snapshot

if TYPE_CHECKING:
    from aiact_gate.model.rollout import InForce, Recall
    from aiact_gate.sources.signals import Signal


class Witnessed(NamedTuple):
    """What one system was judged on."""

    gathering: Gathering
    system: dict[str, Any]
    judging: Judging
    law: Pack
    requirements: Sequence[Requirement]
    wanted: frozenset[str]
    """The names of the evidence that was gathered."""


def check(
    snapshot: Snapshot,
    path: str,
    options: Options,
    *,
    loaded: Given | None = None,
    judges: tuple[Snapshot, Manifest] | None = None,
    witness: Callable[[Witnessed], None] | None = None,
) -> Report:
    """Judge every system that the manifest at *path* declares. Reads files only through *snapshot*; prints nothing.

    *loaded* are the packs of *options*, for who judges several manifests; *judges* is the tree and manifest whose own packs
    judge (absent: the judged one's); *witness* gets what each system was judged on: `explain` shows it.
    """
    loaded = loaded or given_packs(options)
    problems: list[Problem] = list(loaded.problems)
    packs: Sequence[Loaded] = loaded.packs
    given = loaded.packs
    mode = in_force(given, [], {}, options)
    try:
        manifest = read_manifest(snapshot, find_manifest(snapshot, path))
    except ManifestError as error:
        code = 4 if isinstance(error, NoManifest) else 3
        problems.append(Problem(error.what, error.fix, error.location, code))
        return _report(snapshot, options, packs, (), problems, path, mode)
    problems += [Problem(fault.message, fault.fix, fault.location, 3) for fault in manifest.faults]
    own = own_packs(*(judges or (snapshot, manifest)), given, options, problems)
    packs = tightened([*given, *own], problems)
    mode = in_force(given, own, manifest.data, options)
    recalled = recalls_in_force(given, own, options, problems)
    coverage = _coverage(snapshot, manifest, packs, problems)
    lock = _lock(snapshot, manifest, problems)
    gathering = Gathering(
        snapshot,
        manifest,
        lock,
        kinds=kinds_of(packs),
        release=options.release,
        recount=options.release or options.recount,
    )
    problems += _unknown_requirements(packs, options, manifest)
    used: set[str] = set()
    systems = [
        _system(gathering, system, packs, coverage, used, options, mode, recalled, witness)
        for system in manifest.systems
    ]
    systems = _with_waiver_rows(systems, coverage, used, manifest, packs, gathering, options)
    if options.requirements:
        from aiact_gate.judge.selection import only_asked

        systems = [one._replace(rows=only_asked(one.rows, options.requirements)) for one in systems]
    note = _no_ai(manifest, options, problems)
    seen = _signals(snapshot, manifest) if note else []
    if note and lock is not None and lock.systems:
        problems.append(_locked_all_the_same(lock))
    problems += [_modelled_all_the_same(one.path) for one in seen if one.is_model]
    report = _report(snapshot, options, packs, tuple(systems), problems, manifest.path, mode)
    return report._replace(
        note=note,
        questions=_asked_of([one for one in seen if not one.is_model]),
        not_read=tuple(sorted(gathering.not_read.items())),
        recalls=tuple(recalled.values()),
        remarks=_remarks(coverage, used),
    )


def _remarks(coverage: Coverage, used: set[str]) -> tuple[str, ...]:
    named = named_only(coverage, used)
    if not named:
        return ()
    several = len(named) > 1
    return (
        f"{len(named)} waiver{'s' if several else ''} signed by name only (no commit of the person who signed wrote "
        f"{'them' if several else 'it'}): {', '.join(named[:20])}{' …' if len(named) > 20 else ''}.",
    )


def _report(
    snapshot: Snapshot,
    options: Options,
    packs: Sequence[Loaded],
    systems: tuple[SystemReport, ...],
    problems: list[Problem],
    path: str,
    mode: InForce | None,
) -> Report:
    subject = {**snapshot.subject._asdict(), "release": options.release}
    systems = numbered(systems)
    verdict, code, more = decide(systems, problems, options.release)
    if mode is not None:
        from aiact_gate.judge.rollout import exit_code

        code = exit_code(code, mode, systems, (*problems, *more))
    return Report(
        as_of=options.as_of,
        enforce=options.enforce,
        verdict=verdict,
        exit_code=code,
        packs=tuple((pack.name, pack.version, pack.digest, pack.legal_review) for pack, _ in packs),
        subject=subject,
        systems=systems,
        problems=(*problems, *more),
        manifest=path,
        version=__version__,
        in_force=mode,
        bypass=options.bypass,
        asked=tuple(_asked(options)),
        repository=options.repository,
    )


def _asked(options: Options) -> Iterator[str]:
    """What of *options* the command that gives a report again has to repeat."""
    for name, values in (
        ("--pack", options.packs),
        ("--repository", (options.repository,) if options.repository else ()),
        ("--topic", options.topics),
        ("--requirement", sorted(options.requirements)),
    ):
        for value in values:
            yield from (name, value)
    if options.enforce != "now":
        yield from ("--enforce", options.enforce)
    if options.release:
        yield "--release"
    if options.recount:
        yield "--recount"


# ---------------------------------------------------------------- coverage, lock


def _coverage(
    snapshot: Snapshot,
    manifest: Manifest,
    packs: Sequence[Loaded],
    problems: list[Problem],
) -> Coverage:
    requirements = {requirement.id: requirement for pack, _ in packs for requirement in pack.requirements}
    rules = _waiver_rules(packs)
    waivers: tuple[Any, ...] = ()
    owed: tuple[Any, ...] = ()
    since = ""
    data, place = _beside(snapshot, manifest, "waivers", problems)
    if data is not None:
        rows = [row for row in data.get("waivers") or [] if isinstance(row, dict)]
        places = [place(("waivers", index)) for index in range(len(rows))]
        shown = _confirmed(snapshot, manifest) if rows else []
        waivers = validated(rows, places, requirements, rules, shown if len(shown) == len(rows) else ())
    data, place = _beside(snapshot, manifest, "baseline", problems)
    if data is not None:
        owed = tuple(row for row in data.get("items") or [] if isinstance(row, dict))
        since = str(data.get("created") or "")
    return Coverage(waivers, owed, rules, since)


def _waiver_rules(packs: Sequence[Loaded]) -> WaiverRules:
    """The strictest rules for waivers that a roll-out of *packs* or the default states: nobody's loosens another's."""
    return strictest(waiver_rules(pack.rollout.waivers) for pack, _ in packs if pack.rollout is not None)


def _confirmed(snapshot: Snapshot, manifest: Manifest) -> list[bool]:
    from aiact_gate.run.signatures import confirmed  # git is asked only where there are waivers

    return confirmed(snapshot, posixpath.join(manifest.folder, "compliance", "waivers.yaml"))


def _beside(
    snapshot: Snapshot, manifest: Manifest, name: str, problems: list[Problem]
) -> tuple[dict[str, Any] | None, Any]:
    """`compliance/<name>.yaml` beside the manifest, shaped; its faults become problems (exit 3)."""
    path = posixpath.join(manifest.folder, "compliance", f"{name}.yaml")
    if not snapshot.exists(path):
        return None, None
    try:
        document = parse_yaml(snapshot.read(path), path)
    except (DocumentError, SnapshotError) as error:
        problems.append(
            Problem(f"{path} can't be read: {error.what}", error.fix, error.location or Location(path), 3)
        )
        return None, None
    shaped = shape(document, schema(name), name)
    problems += [Problem(fault.message, fault.fix, fault.location, 3) for fault in shaped.faults]
    return (shaped.value if isinstance(shaped.value, dict) else {}), document.location


def _lock(snapshot: Snapshot, manifest: Manifest, problems: list[Problem]) -> Any:
    try:
        return read_lock(snapshot, manifest)
    except ManifestError as error:
        problems.append(Problem(error.what, error.fix, error.location, 3))
        return None


def _unknown_requirements(packs: Sequence[Loaded], options: Options, manifest: Manifest) -> list[Problem]:
    known = {requirement.id for pack, _ in packs for requirement in pack.requirements}
    return [
        Problem(f"no pack has a requirement {name}", "See `aiact-gate policy list`.", None, 2)
        for name in sorted(options.requirements - known)
    ]


def _no_ai(manifest: Manifest, options: Options, problems: list[Problem]) -> str:
    if manifest.systems or manifest.faults:
        return ""
    claim = manifest.data.get("no_ai_system")
    place = manifest.document.location(("systems",))
    if not isinstance(claim, dict) or not all(claim.get(key) for key in ("reason", "decided_by", "expires")):
        what = "no system is declared, and no_ai_system doesn't say why, who decided and until when"
        fix = "Declare the systems, or fill no_ai_system: {reason, decided_by, expires}."
        problems.append(Problem(what, fix, place, 3))
        return ""
    if str(claim["expires"]) < options.as_of:
        place = manifest.document.location(("no_ai_system", "expires"))
        what = f"The decision that this repository has no AI system ended on {claim['expires']}."
        problems.append(Problem(what, "Look again, and decide until a new date.", place, 1))
        return ""
    return f"No AI system, decided by {claim['decided_by']} until {claim['expires']}: {claim['reason']}"


def _locked_all_the_same(lock: Lock) -> Problem:
    names = ", ".join(sorted(lock.systems))
    what = f"{lock.path} holds what was collected for {names}; no_ai_system says that no AI system is here."
    fix = "Declare the system, or take the lock out."
    return Problem(what, fix, lock.document.location(("systems",)), 1, "contradicted")


def _modelled_all_the_same(path: str) -> Problem:
    what = f"{path} is a model, or a store of runs; no_ai_system says that no AI system is here."
    fix = "Declare the system, or take the file out."
    return Problem(what, fix, Location(path, 1, 1), 1, "contradicted")


def _signals(snapshot: Snapshot, manifest: Manifest) -> Sequence[Signal]:
    from aiact_gate.sources.signals import signals  # a repository with a system pays nothing for it

    return signals(snapshot, manifest.folder)


def _asked_of(seen: Sequence[Signal]) -> tuple[Finding, ...]:
    """One question about what speaks of AI in a repository that declares no system; nothing where nothing does."""
    if not seen:
        return ()
    shown = ", ".join(f"{one.what} ({one.path}:{one.line})" for one in seen[:5])
    more = f" and {len(seen) - 5} more" if len(seen) > 5 else ""
    what = f"No AI system is declared; {shown}{more} may be part of one."
    fix = "If so, declare it; if not, let no_ai_system say why, and nothing else is to be done."
    place = Location(seen[0].path, max(seen[0].line, 1), 1)
    check = "no_ai_system/signals"
    return (Finding(check, "asked", Outcome.FAIL, what, fix, place, "warning", article="Article 3(1)"),)


# ---------------------------------------------------------------- one system


def _system(
    gathering: Gathering,
    system: dict[str, Any],
    packs: Sequence[Loaded],
    coverage: Coverage,
    used: set[str],
    options: Options,
    mode: InForce | None,
    recalled: Mapping[str, Recall],
    witness: Callable[[Witnessed], None] | None,
) -> SystemReport:
    manifest = gathering.manifest
    law = packs[0][0]
    evidence = begin(gathering, system, options.as_of)
    claim = judge_claim(system, manifest.pointer(system["id"], "tier"), evidence, law.classification)
    evidence.faults += claim.faults
    if claim.claimed and not claim.is_high:
        from aiact_gate.run.likeness import asked_about

        evidence.faults += asked_about(gathering.snapshot, manifest, system, claim, evidence)
    requirements = [requirement for pack, _ in packs for requirement in pack.requirements]
    engine = engine_for((*_names(requirements), *gathering.kinds), options.as_of)
    if any(requirement.widened for requirement in requirements):
        claim = claim._replace(widened=widened(requirements, claim, evidence, engine))
    if not any(other is not system and other["id"] == system["id"] for other in manifest.systems):
        evidence.faults += (
            undeclared(_all_records(gathering, system), manifest) if manifest.systems[0] is system else []
        )
    profile, ring = str((manifest.data.get("policies") or {}).get("profile") or "full"), ""
    if mode is not None:
        from aiact_gate.judge.rollout import effective_profile

        profile, ring = effective_profile(profile, mode)
    wanted = frozenset(
        path[0]
        for requirement in requirements
        if not binds(requirement, claim) and selected(requirement, profile)
        for checked in requirement.checks
        for path in (*checked.reads, *(checked.replaces.reads if checked.replaces else ()))
    )
    gather(gathering, system, evidence, wanted)
    if manifest.systems[0] is system:
        evidence.faults += unread(_all_records(gathering, system), evidence.faults)
    judging = Judging(
        system=system["id"],
        claim=claim,
        profile=profile,
        as_of=options.as_of,
        enforce=options.enforce,
        evidence=evidence,
        judge=CheckJudge(evidence, engine, system["id"]),
        coverage=coverage,
        broken={name: why for _, broken in packs for name, why in broken.items()},
        used_waivers=used,
        recalled=recalled,
        witness_required=_witness_required(packs),
    )
    market = str((evidence.data.get("system_description") or {}).get("market_date") or "")
    rows = [
        judged_row(requirement, judging, binding(law.timeline, requirement.timeline, claim, market))
        for requirement in requirements
    ]
    rows = one_a_cause(with_waits(rows, evidence, requirements))
    if evidence.absent and any(result.grace for row in rows for result in row.checks):
        from aiact_gate.judge.grace import absences_graced

        rows = absences_graced(rows, evidence)
    if witness is not None:
        witness(Witnessed(gathering, system, judging, law, requirements, wanted))
    soon = ending_soon(coverage, used, options.as_of)
    report = _describe(gathering, system, claim, evidence, profile, rows, law, market, options, soon)
    return report._replace(ring=ring)


def _witness_required(packs: Sequence[Loaded]) -> frozenset[str]:
    """The points that may not rest on the lock alone: those of a pack that says so, and of the packs below it."""
    layers = [LAYERS.index(pack.layer) for pack, _ in packs if pack.witness == "required"]
    return frozenset(
        requirement.id
        for pack, _ in packs
        if layers and LAYERS.index(pack.layer) <= max(layers)
        for requirement in pack.requirements
    )


def _names(requirements: Sequence[Requirement]) -> tuple[str, ...]:
    names = set(NAMES)
    for requirement in requirements:
        for check in requirement.checks:
            for checked in (check, check.replaces) if check.replaces else (check,):
                names |= {loop.name for loop in checked.loops} | {lookup.name for lookup in checked.lookups}
    return tuple(sorted(names))


def _all_records(gathering: Gathering, system: dict[str, Any]) -> Any:
    return [record for records in gathering.records.values() for record in records]


def _describe(
    gathering: Gathering,
    system: dict[str, Any],
    claim: Claim,
    evidence: Evidence,
    profile: str,
    rows: list[Row],
    law: Pack,
    market: str,
    options: Options,
    soon: list[Any],
) -> SystemReport:
    mlflow = evidence.data.get("mlflow") or {}
    run = str((mlflow.get("run") or {}).get("id") or "")[:7]
    model = f"{mlflow['model']} v{mlflow['version']}, run {run}" if mlflow.get("model") and run else ""
    described = (evidence.data.get("system_description") or {}).get("provider") or {}
    derived = claim.derived
    dates = system_dates(law.timeline, claim, market)
    release = system.get("release") or {}
    return SystemReport(
        id=system["id"],
        name=str(system.get("name") or system["id"]),
        version=str(system.get("version") or ""),
        roles=tuple(system.get("role") or ()),
        tier=claim.claimed,
        proposed=not claim.claimed or not claim.decided_by,
        derived_tier=derived.tier if derived is not None else "",
        cites=cites_of(derived) if derived is not None else (),
        is_settled=derived is None or derived.floor == derived.tier,
        derived_from=(derived.applies_from or "") if derived is not None else "",
        asked=options.requirements,
        decided_by=claim.decided_by,
        reviewed_by=claim.reviewed_by,
        provider=str(described.get("name") or ""),
        model=model,
        lock_date=gathering.lock.collected if gathering.lock is not None and model else "",
        profile=profile,
        applies_from=next((date for what, date, _ in dates if what == "Articles 9-15"), ""),
        dates=dates,
        rows=tuple(rows),
        notices=tuple(
            release_notices(
                evidence, gathering.manifest.pointer(system["id"], "inputs"), options.release, soon
            )
        ),
        release=str(release.get("tag") or ""),
        **_tags(gathering.snapshot, str(release.get("tag") or "")),
        anchor=evidence.anchor,
        duties=duties_seen(claim, rows, law.timeline, market),
    )


def _tags(snapshot: Snapshot, release: str) -> dict[str, Any]:
    """Which commit the tag *release* names; without one: the tags of the judged commit."""
    if release:
        found = snapshot.tagged(release)
        return {"tag_commit": found if isinstance(found, str) else ""}
    revision = snapshot.subject.revision
    return {"tags_here": tuple(tag for tag, commit in snapshot.tags() if commit == revision)}


def _with_waiver_rows(
    systems: list[SystemReport],
    coverage: Coverage,
    used: set[str],
    manifest: Manifest,
    packs: Sequence[Loaded],
    gathering: Gathering,
    options: Options,
) -> list[SystemReport]:
    """The first system's waiver row, judged last: only now is it known which waivers were needed."""
    if not systems:
        return systems
    unseen = {
        (system.id, row.requirement.id)
        for system in systems
        for row in system.rows
        if row.outcome is Outcome.NOT_SELECTED
        or any(result.recalled or result.outcome is Outcome.UNKNOWN for result in row.checks)
    }
    names = {system.id for system in systems}
    faults: list[Fault] = waiver_faults(coverage, used, names, unseen, options.as_of)
    if not faults:
        return systems
    evidence = Evidence(faults=faults, anchor=systems[0].anchor)
    judge = CheckJudge(evidence, engine_for((), options.as_of), systems[0].id)
    rows = []
    for row in systems[0].rows:
        if row.requirement.id == "integrity.waivers":
            before = {result.id: result for result in row.checks if result.recalled}
            results = tuple(
                before[checked.id] if checked.id in before else judge.judge(checked, row.requirement)
                for checked in row.requirement.checks
            )
            row = row._replace(
                outcome=worst([result.outcome for result in results if result.severity == "error"]),
                checks=results,
            )
        rows.append(row)
    return [systems[0]._replace(rows=tuple(rows)), *systems[1:]]
