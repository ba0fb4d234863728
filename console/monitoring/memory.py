"""A cache of answers to log queries, the most expensive requests of the console."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from console.monitoring.interface import LogAnswer

_MOST = 64


class AnswerMemory:
    """The last answers, by query and length of its range.

    Parameters
    ----------
    kept_s : float, seconds
        Validity of an answer.
    clock : callable, optional
        A monotonic clock in seconds.
    """

    def __init__(self, kept_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_s, self._clock = kept_s, clock
        self._answers: dict[tuple[str, int], tuple[float, LogAnswer]] = {}

    def answer(
        self, query: str, start: datetime, end: datetime, fetch: Callable[[str, datetime, datetime], LogAnswer]
    ) -> LogAnswer:
        """Return the cached answer, or query.

        Parameters
        ----------
        query : str
            From the dashboard.
        start, end : datetime
            The range; one of the same length that began a moment ago counts as the same.
        fetch : callable
            Called with query, start and end. Its exceptions are not cached.
        """
        key = query, round((end - start).total_seconds())
        known = self._answers.get(key)
        if known is not None and self._clock() - known[0] <= self._kept_s:
            return known[1]
        answer = fetch(query, start, end)
        self._answers[key] = self._clock(), answer
        while len(self._answers) > _MOST:
            self._answers.pop(next(iter(self._answers)), None)
        return answer
