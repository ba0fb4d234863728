"""What the console looks at in its tests: a local stack in a process of its own, and a deployed one in moto."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from local_stack.declared.evaluation import declare
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_stack.declared.evaluation import Declared

MEASURED_AT = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
LOG_GROUP = "/aws/lambda/inference-dev-predict"
_REGION = "eu-central-1"
_TOPIC = "arn:aws:sns:eu-central-1:123456789012:inference-dev-alarms-page"
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def api_url(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the API of a running stack."""
    state = tmp_path_factory.mktemp("state")
    command = [sys.executable, "-m", "local_stack", "--bundle", bundle_path, "--port", "0", "--state", state]
    process = subprocess.Popen(
        [*map(str, command), "--set", "monitoring=full"],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if line.strip().startswith("API "):
            address = line.split()[1]
        if line.strip().startswith("curl "):
            break
    else:
        pytest.fail("the local stack did not start")
    # What it prints from now on is read, or it would wait for a reader.
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield address
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    reader.join()
    process.stdout.close()


@pytest.fixture(scope="session")
def declared(bundle_path: Path) -> Declared:
    return declare("dev", FULL, bundle=bundle_path)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The region of an empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield _REGION


@pytest.fixture
def deployed(aws: str, declared: Declared) -> str:
    """The region of an account with the dashboard, an alarm, a datapoint and a log record of a stack."""
    cloudwatch, logs = boto3.client("cloudwatch", aws), boto3.client("logs", aws)
    dashboard = declared.one("cloudwatch/dashboard:Dashboard").inputs
    cloudwatch.put_dashboard(DashboardName=dashboard["dashboardName"], DashboardBody=dashboard["dashboardBody"])
    for name in ("inference-dev-alarm-errors", "inference-prod-alarm-errors"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, AlarmDescription="errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum",
            Period=300, EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold",
            OKActions=[_TOPIC], AlarmActions=[_TOPIC],
        )  # fmt: skip
    cloudwatch.put_metric_data(
        Namespace="MLInference/dev",
        MetricData=[
            {"MetricName": "Predictions", "Value": value, "Timestamp": MEASURED_AT,
             "Dimensions": [{"Name": "Model", "Value": "small"}]}
            for value in (2.0, 3.0)
        ],
    )  # fmt: skip
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="s")
    record = {"timestamp": int(MEASURED_AT.timestamp() * 1000), "message": "broken"}
    logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="s", logEvents=[record])
    return aws
