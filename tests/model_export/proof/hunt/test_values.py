"""Values beside a seam, and which of them the contract takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inference_lib.contract.document import Feature
from model_export.proof.hunt.values import allows, beside

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

_RANGE = Feature(name="x", type="number", nullable=False, minimum=0, maximum=9)
_ABOVE = Feature(name="x", type="number", nullable=True, minimum=0, exclusive_minimum=True)
_PLANS = Feature(name="x", type="integer", nullable=False, categories=(1, 2), maximum=9)
_OPEN = Feature(name="x", type="string", nullable=False, categories=("a",), unknown_categories="answer")
_FREE = Feature(name="x", type="string", nullable=False)


@pytest.mark.parametrize(
    ("feature", "taken", "refused"),
    [
        (_RANGE, [0, 9, 4.5], [math.nextafter(0, -1), math.nextafter(9, 10), None]),
        (_ABOVE, [5e-324, 1e300, None], [0, -0.0, -1]),
        (_PLANS, [1, 2], [3, None]),
        (_OPEN, ["a", "b", None], []),
        (_FREE, ["", "b"], [None]),
        (Feature(name="x", type="boolean", nullable=False, minimum=5), [True, False], []),
    ],
)
def test_a_value_is_tried_where_the_contract_takes_it(feature: Feature, taken: list[Json], refused: list[Json]) -> None:
    assert [allows(feature, value) for value in [*taken, *refused]] == [True] * len(taken) + [False] * len(refused)


def test_the_whole_numbers_on_both_sides_are_tried_of_an_integer() -> None:
    whole = Feature(name="x", type="integer", nullable=False, minimum=2, maximum=6)
    assert beside(whole, 3.5, 3.5000000000000004) == [2, 3, 4, 5]
    assert beside(whole, 5.5, 5.500000000000001) == [4, 5, 6]
    assert all(isinstance(value, int) for value in beside(whole, 3.5, 3.5000000000000004))


def test_doubles_floats_and_decimals_on_both_sides_are_tried_of_a_number() -> None:
    below = 1.2345
    above = math.nextafter(below, 2)
    free = Feature(name="x", type="number", nullable=False)
    found = beside(free, below, above)
    single = np.float32(below)
    assert found[:4] == [below, above, math.nextafter(below, 0), math.nextafter(above, 2)]
    assert found[4:7] == [
        float(each) for each in (single, np.nextafter(single, np.float32(0)), np.nextafter(single, np.float32(2)))
    ]
    assert found[7:] == [1.0, 0.0, 2.0, 1.2, 1.1, 1.3, 1.23, 1.22, 1.24, 1.234, 1.233, 1.235]
    assert beside(Feature(name="x", type="number", nullable=False, minimum=1.25), below, above) == [2.0, 1.3]


def test_a_number_that_float32_does_not_hold_has_the_largest_float_beside_it() -> None:
    found = beside(Feature(name="x", type="number", nullable=False), 1e300, math.nextafter(1e300, math.inf))
    largest = float(np.finfo(np.float32).max)
    assert largest in found
    assert all(isinstance(value, float) and 1e299 < value < math.inf for value in found if value != largest)


def test_beside_the_largest_double_is_no_infinity() -> None:
    largest = float(np.finfo(np.float64).max)
    found = beside(Feature(name="x", type="number", nullable=False), math.nextafter(largest, 0), largest)

    assert found[:2] == [math.nextafter(largest, 0), largest]
    assert all(isinstance(value, float) and math.isfinite(value) for value in found)


def test_each_value_is_tried_once() -> None:
    found = beside(Feature(name="x", type="number", nullable=False), 1.0, math.nextafter(1.0, 2))
    assert len(found) == len(set(found))
