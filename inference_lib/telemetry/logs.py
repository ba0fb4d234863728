"""JSON log lines with the key names of Powertools for AWS Lambda.

References
----------
.. [1] https://docs.powertools.aws.dev/lambda/python/latest/core/logger/
"""

from __future__ import annotations

import os
import time

from inference_lib.json_text import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from inference_lib.contract.document import Json

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_RANKS: Final = {level: rank for rank, level in enumerate(LEVELS)}


class Logger:
    """Makes log lines of one service.

    Parameters
    ----------
    service : str
        The ``service`` member of each line.
    level : str
        Lowest level that is logged; an unknown one means INFO.
    """

    def __init__(self, service: str, level: str) -> None:
        self._service = service
        self._threshold = _RANKS.get(level.upper(), _RANKS["INFO"])

    def line(self, level: str, message: str, location: str, members: str) -> str:
        """Return one line of JSON with its line break, or nothing when the level is below the threshold.

        Parameters
        ----------
        level : str
            One of ``LEVELS``.
        message : str
            What happened.
        location : str
            Module and operation.
        members : str
            Further members, such as ``function_request_id`` and ``correlation_id``, from ``members_text``.
        """
        head = members_text(self.head(level, message, location))
        return "{" + ",".join(filter(None, (head, members))) + "}\n" if head else ""

    def head(self, level: str, message: str, location: str) -> dict[str, Json]:
        """Return the members that each line begins with; none below the threshold.

        Parameters
        ----------
        level, message, location : str
            As for ``line``.
        """
        if _RANKS[level] < self._threshold:
            return {}
        head: dict[str, Json] = {
            "level": level,
            "location": location,
            "message": message,
            "timestamp": timestamp(time.time()),
            "service": self._service,
        }
        trace = os.environ.get("_X_AMZN_TRACE_ID", "")
        if trace:
            head["xray_trace_id"] = trace.split(";", 1)[0].removeprefix("Root=")
        return head


def members_text(members: Mapping[str, Json]) -> str:
    """Return the members of an object as JSON without its braces, to be put into a line with others."""
    return encode(members)[1:-1]


def timestamp(seconds: float) -> str:
    """Return a time, in seconds since the epoch, as RFC 3339 in UTC with milliseconds."""
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{milliseconds:03d}Z"
