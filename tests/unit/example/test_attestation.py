"""A signed statement over the lock: with a key of the organisation it is a witness, and everything else is refused."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from locks import relocked
from repos import ROOT, Repository, program

from aiact_gate.model.report import Finding, Report
from aiact_gate.run.attest import signer_of, statement_over

Judge = Callable[..., Report]
NAME = "aiact.lock.dsse.json"
REPOSITORY = "example-bank/credit-scoring"


def key_pair(folder: Path, name: str) -> tuple[Path, str]:
    """A private key's file, made as the documentation says, and the public key."""
    file = folder / f"{name}.pem"
    made = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(file)]
    subprocess.run(made, check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", str(file), "-pubout"], check=True, capture_output=True)
    return file, public.stdout.decode()


def pack_with(folder: Path, public: str, until: str = "2027-06-30") -> str:
    """The organisation's pack, which names a key."""
    shutil.copytree(ROOT / "examples" / "organisation-pack", folder)
    head = folder / "pack.yaml"
    key = f"keys:\n  - name: release-job\n    until: {until}\n    public: |\n{textwrap.indent(public, '      ')}"
    head.write_text(head.read_text() + key)
    return str(folder)


def sign(copy: Path, key: Path, repository: str = REPOSITORY) -> None:
    lock = (copy / "aiact.lock").read_bytes()
    (copy / NAME).write_bytes(statement_over(lock, repository, signer_of(key)))


def found(report: Report) -> list[Finding]:
    checks = (check for row in report.systems[0].rows for check in row.checks)
    return [
        finding
        for check in checks
        if check.id == "integrity.binding/lock-is-signed-as-it-is"
        for finding in check.findings
    ]


def witnesses(report: Report) -> set[str]:
    return {name for row in report.systems[0].rows for name in row.witness}


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    return key_pair(tmp_path, "job")


def test_what_a_signed_lock_repeats_is_witnessed(
    copy: Path, judge: Judge, key: tuple[Path, str], tmp_path: Path
) -> None:
    pack = pack_with(tmp_path / "pack", key[1])
    sign(copy, key[0])

    report = judge(copy, packs=(pack,), repository=REPOSITORY)

    assert [] == found(report)
    assert "signed lock, release-job" in witnesses(report)
    assert not any(row.on_lock for row in report.systems[0].rows if row.outcome == "pass")


def altered(copy: Path, key: Path) -> None:
    sign(copy, key)
    relocked(copy, ("test_auc: 0.78", "test_auc: 0.98"))


def older(copy: Path, key: Path) -> None:
    sign(copy, key)
    relocked(copy, ("id: 7b8f7fc24b274dfcbcf50cdaefc4291c", f"id: {'0' * 31}1"))


def rewritten(copy: Path, key: Path) -> None:
    sign(copy, key)
    envelope = json.loads((copy / NAME).read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["predicate"]["repository"] = ""
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    (copy / NAME).write_text(json.dumps(envelope))


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (altered, "contradicted", "The lock was changed after it was signed."),
        (older, "stale", "The statement is over the lock of 2026-11-25, not over this one"),
        (rewritten, "contradicted", "The statement over the lock isn't what was signed."),
        (lambda copy, key: sign(copy, key, "example-bank/other"), "unbound", "a lock of example-bank/other; this is"),
        (lambda copy, key: sign(copy, key_pair(copy.parent, "other")[0]), "unbound", "none of the keys that count here: release-job"),
        (lambda copy, key: (copy / NAME).write_text("[]"), "malformed", "This is no signed statement over a lock."),
        (lambda copy, key: (copy / NAME).write_text("[" * 100_000), "malformed", "This is no signed statement"),
        (lambda copy, key: (copy / NAME).write_text('{"payload": "", "payloadType": "x", "signatures": []}'), "malformed", "This is no signed"),
    ],
    ids=["altered", "another run's", "rewritten", "another repository's", "another key's", "a list", "deep", "another payload"],
)  # fmt: skip
def test_a_statement_that_doesnt_hold_is_refused_at_its_file(
    copy: Path,
    judge: Judge,
    key: tuple[Path, str],
    tmp_path: Path,
    change: Callable[[Path, Path], None],
    kind: str,
    said: str,
) -> None:
    pack = pack_with(tmp_path / "pack", key[1])
    change(copy, key[0])

    report = judge(copy, packs=(pack,), repository=REPOSITORY)

    assert [(kind, NAME)] == [(finding.kind, finding.location.path) for finding in found(report)]
    assert said in found(report)[0].message
    assert "signed lock, release-job" not in witnesses(report)


def test_a_key_that_had_ended_signs_nothing(
    copy: Path, judge: Judge, key: tuple[Path, str], tmp_path: Path
) -> None:
    pack = pack_with(tmp_path / "pack", key[1], until="2026-11-24")
    sign(copy, key[0])

    assert ["unbound"] == [finding.kind for finding in found(judge(copy, packs=(pack,)))]


def test_a_key_that_the_tree_brings_itself_counts_for_nothing(
    copy: Path, judge: Judge, key: tuple[Path, str]
) -> None:
    pack_with(copy / "rules", key[1])
    manifest = copy / "aiact.yaml"
    manifest.write_text(manifest.read_text().replace("policies:\n", "policies:\n  packs: [rules]\n"))
    sign(copy, key[0])

    report = judge(copy)

    assert ([], set()) == (found(report), {name for name in witnesses(report) if "signed" in name})


def test_a_checkout_with_other_line_ends_holds_the_signed_lock(
    copy: Path, judge: Judge, key: tuple[Path, str], tmp_path: Path
) -> None:
    pack = pack_with(tmp_path / "pack", key[1])
    sign(copy, key[0])
    lock = copy / "aiact.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))

    assert [] == found(judge(copy, packs=(pack,)))


MANIFEST = """\
schema: aiact-gate/manifest/v1
systems:
  - id: mail-sorter
    name: Mail sorter
    version: 2.0.0
    role: provider
    intended_purpose: Sorts mail into two folders by the words that it holds.
    tier: minimal
"""


def collect(folder: Path, *arguments: str) -> Any:
    return program("collect", *arguments, cwd=folder)


def test_collect_signs_what_it_wrote(tmp_path: Path, key: tuple[Path, str]) -> None:
    repository = Repository(tmp_path / "own").write({"aiact.yaml": MANIFEST})

    ran = collect(repository.folder, "--attest", "--key", str(key[0]), "--repository", REPOSITORY)

    envelope = json.loads((repository.folder / NAME).read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert (0, REPOSITORY) == (ran.code, statement["predicate"]["repository"])
    assert "Signed it" in ran.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--attest",), "--attest and --key belong together"),
        (("--attest", "--key", "none.pem"), "the key none.pem can't be read"),
        (("--attest", "--key", "aiact.yaml"), "the key aiact.yaml can't be read"),
    ],
)
def test_without_a_key_nothing_is_collected(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    repository = Repository(tmp_path / "own").write({"aiact.yaml": MANIFEST})

    ran = collect(repository.folder, *arguments)

    assert (2, False) == (ran.code, (repository.folder / "aiact.lock").exists())
    assert said in ran.said
