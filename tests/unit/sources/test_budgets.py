"""Large and slow input ends within bounds of time and memory for the whole run, and nothing is claimed about what wasn't looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from reports import Judged, judge
from repos import DAY, HIGH, high, installed

EVENT = {
    "type": "prediction",
    "time": "2026-11-12T09:00:00+01:00",
    "system": "loans",
    "version": "1.2.0",
    "model_version": "3",
    "input_digest": "sha256:" + "3f" * 32,
    "output": "review",
    "words": "x" * 300,
}
MEMORY = 200
"""MiB, of which the program without any input takes about 60."""


def log(size: int) -> str:
    lines = []
    number = left = 0
    while left < size:
        lines.append(json.dumps({**EVENT, "case_id": f"C-{number}"}) + "\n")
        left += len(lines[-1])
        number += 1
    return "".join(lines)


# A process begins with the memory of the one that starts it, so a small one stands between.
MEASURED = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def peak(folder: Path) -> tuple[int, int, Judged]:
    """(exit code, MiB at most, report) of a run of the real program in *folder*."""
    report = folder.parent / "report.json"
    command = [sys.executable, "-m", "aiact_gate", "check", "--as-of", DAY, "--format", f"json={report}"]
    environment = {**os.environ, "PYTHONPATH": str(installed())}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
    )
    code, memory = done.stdout.split()[-2:]
    return int(code), int(memory), Judged(int(code), json.loads(report.read_text("utf-8")))


def test_a_log_of_50_MB_is_read_in_little_memory_and_what_is_judged_row_by_row_is_unknown(
    tmp_path: Path,
) -> None:
    repository = high(tmp_path / "repository", {"evidence/events.jsonl": log(50_000_000)})

    code, memory, judged = peak(repository.folder)
    check = judged.check("art12.1.automatic/events-of-this-release")

    assert (1, True) == (code, memory < MEMORY), memory
    assert ("unknown", True) == (check["outcome"], "at most 20,000 are judged one by one" in check["because"])


def test_a_log_below_the_bound_is_judged_row_by_row(tmp_path: Path) -> None:
    repository = high(tmp_path / "repository", {"evidence/events.jsonl": log(1_000_000)})

    check = judge(repository.folder).check("art12.1.automatic/events-of-this-release")
    assert "one by one" not in check["because"]


def test_patterns_that_are_slow_have_one_budget_for_all_systems_of_a_run(tmp_path: Path) -> None:
    """Each text is matched in the end, below the bound of a single pattern."""
    pattern = "^(?:(a|aa|(?=a)a)+!|a+)$"
    schema = {"type": "object", "properties": {"output": {"pattern": pattern}}}
    events = "".join(
        json.dumps({**EVENT, "output": "a" * 9, "case_id": f"C-{n}"}) + "\n" for n in range(40_000)
    )
    second = HIGH["aiact.yaml"] + HIGH["aiact.yaml"].partition("systems:\n")[2].replace(
        "id: loans", "id: more"
    )
    records = {
        path: text.replace("for: loans@1.2.0", "for: [loans@1.2.0, more@1.2.0]")
        for path, text in HIGH.items()
        if path.startswith("compliance/")
    }
    changes = {
        "aiact.yaml": second,
        "evidence/events.jsonl": events,
        "evidence/event.schema.json": json.dumps(schema),
    }
    repository = high(tmp_path / "repository", {**records, **changes})
    begun = time.perf_counter()

    judged = judge(repository.folder)

    said = [system["requirements"] for system in judged.data["systems"]]
    unknown = [
        any("too long" in check["because"] for row in rows for check in row["checks"]) for rows in said
    ]
    assert ([True, True], True) == (unknown, time.perf_counter() - begun < 30)


def test_a_flow_list_of_10_MB_ends_soon_and_in_little_memory(tmp_path: Path) -> None:
    text = HIGH["compliance/testing.yaml"] + "more: [" + "1," * 4_900_000 + "1]\n"
    repository = high(tmp_path / "repository", {"compliance/testing.yaml": text})
    begun = time.perf_counter()

    code, memory, _ = peak(repository.folder)

    assert (1, True, True) == (code, memory < MEMORY, time.perf_counter() - begun < 20), memory
