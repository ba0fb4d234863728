"""The datapoints of a minute: exact where CloudWatch is exact, percentiles within half a percent."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.monitoring.metrics.distribution import Distribution

_VALUES = st.lists(st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6)), min_size=1, max_size=60)


def _of(values: list[float]) -> Distribution:
    made = Distribution()
    for value in values:
        made.add(value)
    return made


@given(values=_VALUES)
def test_plain_statistics_are_exact(values: list[float]) -> None:
    made = _of(values)
    assert made.statistic("SampleCount") == len(values)
    assert (made.statistic("Minimum"), made.statistic("Maximum")) == (min(values), max(values))
    assert math.isclose(made.statistic("Sum"), math.fsum(values), rel_tol=1e-9, abs_tol=1e-3)
    assert math.isclose(made.statistic("Average"), statistics.fmean(values), rel_tol=1e-9, abs_tol=1e-3)


@given(values=_VALUES, percent=st.integers(1, 100))
def test_percentiles_are_within_half_a_percent_of_the_nearest_rank(values: list[float], percent: int) -> None:
    exact = sorted(values)[max(math.ceil(percent / 100 * len(values)) - 1, 0)]
    assert math.isclose(_of(values).statistic(f"p{percent}"), exact, rel_tol=0.0051, abs_tol=1e-9)


@given(left=_VALUES, right=_VALUES)
def test_two_merged_are_as_all_values_together(left: list[float], right: list[float]) -> None:
    merged = _of(left)
    merged.merge(_of(right))
    together = _of([*left, *right])
    assert merged.buckets == together.buckets
    assert (merged.count, merged.minimum, merged.maximum) == (together.count, together.minimum, together.maximum)
    assert math.isclose(merged.total, together.total, rel_tol=1e-9, abs_tol=1e-3)


@pytest.mark.parametrize("name", ["sum", "p101", "p", "TM(5:95)", ""])
def test_a_statistic_that_is_not_known_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="there is no statistic"):
        _of([1.0]).statistic(name)


def test_values_are_counted_as_often_as_they_were_measured() -> None:
    made = Distribution()
    made.add(2.0, 3)
    made.add(8.0)
    assert [made.statistic(name) for name in ("SampleCount", "Sum", "Average")] == [4, 14, 3.5]
    assert made.statistic("p75") == pytest.approx(2, rel=0.0051)
    assert made.statistic("p75.1") == pytest.approx(8, rel=0.0051)
    assert (made.statistic("p0"), made.statistic("p100")) == pytest.approx((2, 8), rel=0.0051)


@pytest.mark.parametrize("value", [0.0, 1e-9, 2e-9, 1e-10, -1e-10, -1.0, -2e-9, 1e9, -1e9])
def test_the_percentiles_of_one_value_are_the_value(value: float) -> None:
    assert _of([value]).statistic("p50") == value


def test_what_is_below_a_billionth_is_one_bucket() -> None:
    made = _of([1e-10, -1e-10, 0.0, 5.0, -5.0])
    assert sorted(made.buckets.values()) == [1, 1, 3]
    assert made.statistic("p50") == 0
    assert sorted(made.buckets) == [-max(made.buckets), 0, max(made.buckets)]
