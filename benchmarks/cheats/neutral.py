"""Edits that change nothing that a rule may hold against anybody: layout, order, names, languages, honest text."""

from __future__ import annotations

import re

from cases import Case
from git_states import STATES
from tree import Edit, Tree, edits, everywhere, moved, new, pattern, pointers, text
from words_and_persons import section_of

SECTION = "neutral"
RISKS = "compliance/risk_management.yaml"
DATA = "compliance/data_governance.yaml"
OVERSIGHT = "compliance/human_oversight.yaml"
LOGGING = "compliance/logging.yaml"
DESCRIPTION = "compliance/system_description.yaml"
ANNEX = "compliance/technical_documentation.yaml"
CARD = "MODEL_CARD.md"
USE = "INSTRUCTIONS_FOR_USE.md"
RECORDS = (RISKS, DATA, OVERSIGHT, LOGGING, DESCRIPTION, ANNEX)


def neutral(name: str, imitates: str, edit: Edit) -> Case:
    return Case(f"neutral-{name}", "", SECTION, imitates, "", edit)


def older(name: str, imitates: str, edit: Edit, language: str = "en") -> Case:
    """Text from before the rules: written by somebody who didn't know them."""
    return neutral(name, imitates, edit)._replace(is_older_text=True, language=language)


def tongue(name: str, language: str, edit: Edit) -> Case:
    return neutral(name, "another language", edit)._replace(language=language)


def refolded(content: str) -> str:
    """The second line of each folded text of three or more begins a word later."""
    return re.sub(r"(: >-\n +\S.*)\n( +)(\w+) (?=\w)(.+\n +\S)", r"\1 \3\n\2\4", content)


def systems_reordered(tree: Tree) -> None:
    """Measures in another order."""
    head, _, rest = tree.text(OVERSIGHT).partition("measures:\n")
    body, _, tail = rest.partition("override:\n")
    items = re.split(r"(?m)^(?=  - id: )", body)
    tree.write(
        OVERSIGHT,
        head + "measures:\n" + "".join(reversed([item for item in items if item])) + "override:\n" + tail,
    )


def people_sorted(tree: Tree) -> None:
    content = tree.text(DESCRIPTION)
    found = re.findall(r"  - \{id: .*\n", content)
    after = content.replace("".join(found), "".join(sorted(found)))
    tree.write(DESCRIPTION, after)


def crlf(name: str) -> Edit:
    return everywhere(name, lambda content: content.replace("\n", "\r\n"))


def before_limits(words: str) -> Edit:
    return text(CARD, "## Limitations\n", f"{words}\n\n## Limitations\n")


def at_the_end(name: str, words: str) -> Edit:
    return pattern(name, r"\s*\Z", lambda _: f"\n\n{words}\n")


def described(name: str, element: str, words: str) -> Edit:
    """The description of *element* in the record *name*."""
    return pattern(
        name,
        rf"(- id: {element}\n[\s\S]*?description: )(?:>-\n(?: {{6}}.*\n)+|.*\n)",
        lambda match: f"{match[1]}{words}\n",
    )


