"""Pre-registered claims: the digests that their authors publish, what is refused, and rows of the plan both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aiact_gate.cli.plan import command
from aiact_gate.documents.write import canonical_yaml
from aiact_gate.model.errors import AiactError
from aiact_gate.propose.prml import digest, read_claim, row_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "credit-scoring"
IMAGES = {
    "id": "imagenet-val-2012",
    "hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


def claim(**changed: Any) -> dict[str, Any]:
    made = {
        "version": "prml/0.1",
        "claim_id": "01900000-0000-7000-8000-00000000000a",
        "created_at": "2026-05-01T12:00:00Z",
        "metric": "accuracy",
        "comparator": ">=",
        "threshold": 0.9,
        "dataset": {"id": "test-dataset", "hash": "0" * 64},
        "seed": 42,
        "producer": {"id": "studio-11.co"},
        **changed,
    }
    return {key: value for key, value in made.items() if value != "-"}


def numbered(last: str) -> str:
    return "01900000-0000-7000-8000-00000000000" + last


VECTORS = {
    "9e7096024ebbdea936ea4f92b35ce1fe1c2b5f1883d7196b6e10287aa620fa35": claim(producer={"id": "清华大学.cn"}),
    "0f758e839683768fde1995463cd31c05c3e42343b8e289c57b5914154e6fe092": claim(
        claim_id=numbered("d"),
        created_at="2026-08-01T16:00:00Z",
        threshold=0.91,
        dataset=IMAGES,
        prior_hash="05bf194b8033140dba6970a623afbd5fa8f8634a6dd4c728000cb0f1f03ddf7d",
        notes="Second amendment: threshold raised again after Q3 audit.",
    ),
    "3b7bbabc43922e97b9aa0c380bb6928ec37a0d5af486b92a6a9835b430a0ad11": claim(
        claim_id=numbered("e"),
        created_at="2026-09-15T11:00:00Z",
        metric="rmse",
        comparator="<",
        threshold=1.5,
        dataset={"id": "ca-housing", "hash": "ab" * 32},
        seed=2024,
        producer={"id": "research-lab.example"},
    ),
    "ff56657bd0d176dd8018c77461f38cdf5ec475b994a5061ef4d0f749bf4a7491": claim(
        claim_id=numbered("f"),
        created_at="2026-10-01T09:00:00Z",
        metric="false_positive_rate",
        comparator="<=",
        threshold=1.0e-06,
        dataset={"id": "fraud-detection-2026", "hash": "cd" * 32},
        seed=99,
        producer={"id": "fintech.example"},
    ),
}


@pytest.mark.parametrize("published", VECTORS)
def test_the_digest_of_a_claim_is_the_published_one(published: str) -> None:
    read = read_claim(canonical_yaml(VECTORS[published]), "claim.prml.yaml")

    assert (published, VECTORS[published]) == (digest(read), read)


def test_a_whole_threshold_is_one_number_in_each_version() -> None:
    for version in ("prml/0.1", "prml/0.2"):
        assert digest(claim(version=version, threshold=1)) == digest(claim(version=version, threshold=1.0))
    assert digest(claim(threshold=1)) != digest(claim(version="prml/0.2", threshold=1))


def test_order_comments_and_quotes_do_not_count() -> None:
    text = canonical_yaml(claim()).decode()
    turned = "# a comment\n" + "\n".join(reversed(text.split("dataset:")[0].strip().split("\n")))
    turned += "\ndataset:" + text.split("dataset:")[1].replace("accuracy", '"accuracy"')

    assert digest(claim()) == digest(read_claim(turned.encode(), "claim.prml.yaml"))


def test_a_word_that_yaml_1_1_calls_a_truth_value_stays_a_word() -> None:
    assert "on" == read_claim(canonical_yaml(claim(metric="on")).replace(b"'on'", b"on"), "c")["metric"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (canonical_yaml(claim()) + b"metric: f1\n", "metric"),
        (canonical_yaml(claim(verdict="PASS")), "unknown key 'verdict'"),
        (canonical_yaml(claim(seed="-")), "has no seed"),
        (canonical_yaml(claim(threshold=float("inf"))), "no finite number"),
        (canonical_yaml(claim(threshold="0.9")), "no finite number"),
        (canonical_yaml(claim(threshold=True)), "no finite number"),
        (canonical_yaml(claim(dataset={"id": "d", "hash": "AB" * 32})), "64 hex digits"),
        (canonical_yaml(claim(notes="e\u0301")), "NFC"),
        (canonical_yaml(claim(version="prml/9")), "version"),
        (b"[" * 100_000, "64 levels"),
        (b"- 1\n", "no group of keys"),
    ],
)
def test_what_is_not_in_the_form_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(AiactError) as raised:
        read_claim(text, "claim.prml.yaml")

    assert why in f"{raised.value.what} {raised.value.fix}"


@pytest.mark.parametrize(
    ("comparator", "row"),
    [
        (">=", {"lower": "accuracy", "direction": "higher", "threshold": 0.9}),
        ("<=", {"upper": "accuracy", "direction": "lower", "threshold": 0.9}),
        (">", {"lower": "accuracy", "direction": "higher", "threshold": 0.9000000000000001}),
        ("<", {"upper": "accuracy", "direction": "lower", "threshold": 0.8999999999999999}),
    ],
)
def test_a_comparator_is_a_direction_and_a_strict_one_the_next_number(
    comparator: str, row: dict[str, Any]
) -> None:
    assert {"id": "accuracy", **row} == row_of(claim(comparator=comparator), "c")


def test_one_exact_value_is_refused_with_a_sentence() -> None:
    with pytest.raises(AiactError, match="one exact value"):
        row_of(claim(comparator="=="), "c")


def test_a_row_that_was_exported_is_read_back_with_the_same_digest(tmp_path: Path) -> None:
    runner = CliRunner()
    exported = runner.invoke(
        command, ["export", "auc", str(EXAMPLE), "--producer", "example.org"], catch_exceptions=False
    )
    file = tmp_path / "auc.prml.yaml"
    file.write_text(exported.stdout)
    read = runner.invoke(command, ["read", str(file)], catch_exceptions=False)

    assert exported.stderr == read.stderr
    assert "metric: test_auc_lower" in exported.stdout
    assert {"  threshold: 0.68", "  lower: test_auc_lower", "  cases: test_auc_cases"} <= set(
        read.stdout.split("\n")
    )
