"""What a system looks like by its own words: a question to a person, printed as a comment, never a tier."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiact_gate.sources.cards import Passage


@dataclass(frozen=True)
class Likeness:
    """One use that words of the card or of the model's name point to."""

    looks_like: str
    tier: str
    """In words: high risk, limited risk."""
    cite: str
    word: str
    """What was read."""
    path: str
    line: int


_HIGH = "high risk"
_USES: tuple[tuple[str, str, str, str], ...] = (
    (
        r"credit[- ]?(?:scor|worth|risk|default)\w*|loan (?:applica|default|approv)\w*|consumer loans?|repay\w*|default(?:s|ed)? on",
        "credit scoring of natural persons",
        _HIGH,
        "Annex III 5(b)",
    ),
    (
        r"recruit\w*|r[ée]sum[ée]s|\bCVs?\b|job applica\w+|candidate (?:rank|select|screen)\w*|hiring",
        "recruiting or selecting people",
        _HIGH,
        "Annex III 4(a)",
    ),
    (
        r"employee (?:attrition|performance|promotion|monitoring)\w*|(?:staff|worker) (?:performance|ranking)|attrition",
        "decisions about people at work",
        _HIGH,
        "Annex III 4(b)",
    ),
    (
        r"admission\w*|essay (?:scor|grad)\w*|exam (?:grad|proctor)\w*|student (?:dropout|performance|grad)\w*|proctor\w*",
        "access to education, or grading",
        _HIGH,
        "Annex III 3",
    ),
    (
        r"face recognition|facial recognition|biometric identif\w*",
        "biometric identification",
        _HIGH,
        "Annex III 1(a)",
    ),
    (r"emotion recognition|recogni[sz]\w* emotions?", "emotion recognition", _HIGH, "Annex III 1(c)"),
    (
        r"(?:life|health) insurance (?:pric|risk|premium|underwrit)\w*",
        "pricing of life or health insurance",
        _HIGH,
        "Annex III 5(c)",
    ),
    (
        r"(?:social|welfare|housing) benefits?|benefit eligib\w*",
        "eligibility for public benefits",
        _HIGH,
        "Annex III 5(a)",
    ),
    (
        r"emergency (?:calls?|dispatch|triage)|patient triage",
        "ranking of emergency calls or patients",
        _HIGH,
        "Annex III 5(d)",
    ),
    (r"recidivism|re-?offend\w*", "the risk that somebody offends again", _HIGH, "Annex III 6(d)"),
    (r"asylum|visa applica\w+|border control", "migration, asylum or border control", _HIGH, "Annex III 7"),
    (r"sentencing|court (?:decision|ruling)s?", "help to a court", _HIGH, "Annex III 8(a)"),
    (
        r"traffic (?:light|signal) control|load shedding|water (?:supply|pressure) control",
        "a safety component of critical infrastructure",
        _HIGH,
        "Annex III 2",
    ),
    (
        r"diagnos(?:is|es|e|tic)\b|medical device|radiolog\w*",
        "a medical device",
        _HIGH,
        "Article 6(1), if a notified body assesses it",
    ),
    (
        r"chat ?bot|virtual assistant|text generation|image generation|generates? (?:text|images|answers)",
        "a system that talks to people or makes content",
        "limited risk",
        "Article 50",
    ),
)
_NOT = re.compile(r"\b(?:not|never|no|without|excluded?|rather than|other than)\b", re.IGNORECASE)


def likeness(passages: Sequence[Passage]) -> Likeness | None:
    """The first use that *passages* (title, purpose, name of the model) point to; sentences that deny one are left out."""
    for pattern, looks_like, tier, cite in _USES:
        for passage in passages:
            for sentence in re.split(r"(?<=[.!?;])\s+", passage.text):
                match = re.search(rf"(?<!\w)(?:{pattern})", sentence, re.IGNORECASE)
                if match and not _NOT.search(sentence[: match.start()]):
                    return Likeness(looks_like, tier, cite, match[0], passage.path, passage.line)
    return None
