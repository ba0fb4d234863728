"""A Lambda function that runs the image: its role, its log and the permissions of every function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.function.mount import mount_policies, mounted
from infra.iam import LAMBDA, log_policy, trace_policy, trust_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount

LEAST_EPHEMERAL_STORAGE_MB = 512
"""Included in the price of a function.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
"""


@dataclass(frozen=True, kw_only=True)
class ImageFunctionArgs:
    """Arguments of an ``ImageFunction``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Architecture, retention of logs, deletion protection and permissions boundary.
    function_name, role_name : str
        Names in AWS.
    description : str
        Shown in the console of AWS Lambda.
    image_uri : Input of str
        The image, by digest.
    handler : str
        Handler, ``MODULE.FUNCTION``; empty for the one that the image names.
    memory_mb : int
        Memory, in megabytes.
    timeout_s : int
        Longest invocation, in seconds.
    environment : mapping of str to Input of str
        Environment variables.
    policies : mapping of str to Input of dict
        IAM policies of the role besides those that every function has, by name.
    mount : Mount or None
        Shared storage to mount.
    writes_models : bool
        Whether the function writes to shared storage.
    log_level : str
        Lowest level that is logged; empty for the default of AWS Lambda.
    ephemeral_storage_mb : int
        Space of ``/tmp``, in megabytes.
    reserved_concurrency : int
        Execution environments reserved for the function; 0 for none.
    tracing : bool
        Whether invocations are traced with AWS X-Ray.
    publish : bool
        Whether each change publishes a version.
    """

    names: Names
    settings: StackSettings
    function_name: str
    role_name: str
    description: str
    image_uri: pulumi.Input[str]
    handler: str = ""
    memory_mb: int
    timeout_s: int
    environment: Mapping[str, pulumi.Input[str]]
    policies: Mapping[str, Output[dict[str, Json]]] = field(default_factory=dict)
    mount: Mount | None = None
    writes_models: bool = False
    log_level: str = ""
    ephemeral_storage_mb: int = LEAST_EPHEMERAL_STORAGE_MB
    reserved_concurrency: int = 0
    tracing: bool = False
    publish: bool = False


class ImageFunction(pulumi.ComponentResource):
    """A Lambda function that runs the image of the stack.

    Creates: the log group, the role with its policies, and the function.

    Outputs: ``function_name``, ``arn``, ``version`` (the one published last), ``deployed_at`` (when AWS Lambda last
    changed it) and ``log_group`` (its name).
    """

    function_name: Output[str]
    arn: Output[str]
    version: Output[str]
    deployed_at: Output[str]
    log_group: Output[str]

    def __init__(self, name: str, args: ImageFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:ImageFunction", name, None, opts)
        log_group = self._log_group(name, args)
        role, policies = self._role(name, args, log_group)
        targets = args.mount.mount_targets if args.mount else ()
        # Without these the first invocation could start before it may log, or before there is something to mount.
        function = self._function(name, args, role, log_group, [log_group, *policies, *targets])
        self.function_name, self.arn, self.version = function.name, function.arn, function.version
        self.deployed_at, self.log_group = function.last_modified, log_group.name
        self.register_outputs(
            {
                "function_name": self.function_name,
                "arn": self.arn,
                "version": self.version,
                "deployed_at": self.deployed_at,
                "log_group": self.log_group,
            }
        )

    def _log_group(self, name: str, args: ImageFunctionArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{args.function_name}",
            retention_in_days=args.settings.log_retention_days,
            log_group_class="STANDARD",
            deletion_protection_enabled=args.settings.deletion_protection,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )

    def _role(
        self, name: str, args: ImageFunctionArgs, log_group: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=Output.json_dumps(trust_policy(LAMBDA)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        documents = {"write-logs": log_group.arn.apply(log_policy), **args.policies}
        if args.tracing:
            documents["send-traces"] = Output.from_input(trace_policy())
        if args.mount:
            documents |= mount_policies(args.names, args.mount, writes=args.writes_models)
        return role, [
            aws.iam.RolePolicy(
                f"{name}-{policy}",
                name=policy,
                role=role.name,
                policy=Output.json_dumps(document),
                opts=ResourceOptions(parent=self),
            )
            for policy, document in documents.items()
        ]

    def _function(
        self,
        name: str,
        args: ImageFunctionArgs,
        role: aws.iam.Role,
        log_group: aws.cloudwatch.LogGroup,
        needed: list[pulumi.Resource],
    ) -> aws.lambda_.Function:
        levels: dict[str, pulumi.Input[str]] = (
            {"application_log_level": args.log_level, "system_log_level": args.log_level} if args.log_level else {}
        )
        return aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=args.description,
            role=role.arn,
            package_type="Image",
            image_uri=args.image_uri,
            image_config={"commands": [args.handler]} if args.handler else None,
            architectures=[args.settings.architecture],
            memory_size=args.memory_mb,
            timeout=args.timeout_s,
            environment={"variables": dict(args.environment)},
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="JSON", log_group=log_group.name, **levels),
            ephemeral_storage={"size": args.ephemeral_storage_mb},
            reserved_concurrent_executions=args.reserved_concurrency or None,
            tracing_config={"mode": "Active" if args.tracing else "PassThrough"},
            **mounted(args.mount),
            publish=args.publish,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, depends_on=needed),
        )
