"""Permissions of a deployment for monitoring: logs, alarms, topics with their key, the budget and Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import KEEP, TAGS, WATCH, actions, arn_of, of_stack

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def deployment(names: Names) -> dict[str, list[dict[str, Json]]]:
    """Return the statements, by the policy of the deployment."""
    return {WATCH: [*_logs(names), *_alarms(names), *_notifications(names)], KEEP: _key(names)}


def _logs(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Logs",
            "Action": actions(
                "logs", *TAGS, "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy",
                "PutLogGroupDeletionProtection", "PutMetricFilter", "DeleteMetricFilter", "DescribeMetricFilters",
                "PutSubscriptionFilter", "DeleteSubscriptionFilter", "DescribeSubscriptionFilters", "CreateLogStream",
                "DeleteLogStream", "DescribeLogStreams", "PutIndexPolicy", "DeleteIndexPolicy",
                "DescribeIndexPolicies", "ListTagsForResource",
            ),
            "Resource": [
                arn_of(names, "logs", f"log-group:/aws/{kind}/{names.prefix}-*")
                for kind in ("lambda", "apigateway", "kinesisfirehose", "vendedlogs/states", "ecs")
            ],
        },
        {
            "Sid": "LogQueries",
            "Action": [
                "logs:DescribeLogGroups", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition",
                "logs:DeleteQueryDefinition", "logs:CreateLogDelivery", "logs:GetLogDelivery",
                "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


def _alarms(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Alarms",
            "Action": actions(
                "cloudwatch", *TAGS, "PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "PutDashboard",
                "DeleteDashboards", "GetDashboard", "ListTagsForResource",
            ),
            "Resource": [
                arn_of(names, "cloudwatch", f"alarm:{names.prefix}-*"),
                arn_of(names, "cloudwatch", f"dashboard/{names.prefix}-*", regional=False),
            ],
        },
        {"Sid": "ReadAlarms", "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:ListDashboards"], "Resource": "*"},
        {
            "Sid": "Budget",
            "Action": [
                "budgets:ViewBudget", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ListTagsForResource",
            ],
            "Resource": arn_of(names, "budgets", f"budget/{names.prefix}-*", regional=False),
        },
    ]  # fmt: skip


def _notifications(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Topics",
            "Action": actions(
                "sns", *TAGS, "CreateTopic", "DeleteTopic", "SetTopicAttributes", "GetTopicAttributes", "Subscribe",
                "ListTagsForResource",
            ),
            "Resource": arn_of(names, "sns", f"{names.prefix}-*"),
        },
        {
            "Sid": "Subscriptions",
            "Action": actions("sns", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
            "Resource": "*",
        },
        {
            "Sid": "Slack",
            "Action": [
                f"chatbot:{verb}"
                for verb in (
                    "CreateSlackChannelConfiguration", "UpdateSlackChannelConfiguration", "TagResource",
                    "DeleteSlackChannelConfiguration", "DescribeSlackChannelConfigurations",
                    "DescribeSlackWorkspaces", "ListTagsForResource",
                )
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


def _key(names: Names) -> list[dict[str, Json]]:
    ours, made_ours = of_stack(names, "Resource"), of_stack(names, "Request")
    untagged: Json = {"aws:ResourceTag/stack": "true", "aws:ResourceTag/project": "true"}
    return [
        {"Sid": "MakeKey", "Action": "kms:CreateKey", "Resource": "*", "Condition": made_ours},
        {
            # AWS KMS cannot distinguish a new key from another without tags: a key with the tag of a stack is excluded.
            "Sid": "TagNewKey",
            "Action": "kms:TagResource",
            "Resource": "*",
            "Condition": {**made_ours, "Null": untagged},
        },
        {
            "Sid": "Key",
            "Action": [
                "kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus",
                "kms:EnableKeyRotation", "kms:ListResourceTags", "kms:TagResource", "kms:UpdateKeyDescription",
                "kms:ScheduleKeyDeletion", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias",
            ],
            "Resource": arn_of(names, "kms", "key/*"),
            "Condition": ours,
        },
        {
            "Sid": "KeyAlias",
            "Action": ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
            "Resource": arn_of(names, "kms", f"alias/{names.prefix}-*"),
        },
        {"Sid": "ListAliases", "Action": "kms:ListAliases", "Resource": "*"},
    ]  # fmt: skip
