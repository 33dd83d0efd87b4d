"""What counts as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiact_gate.sources.filled import echoes, emptiness

MISSING = [
    "",
    " ",
    "\t\n",
    "\u200b",
    "??",
    "?? a proposal of three words",
    "  ?? x",
    "-",
    "--",
    "...",
    "…",
    "?",
    "!!!",
    "* * *",
    "\u200b \u2060\u200d",
    "→ ↓",
]
NOTHING = [
    "TODO",
    "todo:",
    "TBD",
    "tbd.",
    "N/A",
    "n.a.",
    "(n/a)",
    "[TODO]",
    "TO\u200bDO",
    "TODO\u2060",
    "TODO / TBD",
    "xxx",
    "FIXME!",
]
FILLER = [
    "to be done later",
    "Not applicable",
    "none",
    "Lorem ipsum dolor sit amet",
    "see above",
    "keine Angabe",
    "unknown",
]
PROMPTS = [
    "[More Information Needed]",
    "{{ limits }}",
    "<insert the purpose of the system here>",
    "[your name and address]",
]
SHORT = ["Discrimination", "A risk", "Yes, yes, yes", "1 2 3 4"]
PROSE = [
    "Applicants wait longer.",
    "Younger applicants are refused.",
    "夜間の画像では精度が下がる",
    "晚上的图像准确率较低",
    "กลางคืนมองเห็นไม่ชัดเจน",
    "Nicht zutreffend, weil niemand bewertet wird.",
    "It is not applicable here because nobody is scored.",
]


@pytest.mark.parametrize("text", MISSING)
@pytest.mark.parametrize("x_type", ["text", "name", "person", "key", "ref", "date", "number"])
def test_nothing_is_missing_whatever_the_field(text: str, x_type: str) -> None:
    assert "missing" == emptiness(text, x_type)


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("x_type", ["text", "name", "person", "ref", "date", "tracked_file"])
def test_a_marker_alone_is_filler_whatever_the_field(text: str, x_type: str) -> None:
    assert "filler" == emptiness(text, x_type)


@pytest.mark.parametrize("text", FILLER + PROMPTS)
@pytest.mark.parametrize("x_type", ["text", "name", "person"])
def test_words_that_say_nothing_are_filler(text: str, x_type: str) -> None:
    assert "filler" == emptiness(text, x_type)


@pytest.mark.parametrize("text", SHORT)
def test_prose_of_fewer_than_three_words_is_filler(text: str) -> None:
    assert "filler" == emptiness(text, "text")


@pytest.mark.parametrize("text", PROSE)
def test_a_sentence_is_filled_in_any_script(text: str) -> None:
    assert emptiness(text, "text") is None


@pytest.mark.parametrize("text", ["test", "sample", "train", "same", "here", "7", "test/test.csv", "in"])
@pytest.mark.parametrize("x_type", ["ref", "tracked_file", "key"])
def test_what_is_looked_up_is_no_placeholder(text: str, x_type: str) -> None:
    assert emptiness(text, x_type) is None


@given(st.text(max_size=60), st.sampled_from(["text", "name", "person", "ref", "date", "key", "glob"]))
def test_emptiness_never_fails_and_does_not_mind_white_space(text: str, x_type: str) -> None:
    assert emptiness(text, x_type) == emptiness(f" {text}\n", x_type)


TITLE = "Remaining risk is judged acceptable"
FIX = "Let someone other than the author accept it, or leave it open."
ECHOES = [
    (TITLE, True),
    ("The remaining risk is judged acceptable.", True),
    ("residual_accepted: let someone other than the author accept it", True),
    ("Underwriters see each refusal twice before it goes out.", False),
    ("The remaining risk is judged acceptable because each refusal is seen twice.", False),
    ("", False),
    ("a b c", False),
    ("...", False),
]


@pytest.mark.parametrize(("text", "expected"), ECHOES)
def test_echoes_of_the_requirement_are_known(text: str, expected: bool) -> None:
    assert expected == echoes(text, (TITLE, FIX, "residual_accepted"))
