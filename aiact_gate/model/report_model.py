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
    version: str


class PackUsed(Part):
    """A pack that judged."""

    name: str
    version: str
    digest: str
    legal_review: str


class SubjectOf(Part):
    """What was looked at."""

    kind: Literal["work tree", "staged index", "revision", "folder without git", "nothing"]
    """nothing: the run ended before it looked."""
    revision: str | None
    dirty: bool
    release: bool


class Place(Part):
    """A place in a file of the repository; lines and columns start at 1."""

    path: str
    line: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]
    end_line: int
    end_column: int
    pointer: str
    """JSON Pointer, beginning with the record's name."""


Level = Literal["error", "warning", "notice", ""]


class FindingOf(Part):
    """One check's outcome at one place."""

    kind: Literal["contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed"]
    outcome: OutcomeWord
    severity: Literal["error", "warning", "notice"]
    level: Level = ""
    """How every format marks it: error where it ends the run with another code than 0, empty where it isn't marked."""
    not_counted: str = ""
    """Why it doesn't fail the run; empty where it does."""
    message: str
    fix: str
    note: str
    warns_until: str
    """The last day on which it only warns, because the check is new in this form; or empty."""
    element: str
    number: int
    waits: list[str]
    fingerprint: str
    standing: bool
    location: Place


class CheckOf(Part):
    """What came of one check."""

    id: str
    severity: Literal["error", "warning"]
    method: Method
    outcome: OutcomeWord
    because: str
    recalled: str
    """The issue in which the check was taken back for a while, or empty."""
    warns_until: str
    held: int
    of: int
    findings: list[FindingOf]


class EvidenceOf(Part):
    """A file that a row stands on."""

    path: str
    sha256: str


class DebtOf(Part):
    """A finding that was owed on adoption day, under the baseline."""

    owner: str
    start: str
    """The day on which the baseline was made, or empty."""
    end: str
    """The day on which it is due."""
    check: str
    element: str
    """The id of the row that it covers, or empty."""


class WaiverOf(DebtOf):
    """A waiver that covers a finding."""

    id: str
    approved_by: str
    confirmed: bool
    """Git shows that who approved it wrote it; else that person is only named."""


class SignatureOf(Part):
    """A person on whose word a row rests."""

    by: str
    role: str
    """The field that names the person: `accepted by`."""
    start: str
    """Empty: no field of this version says since when."""
    end: str
    """Until when, or empty."""
    confirmed: bool
    """false: this version doesn't look who committed these lines."""
    elements: list[str]
    location: Place


class DutyOf(Part):
    """A group of duties that follows from the answers, for those who answered."""

    id: str
    kind: str
    """duty, or permission: what is allowed and not owed."""
    citation: str
    applies_from: str
    """Or empty, where no date is known."""
    readings: list[str]
    """Every day from which a reading of the law lets it bind."""
    judged: bool
    """Whether this run judged a point of it."""


class RequirementOf(Part):
    """One row of the checklist."""

    id: str
    version: str
    citation: str
    title: str
    calls_for: Literal["measured", "provenance", "structural", "attested"]
    profile: Literal["start", "core", "full", "always"]
    method: Method
    outcome: OutcomeWord
    because: str
    applies_from: str
    stood_on: Literal["", "lock", "live"]
    evidence: list[EvidenceOf]
    leaves_open: str
    documentation: str = ""
    """The point's page in aiact-gate's documentation: an address, or a path in its repository as long as that has none.
    Empty for a requirement of another pack."""
    locations: list[Place] = []
    """Of a row that passes: the first places that decided."""
    waiver: str
    """In words; `waivers` has the same as values."""
    waivers: list[WaiverOf] = []
    debts: list[DebtOf] = []
    signatures: list[SignatureOf] = []
    """Of a row that passes on a person's word: whose."""
    level: Level = ""
    """error: the row fails the run."""
    not_counted: str = ""
    """Why it isn't shown, or why its failure doesn't fail the run; empty where it passes or fails the run."""
    checks: list[CheckOf]


class ClassificationOf(Part):
    """What the tier rests on."""

    tier: str
    cites: list[str]
    decided_by: str
    reviewed_by: str
    proposed: bool


class DateOf(Part):
    """Something dated that concerns the system."""

    what: str
    date: str
    remark: str


class SystemOf(Part):
    """What came of one system."""

    id: str
    name: str
    version: str
    role: list[str]
    tier: str
    profile: Literal["start", "core", "full"]
    profile_of_ring: str
    """The ring that asked for this profile, where it is wider than the manifest's."""
    classification: ClassificationOf
    model: str
    lock: str
    release: str
    applies_from: str
    dates: list[DateOf]
    duties: list[DutyOf] = []
    counts: dict[str, int]
    notices: list[FindingOf]
    requirements: list[RequirementOf]


class NotRead(Part):
    """A file that was found and not read."""

    path: str
    why: str


class ProblemPlace(Part):
    """Where a problem stands."""

    path: str
    line: int
    column: int


class ProblemOf(Part):
    """Something that makes the run itself doubtful."""

    message: str
    fix: str
    code: Literal[1, 2, 3, 4, 5]
    level: Level = ""
    not_counted: str = ""
    location: ProblemPlace | None


class RolloutOf(Part):
    """What decided the mode."""

    decided_by: Literal["ring", "manifest", "ignored", "before", "no_ring", "unnamed"]
    """ring: its step; manifest: aiact.yaml asks for more; ignored: it asks for less than enforce and no roll-out is there;
    before: the ring's first step is to come; no_ring: none fits; unnamed: no repository was given."""
    pack: str
    vendored: bool
    """The roll-out is that of a pack in the repository itself."""
    repository: str
    ring_mode: str
    profile: Literal["", "start", "core", "full"]
    since: str
    until: str
    """The day of the next step, or empty."""
    kinds: list[Literal["contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed"]]
    """In the mode enforce: the kinds that fail the run; empty: all."""


class RecallOf(Part):
    """A check that a pack takes back for a while."""

    check: str
    reason: str
    issue: str
    approved_by: str
    from_: Annotated[str, Field(alias="from")]
    until: str
    pack: str
    vendored: bool


class ReportOf(Part):
    """One run."""

    schema_: Annotated[Literal["aiact-gate/report/v1"], Field(alias="schema")]
    tool: Tool
    repository: str = ""
    """OWNER/NAME, where the run was told."""
    packs: list[PackUsed]
    as_of: str
    enforce: Literal["now", "law"]
    mode: Literal["observe", "warn", "enforce"]
    """Decides the exit code alone: in observe and warn, 1 becomes 0. The verdict is the same in every mode."""
    ring: str
    rollout: RolloutOf | None
    recalls: list[RecallOf]
    bypass: str
    """What the environment says of a bypass of the gate, quoted and cut; without effect."""
    first_lines: list[str]
    """What every format says before everything else."""
    verdict: Literal["pass", "fail", "nothing_evaluated", "fault"]
    subject: SubjectOf
    manifest: str
    note: str
    standing: int
    remarks: list[str]
    systems: list[SystemOf]
    not_read: list[NotRead]
    problems: list[ProblemOf]
    exit_code: Literal[0, 1, 2, 3, 4, 5]


class Output(RootModel[ReportOf | list[ReportOf]]):
    """What `--format json` writes: one run, or with several manifests (`--recursive`) the list of their runs."""
