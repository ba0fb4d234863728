"""The container definition of the console for Amazon ECS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from infra.console.balancer import PORT
from infra.storage.file_system import MOUNT_PATH

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names


@dataclass(frozen=True, kw_only=True)
class ConsoleTask:
    """What the container receives.

    Parameters
    ----------
    names : Names
        Names of the stack.
    has_key : bool
        Whether the API requires a key.
    has_models : bool
        Whether shared storage is mounted.
    """

    CONTAINER: ClassVar = "console"
    MODELS: ClassVar = "models"

    names: Names
    has_key: bool
    has_models: bool


def container(task: ConsoleTask, image_uri: str, secret_arn: str, secret_version: str) -> dict[str, Json]:
    """Return the definition of the container.

    Its secrets are pinned to one version, so that a new key makes a new revision, which is deployed.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    .. [2] https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    names = task.names
    variables = {
        "INFERENCE_MONITORING": "aws",
        "INFERENCE_STACK": names.stack,
        "AWS_REGION": names.region,
        **({"INFERENCE_BUNDLES": MOUNT_PATH} if task.has_models else {}),
    }
    secrets = {"INFERENCE_API_URL": "api_url", **({"INFERENCE_API_KEY": "api_key"} if task.has_key else {})}
    models: dict[str, Json] = {"sourceVolume": ConsoleTask.MODELS, "containerPath": MOUNT_PATH, "readOnly": True}
    return {
        "name": ConsoleTask.CONTAINER,
        "image": image_uri,
        "essential": True,
        "readonlyRootFilesystem": True,
        "portMappings": [{"containerPort": PORT, "hostPort": PORT, "protocol": "tcp"}],
        "environment": [{"name": name, "value": value} for name, value in sorted(variables.items())],
        "secrets": [
            {"name": name, "valueFrom": f"{secret_arn}:{member}::{secret_version}"}
            for name, member in sorted(secrets.items())
        ],
        "mountPoints": [models] if task.has_models else [],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": f"/aws/ecs/{names.console}",
                "awslogs-region": names.region,
                "awslogs-stream-prefix": "console",
            },
        },
    }
