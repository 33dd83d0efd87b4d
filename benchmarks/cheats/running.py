"""All cases, and their results from several processes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import doors
import git_states
import neutral
import registry_and_lock
import words_and_persons
from cases import Case, Result
from judging import Bench

CHEATS: tuple[Case, ...] = (
    *registry_and_lock.CASES,
    *git_states.CASES,
    *doors.CASES,
    *words_and_persons.CASES,
)
CASES: tuple[Case, ...] = (*CHEATS, *neutral.CASES)


def run(numbers: Sequence[int], folder: str, judge: bool) -> list[Result]:
    """The results of the cases of these *numbers*, in a process of its own."""
    bench = Bench(Path(folder))
    results = []
    for number in numbers:
        case = CASES[number]
        try:
            if judge:
                results.append(bench.result(case))
            else:
                bench.applied(case)
        except Exception as why:
            results.append(Result(case.id, "broken", f"{type(why).__name__}: {why}"))
    return results


def results(cases: Sequence[int], jobs: int, judge: bool = True) -> list[Result]:
    with tempfile.TemporaryDirectory() as temporary, ProcessPoolExecutor(jobs) as pool:
        folders = [str(Path(temporary, str(job))) for job in range(jobs)]
        for folder in folders:
            Path(folder).mkdir()
        work = [pool.submit(run, cases[job::jobs], folders[job], judge) for job in range(jobs)]
        found = {one.id: one for part in work for one in part.result()}
    return [found[CASES[number].id] for number in cases if CASES[number].id in found]
