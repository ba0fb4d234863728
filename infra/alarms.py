"""The alarms: rules as data, from which both the alarm and its line in the dashboard are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from inference_lib import telemetry

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names
    from infra.settings import StackSettings

RED = "#d62728"


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When an alarm goes off.

    Parameters
    ----------
    name : str
        What it is about, such as ``low-probability``.
    metric : Metric
        What is watched.
    namespace : str
        The CloudWatch namespace of the metric.
    dimensions : dict of str to str
        The dimensions of the metric.
    comparison : {"LessThanThreshold", "GreaterThanThreshold"}
        On which side of the threshold a datapoint is bad.
    threshold : float, in the metric's unit
        The limit.
    period_s : int, seconds
        Length of a datapoint.
    evaluation_periods, datapoints_to_alarm : int
        So many of the last so many datapoints must be bad.
    description : str
        What it means and what to do, for the person who is woken.
    """

    name: str
    metric: telemetry.Metric
    namespace: str
    dimensions: dict[str, str]
    comparison: str
    threshold: float
    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int
    description: str

    @property
    def annotation(self) -> dict[str, Json]:
        """The line that a graph of the metric draws at the threshold, the bad side filled."""
        return {
            "label": f"Alarm {self.name}",
            "value": self.threshold,
            "color": RED,
            "fill": "below" if self.comparison == "LessThanThreshold" else "above",
        }


def alarm_rules(settings: StackSettings) -> tuple[AlarmRule, ...]:
    """Return the alarms of a stack; a regressor has no probability to watch."""
    if settings.contract.task == "regression":
        return ()
    return (
        AlarmRule(
            name="low-probability",
            metric=telemetry.PREDICTION_PROBABILITY,
            namespace=telemetry.namespace(settings.stack),
            dimensions=telemetry.dimensions(settings.contract.name),
            comparison="LessThanThreshold",
            threshold=settings.probability_threshold,
            period_s=settings.probability_period_s,
            evaluation_periods=settings.probability_evaluation_periods,
            datapoints_to_alarm=settings.probability_datapoints_to_alarm,
            description=(
                f"The average probability of the predicted class of {settings.contract.name} "
                f"{settings.contract.version} in {settings.stack} is below {settings.probability_threshold}: the model "
                "is unsure about what it is sent. See in the dashboard since when, and compare with the last "
                "deployment. After a deployment, go back to the version before. Otherwise look in the log for missing "
                "values, unknown categories and values out of range: the senders' data have changed, and the sender "
                "must be mended or the model trained again."
            ),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What ``Alarms`` are made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    rules : tuple of AlarmRule
        One alarm is made of each.
    topic_arn : Input of str
        Where alarms, and their ends, are told.
    """

    names: Names
    rules: tuple[AlarmRule, ...]
    topic_arn: pulumi.Input[str]


class Alarms(pulumi.ComponentResource):
    """The alarms of a stack.

    Creates: one CloudWatch alarm for each rule.

    Outputs: ``alarm_names``.
    """

    alarm_names: pulumi.Output[list[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:alarms:Alarms", name, None, opts)
        alarms = [self._alarm(name, args, rule) for rule in args.rules]
        self.alarm_names = pulumi.Output.all(*[alarm.name for alarm in alarms])
        self.register_outputs({"alarm_names": self.alarm_names})

    def _alarm(self, name: str, args: AlarmsArgs, rule: AlarmRule) -> aws.cloudwatch.MetricAlarm:
        # CloudWatch keeps percentiles apart from the five plain statistics.
        is_percentile = rule.metric.statistic.startswith("p")
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{rule.name}",
            name=args.names.alarm(rule.name),
            alarm_description=rule.description,
            namespace=rule.namespace,
            metric_name=rule.metric.name,
            dimensions=rule.dimensions,
            statistic=None if is_percentile else rule.metric.statistic,
            extended_statistic=rule.metric.statistic if is_percentile else None,
            comparison_operator=rule.comparison,
            threshold=rule.threshold,
            period=rule.period_s,
            evaluation_periods=rule.evaluation_periods,
            datapoints_to_alarm=rule.datapoints_to_alarm,
            # A night without requests is not an alarm.
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
