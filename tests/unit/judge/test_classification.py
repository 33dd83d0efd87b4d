"""The walk through the questions: stories, sweeps over the catalogues, random answers."""

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aiact_gate.judge.classification import Classified, classify, invalid_answers, tier_rank
from aiact_gate.propose.questions import option_text

PACK = Path(__file__).parents[3] / "policies" / "eu-ai-act"
PROCEDURE: dict[str, Any] = yaml.safe_load((PACK / "classification.yaml").read_text(encoding="utf-8"))
TIMELINE: dict[str, Any] = yaml.safe_load((PACK / "timeline.yaml").read_text(encoding="utf-8"))
STORIES: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("classification_cases.yaml").read_text(encoding="utf-8")
)
DEFAULTS: dict[str, Any] = STORIES["defaults"]
QUESTIONS: dict[str, Any] = {row["id"]: row for row in PROCEDURE["questions"] if row["type"] != "gate"}
DATES = ("not_yet", "2025-05-01", "2026-09-01", "2027-06-01", "2028-03-01")

# Which option of which question names an entry of Annex III, Annex I.
ANNEX_III = [
    (name, option["id"], option["ref"])
    for name, question in QUESTIONS.items()
    for option in question.get("options", ())
    if option.get("ref", "").startswith("annex3.")
] + [("a3.infrastructure", True, "annex3.2")]
ANNEX_I = [(option["id"], option["ref"]) for option in QUESTIONS["a1.law"]["options"]]
AREA_OF = {
    name: question["ask_when"]["has"]
    for name, question in QUESTIONS.items()
    if question.get("ask_when", {}).get("answer") == "a3.areas"
}
PROHIBITED = {
    "a": {"p.a.harm": True},
    "b": {"p.b.harm": True},
    "ba": {"p.ba.consent": False, "p.ba.harmless_edit": False, "p.ba.actor": "purpose"},
    "bb": {"p.bb.defence": False, "p.bb.actor": "purpose"},
    "c": {"p.c.effect": ["unrelated"]},
    "d": {"p.d.basis": "solely_profiling"},
    "e": {"p.e.untargeted": True},
    "f": {"p.f.biometric": True, "p.f.area": True, "p.f.reason": False},
    "g": {"p.g.trait": True, "p.g.exempt": False},
    "h": {"p.h.user": True, "p.h.objective": "none"},
}


def classified(answers: Mapping[str, Any]) -> Classified:
    return classify(PROCEDURE, DEFAULTS | dict(answers))


def use_of(name: str, option: object) -> dict[str, Any]:
    """The answers that choose one entry of Annex III."""
    return {"a3.areas": [AREA_OF[name]], name: option if isinstance(option, bool) else [option]}


def values_of(question: Mapping[str, Any]) -> list[Any]:
    """Concrete answers: all for bool and choice; none, each alone and all together for multi."""
    match question["type"]:
        case "bool":
            return [True, False]
        case "date":
            return list(DATES)
        case "choice":
            return [option["id"] for option in question["options"]]
        case _:
            options = [option["id"] for option in question["options"]]
            return [[], *([option] for option in options), options]


def an_answer(question: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if question["type"] != "multi":
        return st.sampled_from(values_of(question))
    options = [option["id"] for option in question["options"]]
    return st.one_of(st.just([]), st.lists(st.sampled_from(options), unique=True, max_size=3))


COMPLETE = st.fixed_dictionaries({name: an_answer(question) for name, question in QUESTIONS.items()})
# Mostly an ordinary case, so that the walk gets past scope and prohibitions and reaches the late questions.
NEAR_DEFAULTS = st.fixed_dictionaries(
    {},
    optional={
        name: an_answer(question)
        for name, question in QUESTIONS.items()
        if not name.startswith(("what.", "scope.", "p."))
    },
).map(lambda some: complete(DEFAULTS | some))
ANSWERS = st.one_of(COMPLETE, NEAR_DEFAULTS)
ANY_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=12),
    st.sampled_from(["true", "false", "unknown", "?? maybe", "a", "not_yet", "2025-13-01", "none"]),
    st.lists(st.one_of(st.text(max_size=4), st.sampled_from(["a", "provider", "unknown"])), max_size=3),
    st.dates(),
)


