"""Permissions of batch scoring, and of a deployment for it, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import SERVE, TAGS, Held, Permissions, actions, arn_of, document, tls_policy, trace_policy, trust_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


STATES = "states.amazonaws.com"

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
"""Actions that AWS Step Functions requires of a role that logs."""


def batch_policy(names: Names, alias_arn: str, bucket_arn: str) -> dict[str, Json]:
    """Return the policy of the state machine: call the alias, and read and write its own bucket.

    A distributed map starts, watches and stops executions of its own state machine [1]_. The actions of log delivery
    support no resource [2]_.

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


def _held(names: Names) -> tuple[Held, ...]:
    bucket = f"arn:aws:s3:::{names.batch_bucket}"
    alias = arn_of(names, "lambda", f"function:{names.function}:live")
    return (
        Held("batch bucket, with batchConcurrency", tls_policy(bucket)),
        Held("batch role: trust", trust_policy(STATES)),
        Held("batch role", batch_policy(names, alias, bucket)),
        Held("batch role, with tracing", trace_policy()),
    )


def _deployment(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Batches",
            "Action": actions(
                "states", *TAGS, "CreateStateMachine", "UpdateStateMachine", "DeleteStateMachine",
                "DescribeStateMachine", "ListStateMachineVersions", "ListTagsForResource",
            ),
            "Resource": arn_of(names, "states", f"stateMachine:{names.prefix}-*"),
        },
        {"Sid": "TryDefinition", "Action": "states:ValidateStateMachineDefinition", "Resource": "*"},
    ]  # fmt: skip


def _boundary(names: Names) -> list[dict[str, Json]]:
    """Return the permissions boundary of the batch role of any stack."""
    logs: list[Json] = list(LOG_DELIVERY)
    return [
        {
            "Sid": "CallAlias",
            "Action": "lambda:InvokeFunction",
            "Resource": arn_of(names, "lambda", "function:inference-*:live"),
        },
        {
            "Sid": "Lines",
            "Action": [
                "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListMultipartUploadParts",
                "s3:AbortMultipartUpload",
            ],
            "Resource": f"arn:aws:s3:::inference-*-batch-{names.account_id}/*",
        },
        {
            "Sid": "Batches",
            "Action": [
                "states:StartExecution", "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution",
            ],
            "Resource": [
                arn_of(names, "states", f"{kind}:inference-*-batch{tail}")
                for kind, tail in (("stateMachine", ""), ("execution", ":*"), ("execution", "/*"))
            ],
        },
        {"Sid": "DeliverLogs", "Action": logs, "Resource": "*"},
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, lambda names: {SERVE: _deployment(names)}, _boundary)
