"""One event on its way through an execution environment."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


@dataclass(kw_only=True)
class Invocation:
    """One event, and its pending answer.

    Parameters
    ----------
    event : bytes
        JSON.
    answer : asyncio.Future of bytes
        Set when the process has answered, failed or ended.
    request_id : str
        Id of the invocation.
    deadline : float, seconds since the epoch
        Time at which the environment ends the process.
    started : float, seconds
        Time at which the process received the event, by ``time.monotonic``.
    """

    event: bytes
    answer: asyncio.Future[bytes]
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline: float = 0.0
    started: float = 0.0
