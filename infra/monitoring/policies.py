"""Permissions to notify, to read from Slack, and of a deployment for monitoring, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import LAMBDA, Held, Permissions, arn_of, document, log_policy, trust_policy
from infra.monitoring.deployment import deployment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Json
    from infra.naming import Names


CLOUDWATCH = "cloudwatch.amazonaws.com"
ALARM_ACTIONS = "lambda.alarms.cloudwatch.amazonaws.com"
CHATBOT = "chatbot.amazonaws.com"
BUDGETS = "budgets.amazonaws.com"

KEY_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Permissions of the account for its key: all but encryption and decryption, which only the services need.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators
"""


def _from_our_alarms(names: Names) -> Json:
    return {
        "StringEquals": {"aws:SourceAccount": names.account_id},
        "ArnLike": {"aws:SourceArn": names.alarm_arns},
    }


def _from_our_budgets(names: Names) -> Json:
    return {
        "StringEquals": {"aws:SourceAccount": names.account_id},
        "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{names.account_id}:*"},
    }


def topic_policy(names: Names, topic_arn: str) -> dict[str, Json]:
    """Return the policy of a topic: only this stack's alarms and the account's budgets may publish.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    .. [2] https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    """
    publish: dict[str, Json] = {"Action": "sns:Publish", "Resource": topic_arn}
    return document(
        {
            "Sid": "AlarmsPublish",
            "Principal": {"Service": CLOUDWATCH},
            **publish,
            "Condition": _from_our_alarms(names),
        },
        {
            "Sid": "BudgetsPublish",
            "Principal": {"Service": BUDGETS},
            **publish,
            "Condition": _from_our_budgets(names),
        },
    )


def key_policy(names: Names, roles: Sequence[str]) -> dict[str, Json]:
    """Return the policy of the key: the account administers it; this stack's alarms and budgets encrypt with it.

    So do the roles of the functions that publish: the model monitor's and the notifier's, if they are on. A condition
    names them, because the policy of a key cannot name a role as principal before the role exists.

    The AWS managed key for SNS cannot be used: its policy cannot be changed, so that CloudWatch may not encrypt with it
    and alarms are lost without an error. In the policy of a key, ``*`` is that key.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    encrypt: dict[str, Json] = {"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}
    return document(
        {
            "Sid": "AccountAdministers",
            "Principal": {"AWS": f"arn:aws:iam::{names.account_id}:root"},
            "Action": list(KEY_ADMINISTRATION),
            "Resource": "*",
        },
        {
            "Sid": "AlarmsEncrypt",
            "Principal": {"Service": CLOUDWATCH},
            **encrypt,
            "Condition": _from_our_alarms(names),
        },
        {
            "Sid": "BudgetsEncrypt",
            "Principal": {"Service": BUDGETS},
            **encrypt,
            "Condition": _from_our_budgets(names),
        },
        *([{"Sid": "FunctionsEncrypt", **_functions_encrypt(names, roles), **encrypt}] if roles else []),
    )


def _functions_encrypt(names: Names, roles: Sequence[str]) -> dict[str, Json]:
    account = f"arn:aws:iam::{names.account_id}"
    return {
        "Principal": {"AWS": f"{account}:root"},
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": [f"{account}:role/{role}" for role in roles]},
            "StringEquals": {"kms:ViaService": f"sns.{names.region}.amazonaws.com"},
        },
    }


def notifier_policy(topic_arns: Sequence[str], key_arn: str | None, *, reads_alarms: bool) -> dict[str, Json]:
    """Return the policy of the notifier, besides its own log: publish to the topics, and read what a composite means.

    Without a key, the topics are not encrypted. DescribeAlarms lists by prefix, which no resource limits.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    encrypt: dict[str, Json] = {"Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    read: dict[str, Json] = {"Sid": "ReadAlarms", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}
    return document(
        {"Sid": "Publish", "Action": "sns:Publish", "Resource": list(topic_arns)},
        *([read] if reads_alarms else []),
        *([{"Sid": "EncryptMessages", **encrypt, "Resource": key_arn}] if key_arn else []),
    )


def slack_policy() -> dict[str, Json]:
    """Return the policy of the Slack channel: read alarms and show their graphs.

    None of these actions can be limited to a resource.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    """
    return document(
        {
            "Sid": "ReadAlarms",
            "Action": [
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricWidgetImage",
                "cloudwatch:ListMetrics",
            ],
            "Resource": "*",
        }
    )


def _held(names: Names) -> tuple[Held, ...]:
    topic = arn_of(names, "sns", names.of("alarms-SEVERITY"))
    return (
        Held("alarm topics", topic_policy(names, topic)),
        *(
            Held("key of the alarm topics", key_policy(names, roles))
            for roles in ((), (names.monitor_role, names.notifier_role))
        ),
        Held("notifier role, with Slack: trust", trust_policy(LAMBDA)),
        Held("notifier role, with Slack", log_policy(arn_of(names, "logs", f"log-group:/aws/lambda/{names.notifier}"))),
        Held("notifier role, with Slack", notifier_policy([topic], "KEY", reads_alarms=True)),
        Held("Slack channel role: trust", trust_policy(CHATBOT)),
        Held("Slack channel role and guardrail", slack_policy()),
    )


def _boundary(_names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "ReadAlarms",
            "Action": [
                "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:GetDashboard",
                "cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage", "cloudwatch:ListMetrics",
                "logs:GetQueryResults",
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, deployment, _boundary)
