from __future__ import annotations

import copy
import hashlib
import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from inference_lib.contract.reading import contract_from_dict
from inference_lib.http import problems, routes
from infra.api.definition import ANY_METHOD, INTEGRATION, api_body, predict_command
from infra.api.gateway_errors import GATEWAY_ERRORS, gateway_responses
from infra.api.json_object import json_object
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared


_FILES = {path for path in routes.ROUTES if path.startswith(f"{routes.DOCS_PATH}/")}
"""Of the page for people; they reach the function by the path of everything else, unless they are public."""
_DOCUMENTED = {path: methods for path, methods in routes.ROUTES.items() if path not in _FILES}


def body_of(declared: Declared) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(declared.one("RestApi").inputs["body"])
    return body


def trigger_of(declared: Declared) -> str:
    return str(declared.one("Deployment").inputs["triggers"])


def test_every_route_is_in_the_api_with_its_methods(declared: Declared) -> None:
    paths = body_of(declared)["paths"]

    for path, methods in _DOCUMENTED.items():
        assert {method.lower() for method in methods} == paths[path].keys() - {ANY_METHOD}


def test_other_methods_and_other_paths_reach_the_function_whose_404_and_405_are_problems(declared: Declared) -> None:
    paths = body_of(declared)["paths"]

    assert paths.keys() - _FILES == _DOCUMENTED.keys() | {"/", "/{proxy+}"}
    assert all(ANY_METHOD in operations for operations in paths.values())
    (proxy,) = paths["/{proxy+}"][ANY_METHOD]["parameters"]
    assert (proxy["name"], proxy["in"], proxy["required"]) == ("proxy", "path", True)


def test_every_operation_calls_the_alias_and_not_the_newest_version(declared: Declared) -> None:
    alias = declared.one("lambda/alias:Alias").outputs
    integrations = [
        operation[INTEGRATION]
        for operations in body_of(declared)["paths"].values()
        for operation in operations.values()
    ]

    assert alias["invokeArn"].endswith(":function:inference-" + declared.stack + "-predict:live/invocations")
    expected = {"type": "aws_proxy", "httpMethod": "POST", "uri": alias["invokeArn"]}
    assert integrations
    assert all(integration == expected for integration in integrations)


def test_the_api_may_call_the_alias_and_another_api_may_not(declared: Declared) -> None:
    permission = declared.one("Permission").inputs
    alias = declared.one("lambda/alias:Alias").inputs
    api = declared.one("RestApi").outputs["executionArn"]

    assert permission["action"] == "lambda:InvokeFunction"
    assert permission["principal"] == "apigateway.amazonaws.com"
    assert (permission["function"], permission["qualifier"]) == (alias["functionName"], alias["name"])
    assert permission["sourceArn"] == f"{api}/{declared.stack}/*"


def test_the_stage_is_named_as_the_stack_and_serves_the_deployment_of_this_api(declared: Declared) -> None:
    api, deployment = declared.one("RestApi").outputs["id"], declared.one("Deployment")
    stage = declared.one("apigateway/stage:Stage").inputs

    assert stage["stageName"] == declared.stack
    assert stage["deployment"] == deployment.outputs["id"]
    assert stage["restApi"] == deployment.inputs["restApi"] == api


def test_a_deployment_is_identified_by_the_body_that_it_deploys(declared: Declared) -> None:
    body = declared.one("RestApi").inputs["body"]

    assert declared.one("Deployment").inputs["triggers"] == {
        "definition_sha256": hashlib.sha256(body.encode()).hexdigest()
    }


def test_the_deployment_stays_when_the_definition_does(bundle: Path, dev: Declared) -> None:
    others = {"inference:memoryMb": "3008", "inference:throttleRate": "1", "inference:logLevel": "INFO"}

    assert trigger_of(declare("dev", others, bundle=bundle)) == trigger_of(dev)


def test_the_deployment_is_replaced_when_the_form_changes_and_not_with_the_version_of_the_model(
    contract: Contract, write_bundle: Callable[[Contract], Path], dev: Declared
) -> None:
    retrained = contract_from_dict({**contract.to_dict(), "version": "ba9876543210"}, "test")
    renamed = contract_from_dict({**contract.to_dict(), "name": "another"}, "test")

    assert trigger_of(declare("dev", bundle=write_bundle(retrained))) == trigger_of(dev)
    assert trigger_of(declare("dev", bundle=write_bundle(renamed))) != trigger_of(dev)


def test_the_deployment_is_replaced_when_an_error_of_the_gateway_is_worded_anew(
    bundle: Path, dev: Declared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GATEWAY_ERRORS, "THROTTLED", (429, "Slow down."))

    assert trigger_of(declare("dev", bundle=bundle)) != trigger_of(dev)


def test_the_throttles_of_the_settings_hold_for_every_method_of_the_stage(bundle: Path) -> None:
    declared = declare("dev", {"inference:throttleRate": "7", "inference:throttleBurst": "9"}, bundle=bundle)
    throttles = declared.one("MethodSettings").inputs

    assert throttles["methodPath"] == "*/*"
    assert throttles["stageName"] == "dev"
    assert throttles["settings"] == {
        "metricsEnabled": False,
        "throttlingRateLimit": 7,
        "throttlingBurstLimit": 9,
    }


def test_no_environment_touches_what_belongs_to_the_whole_account(declared: Declared) -> None:
    assert not declared.all("apigateway/account:Account")
    assert "loggingLevel" not in declared.one("MethodSettings").inputs["settings"], "needs a role of the account"


