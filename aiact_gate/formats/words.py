"""Sentences that several formats share: the head, the counts, the release, the dates."""

from __future__ import annotations

from collections.abc import Sequence

from aiact_gate.formats.escape import visible
from aiact_gate.formats.style import count, day, days_between
from aiact_gate.judge.verdict import short_citation
from aiact_gate.model.outcome import METHOD_WORDS, WORDS, Outcome
from aiact_gate.model.policy import of_article_5
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
    """`high risk, Annex III 5(b), PROPOSED: nobody has decided`; what the answers give, where that isn't the claim."""
    derived = system.derived_tier
    text = TIERS.get(system.tier, system.tier)
    if derived == system.tier or not derived:
        text += _rests_on(system)
    else:
        text = f"claimed: {text}; " if system.tier else f"{text}; "
        text += f"by the answers: {TIERS.get(derived, derived)}{_rests_on(system)}"
    if not system.is_settled:
        text += ", as long as questions are open"
    if system.proposed and system.decided_by:
        text += ", PROPOSED: the manifest doesn't claim it"
    elif system.proposed:
        text += ", PROPOSED: nobody has decided"
    return text


def _rests_on(system: SystemReport) -> str:
    return (
        "".join(f", {cite}" for cite in system.cites) if system.derived_tier in ("high", "prohibited") else ""
    )


def role_line(system: SystemReport, as_of: str) -> str:
    """Who, and from when what its tier brings binds."""
    roles = " and ".join(role.replace("_", " ") for role in system.roles) or "no role"
    text = f"{system.provider}, {roles}." if system.provider else f"{roles[:1].upper()}{roles[1:]}."
    return f"{text} {binds_line(system, as_of)}".rstrip()


def binds_line(system: SystemReport, as_of: str) -> str:
    """`Articles 9-15 bind from 2 December 2027, in 372 days.`: what its tier brings; empty where nothing dated does."""
    if not system.dates:
        return ""
    what, date, remark = system.dates[0]
    days = days_between(as_of, date)
    when = f", in {count(days, 'day')}" if days > 0 else ""
    verb = ("bind" if what.startswith("Articles") else "binds") + (" from" if days > 0 else " since")
    text = f"{what} {verb} {day(date)}{when}."
    return f"{text} {remark[:1].upper()}{remark[1:]}." if remark else text


def other_dates(report: Report) -> str:
    """`Other dates: Articles 4, 5(1)(a)-(h) since 2 February 2025; …`, of the first system, both readings where two are."""
    found: dict[tuple[str, str], list[str]] = {}
    for system in report.systems[:1]:
        for what, date, remark in system.dates[1:]:
            name = what.removeprefix("Articles ").removeprefix("Article ")
            found.setdefault((date, remark), []).append(name)
    parts = []
    for (date, remark), names in sorted(found.items()):
        points = ", ".join(names)
        several = "s" if "," in points or "-" in points else ""
        verb = "since" if date <= report.as_of else "from"
        parts.append(f"Article{several} {points} {verb} {day(date)}{f' ({remark})' if remark else ''}")
    return f"Other dates: {'; '.join(parts)}." if parts else ""


def counts_line(system: SystemReport) -> str:
    """`Judged 14 of 130 points (profile start): 3 shown, 1 failed, 10 owed. 0 waived, …`."""
    c = system.counts
    if not c.get("points") or not any(
        row.outcome is not Outcome.NOT_APPLICABLE for row in system.rows if row.requirement.is_point
    ):
        recalled = f" {c['recalled']} recalled." if c.get("recalled") else ""
        return f"No point of Articles 9-15 is judged for this system. {_claim_words(system)}{recalled}{_asked(c)}"
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
    return f"{first} {second}. {third}{_asked(c)}"


def _asked(counts: dict[str, int]) -> str:
    return f" {count(counts['asked'], 'question')} asked." if counts.get("asked") else ""


def _claim_words(system: SystemReport) -> str:
    """What came of the claim; a prohibited practice goes before it, and no honest claim of one is shown as something good."""
    rows = {row.requirement.id: row for row in system.rows}
    if any(
        of_article_5(row.requirement) and row.outcome is not Outcome.NOT_APPLICABLE for row in system.rows
    ):
        return "The answers name a prohibited practice; no document cures it."
    claim = rows.get("art6.claim")
    return f"The tier claim: {WORDS[claim.outcome] if claim is not None else 'not judged'}."


def worth_line(system: SystemReport) -> str:
    """`Of the 38 shown: 9 measured, 14 witnessed, 11 read, 4 signed.`, and how many rest on the lock alone."""
    c = system.counts
    parts = [f"{c[method]} {word}" for method, word in METHOD_WORDS.items() if c.get(method)]
    if not parts:
        return ""
    alone = c.get("on_lock_alone", 0)
    lock = (
        f" {alone} rest on the lock alone; a witness would come by: {setting_of(system.rows)}."
        if alone
        else ""
    )
    return f"Of the {c['pass']} shown: {', '.join(parts)}.{lock}"


def setting_of(rows: Sequence[Row]) -> str:
    """The one setting that would give most of *rows* which rest on the lock alone a witness; empty if none does."""
    settings = [setting for row in rows if row.requirement.is_point for setting in row.on_lock]
    return max(dict.fromkeys(settings), key=settings.count, default="")


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
    text = f"Release {system.version} ({_tag_words(report, system)}), read in {tree}."
    if system.model:
        text += f" Model {system.model}; registry from the lock of {system.lock_date}."
    return text


def _tag_words(report: Report, system: SystemReport) -> str:
    """What is known of the release's tag: nobody is told that it is here where it isn't."""
    if not system.release:
        tags = ", ".join(system.tags_here)
        return f"tagged {tags}, which the manifest doesn't name" if tags else "no tag: in development"
    if system.tag_commit and system.tag_commit != report.subject.get("revision"):
        return f"tag {system.release}, which is commit {system.tag_commit[:7]}"
    return (
        f"tag {system.release}" if system.tag_commit else f"tag {system.release}, which isn't in this clone"
    )


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


def is_listed(row: Row) -> bool:
    """Whether the checklist shows *row*: points, the tier claim, and a prohibition where it applies."""
    requirement = row.requirement
    applies = row.outcome is not Outcome.NOT_APPLICABLE
    return requirement.is_point or requirement.id == "art6.claim" or of_article_5(requirement) and applies


def how(row: Row) -> str:
    """The column How: what a pass is worth, in the word that people read; `(lock)`: on the lock alone."""
    if row.outcome is not Outcome.PASS or not row.checks:
        return "-"
    return f"{METHOD_WORDS.get(row.method, '-')}{' (lock)' if row.on_lock and row.method == 'structural' else ''}"


def stood_on(row: Row) -> str:
    """`witnessed by commit 7ea7295; on the lock alone`: whose word a pass rests on besides the tree; empty for the tree's."""
    parts = [f"witnessed by {', '.join(row.witness)}"] if row.witness else []
    return "; ".join([*parts, *(["on the lock alone"] if row.on_lock else [])])


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
