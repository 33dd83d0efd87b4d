"""Which figures are found in Markdown, where, and whether a printed figure agrees with a number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.documents.markdown import Number, parse_markdown
from aiact_gate.documents.numbers import agrees


def figures(text: str) -> list[Number]:
    return parse_markdown(text.encode(), "a.md").numbers


FOUND = {
    "AUC 0.79.": ["0.79"],
    "AUC: 0.79": ["0.79"],
    "AUC:0.79": ["0.79"],
    "AUC=0.79": ["0.79"],
    "AUC = 0.79": ["0.79"],
    "AUC >= 0.80": ["0.80"],
    "An AUC of .79 (n = 300)": [".79"],
    "**0.79**": ["0.79"],
    "_0.79_": ["0.79"],
    "__0.79__": ["0.79"],
    "79 %": ["79 %"],
    "79%": ["79%"],
    "79\u00a0%": ["79\u00a0%"],
    "79％": ["79％"],
    "79 percent of them": ["79 percent"],
    "79 per cent of them": ["79 per cent"],
    "0,79": ["0,79"],
    "0,793": ["0,793"],
    "79,3 %": ["79,3 %"],
    "1,234.5 euros": ["1,234.5"],
    "12,345 %": ["12,345 %"],
    "0.7-0.8": ["0.7", "0.8"],
    "0.7–0.8": ["0.7", "0.8"],
    "0.7 to 0.8": ["0.7", "0.8"],
    "0.79 ± 0.02": ["0.79", "0.02"],
    "(0.75, 0.83)": ["0.75", "0.83"],
    "[0.75; 0.83]": ["0.75", "0.83"],
    "precision/recall 0.79/0.81": ["0.79", "0.81"],
    "−0.5 or -0.25 or +0.125": ["-0.5", "-0.25", "+0.125"],
    "p < 1.5e-3": ["1.5e-3"],
    "> quoted 0.79": ["0.79"],
    "- item 0.79\n  and 0.81": ["0.79", "0.81"],
    "1. item 0.79": ["0.79"],
    "<td>0.79</td>": ["0.79"],
    "准确率为0.79。": ["0.79"],
    "## AUC 0.79 on test": ["0.79"],
    "about 3.5 GB": ["3.5"],
}
NOT_FOUND = [
    "7 cases of 300",
    "1,000 rows",
    "`0.79`",
    "``a ` 0.79``",
    "```\n0.79\n```",
    "~~~\n0.79\n~~~",
    "    0.79",
    "[0.79](x.md)",
    "[x 0.79][ref]",
    "![0.79](x.png)",
    "<https://example.org/0.79>",
    "https://example.org/v0.79/1.5",
    "www.example.org/0.79",
    "<!-- 0.79 -->",
    "<!--\n\n0.79\n\n-->",
    "text <!-- 0.79\nand 0.81 --> text",
    '<img width="0.79">',
    "version 1.3",
    "Version: 1.3",
    "v1.3",
    "release 1.3.0",
    "1.3.0",
    "Python 3.11 and Python 3.11+",
    "scikit-learn 1.5",
    "scikit-learn>=1.5",
    "numpy == 1.26",
    "name==1.26",
    "pandas ~= 2.1",
    "CUDA 11.8",
    "Apache 2.0",
    "Apache-2.0",
    "Apache License 2.0",
    "CC BY 4.0 and CC-BY-SA-4.0",
    "Llama 3.1",
    "GPT-3.5",
    "mAP@0.5",
    "25.11.2026",
    "2026-11-25",
    "12:30",
    "10.20.30.40",
    "section 4.2, Table 3.1, Figure A2.1",
    "Articles 9,10 and points 5,6",
    "Annex 4.1",
    "doi:10.1000/182",
    "https://doi.org/10.1000/182.5",
    "arXiv:2103.00020",
    "arXiv 2103.00020",
    "## 4.2 Results",
    "## 4.2. Results",
    "4.2 Results\n===",
    "2.1. Data come from a ledger.",
    "# Credit scoring 1.3",
    "file0.79",
    "a_0.79",
    "0.79abc",
    "| metric | 95 % |\n|---|---|\n| a | b |",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_figure_is_found(text: str) -> None:
    assert FOUND[text] == [number.text for number in figures(text)]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_no_figure_is_not_found(text: str) -> None:
    assert [] == [number.text for number in figures(text)]


@given(
    before=st.sampled_from(["", "AUC ", "- ", "> ", "Größe 🚀 ", "| ", "a, (", "*"]),
    figure=st.sampled_from(["0.79", "79 %", "0,79", "1.5e-3"]),
    lead=st.sampled_from(["", "# T\n\n", "---\na: b\n---\n", "\ufeff", "a\n\nb\n\n", "```\n1.5\n```\n"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_the_text_at_a_figures_place_is_the_figure(before: str, figure: str, lead: str, ending: str) -> None:
    text = lead + before + figure + " there\n"
    found = figures(text.replace("\n", ending))
    lines = text.removeprefix("\ufeff").split("\n")

    assert [figure] == [number.text for number in found]
    assert lines[found[0].line - 1][found[0].column - 1 :].startswith(figure)


def test_figures_come_in_the_order_of_the_text() -> None:
    found = figures("#A 1\ntext 0.1\n\n| x | y |\n|---|---|\n| 0.2 | 0.3 |\n\n## h 0.4\n\ntext 0.5\n")

    assert ["0.1", "0.2", "0.3", "0.4", "0.5"] == [number.text for number in found]


def test_a_sentence_reaches_over_line_breaks_and_no_further() -> None:
    text = "First 0.1. The share was\n0.2 then\n(source: census 2024). Last e.g. 0.3 of U.S. loans.\n\nNext 0.4.\n"
    found = {number.text: number.sentence for number in figures(text)}

    assert "(source: census 2024)" in found["0.2"]
    assert "The share was" in found["0.2"]
    assert "source" not in found["0.1"] + found["0.3"] + found["0.4"]
    assert "U.S. loans" in found["0.3"]


def test_a_table_row_is_one_sentence_and_knows_its_column() -> None:
    text = "| metric | value | note |\n|---|---:|---|\n| AUC \\| b | 0.79 | of 0.5. See |\n\na | b\n--|--\nx | 0.25\n"
    found = figures(text)

    assert [("0.79", "value"), ("0.5", "note"), ("0.25", "b")] == [
        (number.text, number.column_title) for number in found
    ]
    assert "AUC" in found[1].sentence and "See" in found[0].sentence


AGREE = [
    ("0.79", 0.7934), ("0.793", 0.7934), ("0.7934", 0.7934), ("0.79340", 0.7934), (".79", 0.7934), ("0.8", 0.7934), ("79 %", 0.7934),
    ("79%", 0.7934), ("79.3 %", 0.7934), ("79,3 %", 0.7934), ("0,79", 0.7934), ("0,793", 0.7934), ("79\u202f%", 0.7934), ("79 percent", 0.7934),
    ("79 per cent", 0.7934), ("79％", 0.7934), ("79 %", 79.34), ("100 %", 1.0), ("0.80", 0.795), ("0.79", 0.785), ("-0.5", -0.5), ("−0.5", -0.5),
    ("+0.5", 0.5), ("1,234.5", 1234.5), ("1,234 %", 1234.0), ("1.5e-3", 0.0015), ("1.5e-3", 0.00151), ("0.0", 0.0), ("0 %", 0.0), ("4.1 %", 0.041),
]  # fmt: skip
DISAGREE = [
    ("0.80", 0.7934), ("0.78", 0.7934), ("0.81", 0.7934), ("0.7935", 0.7934), ("0.79341", 0.7934), ("80 %", 0.7934), ("79.4 %", 0.7934),
    ("0.79 %", 0.7934), ("7.9", 0.7934), ("79", 0.7934), ("-0.79", 0.7934), ("0.5", math.nan), ("0.5", math.inf), ("inf", math.inf), ("nan", math.nan),
    ("abc", 1.0), ("", 0.0), ("%", 0.0), ("1.2.3", 1.2), ("1.5e-3", 0.0016), ("1e999", math.inf), ("0.79", 79.0),
]  # fmt: skip


@pytest.mark.parametrize(("figure", "value"), AGREE)
def test_a_figure_agrees_at_its_printed_precision(figure: str, value: float) -> None:
    assert agrees(figure, value)


@pytest.mark.parametrize(("figure", "value"), DISAGREE)
def test_another_figure_does_not_agree(figure: str, value: float) -> None:
    assert not agrees(figure, value)


@given(st.floats(-1e6, 1e6), st.integers(1, 6))
def test_a_rounded_number_agrees_and_its_neighbour_does_not(value: float, digits: int) -> None:
    figure = f"{value:.{digits}f}"
    step = 10.0**-digits

    assert agrees(figure, value)
    assert agrees(figure.replace(".", ",") if digits != 3 else figure, value)
    assert not agrees(f"{float(figure) + 2 * step:.{digits}f}", value)


@given(st.floats(0.0, 1.0), st.integers(0, 4))
def test_a_rounded_percentage_agrees(value: float, digits: int) -> None:
    assert agrees(f"{value * 100:.{digits}f} %", value)


@given(st.text(max_size=20), st.floats())
def test_agrees_never_fails(figure: str, value: float) -> None:
    assert agrees(figure, value) in (True, False)
