"""The report as JSON, `aiact-gate/report/v1`: only extended within v1; equal inputs give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate import __version__
from aiact_gate.formats import words
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
        "packs": [
            {"name": name, "version": version, "digest": digest, "legal_review": review}
            for name, version, digest, review in report.packs
        ],
        **_fields(
            report,
            "repository as_of enforce mode bypass verdict subject manifest note standing remarks exit_code",
        ),
        "ring": report.in_force.ring if report.in_force is not None else "",
        "rollout": _rollout(report),
        "recalls": [_recall(recall) for recall in report.recalls],
        "first_lines": list(shown.first),
        "systems": [_system(system) for system in shown.systems],
        "questions": [_finding(one, one.finding) for one in shown.questions if one.finding is not None],
        "not_read": [{"path": path, "why": why} for path, why in report.not_read],
        "problems": [_problem(problem) for problem in shown.problems],
    }


def _rollout(report: Report) -> dict[str, Any] | None:
    found = report.in_force
    if found is None:
        return None
    return {
        **_fields(found, "pack vendored repository profile since until kinds"),
        "decided_by": found.because,
        "ring_mode": found.ring_mode or (found.mode if found.because == "ring" else ""),
    }


def _recall(recall: Recall) -> dict[str, Any]:
    return {**_fields(recall, "check reason issue approved_by until pack vendored"), "from": recall.since}


def _fields(value: NamedTuple, names: str) -> dict[str, Any]:
    """Those of the fields *names* (of texts, numbers and lists of them) that the report calls as the model does."""
    return {name: getattr(value, name) for name in names.split()}


def _system(shown: SystemView) -> dict[str, Any]:
    system = shown.system
    return {
        "witness_would_come_by": words.setting_of(system.rows),
        **_fields(system, "id name version tier profile model release applies_from counts"),
        "role": system.roles,
        "profile_of_ring": system.ring,
        "classification": {
            **_fields(system, "cites decided_by reviewed_by proposed"),
            "tier": system.derived_tier,
            "applies_from": system.derived_from,
            "settled": system.is_settled,
        },
        "lock": system.lock_date,
        "dates": [{"what": what, "date": date, "remark": remark} for what, date, remark in system.dates],
        "duties": [duty._asdict() for duty in system.duties],
        "notices": [_finding(one, one.finding) for one in shown.beside if one.finding is not None],
        "requirements": [_row(row) for row in shown.rows],
    }


def _row(shown: RowView) -> dict[str, Any]:
    row = shown.row
    requirement = row.requirement
    return {
        **_fields(requirement, "id version citation title calls_for profile leaves_open"),
        **_fields(row, "method because applies_from stood_on waiver witness"),
        "on_lock_alone": bool(row.on_lock),
        "outcome": row.outcome.value,
        "evidence": [{"path": path, "sha256": digest} for path, digest in row.evidence],
        "documentation": documentation(requirement.id, requirement.file, __version__),
        "locations": [_place(place) for place in row.places],
        "waivers": [_waiver(cover) for cover in row.covers if cover.waiver],
        "debts": [_debt(cover) for cover in row.covers if not cover.waiver],
        "signatures": [_signature(person) for person in row.signatures],
        "level": shown.level,
        "not_counted": shown.why,
        "checks": [_check(check) for check in shown.checks],
    }


def _waiver(cover: Cover) -> dict[str, Any]:
    return {"id": cover.waiver, **_debt(cover), **_fields(cover, "approved_by confirmed")}


def _debt(cover: Cover) -> dict[str, Any]:
    return _fields(cover, "owner start end check element")


def _signature(person: PersonSeen) -> dict[str, Any]:
    return {
        **_fields(person, "role elements"),
        "by": person.name,
        "start": "",
        "end": person.until,
        "confirmed": False,
        "location": _place(person.place),
    }


def _check(shown: CheckView) -> dict[str, Any]:
    check = shown.check
    return {
        **_fields(check, "id severity method because recalled held of"),
        "outcome": check.outcome.value,
        "warns_until": check.grace,
        "findings": [_finding(one, one.finding) for one in shown.found if one.finding is not None],
    }


def _finding(shown: Shown, finding: Finding) -> dict[str, Any]:
    return {
        **_fields(finding, "kind severity message fix note element number waits fingerprint standing"),
        "outcome": finding.outcome.value,
        "level": shown.level,
        "not_counted": shown.why,
        "warns_until": finding.grace,
        "in_every_mode": finding.is_firm,
        "location": _place(finding.location),
    }


def _place(place: Location) -> dict[str, Any]:
    return {
        **_fields(place, "path line column"),
        "end_line": place.end_line or place.line,
        "end_column": place.end_column or place.column,
        "pointer": pointer_text(place.pointer),
    }


def _problem(problem: Shown) -> dict[str, Any]:
    place = problem.location
    return {
        **_fields(problem, "message fix code level"),
        "not_counted": problem.why,
        "location": _fields(place, "path line column") if place is not None else None,
    }
