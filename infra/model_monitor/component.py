"""The model monitor: a second function of the same image that looks for drift by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from infra.permissions.policies import LAMBDA, log_policy, monitor_policy, trust_policy

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

HANDLER = "inference_lib.monitor.handler.handler"

MEMORY_MB = 256
"""It holds counts, and no model."""

TIMEOUT_S = 300
"""Queries of a long log take a minute; AWS Lambda allows 15."""

INDEXED_FIELDS = ("function_request_id", "message")
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing.html"""

MAX_REACH_DAYS = 30
"""CloudWatch keeps the index of a log's fields for so long."""


@dataclass(frozen=True, kw_only=True)
class ModelMonitorArgs:
    """What a ``ModelMonitor`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether there is one, its window and its threshold.
    image_uri : Input of str
        The image of the function that predicts.
    topic_arn, key_arn : Input of str
        The topic that it publishes to, and the key that encrypts it.
    log_group : Input of str
        Name of the log group of the function that predicts.
    """

    names: Names
    settings: StackSettings
    image_uri: pulumi.Input[str]
    topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    log_group: pulumi.Input[str]


class ModelMonitor(pulumi.ComponentResource):
    """The function that compares the last requests with the reference profile.

    Creates, when the settings ask for it: its role and policies, its log group, the function, and the rule of
    EventBridge that calls it; with feedback, also an index of the log of the function that predicts.
    """

    def __init__(self, name: str, args: ModelMonitorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:model_monitor:ModelMonitor", name, None, opts)
        if args.settings.model_monitor:
            log_group = aws.cloudwatch.LogGroup(
                f"{name}-logs",
                name=args.names.monitor_log_group,
                retention_in_days=args.settings.log_retention_days,
                log_group_class="STANDARD",
                deletion_protection_enabled=args.settings.deletion_protection,
                tags=args.names.tags,
                opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
            )
            role = self._role(name, args, log_group)
            if args.settings.feedback:
                self._index(name, args)
            self._call_by_the_clock(name, args, self._function(name, args, role, log_group))
        self.register_outputs({})

    def _role(self, name: str, args: ModelMonitorArgs, log_group: aws.cloudwatch.LogGroup) -> aws.iam.Role:
        names = args.names
        role = aws.iam.Role(
            f"{name}-role",
            name=names.monitor_role,
            assume_role_policy=Output.json_dumps(trust_policy(LAMBDA)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )
        monitor = Output.all(args.topic_arn, args.key_arn).apply(lambda arns: monitor_policy(names, *arns))
        for policy_name, document in (("write-logs", log_group.arn.apply(log_policy)), ("monitor", monitor)):
            aws.iam.RolePolicy(
                f"{name}-{policy_name}",
                name=policy_name,
                role=role.name,
                policy=Output.json_dumps(document),
                opts=ResourceOptions(parent=self),
            )
        return role

    def _function(
        self, name: str, args: ModelMonitorArgs, role: aws.iam.Role, log_group: aws.cloudwatch.LogGroup
    ) -> aws.lambda_.Function:
        names, settings = args.names, args.settings
        return aws.lambda_.Function(
            f"{name}-function",
            name=names.monitor,
            description=f"Looks for drift of the model {settings.contract.name}",
            role=role.arn,
            package_type="Image",
            image_uri=args.image_uri,
            image_config={"commands": [HANDLER]},
            architectures=[settings.architecture],
            memory_size=MEMORY_MB,
            timeout=TIMEOUT_S,
            environment={"variables": monitor_environment(names, settings, args.topic_arn)},
            logging_config={"log_format": "JSON", "log_group": log_group.name},
            tags=names.tags,
            opts=ResourceOptions(parent=self, depends_on=[log_group]),
        )

    def _index(self, name: str, args: ModelMonitorArgs) -> None:
        """Let queries for single requests read their lines alone, and not the whole log."""
        aws.cloudwatch.LogIndexPolicy(
            f"{name}-log-index",
            log_group_name=args.log_group,
            policy_document=Output.json_dumps({"Fields": list(INDEXED_FIELDS)}),
            opts=ResourceOptions(parent=self),
        )

    def _call_by_the_clock(self, name: str, args: ModelMonitorArgs, function: aws.lambda_.Function) -> None:
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
            function=function.name,
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
    names: Names, settings: StackSettings, topic_arn: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """Return the environment of the function; the image itself says where the bundle is."""
    variables: dict[str, pulumi.Input[str]] = {
        environment.METRICS_NAMESPACE: telemetry.namespace(settings.stack),
        environment.SERVICE_NAME: names.monitor,
        environment.MONITORED_LOG_GROUP: names.log_group,
        environment.MONITOR_WINDOW_HOURS: str(settings.monitor_window_hours),
        environment.DRIFT_THRESHOLD: str(settings.drift_threshold),
        environment.NOTICE_TOPIC: topic_arn,
    }
    if settings.feedback:
        variables |= {
            environment.FEEDBACK: "true",
            environment.FEEDBACK_WINDOW_DAYS: str(settings.feedback_window_days),
            environment.FEEDBACK_REACH_DAYS: str(min(settings.log_retention_days, MAX_REACH_DAYS)),
            environment.QUALITY_THRESHOLD: str(settings.quality_threshold),
        }
    return variables
