"""Where alarms are told: an encrypted SNS topic, and a Slack channel when one is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.function import trust_policy

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names
    from infra.settings import StackSettings

CLOUDWATCH = "cloudwatch.amazonaws.com"
CHATBOT = "chatbot.amazonaws.com"
KEY_DELETION_DAYS = 7

SLACK_ON = "Slack is on: alarms are posted to the channel that inference:slackChannelId names."
SLACK_OFF = (
    "Slack is off. Switch it on: authorise the workspace once in the console of Amazon Q Developer in chat "
    "applications, then pulumi config set --secret inference:slackTeamId T0123ABCD, pulumi config set --secret "
    "inference:slackChannelId C0123ABCD and pulumi up."
)


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """What ``Notifications`` are made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The Slack channel, if any.
    """

    names: Names
    settings: StackSettings


class Notifications(pulumi.ComponentResource):
    """The topic that alarms publish to, and who hears it.

    Creates: a KMS key with an alias, the SNS topic and its policy; with a Slack channel, also its
    configuration, its role and the policy that both the role and the channel are held to.

    Outputs: ``topic_arn``, and ``slack``, a sentence that says whether Slack is on.
    """

    topic_arn: Output[str]
    slack: Output[str]

    def __init__(self, name: str, args: NotificationsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:notifications:Notifications", name, None, opts)
        topic = self._topic(name, args.names)
        if args.settings.slack_channel_id:
            self._slack_channel(name, args, topic)
        self.topic_arn = topic.arn
        self.slack = Output.from_input(SLACK_ON if args.settings.slack_channel_id else SLACK_OFF)
        self.register_outputs({"topic_arn": self.topic_arn, "slack": self.slack})

    def _topic(self, name: str, names: Names) -> aws.sns.Topic:
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the alarms of {names.prefix}",
            policy=Output.json_dumps(key_policy(names)),
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )
        aws.kms.Alias(
            f"{name}-key-alias",
            name=f"alias/{names.of('alarms')}",
            target_key_id=key.key_id,
            opts=ResourceOptions(parent=self),
        )
        topic = aws.sns.Topic(
            f"{name}-topic",
            name=names.of("alarms"),
            kms_master_key_id=key.arn,
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )
        aws.sns.TopicPolicy(
            f"{name}-topic-policy",
            arn=topic.arn,
            policy=Output.json_dumps(topic.arn.apply(lambda arn: topic_policy(names, arn))),
            opts=ResourceOptions(parent=self),
        )
        return topic

    def _slack_channel(self, name: str, args: NotificationsArgs, topic: aws.sns.Topic) -> None:
        role = aws.iam.Role(
            f"{name}-slack-role",
            name=args.names.of("slack-role"),
            assume_role_policy=Output.json_dumps(trust_policy(CHATBOT)),
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        policy = aws.iam.Policy(
            f"{name}-slack-policy",
            name=args.names.of("slack-read"),
            description="What the Slack channel may read: alarms and their graphs",
            policy=Output.json_dumps(slack_policy()),
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-slack-attachment",
            role=role.name,
            policy_arn=policy.arn,
            opts=ResourceOptions(parent=self),
        )
        aws.chatbot.SlackChannelConfiguration(
            f"{name}-slack",
            configuration_name=args.names.of("alarms"),
            iam_role_arn=role.arn,
            slack_team_id=Output.secret(args.settings.slack_team_id),
            slack_channel_id=Output.secret(args.settings.slack_channel_id),
            sns_topic_arns=[topic.arn],
            # Without a guardrail of its own the channel would have AdministratorAccess for one.
            guardrail_policy_arns=[policy.arn],
            logging_level="ERROR",
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )


def _from_our_alarms(names: Names) -> Json:
    return {
        "StringEquals": {"aws:SourceAccount": names.account_id},
        "ArnLike": {"aws:SourceArn": names.alarm_arns},
    }


def topic_policy(names: Names, topic_arn: str) -> dict[str, Json]:
    """Return the policy of the topic: this stack's alarms may publish, nobody else.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AlarmsPublish",
                "Effect": "Allow",
                "Principal": {"Service": CLOUDWATCH},
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": _from_our_alarms(names),
            }
        ],
    }


def key_policy(names: Names) -> dict[str, Json]:
    """Return the policy of the key: the account administers it, this stack's alarms encrypt with it.

    The key that AWS manages for SNS cannot be used: its policy cannot be changed, so that
    CloudWatch may not encrypt with it and alarms are lost without an error.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AccountAdministers",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{names.account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "AlarmsEncrypt",
                "Effect": "Allow",
                "Principal": {"Service": CLOUDWATCH},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": _from_our_alarms(names),
            },
        ],
    }


def slack_policy() -> dict[str, Json]:
    """Return all that people may do from the Slack channel: read alarms and see their graphs.

    None of these actions can be limited to a resource.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                    "cloudwatch:GetMetricWidgetImage",
                    "cloudwatch:ListMetrics",
                ],
                "Resource": "*",
            }
        ],
    }
