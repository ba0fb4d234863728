"""The REST API: HTTP in, API Gateway's event to the function, its answer back."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from local_stack.errors import InvocationError
from local_stack.gateway import MAX_PAYLOAD_BYTES, gateway

if TYPE_CHECKING:
    from collections.abc import Callable


class _Behind:
    """A function that records events and answers what the test wants."""

    def __init__(self, answer: Callable[[], bytes]) -> None:
        self.events: list[dict[str, object]] = []
        self._answer = answer

    async def invoke(self, event: bytes) -> bytes:
        self.events.append(json.loads(event))
        return self._answer()


def _call(behind: _Behind, method: str, path: str, **options: object) -> tuple[httpx.Response, list[tuple[str, int]]]:
    told: list[tuple[str, int]] = []
    application = gateway(behind, "dev", lambda route, status, _ms: told.append((route, status)))

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type] # passed through

    return asyncio.run(call()), told


def _proxy_answer(**members: object) -> bytes:
    return json.dumps(
        {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "hello", **members}
    ).encode()


def test_the_event_is_that_of_an_api_gateway_rest_api() -> None:
    behind = _Behind(_proxy_answer)
    response, told = _call(behind, "POST", "/dev/predict?a=1&a=2", content="{}", headers={"X-Correlation-Id": "c"})
    (event,) = behind.events
    assert (event["httpMethod"], event["path"], event["body"], event["isBase64Encoded"]) == (
        "POST",
        "/predict",
        "{}",
        False,
    )
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    context, headers = event["requestContext"], event["headers"]
    assert isinstance(context, dict)
    assert isinstance(headers, dict)
    assert (context["stage"], context["path"]) == ("dev", "/dev/predict")
    assert headers["x-correlation-id"] == "c"
    assert (response.status_code, response.text, response.headers["content-type"]) == (200, "hello", "text/plain")
    assert told == [("POST /dev/predict", 200)]


def test_bodies_that_are_no_text_travel_as_base64_both_ways() -> None:
    behind = _Behind(lambda: _proxy_answer(body=base64.b64encode(b"\xff\xfe").decode(), isBase64Encoded=True))
    response, _ = _call(behind, "POST", "/dev/predict", content=b"\x80\x81")
    assert behind.events[0]["isBase64Encoded"] is True
    assert base64.b64decode(str(behind.events[0]["body"])) == b"\x80\x81"
    assert response.content == b"\xff\xfe"


def test_a_path_outside_the_stage_is_forbidden_as_on_aws_and_does_not_reach_the_function() -> None:
    behind = _Behind(_proxy_answer)
    response, _ = _call(behind, "GET", "/prod/health")
    assert (response.status_code, behind.events) == (403, [])
    assert response.json()["detail"] == "There is no such stage; expected a path that starts with /dev/."


def test_more_than_10_mb_are_refused() -> None:
    behind = _Behind(_proxy_answer)
    response, _ = _call(behind, "POST", "/dev/predict", content=b"x" * (MAX_PAYLOAD_BYTES + 1))
    assert (response.status_code, behind.events) == (413, [])


@pytest.mark.parametrize("answer", [b"not json", b'"text"', b"{}", b'{"statusCode": "x"}'])
def test_an_answer_that_is_no_proxy_answer_is_a_502(answer: bytes) -> None:
    response, _ = _call(_Behind(lambda: answer), "GET", "/dev/health")
    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"


def test_a_failed_function_is_a_502_that_tells_nothing_of_its_inside() -> None:
    def fail() -> bytes:
        raise InvocationError(502, "ValueError: secret")

    response, _ = _call(_Behind(fail), "GET", "/dev/health")
    assert response.status_code == 502
    assert "secret" not in response.text


def test_a_client_that_leaves_in_mid_request_is_no_error_and_does_not_reach_the_function() -> None:
    behind = _Behind(_proxy_answer)
    told: list[int] = []
    application = gateway(behind, "dev", lambda _route, status, _ms: told.append(status))
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {"type": "http", "method": "POST", "path": "/dev/predict", "query_string": b"", "headers": []}

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(_message: object) -> None:
        """The client is gone."""

    asyncio.run(application(scope, receive, send))
    assert (told, behind.events) == ([499], [])
