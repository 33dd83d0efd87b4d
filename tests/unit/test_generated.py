"""What is generated is current, and the gate's own walk of a schema agrees with jsonschema."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from repos import ROOT

from aiact_gate.documents.yaml import parse_yaml
from aiact_gate.schemas.fields import SCHEMAS
from aiact_gate.sources.shapes import shape

NAMES = sorted(path.name for path in SCHEMAS.glob("*.json"))


def generate(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "generate.py"), *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the generator reads and writes, copied."""
    folder = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("aiact_gate", "tools", "policies", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def test_the_generated_files_are_current() -> None:
    done = generate(ROOT, "--check")

    assert (0, "") == (done.returncode, done.stdout + done.stderr)


ALTERED = [
    *(f"aiact_gate/schemas/{name}.json" for name in ("manifest", "report", "testing", "facts")),
    "docs/requirements/art9.5.md",
    "docs/requirements/README.md",
]


def a_blank_more(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b" ")


def another_word(file: Path) -> None:
    data = file.read_bytes().replace(b'"type": "string"', b'"type": "number"', 1)
    file.write_bytes(data.replace(b"is", b"was", 1))


def test_altered_files_are_seen_and_written_again(tree: Path) -> None:
    before = {path: (tree / path).read_bytes() for path in ALTERED}
    for path, change in zip(ALTERED, (Path.unlink, a_blank_more, another_word) * 2, strict=True):
        change(tree / path)

    checked, wrote, again = generate(tree, "--check"), generate(tree), generate(tree, "--check")

    told = [f"{path} isn't current; run: python tools/generate.py" for path in ALTERED]
    assert (1, sorted(told)) == (checked.returncode, sorted(checked.stdout.splitlines()))
    assert 0 == wrote.returncode == again.returncode
    assert before == {path: (tree / path).read_bytes() for path in ALTERED}


def test_an_edited_policy_makes_its_pages_stale(tree: Path) -> None:
    edits = {
        "Let someone other than the author accept": "Let somebody else accept",
        "it.residual.accepted_by != it.identified_by": "filled(it.identified_by)",
        "title: Health, safety and rights are each worked through": "title: Health first",
    }
    policy = tree / "policies" / "eu-ai-act" / "article-09-risk-management.yaml"
    text = policy.read_text("utf-8")
    stale = {}
    try:
        for old, new in edits.items():
            assert old in text
            policy.write_text(text.replace(old, new, 1), "utf-8")
            done = generate(tree, "--check")
            assert 1 == done.returncode
            stale[old] = re.findall(r"^docs/requirements/(\S+)\.md isn't current", done.stdout, re.MULTILINE)
    finally:
        policy.write_text(text, "utf-8")

    fix, condition, title = stale.values()
    assert "art9.5" in fix and "art9.5" in condition and "README" in title


def test_a_page_of_no_requirement_is_taken_out(tree: Path) -> None:
    page = tree / "docs" / "requirements" / "art99.md"
    page.write_text("# Article 99\n", "utf-8")

    checked, _ = generate(tree, "--check"), generate(tree)

    assert (1, "docs/requirements/art99.md is of no requirement; run: python tools/generate.py\n") == (
        checked.returncode,
        checked.stdout,
    )
    assert not page.exists()


def test_every_requirement_has_a_page_and_every_page_is_in_the_list() -> None:
    from aiact_gate.policy.load import load_builtin
    from aiact_gate.sources.builtin import BUILTIN

    folder = ROOT / "docs" / "requirements"
    ids = {item.id for name in BUILTIN for item in load_builtin(name)[0].requirements}
    listed = (folder / "README.md").read_text("utf-8")

    assert ids == {path.stem for path in folder.glob("*.md")} - {"README"}
    assert all(f"]({name}.md)" in listed for name in ids)


def test_each_page_is_the_markdown_that_it_looks_like() -> None:
    """Every cell is in its column, and nothing of a policy's text became markup, HTML or a link."""
    pages = sorted((ROOT / "docs" / "requirements").glob("*.md"))

    assert {} == {page.stem: wrong for page in pages if (wrong := wrong_in(page))}
    assert len(pages) > 100


def wrong_in(page: Path) -> list[str]:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))
    children = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    rows: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in ("td_open", "th_open"):
            rows[-1] += 1
    html = [token.content.startswith("<!-- Made from ") for token in tokens if token.type == "html_block"]
    links = [str(child.attrs["href"]) for child in children if child.type == "link_open"]
    found = [child.content for child in children if child.type in ("html_inline", "image")]
    found += [] if html == [True] else [f"{len(html)} blocks of HTML"]
    found += [
        link for link in links if not link.endswith((".md", ".yaml")) or not (page.parent / link).is_file()
    ]
    if page.stem != "README" and not set(rows) <= {2, 5}:
        found.append(f"rows of {sorted(set(rows))} cells")
    return found


