from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.dashboard.alarms import ago, slack_message
from console.monitoring.answers import alarms_of, changes_of, series_of, short_names, time_of
from console.monitoring.interface import MonitoringError, Notification

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_COMPOSITE = {
    "AlarmName": "a-page", "AlarmArn": "arn", "AlarmRule": 'ALARM("a-errors")', "StateValue": "OK",
    "StateUpdatedTimestamp": "2026-11-21T12:00:00Z",
}  # fmt: skip
_METRIC = {
    "AlarmName": "a-errors", "AlarmArn": "arn", "StateValue": "ALARM", "StateReason": "high",
    "StateUpdatedTimestamp": _NOON, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3,
    "Threshold": 0.5,
}  # fmt: skip


def _condition(**members: Any) -> str:  # noqa: ANN401 - members of an alarm
    (alarm,) = alarms_of({"MetricAlarms": [{**_METRIC, **members}]})
    return alarm.condition


def test_composites_come_first_and_missing_words_are_empty() -> None:
    composite, metric = alarms_of({"MetricAlarms": [_METRIC], "CompositeAlarms": [_COMPOSITE]})
    assert (composite.name, composite.is_composite, composite.description, composite.reason) == ("a-page", True, "", "")
    assert (metric.state, metric.since) == ("ALARM", _NOON)


def test_conditions_are_in_words() -> None:
    band = [{"Id": "m1", "MetricStat": {"Period": 300}}, {"Id": "ad1", "Expression": "BAND", "Label": "normal"}]
    rate = [{"Id": "m1", "ReturnData": False}, {"Id": "e1", "Expression": "m1 / m2", "Period": 90}]
    assert _condition(MetricName="M", ExtendedStatistic="p99", Period=3600, DatapointsToAlarm=2) == (
        "p99 of M above 0.5 in 2 of 3 periods of 1 h"
    )
    assert _condition(Metrics=rate) == "m1 / m2 above 0.5 in 3 of 3 periods of 90 s"
    assert _condition(Metrics=band, ComparisonOperator="LessThanLowerThreshold").startswith(
        "normal below the band of expected values"
    )


def test_a_state_that_cloudwatch_does_not_know_is_refused() -> None:
    with pytest.raises(MonitoringError) as caught:
        alarms_of({"MetricAlarms": [{**_METRIC, "StateValue": "MAYBE"}]})
    assert str(caught.value) == "An alarm has the state MAYBE; expected one of ALARM, INSUFFICIENT_DATA, OK."


def test_datapoints_ascend_in_time_however_they_come() -> None:
    later = "2026-11-21T12:05:00Z"
    (series,) = series_of([{"Id": "m1", "Timestamps": [later, _NOON], "Values": [2, 1]}])
    assert (series.label, series.times, series.values) == ("m1", (_NOON, time_of(later)), (1.0, 2.0))


def test_only_changes_of_state_are_history() -> None:
    item = {"AlarmName": "a", "Timestamp": _NOON, "HistorySummary": "Alarm updated from OK to ALARM"}
    items = [{**item, "HistoryItemType": kind} for kind in ("StateUpdate", "Action")]
    assert [change.alarm for change in changes_of(items)] == ["a"]


def test_short_names_lack_their_common_prefix() -> None:
    assert short_names(["x-dev-alarm-errors", "x-dev-alarm-error-rate"]) == {
        "x-dev-alarm-errors": "errors",
        "x-dev-alarm-error-rate": "error-rate",
    }
    assert short_names(["x-dev-alarm-errors"]) == {"x-dev-alarm-errors": "x-dev-alarm-errors"}
    assert short_names([]) == {}


@pytest.mark.parametrize(
    "first",
    [
        {"StateUpdatedTimestamp": "1970-01-01T00:00:00Z"},
        {"StateReason": "Unchecked: Initial alarm creation"},
    ],
)
def test_an_alarm_that_never_had_data_has_no_time_of_its_state(first: dict[str, str]) -> None:
    (alarm,) = alarms_of({"MetricAlarms": [{**_METRIC, "StateValue": "INSUFFICIENT_DATA", **first}]})
    assert alarm.since is None
    assert ago(alarm.since, _NOON) == "no data yet"


def test_how_long_ago_is_in_words() -> None:
    past = [timedelta(seconds=59), timedelta(minutes=5), timedelta(hours=2, minutes=59), timedelta(days=3)]
    words = ["just now", "5 min ago", "2 h ago", "3 d ago"]
    assert [ago(_NOON - each, _NOON) for each in past] == words


def test_nothing_in_a_message_is_taken_for_markup() -> None:
    evil = "<script>alert(1)</script>"
    told = Notification(time=_NOON, topic="t", receivers=(), title=evil, text=evil, color=evil, fields=((evil, evil),))
    assert "<script" not in slack_message(told)
    assert slack_message(told).count("&lt;script&gt;") == 4


def test_links_of_slack_are_links_and_nothing_else_becomes_one() -> None:
    text = (
        '<https://a.example/#b?start=1&end=2|The *runbook*>\n<javascript:alert(1)|x> <https://e.example/" onload="|y>'
    )
    told = Notification(
        time=_NOON, topic="t", receivers=(), title="t", text=text, color="good", fields=(("Next", text),)
    )
    shown = slack_message(told)
    link = '<a href="https://a.example/#b?start=1&amp;end=2" target="_blank" rel="noopener" '
    link += 'style="color:#3f7ae0">The *runbook*</a>'
    assert (shown.count(link), shown.count("<a ")) == (2, 2)
    assert 'onload="' not in shown
