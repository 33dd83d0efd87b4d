"""A pack of many checks: compiling it and judging with it; prints figures, fails on nothing.

    python benchmarks/many_checks.py [CHECKS …]

The checks are those of the built-in pack under new names, judged on examples/credit-scoring. What is counted is above the same run
without the pack: the pack is compiled in every run.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LAW = ROOT / "policies" / "eu-ai-act"


def write_pack(folder: Path, wanted: int) -> int:
    """A pack of about *wanted* checks in *folder*; how many there are."""
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "schema: aiact-gate/pack/v1\nname: many\nversion: 1.0.0\nintroduced: 2026-11-25\nlegal_review: not yet\n"
    )
    requirements = [
        requirement
        for file in sorted(LAW.glob("a*.yaml"))
        for requirement in yaml.safe_load(file.read_text())["requirements"]
        if requirement.get("checks") and requirement["profile"] != "always"
    ]
    written = count = 0
    while count < wanted:
        copies = []
        for requirement in requirements:
            if count >= wanted:
                break
            copies.append({**requirement, "id": f"house{written}.{requirement['id']}"})
            count += len(requirement["checks"])
        policy = {
            "schema": "aiact-gate/policy/v1",
            "article": f"house {written}",
            "title": "Copies",
            "requirements": copies,
        }
        (folder / f"copies-{written:03}.yaml").write_text(yaml.safe_dump(policy, sort_keys=False, width=1000))
        written += 1
    return count


def measured(arguments: list[str]) -> tuple[float, float]:
    """Seconds of wall clock and MiB at most of one run in a process of its own."""
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.execv(sys.executable, [sys.executable, "-I", "-m", "aiact_gate", *arguments])
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)}: exit {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [1_000, 10_000]
    example = [str(ROOT / "examples" / "credit-scoring"), "--as-of", "2026-11-25"]
    measured(["check", *example])
    plain = statistics.median(measured(["check", *example])[0] for _ in range(5))
    print(f"without the pack: {plain:.2f} s")
    for size in sizes:
        work = Path(tempfile.mkdtemp())
        try:
            count = write_pack(work / "many", size)
            arguments = ["check", *example, "--pack", str(work / "many")]
            runs = [measured(arguments) for _ in range(3)]
            seconds = statistics.median(run[0] for run in runs) - plain
            print(
                f"{count:6} checks: {seconds:.2f} s above it, {max(run[1] for run in runs):.0f} MiB at most"
            )
        finally:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
