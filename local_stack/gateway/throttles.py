"""Throttles and quotas, as in API Gateway.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_stack.machine.clock import Clock

PERIODS_S = {"DAY": 86_400, "WEEK": 7 * 86_400, "MONTH": 30 * 86_400}


class TokenBucket:
    """Limits the rate of requests, with bursts [1]_.

    Parameters
    ----------
    rate : float, requests a second
        Rate at which the bucket gains tokens.
    burst : int
        Size of the bucket.
    clock : Clock
        Source of the time.
    """

    def __init__(self, rate: float, burst: int, clock: Clock) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled = clock.now()

    def take(self) -> bool:
        """Take a token; False when there is none."""
        now = self._clock.now()
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Quota:
    """Limits the requests in a period, which begins at midnight UTC.

    Parameters
    ----------
    limit : int
        Requests in a period.
    period : {"DAY", "WEEK", "MONTH"}
        Its length; a month has 30 days here.
    clock : Clock
        Source of the time.
    """

    def __init__(self, limit: int, period: str, clock: Clock) -> None:
        self._limit = limit
        self._period_s = PERIODS_S[period]
        self._clock = clock
        self._period = -1
        self._used = 0

    def take(self) -> bool:
        """Count one request; False when the quota is used up."""
        period = int(self._clock.now() // self._period_s)
        if period != self._period:
            self._period, self._used = period, 0
        if self._used >= self._limit:
            return False
        self._used += 1
        return True
