"""Drawn requests: as the data are, one decimal finer, and a tenth beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import Feature
from model_export.proof.edges import DRAWN
from model_export.proof.hunt.requests import REQUESTS, drawn_requests

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from model_export.source.instances import Instance

_SEEN: list[Instance] = [{"x": round(10 + at / 10, 1)} for at in range(101)]


@pytest.fixture(scope="module", autouse=True)
def fewer_requests() -> None:
    """All of the drawn requests are what this is about."""


def _drawn(feature: Feature, seen: list[Instance], seed: int = 1) -> list[Json]:
    return [row.instance["x"] for row in drawn_requests([feature], seen, seed)]


def _decimals(values: list[Json]) -> set[int]:
    texts = [f"{value:.10f}".rstrip("0") for value in values if isinstance(value, float)]
    return {len(text.partition(".")[2]) for text in texts}


def test_numbers_are_drawn_over_the_range_and_a_tenth_beyond() -> None:
    values = _drawn(Feature(name="x", type="number", nullable=False), _SEEN)
    assert len(values) == REQUESTS
    numbers = [value for value in values if isinstance(value, float)]
    assert 9 <= min(numbers) < 9.1
    assert 20.9 < max(numbers) <= 21
    known = {row["x"] for row in _SEEN}
    assert all(value in known for value in values[1::2]), "every other one as the data hold it"
    assert _decimals(values[1::2]) == {0, 1}
    assert _decimals(values[::2]) == {0, 1, 2}
    assert 0.5 < sum(value in known for value in values) / REQUESTS < 0.75


def test_numbers_beyond_the_contract_and_missing_ones_are_not_drawn() -> None:
    feature = Feature(name="x", type="number", nullable=False, minimum=10, maximum=20)
    values = _drawn(feature, _SEEN)
    assert (min(map(float, map(str, values))), max(map(float, map(str, values)))) == (10, 20)
    assert None not in values


def test_an_integer_is_drawn_whole() -> None:
    seen: list[Instance] = [{"x": at} for at in (3, 40, 100)]
    values = _drawn(Feature(name="x", type="integer", nullable=False), seen)
    assert all(isinstance(value, int) for value in values)
    assert {-6, 109} <= {*values}


def test_a_constant_is_drawn_around_itself() -> None:
    values = _drawn(Feature(name="x", type="number", nullable=False), [{"x": 50.0}] * 9)
    numbers = [value for value in values if isinstance(value, float)]
    assert 45 <= min(numbers) < 45.5
    assert 54.5 < max(numbers) <= 55
    zero = _drawn(Feature(name="x", type="number", nullable=False), [{"x": 0.0}] * 9)
    assert {-0.1, 0.1} <= {*zero}
    assert all(isinstance(value, float) and abs(value) <= 0.1 for value in zero)


@pytest.mark.parametrize(("nullable", "share"), [(True, 0.05), (False, 0.0)])
def test_a_twentieth_is_missing_where_null_is_answered(nullable: bool, share: float) -> None:
    values = _drawn(Feature(name="x", type="number", nullable=nullable), [*_SEEN, {"x": None}])
    assert values.count(None) / REQUESTS == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(("unknown", "share"), [("answer", 0.03), ("refuse", 0.0)])
def test_three_in_a_hundred_categories_are_unknown_where_they_are_answered(unknown: str, share: float) -> None:
    feature = Feature(name="x", type="integer", nullable=False, categories=(1, 2), unknown_categories=unknown)  # type: ignore[arg-type] # both are
    values = _drawn(feature, [{"x": 1}, {"x": 2}])
    found = sum(value not in (1, 2) for value in values) / REQUESTS
    assert found == pytest.approx(share, abs=0.01)


def test_a_feature_without_values_is_at_its_example() -> None:
    feature = Feature(name="x", type="number", nullable=False, example=7.0)
    assert {*_drawn(feature, [{"x": None}])} == {7.0}


@pytest.mark.parametrize(("features", "requests"), [(1, 10_000), (100, 10_000), (101, 9900), (10_100, 100)])
def test_a_model_of_many_features_gets_fewer_requests(features: int, requests: int) -> None:
    wide = [Feature(name=f"f{at}", type="boolean", nullable=False) for at in range(features)]
    row: Instance = {feature.name: True for feature in wide}
    rows = drawn_requests(wide, [row], 1)
    assert next(rows).group == DRAWN
    assert sum(1 for _ in rows) == requests - 1


def test_the_seed_decides_what_is_drawn() -> None:
    feature = Feature(name="x", type="number", nullable=True)
    assert _drawn(feature, _SEEN, 1) == _drawn(feature, _SEEN, 1) != _drawn(feature, _SEEN, 2)


@pytest.mark.parametrize("decimals", [0, 2, 5, 6])
def test_the_grid_is_as_fine_as_the_data_and_one_decimal_finer(decimals: int) -> None:
    step = 10.0**-decimals
    seen: list[Instance] = [{"x": round(at * step, decimals)} for at in range(1, 900)]
    values = _drawn(Feature(name="x", type="number", nullable=False), seen)
    assert max(_decimals(values[::2])) == max(2, decimals + 1)
