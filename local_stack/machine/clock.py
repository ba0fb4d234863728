"""The clock of the stack, which may run faster than real time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Returns the time of the stack.

    Parameters
    ----------
    speed : float
        Seconds of the stack in a second; above 1 a day of metrics and alarms passes in minutes. Durations
        of the function are measured in real time at any speed.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = time.time()
        self._ticks = time.monotonic()

    def now(self) -> float:
        """Return the time, in seconds since the epoch."""
        return self._started + (time.monotonic() - self._ticks) * self.speed


def iso(moment: float) -> str:
    """Return a time in seconds since the epoch as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Return the seconds since the epoch of an ISO 8601 time; without a zone it is UTC.

    Raises
    ------
    ValueError
        It is not a time.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
