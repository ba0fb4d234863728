"""The path of a feature into a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from model_export.source.model.anatomy import final_estimator, keeps_features, readings

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.base import BaseEstimator


def _path(model: object, names: list[str]) -> list[tuple[str, str, int]]:
    return [(each.feature, type(each.step).__name__, each.position) for each in readings(model, names)]


def _coloured(last: BaseEstimator | None = None) -> Pipeline:
    prepare = ColumnTransformer(
        [("texts", OneHotEncoder(handle_unknown="ignore"), ["colour"]), ("numbers", StandardScaler(), ["visits"])]
    )
    return Pipeline([("prepare", prepare), ("weigh", last or LogisticRegression())])


def test_imputers_and_the_step_after_them_read_a_feature_and_dropped_ones_are_read_by_none(pipeline: Pipeline) -> None:
    assert _path(pipeline, []) == [
        ("résumé score", "SimpleImputer", 0),
        ("résumé score", "StandardScaler", 0),
        ("visits", "FunctionTransformer", 0),
        ("colour", "SimpleImputer", 0),
        ("city", "SimpleImputer", 1),
        ("colour", "OneHotEncoder", 0),
        ("city", "OneHotEncoder", 1),
    ]


def test_a_model_that_was_fitted_on_an_array_takes_the_given_names() -> None:
    model = LogisticRegression().fit(np.array([[0.0, 1.0], [1.0, 0.0]]), [0, 1])
    assert _path(model, ["a", "b"]) == [("a", "LogisticRegression", 0), ("b", "LogisticRegression", 1)]


def test_every_part_of_a_union_reads_and_skipped_steps_do_not() -> None:
    union = FeatureUnion([("scaled", StandardScaler()), ("off", "drop")])
    model = Pipeline([("as is", "passthrough"), ("union", union), ("weigh", LogisticRegression())])
    model.fit(np.array([[0.0, 1.0], [1.0, 0.0]]), [0, 1])
    assert _path(model, ["a", "b"]) == [("a", "StandardScaler", 0), ("b", "StandardScaler", 1)]


def test_an_imputer_that_adds_or_drops_columns_does_not_keep_the_features(features: pd.DataFrame) -> None:
    numbers = features[["résumé score", "visits"]]
    assert keeps_features(SimpleImputer().fit(numbers))
    assert not keeps_features(SimpleImputer(add_indicator=True).fit(numbers))
    assert not keeps_features(StandardScaler().fit(numbers))


def test_the_final_estimator_is_found_through_nested_pipelines(pipeline: Pipeline) -> None:
    assert isinstance(final_estimator(Pipeline([("all", pipeline)])), LogisticRegression)


@pytest.mark.parametrize(
    "holder",
    [
        GridSearchCV(_coloured(), {"weigh__C": [1.0]}, cv=2),
        TunedThresholdClassifierCV(_coloured(), cv=2),
        CalibratedClassifierCV(_coloured(), cv=2),
        VotingClassifier([("one", _coloured())]),
        StackingClassifier([("one", _coloured())], cv=2),
        OneVsRestClassifier(_coloured()),
        TransformedTargetRegressor(_coloured(Ridge()), func=np.log1p, inverse_func=np.expm1),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_the_steps_of_a_model_that_another_holds_read_its_features(
    holder: BaseEstimator, features: pd.DataFrame, table: pd.DataFrame
) -> None:
    columns = ["visits", "colour"]
    holder.fit(features[columns], (table["won"] == "yes").astype(int))
    read = {(each.feature, type(each.step).__name__) for each in readings(holder, columns)}
    assert read == {("colour", "OneHotEncoder"), ("visits", "StandardScaler")}
