"""profile.json."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.document import Feature
from model_export.evaluation.reference import BINS, reference_profile

if TYPE_CHECKING:
    from model_export import Exported
    from model_export.source.instances import Instance
    from model_export.source.model.original import Prediction

PREDICTION: Prediction = {"label": "a", "probability": 0.75, "probabilities": {"a": 0.75, "b": 0.25}}


def test_counts_add_up_to_the_rows_that_have_a_value(sleep: Exported) -> None:
    profile = json.loads((sleep.path / "profile.json").read_bytes())
    assert profile["rows"] == 5250, "the training rows are the reference"
    for feature in profile["features"].values():
        counts = feature["counts"] if "counts" in feature else list(feature["categories"].values())
        assert sum(counts) == round(profile["rows"] * (1 - feature["missing_share"]))
    assert sum(profile["predictions"]["classes"].values()) == 1750, "the answers to rows that it was not fitted with"
    assert sum(profile["predictions"]["probability"]["counts"]) == 1750


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.none(), min_size=1))
def test_each_value_is_counted_in_the_bin_that_its_edges_say(values: list[float | None]) -> None:
    feature = Feature(name="a", type="number", nullable=True)
    rows: list[Instance] = [{"a": value} for value in values]
    profile = reference_profile((feature,), rows, [PREDICTION] * len(rows))["features"]
    assert isinstance(profile, dict)
    found = profile["a"]
    assert isinstance(found, dict)
    edges, counts = found["edges"], found["counts"]
    assert isinstance(edges, list)
    assert isinstance(counts, list)
    expected = [0] * (len(edges) + 1)
    for value in values:
        if value is not None:
            expected[bisect_left(edges, value)] += 1  # type: ignore[type-var] # edges are numbers
    assert counts == expected
    assert len(counts) <= BINS


def test_categories_that_the_data_lack_are_counted_as_zero() -> None:
    feature = Feature(name="a", type="string", nullable=False, categories=("x", "y"))
    flag = Feature(name="f", type="boolean", nullable=True)
    rows: list[Instance] = [{"a": "y", "f": True}, {"a": "y", "f": None}]
    profile = reference_profile((feature, flag), rows, [PREDICTION] * 2)
    assert profile["features"] == {
        "a": {"missing_share": 0.0, "categories": {"x": 0, "y": 2}},
        "f": {"missing_share": 0.5, "categories": {"true": 1}},
    }


def test_predictions_are_profiled_by_probability_and_class() -> None:
    feature = Feature(name="a", type="integer", nullable=False)
    predictions = reference_profile((feature,), [{"a": 1}] * 3, [PREDICTION] * 3)["predictions"]
    assert isinstance(predictions, dict)
    assert predictions["classes"] == {"a": 3, "b": 0}
    assert predictions["probability"] == {
        "edges": [step / 20 for step in range(1, 20)],
        "counts": [0] * 14 + [3] + [0] * 5,
    }


def test_values_of_a_regressor_are_profiled() -> None:
    feature = Feature(name="a", type="integer", nullable=False)
    predictions = reference_profile((feature,), [{"a": 1}] * 2, [{"value": 1.0}, {"value": 2.0}])["predictions"]
    assert predictions == {"value": {"edges": [1.0], "counts": [1, 1]}}
