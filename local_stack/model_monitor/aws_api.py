"""The AWS APIs that the model monitor calls, in AWS's own protocols: queries of CloudWatch Logs, and Publish of SNS.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
.. [2] https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import json
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from local_stack.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

AWS_PREFIX = "/_local/aws"
KEPT_QUERIES = 100
"""Maximum number of answers that are kept until they are read."""

_BAD_REQUEST = 400
_JSON, _XML = "application/x-amz-json-1.1", "text/xml"


class _RefusalError(Exception):
    """The call is invalid; the arguments are the name of AWS's error and a sentence."""


class AwsApi:
    """Answers the calls.

    Parameters
    ----------
    logs_query : callable
        Answers a query of Logs Insights: text, log group, start, end and limit.
    publish : callable
        Called with the form of a Publish call.
    """

    def __init__(
        self,
        logs_query: Callable[[str, str, float, float, int], Mapping[str, Any]],
        publish: Callable[[Mapping[str, str]], str],
    ) -> None:
        self._logs_query = logs_query
        self._publish = publish
        self._answers: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def application(self) -> Starlette:
        """Return the ASGI application; its path is ``AWS_PREFIX``."""
        return Starlette(routes=[Route(AWS_PREFIX + end, self._answer, methods=["POST"]) for end in ("", "/")])

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        target = request.headers.get("x-amz-target", "")
        try:
            if target:
                answer = await run_in_threadpool(self._logs, target.partition(".")[2], json.loads(body))
                return Response(json.dumps(answer), media_type=_JSON)
            return Response(self._sns(body.decode()), media_type=_XML)
        except _RefusalError as refusal:
            kind, message = refusal.args
        except ExpressionError as error:
            kind, message = "MalformedQueryException", str(error)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            kind, message = "InvalidParameterException", f"the call is malformed: {error!r}"
        if target:
            return Response(json.dumps({"__type": kind, "message": message}), _BAD_REQUEST, media_type=_JSON)
        content = f"<Error><Type>Sender</Type><Code>{kind}</Code><Message>{escape(message)}</Message></Error>"
        return Response(f"<ErrorResponse>{content}</ErrorResponse>", _BAD_REQUEST, media_type=_XML)

    def _logs(self, operation: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "StartQuery":
            group = members.get("logGroupName") or members["logGroupNames"][0]
            span = float(members["startTime"]), float(members["endTime"])
            answer = self._logs_query(members["queryString"], group, *span, int(members.get("limit", 10_000)))
            query_id = str(uuid.uuid4())
            self._answers[query_id] = {**answer, "status": "Complete"}
            while len(self._answers) > KEPT_QUERIES:
                self._answers.popitem(last=False)
            return {"queryId": query_id}
        if operation == "GetQueryResults":
            if members["queryId"] not in self._answers:
                raise _RefusalError("ResourceNotFoundException", "there is no such query")
            return self._answers[members["queryId"]]
        raise _RefusalError("UnknownOperationException", f"the operation {operation} is not supported here")

    def _sns(self, body: str) -> str:
        members = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if members.get("Action") != "Publish":
            raise _RefusalError("InvalidAction", "only Publish of SNS is supported here")
        message_id = self._publish(members)
        result = f"<PublishResult><MessageId>{message_id}</MessageId></PublishResult>"
        metadata = f"<ResponseMetadata><RequestId>{message_id}</RequestId></ResponseMetadata>"
        return f'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">{result}{metadata}</PublishResponse>'
