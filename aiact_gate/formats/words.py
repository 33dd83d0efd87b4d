"""Sentences that several formats share: the head, the counts, the release, the dates."""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.formats.escape import visible
from aiact_gate.formats.style import count, day, days_between
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import METHOD_WORDS, WORDS, Outcome
from aiact_gate.model.report import Report, Row, SystemReport

DISCLAIMER = "This list says what the repository shows. It does not say that the system conforms to the Regulation; that judgement is yours."

TIERS = {
    "high": "high risk",
    "limited": "limited risk (Article 50)",
    "minimal": "minimal risk",
    "gpai": "general-purpose model",
    "prohibited": "prohibited practice",
    "out_of_scope": "out of scope",
    "undetermined": "undetermined",
    "": "no tier claimed",
}


def first_lines(report: Report) -> list[str]:
    """What stands before everything else: the mode of a roll-out, recalls, a bypass. Mostly nothing."""
    if report.in_force is None and not report.recalls and not report.bypass:
        return []
    from aiact_gate.formats import modes

    return modes.first_lines(report)


def recalled_lines(report: Report) -> list[str]:
    """One line for each check that is taken back."""
    if not report.recalls:
        return []
    from aiact_gate.formats import modes

    return [modes.recall_line(recall) for recall in report.recalls]


def tier_line(system: SystemReport) -> str:
    """`high risk, Annex III 5(b), PROPOSED: nobody has decided`."""
    text = TIERS.get(system.tier, system.tier)
    if system.cites and system.tier in ("high", "prohibited"):
        text += ", " + ", ".join(system.cites)
    if system.proposed:
        text += ", PROPOSED: nobody has decided"
    return text


def role_line(system: SystemReport, as_of: str) -> str:
    """Who, and from when Articles 9-15 bind."""
    roles = " and ".join(role.replace("_", " ") for role in system.roles) or "no role"
    text = f"{system.provider}, {roles}." if system.provider else f"{roles[:1].upper()}{roles[1:]}."
    if system.applies_from:
        days = days_between(as_of, system.applies_from)
        when = f", in {count(days, 'day')}" if days > 0 else ""
        verb = "bind from" if days > 0 else "bind since"
        text += f" Articles 9-15 {verb} {day(system.applies_from)}{when}."
        remark = next((remark for what, _, remark in system.dates if what == "Articles 9-15" and remark), "")
        if remark:
            text += f" {remark[:1].upper()}{remark[1:]}."
    return text


def other_dates(report: Report) -> str:
    """`Other dates: Articles 4, 5 since 2 February 2025; …`, of the first system; the later one where readings differ."""
    found: dict[str, list[str]] = {}
    for system in report.systems[:1]:
        for what, date, _ in system.dates:
            if what != "Articles 9-15":
                found.setdefault(date, []).append(what.removeprefix("Articles ").removeprefix("Article "))
    parts = []
    for date, names in sorted(found.items()):
        points = ", ".join(names)
        several = "s" if "," in points or "-" in points else ""
        verb = "since" if date <= report.as_of else "from"
        parts.append(f"Article{several} {points} {verb} {day(date)}")
    return f"Other dates (the later one where readings differ): {'; '.join(parts)}." if parts else ""


def counts_line(system: SystemReport) -> str:
    """`Judged 14 of 130 points (profile start): 3 shown, 1 failed, 10 owed. 0 waived, …`."""
    c = system.counts
    if not c.get("points") or not any(
        row.outcome is not Outcome.NOT_APPLICABLE for row in system.rows if row.requirement.is_point
    ):
        rows = [row for row in system.rows if row.requirement.id == "art6.claim"]
        word = WORDS[rows[0].outcome] if rows else "not judged"
        recalled = f" {c['recalled']} recalled." if c.get("recalled") else ""
        return f"No point of Articles 9-15 binds a system of this tier. The tier claim: {word}.{recalled}"
    profile = f"{system.profile}, of ring {system.ring}" if system.ring else system.profile
    first = f"Judged {c['judged']} of {c['points']} points (profile {profile}): {c['pass']} shown, {c['fail']} failed, {c['owed']} owed."
    second = f"{c['waived']} waived, {c['not_applicable']} not applicable, {c['unknown']} unknown"
    second += f", {c['not_due']} not due" if c["not_due"] else ""
    second += f" ({c['in_grace']} new and in grace)" if c.get("in_grace") else ""
    second += f", {c['error']} in error" if c["error"] else ""
    second += f", {c['recalled']} recalled" if c.get("recalled") else ""
    silent = c["not_selected"]
    third = (
        f"{c['not_checked']} have no check in this version; {silent} were not looked at."
        if silent
        else f"{c['not_checked']} have no check in this version."
    )
    return f"{first} {second}. {third}"


