"""Alarms as declared: read in full, refused where not supported, and compared on the right side of their threshold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.errors import ExpressionError
from local_stack.monitoring.alarms.declared_alarms import MetricAlarm, declared_alarms
from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, OK
from local_stack.monitoring.alarms.watch import AlarmWatch, Change
from local_stack.monitoring.metrics.queries import MetricQuery
from local_stack.monitoring.metrics.store import MetricStore, SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

_SERIES = SeriesName.of("Shop", "Errors", {"Stage": "dev"})
_NOON = 1_800_000_000 // 86_400 * 86_400 + 12 * 3_600
_PLAIN: dict[str, Any] = {
    "name": "errors",
    "arn": "arn:errors",
    "comparisonOperator": "GreaterThanThreshold",
    "threshold": 5,
    "evaluationPeriods": 3,
    "namespace": "Shop",
    "metricName": "Errors",
    "dimensions": {"Stage": "dev"},
    "statistic": "Sum",
    "period": 60,
}
_METRIC = {"namespace": "Shop", "metricName": "Errors", "dimensions": {"Stage": "dev"}, "stat": "Sum", "period": 300}
_SUM = MetricQuery(id="m1", label="m1", series=_SERIES, statistic="Sum", period_s=60)


def _alarm(**changed: Any) -> MetricAlarm:  # noqa: ANN401 - outputs of a resource
    outputs = {name: value for name, value in {**_PLAIN, **changed}.items() if value is not None}
    declared: Any = SimpleNamespace(
        all=lambda kind: [SimpleNamespace(outputs=outputs)] if kind == "cloudwatch/metricAlarm:MetricAlarm" else []
    )
    (alarm,), composites = declared_alarms(declared)
    assert composites == ()
    return alarm


def test_an_alarm_on_a_metric_is_read_with_its_defaults() -> None:
    alarm = _alarm()
    assert alarm.queries == (_SUM,)
    assert (alarm.watched, alarm.threshold, alarm.band, alarm.period_s) == ("m1", 5.0, "", 60)
    assert (alarm.evaluated, alarm.to_alarm, alarm.missing) == (3, 3, "missing")
    assert (alarm.name, alarm.arn, alarm.description) == ("errors", "arn:errors", "")
    assert alarm.actions == {ALARM: (), OK: (), INSUFFICIENT_DATA: ()}
    assert alarm.document == {
        "AlarmName": "errors",
        "AlarmArn": "arn:errors",
        "AlarmDescription": "",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5,
        "EvaluationPeriods": 3,
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "Dimensions": [{"Name": "Stage", "Value": "dev"}],
    }


def test_an_alarm_is_read_with_all_it_sets() -> None:
    alarm = _alarm(
        statistic=None,
        extendedStatistic="p99",
        datapointsToAlarm=2,
        treatMissingData="breaching",
        alarmDescription="Act.",
        alarmActions=["a"],
        okActions=["b"],
        insufficientDataActions=["c"],
    )
    assert alarm.queries[0].statistic == "p99"
    assert (alarm.to_alarm, alarm.missing, alarm.description) == (2, "breaching", "Act.")
    assert alarm.actions == {ALARM: ("a",), OK: ("b",), INSUFFICIENT_DATA: ("c",)}


def test_an_alarm_on_an_expression_compares_what_is_returned() -> None:
    queries = [
        {"id": "m1", "metric": _METRIC, "returnData": False},
        {"id": "e1", "expression": "m1 * 2", "label": "Twice"},
    ]
    alarm = _alarm(metricQueries=queries)
    assert (alarm.watched, alarm.period_s) == ("e1", 300)
    assert alarm.queries == (
        MetricQuery(id="m1", label="m1", is_returned=False, series=_SERIES, statistic="Sum", period_s=300),
        MetricQuery(id="e1", label="Twice", expression="m1 * 2", period_s=0),
    )
    assert alarm.document["Metrics"] == [
        {
            "Id": "m1",
            "ReturnData": False,
            "Label": "m1",
            "MetricStat": {
                "Metric": {
                    "Namespace": "Shop",
                    "MetricName": "Errors",
                    "Dimensions": [{"Name": "Stage", "Value": "dev"}],
                },
                "Period": 300,
                "Stat": "Sum",
            },
        },
        {"Id": "e1", "ReturnData": True, "Label": "Twice", "Expression": "m1 * 2"},
    ]


def _band(comparison: str) -> MetricAlarm:
    queries = [
        {"id": "m1", "metric": {**_METRIC, "period": 60}},
        {"id": "ad1", "expression": "ANOMALY_DETECTION_BAND(m1, 2)"},
    ]
    changed = {"threshold": None, "thresholdMetricId": "ad1", "evaluationPeriods": 1, "comparisonOperator": comparison}
    return _alarm(metricQueries=queries, **changed)


def test_an_alarm_on_a_band_watches_the_series() -> None:
    alarm = _band("GreaterThanUpperThreshold")
    assert (alarm.watched, alarm.threshold, alarm.band) == ("m1", None, "ad1")


@pytest.mark.parametrize(
    "changed", [{"comparisonOperator": "Like"}, {"comparisonOperator": "GreaterThanUpperThreshold"}]
)
def test_a_comparison_that_is_not_supported_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ExpressionError, match=r"errors: the comparison .* is not supported here"):
        _alarm(**changed)


class _Watched:
    """One alarm over a series with a value a minute."""

    def __init__(self, database: Connection, alarm: MetricAlarm) -> None:
        self.changes: list[Change] = []
        self.store = MetricStore(database)
        self.watch = AlarmWatch(database, self.store, [alarm], [], self.changes.append)

    def after(self, *values: float | None, late_s: float = 0) -> str:
        for minute, value in enumerate(values):
            if value is not None:
                self.store.put(_SERIES, _NOON + 60 * minute, value)
        self.watch.evaluate(_NOON + 60 * len(values) + late_s)
        return self.watch.state("errors").value


@pytest.fixture
def watched(opened: Callable[..., Connection]) -> Callable[[MetricAlarm], _Watched]:
    return lambda alarm: _Watched(opened(), alarm)


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanThreshold", (OK, OK, ALARM)),
        ("GreaterThanOrEqualToThreshold", (OK, ALARM, ALARM)),
        ("LessThanThreshold", (ALARM, OK, OK)),
        ("LessThanOrEqualToThreshold", (ALARM, ALARM, OK)),
    ],
)
def test_a_datapoint_breaches_on_its_side_of_the_threshold(
    watched: Callable[[MetricAlarm], _Watched], comparison: str, states: tuple[str, ...]
) -> None:
    alarm = _alarm(comparisonOperator=comparison, evaluationPeriods=1)
    assert tuple(watched(alarm).after(value) for value in (4.9, 5.0, 5.1)) == states


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanUpperThreshold", (OK, OK, OK, ALARM)),
        ("LessThanLowerThreshold", (ALARM, OK, OK, OK)),
        ("LessThanLowerOrGreaterThanUpperThreshold", (ALARM, OK, OK, ALARM)),
    ],
)
def test_a_datapoint_breaches_outside_of_the_band(
    watched: Callable[[MetricAlarm], _Watched], comparison: str, states: tuple[str, ...]
) -> None:
    before = [100.0] * 12
    # Two deviations of at least one to each side.
    found = tuple(watched(_band(comparison)).after(*before, value) for value in (97.9, 98.0, 102.0, 102.1))
    assert found == states


def test_the_reason_names_the_datapoints_that_decided(watched: Callable[[MetricAlarm], _Watched]) -> None:
    one = watched(_alarm(datapointsToAlarm=2))
    assert one.after(1, 6, 7) == ALARM
    assert one.watch.state("errors").reason == (
        "Threshold Crossed: 2 out of the last 3 datapoints [6 (15/01/27 12:01:00), 7 (15/01/27 12:02:00)] were "
        "greater than the threshold (5) (minimum 2 of 3 datapoints for an alarm)."
    )
    fine = watched(_alarm())
    assert fine.after(1, 2, 6, 3, 4) == OK
    assert fine.watch.state("errors").reason.startswith("Threshold Crossed: 3 out of the last 3 datapoints [2 (")
    assert "were not greater than the threshold (5)" in fine.watch.state("errors").reason
    band = watched(_band("GreaterThanUpperThreshold"))
    assert band.after(*[100.0] * 12, 200.0) == ALARM
    assert "were outside the band of expected values (minimum 1 of 1" in band.watch.state("errors").reason


@pytest.mark.parametrize(
    ("missing", "state", "reason"),
    [
        ("missing", INSUFFICIENT_DATA, "Unchecked: Initial alarm creation"),
        ("breaching", ALARM, "No datapoints were received for 3 periods and missing data is treated as breaching"),
        ("notBreaching", OK, "No datapoints were received for 3 periods and missing data is treated as notBreaching"),
    ],
)
def test_without_datapoints_the_treatment_decides(
    watched: Callable[[MetricAlarm], _Watched], missing: str, state: str, reason: str
) -> None:
    one = watched(_alarm(treatMissingData=missing))
    assert one.after(None, None, None) == state
    assert one.watch.state("errors").reason == reason


def test_a_change_is_reported_once_with_the_time(watched: Callable[[MetricAlarm], _Watched]) -> None:
    one = watched(_alarm(evaluationPeriods=1))
    assert [one.after(6), one.after(6)] == [ALARM, ALARM]
    (change,) = one.changes
    assert (change.before.value, change.after.value, change.after.since) == (INSUFFICIENT_DATA, ALARM, _NOON + 60)
    assert one.watch.history(9) == [(_NOON + 60, "errors", "Alarm updated from INSUFFICIENT_DATA to ALARM")]


def test_a_minute_that_is_not_over_does_not_count(watched: Callable[[MetricAlarm], _Watched]) -> None:
    one = watched(_alarm(evaluationPeriods=1, treatMissingData="notBreaching"))
    one.store.put(_SERIES, _NOON + 60, 6)
    assert one.after(1, late_s=59) == OK
    one.watch.evaluate(_NOON + 120)
    assert one.watch.state("errors").value == ALARM
