from __future__ import annotations

from typing import TYPE_CHECKING

from inference_lib import environment, telemetry
from infra.alarms import AlarmRule
from local_stack.declared import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract import Contract
    from local_stack.declared import Declared


def rule(comparison: str) -> AlarmRule:
    return AlarmRule(
        name="some-alarm",
        metric=telemetry.PREDICTION_LATENCY,
        namespace="MLInference/dev",
        dimensions={"Model": "good night"},
        comparison=comparison,
        threshold=250,
        period_s=60,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        description="What to do.",
    )


def test_the_alarm_watches_the_metric_that_the_function_sends(declared: Declared) -> None:
    alarm = declared.one("MetricAlarm", "low-probability").inputs
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]

    assert alarm["namespace"] == variables[environment.METRICS_NAMESPACE]
    assert alarm["metricName"] == telemetry.PREDICTION_PROBABILITY.name
    assert alarm["statistic"] == telemetry.PREDICTION_PROBABILITY.statistic
    assert alarm["dimensions"] == telemetry.dimensions("good night")


def test_the_alarm_goes_off_below_the_threshold_for_as_long_as_the_settings_say(bundle: Path) -> None:
    settings = {
        "inference:probabilityThreshold": "0.75",
        "inference:probabilityPeriodS": "120",
        "inference:probabilityEvaluationPeriods": "9",
        "inference:probabilityDatapointsToAlarm": "5",
    }
    alarm = declare("dev", settings, bundle=bundle).one("MetricAlarm").inputs

    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 0.75)
    assert (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (120, 9, 5)


def test_an_alarm_and_its_end_are_told_to_the_topic(declared: Declared) -> None:
    topic = declared.one("sns/topic:Topic").outputs["arn"]

    for alarm in declared.all("MetricAlarm"):
        assert alarm.inputs["alarmActions"] == [topic]
        assert alarm.inputs["okActions"] == [topic]


def test_a_night_without_requests_is_no_alarm(declared: Declared) -> None:
    assert {alarm.inputs["treatMissingData"] for alarm in declared.all("MetricAlarm")} == {"notBreaching"}


def test_the_alarm_says_which_model_it_is_what_it_means_and_what_to_do(declared: Declared) -> None:
    description = declared.one("MetricAlarm").inputs["alarmDescription"]

    assert f"good night 0123456789ab in {declared.stack} is below" in description
    assert "go back to the version before" in description
    assert len(description) <= 1024, "CloudWatch cuts it off"


def test_a_model_without_probabilities_has_no_alarm_on_them(
    regressor: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    declared = declare("dev", bundle=write_bundle(regressor))

    assert not declared.all("MetricAlarm")
    assert declared.outputs["alarm_names"] == []


def test_the_bad_side_of_the_threshold_is_filled_in_the_graph() -> None:
    assert rule("LessThanThreshold").annotation["fill"] == "below"
    assert rule("GreaterThanThreshold").annotation["fill"] == "above"


def test_the_stack_exports_the_names_of_its_alarms(declared: Declared) -> None:
    assert declared.outputs["alarm_names"] == [f"inference-{declared.stack}-alarm-low-probability"]
