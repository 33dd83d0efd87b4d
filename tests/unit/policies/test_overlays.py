"""Overlays: what they ask is judged as if the pack asked it; what loosens is refused at its line (exit 3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import DAY, high, minimal, program
from shipped import example

from aiact_gate.model.report import Report
from aiact_gate.run.manifests import checked
from aiact_gate.run.options import Options

PACK = """\
schema: aiact-gate/pack/v1
name: {name}
version: 1.0.0
introduced: 2026-11-25
layer: {layer}
legal_review: not yet
"""
HEAD = "schema: aiact-gate/overlay/v1\n"
RULES = """\
schema: aiact-gate/policy/v1
article: house
title: Rules of our own
requirements:
  - id: {id}
    version: 1.0.0
    citation: Model risk policy, section 4
    title: A purpose is written down
    binds: {{role: any, duty: all}}
    timeline: undated
    profile: start
    calls_for: structural
    why: Nobody can judge a system whose purpose nobody wrote down.
    leaves_open: Is it the purpose that people use it for?
    fix: Write the purpose into the manifest.
    parameters: {{least: {{type: int, default: 3, min: 1, max: 9, tighten: higher}}}}
    checks:
      - id: purpose
        that: filled(system.intended_purpose)
        message: No purpose is written.
"""


def pack(
    folder: Path, overlay: str = "", name: str = "house", layer: str = "organisation", rules: str = ""
) -> Path:
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK.format(name=name, layer=layer))
    if overlay:
        (folder / "overlay.yaml").write_text(HEAD + overlay)
    if rules:
        (folder / "rules.yaml").write_text(RULES.format(id=rules))
    return folder


def judged(tmp_path: Path, *packs: Path) -> Report:
    repository = minimal(tmp_path / "repository")
    return checked(str(repository.folder), Options(as_of=DAY, packs=tuple(str(one) for one in packs)))[0]


REFUSED = {
    "a parameter set looser": (
        "set:\n  art13.3.b.i: {words_on_exclusions: 4}\n",
        "3:38",
        "words_on_exclusions of art13.3.b.i is 5; 4 is looser",
    ),
    "beyond the most": (
        "set:\n  art13.3.b.i:\n    words_on_exclusions: 501\n",
        "4:26",
        "words_on_exclusions is at most 500; 501 is beyond",
    ),
    "half a word": (
        "set:\n  art13.3.b.i:\n    words_on_exclusions: 7.5\n",
        "4:26",
        "words_on_exclusions is a whole number; 7.5 is none",
    ),
    "no such parameter": (
        "set:\n  art13.3.b.i: {words_on_exclusion: 9}\n",
        "3:17",
        "art13.3.b.i has no parameter 'words_on_exclusion'",
    ),
    "no such requirement": (
        "set:\n  art13.3.b.j: {words_on_exclusions: 9}\n",
        "3:3",
        "no pack of an earlier layer has a requirement 'art13.3.b.j'",
    ),
    "text for a number": (
        "set:\n  art13.3.b.i: {words_on_exclusions: many}\n",
        "3:38",
        "'many' stands where a finite number belongs",
    ),
    "not a number": (
        "set:\n  art13.3.b.i: {words_on_exclusions: .nan}\n",
        "3:38",
        "'.nan' stands where a finite number belongs",
    ),
    "an error lowered": (
        "raise:\n  art9.5/accepted-by-another: warning\n",
        "3:31",
        "art9.5/accepted-by-another is of severity error; warning is looser",
    ),
    "an error raised to what it is": (
        "raise:\n  art9.5/accepted-by-another: error\n",
        "3:31",
        "art9.5/accepted-by-another is of severity error already",
    ),
    "switched off": (
        "raise:\n  art9.5/accepted-by-another: none\n",
        "3:31",
        "'none' is none of the words for art9.5/accepted-by-another",
    ),
    "no such check": (
        "raise:\n  art9.5/accepted-by-anothr: error\n",
        "3:3",
        "art9.5 has no check 'accepted-by-anothr'",
    ),
    "a requirement where a check belongs": (
        "raise:\n  art9.5: error\n",
        "3:3",
        "`raise` speaks of a check; art9.5 is a requirement",
    ),
    "an unknown field": (
        "require:\n  art9.5/accepted-by-another:\n    that: filled(it.residual.acceptd_by)\n    message: It isn't accepted.\n",
        "4:11",
        "risk_management.risks.*.residual has no field 'acceptd_by'",
    ),
    "a name that the check doesn't bind": (
        "require:\n  art9.5/overall-is-valid:\n    that: [filled(system.name), filled(it.id)]\n    message: No id.\n",
        "4:33",
        "the engine refuses it: undeclared reference to 'it.id'",
    ),
    "no boolean": (
        "require:\n  art9.5/overall-is-valid:\n    that: size(risk_management.risks)\n    message: No.\n",
        "4:11",
        "the engine refuses it: the condition gives INT, not true or false",
    ),
    "a clause for what reading found": (
        "require:\n  integrity.present/record-is-there: {that: filled(system.name), message: No name.}\n",
        "3:3",
        "integrity.present/record-is-there reports what reading the evidence found; it has no clauses to add to",
    ),
    "a clause without message": (
        "require:\n  art9.5/overall-is-valid: {that: filled(system.name)}\n",
        "3:3",
        "'art9.5/overall-is-valid' has no message",
    ),
    "a check id that is there": (
        "add:\n  art9.5:\n    - {id: overall-is-valid, that: filled(system.name), message: No name.}\n",
        "4:12",
        "art9.5 has a check overall-is-valid already",
    ),
    "nobody bound besides": (
        "widen:\n  art9.5: {}\n",
        "3:3",
        "nothing says whom art9.5 binds besides",
    ),
    "no such duty": (
        "widen:\n  art9.5: {duty: requirement}\n",
        "3:18",
        "there is no duty 'requirement'",
    ),
    "bound by a record": (
        "widen:\n  art9.5:\n    when: size(risk_management.risks) > 1\n",
        "4:11",
        "`when` reads risk_management; whom a point binds follows from system and classification alone",
    ),
    "later than the law": (
        "sooner:\n  art9.5: 2030-01-01\n",
        "3:11",
        "art9.5 binds from 2027-12-02; 2030-01-01 isn't sooner",
    ),
    "no date to be sooner than": (
        "sooner:\n  integrity.form: 2026-01-01\n",
        "3:19",
        "integrity.form has no date in the timeline: nothing is sooner",
    ),
    "no day": ("sooner:\n  art9.5: next year\n", "3:11", "'next year' is no date"),
    "a verb that loosens": ("remove: [art9.5]\n", "2:1", "this place has no key 'remove'"),
    "another version": (
        "extends:\n  eu-ai-act: {version: 2026.10.0}\n",
        "3:24",
        "this overlay is for version 2026.10.0 of eu-ai-act; 2026.11.0 is here",
    ),
    "another digest": (
        "extends:\n  evidence-integrity: {digest: 'sha256:0000'}\n",
        "3:32",
        "this overlay is for evidence-integrity with digest 0000; ",
    ),
    "no such pack": (
        "extends:\n  eu-ai-atc: {version: 2026.11.0}\n",
        "3:3",
        "no pack of an earlier layer is called 'eu-ai-atc'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_overlay_is_named_at_its_line(tmp_path: Path, name: str) -> None:
    overlay, place, message = REFUSED[name]
    folder = pack(tmp_path / "house", overlay, rules="house.purpose")

    report = judged(tmp_path, folder)

    said = [(str(problem.location), problem.message.partition(": ")[2]) for problem in report.problems]
    assert 3 == report.exit_code
    assert 1 == len(said), said
    assert f"house/overlay.yaml:{place}" == said[0][0], said
    assert said[0][1].startswith(message), said
    assert report.problems[0].fix


def test_a_later_layer_may_not_take_back_what_an_earlier_one_asks(tmp_path: Path) -> None:
    organisation = pack(tmp_path / "bank", "set:\n  art13.3.b.i: {words_on_exclusions: 50}\n", "bank")
    unit = pack(tmp_path / "unit", "set:\n  art13.3.b.i: {words_on_exclusions: 20}\n", "desk", "unit")

    # The order on the command line doesn't matter: pack.yaml says which layer comes first.
    report = judged(tmp_path, unit, organisation)

    assert 3 == report.exit_code
    assert ["unit/overlay.yaml:3:38"] == [str(problem.location) for problem in report.problems]
    assert (
        "overlay: words_on_exclusions of art13.3.b.i is 50 (set in bank/overlay.yaml:3); 20 is looser"
        == report.problems[0].message
    )


def test_a_unit_tightens_its_organisations_own_requirement(tmp_path: Path) -> None:
    organisation = pack(tmp_path / "bank", name="bank", rules="house.purpose")
    unit = pack(tmp_path / "unit", "set:\n  house.purpose: {least: 5}\n", "desk", "unit")

    report = judged(tmp_path, organisation, unit)

    row = next(row for row in report.systems[0].rows if row.requirement.id == "house.purpose")
    assert ([], 0) == (list(report.problems), report.exit_code)
    assert ({"least": 5.0}, {"parameters.least": "unit/overlay.yaml:3"}) == (
        row.requirement.parameters,
        row.requirement.origin,
    )


def test_a_pack_may_not_tighten_one_of_its_own_layer(tmp_path: Path) -> None:
    first = pack(tmp_path / "bank", name="bank", rules="house.purpose")
    second = pack(tmp_path / "other", "set:\n  house.purpose: {least: 5}\n", "other")

    report = judged(tmp_path, first, second)

    assert (3, "other/overlay.yaml:3:3") == (report.exit_code, str(report.problems[0].location))
    assert (
        "house.purpose belongs to the pack bank, which is of no earlier layer" in report.problems[0].message
    )


def test_two_packs_with_one_requirement_id_are_refused(tmp_path: Path) -> None:
    first = pack(tmp_path / "bank", name="bank", rules="art9.5")

    report = judged(tmp_path, first)

    assert (3, "bank/rules.yaml:5:1") == (report.exit_code, str(report.problems[0].location))
    assert "two packs have a requirement art9.5 (first in" in report.problems[0].message


def test_lint_says_the_same(tmp_path: Path) -> None:
    folder = pack(
        tmp_path / "house", "set:\n  art13.3.b.i: {words_on_exclusions: 4}\n", rules="house.purpose"
    )

    ran = program("policy", "lint", str(folder), cwd=tmp_path)

    assert (3, True) == (ran.code, "house/overlay.yaml:3:38: words_on_exclusions of art13.3.b.i" in ran.out)


STRICTER = "set:\n  art13.3.b.i: {words_on_exclusions: 50}\n"
BESIDES = """\
require:
  art13.3.b.i/out-of-scope-written:
    that: %s
    kind: unbound
    message: The house asks for more than {parameters.words_on_exclusions} words.
