"""Lambda events become requests, and responses become what each caller expects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.errors import UnknownEvent
from inference_lib.http.bodies import json_of
from inference_lib.http.events import answer_of, failures_of, messages_of, request_of
from inference_lib.http.requests import Response
from inference_lib.testing import http_event, read_lines, rest_event
from tests.inference_lib.in_process import InProcessApi

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Json


@pytest.mark.parametrize("build", [rest_event, http_event])
def test_proxy_events_of_both_payloads_give_the_same_request(build: type) -> None:
    event = build("POST", "/predict", {"instances": []}, {"X-Correlation-Id": "c1"})
    request = request_of(event, "r1")
    assert (request.method, request.path, request.request_id) == ("POST", "/predict", "r1")
    assert request.headers == {"x-correlation-id": "c1"}
    assert json.loads(request.body) == {"instances": []}


def test_the_stage_in_the_path_of_an_http_api_is_left_out() -> None:
    event = http_event("GET", "/dev/health")
    event["requestContext"] = {"stage": "dev", "http": {"method": "GET"}}
    assert request_of(event, "r").path == "/health"
    event["rawPath"] = "/device"
    assert request_of(event, "r").path == "/device"


_LOAD_BALANCER: dict[str, Json] = {
    "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/t/1"}},
    "httpMethod": "POST",
    "path": "/predict",
    "multiValueQueryStringParameters": {},
    "multiValueHeaders": {"content-type": ["application/json"], "x-correlation-id": ["a", "b"]},
    "body": "e30=",
    "isBase64Encoded": True,
}


def test_the_lists_of_headers_of_a_load_balancer_are_read_and_answered() -> None:
    request = request_of(_LOAD_BALANCER, "r")
    assert (request.method, request.path, request.is_base64) == ("POST", "/predict", True)
    assert request.headers == {"content-type": "application/json", "x-correlation-id": "a, b"}
    assert answer_of(_LOAD_BALANCER, Response(405, "{}", "application/problem+json", {"allow": "POST"})) == {
        "statusCode": 405,
        "multiValueHeaders": {"content-type": ["application/problem+json"], "allow": ["POST"]},
        "body": "{}",
        "isBase64Encoded": False,
    }


def test_a_load_balancer_with_single_headers_is_answered_with_single_headers() -> None:
    event = {name: value for name, value in _LOAD_BALANCER.items() if not name.startswith("multi")}
    event["headers"] = {"content-type": "application/json"}
    assert request_of(event, "r").headers == {"content-type": "application/json"}
    assert "headers" in answer_of(event, Response(200, "{}"))  # type: ignore[operator] # an object


def test_the_stage_in_the_path_of_an_http_api_with_payload_1_is_left_out() -> None:
    event = {**rest_event("GET", "/dev/health"), "version": "1.0", "resource": "/health"}
    event["requestContext"] = {"stage": "dev"}
    assert request_of(event, "r").path == "/health"
    event |= {"resource": "$default", "pathParameters": None}
    assert request_of(event, "r").path == "/health"


@pytest.mark.parametrize(
    ("path", "resource", "parameters", "expected"),
    [
        ("/base/predict", "/predict", None, "/predict"),
        ("/base/predict", "/{proxy+}", {"proxy": "predict"}, "/predict"),
        ("/base/v1/v2/models/m/infer", "/v2/models/{model}/infer", {"model": "m"}, "/v2/models/m/infer"),
        ("/api/predict", "/api/{proxy+}", {"proxy": "predict"}, "/predict"),
        ("/predict", "/predict", None, "/predict"),
        ("/predict/", "/predict", None, "/predict/"),
        ("/a/b", "/other", {"proxy": None}, "/a/b"),
        ("/", "/", None, "/"),
    ],
)
def test_the_base_path_of_a_custom_domain_is_left_out(
    path: str, resource: str, parameters: Json, expected: str
) -> None:
    event = {**rest_event("POST", path), "resource": resource, "pathParameters": parameters}
    assert request_of(event, "r").path == expected
    version_2 = {**http_event("POST", path), "routeKey": f"POST {resource}", "pathParameters": parameters}
    assert request_of(version_2, "r").path == expected


def test_a_direct_invocation_is_a_prediction_and_gets_the_bare_body() -> None:
    event: dict[str, Json] = {"instances": [{"age": 1}]}
    request = request_of(event, "r")
    assert (request.method, request.path, json.loads(request.body)) == ("POST", "/predict", event)
    assert answer_of(event, Response(200, '{"predictions": []}')) == {"predictions": []}


def test_a_proxy_answer_has_status_headers_and_body() -> None:
    response = Response(405, "{}", "application/problem+json", {"allow": "POST"})
    assert answer_of(rest_event(), response) == {
        "statusCode": 405,
        "headers": {"content-type": "application/problem+json", "allow": "POST"},
        "body": "{}",
        "isBase64Encoded": False,
    }


def test_events_with_nothing_in_them_are_still_requests() -> None:
    bare: dict[str, Json] = {"httpMethod": "GET", "path": None, "headers": None, "body": None, "requestContext": None}
    request = request_of(bare, "r")
    assert (request.method, request.path, request.headers, request.body) == ("GET", "", {}, "")


def test_an_sqs_batch_is_a_prediction_for_each_message() -> None:
    event: dict[str, Json] = {
        "Records": [
            {"messageId": "m-1", "eventSource": "aws:sqs", "body": '{"instances": []}'},
            {"messageId": "m-2", "eventSource": "aws:sqs", "body": None},
        ]
    }
    messages = messages_of(event)
    assert messages is not None
    assert [(each.method, each.path, each.request_id) for each in messages] == [
        ("POST", "/predict", "m-1"),
        ("POST", "/predict", "m-2"),
    ]
    assert failures_of(messages[1:]) == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}


@pytest.mark.parametrize(
    "event", [{}, {"Records": []}, {"Records": "x"}, {"Records": [{"eventSource": "aws:s3"}]}, {"Records": [1]}]
)
def test_other_events_are_no_batch(event: dict[str, Json]) -> None:
    assert messages_of(event) is None


@pytest.mark.parametrize(
    ("event", "source"),
    [
        ({"Records": [{"eventSource": "aws:s3", "s3": {}}]}, "aws:s3"),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "{}"}}]}, "aws:sns"),
        ({"Records": [{"eventSource": "aws:kinesis"}]}, "aws:kinesis"),
        ({"Records": [{"eventSource": "aws:dynamodb"}]}, "aws:dynamodb"),
        ({"Records": [{"eventSource": "aws:sqs"}, {"eventSource": "aws:s3"}]}, "aws:sqs"),
        ({"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "detail": {}}, "aws.ec2"),
        ({"awslogs": {"data": ""}}, ""),
        ({"eventSource": "aws:kafka", "records": {}}, "aws:kafka"),
    ],
)
def test_an_event_of_another_service_raises_so_that_it_is_not_lost(event: dict[str, Json], source: str) -> None:
    with pytest.raises(UnknownEvent, match=f"{source}.*it is no request. Expected an event of Amazon API Gateway"):
        request_of(event, "id")


def test_a_schedule_that_keeps_an_environment_warm_is_a_request_for_its_health(bundle_path: Path) -> None:
    event: dict[str, Json] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "resources": []}
    response, lines = InProcessApi(bundle_path).service.handle(request_of(event, "id"))
    answer = answer_of(event, response)
    assert isinstance(answer, dict)
    assert answer["status"] == "ok"
    assert read_lines(lines).metrics[0]["InvalidRequests"] == 0


def test_a_request_may_have_a_member_that_other_events_have() -> None:
    event: dict[str, Json] = {"instances": [], "Records": []}
    assert request_of(event, "id").path == "/predict"


@pytest.mark.parametrize("body", ["\ufeff{}", "\ufeff{}".encode()])
def test_a_byte_order_mark_before_json_is_left_out(body: str | bytes) -> None:
    assert json_of(body) == {}
