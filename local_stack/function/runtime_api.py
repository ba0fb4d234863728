"""The Lambda Runtime API, as awslambdaric speaks it.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inference_lib.http.requests import MAX_ANSWER_BYTES

if TYPE_CHECKING:
    from starlette.requests import Request

    from local_stack.function.invocation import Invocation

_PREFIX = "/2018-06-01/runtime"
_ACCEPTED = 202
_BAD_REQUEST = 400
_GONE = 410
_CONTENT_TOO_LARGE = 413
_TOO_LARGE = f"Exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
_TOO_LARGE_FOR_CALLER = f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
"""Lambda's own words, as its emulator has them."""


class Host(Protocol):
    """The execution environment whose process calls the API."""

    async def next_invocation(self) -> Invocation | None:
        """Wait for an invocation; None if the process ended first."""
        ...

    def answered(self, request_id: str, answer: bytes) -> bool:
        """Record the answer to an invocation; False when there is no such invocation."""
        ...

    def failed(self, request_id: str, reason: str) -> bool:
        """Record the error of an invocation; False when there is no such invocation."""
        ...

    def init_failed(self, reason: str) -> None:
        """Record an initialisation error."""
        ...


def runtime_api(environment: Host, function_name: str) -> Starlette:
    """Return the Runtime API of one execution environment as an ASGI application."""

    async def following(_request: Request) -> Response:
        invocation = await environment.next_invocation()
        if invocation is None:
            return Response(status_code=_GONE)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:local:000000000000:function:{function_name}",
        }
        return Response(invocation.event, media_type="application/json", headers=headers)

    async def answer(request: Request) -> Response:
        return _take(environment, request.path_params["request_id"], await request.body())

    async def error(request: Request) -> Response:
        return _acknowledge(environment.failed(request.path_params["request_id"], _reason(await request.body())))

    async def init_error(request: Request) -> Response:
        environment.init_failed(_reason(await request.body()))
        return _acknowledge(known=True)

    async def process_ended(_request: Request, _error: Exception) -> Response:
        return Response(status_code=_GONE)

    invocation = f"{_PREFIX}/invocation"
    return Starlette(
        routes=[
            Route(f"{invocation}/next", following, methods=["GET"]),
            Route(f"{invocation}/{{request_id}}/response", answer, methods=["POST"]),
            Route(f"{invocation}/{{request_id}}/error", error, methods=["POST"]),
            Route(f"{_PREFIX}/init/error", init_error, methods=["POST"]),
        ],
        exception_handlers={ClientDisconnect: process_ended},
    )


def _take(environment: Host, request_id: str, answer: bytes) -> Response:
    if len(answer) <= MAX_ANSWER_BYTES:
        return _acknowledge(environment.answered(request_id, answer))
    environment.failed(request_id, f"Function.ResponseSizeTooLarge: {_TOO_LARGE_FOR_CALLER}")
    return JSONResponse({"errorMessage": _TOO_LARGE, "errorType": "RequestEntityTooLarge"}, _CONTENT_TOO_LARGE)


def _acknowledge(known: bool) -> Response:
    if known:
        return JSONResponse({"status": "OK"}, status_code=_ACCEPTED)
    return JSONResponse({"errorMessage": "no such invocation", "errorType": "InvalidRequestID"}, _BAD_REQUEST)


def _reason(body: bytes) -> str:
    try:
        document = json.loads(body)
        return f"{document['errorType']}: {document['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return "the runtime reported an error that is not JSON"
