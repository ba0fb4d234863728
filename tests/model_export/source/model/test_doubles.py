"""Doubles by their order, and bounds between them."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model_export.source.model.doubles import double_of, last_answered, order_of


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_are_numbered_in_their_order(value: float) -> None:
    assert double_of(order_of(value)) == value
    if abs(value) < 1e308:
        assert double_of(order_of(value) + 1) == math.nextafter(value, math.inf)


@pytest.mark.parametrize(
    ("inside", "outside", "bound", "calls"),
    [
        (0.2, -3.0, 5e-324, 2),
        (0.2, 0.0, 5e-324, 1),
        (0.0, -3.0, 0.0, 1),
        (0.2, -3.0, 0.0, 2),
        (2.0, -4.0, -1.0, 4),
        (3.0, -4.0, 1.0, 6),
        (-0.5, 7.0, 1.0, 4),
    ],
)
def test_a_usual_bound_is_found_in_few_calls(inside: float, outside: float, bound: float, calls: int) -> None:
    asked: list[float] = []

    def answers(number: float) -> bool:
        asked.append(number)
        return number >= bound if outside < inside else number <= bound

    assert last_answered(answers, inside, outside) == bound
    assert len(asked) <= calls


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-4, 4))
def test_any_bound_is_found_to_the_last_double(inside: float, bound: float, outside: float) -> None:
    assume(min(inside, outside) <= bound <= max(inside, outside))
    assume(bound != outside)
    found = last_answered(lambda number: number >= bound if outside < inside else number <= bound, inside, outside)
    assert found == bound


def test_between_neighbours_the_first_is_the_bound() -> None:
    assert last_answered(lambda _: False, 2.0, math.nextafter(2.0, 3.0)) == 2.0
