"""When requests come."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_stack.traffic.day import DAY_S, Day

_MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC).timestamp()


def _drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret


def _hour(day: Day, hour: float) -> float:
    return day.at(_MIDNIGHT + hour * 3_600)


def test_there_is_a_peak_after_people_wake_and_one_before_they_go_to_bed() -> None:
    day = Day(1.0)
    rates = [_hour(day, quarter / 4) for quarter in range(96)]
    peaks = [index / 4 for index in range(96) if rates[index - 1] < rates[index] >= rates[(index + 1) % 96]]
    assert peaks == [7.5, 22.0]
    assert min(rates) < 0.35
    assert _hour(day, 22) > 2.5


def test_the_hours_are_those_of_the_people() -> None:
    berlin = Day(1.0, "Europe/Berlin")
    assert _hour(berlin, 6.5) == pytest.approx(_hour(Day(1.0), 7.5)), "one hour ahead of UTC in winter"


def test_the_mean_over_a_day_is_the_rate() -> None:
    day = Day(3.0)
    assert sum(_hour(day, minute / 60) for minute in range(1440)) / 1440 == pytest.approx(3.0)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), start=st.floats(0, 23), is_flat=st.booleans())
def test_arrivals_are_as_many_as_the_integral_of_the_rate_says(seed: int, start: float, is_flat: bool) -> None:
    day = Day(0.2, is_flat=is_flat)
    first = _MIDNIGHT + start * 3_600
    arrivals = list(takewhile(lambda moment: moment < first + DAY_S, day.arrivals(first, _drawn(seed))))
    expected = 0.2 * DAY_S
    # Six standard deviations of a Poisson count: once in 500 million runs.
    assert abs(len(arrivals) - expected) < 6 * expected**0.5
    assert all(earlier < later for earlier, later in pairwise(arrivals))
    evening = sum(21 <= (moment - _MIDNIGHT) / 3_600 % 24 < 23 for moment in arrivals)
    assert (evening > 0.15 * len(arrivals)) is not is_flat
