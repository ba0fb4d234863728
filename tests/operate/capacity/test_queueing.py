from __future__ import annotations

import math

import numpy as np
import pytest

from operate.capacity.queueing import EXACT_SERVERS, erlang_b, sample_peaks


@pytest.mark.parametrize(
    ("servers", "load", "share"),
    # The sum formula, (a^n / n!) / sum(a^k / k!), term by term.
    [
        (n, a, (a**n / math.factorial(n)) / sum(a**k / math.factorial(k) for k in range(n + 1)))
        for n, a in [(0, 2.0), (1, 0.5), (5, 3.0), (10, 5.0), (20, 30.0)]
    ],
)
def test_erlangs_formula_is_his_sum(servers: int, load: float, share: float) -> None:
    assert erlang_b(servers, load) == pytest.approx(share)


def test_without_load_nothing_is_lost() -> None:
    assert erlang_b(0, 0) == 0


@pytest.mark.parametrize("load", [100.0, 140.0, 160.0, 300.0, 5000.0])
def test_many_servers_are_approximated_where_few_end(load: float) -> None:
    assert erlang_b(EXACT_SERVERS + 1, load) == pytest.approx(erlang_b(EXACT_SERVERS, load), abs=0.012)


@pytest.mark.parametrize("load", [0.03, 2.0, 39.0, 41.0, 900.0])
def test_the_mean_of_busy_servers_is_rate_times_duration_as_little_says(load: float) -> None:
    busy = sample_peaks(np.full(20_000, load), 1, np.random.default_rng(1))

    assert busy.mean() == pytest.approx(load, rel=0.03, abs=0.01)
    assert busy.std() == pytest.approx(math.sqrt(load), rel=0.05)


def test_a_longer_look_sees_a_higher_peak() -> None:
    loads = np.full(5_000, 10.0)
    short, long = (sample_peaks(loads, looks, np.random.default_rng(1)).mean() for looks in (1, 100))

    assert long > short + 5
