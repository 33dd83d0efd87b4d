"""What the documentation tells people to type exists, what it links to is there, and its tables say what the program does."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from repos import DAY, MINIMAL, ROOT, Repository, high, process, program

from aiact_gate.cli import COMMANDS, main
from aiact_gate.formats import FORMATS

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "SECURITY.md",
    ROOT / "CHANGELOG.md",
]
EXAMPLES = sorted((ROOT / "examples").glob("*/README.md"))
README = (ROOT / "README.md").read_text("utf-8")
FIRST = r"python3 -m venv \.venv && \.venv/bin/pip install \. && \.venv/bin/aiact-gate "


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ---------------------------------------------------------------- command lines


def command_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each `aiact-gate …` of a page: in a code block a line with it, elsewhere a code span that begins with it."""
    block = False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            block = not block
        elif block:
            for part in re.findall(r"(?:^|[\s/;&'])aiact-gate ((?![=@]).*)", line):
                yield number, part
        else:
            for span in re.findall(r"`([^`]+)`", line):
                found = re.search(r"(?:^|['\s])aiact-gate (.+)", span)
                if found:
                    yield number, found[1]


def arguments_of(text: str) -> list[str]:
    """The words of a command line up to what the shell or a comment takes."""
    text = re.split(r"\s#\s|\s\|\||\s&&|\s>\s|;|' *,|\s{3,}", text)[0]
    text = text.replace("…", "X")
    words = shlex.split(text.rstrip("'\""))
    return [re.sub(r"[\[\]]|\.\.\.$", "", word) for word in words]


@cache
def options_of(words: tuple[str, ...]) -> str:
    """The help of a command, as people get it."""
    ran = program(*words, "--help", cwd=ROOT)
    assert 0 == ran.code, (words, ran.err)
    return ran.out


def found_wrong(text: str) -> str:
    """What is wrong with a command line, or nothing."""
    words = arguments_of(text)
    if not words or words[0].startswith("-"):
        return "" if not words or words[0] in ("--help", "--version", "-h") else f"no option {words[0]}"
    if words[0] not in COMMANDS:
        return f"no command {words[0]}"
    command = main.get_command(click.Context(main), words[0])
    path = [words.pop(0)]
    if isinstance(command, click.Group) and words:
        names = words[0].split("|")
        for name in names:
            if name not in command.commands:
                return f"no command {path[0]} {name}"
        path.append(names[0])
        words.pop(0)
    known = options_of(tuple(path))
    for word in words:
        if word == "--":
            break
        option = word.partition("=")[0]
        if option.startswith("-") and not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", known):
            return f"no option {option} of {' '.join(path)}"
    for name in re.findall(r"--format[ =]([a-z]+)", text):
        if name not in FORMATS:
            return f"no format {name}"
    return ""


LINES = [(path, number, text) for path in [*PAGES, *EXAMPLES] for number, text in command_lines(path)]


def test_every_command_line_exists() -> None:
    wrong = [
        f"{name_of(path)}:{number}: {what}: {text}"
        for path, number, text in LINES
        if (what := found_wrong(text))
    ]

    assert [] == wrong
    assert len(LINES) > 25 and {"README.md", "docs/ci.md", "docs/policy-language.md"} <= {
        name_of(path) for path, _, _ in LINES
    }


@pytest.mark.parametrize(
    "text",
    [
        "chekc",
        "check --surplus",
        "check --format yaml",
        "policy lnit",
        "baseline create|udpate",
        "init --owner x",
        "--surplus",
        "ci gitlab",
    ],
)
def test_a_command_line_that_does_not_exist_is_seen(text: str) -> None:
    assert found_wrong(text)


def test_the_examples_in_the_help_exist_too() -> None:
    helps = [options_of((name,)) for name in COMMANDS]
    examples = [
        re.sub(r"\s+", " ", text)
        for page in helps
        for text in re.findall(r"Example: .*?aiact-gate (.+?)\n\n", page, re.DOTALL)
    ]

    assert len(examples) >= len(COMMANDS)
    assert [] == [f"{text}: {what}" for text in examples if (what := found_wrong(text))]


# ---------------------------------------------------------------- links and files


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", [*PAGES, *EXAMPLES], ids=name_of)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        place, _, anchor = target.partition("#")
        there = (path.parent / place).resolve() if place else path
        assert there.exists() and ROOT in (there, *there.parents), f"{name_of(path)}: {target}"
        assert not anchor or anchor in anchors(there), f"{name_of(path)}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_file_of_ours_that_is_named_is_there(path: Path) -> None:
    """Code spans that begin with one of our folders; `<name>` in one stands for any."""
    ours = r"`((?:aiact_gate|policies|tools|docs|examples|benchmarks|tests|\.ci)/[^`\s]+(?: id[^`\s]*)?)`"
    for named in re.findall(ours, path.read_text("utf-8")):
        pattern = re.sub(r"<[^>]+>|…", "*", named).rstrip("/")
        # What a pack of somebody else's holds, and a path in a record.
        if named.startswith(("examples/<", "docs/file.md#")):
            continue
        assert list(ROOT.glob(pattern)) or list((ROOT / "policies/eu-ai-act").glob(pattern)), (
            f"{name_of(path)}: {named}"
        )


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)", README))

    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "docs" / "requirements" / "README.md"]

    assert linked == {name_of(path) for path in pages}


