"""Who may take the roles of the delivery, and what runs may do with images and models, as pure functions.

What a deployment may do is in ``deploy``, what runs may do with the state in ``state``. Where a
statement reaches ``*`` for a resource, AWS knows no resource for the action.

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
    """Return the policy that lets runs of one repository take a role: from one environment, branch or kind of event.

    Parameters
    ----------
    provider_arn : str
        Of the account's provider for GitHub's tokens.
    subject : str
        Compared whole, such as ``repo:OWNER/REPOSITORY:environment:prod``.

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
    """Return what a preview may ask AWS beyond the state: what the program itself asks while it runs.

    EC2 knows no resources for it. That a role may ask who it is needs no right.
    """
    return document(
        {"Sid": "AskForNetwork", "Action": ["ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets"], "Resource": "*"}
    )


def pull_policy(names: Names) -> dict[str, Json]:
    """Return what a preview may do with images: pull those of any stack, to build on them."""
    return document(
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "PullImages",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": arn_of(names, "ecr", "repository/inference-*"),
        },
    )


def boundary(names: Names) -> dict[str, Json]:
    """Return the most that a role of any stack may ever do, whatever its own policies say.

    Parameters
    ----------
    names : Names
        Of the bootstrap: its prefix, without a stack, starts the names of all.
    """
    return document(*(statement for subject in SUBJECTS for statement in subject.boundary(names)))


def model_policy(names: Names, *, writes: bool) -> dict[str, Json]:
    """Return what a run may do with the models of a stack: pull them, and push them from the main branch."""
    bucket, objects = bucket_arns(names.model_store)
    given: list[Json] = ["s3:GetObject", *(["s3:PutObject"] if writes else [])]
    return document(
        {"Sid": "ListModels", "Action": "s3:ListBucket", "Resource": bucket},
        {"Sid": "Models", "Action": given, "Resource": objects},
    )
