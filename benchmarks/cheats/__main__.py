"""Edits of the shipped example, each alone: which cheats `check` notices, and which honest edits it holds against anybody.

    python benchmarks/cheats [--write] [--tenth] [--only ID ...] [--jobs N] [--list] [--apply]

Each edit is made in a repository of its own, committed, and judged on the day of the example. A cheat is *killed* where the
exit code, or outcome or strength of its row, is worse than the untouched repository's in the same state; *asked* where only a
question is new; *told* where a notice, warning or remark is new, or the row claims less there than in a full clone. A neutral edit is
an *alarm* where an error, an unknown or a contradiction is new, and a *question* where a question is. An edit that doesn't fit the
example any more ends the run.
"""

from __future__ import annotations

import argparse
import datetime
import sys

import table
from running import CASES, results
from tree import ROOT, git


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    parser.add_argument(
        "--tenth", action="store_true", help="every tenth case only; with a survivor or not, exit 0"
    )
    parser.add_argument("--only", nargs="+", metavar="ID", default=())
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print id, rule, row and what each imitates")
    parser.add_argument(
        "--apply", action="store_true", help="make each edit and judge nothing: does it fit the example?"
    )
    options = parser.parse_args()
    names = [case.id for case in CASES]
    if len(set(names)) < len(names):
        raise SystemExit(f"ids that stand twice: {sorted({name for name in names if names.count(name) > 1})}")
    if options.list:
        print(table.listed(CASES), end="")
        return
    chosen = list(range(len(CASES)))[:: 10 if options.tenth else 1]
    if options.only:
        unknown = sorted(set(options.only) - set(names))
        if unknown:
            raise SystemExit(f"no such case: {', '.join(unknown)}")
        chosen = [names.index(name) for name in options.only]
    found = results(chosen, options.jobs, judge=not options.apply)
    broken = [f"{one.id}: {one.why}" for one in found if one.verdict == "broken"]
    if options.apply and not broken:
        print(f"{len(chosen)} edits fit the example")
        return
    if not options.apply:
        print(table.text([CASES[number] for number in chosen], found), end="")
    if broken:
        raise SystemExit("\n".join(["edits that don't fit the example any more:", *broken]))
    if options.write:
        when = datetime.datetime.now(datetime.UTC).date().isoformat()
        table.write(
            ROOT / "README.md",
            table.markdown(CASES, found, when, git(ROOT, "rev-parse", "--short=7", "HEAD")),
        )


if __name__ == "__main__":
    sys.exit(main())
