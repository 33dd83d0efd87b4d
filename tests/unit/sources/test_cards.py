"""Model cards as they are in the wild: `cards/` holds each oddity, the table says what is read from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from repos import HIGH

from aiact_gate.documents.markdown import Markdown, parse_markdown
from aiact_gate.model.evidence import Evidence
from aiact_gate.model.location import Location, Pointer
from aiact_gate.sources.documents import Library, attach_document
from aiact_gate.sources.manifest import read_manifest
from aiact_gate.sources.snapshot import open_snapshot

CARDS = Path(__file__).parent / "cards"


@dataclass(frozen=True)
class Read:
    """What the reader finds in one card."""

    front: tuple[str, ...] | int | None
    """The keys of its front matter, None if it has none, or the line of what is wrong with it."""
    headings: list[str]
    sections: dict[str, str] = field(default_factory=dict)
    """By key: the first words of the text that is taken for it."""
    figures: list[str] = field(default_factory=list)


EXPECTED = {
    "no-front-matter": Read(
        None,
        ["1 Voice commands, small", "2 Intended use", "2 Limitations"],
        {"intended_purpose": "Home appliances", "limitations": "Two people"},
    ),
    "template": Read(
        2,
        ['1 Model Card for {{ model_id | default("Model ID", true) }}', "2 Uses", "2 Limitations"],
        {"intended_purpose": "", "limitations": "{{ limits"},
    ),
    "template-braces": Read(2, ["1 A card to be filled", "2 Evaluation"], {"performance": "{results}"}),
    "norwegian": Read(
        ("language", "license", "datasets"),
        ["1 Tidy sentences", "2 Uses"],
        {"intended_purpose": "Puts commas"},
    ),
    "gate-form": Read(
        ("license", "extra_gated_prompt", "extra_gated_fields", "widget"),
        ["1 Gated model", "2 Intended Use"],
        {"intended_purpose": "Summaries"},
    ),
    "rules-in-body": Read(
        None,
        ["1 Pictures of leaves", "2 Intended uses", "2 Results"],
        {"intended_purpose": "Sorting", "performance": "Eight of ten"},
        ["0.81"],
    ),
    "starts-with-a-rule": Read(None, ["1 Weather words", "2 Limitations"], {"limitations": "Knows no fog."}),
    "list-as-front-matter": Read(2, ["1 Sounds of engines", "2 Model use"], {"intended_purpose": "Tells"}),
    "model-index": Read(
        ("license", "model-index"), ["1 Leaf", "2 Benchmarks"], {"performance": "Accuracy"}, ["0.81"]
    ),
    "empty": Read(None, []),
    "empty-front-matter": Read(None, ["1 Bare"]),
    "headings": Read(
        None,
        [
            "2 **Model** [use](https://example.org/use)",
            "1 Limitations",
            "1 `Other` title",
            "2 Evaluation results",
            "2 Training\ndata",
            "1 Last words",
        ],
        {
            "intended_purpose": "Reads meters from photographs.",
            "limitations": "Dirty glass.",
            "performance": "Nine of ten meters, 0.9 of them by night.",
        },
        ["0.9"],
    ),
    "html-body": Read(
        None,
        ["1 Traffic counts", "2 Metrics", "2 Caveats and recommendations"],
        {"performance": "<table>", "limitations": "Snow hides the lines."},
        ["0.12"],
    ),
    "invisible": Read(
        ("license",),
        ["1 🌿 Plants", "2 ⚠️ Limitations\u200b", "2 2.1 Intended\u00a0use:", "2 Evaluation {#evaluation}"],
        {"limitations": "Green", "intended_purpose": "Names a plant.", "performance": "$$"},
        ["0.7", "0.5"],
    ),
    "chinese": Read(None, ["1 模型卡：路面检查", "2 预期用途", "2 局限性"], {}, ["0.62"]),
    "french": Read(
        None,
        ["1 Fiche du modèle", "2 Intended use", "2 Limitations"],
        {"intended_purpose": "Trie les courriers", "limitations": "L'écriture"},
    ),
    "site-generator": Read(
        ("title", "layout", "nav_order"), ["1 How we write cards", "2 Performance"], {"performance": "See"}
    ),
    "long-lines": Read(
        None,
        ["1 Long", "2 Intended use", "2 Results"],
        {"intended_purpose": "Every word", "performance": "xxx"},
        ["0.5"],
    ),
    "placeholders": Read(
        None,
        ["1 Something", "2 Uses", "2 Limitations", "2 Evaluation"],
        {"intended_purpose": "", "limitations": "", "performance": "Nine of ten were right."},
    ),
    "short": Read(None, ["1 Names"]),
    "tab-in-front-matter": Read(4, ["1 Tabs", "2 Uses"], {"intended_purpose": "Counts tabs"}),
    "twice": Read(3, ["1 Twice", "2 Uses"], {"intended_purpose": "Says all"}),
    "dots-close": Read(("license",), ["1 Dots", "2 Uses"], {"intended_purpose": "Ends its header"}),
    "comment-first": Read(
        None, ["2 license: mit", "1 Comment", "2 Uses"], {"intended_purpose": "Has a remark"}
    ),
    "blank-lines-first": Read(("license",), ["1 Blank", "2 Uses"], {"intended_purpose": "Begins late."}),
    "no-closing-mark": Read(None, ["1 Open", "2 Uses"], {"intended_purpose": "Never ends"}),
    "about-cards": Read(None, ["1 What is a model card?"]),
    "own-sections": Read(
        ("aiact",),
        ["1 Karte", "2 Wozu es da ist", "2 Wo es nicht hilft"],
        {"intended_purpose": "Ordnet Briefe", "limitations": "Bei Handschrift."},
    ),
}


def test_every_card_has_an_expectation() -> None:
    assert sorted(path.stem for path in CARDS.glob("*.md")) == sorted(EXPECTED)


VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "two BOMs": lambda data: b"\xef\xbb\xbf\xef\xbb\xbf" + data,
    "zero width first": lambda data: "\u200b".encode() + data,
    "no final line break": lambda data: data.rstrip(b"\n"),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_card_is_read_as_people_read_it(name: str, variant: str, tmp_path: Path) -> None:
    data = VARIANTS[variant]((CARDS / f"{name}.md").read_bytes())
    expected = EXPECTED[name]

    evidence, parsed = attached(data, tmp_path)

    assert expected.headings == [f"{heading.level} {heading.text}" for heading in parsed.headings]
    card = evidence.data["model_card"]
    assert sorted(expected.sections) == sorted(card["sections"])
    for key, words in expected.sections.items():
        assert card["sections"][key]["text"].startswith(words)
        assert (words == "") == (card["sections"][key]["text"] == "")
    assert expected.figures == [number.text for number in parsed.numbers]
    faults = [(fault.rule, fault.kind, fault.location.line) for fault in evidence.faults]
    if isinstance(expected.front, int):
        assert [("front_matter", "malformed", expected.front)] == faults
    else:
        assert [] == faults
        keys = tuple(parsed.front.root.value) if parsed.front else None
        assert expected.front == keys


def attached(data: bytes, folder: Path) -> tuple[Evidence, Markdown]:
    (folder / "aiact.yaml").write_text(HIGH["aiact.yaml"])
    (folder / "MODEL_CARD.md").write_bytes(data)
    snapshot, _ = open_snapshot(str(folder))
    manifest = read_manifest(snapshot, "aiact.yaml")
    evidence = Evidence()
    library = Library(snapshot)
    references: list[tuple[Pointer, str, str, Location]] = []
    system: dict[str, Any] = manifest.systems[0]
    attach_document("model_card", "card", snapshot, manifest, system, evidence, library, references)
    return evidence, library.markdown("MODEL_CARD.md")


def test_the_words_of_a_yaml_trap_stay_as_written() -> None:
    parsed = parse_markdown((CARDS / "norwegian.md").read_bytes(), "a.md")

    assert parsed.front is not None
    assert ["de", "no", "sv"] == [node.value for node in parsed.front.root.value["language"].value]


def test_front_matter_of_60_kB_and_its_places() -> None:
    prompt = "".join(f"  clause {number} of the terms\n" for number in range(2_000))
    text = f"---\nextra_gated_prompt: |\n{prompt}license: other\n---\n# T\n"
    parsed = parse_markdown(text.encode(), "a.md")

    assert parsed.front is not None
    assert 2_003 == parsed.front.location(("license",)).line
    assert 2_005 == parsed.headings[0].line


def test_a_card_that_is_no_utf_8_is_an_error_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "aiact.yaml").write_text(HIGH["aiact.yaml"])
    (tmp_path / "MODEL_CARD.md").write_bytes(b"# T\n\ncaf\xe9\n")
    snapshot, _ = open_snapshot(str(tmp_path))
    manifest = read_manifest(snapshot, "aiact.yaml")
    evidence = Evidence()

    attach_document(
        "model_card", "card", snapshot, manifest, manifest.systems[0], evidence, Library(snapshot), []
    )

    assert [("MODEL_CARD.md", 3, 4)] == [fault.location[:3] for fault in evidence.faults]
    assert evidence.absent["model_card"].unreadable


def test_a_section_stands_at_its_heading_and_front_matter_at_its_key(tmp_path: Path) -> None:
    evidence, _ = attached((CARDS / "own-sections.md").read_bytes(), tmp_path)
    place = evidence.places["model_card"].location

    assert [3, 10, 1] == [
        place(pointer).line for pointer in (("model_version",), ("sections", "intended_purpose"), ())
    ]
    assert "4" == evidence.data["model_card"]["model_version"]
