"""The model monitor over logs that the function wrote: what it finds, what it writes, and whom it tells what."""

from __future__ import annotations

import json
import random
import shutil
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from inference_lib.bundle import load_bundle
from inference_lib.emf import Emitter
from inference_lib.function_settings import FunctionSettings
from inference_lib.logs import Logger
from inference_lib.monitor.aws_client import AwsError
from inference_lib.monitor.feedback_join import MAX_TRUTHS
from inference_lib.requests import Request
from inference_lib.service import Service
from inference_lib.testing import FakeContext
from local_stack.aws_api import PREFIX, AwsApi
from local_stack.function_log import redated
from local_stack.insights import query as insights
from local_stack.traffic.instances import Sampler, drift_of
from tests.inference_lib.asking import Asker
from tests.local_stack.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from inference_lib.contract import Json
    from inference_lib.monitor.handler import ModelMonitor
    from tests.local_stack.conftest import Running

PREDICTS, MONITOR, TOPIC = "/aws/lambda/predicts", "/aws/lambda/monitor", "arn:aws:sns:eu-central-1:123456789012:info"
_WAIT_S = 60


class Aws:
    """The two log groups and the topic."""

    def __init__(self) -> None:
        self.logs: dict[str, list[str]] = {PREDICTS: [], MONITOR: []}
        self.published: list[Mapping[str, str]] = []
        self.has_topic = True

    def query(self, text: str, group: str, start: float, end: float, limit: int) -> Mapping[str, Any]:
        table = insights.run(text, self.logs[group], start, end, log=group, limit=limit)
        return {"results": table.results()}

    def publish(self, members: Mapping[str, str]) -> str:
        if not self.has_topic:
            raise LookupError("there is no such topic")
        self.published.append(members)
        return "m-1"

    @property
    def told(self) -> list[str]:
        return [each["Subject"] for each in self.published]


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def monitor(aws: Aws, bundle_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], dict[str, Json]]]:
    """Run the monitor over the logs so far; what it writes goes into its own log."""
    with served(AwsApi(aws.query, aws.publish).application()) as address:
        built = _monitor(bundle_path, address + PREFIX)

        def run() -> dict[str, Json]:
            try:
                written = built.run(time.time() + 1, FakeContext())  # type: ignore[arg-type] # stands for Lambda's
                report = written["drift report"]
                assert isinstance(report, dict)
                return report
            finally:
                aws.logs[MONITOR] += capsys.readouterr().out.splitlines()

        yield run


@pytest.fixture
def monitor_with_feedback(
    aws: Aws, bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], dict[str, Json]]]:
    """Run the monitor of a model that was evaluated, and return what it says of feedback."""
    evaluated = tmp_path / bundle_path.name
    shutil.copytree(bundle_path, evaluated)
    contract = json.loads((evaluated / "contract.json").read_text())
    contract["metrics"] = {"accuracy": 0.95, "brier_score": 0.1}
    (evaluated / "contract.json").write_text(json.dumps(contract))
    with served(AwsApi(aws.query, aws.publish).application()) as address:
        built = _monitor(evaluated, address + PREFIX, FEEDBACK="true")

        def run() -> dict[str, Json]:
            written = built.run(time.time() + 1, FakeContext())  # type: ignore[arg-type] # stands for Lambda's
            aws.logs[MONITOR] += capsys.readouterr().out.splitlines()
            report = written["quality report"]
            assert isinstance(report, dict)
            return report

        yield run