def complete(answers: Mapping[str, Any]) -> dict[str, Any]:
    """*answers* with a concrete answer for every question: the first option where nothing is given."""
    return {name: values_of(question)[0] for name, question in QUESTIONS.items()} | dict(answers)


@pytest.mark.parametrize("story", STORIES["cases"], ids=lambda story: story["id"])
def test_each_story_ends_where_it_says(story: dict[str, Any]) -> None:
    expected = story["expect"]
    known = {"tier", "cites", "not_cites", "duties", "not_duties", "overlays", "roles", "role_cites"}
    assert set(expected) <= known | {"not_asked", "applies_from"}

    result = classified(story["answers"])

    cites = {reason.cite for reason in result.reasons}
    duties = {duty.id for duty in result.duties}
    assert expected["tier"] == result.tier
    assert () == result.open
    assert set(expected.get("cites", ())) <= cites
    assert not set(expected.get("not_cites", ())) & cites
    assert set(expected.get("duties", ())) <= duties
    assert not set(expected.get("not_duties", ())) & duties
    assert set(expected.get("overlays", ())) <= {remark.id for remark in result.overlays}
    assert set(expected.get("role_cites", ())) <= {held.cite for held in result.roles}
    assert not set(expected.get("not_asked", ())) & set(result.asked)
    if "roles" in expected:
        assert set(expected["roles"]) == {held.role for held in result.roles}
    if "applies_from" in expected:
        assert str(expected["applies_from"]) == result.applies_from
    assert () == invalid_answers(PROCEDURE, DEFAULTS | story["answers"])


def test_the_stories_are_all_there() -> None:
    assert 65 == len({story["id"] for story in STORIES["cases"]})


# ---- what the Act lists


@pytest.mark.parametrize(("name", "option", "ref"), ANNEX_III, ids=[ref for _, _, ref in ANNEX_III])
def test_each_use_of_annex_iii_alone_is_high_from_december_2027(name: str, option: object, ref: str) -> None:
    result = classified(use_of(name, option))

    assert ("high", "2027-12-02") == (result.tier, result.applies_from)
    assert {ref, "high.annex3"} <= result.facts


def test_every_entry_of_annex_iii_can_be_chosen() -> None:
    assert {entry["id"] for entry in PROCEDURE["annex_iii"]} == {ref for _, _, ref in ANNEX_III}


@pytest.mark.parametrize(("name", "option", "ref"), ANNEX_III, ids=[ref for _, _, ref in ANNEX_III])
@pytest.mark.parametrize("conditions", [[], ["a"], ["b"], ["c"], ["d"], ["a", "b", "c", "d"]])
def test_profiling_stays_high_whatever_is_said_about_the_derogation(
    name: str, option: object, ref: str, conditions: list[str]
) -> None:
    result = classified(
        use_of(name, option) | {"d.profiling": True, "d.conditions": conditions, "d.significant": False}
    )

    assert "high" == result.tier
    assert "profiling_override" in {remark.id for remark in result.overlays}


@pytest.mark.parametrize(("law", "ref"), ANNEX_I, ids=[ref for _, ref in ANNEX_I])
def test_each_law_of_annex_i_with_third_party_assessment_is_high_from_august_2028(law: str, ref: str) -> None:
    section = next(entry["section"] for entry in PROCEDURE["annex_i"] if entry["id"] == ref)

    result = classified({"a1.law": [law], "a1.relation": "is_product", "a1.third_party": True})

    overlays = {remark.id for remark in result.overlays}
    assert ("high", "2028-08-02") == (result.tier, result.applies_from)
    assert ("section_b" in overlays) == (section == "B")
    assert ("requirements" in {duty.id for duty in result.duties}) == (section == "A")


@pytest.mark.parametrize("practice", PROHIBITED)
def test_each_prohibited_practice_can_be_reached(practice: str) -> None:
    result = classified({"p.screen": [practice]} | PROHIBITED[practice])

    is_new = practice in ("ba", "bb")
    assert "prohibited" == result.tier
    assert f"prohibited.{practice}" in result.facts
    assert ("2026-12-02" if is_new else "2025-02-02") == result.applies_from
    assert ("stop_new" if is_new else "stop") in {duty.id for duty in result.duties}


