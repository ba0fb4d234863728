"""Lambda events become requests, and responses become what each caller expects."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.errors import MalformedRequest, RequestTooLarge, UnsupportedMedia
from inference_lib.events import answer_of, request_of
from inference_lib.requests import Request, Response
from inference_lib.testing import http_event, rest_event

if TYPE_CHECKING:
    from inference_lib.contract import Json


@pytest.mark.parametrize("build", [rest_event, http_event])
def test_proxy_events_of_both_payloads_give_the_same_request(build: type) -> None:
    event = build("POST", "/predict", {"instances": []}, {"X-Correlation-Id": "c1"})
    request = request_of(event, "r1")
    assert (request.method, request.path, request.request_id) == ("POST", "/predict", "r1")
    assert request.headers == {"x-correlation-id": "c1"}
    assert json.loads(request.json_text(1000)) == {"instances": []}


def test_the_stage_in_the_path_of_an_http_api_is_left_out() -> None:
    event = http_event("GET", "/dev/health")
    event["requestContext"] = {"stage": "dev", "http": {"method": "GET"}}
    assert request_of(event, "r").path == "/health"
    event["rawPath"] = "/device"
    assert request_of(event, "r").path == "/device"


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


def _request(body: str, **headers: str) -> Request:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method="POST", path="/predict", headers=names, body=body, request_id="r")


def test_base64_bodies_are_read() -> None:
    request = _request(base64.b64encode(b'{"a": 1}').decode())
    request.is_base64 = True
    assert request.json_text(100) == b'{"a": 1}'
    request.body = "not base64!"
    with pytest.raises(MalformedRequest, match="is said to be base64 encoded and is not"):
        request.json_text(100)


@pytest.mark.parametrize(
    "media_type", ["", "application/json", "Application/JSON; charset=utf-8", "application/a+json"]
)
def test_json_is_read_and_no_content_type_means_json(media_type: str) -> None:
    headers = {"content_type": media_type} if media_type else {}
    assert _request("{}", **headers).json_text(10) == "{}"


def test_other_media_long_and_empty_bodies_are_refused() -> None:
    with pytest.raises(UnsupportedMedia, match=r"expected application/json\."):
        _request("{}", content_type="text/csv").json_text(10)
    with pytest.raises(RequestTooLarge, match="expected at most 10 bytes"):
        _request(" " * 11).json_text(10)
    with pytest.raises(MalformedRequest, match="The body is empty"):
        _request("").json_text(10)
