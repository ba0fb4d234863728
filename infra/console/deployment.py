"""Permissions of a deployment for the console of one stack.

AWS names the resources of Amazon Cognito: a deployment may change those with the tags of the stack, and sets these tags
on creation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import CONSOLE, TAGS, actions, arn_of, of_stack

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


SERVICES: list[Json] = [
    f"{service}.amazonaws.com" for service in ("backup", "ecs", "elasticfilesystem", "elasticloadbalancing")
]
"""Services that create their own role on first use in an account."""


def deployment(names: Names) -> dict[str, list[dict[str, Json]]]:
    """Return the statements, by the policy of the deployment."""
    return {CONSOLE: [*_service(names), *_secret(names), *_sign_in(names)]}


def _service(names: Names) -> list[dict[str, Json]]:
    balancing = [f"{kind}/{names.prefix}-*" for kind in ("loadbalancer/app", "listener/app", "targetgroup")]
    return [
        {
            "Sid": "ConsoleService",
            "Action": actions(
                "ecs", "Describe*", "List*", *TAGS, "CreateCluster", "UpdateCluster", "UpdateClusterSettings",
                "PutClusterCapacityProviders", "DeleteCluster", "CreateService", "UpdateService", "DeleteService",
            ),
            "Resource": [
                arn_of(names, "ecs", f"{kind}/{names.prefix}-*") for kind in ("cluster", "service", "task-definition")
            ],
        },
        {
            "Sid": "ConsoleTask",
            "Action": ["ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"],
            "Resource": "*",
        },
        {
            "Sid": "ConsoleBalancer",
            "Action": actions(
                "elasticloadbalancing", "AddTags", "RemoveTags", "CreateLoadBalancer", "DeleteLoadBalancer",
                "ModifyLoadBalancerAttributes", "SetSecurityGroups", "SetSubnets", "SetIpAddressType",
                "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
                "CreateListener", "DeleteListener", "ModifyListener", "ModifyListenerAttributes",
            ),
            "Resource": [arn_of(names, "elasticloadbalancing", each) for each in balancing],
        },
        {"Sid": "ReadBalancers", "Action": "elasticloadbalancing:Describe*", "Resource": "*"},
    ]  # fmt: skip


def _secret(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "ConsoleSecret",
            "Action": actions(
                "secretsmanager", *TAGS, "CreateSecret", "UpdateSecret", "DeleteSecret", "DescribeSecret",
                "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds", "PutSecretValue",
                "UpdateSecretVersionStage",
            ),
            "Resource": arn_of(names, "secretsmanager", f"secret:{names.prefix}-*"),
        },
        {
            "Sid": "RolesOfServices",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": arn_of(names, "iam", "role/aws-service-role/*", regional=False),
            "Condition": {"StringEquals": {"iam:AWSServiceName": SERVICES}},
        },
    ]  # fmt: skip


def _sign_in(names: Names) -> list[dict[str, Json]]:
    ours, made_ours = of_stack(names, "Resource"), of_stack(names, "Request")
    return [
        {"Sid": "MakePool", "Action": "cognito-idp:CreateUserPool", "Resource": "*", "Condition": made_ours},
        {"Sid": "ReadPoolDomain", "Action": "cognito-idp:DescribeUserPoolDomain", "Resource": "*"},
        {
            "Sid": "Pool",
            "Action": actions(
                "cognito-idp", "Describe*", "Get*", "List*", *TAGS, "UpdateUserPool", "DeleteUserPool",
                "SetUserPoolMfaConfig", "CreateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient",
                "CreateUserPoolDomain", "UpdateUserPoolDomain", "DeleteUserPoolDomain", "AdminCreateUser",
                "AdminGetUser", "AdminUpdateUserAttributes", "AdminDeleteUser",
            ),
            "Resource": arn_of(names, "cognito-idp", "userpool/*"),
            "Condition": ours,
        },
    ]  # fmt: skip