def _monitor(bundle: Path, endpoint: str, **variables: str) -> ModelMonitor:
    given = {
        "MODEL_BUNDLE": str(bundle),
        "MONITORED_LOG_GROUP": PREDICTS,
        "NOTICE_TOPIC": TOPIC,
        "AWS_LAMBDA_LOG_GROUP_NAME": MONITOR,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL": endpoint,
        **variables,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        # The module builds its monitor when it is imported, as Lambda does.
        from inference_lib.monitor.handler import ModelMonitor as Monitor  # noqa: PLC0415 - as the line above says

        return Monitor(given)


def _asked(bundle: Path, number: int, *drifts: str, batch: int = 1, seed: int = 1, **variables: str) -> list[str]:
    """Return the lines of a function that was asked for so many predictions."""
    settings = FunctionSettings({"MODEL_BUNDLE": str(bundle), **variables})
    loaded = load_bundle(str(bundle), batch)
    service = Service(loaded, Emitter("N", {"Model": "m"}), Logger("test", "INFO"), settings)
    generator = random.Random(seed)  # noqa: S311 - no secret
    sampler = Sampler(loaded.contract, bundle, generator, [drift_of(each, loaded.contract) for each in drifts])
    lines: list[str] = []
    for at in range(number):
        body = json.dumps({"instances": [sampler.instance() for _ in range(batch)]})
        request = Request(method="POST", path="/predict", headers={}, body=body, request_id=f"r-{seed}-{at}")
        response, written = service.handle(request)
        assert response.status == 200, response.body
        lines += written.splitlines()
    return lines


def _records(aws: Aws) -> list[dict[str, Any]]:
    """Return what the monitor wrote, the newest first."""
    return [json.loads(line) for line in reversed(aws.logs[MONITOR])]


def _metrics(aws: Aws) -> dict[str, float]:
    record = next(each for each in _records(aws) if each["message"] == "drift report")
    return {name: record[name] for name in ("FeatureDrift", "PredictionDrift") if name in record}


def test_requests_like_those_of_the_reference_are_no_drift(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 400)
    report = monitor()
    assert (report["instances"], report["drifted"], aws.published) == (400, "", [])
    assert set(_metrics(aws)) == {"FeatureDrift", "PredictionDrift"}
    assert max(_metrics(aws).values()) < 1
    features = report["features"]
    assert isinstance(features, dict)
    assert set(features) == {"psi", "js_distance", "critical_psi", "critical_js_distance"}
    assert isinstance(features["psi"], dict)
    assert set(features["psi"]) == {"age", "cups of coffee", "chronotype"}


def test_a_shifted_feature_is_measured_and_people_are_told_its_name_once(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 400, "age=+20")
    report = monitor()
    assert report["drifted"] == "age"
    assert _metrics(aws)["FeatureDrift"] > 1 > _metrics(aws)["PredictionDrift"]
    assert aws.told == [f"Drift of small {bundle_path.name}: age"]
    content = json.loads(json.loads(aws.published[0]["Message"])["https"])
    assert (content["version"], content["source"]) == ("1.0", "custom")
    assert "age: above" in content["content"]["description"]
    assert aws.published[0]["TopicArn"] == TOPIC

    monitor()
    assert len(aws.published) == 1, "people know it already"

    aws.logs[PREDICTS] = _asked(bundle_path, 400)
    monitor()
    assert aws.told[1:] == [f"Drift of small {bundle_path.name} is over"]


def test_few_requests_say_nothing_and_forget_nothing(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 400, "age=+20")
    monitor()
    aws.logs[PREDICTS] = _asked(bundle_path, 99)
    report = monitor()
    assert report["reason"] == "fewer than 100 instances: too few to tell drift from chance"
    assert _metrics(aws) == {}
    aws.logs[PREDICTS] = _asked(bundle_path, 400, "age=+20")
    monitor()
    assert len(aws.published) == 1


def test_instances_of_batches_count_each_and_other_versions_do_not(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    others = [line.replace(bundle_path.name, "another") for line in _asked(bundle_path, 300, "age=+20", seed=2)]
    aws.logs[PREDICTS] = [*_asked(bundle_path, 30, batch=10), *others]
    report = monitor()
    assert (report["instances"], report["drifted"]) == (300, "")


def test_what_cannot_be_told_is_measured_all_the_same_and_told_later(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 400, "age=+20")
    aws.has_topic = False
    with pytest.raises(AwsError, match=r"sns answered 400 to the monitor: .*there is no such topic"):
        monitor()
    assert _metrics(aws)["FeatureDrift"] > 1
    aws.has_topic = True
    monitor()
    assert len(aws.published) == 1


def test_a_log_that_cannot_be_asked_is_one_sentence(bundle_path: Path) -> None:
    def refuse(*_: object) -> Mapping[str, Any]:
        raise LookupError("no such log group")

    with served(AwsApi(refuse, lambda _: "").application()) as address:
        monitor = _monitor(bundle_path, address + PREFIX)
        with pytest.raises(AwsError, match=r"^logs answered 400 to the monitor: .*no such log group"):
            monitor.run(time.time(), FakeContext())  # type: ignore[arg-type] # stands for Lambda's


def _truths(bundle: Path, entries: list[dict[str, Json]]) -> list[str]:
    """Return the lines of a function that was given feedback."""
    asker = Asker(bundle, FEEDBACK="true")
    lines: list[str] = []
    for at in range(0, len(entries), 50):
        body = json.dumps({"feedback": entries[at : at + 50]})
        request = Request(method="POST", path="/feedback", headers={}, body=body, request_id=f"f-{at}")
        response, written = asker.service.handle(request)
        assert response.status == 202, response.body
        lines += written.splitlines()
    return lines


def _predicted(lines: list[str]) -> dict[str, str]:
    """Return the predicted class by request."""
    records = [json.loads(line) for line in lines if "_aws" in line]
    return {record["function_request_id"]: next(iter(record["labels"])) for record in records}


def _with_feedback(bundle: Path, number: int, *, right: float) -> tuple[list[str], list[dict[str, Json]]]:
    lines = _asked(bundle, number, FEEDBACK="true")
    other = {"rest": "carry on", "carry on": "rest"}
    told: list[dict[str, Json]] = [
        {"request_id": request_id, "label": label if at < right * number else other[label]}
        for at, (request_id, label) in enumerate(_predicted(lines).items())
    ]
    return lines, told


def test_feedback_is_joined_with_its_predictions_whatever_else_comes(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 100, right=0.9)
    repeated = [{**each, "label": "rest"} for each in told[:5]]
    strangers: list[dict[str, Json]] = [{"request_id": f"never-{at}", "label": "rest"} for at in range(7)]
    other: list[dict[str, Json]] = [{"request_id": str(told[0]["request_id"]), "instance": 9, "label": "rest"}]
    # The newest holds: what was told first is repeated.
    aws.logs[PREDICTS] = [
        *lines,
        *_truths(bundle_path, repeated),
        *_truths(bundle_path, [*told[:80], *strangers, *other]),
    ]

    report = monitor_with_feedback()

    counted = {name: report[name] for name in report if name.startswith("feedback") or name == "predictions"}
    assert counted == {
        "feedback_received": 93,
        "feedback_repeated": 5,
        "feedback_unmatched": 7,
        "feedback_not_observed": 1,
        "feedback_left_out": 0,
        "predictions": 80,
    }
    record = next(each for each in _records(aws) if each["message"] == "quality report")
    assert record["Accuracy"] == 1.0, "the first 80 of 100 were right"
    assert 0 <= record["CalibrationError"] <= 1
    assert aws.published == []


@pytest.mark.parametrize(("days", "matched"), [(8, 40), (29, 40), (31, 0)])
def test_feedback_may_come_as_late_as_the_log_reaches(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path, days: int, matched: int
) -> None:
    lines, told = _with_feedback(bundle_path, 40, right=1)
    then = time.time() - days * 86_400
    aws.logs[PREDICTS] = [*(redated(line, then) for line in lines), *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert (report["feedback_received"], report["predictions"]) == (40, matched)
    assert report["feedback_unmatched"] == 40 - matched


def test_predictions_that_were_wrong_are_told(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 200, right=0.5)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    monitor_with_feedback()
    record = next(each for each in _records(aws) if each["message"] == "quality report")
    assert record["Accuracy"] == 0.5
    assert record["QualityLoss"] > 1
    assert record["reference"] == {"Accuracy": 0.95, "BrierScore": 0.1}
    assert aws.told == [f"Predictions of small {bundle_path.name} are worse than at export"]
    assert "Accuracy: 0.5, 0.95 at export" in aws.published[0]["Message"]
    monitor_with_feedback()
    assert len(aws.published) == 1, "people know it already"

    lines, told = _with_feedback(bundle_path, 200, right=1)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    monitor_with_feedback()
    assert aws.told[1:] == [f"Predictions of small {bundle_path.name} are as good as at export again"]


def test_junk_leaves_the_newest_feedback_in_and_is_counted(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 40, right=1)
    junk: list[dict[str, Json]] = [{"request_id": f"junk-{at % 2100}", "label": "rest"} for at in range(4200)]
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, junk), *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert (report["feedback_received"], report["predictions"]) == (4240, 40)
    assert report["feedback_repeated"] == report["feedback_unmatched"] == MAX_TRUTHS - 40
    assert report["feedback_left_out"] == 4240 - 2 * (MAX_TRUTHS - 40) - 40


def test_little_feedback_says_nothing(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 29, right=1)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert report["reason"] == "fewer than 30 predictions with feedback: too few to say how good they were"
    assert "Accuracy" not in json.dumps(_records(aws)[0]["_aws"])


def test_instances_of_a_batch_are_told_apart(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 1, batch=40, FEEDBACK="true")
    told: list[dict[str, Json]] = [{"request_id": "r-1-0", "instance": at, "label": "rest"} for at in range(40)]
    aws.logs[PREDICTS] += _truths(bundle_path, told)
    assert monitor_with_feedback()["predictions"] == 40


def test_of_a_large_batch_what_is_not_observed_is_said_to_be(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = _asked(bundle_path, 1, batch=150, FEEDBACK="true")
    told: list[dict[str, Json]] = [{"request_id": "r-1-0", "instance": at, "label": "rest"} for at in range(150)]
    aws.logs[PREDICTS] += _truths(bundle_path, told)
    report = monitor_with_feedback()
    assert (report["predictions"], report["feedback_not_observed"], report["feedback_unmatched"]) == (100, 50, 0)


def test_a_stack_tells_of_drift_by_its_own_clock(
    bundle_path: Path, start_stack: Callable[..., AbstractContextManager[Running]]
) -> None:
    settings = ["--set", "modelMonitor=true", "--set", "monitorWindowHours=4"]
    with start_stack(*settings, "--clock-speed", "1200", "--no-throttle") as running:
        contract = load_bundle(str(bundle_path), 1).contract
        generator = random.Random(1)  # noqa: S311 - no secret
        sampler = Sampler(contract, bundle_path, generator, [drift_of("age=+20", contract)])
        told: list[dict[str, Any]] = []
        deadline = time.monotonic() + _WAIT_S
        while not told and time.monotonic() < deadline:
            body = {"instances": [sampler.instance() for _ in range(20)]}
            assert httpx.post(f"{running.url}/predict", json=body).status_code == 200
            told = httpx.get(f"{running.monitoring}/notifications").json()["Notifications"]
            told = [each for each in told if each["Subject"].startswith("Drift of small")]
        assert told, (running.state / "monitor.jsonl").read_text()
        assert told[0]["Subject"].endswith(": age")
        assert "age: above" in told[0]["Slack"]["text"]
        alarms = {each["AlarmName"]: each["StateValue"] for each in _alarms_after_drift(running, deadline)}
    assert alarms["inference-dev-alarm-feature-drift"] == "ALARM"
    assert alarms["inference-dev-alarm-monitor-errors"] == "OK"


def _alarms_after_drift(running: Running, deadline: float) -> list[dict[str, Any]]:
    while True:
        alarms: list[dict[str, Any]] = httpx.get(f"{running.monitoring}/alarms").json()["MetricAlarms"]
        states = {each["AlarmName"]: each["StateValue"] for each in alarms}
        if states["inference-dev-alarm-feature-drift"] == "ALARM" or time.monotonic() > deadline:
            return alarms
