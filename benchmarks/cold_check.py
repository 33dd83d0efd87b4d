"""Cold `check` as a ratio to `python -c pass`, both in one loop; prints figures, fails on nothing.

    python benchmarks/cold_check.py [--rounds N] [--files 50000]

The program that is timed is the installed one (`python -I -m aiact_gate`), so the packs come compiled from the wheel. What
is counted is the computing (user and system) of the run and of the git that it starts: on a machine that others use, too,
time on the wall says little. Nothing is kept from one run to the next. Each example is also judged in a repository of its
own, where one file is staged that no record names, and among so many other files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
GIT = ["git", "-c", "gc.auto=0", "-c", "user.name=Example", "-c", "user.email=example@example.org"]
PYTHON = [sys.executable, "-I"]
CHECK = [*PYTHON, "-m", "aiact_gate", "check", "--as-of", "2026-11-25"]


class Timed(NamedTuple):
    """A command and the folder it runs in."""

    command: list[str]
    folder: Path


def repository(folder: Path, example: str, others: int = 0) -> Path:
    """*example* in a repository of its own with *others* other files, and one more that is staged."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=EXAMPLES / example, check=True, capture_output=True
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(EXAMPLES / example / name, folder / name)
    for number in range(others):
        place = folder / "other" / f"{number // 100}" / f"{number}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{number}\n", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a repository"], ["gc", "-q"]):
        subprocess.run([*GIT, *arguments], cwd=folder, check=True)
    (folder / "unrelated.txt").write_text("no record names it\n", encoding="utf-8")
    subprocess.run([*GIT, "add", "unrelated.txt"], cwd=folder, check=True)
    return folder


def seconds(timed: Timed) -> float:
    """What *timed* and the processes that it waits for compute."""
    process = subprocess.Popen(timed.command, cwd=timed.folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:  # one that fails is no time at all
        raise SystemExit(f"{' '.join(timed.command)}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--files", type=int, default=50_000, help="how many other files the large tree has")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        commands = {"--version": Timed([*PYTHON, "-m", "aiact_gate", "--version"], ROOT)}
        for example in ("spam-filter", "credit-scoring"):
            commands[example] = Timed(CHECK, EXAMPLES / example)
            small = repository(Path(temporary, example), example)
            commands[f"{example} --staged, an unrelated file"] = Timed([*CHECK, "--staged"], small)
        large = repository(Path(temporary, "large"), "credit-scoring", options.files)
        among = f"credit-scoring among {options.files:,} other files"
        commands[among] = Timed(CHECK, large)
        commands[f"{among} --staged, an unrelated file"] = Timed([*CHECK, "--staged"], large)
        times: dict[str, list[float]] = {name: [] for name in ("python -c pass", *commands)}
        for timed in commands.values():  # once each, so that bytecode is there
            seconds(timed)
        for _ in range(options.rounds):
            times["python -c pass"].append(seconds(Timed([*PYTHON, "-c", "pass"], ROOT)))
            for name, timed in commands.items():
                times[name].append(seconds(timed))
    empty = statistics.median(times["python -c pass"])
    print(f"median of {options.rounds}, computing only")
    for name, found in times.items():
        middle = statistics.median(found)
        print(
            f"{middle / empty:6.1f} x  {middle * 1000:7.1f} ms  ({min(found) * 1000:.1f} to {max(found) * 1000:.1f})  {name}"
        )


if __name__ == "__main__":
    main()
