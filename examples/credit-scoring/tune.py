"""Cross-validation on data/train.csv alone: what the thresholds of compliance/testing.yaml were set from.

    python tune.py

Prints, for each planned figure, its mean over five repeats, with bounds. It never opens data/test.csv.
"""

from __future__ import annotations

import numpy as np
import trials
from fitting import HERE, Sample, baselines, fit, load, measure
from sklearn.model_selection import StratifiedKFold

REPEATS = 5


def part(sample: Sample, numbers: list[int]) -> Sample:
    return Sample(
        [sample.rows[i] for i in numbers], [sample.bad[i] for i in numbers], [sample.ages[i] for i in numbers]
    )


def main() -> None:
    train = load(HERE / "data" / "train.csv")
    strata = [f"{band}/{bad}" for band, bad in zip(train.bands, train.bad, strict=True)]
    found: dict[str, list[float]] = {
        "out-of-fold AUC (EXPECTED_AUC)": [trials.out_of_fold_auc(train.rows, train.bad, train.bands, fit)]
    }

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for repeat in range(REPEATS):
        held_out = np.empty(len(train.rows))
        for inside, outside in StratifiedKFold(5, shuffle=True, random_state=repeat).split(strata, strata):
            known, asked = part(train, list(inside)), part(train, list(outside))
            scorecard = fit(known.rows, known.bad, known.bands)
            held_out[outside] = trials.scores(scorecard, asked.rows)
            for name, disturb, strength in (
                ("mistyped", trials.mistyped, trials.MISTYPED),
                ("defaulted", trials.defaulted, trials.DEFAULTED),
                ("contradicted", trials.contradicted, trials.CONTRADICTED),
            ):
                note(f"loss, {name}", trials.auc_loss(scorecard, asked.rows, asked.bad, disturb, strength))
            note("evasion", trials.evasion(scorecard, asked.rows, asked.bad, 0.25)[0])
            note(
                "membership",
                trials.membership(scorecard, (known.rows, known.bad), (asked.rows, asked.bad))[0],
            )
            if repeat == 0:
                success, _, alarms = trials.poisoning(
                    (known.rows, known.bad, known.bands), (asked.rows, asked.bad), fit
                )
                note("poisoning, unnoticed and harmful", success)
                note("poisoning, alarm raised", alarms)
            for name, value in baselines(known, asked).items():
                note(name, value)
        for name, figure in measure(train.bad, train.bands, held_out.tolist()).items():
            note(name, figure.value)
            note(f"{name}, lower", figure.lower)
            note(f"{name}, upper", figure.upper)
    for name, values in found.items():
        print(f"{name:45} {np.mean(values):.3f}  from {min(values):.3f} to {max(values):.3f}")


if __name__ == "__main__":
    main()
