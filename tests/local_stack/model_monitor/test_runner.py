"""The model monitor with logs of the function: what it finds, what it writes, and which notices it sends."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from inference_lib.bundle.loading import load_bundle
from inference_lib.monitor.aws_client import AwsError
from inference_lib.testing import FakeContext
from local_stack.model_monitor.aws_api import AWS_PREFIX, AwsApi
from local_stack.traffic.instances import Sampler, drift_of
from tests.local_stack.monitored import MONITOR, PREDICTS, TOPIC, Aws, logged, monitor_of, records
from tests.local_stack.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from inference_lib.contract.document import Json
    from tests.local_stack.conftest import Running

_WAIT_S = 60


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def monitor(aws: Aws, bundle_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], dict[str, Json]]]:
    """Run the monitor over the logs so far; what it writes goes into its own log."""
    with served(AwsApi(aws.query, aws.publish).application()) as address:
        built = monitor_of(bundle_path, address + AWS_PREFIX)

        def run() -> dict[str, Json]:
            try:
                written = built.run(time.time() + 1, FakeContext())  # type: ignore[arg-type] # stands for Lambda's
                report = written["drift report"]
                assert isinstance(report, dict)
                return report
            finally:
                aws.logs[MONITOR] += capsys.readouterr().out.splitlines()

        yield run


def _metrics(aws: Aws) -> dict[str, float]:
    record = next(each for each in records(aws) if each["message"] == "drift report")
    return {name: record[name] for name in ("FeatureDrift", "PredictionDrift") if name in record}


def test_requests_like_those_of_the_reference_are_no_drift(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 400)
    report = monitor()
    assert (report["instances"], report["drifted"], aws.published) == (400, "", [])
    assert set(_metrics(aws)) == {"FeatureDrift", "PredictionDrift"}
    assert max(_metrics(aws).values()) < 1
    features = report["features"]
    assert isinstance(features, dict)
    assert set(features) == {"psi", "js_distance", "critical_psi", "critical_js_distance"}
    assert isinstance(features["psi"], dict)
    assert set(features["psi"]) == {"age", "cups of coffee", "chronotype"}


def test_a_shifted_feature_is_measured_and_one_notice_names_it(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 400, "age=+20")
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

    aws.logs[PREDICTS] = logged(bundle_path, 400)
    monitor()
    assert aws.told[1:] == [f"Drift of small {bundle_path.name} is over"]


def test_few_requests_say_nothing_and_forget_nothing(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 400, "age=+20")
    monitor()
    aws.logs[PREDICTS] = logged(bundle_path, 99)
    report = monitor()
    assert report["reason"] == "fewer than 100 instances: too few to distinguish drift from chance"
    assert _metrics(aws) == {}
    aws.logs[PREDICTS] = logged(bundle_path, 400, "age=+20")
    monitor()
    assert len(aws.published) == 1


def test_instances_of_batches_count_each_and_other_versions_do_not(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    others = [line.replace(bundle_path.name, "another") for line in logged(bundle_path, 300, "age=+20", seed=2)]
    aws.logs[PREDICTS] = [*logged(bundle_path, 30, batch=10), *others]
    report = monitor()
    assert (report["instances"], report["drifted"]) == (300, "")


def test_a_notice_that_cannot_be_sent_does_not_stop_the_metrics_and_is_sent_later(
    aws: Aws, monitor: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 400, "age=+20")
    aws.has_topic = False
    with pytest.raises(AwsError, match=r"sns answered 400 to the monitor: .*there is no such topic"):
        monitor()
    assert _metrics(aws)["FeatureDrift"] > 1
    aws.has_topic = True
    monitor()
    assert len(aws.published) == 1


def test_the_error_of_a_log_that_cannot_be_queried_is_one_sentence(bundle_path: Path) -> None:
    def refuse(*_: object) -> Mapping[str, Any]:
        raise LookupError("no such log group")

    with served(AwsApi(refuse, lambda _: "").application()) as address:
        monitor = monitor_of(bundle_path, address + AWS_PREFIX)
        with pytest.raises(AwsError, match=r"^logs answered 400 to the monitor: .*no such log group"):
            monitor.run(time.time(), FakeContext())  # type: ignore[arg-type] # stands for Lambda's


def test_a_stack_reports_drift_by_its_own_clock(
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
            told = [each for each in told if each["Subject"].startswith("dev: Drift of small")]
        assert told, (running.state / "monitor.jsonl").read_text()
        assert told[0]["Subject"].endswith(": age")
        assert "age: above" in json.loads(told[0]["HttpsMessage"])["content"]["description"]
        alarms = {each["AlarmName"]: each["StateValue"] for each in _alarms_after_drift(running, deadline)}
    assert alarms["inference-dev-alarm-feature-drift"] == "ALARM"
    assert alarms["inference-dev-alarm-monitor-errors"] == "OK"


def _alarms_after_drift(running: Running, deadline: float) -> list[dict[str, Any]]:
    while True:
        alarms: list[dict[str, Any]] = httpx.get(f"{running.monitoring}/alarms").json()["MetricAlarms"]
        states = {each["AlarmName"]: each["StateValue"] for each in alarms}
        if states["inference-dev-alarm-feature-drift"] == "ALARM" or time.monotonic() > deadline:
            return alarms
