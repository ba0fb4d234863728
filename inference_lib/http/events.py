"""Converts Lambda events to requests, and responses to what the event's source expects.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
.. [3] https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
.. [4] https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
"""

from __future__ import annotations

import json

from inference_lib.errors import UnknownEvent
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


_SCHEDULED = "Scheduled Event"
"""``detail-type`` of the schedules of Amazon EventBridge."""

_OF_SERVICES = (
    "Records",
    "records",
    "detail-type",
    "awslogs",
    "eventSource",
    "invocationSchemaVersion",
    "triggerSource",
)
"""Members of the events of AWS services that are no requests; a request has none of them."""


def request_of(event: Event, request_id: str) -> Request:
    """Read an event of API Gateway (REST, or HTTP with payload 1.0 or 2.0), of a function URL or of a load balancer.

    Parameters
    ----------
    event : mapping
        From Lambda.
    request_id : str
        Lambda's request id.

    Returns
    -------
    Request
        A direct invocation, whose event is the request body itself, becomes ``POST /predict``; a schedule of Amazon
        EventBridge, which keeps an environment warm, becomes ``GET /health``.

    Raises
    ------
    UnknownEvent
        The event comes from a service that sends no requests, such as Amazon S3, SNS or Kinesis.
    """
    context = _object(event.get("requestContext"))
    http = _object(context.get("http"))
    if http:
        method, path, is_http_api = _text(http.get("method")), _text(event.get("rawPath")), True
        resource = _text(event.get("routeKey")).partition(" ")[2]
    elif "httpMethod" in event:
        method, path = _text(event.get("httpMethod")), _text(event.get("path"))
        # Only HTTP APIs have a version in payload 1.0, and their stage in the path [2]_.
        resource, is_http_api = _text(event.get("resource")), "version" in event
    else:
        return _without_gateway(event, request_id)
    stage = _text(context.get("stage"))
    if is_http_api and stage not in {"", "$default"} and f"{path}/".startswith(f"/{stage}/"):
        path = path[len(stage) + 1 :]
    path = _below_base_path(path, resource, _object(event.get("pathParameters")))
    headers = _headers(event)
    request = Request(method=method, path=path, headers=headers, body=_text(event.get("body")), request_id=request_id)
    request.is_base64 = event.get("isBase64Encoded") is True
    return request


def _without_gateway(event: Event, request_id: str) -> Request:
    if event.get("detail-type") == _SCHEDULED:
        return Request(method="GET", path="/health", headers={}, body="", request_id=request_id)
    _check_direct(event)
    return direct_request(event, request_id)


def _below_base_path(path: str, resource: str, parameters: Mapping[str, Json]) -> str:
    """Return the path without the base path of a custom domain [4]_, which is in no resource of an API."""
    for name, value in parameters.items():
        if f"{{{name}+}}" in resource:
            resource = "/{+}"
        resource = resource.replace(f"{{{name}}}", _text(value)).replace("{+}", _text(value))
    return resource if resource.strip("/") and path.endswith(resource) else path


def _headers(event: Event) -> dict[str, str]:
    single, multiple = _object(event.get("headers")), _object(event.get("multiValueHeaders"))
    if single or not multiple:
        return {name.lower(): _text(value) for name, value in single.items()}
    # A load balancer sends these instead, where its target group says so [3]_.
    values = {name: each if isinstance(each, list) else [] for name, each in multiple.items()}
    return {name.lower(): ", ".join(map(_text, each)) for name, each in values.items()}


def direct_request(event: Json | Event, request_id: str) -> Request:
    """Return the request of a direct invocation, whose event is the body of ``POST /predict``."""
    return Request(method="POST", path="/predict", headers={}, body=json.dumps(event), request_id=request_id)


def _check_direct(event: Event) -> None:
    found = next((name for name in _OF_SERVICES if name in event), "")
    if not found or "instances" in event:
        return
    records = event.get("Records")
    record = _object(records[0]) if isinstance(records, list) and records else {}
    source = event.get("source", event.get("eventSource", record.get("eventSource", record.get("EventSource"))))
    raise UnknownEvent(
        f"The event has the member '{found}'{f' and comes from {source}' if isinstance(source, str) else ''}: it is no "
        "request. Expected an event of Amazon API Gateway, a function URL, Amazon SQS or AWS Step Functions, or the "
        "body of a request. Remove the trigger from the function, or send its messages through an SQS queue."
    )


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
    answer: dict[str, Json] = {"statusCode": response.status, "headers": headers, "body": response.body}
    answer["isBase64Encoded"] = response.is_base64
    if "headers" not in event and "multiValueHeaders" in event:
        # A load balancer that sends these reads no others [3]_.
        answer["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
        del answer["headers"]
    return answer


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
