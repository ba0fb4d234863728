"""The notifier against moto: what it reads of composite alarms, what it publishes, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from moto import mock_aws

from inference_lib.monitor.alarms.handler import Notifier, described, handler
from inference_lib.monitor.aws_client import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFIX = "inference-dev-alarm-"
_RULE = f'ALARM("{_PREFIX}latency") OR ALARM("{_PREFIX}error-rate")'
_KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
_VARIABLES = {
    "STACK_NAME": "dev",
    "DASHBOARD_URL": "https://example.com/#dashboard",
    "ALARM_TOPICS": '{"page": "arn:page", "info": "arn:info"}',
    "ALARM_SEVERITIES": '{"page": "page", "memory": "info"}',
    "ALARM_PREFIX": _PREFIX,
    "DEPLOYED_AT": "2026-11-29T18:20:00.000+0000",
    "DEPLOYED_VERSION": "7",
}


class _Aws:
    """Answers DescribeAlarms with the XML that is given, and keeps what is published."""

    def __init__(self, alarms: str | None = None) -> None:
        self.alarms = alarms
        self.asked: list[Mapping[str, str]] = []
        self.published: list[Mapping[str, str]] = []

    def query_call(self, service: str, members: Mapping[str, str]) -> str:
        if service == "sns":
            self.published.append(members)
            return ""
        self.asked.append(members)
        if self.alarms is None:
            raise AwsError("monitoring answered 403")
        return self.alarms


def event(name: str, configuration: dict[str, str], reason: str = "why", value: str = "ALARM") -> dict[str, Any]:
    return {
        "alarmArn": f"arn:{name}",
        "time": "2026-11-29T18:35:00.000+0000",
        "alarmData": {
            "alarmName": _PREFIX + name,
            "state": {"value": value, "reason": reason, "timestamp": "2026-11-29T18:35:00.000+0000"},
            "previousState": {"value": "OK", "reason": "", "timestamp": "2026-11-29T12:00:00.000+0000"},
            "configuration": configuration,
        },
    }


def channel(members: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.loads(members["Message"])["https"])
    return found


@pytest.fixture
def alarms() -> Iterator[str]:
    """What CloudWatch answers to DescribeAlarms, with three alarms in ALARM."""
    with mock_aws():
        client = boto3.client("cloudwatch", "eu-central-1", **_KEYS)
        for name in ("latency", "error-rate", "memory"):
            client.put_metric_alarm(
                AlarmName=_PREFIX + name,
                AlarmDescription=f"what & why of {name}. Runbook: https://example.com/r.md#{name}",
                MetricName="m",
                Namespace="n",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
            client.set_alarm_state(AlarmName=_PREFIX + name, StateValue="ALARM", StateReason=f"reason of {name}")
        # boto3 speaks another protocol; the notifier takes the one with forms and XML.
        form = {"Action": "DescribeAlarms", "Version": "2010-08-01", "AlarmNamePrefix": _PREFIX, "StateValue": "ALARM"}
        signed = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20261129/eu-central-1/monitoring/aws4_request"}
        answer = requests.post("https://monitoring.eu-central-1.amazonaws.com/", form, headers=signed, timeout=5)
        yield answer.text


def test_a_metric_alarm_is_published_to_the_topic_of_its_severity_without_reading_anything() -> None:
    aws = _Aws()
    sent = Notifier(_VARIABLES, aws).notify(event("memory", {"description": "full. Runbook: https://r#memory"}))

    (members,) = aws.published
    assert (members["TopicArn"], aws.asked) == ("arn:info", [])
    assert channel(members)["content"]["title"] == "🔴 dev: memory (info: look today)"
    assert "Likely cause: version 7" in json.loads(members["Message"])["default"]
    assert members["Subject"] == "dev: memory (info: look today)", "SNS takes ASCII alone"
    assert json.loads(sent["channel"]) == channel(members), "the log keeps what was sent"


def test_a_composite_alarm_is_explained_by_the_alarms_that_its_rule_names(alarms: str) -> None:
    aws = _Aws(alarms)
    Notifier(_VARIABLES, aws).notify(event("page", {"alarmRule": _RULE}))

    content = channel(aws.published[0])["content"]
    assert content["keywords"] == ["dev", "page", "latency", "error-rate"], "memory is not in the rule"
    assert "• latency: what & why of latency.\n• How bad: reason of latency" in content["description"]
    assert (aws.asked[0]["AlarmNamePrefix"], aws.asked[0]["StateValue"]) == (_PREFIX, "ALARM")


def test_a_composite_alarm_is_sent_when_cloudwatch_refuses_to_explain_it(capsys: pytest.CaptureFixture[str]) -> None:
    aws = _Aws()
    Notifier(_VARIABLES, aws).notify(event("page", {"alarmRule": _RULE}, "latency transitioned to ALARM"))

    assert "latency transitioned to ALARM" in channel(aws.published[0])["content"]["description"]
    assert json.loads(capsys.readouterr().out)["message"] == "monitoring answered 403"


def test_the_end_of_a_composite_alarm_needs_no_explanation() -> None:
    aws = _Aws()
    Notifier(_VARIABLES, aws).notify(event("page", {"alarmRule": _RULE}, value="OK"))

    assert (channel(aws.published[0])["content"]["title"], aws.asked) == ("✅ dev: page is OK again", [])


def test_an_answer_without_alarms_is_empty() -> None:
    assert described("<DescribeAlarmsResponse/>", _PREFIX) == []


def test_a_function_without_credentials_says_which_variable_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    with pytest.raises(AwsError, match="AWS_REGION is not set"):
        handler({}, None)  # type: ignore[arg-type]
