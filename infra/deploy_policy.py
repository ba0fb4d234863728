"""What the deployment of one stack may do, as a pure function: nothing beyond the resources that bear its name.

Where a statement reaches ``*`` for a resource, AWS knows no resource for the action, or the name is not known before.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery_policies import arn_of, store_arns
from infra.deploy_options_policy import option_statements
from infra.policies import document

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names

PASSED_TO: list[Json] = ["lambda.amazonaws.com", "chatbot.amazonaws.com", "ecs-tasks.amazonaws.com"]
"""Services that a role of the stack may be given to."""


def deploy_policy(names: Names, boundary_arn: str) -> dict[str, Json]:
    """Return what the deployment of one stack may do.

    Parameters
    ----------
    names : Names
        Of the stack; its model is not read.
    boundary_arn : str
        Roles are made within this boundary only.
    """
    return document(
        *_image_and_function(names), *_gateway(names), *_logs(names), *_alarms(names), *_keys_and_buckets(names),
        *option_statements(names), *_roles(names, boundary_arn),
    )  # fmt: skip


def _image_and_function(names: Names) -> list[dict[str, Json]]:
    return [
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Sid": "Images", "Action": "ecr:*", "Resource": arn_of(names, "ecr", f"repository/{names.prefix}-*")},
        {"Sid": "Function", "Action": "lambda:*", "Resource": arn_of(names, "lambda", f"function:{names.prefix}-*")},
        {
            "Sid": "Warm",
            "Action": [
                f"application-autoscaling:{verb}"
                for verb in (
                    "RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets",
                    "PutScheduledAction", "DeleteScheduledAction", "DescribeScheduledActions", "PutScalingPolicy",
                    "DeleteScalingPolicy", "DescribeScalingPolicies", "TagResource", "UntagResource",
                    "ListTagsForResource",
                )
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


def _gateway(names: Names) -> list[dict[str, Json]]:
    # The ids of APIs and keys are made by AWS. Not /account: the role of the gateway's logs is the whole account's.
    paths = ("restapis", "usageplans", "apikeys", "domainnames", "tags")
    return [
        {
            "Sid": "Api",
            "Action": [f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")],
            "Resource": [f"arn:aws:apigateway:{names.region}::/{path}{tail}" for path in paths for tail in ("", "/*")],
        },
        {
            "Sid": "Firewall",
            "Action": "wafv2:*",
            "Resource": [
                arn_of(names, "wafv2", f"regional/webacl/{names.prefix}-*"),
                arn_of(names, "wafv2", "regional/managedruleset/*"),
                f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
            ],
        },
    ]


def _logs(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Logs",
            "Action": "logs:*",
            "Resource": [
                arn_of(names, "logs", f"log-group:/aws/{kind}/{names.prefix}-*")
                for kind in ("lambda", "apigateway", "ecs")
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
            "Action": "cloudwatch:*",
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
        {"Sid": "Topics", "Action": "sns:*", "Resource": arn_of(names, "sns", f"{names.prefix}-*")},
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


def _keys_and_buckets(names: Names) -> list[dict[str, Json]]:
    ours: Json = {"StringEquals": {"aws:ResourceTag/stack": names.stack, "aws:ResourceTag/project": "inference"}}
    return [
        {
            "Sid": "MakeKey",
            "Action": ["kms:CreateKey", "kms:TagResource"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/stack": names.stack, "aws:RequestTag/project": "inference"}},
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
        {"Sid": "ModelStore", "Action": "s3:*", "Resource": store_arns(names)},
    ]  # fmt: skip


def _roles(names: Names, boundary_arn: str) -> list[dict[str, Json]]:
    roles = arn_of(names, "iam", f"role/{names.prefix}-*", regional=False)
    return [
        {
            "Sid": "RolesWithinTheBoundary",
            "Action": ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        },
        {
            "Sid": "Roles",
            "Action": [
                "iam:GetRole", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:GetRolePolicy", "iam:TagRole",
                "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:ListRolePolicies", "iam:UntagRole",
                "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
            ],
            "Resource": roles,
        },
        {
            "Sid": "SlackPolicy",
            "Action": [
                f"iam:{verb}"
                for verb in (
                    "CreatePolicy", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "CreatePolicyVersion",
                    "DeletePolicyVersion", "DeletePolicy", "TagPolicy",
                )
            ],
            "Resource": arn_of(names, "iam", f"policy/{names.prefix}-*", regional=False),
        },
        {
            "Sid": "PassRoles",
            "Action": "iam:PassRole",
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": PASSED_TO}},
        },
    ]  # fmt: skip
