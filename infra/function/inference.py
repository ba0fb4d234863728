"""The Lambda function that predicts, and the alias that the API calls."""

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
from infra.function.component import ImageFunction, ImageFunctionArgs
from infra.function.live import LiveFunction
from infra.image.component import SHADOW_DIRECTORY
from infra.settings.values.words import feature_names
from infra.storage.file_system import bundle_path

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount

ALIAS = "live"


@dataclass(frozen=True, kw_only=True)
class InferenceFunctionArgs:
    """Arguments of ``InferenceFunction``.

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

    Outputs: ``live`` (the alias), ``live_version`` (what it serves), ``function_version`` (the one published last),
    ``deployed_at`` (when AWS Lambda changed the function) and ``log_group`` (its name).
    """

    live: LiveFunction
    live_version: Output[str]
    function_version: Output[str]
    deployed_at: Output[str]
    log_group: Output[str]

    def __init__(self, name: str, args: InferenceFunctionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:function:InferenceFunction", name, None, opts)
        settings = args.settings
        function = self._function(name, args)
        alias = aws.lambda_.Alias(
            f"{name}-alias",
            name=ALIAS,
            description="What the API calls",
            function_name=function.function_name,
            function_version=settings.stable_version or function.version,
            # Lambda rejects weights of 0.
            routing_config=_canary(settings, function.version),
            opts=ResourceOptions(parent=self),
        )
        self.live = LiveFunction(function.function_name, alias.name, alias.invoke_arn, alias.arn)
        self.live_version = alias.function_version
        self.function_version, self.deployed_at = function.version, function.deployed_at
        self.log_group = function.log_group
        self.register_outputs(
            {
                **self.live._asdict(),
                "live_version": self.live_version,
                "function_version": self.function_version,
                "deployed_at": self.deployed_at,
                "log_group": self.log_group,
            }
        )

    def _function(self, name: str, args: InferenceFunctionArgs) -> ImageFunction:
        names, settings = args.names, args.settings
        return ImageFunction(
            name,
            ImageFunctionArgs(
                names=names,
                settings=settings,
                function_name=names.function,
                role_name=names.of("predict-role"),
                description=f"Predictions of the model {settings.contract.name} {settings.contract.version}",
                image_uri=args.image_uri,
                memory_mb=settings.memory_mb,
                timeout_s=settings.timeout_s,
                environment=_variables(names, settings),
                mount=args.mount if settings.is_served_from_storage else None,
                log_level=settings.log_level,
                ephemeral_storage_mb=settings.ephemeral_storage_mb,
                reserved_concurrency=settings.reserved_concurrency,
                tracing=settings.tracing,
                publish=True,
            ),
            ResourceOptions(parent=self),
        )


def _variables(names: Names, settings: StackSettings) -> dict[str, pulumi.Input[str]]:
    variables: dict[str, pulumi.Input[str]] = {**function_environment(names, settings)}
    if environment.LOG_PAYLOAD_HASH_KEY in variables:
        variables[environment.LOG_PAYLOAD_HASH_KEY] = Output.secret(settings.capture_hash_key)
    return variables


def _canary(settings: StackSettings, newest: Output[str]) -> aws.lambda_.AliasRoutingConfigArgsDict | None:
    if not settings.canary_weight:
        return None
    weights = newest.apply(lambda version: {version: settings.canary_weight})
    return {"additional_version_weights": weights}


def function_environment(names: Names, settings: StackSettings) -> dict[str, str]:
    """Return the environment variables of the function; the image sets the path of its bundle, if it has one."""
    watched = settings.watched_classes
    return {
        **({environment.MODEL_BUNDLE: bundle_path(settings)} if settings.is_served_from_storage else {}),
        environment.METRICS_NAMESPACE: telemetry.namespace(settings.stack),
        environment.SERVICE_NAME: names.function,
        environment.LOG_LEVEL: settings.log_level,
        environment.MAX_INSTANCES: str(settings.max_instances),
        **({environment.METRICS: json.dumps(_emitted(settings))} if settings.is_essential else {}),
        **({environment.CLASS_METRICS: json.dumps(list(watched))} if watched else {}),
        **({environment.UNKNOWN_FEATURES: IGNORE} if settings.unknown_features == IGNORE else {}),
        **({} if settings.log_bins else {environment.LOG_BINS: "false"}),
        **({environment.FEEDBACK: "true"} if settings.feedback else {}),
        **({environment.CORS_ALLOW_ORIGIN: settings.cors_allow_origin} if settings.cors_allow_origin else {}),
        **(_capture_environment(settings) if settings.capture else {}),
        **(_shadow_environment(settings) if settings.shadow_version else {}),
    }


def _emitted(settings: StackSettings) -> list[str]:
    """Return the metrics of the catalogue that the function emits."""
    return [metric.name for metric in settings.metrics if metric.source == telemetry.EMF]


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
