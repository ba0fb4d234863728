"""How bundles come to shared storage: a function with the right to write, which ``python -m operate.upload`` calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import environment
from infra.function.mount import grant, mounted
from infra.permissions.policies import LAMBDA, log_policy, trust_policy
from infra.storage.file_system import MOUNT_PATH

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount

TIMEOUT_S = 300
"""For the proof of a large bundle; a part is written in far less."""
HANDLER = "inference_lib.upload.handler.handler"


@dataclass(frozen=True, kw_only=True)
class UploadFunctionArgs:
    """What an ``UploadFunction`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Architecture, memory and the retention of logs.
    image_uri : Input of str
        The image, by digest; the one of the function that predicts.
    mount : Mount or None
        Shared storage.
    """

    names: Names
    settings: StackSettings
    image_uri: pulumi.Input[str]
    mount: Mount | None


class UploadFunction(pulumi.ComponentResource):
    """The function that writes bundles, when there is shared storage.

    Creates: its role and policies, its log group, and the function. Nothing calls it but people and pipelines that
    may deploy.

    Outputs: ``function_name``; empty without shared storage.
    """

    function_name: Output[str]

    def __init__(self, name: str, args: UploadFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:UploadFunction", name, None, opts)
        self.function_name = self._function(name, args, args.mount) if args.mount else Output.from_input("")
        self.register_outputs({"function_name": self.function_name})

    def _function(self, name: str, args: UploadFunctionArgs, mount: Mount) -> Output[str]:
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{args.names.upload_function}",
            retention_in_days=args.settings.log_retention_days,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=args.names.of("upload-role"),
            assume_role_policy=Output.json_dumps(trust_policy(LAMBDA)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        logs = aws.iam.RolePolicy(
            f"{name}-write-logs",
            name="write-logs",
            role=role.name,
            policy=Output.json_dumps(log_group.arn.apply(log_policy)),
            opts=ResourceOptions(parent=self),
        )
        rights = grant(self, args.names, role, mount, writes=True)
        function = aws.lambda_.Function(
            f"{name}-function",
            name=args.names.upload_function,
            description="Writes model bundles to shared storage",
            role=role.arn,
            package_type="Image",
            image_uri=args.image_uri,
            image_config={"commands": [HANDLER]},
            architectures=[args.settings.architecture],
            memory_size=args.settings.memory_mb,
            timeout=TIMEOUT_S,
            environment={"variables": {environment.MODELS_DIRECTORY: MOUNT_PATH}},
            logging_config={"log_format": "JSON", "log_group": log_group.name},
            **mounted(mount),
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, depends_on=[log_group, logs, *rights]),
        )
        return function.name
