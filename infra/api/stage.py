"""The stage of the API: what is deployed, how requests are throttled, and what is logged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.api.definition import predict_command

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

ACCESS_LOG = {
    "time": "$context.requestTimeEpoch",
    "request_id": "$context.requestId",
    "extended_request_id": "$context.extendedRequestId",
    "api_key_id": "$context.identity.apiKeyId",
    "source_ip": "$context.identity.sourceIp",
    "user_agent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "protocol": "$context.protocol",
    "tls": "$context.tlsVersion",
    "status": "$context.status",
    "response_bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "integration_status": "$context.integrationStatus",
    "function_request_id": "$context.integration.requestId",
    "error_type": "$context.error.responseType",
    "waf": "$context.wafResponseCode",
}
"""Members of one line of the access log. Paths, queries and error texts may repeat what callers send: left out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""


@dataclass(frozen=True, kw_only=True)
class ApiStageArgs:
    """Arguments of ``ApiStage``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Throttles, logs, metrics and traces.
    rest_api : Input of str
        Id of the REST API.
    definition : Input of str
        Everything that callers can observe: a new deployment is created exactly when it changes.
    """

    names: Names
    settings: StackSettings
    rest_api: pulumi.Input[str]
    definition: pulumi.Input[str]


class ApiStage(pulumi.ComponentResource):
    """The stage that callers reach.

    Creates: a deployment that is replaced when the definition changes, the stage, its throttles, and the access log if
    enabled.

    The gateway writes logs with one role for each account and region, which no environment may set: docs/deploy.md says
    how to create it.

    Outputs: ``url``, ``arn``, ``stage_name``, and ``predict_command``, a command line that requests a prediction.
    """

    url: Output[str]
    predict_command: Output[str]
    arn: Output[str]
    stage_name: Output[str]

    def __init__(self, name: str, args: ApiStageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:ApiStage", name, None, opts)
        deployment = aws.apigateway.Deployment(
            f"{name}-deployment",
            rest_api=args.rest_api,
            triggers={"definition_sha256": Output.from_input(args.definition).apply(_sha256)},
            opts=ResourceOptions(parent=self),
        )
        stage = aws.apigateway.Stage(
            f"{name}-stage",
            rest_api=args.rest_api,
            deployment=deployment.id,
            stage_name=args.settings.stack,
            xray_tracing_enabled=args.settings.tracing,
            access_log_settings=self._access_log(name, args) if args.settings.access_logs else None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        self._throttles(name, args, stage)
        self.url = stage.invoke_url
        self.arn = stage.arn
        self.stage_name = stage.stage_name
        with_key = bool(args.settings.api_keys)
        self.predict_command = self.url.apply(
            lambda url: predict_command(args.settings.contract, url, with_key=with_key)
        )
        self.register_outputs(
            {
                "url": self.url,
                "arn": self.arn,
                "stage_name": self.stage_name,
                "predict_command": self.predict_command,
            }
        )

    def _throttles(self, name: str, args: ApiStageArgs, stage: aws.apigateway.Stage) -> None:
        # No logging level: execution logs repeat what callers send, and the metrics of the stage are free.
        aws.apigateway.MethodSettings(
            f"{name}-throttles",
            rest_api=args.rest_api,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "metrics_enabled": args.settings.detailed_metrics,
                "throttling_rate_limit": args.settings.throttle_rate,
                "throttling_burst_limit": args.settings.throttle_burst,
            },
            opts=ResourceOptions(parent=self),
        )

    def _access_log(self, name: str, args: ApiStageArgs) -> aws.apigateway.StageAccessLogSettingsArgsDict:
        group = aws.cloudwatch.LogGroup(
            f"{name}-access-logs",
            name=f"/aws/apigateway/{args.names.api}",
            retention_in_days=args.settings.log_retention_days,
            log_group_class="STANDARD",
            deletion_protection_enabled=args.settings.deletion_protection,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        return {"destination_arn": group.arn, "format": json.dumps(ACCESS_LOG)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