def test_a_field_more_in_a_model_is_seen(tree: Path) -> None:
    model = tree / "aiact_gate" / "model" / "records" / "monitoring.py"
    text = model.read_text("utf-8")
    try:
        model.write_text(text.replace("(Record):", "(Record):\n    surplus: int = 0\n", 1), "utf-8")
        done = generate(tree, "--check")
    finally:
        model.write_text(text, "utf-8")

    assert 1 == done.returncode and "monitoring.json" in done.stdout


def test_no_schema_stands_there_that_nothing_generates(tree: Path) -> None:
    for file in (tree / "aiact_gate" / "schemas").glob("*.json"):
        file.unlink()
    generate(tree)

    assert NAMES == sorted(path.name for path in (tree / "aiact_gate" / "schemas").glob("*.json"))


# ---------------------------------------------------------------- one walk, two readers

SCHEMA: dict[str, Any] = json.loads((SCHEMAS / "risk_management.json").read_text("utf-8"))
RECORD: dict[str, Any] = yaml.safe_load(
    (ROOT / "policies/eu-ai-act/examples/fixtures/high/risk_management.yaml").read_text("utf-8")
)


def as_text(value: Any) -> Any:
    """Dates as the gate reads them: text."""
    if isinstance(value, dict):
        return {key: as_text(child) for key, child in value.items()}
    if isinstance(value, list):
        return [as_text(child) for child in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


RECORD = as_text(RECORD)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        found += places(child, (*way, key))
    return found


def changed(value: Any, way: tuple[Any, ...], new: Any) -> Any:
    if not way:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = changed(value[way[0]], way[1:], new)
    return copy


def with_key(value: Any, way: tuple[Any, ...], key: str) -> Any:
    if not way:
        return {**value, key: "A word or two more."} if isinstance(value, dict) else value
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = with_key(value[way[0]], way[1:], key)
    return copy


def faults(document: Any) -> list[str]:
    """What our own walk says of *document*, written as a file."""
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    shaped = shape(parse_yaml(text.encode(), "risk_management.yaml"), SCHEMA, "risk_management")
    # The values of references and dates are beyond JSON Schema's form.
    return [fault.rule for fault in shaped.faults if fault.rule != "date"]


def test_both_readers_take_the_fixture() -> None:
    Draft202012Validator(SCHEMA).validate(RECORD)
    assert [] == faults(RECORD)


OTHERS = st.sampled_from(
    [7, -3, 2.5, True, "surplus text of three words", [], ["x"], {}, {"x": 1}, [[]], [{}]]
)


@given(st.sampled_from(places(RECORD)), OTHERS)
def test_both_readers_agree_on_another_value_anywhere(way: tuple[Any, ...], new: Any) -> None:
    """An absent required key and a number where a text stands are no faults of form to us: judged elsewhere, or text."""
    document = changed(RECORD, way, new)
    errors = [
        error
        for error in Draft202012Validator(SCHEMA).iter_errors(document)
        if error.validator != "required"
        and not (
            error.validator == "type"
            and error.validator_value == "string"
            and isinstance(error.instance, int | float)
        )
    ]

    assert bool(errors) == bool(faults(document)), (
        way,
        new,
        [error.message for error in errors],
        faults(document),
    )


@given(st.sampled_from([(), *places(RECORD)]), st.from_regex(r"[a-z]{3,9}_[a-z]{3,9}", fullmatch=True))
def test_both_readers_agree_on_a_key_more_anywhere(way: tuple[Any, ...], key: str) -> None:
    document = with_key(RECORD, way, key)
    valid = Draft202012Validator(SCHEMA).is_valid(document)

    assert valid == ([] == faults(document)), (way, key)
    assert valid == (document == RECORD)
