"""The model monitor: a second function of the same image that checks for drift on a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from infra.function.component import ImageFunction, ImageFunctionArgs
from infra.model_monitor.policies import monitor_policy

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

HANDLER = "inference_lib.monitor.handler.handler"

MEMORY_MB = 256
"""Memory in MB: the monitor holds counts and no model."""

TIMEOUT_S = 300
"""Seconds: queries of a long log take a minute; AWS Lambda allows 15 minutes."""

INDEXED_FIELDS = ("function_request_id", "message")
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing.html"""

MAX_REACH_DAYS = 30
"""Days for which CloudWatch keeps a field index."""


@dataclass(frozen=True, kw_only=True)
class ModelMonitorArgs:
    """Arguments of ``ModelMonitor``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether the monitor is on, its window and its threshold.
    image_uri : Input of str
        The image of the function that predicts.
    topic_arn : Input of str
        The topic for its notices.
    key_arn : Input of str or None
        The key that encrypts the topic; None without one.
    log_group : Input of str
        Name of the log group of the function that predicts.
    dashboard_url : str
        Address of the dashboard, to which the notices link.
    """

    names: Names
    settings: StackSettings
    image_uri: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str] | None
    log_group: pulumi.Input[str]
    dashboard_url: str


class ModelMonitor(pulumi.ComponentResource):
    """The function that compares the last requests with the reference profile.

    Creates, if the settings enable it: its role and policies, its log group, the function, and the EventBridge rule
    that calls it; with feedback, also an index of the log of the function that predicts.
    """

    def __init__(self, name: str, args: ModelMonitorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:model_monitor:ModelMonitor", name, None, opts)
        if args.settings.model_monitor:
            function = self._function(name, args)
            if args.settings.feedback:
                self._index(name, args)
            self._call_on_schedule(name, args, function)
        self.register_outputs({})

    def _function(self, name: str, args: ModelMonitorArgs) -> ImageFunction:
        names, settings = args.names, args.settings
        rights = Output.all(args.topic_arn, args.key_arn).apply(lambda arns: monitor_policy(names, *arns))
        return ImageFunction(
            name,
            ImageFunctionArgs(
                names=names,
                settings=settings,
                function_name=names.monitor,
                role_name=names.monitor_role,
                description=f"Looks for drift of the model {settings.contract.name}",
                image_uri=args.image_uri,
                handler=HANDLER,
                memory_mb=MEMORY_MB,
                timeout_s=TIMEOUT_S,
                environment=monitor_environment(names, settings, args.topic_arn, args.dashboard_url),
                policies={"monitor": rights},
            ),
            ResourceOptions(parent=self),
        )

    def _index(self, name: str, args: ModelMonitorArgs) -> None:
        """Create an index, so that queries for single requests read only their lines instead of the whole log."""
        aws.cloudwatch.LogIndexPolicy(
            f"{name}-log-index",
            log_group_name=args.log_group,
            policy_document=Output.json_dumps({"Fields": list(INDEXED_FIELDS)}),
            opts=ResourceOptions(parent=self),
        )

    def _call_on_schedule(self, name: str, args: ModelMonitorArgs, function: ImageFunction) -> None:
        hours = args.settings.monitor_interval_hours
        rule = aws.cloudwatch.EventRule(
            f"{name}-clock",
            name=args.names.of("monitor"),
            description="Calls the model monitor",
            schedule_expression=f"rate({hours} hour{'s' if hours > 1 else ''})",
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        permission = aws.lambda_.Permission(
            f"{name}-clock-may-call",
            statement_id="ClockCalls",
            action="lambda:InvokeFunction",
            function=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            source_account=args.names.account_id,
            opts=ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-clock-target",
            rule=rule.name,
            arn=function.arn,
            opts=ResourceOptions(parent=self, depends_on=[permission]),
        )


def monitor_environment(
    names: Names, settings: StackSettings, topic_arn: pulumi.Input[str], dashboard_url: str
) -> dict[str, pulumi.Input[str]]:
    """Return the environment variables of the function; the image sets the path of the bundle."""
    variables: dict[str, pulumi.Input[str]] = {
        environment.METRICS_NAMESPACE: telemetry.namespace(settings.stack),
        environment.SERVICE_NAME: names.monitor,
        environment.MONITORED_LOG_GROUP: names.log_group,
        environment.MONITOR_WINDOW_HOURS: str(settings.monitor_window_hours),
        environment.DRIFT_THRESHOLD: str(settings.drift_threshold),
        environment.NOTICE_TOPIC: topic_arn,
        environment.STACK_NAME: settings.stack,
        environment.DASHBOARD_URL: dashboard_url,
        environment.RUNBOOK_URL: settings.runbook_url,
    }
    if settings.feedback:
        variables |= {
            environment.FEEDBACK: "true",
            environment.FEEDBACK_WINDOW_DAYS: str(settings.feedback_window_days),
            environment.FEEDBACK_REACH_DAYS: str(min(settings.log_retention_days, MAX_REACH_DAYS)),
            environment.QUALITY_THRESHOLD: str(settings.quality_threshold),
        }
    return variables
