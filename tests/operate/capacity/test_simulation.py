from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operate.capacity.queueing import erlang_b
from operate.capacity.simulation import SCALING_BURST, SCALING_RATE, Platform, simulate
from operate.capacity.traffic import DAY_S, Traffic

HOUR_S = 3600


def platform(**changes: float) -> Platform:
    usual = {"duration_s": 0.1, "cold_start_s": 0.5, "keep_alive_s": 600, "concurrency_limit": 1000}
    return Platform(**{**usual, **changes})  # type: ignore[arg-type] # the integers are integers


def request_by_request(rates: np.ndarray[tuple[int], np.dtype[np.float64]], of: Platform, seed: int) -> tuple[int, int]:
    """Simulate every single request: the cold starts and the refused ones."""
    generator = np.random.default_rng(seed)
    counts = generator.poisson(rates)
    times = np.sort(np.repeat(np.arange(len(rates)), counts) + generator.random(counts.sum()))
    busy: list[float] = []
    idle: list[float] = []
    tokens, before, cold, refused = float(SCALING_BURST), 0.0, 0, 0
    for now, duration in zip(times.tolist(), generator.exponential(of.duration_s, len(times)).tolist(), strict=True):
        while busy and busy[0] <= now:
            idle.append(heapq.heappop(busy))
        while idle and idle[0] < now - of.keep_alive_s:
            idle.pop(0)
        tokens, before = min(SCALING_BURST, tokens + SCALING_RATE * (now - before)), now
        if idle:
            idle.pop()
            heapq.heappush(busy, now + duration)
        elif tokens >= 1 and len(busy) < of.concurrency_limit:
            tokens -= 1
            cold += 1
            heapq.heappush(busy, now + of.cold_start_s + duration)
        else:
            refused += 1
    return cold, refused


@pytest.mark.parametrize(("peak", "duration_s"), [(10, 2.0), (100, 0.3), (1000, 0.3)])
def test_it_agrees_with_a_simulation_of_every_request(peak: float, duration_s: float) -> None:
    # The seven hours up to the first peak and the first spike.
    rates = Traffic(peak_per_minute=peak, spike_factor=5).rates()[5 * HOUR_S : 12 * HOUR_S + 300]
    of = platform(duration_s=duration_s)
    ours = np.mean([simulate(rates, of, seed).cold.sum() for seed in range(4)])
    exact = np.mean([request_by_request(rates, of, seed)[0] for seed in range(2)])

    assert ours == pytest.approx(exact, rel=0.5)


@settings(max_examples=25)
@given(
    rate=st.floats(0, 5000),
    duration_s=st.floats(0.001, 5),
    cold_start_s=st.floats(0, 5),
    keep_alive_s=st.integers(1, 900),
    limit=st.integers(1, 3000),
    provisioned=st.integers(0, 50),
    seed=st.integers(0, 99),
)
def test_no_request_is_lost_and_no_limit_is_passed(  # noqa: PLR0913, PLR0917 - one for each quantity
    rate: float, duration_s: float, cold_start_s: float, keep_alive_s: int, limit: int, provisioned: int, seed: int
) -> None:
    rates = np.concatenate([np.full(30, rate / 10), np.full(20, rate), np.zeros(10)])
    of = Platform(
        duration_s=duration_s,
        cold_start_s=cold_start_s,
        keep_alive_s=keep_alive_s,
        concurrency_limit=limit,
        provisioned=np.full(60, provisioned),
    )
    found = simulate(rates, of, seed)

    assert (found.arrived == found.warm + found.cold + found.refused).all()
    assert min(found.warm.min(), found.cold.min(), found.refused.min()) >= 0
    assert found.environments.max() <= limit
    assert found.cold.sum() <= SCALING_BURST + SCALING_RATE * len(rates)


@settings(max_examples=15)
@given(peak=st.sampled_from([5.0, 60.0, 600.0]), duration_s=st.floats(0.02, 1), minutes=st.integers(1, 10))
def test_more_keep_alive_never_means_more_cold_starts(peak: float, duration_s: float, minutes: int) -> None:
    rates = Traffic(peak_per_minute=peak).rates()[6 * HOUR_S : 13 * HOUR_S : 2]

    def cold(keep_alive_s: int) -> float:
        of = platform(duration_s=duration_s, keep_alive_s=keep_alive_s)
        return float(np.mean([simulate(rates, of, seed).cold.sum() for seed in range(3)]))

    # What is drawn differs with the environments, so the mean of a few is compared, with room for chance.
    assert cold(minutes * 180) <= cold(minutes * 60) * 1.1 + 3


@pytest.mark.parametrize("limit", [5, 20, 200])
def test_what_a_full_function_refuses_is_erlangs_share(limit: int) -> None:
    rate, of = limit * 9.0, platform(concurrency_limit=limit, keep_alive_s=10_000, cold_start_s=0.1)
    found = simulate(np.full(2000, rate), of, 3)
    settled = slice(500, None)

    assert found.refused[settled].sum() / found.arrived[settled].sum() == pytest.approx(
        erlang_b(limit, rate * of.duration_s), rel=0.1
    )


def test_requests_above_ten_a_second_for_each_of_the_limit_are_refused() -> None:
    found = simulate(np.full(50, 1000.0), platform(duration_s=0.001, concurrency_limit=50), 1)

    assert found.refused[10:].mean() == pytest.approx(500, rel=0.1)


def test_a_function_gains_a_thousand_environments_at_once_and_a_hundred_a_second() -> None:
    found = simulate(np.full(10, 9000.0), platform(duration_s=5, cold_start_s=5, concurrency_limit=50_000), 1)

    assert found.environments[0] == pytest.approx(1100, abs=60)
    assert found.environments[9] == pytest.approx(2000, abs=60)


def test_what_is_kept_warm_does_not_start() -> None:
    rates = np.full(600, 20.0)
    bare, warm = (simulate(rates, Platform(
        duration_s=0.1, cold_start_s=0.5, keep_alive_s=600, concurrency_limit=1000, provisioned=np.full(600, count),
    ), 1) for count in (0, 15))  # fmt: skip

    assert bare.cold.sum() >= 5
    assert warm.cold.sum() == 0


def test_idle_environments_are_taken_away_after_the_keep_alive() -> None:
    rates = np.concatenate([np.full(60, 50.0), np.zeros(300)])
    found = simulate(rates, platform(keep_alive_s=120), 1)

    assert found.environments[60 + 110] > 3
    assert found.environments[60 + 130] == 0


def test_the_same_seed_gives_the_same_day() -> None:
    rates = Traffic(peak_per_minute=500).rates()[: 6 * HOUR_S]

    assert (simulate(rates, platform(), 5).cold == simulate(rates, platform(), 5).cold).all()


def test_a_day_has_two_peaks_and_spikes() -> None:
    rates = Traffic(peak_per_minute=600, spike_factor=4, spike_s=30).rates()

    assert len(rates) == DAY_S
    assert rates[int(7.5 * HOUR_S)] == pytest.approx(10, rel=0.01)
    assert rates[int(21.5 * HOUR_S)] == pytest.approx(10, rel=0.01)
    assert rates[3 * HOUR_S] < 1
    assert (rates > 39).sum() == 2 * 30
