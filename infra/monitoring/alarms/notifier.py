"""The notifier: a function of the same image that writes the messages of alarms for Slack and e-mail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import environment
from infra.function.component import ImageFunction, ImageFunctionArgs
from infra.monitoring.alarms.rule import PAGE
from infra.monitoring.links import ConsoleLinks
from infra.monitoring.policies import ALARM_ACTIONS, notifier_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.function.live import Deployed
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

HANDLER = "inference_lib.monitor.alarms.handler.handler"

MEMORY_MB = 256
"""Memory in MB: the notifier loads no model."""

TIMEOUT_S = 60
"""Seconds: two calls of AWS with their attempts."""


@dataclass(frozen=True, kw_only=True)
class NotifierArgs:
    """Arguments of ``Notifier``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether there are composite alarms, whose causes the notifier reads.
    topic_arns : mapping of str to Output of str
        The topics it publishes to, by severity.
    key_arn : Output of str or None
        The key that encrypts the topics; None without one.
    severities : mapping of str to str
        Severity of each alarm that notifies, by its name.
    image_uri : Input of str
        The image.
    deployed : Deployed
        The last deployment of the function that predicts.
    """

    names: Names
    settings: StackSettings
    topic_arns: Mapping[str, Output[str]]
    key_arn: Output[str] | None
    severities: Mapping[str, str]
    image_uri: pulumi.Input[str]
    deployed: Deployed


class Notifier(pulumi.ComponentResource):
    """The function that alarms invoke, and that publishes their messages.

    Creates: its role and policies, its log group, the function, the permission of the stack's alarms to invoke it, and
    a destination for changes that it could not publish: the topic of pages, which sends them by e-mail as they are.

    Outputs: ``arn`` of the function.
    """

    arn: Output[str]

    def __init__(self, name: str, args: NotifierArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Notifier", name, None, opts)
        names = args.names
        function = self._function(name, args)
        permission = aws.lambda_.Permission(
            f"{name}-alarms-may-call",
            statement_id="AlarmsCall",
            action="lambda:InvokeFunction",
            function=function.function_name,
            principal=ALARM_ACTIONS,
            source_arn=names.alarm_arns,
            source_account=names.account_id,
            opts=ResourceOptions(parent=self),
        )
        failures = aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-failures",
            function_name=function.function_name,
            destination_config={"on_failure": {"destination": args.topic_arns[PAGE]}},
            opts=ResourceOptions(parent=self),
        )
        # An alarm that fires earlier would be lost.
        self.arn = Output.all(function.arn, permission.id, failures.id).apply(lambda parts: str(parts[0]))
        self.register_outputs({"arn": self.arn})

    def _function(self, name: str, args: NotifierArgs) -> ImageFunction:
        names, settings = args.names, args.settings
        rights = Output.all(args.key_arn, *args.topic_arns.values()).apply(
            lambda arns: notifier_policy(arns[1:], arns[0], reads_alarms=not settings.is_essential)
        )
        return ImageFunction(
            name,
            ImageFunctionArgs(
                names=names,
                settings=settings,
                function_name=names.notifier,
                role_name=names.notifier_role,
                description=f"Writes the messages of the alarms of {names.prefix}",
                image_uri=args.image_uri,
                handler=HANDLER,
                memory_mb=MEMORY_MB,
                timeout_s=TIMEOUT_S,
                environment=notifier_environment(args),
                policies={"notify": rights},
            ),
            ResourceOptions(parent=self),
        )


def notifier_environment(args: NotifierArgs) -> dict[str, pulumi.Input[str]]:
    """Return the environment variables of the function."""
    return {
        environment.STACK_NAME: args.settings.stack,
        environment.DASHBOARD_URL: ConsoleLinks(args.names).dashboard,
        environment.ALARM_TOPICS: Output.json_dumps(args.topic_arns),
        environment.ALARM_SEVERITIES: json.dumps(dict(args.severities)),
        environment.ALARM_PREFIX: args.names.alarm(""),
        environment.DEPLOYED_AT: args.deployed.at,
        environment.DEPLOYED_VERSION: args.deployed.version,
    }
