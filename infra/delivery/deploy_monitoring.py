"""What the deployment of one stack may do with what watches it: logs, alarms, topics, the budget and Slack.

As in ``deploy_policy``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery.policies import TAGS, actions, arn_of

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def watch_statements(names: Names) -> list[dict[str, Json]]:
    """Return the statements."""
    return [*_logs(names), *_alarms(names)]


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
