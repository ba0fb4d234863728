"""Who may assume the delivery roles, and their permissions for images and models, as pure functions.

The permissions of a deployment are in ``deploy``, those for the state in ``state``. A statement has ``*`` for a
resource where AWS supports none for the action.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import arn_of, document
from infra.permissions.registry import SUBJECTS
from infra.storage.deployment import bucket_arns

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def trust(provider_arn: str, subject: str) -> dict[str, Json]:
    """Return the trust policy for runs of one repository: from one environment, branch or kind of event.

    Parameters
    ----------
    provider_arn : str
        ARN of the account's provider for GitHub's tokens.
    subject : str
        Compared in full, such as ``repo:OWNER/REPOSITORY:environment:prod``.

    References
    ----------
    .. [1] https://docs.github.com/en/actions/reference/security/oidc
    """
    return document(
        {
            "Sid": "WorkflowTakesRole",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}},
        }
    )


def ask_policy() -> dict[str, Json]:
    """Return the policy for the calls that the program itself makes while it runs a preview.

    EC2 supports no resources for these. A role needs no permission to get its own identity.
    """
    return document(
        {"Sid": "AskForNetwork", "Action": ["ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets"], "Resource": "*"}
    )


def pull_policy(names: Names) -> dict[str, Json]:
    """Return the policy of a preview for images: pull those of any stack, as a build cache."""
    return document(
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "PullImages",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": arn_of(names, "ecr", "repository/inference-*"),
        },
    )


def boundary(names: Names) -> dict[str, Json]:
    """Return the permissions boundary of the roles of all stacks.

    Parameters
    ----------
    names : Names
        Names of the bootstrap stack; the names of all stacks start with its project.
    """
    return document(*(statement for subject in SUBJECTS for statement in subject.boundary(names)))


def model_policy(names: Names, *, writes: bool) -> dict[str, Json]:
    """Return the policy of a run for the models of a stack: pull them, and push them from the main branch."""
    bucket, objects = bucket_arns(names.model_store)
    given: list[Json] = ["s3:GetObject", *(["s3:PutObject"] if writes else [])]
    return document(
        {"Sid": "ListModels", "Action": "s3:ListBucket", "Resource": bucket},
        {"Sid": "Models", "Action": given, "Resource": objects},
    )
