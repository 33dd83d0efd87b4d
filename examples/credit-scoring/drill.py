"""Runs the service on the test split: a window of traffic, a stop while requests keep arriving, a replay.

    python drill.py

Writes compliance/evidence/events.jsonl, decisions.json and replay.json, and logs three runs with their
digests to MLflow. The service, its log, its stop and its refusals are real. The people are not: their parts
are played by this script, so it shows that they can act, not that they would notice.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import mlflow
from fitting import HERE, load
from jsonschema import Draft202012Validator
from serve import Refused, Release, Service
from train import MODEL, connect, sha256
from trials import malformed

EVIDENCE = HERE / "compliance" / "evidence"
UNDERWRITER = "underwriter@example.org"
SENIOR = "senior-underwriter@example.org"
HEAD = "head-of-underwriting@example.org"
RISK = "head-of-model-risk@example.org"
OPERATIONS = "it-operations@example.org"
BEFORE_STOP, AFTER_RESTART, WHILE_STOPPED = 70, 35, 12


class Traffic:
    """Requests from the test split, one after another, as the branch system sends them."""

    def __init__(self, service: Service) -> None:
        test = load(HERE / "data" / "test.csv")
        self.requests: list[dict[str, Any]] = [
            {"case_id": f"C-{number:04}", "age_years": age, "application": row}
            for number, (row, age) in enumerate(zip(test.rows, test.ages, strict=True), start=1)
        ]
        self.went_bad = {
            request["case_id"]: bad for request, bad in zip(self.requests, test.bad, strict=True)
        }
        self.service = service
        self.next = 0
        self.answers: list[dict[str, Any]] = []
        self.refused = 0

    def send(self) -> None:
        request = self.requests[self.next]
        self.next += 1
        try:
            self.answers.append(self.service.assess(request))
        except Refused:
            self.refused += 1


def oversee(service: Service, traffic: Traffic, answers: list[dict[str, Any]], draw: random.Random) -> None:
    """Reviews of every case that was sent to a person, and overrides, some of them of confident outputs."""
    for answer in answers:
        case = answer["case_id"]
        if answer["route"] == "review":
            # A view that is right more often than not, as a person's would be; seeded, not a person's.
            right = "refuse" if traffic.went_bad[case] else "grant"
            view = right if draw.random() < 0.8 else ("grant" if right == "refuse" else "refuse")
            shown = service.record_view(case, view, UNDERWRITER)
            if view != shown["recommendation"]:
                service.override(
                    case, "override", view, UNDERWRITER, "documents in the file speak for the own view"
                )
        elif answer["recommendation"] == "refuse" and draw.random() < 0.15:
            service.override(
                case, "disregard", "grant", SENIOR, "income of a co-applicant is not in the application"
            )


def stop_drill(service: Service, traffic: Traffic) -> dict[str, float]:
    """Stops while another thread goes on sending; a restart by one person alone is refused first."""
    sending = threading.Event()
    sending.set()

    def keep_sending() -> None:
        while sending.is_set():
            traffic.send()
            time.sleep(0.01)

    branch = threading.Thread(target=keep_sending)
    branch.start()
    time.sleep(0.1)
    service.stop(HEAD, "drill: account interface delivers defaults")
    asked_before = traffic.refused
    while traffic.refused - asked_before < WHILE_STOPPED:
        time.sleep(0.01)
    sending.clear()
    branch.join()
    try:
        service.restart(HEAD, HEAD, "drill: approved by the one who stopped")
        raise SystemExit("The service restarted without a second person.")
    except Refused:
        pass
    service.restart(OPERATIONS, RISK, "drill: interface checked, test cases agree")

    events = service.events()
    stopped = next(event for event in events if event["type"] == "emergency_stop")
    restarted = next(event for event in events if event["type"] == "restart")
    inside = events[events.index(stopped) : events.index(restarted)]
    late = [event for event in inside if event["type"] == "prediction"]
    at = datetime.fromisoformat(stopped["time"])
    return {
        "predictions_after_stop": len(late),
        "seconds_to_last_prediction": max(
            ((datetime.fromisoformat(event["time"]) - at).total_seconds() for event in late), default=0.0
        ),
        "requests_refused": sum(event["type"] == "request_refused" for event in inside),
    }


def injected_fault(service: Service, traffic: Traffic) -> None:
    """A neighbour sends garbage until the service raises its anomaly; somebody acknowledges it."""
    draw = random.Random(12)
    for number in range(6):
        try:
            service.assess(
                {
                    "case_id": f"X-{number}",
                    "age_years": 40,
                    "application": malformed(traffic.requests[0]["application"], draw),
                }
            )
        except Refused:
            continue
    raised = [event for event in service.events() if event["type"] == "anomaly"]
    if not raised:
        raise SystemExit("The injected fault raised no anomaly.")
    service.acknowledge(
        raised[-1]["event_id"], SENIOR, "sender told, its queue paused, cases decided by checklist"
    )


def log_run(release: Release, evidence: str, files: list[Path], metrics: dict[str, float]) -> None:
    with mlflow.start_run(run_name=evidence):
        mlflow.set_tags(
            {"aiact.evidence": evidence, "aiact.model": MODEL, "aiact.model_version": release.model_version}
        )
        mlflow.log_params(
            {f"aiact.sha256.{path.relative_to(HERE).as_posix()}": sha256(path) for path in files}
        )
        mlflow.log_metrics(metrics)


def main() -> None:
    draw = random.Random(14)
    release = Release.load(HERE / "model")
    with tempfile.TemporaryDirectory() as folder:
        service = Service(release, Path(folder))
        traffic = Traffic(service)
        service.deploy(OPERATIONS, RISK, "drill")
        for _ in range(BEFORE_STOP):
            traffic.send()
        oversee(service, traffic, traffic.answers, draw)
        injected_fault(service, traffic)
        reversed_case = next(answer for answer in traffic.answers if answer["route"] == "advice")
        service.override(
            reversed_case["case_id"],
            "reverse",
            "refuse",
            SENIOR,
            "contract cancelled within the period, forged payslip",
        )
        service.override(
            traffic.answers[1]["case_id"],
            "not_use",
            "refuse",
            UNDERWRITER,
            "applicant asked for a decision without the score",
        )
        answered = len(traffic.answers)
        figures = stop_drill(service, traffic)
        for _ in range(AFTER_RESTART):
            traffic.send()
        oversee(service, traffic, traffic.answers[answered:], draw)

        # The most confident refusal, because a person would contest that one.
        predictions = [event for event in service.events() if event["type"] == "prediction"]
        contested = max(
            (e for e in predictions if e["output"] == "refuse"), key=lambda event: event["confidence"]
        )
        fresh = subprocess.run(
            [sys.executable, str(HERE / "serve.py"), "--state", folder, "replay", contested["case_id"]],
            capture_output=True,
            text=True,
            check=True,
        )
        replayed = json.loads(fresh.stdout)
        EVIDENCE.mkdir(parents=True, exist_ok=True)
        shutil.copy(service.log, EVIDENCE / "events.jsonl")
        shutil.copy(service.counter, EVIDENCE / "decisions.json")
        events = service.events()

    same_score = replayed.pop("recorded_score") == replayed.pop("replayed_score")
    (EVIDENCE / "replay.json").write_text(json.dumps(replayed, indent=1) + "\n", encoding="utf-8")
    schema = Draft202012Validator(json.loads((EVIDENCE / "event.schema.json").read_text(encoding="utf-8")))
    faults = [
        f"line {number}: {fault.message}"
        for number, event in enumerate(events, 1)
        for fault in schema.iter_errors(event)
    ]
    if faults:
        sys.exit("\n".join(faults[:10]))

    served = json.loads((EVIDENCE / "decisions.json").read_text(encoding="utf-8"))["decisions_served"]
    connect()
    counts = {"events": len(events), "predictions": len(predictions), "decisions_served": served}
    log_run(release, "event_log", [EVIDENCE / "events.jsonl", EVIDENCE / "decisions.json"], counts)
    log_run(release, "stop_drill", [EVIDENCE / "events.jsonl"], figures)
    equal = same_score and replayed["recorded_output"] == replayed["replayed_output"]
    log_run(release, "replay", [EVIDENCE / "replay.json"], {"outputs_equal": float(equal)})
    print(f"{counts} {figures} replay equal: {equal}")


if __name__ == "__main__":
    main()
