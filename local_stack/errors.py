"""The errors that this package raises.

::

    LocalStackError     the stack cannot start; the message says why and what to do
    InvocationError     one invocation failed; the gateway answers with its status
"""

from __future__ import annotations


class LocalStackError(Exception):
    """The stack cannot start; the message says why and what to do."""


class InvocationError(Exception):
    """One invocation failed.

    Parameters
    ----------
    status : int
        What API Gateway answers: 502 when the function failed, 504 when it did not answer in time.
    reason : str
        For the log.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
