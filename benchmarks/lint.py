"""How `policy lint` grows with the checks of a pack; prints figures, fails on nothing.

    python benchmarks/lint.py [--checks 100 1000 10000] [--wrong]

Each pack is generated in a temporary folder: ten checks a requirement, twenty requirements a file, of six forms with
quoted, folded and looped conditions. `--wrong` misspells a field in every tenth check, so that places are looked up as well.
Twelve times as long for ten times as many checks is still linear.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
schema: aiact-gate/pack/v1
name: generated
version: 1.0.0
legal_review: no rule of law is in it
introduced: 2026-11-25
"""
POLICY = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
"""
REQUIREMENT = """\
  - id: house.point{number}
    version: 1.0.0
    citation: Model risk policy, section {number}
    title: Point {number} of the plan is reasoned
    binds: {{role: provider, duty: requirements}}
    timeline: undated
    profile: full
    calls_for: structural
    why: A threshold without a reason is a number that somebody liked.
    leaves_open: Is the reason a good one?
    fix: Write down which harm the threshold prevents.
    parameters: {{least: {{type: float, default: 0.5, min: 0.0, max: 1.0, tighten: higher}}}}
    checks:
"""
CONDITIONS = (
    "filled(it.because)",
    "'it.direction == \"higher\" ? it.threshold >= parameters.least : it.threshold <= 0.{number}'",
    '[filled(it.because), "it.metric in mlflow.run.metrics && mlflow.run.metrics[it.metric] >= 0.{number}"]',
    ">-\n          it.id != it.metric &&\n          testing.attacks.exists(attack, attack.id != it.id && attack.limit < 0.{number})",
    "testing.robustness.exists(test, test.kind == 'error' && test.allowed <= 0.{number})",
    "quotes(instructions_for_use.sections.accuracy.text, it.title) || it.threshold > 0.{number}",
)
CHECK = """\
      - id: check{number}
        each: testing.metrics
        that: {condition}
        at: it.because
        message: "{{it.id}} stands at {{it.threshold}}, {{parameters.least}} at the least, in check {number}."
"""


def write_pack(folder: Path, checks: int, wrong: bool) -> None:
    """A pack of *checks* generated checks in *folder*."""
    folder.mkdir()
    (folder / "pack.yaml").write_text(HEAD, "utf-8")
    text, requirement = POLICY, 0
    for number in range(checks):
        if number % 10 == 0:
            if requirement and requirement % 20 == 0:
                (folder / f"policy{requirement}.yaml").write_text(text, "utf-8")
                text = POLICY
            text += REQUIREMENT.format(number=requirement)
            requirement += 1
        condition = CONDITIONS[number % len(CONDITIONS)].format(number=number + 1)
        if wrong and number % 10 == 0:
            condition = condition.replace("it.", "it.x", 1)
        text += CHECK.format(number=number, condition=condition)
    (folder / "last.yaml").write_text(text, "utf-8")


def lint(folder: Path) -> tuple[float, float, int, str]:
    """(seconds of computing, MiB at the most, exit code, last line) of one run in a process of its own."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "aiact_gate", "policy", "lint", str(folder)], cwd=ROOT, stdout=out
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        last = out.read().splitlines()[-1:]
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, "".join(last)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checks", type=int, nargs="+", default=[100, 1000, 10000])
    parser.add_argument("--wrong", action="store_true", help="misspell a field in every tenth check")
    options = parser.parse_args()
    before: tuple[int, float] | None = None
    print(f"{'checks':>8} {'seconds':>8} {'MiB':>6} {'ms a check':>11}  of the size before")
    for checks in options.checks:
        with tempfile.TemporaryDirectory(prefix="aiact-lint-") as temporary:
            write_pack(Path(temporary, "generated"), checks, options.wrong)
            seconds, size, code, last = lint(Path(temporary, "generated"))
        grown = f"{seconds / before[1]:.1f} times for {checks / before[0]:g} times" if before else ""
        print(
            f"{checks:>8} {seconds:>8.2f} {size:>6.0f} {1000 * seconds / checks:>11.2f}  {grown} (exit {code}, {last})"
        )
        before = (checks, seconds)


if __name__ == "__main__":
    main()
