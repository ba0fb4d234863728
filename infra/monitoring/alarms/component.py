"""The alarms of a stack, with full monitoring a composite alarm for each severity, and the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.monitoring.alarms.rule import ANOMALY, INFO, PAGE, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.monitoring.alarms.rule import AlarmRule
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

# https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
FORECAST_PERCENT = 100

COMPOSITE_MEANINGS = {
    PAGE: "Act now: callers are rejected, receive errors, or wait too long.",
    INFO: "Look today: nothing fails, but something has changed.",
}


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """Arguments of ``Alarms``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Budget of the stack in a month, 0 for none, and whether its monitoring is essential.
    rules : tuple of AlarmRule
        One alarm is created for each.
    topic_arns : mapping of str to Input of str
        The topic of each severity, for the budget.
    action_arns : mapping of str to Input of str
        What an alarm of each severity does when it enters ALARM or OK: its topic, or the notifier.
    """

    names: Names
    settings: StackSettings
    rules: tuple[AlarmRule, ...]
    topic_arns: Mapping[str, pulumi.Input[str]]
    action_arns: Mapping[str, pulumi.Input[str]]


class Alarms(pulumi.ComponentResource):
    """The alarms of a stack.

    Creates: one CloudWatch alarm for each rule, and the budget. With full monitoring also one composite alarm for each
    severity, which notifies its topic once, however many alarms there are below it; with essential monitoring each
    alarm notifies the topic of its severity.

    Outputs: ``alarm_names``, the composite alarms among them, and ``alarm_arns``, composites first.
    """

    alarm_names: pulumi.Output[list[str]]
    alarm_arns: pulumi.Output[list[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Alarms", name, None, opts)
        alarms = {rule.name: self._alarm(name, args, rule) for rule in args.rules}
        composites = [
            self._composite(
                name, args, severity, [alarms[rule.name] for rule in args.rules if rule.severity == severity]
            )
            for severity in composite_severities(args.settings)
        ]
        if args.settings.budget_usd:
            self._budget(name, args)
        self.alarm_names = pulumi.Output.all(
            *[alarm.name for alarm in alarms.values()], *[composite.alarm_name for composite in composites]
        )
        self.alarm_arns = pulumi.Output.all(
            *[composite.arn for composite in composites], *[alarm.arn for alarm in alarms.values()]
        )
        self.register_outputs({"alarm_names": self.alarm_names, "alarm_arns": self.alarm_arns})

    def _alarm(self, name: str, args: AlarmsArgs, rule: AlarmRule) -> aws.cloudwatch.MetricAlarm:
        single = next(iter(rule.series.values())) if not rule.expression else None
        done = [args.action_arns[rule.severity]] if args.settings.is_essential else None
        return aws.cloudwatch.MetricAlarm(
            f"{name}-{rule.name}",
            name=args.names.alarm(rule.name),
            alarm_description=rule.description,
            comparison_operator=rule.comparison,
            evaluation_periods=rule.periods.evaluated,
            datapoints_to_alarm=rule.periods.to_alarm,
            treat_missing_data=rule.missing,
            threshold=rule.threshold,
            threshold_metric_id=None if rule.threshold is not None else ANOMALY,
            namespace=single.namespace if single else None,
            metric_name=single.metric if single else None,
            dimensions=dict(single.dimensions) if single else None,
            statistic=single.statistic if single else None,
            period=rule.periods.length_s if single else None,
            metric_queries=metric_queries(rule) if rule.expression else None,
            alarm_actions=done,
            ok_actions=done,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )

    def _composite(
        self, name: str, args: AlarmsArgs, severity: str, alarms: list[aws.cloudwatch.MetricAlarm]
    ) -> aws.cloudwatch.CompositeAlarm:
        action_arn = args.action_arns[severity]
        return aws.cloudwatch.CompositeAlarm(
            f"{name}-{severity}",
            alarm_name=args.names.alarm(severity),
            alarm_description=COMPOSITE_MEANINGS[severity],
            alarm_rule=pulumi.Output.all(*[alarm.name for alarm in alarms]).apply(composite_rule),
            alarm_actions=[action_arn],
            ok_actions=[action_arn],
            tags=args.names.tags,
            # CloudWatch rejects a rule with an alarm that does not exist yet.
            opts=ResourceOptions(parent=self, depends_on=alarms),
        )

    def _budget(self, name: str, args: AlarmsArgs) -> None:
        aws.budgets.Budget(
            f"{name}-budget",
            name=args.names.of("budget"),
            budget_type="COST",
            limit_amount=str(args.settings.budget_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            # The tag takes effect on the day when it is activated in the billing console.
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:stack${args.names.stack}"]}],
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "threshold": FORECAST_PERCENT,
                    "threshold_type": "PERCENTAGE",
                    "notification_type": "FORECASTED",
                    "subscriber_sns_topic_arns": [args.topic_arns[INFO]],
                }
            ],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )


def composite_severities(settings: StackSettings) -> tuple[str, ...]:
    """Return the severities that have a composite alarm: none with essential monitoring."""
    return () if settings.is_essential else SEVERITIES


def notifying(settings: StackSettings, rules: tuple[AlarmRule, ...]) -> dict[str, str]:
    """Return the severity of each alarm that notifies, by its name: of the composite alarms where there are any."""
    composites = composite_severities(settings)
    return {each: each for each in composites} or {rule.name: rule.severity for rule in rules}


def metric_queries(rule: AlarmRule) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict]:
    """Return the series of a rule and the expression over them, which is compared with the threshold."""
    is_band = rule.threshold is None
    queries: list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict] = [
        {
            "id": id_,
            "metric": {
                "namespace": series.namespace,
                "metric_name": series.metric,
                "dimensions": dict(series.dimensions),
                "stat": series.statistic,
                "period": rule.periods.length_s,
            },
            # The values are compared with the band, so that both are returned.
            "return_data": is_band,
        }
        for id_, series in rule.series.items()
    ]
    id_ = ANOMALY if is_band else "e1"
    return [*queries, {"id": id_, "expression": rule.expression, "label": rule.name, "return_data": True}]


def composite_rule(alarm_names: list[str]) -> str:
    """Return the rule of a composite alarm that fires with any of the alarms."""
    return " OR ".join(f'ALARM("{name}")' for name in alarm_names)
