"""The report's JSON, `aiact-gate/report/v1`: what its JSON Schema is made from. Only extended within v1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

OutcomeWord = Literal[
    "pass", "fail", "unknown", "owed", "waived", "not_due", "not_applicable", "not_checked", "not_selected", "error"
]  # fmt: skip
Method = Literal["", "measured", "provenance", "structural", "attested", "stated"]


class Part(BaseModel):
    """A part of the report: nothing else stands in it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Tool(Part):
    """What judged."""

    name: Literal["aiact-gate"]
    """The name of the program that judged."""
    version: str
    """The version of the program that judged."""


class PackUsed(Part):
    """A pack that judged."""

    name: str
    """What the pack is called, as its `pack.yaml` says it."""
    version: str
    """The pack's version, as its `pack.yaml` says it."""
    digest: str
    """The digest of the pack's files, with `sha256:` before it."""
    legal_review: str
    """The person of counsel who has read the rules, or `not yet`."""


class SubjectOf(Part):
    """What was looked at."""

    kind: Literal["work tree", "staged index", "revision", "folder without git", "nothing"]
    """The state of the files that was judged; nothing: the run ended before it looked."""
    revision: str | None
    """The commit that was judged, or the one below the work tree; null without git."""
    dirty: bool
    """Whether the work tree differs from that commit."""
    release: bool
    """Whether the run was asked to judge a release (`--release`)."""


class Place(Part):
    """A place in a file of the repository; lines and columns start at 1."""

    path: str
    """The file, relative to the repository's root."""
    line: Annotated[int, Field(ge=1)]
    """The line at which it begins, from 1."""
    column: Annotated[int, Field(ge=1)]
    """The column at which it begins, from 1."""
    end_line: int
    """The line at which it ends, from 1."""
    end_column: int
    """The column at which it ends, from 1."""
    pointer: str
    """The place as JSON Pointer, beginning with the record's name."""


Level = Literal["error", "warning", "notice", ""]


class FindingOf(Part):
    """One check's outcome at one place."""

    kind: Literal["contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed", "asked"]
    """What is wrong; unbound: about another version, run or data, filler: words that say nothing, asked: a question."""
    outcome: OutcomeWord
    """What it counts as: failed, or covered by a waiver, a debt or a day that is to come."""
    severity: Literal["error", "warning", "notice"]
    """The weight: an error fails, a warning asks a question, a notice only tells."""
    level: Level = ""
    """How every format marks it: error where it ends the run with another code than 0, empty where nothing is marked."""
    not_counted: str = ""
    """The reason why it doesn't fail the run, or empty where it does."""
    message: str
    """The sentence that says what is wrong, with both values."""
    fix: str
    """The one thing to do about it."""
    note: str
    """The waiver or debt that covers it and until when, or empty."""
    warns_until: str
    """The last day on which it only warns, because the check is new in this form; or empty."""
    element: str
    """Id of the row that it concerns, which waivers and baseline name; or empty."""
    number: int
    """The finding's number in every format of the run; 0 for one that isn't numbered."""
    waits: list[str]
    """Ids of the requirements that wait for a record that is absent."""
    fingerprint: str
    """The finding's identity, which stays while lines move in the file."""
    standing: bool
    """Whether it failed before the change that is judged, too."""
    in_every_mode: bool = False
    """Whether no mode of a roll-out lets it through."""
    location: Place
    """The place in the repository at which it points."""


class CheckOf(Part):
    """What came of one check."""

    id: str
    """The check's name, requirement first: `art9.5/accepted-by-another`."""
    severity: Literal["error", "warning"]
    """The weight of a failure; a warning never fails a point or a run."""
    method: Method
    """What the check's pass is worth, by what it read; empty if it didn't pass."""
    outcome: OutcomeWord
    """What came of the check."""
    because: str
    """The reason why it didn't pass, where it has no findings of its own; or empty."""
    recalled: str
    """The issue in which the check was taken back for a while, or empty."""
    warns_until: str
    """The last day on which what it found only warns, because it is new in this form; or empty."""
    held: int
    """The number of rows that held."""
    of: int
    """The number of rows that were judged."""
    findings: list[FindingOf]
    """One entry for each place at which the check failed."""


class EvidenceOf(Part):
    """A file that a row stands on."""

    path: str
    """The file, relative to the repository's root."""
    sha256: str
    """The SHA-256 of the file's bytes, hexadecimal."""


class DebtOf(Part):
    """A finding that was owed on adoption day, under the baseline."""

    owner: str
    """The person or team that owes it."""
    start: str
    """The day from which it is covered, or empty."""
    end: str
    """The last day on which it is covered."""
    check: str
    """The policy's condition whose finding it covers, by id."""
    element: str
    """The id of the record's row that it concerns, or empty."""


class WaiverOf(DebtOf):
    """A waiver that covers a finding."""

    id: str
    """The waiver's id."""
    approved_by: str
    """The person who approved it."""
    confirmed: bool
    """Whether git shows that who approved it wrote it; else that person is only named."""


