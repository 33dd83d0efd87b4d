"""Everything of one run as one value; every format reads only this."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from aiact_gate.model.location import Location
from aiact_gate.model.outcome import Outcome

if TYPE_CHECKING:
    from aiact_gate.model.rollout import InForce, Recall


class Cover(NamedTuple):
    """A waiver or a debt of the baseline that covers a finding."""

    owner: str
    start: str
    end: str
    """Its last day."""
    check: str
    element: str = ""
    waiver: str = ""
    """The waiver's id; empty for a debt."""
    approved_by: str = ""
    confirmed: bool = False
    """Git shows that who approved the waiver wrote it."""


class PersonSeen(NamedTuple):
    """A person whom the evidence names in fields that a requirement's checks read."""

    role: str
    """The field: `accepted by`."""
    name: str
    elements: tuple[str, ...]
    """The rows that name them."""
    place: Location
    until: str = ""
    """`expires` beside it."""


class DutySeen(NamedTuple):
    """A group of duties that follows from the answers."""

    id: str
    kind: str
    """duty, or permission: what is allowed and not owed."""
    citation: str
    applies_from: str
    readings: tuple[str, ...]
    """Every day from which a reading of the law lets it bind, sorted."""
    judged: bool
    """Whether this run judged a point of it."""


class Finding(NamedTuple):
    """One check's outcome at one place."""

    check: str
    kind: str
    outcome: Outcome
    message: str
    fix: str
    location: Location
    severity: str = "error"
    element: str = ""
    """The id of the row it concerns: what waivers and the baseline are keyed by."""
    fingerprint: str = ""
    """Stable while file lines move: check, system, element."""
    number: int = 0
    """Its number in every format of the run; 0 for those that aren't numbered."""
    article: str = ""
    note: str = ""
    """Waiver or debt that covers it, and until when."""
    cover: Cover | None = None
    """The same as a value."""
    waits: tuple[str, ...] = ()
    """The requirements that wait for an absent record."""
    standing: bool = False
    """It failed before the change that is judged, too."""
    alike: tuple[Finding, ...] = ()
    """Findings with the same words that are shown as this one."""
    grace: str = ""
    """The last day on which it only warns, because the check is new in this form."""
    is_firm: bool = False
    """No mode of a roll-out lets it through: a prohibited practice, a claim below the answers."""
    unwritten: bool = False
    """Nothing is written at its place: whatever else needs a value there waits for this finding."""


class CheckResult(NamedTuple):
    """What came of one check."""

    id: str
    severity: str
    outcome: Outcome
    method: str = ""
    findings: tuple[Finding, ...] = ()
    because: str = ""
    """For a check without findings of its own: why it didn't pass."""
    held: int = 0
    of: int = 0
    """Rows that held, of how many."""
    waiver: str = ""
    cover: Cover | None = None
    """What covers a check without a finding of its own."""
    places: tuple[Location, ...] = ()
    """Of a pass: the first places that decided it."""
    witness: tuple[str, ...] = ()
    """Of a pass: who says what it read besides the lock."""
    on_lock: tuple[str, ...] = ()
    """Of a pass that read what only the lock says: the settings that would give a witness."""
    standing: bool = False
    grace: str = ""
    """The last day on which what it found only warns, because it is new in this form."""
    waiting: tuple[Finding, ...] = ()
    """What it would find itself at places whose value isn't written; another check's finding stands for each."""
    recalled: str = ""
    """The issue in which the check was taken back for a while."""


class Row(NamedTuple):
    """What came of one requirement: a row of the checklist."""

    requirement: Any
    """The `Requirement`."""
    outcome: Outcome
    method: str = ""
    checks: tuple[CheckResult, ...] = ()
    because: str = ""
    evidence: tuple[tuple[str, str], ...] = ()
    """(path, SHA-256) of the files it stands on."""
    place: Location | None = None
    stood_on: str = ""
    """lock or live, where the registry is involved."""
    applies_from: str = ""
    waiver: str = ""
    standing: bool = False
    signatures: tuple[PersonSeen, ...] = ()
    """Of a pass that rests on a person's word: whose."""

    @property
    def witness(self) -> tuple[str, ...]:
        """Who says what a pass read besides the lock."""
        return tuple(dict.fromkeys(name for check in self._passed for name in check.witness))

    @property
    def on_lock(self) -> tuple[str, ...]:
        """The settings that would give a witness to what only the lock says; empty if nothing rests on it alone."""
        return tuple(dict.fromkeys(setting for check in self._passed for setting in check.on_lock))

    @property
    def _passed(self) -> tuple[CheckResult, ...]:
        return self.checks if self.outcome is Outcome.PASS else ()

    @property
    def covers(self) -> tuple[Cover, ...]:
        """Every waiver and debt that covers something of it, once."""
        found: list[Cover | None] = []
        for check in self.checks:
            found += [check.cover, *(finding.cover for finding in check.findings)]
        return tuple(dict.fromkeys(cover for cover in found if cover is not None))

    @property
    def places(self) -> tuple[Location, ...]:
        """Where what decided a pass stands."""
        if self.outcome is not Outcome.PASS:
            return ()
        found = [place for check in self.checks for place in check.places]
        return tuple(dict.fromkeys(found or ([self.place] if self.place is not None else [])))

    def with_findings(self, changed: Callable[[Finding], Finding]) -> Row:
        """The same row with each finding *changed*."""
        return self._replace(
            checks=tuple(
                check._replace(findings=tuple(changed(finding) for finding in check.findings))
                for check in self.checks
            )
        )