CASES = (
    # Layout
    neutral(
        "comments-in-a-record",
        "a comment",
        pattern(RISKS, r"(?m)^risks:", "# Read with the minutes of the last review.\nrisks:"),
    ),
    neutral(
        "comments-in-the-plan-of-oversight",
        "a comment",
        pattern(OVERSIGHT, r"(?m)^stop:", "# Drilled each quarter.\nstop:"),
    ),
    neutral(
        "comment-in-the-manifest",
        "a comment",
        pattern("aiact.yaml", r"(?m)^systems:", "# One system so far.\nsystems:"),
    ),
    neutral(
        "comment-in-the-card",
        "a comment",
        pattern(CARD, r"\n## Limitations", "\n<!-- checked with the data steward -->\n\n## Limitations"),
    ),
    neutral("crlf-record", "line ends of Windows", crlf(RISKS)),
    neutral("crlf-card", "line ends of Windows", crlf(CARD)),
    neutral("crlf-instructions", "line ends of Windows", crlf(USE)),
    neutral("crlf-manifest", "line ends of Windows", crlf("aiact.yaml")),
    neutral(
        "crlf-lock",
        "line ends of Windows",
        lambda tree: (
            tree.path("aiact.lock").write_bytes(tree.path("aiact.lock").read_bytes().replace(b"\n", b"\r\n"))
            and None
        ),
    ),
    neutral(
        "byte-order-mark",
        "a mark at the start of a file",
        everywhere(DATA, lambda content: "\ufeff" + content),
    ),
    neutral(
        "keys-in-another-order",
        "keys in another order",
        edits(
            pattern(LOGGING, r"(  automatic: true\n)(  written_by: serve.py\n)", r"\2\1"),
            pattern(RISKS, r"(    known: true\n)(    likelihood: likely\n)", r"\2\1"),
        ),
    ),
    neutral("measures-in-another-order", "items in another order", systems_reordered),
    neutral("people-sorted", "items in another order", people_sorted),
    neutral(
        "inputs-in-another-order",
        "items in another order",
        pattern("aiact.yaml", r"(      - serve.py\n)(      - train.py\n)", r"\2\1"),
    ),
    neutral("folded-lines-elsewhere", "text in other lines", everywhere(RISKS, refolded)),
    neutral(
        "flow-to-block",
        "a list in the other form",
        text(
            RISKS,
            "    interests: [fundamental_rights]\n",
            "    interests:\n      - fundamental_rights\n",
            times=0,
        ),
    ),
    neutral("quotes", "quotes around words", text(RISKS, "lever: design", 'lever: "design"', times=0)),
    neutral(
        "version-in-quotes",
        "quotes around a version",
        text("aiact.yaml", "version: 1.3.0", 'version: "1.3.0"'),
    ),
    neutral(
        "table-aligned",
        "a table with other widths",
        text(
            CARD,
            "| metric | value | bounds | cases | threshold |\n| --- | --- | --- | --- | --- |",
            "| metric   |  value | bounds | cases |  threshold |\n| :------- | -----: | ------ | ----: | :--------- |",
        ),
    ),
    neutral(
        "headings-underlined",
        "headings in the other form",
        text(CARD, "## Limitations\n", "Limitations\n-----------\n"),
    ),
    neutral("bold-figures", "a figure in bold", text(CARD, "| AUC | 0.787 |", "| AUC | **0.787** |")),
    neutral(
        "limits-in-details",
        "a section that folds",
        pattern(
            CARD,
            r"(## Limitations\n)([\s\S]*)\Z",
            r"\1\n<details><summary>All limits</summary>\n\2\n</details>\n",
        ),
    ),
    neutral(
        "no-end-of-line",
        "a file without its last line end",
        everywhere(OVERSIGHT, lambda content: content.rstrip("\n")),
    ),
    neutral(
        "non-breaking-spaces", "spaces that don't break", text(CARD, "Deutsche Mark", "Deutsche\u00a0Mark")
    ),
    # Names, with pointers mended
    neutral(
        "card-renamed",
        "a file renamed",
        edits(
            moved(CARD, "docs/card.md"),
            text("docs/card.md", "(data/README.md)", "(../data/README.md)"),
            pointers(CARD, "docs/card.md", "aiact.yaml", ANNEX),
        ),
    ),
    neutral(
        "instructions-renamed",
        "a file renamed",
        edits(moved(USE, "USE.md"), pointers(USE, "USE.md", "aiact.yaml", ANNEX, RISKS)),
    ),
    neutral(
        "monitoring-plan-renamed",
        "a file renamed",
        edits(
            moved("docs/monitoring-plan.md", "docs/after-release.md"),
            pointers(
                "docs/monitoring-plan.md", "docs/after-release.md", "compliance/monitoring.yaml", ANNEX, RISKS
            ),
        ),
    ),
    neutral(
        "risk-procedure-renamed",
        "a file renamed",
        edits(
            moved("docs/risk-procedure.md", "docs/risks.md"),
            pointers("docs/risk-procedure.md", "docs/risks.md", RISKS, ANNEX),
        ),
    ),
    neutral(
        "stop-procedure-renamed",
        "a file renamed",
        edits(
            moved("docs/stop-procedure.md", "docs/stopping.md"),
            pointers("docs/stop-procedure.md", "docs/stopping.md", OVERSIGHT, RISKS, USE),
        ),
    ),
    neutral(
        "heading-renamed",
        "a heading renamed",
        edits(
            text("docs/technical.md", "## Hardware", "## Machines"),
            pointers("docs/technical.md#Hardware", "docs/technical.md#Machines", ANNEX),
        ),
    ),
    neutral(
        "test-file-renamed",
        "a file renamed",
        edits(
            moved("tests/test_service.py", "tests/test_of_the_service.py"),
            pointers("tests/test_service.py", "tests/test_of_the_service.py", OVERSIGHT, RISKS, LOGGING),
        ),
    ),
    neutral(
        "records-in-another-folder",
        "a folder renamed",
        edits(
            lambda tree: (
                [
                    tree.path(str(file.relative_to(tree.folder)))
                    and moved(str(file.relative_to(tree.folder)), "compliance/parts/" + file.name)(tree)
                    for file in sorted((tree.folder / "compliance").glob("mon*.yaml"))
                ]
                and None
            ),
        ),
    ),
    neutral(
        "measure-with-another-id",
        "an id renamed",
        edits(pointers("OM-7", "OM-9", OVERSIGHT, USE, "docs/monitoring-plan.md")),
    ),
    neutral(
        "drill-with-another-docstring",
        "another docstring",
        pattern("drill.py", r'\A"""', '"""For the quarterly drill. '),
    ),
    neutral(
        "test-reformatted",
        "a test with a comment",
        pattern("tests/test_service.py", r"\Z", "\n\n# The stop is tried by drill.py as well.\n"),
    ),
    # Honest new text
    neutral(
        "another-risk-in-words",
        "a description in other words",
        described(
            RISKS,
            "R5",
            "Prices, jobs and lending habits move on, so the order that was learned fits less each month and refusals drift into error.",
        ),
    ),
    neutral(
        "another-measure-in-words",
        "a description in other words",
        described(
            OVERSIGHT,
            "OM-5",
            "When invalid applications pile up, the service raises an alarm which somebody must confirm together with what they did.",
        ),
    ),
    neutral(
        "short-and-plain",
        "a short true sentence",
        described(OVERSIGHT, "OM-1", "Each output carries its limits."),
    ),
    neutral(
        "a-limit-more",
        "a further limit in the card",
        at_the_end(
            CARD, "- Loans above 20,000 Deutsche Mark are outside the data, and the service refuses them."
        ),
    ),
    neutral(
        "a-note-in-technical",
        "a further paragraph",
        text(
            "docs/technical.md",
            "## Hardware\n",
            "## Hardware\n\nNo special cooling or power is needed; any office server will do.\n",
        ),
    ),
    neutral(
        "an-excluded-use-more",
        "a further use that is excluded",
        edits(
            text(
                DESCRIPTION,
                "out_of_scope:\n",
                "out_of_scope:\n  - Advertising loans to people by their score.\n",
            ),
            text(
                USE,
                "## What it is not for\n\n",
                "## What it is not for\n\n- Advertising loans to people by their score.\n",
            ),
        ),
    ),
    neutral(
        "another-file",
        "a file that no record names",
        new("NOTES.md", "Minutes of the meeting on the quarterly drill.\n"),
    ),
    neutral(
        "another-program",
        "a program that no record names",
        new("tools/plot.py", "import csv\n\nprint(len(list(csv.reader(open('data/test.csv')))))\n"),
    ),
    neutral(
        "comment-among-findings",
        "a comment",
        pattern(DATA, r"( +harm_routes:\n)", r"\1      # Two routes were looked at by the same people.\n"),
    ),
    # True sentences with figures
    neutral(
        "two-figures-in-a-sentence",
        "a true sentence with figures",
        before_limits("The AUC is 0.787, the Brier score 0.167."),
    ),
    neutral("chance", "a true sentence with figures", before_limits("An AUC of 0.5 is chance.")),
    neutral(
        "release-before",
        "a true sentence with figures",
        before_limits("The development state before had an AUC of 0.771."),
    ),
    neutral("rose", "a true sentence with figures", before_limits("The AUC rose from 0.771 to 0.787.")),
    neutral(
        "significance",
        "a true sentence with figures",
        before_limits("The difference to the checklist is significant (p < 0.01)."),
    ),
    neutral("checklist", "a true sentence with figures", before_limits("Checklist: AUC 0.649.")),
    neutral(
        "groups-in-brackets",
        "a true sentence with figures",
        before_limits("AUC (under 25) 0.714, (25 to 59) 0.792."),
    ),
    neutral("percent", "a true sentence with figures", before_limits("Balanced accuracy is 74.1 %.")),
    neutral("rounded", "a true sentence with figures", before_limits("Rounded, the AUC is 0.79.")),
    # Text that is older than any rule about it
    older(
        "licence-text",
        "a notice of others",
        at_the_end(
            CARD,
            "Hofmann, H. (1994). Statlog (German Credit Data) [Dataset]. UCI Machine Learning Repository.",
        ),
    ),
    older(
        "data-card-sentence",
        "a data set's own description",
        section_of(
            "docs/technical.md",
            "Hardware",
            "This dataset classifies people described by a set of attributes as good or bad credit risks. Comes in two formats (one all numeric). Also comes with a cost matrix.",
        ),
    ),
    older(
        "law-quoted",
        "the law's own words as a quotation",
        at_the_end(
            "docs/risk-procedure.md",
            "> The risk management system shall be understood as a continuous iterative process planned and run throughout the entire lifecycle of a high-risk AI system, requiring regular systematic review and updating.",
        ),
    ),
    older(
        "apache-notice",
        "a licence's words",
        at_the_end(
            "docs/technical.md",
            'Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.',
        ),
    ),
    older(
        "mit-notice",
        "a licence's words",
        at_the_end(
            CARD,
            'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.',
        ),
    ),
    older(
        "zen",
        "an old text about programs",
        at_the_end(
            "docs/data-practices.md",
            "Beautiful is better than ugly. Explicit is better than implicit. Errors should never pass silently. Unless explicitly silenced.",
        ),
    ),
    older(
        "rfc-words",
        "an old standard's words",
        at_the_end(
            "docs/technical.md",
            'The key words "MUST", "MUST NOT", "REQUIRED", "SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "RECOMMENDED", "MAY", and "OPTIONAL" in this document are to be interpreted as described in RFC 2119.',
        ),
    ),
    older(
        "fisher",
        "an old paper's words",
        described(
            RISKS,
            "R5",
            "The value for which P = 0.05, or 1 in 20, is 1.96 or nearly 2; it is convenient to take this point as a limit in judging whether a deviation is to be considered significant or not.",
        ),
    ),
    older(
        "declaration-of-rights",
        "a declaration's words",
        described(
            RISKS,
            "R3",
            "No one shall be subjected to arbitrary interference with his privacy, family, home or correspondence, nor to attacks upon his honour and reputation.",
        ),
    ),
    older(
        "equal-before-the-law",
        "a declaration's words",
        described(
            RISKS,
            "R1",
            "All are equal before the law and are entitled without any discrimination to equal protection of the law.",
        ),
    ),
    older(
        "gdpr-article-22",
        "the law's own words in a document",
        at_the_end(
            "docs/stop-procedure.md",
            "The data subject shall have the right not to be subject to a decision based solely on automated processing, including profiling, which produces legal effects concerning him or her or similarly significantly affects him or her.",
        ),
    ),
    older(
        "unix-words",
        "an old text about programs",
        described(
            OVERSIGHT,
            "OM-3",
            "Make each program do one thing well; expect the output of every program to become the input to another, as yet unknown, program.",
        ),
    ),
    older(
        "analytical-engine",
        "an old text about machines",
        described(
            OVERSIGHT,
            "OM-4",
            "The Analytical Engine has no pretensions whatever to originate anything; it can do whatever we know how to order it to perform.",
        ),
    ),
    older(
        "proverb",
        "an old saying in a list",
        at_the_end("docs/monitoring-plan.md", "An ounce of prevention is worth a pound of cure."),
    ),
    older(
        "grundgesetz",
        "a constitution's words",
        described(
            RISKS,
            "R2",
            "Niemand darf wegen seines Geschlechtes, seiner Abstammung, seiner Rasse, seiner Sprache, seiner Heimat und Herkunft benachteiligt oder bevorzugt werden.",
        ),
        "de",
    ),
    older(
        "declaration-francaise",
        "a declaration's words",
        described(
            RISKS,
            "R4",
            "Les hommes naissent et demeurent libres et égaux en droits. Les distinctions sociales ne peuvent être fondées que sur l'utilité commune.",
        ),
        "fr",
    ),
    older(
        "costituzione",
        "a constitution's words",
        at_the_end(
            "docs/risk-procedure.md",
            "Tutti i cittadini hanno pari dignità sociale e sono eguali davanti alla legge.",
        ),
        "it",
    ),
    older(
        "syntagma",
        "a constitution's words",
        at_the_end("docs/data-practices.md", "Οι Έλληνες είναι ίσοι ενώπιον του νόμου."),
        "el",
    ),
    # Other languages
    tongue(
        "german-measure",
        "de",
        described(
            OVERSIGHT,
            "OM-2",
            "Bei widersprüchlichen Anträgen und solchen nahe der Grenze bleibt die Empfehlung zurück, bis die Sachbearbeitung ihr eigenes Urteil festgehalten hat.",
        ),
    ),
    tongue(
        "polish-risk",
        "pl",
        described(
            RISKS,
            "R5",
            "Zatrudnienie, ceny i zwyczaje kredytowe zmieniają się, a oceny coraz mniej odpowiadają temu, co się dzieje.",
        ),
    ),
    tongue(
        "bulgarian-measure",
        "bg",
        described(
            OVERSIGHT,
            "OM-5",
            "Поредица от невалидни заявки вдига тревога, която човек трябва да потвърди и да запише какво е направил.",
        ),
    ),
    tongue("finnish-limit", "fi", at_the_end(CARD, "- Malli tuntee vain yhden alueen luotot 1970-luvulta.")),
    *STATES,
)
