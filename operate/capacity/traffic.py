"""The shape of a day: little at night, two peaks, and spikes on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400
HOUR_S = 3600

PEAK_HOURS = (7.5, 21.5)
"""Hours of the peaks, in the morning and in the evening."""

PEAK_WIDTH_H = 1.2
"""Standard deviation of a peak, in hours."""

NIGHT_SHARE = 0.05
"""Lowest rate at night, as a share of the peak."""

SPIKE_HOURS = (12.0, 18.0)
"""Hours of the spikes, each of which starts within a second, such as after a push message to all users."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """A day of requests.

    Parameters
    ----------
    peak_per_minute : float
        Requests a minute at the top of either peak.
    spike_factor : float
        The rate during a spike, as a multiple of that peak; 0 means no spikes.
    spike_s : int, seconds
        Length of a spike.
    """

    peak_per_minute: float
    spike_factor: float = 3.0
    spike_s: int = 60

    def rates(self) -> NDArray[np.float64]:
        """Return the mean requests of each second of the day, an array of shape (86400,)."""
        hours = np.arange(DAY_S) / HOUR_S
        # The day is circular: late evening reaches into the night.
        distances = [np.minimum(abs(hours - peak), 24 - abs(hours - peak)) for peak in PEAK_HOURS]
        bumps = np.maximum(*[np.exp(-0.5 * (distance / PEAK_WIDTH_H) ** 2) for distance in distances])
        rates = self.peak_per_minute / 60 * (NIGHT_SHARE + (1 - NIGHT_SHARE) * bumps)
        if self.spike_factor:
            for hour in SPIKE_HOURS:
                begin = int(hour * HOUR_S)
                rates[begin : begin + self.spike_s] = self.peak_per_minute / 60 * self.spike_factor
        return np.asarray(rates, dtype=np.float64)