def test_raw_tensors_alone_are_bytes_for_the_gateway_so_that_callers_with_json_see_no_difference(
    declared: Declared,
) -> None:
    body = body_of(declared)
    parameters = [
        each for path in body["paths"].values() for method in path.values() for each in method.get("parameters", [])
    ]

    assert body["x-amazon-apigateway-binary-media-types"] == ["application/octet-stream"]
    assert "binaryMediaTypes" not in declared.one("RestApi").inputs, "said once, in the definition that is deployed"
    assert {each["in"] for each in parameters} == {"path"}, "headers pass anyway"


def test_the_api_is_regional(declared: Declared) -> None:
    assert declared.one("RestApi").inputs["endpointConfiguration"] == {"types": "REGIONAL"}


@pytest.mark.parametrize("kind", list(GATEWAY_ERRORS))
def test_an_error_of_the_gateway_has_the_members_of_our_problems(kind: str) -> None:
    response: Any = gateway_responses()[kind]
    problem = json.loads(response["responseTemplates"]["application/json"])

    assert list(problem) == list(problems.problem(500, "detail", "id"))
    assert str(problem["status"]) == response["statusCode"]
    assert problem["error"] == problem["detail"]
    assert problem["request_id"] == "$context.requestId"
    assert response["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_an_error_of_the_gateway_is_titled_as_the_function_s_own() -> None:
    template: Any = gateway_responses()["REQUEST_TOO_LARGE"]
    title = json.loads(template["responseTemplates"]["application/json"])["title"]

    assert title == problems.problem(413, "detail", "id")["title"]


def test_a_throttled_caller_is_told_when_to_come_back() -> None:
    response: Any = gateway_responses()["THROTTLED"]

    assert response["statusCode"] == "429"
    assert response["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_the_errors_of_the_gateway_are_part_of_the_definition(declared: Declared) -> None:
    responses = body_of(declared)["x-amazon-apigateway-gateway-responses"]

    assert responses == gateway_responses()
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= responses.keys()


def test_the_definition_is_a_document_of_openapi(declared: Declared) -> None:
    validate(body_of(declared))


def test_feedback_is_a_route_on_request(contract: Contract) -> None:
    (path,) = routes.FEEDBACK_ROUTES
    assert path not in json_object(api_body(contract, "arn")["paths"])
    assert path in json_object(api_body(contract, "arn", feedback=True)["paths"])


def test_the_definition_is_the_same_each_time(contract: Contract) -> None:
    once = copy.deepcopy(api_body(contract, "arn"))

    assert api_body(contract, "arn") == once


def test_the_command_for_a_first_prediction_survives_the_shell(contract: Contract) -> None:
    words = shlex.split(predict_command(contract, "https://api.example/dev"))

    assert words[:3] == ["curl", "-s", "https://api.example/dev/predict"]
    assert json.loads(words[-1]) == {"instances": [{"hours asleep": 6.5, "mood": "can't say"}]}


def test_the_stack_exports_the_address_of_the_stage(declared: Declared) -> None:
    url = declared.one("apigateway/stage:Stage").outputs["invokeUrl"]

    assert declared.outputs["api_url"] == url
    assert f"{url}/predict" in declared.outputs["predict_command"]


def test_web_pages_of_an_origin_may_call_and_read_the_gateways_errors_by_setting(bundle_path: Path) -> None:
    settings = {"inference:corsAllowOrigin": "https://app.example.com", "inference:apiKeys": "web"}
    body = body_of(declare("dev", settings, bundle=bundle_path))
    preflight = body["paths"]["/predict"]["options"]
    assert "security" not in preflight, "browsers ask without a key"
    assert preflight[INTEGRATION] == body["paths"]["/predict"][ANY_METHOD][INTEGRATION]
    headers = body["x-amazon-apigateway-gateway-responses"]["THROTTLED"]["responseParameters"]
    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://app.example.com'"
    assert "options" not in body_of(declare("dev", bundle=bundle_path))["paths"]["/predict"]


# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_STATUSES_OF_AWS = {
    400: {"BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"},
    401: {"UNAUTHORIZED"},
    403: {"ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_API_KEY", "INVALID_SIGNATURE", "WAF_FILTERED"},
    404: {"RESOURCE_NOT_FOUND"},
    413: {"REQUEST_TOO_LARGE"},
    415: {"UNSUPPORTED_MEDIA_TYPE"},
    429: {"QUOTA_EXCEEDED", "THROTTLED"},
    500: {"API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE"},
    504: {"INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"},
}


def test_the_gateway_s_errors_keep_the_statuses_of_aws_but_for_a_route_that_does_not_exist() -> None:
    ours = {kind: status for kind, (status, _) in GATEWAY_ERRORS.items()}

    assert ours.pop("MISSING_AUTHENTICATION_TOKEN") == 404, "AWS: 403, as if a token could help"
    assert ours == {kind: status for status, kinds in _STATUSES_OF_AWS.items() for kind in kinds}


def test_the_command_without_a_key_sends_letters_as_they_are(contract: Contract) -> None:
    first, *others = contract.features
    named = copy.copy(first)
    named.name = "Größe"
    changed = copy.copy(contract)
    changed.features = (named, *others)
    command = predict_command(changed, "https://api.example/dev")

    assert "Größe" in command
    assert "x-api-key" not in command
