"""Cheats with words, persons, criteria and figures: some of each kind, to be widened with the rules about them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import yaml
from cases import Case
from tree import Edit, Tree, edits, pattern, text

TEXT = "Text, pointers, criteria, persons"
FIGURES = "Figures"
RISKS = "compliance/risk_management.yaml"
DATA = "compliance/data_governance.yaml"
OVERSIGHT = "compliance/human_oversight.yaml"
CARD = "MODEL_CARD.md"
USE = "INSTRUCTIONS_FOR_USE.md"
ONE_SENTENCE = "the risk was examined with care"
BEFORE = {"base": "HEAD~1"}


TIED = ("hazard", "target_population", "effect_elsewhere", "group", "affected_groups", "rights")
"""What another file or an Article is compared with; whoever empties the prose leaves it."""


def prose(name: str, said: Callable[[int], str]) -> Edit:
    """Every value of five words or more in the record *name*, but for what is tied, becomes what *said* gives."""

    def apply(tree: Tree) -> None:
        count = itertools.count(1)

        def changed(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: inner if key in TIED else changed(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [changed(inner) for inner in value]
            return said(next(count)) if isinstance(value, str) and len(value.split()) >= 5 else value

        tree.write(name, yaml.safe_dump(changed(yaml.safe_load(tree.text(name))), sort_keys=False))

    return apply


def mixed(word: str) -> str:
    """Latin letters that have a Cyrillic look-alike, as it."""
    return word.translate(str.maketrans("aceopx", "асеорх"))


def section_of(name: str, heading: str, content: str) -> Edit:
    return pattern(
        name, rf"(\n## {re.escape(heading)}\n)[\s\S]*?(?=\n## |\Z)", lambda match: f"{match[1]}\n{content}\n"
    )


def case(
    name: str, rule: str, imitates: str, row: str, edit: Edit, section: str = TEXT, **options: object
) -> Case:
    return Case(name, rule, section, imitates, row, edit, options=options)


def figure(name: str, imitates: str, edit: Edit, row: str = "art15.3") -> Case:
    return case(name, "H14", imitates, row, edit, FIGURES)


CELL = "| AUC | 0.787 |"

CASES = (
    # Nothing said
    case(
        "reasons-tbd",
        "H11",
        "a marker in every reason of the classification",
        "art6.claim",
        pattern("compliance/classification.yaml", r"because: (?!>-).*", "because: TBD", times=0),
    ),
    case(
        "reasons-bracket",
        "H11",
        "a sign in every reason of the classification",
        "art6.claim",
        pattern("compliance/classification.yaml", r"because: (?!>-).*", 'because: "["', times=0),
    ),
    case(
        "functions-dash",
        "H11",
        "a sign for what people do",
        "annex4.1.a",
        pattern("compliance/system_description.yaml", r"function: [^}]*", 'function: "-"', times=0),
    ),
    case(
        "meanings-dash",
        "H11",
        "a sign for what events mean",
        "art12.2.a.risk",
        pattern("compliance/logging.yaml", r"meaning: (?!>-).*", 'meaning: "-"', times=0),
    ),
    case(
        "see-wiki-page-risks",
        "H11",
        "every sentence sends elsewhere",
        "art9.2.a",
        prose(RISKS, lambda at: f"see wiki page {at}"),
    ),
    case(
        "see-wiki-page-data",
        "H11",
        "every sentence sends elsewhere",
        "art10.2.b",
        prose(DATA, lambda at: f"see wiki page {at}"),
    ),
    case(
        "one-sentence-in-mixed-letters",
        "H11",
        "one sentence with changing letters",
        "art9.2.a",
        prose(
            RISKS,
            lambda at: mixed(ONE_SENTENCE[: at % 30]) + ONE_SENTENCE[at % 30 :],
        ),
    ),
    case(
        "words-spelled-backwards",
        "H11",
        "words spelled backwards",
        "art9.2.a",
        pattern(
            RISKS,
            r"(description: >-\n +)(.*)",
            lambda match: match[1] + match[2][::-1].replace(":", "").replace("#", ""),
            times=0,
        ),
    ),
    case(
        "random-nouns",
        "H11",
        "six random nouns",
        "art14.4.b",
        pattern(
            OVERSIGHT,
            r"(enables: counter_automation_bias\n    description: )>-\n(?: {6}.*\n)+",
            r"\1kettle window bicycle harbour violin gravel\n",
        ),
    ),
    case(
        "contrary-measure",
        "H11",
        "the contrary as the measure",
        "art14.4.b",
        pattern(
            OVERSIGHT,
            r"(enables: counter_automation_bias\n    description: )>-\n(?: {6}.*\n)+",
            r"\1Underwriters are asked to follow the recommendation in every case.\n",
        ),
    ),
    case(
        "lorem-under-headings",
        "H11",
        "a template under each heading",
        "art11.1.annex_iv",
        pattern(
            "docs/technical.md",
            r"(\n## .*\n)[\s\S]*?(?=\n## |\Z)",
            r"\1\nTODO lorem ipsum dolor sit amet\n",
            times=0,
        ),
    ),
    case(
        "hidden-limits",
        "H11",
        "limits that nobody sees",
        "annex4.3.capabilities",
        pattern(CARD, r"(## Limitations\n)([\s\S]*)\Z", r'\1\n<div style="display:none">\n\2\n</div>\n'),
    ),
    case(
        "ids-only",
        "H11",
        "a list of ids in place of the measures",
        "art13.3.d",
        section_of(USE, "Human oversight", "OM-1 OM-2 OM-3 OM-4 OM-5 OM-6 OM-7 exist somewhere here."),
    ),
    # Criteria that can't fail
    case(
        "everything-acceptable",
        "H10",
        "fifteen of sixteen pairs acceptable",
        "art9.5",
        pattern(
            RISKS,
            r"  acceptable:\n(?:    - .*\n)+",
            "  acceptable:\n"
            + "".join(
                f"    - {a}/{b}\n"
                for a in ("rare", "unlikely", "possible", "likely")
                for b in ("minor", "moderate", "serious", "critical")
                if (a, b) != ("likely", "critical")
            ),
        ),
    ),
    case(
        "tolerance-of-nine-tenths",
        "H10",
        "a tolerance beyond the group's share",
        "art10.3.representative",
        text(DATA, "tolerance: 0.05", "tolerance: 0.9"),
    ),
    case(
        "gaps-of-99-percent",
        "H10",
        "a limit that nothing exceeds",
        "art10.3.errors_complete",
        text(DATA, "null_rate_max: 0.0", "null_rate_max: 0.99"),
    ),
    case(
        "stop-within-a-day",
        "H10",
        "a limit that nothing exceeds",
        "art14.4.e",
        text(OVERSIGHT, "limit_seconds: 1.0", "limit_seconds: 86400"),
    ),
    case(
        "review-in-a-century",
        "H10",
        "an interval of 100 years",
        "art9.5",
        text(RISKS, "review_interval_days: 90", "review_interval_days: 36500"),
    ),
    case(
        "monitoring-in-a-century",
        "H10",
        "an interval of 100 years",
        "annex4.9",
        text("compliance/monitoring.yaml", "interval_days: 30", "interval_days: 36500"),
    ),
    case(
        "accepted-until-2099",
        "H3",
        "an end that never comes",
        "art9.5",
        text(RISKS, "expires: 2027-05-20", "expires: 2099-12-31"),
    ),
    case(
        "adequate-until-2099",
        "H3",
        "an end that never comes",
        "art14.3",
        text(OVERSIGHT, "expires: 2027-05-20", "expires: 2099-12-31"),
    ),
    case(
        "waiver-until-2099",
        "H3",
        "an end that never comes",
        "art10.4",
        text("compliance/waivers.yaml", "expires: 2027-05-20", "expires: 2099-12-31"),
    ),
    # Persons
    case(
        "accepted-by-operations",
        "H18",
        "another person accepts all",
        "art9.5",
        text(RISKS, "accepted_by: head-of-model-risk@", "accepted_by: it-operations@", times=0),
    ),
    case(
        "accepted-by-nobody-known",
        "H18",
        "somebody in no list accepts",
        "art9.5",
        text(
            RISKS, "accepted_by: head-of-model-risk@example.org", "accepted_by: someone@example.com", times=0
        ),
    ),
    case(
        "accepted-by-an-alias",
        "H18",
        "the author accepts under an alias",
        "art9.5",
        pattern(RISKS, r"(id: R1[\s\S]*?accepted_by: )\S+", r"\1ml-engineer+risk@example.org"),
    ),
    case(
        "accepted-by-a-look-alike",
        "H18",
        "the author accepts with a Cyrillic letter",
        "art9.5",
        pattern(RISKS, r"(id: R1[\s\S]*?accepted_by: )\S+", "\\1ml-" + mixed("e") + "ngineer@example.org"),
    ),
    case(
        "waiver-by-a-look-alike",
        "H18",
        "the owner approves with a Cyrillic letter",
        "integrity.waivers",
        text(
            "compliance/waivers.yaml",
            "approved_by: head-of-model-risk@example.org",
            f"approved_by: d{mixed('a')}ta-steward@example.org",
        ),
    ),
    case(
        "waiver-by-a-title",
        "H18",
        "approved by words",
        "integrity.waivers",
        text(
            "compliance/waivers.yaml",
            "approved_by: head-of-model-risk@example.org",
            "approved_by: the data steward",
        ),
    ),
    case(
        "reviewed-by-the-decider",
        "H18",
        "one person in two capitals",
        "art6.claim",
        text(
            "compliance/classification.yaml",
            "reviewed_by: data-protection-officer@example.org",
            "reviewed_by: Head-Of-Model-Risk@example.org",
        ),
    ),
    # What a change takes away
    case("role-gone", "H4", "no role, no duties", "", text("aiact.yaml", "    role: provider\n", "")),
    case("role-open", "H4", "a role that is open", "", text("aiact.yaml", "role: provider", 'role: "??"')),
    case(
        "screening-emptied",
        "H4",
        "an answer that asks nothing further",
        "art6.claim",
        edits(
            text("compliance/classification.yaml", "is: [c]", "is: []"),
            pattern("compliance/classification.yaml", r"  p\.c\.effect:\n(?:    .*\n)+", ""),
        ),
        **BEFORE,
    ),
    case(
        "use-no-longer-excluded",
        "H17",
        "a line less in what it isn't for",
        "art9.2.b",
        text(
            "compliance/system_description.yaml",
            "  - Loans to companies, sole traders or persons under 18.\n",
            "",
        ),
        **BEFORE,
    ),
    # Figures
    figure("plus-minus", "a figure in another dress", text(CARD, CELL, "| AUC | 0.95±0.01 |")),
    figure("middle-dot", "a figure in another dress", text(CARD, CELL, "| AUC | 0·95 |")),
    figure("superscript", "a figure in another dress", text(CARD, CELL, "| AUC | 0.95¹ |")),
    figure("percent-sign", "a figure in another dress", text(CARD, CELL, "| AUC | 95 pct |")),
    figure("backticks", "a figure in another dress", text(CARD, CELL, "| AUC | `0.95` |")),
    figure(
        "in-a-sentence",
        "a figure in a sentence",
        text(CARD, "## Limitations\n", "On the test split AUC is 0.95.\n\n## Limitations\n"),
    ),
    figure(
        "in-the-front-matter",
        "a figure in the front matter",
        text(CARD, "language: en\n", "language: en\nmetrics:\n  - {name: AUC, value: 0.95}\n"),
    ),
    figure(
        "name-and-value",
        "a figure on a line of its own",
        text(CARD, "## Limitations\n", "AUC: 0.95\n\n## Limitations\n"),
    ),
    figure(
        "transposed-table",
        "a table that is turned",
        text(CARD, "## Limitations\n", "| | AUC |\n| --- | --- |\n| test split | 0.95 |\n\n## Limitations\n"),
    ),
    figure(
        "html-table",
        "a table in HTML",
        text(
            CARD,
            "## Limitations\n",
            "<table><tr><th>metric</th><th>value</th></tr><tr><td>AUC</td><td>0.95</td></tr></table>\n\n## Limitations\n",
        ),
    ),
    figure(
        "another-known-number",
        "a wrong figure that is another one's",
        text(CARD, "| 44 | at most 0.55 |", "| 44 | at most 0.62 |"),
    ),
    figure(
        "of-another-group",
        "a wrong figure that is another one's",
        text(CARD, "| AUC, under 25 | 0.714 |", "| AUC, under 25 | 0.792 |"),
    ),
    figure(
        "cases-of-another",
        "a wrong number of cases",
        text(CARD, "0.614 to 0.807 | 75 |", "0.614 to 0.807 | 501 |"),
    ),
    figure(
        "version-in-the-heading",
        "another version in the card",
        text(CARD, "# Retail credit scoring 1.3.0", "# Retail credit scoring 1.2.0"),
        "annex4.1.a",
    ),
    figure(
        "tier-in-the-card",
        "another tier in the card",
        text(CARD, "language: en\n", "language: en\nrisk_tier: minimal\n"),
        "annex4.1.a",
    ),
)
