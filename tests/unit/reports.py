"""The program called as a user calls it, in this process, and its JSON report read back."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repos import DAY, call

RISKS = "compliance/risk_management.yaml"


@dataclass(frozen=True)
class Judged:
    """A run of `check --format json`."""

    code: int
    data: dict[str, Any]

    @property
    def system(self) -> dict[str, Any]:
        """The first system's report."""
        system: dict[str, Any] = self.data["systems"][0]
        return system

    def row(self, requirement: str) -> dict[str, Any]:
        """The row of *requirement*."""
        return next(row for row in self.system["requirements"] if requirement == row["id"])

    def check(self, name: str) -> dict[str, Any]:
        """The result of the check *name*: `art9.5/accepted-by-another`."""
        checks: list[dict[str, Any]] = self.row(name.partition("/")[0])["checks"]
        return next(check for check in checks if name == check["id"])

    def outcome(self, name: str) -> str:
        """What came of a requirement or a check."""
        found = self.check(name) if "/" in name else self.row(name)
        return str(found["outcome"])

    def places(self, name: str) -> list[tuple[str, str, int]]:
        """(kind, file, line) of the failing findings of the check *name*."""
        return [
            (finding["kind"], finding["location"]["path"], finding["location"]["line"])
            for finding in self.check(name)["findings"]
            if "fail" == finding["outcome"]
        ]

    def said(self, name: str) -> str:
        """The messages of the check *name*."""
        return " ".join(finding["message"] for finding in self.check(name)["findings"])

    @property
    def failing(self) -> list[str]:
        """The ids of the rows that fail or are unknown."""
        rows = self.system["requirements"]
        return [row["id"] for row in rows if row["outcome"] in ("fail", "unknown", "error")]

    @property
    def notices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.system["notices"]
        return found


def judge(folder: Path, *arguments: str, as_of: str = DAY) -> Judged:
    """`aiact-gate check` of *folder* on one day, as JSON."""
    ran = call("check", str(folder), "--as-of", as_of, "--format", "json", *arguments)
    assert ran.out, ran.err
    return Judged(ran.code, json.loads(ran.out))


def git(folder: Path, *arguments: str) -> str:
    """git in *folder*, as a person without settings of their own."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str = "A state of things", at: str = "") -> None:
    """All that is in *folder*; *at* is when it was written, as git reads it, else now."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message, *(["--date", at] if at else []))


def line_of(folder: Path, path: str, text: str) -> int:
    """The number of the first line of *path* that holds *text*."""
    lines = (folder / path).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def replace(folder: Path, path: str, old: str, new: str) -> None:
    """The first *old* in *path* replaced."""
    file = folder / path
    text = file.read_text("utf-8")
    assert old in text, f"{path} doesn't hold {old!r}"
    file.write_text(text.replace(old, new, 1), "utf-8")


def unaccept(folder: Path, *risks: str) -> None:
    """Take away who accepted what remains of *risks* in a copy of the example."""
    lines = (folder / RISKS).read_text("utf-8").split("\n")
    risk = ""
    for index, line in enumerate(lines):
        if line.startswith("  - id: "):
            risk = line.removeprefix("  - id: ")
        if risk in risks and line.startswith("      accepted_by: "):
            lines[index] = "      accepted_by:"
    (folder / RISKS).write_text("\n".join(lines), "utf-8")
