"""The declared REST API: which route answers, who may call, and what the gateway's own errors say."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from local_stack.gateway.rest_api import RestApi
from local_stack.machine.clock import Clock

_ANY = "x-amazon-apigateway-any-method"
_KEY: dict[str, Any] = {"security": [{"api_key": []}]}


class _Still(Clock):
    """A clock that stands still."""

    def now(self) -> float:
        return 1_800_000_000.0


def _api(
    document: dict[str, Any] | None = None, resources: dict[str, list[Any]] | None = None, *, is_throttled: bool = True
) -> RestApi:
    body = {"paths": {"/": {"get": {}}}, **(document or {})}
    declared = {
        "apigateway/restApi:RestApi": [_resource({"body": json.dumps(body), "name": "shop"}, id="api-1")],
        "apigateway/stage:Stage": [_resource({"stageName": "dev"})],
        **(resources or {}),
    }
    program: Any = SimpleNamespace(one=lambda kind: declared[kind][0], all=lambda kind: declared.get(kind, []))
    return RestApi(program, _Still(), is_throttled=is_throttled)


def _resource(inputs: dict[str, Any], **outputs: Any) -> SimpleNamespace:  # noqa: ANN401 - outputs of a resource
    return SimpleNamespace(inputs=inputs, outputs=outputs)


def test_the_api_has_its_names() -> None:
    api = _api()
    assert (api.id, api.name, api.stage, api.binary_media_types) == ("api-1", "shop", "dev", ())
    assert _api({"x-amazon-apigateway-binary-media-types": ["a/b"]}).binary_media_types == ("a/b",)


@pytest.mark.parametrize(
    ("method", "path", "resource", "parameters"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/models", "/models", {}),
        ("GET", "/models/new", "/models/new", {}),
        ("GET", "/models/old", "/models/{model}", {"model": "old"}),
        ("POST", "/models/new", "/{proxy+}", {"proxy": "models/new"}),
        ("GET", "/models/old/ready", "/models/{model}/ready", {"model": "old"}),
        ("GET", "/models//ready", "/{proxy+}", {"proxy": "models//ready"}),
        ("DELETE", "/models", "/{proxy+}", {"proxy": "models"}),
        ("GET", "/a.b", "/a.b", {}),
        ("GET", "/aXb", "/{proxy+}", {"proxy": "aXb"}),
        ("POST", "/", None, {}),
    ],
)
def test_the_most_specific_route_of_the_method_answers(
    method: str, path: str, resource: str | None, parameters: dict[str, str]
) -> None:
    paths = ("/{proxy+}", "/models/{model}/ready", "/models/{model}", "/models/new", "/models", "/a.b", "/")
    api = _api({"paths": {each: {_ANY if "+" in each else "get": {}, "summary": "text"} for each in paths}})
    match = api.match(method, path)
    assert (match and match.route.resource) == resource
    assert (match.parameters if match else {}) == parameters


def test_a_declared_method_comes_before_any() -> None:
    api = _api({"paths": {"/": {_ANY: {}, "get": _KEY}}})
    found = [api.match(method, "/") for method in ("GET", "PUT")]
    assert [match and (match.route.method, match.route.needs_key) for match in found] == [("GET", True), ("", False)]


@pytest.mark.parametrize(
    ("security", "needs_key"),
    [([], False), ([{}], False), ([{"iam": []}], False), ([{"iam": []}, {"api_key": []}], True)],
)
def test_a_key_is_needed_where_it_is_declared(security: list[Any], needs_key: bool) -> None:
    match = _api({"paths": {"/": {"get": {"security": security}}}}).match("GET", "/")
    assert match is not None
    assert match.route.needs_key is needs_key


_RESPONSES = {
    "THROTTLED": {
        "statusCode": 429,
        "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
        "responseTemplates": {"application/json": '{"id": "$context.requestId"}'},
    },
    "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.Content-Type": "'application/problem+json'"}},
    "DEFAULT_5XX": {"statusCode": "502"},
}


@pytest.mark.parametrize(
    ("kind", "status", "expected", "headers", "body"),
    [
        ("THROTTLED", 400, 429, {"Retry-After": "1", "Content-Type": "application/json"}, '{"id": "r"}'),
        ("OTHER", 499, 499, {"Content-Type": "application/problem+json"}, '{"message": "r"}'),
        ("OTHER", 500, 502, {"Content-Type": "application/json"}, '{"message": "r"}'),
        ("OTHER", 504, 502, {"Content-Type": "application/json"}, '{"message": "r"}'),
    ],
)
def test_an_error_is_the_declared_one_or_that_of_its_class(
    kind: str, status: int, expected: int, headers: dict[str, str], body: str
) -> None:
    error = _api({"x-amazon-apigateway-gateway-responses": _RESPONSES}).error(kind, status)
    assert (error.status, error.headers, error.body("r").decode()) == (expected, headers, body)


def test_without_a_declaration_an_error_has_its_own_status() -> None:
    assert [_api().error("OTHER", status).status for status in (403, 504)] == [403, 504]


_SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/components/schemas/A"}}}
_POST = {"requestBody": {"content": {"application/json": {"schema": _SCHEMA}, "text/csv": {}}}}


@pytest.mark.parametrize(
    ("own", "of_the_api", "is_checked"),
    [
        (None, None, False),
        ("bodies", None, True),
        (None, "bodies", True),
        ("none", "bodies", False),
        ("other", None, False),
    ],
)
def test_bodies_are_checked_by_the_validator_of_the_operation_or_the_api(
    own: str | None, of_the_api: str | None, is_checked: bool
) -> None:
    name = "x-amazon-apigateway-request-validator"
    document: dict[str, Any] = {
        f"{name}s": {"bodies": {"validateRequestBody": True}, "none": {"validateRequestBody": False}},
        "components": {"schemas": {"A": {"type": "number"}}},
        "paths": {"/": {"post": {**_POST, **({name: own} if own else {})}}},
        **({name: of_the_api} if of_the_api else {}),
    }
    match = _api(document).match("POST", "/")
    assert match is not None
    assert [*match.route.bodies] == (["application/json"] if is_checked else [])
    if is_checked:
        validator = match.route.bodies["application/json"]
        assert [validator.is_valid(each) for each in ({"a": 1}, {"a": "1"}, {})] == [True, False, False]


_CALLERS = {
    "apigateway/usagePlan:UsagePlan": [
        _resource({"throttleSettings": {"rateLimit": 1, "burstLimit": 2}}, id="plan-1"),
        _resource({"quotaSettings": {"limit": 3, "period": "DAY"}}, id="plan-2"),
    ],
    "apigateway/usagePlanKey:UsagePlanKey": [
        _resource({"keyId": "key-1", "usagePlanId": "plan-1"}),
        _resource({"keyId": "key-2", "usagePlanId": "plan-2"}),
    ],
    "apigateway/apiKey:ApiKey": [_resource({}, id=f"key-{each}", value=f"secret-{each}") for each in (1, 2, 3)],
}


def test_a_caller_is_known_by_its_key_and_held_to_its_plan() -> None:
    api = _api(resources=_CALLERS)
    assert api.keys == ("secret-1", "secret-2", "secret-3")
    assert [api.caller(key) for key in (None, "", "secret-4")] == [None] * 3
    found = {}
    for key in api.keys:
        caller = api.caller(key)
        assert caller is not None
        found[caller.key_id] = [(kind, sum(take() for _ in range(9))) for take, kind in caller.takes]
    assert found == {"key-1": [("THROTTLED", 2)], "key-2": [("QUOTA_EXCEEDED", 3)], "key-3": []}


def test_without_throttles_a_caller_is_known_all_the_same() -> None:
    api = _api(resources=_CALLERS, is_throttled=False)
    caller = api.caller("secret-1")
    assert caller is not None
    assert (caller.key_id, caller.takes) == ("key-1", ())


@pytest.mark.parametrize(
    ("path", "rate", "is_throttled", "passed"),
    [("*/*", 1, True, 4), ("*/*", 1, False, 9), ("*/*", None, True, 9), ("predict/POST", 1, True, 9)],
)
def test_the_stage_has_the_throttle_of_all_methods(
    path: str, rate: int | None, is_throttled: bool, passed: int
) -> None:
    settings = {"throttlingRateLimit": rate, "throttlingBurstLimit": 4}
    resources = {"apigateway/methodSettings:MethodSettings": [_resource({"methodPath": path, "settings": settings})]}
    api = _api(resources=resources, is_throttled=is_throttled)
    assert sum(api.passes_throttles() for _ in range(9)) == passed
