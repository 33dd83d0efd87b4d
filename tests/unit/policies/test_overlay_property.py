"""What fails under a pack fails under it with any overlay: random overlays over random evidence."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aiact_gate.documents.node import Document
from aiact_gate.expressions.engine import Engine
from aiact_gate.judge.checks import CheckJudge
from aiact_gate.judge.claim import Claim
from aiact_gate.judge.dates import binding
from aiact_gate.judge.rows import Judging, judged_row
from aiact_gate.judge.waivers import Coverage
from aiact_gate.judge.widening import widened
from aiact_gate.model.errors import PackError
from aiact_gate.model.location import Pointer, pointer_text
from aiact_gate.model.outcome import METHODS, Outcome
from aiact_gate.model.policy import Pack, Requirement
from aiact_gate.model.report import CheckResult, Row
from aiact_gate.policy.layers import overlaid
from aiact_gate.policy.linted import below
from aiact_gate.policy.load import pack_from
from aiact_gate.policytest.cases import edit, evidence_of, read_base
from aiact_gate.schemas.fields import NAMES
from aiact_gate.sources.builtin import BUILTIN, builtin_folder

FINE = (Outcome.PASS, Outcome.NOT_APPLICABLE)
CLAUSES = (
    "true",
    "false",
    "size(risk_management.risks) > 2",
    "filled(system_description.provider.address)",
    "filled(model_card.sections.limitations.text)",
    'testing.metrics.exists(m, m.id == "auc")',
    'mlflow.run.metrics["nothing_like_it"] > 0.0',
    "monitoring.threshold > 1",
    "filled(it.id)",
    "filled(it.because)",
    'it.id != "R-1"',
    "in_future(human_oversight.expires)",
    "double(event_log.predictions) > 3.0",
    "human_oversight.stop.exists(s, true)",
)
MESSAGES = ("Something of the house isn't there.", "{it.id} isn't as the house asks.")
COUNTED = (
    "/instructions_for_use/sections/out_of_scope/words",
    "/instructions_for_use/sections/risks/words",
    "/model_card/sections/limitations/words",
)
KINDS = ("missing", "contradicted", "stale", "filler")


@cache
def compiled() -> tuple[dict[str, Any], ...]:
    return tuple(below(builtin_folder("eu-ai-act"), ()))


@cache
def plain() -> tuple[Pack, ...]:
    return tuple(pack_from(dict(data)) for data in compiled())


@cache
def base() -> dict[str, Document]:
    return read_base(builtin_folder("eu-ai-act") / "examples" / "fixtures" / "high")


@cache
def requirements() -> tuple[Requirement, ...]:
    return tuple(one for pack in plain() for one in pack.requirements)


@cache
def judged() -> tuple[Requirement, ...]:
    return tuple(one for one in requirements() if any(check.clauses for check in one.checks))


@cache
def places() -> tuple[str, ...]:
    """A pointer to everything that the fixtures hold."""

    def below_(node: Any, pointer: Pointer) -> list[Pointer]:
        items = (
            node.value.items()
            if isinstance(node.value, dict)
            else enumerate(node.value)
            if isinstance(node.value, list)
            else ()
        )
        return [pointer, *(found for key, child in items for found in below_(child, (*pointer, key)))]

    return tuple(
        pointer_text(pointer)
        for kind, document in base().items()
        for pointer in below_(document.root, (kind,))
        if len(pointer) > 1
    )


def check_of(failing: list[str]) -> st.SearchStrategy[str]:
    """Any check, those that fail much oftener."""
    known = st.sampled_from([check.id for one in judged() for check in one.checks])
    return st.one_of(st.sampled_from(failing), known) if failing else known


@st.composite
def overlays(draw: st.DrawFn, failing: list[str]) -> str:
    """The text of an overlay; what of it doesn't compile or would loosen is refused, the rest counts."""
    target = check_of(failing).map(lambda name: name.partition("/")[0])
    adjustable = [(one.id, name) for one in requirements() for name in one.parameters]
    overlay: dict[str, Any] = {"schema": "aiact-gate/overlay/v1"}
    for name, parameter in adjustable:
        value = draw(st.one_of(st.none(), st.integers(0, 20), st.sampled_from((0.1, 0.4, 0.6, 0.9, 500))))
        if value is not None:
            overlay.setdefault("set", {}).setdefault(name, {})[parameter] = value
    clause = st.one_of(
        st.sampled_from(CLAUSES).map(lambda one: [one]), st.lists(st.sampled_from(CLAUSES), max_size=3)
    )
    overlay["require"] = {
        name: {
            "that": draw(clause) or ["true"],
            "message": draw(st.sampled_from(MESSAGES[:1])),
            "kind": draw(st.sampled_from(KINDS)),
        }
        for name in draw(st.lists(check_of(failing), max_size=12, unique=True))
    }
    overlay["raise"] = {
        name: draw(st.sampled_from(("error", "error", "error", "warning")))
        for name in draw(st.lists(check_of(failing), max_size=6, unique=True))
    }
    overlay["add"] = {
        name: [
            {
                "id": f"house-{number}",
                "that": [draw(st.sampled_from(CLAUSES[:8]))],
                "message": MESSAGES[0],
                "severity": draw(st.sampled_from(("error", "warning"))),
            }
            for number in range(draw(st.integers(1, 2)))
        ]
        for name in draw(st.lists(target, max_size=4, unique=True))
    }
    overlay["widen"] = {
        name: draw(
            st.sampled_from(
                [
                    {"role": "any"},
                    {"duty": "all"},
                    {"role": "deployer", "duty": "requirements"},
                    {"when": 'system.tier == "limited"'},
                    {"when": "classification.answers.size() > 1"},
                ]
            )
        )
        for name in draw(st.lists(target, max_size=4, unique=True))
    }
    overlay["sooner"] = {
        name: draw(st.sampled_from(("2025-01-01", "2026-06-01", "2027-01-01", "2030-01-01")))
        for name in draw(st.lists(target, max_size=6, unique=True))
    }
    return json.dumps(overlay)


