"""The errors that this package raises.

::

    LocalStackError     the stack cannot start; the message says why and what to do
    ThrottledError      all reserved execution environments are busy
    InvocationError     one invocation failed; the gateway answers with its status
    ExpressionError     metric math, a filter pattern, a query or a request for metrics is wrong
"""

from __future__ import annotations


class LocalStackError(Exception):
    """The stack cannot start; the message says why and what to do."""


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


class ThrottledError(Exception):
    """All execution environments that are reserved for the function are busy."""


class ExpressionError(Exception):
    """An expression, a pattern, a query or a request for metrics is wrong, or not supported here."""
