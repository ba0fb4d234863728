"""Who may pull the image, and the permissions of a deployment for it, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import READ, SERVE, TAGS, Held, Permissions, actions, arn_of

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


def pull_policy(names: Names, *, uploads: bool = False) -> dict[str, Json]:
    """Return the policy that lets Lambda pull for this stack's functions, and for no other.

    With shared storage the function that writes to it runs the same image.

    Without this policy Lambda adds a statement of its own, which Pulumi would report as drift.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-permissions
    """
    functions = [*names.function_arns, *([names.upload_function_arns] if uploads else [])]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LambdaPulls",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Condition": {"ArnLike": {"aws:SourceArn": list(functions)}},
            }
        ],
    }


def _held(names: Names) -> tuple[Held, ...]:
    return (Held("image repository", pull_policy(names)),)


def _deployment(names: Names) -> list[dict[str, Json]]:
    return [
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "Images",
            "Action": actions(
                "ecr", *READ, *TAGS, "CreateRepository", "DeleteRepository", "PutImageTagMutability",
                "PutImageScanningConfiguration", "PutLifecyclePolicy", "DeleteLifecyclePolicy", "SetRepositoryPolicy",
                "DeleteRepositoryPolicy", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
                "CompleteLayerUpload", "PutImage", "BatchGetImage",
            ),
            "Resource": arn_of(names, "ecr", f"repository/{names.prefix}-*"),
        },
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, lambda names: {SERVE: _deployment(names)})
