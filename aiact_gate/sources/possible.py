"""Figures that can't be: out of their metric's range, outside their own bounds, of more cases than there are rows.

Metrics are known by the words of their names; a name that isn't known is left alone, and so is one of a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiact_gate.model.evidence import Evidence, Fault
from aiact_gate.model.location import Pointer

_NO_END = float("inf")


class Known(NamedTuple):
    """A metric that is known by name."""

    names: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    is_share_of_cases: bool = True
    """One case gives an end of the range or nothing."""
    is_within_bounds: bool = True
    """A resampled interval holds the figure itself; not so where resampling shifts it."""


METRICS = (
    Known(("log loss", "logloss", "cross entropy", "deviance"), 0, _NO_END, False),
    Known(("rmse", "mae", "mse", "mape", "mean absolute error", "mean squared error"), 0, _NO_END, False),
    Known(("word error rate", "wer", "cer", "character error rate"), 0, _NO_END, False),
    Known(("perplexity",), 1, _NO_END, False),
    Known(("ece", "expected calibration error", "calibration error"), 0, 1, False, False),
    Known(("brier",), 0, 1, False),
    Known(("auc", "roc auc", "auroc", "rocauc", "auprc", "pr auc", "concordance", "average precision"), 0, 1),
    Known(("accuracy", "balanced accuracy", "precision", "recall", "sensitivity", "specificity", "f1", "dice", "iou", "jaccard")),
    Known(("fpr", "tpr", "fnr", "tnr", "false positive rate", "true positive rate", "false negative rate", "true negative rate")),
    Known(("error rate", "share", "fraction", "proportion", "success")),
    Known(("mcc", "matthews", "kappa", "gini", "spearman", "pearson", "kendall"), -1, 1, False),
    Known(("r2", "r squared"), -_NO_END, 1, False),
)  # fmt: skip
"""What the gate knows of metrics: the first whose name stands in the name of a figure."""

_DERIVED = frozenset(
    "gap difference diff delta loss drop change improvement lift ratio gain increase decrease std variance se sd "
    "advantage cases count n lower upper lo hi baseline bits per market number price time seconds".split()
)
"""Words with which a figure isn't the metric itself."""
_PERCENT = 100.0
_FEWEST = 2
_ALTERED = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(%|percent|per cent)\s+of\s+(?:all\s+|the\s+)*(\w+)", re.IGNORECASE
)
_OTHER_CASES = re.compile(r"pair|token|pixel|box|draw|word|char|span|point|frame", re.IGNORECASE)
_OF_CASES = frozenset(("rows", "cases", "records", "applications", "requests", "examples"))
_OF_FIELDS = frozenset(("fields", "columns", "features", "values"))


def known_metric(name: str) -> Known | None:
    """What is known of the metric that *name* (`test_auc_under_25`) is of, or None."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    text = f" {' '.join(words)} "
    found = next((known for known in METRICS if any(f" {one} " in text for one in known.names)), None)
    if found is None or found.high == _NO_END:
        return found
    return None if _DERIVED & set(words) else found


def impossible(evidence: Evidence) -> Iterator[Fault]:
    """A fault for each figure of the run, and each criterion of the plan, that can't be what it is called."""
    testing = evidence.data.get("testing") or {}
    run = ((evidence.data.get("mlflow") or {}).get("run") or {}).get("metrics") or {}
    metrics = _rows(testing, "metrics")
    for pointer, row in metrics:
        yield from _of_metric(pointer, row, run, evidence)
    yield from _more_cases_than_rows(metrics, run, evidence)
    thresholds = {row.get("id"): _number(row.get("threshold")) or 0.0 for _, row in metrics}
    for _, row in _rows(testing, "baselines"):
        threshold = thresholds.get(row.get("metric"), 0.0)
        yield from _out_of_range(str(row.get("logged_as")), threshold, run, evidence)
    yield from _of_attacks(_rows(testing, "attacks"), run, evidence)
    yield from _of_robustness(_rows(testing, "robustness"), run, evidence)
    for name, dataset in evidence.data["derived"]["datasets"].items():
        for group, share in dataset["shares"].items():
            if not 0.0 <= share <= 1.0:
                at: Pointer = ("derived", "datasets", name, "shares", group)
                yield _fault(
                    evidence,
                    at,
                    f"aiact.lock says that the share of {group} in {name} is {share:g}; a share lies between 0 and 1.",
                )


