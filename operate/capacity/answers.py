"""Results of the simulation: a day, the effect of provisioned concurrency, and growth to a million a minute."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from operate.capacity.latency import quantile_s
from operate.capacity.simulation import Outcome, simulate
from operate.capacity.traffic import DAY_S, Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from operate.capacity.simulation import Platform

GROWTH = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
"""Requests a minute at the peaks."""

UNLIMITED = 1_000_000
"""Concurrent execution environments: above the limit of any account."""

DAYS = 30
MB_PER_GB = 1024
P99 = 0.99

BIN_S = 300
"""Seconds of a point of the plot, and of the window of the worst percentile."""

ENOUGH = 100
"""Below this number of requests in five minutes, a 99th percentile is not meaningful."""

EVENING_S = 3600
"""Seconds simulated of the day before, longer than idle environments are usually kept."""

MOST_STEPS = 9
"""Of the ladder."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """The figures of a simulated day.

    Parameters
    ----------
    requests, cold, refused : int
        Requests of the day, those that waited for an environment, and those that received 429 or 500.
    environments : int
        Most at once.
    p50_ms, p99_ms : float, milliseconds
        Time in the function.
    worst_p99_ms : float, milliseconds
        Of the worst five minutes.
    """

    requests: int
    cold: int
    refused: int
    environments: int
    p50_ms: float
    p99_ms: float
    worst_p99_ms: float

    @property
    def cold_share(self) -> float:
        """Share of the requests that waited for an environment."""
        return self.cold / max(self.requests, 1)

    @property
    def refused_share(self) -> float:
        """Share of the requests that were throttled."""
        return self.refused / max(self.requests, 1)


@dataclass(frozen=True, kw_only=True)
class Provision:
    """A day with provisioned concurrency.

    Parameters
    ----------
    name : str
        Label of the number of environments.
    day : Day
        The figures.
    usd : float, USD
        Price of keeping them warm for a month, without their use.
    """

    name: str
    day: Day
    usd: float


def simulated_day(
    traffic: Traffic, platform: Platform, seed: int = 0, tell: Callable[[int], None] | None = None
) -> Outcome:
    """Simulate a day that follows an equal day, so that it does not start without environments.

    Parameters
    ----------
    traffic : Traffic
        Of the day.
    platform : Platform
        Of the function; its provision has a number for each second of the day.
    seed : int
        Of the random numbers.
    tell : callable, optional
        Called with the simulated seconds so far.
    """

    def with_evening(values: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values[-EVENING_S:], values])

    if platform.provisioned is not None:
        platform = replace(platform, provisioned=with_evening(platform.provisioned))
    outcome = simulate(with_evening(traffic.rates()), platform, seed, tell)
    return Outcome(**{each.name: getattr(outcome, each.name)[EVENING_S:] for each in fields(outcome)})


def summary(outcome: Outcome, platform: Platform) -> Day:
    """Return the figures of an outcome."""
    warm, cold = int(outcome.warm.sum()), int(outcome.cold.sum())
    bins = [each.reshape(-1, BIN_S).sum(axis=1) for each in (outcome.warm, outcome.cold)]
    answered = bins[0] + bins[1]
    shares = np.divide(bins[1], answered, out=np.zeros(len(answered)), where=answered >= ENOUGH)
    worst = int(shares.argmax())

    def milliseconds(share: float, warm: int = warm, cold: int = cold) -> float:
        return 1000 * quantile_s(share, warm, cold, platform.duration_s, platform.cold_start_s)

    return Day(
        requests=int(outcome.arrived.sum()),
        cold=cold,
        refused=int(outcome.refused.sum()),
        environments=int(outcome.environments.max(initial=0)),
        p50_ms=milliseconds(0.5),
        p99_ms=milliseconds(P99),
        worst_p99_ms=milliseconds(P99, *((int(each[worst]) for each in bins) if shares.any() else (warm, cold))),
    )


def always(count: int) -> NDArray[np.int64]:
    """Return a constant number of warm environments for each second of a day."""
    return np.full(DAY_S, count, dtype=np.int64)


def by_the_clock(changes: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return the warm environments of each second of a day.

    Parameters
    ----------
    changes : sequence of (int, int)
        The minute of the day from which a count applies, and the count; sorted.
    """
    counts = always(changes[-1][1] if changes else 0)
    for minute, count in changes:
        counts[minute * 60 :] = count
    return counts


def ladder(most: int) -> tuple[int, ...]:
    """Return counts of environments to try, from none to the maximum that was needed."""
    steps = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    return tuple(dict.fromkeys((0, *[step for step in steps if step < most][-MOST_STEPS:], most)))


def provisions(
    traffic: Traffic,
    platform: Platform,
    counts: Sequence[int],
    usd_a_second: float,
    seed: int = 0,
) -> Iterator[Provision]:
    """Yield a day for each count of environments that are always warm, and for the platform's own schedule.

    Parameters
    ----------
    traffic : Traffic
        Of the day.
    platform : Platform
        Of the function.
    counts : sequence of int
        Always warm.
    usd_a_second : float, USD
        Price of one warm environment.
    seed : int
        Of the random numbers.
    """
    tried = {str(count): always(count) for count in counts}
    if platform.provisioned is not None and platform.provisioned.any():
        tried["as set"] = platform.provisioned
    for name, provisioned in tried.items():
        here = replace(platform, provisioned=provisioned)
        day = summary(simulated_day(traffic, here, seed), here)
        yield Provision(name=name, day=day, usd=float(provisioned.sum()) * DAYS * usd_a_second)


def growth(
    traffic: Traffic, platform: Platform, seed: int = 0, tell: Callable[[str], None] | None = None
) -> Iterator[tuple[int, Day, int]]:
    """Yield for each traffic the day, and the concurrency that it would need without a limit.

    Parameters
    ----------
    traffic : Traffic
        Its spikes are kept as multiples of the peak.
    platform : Platform
        Of the function.
    seed : int
        Of the random numbers.
    tell : callable, optional
        Called with a label of the current simulation.
    """
    for peak in GROWTH:
        if tell:
            tell(f"{peak:,} requests a minute")
        here = replace(traffic, peak_per_minute=peak)
        limited = simulated_day(here, platform, seed)
        # A limit that refuses nobody has changed nothing.
        free = limited
        if limited.refused.any():
            free = simulated_day(here, replace(platform, concurrency_limit=UNLIMITED), seed)
        yield peak, summary(limited, platform), int(free.environments.max(initial=0))