def test_all_ten_prohibited_practices_were_swept() -> None:
    assert {entry["id"] for entry in PROCEDURE["prohibited"]} == {f"p.{practice}" for practice in PROHIBITED}


# ---- what holds for every walk


@given(ANSWERS)
def test_every_walk_ends_in_one_tier_with_a_cited_reason(answers: dict[str, Any]) -> None:
    result = classify(PROCEDURE, answers)

    assert result.tier in PROCEDURE["tiers"]
    assert result.reasons
    assert all(reason.cite and reason.says and reason.question for reason in result.reasons)
    assert () == result.open
    assert len(set(result.asked)) == len(result.asked)
    if any(fact.startswith("prohibited.") for fact in result.facts):
        assert "prohibited" == result.tier
    if "out" in result.facts:
        assert "out_of_scope" == result.tier
    if result.tier == "out_of_scope":
        assert ((), (), None) == (result.duties, result.other_roles_duties, result.applies_from)
    else:
        assert result.applies_from is not None
        assert all(date.fromisoformat(str(duty.date)) for duty in result.duties + result.other_roles_duties)
    assert not {duty.id for duty in result.duties} & {duty.id for duty in result.other_roles_duties}


@given(ANSWERS, st.sampled_from(ANNEX_III))
def test_adding_a_high_risk_use_never_lowers_the_tier(answers: dict[str, Any], use: tuple[Any, ...]) -> None:
    name, option, _ = use
    before = classify(PROCEDURE, answers)
    area, chosen = AREA_OF[name], answers[name]
    more = answers | {
        "a3.areas": [*answers["a3.areas"], area],
        name: True if option is True else [*(chosen if area in answers["a3.areas"] else []), option],
    }
    if before.tier != "high" and before.tier != "prohibited":
        after = classify(PROCEDURE, more)

        assert tier_rank(after.tier) >= tier_rank(before.tier)
    else:
        # An exclusion may answer for the whole area; without one the tier stays.
        exclusions = {key: DEFAULTS[key] for key in DEFAULTS if key.startswith("a3.") and key.count(".") == 2}
        keep = classify(PROCEDURE, answers | exclusions)
        after = classify(PROCEDURE, more | exclusions)

        assert tier_rank(after.tier) >= tier_rank(keep.tier)


@given(ANSWERS, st.data())
def test_an_open_question_never_lowers_the_tier(answers: dict[str, Any], data: st.DataObject) -> None:
    asked = classify(PROCEDURE, answers)
    name = data.draw(st.sampled_from(asked.asked))

    silent = classify(PROCEDURE, {key: value for key, value in answers.items() if key != name})

    assert name in silent.open
    assert tier_rank(silent.tier) >= tier_rank(asked.tier) or silent.tier == "undetermined"


@settings(max_examples=100)
@given(ANSWERS, st.data())
def test_no_answer_to_an_open_question_leads_below_the_floor(
    answers: dict[str, Any], data: st.DataObject
) -> None:
    asked = classify(PROCEDURE, answers)
    names = data.draw(st.sets(st.sampled_from(asked.asked), max_size=6))

    silent = classify(PROCEDURE, {key: value for key, value in answers.items() if key not in names})

    assert tier_rank(silent.floor) <= tier_rank(asked.tier)
    assert silent.certain <= asked.facts | {f"role.{held.role}" for held in asked.roles}
    assert asked.floor == asked.tier or asked.open


@pytest.mark.parametrize("story", STORIES["cases"], ids=lambda story: story["id"])
def test_in_no_story_is_silence_cheaper_than_any_answer(story: dict[str, Any]) -> None:
    answers = complete(DEFAULTS | story["answers"])
    for name in classify(PROCEDURE, answers).asked:
        silent = classify(PROCEDURE, answers | {name: "unknown"})
        loudest = max(
            (classify(PROCEDURE, answers | {name: value}) for value in values_of(QUESTIONS[name])),
            key=lambda result: tier_rank(result.tier),
        )

        assert tier_rank(silent.tier) >= tier_rank(loudest.tier) or silent.tier == "undetermined", name


def test_no_answer_at_all_is_undetermined() -> None:
    result = classify(PROCEDURE, {})

    assert "undetermined" == result.tier
    assert ("what.kind",) == result.open
    assert "Article 3(1), 3(63), 3(66)" == result.reasons[-1].cite
    assert ((), None) == (result.duties, result.applies_from)


