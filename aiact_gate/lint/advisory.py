"""The rules that only advise: what reads badly or says more than it shows; `check` looks past them."""

from __future__ import annotations

ADVICE = {
    "no_policy": "a pack without a policy file",
    "builtin_id": "the id of a requirement of a built-in pack",
    "calls_for": "more than any check of the requirement can earn",
    "citation": "an article, paragraph, point or annex that the Act doesn't have",
    "says_nothing": "a text of hardly any words, or one that repeats the title",
    "verdict_word": "a word of command (must, shall) or of a verdict on a system",
    "no_question": "a warning, or `leaves_open`, that asks nothing",
    "unread_parameter": "a parameter that no condition reads",
    "unequal_to_nothing": "`!=` of an optional field in `that` without a `filled()` before it: nothing is unequal to everything",
    "unguarded": "`where` or `when` opens, calls or orders an optional field without a `filled()`",
    "negated_comparison": "a negated comparison of numbers",
    "recall_ended": "a recall that ended: it takes nothing back any more",
    "at_no_evidence": "`at` leads to a word or a parameter, not into the evidence",
}
"""What only reads badly or says more than it shows: lint alone tells it."""
