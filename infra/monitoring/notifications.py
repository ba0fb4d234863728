"""Notifications of alarms: an SNS topic for each severity, its key, e-mail, and a Slack channel if configured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.iam import trust_policy
from infra.monitoring.alarms.notifier import Notifier, NotifierArgs
from infra.monitoring.alarms.rule import INFO, PAGE, SEVERITIES
from infra.monitoring.policies import CHATBOT, key_policy, slack_policy, topic_policy
from infra.settings.values.rule import items

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.function.live import Deployed
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

KEY_DELETION_DAYS = 7

SLACK_ON = "Slack is on: alarms are posted to the channel that inference:slackChannelId names."
SLACK_OFF = (
    "Slack is off. To switch it on, authorise the workspace once in the console of Amazon Q Developer in chat "
    "applications, then pulumi config set --secret inference:slackTeamId T0123ABCD, pulumi config set --secret "
    "inference:slackChannelId C0123ABCD and pulumi up."
)


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """Arguments of ``Notifications``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Receivers of the alarms: e-mail addresses and the Slack channel, if any.
    severities : mapping of str to str
        Severity of each alarm that notifies, by its name.
    image_uri : Input of str
        The image of the function that predicts, which the notifier runs too.
    deployed : Deployed
        The last deployment of that function.
    """

    names: Names
    settings: StackSettings
    severities: Mapping[str, str]
    image_uri: pulumi.Input[str]
    deployed: Deployed


class Notifications(pulumi.ComponentResource):
    """The topics that alarms publish to, one for each severity, and their subscribers.

    Creates: the SNS topics with their policies, a KMS key with an alias unless the settings leave the topics
    unencrypted, and a subscription for each e-mail address; with a Slack channel, also its configuration, its role, the
    policy that limits both the role and the channel, and the notifier, which writes the messages of the alarms.

    Outputs: ``topic_arns`` by severity, ``action_arns`` by severity (the topic, or the notifier that alarms invoke),
    ``key_arn`` of the key that encrypts the topics, which is None without a key, and ``slack``, a sentence that says
    whether Slack is on.
    """

    topic_arns: dict[str, Output[str]]
    action_arns: dict[str, Output[str]]
    key_arn: Output[str] | None
    slack: Output[str]

    def __init__(self, name: str, args: NotificationsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:monitoring:Notifications", name, None, opts)
        key = self._key(name, args) if args.settings.encrypt_topics else None
        topics = {severity: self._topic(name, args.names, key, severity) for severity in SEVERITIES}
        emails = {PAGE: args.settings.page_emails, INFO: args.settings.info_emails}
        for severity, topic in topics.items():
            for address in items(emails[severity]):
                aws.sns.TopicSubscription(
                    f"{name}-{severity}-{address}",
                    topic=topic.arn,
                    protocol="email",
                    endpoint=address,
                    # The receiver would have to confirm a new subscription.
                    opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
                )
        self.key_arn = key.arn if key else None
        self.topic_arns = self.action_arns = {severity: topic.arn for severity, topic in topics.items()}
        if args.settings.slack_channel_id:
            self._slack_channel(name, args, list(topics.values()))
            notifier = self._notifier(args)
            self.action_arns = dict.fromkeys(topics, notifier.arn)
        self.slack = Output.from_input(SLACK_ON if args.settings.slack_channel_id else SLACK_OFF)
        self.register_outputs(
            {
                "topic_arns": self.topic_arns,
                "action_arns": self.action_arns,
                "key_arn": self.key_arn,
                "slack": self.slack,
            }
        )

    def _key(self, name: str, args: NotificationsArgs) -> aws.kms.Key:
        names = args.names
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the alarms of {names.prefix}",
            policy=Output.json_dumps(key_policy(names, _publishers(args))),
            enable_key_rotation=True,
            deletion_window_in_days=KEY_DELETION_DAYS,
            tags=names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        aws.kms.Alias(
            f"{name}-key-alias",
            name=f"alias/{names.of('alarms')}",
            target_key_id=key.key_id,
            opts=ResourceOptions(parent=self),
        )
        return key

    def _topic(self, name: str, names: Names, key: aws.kms.Key | None, severity: str) -> aws.sns.Topic:
        topic = aws.sns.Topic(
            f"{name}-{severity}-topic",
            name=names.of(f"alarms-{severity}"),
            display_name=f"{names.prefix} {severity}",
            kms_master_key_id=key.arn if key else None,
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )
        aws.sns.TopicPolicy(
            f"{name}-{severity}-topic-policy",
            arn=topic.arn,
            policy=Output.json_dumps(topic.arn.apply(lambda arn: topic_policy(names, arn))),
            opts=ResourceOptions(parent=self),
        )
        return topic

    def _notifier(self, args: NotificationsArgs) -> Notifier:
        return Notifier(
            "notifier",
            NotifierArgs(
                names=args.names,
                settings=args.settings,
                topic_arns=self.topic_arns,
                key_arn=self.key_arn,
                severities=args.severities,
                image_uri=args.image_uri,
                deployed=args.deployed,
            ),
            ResourceOptions(parent=self),
        )

    def _slack_channel(self, name: str, args: NotificationsArgs, topics: list[aws.sns.Topic]) -> None:
        role = aws.iam.Role(
            f"{name}-slack-role",
            name=args.names.of("slack-role"),
            assume_role_policy=Output.json_dumps(trust_policy(CHATBOT)),
            permissions_boundary=args.settings.permissions_boundary or None,
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
            sns_topic_arns=[topic.arn for topic in topics],
            # Without an explicit guardrail policy the channel would have AdministratorAccess.
            guardrail_policy_arns=[policy.arn],
            logging_level="ERROR",
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )


def _publishers(args: NotificationsArgs) -> list[str]:
    """Return the roles of the functions that publish to the topics."""
    names, settings = args.names, args.settings
    return [
        *([names.monitor_role] if settings.model_monitor else []),
        *([names.notifier_role] if settings.slack_channel_id else []),
    ]
