"""Cold `check` as a ratio to `python -c pass`, both in one loop; prints figures, fails on nothing.

    python benchmarks/cold_check.py [PATH …] [--rounds N]

The program that is timed is the installed one (`python -I -m aiact_gate`), so the packs come compiled from the wheel.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # one that fails is no time at all
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "paths",
        nargs="*",
        default=[str(ROOT / "examples/credit-scoring"), str(ROOT / "examples/spam-filter")],
    )
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    python = [sys.executable, "-I"]
    commands = {
        path: [*python, "-m", "aiact_gate", "check", "--as-of", "2026-11-25", path] for path in options.paths
    }
    commands["--version"] = [*python, "-m", "aiact_gate", "--version"]
    times: dict[str, list[float]] = {name: [] for name in ("pass", *commands)}
    for name, command in commands.items():  # once each, so that bytecode and caches are there
        seconds(command)
        del name
    for _ in range(options.rounds):
        times["pass"].append(seconds([*python, "-c", "pass"]))
        for name, command in commands.items():
            times[name].append(seconds(command))
    empty = statistics.median(times["pass"])
    print(f"python -c pass: {empty * 1000:.1f} ms, median of {options.rounds}")
    for name, found in times.items():
        middle = statistics.median(found)
        print(
            f"{middle / empty:6.1f} x  {middle * 1000:7.1f} ms  ({min(found) * 1000:.1f} to {max(found) * 1000:.1f})  {name}"
        )


if __name__ == "__main__":
    main()
