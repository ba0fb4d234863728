"""Permissions of the model monitor, and of a deployment for it, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import LAMBDA, SERVE, TAGS, Held, Permissions, actions, arn_of, document, log_policy, trust_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def monitor_policy(names: Names, topic_arn: str, key_arn: str | None) -> dict[str, Json]:
    """Return the policy of the model monitor, besides its own log: query two logs, and publish to one topic.

    Without a key, the topic is not encrypted.

    The results of a query have no resource: every caller with the id of the query may read them, and only the caller
    that starts the query receives the id.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    .. [2] https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    encrypt: dict[str, Json] = {"Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    start = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:"
    return document(
        {
            "Sid": "AskLogs",
            "Action": "logs:StartQuery",
            "Resource": [f"{start}{group}:*" for group in (names.log_group, names.monitor_log_group)],
        },
        {"Sid": "ReadAnswers", "Action": "logs:GetQueryResults", "Resource": "*"},
        {"Sid": "TellPeople", "Action": "sns:Publish", "Resource": topic_arn},
        *([{"Sid": "EncryptNotices", **encrypt, "Resource": key_arn}] if key_arn else []),
    )


def _held(names: Names) -> tuple[Held, ...]:
    log_group = arn_of(names, "logs", f"log-group:{names.monitor_log_group}")
    topic = arn_of(names, "sns", names.of("alarms-SEVERITY"))
    return (
        Held("model monitor role, with modelMonitor: trust", trust_policy(LAMBDA)),
        Held("model monitor role, with modelMonitor", log_policy(log_group)),
        Held("model monitor role, with modelMonitor", monitor_policy(names, topic, "KEY")),
    )


def _deployment(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Clock",
            "Action": actions(
                "events", *TAGS, "PutRule", "DeleteRule", "DescribeRule", "PutTargets", "RemoveTargets",
                "ListTargetsByRule", "ListTagsForResource",
            ),
            "Resource": arn_of(names, "events", f"rule/{names.prefix}-*"),
        },
    ]  # fmt: skip


def _boundary(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "AskLogs",
            "Action": "logs:StartQuery",
            "Resource": arn_of(names, "logs", "log-group:/aws/lambda/inference-*"),
        },
        {"Sid": "ReadAnswers", "Action": "logs:GetQueryResults", "Resource": "*"},
        {"Sid": "TellPeople", "Action": "sns:Publish", "Resource": arn_of(names, "sns", "inference-*")},
        {
            "Sid": "EncryptNotices",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": arn_of(names, "kms", "key/*"),
            "Condition": {"StringEquals": {"kms:ViaService": f"sns.{names.region}.amazonaws.com"}},
        },
    ]


PERMISSIONS = Permissions(_held, lambda names: {SERVE: _deployment(names)}, _boundary)
