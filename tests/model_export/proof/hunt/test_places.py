"""The steps of a model and the way from a request to the input of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.feature_selection import RFE
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, MinMaxScaler, StandardScaler

from model_export.proof.hunt.places import matrix, places

ROWS = pd.DataFrame(np.random.default_rng(9).normal(size=(60, 3)), columns=["a", "b", "c"])
VALUE = ROWS["a"] - ROWS["c"]


def test_what_is_passed_through_or_dropped_is_no_step() -> None:
    columns = ColumnTransformer(
        [("one", StandardScaler(), ["c"]), ("two", "passthrough", ["a"]), ("three", "drop", ["b"])]
    )
    union = FeatureUnion([("scaled", MinMaxScaler()), ("left", "drop"), ("same", "passthrough")])
    model = make_pipeline(columns, "passthrough", None, union, LinearRegression()).fit(ROWS, VALUE)

    # What is passed through beside others is a FunctionTransformer without a function.
    kinds = [type(place.step) for place in places(model) if not isinstance(place.step, FunctionTransformer)]
    assert kinds == [StandardScaler, MinMaxScaler, LinearRegression]


def test_a_part_of_a_column_transformer_reads_its_columns_alone() -> None:
    parts = [("one", StandardScaler(), ["c"]), ("two", MaxAbsScaler(), ["b", "a"])]
    model = make_pipeline(ColumnTransformer(parts), LinearRegression()).fit(ROWS, VALUE)
    first, second, last = places(model)

    pd.testing.assert_frame_equal(first.route(ROWS), ROWS[["c"]])
    pd.testing.assert_frame_equal(second.route(ROWS), ROWS[["b", "a"]])
    np.testing.assert_array_equal(last.route(ROWS), model[0].transform(ROWS))
    array = make_pipeline(ColumnTransformer([("one", StandardScaler(), [2])]), LinearRegression())
    (first, _) = places(array.fit(ROWS.to_numpy(), VALUE))
    np.testing.assert_array_equal(first.route(ROWS.to_numpy()), ROWS[["c"]])


def test_the_estimator_that_others_were_copied_from_is_no_step() -> None:
    model = MultiOutputRegressor(Ridge()).fit(ROWS, np.column_stack([VALUE, -VALUE]))

    assert [type(place.step) for place in places(model)] == [MultiOutputRegressor, Ridge, Ridge]


def test_what_reads_a_selection_or_answers_of_others_is_not_beside_the_features() -> None:
    selected = places(RFE(Ridge(), n_features_to_select=1).fit(ROWS, VALUE))
    stacked = places(StackingRegressor([("one", Ridge())], Ridge(alpha=2)).fit(ROWS, VALUE))

    assert [(type(place.step), place.is_plain) for place in selected] == [(RFE, True), (Ridge, False)]
    assert [place.is_plain for place in stacked if getattr(place.step, "alpha", 0) == 2] == [False]
    assert selected[1].route(ROWS).shape == (60, 1)


def test_a_few_hundred_steps_of_a_model_are_looked_at() -> None:
    many = VotingRegressor([(f"m{number}", LinearRegression()) for number in range(203)]).fit(ROWS, VALUE)

    assert len(places(many)) == 200


@pytest.mark.parametrize(
    "values", [[1.0, 2.0], np.array([[1.0], [2.0]]), csr_array([[1.0], [2.0]]), pd.DataFrame({"a": [1.0, 2.0]})]
)
def test_a_step_reads_a_table_of_doubles(values: object) -> None:
    found = matrix(values)

    assert found is not None
    assert (found.shape, found.tolist(), found.dtype.kind) == ((2, 1), [[1.0], [2.0]], "f")


def test_the_numbers_of_a_table_with_texts_are_read() -> None:
    table = pd.DataFrame(
        {
            "city": pd.Categorical(["Lyon", "Pau"]),
            "size": [1.5, np.nan],
            "rooms": pd.array([3, None], dtype="Int64"),
            "floor": pd.Categorical([2, 1]),
        }
    )

    np.testing.assert_array_equal(matrix(table), [[np.nan, 1.5, 3, 2], [np.nan, np.nan, np.nan, 1]])
    assert matrix(table[["city"]]) is None


def test_texts_are_no_numbers() -> None:
    assert matrix(np.array([["a"], ["b"]], dtype=object)) is None
    assert matrix([["1.5", object()]]) is None