class SystemReport(NamedTuple):
    """What came of one system."""

    id: str
    name: str
    version: str
    roles: tuple[str, ...]
    tier: str
    """The claim."""
    proposed: bool
    derived_tier: str
    cites: tuple[str, ...]
    """What the derived tier rests on: `Annex III 5(b)`, `Article 5(1)(c)(ii)`."""
    decided_by: str
    reviewed_by: str
    provider: str
    model: str
    """`credit-scoring v1, run a3f9c1e`."""
    lock_date: str
    profile: str
    applies_from: str
    """ISO date from which Articles 9-15 bind it; empty where they don't."""
    dates: tuple[tuple[str, str, str], ...]
    """(what, ISO date, remark) of everything dated that binds it; what its tier brings stands first."""
    rows: tuple[Row, ...]
    notices: tuple[Finding, ...] = ()
    """Findings that never fail a branch: unreleased changes, ends of waivers."""
    release: str = ""
    tag_commit: str = ""
    """The commit that the release's tag names; empty where that isn't known."""
    tags_here: tuple[str, ...] = ()
    """The tags of the judged commit."""
    anchor: Location = Location("aiact.yaml")
    counts: dict[str, int] = {}
    is_settled: bool = True
    """Whether no answer to an open question could lower the derived tier."""
    derived_from: str = ""
    """ISO date from which the derived tier's duties apply; empty where it has none."""
    asked: frozenset[str] = frozenset()
    """The requirements that were asked for; empty: all of the profile."""
    ring: str = ""
    """The ring that asked for the profile, where it is wider than the manifest's."""
    duties: tuple[DutySeen, ...] = ()
    """What follows from the answers for those who answered."""


class Problem(NamedTuple):
    """Something that makes the run itself doubtful: a manifest, lock, waiver or pack that can't be read."""

    message: str
    fix: str
    location: Location | None
    code: int
    """The exit code it asks for."""
    kind: str = "stale"
    """Of what fails (code 1): the kind of finding that it counts as where a roll-out enforces some kinds only."""


class Report(NamedTuple):
    """One run."""

    as_of: str
    enforce: str
    verdict: str
    exit_code: int
    packs: tuple[tuple[str, str, str, str], ...]
    """(name, version, digest, legal review)."""
    subject: dict[str, Any]
    systems: tuple[SystemReport, ...]
    problems: tuple[Problem, ...] = ()
    not_read: tuple[tuple[str, str], ...] = ()
    """(path, why)."""
    manifest: str = ""
    version: str = ""
    questions: tuple[Finding, ...] = ()
    """What is asked of a repository that declares no system; never in the exit code."""
    note: str = ""
    """For a repository without AI: who decided, until when."""
    hook: bool = False
    """Only what a commit adds or worsens is shown."""
    standing: int = 0
    """Findings that stood before the change."""
    in_force: InForce | None = None
    """The mode and what decided it; None: no roll-out is there, everything is enforced."""
    recalls: tuple[Recall, ...] = ()
    """The checks that are taken back on this day."""
    bypass: str = ""
    """What the environment says of a bypass of the gate; it changes nothing."""
    asked: tuple[str, ...] = ()
    """The arguments of the command beside path, revision and day: `--pack`, `rules`."""
    repository: str = ""
    """OWNER/NAME, where the run was told."""
    remarks: tuple[str, ...] = ()
    """Sentences about the run itself: what it was compared with, which waivers nobody but their text vouches for."""

    @property
    def mode(self) -> str:
        """observe, warn or enforce: what a failed point does to the exit code."""
        return self.in_force.mode if self.in_force is not None else "enforce"

    @property
    def findings(self) -> list[Finding]:
        """Every finding of every system, in report order."""
        return [
            finding
            for system in self.systems
            for row in system.rows
            for check in row.checks
            for finding in check.findings
        ]
