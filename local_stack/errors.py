"""The errors that this package raises.

::

    LocalStackError     the stack cannot start; the message gives the reason and the fix
    ThrottledError      all reserved execution environments are busy
    InvocationError     one invocation failed; the gateway answers with its status
    └── EventTooLargeError  the event exceeds Lambda's limit
    ExpressionError     metric math, a filter pattern, a query or a request for metrics is invalid
"""

from __future__ import annotations

from inference_lib.http.requests import MAX_EVENT_BYTES


class LocalStackError(Exception):
    """The stack cannot start; the message gives the reason and the fix."""


class InvocationError(Exception):
    """One invocation failed.

    Parameters
    ----------
    status : int
        Of API Gateway's answer: 502 when the function failed, 504 when it timed out.
    reason : str
        For the log.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class EventTooLargeError(InvocationError):
    """The event exceeds Lambda's limit.

    Parameters
    ----------
    size : int, bytes
        Of the event.
    """

    def __init__(self, size: int) -> None:
        super().__init__(
            413,
            f"{size} byte payload is too large for the RequestResponse invocation type (limit {MAX_EVENT_BYTES} bytes)",
        )


class ThrottledError(Exception):
    """All reserved execution environments of the function are busy."""


class ExpressionError(Exception):
    """An expression, a pattern, a query or a request for metrics is invalid, or not supported here."""
