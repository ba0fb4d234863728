"""The REST API: HTTP to API Gateway's proxy event and back.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import request_response

from local_stack.errors import InvocationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


class Invocable(Protocol):
    """What answers events: the function."""

    async def invoke(self, event: bytes) -> bytes:
        """Return the answer to an event."""
        ...


MAX_PAYLOAD_BYTES = 10 * 1024 * 1024
INTEGRATION_TIMEOUT_S = 29.0

_CLIENT_LEFT = 499
"""Only ever logged: the client that it would answer has left before its request was complete."""

_TITLES = {403: "Forbidden", 413: "Content Too Large", 502: "Bad Gateway", 504: "Gateway Timeout"}


def gateway(function: Invocable, stage: str, on_answer: Callable[[str, int, float], None]) -> Starlette:
    """Return the REST API of one stage as an ASGI application.

    Parameters
    ----------
    function : Invocable
        Behind every route, by proxy integration.
    stage : str
        First segment of every path.
    on_answer : callable
        Told ``"METHOD /path"``, the status and the milliseconds of each answer.
    """

    async def proxy(request: Request) -> Response:
        started = time.perf_counter()
        response = await _proxy(function, stage, request)
        on_answer(f"{request.method} {request.url.path}", response.status_code, (time.perf_counter() - started) * 1000)
        return response

    application = Starlette()
    # No route: their patterns stop at line breaks, which a path may hold.
    application.router.default = request_response(proxy)
    return application


async def _proxy(function: Invocable, stage: str, request: Request) -> Response:
    first, _, rest = request.scope["path"].removeprefix("/").partition("/")
    if first != stage:
        return _gateway_error(403, f"There is no such stage; expected a path that starts with /{stage}/.")
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=_CLIENT_LEFT)
    if len(body) > MAX_PAYLOAD_BYTES:
        return _gateway_error(413, f"The request is too long; expected at most {MAX_PAYLOAD_BYTES} bytes.")
    event = json.dumps(proxy_event(request, f"/{rest}", stage, body)).encode()
    try:
        answer = await asyncio.wait_for(function.invoke(event), INTEGRATION_TIMEOUT_S)
    except InvocationError as error:
        return _gateway_error(error.status, "The function failed; its log says why.")
    except TimeoutError:
        return _gateway_error(504, f"The function did not answer within {INTEGRATION_TIMEOUT_S:g} s.")
    return _response(answer)


def proxy_event(request: Request, path: str, stage: str, body: bytes) -> dict[str, object]:
    """Return the event that API Gateway hands to the function (payload version 1.0)."""
    try:
        text: str | None = body.decode() if body else None
        is_base64 = False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    query = dict(request.query_params)
    return {
        "resource": path,
        "path": path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: request.headers.getlist(name) for name in request.headers},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: request.query_params.getlist(name) for name in query} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "stage": stage,
            "path": f"/{stage}{path}",
            "httpMethod": request.method,
            "resourcePath": path,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": request.client.host if request.client else ""},
            "requestTimeEpoch": int(time.time() * 1000),
        },
        "body": text,
        "isBase64Encoded": is_base64,
    }


def _response(answer: bytes) -> Response:
    try:
        document = json.loads(answer)
        body = document.get("body") or ""
        content = base64.b64decode(body) if document.get("isBase64Encoded") else body.encode()
        return Response(content, document["statusCode"], headers=document.get("headers") or {})
    except (ValueError, KeyError, AttributeError, TypeError):
        return _gateway_error(502, "The function's answer is not a proxy answer.")


def _gateway_error(status: int, detail: str) -> Response:
    problem = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail, "error": detail}
    return JSONResponse(problem, status, media_type="application/problem+json")
