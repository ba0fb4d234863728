"""The gateway: converts HTTP to API Gateway's proxy event and back, as the REST API declares.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
.. [3] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
.. [4] https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
import zlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import request_response

from local_stack.declared.aws_values import ACCOUNT_ID
from local_stack.errors import EventTooLargeError, InvocationError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from local_stack.gateway.access_log import AccessLog
    from local_stack.gateway.rest_api import Match, RestApi
    from local_stack.monitoring.metrics.meters import ApiMeter


class Invocable(Protocol):
    """An integration that answers events, such as the function."""

    async def invoke(self, event: bytes) -> bytes:
        """Return the answer to an event."""
        ...


MAX_PAYLOAD_BYTES = 10 * 1024 * 1024
INTEGRATION_TIMEOUT_S = 29.0

_CLIENT_LEFT = 499
"""Only logged: the client disconnected before its request was complete."""


_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
"""The window sizes of zlib for the supported content encodings."""


class Refusal(NamedTuple):
    """The reason why the gateway responds itself.

    Parameters
    ----------
    kind : str
        The type of gateway response.
    status : int
        Of the answer when the API declares none.
    """

    kind: str
    status: int


class Gateway:
    """Serves one stage of a REST API.

    Parameters
    ----------
    api : RestApi
        As declared.
    function : Invocable
        Behind every route, by proxy integration.
    on_answer : callable
        Called with ``"METHOD /path"``, the status and the milliseconds of each answer.
    meter : ApiMeter, optional
        Records the metrics of API Gateway.
    access_log : AccessLog, optional
        Gets a line for each request of the stage.
    """

    def __init__(
        self,
        api: RestApi,
        function: Invocable,
        on_answer: Callable[[str, int, float], None],
        meter: ApiMeter | None = None,
        access_log: AccessLog | None = None,
    ) -> None:
        self._api = api
        self._access_log = access_log
        self._function = function
        self._on_answer = on_answer
        self._meter = meter

    def application(self) -> Starlette:
        """Return the gateway as an ASGI application."""
        application = Starlette()
        # Not a route: patterns of routes end at line breaks, which a path may contain.
        application.router.default = request_response(self._serve)
        return application

    async def _serve(self, request: Request) -> Response:
        started, request_id = time.perf_counter(), str(uuid.uuid4())
        exchange = _Exchange(self._api, request, request_id)
        answer = await exchange.answer(self._function)
        response = self._refused(answer, request_id) if isinstance(answer, Refusal) else answer
        response.headers["x-amzn-requestid"] = request_id
        elapsed_ms = (time.perf_counter() - started) * 1000
        if self._meter is not None and exchange.is_of_stage:
            self._meter.answered(response.status_code, elapsed_ms, exchange.integration_ms)
        if self._access_log is not None and exchange.is_of_stage:
            kind = answer.kind if isinstance(answer, Refusal) else None
            self._access_log.write({**exchange.context(), **_answered(response, kind, elapsed_ms)})
        self._on_answer(f"{request.method} {request.url.path}", response.status_code, elapsed_ms)
        return response

    def _refused(self, refusal: Refusal, request_id: str) -> Response:
        error = self._api.error(refusal.kind, refusal.status)
        return Response(error.body(request_id), error.status, headers=error.headers)


class _Exchange:
    """One request and its answer."""

    def __init__(self, api: RestApi, request: Request, request_id: str) -> None:
        self._api = api
        self._request = request
        self._request_id = request_id
        self._key_id = ""
        first, _, rest = request.scope["path"].removeprefix("/").partition("/")
        self.is_of_stage = first == api.stage
        self._path = f"/{rest}"
        self._resource: str | None = None
        self.integration_ms: float | None = None

    def context(self) -> dict[str, object]:
        """Return the variables of the access log that describe the request."""
        headers = self._request.headers
        return {
            "requestId": self._request_id,
            "extendedRequestId": self._request_id,
            "requestTimeEpoch": int(time.time() * 1000),
            "identity.apiKeyId": self._key_id or None,
            "identity.sourceIp": self._request.client.host if self._request.client else None,
            "identity.userAgent": headers.get("user-agent"),
            "httpMethod": self._request.method,
            "resourcePath": self._resource,
            "protocol": "HTTP/1.1",
            "integrationLatency": None if self.integration_ms is None else round(self.integration_ms),
        }

    async def answer(self, function: Invocable) -> Response | Refusal:
        match = self._api.match(self._request.method, self._path) if self.is_of_stage else None
        if match is None:
            return Refusal("MISSING_AUTHENTICATION_TOKEN", 403)
        self._resource = match.route.resource
        refusal = self._let_in(match)
        if refusal is not None:
            return refusal
        try:
            body = await self._request.body()
        except ClientDisconnect:
            return Response(status_code=_CLIENT_LEFT)
        unpacked = _unpacked(body, self._request.headers.get("content-encoding"))
        if isinstance(unpacked, Refusal):
            return unpacked
        body = unpacked
        refusal = _fault_of_body(match, self._request.headers.get("content-type"), body)
        return refusal or await self._invoke(
            function, json.dumps(self._event(match, body), ensure_ascii=False).encode()
        )

    def _let_in(self, match: Match) -> Refusal | None:
        """Check the key and the throttles, those of the caller first."""
        if match.route.needs_key:
            caller = self._api.caller(self._request.headers.get("x-api-key"))
            if caller is None:
                return Refusal("INVALID_API_KEY", 403)
            self._key_id = caller.key_id
            for take, kind in caller.takes:
                if not take():
                    return Refusal(kind, 429)
        return None if self._api.passes_throttles() else Refusal("THROTTLED", 429)

    async def _invoke(self, function: Invocable, event: bytes) -> Response | Refusal:
        started = time.perf_counter()
        try:
            answer = await asyncio.wait_for(function.invoke(event), INTEGRATION_TIMEOUT_S)
        except ThrottledError:
            return Refusal("INTEGRATION_FAILURE", 504)
        except EventTooLargeError as error:
            return Refusal("REQUEST_TOO_LARGE", error.status)
        except InvocationError as error:
            return Refusal("DEFAULT_5XX", error.status)
        except TimeoutError:
            return Refusal("INTEGRATION_TIMEOUT", 504)
        finally:
            self.integration_ms = (time.perf_counter() - started) * 1000
        return _response(answer, takes_bytes=self._is_binary("accept"))

    def _is_binary(self, header: str) -> bool:
        """Return whether the first media type that a header names is a binary one of the API [4]_."""
        first = self._request.headers.get(header, "application/json").partition(",")[0].partition(";")[0]
        return bool({"*/*", first.strip().lower()}.intersection(self._api.binary_media_types))

    def _event(self, match: Match, body: bytes) -> dict[str, object]:
        """Return the event that API Gateway sends to the function (payload version 1.0) [1]_."""
        request = self._request
        is_base64 = bool(body) and self._is_binary("content-type")
        text = base64.b64encode(body).decode() if is_base64 else body.decode(errors="replace")
        query = dict(request.query_params)
        return {
            "resource": match.route.resource,
            "path": self._path,
            "httpMethod": request.method,
            "headers": dict(request.headers),
            "multiValueHeaders": {name: request.headers.getlist(name) for name in request.headers},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: request.query_params.getlist(name) for name in query} or None,
            "pathParameters": match.parameters or None,
            "stageVariables": None,
            "requestContext": {
                "accountId": ACCOUNT_ID,
                "apiId": self._api.id,
                "requestId": self._request_id,
                "stage": self._api.stage,
                "path": f"/{self._api.stage}{self._path}",
                "httpMethod": request.method,
                "resourcePath": match.route.resource,
                "protocol": "HTTP/1.1",
                "identity": {
                    "sourceIp": request.client.host if request.client else "",
                    "userAgent": request.headers.get("user-agent"),
                    "apiKeyId": self._key_id or None,
                },
                "requestTimeEpoch": int(time.time() * 1000),
            },
            "body": text or None,
            "isBase64Encoded": is_base64,
        }


def _answered(response: Response, kind: str | None, elapsed_ms: float) -> dict[str, object]:
    return {
        "status": response.status_code,
        "responseLength": len(response.body),
        "responseLatency": round(elapsed_ms),
        "error.responseType": kind,
    }


def _unpacked(body: bytes, content_encoding: str | None) -> bytes | Refusal:
    """Decompress a body as the gateway does, even if responses are not compressed [3]_."""
    if len(body) > MAX_PAYLOAD_BYTES:
        return Refusal("REQUEST_TOO_LARGE", 413)
    encoding = (content_encoding or "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding not in _WINDOWS:
        return Refusal("UNSUPPORTED_MEDIA_TYPE", 415)
    unpacker = zlib.decompressobj(_WINDOWS[encoding])
    try:
        unpacked = unpacker.decompress(body, MAX_PAYLOAD_BYTES + 1)
    except zlib.error:
        return Refusal("UNSUPPORTED_MEDIA_TYPE", 415)
    return Refusal("REQUEST_TOO_LARGE", 413) if len(unpacked) > MAX_PAYLOAD_BYTES else unpacked


def _fault_of_body(match: Match, content_type: str | None, body: bytes) -> Refusal | None:
    """Check a body against the model of its media type; without a model every body passes."""
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    validator = match.route.bodies.get(media_type)
    if validator is None:
        return None
    try:
        is_valid = validator.is_valid(json.loads(body))
    except (ValueError, RecursionError):
        is_valid = False
    return None if is_valid else Refusal("BAD_REQUEST_BODY", 400)


def _response(answer: bytes, *, takes_bytes: bool) -> Response | Refusal:
    try:
        document = json.loads(answer)
        body = document.get("body") or ""
        content = base64.b64decode(body) if document.get("isBase64Encoded") and takes_bytes else body.encode()
        return Response(content, document["statusCode"], headers=document.get("headers") or {})
    except (ValueError, KeyError, AttributeError, TypeError):
        return Refusal("DEFAULT_5XX", 502)
