"""What the oversight, logging and robustness records say of the service, tried on the service itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from scorecard import contradictions, input_digest
from serve import Refused, Release, Service, handler

EXAMPLE = Path(__file__).resolve().parent.parent
Requests = list[dict[str, Any]]


def kinds(service: Service) -> list[str]:
    return [event["type"] for event in service.events()]


def assess_until(service: Service, requests: Requests, route: str) -> dict[str, Any]:
    return next(answer for answer in map(service.assess, requests) if answer["route"] == route)


# --- log capture --------------------------------------------------------------------------------------------


def test_every_output_has_an_event_and_is_counted_apart_from_the_log(
    service: Service, requests: Requests
) -> None:
    for request in requests:
        service.assess(request)

    assert kinds(service) == ["prediction"] * len(requests)
    assert json.loads(service.counter.read_text()) == {"decisions_served": len(requests)}


def test_no_output_leaves_when_the_event_cant_be_written(service: Service, requests: Requests) -> None:
    service.log.mkdir()

    with pytest.raises(Refused, match="no output leaves"):
        service.assess(requests[0])

    assert not service.counter.exists()


def test_every_event_has_the_declared_form(service: Service, requests: Requests) -> None:
    schema = json.loads((EXAMPLE / "compliance" / "evidence" / "event.schema.json").read_text())
    service.deploy("a@example.org", "b@example.org", "test")
    shown = assess_until(service, requests, "advice")
    service.override(shown["case_id"], "reverse", "refuse", "a@example.org", "forged payslip")
    service.stop("a@example.org", "test")
    service.restart("b@example.org", "c@example.org", "test over")
    service.retire("a@example.org", "b@example.org", "test over")

    faults = [
        fault.message
        for event in service.events()
        for fault in Draft202012Validator(schema).iter_errors(event)
    ]

    assert faults == []


def test_the_digest_of_an_input_is_the_same_in_another_process(requests: Requests) -> None:
    application = requests[0]["application"]
    other_order = dict(reversed(application.items()))
    code = f"from scorecard import input_digest; print(input_digest({other_order!r}))"
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=EXAMPLE, capture_output=True, text=True, check=True
    )

    assert other.stdout.strip() == input_digest(application)


def test_a_logged_case_replays_to_the_same_score(service: Service, requests: Requests) -> None:
    service.assess(requests[0])

    replayed = service.replay(requests[0]["case_id"])

    assert replayed["replayed_score"] == replayed["recorded_score"]


def test_a_changed_threshold_is_an_event_of_its_own(service: Service, release: Release) -> None:
    service.deploy("a@example.org", "b@example.org", "test")
    moved = Release(release.system, "1.3.1", release.model_version, 0.1, release.scorecard)
    Service(moved, service.log.parent).deploy("a@example.org", "b@example.org", "test")

    assert kinds(service)[-1] == "threshold_changed"


def test_a_release_is_deployed_only_where_it_is_cleared_for(service: Service) -> None:
    with pytest.raises(Refused, match="not for production"):
        service.deploy("a@example.org", "b@example.org", "production")

    assert kinds(service) == []


# --- stop ---------------------------------------------------------------------------------------------------


def test_no_output_leaves_after_a_stop_in_any_worker(
    service: Service, release: Release, requests: Requests
) -> None:
    other_worker = Service(release, service.log.parent)
    waiting = assess_until(service, requests, "review")
    service.stop("head-of-underwriting@example.org", "wrong account data")

    for worker in (service, other_worker):
        with pytest.raises(Refused, match="stopped"):
            worker.assess(requests[1])
    with pytest.raises(Refused, match="stopped"):
        service.record_view(waiting["case_id"], "grant", "underwriter@example.org")


def test_a_stop_holds_even_if_the_log_cant_be_written(service: Service, requests: Requests) -> None:
    service.log.mkdir()
    with pytest.raises(Refused):
        service.stop("head-of-underwriting@example.org", "log is full")

    with pytest.raises(Refused):
        service.assess(requests[0])
    assert service.stopped.exists()


@pytest.mark.parametrize("approver", ["", "a@example.org", "b@example.org"])
def test_a_restart_needs_a_third_person(service: Service, approver: str) -> None:
    service.stop("a@example.org", "test")

    with pytest.raises(Refused, match="approved by"):
        service.restart("b@example.org", approver, "test over")


# --- oversight ----------------------------------------------------------------------------------------------


def test_an_unsure_recommendation_is_held_back_until_a_person_has_a_view(
    service: Service, requests: Requests
) -> None:
    answer = assess_until(service, requests, "review")

    assert "recommendation" not in answer
    assert "recommendation" in service.record_view(answer["case_id"], "grant", "underwriter@example.org")
    assert kinds(service)[-1] == "human_review"


def test_a_contradiction_goes_to_a_person_whatever_the_score(service: Service, requests: Requests) -> None:
    pair = {"existing_credits": 3, "credit_history": "none_taken_or_all_repaid"}
    request = requests[0] | {"application": requests[0]["application"] | pair}

    assert contradictions(request["application"])[0] in service.assess(request)["review_because"]


@pytest.mark.parametrize("action", ["not_use", "disregard", "override", "reverse"])
def test_a_confident_output_can_be_overridden(service: Service, requests: Requests, action: str) -> None:
    answer = assess_until(service, requests, "advice")
    service.override(
        answer["case_id"], action, "grant", "underwriter@example.org", "own view of the documents"
    )

    assert answer["confidence"] > service.release.review_threshold
    assert service.events()[-1]["action"] == action


def test_an_override_without_a_reason_is_refused(service: Service, requests: Requests) -> None:
    answer = assess_until(service, requests, "advice")

    with pytest.raises(Refused, match="reason"):
        service.override(answer["case_id"], "override", "grant", "underwriter@example.org", " ")


def test_an_output_is_shown_with_its_reasons_and_limits(service: Service, requests: Requests) -> None:
    answer = assess_until(service, requests, "advice")

    assert answer["reasons"] and answer["limits"]


def test_the_reasons_add_up_to_the_score(release: Release, requests: Requests) -> None:
    assessment = release.scorecard.assess(requests[0]["application"])
    odds = release.scorecard.intercept + sum(assessment.contributions.values())

    assert assessment.score == pytest.approx(1 / (1 + 2.718281828459045**-odds))


# --- input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duration_months", "12"),
        ("duration_months", 12.0),
        ("duration_months", True),
        ("credit_amount_dm", 10**30),
        ("credit_amount_dm", float("nan")),
        ("job", "astronaut"),
        ("job", ["skilled_or_official"]),
        ("age_years", 30),
        ("personal_status_sex", "male_single"),
    ],
)
def test_what_is_no_application_gets_no_score(
    service: Service, requests: Requests, field: str, value: Any
) -> None:
    request = requests[0] | {"application": requests[0]["application"] | {field: value}}

    with pytest.raises(Refused, match=field):
        service.assess(request)
    assert kinds(service) == ["request_refused"]


@pytest.mark.parametrize("age", [17, 0, -1, 121, "18", None, True])
def test_minors_and_odd_ages_get_no_score(service: Service, requests: Requests, age: Any) -> None:
    with pytest.raises(Refused, match="age_years"):
        service.assess(requests[0] | {"age_years": age})


def test_the_age_of_an_adult_changes_no_score(service: Service, requests: Requests) -> None:
    for age in (18, 75):
        service.assess(requests[0] | {"age_years": age})

    young, old = service.events()
    assert young["score"] == old["score"] and young["age_band"] != old["age_band"]


def test_a_burst_of_bad_input_raises_an_anomaly_that_a_person_acknowledges(service: Service) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            service.assess({"case_id": "C", "age_years": 40, "application": {}})
    raised = service.events()[-1]
    service.acknowledge(raised["event_id"], "underwriter@example.org", "sender told")

    assert [raised["type"], kinds(service)[-1]] == ["anomaly", "anomaly_acknowledged"]


def test_a_table_of_weights_that_was_changed_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "scorecard.json").write_text("{}")
    (tmp_path / "release.json").write_text(json.dumps({"scorecard_sha256": "0" * 64}))

    with pytest.raises(Refused, match="not the released one"):
        Release.load(tmp_path)


def test_over_http_a_stop_answers_with_503(service: Service, requests: Requests) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(service))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def post(door: str, body: Any) -> int:
        address = f"http://127.0.0.1:{server.server_address[1]}{door}"
        try:
            with urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode())) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    statuses = [
        post("/assess", requests[0]),
        post("/assess", {"case_id": "C"}),
        post("/stop", {"actor": "a@example.org", "reason": "test"}),
        post("/assess", requests[1]),
    ]
    server.shutdown()
    server.server_close()

    assert statuses == [200, 422, 200, 503]
