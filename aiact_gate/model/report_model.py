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

    kind: Literal["work tree", "staged index", "revision", "folder without git"]
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


class FindingOf(Part):
    """One check's outcome at one place."""

    kind: Literal["contradicted", "unbound", "loosened", "stale", "filler", "missing", "malformed"]
    outcome: OutcomeWord
    severity: Literal["error", "warning", "notice"]
    message: str
    fix: str
    note: str
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
    held: int
    of: int
    findings: list[FindingOf]


class EvidenceOf(Part):
    """A file that a row stands on."""

    path: str
    sha256: str


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
    waiver: str
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
    classification: ClassificationOf
    model: str
    lock: str
    release: str
    applies_from: str
    dates: list[DateOf]
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
    location: ProblemPlace | None


class ReportOf(Part):
    """One run."""

    schema_: Annotated[Literal["aiact-gate/report/v1"], Field(alias="schema")]
    tool: Tool
    packs: list[PackUsed]
    as_of: str
    enforce: Literal["now", "law"]
    mode: Literal["enforce"]
    verdict: Literal["pass", "fail", "nothing_evaluated", "fault"]
    subject: SubjectOf
    manifest: str
    note: str
    standing: int
    systems: list[SystemOf]
    not_read: list[NotRead]
    problems: list[ProblemOf]
    exit_code: Literal[0, 1, 2, 3, 4, 5]


class Output(RootModel[ReportOf | list[ReportOf]]):
    """What `--format json` writes: one run, or with several manifests (`--recursive`) the list of their runs."""
