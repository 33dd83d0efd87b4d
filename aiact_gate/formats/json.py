"""The report as JSON, `aiact-gate/report/v1`: only extended within v1; equal inputs give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiact_gate import __version__
from aiact_gate.formats.links import documentation
from aiact_gate.formats.view import CheckView, RowView, Shown, SystemView, view
from aiact_gate.model.location import Location, pointer_text
from aiact_gate.model.report import Cover, Finding, PersonSeen, Report

if TYPE_CHECKING:
    from aiact_gate.model.rollout import Recall

SCHEMA = "aiact-gate/report/v1"


def render(report: Report) -> str:
    """The whole report, keys sorted."""
    return render_all([report])


def render_all(reports: Sequence[Report]) -> str:
    """One document, whatever the number of *reports*: one is an object, several are a list of such objects."""
    data = [as_data(report) for report in reports]
    text = json.dumps(data[0] if len(data) == 1 else data, indent=1, ensure_ascii=False, sort_keys=True)
    # A file name that isn't UTF-8 holds half characters; JSON can write them, UTF-8 can't.
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    shown = view(report)
    return {
        "schema": SCHEMA,
        "tool": {"name": "aiact-gate", "version": report.version},
        "repository": report.repository,
        "packs": [
            {"name": name, "version": version, "digest": digest, "legal_review": review}
            for name, version, digest, review in report.packs
        ],
        "as_of": report.as_of,
        "enforce": report.enforce,
        "mode": report.mode,
        "ring": report.in_force.ring if report.in_force is not None else "",
        "rollout": _rollout(report),
        "recalls": [_recall(recall) for recall in report.recalls],
        "bypass": report.bypass,
        "first_lines": list(shown.first),
        "verdict": report.verdict,
        "subject": report.subject,
        "manifest": report.manifest,
        "note": report.note,
        "standing": report.standing,
        "remarks": list(report.remarks),
        "systems": [_system(system) for system in shown.systems],
        "questions": [_finding(one, one.finding) for one in shown.questions if one.finding is not None],
        "not_read": [{"path": path, "why": why} for path, why in report.not_read],
        "problems": [_problem(problem) for problem in shown.problems],
        "exit_code": report.exit_code,
    }


def _rollout(report: Report) -> dict[str, Any] | None:
    found = report.in_force
    if found is None:
        return None
    return {
        "decided_by": found.because,
        "pack": found.pack,
        "vendored": found.vendored,
        "repository": found.repository,
        "ring_mode": found.ring_mode or (found.mode if found.because == "ring" else ""),
        "profile": found.profile,
        "since": found.since,
        "until": found.until,
        "kinds": list(found.kinds),
    }


def _recall(recall: Recall) -> dict[str, Any]:
    return {
        "check": recall.check,
        "reason": recall.reason,
        "issue": recall.issue,
        "approved_by": recall.approved_by,
        "from": recall.since,
        "until": recall.until,
        "pack": recall.pack,
        "vendored": recall.vendored,
    }


def _system(shown: SystemView) -> dict[str, Any]:
    system = shown.system
    return {
        "id": system.id,
        "name": system.name,
        "version": system.version,
        "role": list(system.roles),
        "tier": system.tier,
        "profile": system.profile,
        "profile_of_ring": system.ring,
        "classification": {
            "tier": system.derived_tier,
            "cites": list(system.cites),
            "applies_from": system.derived_from,
            "settled": system.is_settled,
            "decided_by": system.decided_by,
            "reviewed_by": system.reviewed_by,
            "proposed": system.proposed,
        },
        "model": system.model,
        "lock": system.lock_date,
        "release": system.release,
        "applies_from": system.applies_from,
        "dates": [{"what": what, "date": date, "remark": remark} for what, date, remark in system.dates],
        "duties": [{**duty._asdict(), "readings": list(duty.readings)} for duty in system.duties],
        "counts": system.counts,
        "notices": [_finding(one, one.finding) for one in shown.beside if one.finding is not None],
        "requirements": [_row(row) for row in shown.rows],
    }


def _row(shown: RowView) -> dict[str, Any]:
    row = shown.row
    requirement = row.requirement
    return {
        "id": requirement.id,
        "version": requirement.version,
        "citation": requirement.citation,
        "title": requirement.title,
        "calls_for": requirement.calls_for,
        "profile": requirement.profile,
        "method": row.method,
        "outcome": row.outcome.value,
        "because": row.because,
        "applies_from": row.applies_from,
        "stood_on": row.stood_on,
        "evidence": [{"path": path, "sha256": digest} for path, digest in row.evidence],
        "leaves_open": requirement.leaves_open,
        "documentation": documentation(requirement.id, requirement.file, __version__),
        "locations": [_place(place) for place in row.places],
        "waiver": row.waiver,
        "waivers": [_waiver(cover) for cover in row.covers if cover.waiver],
        "debts": [_debt(cover) for cover in row.covers if not cover.waiver],
        "signatures": [_signature(person) for person in row.signatures],
        "level": shown.level,
        "not_counted": shown.why,
        "checks": [_check(check) for check in shown.checks],
    }


def _waiver(cover: Cover) -> dict[str, Any]:
    return {
        "id": cover.waiver,
        **_debt(cover),
        "approved_by": cover.approved_by,
        "confirmed": cover.confirmed,
    }


def _debt(cover: Cover) -> dict[str, Any]:
    return {
        "owner": cover.owner,
        "start": cover.start,
        "end": cover.end,
        "check": cover.check,
        "element": cover.element,
    }


def _signature(person: PersonSeen) -> dict[str, Any]:
    return {
        "by": person.name,
        "role": person.role,
        "start": "",
        "end": person.until,
        "confirmed": False,
        "elements": list(person.elements),
        "location": _place(person.place),
    }


def _check(shown: CheckView) -> dict[str, Any]:
    check = shown.check
    return {
        "id": check.id,
        "severity": check.severity,
        "method": check.method,
        "outcome": check.outcome.value,
        "because": check.because,
        "recalled": check.recalled,
        "warns_until": check.grace,
        "held": check.held,
        "of": check.of,
        "findings": [_finding(one, one.finding) for one in shown.found if one.finding is not None],
    }


def _finding(shown: Shown, finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "outcome": finding.outcome.value,
        "severity": finding.severity,
        "level": shown.level,
        "not_counted": shown.why,
        "message": finding.message,
        "fix": finding.fix,
        "note": finding.note,
        "warns_until": finding.grace,
        "element": finding.element,
        "number": finding.number,
        "waits": list(finding.waits),
        "fingerprint": finding.fingerprint,
        "standing": finding.standing,
        "in_every_mode": finding.is_firm,
        "location": _place(finding.location),
    }


def _place(place: Location) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line or place.line,
        "end_column": place.end_column or place.column,
        "pointer": pointer_text(place.pointer),
    }


def _problem(problem: Shown) -> dict[str, Any]:
    place = problem.location
    return {
        "message": problem.message,
        "fix": problem.fix,
        "code": problem.code,
        "level": problem.level,
        "not_counted": problem.why,
        "location": {"path": place.path, "line": place.line, "column": place.column}
        if place is not None
        else None,
    }