class SignatureOf(Part):
    """A person on whose word a row rests."""

    by: str
    """The person, as the record names them."""
    role: str
    """The field that names the person: `accepted by`."""
    start: str
    """The day from which the word counts; empty, as no field of this version says it."""
    end: str
    """The day until which the word counts, or empty."""
    confirmed: bool
    """Whether git shows that this person wrote the line; false, as this version doesn't look."""
    elements: list[str]
    """The ids of the record's rows that name the person."""
    location: Place
    """The place of the first of them."""


class DutyOf(Part):
    """A group of duties that follows from the answers, for those who answered."""

    id: str
    """The duty's id, as the procedure of the tier names it."""
    kind: str
    """The weight: duty, or permission for what is allowed and not owed."""
    citation: str
    """The articles that it stands in."""
    applies_from: str
    """The day from which it applies, or empty where none is known."""
    readings: list[str]
    """Every day from which a reading of the law lets it bind, sorted."""
    judged: bool
    """Whether this run judged a point of it."""


class RequirementOf(Part):
    """One row of the checklist."""

    id: str
    """The requirement's id: `art9.5`."""
    version: str
    """The version of the requirement that judged."""
    citation: str
    """The point of law, as people cite it."""
    title: str
    """What a pass means, in a few words."""
    calls_for: Literal["measured", "provenance", "structural", "attested"]
    """What a pass should be worth, by the requirement."""
    profile: Literal["start", "core", "full", "always"]
    """The smallest profile that looks at it; always: a row that is no point and isn't counted."""
    method: Method
    """What the pass is worth, by the weakest of its checks; empty if it didn't pass."""
    outcome: OutcomeWord
    """What came of the requirement: the worst of its checks."""
    because: str
    """The reason why it didn't pass, where no finding says it; or empty."""
    applies_from: str
    """The day from which it binds the system, or empty."""
    stood_on: Literal["", "lock", "live"]
    """Where facts of the registry came from: the lock, the live registry, or empty where none were read."""
    evidence: list[EvidenceOf]
    """One entry for each file that it stands on, with its digest."""
    leaves_open: str
    """The question that stays for a person when every check holds."""
    documentation: str = ""
    """The point's page in aiact-gate's documentation: an address, or a path in its repository as long as
    that has none; empty for another pack's requirement."""
    locations: list[Place] = []
    """One entry for each of the first places that decided a pass; none for every other row."""
    waiver: str
    """The waiver that covers it, in words, or empty; `waivers` has the same as values."""
    waivers: list[WaiverOf] = []
    """One entry for each finding that a waiver covers."""
    debts: list[DebtOf] = []
    """One entry for each finding that is owed under the baseline."""
    witness: list[str] = []
    """Who says what a pass read besides the lock: `commit 7ea7295`, the live registry, a statement over the lock."""
    on_lock_alone: bool = False
    """Whether a pass read something that only the lock says: it is read and no more."""
    signatures: list[SignatureOf] = []
    """One entry for each person on whose word a pass rests."""
    level: Level = ""
    """How every format marks it; error: the row fails the run."""
    not_counted: str = ""
    """The reason why it isn't shown or why its failure doesn't fail the run, or empty."""
    checks: list[CheckOf]
    """One entry for each check of the requirement."""


class ClassificationOf(Part):
    """What the tier rests on."""

    tier: str
    """The tier that follows from the answers; empty if they don't lead to one."""
    cites: list[str]
    """The articles and points that the tier rests on."""
    applies_from: str = ""
    """From when the duties of this tier apply, or empty."""
    settled: bool = True
    """Whether no answer to an open question could lower it."""
    decided_by: str
    """The person who decided on the answers, or empty."""
    reviewed_by: str
    """The second person who read the answers, or empty."""
    proposed: bool
    """Whether an answer is still a proposal (`??`) that nobody confirmed."""


class DateOf(Part):
    """Something dated that concerns the system."""

    what: str
    """What the day is about."""
    date: str
    """The day itself, as ISO date."""
    remark: str
    """A sentence on the day, or empty."""


class SystemOf(Part):
    """What came of one system."""

    id: str
    """The system's id, as the manifest names it."""
    name: str
    """The system's name, as people call it."""
    version: str
    """The system's version, as the manifest claims it."""
    role: list[str]
    """The roles under the Act that the manifest claims."""
    tier: str
    """The tier that the manifest claims."""
    profile: Literal["start", "core", "full"]
    """How much was looked at: start, core or full."""
    profile_of_ring: str
    """The ring that asked for this profile, where it is wider than the manifest's; or empty."""
    classification: ClassificationOf
    """What the tier rests on, and who decided it."""
    model: str
    """The registered model, its version and its run in one text, or empty."""
    lock: str
    """The day on which `collect` wrote the lock, or empty."""
    release: str
    """The tag of the release, or empty in development."""
    applies_from: str
    """The day from which Articles 9 to 15 bind it, or empty."""
    dates: list[DateOf]
    """One entry for each day that concerns the system."""
    duties: list[DutyOf] = []
    """One entry for each duty that follows from the answers, for those who answered."""
    witness_would_come_by: str = ""
    """The one command or setting that would give a witness to most of what rests on the lock alone, or empty."""
    counts: dict[str, int]
    """The number of requirements, by outcome."""
    notices: list[FindingOf]
    """One entry for each finding that never fails a branch: unreleased changes, ends of waivers."""
    requirements: list[RequirementOf]
    """One entry for each row of the checklist."""


