"""Packs of one's own: made, taken into a repository, pinned there, and refused once they were changed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import HIGH, Ran, Repository, high, program

from aiact_gate.documents.node import plain_data
from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.formats import FORMATS
from aiact_gate.model.errors import ManifestError, UsageError
from aiact_gate.policy.compile import digest_of
from aiact_gate.propose.pins import with_pin
from aiact_gate.run.new_pack import create_pack
from aiact_gate.run.pack_source import GitSource, git_source

DIGEST = "sha256:" + "0123456789abcdef" * 4


def house(folder: Path, requirement: str = "house.cases") -> Path:
    create_pack(folder, requirement, "", "2026-11-25")
    return folder


def published(folder: Path) -> Repository:
    """A git repository with the pack `house` in packs/house, tagged v1."""
    repository = Repository(folder)
    house(folder / "packs" / "house")
    repository.commit()
    repository.git("tag", "v1")
    return repository


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


# ---------------------------------------------------------------- policy new


def test_a_new_pack_is_green_far_from_this_repository(tmp_path: Path) -> None:
    made = program("policy", "new", "house", "--title", 'Words: "quoted" {and} more', cwd=tmp_path)
    assert 0 == made.code, made.said

    assert 0 == program("policy", "lint", "house", cwd=tmp_path).code
    tested = program("policy", "test", "house", cwd=tmp_path)
    assert (0, "house: 1 requirements, 1 checks, 5 of 5 cases as expected.") == (
        tested.code,
        tested.out.strip(),
    )
    assert 0 == program("policy", "test", "house", "--coverage", "--mutate", cwd=tmp_path).code


def test_the_check_of_a_new_pack_judges(tmp_path: Path) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository")

    ran = repository.check(
        "--pack", str(tmp_path / "house"), "--format", "json", "--requirement", "house.cases"
    )
    row = _row(ran, "house.cases")
    assert "pass" == row["outcome"]

    rules = tmp_path / "house" / "rules.yaml"
    rules.write_text(rules.read_text().replace("default: 50", "default: 301"))
    ran = repository.check(
        "--pack", str(tmp_path / "house"), "--format", "json", "--requirement", "house.cases"
    )
    assert (1, "fail") == (ran.code, _row(ran, "house.cases")["outcome"])


def _row(ran: Ran, requirement: str) -> dict[str, str]:
    rows = json.loads(ran.out)["systems"][0]["requirements"]
    found: dict[str, str] = next(row for row in rows if row["id"] == requirement)
    return found


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("house",), "is there already"),
        (("UPPER",), "can't be the name of a pack"),
        (("eu-ai-act",), "brings along"),
        (("other", "--requirement", "art9.5"), "is a requirement of eu-ai-act"),
        (("other", "--requirement", "../x"), "can't be the id"),
        (("other", "--title", "12"), "no line of words"),
        (("file/other",), "can't be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_policy_new_overwrites_nothing_and_leaves_nothing_half_made(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    house(tmp_path / "house")
    (tmp_path / "file").write_text("a file")
    before = tree(tmp_path)

    ran = program("policy", "new", *arguments, cwd=tmp_path)

    assert 2 == ran.code
    assert said in ran.said
    assert before == tree(tmp_path)
    assert {"house", "file"} == set(os.listdir(tmp_path))


def test_a_base_of_a_built_in_pack_is_extended_by_files_of_ones_own(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    own = folder / "examples" / "fixtures" / "own"
    own.mkdir(parents=True)
    builtin = program("policy", "test", "house", cwd=tmp_path)
    assert 0 == builtin.code
    examples = folder / "examples" / "house.cases.yaml"
    examples.write_text(
        examples.read_text().replace(
            "base: eu-ai-act/fixtures/high\n", "base: [eu-ai-act/fixtures/high, fixtures/own]\n"
        )
    )
    (own / "testing.yaml").write_text(
        "schema: aiact-gate/record/testing/v1\nfor: loan-scorer@2.3.0\nmetrics: []\n"
    )

    ran = program("policy", "test", "house", cwd=tmp_path)

    assert 1 == ran.code
    assert "doesn't pass on" in ran.said


def test_a_base_leads_nowhere_else(tmp_path: Path) -> None:
    examples = house(tmp_path / "house") / "examples" / "house.cases.yaml"
    for base in ("../../elsewhere", "eu-ai-act/../../..", "eu-ai-act/fixtures/none"):
        text = examples.read_text().splitlines()
        examples.write_text("\n".join(f"base: {base}" if line.startswith("base:") else line for line in text))

        ran = program("policy", "test", "house", cwd=tmp_path)

        assert 1 == ran.code, base
        assert "outside the examples" in ran.said or "no fixture folder" in ran.said


# ---------------------------------------------------------------- policy add


def test_a_pack_is_added_from_a_tag_and_judges(tmp_path: Path) -> None:
    source = published(tmp_path / "source")
    repository = high(tmp_path / "repository")
    address = f"file://{source.folder}@v1#packs/house"

    ran = program("policy", "add", address, cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert tree(source.folder / "packs" / "house") == tree(repository.folder / "policies" / "house")
    text = (repository.folder / "aiact.yaml").read_text()
    assert text.startswith(HIGH["aiact.yaml"])
    assert [
        {
            "path": "policies/house",
            "digest": f"sha256:{digest_of(repository.folder / 'policies' / 'house')}",
            "source": address,
        }
    ] == plain_data(parse_yaml(text.encode(), "aiact.yaml").root)["policies"]["packs"]
    assert "house.cases 1.0.0 1 check" in ran.said
    repository.commit()
    judged = repository.check("--format", "json")
    assert 1 == judged.code
    assert "pass" == _row(judged, "house.cases")["outcome"]


def test_the_source_of_a_branch_is_its_commit(tmp_path: Path) -> None:
    source = published(tmp_path / "source")
    commit = source.git("rev-parse", "HEAD")
    repository = high(tmp_path / "repository")

    for revision, pinned in (("main", commit), (commit, commit), (commit[:9], commit[:9]), ("v1", "v1")):
        ran = program(
            "policy",
            "add",
            f"file://{source.folder}@{revision}#packs/house",
            "--update",
            cwd=repository.folder,
        )

        assert 0 == ran.code, ran.said
        assert (
            f'source: "file://{source.folder}@{pinned}#packs/house"'
            in (repository.folder / "aiact.yaml").read_text()
        )


def test_nothing_of_a_fetched_repository_runs(tmp_path: Path) -> None:
    source = published(tmp_path / "source")
    source.write({".gitattributes": "*.yaml filter=evil\n", "packs/house/.gitattributes": "* filter=evil\n"})
    source.git("config", "filter.evil.smudge", f"touch {tmp_path}/ran")
    source.commit()
    for name in ("post-checkout", "reference-transaction", "post-upload-pack"):
        hook = source.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    repository = high(tmp_path / "repository")

    ran = program("policy", "add", f"file://{source.folder}@main#packs/house", cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert not (tmp_path / "ran").exists()
    assert not (repository.folder / "policies/house/.gitattributes").exists()


def test_an_update_replaces_the_whole_pack_and_says_what_came_and_went(tmp_path: Path) -> None:
    source = house(tmp_path / "house")
    repository = high(tmp_path / "repository")
    assert 0 == program("policy", "add", "../house", cwd=repository.folder).code
    before = tree(repository.folder)
    (source / "rules.yaml").write_text(
        (source / "rules.yaml").read_text().replace("house.cases", "house.new")
    )
    (source / "examples/house.cases.yaml").rename(source / "examples/house.new.yaml")

    refused = program("policy", "add", "../house", cwd=repository.folder)
    assert 2 == refused.code
    assert before == tree(repository.folder)

    ran = program("policy", "add", "../house", "--update", cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert "house.new" in ran.said
    assert "house.cases 1.0.0 removed" in ran.said
    assert tree(source) == tree(repository.folder / "policies" / "house")
    assert ["house"] == os.listdir(repository.folder / "policies")
    assert 1 == (repository.folder / "aiact.yaml").read_text().count("digest:")


def _break_policy(folder: Path) -> None:
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("run.metrics[it.cases]", "run.metrics[it.kases]"))


def _link(folder: Path) -> None:
    (folder / "secret.yaml").symlink_to("/etc/passwd")


def _link_folder(folder: Path) -> None:
    (folder / "kinds").symlink_to("/etc")


def _link_in_examples(folder: Path) -> None:
    (folder / "examples" / "more").symlink_to("/etc")


def _built_in(folder: Path) -> None:
    pack = folder / "pack.yaml"
    pack.write_text(pack.read_text().replace("name: house", "name: eu-ai-act"))


def _known_id(folder: Path) -> None:
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("house.cases", "art9.5"))


def _no_pack(folder: Path) -> None:
    (folder / "pack.yaml").unlink()


def _large(folder: Path) -> None:
    for number in range(2_001):
        (folder / "examples" / f"{number}.yaml").write_text("")


@pytest.mark.parametrize("git", [False, True], ids=["folder", "git"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_break_policy, "has 1 fault; nothing was written"),
        (_link, "link"),
        (_link_folder, "link"),
        (_link_in_examples, "link"),
        (_built_in, "brings a pack eu-ai-act along"),
        (_known_id, "art9.5 is a requirement of eu-ai-act already"),
        (_no_pack, "has no pack.yaml"),
        (_large, "larger than 2,000 files"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_pack_at_fault_is_not_taken(
    tmp_path: Path, change: Callable[[Path], None], said: str, git: bool
) -> None:
    folder = house(tmp_path / "house")
    change(folder)
    address = "../house"
    if git:
        Repository(folder).commit()
        address = f"file://{folder}@main"
    repository = high(tmp_path / "repository")
    before = tree(repository.folder)

    ran = program("policy", "add", address, cwd=repository.folder)

    assert 3 == ran.code, ran.said
    assert said in ran.said
    assert before == tree(repository.folder)
    assert not (repository.folder / "policies" / "house").exists()


def test_a_folder_is_recorded_as_from_the_manifest(tmp_path: Path) -> None:
    house(tmp_path / "packs" / "house")
    repository = high(tmp_path / "repository")

    ran = program("policy", "add", "packs/house", "--manifest", "repository/aiact.yaml", cwd=tmp_path)
    again = program("policy", "add", "packs/house", "--manifest", "repository/aiact.yaml", cwd=tmp_path)
    (pinned,) = plain_data(parse_yaml((repository.folder / "aiact.yaml").read_bytes(), "aiact.yaml").root)[
        "policies"
    ]["packs"]
    at_home = program("policy", "add", pinned["source"], "--update", cwd=repository.folder)

    assert 0 == ran.code, ran.said
    assert "../packs/house" == pinned["source"]
    assert 2 == again.code
    assert "aiact-gate policy diff 'repository/policies/house' 'packs/house'" in again.err
    assert 0 == at_home.code, at_home.said


def test_only_a_pack_is_replaced(tmp_path: Path) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository", {"src/train.py": "print()\n"})
    before = tree(repository.folder)

    for to, said in (
        ("src", "isn't the pack house"),
        ("aiact.yaml", "isn't the pack house"),
        (".", "is no folder below"),
        ("../elsewhere", "is no folder below"),
        (str(tmp_path / "elsewhere"), "is no folder below"),
    ):
        ran = program("policy", "add", "../house", "--to", to, "--update", cwd=repository.folder)

        assert 2 == ran.code, ran.said
        assert said in ran.said
        assert before == tree(repository.folder)


def test_a_linked_folder_leads_no_pack_out_of_the_repository(tmp_path: Path) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository")
    (tmp_path / "outside").mkdir()
    (repository.folder / "policies").symlink_to(tmp_path / "outside")

    ran = program("policy", "add", "../house", cwd=repository.folder)

    assert 2 == ran.code
    assert not os.listdir(tmp_path / "outside")


def test_without_a_manifest_nothing_is_written(tmp_path: Path) -> None:
    house(tmp_path / "house")

    ran = program("policy", "add", "house", cwd=tmp_path)

    assert 3 == ran.code
    assert ["house"] == os.listdir(tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c touch% x@v1",
        "ext::sh@v1",
        "--upload-pack=touch x@v1",
        "http://example.org/packs@v1",
        "git://example.org/packs@v1",
        "https://user:secret@example.org/packs@v1",
        "https://token@example.org/packs@v1",
        "https://example.org/packs",
        "ssh://git@example.org/packs",
        "git@example.org:org/packs.git",
        "ssh://-oProxyCommand=x/packs@v1",
        "-oProxyCommand=x@example.org:packs@v1",
        "file://host/packs@v1",
        "file:///packs@--upload-pack=x",
        "file:///packs@v1..v2",
        "file:///packs@HEAD:x",
        "file:///packs@v1#../x",
        "file:///packs@v1\n",
        "nowhere",
    ],
)
def test_an_address_that_git_could_take_for_something_else_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        git_source(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://h/o/r.git@v1.2.0", GitSource("https://h/o/r.git", "https", "v1.2.0", "")),
        ("ssh://git@h:22/r@release/1.2#a/b/", GitSource("ssh://git@h:22/r", "ssh", "release/1.2", "a/b")),
        ("git@h:o/r.git@0123abc", GitSource("git@h:o/r.git", "ssh", "0123abc", "")),
        ("file:///srv/r@main", GitSource("file:///srv/r", "file", "main", "")),
    ],
)
def test_an_address_is_url_revision_and_folder(address: str, expected: GitSource) -> None:
    assert expected == git_source(address)


# ---------------------------------------------------------------- the entry in the manifest

HEAD = "schema: aiact-gate/manifest/v1  # by hand\nsystems: []\n"
OLD = "{path: policies/house, digest: sha256:00, source: there}"


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD.rstrip("\n"),
        HEAD + "policies:\n",
        HEAD + "policies:   # none\n\nno_ai_system: {reason: x}\n",
        HEAD + "policies:\n  profile: start   # for now\n# the end\n",
        HEAD + "policies:\n  packs: []   # none yet\n  profile: start\n",
        HEAD + "policies:\n    packs:\n    profile: start\n",
        HEAD + "policies:\n  packs: [one, 'two']   # ours\n",
        HEAD + "policies:\n  packs:\n  - one   # ours\n  - two\n  # after\n  profile: start\n",
        HEAD
        + "policies:\n  packs:\n    - path: one\n      digest: sha256:11\n\n# behind\nno_ai_system:\n  reason: x\n",
        HEAD + "policies: {profile: start}   # short\n",
        HEAD + "policies: {packs: []}\n",
        HEAD + "policies: {packs: [one], profile: start}\n",
        HEAD + f"policies:\n  packs:\n    - {OLD}   # pinned\n",
        HEAD + "policies:\n  packs:\n    - one\n    - policies/house   # unpinned\n",
        HEAD + "policies:\n  packs: [./policies/house/, one]\n",
        HEAD
        + "policies:\n  packs:\n    - digest: 'sha256:00'   # old\n      path: policies/house\n    - one\n",
        HEAD + "policies:\n  packs:\n    - path: policies/house\n",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_pin_changes_the_entry_and_no_other_byte(text: str, end: str) -> None:
    text = text.replace("\n", end)

    new = with_pin(text, "policies/house", DIGEST, "git@h:o/r.git@v1")

    data = plain_data(parse_yaml(new.encode(), "aiact.yaml").root)
    entry = next(one for one in data["policies"]["packs"] if isinstance(one, dict) and "house" in one["path"])
    assert (DIGEST, "git@h:o/r.git@v1") == (entry["digest"], entry["source"])
    comments = [line.partition("#")[2] for line in text.split(end) if "#" in line]
    assert comments == [line.partition("#")[2] for line in new.split(end) if "#" in line]
    kept = [
        line
        for line in text.split(end)
        if "pack" not in line and "house" not in line and "digest" not in line
    ]
    kept = [line for line in kept if not line.startswith("policies:")]
    assert [line for line in kept if line.strip() and line not in new.split(end)] == []
    assert "\r" not in new.replace("\r\n", "") and (end == "\r\n") == ("\r\n" in new)


def test_a_pin_that_would_change_more_is_left_to_a_person() -> None:
    anchored = HEAD + "x: &p [one]\npolicies:\n  packs: *p\n"

    with pytest.raises(ManifestError) as error:
        with_pin(anchored, "policies/house", DIGEST, "there")

    assert DIGEST in error.value.fix


# ---------------------------------------------------------------- check and the pin


def _edit(folder: Path) -> None:
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("default: 50", "default: 1"))


def _delete_folder(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    folder.rmdir()


def _delete_policy(folder: Path) -> None:
    (folder / "rules.yaml").unlink()


def _add_policy(folder: Path) -> None:
    (folder / "more.yml").write_text(
        "schema: aiact-gate/policy/v1\narticle: more\ntitle: More\nrequirements: []\n"
    )


def _add_kind(folder: Path) -> None:
    (folder / "kinds").mkdir()
    (folder / "kinds" / "more.json").write_text("{}")


def _rules_linked(folder: Path) -> None:
    (folder / "rules.yaml").rename(folder / "elsewhere")
    (folder / "rules.yaml").symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_edit, "isn't the one that was added: pinned is"),
        (_add_policy, "isn't the one that was added: pinned is"),
        (_add_kind, "isn't the one that was added: pinned is"),
        (_delete_policy, "isn't the one that was added: pinned is"),
        (_no_pack, "has no pack.yaml"),
        (_delete_folder, "policies/house"),
        (_rules_linked, "is a link"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_vendored_pack_that_was_changed_is_refused(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository")
    assert 0 == program("policy", "add", "../house", cwd=repository.folder).code
    repository.commit()
    assert 1 == repository.check().code
    folder = repository.folder / "policies" / "house"
    change(folder)

    for staged in (False, True):
        if staged:
            repository.commit()
        ran = repository.check(*(("--ref", "HEAD") if staged else ()))
        assert 3 == ran.code, ran.said
        text = ran.said
        assert said in text
        assert "aiact.yaml:1" in text  # the line of the entry, 14 to 16
        assert "policy add ../house --to policies/house --update" in text

    mended = program("policy", "add", "../house", "--update", cwd=repository.folder)
    assert 0 == mended.code, mended.said
    repository.commit()
    assert 1 == repository.check().code


def test_the_requirements_of_a_changed_pack_are_in_error(tmp_path: Path) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository")
    program("policy", "add", "../house", cwd=repository.folder)
    _edit(repository.folder / "policies" / "house")

    ran = repository.check("--format", "json")

    assert "error" == _row(ran, "house.cases")["outcome"]
    for name in FORMATS:
        assert 3 == repository.check("--format", name).code, name


def test_what_judges_nothing_isn_t_pinned(tmp_path: Path) -> None:
    house(tmp_path / "house")
    repository = high(tmp_path / "repository")
    program("policy", "add", "../house", cwd=repository.folder)
    repository.write(
        {"policies/house/README.md": "Read by us.\n", "policies/house/examples/house.cases.yaml": "x\n"}
    )

    assert 1 == repository.check().code


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{path: policies/house}", "a pack has no digest"),
        ("{path: policies/house, digest: sha256:12}", "a pack has the digest 'sha256:12'"),
        ("{path: policies/house, digest: '??'}", "a pack has no digest"),
        (f"{{digest: {DIGEST}}}", "a pack has no path"),
        (f"{{path: policies/house, digest: {DIGEST}, souce: x}}", "Did you mean source?"),
        ("?? policies/house", "a pack is named nowhere"),
        ("", "a pack is named nowhere"),
        ("[policies/house]", "a list stands at"),
    ],
)
def test_an_entry_that_pins_nothing_is_a_fault_of_the_manifest(tmp_path: Path, entry: str, said: str) -> None:
    house(tmp_path / "repository" / "policies" / "house")
    manifest = HIGH["aiact.yaml"] + f"policies:\n  packs:\n    - {entry}\n"
    repository = high(tmp_path / "repository", {"aiact.yaml": manifest})

    ran = repository.check()

    assert 3 == ran.code, ran.said
    assert said in ran.said
    assert "aiact.yaml:17" in ran.said


# ---------------------------------------------------------------- text from anywhere


@pytest.mark.parametrize("command", ["add", "list", "test", "lint"])
def test_a_packs_words_reach_no_terminal_unescaped(command: str, tmp_path: Path) -> None:
    house(tmp_path / "house")
    rules = tmp_path / "house" / "rules.yaml"
    text = rules.read_text()
    title = re.search(r"^    title: (.*)$", text, re.MULTILINE)
    assert title is not None
    hostile = text.replace(title[0], '    title: "Metrics\\e[31m have\\u202e a reason"')
    rules.write_text(hostile if command != "lint" else hostile.replace("leaves_open:", '"\\e[2Jopen":'))
    repository = high(tmp_path / "repository")
    arguments = ("../house", "-v", "--mutate") if command == "test" else ("../house",)

    ran = program("policy", command, *arguments, cwd=repository.folder)

    assert ran.code in (0, 1, 3) and ran.out + ran.err
    assert not re.search(r"[\x1b\u202e]", ran.out + ran.err), ran
    assert command == "test" or r"\x1b" in ran.out + ran.err