@st.composite
def evidence(draw: st.DrawFn) -> dict[str, Document]:
    documents = base()
    for place in COUNTED:  # what parameters are held against
        documents, _ = edit(documents, {"set": {place: draw(st.integers(0, 20))}})
    for place in draw(st.lists(st.sampled_from(places()), min_size=1, max_size=10)):
        value = draw(st.sampled_from(("delete", "", "TBD", 0, -1, 1e9, "2020-01-01", [], None)))
        change: dict[str, Any] = {"delete": [place]} if value == "delete" else {"set": {place: value}}
        try:
            documents, _ = edit(documents, change)
        except PackError:
            continue  # an edit before took it away
    return documents


def owed(failing: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Debts of an adoption day long ago: they cover what is missing or stale, and nothing else."""
    debt = st.builds(
        lambda check, element: {
            "requirement": check.partition("/")[0],
            "check": check,
            "system": "fixture",
            "major": 1,
            "element": element,
            "owner": "somebody@example.org",
            "due": "2027-01-01",
        },
        check_of(failing),
        st.sampled_from(("", "R-1", "R-2", "auc")),
    )
    return st.lists(debt, max_size=30)


class Scenario(NamedTuple):
    """A system's evidence, and how it is judged."""

    documents: dict[str, Document]
    enforce: str
    roles: frozenset[str]


def rows(packs: tuple[Pack, ...], scenario: Scenario, debts: list[Any]) -> dict[str, Row]:
    found = evidence_of(scenario.documents)
    own = [one for pack in packs for one in pack.requirements]
    names = {*NAMES}
    for one in own:
        for check in one.checks:
            names |= {loop.name for loop in check.loops} | {lookup.name for lookup in check.lookups}
    engine = Engine(tuple(sorted(names)), "2026-11-25")
    duties = frozenset({"requirements"})
    claim = Claim("high", None, scenario.roles, duties, True, "", "", ())
    claim = claim._replace(widened=widened(own, claim, found, engine))
    judging = Judging(
        "fixture",
        claim,
        "full",
        "2026-11-25",
        scenario.enforce,
        found,
        CheckJudge(found, engine, "fixture"),
        Coverage(owed=tuple(debts)),
    )
    timeline = packs[0].timeline
    return {one.id: judged_row(one, judging, binding(timeline, one.timeline, claim, "")) for one in own}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(st.data())
def test_what_fails_under_a_pack_fails_under_it_with_any_overlay(data: st.DataObject) -> None:
    scenario = Scenario(
        data.draw(evidence()),
        data.draw(st.sampled_from(("now", "now", "law"))),
        data.draw(
            st.sampled_from((frozenset({"provider"}), frozenset({"provider"}), frozenset({"deployer"})))
        ),
    )
    failing = [
        check.id
        for row in rows(plain(), scenario, []).values()
        for check in row.checks
        if check.outcome not in FINE and row.requirement in judged()
    ]
    debts = data.draw(owed(failing))
    overlay = data.draw(overlays(failing))
    own = {"layer": "organisation", "label": "own", "overlay": overlay, "requirements": [], "digest": "0"}
    tightened = tuple(pack_from(one) for one in overlaid([*compiled(), own])[0][: len(BUILTIN)])

    before = rows(plain(), scenario, debts)
    after = rows(tightened, scenario, debts)

    for name, row in before.items():
        checks = {check.id: check for check in after[name].checks}
        for check in row.checks:
            now = checks[check.id]
            assert check.outcome in FINE or now.outcome not in FINE, (check, now)
            assert not fails(check) or fails(now), (check, now)
            assert "" in (check.method, now.method) or not stronger(now.method, check.method), (check, now)
        assert row.outcome in FINE or after[name].outcome not in FINE, (row, after[name])
        assert row.outcome is not Outcome.FAIL or after[name].outcome in FAILING, (row, after[name])


FAILING = (Outcome.FAIL, Outcome.ERROR)


def fails(check: CheckResult) -> bool:
    """A warning's outcome enters nothing: raised, it is judged like every other error."""
    return check.severity == "error" and check.outcome in FAILING


def stronger(method: str, than: str) -> bool:
    return METHODS.index(method) < METHODS.index(than)
