"""Distances between counts, and how far chance takes them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

from inference_lib.monitor.drift import statistics

_COUNTS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=30)


@given(_COUNTS)
def test_the_index_is_the_sum_of_both_divergences(pairs: list[tuple[int, int]]) -> None:
    kept = np.array([pair for pair in pairs if any(pair)], dtype=float).reshape(-1, 2) + 0.5
    assume(len(kept))
    old, new = kept[:, 0] / kept[:, 0].sum(), kept[:, 1] / kept[:, 1].sum()
    expected = float(np.sum(old * np.log(old / new)) + np.sum(new * np.log(new / old)))
    found = statistics.population_stability_index([a for a, _ in pairs], [b for _, b in pairs])
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(_COUNTS)
def test_the_distance_is_scipys(pairs: list[tuple[int, int]]) -> None:
    kept = np.array([pair for pair in pairs if any(pair)], dtype=float).reshape(-1, 2) + 0.5
    assume(len(kept))
    expected = float(jensenshannon(kept[:, 0], kept[:, 1], base=2))
    found = statistics.jensen_shannon_distance([a for a, _ in pairs], [b for _, b in pairs])
    assert found == pytest.approx(0 if math.isnan(expected) else expected, abs=1e-6)
    assert 0 <= found <= 1


@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 9, 20, 61])
@pytest.mark.parametrize("probability", [0.99, 0.999, 0.9999, 0.99999, 0.999999])
def test_quantiles_are_the_exact_ones_or_a_little_above(degrees: int, probability: float) -> None:
    ratio = statistics.chi_squared_quantile(probability, degrees) / chi2.ppf(probability, degrees)
    assert 1 - 1e-9 < ratio < 1.07


@pytest.mark.parametrize("degrees", [1, 2])
@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_quantiles_of_one_and_two_degrees_are_exact(degrees: int, probability: float) -> None:
    expected = chi2.ppf(probability, degrees)
    assert statistics.chi_squared_quantile(probability, degrees) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("degrees", [3, 9, 61])
def test_other_quantiles_are_those_of_wilson_and_hilferty(degrees: int) -> None:
    for probability in (0.3, 0.5, 0.9, 0.99):
        found = statistics.chi_squared_quantile(probability, degrees)
        assert found == pytest.approx(chi2.ppf(probability, degrees), rel=0.02)
    assert statistics.chi_squared_quantile(1e-12, 3) == 0


def test_chance_goes_further_in_small_samples() -> None:
    expected = (1 / 200 + 1 / 50) * chi2.ppf(0.99, 2)
    assert statistics.critical_index(3, 200, 50, 0.01) == pytest.approx(expected)
    assert statistics.critical_index(2, 200, 50, 0.01) == pytest.approx((1 / 200 + 1 / 50) * chi2.ppf(0.99, 1))


def test_half_an_observation_is_added_to_each_bin_that_is_not_empty_in_both() -> None:
    assert statistics.compared_shares([3, 0, 0], [0, 0, 1]) == ([0.875, 0.125], [0.25, 0.75])
    assert statistics.compared_shares([1], [7]) == ([1.0], [1.0])
    with pytest.raises(ValueError, match="zip"):
        statistics.compared_shares([1, 2], [1])


def test_equal_shares_are_no_distance_apart() -> None:
    assert statistics.jensen_shannon_distance([7, 3, 11], [7, 3, 11]) == 0
    assert statistics.distance_of_index(0) == 0


def test_chance_exceeds_the_critical_index_as_often_as_it_should() -> None:
    generator = np.random.default_rng(3)
    truth = np.array([0.05, 0.1, 0.15, 0.3, 0.4])
    significance, trials, exceeded = 0.01, 4000, 0
    for _ in range(trials):
        before, after = generator.multinomial(5000, truth), generator.multinomial(800, truth)
        found = statistics.population_stability_index(before.tolist(), after.tolist())
        exceeded += found > statistics.critical_index(5, 5000, 800, significance)
    assert 0.5 * significance < exceeded / trials < 1.6 * significance


def test_the_distance_of_a_small_index_is_the_one_of_the_same_counts() -> None:
    before, after = [2500, 2500, 2500, 2500], [2600, 2400, 2550, 2450]
    index = statistics.population_stability_index(before, after)
    found = statistics.jensen_shannon_distance(before, after)
    assert statistics.distance_of_index(index) == pytest.approx(found, rel=1e-3)


def test_one_bin_holds_everything_and_cannot_drift() -> None:
    assert statistics.critical_index(1, 100, 100, 0.001) == 0
    assert statistics.population_stability_index([100], [7]) == 0
