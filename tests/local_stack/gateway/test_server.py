"""The REST API: HTTP in, API Gateway's event to the function, its answer back."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING

import httpx
import pytest

from local_stack.declared.evaluation import declare
from local_stack.errors import EventTooLargeError, InvocationError, ThrottledError
from local_stack.gateway.rest_api import RestApi
from local_stack.gateway.server import MAX_PAYLOAD_BYTES, Gateway
from local_stack.machine.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


class _Behind:
    """A function that records events and answers what the test wants."""

    def __init__(self, answer: Callable[[], bytes]) -> None:
        self.events: list[dict[str, object]] = []
        self._answer = answer

    async def invoke(self, event: bytes) -> bytes:
        self.events.append(json.loads(event))
        return self._answer()


class _Asked:
    """A gateway in front of a function, and what it told."""

    def __init__(self, declared: Declared, behind: _Behind, clock_speed: float = 1) -> None:
        self.told: list[tuple[str, int]] = []
        self.api = RestApi(declared, Clock(clock_speed))
        self._application = Gateway(self.api, behind, lambda route, status, _ms: self.told.append((route, status)))

    def __call__(self, method: str, path: str, **options: object) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._application.application())
            async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
                return await client.request(method, path, **options)  # type: ignore[arg-type] # passed through

        return asyncio.run(call())


def _proxy_answer(**members: object) -> bytes:
    return json.dumps(
        {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "hello", **members}
    ).encode()


def test_the_event_is_that_of_an_api_gateway_rest_api(open_dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    ask = _Asked(open_dev, behind)
    response = ask("POST", "/dev/predict?a=1&a=2", content="{}", headers={"X-Correlation-Id": "c"})
    (event,) = behind.events
    expected = ("POST", "/predict", "/predict", "{}", False)
    assert tuple(event[key] for key in ("httpMethod", "path", "resource", "body", "isBase64Encoded")) == expected
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    context, headers = event["requestContext"], event["headers"]
    assert isinstance(context, dict)
    assert isinstance(headers, dict)
    assert (context["stage"], context["path"]) == ("dev", "/dev/predict")
    assert headers["x-correlation-id"] == "c"
    assert (response.status_code, response.text, response.headers["content-type"]) == (200, "hello", "text/plain")
    assert response.headers["x-amzn-requestid"] == context["requestId"]
    assert ask.told == [("POST /dev/predict", 200)]


def test_the_resource_is_the_most_specific_declared_one_and_the_event_has_its_parameters(open_dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    ask = _Asked(open_dev, behind)
    for path in ("/v2/models/small/ready", "/v2/models/small", "/v2", "/no/such%0Athing", "/"):
        ask("GET", f"/dev{path}")
    assert [(event["resource"], event["pathParameters"]) for event in behind.events] == [
        ("/v2/models/{model}/ready", {"model": "small"}),
        ("/v2/models/{model}", {"model": "small"}),
        ("/v2", None),
        ("/{proxy+}", {"proxy": "no/such\nthing"}),
        ("/", None),
    ]


@pytest.mark.parametrize(
    ("accept", "content"),
    [("application/octet-stream, */*", b"\xff\xfe"), ("*/*, application/octet-stream", b"//4="), ("", b"//4=")],
)
def test_answers_that_are_no_text_are_bytes_for_callers_that_accept_the_binary_media_type_first(
    open_dev: Declared, accept: str, content: bytes
) -> None:
    behind = _Behind(lambda: _proxy_answer(body=base64.b64encode(b"\xff\xfe").decode(), isBase64Encoded=True))
    assert _Asked(open_dev, behind)("GET", "/dev/health", headers={"accept": accept}).content == content


@pytest.mark.parametrize("media_type", ["", "application/json", "text/csv", "application/octet-stream; a=b"])
def test_bodies_of_the_binary_media_type_are_base64_and_all_others_text(open_dev: Declared, media_type: str) -> None:
    behind = _Behind(_proxy_answer)
    headers = {"content-type": media_type} if media_type else {}
    _Asked(open_dev, behind)("POST", "/dev/predict", content=b"\xff{}", headers=headers)
    (event,) = behind.events
    is_binary = media_type.startswith("application/octet-stream")
    expected = (base64.b64encode(b"\xff{}").decode(), True) if is_binary else ("\ufffd{}", False)
    assert (event["body"], event["isBase64Encoded"]) == expected


def test_a_path_outside_the_stage_has_the_declared_error_and_does_not_reach_the_function(open_dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    response = _Asked(open_dev, behind)("GET", "/prod/health")
    assert (response.status_code, behind.events) == (404, [])
    assert response.json()["detail"] == "No such route. GET /openapi.json lists the routes."
    assert response.json()["request_id"] == response.headers["x-amzn-requestid"]
    assert response.headers["content-type"] == "application/problem+json"


def test_more_than_10_mb_are_refused(open_dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    ask = _Asked(open_dev, behind)
    response = ask("POST", "/dev/predict", content=b"x" * (MAX_PAYLOAD_BYTES + 1))
    assert (response.status_code, behind.events) == (413, [])
    assert ask("POST", "/dev/predict", content=b"x" * MAX_PAYLOAD_BYTES).status_code == 200
    assert len(behind.events) == 1


def test_a_request_has_the_time_at_which_it_came_in_milliseconds(
    open_dev: Declared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.1234)
    behind = _Behind(_proxy_answer)
    _Asked(open_dev, behind)("POST", "/dev/predict", content=b"{}")
    assert behind.events[0]["requestContext"]["requestTimeEpoch"] == 1_700_000_000_123  # type: ignore[index] # an event


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_the_gateway_unpacks_bodies_and_leaves_the_header(
    open_dev: Declared, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    behind = _Behind(_proxy_answer)
    _Asked(open_dev, behind)("POST", "/dev/predict", content=pack(b"{}"), headers={"Content-Encoding": encoding})
    assert behind.events[0]["body"] == "{}"
    assert behind.events[0]["headers"]["content-encoding"] == encoding  # type: ignore[index] # an event


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [("br", b"{}", 415), ("gzip", b"{}", 415), ("gzip", gzip.compress(b" " * (MAX_PAYLOAD_BYTES + 1)), 413)],
)
def test_what_cannot_be_unpacked_does_not_reach_the_function(
    open_dev: Declared, encoding: str, body: bytes, status: int
) -> None:
    behind = _Behind(_proxy_answer)
    response = _Asked(open_dev, behind)("POST", "/dev/predict", content=body, headers={"Content-Encoding": encoding})
    assert (response.status_code, behind.events) == (status, [])


def test_bodies_are_checked_by_the_declared_model_before_the_function_is_called(bundle_path: Path) -> None:
    declared = declare("dev", {"inference:requestValidation": "true"}, bundle=bundle_path)
    behind = _Behind(_proxy_answer)
    ask = _Asked(declared, behind)
    for body in ("{}", "not json", '{"instances": [{"cups of coffee": "many"}]}', ""):
        response = ask("POST", "/dev/predict", content=body)
        assert response.status_code == 400, body
        assert response.json()["request_id"] == response.headers["x-amzn-requestid"]
    assert behind.events == []
    good = {"instances": [{"age": None, "cups of coffee": 3, "chronotype": "late"}]}
    assert ask("POST", "/dev/predict", json=good).status_code == 200
    assert ask("POST", "/dev/invocations", content="NaN").status_code == 200, "there is no model"
    other = ask("POST", "/dev/predict", content="{}", headers={"Content-Type": "application/x+json"})
    assert other.status_code == 200, "another media type meets no model"


@pytest.mark.parametrize("answer", [b"not json", b'"text"', b"{}", b'{"statusCode": "x"}'])
def test_an_answer_that_is_no_proxy_answer_is_a_502(open_dev: Declared, answer: bytes) -> None:
    response = _Asked(open_dev, _Behind(lambda: answer))("GET", "/dev/health")
    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvocationError(502, "ValueError: secret"), 502),
        (ThrottledError("secret"), 504),
        (EventTooLargeError(7_000_000), 413),
    ],
)
def test_a_failed_function_is_a_5xx_that_reveals_nothing(open_dev: Declared, error: Exception, status: int) -> None:
    def fail() -> bytes:
        raise error

    response = _Asked(open_dev, _Behind(fail))("GET", "/dev/health")
    assert response.status_code == status
    assert "secret" not in response.text


def test_a_key_is_required_where_the_api_declares_it_and_its_id_is_in_the_event(dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    ask = _Asked(dev, behind)
    (key,) = ask.api.keys
    refused = [ask("POST", "/dev/predict", headers=headers) for headers in ({}, {"x-api-key": "wrong"})]
    assert [response.status_code for response in refused] == [403, 403]
    assert "x-api-key" in refused[0].json()["detail"]
    assert ask("GET", "/dev/health").status_code == 200
    assert behind.events[-1]["requestContext"]["identity"]["apiKeyId"] is None  # type: ignore[index] # an event
    assert ask("POST", "/dev/predict", headers={"x-api-key": key}).status_code == 200
    assert behind.events[-1]["requestContext"]["identity"]["apiKeyId"]  # type: ignore[index] # an event


def test_the_quota_of_a_key_is_used_up_as_declared(dev: Declared) -> None:
    ask = _Asked(dev, _Behind(_proxy_answer))
    (key,) = ask.api.keys
    statuses = [ask("POST", "/dev/predict", headers={"x-api-key": key}).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_more_than_the_burst_at_once_is_throttled_with_the_time_to_wait(open_dev: Declared) -> None:
    # So slow a clock that the bucket does not fill while the test runs.
    ask = _Asked(open_dev, _Behind(_proxy_answer), clock_speed=1e-9)
    settings = open_dev.one("apigateway/methodSettings:MethodSettings").inputs["settings"]
    answers = [ask("GET", "/dev/health") for _ in range(settings["throttlingBurstLimit"] + 3)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200] * settings["throttlingBurstLimit"] + [429] * 3
    assert answers[-1].headers["retry-after"] == "1"


def test_a_client_that_leaves_in_mid_request_is_no_error_and_does_not_reach_the_function(open_dev: Declared) -> None:
    behind = _Behind(_proxy_answer)
    told: list[int] = []
    application = Gateway(RestApi(open_dev, Clock()), behind, lambda _route, status, _ms: told.append(status))
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {"type": "http", "method": "POST", "path": "/dev/predict", "query_string": b"", "headers": []}

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(_message: object) -> None:
        """The client is gone."""

    asyncio.run(application.application()(scope, receive, send))
    assert (told, behind.events) == ([499], [])
