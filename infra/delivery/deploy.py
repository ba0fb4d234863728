"""Permissions of the deployment of one stack, as a pure function: only resources with its name.

A statement has ``*`` for a resource where AWS supports none for the action, or where the name is not known in advance.

Write actions are listed one by one, and a test compares them with the calls of the AWS provider. Where there are many
read actions, they are not listed: a newer provider may read more properties.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import DEPLOYMENT, KEEP, arn_of, document
from infra.permissions.registry import SUBJECTS

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

PASSED_TO: list[Json] = [
    f"{service}.amazonaws.com" for service in ("lambda", "chatbot", "states", "firehose", "logs", "ecs-tasks")
]
"""Services that a role of the stack may be passed to."""


def deploy_policies(names: Names, boundary_arn: str) -> dict[str, dict[str, Json]]:
    """Return the policies of the deployment of one stack, by name.

    Parameters
    ----------
    names : Names
        Names of the stack; the model is not read.
    boundary_arn : str
        ARN of the permissions boundary that every created role must have.
    """
    statements: dict[str, list[dict[str, Json]]] = {part: [] for part in DEPLOYMENT}
    for subject in SUBJECTS:
        for part, allowed in subject.deployment(names).items():
            statements[part] += allowed
    statements[KEEP] += _roles(names, boundary_arn)
    return {part: document(*allowed) for part, allowed in statements.items()}


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