def test_nothing_waits_to_be_filled_in() -> None:
    for path in PAGES:
        found = re.search(r"\b(?:TODO|FIXME|TBD|XXX|[A-Z]*RATIO|JUDGED)\b(?!`)", path.read_text("utf-8"))
        assert found is None, f"{name_of(path)}: {found[0] if found else ''}"


# ---------------------------------------------------------------- codes, formats, inputs


def documented_codes() -> dict[int, str]:
    text = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    return {
        int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| ([^|]+) \|", text, re.MULTILINE)
    }


def codes_of(function: str, path: Path) -> set[int]:
    """The constants that *function* hands to sys.exit."""
    tree = ast.parse(path.read_text("utf-8"))
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "sys.exit":
                    found |= {
                        constant.value
                        for constant in ast.walk(call.args[0])
                        if isinstance(constant, ast.Constant) and type(constant.value) is int
                    }
    return found


def test_the_documented_codes_are_those_of_the_program() -> None:
    of_report = yaml.safe_load((ROOT / "aiact_gate" / "schemas" / "report.json").read_text("utf-8"))
    reported = set(of_report["$defs"]["ReportOf"]["properties"]["exit_code"]["enum"])

    assert reported | codes_of("run", ROOT / "aiact_gate" / "cli" / "__init__.py") == set(documented_codes())


def test_the_order_of_the_codes_is_the_documented_one() -> None:
    from aiact_gate.cli.check import exit_code

    text = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    [order] = re.findall(r"the order is ([\d, ]+)\.", text)
    codes = [int(code) for code in order.split(",")]

    assert set(codes) == {code for code in documented_codes() if 0 < code < 100}
    for number, code in enumerate(codes):
        assert code == exit_code([0, *reversed(codes[number:])])


def test_each_code_of_a_check_is_met_with(tmp_path: Path) -> None:
    green = Repository(tmp_path / "green").write(MINIMAL)
    red = high(tmp_path / "red")
    broken = Repository(tmp_path / "broken").write({"aiact.yaml": "systems: [\n"})
    empty = Repository(tmp_path / "empty").write({"readme.txt": "nothing\n"})
    none = Repository(tmp_path / "none").write(
        {
            "aiact.yaml": "schema: aiact-gate/manifest/v1\nsystems: []\nno_ai_system:\n  reason: Scripts that people "
            "wrote rename files here.\n  decided_by: it-lead@example.org\n  expires: 2026-12-31\n"
        }
    )
    for repository in (green, broken, empty, none):
        repository.commit()

    codes = [
        process("check", "--as-of", DAY, cwd=repository.folder).code
        for repository in (green, red, broken, empty, none)
    ]

    assert [0, 1, 3, 4, 0] == codes
    assert 2 == green.check("--format", "surplus").code
    assert 1 == program("check", "--as-of", "2027-01-01", cwd=none.folder).code


def test_the_actions_inputs_and_outputs_are_documented_with_their_defaults() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    page = re.sub(r"^### What counts as loosening$.*?(?=^### )", "", page, flags=re.MULTILINE | re.DOTALL)
    inputs, outputs = (
        {
            name: default.strip()
            for name, default in re.findall(r"^\| `([a-z-]+)` \|([^|]*)\|", part, re.MULTILINE)
        }
        for part in re.split(r"^\| output \|.*$", page, flags=re.MULTILINE)
    )
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}

    assert set(action["inputs"]) == set(inputs)
    for name, given in action["inputs"].items():
        default = str(given.get("default", "")).lower()
        assert inputs[name].strip("`") == default or (default == "" and name == "as-of"), name
    assert set(action["outputs"]) | hooks == set(outputs)


# ---------------------------------------------------------------- README


def test_the_readmes_two_commands_are_in_the_form_that_ci_runs() -> None:
    runner = (ROOT / ".ci" / "run").read_text("utf-8")
    [pattern] = re.findall(r"sed -n 's/\^\\\((.+?)\\\)\$/\\1/p' README\.md", runner)
    tests = [line for line in README.splitlines() if re.fullmatch(pattern, line)]
    first = [line for line in README.splitlines() if re.match(FIRST, line)]

    assert 1 == len(tests) == len(first)
    assert "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest" == tests[0]


def test_the_readmes_first_command_judges_the_example() -> None:
    [arguments] = re.findall(rf"^{FIRST}(.+)$", README, re.MULTILINE)

    ran = program(*shlex.split(arguments), cwd=ROOT)

    assert 0 == ran.code and ran.out.startswith("credit-scoring 1.3.0"), ran.out[:300] + ran.err


def test_the_readme_counts_as_the_packs_do() -> None:
    last = program("policy", "list", cwd=ROOT).out.splitlines()[-1]
    judged, points = re.findall(r"\d+", last)[:2]

    assert re.search(rf"^{points} points of .*; {judged} are judged in this version", README, re.MULTILINE)


def test_the_manifest_of_the_documentation_is_of_the_schema(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "manifest.md").read_text("utf-8")
    manifest, waivers, baseline = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    repository = Repository(tmp_path / "repository").write(
        {
            "aiact.yaml": manifest,
            "compliance/waivers.yaml": waivers,
            "compliance/baseline.yaml": baseline,
            "MODEL_CARD.md": "# x\n",
        }
    )
    repository.commit()

    said = repository.check("--format", "json").out

    assert '"code": 3' not in said and "has no key" not in said and "is none of the words" not in said, said[
        :2000
    ]
