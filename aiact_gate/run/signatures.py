"""Which waivers their approvers wrote, as far as git shows it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.judge.waivers import WaiverCommit, same_person, written_by_approver
from aiact_gate.model.errors import AiactError
from aiact_gate.sources.snapshot import Snapshot

SLACK_DAYS = 30
"""How much earlier than its `created` a waiver may have been committed; older commits aren't looked at."""

Rows = Sequence[Mapping[str, Any]]


def confirmed(snapshot: Snapshot, path: str, name: str = "waivers") -> list[bool]:
    """For each row of the list *name* in *path*, a waiver or an approval: whether the commits that wrote it as it stands are its approver's."""
    rows = _rows(snapshot.read(path), path, name)
    days = [day for row in rows if (day := _day(row.get("created"))) is not None]
    if not days:
        return [False] * len(rows)
    since = (min(days) - datetime.timedelta(days=min(SLACK_DAYS, min(days).toordinal() - 1))).isoformat()
    approvers = {same_person(row.get("approved_by")) for row in rows}
    parsed: dict[bytes, Rows] = {}
    commits = []
    for change in snapshot.changes(path, since, lambda who: same_person(who) in approvers):
        versions = [change.after, *(change.before or ())]
        for data in versions:
            if data is not None and data not in parsed:
                parsed[data] = _rows(data, path, name)
        after, *before = [() if data is None else parsed[data] for data in versions]
        commits.append(WaiverCommit(change.people, after, None if change.before is None else before))
    return [written_by_approver(row, commits) for row in rows]


def _rows(data: bytes, path: str, name: str) -> Rows:
    try:
        content = plain_data(parse_yaml(data, path).root)
    except AiactError:
        return []
    rows = content.get(name) if isinstance(content, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _day(text: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        return None
