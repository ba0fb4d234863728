"""Latency of callers: warm requests, and requests that wait for an environment first."""

from __future__ import annotations

import math
from statistics import NormalDist

SPREAD = 0.5
"""Standard deviation of the logarithm of a warm duration: the 99th percentile is 2.8 times the mean."""

_NORMAL = NormalDist()
_STEPS = 60


def quantile_s(share: float, warm: int, cold: int, duration_s: float, cold_start_s: float) -> float:
    """Return a quantile of the time in the function, in seconds, without throttled requests.

    Parameters
    ----------
    share : float
        Such as 0.99.
    warm, cold : int
        Requests that found an environment, and that started one.
    duration_s : float, seconds
        Mean of a warm request; durations are lognormal.
    cold_start_s : float, seconds
        Additional time of a cold start.
    """
    answered = warm + cold
    if not answered:
        return math.nan
    centre = math.log(duration_s) - SPREAD**2 / 2

    def below(seconds: float) -> float:
        return _NORMAL.cdf((math.log(seconds) - centre) / SPREAD) if seconds > 0 else 0.0

    low, high = 0.0, cold_start_s + 100 * duration_s
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (warm * below(middle) + cold * below(middle - cold_start_s)) / answered < share:
            low = middle
        else:
            high = middle
    return high
