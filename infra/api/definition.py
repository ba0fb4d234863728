"""The HTTP API: an Amazon API Gateway REST API that passes every request to the function."""

from __future__ import annotations

import hashlib
import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from inference_lib.openapi.document import openapi_document
from inference_lib.protocols.v2.tensors import OCTETS
from infra.api.access import PREFLIGHT, with_access
from infra.api.gateway_errors import gateway_responses
from infra.api.json_object import json_object
from infra.api.request_validation import with_request_validation

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from infra.function.live import LiveFunction
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
BINARY_MEDIA_TYPES = "x-amazon-apigateway-binary-media-types"
GREEDY_PATH = "/{proxy+}"

_DIGITS = 12

MINIMUM_TLS = "SecurityPolicy_TLS13_1_2_2021_06"
"""TLS 1.2 and 1.3; the default of the gateway's own address still accepts TLS 1.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
"""


@dataclass(frozen=True, kw_only=True)
class PredictionApiArgs:
    """Arguments of ``PredictionApi``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The contract, and who may call.
    live : LiveFunction
        The alias that receives the requests.
    """

    names: Names
    settings: StackSettings
    live: LiveFunction


class PredictionApi(pulumi.ComponentResource):
    """The public API of the function.

    Creates: the REST API from the OpenAPI document, and the permission to call the alias from a stage
    of the environment's name.

    Outputs: ``rest_api``, its id, and ``definition``, everything that callers can observe.
    """

    rest_api: Output[str]
    definition: Output[str]

    def __init__(self, name: str, args: PredictionApiArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:PredictionApi", name, None, opts)
        settings = args.settings
        body = args.live.invoke_arn.apply(lambda arn: json.dumps(api_definition(settings, arn), sort_keys=True))
        api = aws.apigateway.RestApi(
            f"{name}-api",
            name=args.names.api,
            description=f"Predictions of the model {settings.contract.name}",
            body=body,
            put_rest_api_mode="overwrite",
            endpoint_configuration={"types": "REGIONAL"},
            security_policy=MINIMUM_TLS,
            endpoint_access_mode="BASIC",
            tags=args.names.tags,
            # A replacement would have a new address, and callers use the old one.
            opts=ResourceOptions(parent=self, protect=settings.deletion_protection),
        )
        aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
            function=args.live.function_name,
            qualifier=args.live.alias_name,
            source_arn=Output.concat(api.execution_arn, "/", settings.stack, "/*"),
            opts=ResourceOptions(parent=self),
        )
        self.rest_api = api.id
        # Callers observe the body only, which includes the gateway's own errors and the allow list.
        self.definition = body
        self.register_outputs({"rest_api": self.rest_api, "definition": self.definition})


def api_definition(settings: StackSettings, invoke_arn: str) -> dict[str, Json]:
    """Return everything that callers can observe of the REST API: routes, validation, access and errors.

    Its version is a digest of the form instead of the version of the model, so that a retrained model with the same
    features needs no new deployment of the gateway.

    Parameters
    ----------
    settings : StackSettings
        The contract, and who may call.
    invoke_arn : str
        How the gateway calls the function.
    """
    document = api_body(settings.contract, invoke_arn, settings.cors_allow_origin, feedback=settings.feedback)
    if settings.request_validation:
        document = with_request_validation(document, settings.contract, settings.max_instances)
    document = with_access(document, settings)
    form = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:_DIGITS]
    return {**document, "info": {**json_object(document["info"]), "version": form}}


def api_body(
    contract: Contract, invoke_arn: str, cors_allow_origin: str = "", *, feedback: bool = False
) -> dict[str, Json]:
    """Return the routes of the REST API.

    The function itself serves the complete document, responses included, at ``/openapi.json``. One media type is
    binary, that of raw tensors; the function reads and writes all others as text. The gateway decompresses requests.

    Parameters
    ----------
    contract : Contract
        Contract of the model that is served.
    invoke_arn : str
        How the gateway calls the function.
    cors_allow_origin : str
        Origin of the web pages that may call; the function answers their preflights, without a key.
    feedback : bool
        Whether ``POST /feedback`` is among the routes.

    Returns
    -------
    dict
        An OpenAPI document that integrates each operation with the function, and every other method and path too: the
        function itself returns 404 and 405.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
    """
    document = openapi_document(contract, feedback=feedback)
    integration: dict[str, Json] = {"type": "aws_proxy", "httpMethod": "POST", "uri": invoke_arn}
    return {
        "openapi": document["openapi"],
        "info": {**json_object(document["info"]), "version": ""},
        "paths": _paths(json_object(document["paths"]), integration, preflights=bool(cors_allow_origin)),
        BINARY_MEDIA_TYPES: [OCTETS],
        "x-amazon-apigateway-gateway-responses": gateway_responses(cors_allow_origin),
    }


def _paths(documented: dict[str, Json], integration: dict[str, Json], *, preflights: bool) -> dict[str, Json]:
    proxy: Json = {"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}
    rest: dict[str, Json] = {"responses": {}, INTEGRATION: integration}
    paths: dict[str, Json] = {"/": {ANY_METHOD: rest}, GREEDY_PATH: {ANY_METHOD: {"parameters": [proxy], **rest}}}
    for path, operations in documented.items():
        named = _parameters(next(iter(json_object(operations).values())))
        preflight: dict[str, Json] = {PREFLIGHT: {**named, **rest}} if preflights else {}
        paths[path] = {**_routed(operations, integration), **preflight, ANY_METHOD: {**named, **rest}}
    return paths


def _routed(operations: Json, integration: dict[str, Json]) -> dict[str, Json]:
    return {
        method: {
            "operationId": json_object(operation)["operationId"],
            "summary": json_object(operation)["summary"],
            "responses": {"200": {"description": "OK"}},
            **_parameters(operation),
            INTEGRATION: integration,
        }
        for method, operation in json_object(operations).items()
    }


def _parameters(operation: Json) -> dict[str, Json]:
    named = json_object(operation).get("parameters")
    of_path = [each for each in named if json_object(each)["in"] == "path"] if isinstance(named, list) else []
    return {"parameters": [_of_any_version(each) for each in of_path]} if of_path else {}


def _of_any_version(parameter: Json) -> Json:
    """Return a parameter without the version of the model, which the function checks and the gateway does not."""
    members = json_object(parameter)
    if members["name"] != "version":
        return parameter
    return {name: value for name, value in members.items() if name != "example"} | {"schema": {"type": "string"}}


def predict_command(contract: Contract, url: str, *, with_key: bool = False) -> str:
    """Return a command line that requests the prediction of the contract's example.

    Parameters
    ----------
    contract : Contract
        Its example is sent.
    url : str
        Address of the stage.
    with_key : bool
        Whether the API requires a key; the command has a placeholder for it.
    """
    instance = {feature.name: feature.example for feature in contract.features}
    body = json.dumps({"instances": [instance]}, ensure_ascii=False)
    key = " -H 'x-api-key: YOUR-KEY'" if with_key else ""
    return f"curl -s {url}/predict -H 'content-type: application/json'{key} -d {shlex.quote(body)}"