class NotRead(Part):
    """A file that was found and not read."""

    path: str
    """The file that was found, relative to the repository's root."""
    why: str
    """The reason why it wasn't read."""


class ProblemPlace(Part):
    """Where a problem stands."""

    path: str
    """The file with the problem, relative to the repository's root."""
    line: int
    """The line of the problem, from 1."""
    column: int
    """The column of the problem, from 1."""


class ProblemOf(Part):
    """Something that makes the run itself doubtful."""

    message: str
    """The sentence that says what is doubtful, and where."""
    fix: str
    """The one thing to do about it."""
    code: Literal[1, 2, 3, 4, 5]
    """The number that it asks for as exit code: docs/exit-codes.md."""
    level: Level = ""
    """How every format marks it: error where it ends the run with another code than 0."""
    not_counted: str = ""
    """The reason why it doesn't fail the run, or empty where it does."""
    location: ProblemPlace | None
    """The place at which it stands, or null."""


class RolloutOf(Part):
    """What decided the mode."""

    decided_by: Literal["ring", "manifest", "ignored", "before", "no_ring", "unnamed"]
    """What decided the mode; ring: its step; manifest: aiact.yaml asks for more; ignored: it asks for
    less than enforce and no roll-out is there; before: the ring's first step is to come; no_ring: none
    fits; unnamed: no repository was given."""
    pack: str
    """The pack with the roll-out and its version, or empty."""
    vendored: bool
    """Whether the roll-out is that of a pack in the repository itself."""
    repository: str
    """The repository's name as given to the run, or empty."""
    ring_mode: str
    """The mode that the ring alone asks for, or empty."""
    profile: Literal["", "start", "core", "full"]
    """The profile that the ring asks for, or empty."""
    since: str
    """The first day of the step that holds, or empty."""
    until: str
    """The day of the next step, or empty."""
    kinds: list[Literal["contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed"]]
    """The kinds that fail the run in the mode enforce; empty: all."""


class RecallOf(Part):
    """A check that a pack takes back for a while."""

    check: str
    """The check that is taken back, requirement first."""
    reason: str
    """What is wrong with the check."""
    issue: str
    """The issue in which the check is mended."""
    approved_by: str
    """The person who took the check back."""
    from_: Annotated[str, Field(alias="from")]
    """The first day on which it isn't judged."""
    until: str
    """The last day on which it isn't judged."""
    pack: str
    """The pack that takes it back, and its version."""
    vendored: bool
    """Whether that pack is a copy in the repository itself."""


class ReportOf(Part):
    """One run."""

    schema_: Annotated[Literal["aiact-gate/report/v1"], Field(alias="schema")]
    """The words that make this a report, with the version of its form."""
    tool: Tool
    """The program that judged."""
    repository: str = ""
    """The repository as OWNER/NAME, where the run was told; or empty."""
    packs: list[PackUsed]
    """One entry for each pack that judged."""
    as_of: str
    """The day for which it was judged."""
    enforce: Literal["now", "law"]
    """What binds: everything now, or each point from the day of the law on."""
    mode: Literal["observe", "warn", "enforce"]
    """What decides the exit code alone: in observe and warn, 1 becomes 0; the verdict is the same in
    every mode."""
    ring: str
    """The ring of the roll-out that fits the repository, or empty."""
    rollout: RolloutOf | None
    """What decided the mode; null where no roll-out is there."""
    recalls: list[RecallOf]
    """One entry for each check that is taken back on this day."""
    bypass: str
    """What the environment says of a bypass of the gate, quoted and cut; without effect."""
    first_lines: list[str]
    """The sentences that every format says before everything else."""
    verdict: Literal["pass", "fail", "nothing_evaluated", "fault"]
    """What came of the run, whatever the mode."""
    subject: SubjectOf
    """The commit or folder that was looked at."""
    manifest: str
    """The manifest, as path relative to the repository's root."""
    note: str
    """For a repository without AI: who decided that and until when; else empty."""
    standing: int
    """The number of findings that stood before the change."""
    remarks: list[str]
    """The sentences about the run itself, such as what it was compared with."""
    systems: list[SystemOf]
    """One entry for each AI system that was judged."""
    questions: list[FindingOf] = []
    """One entry for each question to a repository that declares no system; never in the exit code."""
    not_read: list[NotRead]
    """One entry for each file that was found and not read."""
    problems: list[ProblemOf]
    """One entry for each thing that makes the run itself doubtful."""
    exit_code: Literal[0, 1, 2, 3, 4, 5]
    """The number with which the program ends: docs/exit-codes.md."""


class Output(RootModel[ReportOf | list[ReportOf]]):
    """What `--format json` writes: one run, or with several manifests (`--recursive`) the list of their runs."""
