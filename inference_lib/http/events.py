"""Converts Lambda events to requests, and responses to what the event's source expects.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json

from inference_lib.http.requests import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json
    from inference_lib.http.requests import Response

    Event = Mapping[str, Json]

    class Context:
        """What handlers use of Lambda's context object."""

        aws_request_id: str

        def get_remaining_time_in_millis(self) -> int:
            """Return how long Lambda lets the function run, in milliseconds."""
            ...


def request_of(event: Event, request_id: str) -> Request:
    """Read an API Gateway REST (payload 1.0), HTTP or function URL (2.0) event, or a direct invocation.

    Parameters
    ----------
    event : mapping
        From Lambda.
    request_id : str
        Lambda's request id.

    Returns
    -------
    Request
        A direct invocation, whose event is the request body itself, becomes ``POST /predict``.
    """
    context = _object(event.get("requestContext"))
    http = _object(context.get("http"))
    if http:
        method, path = _text(http.get("method")), _text(event.get("rawPath"))
        stage = _text(context.get("stage"))
        if stage not in {"", "$default"} and f"{path}/".startswith(f"/{stage}/"):
            path = path[len(stage) + 1 :]
    elif "httpMethod" in event:
        method, path = _text(event.get("httpMethod")), _text(event.get("path"))
    else:
        return direct_request(event, request_id)
    headers = {name.lower(): _text(value) for name, value in _object(event.get("headers")).items()}
    request = Request(method=method, path=path, headers=headers, body=_text(event.get("body")), request_id=request_id)
    request.is_base64 = event.get("isBase64Encoded") is True
    return request


def direct_request(event: Json | Event, request_id: str) -> Request:
    """Return the request of a direct invocation, whose event is the body of ``POST /predict``."""
    return Request(method="POST", path="/predict", headers={}, body=json.dumps(event), request_id=request_id)


def messages_of(event: Event) -> list[Request] | None:
    """Return a request to ``POST /predict`` for each message of an SQS batch; None for any other event.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    records = event.get("Records")
    if not isinstance(records, list):
        return None
    messages = [_object(record) for record in records]
    if not messages or any(message.get("eventSource") != "aws:sqs" for message in messages):
        return None
    return [_request_of_message(message) for message in messages]


def _request_of_message(message: dict[str, Json]) -> Request:
    body, message_id = _text(message.get("body")), _text(message.get("messageId"))
    request = Request(method="POST", path="/predict", headers={}, body=body, request_id=message_id)
    request.max_answer_bytes = 0  # nobody receives the answer
    return request


def failures_of(failed: list[Request]) -> Json:
    """Return the answer to an SQS batch: the messages to deliver again."""
    return {"batchItemFailures": [{"itemIdentifier": request.request_id} for request in failed]}


def answer_of(event: Event, response: Response) -> Json:
    """Return a proxy response, or the bare body for a direct invocation."""
    if "httpMethod" not in event and not _object(_object(event.get("requestContext")).get("http")):
        body: Json = json.loads(response.body)
        return body
    headers: dict[str, Json] = {"content-type": response.media_type, **response.headers}
    return {"statusCode": response.status, "headers": headers, "body": response.body, "isBase64Encoded": False}


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
