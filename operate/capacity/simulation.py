"""Lambda's scaling, second by second: requests that find a warm environment, start one, or are throttled.

A second with many starts is divided into steps shorter than a cold start. Lambda has no queue: a request that finds
every warm environment busy starts one and waits for it, or is throttled. Requests prefer the environment that was used
last, so that surplus environments are idle together and are removed together at the end of the keep-alive.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from operate.capacity.queueing import erlang_b, sample_peaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
SCALING_BURST = 1000
SCALING_RATE = 100.0
"""Environments a second that a function may add: 1 000 every 10 s, refilled continuously up to 1 000."""

REQUESTS_PER_CONCURRENCY = 10
"""Requests a second for each unit of the account's concurrency limit.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

STEPS_A_START = 8
"""Minimum number of steps of a cold start while environments start."""

QUIET = 0.02
"""Below this number of expected cold starts, a second is one step."""

SHORTEST_START_S = 0.05
"""Shorter cold starts are not divided further."""

TOLD_EVERY_S = 3600


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What decides how a function scales.

    Parameters
    ----------
    duration_s, cold_start_s : float, seconds
        Mean of a warm request, and additional time of a cold start.
    keep_alive_s : int, seconds
        Lifetime of an idle environment; AWS guarantees none.
    concurrency_limit : int
        Concurrency limit: the function's reservation, or the account's limit.
    provisioned : ndarray of shape (n_seconds,), optional
        Environments that are kept warm, second by second.
    """

    duration_s: float
    cold_start_s: float
    keep_alive_s: int
    concurrency_limit: int
    provisioned: NDArray[np.int64] | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of the requests of each second.

    Parameters
    ----------
    arrived, warm, cold, refused : ndarray of shape (n_seconds,)
        Requests; ``arrived`` is the sum of the other three.
    environments : ndarray of shape (n_seconds,)
        Environments at the end of the second, including starting ones.
    """

    arrived: NDArray[np.int64]
    warm: NDArray[np.int64]
    cold: NDArray[np.int64]
    refused: NDArray[np.int64]
    environments: NDArray[np.int64]


class _Pool:
    """The environments of one function."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._tokens = float(SCALING_BURST)
        self._starting: deque[tuple[float, int]] = deque()
        # Maximum need within the last keep-alive: decreasing values with the second of each.
        self._needs: deque[tuple[int, int]] = deque()
        self.warm = 0
        self.in_start = 0

    @property
    def environments(self) -> int:
        return self.warm + self.in_start

    @property
    def is_full(self) -> bool:
        """Whether every environment that the limit allows is warm."""
        return self.warm >= self._platform.concurrency_limit and not self.in_start

    def begin(self, second: int, floor: int) -> None:
        """Remove environments that were idle for the whole keep-alive, except provisioned ones."""
        while self._needs and self._needs[0][0] <= second - self._platform.keep_alive_s:
            self._needs.popleft()
        needed = self._needs[0][1] if self._needs else 0
        self.warm = max(min(self.warm, needed), min(floor, self._platform.concurrency_limit))

    def used(self, second: int, count: int) -> None:
        """Record how many concurrent environments a second needed."""
        while self._needs and self._needs[-1][1] <= count:
            self._needs.pop()
        self._needs.append((second, count))

    def step(self, now_s: float, length_s: float) -> None:
        """Refill the scaling rate, and add the environments that have started."""
        self._tokens = min(float(SCALING_BURST), self._tokens + SCALING_RATE * length_s)
        while self._starting and self._starting[0][0] <= now_s:
            count = self._starting.popleft()[1]
            self.in_start -= count
            self.warm += count

    def start(self, now_s: float, wanted: int) -> int:
        """Start environments, as many as the limits allow, and return how many."""
        room = self._platform.concurrency_limit - self.environments
        count = max(0, min(wanted, int(self._tokens), room))
        if count:
            self._tokens -= count
            self.in_start += count
            self._starting.append((now_s + self._platform.cold_start_s + self._platform.duration_s, count))
        return count


def simulate(
    rates: NDArray[np.float64],
    platform: Platform,
    seed: int = 0,
    tell: Callable[[int], None] | None = None,
) -> Outcome:
    """Simulate the requests of each second and return their outcome.

    Parameters
    ----------
    rates : ndarray of shape (n_seconds,)
        Mean requests of each second.
    platform : Platform
        What decides how the function scales.
    seed : int
        Seed of the random numbers; the outcome is deterministic.
    tell : callable, optional
        Called with the simulated seconds so far, every simulated hour.
    """
    generator = np.random.default_rng(seed)
    arrived = generator.poisson(rates)
    peaks = sample_peaks(rates * platform.duration_s, 1 / platform.duration_s, generator)
    provisioned = platform.provisioned if platform.provisioned is not None else np.zeros(len(rates), dtype=np.int64)
    pool = _Pool(platform)
    outcomes: list[tuple[int, int, int]] = []
    # As Python's numbers: an element of an array costs more than the arithmetic of a quiet second.
    seconds = zip(*(each.tolist() for each in (provisioned, arrived, peaks, rates * platform.duration_s)), strict=True)
    for second, (floor, count, peak, load) in enumerate(seconds):
        pool.begin(second, floor)
        cold_ones, refused_ones = _second(pool, platform, generator, second, count, load)
        full = cold_ones or refused_ones
        pool.used(second, pool.environments if full else min(peak, pool.warm))
        outcomes.append((cold_ones, refused_ones, pool.environments))
        if tell and second % TOLD_EVERY_S == 0:
            tell(second)
    cold, refused, environments = np.array(outcomes, dtype=np.int64).reshape(-1, 3).T
    return Outcome(
        arrived=arrived, warm=arrived - cold - refused, cold=cold, refused=refused, environments=environments
    )


def _second(  # noqa: PLR0913, PLR0917 - what a second consists of
    pool: _Pool, platform: Platform, generator: np.random.Generator, second: int, arrived: int, load: float
) -> tuple[int, int]:
    """Return the cold starts and the throttled requests of one second."""
    if not arrived:
        # Environments finish starting without requests too.
        pool.step(second, 1)
        return 0, 0
    refused, cold = max(0, arrived - REQUESTS_PER_CONCURRENCY * platform.concurrency_limit), 0
    remaining = arrived - refused
    # Where nothing starts, all parts of a second have one share of refused requests.
    quiet = pool.is_full or arrived * erlang_b(pool.warm, load) < QUIET
    steps = 1 if quiet else math.ceil(STEPS_A_START / min(max(platform.cold_start_s, SHORTEST_START_S), 1.0))
    for index in range(steps):
        pool.step(second + index / steps, 1 / steps)
        is_last = index == steps - 1
        here = remaining if is_last else int(generator.binomial(remaining, 1 / (steps - index)))
        remaining -= here
        wanted = int(generator.binomial(here, erlang_b(pool.warm, load)))
        if not wanted:
            continue
        started = pool.start(second + index / steps, wanted)
        cold += started
        refused += wanted - started
    return cold, refused
