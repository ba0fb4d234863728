"""The datapoints of one minute: exact count, sum and extremes, and percentiles within half a percent."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_RATIO = math.log(1.01)
_SMALLEST = 1e-9
_OFFSET = int(-math.log(_SMALLEST) / _RATIO) + 1
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


class Distribution:
    """Aggregated values.

    Percentiles come from a histogram whose buckets grow by 1 %; CloudWatch's buckets are wider [1]_.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
    """

    __slots__ = ("buckets", "count", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = math.inf
        self.maximum = -math.inf
        self.buckets: dict[int, float] = {}

    def add(self, value: float, count: float = 1) -> None:
        """Add a value, counted ``count`` times."""
        self.count += count
        self.total += value * count
        self.minimum = min(self.minimum, value)
        self.maximum = max(self.maximum, value)
        bucket = _bucket(value)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    def merge(self, other: Distribution) -> None:
        """Add the values of another distribution."""
        self.count += other.count
        self.total += other.total
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    def statistic(self, name: str) -> float:
        """Return a statistic, such as ``Sum`` or ``p99``.

        Raises
        ------
        ValueError
            There is no such statistic, or it is not supported here.
        """
        plain = _PLAIN.get(name)
        if plain is not None:
            return plain(self)
        percentile = _PERCENTILE.fullmatch(name)
        if percentile is None:
            known = ", ".join(_PLAIN)
            raise ValueError(f"there is no statistic {name!r}; expected one of {known}, or a percentile such as p99")
        return self._percentile(float(percentile[1]) / 100)

    def _percentile(self, share: float) -> float:
        wanted = share * self.count
        seen = 0.0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return min(max(_middle(bucket), self.minimum), self.maximum)
        return self.maximum


_PLAIN: Mapping[str, Callable[[Distribution], float]] = {
    "Sum": lambda of: of.total,
    "Average": lambda of: of.total / of.count,
    "Minimum": lambda of: of.minimum,
    "Maximum": lambda of: of.maximum,
    "SampleCount": lambda of: of.count,
}


def _bucket(value: float) -> int:
    if abs(value) < _SMALLEST:
        return 0
    return int(math.copysign(_OFFSET + math.floor(math.log(abs(value)) / _RATIO), value))


def _middle(bucket: int) -> float:
    if bucket == 0:
        return 0.0
    return math.copysign(math.exp((abs(bucket) - _OFFSET + 0.5) * _RATIO), bucket)
