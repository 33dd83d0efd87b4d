"""The baseline written: what is owed on adoption day, and what is left of it later."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiact_gate.documents.write import dump_yaml
from aiact_gate.formats.style import count, day
from aiact_gate.model.errors import ManifestError, UsageError
from aiact_gate.model.outcome import Outcome
from aiact_gate.model.policy import of_article_5
from aiact_gate.model.report import Finding, Report
from aiact_gate.run.check import check
from aiact_gate.run.options import Options
from aiact_gate.sources.snapshot import Snapshot, open_snapshot

OWED_KINDS = ("missing", "stale")


@dataclass(frozen=True)
class Written:
    """A file to write, and what to say about it."""

    root: Path
    path: str
    """Within *root*."""
    text: str
    lines: tuple[str, ...]


def create_baseline(path: str, options: Options, owner: str | None, due: str | None) -> Written:
    """The baseline of today's missing and stale findings, under the packs and the ring of *options*.

    Raises:
        UsageError: there is one already, nobody to owe it, or nothing to take in.
        ManifestError: the repository can't be judged.
    """
    as_of = options.as_of
    snapshot, report, target = _judged(path, options)
    if snapshot.exists(target):
        raise UsageError(
            f"{target} is there already; it only shrinks", "Take out what is paid: aiact-gate baseline update"
        )
    items = []
    undecided: set[str] = set()
    for system in report.systems:
        who = owner or _code_owner(snapshot, posixpath.dirname(target))
        if not who:
            raise UsageError(
                "nobody is named who owes it", "Give --owner, or an entry for compliance/ in CODEOWNERS."
            )
        until = due or _day_before(system.applies_from) or "2027-12-01"
        for row in system.rows:
            if row.requirement.is_point and not of_article_5(row.requirement) and row.outcome is Outcome.FAIL:
                items += [
                    _item(finding, row.requirement, system.id, who, until)
                    for result in row.checks
                    for finding in _owed(result)
                ]
                if any(one.outcome is Outcome.UNKNOWN and one.severity == "error" for one in row.checks):
                    undecided.add(row.requirement.id)
    if not items:
        if any(system.counts.get("fail") for system in report.systems):
            raise UsageError(
                "nothing that fails here can be owed: a contradiction, a tier claim and faults of form are mended",
                "See aiact-gate check.",
            )
        raise UsageError("nothing is missing, so nothing would be owed", "No baseline is needed.")
    text = _text(as_of, items)
    points = {item["requirement"] for item in items}
    stay = len(points & undecided)
    unknown = (
        (f"{count(stay, 'point')} of them: a part of it is unknown, and that fails still.",) if stay else ()
    )
    contradicted = sum(
        1 + len(finding.alike)
        for finding in report.findings
        if finding.kind not in OWED_KINDS and finding.outcome is Outcome.FAIL and finding.severity == "error"
    )
    lines = (
        f"{count(len(points), 'point')} ({count(len(items), 'finding')}) now owed, due {day(items[0]['due'])}, owner {items[0]['owner']}.",
        *unknown,
        f"{count(contradicted, 'contradicted finding')} not taken in: those are never owed, only fixed or waived.",
        f"Wrote {target}. It can only shrink.",
    )
    return Written(Path(snapshot.root), target, text, lines)


def update_baseline(path: str, options: Options) -> Written:
    """The baseline without the debts that are paid. Raises as `create_baseline`."""
    from aiact_gate.documents.node import plain_data
    from aiact_gate.documents.yaml import parse_yaml

    snapshot, report, target = _judged(path, options)
    if not snapshot.exists(target):
        raise UsageError(f"there is no {target}", "Write one: aiact-gate baseline create")
    content = plain_data(parse_yaml(snapshot.read(target), target).root)
    owed = {
        (row.requirement.id, finding.check, system.id, finding.element)
        for system in report.systems
        for row in system.rows
        for result in row.checks
        for finding in _owed(result)
    }
    # Nobody knows today whether what a recalled check found is paid.
    recalled = {
        result.id
        for system in report.systems
        for row in system.rows
        for result in row.checks
        if result.recalled
    }
    items = list(content.get("items") or [])
    kept = [
        item
        for item in items
        if (item.get("requirement"), item.get("check"), item.get("system"), str(item.get("element") or ""))
        in owed
        or item.get("check") in recalled
    ]
    lines = (
        f"{len(kept)} of {count(len(items), 'debt')} left; {len(items) - len(kept)} paid.",
        f"Wrote {target}.",
    )
    return Written(
        Path(snapshot.root),
        target,
        _text(str(content.get("created") or options.as_of), kept),
        lines,
    )


def _judged(path: str, options: Options) -> tuple[Snapshot, Report, str]:
    snapshot, relative = open_snapshot(path)
    report = check(snapshot, relative, options)
    fatal = next((problem for problem in report.problems if problem.code in (3, 4)), None)
    if fatal is not None:
        raise ManifestError(fatal.message, fatal.fix, fatal.location)
    return snapshot, report, posixpath.join(posixpath.dirname(report.manifest), "compliance", "baseline.yaml")


def _owed(result: Any) -> list[Finding]:
    """What a failed check owes; one that waits for an absent record owes its wait."""
    if result.severity != "error" or result.outcome not in (Outcome.FAIL, Outcome.OWED):
        return []
    if result.findings or result.waiting:
        return [
            one
            for finding in (*result.findings, *result.waiting)
            if finding.kind in OWED_KINDS and finding.outcome in (Outcome.FAIL, Outcome.OWED)
            for one in (finding, *finding.alike)
        ]
    from aiact_gate.model.location import Location

    return [Finding(result.id, "missing", result.outcome, result.because, "", Location(""))]


def _item(finding: Finding, requirement: Any, system: str, owner: str, due: str) -> dict[str, Any]:
    item = {
        "requirement": requirement.id,
        "major": requirement.major,
        "check": finding.check,
        "system": system,
        "kind": finding.kind,
        "owner": owner,
        "due": due,
    }
    return {**item, "element": finding.element} if finding.element else item


def _text(created: str, items: list[dict[str, Any]]) -> str:
    head = "# Debts of adoption day: failed points with an owner and a due date. This list only shrinks.\n"
    return head + dump_yaml({"schema": "aiact-gate/baseline/v1", "created": created, "items": items})


def _day_before(iso: str) -> str:
    import datetime

    return (datetime.date.fromisoformat(iso) - datetime.timedelta(days=1)).isoformat() if iso else ""


def _code_owner(snapshot: Snapshot, folder: str) -> str:
    """The owner of *folder* by CODEOWNERS: the last line that matches it."""
    owner = ""
    for name in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"):
        if not snapshot.has(name):
            continue
        for line in snapshot.read(name).decode("utf-8", "replace").splitlines():
            parts = line.split("#")[0].split()
            if len(parts) >= 2 and (
                parts[0] in ("*", "/*")
                or ("/" + folder + "/").startswith("/" + parts[0].strip("/*") + "/")
                or "/" + parts[0].strip("/*") + "/" in "/" + folder + "/"
            ):
                owner = parts[1]
    return owner