"""


def outcome(report: Report, name: str) -> tuple[str, list[str]]:
    """The outcome of a requirement and the messages of its findings."""
    row = next(row for row in report.systems[0].rows if row.requirement.id == name)
    return row.outcome.value, [finding.message for check in row.checks for finding in check.findings]


def test_what_a_clause_besides_cant_know_hides_no_failure(tmp_path: Path) -> None:
    repository = example(tmp_path / "example")
    (repository.folder / "aiact.lock").unlink()  # nobody has counted the data
    failing = pack(tmp_path / "one", STRICTER, "one")
    besides = pack(tmp_path / "two", STRICTER + BESIDES % "derived.datasets.size() > 0", "two")
    alone = pack(tmp_path / "three", BESIDES % "derived.datasets.size() > 0", "three")

    found = [
        outcome(checked(str(repository.folder), Options(as_of=DAY, packs=(str(one),)))[0], "art13.3.b.i")[0]
        for one in (failing, besides, alone)
    ]

    assert ["fail", "fail", "unknown"] == found


def test_a_clause_besides_says_what_the_overlay_says_and_comes_last(tmp_path: Path) -> None:
    repository = example(tmp_path / "example")
    besides = pack(tmp_path / "two", BESIDES % "system.version == 'none'", "two")
    both = pack(tmp_path / "one", STRICTER + BESIDES % "system.version == 'none'", "one")

    found = [
        outcome(checked(str(repository.folder), Options(as_of=DAY, packs=(str(one),)))[0], "art13.3.b.i")
        for one in (besides, both)
    ]

    assert [
        ("fail", ["The house asks for more than 5 words."]),
        ("fail", ['The section "What it is not for" has 42 words; 50 are asked for.']),
    ] == found


def test_what_lint_only_advises_against_is_judged_all_the_same(tmp_path: Path) -> None:
    negated = "{id: one, that: '!(size(risk_management.risks) < 1000)', message: Too few risks.}"
    house = pack(tmp_path / "house", f"add:\n  art9.2.a:\n    - {negated}\n")
    repository = example(tmp_path / "repository")

    report = checked(str(repository.folder), Options(as_of=DAY, packs=(str(house),)))[0]

    assert 1 == report.exit_code
    assert ["Too few risks."] == [one.message for one in report.findings if one.check == "art9.2.a/one"]


def test_widened_and_sooner(tmp_path: Path) -> None:
    overlay = 'widen:\n  art13.3.b.i: {when: system.tier == "minimal"}\n'
    widened = pack(tmp_path / "one", overlay, "one")
    dated = pack(tmp_path / "two", STRICTER + "sooner:\n  art13.3.b.i: 2026-06-01\n", "two")
    later = pack(tmp_path / "three", STRICTER, "three")
    repository = example(tmp_path / "example")

    def by_law(folder: Path) -> str:
        options = Options(as_of=DAY, enforce="law", packs=(str(folder),))
        return outcome(checked(str(repository.folder), options)[0], "art13.3.b.i")[0]

    assert "fail" == outcome(judged(tmp_path, widened), "art13.3.b.i")[0]
    assert ("fail", "not_due") == (by_law(dated), by_law(later))


def test_nothing_that_was_computed_is_kept_for_the_next_run(tmp_path: Path) -> None:
    """Another process of this user could change it: packs, what was read in a card, that a log fits its schema."""
    repository = high(tmp_path / "repository")
    folder = pack(tmp_path / "house", STRICTER, rules="house.purpose")
    home = tmp_path / "home"
    (home / "cache").mkdir(parents=True)

    ran = repository.check("--pack", str(folder), HOME=str(home), XDG_CACHE_HOME=str(home / "cache"))

    assert 1 == ran.code
    assert [home / "cache"] == list(home.rglob("*"))