@pytest.mark.parametrize("screen", ["p.screen", "a1.law", "a3.areas"])
def test_an_open_screen_stops_the_walk_undetermined(screen: str) -> None:
    result = classified({screen: "unknown"})

    assert "undetermined" == result.tier
    assert (screen,) == result.open
    assert screen == result.asked[-1]


def test_open_questions_are_listed_in_the_order_of_asking() -> None:
    result = classified({"t.generates": None, "scope.stage": "relased", "l.small": "?? true"})

    assert ("scope.stage", "t.generates", "l.small") == result.open


@given(st.dictionaries(st.one_of(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=8)), ANY_VALUE))
def test_no_value_breaks_the_walk_and_an_invalid_one_counts_as_open(answers: dict[str, Any]) -> None:
    given_answers = DEFAULTS | answers

    result = classify(PROCEDURE, given_answers)

    invalid = {found.question for found in invalid_answers(PROCEDURE, given_answers)}
    assert invalid & set(result.asked) <= set(result.open)
    assert all(found.what and found.fix for found in invalid_answers(PROCEDURE, given_answers))


# ---- what the law says about single points


def test_motor_insurance_stays_minimal_even_with_profiling() -> None:
    line = {"a3.areas": ["services"], "a3.services": ["c"], "a3.services.line": "other", "d.profiling": True}

    result = classified(line)

    assert "minimal" == result.tier
    assert "profiling" not in result.facts


def test_an_open_source_system_outside_the_act_has_no_duties() -> None:
    result = classified({"scope.foss": True})

    assert ("out_of_scope", (), ()) == (result.tier, result.duties, result.other_roles_duties)


def test_an_open_source_system_does_not_take_its_own_model_out_of_the_act() -> None:
    result = classified({"what.kind": "system_and_own_model", "scope.foss": True})

    assert "minimal" == result.tier
    assert {"gpai_provider", "foss"} <= {remark.id for remark in result.overlays}
    assert "gpai_copyright" in {duty.id for duty in result.duties}


def test_critical_infrastructure_does_not_take_the_impact_assessment_from_another_use() -> None:
    staff = use_of("a3.employment", "a") | {"scope.link": ["deployer"], "l.public_service": True}
    pipes = {"a3.areas": ["infrastructure"], "a3.infrastructure": True}
    both = staff | {"a3.areas": ["infrastructure", "employment"], "a3.infrastructure": True}

    owed = [{duty.id for duty in classified(answers).duties} for answers in (staff, both, staff | pipes)]

    assert [True, True, False] == [{"fria", "explanation"} <= duties for duties in owed]


def test_a_derogated_open_source_system_keeps_its_derogation_on_record() -> None:
    use = {"a3.areas": ["education"], "a3.education": ["a"], "d.conditions": ["a"], "d.significant": False}

    result = classified(use | {"scope.foss": True})

    assert "minimal" == result.tier
    assert "derogation" in {duty.id for duty in result.duties}


def test_marking_of_a_system_from_before_august_2026_is_due_in_december() -> None:
    result = classified({"t.generates": True, "t.interacts": True, "l.placed": "2026-08-01"})

    due = {duty.id: duty.date for duty in result.duties}
    assert ("2026-12-02", "2026-08-02") == (due["t2"], due["t1"])


def test_duties_of_a_model_from_before_august_2025_are_due_in_2027() -> None:
    result = classified({"what.kind": "gpai_model_only", "l.placed": "2025-08-01"})

    due = {duty.id: duty.date for duty in result.duties}
    assert ("2027-08-02", "2027-08-02") == (result.applies_from, due["gpai_docs"])


def test_rules_on_real_world_tests_bind_high_risk_systems_only() -> None:
    low = classified({"scope.stage": "real_world_test"})
    high = classified({"scope.stage": "real_world_test"} | use_of("a3.employment", "a"))

    assert "real_world" not in {duty.id for duty in low.duties}
    assert "real_world" in {duty.id for duty in high.duties}


def test_a_deployer_who_retrains_a_model_heavily_bears_its_duties() -> None:
    result = classified({"scope.link": ["deployer"], "g.downstream": True, "g.modified": True})

    assert "gpai_docs" in {duty.id for duty in result.duties}


