"""The scoring service: validates, scores, logs, sends unsure cases to a person, and stops when told to.

    python serve.py run --environment test --actor ... --approved-by ... --port 8000
                                           # POST /assess /view /override /stop /restart /acknowledge
    python serve.py stop --actor head-of-underwriting@example.org --reason "wrong account data"
    python serve.py restart --actor ... --approved-by ... --reason ...
    python serve.py replay CASE            # one logged case again, in this process
    python serve.py export FOLDER          # log and counter for the deployer's archive

One event a line goes to state/events.jsonl before any output leaves; an event that can't be written blocks
the output. What the service is allowed to do stands in files, so that every worker and every restart of the
process sees it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prepare import age_band
from scorecard import InvalidApplication, Scorecard, checked, contradictions, input_digest, reasons

HERE = Path(__file__).resolve().parent
ADULT = 18
BURST = 5
"""Refused applications among the last `WINDOW` requests that raise an anomaly."""
WINDOW = 20
LIMITS = (
    "learned from credits of one German region in the 1970s, in Deutsche Mark",
    "an order of applicants, no probability of default today",
    "wrongly refuses applicants under 25 more often; too few of 60 and older to tell",
)
"""What every output is shown with."""
ACTIONS = ("not_use", "disregard", "override", "reverse")


class Refused(Exception):
    """A request that got no output; the text says why."""


@dataclass(frozen=True)
class Release:
    """What is served; train.py writes it beside the table of weights."""

    system: str
    version: str
    model_version: str
    review_threshold: float
    scorecard: Scorecard
    cleared_for: tuple[str, ...] = ("test",)
    """Environments that it may be deployed to; production is not among them while data gap G1 is open."""

    @classmethod
    def load(cls, folder: Path) -> Release:
        """The release in *folder*, if the table of weights is the one that its run logged."""
        stated = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        table = (folder / "scorecard.json").read_bytes()
        if hashlib.sha256(table).hexdigest() != stated["scorecard_sha256"]:
            raise Refused("the table of weights is not the released one")
        return cls(
            stated["system"],
            stated["version"],
            stated["model_version"],
            stated["review_threshold"],
            Scorecard.from_table(json.loads(table)),
            tuple(stated["cleared_for"]),
        )


class Service:
    """One deployment. Threads may share it; other processes can stop and restart it through its folder."""

    def __init__(self, release: Release, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.release = release
        self.log = folder / "events.jsonl"
        self.cases = folder / "cases.jsonl"
        self.counter = folder / "decisions.json"
        self.stopped = folder / "STOPPED"
        self.seen = folder / "release-seen.json"
        self.lock = threading.Lock()
        self.recent: deque[bool] = deque(maxlen=WINDOW)
        self.waiting: dict[str, dict[str, Any]] = {}

    # --- deployment -----------------------------------------------------------------------------------------

    def deploy(self, actor: str, approved_by: str, environment: str) -> None:
        """Logs approval and deployment, and what changed against the release that this folder served
        before.
        """
        if environment not in self.release.cleared_for:
            raise Refused(
                f"this release is cleared for {', '.join(self.release.cleared_for)}, not for {environment}"
            )
        if approved_by == actor:
            raise Refused("a deployment is approved by another person than the one who makes it")
        now = {
            "model_version": self.release.model_version,
            "cutoff": self.release.scorecard.cutoff,
            "threshold": self.release.review_threshold,
        }
        before = json.loads(self.seen.read_text(encoding="utf-8")) if self.seen.exists() else {}
        approval = f"A-{uuid.uuid4().hex[:8]}"
        self.event("approval", actor=approved_by, approval_id=approval, reason=f"release to {environment}")
        self.event(
            "deployment", actor=actor, approval_id=approval, environment=environment, traffic_share=1.0
        )
        if before.get("model_version") != now["model_version"]:
            self.event(
                "model_version_changed",
                actor=actor,
                approval_id=approval,
                before=before.get("model_version", "none"),
                after=now["model_version"],
            )
        if before and (before["cutoff"], before["threshold"]) != (now["cutoff"], now["threshold"]):
            self.event(
                "threshold_changed",
                actor=actor,
                approval_id=approval,
                before=f"cut-off {before['cutoff']}, review {before['threshold']}",
                after=f"cut-off {now['cutoff']}, review {now['threshold']}",
            )
        self.seen.write_text(json.dumps(now), encoding="utf-8")

    def retire(self, actor: str, approved_by: str, reason: str) -> None:
        """Takes the system out of use for good: a stop, and an event that says so."""
        self.stop(actor, reason)
        self.event("retirement", actor=actor, approved_by=approved_by, reason=reason)

    # --- assessing ------------------------------------------------------------------------------------------

    def assess(self, request: Any) -> dict[str, Any]:
        """The output for `{case_id, age_years, application}`, or `Refused`.

        Near the cut-off, or with a contradiction, the case goes to a person: the recommendation is held back
        until that person has recorded a view of their own (`record_view`).
        """
        started = time.perf_counter()
        case_id = request.get("case_id") if isinstance(request, Mapping) else None
        if not isinstance(case_id, str) or not 0 < len(case_id) <= 40:
            case_id = "unknown"
        with self.lock:
            if self.stopped.exists():
                self.event("request_refused", case_id=case_id, reason="stopped")
                raise Refused("The system is stopped. Decide by the paper checklist.")
            try:
                application, age = self._checked(request)
            except InvalidApplication as error:
                self.event("request_refused", case_id=case_id, reason="invalid_input")
                self._note(refused=True)
                raise Refused(str(error)) from error
            assessment = self.release.scorecard.assess(application)
            why = contradictions(application)
            if assessment.confidence < self.release.review_threshold:
                why.append("close to the cut-off")
            self.event(
                "prediction",
                case_id=case_id,
                input_digest=input_digest(application),
                output=assessment.recommendation,
                score=assessment.score,
                confidence=assessment.confidence,
                threshold=self.release.review_threshold,
                cutoff=self.release.scorecard.cutoff,
                route="review" if why else "advice",
                age_band=age_band(age),
                latency_ms=round((time.perf_counter() - started) * 1000, 3),
            )
            self._append(self.cases, {"case_id": case_id, "application": application})
            self._count()
            self._note(refused=False)
        answer = {
            "case_id": case_id,
            "recommendation": assessment.recommendation,
            "score": assessment.score,
            "confidence": assessment.confidence,
            "reasons": reasons(assessment, application),
            "limits": LIMITS,
            "note": "Advice. You decide; you may disregard, override or reverse it.",
        }
        if not why:
            return answer | {"route": "advice"}
        self.waiting[case_id] = answer
        return {"case_id": case_id, "route": "review", "review_because": why}

    def record_view(self, case_id: str, view: str, actor: str) -> dict[str, Any]:
        """The held-back recommendation of a case in review, once *actor* has said `grant` or `refuse`."""
        if self.stopped.exists():
            raise Refused("The system is stopped. Decide by the paper checklist.")
        if view not in ("grant", "refuse"):
            raise Refused("a view is grant or refuse")
        if case_id not in self.waiting:
            raise Refused(f"{case_id} is not in review")
        answer = self.waiting[case_id]
        self.event(
            "human_review", case_id=case_id, actor=actor, output=view, agreed=view == answer["recommendation"]
        )
        del self.waiting[case_id]
        return answer | {"route": "review"}

    def override(self, case_id: str, action: str, decision: str, actor: str, reason: str) -> None:
        """What a person does about an output, whatever its confidence; `reverse` after it was acted on."""
        if action not in ACTIONS or not actor.strip() or not reason.strip():
            raise Refused("an override needs an action, a person and a reason")
        if not any(event["type"] == "prediction" and event["case_id"] == case_id for event in self.events()):
            raise Refused(f"{case_id} has no output")
        self.event(
            "human_override", case_id=case_id, action=action, output=decision, actor=actor, reason=reason
        )

    # --- stop and anomaly -----------------------------------------------------------------------------------

    def stop(self, actor: str, reason: str) -> None:
        """From the return of this call on no output leaves, in any worker on this folder."""
        if not actor.strip() or not reason.strip():
            raise Refused("a stop needs a person and a reason")
        # The flag first: if the log fails, the system stands still all the same.
        self.stopped.write_text(actor, encoding="utf-8")
        with self.lock:
            self.event("emergency_stop", actor=actor, reason=reason)

    def restart(self, actor: str, approved_by: str, reason: str) -> None:
        """Serves again, if somebody else than the one who stopped and the one who restarts approves it."""
        if not self.stopped.exists():
            raise Refused("the system is not stopped")
        if not approved_by.strip() or approved_by in (actor, self.stopped.read_text(encoding="utf-8")):
            raise Refused("a restart is approved by somebody who neither stopped nor restarts the system")
        with self.lock:
            self.event("restart", actor=actor, approved_by=approved_by, reason=reason)
            self.stopped.unlink()

    def acknowledge(self, event_id: str, actor: str, response: str) -> None:
        """Somebody has seen the anomaly and says what was done."""
        if not any(event["event_id"] == event_id and event["type"] == "anomaly" for event in self.events()):
            raise Refused(f"{event_id} is no anomaly")
        self.event("anomaly_acknowledged", anomaly=event_id, actor=actor, reason=response)

    # --- records --------------------------------------------------------------------------------------------

    def event(self, type: str, **details: Any) -> None:
        head = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event_id": uuid.uuid4().hex,
            "type": type,
            "system": self.release.system,
            "version": self.release.version,
            "model_version": self.release.model_version,
        }
        try:
            self._append(self.log, head | details)
        except OSError as error:
            raise Refused("The event log can't be written, so no output leaves.") from error

    def events(self) -> list[dict[str, Any]]:
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def replay(self, case_id: str) -> dict[str, str]:
        """A logged case scored again from the stored application: what was recorded, and what comes out
        now.
        """
        recorded = next(e for e in self.events() if e["type"] == "prediction" and e["case_id"] == case_id)
        lines = self.cases.read_text(encoding="utf-8").splitlines()
        stored = next(case for case in map(json.loads, lines) if case["case_id"] == case_id)
        application = checked(stored["application"])
        if input_digest(application) != recorded["input_digest"]:
            raise Refused(f"the stored application of {case_id} is not the one that was scored")
        again = self.release.scorecard.assess(application)
        return {
            "case_id": case_id,
            "model_version": self.release.model_version,
            "input_digest": recorded["input_digest"],
            "recorded_output": recorded["output"],
            "replayed_output": again.recommendation,
            "recorded_score": repr(recorded["score"]),
            "replayed_score": repr(again.score),
        }

    def _checked(self, request: Any) -> tuple[dict[str, Any], int]:
        if not isinstance(request, Mapping) or set(request) != {"case_id", "age_years", "application"}:
            raise InvalidApplication(["A request has case_id, age_years and application."])
        age = request["age_years"]
        if isinstance(age, bool) or not isinstance(age, int) or not ADULT <= age <= 120:
            raise InvalidApplication(
                [f"age_years is no whole number from {ADULT} to 120; minors are not scored."]
            )
        if not isinstance(request["case_id"], str) or not 0 < len(request["case_id"]) <= 40:
            raise InvalidApplication(["case_id is no text of 1 to 40 characters."])
        return checked(request["application"]), age

    def _note(self, refused: bool) -> None:
        self.recent.append(refused)
        if sum(self.recent) >= BURST:
            self.event(
                "anomaly",
                kind="burst_of_invalid_input",
                reason=f"{BURST} of the last {len(self.recent)} requests",
            )
            self.recent.clear()

    def _count(self) -> None:
        """Counted apart from the log, so that the two can be compared."""
        served = (
            json.loads(self.counter.read_text(encoding="utf-8"))["decisions_served"]
            if self.counter.exists()
            else 0
        )
        self.counter.write_text(json.dumps({"decisions_served": served + 1}) + "\n", encoding="utf-8")

    @staticmethod
    def _append(path: Path, line: dict[str, Any]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def handler(service: Service) -> type[BaseHTTPRequestHandler]:
    """Plain HTTP for the deployer's own gateway, which does the authentication and the rate limit."""
    doors: dict[str, Callable[..., dict[str, Any] | None]] = {
        "/assess": service.assess,
        "/view": lambda body: service.record_view(**body),
        "/override": lambda body: service.override(**body),
        "/stop": lambda body: service.stop(**body),
        "/restart": lambda body: service.restart(**body),
        "/acknowledge": lambda body: service.acknowledge(**body),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            door = doors.get(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            if door is None or length > 100_000:
                return self.answer(404 if door is None else 413, {"refused": "no such door, or too large"})
            try:
                self.answer(200, door(json.loads(self.rfile.read(length))) or {"done": True})
            except (Refused, ValueError, TypeError) as error:
                self.answer(503 if service.stopped.exists() else 422, {"refused": str(error)})

        def do_GET(self) -> None:
            self.answer(
                200, {"stopped": service.stopped.exists(), "model_version": service.release.model_version}
            )

        def answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the event log is the log."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description="The scoring service of the credit-scoring example.")
    parser.add_argument(
        "--state", type=Path, default=HERE / "state", help="folder of log, counter and stop flag"
    )
    doors = parser.add_subparsers(dest="door", required=True)
    run = doors.add_parser("run")
    run.add_argument("--port", type=int, default=8000)
    run.add_argument("--environment", required=True, help="one that the release is cleared for")
    run.add_argument("--actor", required=True)
    run.add_argument("--approved-by", required=True)
    for name in ("stop", "restart"):
        door = doors.add_parser(name)
        door.add_argument("--actor", required=True)
        door.add_argument("--reason", required=True)
        if name == "restart":
            door.add_argument("--approved-by", required=True)
    doors.add_parser("replay").add_argument("case")
    doors.add_parser("export").add_argument("folder", type=Path)
    options = parser.parse_args()
    service = Service(Release.load(HERE / "model"), options.state)
    match options.door:
        case "run":
            service.deploy(options.actor, options.approved_by, options.environment)
            print(f"Serving on http://127.0.0.1:{options.port}")
            ThreadingHTTPServer(("127.0.0.1", options.port), handler(service)).serve_forever()
        case "stop":
            service.stop(options.actor, options.reason)
        case "restart":
            service.restart(options.actor, options.approved_by, options.reason)
        case "replay":
            print(json.dumps(service.replay(options.case)))
        case "export":
            options.folder.mkdir(parents=True, exist_ok=True)
            for path in (service.log, service.counter):
                shutil.copy(path, options.folder / path.name)


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        sys.exit(str(error))