def _rows(testing: Mapping[str, Any], name: str) -> list[tuple[Pointer, dict[str, Any]]]:
    rows = testing.get(name)
    return [
        (("testing", name, index), row)
        for index, row in enumerate(rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]


def _of_metric(
    pointer: Pointer, row: Mapping[str, Any], run: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    key, lower, upper = (str(row.get(name)) for name in ("metric", "lower", "upper"))
    threshold, confidence = _number(row.get("threshold")), _number(row.get("confidence"))
    if confidence is not None and not 0.5 <= confidence < 1:
        what = f"A confidence of {confidence:g} bounds nothing: it lies from 0.5 to below 1."
        yield _fault(evidence, (*pointer, "confidence"), what, "malformed")
    for one in (key, lower, upper):
        yield from _out_of_range(one, threshold or 0.0, run, evidence, key)
    value, low, high = (_number(run.get(one)) for one in (key, lower, upper))
    known = known_metric(key)
    if low is not None and high is not None and low > high:
        yield _logged(evidence, lower, f"The lower bound {low:g} lies above the upper bound {high:g}.")
    if value is None or known is None:
        return
    eps = 1e-9
    outside = low is not None and value < low - eps or high is not None and value > high + eps
    if known.is_within_bounds and outside:
        yield _logged(evidence, key, f"{key} is {value:g}, outside its own bounds {_bounds(low, high)}.")
    inside = known.low + eps < value < known.high * _scale(known, threshold or 0.0) - eps
    if inside and low is not None and low == high == value:
        yield _logged(
            evidence, lower, f"The bounds of {key} are both {low:g}: an interval of width 0 inside the range."
        )
    cases = _number(run.get(str(row.get("cases"))))
    if cases is not None and (cases != int(cases) or cases < 0):
        yield _logged(evidence, str(row.get("cases")), f"{cases:g} is no number of cases.")
    elif cases is not None and known.is_share_of_cases and inside and cases < _FEWEST:
        what = f"{key} is {value:g} of {cases:g} case{'' if cases == 1 else 's'}, which gives no such figure."
        yield _logged(evidence, str(row.get("cases")), what)


def _out_of_range(
    key: str, threshold: float, run: Mapping[str, Any], evidence: Evidence, metric: str = ""
) -> Iterator[Fault]:
    known, value = known_metric(metric or key), _number(run.get(key))
    if known is None or value is None or _scale(known, threshold) == _NO_END:
        return
    low, high = known.low * _scale(known, threshold), known.high * _scale(known, threshold)
    if not low - 1e-9 <= value <= high + 1e-9:
        ends = f"between {low:g} and {high:g}" if high != _NO_END else f"from {low:g} upwards"
        yield _logged(evidence, key, f"{key} is {value:g}; such a figure lies {ends}.")


def _scale(known: Known, threshold: float) -> float:
    """100 where the plan speaks of percent: its threshold is 68. Beyond that it speaks of something else."""
    if known.high != 1.0 or abs(threshold) < 1.0:
        return 1.0
    return _PERCENT if abs(threshold) <= _PERCENT else _NO_END


def _more_cases_than_rows(
    metrics: Sequence[tuple[Pointer, Mapping[str, Any]]], run: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    """Cases are rows where a metric of the whole split has as many cases as the split has rows."""
    sizes: dict[str, int] = {}
    for row in (evidence.data.get("data_governance") or {}).get("datasets") or []:
        facts = (
            evidence.data["derived"]["datasets"].get(str(row.get("id"))) if isinstance(row, dict) else None
        )
        if facts is not None and facts["rows"] > 0:
            sizes[str(row.get("split"))] = sizes.get(str(row.get("split")), 0) + facts["rows"]
    counts = [
        (str(row.get("split")), str(row.get("cases")), _number(run.get(str(row.get("cases")))))
        for _, row in metrics
        if known_metric(str(row.get("metric"))) is not None and not _OTHER_CASES.search(str(row.get("cases")))
    ]
    rows = {split for split, _, cases in counts if cases is not None and cases == sizes.get(split)}
    for split, key, cases in counts:
        if split in rows and cases is not None and cases > sizes[split]:
            yield _logged(evidence, key, f"{key} is {cases:g}; the {split} data has {sizes[split]:,} rows.")


def _of_attacks(
    attacks: Sequence[tuple[Pointer, Mapping[str, Any]]], run: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    for _, row in attacks:
        key, cases = str(row.get("success")), _number(run.get(str(row.get("cases"))))
        yield from _out_of_range(key, _number(row.get("limit")) or 0.0, run, evidence)
        value, known = _number(run.get(key)), known_metric(key)
        if known is not None and cases == 1 and value is not None and 0.0 < value < 1.0:
            yield _logged(evidence, key, f"{key} is {value:g} of 1 case, which gives no such figure.")


def _of_robustness(
    rows: Sequence[tuple[Pointer, Mapping[str, Any]]], run: Mapping[str, Any], evidence: Evidence
) -> Iterator[Fault]:
    controls = {str(row.get("control")) for _, row in rows if row.get("control")}
    inputs = len(((evidence.data.get("mlflow") or {}).get("signature") or {}).get("inputs") or [])
    for pointer, row in rows:
        key = str(row.get("degradation"))
        if key in controls:
            what = f"{key} is read as the loss, and it is a control: what is measured with nothing altered."
            yield _fault(evidence, (*pointer, "degradation"), what)
        cases = _number(run.get(str(row.get("cases"))))
        altered = _ALTERED.search(str(row.get("strength") or ""))
        if altered is None or cases is None:
            continue
        share, of = float(altered[1].replace(",", ".")) / 100, altered[3].lower()
        each = inputs if of in _OF_FIELDS else 1 if of in _OF_CASES else 0
        if 0 < share * cases * each < 1 or share == 0 or share > 1:
            what = f"{altered[0]}: of {cases:g} cases that is {'less than one' if share <= 1 else 'more than all'}."
            yield _fault(evidence, (*pointer, "strength"), what, "malformed")


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _bounds(low: float | None, high: float | None) -> str:
    return f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"


def _logged(evidence: Evidence, key: str, what: str) -> Fault:
    return _fault(evidence, ("mlflow", "run", "metrics", key), what)


def _fault(evidence: Evidence, at: Pointer, what: str, kind: str = "contradicted") -> Fault:
    fix = "See what was measured, and log or write that; then: aiact-gate collect"
    return Fault("impossible", kind, evidence.locate(at), what, fix, at)