def test_a_product_maker_who_counts_as_provider_owes_literacy_too() -> None:
    device = {"a1.law": ["medical"], "a1.relation": "is_product", "a1.third_party": True}

    result = classified(device | {"scope.link": ["product_manufacturer"]})

    assert {"literacy", "requirements"} <= {duty.id for duty in result.duties}


def test_duties_of_the_other_role_are_shown_apart() -> None:
    result = classified(use_of("a3.employment", "a") | {"scope.link": ["deployer"]})

    own, others = ({duty.id for duty in group} for group in (result.duties, result.other_roles_duties))
    assert {"deployer", "explanation"} <= own
    assert {"requirements", "register"} <= others


def test_a_duty_that_two_roles_share_is_shown_once() -> None:
    result = classified(use_of("a3.employment", "a") | {"scope.link": ["provider_abroad_output"]})

    assert "representative" in {duty.id for duty in result.duties}
    assert "representative" not in {duty.id for duty in result.other_roles_duties}


def test_a_permission_is_no_duty() -> None:
    kinds = {duty.id: duty.kind for duty in classified({}).duties}

    assert {"literacy": "duty", "bias_data": "permission", "voluntary": "duty"} == kinds


@pytest.mark.parametrize(
    ("placed", "public", "overlay", "applies_from"),
    [
        ("2027-12-01", False, "grandfathered", "2027-12-02"),
        ("2027-12-01", True, "grandfathered_until_2030", "2030-08-02"),
        ("2027-12-02", False, None, "2027-12-02"),
    ],
)
def test_an_older_unchanged_system_is_high_and_says_what_is_not_due(
    placed: str, public: bool, overlay: str | None, applies_from: str
) -> None:
    result = classified(
        use_of("a3.employment", "a") | {"l.placed": placed, "l.public_authority": public, "l.changed": False}
    )

    overlays = [remark.id for remark in result.overlays if remark.id.startswith("grandfathered")]
    assert ("high", applies_from) == (result.tier, result.applies_from)
    assert ([overlay] if overlay else []) == overlays


# ---- how answers may be written


def test_scalars_may_come_as_text() -> None:
    texts = {"what.inference": "true", "scope.foss": "false", "l.placed": "2025-05-01"}
    values = {"what.inference": True, "scope.foss": False, "l.placed": date(2025, 5, 1)}

    assert classified(values) == classified(texts)


@pytest.mark.parametrize("story", STORIES["cases"][::8], ids=lambda story: story["id"])
def test_a_reader_that_leaves_all_scalars_as_text_comes_to_the_same_end(story: dict[str, Any]) -> None:
    # The base loader is the strictest such reader: true, 2 and 2026-08-02 stay text.
    source = (PACK / "classification.yaml").read_text(encoding="utf-8")
    answers = yaml.safe_dump(DEFAULTS | story["answers"])

    as_text = classify(yaml.load(source, yaml.BaseLoader), yaml.load(answers, yaml.BaseLoader))

    assert classified(story["answers"]) == as_text


@pytest.mark.parametrize(
    ("question", "value", "what", "fix"),
    [
        ("scope.stge", "released", "there is no question 'scope.stge'", "did you mean 'scope.stage'?"),
        ("zzzz", True, "there is no question 'zzzz'", "remove it"),
        ("gate.high", True, "there is no question 'gate.high'", None),
        ("scope.stage", "relased", "'relased' is none of the options", "did you mean 'released'?"),
        ("scope.stage", ["released"], "a list was given where one answer is asked for", None),
        ("scope.foss", "yes", "'yes' is neither true nor false", "write true, false or unknown"),
        ("scope.foss", 1, "1 is neither true nor false", "write true, false or unknown"),
        ("scope.link", "provider", "'provider' is not a list", "write [provider]"),
        (
            "scope.link",
            ["provider", "deployr"],
            "'deployr' is none of the options",
            "did you mean 'deployer'?",
        ),
        ("l.placed", "20250501", "'20250501' is no date", None),
        ("l.placed", "2025-02-30", "'2025-02-30' is no date", None),
        ("l.placed", True, "True is no date", None),
    ],
)
def test_an_unusable_answer_is_named_with_a_way_out(
    question: str, value: object, what: str, fix: str | None
) -> None:
    (found,) = invalid_answers(PROCEDURE, {question: value})

    assert (question, what) == (found.question, found.what)
    assert fix in (None, found.fix)