def worth_line(system: SystemReport) -> str:
    """`Of the 38 shown: 9 measured, 14 proven, 11 read, 4 signed.`"""
    c = system.counts
    parts = [f"{c[method]} {word}" for method, word in METHOD_WORDS.items() if c.get(method)]
    return f"Of the {c['pass']} shown: {', '.join(parts)}." if parts else ""


def release_line(report: Report, system: SystemReport) -> str:
    """Which release the report speaks of."""
    subject = report.subject
    revision = str(subject.get("revision") or "")[:7]
    if subject["kind"] == "folder without git":
        tree = "a folder without git history"
    elif subject["kind"] == "staged index":
        tree = f"what is staged on commit {revision or 'none'}"
    elif subject["kind"] == "revision":
        tree = f"commit {revision}"
    else:
        tree = f"commit {revision or 'none'}{', with uncommitted changes' if subject.get('dirty') else ''}"
    text = f"Release {system.version}"
    text += f" (tag {system.release})" if system.release else " (no tag: in development)"
    text += f", read in {tree}."
    if system.model:
        text += f" Model {system.model}; registry from the lock of {system.lock_date}."
    return text


def people_line(system: SystemReport) -> str:
    """Who decided the tier."""
    if not system.decided_by:
        return ""
    text = f"Tier decided by {system.decided_by}"
    return text + (
        f", reviewed by {system.reviewed_by}." if system.reviewed_by else "; nobody has reviewed it."
    )


def person_rows(system: SystemReport) -> list[str]:
    """The points that rest on a person's word alone."""
    return [
        short_citation(row.requirement)
        for row in system.rows
        if row.outcome is Outcome.PASS and row.method == "attested" and row.requirement.is_point
    ]


def how(row: Row) -> str:
    """The column How: what a pass is worth, in the word that people read."""
    if row.outcome is not Outcome.PASS or not row.checks:
        return "-"
    return METHOD_WORDS.get(row.method, "-")


def status(row: Row) -> str:
    """The column Status."""
    word = WORDS[row.outcome]
    if row.outcome is Outcome.PASS:
        counting = [
            check
            for check in row.checks
            if check.severity == "error" and check.outcome is not Outcome.NOT_APPLICABLE
        ]
        held = sum(check.outcome is Outcome.PASS for check in counting)
        return f"{word} ({held} of {len(counting)})" if held < len(counting) else word
    if row.outcome is Outcome.NOT_DUE and any(check.grace for check in row.checks):
        return "warns"
    return word.upper() if row.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.ERROR) else word


def because(row: Row) -> str:
    """Why a row isn't shown, in one line."""
    if row.because:
        return row.because
    for check in row.checks:
        if check.outcome is row.outcome:
            if check.findings:
                return check.findings[0].message
            if check.because:
                return check.because
    return ""


def recompute(report: Report) -> str:
    """The command that gives this report again."""
    revision = str(report.subject.get("revision") or "")
    ref = (
        f" --ref {revision[:7]}"
        if revision and not report.subject.get("dirty") and report.subject["kind"] != "staged index"
        else ""
    )
    folder = report.manifest.rpartition("/")[0]
    return f"aiact-gate check{_words([folder] if folder else [])}{ref} --as-of {report.as_of}{_words(report.asked)}"


def again(report: Report) -> str:
    """The command that was run, for after a fix."""
    folder = report.manifest.rpartition("/")[0]
    return f"aiact-gate check{_words([folder] if folder else [])}{_words(report.asked)}"


def why(report: Report, requirement: str) -> str:
    """The command that explains *requirement*, which a given pack may have brought."""
    given = [
        one
        for pair in zip(report.asked, report.asked[1:], strict=False)
        if pair[0] == "--pack"
        for one in pair
    ]
    return f"aiact-gate explain {requirement}{_words(given)}"


def _words(arguments: Sequence[str]) -> str:
    """*arguments* as a shell takes them, with a blank before each."""
    if not arguments:
        return ""
    import shlex

    return visible("".join(f" {shlex.quote(one)}" for one in arguments))
