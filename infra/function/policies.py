"""Permissions of the functions, and of a deployment for them, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import LAMBDA, SERVE, TAGS, Held, Permissions, actions, arn_of, log_policy, trace_policy, trust_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def _held(names: Names) -> tuple[Held, ...]:
    log_group = arn_of(names, "logs", f"log-group:{names.log_group}")
    return (
        Held("function role: trust", trust_policy(LAMBDA)),
        Held("function role", log_policy(log_group)),
        Held("function role, with tracing", trace_policy()),
    )


def _deployment(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Function",
            "Action": actions(
                "lambda", "Get*", "List*", *TAGS, "CreateFunction", "DeleteFunction", "UpdateFunctionCode",
                "UpdateFunctionConfiguration", "PublishVersion", "CreateAlias", "UpdateAlias", "DeleteAlias",
                "AddPermission", "RemovePermission", "PutFunctionConcurrency", "DeleteFunctionConcurrency",
                "PutFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig",
            ),
            "Resource": arn_of(names, "lambda", f"function:{names.prefix}-*"),
        },
        {
            # Bundles reach shared storage only through this function.
            "Sid": "UploadBundle",
            "Action": "lambda:InvokeFunction",
            "Resource": arn_of(names, "lambda", f"function:{names.upload_function}"),
        },
        {
            "Sid": "Warm",
            "Action": actions(
                "application-autoscaling", *TAGS, "RegisterScalableTarget", "DeregisterScalableTarget",
                "DescribeScalableTargets", "PutScheduledAction", "DeleteScheduledAction", "DescribeScheduledActions",
                "PutScalingPolicy", "DeleteScalingPolicy", "DescribeScalingPolicies", "ListTagsForResource",
            ),
            "Resource": "*",
        },
        {
            # The first target in an account creates the role with which AWS keeps functions warm.
            "Sid": "WarmRole",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": "lambda.application-autoscaling.amazonaws.com"}},
        },
    ]  # fmt: skip


def _boundary(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "WriteLogs",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [
                arn_of(names, "logs", f"log-group:/aws/{kind}/inference-*") for kind in ("lambda", "ecs")
            ],
        },
        {"Sid": "SendTraces", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"},
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, lambda names: {SERVE: _deployment(names)}, _boundary)