@pytest.mark.parametrize("value", [None, "", "unknown", "?? false"])
def test_not_knowing_is_open_and_not_invalid(value: object) -> None:
    assert () == invalid_answers(PROCEDURE, {"scope.foss": value, "scope.link": value, "l.placed": value})
    assert "scope.foss" in classified({"scope.foss": value}).open


def test_ranks_order_the_tiers_by_what_they_ask() -> None:
    ranks = [tier_rank(tier) for tier in ("out_of_scope", "minimal", "limited", "high", "prohibited")]

    assert sorted(set(ranks)) == ranks
    assert tier_rank("limited") == tier_rank("gpai")
    assert tier_rank("high") == tier_rank("undetermined")
    assert set(PROCEDURE["tiers"]) == {tier for tier in PROCEDURE["tiers"] if tier_rank(tier) >= 0}


# ---- the procedure as data


def test_every_name_in_the_procedure_leads_somewhere() -> None:
    entries = {entry["id"] for name in ("prohibited", "annex_i", "annex_iii") for entry in PROCEDURE[name]}
    seen: set[str] = set()
    for question in PROCEDURE["questions"]:
        for option in question.get("options", ()):
            assert option_text(PROCEDURE, option)
            assert option.get("ref", next(iter(entries))) in entries
        for condition in conditions_in([question.get("ask_when"), question.get("when")]):
            assert condition.get("answer", next(iter(seen), None)) in seen | {None}
            if "has" in condition:
                options = QUESTIONS[condition["answer"]]["options"]
                assert condition["has"] in {option["id"] for option in options}
        seen.add(question["id"])
    facts = set(facts_in(PROCEDURE["questions"])) | {ref for _, _, ref in ANNEX_III} | entries
    for condition in conditions_in(PROCEDURE):
        if "fact" in condition:
            assert condition["fact"] in facts
        if "prefix" in condition:
            assert any(fact.startswith(condition["prefix"]) for fact in facts)
    groups = PROCEDURE["duty_groups"]
    assert set(groups) == {rule["duty"] for rule in PROCEDURE["duty_rules"]}
    assert {group["date"] for group in groups.values()} <= set(PROCEDURE["dates"]["keys"]) | {"high"}
    assert {rule["key"] for rule in PROCEDURE["dates"]["rules"]} <= set(PROCEDURE["dates"]["keys"])


def test_the_dates_are_those_of_the_timeline() -> None:
    keys = PROCEDURE["dates"]["keys"]

    assert keys == {key: TIMELINE["date_keys"][key] for key in keys}


def test_every_question_can_be_left_unanswered() -> None:
    for name, question in QUESTIONS.items():
        strict = question["unknown_as"]
        if strict != "undetermined":
            assert () == invalid_answers(PROCEDURE, {name: strict})


def test_a_walk_takes_less_than_a_millisecond() -> None:
    answers = DEFAULTS | use_of("a3.services", "b") | {"t.interacts": True, "t.generates": True}
    classify(PROCEDURE, answers)

    # The fastest of many: the others tell of the machine's load and not of the walk.
    def seconds() -> float:
        start = time.perf_counter()
        classify(PROCEDURE, answers)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(50)) < 0.001


def conditions_in(data: Any) -> list[Mapping[str, Any]]:
    """All conditions below *data*, simple and compound."""
    found: list[Mapping[str, Any]] = []
    if isinstance(data, Mapping):
        if {"fact", "prefix", "answer", "all", "any", "not"} & set(data):
            found.append(data)
        for value in data.values():
            found.extend(conditions_in(value))
    elif isinstance(data, list):
        for value in data:
            found.extend(conditions_in(value))
    return found


def facts_in(data: Any) -> list[str]:
    """All facts that some answer below *data* adds."""
    if isinstance(data, Mapping):
        return [*data.get("facts", ()), *(fact for value in data.values() for fact in facts_in(value))]
    if isinstance(data, list):
        return [fact for value in data for fact in facts_in(value)]
    return []
