"""A repository of container images: lifecycle, deletion and push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_docker as docker
from pulumi import ResourceOptions

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

CACHE_TAG = "cache"
KEPT_IMAGES = 30
"""Far more than the two versions of an alias: Lambda cannot run a version whose image is deleted."""


def make_repository(
    component: pulumi.Resource, repository_name: str, names: Names, settings: StackSettings
) -> aws.ecr.Repository:
    """Declare a repository, with its lifecycle.

    Parameters
    ----------
    component : Resource
        The component that owns it.
    repository_name : str
        Its name in AWS.
    names : Names
        Tags.
    settings : StackSettings
        Whether it may be deleted, and with its images.
    """
    name = component.pulumi_resource_name
    repository = aws.ecr.Repository(
        f"{name}-repository",
        name=repository_name,
        image_tag_mutability="IMMUTABLE_WITH_EXCLUSION",
        image_tag_mutability_exclusion_filters=[{"filter": f"{CACHE_TAG}*", "filter_type": "WILDCARD"}],
        image_scanning_configuration={"scan_on_push": True},
        encryption_configurations=[{"encryption_type": "AES256"}],
        force_delete=settings.force_delete,
        tags=names.tags,
        opts=ResourceOptions(parent=component, protect=settings.deletion_protection),
    )
    aws.ecr.LifecyclePolicy(
        f"{name}-lifecycle",
        repository=repository.name,
        policy=pulumi.Output.json_dumps(lifecycle_policy()),
        opts=ResourceOptions(parent=component),
    )
    return repository


def registry_of(component: pulumi.Resource, repository: aws.ecr.Repository) -> docker.RegistryArgs:
    """Return the credentials to push images: a token that expires after 12 hours, so that each run gets a new one."""
    token = aws.ecr.get_authorization_token_output(
        registry_id=repository.registry_id, opts=pulumi.InvokeOutputOptions(parent=component)
    )
    return docker.RegistryArgs(
        server=repository.repository_url,
        username=token.user_name,
        password=pulumi.Output.secret(token.password),
    )


def lifecycle_policy() -> dict[str, Json]:
    """Return the lifecycle of the repository, which limits the number of images only.

    A rule by age, or for untagged images, would eventually delete the image that the function runs, and each call would
    then return 502.
    """
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"Keep the last {KEPT_IMAGES} images",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT_IMAGES},
                "action": {"type": "expire"},
            }
        ]
    }
