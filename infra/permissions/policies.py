"""Every IAM policy of the stack, as pure functions; ``docs/permissions.md`` is made from them.

No policy has an action that is all of a service, but for the administration of the key by its own account. Where
a statement reaches ``*`` for a resource, the docstring says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

LAMBDA = "lambda.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"
STATES = "states.amazonaws.com"
CHATBOT = "chatbot.amazonaws.com"
BUDGETS = "budgets.amazonaws.com"


def document(*statements: dict[str, Json]) -> dict[str, Json]:
    """Return a policy that allows these statements, but for those that say something else."""
    listed: list[Json] = [{"Effect": "Allow", **statement} for statement in statements]
    return {"Version": "2012-10-17", "Statement": listed}


def trust_policy(service: str) -> dict[str, Json]:
    """Return the policy that lets one AWS service take a role."""
    return document({"Sid": "ServiceTakesRole", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def log_policy(log_group_arn: str) -> dict[str, Json]:
    """Return what the function may do with logs: write to its own group.

    It may not create the group, or a group that was destroyed would come back without retention.
    Metrics need no right of their own: they are log lines.
    """
    return document(
        {
            "Sid": "WriteOwnLog",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
        }
    )


def trace_policy() -> dict[str, Json]:
    """Return what the function may do when it is traced: send segments.

    AWS X-Ray knows no resource for these two actions.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return document(
        {"Sid": "SendTraces", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
    )


def monitor_policy(names: Names, topic_arn: str, key_arn: str) -> dict[str, Json]:
    """Return what the model monitor may do beside writing its log: ask two logs, and tell one topic.

    The answers of a query have no resource: whoever knows its id may read them, and ids are given to who asks alone.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    .. [2] https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    start = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:"
    return document(
        {
            "Sid": "AskLogs",
            "Action": "logs:StartQuery",
            "Resource": [f"{start}{group}:*" for group in (names.log_group, names.monitor_log_group)],
        },
        {"Sid": "ReadAnswers", "Action": "logs:GetQueryResults", "Resource": "*"},
        {"Sid": "TellPeople", "Action": "sns:Publish", "Resource": topic_arn},
        {"Sid": "EncryptNotices", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": key_arn},
    )


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
"""What the account does with its key: everything but to encrypt and decrypt, which the services alone do.

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
    """Return the policy of a topic: this stack's alarms and the account's budgets may publish, nobody else.

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


def key_policy(names: Names, *, with_monitor: bool) -> dict[str, Json]:
    """Return the policy of the key: the account administers it, this stack's alarms and budgets encrypt with it.

    So does the model monitor, when there is one. Its role is named in a condition, because the policy of a key may
    not name a role as principal before it exists.

    The key that AWS manages for SNS cannot be used: its policy cannot be changed, so that
    CloudWatch may not encrypt with it and alarms are lost without an error. In the policy of a key
    ``*`` is that key.

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
        *([{"Sid": "MonitorEncrypts", **_monitor_encrypts(names), **encrypt}] if with_monitor else []),
    )


def _monitor_encrypts(names: Names) -> dict[str, Json]:
    account = f"arn:aws:iam::{names.account_id}"
    return {
        "Principal": {"AWS": f"{account}:root"},
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": f"{account}:role/{names.monitor_role}"},
            "StringEquals": {"kms:ViaService": f"sns.{names.region}.amazonaws.com"},
        },
    }


def slack_policy() -> dict[str, Json]:
    """Return all that people may do from the Slack channel: read alarms and see their graphs.

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


def tls_policy(bucket_arn: str) -> dict[str, Json]:
    """Return the policy of a bucket that refuses everybody who comes without TLS.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def batch_policy(names: Names, alias_arn: str, bucket_arn: str) -> dict[str, Json]:
    """Return what the state machine of the batches may do: call the alias, and read and write its own bucket.

    A distributed map starts, watches and stops executions of its own state machine [1]_. The deliveries of logs know
    no resource [2]_.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    .. [2] https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    own = names.batch_arn.replace(":stateMachine:", ":execution:")
    return document(
        {"Sid": "CallAlias", "Action": "lambda:InvokeFunction", "Resource": alias_arn},
        {"Sid": "ReadLines", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": f"{bucket_arn}/*"},
        {
            "Sid": "WriteResults",
            "Action": ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
            "Resource": f"{bucket_arn}/runs/*",
        },
        {"Sid": "StartBatches", "Action": "states:StartExecution", "Resource": names.batch_arn},
        {
            "Sid": "WatchBatches",
            "Action": ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
            "Resource": [f"{own}:*", f"{own}/*"],
        },
        {"Sid": "DeliverLogs", "Action": list(LOG_DELIVERY), "Resource": "*"},
    )


LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What AWS Step Functions asks of a role that logs."""


def network_policy(networks: tuple[str, ...]) -> dict[str, Json]:
    """Return the policy of the API with an allow list: everybody from these networks, nobody else.

    The principal is everybody, because the API asks for keys and not for AWS identities.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    allowed: list[Json] = list(networks)
    return document(
        {
            "Sid": "AllowedNetworks",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": allowed}},
        }
    )
