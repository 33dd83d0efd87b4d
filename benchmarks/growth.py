"""How `check` grows: with the rows of one record, and with the systems of one manifest; prints figures, fails on nothing.

    python benchmarks/growth.py [--risks 10 100 1000 10000] [--systems 1 10 100] [--rounds N]

Each repository is made of the shipped example's files in a temporary folder: its risk record with so many risks, or its
manifest with so many systems, each with its own folder of records. The ratio between the two largest is what counts: twelve
for ten times as much is still linear.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "credit-scoring"
AS_OF = "2026-11-25"


def copy_of_example(folder: Path) -> Path:
    """The example's tracked files in *folder*."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=EXAMPLE, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(EXAMPLE / name, folder / name)
    return folder


def with_risks(folder: Path, count: int) -> None:
    """The example with *count* risks: its own ones repeated under new ids."""
    path = copy_of_example(folder) / "compliance" / "risk_management.yaml"
    record = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    own = record["risks"]
    record["risks"] = [
        {**own[number % len(own)], "id": own[number]["id"] if number < len(own) else f"X{number}"}
        for number in range(count)
    ]
    path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")


def with_systems(folder: Path, count: int) -> None:
    """A manifest with *count* systems, each with records of its own and without a lock."""
    copy_of_example(folder)
    manifest = folder / "aiact.yaml"
    data = yaml.load(manifest.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    system = data["systems"][0]
    data["systems"] = []
    for number in range(count):
        name = f"system-{number}"
        data["systems"].append({**system, "id": name, "evidence_dir": f"compliance/{name}"})
        own = folder / "compliance" / name
        own.mkdir()
        for record in sorted((folder / "compliance").glob("*.yaml")):
            if record.stem not in ("waivers", "baseline"):
                text = re.sub(r"credit-scoring@", f"{name}@", record.read_text(encoding="utf-8"))
                (own / record.name).write_text(text, encoding="utf-8")
    for record in (folder / "compliance").glob("*.yaml"):
        record.unlink()
    (folder / "aiact.lock").unlink()
    manifest.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def seconds(folder: Path, rounds: int) -> tuple[float, int]:
    """The median time of a check of *folder*, and its exit code."""
    command = [sys.executable, "-I", "-m", "aiact_gate", "check", "--as-of", AS_OF, str(folder)]
    times, code = [], 0
    for _ in range(rounds + 1):  # the first writes the bytecode
        start = time.perf_counter()
        code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]), code


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--risks", type=int, nargs="*", default=[10, 100, 1000, 10000])
    parser.add_argument("--systems", type=int, nargs="*", default=[1, 10, 100])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for what, make, sizes in (
        ("risks", with_risks, options.risks),
        ("systems", with_systems, options.systems),
    ):
        before = 0.0
        for size in sizes:
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary, "repository")
                folder.mkdir()
                make(folder, size)
                git = ["git", "-c", "user.name=Example", "-c", "user.email=example@example.org"]
                subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
                subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
                subprocess.run([*git, "commit", "-qm", "a repository"], cwd=folder, check=True)
                took, code = seconds(folder, options.rounds)
            times = f"{took / before:5.1f} x the one before" if before else ""
            print(f"{size:6d} {what:8s} {took:7.2f} s  exit {code}  {times}", flush=True)
            before = took


if __name__ == "__main__":
    main()
