"""The HTTP API: an Amazon API Gateway REST API that hands every request to the function."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib.openapi import openapi_document
from infra.gateway_errors import gateway_responses

if TYPE_CHECKING:
    from inference_lib.contract import Contract, Json
    from infra.naming import Names
    from infra.stack_settings import StackSettings

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
GREEDY_PATH = "/{proxy+}"


@dataclass(frozen=True, kw_only=True)
class PredictionApiArgs:
    """What a ``PredictionApi`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The contract and the throttles.
    function_name, alias_name : Input of str
        What answers the requests.
    invoke_arn : Input of str
        How the gateway calls the alias.
    """

    names: Names
    settings: StackSettings
    function_name: pulumi.Input[str]
    alias_name: pulumi.Input[str]
    invoke_arn: pulumi.Input[str]


class PredictionApi(pulumi.ComponentResource):
    """The public face of the function.

    Creates: the REST API from the OpenAPI document, a deployment that is replaced when the document
    changes, the stage, its throttles, and the permission to call the alias.

    Outputs: ``url``, the address of the stage, and ``predict_command``, a command line that asks
    for a prediction.
    """

    url: Output[str]
    predict_command: Output[str]

    def __init__(self, name: str, args: PredictionApiArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:PredictionApi", name, None, opts)
        contract = args.settings.contract
        body = Output.from_input(args.invoke_arn).apply(lambda arn: json.dumps(api_body(contract, arn), sort_keys=True))
        api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.names.of("api"),
            description=f"Predictions of the model {contract.name}",
            body=body,
            put_rest_api_mode="overwrite",
            endpoint_configuration={"types": "REGIONAL"},
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        stage = self._stage(name, args, api, body)
        aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
            function=args.function_name,
            qualifier=args.alias_name,
            source_arn=Output.concat(api.execution_arn, "/", stage.stage_name, "/*"),
            opts=ResourceOptions(parent=self),
        )
        self.url = stage.invoke_url
        self.predict_command = self.url.apply(lambda url: predict_command(contract, url))
        self.register_outputs({"url": self.url, "predict_command": self.predict_command})

    def _stage(
        self, name: str, args: PredictionApiArgs, api: aws.apigateway.RestApi, body: Output[str]
    ) -> aws.apigateway.Stage:
        deployment = aws.apigateway.Deployment(
            f"{name}-deployment",
            rest_api=api.id,
            # Whatever callers can notice stands in the body, the gateway's own errors included.
            triggers={"body_sha256": body.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())},
            opts=ResourceOptions(parent=self),
        )
        stage = aws.apigateway.Stage(
            f"{name}-stage",
            rest_api=api.id,
            deployment=deployment.id,
            stage_name=args.settings.stack,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        # No logging level: it needs a role of the whole account, which is not one environment's to set.
        # No detailed metrics: they are billed for each method; those of the stage are free.
        aws.apigateway.MethodSettings(
            f"{name}-throttles",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "metrics_enabled": False,
                "throttling_rate_limit": args.settings.throttle_rate,
                "throttling_burst_limit": args.settings.throttle_burst,
            },
            opts=ResourceOptions(parent=self),
        )
        return stage


def api_body(contract: Contract, invoke_arn: str) -> dict[str, Json]:
    """Return the definition of the REST API.

    The gateway routes and the function validates, so the schemas stay out of it: two validators
    would disagree. The function itself serves the whole document at ``/openapi.json``.

    Parameters
    ----------
    contract : Contract
        Contract of the model that is served.
    invoke_arn : str
        How the gateway calls the function.

    Returns
    -------
    dict
        An OpenAPI document in which each operation is handed to the function, and so is every
        other method and path: the 404 and the 405 are the function's to answer.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
    """
    document = openapi_document(contract)
    integration: dict[str, Json] = {"type": "aws_proxy", "httpMethod": "POST", "uri": invoke_arn}
    proxy: Json = {"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}
    rest: dict[str, Json] = {"responses": {}, INTEGRATION: integration}
    paths: dict[str, Json] = {"/": {ANY_METHOD: rest}, GREEDY_PATH: {ANY_METHOD: {"parameters": [proxy], **rest}}}
    for path, operations in _members(document["paths"]).items():
        paths[path] = {**_routed(operations, integration), ANY_METHOD: rest}
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": paths,
        "x-amazon-apigateway-gateway-responses": gateway_responses(),
    }


def _routed(operations: Json, integration: dict[str, Json]) -> dict[str, Json]:
    return {
        method: {
            "operationId": _members(operation)["operationId"],
            "summary": _members(operation)["summary"],
            "responses": {"200": {"description": "OK"}},
            INTEGRATION: integration,
        }
        for method, operation in _members(operations).items()
    }


def _members(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object of the OpenAPI document, got {type(value).__name__}")
    return value


def predict_command(contract: Contract, url: str) -> str:
    """Return a command line that asks for the prediction of the contract's example."""
    instance = {feature.name: feature.example for feature in contract.features}
    body = json.dumps({"instances": [instance]}, ensure_ascii=False)
    return f"curl -s {url}/predict -H 'content-type: application/json' -d {shlex.quote(body)}"
