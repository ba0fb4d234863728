"""A request and a response, independent of AWS and sockets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Final

MAX_EVENT_BYTES: Final = 6 * 1024 * 1024
"""Of a synchronous invocation. Lambda's own error says "Request must be smaller than 6291456 bytes".

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

MAX_ANSWER_BYTES: Final = MAX_EVENT_BYTES + 100
"""Of an answer to it. Lambda's own error says "exceeded maximum allowed payload size (6291556 bytes)"."""


class Request:
    """One request.

    Parameters
    ----------
    method : str
        HTTP method, in capitals.
    path : str
        Path without stage and query.
    headers : mapping of str to str
        Names in lower case.
    body : str
        As received; empty when there is none.
    request_id : str
        Names the request in logs and answers.

    Attributes
    ----------
    is_base64 : bool
        Whether the body travels as base64.
    max_answer_bytes : int
        Maximum length of the answer that Lambda delivers; 0 when nobody receives it.
    remaining_ms : callable, optional
        Returns the milliseconds that are left to answer; without it there is no deadline.
    """

    __slots__ = (
        "body",
        "headers",
        "is_base64",
        "max_answer_bytes",
        "method",
        "path",
        "remaining_ms",
        "request_id",
    )

    def __init__(self, *, method: str, path: str, headers: Mapping[str, str], body: str, request_id: str) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.request_id = request_id
        self.is_base64 = False
        self.max_answer_bytes = MAX_ANSWER_BYTES
        self.remaining_ms: Callable[[], int] | None = None


class Response:
    """One answer.

    Parameters
    ----------
    status : int
        HTTP status.
    body : str
        Text; JSON unless the media type says otherwise.
    media_type : str
        Of the body.
    headers : dict of str to str
        Further headers.

    Attributes
    ----------
    is_base64 : bool
        Whether the body is bytes, as base64.
    """

    __slots__ = ("body", "headers", "is_base64", "media_type", "status")

    def __init__(
        self,
        status: int,
        body: str,
        media_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.media_type = media_type
        self.headers = headers or {}
        self.is_base64 = False
