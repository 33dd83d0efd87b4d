"""No sentence of the tool judges a system: words of verdicts stand only where they are the law's own, a name, or denied."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from repos import ROOT

from aiact_gate.formats import FORMATS

FORBIDDEN = re.compile(
    r"(?<![\w-])(?:compliant|non-compliant|compliance achieved|conforms?|conformity|certified|approved|guaranteed?|"
    r"audit-ready|audit-proof|safe|trustworthy|legal|illegal|violat(?:ion|es?|ed)s?|breach(?:es|ed)?|infring(?:ement|es?)s?|"
    r"offences?|scores?|grades?|percentage of compliance|ai-verified|is met|are met|was met|satisfied|satisfies|fully|"
    r"all clear|green|passed the ai act|no risk|low risk|ok)(?![\w-])",
    re.IGNORECASE,
)


def sentences() -> Iterator[tuple[str, str]]:
    """(where, text) of everything that the tool may say."""
    for path in sorted((ROOT / "policies").glob("*/*.yaml")):
        if path.parent.name == "examples":
            continue
        for where, text in texts_of(yaml.safe_load(path.read_text("utf-8"))):
            yield f"{path.relative_to(ROOT).as_posix()}{where}", text
    for path in sorted((ROOT / "aiact_gate").rglob("*.py")):
        for line, text in literals(path):
            yield f"{path.relative_to(ROOT).as_posix()}:{line}", text
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", ROOT / "action.yml"]
    for path in [*documents, *sorted((ROOT / "docs").glob("*.md"))]:
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT).as_posix()}:{line}", text


def texts_of(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key not in ("that", "when", "where", "with", "each", "at", "id", "facts", "if"):
                yield from texts_of(child, f"{where}/{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            name = child.get("id", number) if isinstance(child, dict) else number
            yield from texts_of(child, f"{where}/{name}")
    elif isinstance(value, str) and " " in value:
        yield where, value


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module that has a blank in it; of docstrings those of commands, which are their help."""
    tree = ast.parse(path.read_text("utf-8"))
    quiet: set[int] = set()
    if "cli" not in path.parts:
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                    quiet.add(id(child.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet:
            if " " in node.value:
                yield node.lineno, " ".join(node.value.split())


LAWS_OWN = (
    "declaration of conformity",
    "conformity assessment",
    "affects conformity",
    "presumption of conformity",
    "a halt in a safe state",
    "commits an offence",
    "Annex II offence",
    "suspect of a listed offence",
    "legal persons only",
    "credit score",
    "recidivism score",
    "fraud score",
    "rules fully set by people",
)
"""The Regulation's terms, and names of things that systems do; none of them says how a system stands."""
ABOUT_RECORDS = (
    "there is no risk and no reason",
    "why there is no risk to",
    "No risk of the register",
    "Is there no risk that would be too high?",
    "lowers no risk",
    "no risk carries it",
    "is aimed at no risk",
    "has no risk of its own",
    "names no risk of its own",
)
"""What a risk register doesn't hold."""
OF_PEOPLE = ("approved the restart", "who approved it", "its owner approved", "is approved by its owner")
"""Who said yes to a waiver or a restart."""
DENIED = (
    "a legal claim",  # what the tier is: nobody but a person makes it
    "does not say that the system conforms to the Regulation",
    "It never says that a system conforms to the Act",
    "has to be guaranteed",
    'never "compliant" or "passed"',
)
ALLOWED = (*LAWS_OWN, *ABOUT_RECORDS, *OF_PEOPLE, *DENIED)


def without_allowed(text: str) -> str:
    for phrase in ALLOWED:
        text = re.sub(re.escape(phrase), "…", text, flags=re.IGNORECASE)
    return text


def verdicts(said: list[tuple[str, str]]) -> list[str]:
    return [
        f"{where}: {found[0]!r} in {text[:160]!r}"
        for where, text in said
        for found in FORBIDDEN.finditer(without_allowed(text))
    ]


@pytest.fixture(scope="module")
def said() -> list[tuple[str, str]]:
    """All sentences; a text that runs over lines of a document is one of them."""
    found: list[tuple[str, str]] = []
    for where, text in sentences():
        found.append((where, " ".join(text.split())))
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.split(r"\n\s*\n", path.read_text("utf-8")):
            found.append((path.name, " ".join(block.split())))
    return found


def test_no_sentence_is_a_verdict(said: list[tuple[str, str]]) -> None:
    lines = [(where, text) for where, text in said if not re.search(r"\.md:\d+$", where)]

    assert [] == verdicts(lines)


def test_every_text_is_looked_at(said: list[tuple[str, str]]) -> None:
    places = " ".join(where for where, _ in said)

    assert len(said) > 4000
    for part in (
        "/why",
        "/fix",
        "/leaves_open",
        "/message",
        "/cheat",
        "/not_checked",
        "/title",
        "/missing",
        "/empty_is_fine",
    ):
        assert f"{part} " in places, part
    for part in (
        "formats/words.py",
        "formats/text.py",
        "judge/checks.py",
        "cli/check.py",
        "ci.md",
        "README.md",
    ):
        assert part in places, part


@pytest.mark.parametrize("phrase", ALLOWED)
def test_what_is_allowed_is_said_somewhere(said: list[tuple[str, str]], phrase: str) -> None:
    assert any(phrase.lower() in text.lower() for _, text in said)


@pytest.mark.parametrize(
    "text",
    [
        "The system is compliant.",
        "Article 9 is met.",
        "This system conforms to the Regulation.",
        "All checks are green.",
        "This is a violation of Article 5.",
        "The system is safe.",
        "There is no risk.",
        "It is fully documented.",
        "Compliance score: 93.",
    ],
)
def test_a_verdict_is_seen(text: str) -> None:
    assert verdicts([("here", text)])


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", ["shown", "failing"])
def test_no_report_of_ours_is_a_verdict(name: str, format_: str, request: pytest.FixtureRequest) -> None:
    """Messages that are put together are read whole, except what the checked repository itself says, and ids."""
    repository = request.getfixturevalue(name)
    ran = repository.check("--format", format_)

    assert [] == verdicts([(format_, re.sub('"id": "[^"]*"', "…", " ".join(ran.out.split())))])
