"""The Lambda function: its role, its log, its metrics and the alias that callers use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib import environment
from inference_lib.contract.document import IGNORE
from inference_lib.telemetry import metrics as telemetry
from infra.function.live import LiveFunction
from infra.function.mount import grant, mounted
from infra.image.component import SHADOW_DIRECTORY
from infra.permissions.policies import LAMBDA, log_policy, trace_policy, trust_policy
from infra.settings.text_rules import feature_names
from infra.storage.file_system import bundle_path

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount

ALIAS = "live"


@dataclass(frozen=True, kw_only=True)
class InferenceFunctionArgs:
    """What an ``InferenceFunction`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Memory, timeout, architecture, log level and limits.
    image_uri : Input of str
        The image, by digest.
    mount : Mount, optional
        Shared storage; mounted when the bundle is served from it.
    """

    names: Names
    settings: StackSettings
    image_uri: pulumi.Input[str]
    mount: Mount | None = None


class InferenceFunction(pulumi.ComponentResource):
    """The function that predicts, as a published version behind the alias ``live``.

    Creates: the role and its policy, the log group, the function with a version, and the alias.

    Outputs: ``live`` (the alias), ``live_version`` (what it serves), ``function_version`` (the one published last) and
    ``log_group`` (its name).
    """

    live: LiveFunction
    live_version: Output[str]
    function_version: Output[str]
    log_group: Output[str]

    def __init__(self, name: str, args: InferenceFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:InferenceFunction", name, None, opts)
        log_group = self._log_group(name, args)
        settings = args.settings
        role, log_policy = self._role(name, args, log_group)
        needed: list[pulumi.Resource] = [log_group, log_policy]
        if mount := _mount_of(args):
            needed += grant(self, args.names, role, mount, writes=False)
        function = self._function(name, args, role, needed)
        alias = aws.lambda_.Alias(
            f"{name}-alias",
            name=ALIAS,
            description="What the API calls",
            function_name=function.name,
            function_version=settings.stable_version or function.version,
            # Lambda refuses weights of 0.
            routing_config=_canary(settings, function.version),
            opts=ResourceOptions(parent=self),
        )
        self.live = LiveFunction(function.name, alias.name, alias.invoke_arn, alias.arn)
        self.live_version = alias.function_version
        self.function_version = function.version
        self.log_group = log_group.name
        self.register_outputs(
            {
                **self.live._asdict(),
                "live_version": self.live_version,
                "function_version": self.function_version,
                "log_group": self.log_group,
            }
        )

    def _log_group(self, name: str, args: InferenceFunctionArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=args.names.log_group,
            retention_in_days=args.settings.log_retention_days,
            log_group_class="STANDARD",
            deletion_protection_enabled=args.settings.deletion_protection,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )

    def _role(
        self, name: str, args: InferenceFunctionArgs, log_group: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            f"{name}-role",
            name=args.names.of("predict-role"),
            assume_role_policy=Output.json_dumps(trust_policy(LAMBDA)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-write-logs",
            name="write-logs",
            role=role.name,
            policy=Output.json_dumps(log_group.arn.apply(log_policy)),
            opts=ResourceOptions(parent=self),
        )
        if args.settings.tracing:
            aws.iam.RolePolicy(
                f"{name}-send-traces",
                name="send-traces",
                role=role.name,
                policy=Output.json_dumps(trace_policy()),
                opts=ResourceOptions(parent=self),
            )
        return role, policy

    def _function(
        self,
        name: str,
        args: InferenceFunctionArgs,
        role: aws.iam.Role,
        needed: list[pulumi.Resource],
    ) -> aws.lambda_.Function:
        settings = args.settings
        return aws.lambda_.Function(
            f"{name}-function",
            name=args.names.function,
            description=f"Predictions of the model {settings.contract.name} {settings.contract.version}",
            role=role.arn,
            package_type="Image",
            image_uri=args.image_uri,
            architectures=[settings.architecture],
            memory_size=settings.memory_mb,
            timeout=settings.timeout_s,
            environment={"variables": _variables(args.names, settings)},
            logging_config={
                "log_format": "JSON",
                "application_log_level": settings.log_level,
                "system_log_level": settings.log_level,
                "log_group": args.names.log_group,
            },
            ephemeral_storage={"size": settings.ephemeral_storage_mb},
            reserved_concurrent_executions=settings.reserved_concurrency or None,
            tracing_config={"mode": "Active" if settings.tracing else "PassThrough"},
            **mounted(_mount_of(args)),
            publish=True,
            tags=args.names.tags,
            # Otherwise the first call can come before the right to log it, or before there is something to mount.
            opts=ResourceOptions(parent=self, depends_on=needed),
        )


def _variables(names: Names, settings: StackSettings) -> pulumi.Input[dict[str, pulumi.Input[str]]]:
    variables: dict[str, pulumi.Input[str]] = {**function_environment(names, settings)}
    if environment.LOG_PAYLOAD_HASH_KEY in variables:
        variables[environment.LOG_PAYLOAD_HASH_KEY] = Output.secret(settings.capture_hash_key)
    return variables


def _mount_of(args: InferenceFunctionArgs) -> Mount | None:
    return args.mount if args.settings.is_served_from_storage else None


def _canary(settings: StackSettings, newest: Output[str]) -> aws.lambda_.AliasRoutingConfigArgsDict | None:
    if not settings.canary_weight:
        return None
    weights = newest.apply(lambda version: {version: settings.canary_weight})
    return {"additional_version_weights": weights}


def function_environment(names: Names, settings: StackSettings) -> dict[str, str]:
    """Return the environment of the function; the image itself says where its bundle is, if it has one."""
    watched = settings.watched_classes
    return {
        **({environment.MODEL_BUNDLE: bundle_path(settings)} if settings.is_served_from_storage else {}),
        environment.METRICS_NAMESPACE: telemetry.namespace(settings.stack),
        environment.SERVICE_NAME: names.function,
        environment.LOG_LEVEL: settings.log_level,
        environment.MAX_INSTANCES: str(settings.max_instances),
        **({environment.CLASS_METRICS: json.dumps(list(watched))} if watched else {}),
        **({environment.UNKNOWN_FEATURES: IGNORE} if settings.unknown_features == IGNORE else {}),
        **({} if settings.log_bins else {environment.LOG_BINS: "false"}),
        **({environment.FEEDBACK: "true"} if settings.feedback else {}),
        **({environment.CORS_ALLOW_ORIGIN: settings.cors_allow_origin} if settings.cors_allow_origin else {}),
        **(_capture_environment(settings) if settings.capture else {}),
        **(_shadow_environment(settings) if settings.shadow_version else {}),
    }


def _shadow_environment(settings: StackSettings) -> dict[str, str]:
    return {
        environment.SHADOW_BUNDLE: SHADOW_DIRECTORY,
        environment.SHADOW_SAMPLE_RATE: str(settings.shadow_sample_rate),
    }


def _capture_environment(settings: StackSettings) -> dict[str, str]:
    dropped, hashed = feature_names(settings.capture_drop), feature_names(settings.capture_hash)
    with_key = {
        environment.LOG_PAYLOAD_HASH: json.dumps(hashed),
        environment.LOG_PAYLOAD_HASH_KEY: settings.capture_hash_key,
    }
    return {
        environment.LOG_PAYLOAD_SAMPLE_RATE: str(settings.capture_sample_rate),
        environment.LOG_PAYLOAD_MAX_BYTES: str(settings.capture_max_bytes),
        **({environment.LOG_PAYLOAD_DROP: json.dumps(dropped)} if dropped else {}),
        **(with_key if hashed else {}),
    }
