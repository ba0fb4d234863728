"""The rate of requests over a day, with peaks in the morning and in the evening."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

DAY_S = 86_400
_STEPS = 1_440
_PEAKS = ((7.5, 1.0, 1.0), (22.0, 1.5, 1.4))
"""Hour of day, standard deviation in hours, and height of each peak over the level of the night."""
_NIGHT = 0.15


@dataclass(frozen=True)
class Day:
    """The rate of requests over the hours of a day.

    The rate at hour ``h`` is ``mean * s(h) / average(s)`` with
    ``s(h) = 0.15 + exp(-(h - 7.5)^2 / 2) + 1.4 exp(-(h - 22)^2 / 4.5)``, the distance taken around the
    clock. Arrivals are a Poisson process of that rate [1]_.

    Parameters
    ----------
    rate : float, requests a second
        Mean over the day.
    zone : str
        Time zone of the callers, such as ``Europe/Berlin``.
    is_flat : bool
        Whether the rate is constant.

    References
    ----------
    .. [1] Lewis, P. A. W. and Shedler, G. S. (1979), Simulation of nonhomogeneous Poisson processes by thinning.
    """

    rate: float
    zone: str = "UTC"
    is_flat: bool = False

    def at(self, moment: float) -> float:
        """Return the rate at a time in seconds since the epoch."""
        if self.is_flat:
            return self.rate
        local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.zone))
        return self.rate * _shape(local.hour + local.minute / 60 + local.second / 3_600) / _AVERAGE

    def arrivals(self, start: float, generator: random.Random) -> Iterator[float]:
        """Yield the times of requests from a start on, without end."""
        highest = self.rate if self.is_flat else self.rate * _HIGHEST / _AVERAGE
        moment = start
        while True:
            moment += generator.expovariate(highest)
            if generator.random() * highest <= self.at(moment):
                yield moment


def _shape(hour: float) -> float:
    return _NIGHT + sum(height * math.exp(-0.5 * (_distance(hour, at) / width) ** 2) for at, width, height in _PEAKS)


def _distance(hour: float, other: float) -> float:
    apart = abs(hour - other) % 24
    return min(apart, 24 - apart)


_SHAPES = [_shape(24 * step / _STEPS) for step in range(_STEPS)]
_AVERAGE = sum(_SHAPES) / _STEPS
_HIGHEST = max(_SHAPES)
