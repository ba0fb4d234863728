"""CloudWatch as the console reads it, against moto; what moto lacks, against botocore's own check of shapes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from console.dashboard.gather import Span, panels_of
from console.dashboard.layout import widgets_of
from console.monitoring import aws as aws_monitoring
from console.monitoring.aws import AwsMonitoring, split_source
from console.monitoring.aws_errors import explained
from console.monitoring.interface import ALARM, MonitoringError
from inference_lib.monitor.alarms.handler import Notifier
from tests.console.conftest import LOG_GROUP as _GROUP
from tests.console.conftest import MEASURED_AT as _MINUTE

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

_REGION = "eu-central-1"
_LOG_IN = "Log in, for example with: aws sso login, or enter another profile under Connection."

# boto3's own code warns of what Python is about to change.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def monitoring(deployed: str) -> AwsMonitoring:
    return AwsMonitoring("dev", deployed)


_NOTIFIER = {
    "STACK_NAME": "dev",
    "DASHBOARD_URL": "https://example.com/#dashboard",
    "ALARM_TOPICS": '{"info": "arn:aws:sns:eu-central-1:1:inference-dev-info"}',
    "ALARM_SEVERITIES": '{"memory": "info"}',
    "ALARM_PREFIX": "inference-dev-alarm-",
}
_STATE = {"value": "ALARM", "reason": "full", "timestamp": "2026-11-29T18:35:00.000+0000"}
_EVENT = {"alarmData": {"alarmName": "inference-dev-alarm-memory", "state": _STATE}}


class _Client:
    """Takes what the notifier publishes."""

    def query_call(self, _service: str, _members: object) -> str:
        return ""


def _span() -> Span:
    return Span(start=_MINUTE - timedelta(hours=1), end=_MINUTE + timedelta(hours=1), period_s=None)


def test_the_names_that_it_reads_are_those_that_the_program_declares(declared: Declared) -> None:
    dashboard = declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardName"]
    assert aws_monitoring.DASHBOARD.format(stack="dev") == dashboard
    alarms = [each.inputs["name"] for each in declared.all("cloudwatch/metricAlarm:MetricAlarm")]
    composites = [each.inputs["alarmName"] for each in declared.all("cloudwatch/compositeAlarm:CompositeAlarm")]
    assert alarms
    assert composites
    assert all(name.startswith(aws_monitoring.ALARMS.format(stack="dev")) for name in alarms + composites)


def test_the_dashboard_is_read_and_its_panels_have_what_was_measured(monitoring: AwsMonitoring) -> None:
    widgets = [each for each in widgets_of(monitoring.dashboard()) if each.properties.get("title") == "Traffic"]
    (panel,) = panels_of(monitoring, widgets, _span()).values()
    assert panel.error == ""
    values = {series.name: series.values for series in panel.series}
    assert values["Predictions"] == (5.0,), "the sum of five minutes"
    assert panel.is_measured


def test_the_alarms_are_those_of_the_stack_alone(monitoring: AwsMonitoring) -> None:
    described = [(alarm.name, alarm.is_composite, alarm.condition) for alarm in monitoring.alarms()]
    assert described == [
        ("inference-dev-alarm-errors", False, "Sum of Errors above 5 in 1 of 1 periods of 5 min"),
    ]


def test_a_state_that_is_set_is_the_state(monitoring: AwsMonitoring) -> None:
    monitoring.set_alarm_state("inference-dev-alarm-errors", ALARM, "A trial")
    (alarm,) = monitoring.alarms()
    assert (alarm.state, alarm.reason) == (ALARM, "A trial")


def test_a_log_query_reads_the_groups_that_it_names_once_in_five_minutes(monitoring: AwsMonitoring) -> None:
    query = f"SOURCE '{_GROUP}' | fields @timestamp, @message"
    span = _span()
    (row,) = monitoring.query_log(query, span.start, span.end).rows
    assert row["@message"] == "broken"
    assert "@ptr" not in row
    boto3.client("logs", _REGION).delete_log_group(logGroupName=_GROUP)
    assert monitoring.query_log(query, span.start, span.end).rows == (row,), "it is billed by the byte"
    with pytest.raises(
        MonitoringError, match=rf"^There is no log group {_GROUP} in eu-central-1\. Is it the right stack"
    ):
        monitoring.query_log(query + " | limit 1", span.start, span.end)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SOURCE '/a' | fields x", (["/a"], "fields x")),
        ("SOURCE \"/a\" | SOURCE '/b' | stats count(*)\n| limit 1", (["/a", "/b"], "stats count(*)\n| limit 1")),
    ],
)
def test_the_sources_of_a_query_are_its_log_groups(query: str, expected: tuple[list[str], str]) -> None:
    assert split_source(query) == expected


def test_a_query_without_a_source_is_refused() -> None:
    with pytest.raises(MonitoringError, match=r"names no log group; expected SOURCE"):
        split_source("fields x")


def _history(name: str, old: str, new: str) -> dict[str, Any]:
    data = {"newState": {"stateValue": new, "stateReason": "Threshold Crossed"}}
    return {
        "AlarmName": name,
        "AlarmType": "MetricAlarm",
        "Timestamp": _MINUTE,
        "HistoryItemType": "StateUpdate",
        "HistorySummary": f"Alarm updated from {old} to {new}",
        "HistoryData": json.dumps(data),
    }


def test_messages_of_changes_of_alarms_are_as_slack_shows_them(
    monitoring: AwsMonitoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("cloudwatch", _REGION)
    described = client.describe_alarms(AlarmTypes=["MetricAlarm"], AlarmNamePrefix="inference-dev")
    described.pop("ResponseMetadata")
    items = [_history("inference-dev-alarm-errors", "OK", "ALARM"), _history("other", "OK", "ALARM"),
             _history("inference-dev-alarm-errors", "ALARM", "INSUFFICIENT_DATA")]  # fmt: skip
    with Stubber(client) as stub:
        monkeypatch.setattr(monitoring, "_cloudwatch", client)
        stub.add_response("describe_alarms", {"MetricAlarms": described["MetricAlarms"], "CompositeAlarms": []})
        stub.add_response("describe_alarm_history", {"AlarmHistoryItems": items})
        (told,) = monitoring.notifications()
        stub.add_response("describe_alarm_history", {"AlarmHistoryItems": items})
        assert [change.alarm for change in monitoring.history()] == ["inference-dev-alarm-errors"] * 2
    assert (told.topic, told.color, told.text) == ("inference-dev-alarms-page", "danger", "errors")
    assert told.title == "🔴 ALARM | inference-dev-alarm-errors | eu-central-1 | Account: 123456789012"
    assert told.fields == (("State", "OK → ALARM"), ("Reason", "Threshold Crossed"), ("Region", "eu-central-1"))


def test_with_a_notifier_the_messages_are_those_that_it_logged(monitoring: AwsMonitoring) -> None:
    notifier = "arn:aws:lambda:eu-central-1:123456789012:function:inference-dev-notifier"
    boto3.client("cloudwatch", _REGION).put_metric_alarm(
        AlarmName="inference-dev-alarm-page", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=300,
        EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold", AlarmActions=[notifier],
    )  # fmt: skip
    lines = [json.dumps(Notifier(_NOTIFIER, _Client()).notify(_EVENT)), "START RequestId", '{"message": "other"}']
    logs, group = boto3.client("logs", _REGION), aws_monitoring.NOTIFIER_LOG.format(stack="dev")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    moment = int(_MINUTE.timestamp() * 1000)
    logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": moment, "message": line} for line in lines]
    )
    (told,) = monitoring.notifications()
    assert (told.title, told.color, told.topic) == ("🔴 dev: memory (info: look today)", "danger", "inference-dev-info")
    assert told.time == datetime(2026, 11, 29, 18, 35, tzinfo=UTC)


def test_the_published_versions_say_where_requests_go(monitoring: AwsMonitoring, declared: Declared) -> None:
    function = declared.one("lambda/function:Function", "function-function").inputs
    assert aws_monitoring.FUNCTION.format(stack="dev") == function["name"]
    assert declared.one("lambda/alias:Alias").inputs["name"] == aws_monitoring.ALIAS
    client = boto3.client("lambda", _REGION)
    role = boto3.client("iam", _REGION).create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client.create_function(
        FunctionName=function["name"], Role=role, PackageType="Image", Code={"ImageUri": "a/b@sha256:" + "0" * 64},
        Description=function["description"], Publish=True,
    )  # fmt: skip
    client.update_function_configuration(FunctionName=function["name"], Description="Predictions of the model small 2")
    client.publish_version(FunctionName=function["name"])
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    client.create_alias(FunctionName=function["name"], Name="live", FunctionVersion="1", RoutingConfig=weights)

    newest, first = monitoring.published()
    assert (newest.number, newest.share, first.number, first.share) == ("2", 0.25, "1", 0.75)
    assert (first.model_version, newest.model_version) == (function["description"].split()[-1], "2")
    assert first.time <= newest.time <= datetime.now(UTC)


def test_a_stack_without_a_function_is_one_sentence(monitoring: AwsMonitoring) -> None:
    with pytest.raises(MonitoringError, match=r"^There is no function inference-dev-predict in eu-central-1\. Is it"):
        monitoring.published()


def test_the_error_of_a_stack_that_is_not_deployed_is_one_sentence(aws: str) -> None:
    with pytest.raises(MonitoringError) as caught:
        AwsMonitoring("staging", aws).dashboard()
    assert str(caught.value) == (
        "There is no dashboard inference-staging-model in eu-central-1. Is it the right stack, and deployed? "
        "pulumi stack ls lists the stacks."
    )


def test_the_error_of_missing_credentials_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(MonitoringError) as caught:
        AwsMonitoring("dev", _REGION).dashboard()
    assert str(caught.value) == f"No AWS credentials were found. {_LOG_IN}"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredToken", f"The AWS credentials have expired. {_LOG_IN}"),
        ("InvalidClientTokenId", f"AWS does not know these credentials. {_LOG_IN}"),
        ("AccessDenied", "These AWS credentials may not call GetDashboard. docs/console.md lists the permissions."),
        ("Throttling", "AWS refuses GetDashboard: Rate exceeded"),
    ],
    ids=["expired", "unknown", "refused", "other"],
)
def test_each_refusal_of_aws_says_the_way_out(
    monitoring: AwsMonitoring, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    client = boto3.client("cloudwatch", _REGION)
    with Stubber(client) as stub:
        monkeypatch.setattr(monitoring, "_cloudwatch", client)
        stub.add_client_error("get_dashboard", code, "Rate exceeded")
        with pytest.raises(MonitoringError) as caught:
            monitoring.dashboard()
    assert str(caught.value) == message


def test_a_region_that_does_not_answer_is_reported() -> None:
    with pytest.raises(MonitoringError) as caught, explained("eu-nowhere-1"):
        raise EndpointConnectionError(endpoint_url="https://monitoring.eu-nowhere-1.amazonaws.com")
    assert str(caught.value) == "AWS does not answer in eu-nowhere-1. Check the region and the network."


def test_pages_of_a_line_are_one_line(monitoring: AwsMonitoring, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("cloudwatch", _REGION)
    times = [_MINUTE, _MINUTE + timedelta(minutes=1)]
    with Stubber(client) as stub:
        monkeypatch.setattr(monitoring, "_cloudwatch", client)
        for page, time in enumerate(times):
            result = {"Id": "m1", "Label": "a", "Timestamps": [time], "Values": [float(page)]}
            answer: dict[str, Any] = {"MetricDataResults": [result]}
            stub.add_response("get_metric_data", answer | ({"NextToken": "next"} if page == 0 else {}))
        query = {"Id": "m1", "Expression": "1", "Period": 60}
        (series,) = monitoring.metric_data([query], times[0], times[1])
    assert (series.times, series.values) == (tuple(times), (0.0, 1.0))
